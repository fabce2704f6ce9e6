//! The activation search with Hermite candidates (science 4.5), as E0 and E4 draw it.

use super::Error;
use crate::data::{QuadraticForm, Sizes, Split};
use crate::kernel::{Fit, Gram, KernelModel, Mixing, hermite};
use crate::model::Network;
use crate::seed::Seed;
use crate::space::{Simplex, Space};
use tape::{Activation, Bank};

/// c₀, the total squared output weight of the network and of the kernel.
const C0: f64 = 1.0;

/// Sizes and constants of a problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Problem {
    pub(super) form: QuadraticForm,
    pub(super) sizes: Sizes,
    /// Hermite polynomials of degree 1 to so many.
    pub(super) candidates: usize,
    /// The ridge of fits in closed form.
    pub(super) lambda: f64,
}

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

impl Problem {
    /// The network whose tangent kernel is that of the problem where it is infinitely wide.
    pub(super) fn network(&self, pairs: usize) -> Network {
        let degrees = 1..=self.candidates as u32;
        let bank = Bank::new(degrees.map(Activation::Hermite).collect::<Vec<_>>());
        Network { dimension: self.form.dimension, pairs, bank, c0: C0 }
    }

    /// Draws the data.
    pub(super) fn prepare(&self, seed: Seed) -> Result<Prepared, Error> {
        let data = self.form.generate(self.sizes.total(), seed.split("data"));
        let split = Split::random(&data, self.sizes, &mut seed.split("split").stream())?;
        let gram = |x| hermite::gram(x, split.train.x(), self.candidates, C0);
        let (train, validation, test) = (gram(split.train.x()), gram(split.validation.x()), gram(split.test.x()));
        Ok(Prepared { seed, split, train, validation, test, lambda: self.lambda, candidates: self.candidates })
    }
}

impl Prepared {
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
