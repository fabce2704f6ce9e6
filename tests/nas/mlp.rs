//! The network of the main job, its losses, its candidates and its predictions.
use nas::model::candidates::{self, CandidateError};
use nas::model::{Loss, Mlp, Predictor};
use nas::seed::Seed;
use tape::{Activation, Bank, Tape, reference};

fn model(groups: usize, shared: bool) -> Mlp {
    let bank = Bank::new([Activation::Identity, Activation::Square]).into();
    Mlp { inputs: 2, hidden: vec![2, 2], outputs: 1, bank, groups, shared }
}

/// f on given rows, by the interpreter.
fn output(model: &Mlp, x: &[f64], theta: &[f64], alpha: &[f64]) -> Vec<f64> {
    let tape = Tape::new();
    let (rows, parameters) = (tape.input(x.len() / model.inputs, model.inputs), tape.input(model.parameters(), 1));
    let mixtures = tape.input(model.coefficients(), 1);
    let f = model.output(rows, parameters, mixtures);
    reference::evaluate([rows, parameters, mixtures], f, &[x, theta, alpha]).swap_remove(0)
}

#[test]
fn theta_is_weights_and_biases_layer_by_layer() {
    let model = model(1, false);
    assert_eq!((model.parameters(), model.mixtures(), model.coefficients()), (6 + 6 + 3, 2, 4));
    // W₁ = (1 2; 3 4), b₁ = (½, −½), squared; W₂ = identity, b₂ = 0, identity; v = (1, −1), c = 10.
    let theta = [1.0, 2.0, 3.0, 4.0, 0.5, -0.5, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, -1.0, 10.0];
    let alpha = [0.0, 1.0, 1.0, 0.0];
    let hidden = |x: [f64; 2]| [(x[0] + 3.0 * x[1] + 0.5).powi(2), (2.0 * x[0] + 4.0 * x[1] - 0.5).powi(2)];
    let want = |x: [f64; 2]| hidden(x)[0] - hidden(x)[1] + 10.0;
    let found = output(&model, &[1.0, 0.0, -0.5, 0.25], &theta, &alpha);
    assert_eq!(found, [want([1.0, 0.0]), want([-0.5, 0.25])]);
}

#[test]
fn groups_and_layers_have_mixtures_of_their_own_unless_shared() {
    let theta = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 100.0, 0.0];
    let x = [3.0, 5.0];
    // Two groups of one neuron: the first squares, the second does not; in the next layer the other way round.
    let apart = output(&model(2, false), &x, &theta, &[0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(apart, [9.0 + 100.0 * 25.0]);
    let shared = output(&model(2, true), &x, &theta, &[0.0, 1.0, 1.0, 0.0]);
    assert_eq!(shared, [81.0 + 100.0 * 5.0]);
}

#[test]
fn losses_are_their_formulas() {
    let tape = Tape::new();
    let (f, y) = (tape.input(2, 3), tape.input(2, 3));
    let losses = [Loss::Squared, Loss::CrossEntropy].map(|loss| loss.mean(f, y));
    let (logits, one_hot) = ([1.0, 2.0, 0.0, -1.0, 0.0, 3.0], [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    let found = reference::evaluate([f, y], losses, &[&logits, &one_hot]);
    let squared: f64 = logits.iter().zip(&one_hot).map(|(f, y)| (f - y) * (f - y)).sum::<f64>() / 4.0;
    let entropy = |row: &[f64], class: usize| row.iter().map(|x| x.exp()).sum::<f64>().ln() - row[class];
    let cross = (entropy(&logits[..3], 1) + entropy(&logits[3..], 0)) / 2.0;
    assert!((found[0][0] - squared).abs() < 1e-14 && (found[1][0] - cross).abs() < 1e-14, "{found:?}");
}

/// Rows in ragged blocks are predicted as they are all at once.
#[test]
fn predictions_do_not_depend_on_blocks() {
    let model = model(1, false);
    let (theta, alpha) = (model.start(Seed::new(1)), [0.3, 0.7, 0.5, 0.5]);
    for n in [0, 1, 511, 512, 513, 1100] {
        let x: Vec<f64> = (0..2 * n).map(|i| (i as f64).sin()).collect();
        let found = Predictor::<f64>::new(&model, n).predict(&theta, &alpha, &x);
        assert_eq!(found.len(), n);
        let want = if n == 0 { Vec::new() } else { output(&model, &x, &theta, &alpha) };
        assert!(found.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-12), "{n} rows");
    }
}

#[test]
fn candidates_have_names() {
    assert_eq!(candidates::bank(&candidates::split(candidates::DEFAULT)).unwrap().len(), 8);
    let error = candidates::bank(&["relu", "thanh"]).unwrap_err();
    assert_eq!(error.to_string(), "there is no candidate \"thanh\"; did you mean \"tanh\"?");
    assert!(candidates::bank(&["zzz"]).unwrap_err().to_string().contains("choose from relu, tanh"));
    assert_eq!(candidates::bank(&["sin", "sin"]), Err(CandidateError::Twice { name: "sin".into() }));
    assert_eq!(candidates::bank::<&str>(&[]), Err(CandidateError::Empty));
}
