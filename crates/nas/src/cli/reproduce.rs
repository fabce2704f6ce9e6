//! `nas reproduce`: the experiments and what they run.

use super::reproduce_all::{ALL, All};
use super::{Answer, Layered};
use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};
use nas::experiments::{Experiment, Lab, Took, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, publish};
use nas::report::render;
use nas::run::{documented, pool};
use nas::suggest::nearest;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The experiments, each with its settings: the one place that lists them.
#[derive(Subcommand)]
pub(crate) enum Named {
    /// Every activation fits the training data; validation error finds the best one, training error does not
    #[command(name = "E0", alias = "e0")]
    E0(Shipped<e0::Settings>),
    /// The gap between validation risk and risk, at worst over the space, falls as sqrt(h / n_V)
    #[command(name = "E1", alias = "e1")]
    E1(Shipped<e1::Settings>),
    /// The validation hypergradient is as close to that of the risk, at the same rate
    #[command(name = "E2", alias = "e2")]
    E2(Shipped<e2::Settings>),
    /// Certified bounds fail no more often than they state, and are not so loose that an error would hide
    #[command(name = "E3", alias = "e3")]
    E3(Shipped<e3::Settings>),
    /// Trained networks come closer to the kernel as one over the root of the width, and rank architectures as it does
    #[command(name = "E4", alias = "e4")]
    E4(Shipped<e4::Settings>),
    /// The spectral estimator has the error that theory gives, and starts a search that needs no restarts
    #[command(name = "E5", alias = "e5")]
    E5(Shipped<e5::Settings>),
    /// Samples of the target choose, among models trained on another distribution, one that transfers
    #[command(name = "E6", alias = "e6")]
    E6(Shipped<e6::Settings>),
    /// The predictions of trained networks move in proportion to the activation weights, at every width
    #[command(name = "E7", alias = "e7")]
    E7(Shipped<e7::Settings>),
    /// A supernet searched as DARTS does: validation error is test error, up to the noise of few images
    #[command(name = "E8", alias = "e8")]
    E8(Shipped<e8::Settings>),
    /// The best split lies between too few validation and too few training samples, and can be planned
    #[command(name = "E9", alias = "e9")]
    E9(Shipped<e9::Settings>),
    /// Trained together on the same data, weights and hyperparameters fit it and choose badly
    #[command(name = "E10", alias = "e10")]
    E10(Shipped<e10::Settings>),
    /// Every way to a hypergradient on one problem with a known answer, with a ridge and without
    #[command(name = "E11", alias = "e11")]
    E11(Shipped<e11::Settings>),
    /// With more hyperparameters than validation samples a dense space fails where a sparse one does not
    #[command(name = "E12", alias = "e12")]
    E12(Shipped<e12::Settings>),
    /// All of them, one after the other
    #[command(name = ALL)]
    All(All),
    #[command(external_subcommand)]
    Unknown(Vec<String>),
}

/// An experiment as it is shipped, and what is changed of it.
#[derive(Args)]
pub(crate) struct Shipped<E: Experiment> {
    #[command(flatten)]
    layered: Layered<E>,
    #[command(flatten)]
    common: Common,
}

/// What is asked of every experiment.
#[derive(Args, Clone)]
pub(crate) struct Common {
    /// Fewer seeds and smaller sizes, for a first look: the same criteria with wider intervals
    #[arg(long, help_heading = "Run")]
    pub(super) quick: bool,
    /// Folder for verdicts.json, plots and rows; a run that was interrupted goes on from there
    #[arg(long, value_name = "DIR", help_heading = "Run")]
    pub(super) out: Option<PathBuf>,
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

/// What became of an experiment, or of several.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ran {
    /// Criteria that hold ...
    pub(super) hold: usize,
    /// ... of so many.
    pub(super) of: usize,
    pub(super) took: Took,
}

impl Ran {
    pub(super) fn add(&mut self, other: Self) {
        self.hold += other.hold;
        self.of += other.of;
        self.took.seconds += other.took.seconds;
    }
}

/// An experiment of any kind.
pub(super) trait Any {
    /// Runs it and prints what it found.
    fn reproduce(&self, own: &ArgMatches) -> Result<Ran, Box<dyn Error>>;

    /// Prints its settings.
    fn print_settings(&self, own: &ArgMatches) -> Answer;
}

impl<E: Experiment> Shipped<E> {
    fn settings(&self, own: &ArgMatches) -> Result<E, Box<dyn Error>> {
        let base = if self.common.quick { E::quick() } else { E::default() };
        Ok(self.layered.resolve_over(base, own)?)
    }
}

impl<E: Experiment> Any for Shipped<E> {
    fn reproduce(&self, own: &ArgMatches) -> Result<Ran, Box<dyn Error>> {
        run(&self.settings(own)?, self.common.out.as_deref())
    }

    fn print_settings(&self, own: &ArgMatches) -> Answer {
        print!("{}", documented(&self.settings(own)?)?);
        Ok(true)
    }
}

pub(super) fn command() -> Command {
    Named::augment_subcommands(Command::new("reproduce").no_binary_name(true))
}

/// Of all experiments, and the one that stands for all of them.
pub(super) fn names() -> Vec<String> {
    command().get_subcommands().map(|experiment| experiment.get_name().to_owned()).collect()
}

/// Runs the experiment that these matches of [`command`] name.
pub(super) fn of_words(matches: &ArgMatches) -> Result<Ran, Box<dyn Error>> {
    Named::from_arg_matches(matches)?.any().reproduce(own(matches))
}

impl Any for Vec<String> {
    fn reproduce(&self, _: &ArgMatches) -> Result<Ran, Box<dyn Error>> {
        Err(unknown(self))
    }

    fn print_settings(&self, _: &ArgMatches) -> Answer {
        Err(unknown(self))
    }
}

impl Named {
    /// Runs it, prints what it found, and answers whether its criteria hold; `matches` are those of the command above it.
    pub(crate) fn reproduce(&self, matches: &ArgMatches) -> Answer {
        let ran = self.any().reproduce(own(matches))?;
        Ok(ran.hold == ran.of)
    }

    /// Prints its settings.
    pub(crate) fn print_settings(&self, matches: &ArgMatches) -> Answer {
        self.any().print_settings(own(matches))
    }

    fn any(&self) -> &dyn Any {
        match self {
            Self::E0(experiment) => experiment,
            Self::E1(experiment) => experiment,
            Self::E2(experiment) => experiment,
            Self::E3(experiment) => experiment,
            Self::E4(experiment) => experiment,
            Self::E5(experiment) => experiment,
            Self::E6(experiment) => experiment,
            Self::E7(experiment) => experiment,
            Self::E8(experiment) => experiment,
            Self::E9(experiment) => experiment,
            Self::E10(experiment) => experiment,
            Self::E11(experiment) => experiment,
            Self::E12(experiment) => experiment,
            Self::All(all) => all,
            Self::Unknown(words) => words,
        }
    }
}

fn own(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, own)| own)
}

fn unknown(words: &[String]) -> Box<dyn Error> {
    let given = words.first().cloned().unwrap_or_default();
    let all = names();
    let nearest = nearest(&given.to_uppercase(), all.iter().map(String::as_str)).map(str::to_owned);
    Box::new(NoExperiment { given, nearest, all })
}

/// Runs an experiment, prints what it found, and leaves it in `out`.
fn run<E: Experiment>(settings: &E, out: Option<&Path>) -> Result<Ran, Box<dyn Error>> {
    let mut of_rows = settings.clone();
    // Rows are the same for any number of threads.
    let threads = std::mem::take(&mut of_rows.run_as().threads);
    let lab = Lab::new(out.map(|out| out.join("rows")).as_deref(), documented(&of_rows)?);
    let start = Instant::now();
    let outcomes = pool(threads)?.install(|| settings.run(&lab))?;
    let took = Took { seconds: start.elapsed().as_secs_f64(), resumed: lab.resumed() };
    for outcome in &outcomes {
        println!("{}", render(outcome));
    }
    // Apart from what was found, which is the same from run to run.
    eprintln!("{}: {:.1} s{}", E::ID, took.seconds, if took.resumed { ", beside an earlier run's" } else { "" });
    if let Some(out) = out {
        publish(out, E::ID, &outcomes, took)?;
    }
    let criteria = || outcomes.iter().flat_map(|outcome| &outcome.criteria);
    Ok(Ran { hold: criteria().filter(|criterion| criterion.passes()).count(), of: criteria().count(), took })
}
