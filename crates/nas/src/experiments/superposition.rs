//! Problems of the superposition model that several experiments draw.

use crate::data::{Bilinear, MappedSamples, Planted};
use crate::kernel::RidgeFit;
use crate::seed::Seed;
use crate::space::{Space, Sphere};

/// Sizes of a problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sizes {
    pub(super) model: Bilinear,
    pub(super) n_train: usize,
    /// Validation samples, of which the first ones may be taken.
    pub(super) n_validation: usize,
    /// Random points of the sphere.
    pub(super) points: usize,
}

/// One planted problem with its samples and random points. Fewer training samples than features: every point fits them.
pub(super) struct Problem {
    pub(super) planted: Planted,
    pub(super) train: MappedSamples,
    pub(super) validation: MappedSamples,
    pub(super) points: Vec<Vec<f64>>,
}

impl Problem {
    pub(super) fn new(sizes: &Sizes, seed: Seed) -> Self {
        let planted = sizes.model.plant(seed.split("planted"));
        let sample = |n, part| sizes.model.sample(&planted, n, &mut seed.split(part).stream());
        let (train, validation) = (sample(sizes.n_train, "train"), sample(sizes.n_validation, "validation"));
        let mut stream = seed.split("points").stream();
        let points = (0..sizes.points).map(|_| Sphere::unit(sizes.model.maps).sample(&mut stream)).collect();
        Self { planted, train, validation, points }
    }

    /// The fit of least norm.
    pub(super) fn fit(&self) -> RidgeFit<'_> {
        RidgeFit { maps: &self.train.maps, y: self.train.y.as_ref(), lambda: 0.0 }
    }
}
