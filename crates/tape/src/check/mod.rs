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

mod compare;
mod custom;
mod differences;
mod options;
mod probe;
mod report;

pub use custom::custom;
pub use options::Options;
pub use report::{Check, Finding, Place, Report, Verdict};

use crate::check::compare::{difference, identity};
use crate::check::differences::Quotients;
use crate::check::probe::{Point, Probe, dot};
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
    let [value, gradient, tangent] =
        probe.evaluate([std::slice::from_ref(&probe.output), &probe.gradient, &[probe.tangent]], point);
    let adjoint = identity(Check::Adjoint, (&gradient, &point.v), (&point.u, &tangent), options);
    report.add(adjoint);

    let function = |at: &Point| probe.evaluate([&[probe.output]], at).concat();
    let along = Quotients::new(|t| function(&point.moved(&point.v, t)), &value, options.step);
    report.add(difference(Check::Jvp, &tangent, &along, &Place::output, options));

    for entry in options.entries_of(gradient.len()) {
        let mut direction = vec![0.0; gradient.len()];
        direction[entry] = 1.0;
        let paired = |at: &Point| vec![dot(&point.u, &function(at))];
        let along = Quotients::new(|t| paired(&point.moved(&direction, t)), &[dot(&point.u, &value)], options.step);
        // Relative to the largest entry of the whole gradient, not of this one.
        let along = along.with_scale(compare::largest(&gradient)).with_rounding(compare::paired(&point.u, &value));
        report.add(difference(Check::Vjp, &gradient[entry..=entry], &along, &|_| probe.place(entry), options));
    }
}

/// The Hessian of ⟨u, output⟩: symmetric, and the differences of the gradient.
fn check_second(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [gradient, hv] = probe.evaluate([&probe.gradient, &probe.curved], point);
    let [hw] = probe.evaluate([&probe.curved], &point.exchanged());
    report.add(identity(Check::Symmetry, (&point.w, &hv), (&hw, &point.v), options));

    let slope = |t| probe.evaluate([&probe.gradient], &point.moved(&point.v, t)).concat();
    let along = Quotients::new(slope, &gradient, options.step);
    report.add(difference(Check::Hvp, &hv, &along, &|entry| probe.place(entry), options));
}

/// The jvp of the Hessian-vector product against its differences.
fn check_third(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [hv, third] = probe.evaluate([&probe.curved, &probe.third], point);
    let curvature = |t| probe.evaluate([&probe.curved], &point.moved(&point.w, t)).concat();
    let along = Quotients::new(curvature, &hv, options.step);
    report.add(difference(Check::Third, &third, &along, &|entry| probe.place(entry), options));
}
