//! Candidate activations by name.

use crate::suggest;
use tape::{Activation, Bank};

/// Every candidate that has a name.
const NAMED: [(&str, Activation); 11] = [
    ("relu", Activation::Relu),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
    ("softplus", Activation::Softplus),
    ("silu", Activation::Silu),
    ("gelu", Activation::Gelu),
    ("sin", Activation::Sin),
    ("identity", Activation::Identity),
    ("elu", Activation::Elu(tape::Real::new(1.0))),
    ("square", Activation::Square),
    ("erf", Activation::Erf),
];

/// The candidates of a search that names none: the first eight.
pub const DEFAULT: [&str; 8] = ["relu", "tanh", "sigmoid", "softplus", "silu", "gelu", "sin", "identity"];

/// A list of candidates that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CandidateError {
    /// No activation has this name.
    #[error("there is no candidate {name:?}; {}", advice(nearest))]
    Unknown {
        /// The name.
        name: String,
        /// The most similar name there is.
        nearest: Option<&'static str>,
    },
    /// A name comes twice.
    #[error("the candidate {name:?} is listed twice: its two coefficients could not be told apart; list it once")]
    Twice {
        /// The name.
        name: String,
    },
    /// No name at all.
    #[error("there are no candidates; list at least one of {}", names())]
    Empty,
}

fn advice(nearest: &Option<&str>) -> String {
    nearest.map_or_else(|| format!("choose from {}", names()), |name| format!("did you mean {name:?}?"))
}

fn names() -> String {
    NAMED.map(|(name, _)| name).join(", ")
}

/// The bank of these candidates, in this order.
pub fn bank<S: AsRef<str>>(candidates: &[S]) -> Result<Bank, CandidateError> {
    if candidates.is_empty() {
        return Err(CandidateError::Empty);
    }
    let mut activations = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let name = candidate.as_ref();
        let found = NAMED.iter().find(|(known, _)| *known == name);
        let Some(&(_, activation)) = found else {
            return Err(CandidateError::Unknown { name: name.to_owned(), nearest: nearest(name) });
        };
        if activations.contains(&activation) {
            return Err(CandidateError::Twice { name: name.to_owned() });
        }
        activations.push(activation);
    }
    Ok(Bank::new(activations))
}

fn nearest(name: &str) -> Option<&'static str> {
    suggest::nearest(&name.to_lowercase(), NAMED.map(|(known, _)| known))
}
