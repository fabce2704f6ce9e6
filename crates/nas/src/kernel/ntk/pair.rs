//! The two expectations of a pair of activations.

use super::closed::closed;
use super::expectations;
use faer::Mat;
use tape::Activation;

/// Which derivative of the activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// σ: the kernel of the output weights (NNGP).
    Value,
    /// σ′: the κ of the kernel of the hidden weights.
    Slope,
}

impl Order {
    /// σ(u) or σ′(u).
    pub fn of(self, activation: Activation, u: f64) -> f64 {
        activation.reference(u)[self as usize]
    }

    /// The matrix of expectations at an angle, symmetric; computed together, since the quadrature's points are shared.
    pub(super) fn matrix(self, activations: &[Activation], angle: f64) -> Mat<f64> {
        let h = activations.len();
        let known = |i: usize, j: usize| closed(self, activations[i], activations[j], angle);
        let mut all = Mat::from_fn(h, h, |i, j| known(i, j).unwrap_or(f64::NAN));
        let open: Vec<usize> = (0..h).filter(|&i| (0..h).any(|j| all[(i, j)].is_nan())).collect();
        let functions: Vec<_> = open.iter().map(|&i| move |u| self.of(activations[i], u)).collect();
        let functions: Vec<&dyn Fn(f64) -> f64> = functions.iter().map(|f| f as &dyn Fn(f64) -> f64).collect();
        let computed = if open.is_empty() { Mat::zeros(0, 0) } else { expectations(&functions, angle) };
        for (a, &i) in open.iter().enumerate() {
            for (b, &j) in open.iter().enumerate() {
                if all[(i, j)].is_nan() {
                    all[(i, j)] = computed[(a, b)].midpoint(computed[(b, a)]);
                }
            }
        }
        all
    }

    fn pair(self, i: Activation, j: Activation, rho: f64) -> f64 {
        assert!((-1.0..=1.0).contains(&rho), "a correlation of {rho} is not between -1 and 1");
        self.matrix(&[i, j], rho.acos())[(0, 1)]
    }
}

/// κ_ij(ρ) = E[σ_i'(u) σ_j'(v)] for u, v standard normal of correlation ρ.
///
/// # Panics
/// When |ρ| > 1.
pub fn kappa(i: Activation, j: Activation, rho: f64) -> f64 {
    Order::Slope.pair(i, j, rho)
}

/// E[σ_i(u) σ_j(v)] for u, v standard normal of correlation ρ.
///
/// # Panics
/// When |ρ| > 1.
pub fn nngp(i: Activation, j: Activation, rho: f64) -> f64 {
    Order::Value.pair(i, j, rho)
}
