//! Infinities and NaN in the grid, as in Stan's `expect_ad`: values are those of IEEE arithmetic in the slow twin and compiled, and
//! a derivative is NaN or infinite exactly where its formula is.

use tape::generate::ELEMENTWISE;
use tape::{Element, Elementwise, Par, Real, Tape, Var, jvp, reference, vjp};

const GRID: [f64; 11] = [f64::NEG_INFINITY, -2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, f64::INFINITY, f64::NAN];

fn record<'t>(op: Elementwise, x: &[Var<'t>]) -> Var<'t> {
    use Elementwise as E;
    match op {
        E::Add => x[0] + x[1],
        E::Sub => x[0] - x[1],
        E::Mul => x[0] * x[1],
        E::Div => x[0] / x[1],
        E::Min => x[0].min(x[1]),
        E::Max => x[0].max(x[1]),
        E::Less => x[0].less(x[1]),
        E::Select => x[0].select(x[1], x[2]),
        E::Neg => -x[0],
        E::Abs => x[0].abs(),
        E::Sign => x[0].sign(),
        E::Recip => x[0].recip(),
        E::Sqrt => x[0].sqrt(),
        E::Exp => x[0].exp(),
        E::Ln => x[0].ln(),
        E::Expm1 => x[0].exp_m1(),
        E::Ln1p => x[0].ln_1p(),
        E::Tanh => x[0].tanh(),
        E::Logistic => x[0].logistic(),
        E::Erf => x[0].erf(),
        E::Sin => x[0].sin(),
        E::Cos => x[0].cos(),
        E::Asin => x[0].asin(),
        E::Atan => x[0].atan(),
        E::Powi(n) => x[0].powi(n),
        E::Powf(p) => x[0].powf(p.get()),
        E::Scale(s) => x[0] * s.get(),
        E::Shift(s) => x[0] + s.get(),
    }
}

/// Every operation with payloads that matter.
fn operations() -> Vec<Elementwise> {
    use Elementwise as E;
    let payload = |op| match op {
        E::Powi(_) => vec![E::Powi(3), E::Powi(2), E::Powi(0), E::Powi(-2)],
        E::Powf(_) => vec![E::Powf(Real::new(0.5)), E::Powf(Real::new(2.0))],
        E::Scale(_) => vec![E::Scale(Real::new(-3.0))],
        E::Shift(_) => vec![E::Shift(Real::new(1.0))],
        op => vec![op],
    };
    ELEMENTWISE.into_iter().flat_map(payload).collect()
}

/// All points of the grid for this many operands, one list for each operand.
fn points(arity: usize) -> Vec<Vec<f64>> {
    let count = GRID.len().pow(arity as u32);
    (0..arity).map(|arg| (0..count).map(|i| GRID[i / GRID.len().pow(arg as u32) % GRID.len()]).collect()).collect()
}

fn same(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.0)
}

fn run<T: Element>(inputs: &[Var<'_>], outputs: &[Var<'_>], values: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let values: Vec<Vec<T>> = values.iter().map(|value| value.iter().map(|&x| T::of(x)).collect()).collect();
    let values: Vec<&[T]> = values.iter().map(Vec::as_slice).collect();
    let mut runner = inputs[0].tape().compile::<T>(inputs.to_vec(), outputs.to_vec()).runner(Par::Seq);
    runner.evaluate(&values);
    (0..outputs.len()).map(|i| runner.output(i).iter().map(|x| x.to_f64()).collect()).collect()
}

#[test]
fn values_and_derivatives_of_infinities_and_nan() {
    for op in operations() {
        let tape = Tape::new();
        let values = points(op.arity());
        let x: Vec<Var<'_>> = values.iter().map(|value| tape.input(value.len(), 1)).collect();
        let y = record(op, &x);
        let ones = tape.full(y.rows(), 1, 1.0);
        let slopes = vjp(y, ones, x.clone());
        let outputs: Vec<Var<'_>> = [y].into_iter().chain(slopes).collect();
        let slices: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
        let exact = reference::evaluate(x.clone(), outputs.clone(), &slices);
        for (i, &found) in exact[0].iter().enumerate() {
            let operand = |n: usize| values.get(n).map_or(0.0, |value| value[i]);
            let expected = op.reference([operand(0), operand(1), operand(2)]);
            assert!(same(found, expected, 0.0), "{op:?} at {:?}: {found} for {expected}", [operand(0), operand(1)]);
        }
        // Forward mode has the same slopes.
        for (n, (slope, var)) in exact[1..].iter().zip(&x).enumerate() {
            let moved = reference::evaluate(x.clone(), jvp(y, *var, ones), &slices).concat();
            for (i, (a, b)) in slope.iter().zip(&moved).enumerate() {
                assert!(same(*a, *b, 0.0), "{op:?}, operand {n}, point {i}: {a} backwards and {b} forwards");
            }
        }
        for (name, found, tolerance) in
            [("f64", run::<f64>(&x, &outputs, &values), 1e-13), ("f32", run::<f32>(&x, &outputs, &values), 1e-5)]
        {
            for (output, (found, exact)) in found.iter().zip(&exact).enumerate() {
                for (i, (a, b)) in found.iter().zip(exact).enumerate() {
                    let at: Vec<f64> = values.iter().map(|value| value[i]).collect();
                    assert!(same(*a, *b, tolerance), "{op:?} in {name} at {at:?}, output {output}: {a} for {b}");
                }
            }
        }
    }
}

/// Where a function has a slope at infinity or at the border of its domain, the derivative has it.
#[test]
fn slopes_at_infinity_and_at_borders() {
    type Row = (&'static str, for<'t> fn(Var<'t>) -> Var<'t>, f64, f64);
    let table: [Row; 12] = [
        ("tanh", |x| x.tanh(), f64::INFINITY, 0.0),
        ("logistic", |x| x.logistic(), f64::NEG_INFINITY, 0.0),
        ("erf", |x| x.erf(), f64::NEG_INFINITY, 0.0),
        ("atan", |x| x.atan(), f64::INFINITY, 0.0),
        ("exp", |x| x.exp(), f64::NEG_INFINITY, 0.0),
        ("expm1", |x| x.exp_m1(), f64::NEG_INFINITY, 0.0),
        ("ln", |x| x.ln(), f64::INFINITY, 0.0),
        ("ln", |x| x.ln(), 0.0, f64::INFINITY),
        ("ln_1p", |x| x.ln_1p(), -1.0, f64::INFINITY),
        ("sqrt", |x| x.sqrt(), 0.0, f64::INFINITY),
        ("asin", |x| x.asin(), 1.0, f64::INFINITY),
        ("recip", |x| x.recip(), f64::INFINITY, 0.0),
    ];
    for (name, f, at, expected) in table {
        let slope = super::slopes(f, &[at])[0];
        assert!(slope == expected, "{name} at {at}: {slope}, expected {expected}");
    }
}
