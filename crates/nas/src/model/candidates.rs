//! The candidates of a mixture: activations by name, and formulas.

use super::formula::{Formula, FormulaError};
use crate::suggest;
use tape::{Activation, Bank, Var};

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
pub const DEFAULT: &str = "relu,tanh,sigmoid,softplus,silu,gelu,sin,identity";

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
    /// Neither a name nor a formula that can be used.
    #[error("the candidate {text:?} cannot be used: {source}")]
    Formula {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: FormulaError,
    },
    /// A name comes twice.
    #[error("the candidate {name:?} is listed twice: its two coefficients could not be told apart; list it once")]
    Twice {
        /// The name.
        name: String,
    },
    /// Two are one function.
    #[error(
        "the candidates {other:?} and {text:?} are the same function: their two coefficients could not be told apart; list \
         one of them"
    )]
    Same {
        /// The second of them.
        text: String,
        /// The first.
        other: String,
    },
    /// No coordinates can tell it from others.
    #[error(
        "the candidate {name:?} cannot be normalised: under a standard normal input it is zero, or a combination of those \
         before it; leave it out, or set --normalise none"
    )]
    Dependent {
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

/// The candidates σ₁ … σₕ of a mixture, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidates(Vec<Candidate>);

/// A candidate.
#[derive(Clone, Debug, PartialEq)]
pub enum Candidate {
    /// An activation of the tape.
    Activation(Activation),
    /// A formula of the user.
    Formula(Formula),
}

impl Candidate {
    /// The candidate of this name, or with this formula.
    pub fn new(text: &str) -> Result<Self, CandidateError> {
        if let Some(&(_, activation)) = NAMED.iter().find(|(known, _)| *known == text) {
            return Ok(Self::Activation(activation));
        }
        if is_word(text) {
            return Err(CandidateError::Unknown { name: text.to_owned(), nearest: nearest(text) });
        }
        let read = Formula::parse(text).and_then(|formula| formula.check().map(|()| formula));
        read.map(Self::Formula).map_err(|source| CandidateError::Formula { text: text.to_owned(), source })
    }

    /// σ(x).
    pub fn at(&self, x: f64) -> f64 {
        match self {
            Self::Activation(activation) => activation.reference(x)[0],
            Self::Formula(formula) => formula.at(x),
        }
    }
}

impl From<Bank> for Candidates {
    fn from(bank: Bank) -> Self {
        Self(bank.activations().iter().copied().map(Candidate::Activation).collect())
    }
}

impl Candidates {
    /// Their number h.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.0.iter()
    }

    /// Those at these places, in this order.
    ///
    /// # Panics
    /// When there is no such place.
    #[must_use]
    pub fn keep(&self, places: &[usize]) -> Self {
        Self(places.iter().map(|&i| self.0[i].clone()).collect())
    }

    /// Records σ_α(z) = Σᵢ αᵢ σᵢ(z) for z (m × n) and α (h × G), one column for each contiguous group of columns of z: m × n.
    ///
    /// The tape's activations are one mixture, computed in one pass; formulas are added to it.
    ///
    /// # Panics
    /// When α has another number of rows, or its columns do not divide those of z.
    #[track_caller]
    pub fn mixture<'t>(&self, z: Var<'t>, alpha: Var<'t>) -> Var<'t> {
        let (bank, places) = self.bank();
        if places.len() == self.len() {
            return z.mixture(&bank, alpha);
        }
        let (h, groups) = (alpha.rows(), alpha.cols());
        assert!(h == self.len(), "{} candidates and coefficients of {h}", self.len());
        assert!(
            groups > 0 && z.cols().is_multiple_of(groups),
            "{} columns do not split into {groups} groups of equal size",
            z.cols()
        );
        let of_bank = (!places.is_empty()).then(|| z.mixture(&bank, rows(alpha, &places)));
        let formulas = self.0.iter().enumerate().filter_map(|(i, candidate)| match candidate {
            Candidate::Formula(formula) => Some(formula.record(z) * weights(alpha, i, z)),
            Candidate::Activation(_) => None,
        });
        of_bank.into_iter().chain(formulas).reduce(|sum, next| sum + next).unwrap_or_else(|| z.zeros_like())
    }

    /// The tape's activations among them, and their places.
    fn bank(&self) -> (Bank, Vec<usize>) {
        let of_tape = self.0.iter().enumerate().filter_map(|(i, candidate)| match candidate {
            Candidate::Activation(activation) => Some((*activation, i)),
            Candidate::Formula(_) => None,
        });
        let (activations, places): (Vec<Activation>, Vec<usize>) = of_tape.unzip();
        (Bank::new(activations), places)
    }
}

/// Some rows of α.
#[track_caller]
fn rows<'t>(alpha: Var<'t>, places: &[usize]) -> Var<'t> {
    let groups = alpha.cols();
    let index: Vec<u32> = places.iter().flat_map(|&i| (0..groups).map(move |g| (i * groups + g) as u32)).collect();
    alpha.gather(index, places.len(), groups)
}

/// Row i of α, every entry for its group of columns of z, on all rows of z.
#[track_caller]
fn weights<'t>(alpha: Var<'t>, i: usize, z: Var<'t>) -> Var<'t> {
    let (groups, width) = (alpha.cols(), z.cols());
    let index: Vec<u32> = (0..width).map(|column| (i * groups + column * groups / width) as u32).collect();
    alpha.gather(index, 1, width).expand(z.rows(), width)
}

/// The candidates of these names and formulas, in this order.
pub fn bank<S: AsRef<str>>(candidates: &[S]) -> Result<Candidates, CandidateError> {
    if candidates.is_empty() {
        return Err(CandidateError::Empty);
    }
    let mut found = Vec::with_capacity(candidates.len());
    for text in candidates {
        let (text, candidate) = (text.as_ref(), Candidate::new(text.as_ref())?);
        if let Some(place) = found.iter().position(|other| same(&candidate, other)) {
            let other = candidates[place].as_ref();
            return Err(if other == text {
                CandidateError::Twice { name: text.to_owned() }
            } else {
                CandidateError::Same { text: text.to_owned(), other: other.to_owned() }
            });
        }
        found.push(candidate);
    }
    Ok(Candidates(found))
}

/// A list as people write it: separated by commas, but for those within parentheses.
pub fn split(list: &str) -> Vec<String> {
    let (mut open, mut parts) = (0_usize, vec![String::new()]);
    for character in list.chars() {
        match character {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(part) if character != ',' || open > 0 => part.push(character),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// Whether a text can only be meant as a name; `x` is a formula.
fn is_word(text: &str) -> bool {
    let letters = text.chars().all(|c| c.is_alphanumeric() || c == '_');
    letters && text != "x" && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether two candidates have the same values, however they are written.
fn same(one: &Candidate, other: &Candidate) -> bool {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * (1.0 + a.abs());
    (-20..=20).map(|i| f64::from(i) * 0.2).all(|x| close(one.at(x), other.at(x)))
}

fn nearest(name: &str) -> Option<&'static str> {
    suggest::nearest(&name.to_lowercase(), NAMED.map(|(known, _)| known))
}
