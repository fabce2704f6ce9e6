//! The tape: rules, derivatives, compiled programs against the reference interpreter, hypergradients.

mod blocks;
mod carried;
mod cases;
mod causes;
mod certified;
mod chain;
mod check;
mod compile;
mod custom;
mod derivatives;
mod diagnose;
mod diagnose_zero;
mod exec;
mod factors;
mod folds;
mod generate;
mod huge;
mod hypergradient;
mod listing;
mod mutation;
#[rustfmt::skip]
#[expect(clippy::eq_op, reason = "printed by the generator, as it was drawn")]
mod printed;
mod matrices;
mod plan;
mod problems;
mod proximal;
mod random;
mod recording;
mod roots;
mod rounding;
mod rules;
mod solve;
mod solvers;
mod steps;
mod support;
mod tangents;
mod unroll;
