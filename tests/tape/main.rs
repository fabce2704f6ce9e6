//! The tape: rules, derivatives, compiled programs against the reference interpreter, hypergradients.

mod blocks;
mod cases;
mod chain;
mod causes;
mod check;
mod compile;
mod custom;
mod derivatives;
mod diagnose;
mod diagnose_zero;
mod exec;
mod folds;
mod generate;
mod huge;
mod hypergradient;
mod listing;
mod mutation;
#[rustfmt::skip]
mod printed;
mod problems;
mod random;
mod recording;
mod rounding;
mod rules;
mod solve;
mod steps;
mod support;
mod unroll;
