//! The bilevel activation search and its science.
#![forbid(unsafe_code)]
