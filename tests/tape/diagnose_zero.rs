//! Gradients that are zero, and what is said about them.

use tape::diagnose::{Cause, Cut, ZeroGradient, why_zero, why_zero_at};
use tape::generate::{Limits, Sequence, program};
use tape::{Activation, Bank, Par, Tape, Var, grad, reference};

fn causes(why: &ZeroGradient) -> Vec<Cause> {
    why.cuts.iter().map(|cut| cut.cause).collect()
}

/// The only cut.
#[track_caller]
fn one(why: &ZeroGradient) -> &Cut {
    let [cut] = &why.cuts[..] else { panic!("{} cuts\n{why}", why.cuts.len()) };
    cut
}

/// Differentiated in the starting point of a search, which the loss forgets: optimistix #54.
#[test]
fn a_loss_that_is_not_computed_from_the_variable() {
    let tape = Tape::new();
    let (start, x) = (tape.input(2, 1).label("start"), tape.input(2, 1).label("x"));
    let _unused = start.exp().label("guess");
    let why = why_zero(x.powi(2).sum(), start);
    assert_eq!((why.zeros.len(), why.cuts.len()), (2, 0));
    let unrelated = why.unrelated.as_ref().expect("no path");
    assert_eq!(unrelated.inputs[0].label.as_deref(), Some("x"));
    assert_eq!(unrelated.readers[0].label.as_deref(), Some("guess"));
    let text = why.to_string();
    for part in ["all 2 elements are 0", "\"start\"", "not computed from", "\"guess\"", "diagnose_zero.rs:"] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    // A variable that was recorded after the loss.
    assert!(why_zero(x.sum(), tape.input(1, 1)).unrelated.is_some());
}

#[test]
fn cuts_that_no_value_can_open() {
    type Record = for<'t> fn(Var<'t>) -> Var<'t>;
    let cases: [(Record, Cause, &str); 7] = [
        (|x| x.tanh().stop_gradient(), Cause::Stopped, "stop_gradient"),
        (|x| x.less(x.zeros_like()), Cause::Jump, "less"),
        (|x| x.sign(), Cause::Jump, "sign"),
        (|x| x.powi(0), Cause::Constant, "powi 0"),
        (|x| x.powf(0.0), Cause::Constant, "powf 0"),
        (|x| x.select(x.zeros_like(), x.zeros_like()), Cause::Jump, "select"),
        (|x| x.slice(0, 0, 0), Cause::Skipped, "slice 0×0 from 0"),
    ];
    for (record, cause, name) in cases {
        let tape = Tape::new();
        let x = tape.input(3, 1);
        let loss = record(x * 2.0).exp().sum();
        let nodes = tape.len();
        let why = why_zero(loss, x);
        let cut = one(&why);
        assert_eq!((cut.cause, cut.node.operation.split('.').next()), (cause, Some(name)), "{why}");
        assert_eq!((why.zeros.len(), cut.count, cut.node.location.file()), (3, 3, file!()), "{why}");
        assert_eq!(tape.len(), nodes, "explaining records nothing");
        assert!(reference::evaluate(x, grad(loss, x), &[&[0.5; 3]])[0].iter().all(|g| *g == 0.0));
    }
}

#[test]
fn every_path_is_named_with_its_line() {
    let tape = Tape::new();
    let x = tape.input(2, 2).label("x");
    let first = line!() + 1;
    let target = x.sin().stop_gradient();
    let mask = x.less(tape.full(2, 2, 0.5));
    let why = why_zero((target * mask).sum(), x);
    let cuts: Vec<(Cause, u32)> = why.cuts.iter().map(|cut| (cut.cause, cut.node.location.line())).collect();
    assert_eq!(cuts, [(Cause::Stopped, first), (Cause::Jump, first + 1)]);
    // One open path, and there is no zero to explain.
    let open = why_zero((target * mask).sum() + x.sum(), x);
    assert_eq!((open.zeros.len(), open.cuts.len(), open.unrelated), (0, 0, None));
}

/// "alpha_3 does not reach the loss: masked at op 41": torchopt #222.
#[test]
fn one_element_of_alpha_is_masked() {
    let tape = Tape::new();
    let (x, alpha) = (tape.input(4, 2), tape.input(4, 1).label("alpha"));
    let bank = Bank::new([Activation::Tanh, Activation::Relu, Activation::Sin, Activation::Identity]);
    let mask = tape.constant(4, 1, &[1.0, 1.0, 1.0, 0.0]).label("mask");
    let loss = x.mixture(&bank, alpha * mask).sum();
    let data: [&[f64]; 2] = [&[0.3, -0.4, 1.0, 0.2, -0.7, 0.5, 0.1, -0.9], &[0.25; 4]];
    let why = why_zero_at(loss, alpha, (x, alpha), &data);
    let cut = one(&why);
    assert_eq!((why.zeros.clone(), cut.cause, cut.root), (vec![(3, 0)], Cause::ZeroFactor, (3, 0)));
    assert!(why.to_string().contains("`constant` \"mask\" (4×1)"), "{why}");
    // What takes three of four.
    let loss = x.slice(0, 4, 1).matmul(alpha.gather([0, 1, 2], 1, 3)).sum();
    let why = why_zero(loss, alpha);
    assert_eq!((why.zeros.clone(), one(&why).cause), (vec![(3, 0)], Cause::Skipped));
}

#[test]
fn paths_that_values_cut() {
    type Record = for<'t> fn(Var<'t>) -> Var<'t>;
    let cases: [(Record, f64, Cause, &str, &[f64]); 12] = [
        (|x| x.max(x.zeros_like()), -1.5, Cause::Lost, "max", &[-1.5, 0.0]),
        (|x| x.min(x.zeros_like()), 1.5, Cause::Lost, "min", &[1.5, 0.0]),
        (|x| x * x.zeros_like(), 2.0, Cause::ZeroFactor, "mul", &[2.0, 0.0]),
        (|x| x.zeros_like() / x, 2.0, Cause::ZeroFactor, "div", &[0.0, 2.0]),
        (|x| x * 0.0, 2.0, Cause::ZeroFactor, "scale 0", &[2.0]),
        (|x| x.abs(), 0.0, Cause::Flat, "abs", &[0.0]),
        (|x| x.powi(2), 0.0, Cause::Flat, "powi 2", &[0.0]),
        (|x| x.tanh(), 40.0, Cause::Flat, "tanh", &[40.0]),
        (|x| x.erf(), -40.0, Cause::Flat, "erf", &[-40.0]),
        (|x| x.exp(), -1e4, Cause::Flat, "exp", &[-1e4]),
        (|x| x.zeros_like().select(x, x.zeros_like()), 1.0, Cause::NotChosen, "select", &[0.0]),
        (|x| x * (x.zeros_like() + 1e-200) * 1e-200, 1.0, Cause::Underflow, "mul", &[1.0, 1e-200]),
    ];
    for (record, at, cause, name, operands) in cases {
        let tape = Tape::new();
        let x = tape.input(1, 1);
        let loss = (record(x) * 3.0 + 1.0).sin().sum();
        let why = why_zero_at::<f64>(loss, x, x, &[&[at]]);
        let cut = one(&why);
        assert_eq!((cut.cause, cut.node.operation.split('.').next()), (cause, Some(name)), "{why}");
        let found: Vec<f64> = cut.operands.iter().flat_map(|o| o.elements.iter().map(|(_, _, x)| *x)).collect();
        assert_eq!(found, operands, "{why}");
        assert!(why_zero(loss, x).zeros.is_empty(), "{name}: no cut without values");
    }
}

/// Where f32 is saturated and f64 is not.
#[test]
fn saturation_is_that_of_the_element_type() {
    let tape = Tape::new();
    let x = tape.input(1, 1);
    let loss = x.tanh().sum();
    assert!(why_zero_at::<f64>(loss, x, x, &[&[12.0]]).zeros.is_empty());
    assert_eq!(one(&why_zero_at::<f32>(loss, x, x, &[&[12.0]])).cause, Cause::Flat);
}

/// A network with a dead layer: the cut is at the activation, for its weights two layers below.
#[test]
fn a_dead_layer() {
    let tape = Tape::new();
    let bank = Bank::new([Activation::Relu]);
    let (x, w, v) = (tape.input(3, 2), tape.input(2, 4).label("w"), tape.input(4, 1).label("v"));
    let one_of = tape.full(1, 1, 1.0);
    let hidden = (x.matmul(w) - 10.0).label("before relu");
    let loss = hidden.mixture(&bank, one_of).matmul(v).powi(2).mean() + v.sum();
    let (data, weights, out) = ([0.5; 6], [1.0; 8], [1.0; 4]);
    let at: [&[f32]; 3] = [&data, &weights, &out];
    let why = why_zero_at(loss, w, (x, w, v), &at);
    // Two nodes pass nothing: the loss is at its least, and only then would the dead activation be asked.
    assert_eq!((why.zeros.len(), one(&why).node.operation.as_str()), (8, "powi 2"), "{why}");
    let loss = (hidden.mixture(&bank, one_of).matmul(v) - 1.0).powi(2).mean();
    let why = why_zero_at(loss, w, (x, w, v), &at);
    let cut = one(&why);
    assert_eq!((cut.cause, cut.node.operation.as_str()), (Cause::Flat, "mixture of 1, order 0"), "{why}");
    assert_eq!((cut.operand.label.as_deref(), cut.count), (Some("before relu"), 12));
    assert_eq!(cut.operands[0].elements, [(0, 0, -9.0)]);
    // The output weights are multiplied by dead activations.
    let why = why_zero_at(loss, v, (x, w, v), &at);
    assert_eq!((why.zeros.len(), one(&why).cause), (4, Cause::ZeroFactor), "{why}");
}

#[test]
fn contributions_that_cancel() {
    let tape = Tape::new();
    let x = tape.input(2, 1);
    let why = why_zero_at::<f64>((x.exp() - x.exp()).sum(), x, x, &[&[1.0, 2.0]]);
    let cut = one(&why);
    assert_eq!((cut.cause, cut.count, cut.node.node), (Cause::Cancels, 2, 0), "{why}");
}

/// Whatever the program: the zeros are those of the gradient, and each has a cut or no path at all.
#[test]
fn every_zero_of_random_programs_has_a_cut() {
    let (mut cuts, mut zeros) = (0, 0);
    for seed in 0..300 {
        let tape = Tape::new();
        let program = program(&tape, &mut Sequence::new(seed), &Limits { operations: 20, ..Limits::default() });
        for &x in &program.inputs {
            let compiled = tape.compile::<f64>(program.inputs.clone(), grad(program.loss, x));
            let mut runner = compiled.runner(Par::Seq);
            let [gradient] = runner.run(&program.values());
            let structural = why_zero(program.loss, x);
            let why = why_zero_at(program.loss, x, program.inputs.clone(), &program.values());
            let cols = x.cols();
            let expected = (0..gradient.len()).filter(|&at| gradient[at] == 0.0).map(|at| (at / cols, at % cols));
            assert_eq!(why.zeros, expected.collect::<Vec<_>>(), "seed {seed}\n{why}");
            assert!(structural.zeros.iter().all(|at| why.zeros.contains(at)), "seed {seed}\n{structural}\n{why}");
            let explained = why.zeros.is_empty() || !why.cuts.is_empty() || why.unrelated.is_some();
            assert!(explained, "seed {seed}\n{why}");
            assert_eq!(causes(&structural).is_empty(), structural.zeros.is_empty() || structural.unrelated.is_some());
            (cuts, zeros) = (cuts + why.cuts.len(), zeros + why.zeros.len());
        }
    }
    assert!(cuts > 80 && zeros > 200, "{cuts} cuts, {zeros} zeros");
}
