//! Recorded tensor programs.
#![forbid(unsafe_code)]
