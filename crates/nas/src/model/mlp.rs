//! The multilayer perceptron whose activations are searched.

use super::Candidates;
use crate::seed::Seed;
use rand_distr::{Distribution, StandardNormal};
use tape::Var;

/// Layers h ← σ_α(h W + 1 bᵀ), then f = h V + 1 cᵀ. All of W, b, V, c are trained: θ.
#[derive(Clone, Debug, PartialEq)]
pub struct Mlp {
    /// Number d of features.
    pub inputs: usize,
    /// Width of each hidden layer, at least one.
    pub hidden: Vec<usize>,
    /// Number of outputs: classes, or 1.
    pub outputs: usize,
    /// The candidate activations σ_i.
    pub bank: Candidates,
    /// G: equal contiguous groups of neurons of a layer, each with a mixture of its own.
    pub groups: usize,
    /// Whether all layers share their mixtures.
    pub shared: bool,
}

/// A weight matrix or a bias of θ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    rows: usize,
    cols: usize,
}

impl Mlp {
    /// Mixtures of the network, each of h coefficients: groups of layers.
    pub fn mixtures(&self) -> usize {
        self.groups * if self.shared { 1 } else { self.hidden.len() }
    }

    /// Coefficients of all mixtures: the length of α, one mixture after the other, layer by layer.
    pub fn coefficients(&self) -> usize {
        self.mixtures() * self.bank.len()
    }

    /// The number of elements of θ.
    pub fn parameters(&self) -> usize {
        self.blocks().map(|block| block.rows * block.cols).sum()
    }

    /// Inputs and outputs of each layer, the last one included.
    pub fn layers(&self) -> Vec<[usize; 2]> {
        let widths: Vec<usize> =
            [self.inputs].into_iter().chain(self.hidden.iter().copied()).chain([self.outputs]).collect();
        widths.windows(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    /// Weights and bias of each layer, in the order of θ.
    fn blocks(&self) -> impl Iterator<Item = Block> {
        let layer = |[rows, cols]: [usize; 2]| [Block { rows, cols }, Block { rows: 1, cols }];
        self.layers().into_iter().flat_map(layer)
    }

    /// α as a list of layers (one, when they share it), of groups, of candidates.
    pub fn by_layer(&self, alpha: &[f64]) -> Vec<Vec<Vec<f64>>> {
        let mixtures: Vec<Vec<f64>> = alpha.chunks(self.bank.len().max(1)).map(<[f64]>::to_vec).collect();
        mixtures.chunks(self.groups.max(1)).map(<[Vec<f64>]>::to_vec).collect()
    }

    /// Records f on the rows of `x` (n × d), with flat `theta` and `alpha`: n × outputs.
    ///
    /// # Panics
    /// When a shape does not fit, or the groups do not divide a layer.
    #[track_caller]
    pub fn output<'t>(&self, x: Var<'t>, theta: Var<'t>, alpha: Var<'t>) -> Var<'t> {
        let (n, h) = (x.rows(), self.bank.len());
        let mut at = 0;
        let mut matrices = self.blocks().map(|Block { rows, cols }| {
            at += rows * cols;
            theta.slice(at - rows * cols, rows, cols)
        });
        let mut layer = |input: Var<'t>| {
            let (weights, bias) = (matrices.next()?, matrices.next()?);
            Some(input.matmul(weights) + bias.expand(n, bias.cols()))
        };
        let mut signal = x;
        for l in 0..self.hidden.len() {
            let first = if self.shared { 0 } else { l * self.groups * h };
            let mixture = alpha.slice(first, self.groups, h).t();
            signal = layer(signal).map_or(signal, |z| self.bank.mixture(z, mixture));
        }
        layer(signal).unwrap_or(signal)
    }

    /// θ₀: independent normal weights of variance 1 / rows, biases zero.
    pub fn start(&self, seed: Seed) -> Vec<f64> {
        let mut stream = seed.stream();
        let mut theta = Vec::with_capacity(self.parameters());
        for (i, Block { rows, cols }) in self.blocks().enumerate() {
            let (bias, size) = (i % 2 == 1, (rows as f64).recip().sqrt());
            theta.extend((0..rows * cols).map(|_| {
                if bias {
                    return 0.0;
                }
                let z: f64 = StandardNormal.sample(&mut stream);
                z * size
            }));
        }
        theta
    }
}
