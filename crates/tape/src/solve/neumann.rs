//! The Neumann series x = η Σₖ (I − ηH)ᵏ b, as the iteration x ← x + η(b − H·x).
//! Source: Lorraine, Vicol and Duvenaud 2020, "Optimizing millions of hyperparameters by implicit differentiation".

use super::stop::rounding;
use super::system::System;
use super::{Cg, LinearOperator, LinearSolver, Singular, Solution, Status, Stop, Unsolved};
use crate::exec::vector::{dot, norm, scaled};
use crate::{Float, Par};

/// The step size η of a [`Neumann`] series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NeumannStep {
    /// 1 / λmax of a symmetric H, with λmax from this many Lanczos steps on b (as many products) and a margin of a tenth. Lanczos
    /// sees a λmax that is too small: when a residual grows, λmax is raised to what the growth shows.
    Measured(usize),
    /// This. 1 is the iteration q ← Aᵀq + b, for H = I − Aᵀ of a fixed point: Grazzi et al. 2020.
    Fixed(f64),
}

/// The Neumann series, which contracts when 0 < η < 2/λmax (of any H: when the spectral radius of I − ηH is below 1); it refuses
/// where it does not. Conjugate gradients need fewer products on every positive definite H.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neumann {
    /// η
    pub step: NeumannStep,
    /// When to stop. K products, without those that measured λmax, are K terms beyond the first guess.
    pub stop: Stop,
    /// Who runs the sums.
    pub par: Par,
}

impl Neumann {
    /// To this relative residual in at most 10 000 products, with a step that is measured.
    pub const fn to(tolerance: f64) -> Self {
        let stop = Stop::Residual { tolerance, iterations: 10_000 };
        Self { step: NeumannStep::Measured(10), stop, par: Par::Seq }
    }
}

impl Default for Neumann {
    /// To a relative residual of 1e-10 (for `f64`).
    fn default() -> Self {
        Self::to(1e-10)
    }
}

/// A residual that grew by this factor since the start does not come back.
const HOPELESS: f64 = 1e3;
/// How much longer than measured λmax is taken for.
const MARGIN: f64 = 1.1;

impl<T: Float> LinearSolver<T> for Neumann {
    fn solve(&self, h: &mut dyn LinearOperator<T>, b: &[T], x: Vec<T>) -> Result<Solution<T>, Unsolved<T>> {
        let mut system = System::new("neumann", self.par, h, b, &x);
        let mut series = Series { eta: 1.0, quotients: Vec::new(), since: system.residual, terms: 0 };
        let end = series.run(*self, &mut system, h);
        series.quotients.sort_by(f64::total_cmp);
        system.end(end, series.quotients)
    }
}

struct Series {
    eta: f64,
    /// The least and the largest eigenvalue or Rayleigh quotient seen.
    quotients: Vec<f64>,
    /// The residual at the start, or when η last changed.
    since: f64,
    /// Products since then.
    terms: i32,
}

impl Series {
    fn run<T: Float>(
        &mut self,
        neumann: Neumann,
        system: &mut System<T>,
        h: &mut dyn LinearOperator<T>,
    ) -> Result<(), Status<T>> {
        let (tolerance, iterations) = neumann.stop.limits();
        system.finite()?;
        if system.residual <= tolerance {
            return Ok(());
        }
        self.choose(neumann, system, h)?;
        let measured = system.products;
        let mut start = system.residual;
        while system.residual > tolerance {
            if system.products - measured >= iterations {
                return self.limit(neumann.stop, start, system);
            }
            let (r, before) = (system.r.clone(), system.residual);
            system.step(self.eta, &r);
            system.refresh(h);
            self.terms += 1;
            system.finite()?;
            if system.residual <= before {
                continue;
            }
            match neumann.step {
                NeumannStep::Fixed(_) if system.residual > HOPELESS * start => {
                    return Err(self.diverges(system.residual));
                }
                NeumannStep::Fixed(_) => {}
                NeumannStep::Measured(_) => {
                    self.raise(tolerance, system, h)?;
                    start = system.residual;
                }
            }
        }
        Ok(())
    }

    /// η, and the eigenvalues that show it.
    fn choose<T: Float>(
        &mut self,
        neumann: Neumann,
        system: &mut System<T>,
        h: &mut dyn LinearOperator<T>,
    ) -> Result<(), Status<T>> {
        let products = match neumann.step {
            NeumannStep::Fixed(eta) => {
                self.eta = eta;
                return Ok(());
            }
            NeumannStep::Measured(products) => products.max(1),
        };
        assert!(h.symmetric(), "neumann: a measured step is for a symmetric H; fix it");
        let cg = Cg { par: neumann.par, ..Cg::after(products) };
        let (seen, failed) = match cg.solve(h, &system.r, vec![T::ZERO; system.r.len()]) {
            Ok(solution) => (solution, None),
            Err(Unsolved { status, unverified }) => (unverified, Some(status)),
        };
        system.products += seen.products;
        let (low, high) = (seen.ritz.first().copied().unwrap_or(0.0), seen.ritz.last().copied().unwrap_or(0.0));
        if let Some(status) = failed.filter(|_| low <= 0.0 || !high.is_finite()) {
            return Err(status);
        }
        self.quotients = vec![low, high];
        self.eta = 1.0 / (MARGIN * high);
        Ok(())
    }

    /// Raises λmax to what a residual shows that grew, or tells that H is not positive definite.
    fn raise<T: Float>(
        &mut self,
        tolerance: f64,
        system: &mut System<T>,
        h: &mut dyn LinearOperator<T>,
    ) -> Result<(), Status<T>> {
        let size = norm(system.par, &system.r);
        let direction = scaled(1.0 / size, &system.r);
        let curvature = dot(system.par, &direction, h.apply(&direction));
        system.products += 1;
        if curvature < 0.0 {
            return Err(Status::NegativeCurvature { direction, curvature });
        }
        let high = self.quotients.last().copied().unwrap_or(0.0);
        // A step below 2/λmax lets no residual grow, beyond rounding.
        if curvature <= rounding::<T>(direction.len()) * high {
            return Err(Status::Singular(Singular::Breakdown { curvature, largest: high }));
        }
        if curvature <= high {
            return Err(Status::Singular(Singular::Stagnation { residual: system.residual, tolerance }));
        }
        self.quotients = vec![self.quotients[0].min(curvature), curvature];
        self.eta = 1.0 / (MARGIN * curvature);
        (self.since, self.terms) = (system.residual, 0);
        Ok(())
    }

    fn diverges<T>(&self, residual: f64) -> Status<T> {
        let factor = (residual / self.since).powf(1.0 / f64::from(self.terms.max(1)));
        Status::Diverges { factor, step: self.eta }
    }

    fn limit<T: Float>(&self, stop: Stop, start: f64, system: &System<T>) -> Result<(), Status<T>> {
        let (residual, products) = (system.residual, system.products);
        match stop {
            _ if residual > start => Err(self.diverges(residual)),
            Stop::After(_) => Ok(()),
            Stop::Residual { tolerance, .. } => Err(Status::IterationLimit { residual, tolerance, products }),
        }
    }
}
