//! The gradient checker: derivatives against each other and against difference quotients.
//!
//! Exact identities come first, because they have no truncation error: ⟨vjp u, v⟩ = ⟨u, jvp v⟩, and ⟨w, H v⟩ = ⟨v, H w⟩. Then
//! everything is compared with central differences of what it is the derivative of. The answer is never a bare `false`: a
//! [`Report`] says which check failed, where, on which values, and whether the function looks as if it had a kink there.
//!
//! ```
//! use tape::{Tape, check};
//!
//! let tape = Tape::new();
//! let (x, w) = (tape.input(2, 3), tape.input(3, 1));
//! let loss = x.matmul(w).tanh().powi(2).sum();
//! let (x_data, w_data) = ([0.3, -0.1, 0.7, 0.2, 0.5, -0.4], [0.1, -0.6, 0.9]);
//! check::gradient(loss, w, (x, w), &[&x_data, &w_data], &check::Options::default()).unwrap();
//! ```

mod claim;
mod compare;
mod custom;
mod differences;
mod options;
mod probe;
mod report;

pub use custom::custom;
pub use options::Options;
pub use report::{Check, Finding, Place, Report, Verdict};

use crate::check::claim::Claim;
use crate::check::compare::{dot, identity, largest, paired};
use crate::check::probe::{Point, Probe};
use crate::generate::Sequence;
use crate::vars::list;
use crate::{Var, Vars};

/// Checks the derivatives of `output` (of any shape) with respect to `wrt`, which are among `inputs`, where the inputs have
/// these `values`. What a derivative needs is appended to the tape.
///
/// # Panics
/// When `values` do not fit the inputs, a variable of `wrt` is not among them, or the options ask for a higher order than a
/// mixture of the program has.
#[track_caller]
pub fn gradient<'t>(
    output: Var<'t>,
    wrt: impl Vars<'t>,
    inputs: impl Vars<'t>,
    values: &[&[f64]],
    options: &Options,
) -> Report {
    let probe = Probe::new(output, list(&wrt), list(&inputs), values, options.order);
    let mut directions = Sequence::new(options.seed);
    let mut report = Report::default();
    for _ in 0..options.directions {
        let point = probe.point(&mut directions);
        check_first(&probe, &point, options, &mut report);
        if options.order >= 2 {
            check_second(&probe, &point, options, &mut report);
        }
        if options.order >= 3 {
            check_third(&probe, &point, options, &mut report);
        }
    }
    report
}

/// vjp against jvp, and each against differences of the function.
fn check_first(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [value, gradient, tangent] = probe.evaluate([&[probe.output], &probe.gradient, &[probe.tangent]], point);
    report.add(identity(Check::Adjoint, [&gradient, &point.v], [&point.u, &tangent], options));

    let function = |at: &Point| probe.evaluate([&[probe.output]], at).concat();
    let jvp = Claim {
        check: Check::Jvp,
        derivative: &tangent,
        function: |t| function(&point.moved(&point.v, t)),
        value: &value,
        size: largest(&value),
        scale: options.floor,
    };
    report.add(jvp.test(|element| Place::Output { element }, options));

    for entry in options.entries_of(gradient.len()) {
        let mut direction = vec![0.0; gradient.len()];
        direction[entry] = 1.0;
        let vjp = Claim {
            check: Check::Vjp,
            derivative: &gradient[entry..=entry],
            function: |t| vec![dot(&point.u, &function(&point.moved(&direction, t)))],
            value: &[dot(&point.u, &value)],
            size: paired(&point.u, &value),
            // One entry at a time, but relative to the largest of the whole gradient.
            scale: largest(&gradient).max(options.floor),
        };
        report.add(vjp.test(|_| probe.place(entry), options));
    }
}

/// The Hessian of ⟨u, output⟩: symmetric, and the differences of the gradient.
fn check_second(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [gradient, hv] = probe.evaluate([&probe.gradient, &probe.curved], point);
    let [hw] = probe.evaluate([&probe.curved], &point.exchanged());
    report.add(identity(Check::Symmetry, [&point.w, &hv], [&point.v, &hw], options));

    let hvp = Claim {
        check: Check::Hvp,
        derivative: &hv,
        function: |t| probe.evaluate([&probe.gradient], &point.moved(&point.v, t)).concat(),
        value: &gradient,
        size: largest(&gradient),
        scale: options.floor,
    };
    report.add(hvp.test(|entry| probe.place(entry), options));
}

/// The jvp of the Hessian-vector product against its differences.
fn check_third(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [hv, third] = probe.evaluate([&probe.curved, &probe.third], point);
    let jvp_of_hvp = Claim {
        check: Check::Third,
        derivative: &third,
        function: |t| probe.evaluate([&probe.curved], &point.moved(&point.w, t)).concat(),
        value: &hv,
        size: largest(&hv),
        scale: options.floor,
    };
    report.add(jvp_of_hvp.test(|entry| probe.place(entry), options));
}
