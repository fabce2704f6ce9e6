//! Outputs of a fitted network.

use super::Mlp;
use crate::inner::{narrow, widen};
use tape::{Element, Par, Program, Tape};

/// Predictions of a network: one program for blocks of rows.
#[derive(Clone, Debug)]
pub struct Predictor<T> {
    /// (θ, α) held, x → f.
    program: Program<T>,
    rows: usize,
    inputs: usize,
}

impl<T: Element> Predictor<T> {
    /// Rows of a block.
    const BLOCK: usize = 512;

    /// Records and compiles for blocks of at most 512 of `n` rows.
    pub fn new(model: &Mlp, n: usize) -> Self {
        let (tape, rows) = (Tape::new(), n.clamp(1, Self::BLOCK));
        let (theta, alpha) = (tape.input(model.parameters(), 1), tape.input(model.coefficients(), 1));
        let x = tape.input(rows, model.inputs);
        let program = tape.compile_staged((theta, alpha), x, model.output(x, theta, alpha));
        Self { program, rows, inputs: model.inputs }
    }

    /// f on the rows of `x`, row-major.
    pub fn predict(&self, theta: &[f64], alpha: &[f64], x: &[f64]) -> Vec<f64> {
        let (theta, alpha) = (narrow(theta), narrow(alpha));
        let (held, block) = ([&*theta, &*alpha], self.rows * self.inputs);
        let mut runner = self.program.runner(Par::Seq);
        let mut network = runner.hold(&held);
        let mut last = vec![T::ZERO; block];
        let mut all = Vec::new();
        for rows in x.chunks(block.max(1)) {
            last[..rows.len()].copy_from_slice(&narrow(rows));
            let [f] = network.run(&[&last]);
            all.extend(widen(&f[..f.len() * rows.len() / block]));
        }
        all
    }
}
