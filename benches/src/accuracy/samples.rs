//! Errors of the `f64` functions on random arguments, against numbers of 106 bits.

use kernels::Isa;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

use super::exact::{self, Exact};
use super::{CHUNK, Function, functions};

/// A function of [`functions`] in `f64`.
#[derive(Clone, Debug)]
pub struct Sampled {
    function: Function,
    /// The largest error that it should have, in units in the last place.
    pub bar: f64,
    exact: fn(f64) -> Exact,
    /// Where arguments are taken from.
    range: [f64; 2],
}

/// The worst of some arguments on one path.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The path.
    pub isa: Isa,
    /// The largest error, in units in the last place.
    pub worst: f64,
    /// The argument that has it.
    pub at: f64,
    /// Arguments with an error above the bar, and those where a number, an infinity or NaN stands for another.
    pub wrong: u64,
}

/// A name in [`functions`], the exact function, and where arguments are taken from.
type Row = (&'static str, fn(f64) -> Exact, [f64; 2]);

/// Beyond it, sine and cosine are those of the platform.
const TRIG_REACH: f64 = 1_572_864.0;

const TABLE: [Row; 12] = [
    ("exp", exact::exp, [-746.0, 710.0]),
    ("expm1", exact::expm1, [-60.0, 710.0]),
    ("ln", exact::ln, [0.0, 1e308]),
    ("ln_1p", exact::ln_1p, [-0.999_999_999, 1e308]),
    ("tanh", exact::tanh, [-25.0, 25.0]),
    ("logistic", exact::logistic, [-746.0, 746.0]),
    ("erf", exact::erf, [-7.0, 7.0]),
    ("sin", exact::sin, [-TRIG_REACH, TRIG_REACH]),
    ("cos", exact::cos, [-TRIG_REACH, TRIG_REACH]),
    ("softplus", exact::softplus, [-746.0, 746.0]),
    ("silu", exact::silu, [-752.0, 752.0]),
    ("gelu", exact::gelu, [-38.6, 38.6]),
];

/// All that have an exact function.
pub fn sampled() -> Vec<Sampled> {
    let named =
        |name| functions().into_iter().find(|function| function.name == name).expect("it is one of the functions");
    TABLE.into_iter().map(|(name, exact, range)| Sampled { function: named(name), bar: 2.0, exact, range }).collect()
}

impl Sampled {
    /// Its name, as in tables and on the command line.
    pub fn name(&self) -> &str {
        &self.function.name
    }

    /// Tries some arguments on every path of this machine, the same ones for the same number.
    pub fn measure(&self, samples: u64) -> Vec<Sample> {
        let none = || Isa::available().iter().copied().map(Sample::none).collect();
        let chunks = samples.div_ceil(CHUNK as u64);
        let worst = (0..chunks).into_par_iter().map(|chunk| {
            let count = CHUNK.min((samples - chunk * CHUNK as u64) as usize);
            self.worst(&self.arguments(chunk, count))
        });
        worst.reduce(none, |a, b| a.into_iter().zip(b).map(|(a, b)| a.join(b)).collect())
    }

    /// One half of them is even over the range, the other over the exponents of what lies in it.
    fn arguments(&self, chunk: u64, count: usize) -> Vec<f64> {
        const LEAST: f64 = -60.0;
        let mut rng = ChaCha8Rng::seed_from_u64(chunk);
        let [low, high] = self.range;
        let mut argument = |i: usize| {
            if i.is_multiple_of(2) {
                return rng.random_range(low..high);
            }
            let end = if low < 0.0 && rng.random() { low } else { high };
            (rng.random_range(LEAST..end.abs().log2())).exp2().copysign(end)
        };
        (0..count).map(&mut argument).collect()
    }

    fn worst(&self, x: &[f64]) -> Vec<Sample> {
        let exact: Vec<Exact> = x.iter().map(|&x| (self.exact)(x)).collect();
        let mut out = vec![f64::NAN; x.len()];
        let worst = Isa::available().iter().map(|&isa| {
            self.function.run(isa, x, &mut out);
            let mut sample = Sample::none(isa);
            for ((&x, &out), exact) in x.iter().zip(&out).zip(&exact) {
                let error = exact.ulps(out);
                sample = sample.join(Sample { isa, worst: error, at: x, wrong: u64::from(error > self.bar) });
            }
            sample
        });
        worst.collect()
    }
}

impl Sample {
    /// Of no arguments.
    fn none(isa: Isa) -> Self {
        Self { isa, worst: 0.0, at: 0.0, wrong: 0 }
    }

    fn join(self, other: Self) -> Self {
        let worse = if other.worst > self.worst { other } else { self };
        Self { wrong: self.wrong + other.wrong, ..worse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exact functions against digits from elsewhere (`exact.py`), to 2⁻⁸⁵.
    #[test]
    fn exact_functions_have_their_digits() {
        for line in include_str!("exact.tsv").lines() {
            let (name, numbers) = line.split_once('\t').expect("a name and numbers");
            let numbers: Vec<f64> = numbers.split('\t').map(|x| x.parse().expect("a number")).collect();
            let [x, high, low, power] = numbers[..] else { panic!("four numbers: {line}") };
            let (_, exact, _) = TABLE.into_iter().find(|row| row.0 == name).expect("it is in the table");
            let found = exact(x);
            let found = found.value.scaled(found.power - power as i32);
            let error = ((found.high - high) + (found.low - low)).abs();
            assert!(error < 2.0_f64.powi(-85), "{name}({x}): off by {error:e}");
        }
    }

    /// A unit more than the exact value rounded, and what is beyond the range.
    #[test]
    fn units_in_the_last_place() {
        let e = std::f64::consts::E;
        assert_eq!(exact::exp(1.0).ulps(e), 0.0);
        assert!((exact::exp(1.0).ulps(e.next_up()) - 1.0).abs() < 0.5);
        assert_eq!(exact::exp(-745.2).ulps(0.0), 0.0);
        assert_eq!(exact::exp(-745.0).ulps(f64::from_bits(1)), 0.0);
        assert!(exact::exp(-745.0).ulps(f64::from_bits(2)) > 0.5);
        assert_eq!(exact::exp(710.0).ulps(f64::INFINITY), 0.0);
        assert_eq!(exact::exp(700.0).ulps(f64::INFINITY), f64::INFINITY);
        assert_eq!(exact::exp(0.0).ulps(f64::NAN), f64::INFINITY);
    }
}
