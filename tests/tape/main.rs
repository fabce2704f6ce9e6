//! The tape: rules, programs, hypergradients.

mod cases;
mod check;
mod custom;
mod derivatives;
mod generate;
mod rules;
