//! E0: activation search with Hermite activations (science 4.5 and 4.7), in the kernel model and with real networks.

pub mod kernel;
pub mod network;
mod report;
mod settings;

pub use super::ranking::Ranking;
pub use report::{kernel_criteria, kernel_outcome, network_criteria, network_outcome};
pub use settings::Settings;

use super::Error;
use super::prepared::{Prepared, Problem};
use crate::data::{QuadraticForm, Sizes};
use crate::search;
use crate::seed::Seed;

/// Sizes and constants of E0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Number of seeds, each with data and architectures of its own.
    pub seeds: usize,
    /// The planted problem.
    pub problem: QuadraticForm,
    /// Sizes of the three parts.
    pub sizes: Sizes,
    /// Number h of candidate activations.
    pub candidates: usize,
    /// Random architectures, Dirichlet(1, …, 1) in d = α².
    pub architectures: usize,
    /// The ridge λ of the kernel model.
    pub lambda: f64,
    /// The bilevel search.
    pub search: search::Options,
    /// The half with real networks.
    pub network: network::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seeds: 20,
            problem: QuadraticForm { dimension: 10, noise: 0.1 },
            sizes: Sizes { train: 100, validation: 100, test: 2000 },
            candidates: 4,
            architectures: 300,
            lambda: 1e-4,
            search: search::Options::default(),
            network: network::Options::default(),
        }
    }
}

impl Options {
    fn planted(&self) -> Problem {
        let Self { problem: form, sizes, candidates, lambda, .. } = *self;
        Problem { form, sizes, candidates, lambda }
    }

    /// The data of the seed with this number.
    fn prepare(&self, run: Seed, number: usize) -> Result<Prepared, Error> {
        self.planted().prepare(run.split("e0").split(&format!("seed {number}")))
    }
}
