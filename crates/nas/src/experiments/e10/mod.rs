//! E10: joint training of weights and hyperparameters on the same data, against a split (science 4.7): the paper's foil.

mod bilinear;
mod hermite;
mod report;
mod settings;

pub use report::outcome;
pub use settings::Settings;

use super::Error;
use serde::{Deserialize, Serialize};

/// What one seed of one planted problem reached: risks, and how well joint training fits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Risks {
    /// Hyperparameters chosen on V, weights fitted on T.
    pub split: f64,
    /// The same hyperparameters, weights fitted on T ∪ V.
    pub retrained: f64,
    /// Both trained on T.
    pub joint_on_train: f64,
    /// Both trained on T ∪ V.
    pub joint_on_all: f64,
    /// Hyperparameters of least yᵀ(K + λI)⁻¹y on T ∪ V, weights fitted there.
    pub regularised: f64,
    /// Training errors of the two joint trainings.
    pub errors: [f64; 2],
}

/// Both planted problems of one seed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// Science 4.4.
    pub superposition: Risks,
    /// Science 4.5.
    pub hermite: Risks,
}

/// Where joint training stops: the criterion asks for 1e-4.
const GOAL: f64 = 1e-5;
/// Most steps of joint gradient descent.
const STEPS: usize = 400_000;
/// Its first step is this over the largest eigenvalue of the kernel at the start.
const STEP: f64 = 0.5;
/// How often it is halved.
const HALVINGS: i32 = 6;

/// Where a joint training ended.
struct Joint {
    /// The risk there.
    risk: f64,
    /// The mean squared training error.
    error: f64,
}

/// Joint training by the largest step that does not diverge, of the first one and its halves: how far α grows is not known before.
fn descend(train: impl Fn(f64) -> Result<Joint, Error>) -> Result<Joint, Error> {
    let mut joint = Joint { risk: f64::NAN, error: f64::INFINITY };
    for halvings in 0..=HALVINGS {
        joint = train(STEP / f64::from(1 << halvings))?;
        if joint.error.is_finite() {
            break;
        }
    }
    Ok(joint)
}

/// Measures the seed with this number.
pub fn measure_seed(settings: &Settings, number: usize) -> Result<Measured, Error> {
    let seed = settings.run_as.numbered("e10", number);
    Ok(Measured {
        superposition: bilinear::measure(settings, seed.split("superposition"))?,
        hermite: hermite::measure(settings, seed.split("hermite"))?,
    })
}
