//! Reductions against the reference.
