//! Leave-one-out from one factorization: the folds of single points, without their systems.

use super::selection::Sensitivity;
use crate::dense;
use crate::kernel::Ridge;
use faer::{Col, Scale};

/// F = Σ_i e_i² / (2n) with e_i = β_i / G_ii = y_i − f_{−i}(x_i) (science 6.4). With s_i = e_i / (n G_ii) it moves by
/// Σ_i s_i (dβ_i − dG_ii e_i), and dG = −G dA G turns the second part into ⟨G D G, dA⟩, D = diag(s_i e_i) ≥ 0: the square of
/// G √D.
pub(super) fn sensitivity(ridge: &Ridge) -> Sensitivity {
    let (beta, mut g) = (&ridge.fit.beta, ridge.factor.inverse());
    let n = beta.nrows();
    let e = Col::from_fn(n, |i| beta[i] / g[(i, i)]);
    let s = Col::from_fn(n, |i| e[i] / (n as f64 * g[(i, i)]));
    g.col_iter_mut().enumerate().for_each(|(i, mut column)| column *= Scale((s[i] * e[i]).sqrt()));
    Sensitivity { value: e.squared_norm_l2() / (2 * n) as f64, slope: s, dense: dense::lower_square(g.as_ref()) }
}
