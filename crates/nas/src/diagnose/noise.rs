//! The noise floor: how large a hypergradient on V is where the expected one is zero (science 2.3).

use super::{Diagnosis, Finding};
use crate::report::figure;
use crate::space::Space;
use crate::theory::Class;
use crate::theory::hypergradient::{Reading, Setting, gap};

/// The probability that the floor is too low.
const DELTA: f64 = 0.05;

/// The slopes of a search against the noise of its validation rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// The root of E ‖ĝ − g‖², along Δ, of the hypergradient on all of V, measured on pieces of V.
    pub standard_error: f64,
    /// What the noise stays below with probability 0.95: that times 1 + √(2 ln 20).
    pub floor: f64,
    /// The projected hypergradient where the search began, and where it ended.
    pub slopes: [f64; 2],
    /// What they say.
    pub readings: [Reading; 2],
}

/// From the hypergradients at α on `pieces` of V of equal size, and the norms of the projected hypergradient of V where the search
/// began and ended; `None` below two pieces.
///
/// The floor is that of one α, measured and not proved: the largest gradient of a sample, which the bound asks for, is replaced
/// by the root of the mean square. To first order a projected hypergradient moves by what lies along Δ, and only that is counted.
///
/// # Panics
/// When lengths do not fit the space.
pub fn noise(space: &dyn Space, alpha: &[f64], pieces: &[Vec<f64>], slopes: [f64; 2]) -> Option<Noise> {
    if pieces.len() < 2 {
        return None;
    }
    let along = |piece: &Vec<f64>| {
        let mut along = vec![0.0; alpha.len()];
        space.project_jvp(alpha, piece, &mut along);
        along
    };
    let pieces: Vec<Vec<f64>> = pieces.iter().map(along).collect();
    let count = pieces.len() as f64;
    let squares = (0..alpha.len()).map(|i| {
        let mean = pieces.iter().map(|piece| piece[i]).sum::<f64>() / count;
        pieces.iter().map(|piece| (piece[i] - mean).powi(2)).sum::<f64>()
    });
    let standard_error = (squares.sum::<f64>() / (count - 1.0) / count).sqrt();
    if standard_error == 0.0 {
        let readings = slopes.map(|slope| Reading { at_least: slope, at_most: slope });
        return Some(Noise { standard_error, floor: 0.0, slopes, readings });
    }
    // The formula has G/√n_V, and that is the standard error.
    let setting = Setting { class: Class::of_models(1), gradient_bound: standard_error, n_validation: 1, delta: DELTA };
    let bound = gap(&setting);
    let readings = slopes.map(|slope| Reading::new(slope, &bound));
    Some(Noise { standard_error, floor: bound.total(), slopes, readings })
}

impl Diagnosis for Noise {
    fn name(&self) -> &'static str {
        "noise floor"
    }

    /// A search should begin above the noise and end below it.
    fn finding(&self) -> Finding {
        match self.readings.map(|reading| reading.is_noise()) {
            [false, true] => Finding::Clear,
            _ => Finding::Found,
        }
    }

    fn sentence(&self) -> String {
        let [first, last] = self.slopes.map(figure);
        let floor = figure(self.floor);
        match self.readings.map(|reading| reading.is_noise()) {
            [true, _] => format!(
                "The hypergradient began at {first}, below the {floor} that noise of the validation rows may reach: these rows do \
                 not tell the candidates apart. Give validation more of --split, or take the simplest candidate."
            ),
            [false, true] => format!(
                "The hypergradient fell from {first} to {last}, below the {floor} that noise of the validation rows may reach: \
                 going on would follow these rows only, and the search could end there."
            ),
            [false, false] => format!(
                "The hypergradient ended at {last}, above the {floor} that noise of the validation rows may reach: there is \
                 something left to gain. Raise --outer-steps, or lower --tol if fits are too inexact for a step."
            ),
        }
    }
}
