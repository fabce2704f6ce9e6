//! Generalised cross-validation (Golub, Heath and Wahba 1979).

use super::selection::Sensitivity;
use crate::dense::{self, dot};
use crate::kernel::Ridge;
use faer::Scale;

/// F = n N / (2t²) with N = ‖β‖², t = tr G: half of GCV, which moves by n (βᵀdβ / t² − N dt / t³), dt = −⟨G², dA⟩.
pub(super) fn sensitivity(ridge: &Ridge) -> Sensitivity {
    let (beta, g) = (ridge.fit.beta.as_ref(), ridge.factor.inverse());
    let (n, norm) = (beta.nrows() as f64, dot(beta, beta));
    let t: f64 = (0..beta.nrows()).map(|i| g[(i, i)]).sum();
    let mut dense = dense::lower_square(g.as_ref());
    dense *= Scale(n * norm / t.powi(3));
    Sensitivity { value: n * norm / (2.0 * t * t), slope: Scale(n / (t * t)) * beta, dense }
}
