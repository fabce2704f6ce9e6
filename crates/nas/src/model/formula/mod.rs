//! Activations by formula: `x*exp(-x^2)`, recorded as nodes of the tape, so that they fuse and have derivatives of any order.
//!
//! ```text
//! sum      = product { ("+" | "-") product }
//! product  = signed { ("*" | "/") signed }
//! signed   = ("-" | "+") signed | power
//! power    = operand [ "^" signed ]
//! operand  = number | "x" | "pi" | "e" | function "(" sum { "," sum } ")" | "(" sum ")"
//! ```
//!
//! A formula is kept in postfix order, so only the parser recurses, and its depth is limited.

mod check;
mod error;
mod function;
mod parser;
mod term;
mod token;

pub use error::FormulaError;

use function::Function;
use std::fmt;
use tape::Var;
use term::Term;

/// σ(x), written by a person.
///
/// ```
/// use nas::model::Formula;
/// use tape::{Tape, grad, reference};
///
/// let formula = Formula::parse("x*exp(-x^2)")?;
/// formula.check()?;
/// assert!((formula.at(0.5) - 0.5 * (-0.25f64).exp()).abs() < 1e-15);
/// // On a tape it has derivatives: σ′(x) = (1 − 2x²) exp(−x²).
/// let tape = Tape::new();
/// let x = tape.input(1, 1);
/// let slope = grad(formula.record(x), x);
/// assert!((reference::evaluate(x, slope, &[&[0.5]])[0][0] - 0.5 * (-0.25f64).exp()).abs() < 1e-14);
/// assert!(Formula::parse("x*exp(").is_err());
/// # Ok::<(), nas::model::FormulaError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Formula {
    text: String,
    steps: Vec<Step>,
}

/// A step of the evaluation, on a stack of terms.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    X,
    Number(f64),
    /// Of the last term.
    Call(&'static Function),
    /// Of the last two.
    Join(Operator),
}

/// An operation on two terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Max,
    Min,
}

impl Formula {
    /// Reads a formula in `x`. Whether it can serve as an activation, [`Self::check`] tells.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let steps = parser::parse(text)?;
        if !steps.contains(&Step::X) {
            return Err(FormulaError::Constant);
        }
        Ok(Self { text: text.trim().to_owned(), steps })
    }

    /// Whether value, slope and curvature are finite numbers in both precisions for x between −10 and 10 (in steps of 0.01),
    /// and both derivatives agree with differences.
    pub fn check(&self) -> Result<(), FormulaError> {
        check::finite::<f64>(self, "double")?;
        check::finite::<f32>(self, "single")?;
        check::differences(self)
    }

    /// The text, as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Records σ of every element of `x`: a matrix of the same shape.
    #[track_caller]
    pub fn record<'t>(&self, x: Var<'t>) -> Var<'t> {
        match self.run(Term::Node(x)) {
            Term::Node(value) => value,
            Term::Number(value) => x.tape().full(x.rows(), x.cols(), value),
        }
    }

    /// σ(x) without a tape: the slow twin.
    pub fn at(&self, x: f64) -> f64 {
        match self.run(Term::Number(x)) {
            Term::Number(value) => value,
            // Numbers make numbers.
            Term::Node(_) => f64::NAN,
        }
    }

    fn run<'t>(&self, x: Term<'t>) -> Term<'t> {
        let mut stack = Vec::new();
        // The parser writes an operand before everything that takes it.
        let take = |stack: &mut Vec<Term<'t>>| stack.pop().unwrap_or(Term::Number(f64::NAN));
        for step in &self.steps {
            let next = match *step {
                Step::X => x,
                Step::Number(number) => Term::Number(number),
                Step::Call(function) => take(&mut stack).call(function),
                Step::Join(operator) => {
                    let right = take(&mut stack);
                    take(&mut stack).join(operator, right)
                }
            };
            stack.push(next);
        }
        take(&mut stack)
    }
}

/// Equal is what is computed in the same way, however it is spaced and bracketed.
impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
