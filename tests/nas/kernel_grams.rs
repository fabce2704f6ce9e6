//! Gram matrices of tangent kernels: infinite and finite width, and their least eigenvalue.
use crate::difference::{gradient, relative_error};
use crate::random::{self, normal};
use faer::{Mat, MatRef};
use nas::dense::{SymmetricEigen, dot, product};
use nas::kernel::ntk::{Ntk, Trained, finite_blocks, kappa, nngp};
use nas::kernel::{Effort, Gram, LeastEigenvalue, Mixing, block_bound, hermite};
use nas::seed::Seed;
use nas::space::{Space, Sphere};
use tape::Activation::{Gelu, Hermite, Identity, LeakyRelu, Relu, Sin, Tanh};
use tape::{Activation, Real};

const MIXED: [Activation; 4] = [Relu, Tanh, Gelu, Sin];

/// Points of the unit sphere.
fn sphere(n: usize, d: usize, seed: u64) -> Mat<f64> {
    random::sphere(n, d, Seed::new(seed).split("points"))
}

#[test]
fn entries_are_the_formula() {
    let (x, train) = (sphere(3, 4, 1), sphere(5, 4, 2));
    for trained in [Trained::Hidden, Trained::Both] {
        let blocks = Ntk::new(&MIXED, 1.7, trained).cross_kernels(x.as_ref(), train.as_ref());
        for (a, b) in (0..4).flat_map(|a| (0..4).map(move |b| (a, b))) {
            for (p, q) in (0..3).flat_map(|p| (0..5).map(move |q| (p, q))) {
                let rho = dot(x.row(p).transpose(), train.row(q).transpose());
                let output = if trained == Trained::Both { nngp(MIXED[a], MIXED[b], rho) } else { 0.0 };
                let expected = 1.7 * (rho * kappa(MIXED[a], MIXED[b], rho) + output);
                assert!((blocks[a][b][(p, q)] - expected).abs() < 1e-12);
            }
        }
    }
}

/// The tangent kernel of one hidden layer of relu, both layers trained, He's scaling, ρ = ½.
#[test]
fn the_relu_tangent_kernel_has_its_printed_value() {
    let points = Mat::from_fn(2, 2, |i, k| [[1.0, 0.0], [0.5, 0.75f64.sqrt()]][i][k]);
    let gram = Ntk::new(&[Relu], 2.0, Trained::Both).gram(points.as_ref(), points.as_ref());
    let k = gram.combine(&[1.0]);
    assert!((k[(0, 1)] - 0.942331114).abs() < 5.1e-10 && (k[(0, 1)] - k[(1, 0)]).abs() < 1e-15);
}

#[test]
fn blocks_are_transposes_and_single_activations_are_the_diagonal() {
    let x = sphere(6, 3, 3);
    let ntk = Ntk::new(&MIXED, 1.0, Trained::Hidden);
    let (blocks, gram) = (ntk.cross_kernels(x.as_ref(), x.as_ref()), ntk.gram(x.as_ref(), x.as_ref()));
    let (from_blocks, mixing) = (Gram::from_blocks(&blocks), Mixing::full(4));
    for (i, row) in blocks.iter().enumerate() {
        for (j, block) in row.iter().enumerate() {
            assert!((block - blocks[j][i].transpose()).norm_max() < 1e-15);
        }
        let single: Vec<f64> = (0..4).map(|k| f64::from(u8::from(k == i))).collect();
        assert_eq!(gram.combine(&mixing.weights(&single)), row[i]);
    }
    let weights = mixing.weights(&[0.3, -0.8, 0.2, 0.5]);
    assert!((gram.combine(&weights) - from_blocks.combine(&weights)).norm_max() < 1e-14);
}

/// A point and itself: the diagonal is that of ρ = 1 to rounding, though arccos of a rounded cosine would lose half the digits.
#[test]
fn the_diagonal_is_exact() {
    let x = sphere(20, 7, 4);
    let k = Ntk::new(&[Relu], 1.0, Trained::Hidden).gram(x.as_ref(), x.as_ref()).combine(&[1.0]);
    (0..20).for_each(|i| assert!((k[(i, i)] - 0.5).abs() < 1e-14, "{}", k[(i, i)]));
}

#[test]
fn homogeneous_activations_take_any_norm() {
    let (leaky, x) = (LeakyRelu(Real::new(0.2)), sphere(4, 3, 5));
    let norms = [2.0, 0.5, 3.0, 0.0];
    let scaled = Mat::from_fn(4, 3, |i, k| norms[i] * x[(i, k)]);
    let ntk = Ntk::new(&[Relu, leaky, Identity], 1.0, Trained::Both);
    let [unit, any] = [&x, &scaled].map(|p| ntk.cross_kernels(p.as_ref(), p.as_ref()));
    for (a, b) in (0..3).flat_map(|a| (0..3).map(move |b| (a, b))) {
        let expected = Mat::from_fn(4, 4, |i, j| norms[i] * norms[j] * unit[a][b][(i, j)]);
        assert!((&any[a][b] - expected).norm_max() < 1e-13);
    }
}

#[test]
#[should_panic(expected = "row 0 has norm 2, not 1")]
fn other_activations_want_the_sphere() {
    let x = Mat::from_fn(1, 1, |_, _| 2.0);
    let _ = Ntk::new(&[Tanh], 1.0, Trained::Hidden).gram(x.as_ref(), x.as_ref());
}

/// Hermite activations have the powers of science 2.9 and nothing off the diagonal.
#[test]
fn hermite_activations_are_multiple_kernel_learning() {
    let (x, train) = (sphere(5, 4, 6), sphere(3, 4, 7));
    let blocks = Ntk::new(&[1, 2, 3].map(Hermite), 1.3, Trained::Hidden).cross_kernels(x.as_ref(), train.as_ref());
    let powers = hermite::gram(x.as_ref(), train.as_ref(), 3, 1.3);
    for (i, j) in (0..3).flat_map(|i| (0..3).map(move |j| (i, j))) {
        let weights: Vec<f64> = (0..3).map(|t| f64::from(u8::from(t == i && i == j))).collect();
        assert!((&blocks[i][j] - powers.combine(&weights)).norm_max() < 1e-13, "({i}, {j})");
    }
}

fn finite(x: MatRef<'_, f64>, width: usize, seed: u64) -> Vec<Vec<Mat<f64>>> {
    let w = normal(x.ncols(), width, Seed::new(seed).split("w"));
    let v = vec![(width as f64).sqrt().recip(); width];
    finite_blocks(x, x, &MIXED, w.as_ref(), &v)
}

#[test]
fn finite_blocks_are_products_of_jacobians() {
    let (x, seed) = (sphere(3, 2, 8), Seed::new(9));
    let (w, v) = (normal(2, 5, seed), [0.3, -0.7, 0.2, 1.1, -0.4]);
    let blocks = finite_blocks(x.as_ref(), x.as_ref(), &MIXED, w.as_ref(), &v);
    // φ_i(x) = ∂/∂W Σ_r v_r σ_i(w_r·x), by the definition.
    let features = |a: Activation, i: usize| -> Vec<f64> {
        let z = |r: usize| (0..2).map(|k| x[(i, k)] * w[(k, r)]).sum::<f64>();
        (0..5).flat_map(|r| (0..2).map(move |k| (r, k))).map(|(r, k)| v[r] * a.reference(z(r))[1] * x[(i, k)]).collect()
    };
    for (a, b) in (0..4).flat_map(|a| (0..4).map(move |b| (a, b))) {
        for (p, q) in (0..3).flat_map(|p| (0..3).map(move |q| (p, q))) {
            let inner: f64 = features(MIXED[a], p).iter().zip(features(MIXED[b], q)).map(|(f, g)| f * g).sum();
            assert!((blocks[a][b][(p, q)] - inner).abs() < 1e-14);
        }
        assert!((&blocks[a][b] - blocks[b][a].transpose()).norm_max() < 1e-15);
    }
}

/// ‖K̂ − K‖ falls as 1/√k: by 16 times the width its mean falls to a quarter.
#[test]
fn finite_widths_approach_the_infinite_one() {
    let x = sphere(8, 5, 10);
    let limit = Ntk::new(&MIXED, 1.0, Trained::Hidden).cross_kernels(x.as_ref(), x.as_ref());
    let off = |width: usize| -> f64 {
        let one = |seed| {
            let blocks = finite(x.as_ref(), width, seed);
            let each = blocks.iter().flatten().zip(limit.iter().flatten());
            each.map(|(a, b)| (a - b).squared_norm_l2()).sum::<f64>()
        };
        ((0..20).map(one).sum::<f64>() / 20.0).sqrt()
    };
    let ratio = off(128) / off(2048);
    assert!((3.0..5.3).contains(&ratio), "fell by {ratio}, not by 4");
}

#[test]
fn no_point_no_entry() {
    let (none, one) = (Mat::zeros(0, 3), sphere(1, 3, 11));
    let ntk = Ntk::new(&[Tanh], 1.0, Trained::Hidden);
    assert_eq!(ntk.gram(none.as_ref(), one.as_ref()).rows(), 0);
    assert_eq!(ntk.gram(one.as_ref(), none.as_ref()).columns(), 0);
}

#[test]
fn the_least_eigenvalue_has_the_gradient_of_differences() {
    let (x, mixing, alpha) = (sphere(6, 4, 12), Mixing::full(4), [0.5, 0.4, -0.6, 0.3]);
    let gram = Ntk::new(&MIXED, 1.0, Trained::Hidden).gram(x.as_ref(), x.as_ref());
    let exact = LeastEigenvalue::at(&mixing, &gram, &alpha).unwrap();
    let by_difference = gradient(|a| LeastEigenvalue::at(&mixing, &gram, a).unwrap().value, &alpha, 1e-3);
    assert!(relative_error(&exact.gradient, &by_difference) < 1e-7);
    // It is quadratic in α: Euler.
    let along: f64 = exact.gradient.iter().zip(&alpha).map(|(g, a)| g * a).sum();
    assert!((along - 2.0 * exact.value).abs() < 1e-12);
}

/// On a circle the minimum can be found by a fine grid.
#[test]
fn the_estimate_over_a_space_finds_the_grid_minimum() {
    let (x, mixing) = (sphere(7, 3, 13), Mixing::full(2));
    let gram = Ntk::new(&[Relu, Tanh], 1.0, Trained::Hidden).gram(x.as_ref(), x.as_ref());
    let at = |t: f64| LeastEigenvalue::at(&mixing, &gram, &[t.cos(), t.sin()]).unwrap().value;
    let grid = (0..2000).map(|k| at(f64::from(k) * 1e-3 * std::f64::consts::PI)).fold(f64::INFINITY, f64::min);
    let effort = Effort { samples: 20, ..Effort::default() };
    let found = LeastEigenvalue::estimate(&mixing, &gram, &Sphere::unit(2), effort, Seed::new(1)).unwrap();
    assert!(found.value <= grid * (1.0 + 1e-3) && found.value > 0.0, "{} against {grid}", found.value);
    let sampled = Effort { samples: 0, trials: 0, ..effort };
    let start = LeastEigenvalue::estimate(&mixing, &gram, &Sphere::unit(2), sampled, Seed::new(1)).unwrap();
    assert_eq!(start.alpha, Sphere::unit(2).start());
}

/// The bound of all blocks is below every mixture, and is reached where it can be: by a single kernel.
#[test]
fn the_bound_of_the_blocks_is_below_every_mixture() {
    let (x, mixing) = (sphere(6, 3, 15), Mixing::full(4));
    let ntk = Ntk::new(&MIXED, 1.0, Trained::Both);
    let (gram, bound) =
        (ntk.gram(x.as_ref(), x.as_ref()), block_bound(&ntk.cross_kernels(x.as_ref(), x.as_ref())).unwrap());
    let mut stream = Seed::new(16).stream();
    for _ in 0..50 {
        let alpha = Sphere { radius: 0.7, ..Sphere::unit(4) }.sample(&mut stream);
        let least = LeastEigenvalue::at(&mixing, &gram, &alpha).unwrap().value;
        assert!(least >= 0.49 * bound - 1e-13, "{least} below {bound}");
    }
    let relu = Ntk::new(&[Relu], 1.0, Trained::Hidden);
    let alone = LeastEigenvalue::at(&Mixing::full(1), &relu.gram(x.as_ref(), x.as_ref()), &[1.0]).unwrap().value;
    assert!((block_bound(&relu.cross_kernels(x.as_ref(), x.as_ref())).unwrap() - alone).abs() < 1e-14 && alone > 1e-4);
}

#[test]
fn eigenvalues_decompose_their_matrix() {
    for n in [0, 1, 2, 9] {
        let g = normal(n, n, Seed::new(14));
        let a = &g + g.transpose();
        let SymmetricEigen { values, vectors } = SymmetricEigen::of(a.as_ref()).unwrap();
        let scaled = Mat::from_fn(n, n, |i, k| vectors[(i, k)] * values[k]);
        assert!((product(scaled.as_ref(), vectors.transpose()) - &a).norm_max() < 1e-13);
        assert!((product(vectors.transpose(), vectors.as_ref()) - Mat::<f64>::identity(n, n)).norm_max() < 1e-14);
        assert!(values.is_sorted());
    }
    let error = SymmetricEigen::of(Mat::from_fn(2, 2, |_, _| f64::NAN).as_ref()).unwrap_err();
    assert!(error.to_string().contains("finite"));
}

/// With the gradient of zᵀ K_α z = αᵀ(zᵀ K_ij z)α for a random z.
#[test]
fn every_mixture_is_positive_semidefinite_with_the_gradient_of_its_quadratic_form() {
    let (ntk, mixing) = (Ntk::new(&MIXED, 1.0, Trained::Both), Mixing::full(4));
    for seed in 0..40 {
        let x = sphere(9, 4, seed);
        let gram = ntk.gram(x.as_ref(), x.as_ref());
        let draw = |name: &str, n| normal(n, 1, Seed::new(seed).split(name)).col(0).to_owned();
        let (alpha, z) = (draw("alpha", 4).iter().copied().collect::<Vec<f64>>(), draw("z", 9));
        let least = LeastEigenvalue::at(&mixing, &gram, &alpha).unwrap().value;
        assert!(least > -1e-11, "{least}");
        let form = |a: &[f64]| dot(z.as_ref(), gram.apply(&mixing.weights(a), z.as_ref()).as_ref());
        let each: Vec<f64> = gram.apply_each(z.as_ref()).iter().map(|k| dot(z.as_ref(), k.as_ref())).collect();
        let (exact, by_difference) = (mixing.pull_back(&alpha, &each), gradient(form, &alpha, 0.1));
        assert!(exact.iter().zip(&by_difference).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
