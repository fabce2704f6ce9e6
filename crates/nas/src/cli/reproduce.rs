//! `nas reproduce`: the experiments and what they run.

use super::{Answer, Layered};
use clap::{ArgMatches, Command, Subcommand};
use nas::experiments::e0;
use nas::report::{Progress, render};
use nas::run::{documented, pool};
use nas::seed::Seed;
use nas::suggest::nearest;
use std::error::Error;

/// The experiments, each with its settings: the one place that lists them.
#[derive(Subcommand)]
pub(crate) enum Experiment {
    /// Every activation fits the training data; validation error finds the best one, training error does not
    #[command(name = "E0", alias = "e0")]
    E0(Layered<e0::Settings>),
    #[command(external_subcommand)]
    Unknown(Vec<String>),
}

/// A name that no experiment has.
#[derive(Debug, thiserror::Error)]
#[error("there is no experiment {given:?}; {}the experiments are {}", meant(nearest), all.join(", "))]
struct NoExperiment {
    given: String,
    nearest: Option<String>,
    all: Vec<String>,
}

fn meant(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!("did you mean {name}? "))
}

impl Experiment {
    /// Runs it and prints what it found; `matches` are those of the command above it.
    pub(crate) fn reproduce(&self, matches: &ArgMatches) -> Answer {
        match self {
            Self::E0(settings) => run_e0(&settings.resolve(own(matches))?),
            Self::Unknown(words) => Err(unknown(words)),
        }
    }

    /// Prints its settings.
    pub(crate) fn print_settings(&self, matches: &ArgMatches) -> Answer {
        match self {
            Self::E0(settings) => print!("{}", documented(&settings.resolve(own(matches))?)?),
            Self::Unknown(words) => return Err(unknown(words)),
        }
        Ok(true)
    }
}

fn own(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, own)| own)
}

fn unknown(words: &[String]) -> Box<dyn Error> {
    let given = words.first().cloned().unwrap_or_default();
    let known = Experiment::augment_subcommands(Command::new("reproduce"));
    let all: Vec<String> = known.get_subcommands().map(|experiment| experiment.get_name().to_owned()).collect();
    let nearest = nearest(&given.to_uppercase(), all.iter().map(String::as_str)).map(str::to_owned);
    Box::new(NoExperiment { given, nearest, all })
}

/// Runs E0, first in the kernel model, then with networks, and prints what it found.
fn run_e0(settings: &e0::Settings) -> Answer {
    let (options, seed, pool) = (settings.options(), Seed::new(settings.seed), pool(settings.threads)?);

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
