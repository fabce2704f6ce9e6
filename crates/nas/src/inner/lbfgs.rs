//! Limited-memory BFGS (Nocedal 1980; Nocedal and Wright, *Numerical Optimization*, algorithm 7.4).

use std::collections::VecDeque;

/// Pairs that are remembered.
const MEMORY: usize = 12;
/// A step must give this part of the decrease that the slope promises ...
const ARMIJO: f64 = 1e-4;
/// ... and leave at most this part of the slope (weak Wolfe conditions).
const CURVATURE: f64 = 0.9;
/// Trials of one line search.
const TRIALS: usize = 40;

/// A smooth function: writes the gradient at θ and answers the value.
pub trait Smooth {
    /// The value at `theta`; its gradient goes to `gradient`.
    fn value(&mut self, theta: &[f64], gradient: &mut [f64]) -> f64;
}

/// θ, the loss and its gradient there.
#[derive(Clone, Debug, PartialEq)]
pub struct At {
    /// The parameters.
    pub theta: Vec<f64>,
    /// The loss at them.
    pub loss: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
}

impl At {
    /// The function at `theta`.
    pub fn new(function: &mut dyn Smooth, theta: Vec<f64>) -> Self {
        let mut gradient = vec![0.0; theta.len()];
        let loss = function.value(&theta, &mut gradient);
        Self { theta, loss, gradient }
    }

    /// ‖∇g‖
    pub fn slope(&self) -> f64 {
        dot(&self.gradient, &self.gradient).sqrt()
    }
}

/// The last steps and what they did to the gradient.
#[derive(Clone, Debug, Default)]
pub struct Lbfgs {
    pairs: VecDeque<Pair>,
}

/// s = θ′ − θ, y = ∇′ − ∇.
#[derive(Clone, Debug)]
struct Pair {
    s: Vec<f64>,
    y: Vec<f64>,
    /// 1 / ⟨s, y⟩
    rho: f64,
}

impl Lbfgs {
    /// One step from `at`; the same place when no step decreases the loss to working precision.
    pub fn step(&mut self, function: &mut dyn Smooth, at: &At) -> Option<At> {
        let direction = self.direction(&at.gradient);
        let next = match search(function, at, &direction) {
            Some(next) => next,
            // What was learned misleads here: once more along the gradient alone.
            None if !self.pairs.is_empty() => {
                self.pairs.clear();
                search(function, at, &self.direction(&at.gradient))?
            }
            None => return None,
        };
        let (s, y) = (minus(&next.theta, &at.theta), minus(&next.gradient, &at.gradient));
        let sy = dot(&s, &y);
        if sy > 0.0 {
            self.pairs.truncate(MEMORY - 1);
            self.pairs.push_front(Pair { s, y, rho: sy.recip() });
        }
        Some(next)
    }

    /// −H∇ by the two loops; along −∇ with a length of at most one at first.
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let Some(last) = self.pairs.front() else {
            let size = dot(gradient, gradient).sqrt().max(1.0);
            q.iter_mut().for_each(|q| *q /= size);
            return q;
        };
        let mut along = Vec::with_capacity(self.pairs.len());
        for Pair { s, y, rho } in &self.pairs {
            let a = rho * dot(s, &q);
            add(&mut q, -a, y);
            along.push(a);
        }
        let scale = (last.rho * dot(&last.y, &last.y)).recip();
        q.iter_mut().for_each(|q| *q *= scale);
        for (Pair { s, y, rho }, a) in self.pairs.iter().zip(along).rev() {
            let b = rho * dot(y, &q);
            add(&mut q, a - b, s);
        }
        q
    }
}

/// A point along `direction` with the weak Wolfe conditions, by bisection and doubling (Lewis and Overton 2013).
fn search(function: &mut dyn Smooth, at: &At, direction: &[f64]) -> Option<At> {
    let slope = dot(&at.gradient, direction);
    if slope.is_nan() || slope >= 0.0 {
        return None;
    }
    let (mut low, mut high, mut t) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..TRIALS {
        let theta = at.theta.iter().zip(direction).map(|(x, d)| x + t * d).collect();
        let next = At::new(function, theta);
        let falls = next.loss <= at.loss + ARMIJO * t * slope;
        if falls && dot(&next.gradient, direction) >= CURVATURE * slope {
            return Some(next);
        }
        if falls {
            low = t;
        } else {
            high = t;
        }
        t = if high.is_finite() { (low + high) / 2.0 } else { 2.0 * t };
    }
    None
}

/// ⟨x, y⟩ in eight interleaved sums, which a processor adds side by side; the order is fixed.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    const SUMS: usize = 8;
    let (xs, x_rest) = x.as_chunks::<SUMS>();
    let (ys, y_rest) = y.as_chunks::<SUMS>();
    let mut sums = [0.0; SUMS];
    for (x, y) in xs.iter().zip(ys) {
        (0..SUMS).for_each(|i| sums[i] += x[i] * y[i]);
    }
    sums.iter().sum::<f64>() + x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum::<f64>()
}

fn minus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

/// x ← x + a y
fn add(x: &mut [f64], a: f64, y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += a * y);
}
