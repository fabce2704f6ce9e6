//! Losses of a prediction, each a mean over rows.

use serde::{Deserialize, Serialize};
use tape::Var;

/// How far a prediction is from its target.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Half the squared distance of a row from its target.
    Squared,
    /// −ln of the softmax probability of the row's class; targets are one-hot rows.
    CrossEntropy,
}

impl Loss {
    /// The loss of every row of `prediction` and `target`, both n × k: n × 1.
    ///
    /// # Panics
    /// When the shapes differ.
    #[track_caller]
    pub fn rows<'t>(self, prediction: Var<'t>, target: Var<'t>) -> Var<'t> {
        match self {
            Self::Squared => (prediction - target).powi(2).sum_cols() * 0.5,
            Self::CrossEntropy => prediction.row_log_sum_exp() - (prediction * target).sum_cols(),
        }
    }

    /// The mean over the rows of `prediction` and `target`, both n × k: 1 × 1.
    ///
    /// # Panics
    /// When the shapes differ or there is no row.
    #[track_caller]
    pub fn mean<'t>(self, prediction: Var<'t>, target: Var<'t>) -> Var<'t> {
        self.rows(prediction, target).mean()
    }

    /// Γ of a row's loss clipped at `bound`: the most that it moves for each unit of the largest change of one of its k outputs,
    /// the largest sum of |∂ℓ/∂f| below the clip. √(2 b k) of the squared loss; 2 (1 − e⁻ᵇ) of the cross-entropy, whose
    /// derivatives are the probabilities, 1 less at the row's class.
    pub fn clipped_lipschitz(self, outputs: usize, bound: f64) -> f64 {
        match self {
            Self::Squared => (2.0 * bound * outputs as f64).sqrt(),
            Self::CrossEntropy => -2.0 * (-bound).exp_m1(),
        }
    }
}
