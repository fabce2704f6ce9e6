//! The tangent features of the one-hidden-layer network, candidate by candidate.

use crate::data::Dataset;
use crate::dense::product;
use crate::kernel::Gram;
use crate::model::Network;
use faer::{Mat, MatRef};

/// φ_i(x) = (v ∘ σ_i'(Wᵀx)) ⊗ x, the gradient in W of the network whose activation is σ_i alone (science 2.7). That of a
/// mixture is Σ_i α_i φ_i: training near W is a superposition of feature maps.
#[derive(Clone, Debug)]
pub struct TangentFeatures<'a> {
    x: MatRef<'a, f64>,
    /// v_r σ_i'(w_r·x), n × k for every i.
    slopes: Vec<Mat<f64>>,
}

impl<'a> TangentFeatures<'a> {
    /// At the weights `w` (d × k, row by row), on the samples of `data`.
    ///
    /// # Panics
    /// When there are not d · k weights, or samples of another dimension.
    pub fn new(network: &Network, w: &[f64], data: &'a Dataset) -> Self {
        let (d, k) = (network.dimension, network.width());
        assert_eq!(data.dimension(), d, "tangent features: samples of dimension {} for {d}", data.dimension());
        assert_eq!(w.len(), d * k, "tangent features: {} weights for {d} x {k}", w.len());
        let z = product(data.x(), MatRef::from_row_major_slice(w, d, k));
        // The sign of v_r goes: every kernel has it twice.
        let v = (network.c0 / k as f64).sqrt();
        let slopes = network.bank.activations().iter().map(|activation| {
            Mat::from_fn(z.nrows(), k, |i, r| {
                let [_, slope, ..] = activation.reference(z[(i, r)]);
                v * slope
            })
        });
        Self { slopes: slopes.collect(), x: data.x() }
    }

    /// The blocks K_ij(x, x') = ⟨x, x'⟩ Σ_r v_r² σ_i'(w_r·x) σ_j'(w_r·x') against other samples, as the terms of
    /// [`Mixing::full`].
    ///
    /// # Panics
    /// When the others belong to another network.
    ///
    /// [`Mixing::full`]: crate::kernel::Mixing::full
    pub fn gram(&self, other: &TangentFeatures<'_>) -> Gram {
        let inner = product(self.x, other.x.transpose());
        let block = |a: &Mat<f64>, b: &Mat<f64>| {
            let slopes = product(a.as_ref(), b.transpose());
            Mat::from_fn(inner.nrows(), inner.ncols(), |i, j| inner[(i, j)] * slopes[(i, j)])
        };
        let row = |a: &Mat<f64>| other.slopes.iter().map(|b| block(a, b)).collect();
        Gram::from_blocks(&self.slopes.iter().map(row).collect::<Vec<Vec<_>>>())
    }

    /// B: the largest ‖φ_i(x)‖² over candidates and samples; 0 without samples.
    pub fn bound(&self) -> f64 {
        let lengths: Vec<f64> = self.x.row_iter().map(|x| x.squared_norm_l2()).collect();
        let of = |slopes: &Mat<f64>| {
            let each = slopes.row_iter().zip(&lengths).map(|(row, x)| row.squared_norm_l2() * x);
            each.fold(0.0, f64::max)
        };
        self.slopes.iter().map(of).fold(0.0, f64::max)
    }
}
