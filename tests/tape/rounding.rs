//! What rounding errors do to a program: the measure that random programs are compared by.

use tape::Tape;
use tape::reference::{evaluate, evaluate_rounded};

/// The largest move of f(x) under noise of 1e-12.
fn spread(f: impl for<'t> Fn(tape::Var<'t>) -> tape::Var<'t>, x: f64) -> f64 {
    let tape = Tape::new();
    let input = tape.input(1, 1);
    let output = f(input);
    let exact = evaluate(input, output, &[&[x]])[0][0];
    let moves = (0..8).map(|seed| (evaluate_rounded(input, output, &[&[x]], 1e-12, seed)[0][0] - exact).abs());
    moves.fold(0.0, f64::max)
}

#[test]
fn a_well_conditioned_program_moves_as_little_as_the_noise() {
    let moved = spread(|x| (x * 3.0).exp(), 0.5);
    assert!((1e-13..1e-10).contains(&moved), "{moved}");
    assert_eq!(spread(|x| x, 0.0), 0.0);
}

#[test]
fn cancellation_and_sharp_bends_move_far() {
    let cancelling = spread(|x| (x + 1e6) - 1e6, 0.5);
    assert!((1e-7..1e-4).contains(&cancelling), "{cancelling}");
    let bent = spread(|x| (x * 1e6).sin(), 0.5);
    assert!((1e-8..1e-4).contains(&bent), "{bent}");
}
