//! Tangent features against Jacobians of the tape, power iteration, and the kernel of infinite width.
use nas::data::{Dataset, QuadraticForm};
use nas::dense::{SymmetricEigen, product};
use nas::inner::{TangentFeatures, TangentKernel};
use nas::kernel::{Mixing, hermite};
use nas::model::Network;
use nas::seed::Seed;
use tape::{Activation, Bank, Tape, jacobian, reference};

fn sphere(n: usize, dimension: usize, name: &str) -> Dataset {
    QuadraticForm { dimension, noise: 0.0 }.generate(n, Seed::new(3).split(name))
}

fn network(activations: &[Activation], dimension: usize, pairs: usize) -> Network {
    Network { dimension, pairs, bank: Bank::new(activations.to_vec()), c0: 0.7 }
}

/// ∂f/∂W on the rows of `data`, n × dk, by the reference of the tape.
fn jacobian_of(network: &Network, w: &[f64], alpha: &[f64], data: &Dataset) -> faer::Mat<f64> {
    let tape = Tape::new();
    let (weights, a) = (tape.input(network.dimension, network.width()), tape.input(alpha.len(), 1));
    let x = tape.input(data.len(), network.dimension);
    let derivative = jacobian(network.output(x, weights, a), weights);
    let [entries] = reference::evaluate((weights, a, x), derivative, &[w, alpha, data.features()]).try_into().unwrap();
    faer::Mat::from_fn(data.len(), w.len(), |i, j| entries[i * w.len() + j])
}

#[test]
fn the_kernel_of_a_mixture_is_that_of_its_jacobian() {
    let banks: [&[Activation]; 3] = [
        &[Activation::Tanh],
        &[Activation::Relu, Activation::Sigmoid],
        &[Activation::Hermite(1), Activation::Hermite(2), Activation::Hermite(3)],
    ];
    for bank in banks {
        for (n, m, pairs) in [(1, 1, 1), (3, 2, 5), (2, 4, 8)] {
            let network = network(bank, 4, pairs);
            let w = network.start(Seed::new(1).split(&format!("{bank:?} {n}")));
            let (one, other) = (sphere(n, 4, "one"), sphere(m, 4, "other"));
            let [features, others] = [&one, &other].map(|data| TangentFeatures::new(&network, &w, data));
            let alpha: Vec<f64> = (0..bank.len()).map(|i| 1.0 - 0.8 * i as f64).collect();
            let kernel = features.gram(&others).combine(&Mixing::full(bank.len()).weights(&alpha));
            let [j, j_other] = [&one, &other].map(|data| jacobian_of(&network, &w, &alpha, data));
            let want = product(j.as_ref(), j_other.transpose());
            assert!((&kernel - &want).norm_max() < 1e-12 * want.norm_max().max(1.0), "{bank:?}, {n} x {m}");
            // ‖φ_i(x)‖² is the squared gradient of the network with σ_i alone.
            let alone = |i: usize| (0..bank.len()).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
            let norms = (0..bank.len()).flat_map(|i| {
                let j = jacobian_of(&network, &w, &alone(i), &one);
                j.row_iter().map(|row| row.squared_norm_l2()).collect::<Vec<f64>>()
            });
            let most = norms.fold(0.0, f64::max);
            assert!((features.bound() - most).abs() < 1e-12 * most, "{} and {most}", features.bound());
        }
    }
}

#[test]
fn its_largest_eigenvalue_is_that_of_the_iteration() {
    let network = network(&[Activation::Relu, Activation::Identity], 5, 16);
    let (w, data, alpha) = (network.start(Seed::new(2)), sphere(7, 5, "data"), [0.3, 0.7]);
    let features = TangentFeatures::new(&network, &w, &data);
    let kernel = features.gram(&features).combine(&Mixing::full(2).weights(&alpha));
    let eigen = SymmetricEigen::of(kernel.as_ref()).unwrap();
    let tape = Tape::new();
    let (weights, a, x) = (tape.input(5, 32), tape.input(2, 1), tape.input(7, 5));
    let products = TangentKernel::new(network.output(x, weights, a), weights, (weights, a, x));
    let u: Vec<f64> = (0..7).map(|i| 1.0 + 0.1 * f64::from(i)).collect();
    let largest = products.largest_eigenvalue(&[&w, &alpha, data.features()], u, 1e-14);
    assert!((eigen.values[6] / largest - 1.0).abs() < 1e-9, "{} and {largest}", eigen.values[6]);
}

/// E K̂_ij = δ_ij c₀ ρ^(i+1) over starts: a mean over many stays within five standard errors.
#[test]
fn its_mean_is_the_kernel_of_infinite_width() {
    let network = network(&[Activation::Hermite(1), Activation::Hermite(2), Activation::Hermite(3)], 3, 64);
    let data = sphere(3, 3, "data");
    let (diagonal, starts) = (hermite::gram(data.x(), data.x(), 3, 0.7), 400);
    let grams: Vec<_> = (0..starts)
        .map(|number| {
            let w = network.start(Seed::new(4).split(&number.to_string()));
            let features = TangentFeatures::new(&network, &w, &data);
            features.gram(&features)
        })
        .collect();
    let unit = |length: usize, t: usize| (0..length).map(|s| f64::from(u8::from(s == t))).collect::<Vec<f64>>();
    let Mixing::Superposition { pairs, .. } = Mixing::full(3) else { unreachable!() };
    for (t, &(i, j)) in pairs.iter().enumerate() {
        let term = |gram: &nas::kernel::Gram| gram.combine(&unit(6, t));
        let drawn: Vec<_> = grams.iter().map(term).collect();
        for (row, column) in [(0, 0), (0, 1), (2, 1)] {
            let values: Vec<f64> = drawn.iter().map(|k| k[(row, column)]).collect();
            let want = if i == j { diagonal.combine(&unit(3, i))[(row, column)] } else { 0.0 };
            let error = nas::stats::standard_error(&values).unwrap();
            let off = (nas::stats::mean(&values) - want).abs();
            assert!(off <= 5.0 * error + 1e-12, "{i}, {j}: {off} of {error}");
        }
    }
}

#[test]
fn no_samples_have_no_features() {
    let network = network(&[Activation::Relu], 2, 1);
    let none = Dataset::new(vec![], vec![], 2);
    let features = TangentFeatures::new(&network, &[1.0, 1.0, 0.5, 0.5], &none);
    let gram = features.gram(&features);
    assert_eq!((gram.rows(), gram.columns(), features.bound()), (0, 0, 0.0));
}

#[test]
#[should_panic(expected = "tangent features: 3 weights for 2 x 2")]
fn weights_of_another_network_are_refused() {
    let data = sphere(1, 2, "data");
    TangentFeatures::new(&network(&[Activation::Relu], 2, 1), &[1.0; 3], &data);
}
