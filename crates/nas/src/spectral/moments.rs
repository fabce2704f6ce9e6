//! Sums over samples that the estimator needs, in memory that does not depend on their number.

use crate::dense::{apply, product};
use crate::kernel::FeatureMaps;
use faer::{ColRef, Mat, Scale};

/// Σ y X, Σ X Xᵀ, Σ y² X Xᵀ and Σ y² over samples X (h × p) with label y.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Σ y X, h × p.
    pub(super) first: Mat<f64>,
    /// Σ X Xᵀ, h × h.
    pub(super) second: Mat<f64>,
    /// Σ y² X Xᵀ, h × h.
    pub(super) weighted: Mat<f64>,
    /// Σ y²
    pub(super) labels: f64,
    /// Number n of samples.
    pub(super) samples: usize,
}

impl Moments {
    /// Of no sample, for h maps of p features.
    pub fn new(maps: usize, features: usize) -> Self {
        let square = || Mat::zeros(maps, maps);
        Self { first: Mat::zeros(maps, features), second: square(), weighted: square(), labels: 0.0, samples: 0 }
    }

    /// Of these samples.
    ///
    /// # Panics
    /// When there are not as many labels as samples.
    pub fn of(maps: &FeatureMaps, y: ColRef<'_, f64>) -> Self {
        let mut moments = Self::new(maps.count(), maps.features());
        moments.add(maps, y);
        moments
    }

    /// Adds samples.
    ///
    /// # Panics
    /// When the maps are others, or when there are not as many labels as samples.
    pub fn add(&mut self, maps: &FeatureMaps, y: ColRef<'_, f64>) {
        let (h, p, n) = (maps.count(), maps.features(), maps.samples());
        let have = (self.first.nrows(), self.first.ncols());
        assert_eq!((h, p), have, "moments of {} maps of {} features, and samples of {h} and {p}", have.0, have.1);
        assert_eq!(n, y.nrows(), "moments: {n} samples and {} labels", y.nrows());
        for i in 0..h {
            let row = apply(maps.map(i).transpose(), y);
            (0..p).for_each(|j| self.first[(i, j)] += row[j]);
        }
        for j in 0..p {
            let columns = Mat::from_fn(n, h, |s, i| maps.map(i)[(s, j)]);
            let weighted = Mat::from_fn(n, h, |s, i| y[s] * columns[(s, i)]);
            self.second += product(columns.transpose(), columns.as_ref());
            self.weighted += product(weighted.transpose(), weighted.as_ref());
        }
        self.labels += y.squared_norm_l2();
        self.samples += n;
    }

    /// Number n of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// (1/n) Σ y X, whose mean is α* θ*ᵀ where the features are isotropic.
    pub fn matrix(&self) -> Mat<f64> {
        Scale(1.0 / self.samples as f64) * &self.first
    }

    /// The mean square of the labels.
    pub fn label_power(&self) -> f64 {
        self.labels / self.samples as f64
    }
}
