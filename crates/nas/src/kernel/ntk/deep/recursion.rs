//! The recursion over layers, with derivatives in the α of every layer: forward, since few α have many pairs.

use super::layer::{Expectation, Layer, Pair};
use crate::kernel::ntk::Trained;
use crate::kernel::ntk::chebyshev::Chebyshev;
use crate::kernel::ntk::expectation::Plane;
use faer::Mat;
use rayon::prelude::*;
use std::f64::consts::FRAC_PI_2;

/// Nodes of a table over the angle; the next where the last did not suffice. A layer that is nearly odd turns points near the angle π
/// sharply, and takes many.
const NODES: [usize; 3] = [48, 96, 192];
/// Where the last coefficients of a table are below this part of its largest, it is exact.
const TAIL: f64 = 1e-11;
/// A table pays when there are so many times more pairs than nodes.
const WORTH: usize = 3;

/// The layers of a network at one α.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recursion<'a> {
    pub(super) layers: &'a [Layer<'a>],
    pub(super) trained: Trained,
    pub(super) plane: &'a Plane,
}

/// A number that moves with all α.
#[derive(Clone, Debug)]
pub(super) struct Along {
    pub(super) value: f64,
    /// Its derivative in every α, layer by layer.
    pub(super) alpha: Vec<f64>,
}

impl Along {
    /// The number, then its derivatives.
    fn all(&self) -> Vec<f64> {
        [&[self.value][..], &self.alpha].concat()
    }

    fn constant(value: f64, h: usize) -> Self {
        Self { value, alpha: vec![0.0; h] }
    }

    /// `value`, with the derivative that `slope` gives for each place.
    fn new(value: f64, h: usize, slope: impl Fn(usize) -> f64) -> Self {
        Self { value, alpha: (0..h).map(slope).collect() }
    }
}

impl Recursion<'_> {
    /// The standard deviations of the pre-activations of all layers at a point of this norm, for `h` hyperparameters.
    pub(super) fn along(&self, norm: f64, h: usize) -> Vec<Along> {
        let mut first = 0;
        let mut all = vec![Along::constant(norm, h)];
        for layer in self.layers {
            let p = &all[all.len() - 1];
            let variance = layer.moments(self.plane, Pair { p: p.value, q: p.value, angle: 0.0 }).value;
            let variance = through(&variance, first, [p, p, &Along::constant(0.0, h)]);
            let root = variance.value.sqrt();
            // A root of zero has no slope, or any.
            let slope = |k: usize| if root == 0.0 { 0.0 } else { variance.alpha[k] / (2.0 * root) };
            all.push(Along::new(root, h, slope));
            first += layer.alpha.len();
        }
        all
    }

    /// Θ and its derivatives, a column each, between some points and one, by the angles between them.
    pub(super) fn column(&self, points: &[Vec<Along>], one: &[Along], angles: &[f64]) -> Mat<f64> {
        let pairs = points.par_iter().zip(angles);
        let entries: Vec<Vec<f64>> = pairs.map(|(point, &angle)| self.pair(point, one, angle).all()).collect();
        Mat::from_fn(angles.len(), one[0].alpha.len() + 1, |i, k| entries[i][k])
    }

    /// The same as functions of the angle between points of one norm, if that is worth it for so many pairs and becomes exact.
    pub(super) fn table(&self, any: &[Along], pairs: usize) -> Option<Chebyshev> {
        let of = |nodes| Chebyshev::new(nodes, any[0].alpha.len() + 1, |angle| self.pair(any, any, angle).all());
        NODES.into_iter().filter(|nodes| pairs >= WORTH * nodes).map(of).find(|table| table.tail() <= TAIL)
    }

    /// Θ of two points by the standard deviations along them and the angle between them.
    pub(super) fn pair(&self, p: &[Along], q: &[Along], angle: f64) -> Along {
        let (h, same) = (p[0].alpha.len(), angle == 0.0 && p[0].value == q[0].value);
        let mut theta = Along::constant(p[0].value * q[0].value * angle.cos(), h);
        let (mut angle, mut first) = (Along::constant(angle, h), 0);
        for (l, layer) in self.layers.iter().enumerate() {
            let at = Pair { p: p[l].value, q: q[l].value, angle: angle.value };
            let moments = layer.moments(self.plane, at);
            let [sigma, slope] = [moments.value, moments.slope].map(|e| through(&e, first, [&p[l], &q[l], &angle]));
            let output = l + 1 == self.layers.len() && self.trained == Trained::Hidden;
            let added = if output { 0.0 } else { 1.0 };
            theta = Along::new(added * sigma.value + theta.value * slope.value, h, |k| {
                added * sigma.alpha[k] + theta.alpha[k] * slope.value + theta.value * slope.alpha[k]
            });
            // A point has no angle with itself, also when rounding says otherwise.
            angle = if same { angle } else { turned(&sigma, &p[l + 1], &q[l + 1]) };
            first += layer.alpha.len();
        }
        theta
    }
}

/// The expectation of a layer whose first α is the one with this number, along (p, q, angle).
fn through(of: &Expectation, first: usize, [p, q, angle]: [&Along; 3]) -> Along {
    let own = |k: usize| k.checked_sub(first).and_then(|i| of.alpha.get(i)).copied().unwrap_or(0.0);
    let slope = |k: usize| own(k) + of.p * p.alpha[k] + of.q * q.alpha[k] + of.angle * angle.alpha[k];
    Along::new(of.value, p.alpha.len(), slope)
}

/// arccos(σ / (p q)); a right angle where one of them is zero.
fn turned(sigma: &Along, p: &Along, q: &Along) -> Along {
    let (h, scale) = (sigma.alpha.len(), p.value * q.value);
    if scale == 0.0 {
        return Along::constant(FRAC_PI_2, h);
    }
    let rho = (sigma.value / scale).clamp(-1.0, 1.0);
    let angle = rho.acos();
    let slope = |k: usize| {
        let moved = (sigma.alpha[k] - rho * (p.alpha[k] * q.value + p.value * q.alpha[k])) / scale;
        if angle.sin() == 0.0 { 0.0 } else { -moved / angle.sin() }
    };
    Along::new(angle, h, slope)
}
