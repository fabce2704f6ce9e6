//! The hypergradient without derivatives.

use super::{Accuracy, Answer, Differences, Failure, Method, Mode, Point, Problem, Unroll};
use crate::Element;

impl<T: Element> Problem<T> {
    /// df/dαᵢ = (8(f₁ − f₋₁) − (f₂ − f₋₂)) / 12h with fⱼ the outer objective after a training at αᵢ + jh.
    #[track_caller]
    pub(super) fn differences(
        &mut self,
        options: &Differences<'_>,
        point: &Point<'_, T>,
    ) -> Result<Answer<T>, Failure<T>> {
        let Differences { steps, eta, distance } = *options;
        let train = Method::Unroll(Unroll { steps, eta, last: 0, mode: Mode::default() });
        let mut answer = self.hypergradient(&train, point)?;
        let mut spread: f64 = 0.0;
        for (which, alpha) in point.alpha.iter().enumerate() {
            for (i, at) in alpha.iter().map(|at| at.to_f64()).enumerate() {
                let h = distance * at.abs().max(1.0);
                let mut shifted = alpha.to_vec();
                let work = &mut answer.work;
                let mut outer = |j: f64| {
                    shifted[i] = T::of(at + j * h);
                    let mut all = point.alpha.to_vec();
                    all[which] = &shifted;
                    let trained = self.hypergradient(&train, &Point { alpha: &all, ..*point })?;
                    *work += trained.work;
                    Ok::<f64, Failure<T>>(trained.outer)
                };
                let near = (outer(1.0)? - outer(-1.0)?) / (2.0 * h);
                let far = (outer(2.0)? - outer(-2.0)?) / (4.0 * h);
                answer.gradient[which][i] = T::of((4.0 * near - far) / 3.0);
                spread = spread.max((near - far).abs());
            }
        }
        answer.step = None;
        answer.error = Accuracy::Spread { orders: spread };
        answer.finite()
    }
}
