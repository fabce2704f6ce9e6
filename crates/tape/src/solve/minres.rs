//! MINRES: Paige and Saunders 1975, "Solution of sparse indefinite systems of linear equations"; the recurrences are those of
//! Elman, Silvester and Wathen, "Finite Elements and Fast Iterative Solvers", algorithm 2.4.

use super::spectrum::tridiagonal_eigenvalues;
use super::stop::{RITZ, patience, rounding};
use super::system::System;
use super::{LinearOperator, LinearSolver, Singular, Solution, Status, Stop, Unsolved};
use crate::exec::vector::{add_scaled, dot, norm, scaled};
use crate::{Float, Par};

/// The minimal residual method, for a symmetric H, definite or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minres {
    /// When to stop.
    pub stop: Stop,
    /// Who runs the sums.
    pub par: Par,
}

impl Minres {
    /// To this relative residual in at most 1000 products, on the calling thread.
    pub const fn to(tolerance: f64) -> Self {
        Self { stop: Stop::Residual { tolerance, iterations: 1000 }, par: Par::Seq }
    }
}

impl Default for Minres {
    /// To a relative residual of 1e-10 (for `f64`).
    fn default() -> Self {
        Self::to(1e-10)
    }
}

impl<T: Float> LinearSolver<T> for Minres {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        assert!(h.symmetric(), "minres: H is not symmetric; solve by gmres");
        let mut system = System::new("minres", self.par, h, b, &x);
        let mut ritz = Vec::new();
        let end = self.run(&mut system, h, &mut ritz);
        system.end(end, ritz)
    }
}

impl Minres {
    /// Sequences of Lanczos steps, each from the residual that the one before left.
    fn run<T: Float>(
        self,
        system: &mut System<T>,
        h: &mut dyn LinearOperator<T>,
        ritz: &mut Vec<f64>,
    ) -> Result<(), Status<T>> {
        let (tolerance, iterations) = self.stop.limits();
        loop {
            system.finite()?;
            let before = system.residual;
            if before <= tolerance {
                return Ok(());
            }
            let mut lanczos = Lanczos::new(&system.r, system.size());
            let steps = lanczos.run(self.stop, system, h);
            *ritz = tridiagonal_eigenvalues(&lanczos.diagonal, &lanczos.off);
            steps?;
            if matches!(self.stop, Stop::After(products) if system.products >= products) {
                return Ok(());
            }
            let products = system.products;
            system.refresh(h);
            match system.residual {
                residual if residual <= tolerance => return Ok(()),
                residual if products >= iterations => {
                    return Err(Status::IterationLimit { residual, tolerance, products });
                }
                residual if residual > 0.5 * before => {
                    return Err(Status::Singular(Singular::Stagnation { residual, tolerance }));
                }
                _ => {}
            }
        }
    }
}

/// The Lanczos vectors, the rotations that make the tridiagonal matrix triangular, and the directions of x.
struct Lanczos<T> {
    v: Vec<T>,
    v_before: Vec<T>,
    /// w of the last two steps.
    w: [Vec<T>; 2],
    beta: f64,
    /// Cosines and sines of the last two rotations, the last one second.
    c: [f64; 2],
    s: [f64; 2],
    /// ‖r‖, with the sign of the rotations.
    eta: f64,
    largest: f64,
    diagonal: Vec<f64>,
    off: Vec<f64>,
}

impl<T: Float> Lanczos<T> {
    fn new(r: &[T], size: f64) -> Self {
        let zeros = vec![T::ZERO; r.len()];
        Self {
            v: scaled(1.0 / size, r),
            v_before: zeros.clone(),
            w: [zeros.clone(), zeros],
            beta: 0.0,
            c: [1.0; 2],
            s: [0.0; 2],
            eta: size,
            largest: 0.0,
            diagonal: Vec::new(),
            off: Vec::new(),
        }
    }

    /// Steps until the recursion says that it converged, or can go no further.
    fn run(&mut self, stop: Stop, system: &mut System<T>, h: &mut dyn LinearOperator<T>) -> Result<(), Status<T>> {
        let (tolerance, iterations) = stop.limits();
        let mut best = (self.eta.abs(), system.products);
        while system.products < iterations {
            let mut p = h.apply(&self.v).to_vec();
            system.products += 1;
            let alpha = dot(system.par, &self.v, &p); // αⱼ = vᵀHv
            add_scaled(&mut p, -alpha, &self.v);
            add_scaled(&mut p, -self.beta, &self.v_before);
            let beta = norm(system.par, &p); // βⱼ₊₁
            if !(alpha.is_finite() && beta.is_finite()) {
                return Err(Status::NotFinite);
            }
            self.largest = self.largest.max(alpha.abs()).max(beta);
            self.record(alpha);
            let closed = beta <= rounding::<T>(p.len()) * self.largest;
            self.rotate(alpha, if closed { 0.0 } else { beta }, system)?;
            system.residual = system.relative(self.eta.abs());
            if closed || system.residual <= tolerance {
                return Ok(());
            }
            if self.eta.abs() <= 0.5 * best.0 {
                best = (self.eta.abs(), system.products);
            } else if system.products - best.1 > patience(p.len()) {
                return Ok(()); // The fresh residual will show what this is.
            }
            self.v_before = std::mem::replace(&mut self.v, scaled(1.0 / beta, &p));
            self.beta = beta;
        }
        Ok(())
    }

    fn record(&mut self, alpha: f64) {
        if self.diagonal.len() < RITZ {
            if !self.diagonal.is_empty() {
                self.off.push(self.beta);
            }
            self.diagonal.push(alpha);
        }
    }

    /// The next column of R, the next direction w, and x.
    fn rotate(&mut self, alpha: f64, beta: f64, system: &mut System<T>) -> Result<(), Status<T>> {
        let ([c0, c1], [s0, s1]) = (self.c, self.s);
        let delta = c1 * alpha - c0 * s1 * self.beta;
        let (rho2, rho3) = (s1 * alpha + c0 * c1 * self.beta, s0 * self.beta);
        let rho1 = delta.hypot(beta);
        if rho1 <= rounding::<T>(self.v.len()) * self.largest {
            let (curvature, largest) = (rho1, self.largest);
            return Err(Status::Singular(Singular::Breakdown { curvature, largest }));
        }
        let mut w = self.v.clone();
        add_scaled(&mut w, -rho3, &self.w[0]);
        add_scaled(&mut w, -rho2, &self.w[1]);
        let w = scaled(1.0 / rho1, &w);
        let (c, s) = (delta / rho1, beta / rho1);
        system.step(c * self.eta, &w);
        self.eta *= -s;
        (self.c, self.s) = ([c1, c], [s1, s]);
        self.w.swap(0, 1);
        self.w[1] = w;
        Ok(())
    }
}
