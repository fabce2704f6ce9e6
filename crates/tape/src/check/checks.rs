//! The checks of the derivatives of one function, at one point.

use crate::Var;
use crate::check::Options;
use crate::check::claim::{Claim, Tested};
use crate::check::compare::{dot, identity, largest, paired, relative};
use crate::check::probe::{Point, Probe};
use crate::check::report::{Check, Finding, Place, Report, Verdict};
use crate::generate::Sequence;

/// Everything that the options ask for.
pub(crate) fn compare(probe: &Probe<'_>, options: &Options) -> Report {
    let mut directions = Sequence::new(options.seed);
    let mut report = Report::default();
    for _ in 0..options.directions {
        let point = probe.point(&mut directions);
        first(probe, &point, options, &mut report);
        if options.order >= 2 {
            second(probe, &point, options, &mut report);
        }
        if options.order >= 3 {
            third(probe, &point, options, &mut report);
        }
    }
    report
}

/// What an explanation of a difference rests on: how far rounding moves the derivative, and how far the function.
struct Rounding<'a, 't> {
    probe: &'a Probe<'t>,
    point: &'a Point,
    /// Lists of values with what a rounding error in one of them is multiplied by.
    derivative: Vec<(&'a [Var<'t>], f64)>,
    function: Option<(&'a [Var<'t>], f64)>,
}

impl<'t> Rounding<'_, 't> {
    /// What was found without differences, its verdict milder if rounding of the derivative explains it.
    fn explain(&self, finding: Finding) -> Finding {
        self.milder(finding, f64::INFINITY)
    }

    /// What differences found, its verdict milder if rounding explains it: that of the function is divided by the step.
    fn explain_quotients(&self, tested: Tested) -> Finding {
        self.milder(tested.finding, tested.step)
    }

    /// Both: without a step, an infinite one, rounding of the function explains nothing.
    fn milder(&self, finding: Finding, step: f64) -> Finding {
        // Rounding errors of many nodes may add up.
        const TIMES: f64 = 16.0;
        if finding.verdict <= Verdict::Cancellation || !finding.is_finite() {
            return finding;
        }
        let distance = (finding.values[0] - finding.values[1]).abs();
        let spread = |&(vars, factor): &(&[Var<'t>], f64)| factor * self.probe.spread(vars, self.point);
        let of_derivative: f64 = self.derivative.iter().map(spread).sum();
        let of_function = self.function.as_ref().map_or(0.0, spread);
        let verdict = match finding.verdict {
            Verdict::Disagrees if distance <= TIMES * of_derivative => Verdict::Precision,
            _ if distance <= TIMES * of_function / step => Verdict::Cancellation,
            verdict => verdict,
        };
        Finding { verdict, ..finding }
    }
}

/// Σ |xᵢ|
fn total(values: &[f64]) -> f64 {
    values.iter().map(|x| x.abs()).sum()
}

/// vjp against jvp, each against differences of the function, and jvp against Taylor series.
fn first(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [value, gradient, tangent] = probe.evaluate([&[probe.output], &probe.gradient, &[probe.tangent]], point);
    let (output, tangents) = ([probe.output], [probe.tangent]);
    let adjoint = identity(Check::Adjoint, [&gradient, &point.v], [&point.u, &tangent], options);
    let rounding = |derivative, function| Rounding { probe, point, derivative, function };
    let both = vec![(&*probe.gradient, total(&point.v)), (&tangents[..], total(&point.u))];
    report.add(rounding(both, None).explain(adjoint));

    let function = |at: &Point| probe.evaluate([&[probe.output]], at).concat();
    let jvp = Claim {
        check: Check::Jvp,
        derivative: &tangent,
        function: |t| function(&point.moved(&point.v, t)),
        value: &value,
        size: largest(&value),
        scale: options.floor,
    };
    let explained = rounding(vec![(&tangents[..], 1.0)], Some((&output[..], 1.0)));
    report
        .add(jvp.test(|element| Place::Output { element }, options).map(|tested| explained.explain_quotients(tested)));

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
        let explained = rounding(vec![(&probe.gradient, 1.0)], Some((&output[..], total(&point.u))));
        report.add(vjp.test(|_| probe.place(entry), options).map(|tested| explained.explain_quotients(tested)));
    }

    if let Some([_, slope, curvature, _]) = probe.series(point) {
        let explained = rounding(vec![(&tangents[..], 1.0)], None);
        report.add(series(&tangent, &slope, options).map(|found| explained.explain(found)));
        if options.order >= 2 {
            report.add(curvature_of(probe, point, &curvature, options));
        }
    }
}

/// jvp against the first coefficient of Taylor series.
fn series(tangent: &[f64], slope: &[f64], options: &Options) -> Option<Finding> {
    let scale = largest(tangent).max(largest(slope)).max(options.floor);
    let findings = tangent.iter().zip(slope).enumerate().map(|(element, (&ours, &theirs))| {
        judge(Check::Series, Place::Output { element }, [ours, theirs], scale, options.series)
    });
    findings.reduce(Finding::worse)
}

/// ⟨v, H v⟩ against the second coefficient.
fn curvature_of(probe: &Probe<'_>, point: &Point, curvature: &[f64], options: &Options) -> Finding {
    let [hv] = probe.evaluate([&probe.curved], point);
    let values = [dot(&point.v, &hv), dot(&point.u, curvature)];
    let scale = paired(&point.v, &hv).max(paired(&point.u, curvature)).max(options.floor);
    let finding = judge(Check::Curvature, Place::Everywhere, values, scale, options.series);
    let derivative = vec![(&*probe.curved, total(&point.v))];
    Rounding { probe, point, derivative, function: None }.explain(finding)
}

/// Two values that should be equal to a part `tolerance` of `scale`.
fn judge(check: Check, place: Place, values: [f64; 2], scale: f64, tolerance: f64) -> Finding {
    let [ours, theirs] = values;
    // Infinities of one sign are equal.
    let error = if ours == theirs { 0.0 } else { relative((ours - theirs).abs(), scale) };
    let verdict = if error <= tolerance { Verdict::Agrees } else { Verdict::Disagrees };
    Finding { check, verdict, place, values, error, tolerance }
}

/// The Hessian of ⟨u, output⟩: symmetric, and the differences of the gradient.
fn second(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [gradient, hv] = probe.evaluate([&probe.gradient, &probe.curved], point);
    let [hw] = probe.evaluate([&probe.curved], &point.exchanged());
    let symmetry = identity(Check::Symmetry, [&point.w, &hv], [&point.v, &hw], options);
    let derivative = vec![(&*probe.curved, total(&point.v) + total(&point.w))];
    report.add(Rounding { probe, point, derivative, function: None }.explain(symmetry));

    let hvp = Claim {
        check: Check::Hvp,
        derivative: &hv,
        function: |t| probe.evaluate([&probe.gradient], &point.moved(&point.v, t)).concat(),
        value: &gradient,
        size: largest(&gradient),
        scale: options.floor,
    };
    let function = Some((&*probe.gradient, 1.0));
    let explained = Rounding { probe, point, derivative: vec![(&*probe.curved, 1.0)], function };
    report.add(hvp.test(|entry| probe.place(entry), options).map(|tested| explained.explain_quotients(tested)));
}

/// The jvp of the Hessian-vector product against its differences.
fn third(probe: &Probe<'_>, point: &Point, options: &Options, report: &mut Report) {
    let [hv, third] = probe.evaluate([&probe.curved, &probe.third], point);
    let jvp_of_hvp = Claim {
        check: Check::Third,
        derivative: &third,
        function: |t| probe.evaluate([&probe.curved], &point.moved(&point.w, t)).concat(),
        value: &hv,
        size: largest(&hv),
        scale: options.floor,
    };
    let function = Some((&*probe.curved, 1.0));
    let explained = Rounding { probe, point, derivative: vec![(&*probe.third, 1.0)], function };
    report.add(jvp_of_hvp.test(|entry| probe.place(entry), options).map(|tested| explained.explain_quotients(tested)));
}
