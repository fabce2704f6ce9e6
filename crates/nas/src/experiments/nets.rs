//! Networks of science 2.7 as experiments train them: by gradient descent on all training samples.

use crate::data::Dataset;
use crate::inner::{Descent, GradientDescent};
use crate::model::Network;
use tape::{Par, Program, Tape};

/// A network and its descent on ½ ‖f − y‖², recorded and compiled once for all starts, architectures and data of one size.
pub(super) struct Nets {
    pub(super) network: Network,
    descent: GradientDescent,
}

/// The steps of a descent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Descend {
    /// The length of a step.
    pub(super) eta: f64,
    /// It ends at this mean squared error ...
    pub(super) goal: f64,
    /// ... or after so many steps.
    pub(super) limit: usize,
}

/// (W, α, x) → f(x) on so many samples.
pub(super) struct Outputs {
    program: Program<f64>,
}

impl Nets {
    pub(super) fn new(network: Network, n_train: usize) -> Self {
        let (tape, d) = (Tape::new(), network.dimension);
        let (w, alpha) = (tape.input(d, network.width()), tape.input(network.bank.len(), 1));
        let (x, y) = (tape.input(n_train, d), tape.input(n_train, 1));
        let loss = 0.5 * (network.output(x, w, alpha) - y).powi(2).sum();
        Self { descent: GradientDescent::new(loss, w, (alpha, x, y)), network }
    }

    /// Trains one network from W₀.
    pub(super) fn descend(&self, start: &[f64], alpha: &[f64], train: &Dataset, how: Descend) -> Descent {
        let held: [&[f64]; 3] = [alpha, train.features(), train.labels()];
        // The loss is half the sum of squares, the goal a mean.
        let goal = how.goal * train.len() as f64 / 2.0;
        self.descent.run(start.to_vec(), &held, how.eta, goal, how.limit)
    }

    /// The training error where a descent ended.
    pub(super) fn mean_squared_error(descent: &Descent, train: &Dataset) -> f64 {
        2.0 * descent.loss / train.len() as f64
    }
}

impl Outputs {
    pub(super) fn new(network: &Network, samples: usize) -> Self {
        let (tape, d) = (Tape::new(), network.dimension);
        let (w, alpha) = (tape.input(d, network.width()), tape.input(network.bank.len(), 1));
        let x = tape.input(samples, d);
        Self { program: tape.compile((w, alpha, x), network.output(x, w, alpha)) }
    }

    pub(super) fn predict(&self, w: &[f64], alpha: &[f64], data: &Dataset) -> Vec<f64> {
        let mut runner = self.program.runner(Par::Seq);
        let [f] = runner.run(&[w, alpha, data.features()]);
        f.to_vec()
    }
}

/// Of predictions against the labels of `data`.
pub(super) fn mean_squared_error(predictions: &[f64], data: &Dataset) -> f64 {
    let squares = predictions.iter().zip(data.labels()).map(|(f, y)| (f - y).powi(2));
    squares.sum::<f64>() / data.len() as f64
}
