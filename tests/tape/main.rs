//! The tape: rules, programs, hypergradients.

mod solve;
