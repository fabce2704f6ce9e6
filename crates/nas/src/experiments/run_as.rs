//! What every experiment is told alike.

use crate::run::ConfigError;
use crate::seed::Seed;
use clap::{Arg, Args};
use serde::{Deserialize, Serialize};

/// The seed and the threads of a run.
#[derive(Args, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct RunAs {
    /// Root seed; every random stream is split from it by name
    #[arg(long, default_value_t = RunAs::default().seed, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: u64,
    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = RunAs::default().threads)]
    pub threads: usize,
}

impl RunAs {
    /// The root of a study's random streams.
    pub(super) fn study(&self, name: &str) -> Seed {
        Seed::new(self.seed).split(name)
    }

    /// The root of those of its seed with this number.
    pub(super) fn numbered(&self, study: &str, number: usize) -> Seed {
        self.study(study).split(&format!("seed {number}"))
    }

    /// Refuses values that no run can use.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        ConfigError::outside("threads", self.threads, 0..=1024)
    }
}

/// The flag of the threads, where results have measured times.
pub(super) fn but_for_times(flag: Arg) -> Arg {
    match flag.get_id().as_str() {
        "threads" => flag.help("Worker threads, 0 for one per core; results do not depend on it, but for times"),
        _ => flag,
    }
}
