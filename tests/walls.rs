//! The walls of the house, rule 7 of the architecture. Later work deepens rooms; these stay.
//!
//! A stale second stage that does not compile is a `compile_fail` doctest of `tape::Held`, beside its compiling twin.

#[path = "walls/blocks.rs"]
mod blocks;
#[path = "walls/custom.rs"]
mod custom;
#[path = "walls/passes.rs"]
mod passes;
#[path = "walls/programs.rs"]
mod programs;
#[path = "walls/threads.rs"]
mod threads;
#[path = "walls/unroll.rs"]
mod unroll;
