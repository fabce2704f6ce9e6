//! The command line of the bilevel activation search.
#![forbid(unsafe_code)]

mod cli;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use cli::{Answer, DataFile, Layered, Mkl, Named, Plan, Prediction, search};
use nas::run::{Config, Invocation, documented};
use std::process::ExitCode;

/// Bilevel activation search: choose a network's activations on validation data, through the fit to training data.
///
/// An activation is a mixture of candidates. Its coefficients alpha are chosen by the loss on validation rows, with gradients
/// that pass through the weights fitted on training rows (hypergradients); test rows, which no search sees, judge the choice
/// against every candidate alone.
#[derive(Parser)]
#[command(name = "nas", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  nas data rows.csv --target price                    what the reader understands of a file
  nas search --data rows.csv --target price           which activations, and are they worth it?
  nas search                                          the same on the embedded digits
  nas search --data x.npy --labels y.npy              the same on NumPy arrays
  nas search --data images.idx3-ubyte.gz --labels labels.idx1-ubyte.gz --rows 5000
  nas predict runs/rows-1 --data new.csv --out predictions.csv
  nas search --candidates relu,tanh,sin --hidden 128,64 --groups 4
  nas search --method unroll --inner gd --lr 0.05 --inner-steps 200
  nas plan --candidates 8 --gap 0.2                   how many validation rows is enough?
  nas mkl --data rows.csv --target price              the same question for infinitely wide networks, in closed form
  nas config > run.toml                               every setting with its meaning, to a file ...
  nas search --config run.toml --set ridge=1e-2       ... and from it
  nas reproduce E0                                    the paper's message, against fixed criteria

Later settings win: defaults, then --config, then --set, then flags. `nas COMMAND --help` explains every flag.
Exit code: 0 done (and every criterion holds), 1 a criterion does not hold, 2 it could not be run.";

#[derive(Subcommand)]
enum Command {
    /// Search the activations of a network on your data, and compare with every candidate alone
    Search(SearchArgs),
    /// Predict new rows with the network of a run
    Predict(Prediction),
    /// Print what the reader understood of a data file: columns, target, task, and what it did
    Data(DataFile),
    /// How many validation samples so many candidates need for a given gap, and the inverse
    Plan(Plan),
    /// Search a mixture in closed form, by its tangent kernel, beside the rules of multiple kernel learning
    Mkl(Box<Mkl>),
    /// Print every setting with its meaning and its value, as a file for --config
    Config(Box<ConfigArgs>),
    /// Run an experiment of the paper and judge it by its criteria
    Reproduce(ReproduceArgs),
}

#[derive(Args)]
struct SearchArgs {
    #[command(flatten)]
    settings: Layered<Config>,
    #[command(flatten)]
    invocation: Invocation,
}

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    subcommand_value_name = "EXPERIMENT",
    subcommand_help_heading = "Experiments"
)]
struct ConfigArgs {
    #[command(flatten)]
    settings: Layered<Config>,
    /// Those of an experiment instead
    #[command(subcommand)]
    experiment: Option<Named>,
}

#[derive(Args)]
#[command(
    disable_help_subcommand = true,
    subcommand_value_name = "EXPERIMENT",
    subcommand_help_heading = "Experiments"
)]
struct ReproduceArgs {
    #[command(subcommand)]
    experiment: Named,
}

fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let of_command = matches.subcommand().map_or(&matches, |(_, of_command)| of_command);
    match run(cli.command, of_command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command; the answer is whether its criteria hold.
fn run(command: Command, matches: &ArgMatches) -> Answer {
    match command {
        Command::Search(args) => search(&args.settings.resolve(matches)?, &args.invocation),
        Command::Predict(prediction) => prediction.write(),
        Command::Data(file) => file.describe(),
        Command::Plan(plan) => plan.answer(),
        Command::Mkl(mkl) => mkl.answer(matches),
        Command::Config(args) => match &args.experiment {
            Some(experiment) => experiment.print_settings(matches),
            None => {
                print!("{}", documented(&args.settings.resolve(matches)?)?);
                Ok(true)
            }
        },
        Command::Reproduce(args) => args.experiment.reproduce(matches),
    }
}
