//! The tape: compiled programs against the reference interpreter, derivatives, hypergradients.

mod cases;
mod exec;
mod hypergradient;
mod solve;
mod steps;
mod unroll;
