//! Problems of the superposition model that several experiments draw.

use crate::data::{Bilinear, MappedSamples, Planted};
use crate::kernel::RidgeFit;
use crate::run::ConfigError;
use crate::seed::Seed;
use crate::space::{Space, Sphere};
use clap::Args;
use serde::{Deserialize, Serialize};

/// Sizes of the problems that E1 and E2 draw, one for every number of maps.
#[derive(Args, Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Superposition {
    /// Numbers h of feature maps
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Superposition::default().maps)]
    pub maps: Vec<usize>,
    /// Numbers n_V of validation samples
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = Superposition::default().n_validation)]
    pub n_validation: Vec<usize>,
    /// Features p of a map
    #[arg(long, default_value_t = Superposition::default().features)]
    pub features: usize,
    /// Training samples n_T, fewer than features: every combination fits them
    #[arg(long, default_value_t = Superposition::default().n_train)]
    pub n_train: usize,
    /// Standard deviation of the label noise (the signal's is 1)
    #[arg(long, default_value_t = Superposition::default().noise, allow_negative_numbers = true)]
    pub noise: f64,
}

impl Default for Superposition {
    fn default() -> Self {
        Self {
            maps: vec![2, 5, 10, 20, 40],
            n_validation: vec![20, 50, 100, 200, 400, 800],
            features: 100,
            n_train: 50,
            noise: 0.1,
        }
    }
}

impl Superposition {
    /// Fewer sizes, for a first look.
    pub(super) fn quick() -> Self {
        Self { maps: vec![2, 5, 10, 20], n_validation: vec![25, 50, 100, 200, 400], ..Self::default() }
    }

    /// Refuses values that no run can use.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        ConfigError::each_outside("maps", &self.maps, &(1..=1000))?;
        ConfigError::each_outside("n_validation", &self.n_validation, &(1..=100_000))?;
        ConfigError::outside("features", self.features, 2..=10_000)?;
        ConfigError::outside("n_train", self.n_train, 1..=self.features.saturating_sub(1))?;
        ConfigError::negative("noise", self.noise)
    }

    /// The problem of this many maps.
    pub(super) fn sizes(&self, maps: usize, points: usize) -> Sizes {
        Sizes {
            model: Bilinear { maps, features: self.features, noise: self.noise },
            n_train: self.n_train,
            n_validation: self.n_validation.iter().copied().max().unwrap_or(0),
            points,
        }
    }
}

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
