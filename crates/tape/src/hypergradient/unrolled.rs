//! The hypergradient of a training.

use super::flat::pieces;
use super::problem::residual;
use super::work::Meter;
use super::{Accuracy, Answer, Failure, Mode, Point, Problem, StepDerivative, Unroll, Work};
use crate::exec::vector::{combine, norm};
use crate::unroll::Window;
use crate::{Element, Par};

/// What a loop over the steps gives.
struct Found<T> {
    /// θ_K
    theta: Vec<T>,
    /// df/dα − f_α
    d: Vec<Vec<T>>,
    adjoint: Vec<T>,
    adjoint_residual: f64,
    step: Option<StepDerivative>,
    error: Accuracy,
    work: Work,
}

impl<T: Element> Problem<T> {
    /// df/dα = f_α + Σₖ Bₖᵀ cₖ₊₁ in reverse, f_α + Zᵀ_K f_θ forward, with f taken at θ_K.
    #[track_caller]
    pub(super) fn unroll(&mut self, options: &Unroll<'_>, point: &Point<'_, T>) -> Result<Answer<T>, Failure<T>> {
        let found = match options.mode {
            Mode::Reverse { budget } => self.reverse(options, budget, point),
            Mode::Forward => self.forward(options, point),
        };
        let (h, sides) = (point.alpha.len(), &self.sides);
        let gradient = found.d.iter().enumerate().map(|(i, d)| combine(sides.output(i), 1.0, d)).collect();
        let theta = pieces(&found.theta, point.theta);
        let inputs = Point { theta: &theta, ..*point }.inputs();
        let inner_residual = residual(&self.curvature.hold(&inputs));
        let answer = Answer {
            gradient,
            outer: sides.output(h + 1)[0].to_f64(),
            theta: found.theta,
            inner_residual,
            adjoint: found.adjoint,
            adjoint_residual: found.adjoint_residual,
            ritz: Vec::new(),
            damping: 0.0,
            contraction: None,
            support: None,
            step: found.step,
            zero: self.zero.clone(),
            error: found.error,
            work: found.work,
        };
        answer.finite()
    }

    #[track_caller]
    fn reverse(&mut self, options: &Unroll<'_>, budget: usize, point: &Point<'_, T>) -> Found<T> {
        let Self { sides, training, .. } = self;
        let start = [point.alpha, point.theta, point.data];
        let found = training.reverse(&window(options), budget, start, &mut f_theta(sides, point));
        let (left, whole) = (norm(Par::Seq, &found.c), norm(Par::Seq, sides.output(point.alpha.len())));
        let adjoint = if whole == 0.0 { 0.0 } else { left / whole };
        let others = training.step.hyperparameters().iter().copied().zip(found.by.iter().copied()).skip(1);
        let step = StepDerivative {
            shift: found.by.first().copied().unwrap_or(0.0),
            scale: found.by_scale,
            others: others.collect(),
        };
        let mut meter = Meter::default();
        meter.whole(sides).staged(&self.curvature, 1, 0);
        meter.staged(&training.forward, 1, options.steps + found.recomputed);
        meter.staged(&training.backward, 1, found.reversed);
        let work = meter.work();
        Found {
            theta: found.theta,
            d: found.d,
            adjoint: found.c,
            adjoint_residual: adjoint,
            step: Some(step),
            error: Accuracy::Remainder { adjoint, truncation: found.truncation },
            work: Work {
                products: found.reversed,
                recomputed: found.recomputed,
                snapshots: found.snapshots,
                bytes: work.bytes + found.bytes,
                ..work
            },
        }
    }

    #[track_caller]
    fn forward(&mut self, options: &Unroll<'_>, point: &Point<'_, T>) -> Found<T> {
        let Self { sides, training, .. } = self;
        let start = [point.alpha, point.theta, point.data];
        let found = training.push(&window(options), start, &mut f_theta(sides, point));
        let differentiated = if found.products == 0 { 0 } else { options.last.min(options.steps) };
        let mut meter = Meter::default();
        meter.whole(sides).staged(&self.curvature, 1, 0);
        meter.staged(&training.forward, 1, options.steps - differentiated);
        meter.staged(&training.tangent, differentiated, found.products);
        let work = meter.work();
        Found {
            theta: found.theta,
            d: found.d,
            adjoint: Vec::new(),
            adjoint_residual: 0.0,
            step: None,
            error: Accuracy::LastChange { tangent: found.change },
            work: Work { products: found.products, bytes: work.bytes + found.bytes, ..work },
        }
    }
}

const fn window<'a>(options: &Unroll<'a>) -> Window<'a> {
    Window { steps: options.steps, last: options.last, eta: options.eta }
}

/// f_θ at a θ, both flat. The other outputs of the program stay where they are.
fn f_theta<'a, T: Element>(
    sides: &'a mut crate::Runner<T>,
    point: &'a Point<'a, T>,
) -> impl FnMut(&[T]) -> Vec<T> + 'a {
    move |theta| {
        sides.evaluate(&Point { theta: &pieces(theta, point.theta), ..*point }.inputs());
        sides.output(point.alpha.len()).to_vec()
    }
}
