//! Any number of rows by a program for a block of them, the last block ragged.

use tape::{Activation, Bank, Blocks, Par, Tape, Var, grad, reference};

use crate::programs::{values, views};

const FEATURES: usize = 3;
pub(crate) const WIDTH: usize = 5;

fn loss<'t>(rows: &[Var<'t>; 2], weight: Var<'t>, alpha: Var<'t>, theta: Var<'t>) -> Var<'t> {
    let bank = Bank::new([Activation::Tanh, Activation::Silu]);
    let prediction = rows[0].matmul(theta).mixture(&bank, alpha).sum_cols();
    (weight * (prediction - rows[1]).powi(2)).sum()
}

/// Loss and gradients of `n` rows by a program for `block` of them, and the inputs.
pub(crate) fn in_blocks(n: usize, block: usize, par: Par) -> [Vec<f64>; 3] {
    let tape = Tape::new();
    let shared = [tape.input(2, 1), tape.input(FEATURES, WIDTH)];
    let rows = [tape.input(block, FEATURES), tape.input(block, 1)];
    let weight = tape.input(block, 1);
    let sum = loss(&rows, weight, shared[0], shared[1]);
    let mut blocks = Blocks::<f64>::new(shared, rows, weight, (sum, grad(sum, shared)), par);
    let given = given(n);
    let given = views(&given);
    blocks.run(n, &given[2..], &given[..2]).map(<[f64]>::to_vec)
}

/// Values for the two inputs of `n` rows and the two shared ones.
fn given(n: usize) -> Vec<Vec<f64>> {
    let tape = Tape::new();
    values(&[tape.input(n, FEATURES), tape.input(n, 1), tape.input(2, 1), tape.input(FEATURES, WIDTH)])
}

#[test]
fn a_ragged_last_block_changes_nothing() {
    for (n, block) in [(0, 4), (1, 4), (7, 7), (23, 8), (24, 8), (25, 8)] {
        let whole = Tape::new();
        let all_rows = [whole.input(n, FEATURES), whole.input(n, 1)];
        let all_shared = [whole.input(2, 1), whole.input(FEATURES, WIDTH)];
        let total = loss(&all_rows, whole.full(n, 1, 1.0), all_shared[0], all_shared[1]);
        let inputs = [all_rows[0], all_rows[1], all_shared[0], all_shared[1]];
        let given = given(n);
        let expected = reference::evaluate(inputs, (total, grad(total, all_shared)), &views(&given));
        let found = in_blocks(n, block, Par::Seq);
        for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let largest = expected.iter().fold(1e-300_f64, |a, b| a.max(b.abs()));
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                let error = (found - expected).abs() / largest;
                assert!(error <= 1e-13, "{n} rows in blocks of {block}, output {i}: error {error}");
            }
        }
    }
}
