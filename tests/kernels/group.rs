//! Groups against the reference.
