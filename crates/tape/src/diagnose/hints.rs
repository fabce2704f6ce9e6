//! Why an operation gives a NaN or an infinity, in a sentence.

use crate::Elementwise;
use crate::diagnose::Fault;
use crate::diagnose::fault::spelled;
use crate::primitive::Primitive;

/// What a user should know about this value, if anything is known.
pub(crate) fn hint(fault: &Fault) -> Option<String> {
    let operand = |n: usize| fault.operands.get(n).and_then(|operand| operand.elements.first()).map(|(_, _, x)| *x);
    match &fault.primitive {
        Primitive::Input(_) => Some("look where it is filled".into()),
        Primitive::Constant(_) | Primitive::Fill(_) => {
            Some(format!("the number was recorded so, or is beyond {}", fault.element_type))
        }
        Primitive::Elementary(elementary) => elementwise(elementary.0, operand(0)?, operand(1), fault.element_type),
        Primitive::Call(_) => Some("a user's operation; its `forward` gave it".into()),
        _ => sum(fault),
    }
}

fn elementwise(op: Elementwise, x: f64, y: Option<f64>, element: &str) -> Option<String> {
    use Elementwise as E;
    let beyond = |what: &str| Some(format!("{what} is beyond {element}"));
    let (a, b) = (spelled(x), y.map_or_else(String::new, spelled));
    match op {
        E::Ln if x == 0.0 => Some("the logarithm of 0 is −∞; keep it above 0, say with `max`".into()),
        E::Ln => Some(format!("the logarithm of {a} is no number; it needs x > 0")),
        E::Ln1p if x == -1.0 => Some("ln(1 + x) of −1 is −∞".into()),
        E::Ln1p => Some(format!("ln(1 + x) of {a} is no number; it needs x > −1")),
        E::Sqrt => Some(format!("the square root of {a} is no number; it needs x ≥ 0")),
        E::Asin => Some(format!("arcsin of {a} is no number; it needs −1 ≤ x ≤ 1")),
        E::Sin | E::Cos => Some(format!("the value of a wave at {a} is no number")),
        E::Exp | E::Expm1 => {
            let limit = if element == "f32" { 88.72 } else { 709.78 };
            beyond(&format!("e to the {a} (at most {limit})"))
        }
        E::Recip if x == 0.0 => Some("1/0; the slope of 1/x, √x and ln x at 0 is infinite too".into()),
        E::Div if y == Some(0.0) && x == 0.0 => {
            Some("0/0; where a slope is infinite (of √x at 0, say), a gradient of zero makes it NaN".into())
        }
        E::Div if y == Some(0.0) => Some(format!("{a} / 0; the slope of √x and of ln x at 0 is infinite")),
        E::Div if x.is_infinite() => Some(format!("{a} / {b} has no value")),
        E::Mul if x == 0.0 || y == Some(0.0) => Some(format!("{a} · {b} has no value")),
        E::Add if x.is_infinite() => Some(format!("{a} + {b} has no value")),
        E::Sub if x.is_infinite() => Some(format!("{a} − {b} has no value")),
        E::Powf(p) if x < 0.0 && p.get().fract() != 0.0 => {
            Some(format!("a negative number ({a}) to a power that is not whole ({})", p.get()))
        }
        E::Powf(_) | E::Powi(_) if x == 0.0 => Some("0 to a negative power".into()),
        E::Powf(p) => beyond(&format!("{a} to the {}", p.get())),
        E::Powi(n) => beyond(&format!("{a} to the {n}")),
        E::Add | E::Sub | E::Mul | E::Div | E::Scale(_) | E::Shift(_) | E::Recip => beyond("the result"),
        _ => None,
    }
}

/// A sum of many products or elements.
fn sum(fault: &Fault) -> Option<String> {
    let values = fault.operands.iter().flat_map(|operand| operand.elements.iter().map(|(_, _, x)| *x));
    let infinite: Vec<f64> = values.filter(|x| x.is_infinite()).collect();
    if infinite.is_empty() {
        return Some(format!("finite numbers whose sum is beyond {}", fault.element_type));
    }
    let signs = infinite.iter().any(|x| *x > 0.0) && infinite.iter().any(|x| *x < 0.0);
    Some(
        if signs {
            "a sum of ∞ and −∞ has no value"
        } else {
            "∞ among its terms, and 0 · ∞ or ∞ − ∞ has no value"
        }
        .into(),
    )
}
