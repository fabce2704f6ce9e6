//! The tape: rules, derivatives, compiled programs against the reference interpreter, hypergradients.

mod blocks;
mod cases;
mod certified;
mod check;
mod compile;
mod custom;
mod derivatives;
mod exec;
mod generate;
mod hypergradient;
mod matrices;
mod plan;
mod problems;
mod proximal;
mod random;
mod roots;
mod rounding;
mod rules;
mod solve;
mod solvers;
mod steps;
mod support;
mod tangents;
mod unroll;
