//! What is fuzzed. Every target is a plain function of bytes that panics when something is wrong: `fuzz/targets` gives it to
//! libFuzzer, and the tests replay it over the committed corpus.
//!
//! The bytes are read by [`tape::generate::Bytes`], in records; elements come from a sequence whose seed is among the bytes, so a
//! few bytes already make a whole case.

mod compiled;
mod elements;
mod example;
mod gemm;
mod group;
mod mixture;
mod oracles;
mod tape_program;

pub use compiled::{check as check_compiled, compiled};
pub use example::example;
pub use gemm::gemm;
pub use group::group;
pub use mixture::mixture;
pub use oracles::{custom, oracles};
pub use tape_program::tape_program;

/// A body with the name of its target and of its folder in the corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 5] =
    [("gemm", gemm), ("group", group), ("mixture", mixture), ("tape_program", tape_program), ("compiled", compiled)];
