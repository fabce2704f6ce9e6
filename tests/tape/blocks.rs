//! Sums over rows, block by block.

use tape::{Blocks, Par, Tape, grad};

use crate::problems::noise;

/// Σ wᵢ (tanh(xᵢ·θ) − ln yᵢ)² over blocks of b rows of 3, and its gradient. Rows of zeros would give ln 0.
fn blocks(b: usize, par: Par) -> Blocks<f64> {
    let tape = Tape::new();
    let (x, y, weight, theta) = (tape.input(b, 3), tape.input(b, 1), tape.input(b, 1), tape.input(3, 1));
    let loss = weight.dot((x.matmul(theta).tanh() - y.ln()).powi(2));
    Blocks::new(theta, (x, y), weight, (loss, grad(loss, theta)), par)
}

const THETA: [f64; 3] = [0.3, -0.7, 1.1];

fn rows(n: usize) -> (Vec<f64>, Vec<f64>) {
    (noise(3 * n, 1), noise(n, 2).iter().map(|y| 1.5 + y).collect())
}

fn by_hand(x: &[f64], y: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; 4];
    for ((x, y), weight) in x.chunks(3).zip(y).zip(weights) {
        let value: f64 = x.iter().zip(&THETA).map(|(x, t)| x * t).sum::<f64>().tanh();
        sums[0] += weight * (value - y.ln()).powi(2);
        for (sum, x) in sums[1..].iter_mut().zip(x) {
            *sum += weight * 2.0 * (value - y.ln()) * (1.0 - value * value) * x;
        }
    }
    sums
}

#[test]
fn any_number_of_rows() {
    for b in [1, 4, 7] {
        let mut blocks = blocks(b, Par::Seq);
        for n in [0, 1, 3, 4, 5, 8, 29, 64] {
            let (x, y) = rows(n);
            let expected = by_hand(&x, &y, &vec![1.0; n]);
            let [loss, gradient] = blocks.run(n, &[&THETA], &[&x, &y]);
            for (found, expected) in loss.iter().chain(gradient).zip(&expected) {
                assert!(
                    (found - expected).abs() < 1e-12 * (1.0 + expected.abs()),
                    "{n} rows by {b}: {found}, {expected}"
                );
            }
        }
    }
}

#[test]
fn no_rows_give_zeros_after_others() {
    let mut blocks = blocks(4, Par::Seq);
    let (x, y) = rows(9);
    let _: [&[f64]; 2] = blocks.run(9, &[&THETA], &[&x, &y]);
    let [loss, gradient] = blocks.run(0, &[&THETA], &[&[], &[]]);
    assert_eq!((loss, gradient), (&[0.0][..], &[0.0; 3][..]));
}

#[test]
fn weights_of_rows() {
    let (x, y) = rows(10);
    let weights: Vec<f64> = noise(10, 3).iter().map(|w| w.abs()).collect();
    let mut blocks = blocks(4, Par::Seq);
    let [loss, gradient] = blocks.run_weighted(&weights, &[&THETA], &[&x, &y]);
    for (found, expected) in loss.iter().chain(gradient).zip(by_hand(&x, &y, &weights)) {
        assert!((found - expected).abs() < 1e-12);
    }
}

#[test]
fn same_bits_for_every_par_and_again() {
    let (x, y) = rows(1000);
    let run = |par| {
        let mut blocks = blocks(64, par);
        (0..2).map(|_| blocks.run(1000, &[&THETA], &[&x, &y]).map(<[f64]>::to_vec)).collect::<Vec<[_; 2]>>()
    };
    let alone = run(Par::Seq);
    assert_eq!(alone[0], alone[1]);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| run(Par::Rayon)), alone);
    }
}

#[test]
fn the_tree_loses_few_bits() {
    let tape = Tape::new();
    let (x, weight) = (tape.input(1, 1), tape.input(1, 1));
    let mut sum = Blocks::<f32>::new((), x, weight, weight.dot(x), Par::Seq);
    let x = vec![0.1f32; 1 << 17];
    let [total] = sum.run(x.len(), &[], &[&x]);
    assert_eq!(total[0], 0.1f32 * (1 << 17) as f32, "one after the other would be off by 1e-3");
}

#[test]
#[should_panic(expected = "input 1 of rows is 5×1 and was given 4 elements")]
fn rows_must_fit() {
    let (x, y) = rows(5);
    let _: [&[f64]; 2] = blocks(4, Par::Seq).run(5, &[&THETA], &[&x, &y[..4]]);
}
