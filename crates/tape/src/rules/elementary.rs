//! The elementwise operations: one table of partial derivatives.

use crate::rule::{At, Rule, Spelled, plus, python_number};
use crate::rules::factors::on_factor;
use crate::rules::{fits, per_element};
use crate::{Cost, Domain, Elementwise, Shape, Var};

/// An elementwise operation on operands of one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Elementary(pub(crate) Elementwise);

/// A partial derivative of an elementwise operation: elementwise itself, so it serves jvp and vjp alike.
enum Partial<'t> {
    Zero,
    One,
    MinusOne,
    Scale(f64),
    Times(Var<'t>),
    Over(Var<'t>),
    /// One where the mask is not zero, else zero.
    Where(Var<'t>),
    /// Zero where the mask is not zero, else one.
    WhereNot(Var<'t>),
}

impl<'t> Partial<'t> {
    fn of(self, d: Var<'t>) -> Option<Var<'t>> {
        match self {
            Self::Zero => None,
            Self::One => Some(d),
            Self::MinusOne => Some(-d),
            Self::Scale(s) => Some(d * s),
            Self::Times(slope) => Some(d * slope),
            Self::Over(slope) => Some(d / slope),
            Self::Where(mask) => Some(mask.select(d, d.zeros_like())),
            Self::WhereNot(mask) => Some(mask.select(d.zeros_like(), d)),
        }
    }

    /// [`Self::of`] a tangent.
    fn along(self, d: Var<'t>) -> Option<Var<'t>> {
        match self {
            Self::Times(_) | Self::Over(_) | Self::Scale(_) | Self::MinusOne => {
                Some(on_factor(d, |factor| self.of(factor).expect("none of these is zero")))
            }
            other => other.of(d),
        }
    }
}

/// ∂op/∂(operand `i`) at a node.
fn partial<'t>(op: Elementwise, i: usize, at: &At<'_, 't>) -> Partial<'t> {
    use Elementwise as E;
    use Partial::{MinusOne, One, Over, Scale, Times, Where, WhereNot, Zero};
    let (x, y) = (at.args[0], at.out);
    let other = || at.args[1 - i];
    match (op, i) {
        (E::Add | E::Shift(_), _) | (E::Sub, 0) => One,
        (E::Sub | E::Neg, _) => MinusOne,
        (E::Mul, _) => Times(other()),
        (E::Div, 0) => Over(other()),
        (E::Div, _) => Times(-(y / at.args[1])),
        (E::Min, _) => Times(at.args[i].less(other())),
        (E::Max, _) => Times(other().less(at.args[i])),
        (E::Less | E::Sign, _) | (E::Select, 0) => Zero,
        (E::Select, 1) => Where(x),
        (E::Select, _) => WhereNot(x),
        (E::Abs, _) => Times(x.sign()),
        (E::Recip, _) => Times(-(y * y)),
        (E::Sqrt, _) => Over(y * 2.0),
        (E::Exp, _) => Times(y),
        (E::Ln, _) => Over(x),
        (E::Expm1, _) => Times(x.exp()),
        (E::Ln1p, _) => Over(x + 1.0),
        (E::Tanh, _) => Times(1.0 - y * y),
        // y(1 − y), with 1 − y without cancellation: right in both tails.
        (E::Logistic, _) => Times(y * (-x).logistic()),
        (E::Erf, _) => Times((-(x * x)).exp() * std::f64::consts::FRAC_2_SQRT_PI),
        (E::Sin, _) => Times(x.cos()),
        (E::Cos, _) => Times(-x.sin()),
        (E::Asin, _) => Over((1.0 - x * x).sqrt()),
        (E::Atan, _) => Over(x * x + 1.0),
        (E::Powi(0), _) => Zero,
        (E::Powi(1), _) => One,
        (E::Powi(n), _) => Times(x.powi(n - 1) * f64::from(n)),
        (E::Powf(p), _) if p.get() == 0.0 => Zero,
        (E::Powf(p), _) => Times(x.powf(p.get() - 1.0) * p.get()),
        (E::Scale(s), _) => Scale(s.get()),
    }
}

impl Rule for Elementary {
    fn name(&self) -> String {
        match self.0 {
            Elementwise::Powi(n) => format!("powi {n}"),
            Elementwise::Powf(p) => format!("powf {p:?}"),
            Elementwise::Scale(s) => format!("scale {s:?}"),
            Elementwise::Shift(s) => format!("shift {s:?}"),
            op => format!("{op:?}").to_lowercase(),
        }
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        fits(args.iter().all(|arg| *arg == args[0]), || {
            let shapes: Vec<String> = args.iter().map(Shape::to_string).collect();
            format!("shapes {} differ (use `expand` to repeat a row or a column)", shapes.join(" and "))
        })?;
        Ok(args[0])
    }

    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        let terms = tangents.iter().enumerate();
        terms.fold(None, |sum, (i, tangent)| plus(sum, tangent.and_then(|d| partial(self.0, i, at).along(d))))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>> {
        let operands = wanted.iter().enumerate();
        operands.map(|(i, wanted)| wanted.then(|| partial(self.0, i, at).of(cotangent)).flatten()).collect()
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        use Elementwise as E;
        let flops = match self.0 {
            E::Exp | E::Ln | E::Expm1 | E::Ln1p | E::Sin | E::Cos | E::Logistic => 16,
            E::Tanh | E::Erf | E::Asin | E::Atan | E::Powf(_) => 24,
            _ => 1,
        };
        per_element(flops, out.len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        for (i, out) in out.iter_mut().enumerate() {
            *out = self.0.reference(std::array::from_fn(|arg| args.get(arg).map_or(0.0, |(data, _)| data[i])));
        }
    }

    fn domain(&self, arg: usize) -> Domain {
        use Elementwise as E;
        match self.0 {
            E::Recip | E::Sqrt | E::Ln | E::Powf(_) => Domain::POSITIVE,
            E::Powi(n) if n < 0 => Domain::POSITIVE,
            E::Div if arg == 1 => Domain::POSITIVE,
            E::Ln1p | E::Asin => Domain::UNIT,
            _ => Domain::REAL,
        }
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        use Elementwise as E;
        let operand = |n: usize| args.get(n).map_or("", |arg| arg.name);
        let (a, b, c) = (operand(0), operand(1), operand(2));
        Some(match self.0 {
            E::Add => format!("{a} + {b}"),
            E::Sub => format!("{a} - {b}"),
            E::Mul => format!("{a} * {b}"),
            E::Div => format!("{a} / {b}"),
            E::Min => format!("jnp.minimum({a}, {b})"),
            E::Max => format!("jnp.maximum({a}, {b})"),
            E::Less => format!("jnp.where({a} < {b}, 1.0, jnp.where({a} == {b}, 0.5, 0.0))"),
            E::Select => format!("jnp.where({a} != 0, {b}, {c})"),
            E::Neg => format!("-{a}"),
            E::Recip => format!("1.0 / {a}"),
            E::Ln => format!("jnp.log({a})"),
            E::Ln1p => format!("jnp.log1p({a})"),
            E::Logistic => format!("jax.nn.sigmoid({a})"),
            E::Erf => format!("erf({a})"),
            E::Asin => format!("jnp.arcsin({a})"),
            E::Atan => format!("jnp.arctan({a})"),
            E::Powi(n) => format!("jax.lax.integer_pow({a}, {n})"),
            E::Powf(p) => format!("{a} ** {}", python_number(p.get())),
            E::Scale(s) => format!("{a} * {}", python_number(s.get())),
            E::Shift(s) => format!("{a} + {}", python_number(s.get())),
            E::Abs | E::Sign | E::Sqrt | E::Exp | E::Expm1 | E::Tanh | E::Sin | E::Cos => {
                format!("jnp.{}({a})", Rule::name(self))
            }
        })
    }
}
