//! What every primitive must answer.

use crate::{Shape, Var};

/// What one run of an operation or a program costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Arithmetic operations; an elementary function counts as its polynomial's length.
    pub flops: u64,
    /// Elements read and written.
    pub elements: u64,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { flops: self.flops + other.flops, elements: self.elements + other.elements }
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |a, b| a + b)
    }
}

/// Where the elements of an operand are drawn from by generators and checkers: an interval where the operation is defined and tame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// The least element.
    pub low: f64,
    /// The largest element.
    pub high: f64,
}

impl Domain {
    /// −2 to 2.
    pub const REAL: Self = Self { low: -2.0, high: 2.0 };
    /// Away from zero, above it.
    pub const POSITIVE: Self = Self { low: 0.25, high: 2.0 };
    /// −0.9 to 0.9.
    pub const UNIT: Self = Self { low: -0.9, high: 0.9 };
}

/// A node that is being differentiated: its operands and its result.
pub(crate) struct At<'a, 't> {
    pub(crate) args: &'a [Var<'t>],
    pub(crate) out: Var<'t>,
}

impl<'t> At<'_, 't> {
    /// Panics unless an answer of the rule has the shape of the value that it belongs to. The rules of users' operations may
    /// err, and a 1 × 1 answer would be repeated without a word.
    pub(crate) fn assert_fits(&self, rule: &dyn Rule, what: &str, answer: Var<'t>, value: Var<'t>) {
        let (given, shape, name) = (answer.shape(), value.shape(), rule.name());
        assert!(given == shape, "{name}: its rule gave {what} of shape {given} for a value of shape {shape}{self}");
    }

    /// Panics unless the rule gave as many cotangents as there are operands.
    pub(crate) fn assert_count(&self, rule: &dyn Rule, given: usize) {
        let (count, name) = (self.args.len(), rule.name());
        assert!(given == count, "{name}: its rule gave {given} cotangents for {count} operands{self}");
    }
}

impl std::fmt::Display for At<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, " (recorded at {})", self.out.tape.with(self.out.id, |node| node.location))
    }
}

/// Everything about one primitive. jvp and vjp answer with nodes on the same tape, so higher orders need no further rule;
/// `None` is a zero.
pub(crate) trait Rule {
    /// The spelling in listings and messages.
    fn name(&self) -> String;

    /// The shape of the result, or what is wrong with the operands.
    fn shape(&self, args: &[Shape]) -> Result<Shape, String>;

    /// The directional derivative of the result, given those of the operands.
    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>>;

    /// The cotangent of every wanted operand, given that of the result. Nothing is recorded for the others.
    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>>;

    /// What one run costs.
    fn cost(&self, args: &[Shape], out: Shape) -> Cost;

    /// The slow twin: the result in `f64`, every element of `out` written.
    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]);

    /// Where operand `arg` is drawn from.
    fn domain(&self, arg: usize) -> Domain;

    /// The spelling as an expression of JAX; `None` for what exists in Rust only.
    fn python(&self, args: &[Spelled<'_>]) -> Option<String>;
}

/// An operand in source text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelled<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: Shape,
}

impl std::fmt::Display for Spelled<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A number in Python.
pub(crate) fn python_number(x: f64) -> String {
    match x {
        x if x.is_nan() => "jnp.nan".into(),
        f64::INFINITY => "jnp.inf".into(),
        f64::NEG_INFINITY => "-jnp.inf".into(),
        x => format!("{x:?}"),
    }
}

/// The sum of two derivatives, either of which may be zero.
pub(crate) fn plus<'t>(a: Option<Var<'t>>, b: Option<Var<'t>>) -> Option<Var<'t>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (one, None) | (None, one) => one,
    }
}
