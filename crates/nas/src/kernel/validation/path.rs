//! Every ridge from one eigendecomposition.

use crate::dense::{self, NoEigenvalues, NotPositiveDefinite, SymmetricEigen};
use faer::{Col, ColRef, Mat, MatRef};

/// An eigenvalue of K + λI counts as zero below this part of the largest, times the order.
const SINGULAR: f64 = f64::EPSILON;

/// The errors of kernel ridge regression as functions of λ: K_TT = Q Λ Qᵀ is decomposed once, in O(n³), and each λ costs O(n²).
#[derive(Clone, Debug)]
pub struct LambdaPath {
    eigen: SymmetricEigen,
    /// Qᵀ y
    rotated: Col<f64>,
    /// The squares of the entries of Q: diagonals of functions of K are their products with those of Λ.
    squares: Mat<f64>,
    /// K_VT Q and y_V.
    held_out: Option<(Mat<f64>, Col<f64>)>,
}

/// Mean squared errors at one λ, by each criterion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathErrors {
    /// λ
    pub lambda: f64,
    /// On the validation set, when there is one.
    pub hold_out: Option<f64>,
    /// Leave-one-out.
    pub leave_one_out: f64,
    /// Generalised cross-validation.
    pub gcv: f64,
}

impl LambdaPath {
    /// Decomposes K_TT (n × n, its lower triangle) for labels y; `held_out` is K_VT (n_V × n) and y_V.
    ///
    /// # Panics
    /// When there is no training point, or sizes do not fit.
    pub fn new(
        k: MatRef<'_, f64>,
        y: ColRef<'_, f64>,
        held_out: Option<(MatRef<'_, f64>, ColRef<'_, f64>)>,
    ) -> Result<Self, NoEigenvalues> {
        assert!(k.nrows() > 0, "a path of λ needs a training point");
        assert_eq!(k.nrows(), y.nrows(), "{} labels for {} training points", y.nrows(), k.nrows());
        let eigen = SymmetricEigen::of(k)?;
        let rotated = dense::apply(eigen.vectors.transpose(), y);
        let squares = Mat::from_fn(k.nrows(), k.nrows(), |i, l| eigen.vectors[(i, l)].powi(2));
        let held_out = held_out.map(|(k_v, y_v)| {
            assert_eq!(k_v.nrows(), y_v.nrows(), "{} labels for {} validation points", y_v.nrows(), k_v.nrows());
            (dense::product(k_v, eigen.vectors.as_ref()), y_v.to_owned())
        });
        Ok(Self { eigen, rotated, squares, held_out })
    }

    /// The errors at λ.
    ///
    /// # Errors
    /// When K + λI is singular to working precision.
    pub fn at(&self, lambda: f64) -> Result<PathErrors, NotPositiveDefinite> {
        let (values, n) = (&self.eigen.values, self.rotated.nrows());
        let largest = values[n - 1] + lambda;
        if values[0] + lambda <= SINGULAR * n as f64 * largest {
            return Err(NotPositiveDefinite { pivot: 0, size: n });
        }
        let inverse = Col::from_fn(n, |l| (values[l] + lambda).recip());
        let scaled = Col::from_fn(n, |l| inverse[l] * self.rotated[l]);
        let beta = dense::apply(self.eigen.vectors.as_ref(), scaled.as_ref());
        let diagonal = dense::apply(self.squares.as_ref(), inverse.as_ref());
        let mean = |squares: f64, count: usize| squares / count as f64;
        let trace: f64 = inverse.iter().sum();
        Ok(PathErrors {
            lambda,
            hold_out: self.held_out.as_ref().map(|(k_v, y_v)| {
                mean((dense::apply(k_v.as_ref(), scaled.as_ref()) - y_v).squared_norm_l2(), y_v.nrows())
            }),
            leave_one_out: mean((0..n).map(|i| (beta[i] / diagonal[i]).powi(2)).sum(), n),
            gcv: n as f64 * scaled.squared_norm_l2() / (trace * trace),
        })
    }

    /// The errors at the λ of the list where `error` is least; `None` when K + λI is singular at each, or every error NaN.
    pub fn best(&self, lambdas: &[f64], error: impl Fn(&PathErrors) -> f64) -> Option<PathErrors> {
        let errors = lambdas.iter().filter_map(|&lambda| self.at(lambda).ok());
        errors.filter(|errors| !error(errors).is_nan()).min_by(|a, b| error(a).total_cmp(&error(b)))
    }
}
