//! Running programs: values, inputs, outputs, messages.

use tape::{Activation, Bank, Par, Tape, grad, hvp, reference};

#[test]
fn agrees_with_the_reference_on_a_network() {
    let tape = Tape::new();
    let bank = Bank::new([Activation::Tanh, Activation::Relu, Activation::Softplus]);
    let (x, theta, alpha, d) = (tape.input(5, 3), tape.input(3, 4), tape.input(3, 1), tape.input(3, 4));
    let loss = x.matmul(theta).mixture(&bank, alpha).powi(2).mean() + 0.1 * theta.powi(2).sum();
    let inputs = (x, theta, alpha, d);
    let outputs = (loss, grad(loss, (theta, alpha)), hvp(loss, theta, d));
    let data: Vec<Vec<f64>> =
        [15, 12, 3, 12].iter().map(|&n| (0..n).map(|i| (f64::from(i) * 0.7).sin()).collect()).collect();
    let at: Vec<&[f64]> = data.iter().map(|d| &**d).collect();
    let expected = reference::evaluate(inputs, outputs, &at);
    let program = tape.compile::<f64>(inputs, outputs);
    println!("{program}");
    let mut runner = program.runner(Par::Seq);
    runner.evaluate(&at);
    for (i, expected) in expected.iter().enumerate() {
        for (a, b) in runner.output(i).iter().zip(expected) {
            assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "output {i}: {a} and {b}");
        }
    }
}
