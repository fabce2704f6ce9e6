//! K-fold cross-validation from one factorization.

use super::selection::Sensitivity;
use crate::dense::{self, Cholesky, NotPositiveDefinite, dot};
use crate::kernel::Ridge;
use crate::seed::Stream;
use faer::{Col, Mat, Scale};
use rand::seq::SliceRandom;
use std::ops::AddAssign;

/// A partition of n points into folds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    folds: Vec<Vec<usize>>,
    points: usize,
}

impl Folds {
    /// From the points of each fold.
    ///
    /// # Panics
    /// When the folds do not contain each of 0 … n − 1 once.
    pub fn new(folds: Vec<Vec<usize>>) -> Self {
        let mut all = folds.concat();
        all.sort_unstable();
        let points = all.len();
        assert!(all.into_iter().eq(0..points), "folds of {points} points do not hold each of 0 … {points} − 1 once");
        Self { folds, points }
    }

    /// A fold for every one of n points: leave-one-out.
    pub fn single(n: usize) -> Self {
        Self { folds: (0..n).map(|i| vec![i]).collect(), points: n }
    }

    /// `count` folds of n shuffled points, whose sizes differ by one at most.
    ///
    /// # Panics
    /// When `count` is not between 1 and n.
    pub fn random(n: usize, count: usize, stream: &mut Stream) -> Self {
        assert!((1..=n).contains(&count), "{count} folds of {n} points");
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(stream);
        let fold = |k: usize| order[k * n / count..(k + 1) * n / count].to_vec();
        Self { folds: (0..count).map(fold).collect(), points: n }
    }

    /// The points of each fold.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.folds.iter().map(Vec::as_slice)
    }
}

/// F = Σ_B ‖e_B‖² / (2n) with e_B = G_BB⁻¹ β_B = y_B − f_{−B} (science 6.4). With s_B = G_BB⁻¹ e_B / n it moves by
/// Σ_B s_Bᵀ (dβ_B − dG_BB e_B), and dG = −G dA G turns the second part into ⟨Σ_B (G_·B s_B)(G_·B e_B)ᵀ, dA⟩,
/// of which the symmetric part counts.
pub(super) fn sensitivity(folds: &Folds, ridge: &Ridge) -> Result<Sensitivity, NotPositiveDefinite> {
    let (beta, g) = (&ridge.fit.beta, ridge.factor.inverse());
    let n = beta.nrows();
    assert_eq!(folds.points, n, "folds of {} points for {n} training points", folds.points);
    let (mut value, mut slope) = (0.0, Col::zeros(n));
    let (mut moved, mut errors) = (Mat::zeros(n, folds.folds.len()), Mat::zeros(n, folds.folds.len()));
    for (k, fold) in folds.iter().enumerate() {
        let factor = Cholesky::factor(Mat::from_fn(fold.len(), fold.len(), |i, j| g[(fold[i], fold[j])]))?;
        let e = factor.solve(Col::from_fn(fold.len(), |i| beta[fold[i]]).as_ref());
        let s = factor.solve(e.as_ref());
        value += dot(e.as_ref(), e.as_ref()) / (2 * n) as f64;
        for (b, &point) in fold.iter().enumerate() {
            slope[point] = s[b] / n as f64;
            moved.col_mut(k).add_assign(Scale(slope[point]) * g.col(point));
            errors.col_mut(k).add_assign(Scale(e[b]) * g.col(point));
        }
    }
    Ok(Sensitivity { value, slope, dense: dense::lower_symmetrised(moved.as_ref(), errors.as_ref()) })
}
