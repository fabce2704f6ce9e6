//! The one-hidden-layer network of the activation search (science 2.7).

use crate::seed::Seed;
use rand_distr::{Distribution, StandardNormal};
use tape::{Bank, Var};

/// f(x) = Σ_r v_r σ_α(w_r·x), σ_α = Σ_i α_i σ_i: only W is trained.
///
/// The output weights are v_r = ±√(c₀/k). Neurons come in pairs (w_r, +v_r), (w_r, −v_r), so the output at the start is zero.
#[derive(Clone, Debug)]
pub struct Network {
    /// Number d of features.
    pub dimension: usize,
    /// Number of pairs: half the width k.
    pub pairs: usize,
    /// The candidate activations σ_i.
    pub bank: Bank,
    /// c₀ = Σ_r v_r².
    pub c0: f64,
}

impl Network {
    /// The width k.
    pub fn width(&self) -> usize {
        2 * self.pairs
    }

    /// Records f on the rows of `x` (n × d), with `w` (d × k) and `alpha` (h × 1): n × 1.
    pub fn output<'t>(&self, x: Var<'t>, w: Var<'t>, alpha: Var<'t>) -> Var<'t> {
        let size = (self.c0 / self.width() as f64).sqrt();
        let v: Vec<f64> = (0..self.width()).map(|r| if r < self.pairs { size } else { -size }).collect();
        x.matmul(w).mixture(&self.bank, alpha).matmul(x.tape().constant(self.width(), 1, &v))
    }

    /// W₀, d × k, row by row: independent standard normal entries, the second half of the columns equal to the first.
    pub fn start(&self, seed: Seed) -> Vec<f64> {
        let mut stream = seed.stream();
        let row = |_| -> Vec<f64> { (0..self.pairs).map(|_| StandardNormal.sample(&mut stream)).collect() };
        (0..self.dimension).map(row).flat_map(|half| [half.clone(), half].concat()).collect()
    }
}
