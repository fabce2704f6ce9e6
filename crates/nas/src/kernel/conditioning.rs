//! λ₀ = min over Δ of λ_min(K_α): whether every kernel of a space interpolates (science 2.6).

use super::{Gram, Mixing};
use crate::dense::{NoEigenvalues, SymmetricEigen, dot};
use crate::outer::{Outer, ProjectedGradient};
use crate::seed::Seed;
use crate::space::Space;
use faer::{Col, Mat};

/// How hard the least eigenvalue over a space is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Random points of the space.
    pub samples: usize,
    /// Trial steps of descent from the best of them.
    pub trials: usize,
    /// How often a step is halved before the descent ends.
    pub halvings: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { samples: 64, trials: 60, halvings: 20 }
    }
}

/// The least eigenvalue at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastEigenvalue {
    /// α
    pub alpha: Vec<f64>,
    /// λ_min(K_α), exact up to rounding; below 0 by rounding only.
    pub value: f64,
    /// Its gradient in α, (qᵀ ∂_i K_α q)_i for a unit eigenvector q; where the eigenvalue is not simple, a generalised one.
    pub gradient: Vec<f64>,
}

impl LeastEigenvalue {
    /// Of K_α.
    ///
    /// # Panics
    /// When there is no point, or sizes of α and of the terms do not fit the mixing.
    pub fn at(mixing: &Mixing, train: &Gram, alpha: &[f64]) -> Result<Self, NoEigenvalues> {
        assert!(train.rows() > 0, "a kernel matrix without points has no eigenvalue");
        let eigen = SymmetricEigen::of(train.combine_lower(&mixing.weights(alpha)).as_ref())?;
        let q = eigen.vectors.col(0);
        let slopes: Vec<f64> = train.apply_each(q).iter().map(|k_q: &Col<f64>| dot(q, k_q.as_ref())).collect();
        let gradient = mixing.pull_back(alpha, &slopes);
        Ok(Self { alpha: alpha.to_vec(), value: eigen.values[0], gradient })
    }

    /// An estimate of λ₀ over a space, from above: the least value among samples, then projected descent from there. The true
    /// minimum may be lower, so it certifies nothing.
    pub fn estimate(
        mixing: &Mixing,
        train: &Gram,
        space: &dyn Space,
        effort: Effort,
        seed: Seed,
    ) -> Result<Self, NoEigenvalues> {
        let mut stream = seed.split("least eigenvalue").stream();
        let mut best = Self::at(mixing, train, &space.start())?;
        for _ in 0..effort.samples {
            let other = Self::at(mixing, train, &space.sample(&mut stream))?;
            if other.value < best.value {
                best = other;
            }
        }
        let (outer, mut eta, mut next) = (ProjectedGradient { space }, 1.0, best.alpha.clone());
        let mut halvings = 0;
        for _ in 0..effort.trials {
            outer.propose(&best.alpha, &best.gradient, eta, &mut next);
            let there = Self::at(mixing, train, &next)?;
            if there.value < best.value {
                (best, eta, halvings) = (there, 2.0 * eta, 0);
            } else if halvings == effort.halvings {
                break;
            } else {
                (eta, halvings) = (eta / 2.0, halvings + 1);
            }
        }
        Ok(best)
    }
}

/// A lower bound of λ_min(K_α) / ‖α‖² for every α of a superposition, hence of λ₀ over a space without 0: the least eigenvalue
/// of the h n × h n matrix of the blocks K_ij between n training points, since zᵀK_αz is its quadratic form at α ⊗ z.
///
/// # Panics
/// When there is no block, or the blocks are not h × h of one square shape.
pub fn block_bound(blocks: &[Vec<Mat<f64>>]) -> Result<f64, NoEigenvalues> {
    let h = blocks.len();
    assert!(
        h > 0 && blocks.iter().all(|row| row.len() == h),
        "{h} rows of blocks need {h} blocks each, and one at least"
    );
    let n = blocks[0][0].nrows();
    let square = |block: &Mat<f64>| block.nrows() == n && block.ncols() == n;
    assert!(n > 0 && blocks.iter().flatten().all(square), "blocks between training points must all be {n} x {n}");
    let all = Mat::from_fn(h * n, h * n, |i, j| blocks[i / n][j / n][(i % n, j % n)]);
    Ok(SymmetricEigen::of(all.as_ref())?.values[0])
}
