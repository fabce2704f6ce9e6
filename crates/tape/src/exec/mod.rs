//! What compiling makes: programs, and the runners that run them.

mod action;
mod listing;
mod operands;
mod program;
mod run;
mod runner;
pub(crate) mod vector;

pub(crate) use action::{Access, Action, Group, Instruction, Layout, Output, Reduction, Source};
pub(crate) use operands::{Operand, Place, Span};
pub(crate) use program::{Inner, Origin, Parameter, Step};
pub(crate) use run::{fold, scratch};

pub use program::Program;
pub use runner::{Held, Runner};
