//! Users' own functions: recorded by a closure, or written by hand in plain Rust.

use crate::check::claim::{Claim, Tested};
use crate::check::compare::largest;
use crate::check::report::{Check, Finding, Place, Report, Verdict};
use crate::check::{Options, gradient};
use crate::recording::simpler_numbers;
use crate::{Shape, Tape, Var};

/// Checks the derivatives of a function that is recorded by a closure, in all its inputs: a shape and elements for each.
///
/// ```
/// use tape::{Shape, check};
///
/// let point = [(Shape::new(2, 2), &[0.3, -0.1, 0.7, 0.2][..]), (Shape::new(2, 1), &[0.5, -0.4][..])];
/// check::function(|x| x[0].matmul(x[1]).tanh().sum(), &point, &check::Options::default()).unwrap();
/// ```
///
/// # Panics
/// When the elements do not fit the shapes, or as the closure does.
#[track_caller]
pub fn function(
    f: impl for<'a, 't> Fn(&'a [Var<'t>]) -> Var<'t>,
    point: &[(Shape, &[f64])],
    options: &Options,
) -> Report {
    let tape = Tape::new();
    let inputs: Vec<Var<'_>> = point.iter().map(|(shape, _)| tape.input(shape.rows, shape.cols)).collect();
    let values: Vec<&[f64]> = point.iter().map(|&(_, values)| values).collect();
    gradient(f(&inputs), inputs.clone(), inputs, &values, options)
}

/// Checks the gradient of a function, both written by hand in plain Rust, against differences.
///
/// ```
/// use tape::check::{self, Cause};
///
/// let f = |x: &[f64]| x[0] * x[0] * x[1];
/// let right = |x: &[f64]| vec![2.0 * x[0] * x[1], x[0] * x[0]];
/// let wrong = |x: &[f64]| vec![2.0 * x[0] * x[1], x[0]];
/// let options = check::Options::default();
/// check::by_hand(f, right, &[0.37, -2.81], &options).unwrap();
/// let report = check::by_hand(f, wrong, &[0.37, -2.81], &options);
/// assert_eq!(report.cause(), Cause::Wrong);
/// assert_eq!(report.smallest_input().unwrap(), [[-1.0, 0.0]]);
/// ```
///
/// # Panics
/// When the gradient has another length than `x`.
#[track_caller]
pub fn by_hand(
    f: impl Fn(&[f64]) -> f64,
    gradient: impl Fn(&[f64]) -> Vec<f64>,
    x: &[f64],
    options: &Options,
) -> Report {
    let mut report = compare(&f, &gradient, x, options);
    if report.verdict() == Verdict::Disagrees {
        let mut smallest = x.to_vec();
        for i in 0..x.len() {
            for simple in simpler_numbers(smallest[i]) {
                let before = std::mem::replace(&mut smallest[i], simple);
                let found = compare(&f, &gradient, &smallest, options);
                let refuted =
                    found.worst().is_some_and(|worst| worst.verdict == Verdict::Disagrees && worst.is_finite());
                if refuted {
                    break;
                }
                smallest[i] = before;
            }
        }
        report.smallest_input = Some(vec![smallest]);
    }
    report
}

#[track_caller]
fn compare(f: &impl Fn(&[f64]) -> f64, gradient: &impl Fn(&[f64]) -> Vec<f64>, x: &[f64], options: &Options) -> Report {
    let (value, slopes) = (f(x), gradient(x));
    assert!(slopes.len() == x.len(), "by_hand: a gradient of {} entries for {} numbers", slopes.len(), x.len());
    let mut report = Report::default();
    for entry in options.entries_of(x.len()) {
        let claim = Claim {
            check: Check::Vjp,
            derivative: &slopes[entry..=entry],
            function: |t| {
                let mut moved = x.to_vec();
                moved[entry] += t;
                vec![f(&moved)]
            },
            value: &[value],
            size: value.abs(),
            scale: largest(&slopes).max(options.floor),
        };
        let place = |_| Place::Input { input: 0, element: entry };
        let explained = claim.test(place, options).map(|Tested { mut finding, .. }| {
            let distance = |finding: &Finding| (finding.values[0] - finding.values[1]).abs();
            // Rounding errors of quotients shrink as the step grows; what is wrong stays wrong.
            let shrinks = |by: f64| {
                let wider = claim.test(place, &Options { step: by * options.step, ..*options });
                wider.is_some_and(|wider| distance(&wider.finding) <= 0.1 * distance(&finding))
            };
            finding.verdict = match finding.verdict {
                Verdict::Disagrees if distance(&finding) <= spread(gradient, x, entry) => Verdict::Precision,
                Verdict::Disagrees | Verdict::Kink if WIDER.into_iter().any(shrinks) => Verdict::Cancellation,
                verdict => verdict,
            };
            finding
        });
        report.add(explained);
    }
    report
}

/// Steps that tell cancellation, as multiples of the usual one.
const WIDER: [f64; 3] = [16.0, 256.0, 4096.0];

/// How far rounding of the inputs moves an entry of the gradient.
fn spread(gradient: &impl Fn(&[f64]) -> Vec<f64>, x: &[f64], entry: usize) -> f64 {
    // As many units in the last place as a few operations may lose.
    const NOISE: [f64; 4] = [16.0, -16.0, 5.0, -11.0];
    let slope = gradient(x)[entry];
    NOISE.iter().enumerate().fold(0.0, |spread: f64, (n, noise)| {
        let sign = |i: usize| if (i + n).is_multiple_of(2) { 1.0 } else { -1.0 };
        let moved: Vec<f64> = x.iter().enumerate().map(|(i, x)| x * (1.0 + sign(i) * noise * f64::EPSILON)).collect();
        spread.max((gradient(&moved)[entry] - slope).abs())
    })
}
