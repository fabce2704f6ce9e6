//! What compiling makes: programs, and the runners that run them.

mod action;
mod chain;
mod folds;
mod graphviz;
mod listing;
mod operands;
mod profile;
mod program;
mod reads;
mod run;
mod runner;
mod state;
pub(crate) mod vector;

pub(crate) use action::{Access, Action, Group, Instruction, Layout, Output, Reduction, Source};
pub(crate) use chain::{Chain, Link, Local, PIECES, Slot};
pub(crate) use listing::quoted;
pub(crate) use operands::{Operand, Place, Span};
pub(crate) use program::{Inner, Origin, Outputs, Parameter, State, Step};
pub(crate) use run::{fold, scratch};

/// Elements of a page of 4 KiB, of the larger element type.
const PAGE: usize = 512;
/// Elements between neighbours that would otherwise begin at the same place of a page: a loop that reads one and writes the
/// other would wait, because the processor compares the low 12 bits of addresses first.
const STAGGER: usize = 80;

/// Whole cache lines, and no whole pages.
pub(crate) fn padded(len: usize) -> usize {
    let lines = len.next_multiple_of(16).max(16);
    if lines.is_multiple_of(PAGE) { lines + STAGGER } else { lines }
}

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
