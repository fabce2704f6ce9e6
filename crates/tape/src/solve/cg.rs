//! Conjugate gradients: Hestenes and Stiefel 1952; the names are those of Golub and Van Loan, "Matrix Computations", section 11.3.

use super::spectrum::Lanczos;
use super::stop::{RITZ, patience, rounding};
use super::{LinearOperator, LinearSolver, Singular, Solution, Status, Stop, Unsolved};
use crate::exec::vector::{add_both, dot, dot_wide, magnitude, scale, scale_and_add, scaled};
use crate::{Float, Par};

/// Conjugate gradients, for a positive definite H.
///
/// The answer does not depend on the units of H or b: scaling either by a power of two moves no bit, beyond overflow.
///
/// ```
/// use tape::{Cg, LinearOperator, LinearSolver};
///
/// struct Diagonal([f64; 3], Vec<f64>);
///
/// impl LinearOperator<f64> for Diagonal {
///     fn size(&self) -> usize {
///         3
///     }
///
///     fn symmetric(&self) -> bool {
///         true
///     }
///
///     fn apply(&mut self, x: &[f64]) -> &[f64] {
///         self.1 = x.iter().zip(&self.0).map(|(x, d)| x * d).collect();
///         &self.1
///     }
/// }
///
/// let mut h = Diagonal([1.0, 2.0, 4.0], vec![]);
/// let answer = Cg::default().solve(&mut h, &[1.0, 1.0, 1.0], vec![0.0; 3]).unwrap();
/// assert!((answer.x[2] - 0.25).abs() < 1e-12);
/// assert!((answer.ritz[2] - 4.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cg {
    /// When to stop.
    pub stop: Stop,
    /// Who runs the sums.
    pub par: Par,
}

impl Cg {
    /// To a relative residual of 1e-10 (for `f64`) in at most 1000 products, on the calling thread.
    pub const DEFAULT: Self = Self { stop: Stop::Residual { tolerance: 1e-10, iterations: 1000 }, par: Par::Seq };

    /// [`Cg::DEFAULT`] for `f32`: to 1e-5.
    pub const SINGLE: Self = Self::to(1e-5);

    /// [`Cg::DEFAULT`] to this relative residual.
    pub const fn to(tolerance: f64) -> Self {
        Self { stop: Stop::Residual { tolerance, iterations: 1000 }, ..Self::DEFAULT }
    }

    /// A fixed number of products: [`Stop::After`].
    pub const fn after(products: usize) -> Self {
        Self { stop: Stop::After(products), ..Self::DEFAULT }
    }
}

impl Default for Cg {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<T: Float> LinearSolver<T> for Cg {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        let n = h.size();
        assert!(n == b.len() && n == x.len(), "cg: H is {n}×{n}, b has {} elements and x {}", b.len(), x.len());
        assert!(h.symmetric(), "cg: H is not symmetric; solve by gmres");
        let mut iteration = Iteration::new(*self, b, x);
        let end = iteration.run(h);
        iteration.finish(end)
    }
}

struct Iteration<'b, T> {
    cg: Cg,
    /// x and r, and b where it is read, are divided by this power of two.
    unit: f64,
    b: &'b [T],
    b_norm: f64,
    x: Vec<T>,
    r: Vec<T>,
    p: Vec<T>,
    /// r and p are smaller than they stand here by this power of two, so that their squares stay in range past convergence.
    small: f64,
    /// ‖r‖²
    rr: f64,
    /// ‖p‖²
    pp: f64,
    /// The β of the next direction; 0 at the start and after a restart.
    beta: f64,
    lanczos: Lanczos,
    /// The largest Rayleigh quotient seen.
    largest: f64,
    products: usize,
    /// ‖b − H·x‖ when it was last computed afresh.
    fresh: f64,
    /// The smallest ‖r‖ that halved the one before, and after how many products.
    best: (f64, usize),
}

impl<'b, T: Float> Iteration<'b, T> {
    fn new(cg: Cg, b: &'b [T], mut x: Vec<T>) -> Self {
        let unit = magnitude(b);
        let r = scaled(1.0 / unit, b);
        let b_norm = dot(cg.par, &r, &r).sqrt();
        scale(1.0 / unit, &mut x);
        let (Stop::Residual { iterations: steps, .. } | Stop::After(steps)) = cg.stop;
        Self {
            cg,
            unit,
            b,
            b_norm,
            x,
            r,
            p: vec![T::ZERO; b.len()],
            small: 1.0,
            rr: b_norm * b_norm,
            pp: 0.0,
            beta: 0.0,
            lanczos: Lanczos::new(steps.min(RITZ)),
            largest: 0.0,
            products: 0,
            fresh: b_norm,
            best: (b_norm, 0),
        }
    }

    fn run(&mut self, h: &mut dyn LinearOperator<T>) -> Result<(), Status<T>> {
        self.start(h)?;
        while !self.finished(h)? {
            scale_and_add(self.cg.par, &mut self.p, self.beta, &self.r); // p = r + βp
            self.pp = self.rr + self.beta * self.beta * self.pp;
            let hp = h.apply(&self.p);
            self.products += 1;
            let php = dot_wide(self.cg.par, &self.p, hp);
            let quotient = self.lanczos.push(self.beta, php / self.rr);
            self.largest = self.largest.max(quotient.abs());
            self.check(php)?;
            let alpha = self.rr / php;
            add_both(self.cg.par, [&mut self.x, &mut self.r], [alpha * self.small, -alpha], [&self.p, hp]);
            let rr = dot(self.cg.par, &self.r, &self.r);
            self.beta = rr / self.rr;
            self.rr = rr;
            self.rescale();
        }
        Ok(())
    }

    /// Lifts r and p when their squares get small. Powers of two move no bit.
    fn rescale(&mut self) {
        if self.rr == 0.0 || self.rr > 2f64.powi(-40) {
            return;
        }
        let unit = magnitude(&self.r);
        self.small *= unit;
        for vector in [&mut self.r, &mut self.p] {
            scale(1.0 / unit, vector);
        }
        self.rr = dot(self.cg.par, &self.r, &self.r);
        self.pp /= unit * unit;
    }

    /// ‖r‖
    fn size(&self) -> f64 {
        self.rr.sqrt() * self.small
    }

    /// r = b − H·x of the first guess.
    fn start(&mut self, h: &mut dyn LinearOperator<T>) -> Result<(), Status<T>> {
        if self.unit.is_nan() || self.x.iter().any(|x| !x.to_f64().is_finite()) {
            return Err(Status::NotFinite);
        }
        if self.b_norm == 0.0 {
            self.x.fill(T::ZERO);
        }
        if self.x.iter().any(|&x| x != T::ZERO) {
            self.refresh(h);
            self.best = (self.fresh, self.products);
        }
        Ok(())
    }

    /// r = b − H·x by a product, and a new start from there.
    fn refresh(&mut self, h: &mut dyn LinearOperator<T>) {
        self.r.copy_from_slice(h.apply(&self.x));
        self.products += 1;
        let b = self.b.iter().map(|b| T::of(b.to_f64() / self.unit));
        self.r.iter_mut().zip(b).for_each(|(r, b)| *r = b - *r);
        self.rr = dot(self.cg.par, &self.r, &self.r);
        self.small = 1.0;
        self.fresh = self.rr.sqrt();
        self.beta = 0.0;
    }

    fn finished(&mut self, h: &mut dyn LinearOperator<T>) -> Result<bool, Status<T>> {
        let (tolerance, iterations) = match self.cg.stop {
            Stop::After(products) => return Ok(self.products >= products || self.rr == 0.0),
            Stop::Residual { tolerance, iterations } => (tolerance, iterations),
        };
        let enough = tolerance * self.b_norm;
        if self.fresh <= enough {
            return Ok(true);
        }
        if self.size() <= enough {
            let before = self.fresh;
            self.refresh(h);
            match self.fresh {
                fresh if fresh <= enough => return Ok(true),
                fresh if fresh > 0.5 * before => return Err(self.stagnation(tolerance)),
                _ => {}
            }
        }
        if self.size() <= 0.5 * self.best.0 {
            self.best = (self.size(), self.products);
        }
        if self.products >= iterations {
            let (residual, products) = (self.residual(), self.products);
            return Err(Status::IterationLimit { residual, tolerance, products });
        }
        if self.products - self.best.1 > patience(self.b.len()) { Err(self.stagnation(tolerance)) } else { Ok(false) }
    }

    /// Whether pᵀHp allows a step. A quotient that rounding cannot tell from zero shows a singular H; a residual that does not
    /// fall, whatever the quotients are, is told by stagnation.
    fn check(&self, php: f64) -> Result<(), Status<T>> {
        let least = rounding::<T>(self.p.len()) * self.largest * self.pp;
        let curvature = php / self.pp;
        if !php.is_finite() {
            Err(Status::NotFinite)
        } else if php > least {
            Ok(())
        } else if php < -least {
            let direction = scaled(1.0 / self.pp.sqrt(), &self.p);
            Err(Status::NegativeCurvature { direction, curvature })
        } else {
            Err(Status::Singular(Singular::Breakdown { curvature, largest: self.largest }))
        }
    }

    fn residual(&self) -> f64 {
        if self.b_norm == 0.0 { 0.0 } else { self.size() / self.b_norm }
    }

    fn stagnation(&self, tolerance: f64) -> Status<T> {
        Status::Singular(Singular::Stagnation { residual: self.residual(), tolerance })
    }

    /// The answer; a solve that went well in spite of a Ritz value that rounding cannot tell from zero did not.
    fn finish(mut self, end: Result<(), Status<T>>) -> Result<Solution<T>, Unsolved<T>> {
        let (residual, products, ritz) = (self.residual(), self.products, self.lanczos.ritz());
        scale(self.unit, &mut self.x);
        let unverified = Solution { x: self.x, residual, ritz, products };
        if let Err(status) = end {
            return Err(Unsolved { status, unverified });
        }
        match unverified.ritz[..] {
            [curvature, .., largest] if curvature <= rounding::<T>(self.b.len()) * largest => {
                let status = Status::Singular(Singular::Breakdown { curvature, largest });
                Err(Unsolved { status, unverified })
            }
            _ => Ok(unverified),
        }
    }
}
