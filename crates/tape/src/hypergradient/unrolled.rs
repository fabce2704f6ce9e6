//! The hypergradient of a training.

use super::flat::pieces;
use super::implicit::{bytes, combine};
use super::problem::residual;
use super::{Accuracy, Answer, Failure, Point, Problem, Unroll, Work};
use crate::solve::vector::norm;
use crate::unroll::Window;
use crate::{Element, Par};

impl<T: Element> Problem<T> {
    /// df/dα = f_α + Σₖ Bₖᵀ cₖ₊₁ with f taken at θ_K.
    #[track_caller]
    pub(super) fn unroll(&mut self, options: &Unroll<'_>, point: &Point<'_, T>) -> Result<Answer<T>, Failure<T>> {
        let Unroll { steps, last, budget, eta } = *options;
        let Self { sides, training, curvature, .. } = self;
        let h = point.alpha.len();
        let mut f_theta = |theta: &[T]| {
            sides.evaluate(&Point { theta: &pieces(theta, point.theta), ..*point }.inputs());
            sides.output(h).to_vec()
        };
        let start = [point.alpha, point.theta, point.data];
        let found = training.reverse(&Window { steps, last, budget, eta }, start, &mut f_theta);

        let gradient = found.d.iter().enumerate().map(|(i, d)| combine(sides.output(i), 1.0, d)).collect();
        let theta = pieces(&found.theta, point.theta);
        let inputs = Point { theta: &theta, ..*point }.inputs();
        let inner_residual = residual(&curvature.hold(&inputs));
        let (left, whole) = (norm(Par::Seq, &found.c), norm(Par::Seq, sides.output(h)));
        let adjoint = if whole == 0.0 { 0.0 } else { left / whole };
        let programs = training.bytes() + bytes(sides);
        let answer = Answer {
            gradient,
            outer: sides.output(h + 1)[0].to_f64(),
            theta: found.theta,
            inner_residual,
            adjoint: found.c,
            adjoint_residual: adjoint,
            ritz: Vec::new(),
            damping: 0.0,
            error: Accuracy::Remainder { adjoint },
            work: Work {
                products: found.reversed,
                recomputed: found.recomputed,
                snapshots: found.snapshots,
                bytes: programs + found.bytes,
            },
        };
        answer.finite()
    }
}
