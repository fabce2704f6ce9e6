//! The inner problem F(α, θ) = 0 on a tape: F, the products with its derivatives, and what is known of them.

use super::flat::{join, size, split};
use super::{Curvature, Zero};
use crate::derive::Reach;
use crate::{Shape, Var, gauss_newton, grad, hvp, jvp, vjp};

/// The weights of Σ λ₁|θᵢ| + ½ Σ λ₂θᵢ², each 1 × 1, or with a weight for every element of θ as one column. Whatever is recorded
/// from α will do: exp of it, say.
#[derive(Clone, Copy, Debug)]
pub struct Penalty<'t> {
    /// λ₁ ≥ 0
    pub l1: Var<'t>,
    /// λ₂ ≥ 0
    pub l2: Var<'t>,
}

impl<'t> Penalty<'t> {
    #[track_caller]
    pub(super) fn of(&self, theta: Var<'t>) -> Var<'t> {
        (self.l1 * theta.abs() + 0.5 * self.l2 * theta.powi(2)).sum()
    }
}

/// What kind of a problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nature {
    /// F_θ = F_θᵀ
    pub(super) symmetric: bool,
    /// The operator is the derivative of F, and not a stand-in.
    pub(super) exact: bool,
    /// F = θ − Φ
    pub(super) fixed_point: bool,
    /// Elements of θ that are 0 stay 0.
    pub(super) sparse: bool,
}

/// The recorded inner problem.
pub(super) struct Inner<'t> {
    pub(super) alpha: Vec<Var<'t>>,
    pub(super) theta: Vec<Var<'t>>,
    /// A direction in θ, flat.
    pub(super) d: Var<'t>,
    /// F in the shapes of θ; of a proximal problem, that of the smooth part.
    pub(super) field: Vec<Var<'t>>,
    /// F flat, which vanishes at a solution.
    residual: Var<'t>,
    /// F_θᵀ·d, flat.
    transposed: Var<'t>,
    /// F_αᵀ·d of each variable.
    pub(super) cross: Vec<Var<'t>>,
    /// ⟨d, F⟩, 1 × 1, with d constant.
    pub(super) product: Var<'t>,
    pub(super) penalty: Option<Penalty<'t>>,
    /// How far an element that is 0 is from leaving it, and λ₁.
    slack: Vec<Var<'t>>,
    pub(super) nature: Nature,
}

impl<'t> Inner<'t> {
    #[track_caller]
    pub(super) fn stationary(
        inner: Var<'t>,
        alpha: Vec<Var<'t>>,
        theta: Vec<Var<'t>>,
        curvature: Curvature<'t>,
    ) -> Self {
        let tape = inner.tape();
        let d = tape.input(size(&theta), 1);
        let along = split(d, &theta);
        let transposed = curved(inner, &theta, &along, curvature);
        let field = grad(inner, theta.clone());
        // Jᵀq is the derivative of g_α along q: forward over reverse, as in H·d.
        let cross = jvp(grad(inner, alpha.clone()), theta.clone(), along.clone());
        let product = jvp(inner, theta.clone(), along);
        let residual = join(tape, &field);
        let nature = Nature { symmetric: true, exact: exact(curvature), fixed_point: false, sparse: false };
        Self { alpha, theta, d, field, residual, transposed, cross, product, penalty: None, slack: Vec::new(), nature }
    }

    #[track_caller]
    pub(super) fn root(
        field: Vec<Var<'t>>,
        alpha: Vec<Var<'t>>,
        theta: Vec<Var<'t>>,
        curvature: Curvature<'t>,
    ) -> Self {
        assert!(exact(curvature), "root: the Gauss-Newton matrix is for losses; take the exact derivative");
        let shapes = |vars: &[Var<'t>]| vars.iter().map(|v| v.shape()).collect::<Vec<Shape>>();
        let (given, expected) = (shapes(&field), shapes(&theta));
        assert!(given == expected, "root: F has shapes {given:?} and θ {expected:?}");
        let tape = field.first().expect("root: θ has no variable").tape();
        let d = tape.input(size(&theta), 1);
        let along = split(d, &theta);
        let transposed = join(tape, &vjp(field.clone(), along.clone(), theta.clone()));
        let cross = vjp(field.clone(), along, alpha.clone());
        let residual = join(tape, &field);
        let product = residual.dot(d);
        let nature = Nature { symmetric: false, exact: true, fixed_point: false, sparse: false };
        Self { alpha, theta, d, field, residual, transposed, cross, product, penalty: None, slack: Vec::new(), nature }
    }

    #[track_caller]
    pub(super) fn fixed_point(
        phi: Vec<Var<'t>>,
        alpha: Vec<Var<'t>>,
        theta: Vec<Var<'t>>,
        curvature: Curvature<'t>,
    ) -> Self {
        let (given, expected) = (phi.len(), theta.len());
        assert!(given == expected, "fixed point: Φ has {given} variables and θ {expected}");
        let field = theta.iter().zip(phi).map(|(&theta, phi)| theta - phi).collect();
        let root = Self::root(field, alpha, theta, curvature);
        Self { nature: Nature { fixed_point: true, ..root.nature }, ..root }
    }

    /// With m = 1 where θ ≠ 0: F = m ⊙ (∇s + λ₁ sign θ + λ₂θ), plus what of ∇s exceeds λ₁ elsewhere; the operator is that of the
    /// support, and the identity off it.
    #[track_caller]
    pub(super) fn proximal(
        smooth: Var<'t>,
        penalty: Penalty<'t>,
        alpha: Vec<Var<'t>>,
        theta: Vec<Var<'t>>,
        curvature: Curvature<'t>,
    ) -> Self {
        let tape = smooth.tape();
        let at = join(tape, &theta);
        let (ones, zeros) = (tape.full(at.rows(), 1, 1.0), at.zeros_like());
        let support = at.select(ones, zeros);
        let total = smooth + penalty.of(at);

        let d = tape.input(at.rows(), 1);
        let along = split(support * d, &theta);
        let transposed = at.select(curved(total, &theta, &along, curvature), d);
        let cross = jvp(grad(total, alpha.clone()), theta.clone(), along.clone());
        let product = jvp(total, theta.clone(), along);

        let field = grad(smooth, theta.clone());
        let (slope, whole) = (join(tape, &field), join(tape, &grad(total, theta.clone())));
        let l1 = if penalty.l1.shape() == at.shape() { penalty.l1 } else { penalty.l1.expand(at.rows(), 1) };
        let excess = (slope.abs() - l1).max(zeros) * slope.sign();
        let residual = at.select(whole, excess);
        let slack = vec![l1 - slope.abs(), l1];
        let nature = Nature { symmetric: true, exact: exact(curvature), fixed_point: false, sparse: true };
        Self { alpha, theta, d, field, residual, transposed, cross, product, penalty: Some(penalty), slack, nature }
    }

    /// The outputs of the program that is held at a point: F_θᵀd + ρd is the first.
    pub(super) fn held_outputs(&self, rho: Var<'t>) -> Vec<Var<'t>> {
        [self.transposed + rho * self.d, self.residual].into_iter().chain(self.slack.iter().copied()).collect()
    }

    /// F_θ·d + ρd and F_α·`direction`, both flat.
    #[track_caller]
    pub(super) fn forward(&self, rho: Var<'t>, direction: &[Var<'t>]) -> (Var<'t>, Var<'t>) {
        let tape = self.d.tape();
        let turned = if self.nature.symmetric {
            self.transposed
        } else {
            join(tape, &jvp(self.field.clone(), self.theta.clone(), split(self.d, &self.theta)))
        };
        let pushed = jvp(self.residual, self.alpha.clone(), direction.to_vec());
        (turned + rho * self.d, pushed)
    }

    /// Why df/dα is zero whatever the numbers are, for each variable of α.
    pub(super) fn zeros(&self, outer: Var<'t>) -> Vec<Option<Zero>> {
        let tape = outer.tape();
        let reaches = |from: &[Var<'t>], to: Var<'t>| Reach::new(tape, &[to], from, &[]).depends(to.id);
        let through = reaches(&self.theta, outer);
        let why = |alpha: &Var<'t>| match (reaches(&[*alpha], outer), through, reaches(&[*alpha], self.residual)) {
            (true, ..) | (_, true, true) => None,
            (false, false, _) => Some(Zero::OuterIsConstant),
            (false, true, false) => Some(Zero::InnerIsConstant),
        };
        self.alpha.iter().map(why).collect()
    }
}

const fn exact(curvature: Curvature<'_>) -> bool {
    matches!(curvature, Curvature::Exact)
}

/// H·d, flat.
#[track_caller]
fn curved<'t>(inner: Var<'t>, theta: &[Var<'t>], along: &[Var<'t>], curvature: Curvature<'t>) -> Var<'t> {
    let (theta, along) = (theta.to_vec(), along.to_vec());
    let hd = match curvature {
        Curvature::Exact => hvp(inner, theta, along),
        Curvature::GaussNewton(prediction) => gauss_newton(inner, prediction, theta, along),
    };
    join(inner.tape(), &hd)
}
