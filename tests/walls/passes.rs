//! Every pass can be switched off, with the same bits; and every pass changes the step count of a witness of its own.

use tape::{Element, Par, Passes, Tape, Var};

use crate::programs::{Network, bits, network, values, views};

/// All choices of passes; neighbours are chained however little they hand on.
fn choices() -> impl Iterator<Item = Passes> {
    (0..32).map(|i| Passes {
        simplify: i & 1 != 0,
        group: i & 2 != 0,
        order: i & 4 != 0,
        chain: (i & 8 != 0).then_some(0),
        place: i & 16 != 0,
    })
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

/// A program that a pass changes: what it records from two inputs, and the passes with the one in question on and off.
pub(crate) struct Witness {
    pub(crate) name: &'static str,
    pub(crate) record: for<'t> fn(Var<'t>, Var<'t>) -> Vec<Var<'t>>,
    on: Passes,
    off: Passes,
}

/// A witness for each pass.
pub(crate) fn witnesses() -> [Witness; 5] {
    const NONE: Passes = Passes::NONE;
    const GROUP: Passes = Passes { group: true, ..NONE };
    [
        Witness {
            name: "simplify shares common subexpressions",
            record: |x, y| vec![(x * y).exp(), (x * y).sin()],
            on: Passes { simplify: true, ..NONE },
            off: NONE,
        },
        Witness {
            name: "group fuses chains",
            record: |x, y| vec![((x * y).exp() + x).sum_rows()],
            on: GROUP,
            off: NONE,
        },
        Witness {
            name: "order joins neighbours that read a common operand",
            record: |x, y| vec![(x * 2.0).exp(), (x + y).sin()],
            on: Passes { order: true, ..GROUP },
            off: GROUP,
        },
        Witness {
            name: "chain joins a product and what works on its rows",
            record: |x, y| vec![x.matmul(y.t()).exp().row_log_sum_exp()],
            on: Passes { chain: Some(0), ..NONE },
            off: NONE,
        },
        Witness {
            name: "place makes moves without change views",
            record: |x, y| vec![(x * y).reshape(x.cols(), x.rows()).exp()],
            on: Passes { place: true, ..NONE },
            off: NONE,
        },
    ]
}

/// With its pass on, a witness has fewer steps than with it off, and the same bits.
#[test]
fn every_pass_has_a_witness() {
    for Witness { name, record, on, off } in witnesses() {
        let tape = Tape::new();
        let inputs = [tape.input(9, 7), tape.input(9, 7)];
        let outputs = record(inputs[0], inputs[1]);
        let count = outputs.len();
        let given = values::<f64>(&inputs);
        let with = tape.compile_with::<f64>(inputs, outputs.clone(), on);
        let without = tape.compile_with::<f64>(inputs, outputs, off);
        assert!(with.steps() < without.steps(), "{name}: {} steps, without {}", with.steps(), without.steps());
        let given = views(&given);
        assert!(bits(&with, Par::Seq, &given, count) == bits(&without, Par::Seq, &given, count), "{name}");
    }
}
