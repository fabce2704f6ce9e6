//! Random programs over all primitives, for property tests and fuzzing.
//!
//! A generator is a function of a source of [`Choices`]: [`Bytes`] adapts what a fuzzer or proptest gives, [`Sequence`] is a fixed
//! sequence for every seed.
//!
//! ```
//! use tape::generate::{Limits, Sequence, program};
//! use tape::{Tape, reference};
//!
//! let tape = Tape::new();
//! let program = program(&tape, &mut Sequence::new(7), &Limits::default());
//! let loss = reference::evaluate(program.inputs.clone(), program.loss, &program.values());
//! assert!(loss[0][0].is_finite());
//! ```

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod choices;
mod draw;
mod operands;
mod prototypes;

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "arbitrary")]
pub use arbitrary::strategy;
pub use choices::{Bytes, Choices, Sequence, within};
pub(crate) use prototypes::has_kinked_activation;
pub use prototypes::{ACTIVATIONS, ELEMENTWISE};

use crate::generate::operands::Operands;
use crate::generate::prototypes::prototypes;
use crate::primitive::Primitive;
use crate::{Custom, Domain, Recording, Shape, Tape, Var};

/// What a generated program may be.
#[derive(Clone)]
pub struct Limits {
    /// Primitives at most, besides those that fit operands to each other.
    pub operations: usize,
    /// Inputs at most.
    pub inputs: usize,
    /// Rows and columns at most.
    pub side: usize,
    /// The largest order of a recorded mixture: every derivative needs one more, and there are three.
    pub mixture_order: usize,
    /// Whether `stop_gradient` is drawn: difference quotients know nothing of it.
    pub stop_gradient: bool,
    /// Whether primitives and activations are drawn that have a kink or a jump somewhere.
    pub kinks: bool,
    /// Users' operations to draw from, on operands of their cases.
    pub customs: Vec<Arc<dyn Custom>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: 12,
            inputs: 3,
            side: 4,
            mixture_order: 0,
            stop_gradient: true,
            kinks: true,
            customs: Vec::new(),
        }
    }
}

/// A generated program with values for its inputs.
pub struct Generated<'t> {
    /// The inputs.
    pub inputs: Vec<Var<'t>>,
    /// The values that no other value was made of.
    pub outputs: Vec<Var<'t>>,
    /// A 1 × 1 value that depends on all outputs, not linearly.
    pub loss: Var<'t>,
    /// An element for every element of every input.
    data: Vec<Vec<f64>>,
}

impl fmt::Debug for Generated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "inputs {:?}, outputs {:?}, {} nodes", self.inputs, self.outputs, self.loss.tape().len())
    }
}

impl<'t> Generated<'t> {
    /// Elements for the inputs, in order: such that the program is defined and tame there.
    pub fn values(&self) -> Vec<&[f64]> {
        self.data.iter().map(Vec::as_slice).collect()
    }

    /// The program with its values, off the tape.
    pub fn recording(&self) -> Recording {
        Recording::new(self.inputs.clone(), self.outputs.clone(), &self.values())
    }

    fn new(outputs: Vec<Var<'t>>, inputs: &[(Var<'t>, Domain)], tape: &'t Tape, seed: u64) -> Self {
        let mut sequence = Sequence::new(seed);
        let mut draw = |shape: Shape, domain| (0..shape.len()).map(|_| within(&mut sequence, domain)).collect();
        let data = inputs.iter().map(|&(input, domain)| draw(input.shape(), domain)).collect();
        let zero = tape.full(1, 1, 0.0);
        let loss = outputs.iter().fold(zero, |sum, output| sum + output.sin().sum());
        Self { inputs: inputs.iter().map(|&(input, _)| input).collect(), outputs, loss, data }
    }
}

/// A program of random primitives. The first item of `choices` decides on the inputs, every further one on a primitive.
pub fn program<'t>(tape: &'t Tape, choices: &mut dyn Choices, limits: &Limits) -> Generated<'t> {
    choices.more();
    let seed = choices.below(1 << 16) as u64;
    let mut operands = Operands::new(tape, choices, limits, false);
    for _ in 0..=operands.choices.below(limits.inputs.max(1)) {
        let shape = operands.shape();
        operands.input(shape, Domain::REAL);
    }
    let table = prototypes(limits);
    for _ in 0..limits.operations {
        if !operands.choices.more() {
            break;
        }
        let prototype = &table[operands.choices.below(table.len())];
        let var = operands.draw(prototype);
        operands.push(var);
    }
    Generated::new(operands.unused(), &operands.inputs, tape, seed)
}

/// The names of all primitives, users' operations last: what [`primitive`] counts.
pub fn primitives(limits: &Limits) -> Vec<String> {
    let name = |primitive: &Primitive| primitive.rule().name();
    prototypes(limits).iter().map(name).collect()
}

/// Primitive number `which` of [`primitives`] alone, on inputs of its own with random shapes and payload.
///
/// # Panics
/// When there are not that many.
pub fn primitive<'t>(tape: &'t Tape, which: usize, choices: &mut dyn Choices, limits: &Limits) -> Generated<'t> {
    choices.more();
    let seed = choices.below(1 << 16) as u64;
    let mut operands = Operands::new(tape, choices, limits, true);
    let output = operands.draw(&prototypes(limits)[which]);
    Generated::new(vec![output], &operands.inputs, tape, seed)
}
