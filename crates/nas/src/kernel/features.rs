//! Superposed feature maps (science 2.6).

use super::Gram;
use crate::dense::{apply, product};
use faer::{Col, ColRef, Mat, MatRef, Scale};

/// Feature maps φ_i: R^p each, on the same samples. φ_α = Σ_i α_i φ_i.
#[derive(Clone, Debug)]
pub struct FeatureMaps {
    maps: Vec<Mat<f64>>,
}

impl FeatureMaps {
    /// From one n × p matrix Φ_i per map.
    ///
    /// # Panics
    /// When there is none, or when shapes differ.
    pub fn new(maps: Vec<Mat<f64>>) -> Self {
        assert!(!maps.is_empty(), "feature maps: there is none");
        let shape = (maps[0].nrows(), maps[0].ncols());
        for (i, map) in maps.iter().enumerate() {
            assert_eq!((map.nrows(), map.ncols()), shape, "feature map {i} has another shape than map 0");
        }
        Self { maps }
    }

    /// Number h of maps.
    pub fn count(&self) -> usize {
        self.maps.len()
    }

    /// Number n of samples.
    pub fn samples(&self) -> usize {
        self.maps[0].nrows()
    }

    /// Number p of features.
    pub fn features(&self) -> usize {
        self.maps[0].ncols()
    }

    /// Φ_i.
    pub fn map(&self, i: usize) -> MatRef<'_, f64> {
        self.maps[i].as_ref()
    }

    /// Φ_α.
    pub fn combine(&self, alpha: &[f64]) -> Mat<f64> {
        assert_eq!(alpha.len(), self.count(), "{} weights for {} feature maps", alpha.len(), self.count());
        let mut sum = Mat::zeros(self.samples(), self.features());
        for (map, &a) in self.maps.iter().zip(alpha) {
            sum += Scale(a) * map;
        }
        sum
    }

    /// Σ_i W_ik φ_i for every column k of W, which has a row for each map.
    ///
    /// # Panics
    /// When W has no column, or not a row for each map.
    #[must_use]
    pub fn mixed(&self, w: MatRef<'_, f64>) -> Self {
        Self::new(w.col_iter().map(|column| self.combine(&column.iter().copied().collect::<Vec<f64>>())).collect())
    }

    /// These maps, in this order.
    ///
    /// # Panics
    /// When there is none, or no such one.
    #[must_use]
    pub fn select(&self, maps: &[usize]) -> Self {
        Self::new(maps.iter().map(|&i| self.maps[i].clone()).collect())
    }

    /// These maps with the mean over the samples taken from every feature; of no samples, themselves.
    #[must_use]
    pub fn centred(&self) -> Self {
        let share = 1.0 / self.samples() as f64;
        let centre = |map: &Mat<f64>| {
            let means: Vec<f64> = (0..map.ncols()).map(|j| share * map.col(j).iter().sum::<f64>()).collect();
            Mat::from_fn(map.nrows(), map.ncols(), |i, j| map[(i, j)] - means[j])
        };
        Self { maps: self.maps.iter().map(centre).collect() }
    }

    /// The first `n` samples.
    ///
    /// # Panics
    /// When there are fewer.
    #[must_use]
    pub fn first(&self, n: usize) -> Self {
        Self { maps: self.maps.iter().map(|map| map.subrows(0, n).to_owned()).collect() }
    }

    /// These samples, then those of another set.
    ///
    /// # Panics
    /// When the maps do not agree.
    #[must_use]
    pub fn followed_by(&self, other: &Self) -> Self {
        let (ours, theirs) = ((self.count(), self.features()), (other.count(), other.features()));
        assert_eq!(ours, theirs, "feature maps of other shapes (maps, features)");
        let n = self.samples();
        let entry = |(a, b): (&Mat<f64>, &Mat<f64>), i: usize, j| if i < n { a[(i, j)] } else { b[(i - n, j)] };
        let both = |pair| Mat::from_fn(n + other.samples(), self.features(), |i, j| entry(pair, i, j));
        Self { maps: self.maps.iter().zip(&other.maps).map(both).collect() }
    }

    /// Φ_i x of every map.
    pub fn apply_each(&self, x: ColRef<'_, f64>) -> Vec<Col<f64>> {
        self.maps.iter().map(|map| apply(map.as_ref(), x)).collect()
    }

    /// The blocks Φ_i Ψ_jᵀ against the samples of another set, as the terms of [`super::Mixing::full`].
    pub fn gram(&self, other: &Self) -> Gram {
        let row = |a: &Mat<f64>| other.maps.iter().map(|b| product(a.as_ref(), b.transpose())).collect();
        Gram::from_blocks(&self.maps.iter().map(row).collect::<Vec<Vec<_>>>())
    }
}
