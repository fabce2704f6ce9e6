//! Runs random programs on all cores, compiled and interpreted, and counts those that agree.
//!
//! ```sh
//! cargo run --release -p bodies --example programs -- 10000000 [first seed]
//! ```

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tape::generate::Sequence;

/// Programs between two progress lines.
const BATCH: u64 = 100_000;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(count)), first) = (numbers.next(), numbers.next().unwrap_or(Ok(0))) else {
        eprintln!("usage: programs <number of programs> [first seed]");
        return ExitCode::FAILURE;
    };
    let Ok(first) = first else {
        eprintln!("the first seed must be a whole number");
        return ExitCode::FAILURE;
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let (next, failed, start) = (AtomicU64::new(0), AtomicU64::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| run(&next, &failed, first, count, start));
        }
    });
    let (failed, seconds) = (failed.into_inner(), start.elapsed().as_secs_f64());
    let rate = count as f64 / seconds / threads as f64;
    println!("{count} programs, {failed} failed, {seconds:.0} s, {rate:.0} programs per second and core");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Takes seeds until there are none left; a program that fails is reported with its seed, and the rest goes on.
fn run(next: &AtomicU64, failed: &AtomicU64, first: u64, count: u64, start: Instant) {
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= count {
            return;
        }
        let seed = first + n;
        if std::panic::catch_unwind(|| bodies::check_compiled(&mut Sequence::new(seed))).is_err() {
            failed.fetch_add(1, Ordering::Relaxed);
            println!("seed {seed} failed");
        }
        if n % BATCH == BATCH - 1 {
            let rate = (n + 1) as f64 / start.elapsed().as_secs_f64();
            println!("{} programs, {} failed, {rate:.0} per second", n + 1, failed.load(Ordering::Relaxed));
        }
    }
}
