//! What rounding errors do to a program: the measure that random programs are compared by.

use tape::Tape;
use tape::reference::spread;

/// How far f(x) moves under noise of 1e-12.
fn moved(f: impl for<'t> Fn(tape::Var<'t>) -> tape::Var<'t>, x: f64) -> f64 {
    let tape = Tape::new();
    let input = tape.input(1, 1);
    spread(input, f(input), &[&[x]], 1e-12)[0]
}

#[test]
fn a_well_conditioned_program_moves_as_little_as_the_noise() {
    let slight = moved(|x| (x * 3.0).exp(), 0.5);
    assert!((1e-13..1e-10).contains(&slight), "{slight}");
    assert_eq!(moved(|x| x, 0.0), 0.0);
}

#[test]
fn cancellation_and_sharp_bends_move_far() {
    let cancelling = moved(|x| (x + 1e6) - 1e6, 0.5);
    assert!((1e-7..1e-4).contains(&cancelling), "{cancelling}");
    let bent = moved(|x| (x * 1e6).sin(), 0.5);
    assert!((1e-8..1e-4).contains(&bent), "{bent}");
}
