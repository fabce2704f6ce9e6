//! The tape: compiled programs against the reference interpreter, derivatives, hypergradients.

mod exec;
