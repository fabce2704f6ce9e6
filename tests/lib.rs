//! The tests of the whole house. The README's examples run here as doctests:
//!
#![doc = include_str!("../README.md")]
