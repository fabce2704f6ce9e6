//! How tangents are multiplied: a second stage does not repeat what the first can do.

use tape::{Activation, Bank, Element, Par, Program, Tape, hvp, jvp};

use crate::support::{assert_close, data};

/// The arithmetic of the second stage.
fn second<T: Element>(program: &Program<T>) -> u64 {
    program.step_costs().skip(program.held_steps()).map(|cost| cost.flops).sum()
}

#[test]
fn a_chain_of_slopes_is_one_factor() {
    let tape = Tape::new();
    let (x, d) = (tape.input(7, 3), tape.input(7, 3));
    let y = (x.sin().exp().powi(3) * 0.5).tanh().cos() * x;
    // Two paths from x: d times a factor each, and their sum.
    let program = tape.compile_staged::<f64>(x, d, jvp(y, x, d));
    assert_eq!(second(&program), 3 * 21, "{program}");
}

#[test]
fn a_hessian_product_of_a_network_with_one_output_has_two_products_and_five_operations_per_element() {
    let (n, p, h) = (40, 8, 32);
    let tape = Tape::new();
    let (x, y, w, v) = (tape.input(n, p), tape.input(n, 1), tape.input(h, p), tape.input(h, 1));
    let (alpha, d) = (tape.input(2, 1), tape.input(h, p));
    let bank = Bank::new([Activation::Tanh, Activation::Sin]);
    let loss = (x.matmul(w.t()).mixture(&bank, alpha).matmul(v) - y).powi(2).mean();
    let held = (x, y, (w, v, alpha));
    let program = tape.compile_staged::<f64>(held, d, hvp(loss, w, d));
    let products = 2 * (2 * n * p * h) as u64;
    assert!(second(&program) <= products + (5 * n * h + 4 * n) as u64, "{program}");

    // The same numbers as by differences of gradients, of course.
    let inputs = [x, y, w, v, alpha, d];
    let all = data::<f64>(&inputs);
    let given: Vec<&[f64]> = all.iter().map(Vec::as_slice).collect();
    let gradient = tape.compile::<f64>(held, tape::grad(loss, w));
    let mut runner = gradient.runner(Par::Seq);
    let mut at = |step: f64| -> Vec<f64> {
        let moved: Vec<f64> = all[2].iter().zip(&all[5]).map(|(w, d)| w + step * d).collect();
        let [gradient] = runner.run(&[given[0], given[1], &moved, given[3], given[4]]);
        gradient.to_vec()
    };
    let (ahead, behind) = (at(1e-5), at(-1e-5));
    let expected: Vec<f64> = ahead.iter().zip(&behind).map(|(a, b)| (a - b) / 2e-5).collect();
    let mut staged = program.runner(Par::Seq);
    let [found] = staged.run(&given);
    assert_close("H·d", &[found.to_vec()], &[expected], 1e-8);
}

/// Columns by rows are products of repeated elements: what is elementwise around them joins.
#[test]
fn an_outer_product_is_elementwise() {
    let tape = Tape::new();
    let (a, v) = (tape.input(6, 5), tape.input(5, 1));
    let loss = a.tanh().matmul(v).powi(2).sum();
    let program = tape.compile::<f64>((a, v), tape::grad(loss, a));
    let text = program.to_string();
    assert_eq!(text.matches("matmul").count(), 1, "{text}");
}
