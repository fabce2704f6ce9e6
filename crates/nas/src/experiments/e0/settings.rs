//! The settings of E0 as a person gives them: flags, file, `--set` and the documented file come from this struct.

use super::{Options, kernel, kernel_outcome, network, network_outcome};
use crate::data::{QuadraticForm, Sizes};
use crate::experiments::{Error, Experiment, Lab, Outcome, RunAs, Units};
use crate::run::{self, ConfigError};
use crate::search;
use crate::seed::Seed;
use clap::Args;
use serde::{Deserialize, Serialize};

/// Gram terms of one seed that take more than this are refused.
const MOST_GIGABYTES: f64 = 16.0;

/// Every setting of E0. The documentation of a field is its help text, its default the pass criteria's setting.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[command(next_help_heading = "Settings (each also a key of --config and --set, with _ for -)")]
#[serde(default)]
pub struct Settings {
    /// Seed and threads
    #[command(flatten)]
    #[serde(flatten)]
    pub run_as: RunAs,
    /// Independent repetitions; criteria take the median over them
    #[arg(long, default_value_t = Settings::default().seeds)]
    pub seeds: usize,
    /// Dimension d of the inputs on the unit sphere
    #[arg(long, default_value_t = Settings::default().dimension)]
    pub dimension: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Settings::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
    /// Training samples n_T, which every architecture fits
    #[arg(long, default_value_t = Settings::default().n_train)]
    pub n_train: usize,
    /// Validation samples n_V, which choose the architecture
    #[arg(long, default_value_t = Settings::default().n_validation)]
    pub n_validation: usize,
    /// Test samples, which no search sees
    #[arg(long, default_value_t = Settings::default().n_test)]
    pub n_test: usize,
    /// Candidate activations h: Hermite polynomials of degree 1 to h
    #[arg(long, default_value_t = Settings::default().candidates)]
    pub candidates: usize,
    /// Random architectures that the searches compete with
    #[arg(long, default_value_t = Settings::default().architectures)]
    pub architectures: usize,
    /// Ridge lambda of the inner problem
    #[arg(long, default_value_t = Settings::default().lambda, allow_negative_numbers = true)]
    pub lambda: f64,
    /// Seeds of the half with real networks, 0 to leave it out
    #[arg(long, default_value_t = Settings::default().net_seeds)]
    pub net_seeds: usize,
    /// Width of the networks, even
    #[arg(long, default_value_t = Settings::default().net_width)]
    pub net_width: usize,
    /// Architectures that are trained as networks
    #[arg(long, default_value_t = Settings::default().net_architectures)]
    pub net_architectures: usize,
    /// Most steps of gradient descent of a network
    #[arg(long, default_value_t = Settings::default().net_steps)]
    pub net_steps: usize,
    /// Most outer steps of a bilevel search
    #[arg(long, default_value_t = Settings::default().outer_steps)]
    pub outer_steps: usize,
}

impl Default for Settings {
    fn default() -> Self {
        let e0 = Options::default();
        Self {
            run_as: RunAs::default(),
            seeds: e0.seeds,
            dimension: e0.problem.dimension,
            noise: e0.problem.noise,
            n_train: e0.sizes.train,
            n_validation: e0.sizes.validation,
            n_test: e0.sizes.test,
            candidates: e0.candidates,
            architectures: e0.architectures,
            lambda: e0.lambda,
            outer_steps: e0.search.steps,
            net_seeds: e0.network.seeds,
            net_width: 2 * e0.network.pairs,
            net_architectures: e0.network.architectures,
            net_steps: e0.network.limit,
        }
    }
}

impl Settings {
    /// The options that these settings mean.
    pub fn options(&self) -> Options {
        Options {
            seeds: self.seeds,
            problem: QuadraticForm { dimension: self.dimension, noise: self.noise },
            sizes: Sizes { train: self.n_train, validation: self.n_validation, test: self.n_test },
            candidates: self.candidates,
            architectures: self.architectures,
            lambda: self.lambda,
            search: search::Options { steps: self.outer_steps, ..search::Options::default() },
            network: network::Options {
                seeds: self.net_seeds,
                pairs: self.net_width / 2,
                architectures: self.net_architectures,
                limit: self.net_steps,
                ..network::Options::default()
            },
        }
    }

    /// What the Gram terms of one seed take.
    fn gram_gigabytes(&self) -> f64 {
        let columns = (self.n_train + self.n_validation + self.n_test) as f64;
        8e-9 * self.candidates as f64 * self.n_train as f64 * columns
    }
}

impl run::Settings for Settings {
    const SHOWN_BY: &'static str = "nas config E0";

    fn check(&self) -> Result<(), ConfigError> {
        self.run_as.check()?;
        let ranges = [
            ("seeds", self.seeds, 1..=100_000),
            ("dimension", self.dimension, 2..=10_000),
            ("n_train", self.n_train, 1..=100_000),
            ("n_validation", self.n_validation, 1..=100_000),
            ("n_test", self.n_test, 1..=1_000_000),
            ("candidates", self.candidates, 1..=1000),
            ("architectures", self.architectures, 2..=1_000_000),
            ("net_seeds", self.net_seeds, 0..=100_000),
            ("net_width", self.net_width, 2..=1_000_000),
            ("net_architectures", self.net_architectures, 2..=1_000_000),
            ("net_steps", self.net_steps, 0..=100_000_000),
            ("outer_steps", self.outer_steps, 0..=1_000_000),
        ];
        for (key, value, range) in ranges {
            ConfigError::outside(key, value, range)?;
        }
        if !self.net_width.is_multiple_of(2) {
            let need = "even, since neurons come in pairs".to_owned();
            return Err(ConfigError::Range { key: "net_width", value: self.net_width.to_string(), need });
        }
        ConfigError::negative("noise", self.noise)?;
        ConfigError::negative("lambda", self.lambda)?;
        let gigabytes = self.gram_gigabytes();
        if gigabytes > MOST_GIGABYTES { Err(ConfigError::Memory { gigabytes, most: MOST_GIGABYTES }) } else { Ok(()) }
    }
}

impl Experiment for Settings {
    const ID: &'static str = "E0";

    fn quick() -> Self {
        Self { seeds: 5, net_seeds: 1, ..Self::default() }
    }

    fn run_as(&mut self) -> &mut RunAs {
        &mut self.run_as
    }

    /// First in the kernel model, then with networks.
    fn run(&self, lab: &Lab) -> Result<Vec<Outcome>, Error> {
        let (options, seed) = (self.options(), Seed::new(self.run_as.seed));
        let units = Units { count: options.seeds, steps: options.architectures + 1 };
        let measured = lab.measure("E0, kernel model", units, |number, progress| {
            kernel::measure_seed(&options, seed, number, progress)
        })?;
        let of_kernel = kernel_outcome(&options, &measured);
        if options.network.seeds == 0 {
            return Ok(vec![of_kernel]);
        }
        let programs = network::Programs::new(&options);
        let units = Units { count: options.network.seeds, steps: options.network.architectures };
        let measured = lab.measure("E0, networks", units, |number, progress| {
            network::measure_seed(&options, &programs, seed, number, progress)
        })?;
        Ok(vec![of_kernel, network_outcome(&options, &measured)])
    }
}
