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
        let known: Vec<Vec<Option<f64>>> =
            activations.iter().map(|&i| activations.iter().map(|&j| closed(self, i, j, angle)).collect()).collect();
        let open: Vec<usize> = (0..h).filter(|&i| known[i].contains(&None)).collect();
        let functions: Vec<_> = open.iter().map(|&i| move |u| self.of(activations[i], u)).collect();
        let functions: Vec<&dyn Fn(f64) -> f64> = functions.iter().map(|f| f as &dyn Fn(f64) -> f64).collect();
        let computed = if open.is_empty() { Mat::zeros(0, 0) } else { expectations(&functions, angle) };
        let place = |i: usize| open.partition_point(|&k| k < i);
        Mat::from_fn(h, h, |i, j| known[i][j].unwrap_or_else(|| computed[(place(i.max(j)), place(i.min(j)))]))
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
