//! Elementary functions and activations in `f32`: ours beside the standard library, `wide` and SLEEF, each with its largest error.

use benches::accuracy::{Function, functions};
use kernels::Isa;
use kernels::reference::{self, ulps};
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

/// One function of [`functions`], what the others call it, and how far its arguments reach.
struct Row {
    name: &'static str,
    std: fn(f32) -> f32,
    wide: Option<fn(f32x8) -> f32x8>,
    sleef: Option<&'static str>,
    reach: f32,
}

/// The lines of the table.
fn table() -> Vec<Row> {
    let row = |name, std, reach| Row { name, std, wide: None, sleef: None, reach };
    vec![
        Row { wide: Some(|x| x.exp()), sleef: Some("exp"), ..row("exp", f32::exp, 80.0) },
        Row { sleef: Some("expm1"), ..row("expm1", f32::exp_m1, 80.0) },
        Row { wide: Some(|x| x.ln()), sleef: Some("log"), ..row("ln", f32::ln, 100.0) },
        Row { sleef: Some("log1p"), ..row("ln_1p", f32::ln_1p, 100.0) },
        Row { sleef: Some("tanh"), ..row("tanh", f32::tanh, 10.0) },
        Row {
            wide: Some(|x| f32x8::ONE / (f32x8::ONE + (-x).exp())),
            ..row("logistic", |x| 1.0 / (1.0 + (-x).exp()), 80.0)
        },
        Row { sleef: Some("erf"), ..row("erf", |x| reference::erf(x.into()) as f32, 5.0) },
        Row { wide: Some(|x| x.sin()), sleef: Some("sin"), ..row("sin", f32::sin, 100.0) },
        Row { wide: Some(|x| x.cos()), sleef: Some("cos"), ..row("cos", f32::cos, 100.0) },
        Row { wide: Some(|x| x.max(f32x8::ZERO)), ..row("relu", |x| x.max(0.0), 5.0) },
        Row {
            wide: Some(|x| x.max(f32x8::ZERO) + (f32x8::ONE + (-x.abs()).exp()).ln()),
            ..row("softplus", |x| x.max(0.0) + (-x.abs()).exp().ln_1p(), 80.0)
        },
        Row { wide: Some(|x| x / (f32x8::ONE + (-x).exp())), ..row("silu", |x| x / (1.0 + (-x).exp()), 80.0) },
        row("gelu", gelu, 5.0),
    ]
}

/// As it is usually written.
fn gelu(x: f32) -> f32 {
    let erf = reference::erf(f64::from(x * std::f32::consts::FRAC_1_SQRT_2)) as f32;
    0.5 * x * (1.0 + erf)
}

/// Measures every line.
pub(crate) fn measure(limits: &Limits, done: &mut impl FnMut(Line)) {
    let sleef = Sleef::load();
    if sleef.is_none() {
        println!("SLEEF (libsleef.so.3) is not here: left out");
    }
    for row in table() {
        let function = functions().into_iter().find(|function| function.name == row.name);
        done(line(&row, &function.expect("every row is one of the functions"), sleef, limits));
    }
}

fn line(row: &Row, function: &Function, sleef: Option<&'static Sleef>, limits: &Limits) -> Line {
    let maps = maps(row, function, sleef);
    let x: Vec<f32> = arguments(row.name, ELEMENTS, 4.0);
    let mut outs = vec![vec![0.0; ELEMENTS]; maps.len()];
    let peers = maps.iter().zip(&mut outs).map(|((name, map), out)| {
        let x = &x;
        Peer::new(*name, move || {
            map(x, out);
            ELEMENTS as f64
        })
    });
    let mut rates = interleave(peers.collect(), 1);
    for (rate, (_, map)) in rates.iter_mut().zip(&maps).skip(1) {
        rate.name = format!("{} [{:.2}]", rate.name, error(row, function, map));
    }
    println!("{:12} largest error of ours: {:.2} units in the last place", row.name, error(row, function, &maps[0].1));
    // Each element is read and written.
    let bytes = 2.0 * size_of::<f32>() as f64;
    let limit = limits.bandwidths.first().map_or(f64::NAN, |(_, rate)| rate / bytes);
    rates.push(Rate { name: LIMIT.into(), median: limit, best: limit });
    Line {
        bench: format!("fn_{}", row.name),
        shape: ELEMENTS.to_string(),
        threads: 1,
        unit: "Gelem/s",
        intensity: bytes.recip(),
        rates,
    }
}

/// Ours, then the others.
fn maps<'a>(row: &Row, function: &'a Function, sleef: Option<&'static Sleef>) -> Vec<(&'static str, Map<'a>)> {
    let std = row.std;
    let mut maps: Vec<(&'static str, Map<'a>)> = vec![
        (OURS, Box::new(|x, out| function.run(Isa::current(), x, out))),
        ("std", Box::new(move |x, out| out.iter_mut().zip(x).for_each(|(out, x)| *out = std(*x)))),
    ];
    if let Some(wide) = row.wide {
        maps.push((
            "wide",
            Box::new(move |x, out| {
                for (x, out) in x.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0) {
                    *out = wide(f32x8::from(*x)).to_array();
                }
            }),
        ));
    }
    if let Some(map) = row.sleef.zip(sleef).and_then(|(name, sleef)| sleef.function(name)) {
        maps.push(("sleef", map));
    }
    maps
}

/// Arguments up to ±`reach` (positive ones for ln), half of them evenly spread, half dense around 0.
fn arguments(name: &str, count: usize, reach: f32) -> Vec<f32> {
    let at = |i: usize| {
        let u = ((i as f64 * 0.618_033_988_749_894_9).fract() * 2.0 - 1.0) as f32;
        let x = if i.is_multiple_of(2) { u * reach } else { u * u * u * reach * 0.1 };
        match name {
            "ln" => x.abs(),
            "ln_1p" => x.max(-0.999),
            _ => x,
        }
    };
    (0..count).map(at).collect()
}

/// The largest error on a sample, in units in the last place of the exact value.
fn error(row: &Row, function: &Function, map: &Map<'_>) -> f64 {
    let x = arguments(row.name, SAMPLES, row.reach);
    let mut out = vec![0.0; x.len()];
    map(&x, &mut out);
    let errors = x.iter().zip(&out).map(|(&x, &out)| ulps(out, function.exact(x.into()), 0.0));
    errors.fold(0.0, f64::max)
}
