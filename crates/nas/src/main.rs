//! The command line of the bilevel activation search.
#![forbid(unsafe_code)]

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use nas::data::{CsvOptions, DataError, Frame, Task, digits, read_csv, read_idx};
use nas::experiments::e0;
use nas::report::{Progress, render};
use nas::run::{Config, ConfigError, Sources, documented, pool, resolve};
use nas::seed::Seed;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Bilevel activation search: choose an architecture on a validation set, through the fit on a training set.
///
/// An architecture alpha is a mixture of activations. Every one of them fits the training data, so training error cannot
/// tell them apart; the error on a validation set can, and its gradient with respect to alpha, taken through the fit (the
/// hypergradient), leads a search to the best one.
#[derive(Parser)]
#[command(name = "nas", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

const EXAMPLES: &str = "\
Examples:
  nas                                      the search with its defaults, as judged by its criteria
  nas search --seeds 3 --threads 2         a quick look
  nas search --set lambda=1e-3             any setting by its name
  nas config > run.toml                    write every setting with its meaning to a file ...
  nas search --config run.toml             ... and run from it
  nas data rows.csv --target price         what the reader understands of a file

Later settings win: defaults, then --config, then --set, then flags.
Exit code: 0 when every criterion holds, 1 when one does not, 2 when the run could not be made.";

#[derive(Subcommand)]
enum Command {
    /// Show on planted data that validation error finds the best architecture and training error does not (default)
    Search(Settings),
    /// Print what the reader understood of a data file: columns, target, task, and what it did
    Data(DataFile),
    /// Print every setting with its meaning and its value, as a file for --config
    Config(Settings),
}

#[derive(Args)]
struct DataFile {
    /// A CSV file (gzip too), IDX images with --labels, or nothing for the embedded digits
    file: Option<PathBuf>,
    /// The labels of IDX images
    #[arg(long, value_name = "FILE", requires = "file")]
    labels: Option<PathBuf>,
    /// Name of the target column, or its number where there is no header; the last one if not given
    #[arg(long, value_name = "COLUMN", requires = "file", conflicts_with = "labels")]
    target: Option<String>,
    /// What the target is, where it is not what the reader takes it for
    #[arg(long, requires = "file", conflicts_with = "labels")]
    task: Option<Task>,
}

impl DataFile {
    fn read(self) -> Result<Frame, DataError> {
        match (self.file, self.labels) {
            (None, _) => digits(),
            (Some(images), Some(labels)) => read_idx(&images, &labels),
            (Some(file), None) => read_csv(&file, &CsvOptions { target: self.target, task: self.task }),
        }
    }
}

#[derive(Args)]
struct Settings {
    /// Read settings from a TOML file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Change one setting by its name; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    flags: Config,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command; the answer is whether its criteria hold.
fn run() -> Result<bool, Box<dyn Error>> {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches)?;
    let given = matches.subcommand().map_or(&matches, |(_, of_command)| of_command);
    match cli.command.unwrap_or(Command::Search(cli.settings)) {
        Command::Search(settings) => search(&settings.resolve(given)?),
        Command::Data(file) => {
            print!("{}", file.read()?.describe());
            Ok(true)
        }
        Command::Config(settings) => {
            print!("{}", documented(&settings.resolve(given)?)?);
            Ok(true)
        }
    }
}

impl Settings {
    fn resolve(&self, matches: &ArgMatches) -> Result<Config, ConfigError> {
        resolve(Sources { file: self.config.as_deref(), assignments: &self.set, flags: &self.flags, matches })
    }
}

/// Runs E0, first in the kernel model, then with networks, and prints what it found.
fn search(config: &Config) -> Result<bool, Box<dyn Error>> {
    let (options, seed, pool) = (config.e0(), Seed::new(config.seed), pool(config.threads)?);

    let progress = Progress::shown("E0, kernel model", e0::kernel::progress_steps(&options));
    let measured = pool.install(|| e0::kernel::measure(&options, seed, &progress));
    progress.finish();
    let of_kernel = e0::kernel_outcome(&options, &measured?);
    println!("{}", render(&of_kernel));
    if options.network.seeds == 0 {
        return Ok(of_kernel.passes());
    }

    let progress = Progress::shown("E0, networks", e0::network::progress_steps(&options));
    let measured = pool.install(|| e0::network::measure(&options, seed, &progress));
    progress.finish();
    let of_networks = e0::network_outcome(&options, &measured?);
    println!("{}", render(&of_networks));
    Ok(of_kernel.passes() && of_networks.passes())
}
