//! Random programs: what no one would think of writing, and every choice of passes must get right.

use tape::{Activation, Bank, Element, Passes, Tape, Var};

use crate::support::{Function, all_passes, assert_close, bits, data, expected, run};

/// A small generator of its own: the tests need variety, not quality.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// One more operation on values of shapes n × n, 1 × n, n × 1 and 1 × 1.
fn grow<'t>(dice: &mut Dice, bank: &Bank, values: &[Var<'t>], n: usize) -> Var<'t> {
    let mut recent = |rows: usize, cols: usize| {
        let fit: Vec<Var<'t>> = values.iter().filter(|v| (v.rows(), v.cols()) == (rows, cols)).copied().collect();
        // Recent ones more often, so that programs become deep.
        let span = if dice.roll(3) == 0 { fit.len() } else { fit.len().min(4) };
        fit[fit.len() - 1 - dice.roll(span)]
    };
    let (x, y, z) = (recent(n, n), recent(n, n), recent(n, n));
    let (row, col, scalar) = (recent(1, n), recent(n, 1), recent(1, 1));
    let alpha = col.slice(0, 2, 1);
    match dice.roll(22) {
        0 => x + y,
        1 => x * y,
        2 => (x - y) * 0.5,
        3 => x.sin(),
        4 => x.tanh(),
        5 => x.less(y).select(y, z),
        6 => (x + row.expand(n, n)) * 0.5,
        7 => x * col.expand(n, n),
        8 => x - scalar.tanh(),
        9 => x.sum_rows().tanh(),
        10 => x.sum_cols().sin(),
        11 => x.sum().sin(),
        12 => x.matmul(y).sin(),
        13 => x.t().matmul(y.t()) * 0.1,
        14 => x.mixture(bank, alpha),
        15 => x.mixture(bank, alpha).sin() + y,
        16 => x.reshape(1, n * n).slice(n, 1, n) * 0.5,
        17 => x.slice(0, n - 1, n).unslice(n, x.shape()) + row.unslice(0, x.shape()),
        18 => x.row_log_sum_exp(),
        19 => col.expand(n, n).tanh() - row.expand(n, n),
        20 => row.t() * 0.5 + col,
        _ => (x.stop_gradient() + 0.25).cos(),
    }
}

fn program(tape: &Tape, seed: u64, length: usize) -> Function<'_> {
    let (mut dice, n) = (Dice(seed), 3);
    let bank = Bank::new([Activation::Tanh, Activation::Sin]);
    let inputs = vec![tape.input(n, n), tape.input(1, n), tape.input(n, 1), tape.input(1, 1), tape.input(n, n)];
    let mut values = inputs.clone();
    for _ in 0..length {
        let value = grow(&mut dice, &bank, &values, n);
        values.push(value);
    }
    let mut outputs: Vec<Var<'_>> = (0..6).map(|_| values[dice.roll(values.len())]).collect();
    outputs.extend(values.last());
    let loss = values[5..].iter().fold(tape.full(1, 1, 0.0), |sum, v| sum + v.sum());
    outputs.push(loss);
    outputs.extend(tape::grad(loss, inputs.clone()));
    Function { held: dice.roll(inputs.len() + 1), inputs, outputs }
}

/// Runs a program with every choice of passes, whole and in stages; gives the outputs.
fn same_bits<T: Element>(tape: &Tape, seed: u64, function: &Function<'_>) -> Vec<Vec<f64>> {
    let data = data::<T>(&function.inputs);
    let (inputs, outputs) = (function.inputs.clone(), function.outputs.clone());
    let plain = run(&tape.compile_with(inputs.clone(), outputs.clone(), Passes::NONE), &data);
    let (held, free) = inputs.split_at(function.held);
    for passes in all_passes() {
        let together = tape.compile_with(inputs.clone(), outputs.clone(), passes);
        let staged = tape.compile_staged_with(held.to_vec(), free.to_vec(), outputs.clone(), passes);
        for program in [together, staged] {
            assert_eq!(bits(&run(&program, &data)), bits(&plain), "seed {seed}, {passes:?}\n{program}");
            let (arena, peak) = (program.arena(), program.live_peak());
            assert!(!passes.place || 10 * arena <= 13 * peak, "seed {seed}, {passes:?}\n{program}");
        }
    }
    plain
}

fn recorded(tape: &Tape, seed: u64) -> Function<'_> {
    program(tape, seed, 4 + seed as usize % 60)
}

#[test]
fn random_programs_agree_with_the_reference_for_every_choice_of_passes() {
    for seed in 0..200 {
        let tape = Tape::new();
        let function = recorded(&tape, seed);
        let got = same_bits::<f64>(&tape, seed, &function);
        assert_close(&format!("seed {seed}"), &got, &expected(&function, &data(&function.inputs)), 1e-11);
    }
}

#[test]
fn random_programs_have_the_same_bits_for_every_choice_of_passes_in_f32() {
    for seed in 200..300 {
        let tape = Tape::new();
        let function = recorded(&tape, seed);
        same_bits::<f32>(&tape, seed, &function);
    }
}
