//! The command line of the bilevel activation search.
fn main() {}
