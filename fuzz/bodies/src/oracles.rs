//! Random programs against all oracles; what fails is made as small as it still fails, and printed as Rust.

use std::sync::Arc;

use tape::check::{Options, Verdict, everything};
use tape::generate::{Bytes, Choices, Limits, program};
use tape::{Custom, Recording, Tape};

use crate::example::example;

/// Programs of the tape's own primitives.
pub fn oracles(bytes: &[u8]) {
    hold(bytes, Vec::new());
}

/// Programs with a user's operation among the primitives: here the one of [`example`](crate::example).
pub fn custom(bytes: &[u8]) {
    hold(bytes, vec![example()]);
}

/// Panics with the smallest program that fails, if the program of these bytes does. `customs` are drawn like primitives.
fn hold(bytes: &[u8], customs: Vec<Arc<dyn Custom>>) {
    let mut choices = Bytes::new(bytes);
    choices.more();
    let limits = Limits {
        operations: 12,
        side: 4,
        kinks: choices.below(4) == 3,
        mixture_order: choices.below(3),
        customs,
        ..Limits::default()
    };
    let tape = Tape::new();
    let recording = program(&tape, &mut choices, &limits).recording();
    let refuted = |candidate: &Recording| everything(candidate, &options()).verdict() == Verdict::Disagrees;
    if refuted(&recording) {
        let smallest = recording.shrink(refuted);
        panic!("{}\n{smallest}", everything(&smallest, &options()));
    }
}

/// Random programs bend sharply and cancel: what is small beside 10⁻³ counts as rounding.
fn options() -> Options {
    Options {
        directions: 1,
        entries: 4,
        floor: 1e-3,
        exact: 1e-9,
        series: 1e-7,
        difference: 1e-5,
        ..Options::default()
    }
}
