//! `nas reproduce all`: every experiment as it is shipped, one after the other.

use super::Answer;
use super::reproduce::{Any, Common, Ran, command, names, of_words};
use clap::{ArgMatches, Args};
use nas::experiments::{Experiment, Outcome, Took, e8, publish};
use nas::report::Table;
use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;

/// The name that stands for all of them.
pub(super) const ALL: &str = "all";

/// All experiments as they are shipped.
#[derive(Args)]
pub(crate) struct All {
    #[command(flatten)]
    common: Common,
    /// Root seed of every experiment
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// IDX file of images (such as those of Fashion-MNIST) for the second half of E8; without it that half is left out
    #[arg(long, value_name = "FILE", requires = "labels")]
    images: Option<PathBuf>,
    /// IDX file of their labels
    #[arg(long, value_name = "FILE", requires = "images")]
    labels: Option<PathBuf>,
}

/// Some experiments could not be run.
#[derive(Debug, thiserror::Error)]
#[error("{} of {of} experiments could not be run: {}", .failed.len(), .failed.join("; "))]
struct NotRun {
    failed: Vec<String>,
    of: usize,
}

impl Any for All {
    /// As if each were asked for by its name. One that cannot be run does not keep the others from it.
    fn reproduce(&self, _: &ArgMatches) -> Result<Ran, Box<dyn Error>> {
        let (mut table, mut all) = (Table::new(&["experiment", "criteria that hold", "of", "seconds"]), Ran::default());
        let (mut failed, mut of) = (Vec::new(), 0);
        for name in names().into_iter().filter(|name| name != ALL) {
            of += 1;
            let ran = self.one(&name);
            let row = match &ran {
                Ok(ran) => [ran.hold.to_string(), ran.of.to_string(), format!("{:.1}", ran.took.seconds)],
                Err(_) => ["not run".to_owned(), String::new(), String::new()],
            };
            table.rows.push([name.clone()].into_iter().chain(row).collect());
            match ran {
                Ok(ran) => all.add(ran),
                Err(reason) => {
                    eprintln!("error: {name}: {reason}");
                    self.leave_word(&name, &reason.to_string())?;
                    failed.push(format!("{name} ({reason})"));
                }
            }
        }
        let total = [ALL.to_owned(), all.hold.to_string(), all.of.to_string(), format!("{:.1}", all.took.seconds)];
        table.rows.push(total.into());
        println!("{table}");
        if failed.is_empty() { Ok(all) } else { Err(NotRun { failed, of }.into()) }
    }

    fn print_settings(&self, _: &ArgMatches) -> Answer {
        Err("each experiment has settings of its own: `nas config E0` shows those of E0".into())
    }
}

impl All {
    fn one(&self, name: &str) -> Result<Ran, Box<dyn Error>> {
        of_words(&command().try_get_matches_from(self.words(name))?)
    }

    /// Says in the folder of the verdicts that an experiment is not there, and why.
    fn leave_word(&self, name: &str, reason: &str) -> Result<(), Box<dyn Error>> {
        let Some(out) = &self.common.out else { return Ok(()) };
        Ok(publish(out, name, &[Outcome::not_run(name, reason)], Took::default())?)
    }

    /// The words that ask for one of them.
    fn words(&self, name: &str) -> Vec<OsString> {
        let (seed, threads) = (self.seed.to_string(), self.threads.to_string());
        let mut words: Vec<OsString> = [name, "--seed", &seed, "--threads", &threads].map(OsString::from).into();
        words.extend(self.common.quick.then(|| "--quick".into()));
        let mut file = |flag: &str, path: &Option<PathBuf>| {
            words.extend(path.iter().flat_map(|path| [OsString::from(flag), path.clone().into_os_string()]));
        };
        file("--out", &self.common.out);
        if name == e8::Settings::ID {
            file("--images", &self.images);
            file("--labels", &self.labels);
        }
        words
    }
}
