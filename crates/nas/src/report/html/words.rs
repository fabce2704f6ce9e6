//! Numbers as the page writes them.

use crate::report::figure;

/// Numbers from here on are written as whole ones, in full: two digits would hide what differs.
const LARGE: f64 = 1e5;
/// And from here on as powers of ten.
const HUGE: f64 = 1e12;

/// A number with a true minus sign.
pub(super) fn number(value: f64) -> String {
    if (LARGE..HUGE).contains(&value.abs()) {
        return whole(value);
    }
    tidy(&figure(value))
}

/// A large number without decimal places.
fn whole(value: f64) -> String {
    format!("{}{}", if value < 0.0 { "−" } else { "" }, thousands(value.abs().round() as usize))
}

/// A number that may be missing.
pub(super) fn number_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

/// A coefficient of a mixture.
pub(super) fn coefficient(value: f64) -> String {
    if value != 0.0 && value.abs() < 5e-4 { "≈\u{a0}0".to_owned() } else { minus(&format!("{value:.3}")) }
}

/// A count with its noun.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// A count, in groups of three digits.
pub(super) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Words with commas, the last two joined by "and".
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// How a metric is written: shares as percentages, all else as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Percent,
    Plain,
}

impl Unit {
    /// The unit of a metric of this name.
    pub(super) fn of(name: &str) -> Self {
        if name.contains("accuracy") { Self::Percent } else { Self::Plain }
    }

    /// One figure.
    pub(super) fn value(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}\u{a0}%", minus(&format!("{:.2}", 100.0 * value))),
            Self::Plain => number(value),
        }
    }

    /// A mean and its standard error, to the same place.
    pub(super) fn with_error(self, mean: Option<f64>, se: Option<f64>) -> String {
        let Some(mean) = mean else { return "–".to_owned() };
        let Some(se) = se else { return self.value(mean) };
        match self {
            Self::Percent => format!("{}\u{a0}±\u{a0}{:.2}", self.value(mean), 100.0 * se),
            Self::Plain => format!("{}\u{a0}±\u{a0}{}", number(mean), like(mean, se)),
        }
    }

    /// A difference, with its sign.
    pub(super) fn difference(self, value: f64) -> String {
        match self {
            Self::Percent => minus(&format!("{:+.2}", 100.0 * value)),
            Self::Plain if value > 0.0 => format!("+{}", number(value)),
            Self::Plain => number(value),
        }
    }

    /// What a difference is counted in, after a space.
    pub(super) fn of_difference(self) -> &'static str {
        match self {
            Self::Percent => "\u{a0}percentage points",
            Self::Plain => "",
        }
    }

    /// A mark on an axis.
    pub(super) fn mark(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}\u{a0}%", short(100.0 * value)),
            Self::Plain => short(value),
        }
    }
}

/// A round number as an axis writes it: no more digits than it has.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if (LARGE..HUGE).contains(&size) {
        return whole(value);
    }
    if size != 0.0 && !(1e-3..LARGE).contains(&size) {
        return tidy(&format!("{value:.0e}"));
    }
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    minus(if text == "-0" { "0" } else { text })
}

/// `value` to as many decimal places as `model` is written with.
fn like(model: f64, value: f64) -> String {
    if model.abs() >= LARGE {
        return whole(value);
    }
    let text = figure(model);
    match text.split_once('.') {
        Some((_, places)) if !places.contains('e') => format!("{value:.*}", places.len()),
        _ => number(value),
    }
}

/// A true minus sign, and powers of ten as such.
fn tidy(text: &str) -> String {
    let Some((digits, power)) = text.split_once('e') else { return minus(text) };
    let raised = |c: char| match c {
        '-' => '⁻',
        c => c.to_digit(10).map_or(c, |digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize]),
    };
    let power: String = power.chars().map(raised).collect();
    if digits == "1" { format!("10{power}") } else { format!("{}\u{a0}×\u{a0}10{power}", minus(digits)) }
}

fn minus(text: &str) -> String {
    text.replacen('-', "−", usize::from(text.starts_with('-')))
}
