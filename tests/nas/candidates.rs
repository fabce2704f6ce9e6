//! Mixtures of activations of the tape and of formulas.
use crate::difference::relative_error;
use nas::model::candidates::{self, CandidateError, split};
use nas::model::{Candidates, Mlp, Predictor};
use nas::seed::Seed;
use nas::trial::without_zeros;
use rand::RngExt;
use tape::{Par, Tape, grad, hvp, reference};

#[test]
fn a_list_is_split_at_commas_outside_parentheses() {
    let cases: [(&str, &[&str]); 7] = [
        ("relu, tanh", &["relu", "tanh"]),
        ("x*exp(-x^2)", &["x*exp(-x^2)"]),
        ("max(x, 0),min(x,max(1,x)) , sin", &["max(x, 0)", "min(x,max(1,x))", "sin"]),
        ("", &[""]),
        ("a,,b,", &["a", "", "b", ""]),
        ("x),y", &["x)", "y"]),
        ("max(x,0", &["max(x,0"]),
    ];
    for (list, want) in cases {
        assert_eq!(split(list), want, "{list:?}");
    }
}

#[test]
fn formulas_that_are_no_candidates_say_why() {
    let refusal = |list: &[&str]| candidates::bank(list).unwrap_err().to_string();
    assert_eq!(
        refusal(&["relu", "x*thanh(x)"]),
        "the candidate \"x*thanh(x)\" cannot be used: column 3: there is no \"thanh\"; did you mean \"tanh\"?"
    );
    assert!(refusal(&["ln(x)"]).contains("at x = 0"));
    assert!(refusal(&["2"]).contains("does not depend on x"));
    assert_eq!(refusal(&["Relu"]), "there is no candidate \"Relu\"; did you mean \"relu\"?");
    let same = |text: &str, other: &str| Err(CandidateError::Same { text: text.to_owned(), other: other.to_owned() });
    assert_eq!(candidates::bank(&["identity", "sin", "x"]), same("x", "identity"));
    assert_eq!(candidates::bank(&["max(x,0)", "relu"]), same("relu", "max(x,0)"));
    assert_eq!(candidates::bank(&["x+1", "sin", "1+x"]), same("1+x", "x+1"));
    assert_eq!(candidates::bank(&["x+1", "x+1"]), Err(CandidateError::Twice { name: "x+1".into() }));
    assert_eq!(candidates::bank(&["x+1", "x+2", "x*1.001"]).unwrap().len(), 3);
}

/// σ_α by its definition, group by group.
fn plain(bank: &Candidates, z: &[f64], cols: usize, groups: usize, alpha: &[f64]) -> Vec<f64> {
    let sigma = |(at, z): (usize, &f64)| {
        let group = (at % cols) / (cols / groups);
        bank.iter().enumerate().map(|(i, candidate)| alpha[i * groups + group] * candidate.at(*z)).sum()
    };
    z.iter().enumerate().map(sigma).collect()
}

#[test]
fn a_mixture_is_its_sum_for_every_group() {
    let lists: [&[&str]; 5] = [
        &["x*exp(-x^2)"],
        &["max(x, 0)*x", "cos(x)"],
        &["tanh", "x*exp(-x^2)"],
        &["cos(x)", "gelu", "x^3/10", "sin", "abs(x)"],
        &["gelu", "sin"],
    ];
    let mut stream = Seed::new(2).stream();
    for list in lists {
        let (bank, h) = (candidates::bank(list).unwrap(), list.len());
        for (rows, cols, groups) in [(0, 2, 1), (1, 1, 1), (3, 6, 1), (3, 6, 2), (2, 6, 3), (5, 6, 6)] {
            let mut numbers = |n: usize| (0..n).map(|_| stream.random_range(-2.0..2.0)).collect::<Vec<f64>>();
            let (z_values, alpha_values) = (numbers(rows * cols), numbers(h * groups));
            let tape = Tape::new();
            let (z, alpha) = (tape.input(rows, cols), tape.input(h, groups));
            let mixture = bank.mixture(z, alpha);
            let want = plain(&bank, &z_values, cols, groups, &alpha_values);
            let slow = reference::evaluate([z, alpha], mixture, &[&z_values, &alpha_values]).swap_remove(0);
            let mut runner = tape.compile::<f64>([z, alpha], [mixture]).runner(Par::Seq);
            let [fast] = runner.run(&[&z_values, &alpha_values]);
            let all = want.iter().zip(&slow).zip(fast);
            assert!(want.len() == slow.len() && want.len() == fast.len());
            for ((want, slow), fast) in all {
                let near = |found: f64| (found - want).abs() < 1e-12 * (1.0 + want.abs());
                assert!(near(*slow) && near(*fast), "{list:?}, {groups} groups: {slow} and {fast}, not {want}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "do not split into 4 groups")]
fn groups_divide_the_columns() {
    let tape = Tape::new();
    let bank = candidates::bank(&["cos(x)"]).unwrap();
    let _ = bank.mixture(tape.input(1, 6), tape.input(1, 4));
}

fn network(list: &[&str], groups: usize, shared: bool) -> Mlp {
    let bank = candidates::bank(list).unwrap();
    Mlp { inputs: 3, hidden: vec![4, 6], outputs: 2, bank, groups, shared }
}

/// A sum of outputs: its value, its gradients in θ and α, and a Hessian-vector product in θ, compiled.
fn everything(model: &Mlp, theta: &[f64], alpha: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let (x, t, a) = (tape.input(5, 3), tape.input(theta.len(), 1), tape.input(alpha.len(), 1));
    let v = tape.input(theta.len(), 1);
    let loss = model.output(x, t, a).powi(2).sum();
    let outputs = [loss, grad(loss, t), grad(loss, a), hvp(loss, t, v), grad(grad(loss, t).dot(v), a)];
    let mut runner = tape.compile::<f64>([x, t, a, v], outputs).runner(Par::Seq);
    let wave = |n: usize, step: f64| (0..n).map(|i| (i as f64 * step).sin()).collect::<Vec<f64>>();
    let found: [&[f64]; 5] = runner.run(&[&wave(15, 0.7), theta, alpha, &wave(theta.len(), 1.3)]);
    found.concat()
}

/// Formulas that say what named candidates are: the same network, with the same derivatives.
#[test]
fn a_formula_is_worth_its_activation() {
    let names = ["gelu", "tanh", "sin", "square"];
    let written: [&[&str]; 2] =
        [&["gelu", "2*sigmoid(2*x) - 1", "sin", "x^2"], &["x*(1 + erf(x/sqrt(2)))/2", "tanh(x)", "sin(x)", "x*x"]];
    for (groups, shared) in [(1, false), (2, false), (2, true)] {
        let model = network(&names, groups, shared);
        let theta = model.start(Seed::new(3));
        let alpha: Vec<f64> = (0..model.coefficients()).map(|i| (1.0 + i as f64).cos()).collect();
        let want = everything(&model, &theta, &alpha);
        for list in written {
            let found = everything(&network(list, groups, shared), &theta, &alpha);
            let error = relative_error(&found, &want);
            assert!(error < 1e-12, "{list:?}, {groups} groups, shared {shared}: {error:e}");
        }
    }
}

#[test]
fn a_network_without_unused_formulas_is_the_same() {
    let model = network(&["cos(x)", "tanh", "x*exp(-x^2)", "sin"], 2, false);
    let theta = model.start(Seed::new(4));
    let alpha: Vec<f64> = (0..model.mixtures()).flat_map(|_| [0.0, 0.25, -0.5, 0.0]).collect();
    let (few, coefficients) = without_zeros(&model, &alpha);
    assert_eq!((few.bank.len(), coefficients.len()), (2, 2 * model.mixtures()));
    let x: Vec<f64> = (0..12).map(|i| (i as f64).sin()).collect();
    let outputs = |model: &Mlp, alpha: &[f64]| Predictor::<f64>::new(model, 4).predict(&theta, alpha, &x);
    assert!(relative_error(&outputs(&few, &coefficients), &outputs(&model, &alpha)) < 1e-13);
    let (none, nothing) = without_zeros(&model, &vec![0.0; model.coefficients()]);
    assert!(none.bank.is_empty() && nothing.is_empty());
}
