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
    /// The bias of the moment matrix times its transpose is taken away ([`Moments::unbiased_square`]).
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
        let back = match whitening {
            Whitening::Maps => Some(self.inverse_root(RANK)?),
            Whitening::None | Whitening::Centred => None,
        };
        let square = match (whitening, &back) {
            (Whitening::Centred, _) => self.unbiased_square(),
            (_, Some(back)) => square(product(back.as_ref(), self.matrix().as_ref()).as_ref()),
            (_, None) => self.square(),
        };
        strongest(square.as_ref(), back.as_ref(), rank)
    }

    /// M̂ M̂ᵀ (h × h) of the moment matrix M̂ = (1/n) Σ y X.
    pub fn square(&self) -> Mat<f64> {
        square(self.matrix().as_ref())
    }

    /// A matrix whose mean is E[y X] E[y X]ᵀ: (Σᵢ yᵢ Xᵢ)(Σᵢ yᵢ Xᵢ)ᵀ without the terms of a sample with itself, over n (n − 1).
    /// (A U-statistic, science 3. The mean of [`Self::square`] has those terms too, and they point where features are large.)
    /// It may have eigenvalues below zero; of one sample it is zero.
    pub fn unbiased_square(&self) -> Mat<f64> {
        let n = self.samples as f64;
        Scale(n / (n - 1.0).max(1.0)) * (self.square() - Scale(n.powi(-2)) * &self.weighted)
    }

    /// C^(−1/2) of the second moment C = Σ X Xᵀ / (n p), on the directions that have more than this part of the largest.
    pub(super) fn inverse_root(&self, shown: f64) -> Result<Mat<f64>, NoEigenvalues> {
        let SymmetricEigen { values, vectors } = self.directions(shown)?;
        Ok(product(scaled(&values, &vectors).as_ref(), vectors.transpose()))
    }

    /// W with Wᵀ C W = I, whose columns span the same directions.
    pub(super) fn whitener(&self, shown: f64) -> Result<Mat<f64>, NoEigenvalues> {
        let SymmetricEigen { values, vectors } = self.directions(shown)?;
        Ok(scaled(&values, &vectors))
    }

    /// The eigenvalues of C above this part of the largest, with their eigenvectors.
    fn directions(&self, shown: f64) -> Result<SymmetricEigen, NoEigenvalues> {
        let SymmetricEigen { values, vectors } = SymmetricEigen::of(self.second_moment().as_ref())?;
        let least = values.last().copied().unwrap_or(0.0) * shown;
        let kept: Vec<usize> = (0..values.len()).filter(|&k| values[k] > least).collect();
        let vectors = Mat::from_fn(vectors.nrows(), kept.len(), |i, k| vectors[(i, kept[k])]);
        Ok(SymmetricEigen { values: kept.into_iter().map(|k| values[k]).collect(), vectors })
    }

    /// C
    pub(super) fn second_moment(&self) -> Mat<f64> {
        Scale(1.0 / (self.samples * self.first.ncols().max(1)) as f64) * &self.second
    }
}

/// The columns over the roots of their values.
fn scaled(values: &[f64], vectors: &Mat<f64>) -> Mat<f64> {
    Mat::from_fn(vectors.nrows(), vectors.ncols(), |i, k| vectors[(i, k)] * values[k].sqrt().recip())
}

/// M Mᵀ
fn square(m: MatRef<'_, f64>) -> Mat<f64> {
    product(m, m.transpose())
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
pub(super) fn unit(alpha: Col<f64>) -> Vec<f64> {
    let sum: f64 = alpha.iter().sum();
    let scale = alpha.norm_l2().max(f64::MIN_POSITIVE) * if sum < 0.0 { -1.0 } else { 1.0 };
    alpha.iter().map(|a| a / scale).collect()
}
