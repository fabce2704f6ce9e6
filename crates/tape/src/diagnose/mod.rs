//! Programs explain themselves: where a NaN or an infinity comes from, and why a gradient is zero.
//!
//! [`Program::first_nan`](crate::Program::first_nan) and [`Program::first_infinity`](crate::Program::first_infinity) need the
//! program and its inputs, no more: a program keeps the nodes that it was compiled from, since structs hold programs and never
//! variables. [`why_zero`] needs the tape: a path that was cut is not in any program.

mod cut;
mod fault;
mod first;
mod hints;
mod known;
mod named;
mod paths;
mod sweep;
mod zero;

pub use cut::{Cause, Cut, Unrelated, ZeroGradient};
pub use fault::{Fault, Operand};
pub use named::Named;
pub use zero::{why_zero, why_zero_at};
