//! Errors of the `f32` functions over all 2³² inputs, or over every so-manieth; of the `f64` functions on random arguments ([`sampled`]).
//!
//! The inputs are cut into [`BLOCKS`] blocks of consecutive bit patterns. What is known of a block is one [`Record`] for each
//! function and path; a run that was broken off goes on with the blocks that have none.

mod double;
mod exact;
mod samples;

use kernels::reference::{self, ulps};
use kernels::{Activation, Bank, Elementwise, Float, Isa, Par, Real, Sum, mixture_scratch, mixture_with};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use samples::{Sample, Sampled, sampled};

/// Blocks that the inputs are cut into.
pub const BLOCKS: u32 = 256;
/// Inputs of a block.
const BLOCK: u64 = (1 << 32) / BLOCKS as u64;
/// Inputs that are evaluated together.
const CHUNK: usize = 1 << 14;
/// Absolute errors of derivatives of each order, in ε, that are not counted: beside a change of sign, and where values are small.
const FLOORS: [f64; 4] = [0.0, 0.5, 0.5, 2.0];
/// That of tanh‴, whose values reach 2 and which changes by 6 times what tanh′ is off.
const FLOOR_OF_TANH: f64 = 6.0;
/// What the published bound of a mixture grants each of its activations, in ε(|σ⁽ᵏ⁾| + 1).
const GRANTED: f64 = 8.0;

/// A function whose error is measured.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, as in tables and on the command line.
    pub name: String,
    /// The largest error that it should have.
    pub bar: f64,
    op: Op,
    unit: Unit,
}

/// What errors are measured in.
#[derive(Clone, Copy, Debug)]
enum Unit {
    /// Units in the last place, beyond an absolute error that is not counted.
    Ulps { floor: f64 },
    /// ε(|exact value| + 1)
    Epsilons,
}

#[derive(Clone, Debug)]
enum Op {
    Elementwise(Elementwise, fn(f64) -> f64),
    /// A derivative of an activation; 0 is its value.
    Jet(Activation, usize),
    /// The same beside another activation, whose coefficient is 0.
    Mixed(Activation, usize),
}

/// A name, the largest error, the operation and its slow twin.
type Elementary = (&'static str, f64, Elementwise, fn(f64) -> f64);

/// The elementary functions, then the activations with their derivatives, then these where they are not alone in their bank.
pub fn functions() -> Vec<Function> {
    let elementary: [Elementary; 11] = [
        ("exp", 1.0, Elementwise::Exp, f64::exp),
        ("expm1", 1.5, Elementwise::Expm1, f64::exp_m1),
        ("ln", 1.5, Elementwise::Ln, f64::ln),
        ("ln_1p", 1.5, Elementwise::Ln1p, f64::ln_1p),
        ("tanh", 1.5, Elementwise::Tanh, f64::tanh),
        ("logistic", 1.5, Elementwise::Logistic, reference::logistic),
        ("erf", 1.0, Elementwise::Erf, reference::erf),
        ("sin", 1.5, Elementwise::Sin, f64::sin),
        ("cos", 1.5, Elementwise::Cos, f64::cos),
        ("asin", 2.5, Elementwise::Asin, f64::asin),
        ("atan", 2.5, Elementwise::Atan, f64::atan),
    ];
    let activations = [
        ("relu", 0.0, Activation::Relu),
        ("softplus", 2.0, Activation::Softplus),
        ("silu", 2.0, Activation::Silu),
        ("gelu", 2.0, Activation::Gelu),
        ("elu", 2.0, Activation::Elu(Real::new(1.0))),
    ];
    let slopes =
        [("tanh", 1.5, Activation::Tanh), ("sigmoid", 1.5, Activation::Sigmoid), ("erf", 1.0, Activation::Erf)];
    let jet = |(name, bar, activation): (&str, f64, Activation), order: usize| Function {
        name: format!("{name}{}", PRIMES[order]),
        bar,
        op: Op::Jet(activation, order),
        unit: Unit::Ulps {
            floor: f64::from(f32::EPSILON)
                * if (activation, order) == (Activation::Tanh, 3) { FLOOR_OF_TANH } else { FLOORS[order] },
        },
    };
    let elementary = elementary.map(|(name, bar, op, exact)| Function {
        name: name.into(),
        bar,
        op: Op::Elementwise(op, exact),
        unit: Unit::Ulps { floor: 0.0 },
    });
    let values = activations.into_iter().flat_map(|activation| (0..4).map(move |order| (activation, order)));
    let slopes = slopes.into_iter().flat_map(|activation| (1..4).map(move |order| (activation, order)));
    let alone = values.chain(slopes).map(|(activation, order)| jet(activation, order));
    elementary.into_iter().chain(alone).chain(mixed()).collect()
}

/// The activations that have loops of their own for a bank of several.
fn mixed() -> impl Iterator<Item = Function> {
    let activations = [
        ("tanh", Activation::Tanh),
        ("sigmoid", Activation::Sigmoid),
        ("softplus", Activation::Softplus),
        ("silu", Activation::Silu),
        ("gelu", Activation::Gelu),
        ("elu", Activation::Elu(Real::new(1.0))),
        ("sin", Activation::Sin),
        ("erf", Activation::Erf),
    ];
    activations.into_iter().flat_map(|(name, activation)| {
        (0..4).map(move |order| Function {
            name: format!("mixed-{name}{}", PRIMES[order]),
            bar: GRANTED,
            op: Op::Mixed(activation, order),
            unit: Unit::Epsilons,
        })
    })
}

/// What marks the order of a derivative.
const PRIMES: [&str; 4] = ["", "′", "″", "‴"];

/// What is known of one block of inputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The function.
    pub function: String,
    /// The instruction set.
    pub path: String,
    /// The block.
    pub block: u32,
    /// Every so-manieth input was tried.
    pub stride: u64,
    /// Inputs that were tried.
    pub tried: u64,
    /// The largest error, in units in the last place.
    pub worst: f64,
    /// The bit pattern of the input that has it.
    pub at: u32,
    /// Inputs with an error above the bar, and those where a number, an infinity or NaN stands for another.
    pub wrong: u64,
}

/// The worst of some inputs.
#[derive(Clone, Copy)]
struct Worst {
    error: f64,
    at: u32,
    wrong: u64,
}

impl Worst {
    const NONE: Self = Self { error: 0.0, at: 0, wrong: 0 };

    fn join(self, other: Self) -> Self {
        let worse = if other.error > self.error { other } else { self };
        Self { wrong: self.wrong + other.wrong, ..worse }
    }
}

impl Function {
    /// Tries every `stride`-th input of a block on every path of this machine.
    pub fn measure(&self, block: u32, stride: u64) -> Vec<Record> {
        let first = u64::from(block) * BLOCK;
        let begin = first.next_multiple_of(stride);
        let tried = (first + BLOCK).saturating_sub(begin).div_ceil(stride);
        let chunks = tried.div_ceil(CHUNK as u64);
        let paths = Isa::available();
        let worst = (0..chunks).into_par_iter().map(|chunk| {
            let from = chunk * CHUNK as u64;
            let count = CHUNK.min((tried - from) as usize);
            let x: Vec<f32> = (0..count as u64).map(|i| f32::from_bits((begin + (from + i) * stride) as u32)).collect();
            self.worst(&x)
        });
        let join = |a: Vec<Worst>, b: Vec<Worst>| a.into_iter().zip(b).map(|(a, b)| a.join(b)).collect();
        let worst: Vec<Worst> = worst.reduce(|| vec![Worst::NONE; paths.len()], join);
        let record = |(isa, worst): (&Isa, Worst)| Record {
            function: self.name.clone(),
            path: isa.name().into(),
            block,
            stride,
            tried,
            worst: worst.error,
            at: worst.at,
            wrong: worst.wrong,
        };
        paths.iter().zip(worst).map(record).collect()
    }

    /// The worst of some inputs on every path.
    fn worst(&self, x: &[f32]) -> Vec<Worst> {
        let exact: Vec<f64> = x.iter().map(|x| self.exact(f64::from(*x))).collect();
        let mut out = vec![f32::NAN; x.len()];
        let worst = Isa::available().iter().map(|isa| {
            self.run(*isa, x, &mut out);
            let errors = x.iter().zip(&out).zip(&exact);
            errors.fold(Worst::NONE, |worst, ((x, out), exact)| {
                let error = self.unit.error(*out, *exact);
                worst.join(Worst { error, at: x.to_bits(), wrong: u64::from(error > self.bar) })
            })
        });
        worst.collect()
    }

    /// The exact value.
    pub fn exact(&self, x: f64) -> f64 {
        match &self.op {
            Op::Elementwise(_, exact) => exact(x),
            Op::Jet(activation, order) | Op::Mixed(activation, order) => activation.reference(x)[*order],
        }
    }

    /// Ours, on one thread.
    pub fn run<T: Float>(&self, isa: Isa, x: &[T], out: &mut [T]) {
        match &self.op {
            Op::Elementwise(op, _) => op.apply_with(isa, [x, &[], &[]], out),
            Op::Jet(activation, order) => sum(isa, &[*activation], *order, x, out),
            Op::Mixed(Activation::Sigmoid, order) => sum(isa, &[Activation::Sigmoid, Activation::Tanh], *order, x, out),
            Op::Mixed(activation, order) => sum(isa, &[*activation, Activation::Sigmoid], *order, x, out),
        }
    }
}

/// A derivative of the first of some activations: all others have the coefficient 0, and are bounded, so that 0 is what they add.
fn sum<T: Float>(isa: Isa, activations: &[Activation], order: usize, x: &[T], out: &mut [T]) {
    let mut coefficients = vec![T::ZERO; activations.len()];
    coefficients[0] = T::ONE;
    let bank = Bank::new(activations);
    let mut scratch = vec![T::ZERO; mixture_scratch::<T>(&bank, 1, x.len(), 1, 0)];
    let sum = Sum { coefficients: &coefficients, order, out };
    mixture_with(isa, Par::Seq, &bank, x, 1, x.len(), 1, &mut [sum], &mut [], &mut scratch);
}

impl Unit {
    /// The error of a value; infinite where a number, an infinity or NaN stands for another.
    fn error(self, value: f32, exact: f64) -> f64 {
        match self {
            Self::Ulps { floor } => ulps(value, exact, floor),
            Self::Epsilons if exact.is_finite() => {
                let error = (f64::from(value) - exact).abs() / (f64::from(f32::EPSILON) * (exact.abs() + 1.0));
                if error.is_nan() { f64::INFINITY } else { error }
            }
            Self::Epsilons => ulps(value, exact, 0.0),
        }
    }
}

/// A line of the table: all blocks of a function on a path.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Blocks that are known.
    pub blocks: usize,
    /// Inputs that were tried.
    pub tried: u64,
    /// The largest error and its input.
    pub worst: f64,
    /// Its bit pattern.
    pub at: u32,
    /// As in [`Record::wrong`].
    pub wrong: u64,
}

/// All that `records` know of a function on a path at a stride.
pub fn summary(records: &[Record], function: &str, path: Isa, stride: u64) -> Summary {
    let mine = |record: &&Record| record.function == function && record.path == path.name() && record.stride == stride;
    let mut summary = Summary { blocks: 0, tried: 0, worst: 0.0, at: 0, wrong: 0 };
    for record in records.iter().filter(mine) {
        summary.blocks += 1;
        summary.tried += record.tried;
        summary.wrong += record.wrong;
        if record.worst >= summary.worst {
            (summary.worst, summary.at) = (record.worst, record.at);
        }
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_every_input_once() {
        let relu = functions().into_iter().find(|function| function.name == "relu").expect("it is listed");
        let stride = 1_000_003;
        let records: Vec<Record> = (0..BLOCKS).flat_map(|block| relu.measure(block, stride)).collect();
        let summary = summary(&records, "relu", Isa::Baseline, stride);
        assert_eq!(summary.tried, (1_u64 << 32).div_ceil(stride));
        assert_eq!((summary.blocks, summary.wrong), (BLOCKS as usize, 0));
    }

    #[test]
    fn epsilons_count_what_a_mixture_grants() {
        let (one, next) = (1.0_f32, 1.0_f32.next_up());
        assert_eq!(Unit::Epsilons.error(one, 1.0), 0.0);
        assert_eq!(Unit::Epsilons.error(next, 1.0), 0.5);
        assert_eq!(Unit::Epsilons.error(f32::NAN, 1.0), f64::INFINITY);
        assert_eq!(Unit::Epsilons.error(f32::INFINITY, 1.0), f64::INFINITY);
        assert_eq!(Unit::Epsilons.error(f32::INFINITY, f64::INFINITY), 0.0);
        assert_eq!(Unit::Epsilons.error(1.0, f64::NAN), f64::INFINITY);
    }

    #[test]
    fn activations_beside_others_keep_what_a_mixture_grants() {
        for function in mixed() {
            let wrong: u64 =
                (0..BLOCKS).flat_map(|block| function.measure(block, 1_000_003)).map(|record| record.wrong).sum();
            assert_eq!(wrong, 0, "{}", function.name);
        }
    }
}
