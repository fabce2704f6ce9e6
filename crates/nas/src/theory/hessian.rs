//! H = ∇²F of the outer loss, by differences of hypergradients.

use crate::dense::{NoEigenvalues, SymmetricEigen, product};
use faer::{Mat, MatRef};

/// ∇²F in all of R^h, by central differences: as it was measured, not symmetrised.
#[derive(Clone, Debug)]
pub struct Hessian {
    columns: Mat<f64>,
    /// What an entry may be off by.
    error: f64,
}

impl Hessian {
    /// From the hypergradients at α − s eⱼ and α + s eⱼ of every coordinate j, which are off by `relative_error` of the largest.
    ///
    /// # Panics
    /// When a hypergradient has another length than there are coordinates, or the step s is not positive.
    pub fn new(sides: &[[Vec<f64>; 2]], step: f64, relative_error: f64) -> Self {
        let h = sides.len();
        assert!(step > 0.0, "differences with a step of {step}");
        let gradients = || sides.iter().flatten();
        gradients().for_each(|g| assert_eq!(g.len(), h, "a hypergradient of {} coordinates for {h}", g.len()));
        let size = gradients().map(|g| g.iter().map(|x| x * x).sum::<f64>().sqrt()).fold(0.0, f64::max);
        let columns = Mat::from_fn(h, h, |i, j| (sides[j][1][i] - sides[j][0][i]) / (2.0 * step));
        Self { columns, error: relative_error * size / step }
    }

    /// The same, where `hypergradient` gives them: 2 h calls.
    ///
    /// # Errors
    /// When one fails.
    ///
    /// # Panics
    /// As [`Self::new`].
    pub fn difference<E>(
        alpha: &[f64],
        mut hypergradient: impl FnMut(&[f64]) -> Result<Vec<f64>, E>,
        step: f64,
        relative_error: f64,
    ) -> Result<Self, E> {
        let mut at = |j: usize, step: f64| {
            let mut moved = alpha.to_vec();
            moved[j] += step;
            hypergradient(&moved)
        };
        let sides: Vec<[Vec<f64>; 2]> =
            (0..alpha.len()).map(|j| Ok([at(j, -step)?, at(j, step)?])).collect::<Result<_, E>>()?;
        Ok(Self::new(&sides, step, relative_error))
    }

    /// Number h of coordinates.
    pub fn coordinates(&self) -> usize {
        self.columns.ncols()
    }

    /// λ_max in all of R^h; 0 without a coordinate.
    ///
    /// # Errors
    /// When hypergradients were not finite.
    pub fn largest_eigenvalue(&self) -> Result<f64, NoEigenvalues> {
        let all = Mat::identity(self.coordinates(), self.coordinates());
        Ok(SymmetricEigen::of(self.on(all.as_ref()).as_ref())?.values.last().copied().unwrap_or(0.0))
    }

    /// M, how far gradients were seen to move for each unit of α: the largest ‖g(α + s eⱼ) − g(α − s eⱼ)‖/2s over the
    /// coordinates; 0 without a coordinate, NaN where hypergradients were not finite.
    pub fn largest_change(&self) -> f64 {
        if !self.is_finite() {
            return f64::NAN;
        }
        (0..self.coordinates()).map(|j| self.columns.col(j).norm_l2()).fold(0.0, f64::max)
    }

    pub(super) fn is_finite(&self) -> bool {
        self.columns.is_all_finite()
    }

    /// ‖H‖_F
    pub(super) fn norm(&self) -> f64 {
        self.columns.norm_l2()
    }

    /// The symmetric part in a basis, a vector in each column.
    pub(super) fn on(&self, basis: MatRef<'_, f64>) -> Mat<f64> {
        let raw = self.raw(basis);
        Mat::from_fn(raw.nrows(), raw.ncols(), |i, j| 0.5 * (raw[(i, j)] + raw[(j, i)]))
    }

    /// What eigenvalues in a basis may be off by: what is left of the antisymmetric part, which would be 0, and what the
    /// hypergradients are off by, divided by the step.
    pub(super) fn noise(&self, basis: MatRef<'_, f64>) -> f64 {
        let raw = self.raw(basis);
        let odd = Mat::from_fn(raw.nrows(), raw.ncols(), |i, j| 0.5 * (raw[(i, j)] - raw[(j, i)]));
        odd.norm_l2().max(self.error * (raw.ncols() as f64).sqrt())
    }

    fn raw(&self, basis: MatRef<'_, f64>) -> Mat<f64> {
        product(basis.transpose(), product(self.columns.as_ref(), basis).as_ref())
    }
}
