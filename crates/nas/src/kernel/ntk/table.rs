//! Expectations of all pairs tabulated over the angle.

use super::Order;
use super::chebyshev::Chebyshev;
use faer::{Mat, MatRef};
use tape::Activation;

/// Chebyshev nodes. In the angle φ = arccos ρ kinked activations have kernels as smooth as the others (that of relu is linear),
/// while in ρ they have root singularities at ±1. The error is below 1e-12 for every pair (tested), Hermite polynomials up to
/// degree 16 included.
const NODES: usize = 48;

/// Chebyshev series in the angle, one for every pair i ≤ j in the order (0,0), (0,1), …, (1,1), ….
#[derive(Clone, Debug)]
pub struct Table {
    pairs: Chebyshev,
}

impl Table {
    /// Tabulates E[σ_i(u) σ_j(v)], or that of the derivatives.
    pub fn new(activations: &[Activation], order: Order) -> Self {
        let h = activations.len();
        let at = |angle: f64| {
            let all = order.matrix(activations, angle);
            (0..h).flat_map(|i| (i..h).map(move |j| (i, j))).map(|(i, j)| all[(i, j)]).collect()
        };
        Self { pairs: Chebyshev::new(NODES, h * (h + 1) / 2, at) }
    }

    /// The values at some angles in [0, π]: angles × pairs.
    pub fn at(&self, angles: &[f64]) -> Mat<f64> {
        self.pairs.at(angles)
    }

    /// The Chebyshev coefficients, degree × pairs: how fast they fall says how exact the table is.
    pub fn series(&self) -> MatRef<'_, f64> {
        self.pairs.series()
    }
}
