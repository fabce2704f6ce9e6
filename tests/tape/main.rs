//! The tape: compiled programs against the reference interpreter, derivatives, hypergradients.

mod blocks;
mod cases;
mod compile;
mod exec;
mod hypergradient;
mod random;
mod solve;
mod steps;
mod support;
mod unroll;
