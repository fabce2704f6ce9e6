//! Elementary functions and activations in `f32`: ours beside the standard library, `wide` and SLEEF, each with its largest error.

use kernels::{Activation, Bank, Elementwise, Par, Sum, map, mixture};
use wide::f32x8;

use crate::foreign::Sleef;
use crate::limits::Limits;
use crate::timing::{LIMIT, Line, OURS, Peer, Rate, interleave};

/// Elements of a call: they lie in a second-level cache.
const ELEMENTS: usize = 1 << 16;
/// Arguments on which errors are measured.
const SAMPLES: usize = 1 << 21;

/// What computes a function over a slice.
type Map<'a> = Box<dyn Fn(&[f32], &mut [f32]) + 'a>;

/// One function: ours, what the others call it, and how far its arguments reach.
struct Function {
    name: &'static str,
    ours: Ours,
    reference: fn(f64) -> f64,
    std: fn(f32) -> f32,
    wide: Option<fn(f32x8) -> f32x8>,
    sleef: Option<&'static str>,
    reach: f32,
}

enum Ours {
    Elementwise(Elementwise),
    Activation(Activation),
}

/// The lines of the table.
fn table() -> Vec<Function> {
    let of = |name, op, reference, std, reach| Function {
        name,
        ours: Ours::Elementwise(op),
        reference,
        std,
        wide: None,
        sleef: None,
        reach,
    };
    let activation = |name, activation, std, wide, reach| Function {
        name,
        ours: Ours::Activation(activation),
        reference: match activation {
            Activation::Relu => |x| Activation::Relu.reference(x)[0],
            Activation::Softplus => |x| Activation::Softplus.reference(x)[0],
            Activation::Silu => |x| Activation::Silu.reference(x)[0],
            _ => |x| Activation::Gelu.reference(x)[0],
        },
        std,
        wide,
        sleef: None,
        reach,
    };
    vec![
        Function {
            wide: Some(|x| x.exp()),
            sleef: Some("exp"),
            ..of("exp", Elementwise::Exp, f64::exp, f32::exp, 80.0)
        },
        Function { sleef: Some("expm1"), ..of("expm1", Elementwise::Expm1, f64::exp_m1, f32::exp_m1, 80.0) },
        Function {
            wide: Some(|x| x.abs().ln()),
            sleef: Some("log"),
            ..of("ln", Elementwise::Ln, f64::ln, f32::ln, 100.0)
        },
        Function { sleef: Some("log1p"), ..of("ln_1p", Elementwise::Ln1p, f64::ln_1p, f32::ln_1p, 100.0) },
        Function { sleef: Some("tanh"), ..of("tanh", Elementwise::Tanh, f64::tanh, f32::tanh, 10.0) },
        Function {
            wide: Some(|x| f32x8::ONE / (f32x8::ONE + (-x).exp())),
            ..of("logistic", Elementwise::Logistic, kernels::reference::logistic, |x| 1.0 / (1.0 + (-x).exp()), 80.0)
        },
        Function {
            sleef: Some("erf"),
            ..of("erf", Elementwise::Erf, kernels::reference::erf, |x| kernels::reference::erf(x.into()) as f32, 5.0)
        },
        Function {
            wide: Some(|x| x.sin()),
            sleef: Some("sin"),
            ..of("sin", Elementwise::Sin, f64::sin, f32::sin, 100.0)
        },
        Function {
            wide: Some(|x| x.cos()),
            sleef: Some("cos"),
            ..of("cos", Elementwise::Cos, f64::cos, f32::cos, 100.0)
        },
        activation("relu", Activation::Relu, |x| x.max(0.0), Some(|x| x.max(f32x8::ZERO)), 5.0),
        activation(
            "softplus",
            Activation::Softplus,
            |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Some(|x| x.max(f32x8::ZERO) + (f32x8::ONE + (-x.abs()).exp()).ln()),
            80.0,
        ),
        activation("silu", Activation::Silu, |x| x / (1.0 + (-x).exp()), Some(|x| x / (f32x8::ONE + (-x).exp())), 80.0),
        activation("gelu", Activation::Gelu, gelu, None, 5.0),
    ]
}

/// As it is usually written.
fn gelu(x: f32) -> f32 {
    let erf = kernels::reference::erf(f64::from(x * std::f32::consts::FRAC_1_SQRT_2)) as f32;
    0.5 * x * (1.0 + erf)
}

/// Measures every line.
pub(crate) fn measure(limits: &Limits, done: &mut impl FnMut(Line)) {
    let sleef = Sleef::load();
    if sleef.is_none() {
        println!("SLEEF (libsleef.so.3) is not here: left out");
    }
    for function in table() {
        done(line(&function, sleef, limits));
    }
}

fn line(function: &Function, sleef: Option<&'static Sleef>, limits: &Limits) -> Line {
    let maps = maps(function, sleef);
    let x: Vec<f32> = arguments(function, ELEMENTS, 4.0);
    let mut outs = vec![vec![0.0; ELEMENTS]; maps.len()];
    let peers = maps.iter().zip(&mut outs).map(|((name, map), out)| {
        let x = &x;
        Peer::new(*name, move || {
            map(x, out);
            ELEMENTS as f64
        })
    });
    let mut rates = interleave(peers.collect());
    for (rate, (_, map)) in rates.iter_mut().zip(&maps).skip(1) {
        rate.name = format!("{} [{:.2}]", rate.name, error(function, map));
    }
    println!("{:12} largest error of ours: {:.2} units in the last place", function.name, error(function, &maps[0].1));
    // Each element is read and written.
    let bytes = 2.0 * size_of::<f32>() as f64;
    let limit = limits.bandwidths.first().map_or(f64::NAN, |(_, rate)| rate / bytes);
    rates.push(Rate { name: LIMIT.into(), median: limit, best: limit });
    Line {
        bench: format!("fn_{}", function.name),
        shape: ELEMENTS.to_string(),
        threads: 1,
        unit: "Gelem/s",
        intensity: bytes.recip(),
        rates,
    }
}

/// Ours, then the others.
fn maps(function: &Function, sleef: Option<&'static Sleef>) -> Vec<(&'static str, Map<'static>)> {
    let ours: Map<'static> = match function.ours {
        Ours::Elementwise(op) => Box::new(move |x, out| map(Par::Seq, op, x, out)),
        Ours::Activation(activation) => {
            let bank = Bank::new([activation]);
            Box::new(move |x, out| {
                let sum = Sum { coefficients: &[1.0], order: 0, out };
                mixture(Par::Seq, &bank, x, 1, x.len(), 1, &mut [sum], &mut [], &mut []);
            })
        }
    };
    let std = function.std;
    let mut maps: Vec<(&'static str, Map<'static>)> = vec![(OURS, ours)];
    maps.push(("std", Box::new(move |x, out| out.iter_mut().zip(x).for_each(|(out, x)| *out = std(*x)))));
    if let Some(wide) = function.wide {
        maps.push((
            "wide",
            Box::new(move |x, out| {
                for (x, out) in x.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0) {
                    *out = wide(f32x8::from(*x)).to_array();
                }
            }),
        ));
    }
    if let Some(map) = function.sleef.zip(sleef).and_then(|(name, sleef)| sleef.function(name)) {
        maps.push(("sleef", map));
    }
    maps
}

/// Arguments up to ±`reach` (positive ones for ln), half of them evenly spread, half dense around 0.
fn arguments(function: &Function, count: usize, reach: f32) -> Vec<f32> {
    let at = |i: usize| {
        let u = ((i as f64 * 0.618_033_988_749_894_9).fract() * 2.0 - 1.0) as f32;
        let x = if i.is_multiple_of(2) { u * reach } else { u * u * u * reach * 0.1 };
        match function.name {
            "ln" => x.abs(),
            "ln_1p" => x.max(-0.999),
            _ => x,
        }
    };
    (0..count).map(at).collect()
}

/// The largest error on a sample, in units in the last place of the exact value.
fn error(function: &Function, map: &Map<'_>) -> f64 {
    let x = arguments(function, SAMPLES, function.reach);
    let mut out = vec![0.0; x.len()];
    map(&x, &mut out);
    let errors = x.iter().zip(&out).map(|(&x, &out)| {
        let exact = (function.reference)(f64::from(x));
        let nearest = (exact as f32).abs().max(f32::MIN_POSITIVE);
        (f64::from(out) - exact).abs() / f64::from(nearest.next_up() - nearest)
    });
    errors.fold(0.0, f64::max)
}
