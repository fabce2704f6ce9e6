//! H·x = b in units of b: what the solvers share.

use super::{LinearOperator, Solution, Status, Unsolved};
use crate::exec::vector::{add_scaled, magnitude, norm, scaled, subtract_from};
use crate::{Float, Par};

/// A system, an iterate and its residual. b, x and r are divided by a power of two, so that no square overflows.
pub(super) struct System<T> {
    pub(super) par: Par,
    unit: f64,
    b: Vec<T>,
    b_norm: f64,
    pub(super) x: Vec<T>,
    /// b − H·x when it was last computed.
    pub(super) r: Vec<T>,
    /// ‖r‖ / ‖b‖
    pub(super) residual: f64,
    pub(super) products: usize,
}

impl<T: Float> System<T> {
    /// The system at a first guess.
    #[track_caller]
    pub(super) fn new(name: &str, par: Par, h: &mut dyn LinearOperator<T>, b: &[T], x: &[T]) -> Self {
        let n = h.size();
        assert!(n == b.len() && n == x.len(), "{name}: H is {n}×{n}, b has {} elements and x {}", b.len(), x.len());
        let unit = magnitude(b);
        let b = scaled(1.0 / unit, b);
        let b_norm = norm(par, &b);
        let x = if b_norm == 0.0 { vec![T::ZERO; n] } else { scaled(1.0 / unit, x) };
        let residual = if b_norm == 0.0 { 0.0 } else { 1.0 };
        let mut system = Self { par, unit, r: b.clone(), b, b_norm, x, residual, products: 0 };
        if system.x.iter().any(|&x| x != T::ZERO) {
            system.refresh(h);
        }
        system
    }

    /// r = b − H·x by a product.
    pub(super) fn refresh(&mut self, h: &mut dyn LinearOperator<T>) {
        self.r.copy_from_slice(h.apply(&self.x));
        self.products += 1;
        subtract_from(&self.b, &mut self.r);
        self.residual = if self.b_norm == 0.0 { 0.0 } else { norm(self.par, &self.r) / self.b_norm };
    }

    /// ‖r‖ in the unit of the system.
    pub(super) fn size(&self) -> f64 {
        self.residual * self.b_norm
    }

    /// ‖r‖ / ‖b‖ of a ‖r‖ in the unit of the system.
    pub(super) fn relative(&self, size: f64) -> f64 {
        if self.b_norm == 0.0 { 0.0 } else { size / self.b_norm }
    }

    /// x += a·d
    pub(super) fn step(&mut self, a: f64, d: &[T]) {
        add_scaled(&mut self.x, a, d);
    }

    pub(super) fn finite(&self) -> Result<(), Status<T>> {
        if self.residual.is_finite() && self.unit.is_finite() { Ok(()) } else { Err(Status::NotFinite) }
    }

    pub(super) fn end(self, end: Result<(), Status<T>>, ritz: Vec<f64>) -> Result<Solution<T>, Unsolved<T>> {
        let (residual, products) = (self.residual, self.products);
        let solution = Solution { x: scaled(self.unit, &self.x), residual, ritz, products };
        match end {
            Ok(()) => Ok(solution),
            Err(status) => Err(Unsolved { status, unverified: solution }),
        }
    }
}
