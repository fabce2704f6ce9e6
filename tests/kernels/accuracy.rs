//! Elementary functions: errors in ULP on a million points each, and the ends of their domains.

use kernels::reference::ulps;
use kernels::{Elementwise, Float, Isa, Real, reference};

use crate::points::points;

struct Case {
    op: Elementwise,
    range: [f64; 2],
    /// Largest errors in `f32` and `f64`; the oracle of the latter is itself rounded.
    bounds: [f64; 2],
    exact: fn(f64) -> f64,
}

const fn case(op: Elementwise, range: [f64; 2], bounds: [f64; 2], exact: fn(f64) -> f64) -> Case {
    Case { op, range, bounds, exact }
}

const THIRD: Real = Real::new(1.0 / 3.0);

/// Bounds as measured, rounded up.
const CASES: &[Case] = &[
    case(Elementwise::Exp, [-760.0, 710.0], [1.0, 1.0], f64::exp),
    case(Elementwise::Exp, [-110.0, 90.0], [1.0, 1.0], f64::exp),
    case(Elementwise::Expm1, [-60.0, 710.0], [1.5, 2.0], f64::exp_m1),
    case(Elementwise::Expm1, [-3.0, 3.0], [1.5, 2.0], f64::exp_m1),
    case(Elementwise::Ln, [0.0, 1e38], [0.9, 1.0], f64::ln),
    case(Elementwise::Ln, [0.0, 3.0], [0.9, 1.0], f64::ln),
    case(Elementwise::Ln1p, [-0.999_999_9, 3.0], [0.9, 1.0], f64::ln_1p),
    case(Elementwise::Ln1p, [-0.999_999_9, 3e38], [0.9, 1.0], f64::ln_1p),
    case(Elementwise::Tanh, [-20.0, 20.0], [1.4, 2.0], f64::tanh),
    case(Elementwise::Tanh, [-1.0, 1.0], [1.4, 2.0], f64::tanh),
    case(Elementwise::Logistic, [-750.0, 50.0], [1.5, 3.0], reference::logistic),
    case(Elementwise::Logistic, [-105.0, 10.0], [1.5, 3.0], reference::logistic),
    case(Elementwise::Erf, [-6.0, 6.0], [1.0, 1.5], libm::erf),
    case(Elementwise::Sin, [-1500.0, 1500.0], [1.5, 1.0], f64::sin),
    case(Elementwise::Sin, [-1.5e6, 1.5e6], [1.5, 1.0], f64::sin),
    case(Elementwise::Sin, [-1e30, 1e30], [1.5, 1.0], f64::sin),
    case(Elementwise::Cos, [-1500.0, 1500.0], [1.5, 1.0], f64::cos),
    case(Elementwise::Cos, [-1.5e6, 1.5e6], [1.5, 1.0], f64::cos),
    case(Elementwise::Asin, [-1.0, 1.0], [2.5, 2.0], f64::asin),
    case(Elementwise::Atan, [-3.0, 3.0], [2.4, 3.0], f64::atan),
    case(Elementwise::Atan, [-1e30, 1e30], [2.4, 3.0], f64::atan),
    case(Elementwise::Powi(3), [-5.0, 5.0], [2.0, 2.0], |x| libm::pow(x, 3.0)),
    case(Elementwise::Powi(5), [-5.0, 5.0], [4.0, 4.0], |x| libm::pow(x, 5.0)),
    case(Elementwise::Powi(7), [-5.0, 5.0], [1.0, 1.0], |x| libm::pow(x, 7.0)),
    case(Elementwise::Powi(-2), [-5.0, 5.0], [3.0, 3.0], |x| libm::pow(x, -2.0)),
    case(Elementwise::Powi(-11), [-5.0, 5.0], [1.0, 1.0], |x| libm::pow(x, -11.0)),
    case(Elementwise::Powf(THIRD), [0.0, 1e38], [1.0, 1.0], |x| libm::pow(x, THIRD.get())),
    case(Elementwise::Powf(Real::new(2.7)), [0.0, 100.0], [1.0, 1.0], |x| libm::pow(x, 2.7)),
    case(Elementwise::Powf(Real::new(-40.1)), [0.0, 4.0], [1.0, 1.0], |x| libm::pow(x, -40.1)),
];

/// Whether every instruction set keeps the bound.
fn measure<T: Float>(case: &Case, bound: f64) -> bool {
    let x = points::<T>(1_000_000, case.range);
    let exact: Vec<f64> = x.iter().map(|x| (case.exact)(x.to_f64())).collect();
    let mut out = vec![T::ZERO; x.len()];
    let mut good = true;
    for &isa in Isa::available() {
        out.fill(T::of(f64::NAN));
        case.op.apply_with(isa, [&x, &[], &[]], &mut out);
        let errors = out.iter().zip(&exact).map(|(out, exact)| ulps(*out, *exact, 0.0));
        let (at, worst) = errors.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are points");
        let verdict = if worst <= bound { "" } else { "TOO LARGE: " };
        let (op, range, at) = (case.op, case.range, x[at].to_f64());
        println!("{verdict}{isa} {} {op:?} on {range:?}: {worst:.2} ULP at {at:e}", T::NAME);
        good &= worst <= bound;
    }
    good
}

#[test]
fn units_in_the_last_place() {
    let next = 1.0_f32.next_up();
    assert_eq!(ulps(next, 1.0, 0.0), 1.0);
    assert_eq!(ulps(1.0_f32, f64::from(next), 0.0), 1.0);
    assert_eq!(ulps(1.0_f32, 1.0, 0.0), 0.0);
    assert_eq!(ulps(1.0_f32.next_down(), 1.0, 0.0), 0.5);
    assert_eq!(ulps(f32::from_bits(1), 0.0, 0.0), 1.0);
    assert_eq!(ulps(f32::NAN, 1.0, 0.0), f64::INFINITY);
    assert_eq!(ulps(f32::INFINITY, 1e30, 0.0), f64::INFINITY);
    assert_eq!(ulps(f32::INFINITY, 1e300, 0.0), 0.0);
    assert_eq!(ulps(next, 1.0, 1.0), 0.0);
}

#[test]
fn single_precision() {
    let good = CASES.iter().filter(|case| measure::<f32>(case, case.bounds[0])).count();
    assert_eq!(good, CASES.len(), "cases within their bounds");
}

#[test]
fn double_precision() {
    let good = CASES.iter().filter(|case| measure::<f64>(case, case.bounds[1])).count();
    assert_eq!(good, CASES.len(), "cases within their bounds");
}

/// Every operation of one operand.
const UNARY: &[Elementwise] = &[
    Elementwise::Neg,
    Elementwise::Abs,
    Elementwise::Sign,
    Elementwise::Recip,
    Elementwise::Sqrt,
    Elementwise::Exp,
    Elementwise::Ln,
    Elementwise::Expm1,
    Elementwise::Ln1p,
    Elementwise::Tanh,
    Elementwise::Logistic,
    Elementwise::Erf,
    Elementwise::Sin,
    Elementwise::Cos,
    Elementwise::Asin,
    Elementwise::Atan,
    Elementwise::Powi(-3),
    Elementwise::Powi(-2),
    Elementwise::Powi(-1),
    Elementwise::Powi(0),
    Elementwise::Powi(1),
    Elementwise::Powi(2),
    Elementwise::Powi(3),
    Elementwise::Powi(4),
    Elementwise::Powi(6),
    Elementwise::Powi(9),
    Elementwise::Powf(THIRD),
    Elementwise::Powf(Real::new(-0.5)),
    Elementwise::Powf(Real::new(3.0)),
    Elementwise::Powf(Real::new(-4.0)),
    Elementwise::Powf(Real::new(0.0)),
    Elementwise::Powf(Real::new(1e300)),
    Elementwise::Powf(Real::new(f64::INFINITY)),
    Elementwise::Scale(THIRD),
    Elementwise::Shift(THIRD),
];

/// Ends, zeros, subnormal numbers, NaN; signs of zeros count.
fn ends<T: Float>(least: f64, normal: f64, largest: f64) {
    let sizes = [0.0, least, normal / 2.0, normal, 1e-10, 0.5, 1.0, 2.0, 100.0, 1e5, 1e30, largest, f64::INFINITY];
    let mut x: Vec<T> = sizes.iter().flat_map(|x| [T::of(*x), T::of(-*x)]).collect();
    x.push(T::of(f64::NAN));
    for &op in UNARY {
        for &isa in Isa::available() {
            let mut out = vec![T::ONE; x.len()];
            op.apply_with(isa, [&x, &[], &[]], &mut out);
            for (x, out) in x.iter().zip(&out) {
                let exact = op.reference([x.to_f64(); 3]);
                let (out, rounded) = (*out, T::of(exact).to_f64());
                let message = format!(
                    "{isa} {} {op:?} at {x:e}: {out:e}, {exact:e}",
                    T::NAME,
                    x = x.to_f64(),
                    out = out.to_f64()
                );
                assert!(ulps(out, exact, 0.0) <= 4.0, "{message}");
                assert!(rounded != 0.0 || out.to_f64().is_sign_negative() == exact.is_sign_negative(), "{message}");
            }
        }
    }
}

#[test]
fn ends_of_domains() {
    ends::<f32>(1e-45, f64::from(f32::MIN_POSITIVE), f64::from(f32::MAX));
    ends::<f64>(5e-324, f64::MIN_POSITIVE, f64::MAX);
}

/// Operations of two and three operands are exact; every length, nothing read or written beyond it.
#[test]
fn several_operands_and_ragged_ends() {
    let values = [0.0, -0.0, 1.5, -2.25, f64::INFINITY, f64::NAN, 3.0, -7.0];
    let (ops, n) = (
        [
            Elementwise::Add,
            Elementwise::Sub,
            Elementwise::Mul,
            Elementwise::Div,
            Elementwise::Min,
            Elementwise::Max,
            Elementwise::Less,
            Elementwise::Select,
        ],
        67,
    );
    let operand = |step: usize| -> Vec<f32> { (0..n).map(|i| values[(i * step + i / 8) % 8] as f32).collect() };
    let [a, b, c] = [operand(1), operand(3), operand(5)];
    for op in ops {
        for &isa in Isa::available() {
            for length in 0..n {
                let mut out = vec![9.0_f32; n];
                op.apply_with(isa, [&a, &b, &c], &mut out[..length]);
                assert!(out[length..].iter().all(|x| *x == 9.0), "{isa} {op:?} wrote beyond {length}");
                for i in 0..length {
                    let exact = op.reference([a[i], b[i], c[i]].map(f64::from)) as f32;
                    assert!(out[i] == exact || (out[i].is_nan() && exact.is_nan()), "{isa} {op:?} at {i} of {length}");
                }
            }
        }
    }
}
