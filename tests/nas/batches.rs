//! Fits on mini-batches.
use nas::inner::{Batches, Fit, FitOptions, Fitted, Fitter, OnRows, Optimiser};
use nas::seed::Seed;
use tape::{Tape, Var};

const RIDGE: f64 = 0.1;

fn options(optimiser: Optimiser, lr: f64, steps: usize) -> FitOptions {
    FitOptions { optimiser, lr, steps, tolerance: 1e-9 }
}

/// Σ over the rows of x θ, with as many rows as columns: the gradient counts the rows of a batch.
fn dealt(rows: usize, size: usize, steps: usize) -> Vec<f64> {
    let tape = Tape::new();
    let (theta, alpha) = (tape.input(rows, 1), tape.input(1, 1));
    let on = |n: usize| {
        let x = tape.input(n, rows);
        OnRows { loss: x.matmul(theta).sum() * alpha, data: x }
    };
    let batches = Batches { all: rows, size, seed: Seed::new(5) };
    let options = options(Optimiser::Gd, 1.0, steps);
    let mut fitter = Fitter::<f64>::batched(on(rows), on(size), batches, alpha, theta, options);
    let one_hot: Vec<f64> = (0..rows * rows).map(|i| if i % (rows + 1) == 0 { 1.0 } else { 0.0 }).collect();
    let fit = fitter.fit(vec![0.0; rows], &[1.0], &[&one_hot]);
    assert_eq!((fit.end, fit.steps), (Fitted::StepLimit, steps));
    fit.theta.iter().map(|moved| -moved).collect()
}

/// Step k of K has the size ½ (1 + cos(π k / K)), which tells the batches of a row.
fn size(k: usize, steps: usize) -> f64 {
    0.5 * (1.0 + (std::f64::consts::PI * k as f64 / steps as f64).cos())
}

#[test]
fn every_row_comes_once_an_epoch() {
    for (rows, batch) in [(12, 3), (12, 1), (7, 2), (5, 3)] {
        let steps = rows / batch;
        let moved = dealt(rows, batch, steps);
        for k in 0..steps {
            let of_step = moved.iter().filter(|moved| (*moved - size(k, steps)).abs() < 1e-12).count();
            assert_eq!(of_step, batch, "step {k} with batches of {batch} of {rows} rows: {moved:?}");
        }
        assert_eq!(moved.iter().filter(|moved| **moved == 0.0).count(), rows % batch, "the rest waits");
    }
    // In two epochs, once in the first half of the steps and once in the second.
    let moved = dealt(8, 2, 8);
    let twice = |moved: f64| (0..4).any(|i| (4..8).any(|j| (moved - size(i, 8) - size(j, 8)).abs() < 1e-12));
    assert!(moved.iter().all(|&moved| twice(moved)), "{moved:?}");
}

/// Rows (x₁, x₂, y) near y = 2 x₁ − x₂.
fn rows(n: usize) -> [Vec<f64>; 2] {
    let x: Vec<f64> = (0..2 * n).map(|i| (i as f64 * 0.73).sin()).collect();
    let y = (0..n).map(|i| 2.0 * x[2 * i] - x[2 * i + 1] + 0.3 * (i as f64 * 1.9).cos()).collect();
    [x, y]
}

fn ridge<'t>(tape: &'t Tape, theta: Var<'t>, n: usize) -> OnRows<'t, [Var<'t>; 2]> {
    let (x, y) = (tape.input(n, 2), tape.input(n, 1));
    let loss = (x.matmul(theta) - y).powi(2).mean() * 0.5 + theta.powi(2).sum() * (0.5 * RIDGE);
    OnRows { loss, data: [x, y] }
}

/// The fit of a ridge problem of 60 rows.
fn fit(optimiser: Optimiser, lr: f64, batch: Option<(usize, u64)>) -> Fit {
    let (tape, [x, y]) = (Tape::new(), rows(60));
    let (theta, alpha) = (tape.input(2, 1), tape.input(1, 1));
    let (all, options) = (ridge(&tape, theta, 60), options(optimiser, lr, 1500));
    let mut fitter = match batch {
        None => Fitter::<f64>::new(all, alpha, theta, options),
        Some((size, seed)) => {
            let batches = Batches { all: 60, size, seed: Seed::new(seed) };
            Fitter::batched(all, ridge(&tape, theta, size), batches, alpha, theta, options)
        }
    };
    fitter.fit(vec![0.5, 0.5], &[1.0], &[&x, &y])
}

/// (XᵀX / n + λ)⁻¹ Xᵀy / n
fn minimum() -> [f64; 2] {
    let [x, y] = rows(60);
    let mean = |f: &dyn Fn(usize) -> f64| (0..60).map(f).sum::<f64>() / 60.0;
    let a = mean(&|i| x[2 * i] * x[2 * i]) + RIDGE;
    let b = mean(&|i| x[2 * i] * x[2 * i + 1]);
    let c = mean(&|i| x[2 * i + 1] * x[2 * i + 1]) + RIDGE;
    let (u, v) = (mean(&|i| x[2 * i] * y[i]), mean(&|i| x[2 * i + 1] * y[i]));
    let det = a * c - b * b;
    [(c * u - b * v) / det, (a * v - b * u) / det]
}

#[test]
fn mini_batches_come_near_the_minimum_of_all_rows() {
    let want = minimum();
    let off = |fit: &Fit| (fit.theta[0] - want[0]).hypot(fit.theta[1] - want[1]);
    assert!(off(&fit(Optimiser::Lbfgs, 0.0, None)) < 1e-8, "the closed form");
    for (optimiser, lr) in [(Optimiser::Adam, 0.02), (Optimiser::Momentum, 0.02), (Optimiser::Gd, 0.1)] {
        let found = fit(optimiser, lr, Some((8, 1)));
        assert!(off(&found) < 0.01 && found.residual < 0.01, "{optimiser:?}: {found:?} is not {want:?}");
        assert_eq!(found, fit(optimiser, lr, Some((8, 1))), "the same seed");
        assert_ne!(found.theta, fit(optimiser, lr, Some((8, 2))).theta, "another seed");
    }
}
