//! Running programs: stages, folds, threads, and what is said about wrong calls.

use tape::{Par, Program, Tape, Var, grad, hvp};

use crate::support::{FUNCTIONS, bits, data, run};

/// x ↦ Σ (x·w)² with its gradient and a Hessian product; the direction is free.
fn quadratic(tape: &Tape) -> Program<f64> {
    let (x, w, d) = (tape.input(3, 2).label("data"), tape.input(2, 2), tape.input(2, 2).label("direction"));
    let loss = x.matmul(w).powi(2).sum();
    tape.compile_staged((x, w), d, (loss, grad(loss, w), hvp(loss, w, d)))
}

const X: &[f64] = &[1.0, -2.0, 0.5, 3.0, -1.0, 0.25];
const W: &[f64] = &[0.5, 1.0, -1.5, 2.0];
const D: &[f64] = &[1.0, 0.0, -0.5, 0.75];

#[test]
fn a_held_stage_gives_the_bits_of_a_whole_run() {
    let program = quadratic(&Tape::new());
    let mut whole = program.runner(Par::Seq);
    let [loss, g, h] = whole.run(&[X, W, D]);
    let mut runner = program.runner(Par::Seq);
    let mut held = runner.hold(&[X, W]);
    for direction in [W, D] {
        held.evaluate(&[direction]);
    }
    assert_eq!((held.output(0), held.output(1), held.output(2)), (loss, g, h));
    assert!(program.held_steps() > 0 && program.held_steps() < program.steps());
}

#[test]
fn folds_give_the_bits_of_single_runs() {
    let program = quadratic(&Tape::new());
    let directions: Vec<f64> = (0..20).map(|i| f64::from(i).sin()).collect();
    let (mut losses, mut gs, mut hs) = ([0.0; 5], [0.0; 20], [0.0; 20]);
    let mut runner = program.runner(Par::Seq);
    let held_inputs = [X, W];
    let mut held = runner.hold(&held_inputs);
    held.run_each(5, &[&directions], &mut [&mut losses, &mut gs, &mut hs]);
    for (fold, direction) in directions.chunks(4).enumerate() {
        let [loss, g, h] = held.run(&[direction]);
        let at = 4 * fold..4 * fold + 4;
        assert_eq!((loss, g, h), (&losses[fold..=fold], &gs[at.clone()], &hs[at]));
    }
}

#[test]
fn all_inputs_of_a_program_without_stages_are_free() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let program = tape.compile::<f64>(x, x.exp());
    let mut runner = program.runner(Par::Seq);
    let mut held = runner.hold(&[]);
    let [y] = held.run(&[&[0.0]]);
    assert_eq!(y, [1.0]);
}

#[test]
fn runners_of_one_program_run_in_parallel() {
    let program = quadratic(&Tape::new());
    let mut here = program.runner(Par::Seq);
    let expected = here.run::<3>(&[X, W, D]).map(<[f64]>::to_vec);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut runner = program.clone().runner(Par::Seq);
                for _ in 0..100 {
                    assert_eq!(runner.run::<3>(&[X, W, D]).map(<[f64]>::to_vec), expected);
                }
            });
        }
    });
}

#[test]
fn threads_change_no_bit() {
    for (name, record) in FUNCTIONS {
        let tape = Tape::new();
        let function = record(&tape, 257);
        let data = data::<f32>(&function.inputs);
        let program = tape.compile::<f32>(function.inputs.clone(), function.outputs.clone());
        let inputs: Vec<&[f32]> = data.iter().map(|d| &**d).collect();
        let mut runner = program.runner(Par::Rayon);
        runner.evaluate(&inputs);
        let outputs = 0..function.outputs.len();
        let threaded: Vec<Vec<f64>> =
            outputs.map(|i| runner.output(i).iter().map(|&x| f64::from(x)).collect()).collect();
        assert_eq!(bits(&threaded), bits(&run(&program, &data)), "{name}");
    }
}

#[test]
fn an_intermediate_value_can_be_an_input() {
    let tape = Tape::new();
    let x = tape.input(2, 1);
    let y = x.exp();
    let program = tape.compile::<f64>(y, (y * 2.0, grad((y * y).sum(), y)));
    let mut runner = program.runner(Par::Seq);
    let [double, g] = runner.run(&[&[1.0, 3.0]]);
    assert_eq!((double, g), (&[2.0, 6.0][..], &[2.0, 6.0][..]));
}

#[test]
fn a_program_without_inputs_or_outputs_runs() {
    let tape = Tape::new();
    let [] = tape.compile::<f64>((), ()).runner(Par::Seq).run(&[]);
    let program = tape.compile::<f64>((), tape.full(1, 2, 1.5).exp());
    let mut runner = program.runner(Par::Seq);
    let [y] = runner.run(&[]);
    assert!((y[1] - 1.5_f64.exp()).abs() < 1e-14);
}

#[test]
fn programs_print_their_steps() {
    let program = quadratic(&Tape::new());
    let text = program.to_string();
    for part in ["matmul", "\"data\"", "held", "exec.rs:", "flops", "3×2"] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    let dot = program.to_dot();
    assert!(dot.starts_with("digraph") && dot.contains("input 2 \\\"direction\\\"") && dot.contains("->"), "{dot}");
    assert!(program.cost().flops > 0);
    assert_eq!(program.cost(), program.step_costs().sum());
}

#[test]
#[should_panic(expected = "run: 2 inputs for a program that takes 3 here")]
fn the_number_of_inputs_is_checked() {
    quadratic(&Tape::new()).runner(Par::Seq).evaluate(&[X, W]);
}

#[test]
#[should_panic(expected = "is 3×2 and was given 4 elements")]
fn the_length_of_an_input_is_checked() {
    quadratic(&Tape::new()).runner(Par::Seq).evaluate(&[W, W, D]);
}

#[test]
#[should_panic(expected = "the program has 3 outputs, and the pattern takes 2")]
fn the_number_of_outputs_is_checked() {
    let mut runner = quadratic(&Tape::new()).runner(Par::Seq);
    let [_, _] = runner.run(&[X, W, D]);
}

#[test]
#[should_panic(expected = "is 2 × 2×2 and was given 4 elements")]
fn the_length_of_folds_is_checked() {
    let mut runner = quadratic(&Tape::new()).runner(Par::Seq);
    runner.hold(&[X, W]).run_each(2, &[D], &mut []);
}

#[test]
#[should_panic(expected = "variables of different tapes")]
fn variables_of_two_tapes_are_refused() {
    let (here, there) = (Tape::new(), Tape::new());
    let (x, y): (Var<'_>, Var<'_>) = (here.input(1, 1), there.input(1, 1));
    let _ = here.compile::<f64>(x, y);
}
