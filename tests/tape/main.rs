//! The tape: rules, derivatives, compiled programs against the reference interpreter, hypergradients.

mod cases;
mod check;
mod custom;
mod derivatives;
mod exec;
mod generate;
mod hypergradient;
mod problems;
mod rules;
mod solve;
mod steps;
mod unroll;
