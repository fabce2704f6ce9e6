//! The check of a user's operation on the cases that it names itself.

use std::sync::Arc;

use crate::check::compare::{largest, relative};
use crate::check::{Check, Finding, Options, Place, Report, Verdict, gradient};
use crate::generate::{Sequence, within};
use crate::{Custom, Tape, Var};

/// What `forward_f32` may differ from `forward_f64`, relative to the largest entry.
const SINGLE: f64 = 1e-4;

/// Checks a user's operation on each of its cases: one report for every case, in order.
///
/// Elements are drawn from the domains of the case; the derivatives of all operands are checked, and that both element types
/// compute the same.
///
/// ```
/// use std::sync::Arc;
/// use tape::{Cost, Custom, Domain, Shape, Var, check};
///
/// /// x³, elementwise.
/// struct Cube;
///
/// impl Custom for Cube {
///     fn name(&self) -> &str {
///         "cube"
///     }
///     fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
///         Ok(args[0])
///     }
///     fn forward_f32(&self, args: &[&[f32]], _: &[Shape], out: &mut [f32]) {
///         out.iter_mut().zip(args[0]).for_each(|(out, x)| *out = x * x * x);
///     }
///     fn forward_f64(&self, args: &[&[f64]], _: &[Shape], out: &mut [f64]) {
///         out.iter_mut().zip(args[0]).for_each(|(out, x)| *out = x * x * x);
///     }
///     fn jvp<'t>(&self, args: &[Var<'t>], _: Var<'t>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
///         tangents[0].map(|d| 3.0 * args[0] * args[0] * d)
///     }
///     fn vjp<'t>(&self, args: &[Var<'t>], _: Var<'t>, c: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
///         // The factor 3 is missing.
///         vec![Some(args[0] * args[0] * c)]
///     }
///     fn cost(&self, args: &[Shape]) -> Cost {
///         Cost { flops: 2 * args[0].len() as u64, elements: 2 * args[0].len() as u64 }
///     }
///     fn cases(&self) -> Vec<Vec<(Shape, Domain)>> {
///         vec![vec![(Shape::new(2, 3), Domain::REAL)], vec![(Shape::new(0, 1), Domain::REAL)]]
///     }
/// }
///
/// let cube: Arc<dyn Custom> = Arc::new(Cube);
/// let reports = check::custom(&cube, &check::Options::default());
/// assert_eq!(reports[0].finding(check::Check::Jvp).unwrap().verdict, check::Verdict::Agrees);
/// assert_eq!(reports[0].finding(check::Check::Vjp).unwrap().verdict, check::Verdict::Disagrees);
/// assert_eq!(reports[1].verdict(), check::Verdict::Agrees, "a matrix without elements proves nothing");
/// ```
///
/// # Panics
/// When the operation refuses the shapes of its own case, or a derivative has another shape than its operand.
#[track_caller]
pub fn custom(operation: &Arc<dyn Custom>, options: &Options) -> Vec<Report> {
    let mut sequence = Sequence::new(options.seed);
    let check_case = |case: Vec<_>| {
        let tape = Tape::new();
        let draw =
            |&(shape, domain): &(crate::Shape, _)| (0..shape.len()).map(|_| within(&mut sequence, domain)).collect();
        let data: Vec<Vec<f64>> = case.iter().map(draw).collect();
        let inputs: Vec<Var<'_>> = case.iter().map(|(shape, _)| tape.input(shape.rows, shape.cols)).collect();
        let output = Var::custom(operation, &inputs);
        let values: Vec<&[f64]> = data.iter().map(Vec::as_slice).collect();
        let mut report = gradient(output, inputs.clone(), inputs.clone(), &values, options);
        report.add(single(&**operation, &inputs, output, &values));
        report
    };
    operation.cases().into_iter().map(check_case).collect()
}

/// `forward_f32` against `forward_f64` on the same operands, which are first rounded to `f32`.
fn single(operation: &dyn Custom, inputs: &[Var<'_>], output: Var<'_>, values: &[&[f64]]) -> Option<Finding> {
    let shapes: Vec<_> = inputs.iter().map(|input| input.shape()).collect();
    let narrow: Vec<Vec<f32>> = values.iter().map(|value| value.iter().map(|&x| x as f32).collect()).collect();
    let wide: Vec<Vec<f64>> = narrow.iter().map(|value| value.iter().map(|&x| f64::from(x)).collect()).collect();
    // What is left unwritten shows as NaN.
    let (mut out32, mut out64) = (vec![f32::NAN; output.shape().len()], vec![f64::NAN; output.shape().len()]);
    operation.forward_f32(&narrow.iter().map(Vec::as_slice).collect::<Vec<_>>(), &shapes, &mut out32);
    operation.forward_f64(&wide.iter().map(Vec::as_slice).collect::<Vec<_>>(), &shapes, &mut out64);
    let scale = largest(&out64);
    let pairs = out32.iter().map(|&x| f64::from(x)).zip(out64).enumerate();
    let findings = pairs.map(|(element, (narrow, wide))| {
        let error = relative((narrow - wide).abs(), scale);
        let verdict = if error <= SINGLE { Verdict::Agrees } else { Verdict::Disagrees };
        let place = Place::Output { element };
        Finding { check: Check::Single, verdict, place, values: [narrow, wide], error, tolerance: SINGLE }
    });
    findings.reduce(Finding::worse)
}
