//! Programs explain themselves: where a NaN or an infinity comes from, and why a gradient is zero.
//!
//! [`Program::first_nan`](crate::Program::first_nan) and [`Program::first_infinity`](crate::Program::first_infinity) need the
//! program and its inputs, no more: a program keeps the nodes that it was compiled from, since structs hold programs and never
//! variables. [`why_zero`] needs the tape: a path that was cut is not in any program.

mod fault;
mod first;
mod hints;
mod named;
mod paths;

pub use fault::{Fault, Operand};
pub use named::Named;
