//! Users' operations, right and wrong: every wrong rule must be refuted, by the right check.

use std::sync::Arc;

use tape::check::{Check, Options, Place, Report, Verdict, custom};
use tape::{Cost, Custom, Domain, Shape, Tape, Var, grad, reference};

/// What is wrong with the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// The sign of the jvp.
    JvpSign,
    /// The term of the second operand in the jvp.
    JvpDroppedTerm,
    /// Both derivatives, by the same factor.
    Factor,
    /// An operand in the vjp.
    VjpTransposed,
    /// The slope is constant in second derivatives.
    Frozen,
    /// An element that `forward_f32` leaves alone.
    Unwritten,
    /// The number of cotangents.
    Count,
    /// The shape of a cotangent.
    Shape,
}

/// sin(A·B)
struct SineOfProduct(Fault);

fn product<T: Copy + Into<f64>>(args: &[&[T]], shapes: &[Shape], mut write: impl FnMut(usize, f64)) {
    let (m, k, n) = (shapes[0].rows, shapes[0].cols, shapes[1].cols);
    for i in 0..m {
        for j in 0..n {
            let sum: f64 = (0..k).map(|l| args[0][i * k + l].into() * args[1][l * n + j].into()).sum();
            write(i * n + j, sum.sin());
        }
    }
}

impl SineOfProduct {
    fn slope<'t>(&self, args: &[Var<'t>]) -> Var<'t> {
        let slope = args[0].matmul(args[1]).cos();
        match self.0 {
            Fault::Frozen => slope.stop_gradient(),
            Fault::Factor => slope * 1.001,
            _ => slope,
        }
    }
}

impl Custom for SineOfProduct {
    fn name(&self) -> &str {
        "sine_of_product"
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        match args {
            [a, b] if a.cols == b.rows => Ok(Shape::new(a.rows, b.cols)),
            _ => Err(format!("no product of {args:?}")),
        }
    }

    fn forward_f32(&self, args: &[&[f32]], shapes: &[Shape], out: &mut [f32]) {
        let skipped = if self.0 == Fault::Unwritten { 1 } else { usize::MAX };
        product(args, shapes, |at, x| {
            if at != skipped {
                out[at] = x as f32;
            }
        });
    }

    fn forward_f64(&self, args: &[&[f64]], shapes: &[Shape], out: &mut [f64]) {
        product(args, shapes, |at, x| out[at] = x);
    }

    fn jvp<'t>(&self, args: &[Var<'t>], _: Var<'t>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        let of_a = tangents[0].map(|d| d.matmul(args[1]));
        let of_b = tangents[1].map(|d| args[0].matmul(d)).filter(|_| self.0 != Fault::JvpDroppedTerm);
        let moved = of_a.into_iter().chain(of_b).reduce(|a, b| a + b)?;
        let slope = self.slope(args);
        Some(moved * if self.0 == Fault::JvpSign { -slope } else { slope })
    }

    fn vjp<'t>(&self, args: &[Var<'t>], _: Var<'t>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let moved = cotangent * self.slope(args);
        let b = args[1];
        let square = b.rows() == b.cols();
        let of_a = moved.matmul(if self.0 == Fault::VjpTransposed && square { b } else { b.t() });
        match self.0 {
            Fault::Count => vec![Some(of_a)],
            Fault::Shape => vec![Some(of_a.sum()), None],
            _ => vec![Some(of_a), Some(args[0].t().matmul(moved))],
        }
    }

    fn cost(&self, args: &[Shape]) -> Cost {
        Cost { flops: (2 * args[0].len() * args[1].cols) as u64, elements: (args[0].len() + args[1].len()) as u64 }
    }

    fn cases(&self) -> Vec<Vec<(Shape, Domain)>> {
        let case = |m, k, n| vec![(Shape::new(m, k), Domain::REAL), (Shape::new(k, n), Domain::UNIT)];
        vec![case(2, 3, 3), case(1, 1, 2), case(0, 2, 1), case(2, 0, 3)]
    }
}

pub(crate) fn operation(fault: Fault) -> Arc<dyn Custom> {
    Arc::new(SineOfProduct(fault))
}

fn reports(fault: Fault) -> Vec<Report> {
    custom(&operation(fault), &Options { order: 3, ..Options::default() })
}

#[test]
fn a_right_operation_agrees_on_all_its_cases() {
    let reports = reports(Fault::None);
    assert_eq!(reports.len(), 4);
    reports.iter().for_each(Report::unwrap);
    assert_eq!(reports[0].findings().len(), 7, "every check had something to compare");
}

#[test]
fn every_fault_is_refuted_by_the_right_checks_and_no_other() {
    use Check::{Adjoint, Hvp, Jvp, Single, Symmetry, Third, Vjp};
    let table: [(Fault, &[Check]); 6] = [
        (Fault::JvpSign, &[Adjoint, Jvp]),
        (Fault::JvpDroppedTerm, &[Adjoint, Jvp]),
        (Fault::Factor, &[Jvp, Vjp]),
        (Fault::VjpTransposed, &[Adjoint, Vjp, Symmetry]),
        (Fault::Frozen, &[Hvp, Third]),
        (Fault::Unwritten, &[Single]),
    ];
    for (fault, expected) in table {
        let report = &reports(fault)[0];
        let refuted: Vec<Check> =
            report.findings().iter().filter(|f| f.verdict == Verdict::Disagrees).map(|f| f.check).collect();
        println!("{fault:?}\n{report}");
        assert!(report.findings().iter().all(|finding| finding.verdict != Verdict::Kink), "{fault:?}\n{report}");
        assert_eq!(refuted, expected, "{fault:?}\n{report}");
    }
}

#[test]
fn a_finding_says_where_and_by_how_much() {
    let report = &reports(Fault::Factor)[0];
    let finding = report.finding(Check::Vjp).expect("checked");
    assert!(matches!(finding.place, Place::Input { .. }));
    assert!((finding.values[0] / finding.values[1] - 1.001).abs() < 1e-9);
    assert!(finding.error < 1.1e-3 && finding.error > 0.9e-3);
    let unwritten = &reports(Fault::Unwritten)[0];
    assert_eq!(unwritten.finding(Check::Single).expect("checked").place, Place::Output { element: 1 });
}

#[test]
#[should_panic(
    expected = "sine_of_product: its rule gave 1 cotangents for 2 operands (recorded at tests/tape/custom.rs"
)]
fn a_missing_cotangent_panics() {
    let tape = Tape::new();
    let args = [tape.input(2, 2), tape.input(2, 2)];
    let _ = grad(Var::custom(&operation(Fault::Count), &args).sum(), args);
}

#[test]
#[should_panic(expected = "sine_of_product: its rule gave a cotangent of shape 1×1 for a value of shape 2×2")]
fn a_cotangent_of_another_shape_panics() {
    let tape = Tape::new();
    let args = [tape.input(2, 2), tape.input(2, 2)];
    let _ = grad(Var::custom(&operation(Fault::Shape), &args).sum(), args);
}

#[test]
fn in_the_middle_of_a_program() {
    let tape = Tape::new();
    let args = [tape.input(1, 2), tape.input(2, 1)];
    let loss = Var::custom(&operation(Fault::None), &args.map(|x| x * 2.0)).powi(2).sum();
    let slope = reference::evaluate(args, grad(loss, args), &[&[0.1, 0.2], &[0.3, -0.4]]);
    // d/da sin²(4 a·b) = 4 b sin(8 a·b)
    let expected = 4.0 * (8.0_f64 * (0.03 - 0.08)).sin();
    assert!((slope[0][0] - 0.3 * expected).abs() < 1e-15 && (slope[1][1] - 0.2 * expected).abs() < 1e-15);
}
