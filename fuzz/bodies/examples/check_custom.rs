//! Checks the operation of `bodies/src/example.rs`: alone on its cases, then in random programs.
//!
//! ```sh
//! cargo run --release -p bodies --example check_custom -- [number of programs]
//! ```

use std::process::ExitCode;

use tape::check::{Options, Verdict, custom};
use tape::generate::{Bytes, Choices, Sequence};

fn main() -> ExitCode {
    let Ok(count) = std::env::args().nth(1).map_or(Ok(0), |argument| argument.parse::<u64>()) else {
        eprintln!("usage: check_custom [number of programs]");
        return ExitCode::FAILURE;
    };
    for (case, report) in custom(&bodies::example(), &Options::default()).iter().enumerate() {
        println!("case {case}\n{report}");
        if report.verdict() == Verdict::Disagrees {
            return ExitCode::FAILURE;
        }
    }
    for seed in 0..count {
        let mut sequence = Sequence::new(seed);
        let bytes: Vec<u8> = (0..14 * Bytes::RECORD).map(|_| sequence.below(256) as u8).collect();
        bodies::custom(&bytes);
    }
    println!("{count} random programs agree");
    ExitCode::SUCCESS
}
