//! The tape: rules, programs, hypergradients.
