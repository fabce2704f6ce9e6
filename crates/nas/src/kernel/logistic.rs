//! Logistic regression on superposed feature maps by Newton's method, and derivatives through it.

use super::{FeatureMaps, Pulled};
use crate::dense::{Cholesky, NotPositiveDefinite, apply, dot, product};
use crate::hypergradient::{Evidence, Status};
use faer::{Col, ColRef, Mat, MatRef, Scale};

/// A step must give this part of the decrease that the slope promises ...
const ARMIJO: f64 = 1e-4;
/// ... up to the rounding of the loss, in units of its size.
const ROUNDING: f64 = 1e-14;
/// Halvings of a step.
const HALVINGS: usize = 40;

/// The inner problem Σ ln(1 + exp(−yᵢ fᵢ)) + ½ λ ‖θ‖² over the samples, f = Φ_α θ, with labels y of 1 and −1.
///
/// ```
/// use faer::{Mat, col};
/// use nas::kernel::{FeatureMaps, LogisticFit, Newton};
///
/// let points = Mat::from_fn(6, 2, |i, k| (i as f64 - 2.0) * if k == 0 { 1.0 } else { 0.3 } + k as f64);
/// let y = col![-1.0, -1.0, 1.0, -1.0, 1.0, 1.0];
/// let maps = FeatureMaps::new(vec![points]);
/// let fit = LogisticFit { maps: &maps, y: y.as_ref(), lambda: 0.1 };
/// let found = fit.solve(&[1.0], Newton::default())?;
/// assert!(found.slopes.len() < 10 && found.slopes.last() < Some(&1e-9));
/// # Ok::<(), nas::kernel::NoMinimum>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LogisticFit<'a> {
    /// The maps on the training samples.
    pub maps: &'a FeatureMaps,
    /// Training labels, 1 or −1.
    pub y: ColRef<'a, f64>,
    /// λ ≥ 0
    pub lambda: f64,
}

/// When Newton's method ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Newton {
    /// Where ‖∇‖ is at most this part of its size at θ = 0.
    pub tolerance: f64,
    /// At most this many steps.
    pub steps: usize,
}

impl Default for Newton {
    fn default() -> Self {
        Self { tolerance: 1e-11, steps: 60 }
    }
}

/// Why no minimum was found.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NoMinimum {
    /// θ separates the classes without a ridge: the loss falls along it for ever.
    #[error("the classes are separated, so that without a ridge there is no minimum: take a ridge lambda > 0")]
    Separated,
    /// The Hessian has no factor.
    #[error("the Hessian of the logistic loss: {0}")]
    Singular(#[from] NotPositiveDefinite),
    /// The step limit came first.
    #[error("after {steps} Newton steps the slope is still {residual:.1e} of the first: allow more, or raise lambda")]
    StepLimit {
        /// Steps made.
        steps: usize,
        /// ‖∇‖ over its size at θ = 0.
        residual: f64,
    },
    /// No part of Newton's step decreases the loss.
    #[error("Newton step {steps} decreases nothing at a slope of {residual:.1e} of the first: raise the tolerance")]
    NoDecrease {
        /// Steps made before.
        steps: usize,
        /// ‖∇‖ over its size at θ = 0.
        residual: f64,
    },
}

/// The solution for one α.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// θ_α
    pub theta: Col<f64>,
    /// The objective there.
    pub loss: f64,
    /// ‖∇‖ at θ = 0 and after every step.
    pub slopes: Vec<f64>,
    /// Φ_α
    features: Mat<f64>,
    at: At,
    hessian: Hessian,
}

/// The objective at a point.
#[derive(Clone, Debug)]
struct At {
    theta: Col<f64>,
    loss: f64,
    gradient: Col<f64>,
    /// Loss of every sample, once and twice differentiated in f.
    slope: Col<f64>,
    curvature: Col<f64>,
    /// min yᵢ fᵢ; infinite without samples.
    margin: f64,
}

/// Φᵀ D Φ + λI with the curvatures D, by the smaller of two systems.
#[derive(Clone, Debug)]
enum Hessian {
    /// λI + D^½ Φ Φᵀ D^½, and the diagonal of D^½: by the identity of Woodbury H⁻¹b = (b − Φᵀ D^½ (…)⁻¹ D^½ Φ b) / λ.
    Dual { factor: Cholesky, root: Col<f64>, lambda: f64 },
    /// The matrix itself.
    Primal { factor: Cholesky },
}

impl LogisticFit<'_> {
    /// Newton's method from θ = 0, which is iteratively reweighted least squares, with a line search by halving.
    ///
    /// # Errors
    /// When there is no minimum (classes that are separated, λ = 0), or it is not reached.
    ///
    /// # Panics
    /// When a label is neither 1 nor −1, or numbers of labels, samples, maps and α do not fit.
    pub fn solve(&self, alpha: &[f64], options: Newton) -> Result<Logistic, NoMinimum> {
        let features = self.maps.combine(alpha);
        let (n, labels) = (features.nrows(), self.y.nrows());
        assert_eq!(labels, n, "{labels} labels for {n} samples");
        self.y.iter().for_each(|y| assert!(y.abs() == 1.0, "a label of {y} is neither 1 nor -1"));
        let phi = features.as_ref();
        let mut at = self.at(phi, Col::zeros(phi.ncols()));
        let mut slopes = vec![at.gradient.norm_l2()];
        loop {
            let (steps, slope) = (slopes.len() - 1, slopes[slopes.len() - 1]);
            let residual = if slope == 0.0 { 0.0 } else { slope / slopes[0] };
            if self.lambda == 0.0 && n > 0 && at.margin > 0.0 && at.loss.is_finite() {
                return Err(NoMinimum::Separated);
            }
            let hessian = Hessian::of(phi, &at.curvature, self.lambda)?;
            if residual <= options.tolerance {
                return Ok(Logistic { theta: at.theta.clone(), loss: at.loss, slopes, features, at, hessian });
            }
            if steps >= options.steps {
                return Err(NoMinimum::StepLimit { steps, residual });
            }
            let step = hessian.solve(phi, at.gradient.as_ref());
            at = self.search(phi, &at, &step).ok_or(NoMinimum::NoDecrease { steps, residual })?;
            slopes.push(at.gradient.norm_l2());
        }
    }

    /// How ⟨c, θ_α⟩ moves with α and λ. With u = H⁻¹ c, the slopes m and the curvatures D of the samples:
    /// −mᵀ Φ_i u − (Φ_α u)ᵀ D Φ_i θ, and −uᵀθ in λ.
    pub fn pull_back(&self, fit: &Logistic, c: ColRef<'_, f64>) -> Pulled {
        let Logistic { theta, slopes, features, at, hessian, .. } = fit;
        let phi = features.as_ref();
        let u = hessian.solve(phi, c);
        let curved = times(&at.curvature, &apply(phi, u.as_ref()));
        let off = apply(phi.transpose(), curved.as_ref()) + Scale(self.lambda) * &u - c;
        let (forth, back) = (self.maps.apply_each(u.as_ref()), self.maps.apply_each(theta.as_ref()));
        let along =
            |(f, b): (&Col<f64>, &Col<f64>)| -dot(at.slope.as_ref(), f.as_ref()) - dot(curved.as_ref(), b.as_ref());
        let part = |x: f64, of: f64| if of == 0.0 { x } else { x / of };
        Pulled {
            alpha: forth.iter().zip(&back).map(along).collect(),
            lambda: -dot(u.as_ref(), theta.as_ref()),
            evidence: Evidence {
                status: Status::Exact,
                inner_residual: part(slopes[slopes.len() - 1], slopes[0]),
                adjoint_residual: part(off.norm_l2(), c.norm_l2()),
            },
        }
    }

    fn at(&self, phi: MatRef<'_, f64>, theta: Col<f64>) -> At {
        let margins = times(&self.y.to_owned(), &apply(phi, theta.as_ref()));
        // 1 / (1 + e^m), the probability of the other class; none of the exponentials overflows to more than ∞.
        let other = Col::from_fn(margins.nrows(), |i| 1.0 / (1.0 + margins[i].exp()));
        let losses: f64 = margins.iter().map(|m| (-m).max(0.0) + (-m.abs()).exp().ln_1p()).sum();
        let slope = Col::from_fn(margins.nrows(), |i| -self.y[i] * other[i]);
        let curvature = Col::from_fn(margins.nrows(), |i| other[i] / (1.0 + (-margins[i]).exp()));
        At {
            loss: losses + 0.5 * self.lambda * dot(theta.as_ref(), theta.as_ref()),
            gradient: apply(phi.transpose(), slope.as_ref()) + Scale(self.lambda) * &theta,
            slope,
            curvature,
            margin: margins.iter().copied().fold(f64::INFINITY, f64::min),
            theta,
        }
    }

    /// The longest of the step, its half, its quarter … that decreases the loss enough.
    fn search(&self, phi: MatRef<'_, f64>, at: &At, step: &Col<f64>) -> Option<At> {
        let decrease = dot(at.gradient.as_ref(), step.as_ref());
        let enough = |t: f64| at.loss - ARMIJO * t * decrease + ROUNDING * at.loss.abs();
        let trials = (0..HALVINGS).map(|k| 0.5f64.powi(k as i32));
        let mut at_each = trials.map(|t| (t, self.at(phi, &at.theta - Scale(t) * step)));
        at_each.find(|(t, next)| next.loss <= enough(*t)).map(|(_, next)| next)
    }
}

impl Hessian {
    fn of(phi: MatRef<'_, f64>, curvature: &Col<f64>, lambda: f64) -> Result<Self, NotPositiveDefinite> {
        let root = Col::from_fn(curvature.nrows(), |i| curvature[i].sqrt());
        let weighted = Mat::from_fn(phi.nrows(), phi.ncols(), |i, j| root[i] * phi[(i, j)]);
        let ridge = |mut a: Mat<f64>| {
            (0..a.nrows()).for_each(|i| a[(i, i)] += lambda);
            Cholesky::factor(a)
        };
        if lambda > 0.0 && phi.nrows() < phi.ncols() {
            let factor = ridge(product(weighted.as_ref(), weighted.transpose()))?;
            Ok(Self::Dual { factor, root, lambda })
        } else {
            Ok(Self::Primal { factor: ridge(product(weighted.transpose(), weighted.as_ref()))? })
        }
    }

    /// H⁻¹ b
    fn solve(&self, phi: MatRef<'_, f64>, b: ColRef<'_, f64>) -> Col<f64> {
        match self {
            Self::Dual { factor, root, lambda } => {
                let inner = factor.solve(times(root, &apply(phi, b)).as_ref());
                Scale(1.0 / lambda) * (b - apply(phi.transpose(), times(root, &inner).as_ref()))
            }
            Self::Primal { factor } => factor.solve(b),
        }
    }
}

/// x ∘ y
fn times(x: &Col<f64>, y: &Col<f64>) -> Col<f64> {
    Col::from_fn(x.nrows(), |i| x[i] * y[i])
}
