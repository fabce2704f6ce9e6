//! The compiler: every choice of passes gives the reference's values and the same bits; each pass does something.

use tape::{Element, Passes, Program, Tape, grad};

use crate::support::{FUNCTIONS, Function, all_passes, assert_close, bits, data, expected, rank_one, run};

const SIZES: [usize; 5] = [0, 1, 5, 16, 33];

fn plain<T: Element>(tape: &Tape, function: &Function<'_>, passes: Passes) -> Program<T> {
    tape.compile_with(function.inputs.clone(), function.outputs.clone(), passes)
}

fn staged<T: Element>(tape: &Tape, function: &Function<'_>, passes: Passes) -> Program<T> {
    let (held, free) = function.inputs.split_at(function.held);
    tape.compile_staged_with(held.to_vec(), free.to_vec(), function.outputs.clone(), passes)
}

#[test]
fn f64_agrees_with_the_reference() {
    for (name, record) in FUNCTIONS {
        for n in SIZES {
            let tape = Tape::new();
            let function = record(&tape, n);
            let data = data(&function.inputs);
            let got = run(&plain(&tape, &function, Passes::ALL), &data);
            assert_close(&format!("{name}, n = {n}"), &got, &expected(&function, &data), 1e-12);
        }
    }
}

#[test]
fn f32_agrees_with_the_reference() {
    for (name, record) in FUNCTIONS {
        for n in SIZES {
            let tape = Tape::new();
            let function = record(&tape, n);
            let data = data::<f32>(&function.inputs);
            let exact: Vec<Vec<f64>> = data.iter().map(|d| d.iter().map(|&x| f64::from(x)).collect()).collect();
            let got = run(&plain(&tape, &function, Passes::ALL), &data);
            assert_close(&format!("{name}, n = {n}"), &got, &expected(&function, &exact), 1e-3);
        }
    }
}

fn same_bits_for_all_passes<T: Element>() {
    for (name, record) in FUNCTIONS {
        for n in SIZES {
            let tape = Tape::new();
            let function = record(&tape, n);
            let data = data::<T>(&function.inputs);
            let plainest = bits(&run(&plain(&tape, &function, Passes::NONE), &data));
            for passes in all_passes() {
                for program in [plain(&tape, &function, passes), staged(&tape, &function, passes)] {
                    let got = bits(&run(&program, &data));
                    assert_eq!(got, plainest, "{name}, n = {n}, {passes:?}\n{program}");
                }
            }
        }
    }
}

#[test]
fn every_choice_of_passes_gives_the_same_bits_in_f64() {
    same_bits_for_all_passes::<f64>();
}

#[test]
fn every_choice_of_passes_gives_the_same_bits_in_f32() {
    same_bits_for_all_passes::<f32>();
}

#[test]
fn the_arena_is_at_most_1_3_times_the_live_peak() {
    for (name, record) in FUNCTIONS {
        for n in [1, 16, 100, 1000] {
            let tape = Tape::new();
            let function = record(&tape, n);
            for program in [plain::<f32>(&tape, &function, Passes::ALL), staged(&tape, &function, Passes::ALL)] {
                let (arena, peak) = (program.arena(), program.live_peak());
                assert!(10 * arena <= 13 * peak, "{name}, n = {n}: arena {arena}, live peak {peak}\n{program}");
            }
        }
    }
}

/// The steps of a function with all passes and without one.
fn steps(record: impl for<'t> Fn(&'t Tape) -> Function<'t>, without: Passes) -> (usize, usize) {
    let tape = Tape::new();
    let function = record(&tape);
    let all = plain::<f64>(&tape, &function, Passes::ALL);
    (all.steps(), plain::<f64>(&tape, &function, without).steps())
}

#[test]
fn simplify_computes_equal_nodes_once_and_folds_transposes() {
    let record = |tape: &Tape| -> (usize, usize) {
        let (x, y) = (tape.input(4, 3), tape.input(4, 3));
        let function = Function { inputs: vec![x, y], held: 0, outputs: vec![x.t().matmul(y), x.t().matmul(y)] };
        let steps = |passes| plain::<f64>(tape, &function, passes).steps();
        (steps(Passes::ALL), steps(Passes { simplify: false, ..Passes::ALL }))
    };
    assert_eq!(record(&Tape::new()), (1, 4));
}

#[test]
fn group_fuses_what_follows_a_product() {
    fn record(tape: &Tape) -> Function<'_> {
        let (x, w, b) = (tape.input(4, 3), tape.input(3, 5), tape.input(1, 5));
        let y = (x.matmul(w) + b.expand(4, 5)).tanh();
        Function { inputs: vec![x, w, b], held: 0, outputs: vec![y] }
    }
    assert_eq!(steps(record, Passes { group: false, ..Passes::ALL }), (1, 4));
}

#[test]
fn inner_products_of_rank_one_come_with_the_mixture() {
    let tape = Tape::new();
    let listing = plain::<f64>(&tape, &rank_one(&tape, 5), Passes::ALL).to_string();
    assert!(listing.contains("dots by row [0]"), "{listing}");
    assert!(!listing.contains("sums [], dots [0]"), "{listing}");
}

#[test]
fn group_joins_the_pieces_of_a_flat_gradient() {
    fn record(tape: &Tape) -> Function<'_> {
        let theta = tape.input(60, 1);
        // More pieces than one step takes, and −0 among them.
        let pieces = (0..20).map(|i| (theta.slice(3 * i, 3, 1) * -1.0).unslice(3 * i, theta.shape()));
        let joined = pieces.reduce(|sum, piece| sum + piece).expect("there are pieces");
        Function { inputs: vec![theta], held: 0, outputs: vec![joined] }
    }
    let (joined, apart) = steps(record, Passes { group: false, ..Passes::ALL });
    assert!(joined <= 22 && apart >= 50, "{joined} and {apart} steps");
    let tape = Tape::new();
    let function = record(&tape);
    let data = data::<f64>(&function.inputs);
    let [all, none] = [Passes::ALL, Passes::NONE].map(|passes| bits(&run(&plain(&tape, &function, passes), &data)));
    assert_eq!(all, none);
}

#[test]
fn order_joins_neighbours_that_read_one_operand() {
    fn record(tape: &Tape) -> Function<'_> {
        let x = tape.input(4, 3);
        Function { inputs: vec![x], held: 0, outputs: vec![x.exp(), x.sin()] }
    }
    assert_eq!(steps(record, Passes { order: false, ..Passes::ALL }), (1, 2));
}

#[test]
fn place_makes_views_of_slices() {
    fn record(tape: &Tape) -> Function<'_> {
        let theta = tape.input(8, 1);
        let y = theta.slice(0, 2, 2).matmul(theta.slice(4, 2, 2));
        Function { inputs: vec![theta], held: 0, outputs: vec![y] }
    }
    assert_eq!(steps(record, Passes { place: false, ..Passes::ALL }), (1, 3));
}

#[test]
fn a_long_chain_compiles_without_recursion() {
    let tape = Tape::new();
    let x = tape.input(3, 3);
    let y = (0..100_000).fold(x, |y, i| if i % 3 == 0 { y.matmul(x) } else { y.sin() * 0.5 + x });
    let program = tape.compile::<f64>(x, (y, grad(y.sum(), x)));
    let plain = tape.compile_with::<f64>(x, (y, grad(y.sum(), x)), Passes::NONE);
    let data = vec![(0..9).map(|i| f64::from(i).sin()).collect()];
    assert_eq!(bits(&run(&program, &data)), bits(&run(&plain, &data)));
    assert!(10 * program.arena() <= 13 * program.live_peak());
}

#[test]
#[should_panic(expected = "is needed and not among the inputs")]
fn a_missing_input_is_named() {
    let tape = Tape::new();
    let (x, y) = (tape.input(2, 2), tape.input(2, 2));
    let _ = tape.compile::<f64>(x, x + y);
}

#[test]
#[should_panic(expected = "are one variable")]
fn an_input_listed_twice_is_refused() {
    let tape = Tape::new();
    let x = tape.input(2, 2);
    let _ = tape.compile::<f64>((x, x), x.exp());
}
