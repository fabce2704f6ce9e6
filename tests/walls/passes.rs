//! Every pass can be switched off, with the same bits; and every pass changes the step count of a witness of its own.

use tape::{Element, Par, Passes, Tape, Var};

use crate::programs::{Network, bits, network, values, views};

/// All sixteen choices of passes.
fn choices() -> impl Iterator<Item = Passes> {
    (0..16).map(|i| Passes { simplify: i & 1 != 0, group: i & 2 != 0, order: i & 4 != 0, place: i & 8 != 0 })
}

fn same_bits<T: Element>() {
    let tape = Tape::new();
    let Network { point, direction, outputs } = network(&tape);
    let inputs = [point[0], point[1], point[2], point[3], direction];
    let given = values::<T>(&inputs);
    let run = |passes| bits(&tape.compile_with::<T>(inputs, outputs, passes), Par::Seq, &views(&given), 4);
    let all = run(Passes::default());
    assert!(all.iter().flatten().any(|&x| x != 0), "the outputs are not trivial");
    for passes in choices() {
        assert!(run(passes) == all, "{} {passes:?}", T::NAME);
    }
}

#[test]
fn any_choice_of_passes_gives_the_same_bits() {
    same_bits::<f32>();
    same_bits::<f64>();
}

/// The witness of a pass: with only this pass on, the program has fewer steps than with none, and the same bits.
#[track_caller]
fn witness(record: impl for<'t> Fn(&[Var<'t>; 2]) -> Vec<Var<'t>>, on: Passes) {
    let tape = Tape::new();
    let inputs = [tape.input(9, 7), tape.input(9, 7)];
    let outputs = record(&inputs);
    let count = outputs.len();
    let given = values::<f64>(&inputs);
    let with = tape.compile_with::<f64>(inputs, outputs.clone(), on);
    // All other passes stand as they do in `on`, and only the one in question goes.
    let without = |off: Passes| tape.compile_with::<f64>(inputs, outputs.clone(), off);
    let off = match on {
        Passes { place: true, .. } => Passes { place: false, ..on },
        Passes { order: true, .. } => Passes { order: false, ..on },
        Passes { group: true, .. } => Passes { group: false, ..on },
        _ => Passes::NONE,
    };
    let without = without(off);
    assert!(with.steps() < without.steps(), "{on:?}: {} steps, without {}", with.steps(), without.steps());
    let given = views(&given);
    assert!(bits(&with, Par::Seq, &given, count) == bits(&without, Par::Seq, &given, count), "{on:?}");
}

#[test]
fn simplify_shares_common_subexpressions() {
    witness(|[x, y]| vec![(*x * *y).exp(), (*x * *y).sin()], Passes { simplify: true, ..Passes::NONE });
}

#[test]
fn group_fuses_chains() {
    witness(|[x, y]| vec![((*x * *y).exp() + *x).sum_rows()], Passes { group: true, ..Passes::NONE });
}

#[test]
fn order_joins_neighbours_that_read_a_common_operand() {
    witness(|[x, y]| vec![(*x * 2.0).exp(), (*x + *y).sin()], Passes { group: true, order: true, ..Passes::NONE });
}

#[test]
fn place_makes_moves_without_change_views() {
    witness(|[x, y]| vec![(*x * *y).reshape(7, 9).exp()], Passes { place: true, ..Passes::NONE });
}
