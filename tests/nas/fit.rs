//! The fit of the inner problem by every optimiser.
use crate::random::normal;
use nas::inner::{At, FitOptions, Fitted, Fitter, Lbfgs, OnRows, Optimiser, Smooth};
use nas::seed::Seed;
use tape::Tape;

/// 100 (y − x²)² + (1 − x)², and how often it was asked.
#[derive(Default)]
struct Rosenbrock {
    asked: usize,
}

impl Smooth for Rosenbrock {
    fn value(&mut self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        self.asked += 1;
        let (x, y) = (theta[0], theta[1]);
        let (bend, off) = (y - x * x, 1.0 - x);
        gradient.copy_from_slice(&[-400.0 * x * bend - 2.0 * off, 200.0 * bend]);
        100.0 * bend * bend + off * off
    }
}

#[test]
fn lbfgs_follows_the_valley() {
    let mut function = Rosenbrock::default();
    let mut at = At::new(&mut function, vec![-1.2, 1.0]);
    let mut memory = Lbfgs::default();
    for _ in 0..60 {
        match memory.step(&mut function, &at) {
            Some(next) => {
                assert!(next.loss <= at.loss);
                at = next;
            }
            None => break,
        }
    }
    assert!((at.theta[0] - 1.0).abs() < 1e-8 && (at.theta[1] - 1.0).abs() < 1e-8, "{at:?}");
    assert!(function.asked < 100, "{} evaluations", function.asked);
    let minimum = At::new(&mut function, vec![1.0, 1.0]);
    assert_eq!(Lbfgs::default().step(&mut function, &minimum), None);
}

/// Σ ln cosh of random combinations, and a small square: smooth and convex.
struct Valley(Vec<Vec<f64>>);

impl Smooth for Valley {
    fn value(&mut self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.iter_mut().zip(theta).for_each(|(g, x)| *g = 1e-2 * x);
        let mut value = 5e-3 * inner(theta, theta);
        for row in &self.0 {
            let z = inner(row, theta) - 1.0;
            value += z.cosh().ln();
            gradient.iter_mut().zip(row).for_each(|(g, x)| *g += z.tanh() * x);
        }
        value
    }
}

fn inner(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// −H∇ by the two loops (Nocedal and Wright, algorithm 7.4) over the last twelve pairs, the oldest first.
fn two_loops(pairs: &[(Vec<f64>, Vec<f64>)], gradient: &[f64]) -> Vec<f64> {
    let pairs = &pairs[pairs.len().saturating_sub(12)..];
    let mut q = gradient.to_vec();
    let mut along = Vec::new();
    for (s, y) in pairs.iter().rev() {
        let a = inner(s, &q) / inner(s, y);
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= a * y);
        along.push(a);
    }
    let gamma = pairs.last().map_or(1.0, |(s, y)| inner(s, y) / inner(y, y));
    q.iter_mut().for_each(|q| *q *= gamma);
    for ((s, y), a) in pairs.iter().zip(along.iter().rev()) {
        let b = inner(y, &q) / inner(s, y);
        q.iter_mut().zip(s).for_each(|(q, s)| *q += (a - b) * s);
    }
    q.iter().map(|q| -q).collect()
}

/// The compact form goes where the two loops go, also after old pairs were forgotten.
#[test]
fn lbfgs_steps_are_along_the_two_loops() {
    for n in [1, 2, 40] {
        let rows = normal(30, n, Seed::new(n as u64));
        let mut function = Valley((0..30).map(|i| (0..n).map(|j| rows[(i, j)]).collect()).collect());
        let mut at = At::new(&mut function, vec![2.0; n]);
        let (mut memory, mut pairs) = (Lbfgs::default(), Vec::new());
        let (mut steps, first) = (0, at.slope());
        while at.slope() > 1e-7 * first {
            let next = memory.step(&mut function, &at).unwrap();
            let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
            let moved = minus(&next.theta, &at.theta);
            let wanted = two_loops(&pairs, &at.gradient);
            let cosine = inner(&moved, &wanted) / (inner(&moved, &moved) * inner(&wanted, &wanted)).sqrt();
            assert!((cosine - 1.0).abs() < 1e-8, "n = {n}, step {steps}: {cosine}");
            pairs.push((moved, minus(&next.gradient, &at.gradient)));
            (at, steps) = (next, steps + 1);
        }
        assert!(n < 40 || steps > 20, "{steps} steps: nothing was forgotten");
    }
}

/// ½ Σ c (θ − t α)²: the minimum is t α.
fn fitter(optimiser: Optimiser, steps: usize) -> Fitter<f64> {
    let tape = Tape::new();
    let (theta, alpha, target) = (tape.input(3, 1), tape.input(1, 1), tape.input(3, 1));
    let curvature = tape.constant(3, 1, &[1.0, 2.0, 5.0]);
    let loss = 0.5 * (curvature * (theta - target * alpha.expand(3, 1)).powi(2)).sum();
    let lr = if optimiser == Optimiser::Adam { 0.05 } else { 0.1 };
    let options = FitOptions { optimiser, lr, steps, tolerance: 1e-6 };
    Fitter::new(OnRows { loss, data: target }, alpha, theta, options)
}

#[test]
fn every_optimiser_reaches_its_tolerance() {
    for optimiser in [Optimiser::Lbfgs, Optimiser::Gd, Optimiser::Momentum, Optimiser::Adam] {
        let fit = fitter(optimiser, 5000).fit(vec![0.5; 3], &[2.0], &[&[1.0, -1.0, 3.0]]);
        assert_eq!(fit.end, Fitted::Stationary, "{optimiser:?}: {fit:?}");
        assert!(fit.residual <= 1e-6 && fit.scale > 1.0);
        let want = [2.0, -2.0, 6.0];
        let close = fit.theta.iter().zip(want).all(|(found, want)| (found - want).abs() < 1e-4);
        assert!(close, "{optimiser:?}: {:?}", fit.theta);
    }
}

#[test]
fn what_stops_a_fit_is_said() {
    let data: [&[f64]; 1] = [&[1.0, -1.0, 3.0]];
    let limited = fitter(Optimiser::Gd, 7).fit(vec![0.0; 3], &[1.0], &data);
    assert_eq!((limited.end, limited.steps), (Fitted::StepLimit, 7));
    let at_once = fitter(Optimiser::Lbfgs, 7).fit(data[0].to_vec(), &[1.0], &data);
    assert_eq!((at_once.end, at_once.steps, at_once.loss), (Fitted::Stationary, 0, 0.0));
    let lost = fitter(Optimiser::Lbfgs, 7).fit(vec![f64::NAN; 3], &[1.0], &data);
    assert_eq!(lost.end, Fitted::Diverged);
}
