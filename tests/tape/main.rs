//! The tape: compiled programs against the reference interpreter, derivatives, hypergradients.

mod compile;
mod exec;
mod random;
mod support;
