//! Left singular vectors of the moment matrix.

use super::Moments;
use crate::dense::{NoEigenvalues, SymmetricEigen, product};
use faer::{Col, Mat, MatRef, Scale};

/// What is done about features that are not isotropic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whitening {
    /// Nothing: right for independent maps of one scale.
    #[default]
    None,
    /// The h × h second moment of the maps is made the identity first, and α turned back afterwards. Where it is singular, only
    /// the directions that the samples show are.
    Maps,
    /// The bias (1/n²) Σ y² X Xᵀ of the moment matrix times its transpose is taken away (a U-statistic).
    Centred,
}

/// Combinations of feature maps, the strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// α of unit norm each; the sign makes the sum positive, since the samples do not tell it.
    pub alphas: Vec<Vec<f64>>,
    /// The singular values; with [`Whitening::Centred`] an eigenvalue below zero gives 0.
    pub values: Vec<f64>,
}

impl Moments {
    /// The first `rank` left singular vectors, fewer where there are fewer maps.
    ///
    /// # Errors
    /// When a sample is not finite.
    ///
    /// # Panics
    /// When there is no sample.
    pub fn estimate(&self, rank: usize, whitening: Whitening) -> Result<Estimate, NoEigenvalues> {
        assert!(self.samples > 0, "the spectral estimator needs at least one sample");
        let m = self.matrix();
        let back = match whitening {
            Whitening::Maps => Some(self.inverse_root(RANK)?),
            Whitening::None | Whitening::Centred => None,
        };
        let seen = back.as_ref().map_or_else(|| m.clone(), |back| product(back.as_ref(), m.as_ref()));
        let mut square = product(seen.as_ref(), seen.transpose());
        if whitening == Whitening::Centred {
            square -= Scale((self.samples as f64).powi(-2)) * &self.weighted;
        }
        strongest(square.as_ref(), back.as_ref(), rank)
    }

    /// C^(−1/2) of the second moment C = Σ X Xᵀ / (n p), on the directions that have more than this part of the largest.
    pub(super) fn inverse_root(&self, shown: f64) -> Result<Mat<f64>, NoEigenvalues> {
        let scale = 1.0 / (self.samples * self.first.ncols().max(1)) as f64;
        let SymmetricEigen { values, vectors } = SymmetricEigen::of((Scale(scale) * &self.second).as_ref())?;
        let least = values.last().copied().unwrap_or(0.0) * shown;
        let root = |k: usize| if values[k] > least { values[k].sqrt().recip() } else { 0.0 };
        let scaled = Mat::from_fn(vectors.nrows(), vectors.ncols(), |i, k| vectors[(i, k)] * root(k));
        Ok(product(scaled.as_ref(), vectors.transpose()))
    }
}

/// The first `rank` eigenvectors of the square of a moment matrix, turned back to combinations of the maps.
pub(super) fn strongest(
    square: MatRef<'_, f64>,
    back: Option<&Mat<f64>>,
    rank: usize,
) -> Result<Estimate, NoEigenvalues> {
    let SymmetricEigen { values, vectors } = SymmetricEigen::of(square)?;
    let strongest = (0..values.len()).rev().take(rank);
    let turned = |k: usize| {
        let column: Col<f64> = vectors.col(k).to_owned();
        let alpha = back.map_or_else(|| column.clone(), |back| back * &column);
        unit(alpha)
    };
    Ok(Estimate {
        values: strongest.clone().map(|k| values[k].max(0.0).sqrt()).collect(),
        alphas: strongest.map(turned).collect(),
    })
}

/// Eigenvalues below this part of the largest count as zero.
const RANK: f64 = 1e-12;

/// A unit vector of positive sum.
fn unit(alpha: Col<f64>) -> Vec<f64> {
    let sum: f64 = alpha.iter().sum();
    let scale = alpha.norm_l2().max(f64::MIN_POSITIVE) * if sum < 0.0 { -1.0 } else { 1.0 };
    alpha.iter().map(|a| a / scale).collect()
}
