//! Numbers that other people's tests fix.

mod activations;
mod edges;
mod robust;
mod scalars;
mod stan;
mod torch;

use tape::{Tape, Var, grad, reference};

/// f, f′, f″ … of a function of one number, `N` of them.
fn jet<const N: usize>(f: impl for<'t> Fn(Var<'t>) -> Var<'t>, at: f64) -> [f64; N] {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let mut derivatives = vec![f(x)];
    for order in 1..N {
        derivatives.push(grad(derivatives[order - 1], x));
    }
    reference::evaluate(x, derivatives, &[&[at]]).concat().try_into().expect("a number for each")
}

/// The elementwise slope of a function at several numbers.
fn slopes(f: impl for<'t> Fn(Var<'t>) -> Var<'t>, at: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let x = tape.input(at.len(), 1);
    reference::evaluate(x, grad(f(x).sum(), x), &[at]).concat()
}

#[track_caller]
fn close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let near = |(found, expected): (&f64, &f64)| (found - expected).abs() <= tolerance;
    let all = found.len() == expected.len() && found.iter().zip(expected).all(near);
    assert!(all, "{name}: {found:?}, expected {expected:?}");
}
