//! The recorded network against a plain loop.
use crate::difference::{derivative, relative_error};
use nas::inner::TangentKernel;
use nas::model::Network;
use nas::seed::Seed;
use tape::{Activation, Bank, Par, Tape, grad};

const N: usize = 3;

fn network(pairs: usize) -> Network {
    let bank = Bank::new((1..=4).map(Activation::Hermite).collect::<Vec<_>>());
    Network { dimension: 2, pairs, bank, c0: 1.5 }
}

const X: [f64; 2 * N] = [0.6, 0.8, 1.0, 0.0, -0.28, 0.96];
const ALPHA: [f64; 4] = [0.5, 0.7, 0.4, 0.3];

/// σ_α and σ_α′ by the formulas: σ_i = h_{i+1}/√(i+1), σ_i′ = h_i.
fn sigma(z: f64) -> (f64, f64) {
    let h = [1.0, z, (z * z - 1.0) / 2f64.sqrt(), (z.powi(3) - 3.0 * z) / 6f64.sqrt()];
    let h4 = (z.powi(4) - 6.0 * z * z + 3.0) / 24f64.sqrt();
    let value = [h[1], h[2] / 2f64.sqrt(), h[3] / 3f64.sqrt(), h4 / 2.0];
    let mix = |v: [f64; 4]| v.iter().zip(ALPHA).map(|(v, a)| v * a).sum();
    (mix(value), mix(h))
}

/// f on every row of X.
fn plain(network: &Network, w: &[f64]) -> Vec<f64> {
    let (k, size) = (network.width(), (network.c0 / network.width() as f64).sqrt());
    let neuron = |x: &[f64], r: usize| {
        let z = x[0] * w[r] + x[1] * w[k + r];
        if r < network.pairs { size * sigma(z).0 } else { -size * sigma(z).0 }
    };
    X.chunks(2).map(|x| (0..k).map(|r| neuron(x, r)).sum()).collect()
}

#[test]
fn paired_neurons_are_silent_at_the_start_and_loud_elsewhere() {
    let network = network(8);
    let start = network.start(Seed::new(1));
    assert!(plain(&network, &start).iter().all(|f| f.abs() < 1e-14));
    let tape = Tape::new();
    let (x, w, alpha) = (tape.input(N, 2), tape.input(2, 16), tape.input(4, 1));
    let f = network.output(x, w, alpha);
    let mut runner = tape.compile::<f64>((x, w, alpha), (f, grad(f.sum(), w))).runner(Par::Seq);
    let [f, _] = runner.run(&[&X, &start, &ALPHA]);
    assert!(f.iter().all(|f| f.abs() < 1e-14));

    let moved: Vec<f64> = start.iter().enumerate().map(|(i, w)| w + (i as f64).sin()).collect();
    let want = plain(&network, &moved);
    let [f, gradient] = runner.run(&[&X, &moved, &ALPHA]);
    assert!(relative_error(f, &want) < 1e-13);
    for i in [0, 7, 21] {
        let at = |v: f64| {
            let mut w = moved.clone();
            w[i] = v;
            plain(&network, &w).iter().sum::<f64>()
        };
        assert!((gradient[i] - derivative(at, moved[i], 0.02)).abs() < 1e-9);
    }
}

/// K̂ of one sample is c₀ times the mean of σ_α′² over the neurons, for the unit vector x.
#[test]
fn the_tangent_kernel_is_that_of_science_2_7() {
    let network = network(8);
    let start = network.start(Seed::new(2));
    let tape = Tape::new();
    let (x, w, alpha) = (tape.input(1, 2), tape.input(2, 16), tape.input(4, 1));
    let kernel = TangentKernel::new(network.output(x, w, alpha), w, (w, alpha, x));
    let largest = kernel.largest_eigenvalue(&[&start, &ALPHA, &X[..2]], vec![1.0], 1e-12);
    let slope = |r: usize| sigma(X[0] * start[r] + X[1] * start[16 + r]).1;
    let want = 1.5 / 16.0 * (0..16).map(|r| slope(r).powi(2)).sum::<f64>();
    assert!((largest / want - 1.0).abs() < 1e-13, "{largest} is not {want}");
}
