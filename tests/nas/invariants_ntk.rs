//! The invariants of kernels that science 5 ends with, for random banks, points and mixtures.
use crate::random::{normal, one_in, sphere};
use faer::{Mat, Scale};
use nas::dense::{SymmetricEigen, product};
use nas::kernel::Mixing;
use nas::kernel::ntk::{Ntk, Trained, finite_blocks};
use nas::seed::Seed;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tape::Activation::{
    self, Elu, Erf, Gelu, Hermite, Identity, LeakyRelu, Relu, Sigmoid, Silu, Sin, Softplus, Square, Tanh,
};
use tape::Real;

fn any_bank() -> impl Strategy<Value = Vec<Activation>> {
    let (slope, scale) = (Real::new(0.1), Real::new(1.0));
    let all = [Relu, LeakyRelu(slope), Tanh, Sigmoid, Softplus, Silu, Gelu, Elu(scale), Sin, Identity, Square, Erf];
    subsequence([&all[..], &[Hermite(2), Hermite(3)]].concat(), 1..=4)
}

fn any_trained() -> impl Strategy<Value = Trained> {
    select(&[Trained::Hidden, Trained::Both][..])
}

/// Points on the unit sphere of R^d: n of them, and m others.
fn any_points() -> impl Strategy<Value = [Mat<f64>; 2]> {
    (0..6_usize, 0..6_usize, 1..6_usize, any::<u64>()).prop_map(|(n, m, d, seed)| {
        let seed = Seed::new(seed);
        [sphere(n, d, seed.split("x")), sphere(m, d, seed.split("z"))]
    })
}

fn pairs(h: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..h).flat_map(move |i| (0..h).map(move |j| (i, j)))
}

proptest! {
    #![proptest_config(one_in(20))]

    /// K_ij between x and z is K_ji between z and x, transposed; at finite width, too.
    #[test]
    fn cross_kernels_are_transposes(
        bank in any_bank(),
        trained in any_trained(),
        [x, z] in any_points(),
        c0 in 0.1..3.0_f64,
        width in 1..9_usize,
        seed in any::<u64>(),
    ) {
        let (ntk, seed) = (Ntk::new(&bank, c0, trained), Seed::new(seed));
        let w = normal(x.ncols(), width, seed.split("w"));
        let v: Vec<f64> = normal(width, 1, seed.split("v")).col(0).iter().copied().collect();
        let finite = |x: &Mat<f64>, z: &Mat<f64>| finite_blocks(x.as_ref(), z.as_ref(), &bank, w.as_ref(), &v);
        let infinite = |x: &Mat<f64>, z: &Mat<f64>| ntk.cross_kernels(x.as_ref(), z.as_ref());
        for (here, there) in [(infinite(&x, &z), infinite(&z, &x)), (finite(&x, &z), finite(&z, &x))] {
            for (i, j) in pairs(bank.len()) {
                let size = here[i][j].norm_max();
                let error = (&here[i][j] - there[j][i].transpose()).norm_max();
                prop_assert!(error <= 1e-13 * (1.0 + size), "({i}, {j}) is off by {error:e} of {size:e}");
            }
        }
    }

    /// K(α) = Σ α_i α_j K_ij is positive semi-definite for any α, K_ii at a vertex, and has the gradient 2 Σ_j α_j K_ij.
    #[test]
    fn mixtures_are_kernels(
        bank in any_bank(),
        trained in any_trained(),
        [x, _] in any_points(),
        alpha in prop::collection::vec(-2.0..2.0_f64, 4),
    ) {
        let (h, n) = (bank.len(), x.nrows());
        let (alpha, mixing, ntk) = (&alpha[..h], Mixing::full(h), Ntk::new(&bank, 1.0, trained));
        let (gram, blocks) = (ntk.gram(x.as_ref(), x.as_ref()), ntk.cross_kernels(x.as_ref(), x.as_ref()));
        let at = |alpha: &[f64]| gram.combine(&mixing.weights(alpha));
        let moved = |i: usize, by: f64| {
            let mut alpha = alpha.to_vec();
            alpha[i] += by;
            at(&alpha)
        };
        let size = pairs(h).map(|(i, j)| blocks[i][j].norm_max()).fold(0.0, f64::max);
        let values = SymmetricEigen::of(at(alpha).as_ref()).unwrap().values;
        prop_assert!(values.iter().all(|value| *value >= -1e-12 * (1.0 + size) * n as f64), "{values:?}");
        for i in 0..h {
            // Exactly, since K is quadratic: half of K(α + e_i) − K(α − e_i).
            let half = Scale(0.5) * (moved(i, 1.0) - moved(i, -1.0));
            let gradient = (0..h).fold(Mat::zeros(n, n), |sum, j| sum + Scale(2.0 * alpha[j]) * &blocks[i][j]);
            prop_assert!((half - gradient).norm_max() <= 1e-11 * (1.0 + size), "in {i}");
            let vertex: Vec<f64> = (0..h).map(|j| f64::from(u8::from(i == j))).collect();
            prop_assert!((at(&vertex) - &blocks[i][i]).norm_max() <= 1e-14 * (1.0 + size), "{:?}", bank[i]);
        }
    }

    /// Between different degrees nothing is left, and powers of the correlation on the diagonal (science 2.9).
    #[test]
    fn hermite_cross_kernels_are_zero(degrees in subsequence((1..9_u32).collect::<Vec<_>>(), 1..=5), [x, z] in any_points()) {
        let bank: Vec<Activation> = degrees.iter().map(|&degree| Hermite(degree)).collect();
        let ntk = Ntk::new(&bank, 1.0, Trained::Hidden);
        let (blocks, rho) = (ntk.cross_kernels(x.as_ref(), z.as_ref()), product(x.as_ref(), z.transpose()));
        for (i, j) in pairs(degrees.len()) {
            let power = |rho: f64| if i == j { rho.powi(degrees[i] as i32) } else { 0.0 };
            let expected = Mat::from_fn(x.nrows(), z.nrows(), |a, b| power(rho[(a, b)]));
            let error = (&blocks[i][j] - expected).norm_max();
            prop_assert!(error < 1e-12, "degrees {} and {}: {error:e}", degrees[i], degrees[j]);
        }
    }
}
