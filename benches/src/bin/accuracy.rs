//! The largest errors of the functions, on every path of this machine: in `f32` over all 2³² inputs, in `f64` on random arguments.
//!
//! `cargo run --release -p benches --bin accuracy` takes hours and may be broken off: what is done lies in a file, and the next
//! run goes on from there. `-- --stride 4099` tries every 4099th input, in seconds. `-- --samples 100000000` tries so many arguments
//! in `f64`, in minutes.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benches::accuracy::{BLOCKS, Function, Record, Sample, functions, sampled, summary};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use kernels::Isa;

/// The largest errors of the functions: in units in the last place, those of mixed-… in ε(|σ| + 1).
#[derive(Parser)]
struct Options {
    /// Try every so-manieth input; 1 tries all.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..1 << 32))]
    stride: u64,
    /// Try so many random arguments in f64, instead of inputs in f32; nothing is recorded.
    #[arg(long, conflicts_with_all = ["stride", "records"])]
    samples: Option<u64>,
    /// Where the results lie and are added [default: bench/accuracy.csv in the target directory].
    #[arg(long)]
    records: Option<PathBuf>,
    /// Only these functions, as the table names them.
    functions: Vec<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let chosen = match chosen(&options.functions) {
        Ok(chosen) => chosen,
        Err(unknown) => {
            let all: Vec<String> = functions().into_iter().map(|function| function.name).collect();
            eprintln!("accuracy: there is no function {unknown:?}; there are {}", all.join(", "));
            return ExitCode::from(2);
        }
    };
    if let Some(samples) = options.samples {
        return if sample(&chosen, samples) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let path = options.records.unwrap_or_else(|| benches::folder().join("accuracy.csv"));
    match run(&chosen, options.stride, &path) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("accuracy: {}: {error}", path.display());
            ExitCode::from(2)
        }
    }
}

fn chosen(names: &[String]) -> Result<Vec<Function>, &String> {
    let all = functions();
    if let Some(unknown) = names.iter().find(|name| all.iter().all(|function| function.name != **name)) {
        return Err(unknown);
    }
    Ok(all.into_iter().filter(|function| names.is_empty() || names.contains(&function.name)).collect())
}

/// Measures what is not known yet, and prints the table; whether all functions keep their bars.
fn run(functions: &[Function], stride: u64, path: &Path) -> Result<bool, csv::Error> {
    let mut records = known(path)?;
    let done: HashSet<(String, u32)> =
        records.iter().filter(|record| record.stride == stride).map(|r| (r.function.clone(), r.block)).collect();
    let new = !path.exists();
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let mut writer = csv::WriterBuilder::new().has_headers(new).from_writer(file);
    for function in functions {
        let bar = progress(&function.name);
        for block in 0..BLOCKS {
            if !done.contains(&(function.name.clone(), block)) {
                for record in function.measure(block, stride) {
                    writer.serialize(&record)?;
                    records.push(record);
                }
                writer.flush()?;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    Ok(print(functions, stride, &records))
}

/// Prints a table of the `f64` functions among these; whether all keep their bars.
fn sample(functions: &[Function], samples: u64) -> bool {
    let mut good = true;
    println!("| function | path | arguments | largest error | at | bar | beyond it |");
    println!("|---|---|---|---|---|---|---|");
    for function in sampled().iter().filter(|f| functions.iter().any(|function| function.name == f.name())) {
        for Sample { isa, worst, at, wrong } in function.measure(samples) {
            let (name, bar) = (function.name(), function.bar);
            println!("| {name} | {isa} | {samples} | {worst:.3} | {at:e} | {bar:.1} | {wrong} |");
            good &= wrong == 0;
        }
    }
    good
}

/// The records of a file; none if there is none.
fn known(path: &Path) -> Result<Vec<Record>, csv::Error> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    csv::Reader::from_reader(File::open(path)?).into_deserialize().collect()
}

fn progress(name: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        eprintln!("{name}");
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:10} {wide_bar} {pos}/{len} {eta}").expect("the template is right");
    ProgressBar::new(BLOCKS.into()).with_style(style).with_message(name.to_owned())
}

/// The table, in Markdown.
fn print(functions: &[Function], stride: u64, records: &[Record]) -> bool {
    let mut good = true;
    println!("| function | path | inputs | largest error | at | bar | beyond it |");
    println!("|---|---|---|---|---|---|---|");
    for function in functions {
        for &isa in Isa::available() {
            let summary = summary(records, &function.name, isa, stride);
            let (worst, at) = (summary.worst, f32::from_bits(summary.at));
            let (name, bar) = (&function.name, function.bar);
            println!("| {name} | {isa} | {} | {worst:.3} | {at:e} | {bar:.1} | {} |", summary.tried, summary.wrong);
            good &= summary.wrong == 0;
        }
    }
    good
}
