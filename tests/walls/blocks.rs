//! Any number of rows by a program for a block of them, the last block ragged.

use tape::{Activation, Bank, Blocks, Par, Tape, Var, grad, reference};

use crate::programs::{values, views};

const FEATURES: usize = 3;

fn loss<'t>(rows: &[Var<'t>; 2], weight: Var<'t>, alpha: Var<'t>, theta: Var<'t>) -> Var<'t> {
    let bank = Bank::new([Activation::Tanh, Activation::Silu]);
    let prediction = rows[0].matmul(theta).mixture(&bank, alpha).sum_cols();
    (weight * (prediction - rows[1]).powi(2)).sum()
}

#[test]
fn a_ragged_last_block_changes_nothing() {
    for (n, block) in [(0, 4), (1, 4), (7, 7), (23, 8), (24, 8), (25, 8)] {
        let tape = Tape::new();
        let shared = [tape.input(2, 1), tape.input(FEATURES, 5)];
        let rows = [tape.input(block, FEATURES), tape.input(block, 1)];
        let weight = tape.input(block, 1);
        let sum = loss(&rows, weight, shared[0], shared[1]);
        let outputs = (sum, grad(sum, shared));
        let mut blocks = Blocks::<f64>::new(shared, rows, weight, outputs, Par::Seq);

        let whole = Tape::new();
        let all_rows = [whole.input(n, FEATURES), whole.input(n, 1)];
        let all_shared = [whole.input(2, 1), whole.input(FEATURES, 5)];
        let total = loss(&all_rows, whole.full(n, 1, 1.0), all_shared[0], all_shared[1]);
        let inputs = [all_rows[0], all_rows[1], all_shared[0], all_shared[1]];
        let given = values::<f64>(&inputs);
        let given = views(&given);
        let expected = reference::evaluate(inputs, (total, grad(total, all_shared)), &given);

        let _: [&[f64]; 3] = blocks.run(n, &given[2..], &given[..2]);
        for (i, expected) in expected.iter().enumerate() {
            let largest = expected.iter().fold(1e-300_f64, |a, b| a.max(b.abs()));
            for (found, expected) in blocks.output(i).iter().zip(expected) {
                let error = (found - expected).abs() / largest;
                assert!(error <= 1e-13, "{n} rows in blocks of {block}, output {i}: error {error}");
            }
        }
    }
}
