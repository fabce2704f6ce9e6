//! Products against the reference.
