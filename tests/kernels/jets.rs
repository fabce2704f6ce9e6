//! Activations and their derivatives: `f32` against the reference on a million points, `f64` against a table of exact values.

use kernels::reference::ulps;
use kernels::{Activation, Bank, Float, Isa, Par, Real, Sum, mixture_scratch, mixture_with};

use crate::points::points;

/// σ⁽ᵏ⁾(x): a mixture of one.
fn jet<T: Float>(isa: Isa, activation: Activation, order: usize, x: &[T]) -> Vec<T> {
    let mut out = vec![T::of(f64::NAN); x.len()];
    let mut sums = [Sum { coefficients: &[T::ONE], order, out: &mut out }];
    let bank = Bank::new([activation]);
    let mut scratch = vec![T::of(f64::NAN); mixture_scratch::<T>(&bank, 1, x.len(), 1, 0)];
    mixture_with(isa, Par::Seq, &bank, x, 1, x.len(), 1, &mut sums, &mut [], &mut scratch);
    out
}

struct Case {
    activation: Activation,
    range: [f64; 2],
    /// Largest errors of \[σ, σ′, σ″, σ‴\] in ULP, beyond an absolute floor in units of ε beside the zeros of each.
    bounds: [f64; 4],
    floors: [f64; 4],
}

const fn case(activation: Activation, reach: f64, bounds: [f64; 4], floors: [f64; 4]) -> Case {
    Case { activation, range: [-reach, reach], bounds, floors }
}

const EXACT: [f64; 4] = [0.0; 4];

const CASES: &[Case] = &[
    case(Activation::Relu, 1e30, EXACT, EXACT),
    case(Activation::LeakyRelu(Real::new(0.1)), 1e30, [1.0, 1.0, 0.0, 0.0], EXACT),
    case(Activation::Identity, 1e30, EXACT, EXACT),
    case(Activation::Square, 1e10, [0.5, 0.0, 0.0, 0.0], EXACT),
    case(Activation::Tanh, 40.0, [1.4, 3.4, 4.0, 4.0], [0.0, 0.0, 0.0, 6.0]),
    case(Activation::Tanh, 4.0, [1.4, 3.4, 4.0, 4.0], [0.0, 0.0, 0.0, 6.0]),
    case(Activation::Sigmoid, 110.0, [1.5, 2.5, 4.0, 4.0], [0.0, 0.0, 1.0, 1.0]),
    case(Activation::Sigmoid, 4.0, [1.5, 2.5, 4.0, 4.0], [0.0, 0.0, 1.0, 1.0]),
    case(Activation::Softplus, 110.0, [1.9, 1.5, 2.5, 4.0], [0.0, 0.0, 0.0, 1.0]),
    case(Activation::Softplus, 4.0, [1.9, 1.5, 2.5, 4.0], [0.0, 0.0, 0.0, 1.0]),
    case(Activation::Silu, 110.0, [2.4, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 2.0]),
    case(Activation::Silu, 4.0, [2.4, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 2.0]),
    case(Activation::Gelu, 12.5, [2.0, 1.5, 4.0, 4.0], [0.0, 1.0, 2.0, 2.0]),
    case(Activation::Gelu, 2.0, [2.0, 1.5, 4.0, 4.0], [0.0, 1.0, 2.0, 2.0]),
    case(Activation::Elu(Real::new(1.5)), 110.0, [2.0, 2.0, 2.0, 2.0], EXACT),
    case(Activation::Elu(Real::new(1.5)), 4.0, [2.0, 2.0, 2.0, 2.0], EXACT),
    case(Activation::Sin, 1e5, [1.5, 1.5, 1.5, 1.5], EXACT),
    case(Activation::Erf, 9.0, [1.0, 1.4, 2.0, 2.0], [0.0, 0.0, 0.0, 2.0]),
    case(Activation::Erf, 2.0, [1.0, 1.4, 2.0, 2.0], [0.0, 0.0, 0.0, 2.0]),
    case(Activation::Hermite(1), 4.0, EXACT, EXACT),
    case(Activation::Hermite(2), 4.0, [4.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]),
    case(Activation::Hermite(3), 4.0, [4.0, 4.0, 1.0, 1.0], [16.0, 4.0, 0.0, 0.0]),
    case(Activation::Hermite(6), 4.0, [4.0; 4], [64.0; 4]),
];

#[test]
fn single_precision() {
    let mut good = true;
    for Case { activation, range, bounds, floors } in CASES {
        let x = points::<f32>(1_000_000, *range);
        let exact: Vec<[f64; 4]> = x.iter().map(|x| activation.reference(f64::from(*x))).collect();
        for &isa in Isa::available() {
            for order in 0..4 {
                let out = jet(isa, *activation, order, &x);
                let floor = floors[order] * f64::from(f32::EPSILON);
                let errors = out.iter().zip(&exact).map(|(out, exact)| ulps(*out, exact[order], floor));
                let (at, worst) = errors.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are points");
                let message = format!("{isa} {activation:?} order {order} on {range:?}: {worst:.2} ULP at {:e}", x[at]);
                println!("{}{message}", if worst <= bounds[order] { "" } else { "TOO LARGE " });
                good &= worst <= bounds[order];
            }
        }
    }
    assert!(good, "an error is too large");
}

/// Activations by their names in the table.
fn named(name: &str) -> Activation {
    match name {
        "tanh" => Activation::Tanh,
        "sigmoid" => Activation::Sigmoid,
        "silu" => Activation::Silu,
        "gelu" => Activation::Gelu,
        "erf" => Activation::Erf,
        "softplus" => Activation::Softplus,
        "elu" => Activation::Elu(Real::new(1.5)),
        "sin" => Activation::Sin,
        "hermite5" => Activation::Hermite(5),
        _ => panic!("no activation {name}"),
    }
}

/// Errors of `f64`, in ULP beyond a floor of 4ε (64ε for the polynomial): at most 4.
#[test]
fn double_precision() {
    for line in include_str!("jets.tsv").lines() {
        let (name, numbers) = line.split_once('\t').expect("a name and numbers");
        let numbers: Vec<f64> = numbers.split('\t').map(|x| x.parse().expect("a number")).collect();
        let activation = named(name);
        let floor = if matches!(activation, Activation::Hermite(_)) { 64.0 } else { 0.0 };
        for &isa in Isa::available() {
            for order in 0..4 {
                let floor = (if order > 0 { f64::max(floor, 4.0) } else { floor }) * f64::EPSILON;
                let out = jet(isa, activation, order, &numbers[..1])[0];
                let error = ulps(out, numbers[1 + order], floor);
                assert!(error <= 4.0, "{isa} {name} order {order} at {:e}: {out:e}, {error} ULP", numbers[0]);
            }
        }
    }
}

/// Kinks as stated, limits at infinity, NaN; one element at a time, so that nothing hides in a lane.
fn ends<T: Float>() {
    let activations = CASES.iter().map(|case| case.activation).filter(|a| !matches!(a, Activation::Hermite(_)));
    for activation in activations {
        for x in [0.0, -0.0, 1e-30, -1e-30, 1e4, -1e4, 1e30, -1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let exact = activation.reference(x);
            for &isa in Isa::available() {
                for order in 0..4 {
                    let out = jet(isa, activation, order, &[T::of(x)])[0];
                    let floor = if T::NAME == "f32" { 1e-6 } else { 1e-15 };
                    let error = ulps(out, activation.reference(T::of(x).to_f64())[order], floor);
                    assert!(error <= 4.0, "{isa} {} {activation:?} order {order} at {x:e}: {out}, {exact:?}", T::NAME);
                }
            }
        }
    }
}

#[test]
fn ends_and_kinks() {
    ends::<f32>();
    ends::<f64>();
}
