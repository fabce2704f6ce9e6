//! The data of one seed, with its Gram terms.

use super::Options;
use crate::data::Split;
use crate::experiments::Error;
use crate::kernel::{Fit, Gram, KernelModel, Mixing, hermite};
use crate::seed::Seed;
use crate::space::{Simplex, Space};

/// c₀, the total squared output weight of the network and of the kernel.
pub(super) const C0: f64 = 1.0;

/// Data, Gram terms and random architectures of one seed: the same for kernels and networks.
pub(super) struct Prepared {
    pub(super) seed: Seed,
    pub(super) split: Split,
    pub(super) train: Gram,
    pub(super) validation: Gram,
    pub(super) test: Gram,
    lambda: f64,
    candidates: usize,
}

impl Prepared {
    /// Draws the data of the seed with this number.
    pub(super) fn new(options: &Options, run: Seed, number: usize) -> Result<Self, Error> {
        let seed = run.split("e0").split(&format!("seed {number}"));
        let data = options.problem.generate(options.sizes.total(), seed.split("data"));
        let split = Split::random(&data, options.sizes, &mut seed.split("split").stream())?;
        let gram = |x| hermite::gram(x, split.train.x(), options.candidates, C0);
        let (train, validation, test) = (gram(split.train.x()), gram(split.validation.x()), gram(split.test.x()));
        Ok(Self { seed, split, train, validation, test, lambda: options.lambda, candidates: options.candidates })
    }

    /// The kernel model of this data.
    pub(super) fn model<'a>(&'a self, mixing: &'a Mixing) -> KernelModel<'a> {
        KernelModel {
            mixing,
            train: &self.train,
            validation: &self.validation,
            y_train: self.split.train.y(),
            y_validation: self.split.validation.y(),
            lambda: self.lambda,
        }
    }

    /// The first `count` random architectures d = α².
    pub(super) fn architectures(&self, count: usize) -> Vec<Vec<f64>> {
        let mut stream = self.seed.split("architectures").stream();
        (0..count).map(|_| Simplex::unit(self.candidates).sample(&mut stream)).collect()
    }

    /// The test error of a fit.
    pub(super) fn test_error(&self, fit: &Fit) -> f64 {
        fit.mean_squared_error(&self.test, self.split.test.y())
    }
}
