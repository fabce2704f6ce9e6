//! The supernet: cells in which every edge mixes all operations (Liu et al. 2019; science 4.3 and 6.3).

use crate::seed::Seed;
use rand_distr::{Distribution, StandardNormal};
use tape::{Activation, Var};

/// Nodes of a cell, besides its two inputs.
pub const NODES: usize = 4;
/// Edges of a cell: a node hears both inputs and every node before it.
pub const EDGES: usize = 2 * NODES + NODES * (NODES - 1) / 2;
/// The activations σ of the operations σ(sW + 1bᵀ), each with a W of its own.
pub const ACTIVATIONS: [Activation; 3] = [Activation::Relu, Activation::Tanh, Activation::Silu];
/// Operations of an edge: zero, the identity, then a linear map with each of the [`ACTIVATIONS`].
pub const OPERATIONS: usize = 2 + ACTIVATIONS.len();

/// Cells one after the other. The inputs of a cell are linear maps of the outputs of the two cells before it, in place
/// of which the first ones have the features; its output are its nodes, side by side. A linear map of the last output
/// is f.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supernet {
    /// Number d of features.
    pub inputs: usize,
    /// Width w of every node.
    pub width: usize,
    /// Number of classes.
    pub outputs: usize,
    /// Number of cells, each with an α of its own.
    pub cells: usize,
}

impl Supernet {
    /// The length h of α: by cell, edge (those into the first node first) and operation.
    pub fn coefficients(&self) -> usize {
        self.cells * EDGES * OPERATIONS
    }

    /// The number of elements of θ.
    pub fn parameters(&self) -> usize {
        self.linears().iter().map(|[rows, cols]| (rows + 1) * cols).sum()
    }

    /// The linear maps in the order of θ, each a matrix of this shape followed by a bias.
    fn linears(&self) -> Vec<[usize; 2]> {
        let w = self.width;
        let features = |outputs: usize| if outputs < 2 { self.inputs } else { NODES * w };
        let cell = |cell: usize| {
            let inputs = [cell, cell + 1].map(|outputs| [features(outputs), w]);
            inputs.into_iter().chain(std::iter::repeat_n([w, w], EDGES * ACTIVATIONS.len()))
        };
        (0..self.cells).flat_map(cell).chain([[features(self.cells + 1), self.outputs]]).collect()
    }

    /// Records f on the rows of `x` (n × d), with flat `theta` and `alpha`: n × outputs.
    ///
    /// # Panics
    /// When a shape does not fit.
    #[track_caller]
    pub fn output<'t>(&self, x: Var<'t>, theta: Var<'t>, alpha: Var<'t>) -> Var<'t> {
        let mut weights = Weights { theta, at: 0 };
        let mut edges = Edges { alpha, at: 0 };
        let mut outputs = vec![vec![x], vec![x]];
        for cell in 0..self.cells {
            let mut states = Vec::with_capacity(2 + NODES);
            for before in [cell, cell + 1] {
                states.push(weights.linear(&outputs[before], self.width));
            }
            for _ in 0..NODES {
                let node = edges.mixed(states[0], &mut weights);
                let node = states[1..].iter().fold(node, |sum, state| sum + edges.mixed(*state, &mut weights));
                states.push(node);
            }
            outputs.push(states.split_off(2));
        }
        weights.linear(&outputs[self.cells + 1], self.outputs)
    }

    /// θ₀: independent normal weights of variance 1 / rows, biases zero.
    pub fn start(&self, seed: Seed) -> Vec<f64> {
        let mut stream = seed.stream();
        let mut theta = Vec::with_capacity(self.parameters());
        for [rows, cols] in self.linears() {
            let size = (rows as f64).recip().sqrt();
            theta.extend((0..rows * cols).map(|_| {
                let z: f64 = StandardNormal.sample(&mut stream);
                z * size
            }));
            theta.extend(std::iter::repeat_n(0.0, cols));
        }
        theta
    }
}

/// θ, read from its beginning.
struct Weights<'t> {
    theta: Var<'t>,
    at: usize,
}

impl<'t> Weights<'t> {
    fn matrix(&mut self, rows: usize, cols: usize) -> Var<'t> {
        self.at += rows * cols;
        self.theta.slice(self.at - rows * cols, rows, cols)
    }

    /// The next linear map, of parts that lie side by side.
    fn linear(&mut self, parts: &[Var<'t>], cols: usize) -> Var<'t> {
        let first = parts[0].matmul(self.matrix(parts[0].cols(), cols));
        let sum = parts[1..].iter().fold(first, |sum, part| sum + part.matmul(self.matrix(part.cols(), cols)));
        sum + self.matrix(1, cols).expand(sum.rows(), cols)
    }
}

/// α, read from its beginning.
struct Edges<'t> {
    alpha: Var<'t>,
    at: usize,
}

impl<'t> Edges<'t> {
    /// Σ_o α_o o(s) of the next edge; the zero has a weight and nothing else.
    fn mixed(&mut self, state: Var<'t>, weights: &mut Weights<'t>) -> Var<'t> {
        let weight = |operation: usize| self.alpha.slice(self.at + operation, 1, 1);
        let mut sum = state * weight(1);
        for (number, activation) in ACTIVATIONS.into_iter().enumerate() {
            sum = sum + weights.linear(&[state], state.cols()).activation(activation) * weight(2 + number);
        }
        self.at += OPERATIONS;
        sum
    }
}
