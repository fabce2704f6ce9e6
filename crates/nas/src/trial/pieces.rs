//! Hypergradients on pieces of V: how much of one is the sample.

use super::Setting;
use crate::bilevel::{Inner, OnData, Way};
use crate::data::{DataError, Frame, Parts, Preprocess, Samples};
use crate::inner::FitOptions;
use crate::model::Mlp;
use crate::search::Bilevel;
use crate::seed::Seed;
use rand::seq::SliceRandom;
use tape::Element;

/// Pieces that V is cut into, where it has two rows for each.
const PIECES: usize = 8;

/// The rows of V in pieces of equal size, at random; the few that are left over are in none.
pub(super) fn cut(
    frame: &Frame,
    preprocess: &Preprocess,
    parts: &Parts,
    seed: Seed,
) -> Result<Vec<Samples>, DataError> {
    let mut rows = parts.validation.clone();
    rows.shuffle(&mut seed.stream());
    let size = rows.len() / PIECES.min(rows.len() / 2).max(1);
    rows.chunks_exact(size.max(1)).map(|piece| preprocess.apply(frame, piece)).collect()
}

/// The problem of a search, once for each piece of V.
pub(super) struct Pieces<'a, T>(Vec<OnData<'a, T>>);

impl<'a, T: Element> Pieces<'a, T> {
    pub(super) fn new(
        setting: &Setting,
        model: &Mlp,
        (train, pieces): (&'a Samples, &'a [Samples]),
        (start, batches): (&[f64], Seed),
    ) -> Self {
        // The fit is there already; to unroll, it is made again.
        let steps = if setting.inner.way == Way::Unroll { setting.inner.fit.steps } else { 0 };
        let inner = Inner { fit: FitOptions { steps, ..setting.inner.fit }, warm: true, ..setting.inner };
        let of = |piece| OnData::new(model, inner, [train, piece], start.to_vec(), batches);
        Self(pieces.iter().map(of).collect())
    }

    /// The hypergradient of every piece at α, all from one fit θ to the training rows; none when one of them fails.
    pub(super) fn hypergradients(&mut self, alpha: &[f64], theta: Option<&[f64]>) -> Vec<Vec<f64>> {
        let each = self.0.iter_mut().map(|problem| {
            theta.into_iter().for_each(|theta| problem.resume(theta));
            let found = problem.evaluate(alpha).ok().filter(|found| found.value.is_finite())?;
            Some(found.alpha)
        });
        each.collect::<Option<_>>().unwrap_or_default()
    }
}
