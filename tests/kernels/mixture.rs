//! Mixtures against the reference.
