//! GMRES: Saad and Schultz 1986, "GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems".

use super::spectrum::singular_values;
use super::stop::rounding;
use super::system::System;
use super::{LinearOperator, LinearSolver, Singular, Solution, Status, Stop, Unsolved};
use crate::exec::vector::{add_scaled, dot, norm, scaled};
use crate::{Float, Par};

/// The generalized minimal residual method, restarted, for any square H.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gmres {
    /// When to stop.
    pub stop: Stop,
    /// Vectors of a cycle, which are kept: more of them need fewer products. At least one.
    pub restart: usize,
    /// Who runs the sums.
    pub par: Par,
}

impl Gmres {
    /// To this relative residual in at most 1000 products and cycles of 50, on the calling thread.
    pub const fn to(tolerance: f64) -> Self {
        Self { stop: Stop::Residual { tolerance, iterations: 1000 }, restart: 50, par: Par::Seq }
    }
}

impl Default for Gmres {
    /// To a relative residual of 1e-10 (for `f64`).
    fn default() -> Self {
        Self::to(1e-10)
    }
}

impl<T: Float> LinearSolver<T> for Gmres {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        let mut system = System::new("gmres", self.par, h, b, &x);
        let mut values = Vec::new();
        let end = self.run(&mut system, h, &mut values);
        system.end(end, values)
    }
}

impl Gmres {
    fn run<T: Float>(
        self,
        system: &mut System<T>,
        h: &mut dyn LinearOperator<T>,
        values: &mut Vec<f64>,
    ) -> Result<(), Status<T>> {
        let (tolerance, iterations) = self.stop.limits();
        loop {
            system.finite()?;
            let before = system.residual;
            if before <= tolerance {
                return Ok(());
            }
            if let (Stop::After(_), true) = (self.stop, system.products >= iterations) {
                return Ok(());
            }
            let mut cycle = Cycle::new(&system.r, system.size());
            let end = cycle.run(self, system, h);
            *values = singular_values(&cycle.r);
            let y = cycle.solve();
            for (y, v) in y.iter().zip(&cycle.v) {
                system.step(*y, v);
            }
            end?;
            if matches!(self.stop, Stop::After(products) if system.products >= products) {
                system.residual = system.relative(cycle.left());
                return Ok(());
            }
            let products = system.products;
            system.refresh(h);
            match system.residual {
                residual if residual <= tolerance => return Ok(()),
                residual if products >= iterations => {
                    return Err(Status::IterationLimit { residual, tolerance, products });
                }
                residual if residual > 0.99 * before => {
                    return Err(Status::Singular(Singular::Stagnation { residual, tolerance }));
                }
                _ => {}
            }
        }
    }
}

/// One Arnoldi sequence: H·V = V·(Hessenberg), which rotations make triangular as it grows.
struct Cycle<T> {
    v: Vec<Vec<T>>,
    /// Columns of the triangular R.
    r: Vec<Vec<f64>>,
    /// Rotations.
    turns: Vec<(f64, f64)>,
    /// ‖r‖e₁, rotated.
    g: Vec<f64>,
}

impl<T: Float> Cycle<T> {
    fn new(r: &[T], size: f64) -> Self {
        Self { v: vec![scaled(1.0 / size, r)], r: Vec::new(), turns: Vec::new(), g: vec![size] }
    }

    /// ‖b − H·x‖ for the best x of the cycle, in the unit of the system.
    fn left(&self) -> f64 {
        self.g.last().map_or(0.0, |g| g.abs())
    }

    fn run(&mut self, gmres: Gmres, system: &mut System<T>, h: &mut dyn LinearOperator<T>) -> Result<(), Status<T>> {
        let (tolerance, iterations) = gmres.stop.limits();
        for j in 0..gmres.restart.max(1) {
            if system.products >= iterations {
                break;
            }
            let mut w = h.apply(&self.v[j]).to_vec();
            system.products += 1;
            let whole = norm(system.par, &w);
            let mut column = self.orthogonalize(system.par, &mut w);
            let next = norm(system.par, &w); // hⱼ₊₁ⱼ
            if !(whole.is_finite() && next.is_finite()) {
                return Err(Status::NotFinite);
            }
            let noise = rounding::<T>(w.len());
            let closed = next <= noise * whole;
            self.rotate(&mut column, if closed { 0.0 } else { next });
            let largest = self.r.iter().chain([&column]).flatten().fold(0.0, |a: f64, b| a.max(b.abs()));
            if column[j].abs() <= noise * largest {
                // The last direction adds nothing to the range: x is the best of those before.
                self.g.truncate(j + 1);
                let curvature = column[j].abs();
                return Err(Status::Singular(Singular::Breakdown { curvature, largest }));
            }
            self.r.push(column);
            let (c, s) = self.turns[j];
            let g = self.g[j];
            self.g[j] = c * g;
            self.g.push(-s * g);
            if closed || system.relative(self.left()) <= tolerance {
                break;
            }
            self.v.push(scaled(1.0 / next, &w));
        }
        Ok(())
    }

    /// Takes the parts along V out of w, twice: once leaves too much of them when w is nearly in V.
    fn orthogonalize(&self, par: Par, w: &mut [T]) -> Vec<f64> {
        let mut column = vec![0.0; self.v.len()];
        for _ in 0..2 {
            for (part, v) in column.iter_mut().zip(&self.v) {
                let along = dot(par, v, w);
                add_scaled(w, -along, v);
                *part += along;
            }
        }
        column
    }

    /// The earlier rotations on a new column, and the one that takes out what is below the diagonal.
    fn rotate(&mut self, column: &mut [f64], below: f64) {
        for (i, &(c, s)) in self.turns.iter().enumerate() {
            (column[i], column[i + 1]) = (c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]);
        }
        let j = self.turns.len();
        let length = column[j].hypot(below);
        self.turns.push(if length == 0.0 { (1.0, 0.0) } else { (column[j] / length, below / length) });
        column[j] = length;
    }

    /// R·y = g
    fn solve(&self) -> Vec<f64> {
        let mut y = self.g[..self.r.len()].to_vec();
        for j in (0..y.len()).rev() {
            y[j] /= self.r[j][j];
            for i in 0..j {
                y[i] -= self.r[j][i] * y[j];
            }
        }
        y
    }
}
