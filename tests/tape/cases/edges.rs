//! Ties, empty matrices and far tails: candle `candle-core/tests/grad_tests.rs`, burn #1139 and #2249.

use super::{close, jet, slopes};
use tape::{Par, Shape, Tape, grad, reference, value_and_grad};

#[test]
fn a_tie_splits_the_gradient() {
    let tape = Tape::new();
    let (x, y) = (tape.input(3, 1), tape.input(3, 1));
    for (extreme, expected) in [(x.max(y), [0.0, 0.5, 1.0]), (x.min(y), [1.0, 0.5, 0.0])] {
        let answer =
            reference::evaluate((x, y), grad(extreme.sum(), vec![x, y]), &[&[1.0, 2.0, 3.0], &[2.0, 2.0, 2.0]]);
        assert_eq!(answer[0], expected);
        assert_eq!(answer[1], expected.map(|half| 1.0 - half));
    }
}

#[test]
fn the_slope_of_abs_at_zero_is_zero() {
    assert_eq!(slopes(|x| x.abs(), &[-2.0, 0.0, -0.0, 3.0]), [-1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn products_without_elements_have_values_and_gradients_of_zeros() {
    for (m, k, n) in [(2, 0, 3), (0, 2, 3), (2, 3, 0), (0, 0, 2), (0, 2, 0)] {
        let tape = Tape::new();
        let (a, b) = (tape.input(m, k), tape.input(k, n));
        let product = a.matmul(b);
        let (loss, [of_a, of_b]) = value_and_grad(product.sum(), [a, b]);
        assert_eq!([of_a.shape(), of_b.shape()], [Shape::new(m, k), Shape::new(k, n)]);
        let (a_data, b_data) = (vec![1.0; m * k], vec![1.0; k * n]);
        let outputs = vec![product, loss, of_a, of_b];
        let answer = reference::evaluate([a, b], outputs.clone(), &[&a_data, &b_data]);
        assert_eq!(answer, [vec![0.0; m * n], vec![0.0], vec![0.0; m * k], vec![0.0; k * n]]);
        let mut runner = tape.compile::<f64>([a, b], outputs).runner(Par::Seq);
        runner.evaluate(&[&a_data, &b_data]);
        (0..4).for_each(|i| assert_eq!(runner.output(i), answer[i]));
    }
}

/// Two products side by side, each of a slice: the batched product of candle.
#[test]
fn a_batched_product() {
    let tape = Tape::new();
    let (a, b) = (tape.input(4, 3), tape.input(6, 2));
    let product = |batch: usize| a.slice(6 * batch, 2, 3).matmul(b.slice(6 * batch, 3, 2));
    let loss = product(0).sum() + product(1).sum();
    let data: Vec<f64> = (0..12).map(f64::from).collect();
    let answer = reference::evaluate([a, b], grad(loss, [a, b]), &[&data, &data]);
    assert_eq!(answer[0], [1.0, 5.0, 9.0, 1.0, 5.0, 9.0, 13.0, 17.0, 21.0, 13.0, 17.0, 21.0]);
    assert_eq!(answer[1], [3.0, 3.0, 5.0, 5.0, 7.0, 7.0, 15.0, 15.0, 17.0, 17.0, 19.0, 19.0]);
}

#[test]
fn the_far_tail_of_the_logistic_function() {
    let expected = 8.194_012_623_990_515e-40;
    let [_, slope] = jet::<2>(|x| x.logistic(), -90.0);
    assert!((slope / expected - 1.0).abs() < 1e-13, "{slope:e}");
    // In f32 it is subnormal: a few digits, or a zero where the CPU flushes them, but not NaN.
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let mut runner = tape.compile::<f32>(x, grad(x.logistic(), x)).runner(Par::Seq);
    let [slope] = runner.run(&[&[-90.0]]);
    assert!((f64::from(slope[0]) - expected).abs() <= expected, "{slope:?}");
}

#[test]
fn large_arguments_saturate_without_nan() {
    for at in [-1e3, -40.0, 40.0, 1e3] {
        for [value, slope] in [jet(|x| x.logistic(), at), jet(|x| x.tanh(), at), jet(|x| x.erf(), at)] {
            assert!(value.abs() <= 1.0 && slope.abs() < 1e-15, "at {at}: {value} {slope}");
        }
    }
}

/// Row log-sum-exp does not overflow, and its slope is the softmax.
#[test]
fn log_sum_exp_of_large_numbers() {
    let tape = Tape::new();
    let x = tape.input(2, 2);
    let lse = x.row_log_sum_exp();
    let answer = reference::evaluate(x, vec![lse, grad(lse.sum(), x)], &[&[1e3, 1e3, -1e3, 0.0]]);
    close("lse", &answer[0], &[1e3 + std::f64::consts::LN_2, 0.0], 1e-12);
    close("softmax", &answer[1], &[0.5, 0.5, 0.0, 1.0], 1e-12);
}
