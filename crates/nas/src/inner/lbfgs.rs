//! Limited-memory BFGS (Nocedal 1980; Nocedal and Wright, *Numerical Optimization*, chapter 7).

use crate::dense::apply;
use faer::{Col, ColRef, Mat, MatRef};
use rayon::prelude::*;

/// Pairs that are remembered.
const MEMORY: usize = 12;
/// A step must give this part of the decrease that the slope promises ...
const ARMIJO: f64 = 1e-4;
/// ... and leave at most this part of the slope (weak Wolfe conditions).
const CURVATURE: f64 = 0.9;
/// Trials of one line search.
const TRIALS: usize = 40;
/// Coordinates that are worked on by one thread: sums over them are added in this order, whoever made them.
const PIECE: usize = 1 << 12;

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

/// The last steps and what they did to the gradient, in the compact form (Byrd, Nocedal and Schnabel 1994; Nocedal and Wright,
/// section 7.2): H = γ I + W M Wᵀ with the pairs as the columns of W, so that a direction reads them twice, and not four times as
/// the two loops do.
#[derive(Clone, Debug, Default)]
pub struct Lbfgs {
    pairs: Option<Pairs>,
}

/// s = θ′ − θ, y = ∇′ − ∇ of the last steps.
#[derive(Clone, Debug)]
struct Pairs {
    /// W: the s, then the y, each in the column of its slot.
    columns: Mat<f64>,
    /// The slots from the oldest pair to the newest.
    order: Vec<usize>,
    /// ⟨sᵢ, yⱼ⟩ by slots, where pair i is not newer than pair j.
    sy: [[f64; MEMORY]; MEMORY],
    /// ⟨yᵢ, yⱼ⟩ by slots.
    yy: [[f64; MEMORY]; MEMORY],
    /// Wᵀ∇ where the last direction was asked for.
    before: Col<f64>,
    /// Whether the newest pair has no products with the older ones yet.
    fresh: bool,
}

impl Lbfgs {
    /// One step from `at`; the same place when no step decreases the loss to working precision.
    pub fn step(&mut self, function: &mut dyn Smooth, at: &At) -> Option<At> {
        let direction = self.direction(&at.gradient);
        let next = match search(function, at, &direction) {
            Some(next) => next,
            // What was learned misleads here: once more along the gradient alone.
            None if self.pairs.is_some() => {
                self.pairs = None;
                search(function, at, &self.direction(&at.gradient))?
            }
            None => return None,
        };
        let (s, y) = (minus(&next.theta, &at.theta), minus(&next.gradient, &at.gradient));
        let sy = dot(&s, &y);
        if sy > 0.0 {
            self.pairs.get_or_insert_with(|| Pairs::new(s.len())).push(&s, &y, sy);
        }
        Some(next)
    }

    /// −H∇; along −∇ with a length of at most one at first.
    fn direction(&mut self, gradient: &[f64]) -> Vec<f64> {
        match &mut self.pairs {
            Some(pairs) => pairs.direction(gradient),
            None => {
                let size = dot(gradient, gradient).sqrt().max(1.0);
                gradient.iter().map(|g| -g / size).collect()
            }
        }
    }
}

impl Pairs {
    fn new(n: usize) -> Self {
        let table = [[0.0; MEMORY]; MEMORY];
        let (columns, before) = (Mat::zeros(n, 2 * MEMORY), Col::zeros(2 * MEMORY));
        Self { columns, order: Vec::with_capacity(MEMORY), sy: table, yy: table, before, fresh: false }
    }

    /// Takes the place of the oldest pair, when there is none left.
    fn push(&mut self, s: &[f64], y: &[f64], sy: f64) {
        let slot = if self.order.len() == MEMORY { self.order.remove(0) } else { self.order.len() };
        self.order.push(slot);
        for (column, from) in [(slot, s), (MEMORY + slot, y)] {
            self.columns.col_mut(column).copy_from(ColRef::from_slice(from));
        }
        (self.sy[slot][slot], self.yy[slot][slot]) = (sy, dot(y, y));
        self.fresh = true;
    }

    /// −γ∇ − W M Wᵀ∇, where γ = ⟨s, y⟩ / ⟨y, y⟩ of the newest pair.
    fn direction(&mut self, gradient: &[f64]) -> Vec<f64> {
        let along = onto(self.columns.as_ref(), gradient);
        if std::mem::take(&mut self.fresh) {
            self.pair_up(&along);
        }
        let newest = self.order[self.order.len() - 1];
        let gamma = self.sy[newest][newest] / self.yy[newest][newest];
        let products = |first: usize| self.order.iter().map(|&slot| along[first + slot]).collect::<Vec<f64>>();
        let (with_s, with_y) = (products(0), products(MEMORY));

        // u = R⁻¹ Sᵀ∇, then v = R⁻ᵀ ((D + γ YᵀY) u − γ Yᵀ∇), for R the upper triangle of SᵀY and D its diagonal.
        let u = self.solve_upper(with_s);
        let right = self.order.iter().enumerate().map(|(i, &slot)| {
            let yyu: f64 = self.order.iter().zip(&u).map(|(&other, u)| self.yy[slot][other] * u).sum();
            self.sy[slot][slot] * u[i] + gamma * (yyu - with_y[i])
        });
        let v = self.solve_lower(right.collect());

        // H∇ = γ∇ + S v − γ Y u
        let mut weights = Col::zeros(2 * MEMORY);
        for (i, &slot) in self.order.iter().enumerate() {
            weights[slot] = -v[i];
            weights[MEMORY + slot] = gamma * u[i];
        }
        self.before = along;
        let mut direction = vec![0.0; gradient.len()];
        direction.par_chunks_mut(PIECE).zip(pieces(self.columns.as_ref(), gradient)).for_each(|(to, (columns, g))| {
            let learned = apply(columns, weights.as_ref());
            to.iter_mut().zip(g).zip(learned.iter()).for_each(|((to, g), learned)| *to = learned - gamma * g);
        });
        direction
    }

    /// The inner products of the newest pair with the older ones: y is the difference of two gradients, so they are that of Wᵀ∇ now
    /// and before.
    fn pair_up(&mut self, along: &Col<f64>) {
        let Some((&newest, older)) = self.order.split_last() else { return };
        for &slot in older {
            self.sy[slot][newest] = along[slot] - self.before[slot];
            let yy = along[MEMORY + slot] - self.before[MEMORY + slot];
            (self.yy[slot][newest], self.yy[newest][slot]) = (yy, yy);
        }
    }

    /// R⁻¹ x
    fn solve_upper(&self, mut x: Vec<f64>) -> Vec<f64> {
        for i in (0..x.len()).rev() {
            let known: f64 = (i + 1..x.len()).map(|j| self.sy[self.order[i]][self.order[j]] * x[j]).sum();
            x[i] = (x[i] - known) / self.sy[self.order[i]][self.order[i]];
        }
        x
    }

    /// R⁻ᵀ x
    fn solve_lower(&self, mut x: Vec<f64>) -> Vec<f64> {
        for i in 0..x.len() {
            let known: f64 = (0..i).map(|j| self.sy[self.order[j]][self.order[i]] * x[j]).sum();
            x[i] = (x[i] - known) / self.sy[self.order[i]][self.order[i]];
        }
        x
    }
}

/// The rows of W and of a vector, piece by piece.
fn pieces<'a>(
    columns: MatRef<'a, f64>,
    x: &'a [f64],
) -> impl IndexedParallelIterator<Item = (MatRef<'a, f64>, &'a [f64])> {
    let rows = move |(i, x): (usize, &'a [f64])| (columns.subrows(i * PIECE, x.len()), x);
    x.par_chunks(PIECE).enumerate().map(rows)
}

/// Wᵀ x
fn onto(columns: MatRef<'_, f64>, x: &[f64]) -> Col<f64> {
    let of_piece = |(columns, x): (MatRef<'_, f64>, &[f64])| apply(columns.transpose(), ColRef::from_slice(x));
    let sums: Vec<Col<f64>> = pieces(columns, x).map(of_piece).collect();
    sums.into_iter().fold(Col::zeros(columns.ncols()), |sum, piece| sum + piece)
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
