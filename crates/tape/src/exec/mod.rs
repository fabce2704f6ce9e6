//! What compiling makes: programs, and the runners that run them.

mod action;
mod graphviz;
mod listing;
mod operands;
mod profile;
mod program;
mod reads;
mod run;
mod runner;
pub(crate) mod vector;

pub(crate) use action::{Access, Action, Group, Instruction, Layout, Output, Reduction, Source};
pub(crate) use listing::quoted;
pub(crate) use operands::{Operand, Place, Span};
pub(crate) use program::{Inner, Origin, Parameter, Step};
pub(crate) use run::{fold, scratch};

pub use program::Program;
pub use runner::{Held, Runner};

/// The name of the instruction set that programs run on: the best that this CPU has, or the one that `KERNELS_ISA` names.
///
/// Results have the same bits for the same instruction set.
///
/// # Panics
/// When `KERNELS_ISA` names one that is unknown or that this CPU lacks.
pub fn isa() -> &'static str {
    kernels::Isa::current().name()
}
