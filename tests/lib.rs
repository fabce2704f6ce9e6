//! The tests of the whole house; the README runs here as doctests.
