//! Jumps: fits that change by leaps when α moves a little, beyond any linear trend. They break the Lipschitz assumption on
//! which every bound stands (A1; science 2.1 and 6.9).

use super::{Diagnosis, Finding};
use crate::report::figure;

/// A smooth path bends in proportion to the step; more than this is no bend.
const MOST: f64 = 0.5;

/// How predictions move as α passes through a point, at α − s d, α and α + s d.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jumps {
    /// s
    pub step: f64,
    /// ‖f₊ − 2 f + f₋‖ over ‖f₊ − f₋‖: the second difference over the first. 0 for a line, of order s for a smooth path, 1 for
    /// one jump, √3 for fits that have nothing to do with each other.
    pub bend: f64,
    /// The same at half the step: half of it for a smooth path, as much for a jump; `None` where nobody looked.
    pub halved: Option<f64>,
}

/// The path, of several through the same point, that bends most.
pub fn sharpest(paths: impl IntoIterator<Item = Jumps>) -> Option<Jumps> {
    paths.into_iter().reduce(|worst, path| if path.bend > worst.bend || path.bend.is_nan() { path } else { worst })
}

/// From the predictions at those three points.
///
/// # Panics
/// When their numbers differ.
pub fn jumps(step: f64, [below, at, above]: [&[f64]; 3]) -> Jumps {
    assert!(below.len() == at.len() && at.len() == above.len(), "{} {} {}", below.len(), at.len(), above.len());
    let norm = |of: &dyn Fn(usize) -> f64| (0..at.len()).map(|i| of(i).powi(2)).sum::<f64>().sqrt();
    let second = norm(&|i| above[i] - 2.0 * at[i] + below[i]);
    Jumps { step, bend: if second == 0.0 { 0.0 } else { second / norm(&|i| above[i] - below[i]) }, halved: None }
}

impl Diagnosis for Jumps {
    fn name(&self) -> &'static str {
        "jumps"
    }

    fn finding(&self) -> Finding {
        match self.bend {
            bend if bend.is_nan() => Finding::Unknown,
            bend if bend > MOST => Finding::Found,
            _ => Finding::Clear,
        }
    }

    fn sentence(&self) -> String {
        let halved = self.halved.map_or_else(String::new, |bend| format!(", and by {} at half the step", figure(bend)));
        let measured = format!(
            "When alpha moves by {} to either side, the fitted predictions leave the line between them by {} of their change{halved}",
            figure(self.step),
            figure(self.bend)
        );
        match self.finding() {
            Finding::Found => format!(
                "{measured}: fits jump, so they are not Lipschitz in alpha, and the bounds above do not hold for them. Raise --ridge or --inner-steps, lower --tol, or \
                 use --fit-start warm."
            ),
            Finding::Clear => format!("{measured}: fits follow alpha and look Lipschitz in it, as the bounds assume."),
            Finding::Unknown => "A fit beside the last one diverged: nothing is known of jumps.".to_owned(),
        }
    }
}
