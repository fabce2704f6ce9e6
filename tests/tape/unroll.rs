//! Differentiated training: finite differences, rates, and what checkpoints cost.

use std::collections::HashMap;

use tape::{Accuracy, Adam, Answer, Gd, Method, Mode, Momentum, Point, Problem, Setup, Step, Tape, Unroll};

use crate::problems::{network, noise};

/// g = ½ Σ hᵢθᵢ² − α Σ θᵢ, f = Σ θᵢ. From any θ₀, df/dα after K steps is Σ (1 − (1 − ηhᵢ)ᴷ)/hᵢ.
fn quadratic(h: &[f64]) -> Problem<f64> {
    let tape = Tape::new();
    let (alpha, theta, h) = (tape.input(1, 1), tape.input(h.len(), 1), tape.constant(h.len(), 1, h));
    let inner = 0.5 * h.dot(theta.powi(2)) - alpha * theta.sum();
    Problem::stationary(inner, theta.sum(), alpha, theta, (), Setup::default())
}

fn run(problem: &mut Problem<f64>, unroll: Unroll<'_>, theta: &[f64]) -> Answer<f64> {
    let at = Point { alpha: &[&[1.0]], theta: &[theta], data: &[] };
    problem.hypergradient(&Method::Unroll(unroll), &at).expect("a training does not fail")
}

#[test]
fn the_error_falls_at_the_rate_of_the_training() {
    let (h, eta) = ([0.5, 2.0, 5.0], 0.15);
    let contraction: f64 = 1.0 - eta * h[0];
    let exact: f64 = h.iter().map(|h| 1.0 / h).sum();
    let mut problem = quadratic(&h);
    let mut before: Option<f64> = None;
    for steps in [50, 100, 150, 200, 250, 300] {
        let answer = run(&mut problem, Unroll { steps, eta: &|_| eta, ..Unroll::default() }, &[1.0, -2.0, 3.0]);
        let error = (answer.gradient[0][0] - exact).abs();
        let bound = contraction.powi(steps as i32);
        if bound < 1e-10 {
            assert!(error < 1e-8, "K = {steps}: {error:e}");
        }
        if let Some(before) = before.filter(|_| error > 1e-13) {
            let fallen = (error / before) / contraction.powi(50);
            assert!((0.5..2.0).contains(&fallen), "K = {steps}: {error:e} after {before:e}");
        }
        let Accuracy::Remainder { adjoint, .. } = answer.error else { panic!("{:?}", answer.error) };
        assert!((0.5..2.0).contains(&(adjoint / bound * 3f64.sqrt())), "K = {steps}: {adjoint:e} for {bound:e}");
        before = Some(error);
    }
}

#[test]
fn a_hundred_thousand_steps_in_little_memory() {
    let h = [0.001, 1.0];
    let mut problem = quadratic(&h);
    let eta = |k: usize| 0.1 + 0.05 * (k as f64).sin();
    let state = 2 * size_of::<f64>();
    let steps = 100_000;
    let all = Unroll { steps, eta: &eta, ..Unroll::default() };
    let few = Unroll { mode: Mode::Reverse { budget: state * steps / 200 }, ..all };
    let (all, few) = (run(&mut problem, all, &[1.0, -1.0]), run(&mut problem, few, &[1.0, -1.0]));
    assert_eq!((all.work.recomputed, all.work.snapshots), (0, steps));
    // 500 snapshots, 8 kB, for one more run of nearly every step.
    assert_eq!((few.work.recomputed, few.work.snapshots), (99_499, 500), "{:?}", few.work);
    assert!(few.work.bytes < all.work.bytes / 100, "{:?} and {:?}", few.work, all.work);
    assert_eq!(few.gradient, all.gradient);
    assert_eq!((few.theta, few.adjoint), (all.theta, all.adjoint));
}

/// The least number of forward steps to reverse l steps with s snapshots, the first state being one.
fn least(l: usize, s: usize, known: &mut HashMap<(usize, usize), usize>) -> usize {
    if l <= 1 {
        return 0;
    }
    if s == 1 {
        return l * (l - 1) / 2;
    }
    if let Some(&found) = known.get(&(l, s)) {
        return found;
    }
    let found = (1..l).map(|m| m + least(l - m, s - 1, known) + least(m, s, known)).min().expect("l > 1");
    known.insert((l, s), found);
    found
}

#[test]
fn no_schedule_recomputes_less() {
    let mut problem = quadratic(&[1.0]);
    let mut known = HashMap::new();
    for steps in 0..=40 {
        for snapshots in 1..=8 {
            let unroll =
                Unroll { steps, mode: Mode::Reverse { budget: snapshots * size_of::<f64>() }, ..Unroll::default() };
            let work = run(&mut problem, unroll, &[2.0]).work;
            let forward = least(steps, snapshots, &mut known);
            assert_eq!(work.recomputed, forward.saturating_sub(steps.saturating_sub(1)), "{steps} in {snapshots}");
            assert!(work.snapshots <= snapshots && work.products == steps);
        }
    }
}

#[test]
fn no_step_gives_the_outer_gradient() {
    for mode in [Mode::default(), Mode::Forward] {
        let unroll = Unroll { steps: 0, mode, ..Unroll::default() };
        let answer = run(&mut quadratic(&[1.0, 2.0]), unroll, &[3.0, 4.0]);
        assert_eq!((answer.gradient[0][0], answer.theta, answer.outer), (0.0, vec![3.0, 4.0], 7.0));
    }
}

#[test]
fn a_truncated_reverse_misses_what_contracts() {
    let (mut problem, eta) = (quadratic(&[1.0]), 0.25);
    let full = run(&mut problem, Unroll { steps: 60, eta: &|_| eta, ..Unroll::default() }, &[0.5]);
    for last in [1, 5, 20, 60, 100] {
        for mode in [Mode::default(), Mode::Forward] {
            let part = run(&mut problem, Unroll { steps: 60, last, eta: &|_| eta, mode }, &[0.5]);
            let missing = 0.75f64.powi(last.min(60) as i32) - 0.75f64.powi(60);
            assert!((full.gradient[0][0] - part.gradient[0][0] - missing).abs() < 1e-14, "last {last}");
            assert_eq!((part.theta, part.work.products), (full.theta.clone(), last.min(60)));
        }
    }
}

#[test]
fn every_step_method_agrees_with_differences() {
    let methods: [Box<dyn Step>; 3] = [Box::new(Gd), Box::new(Momentum::default()), Box::new(Adam::default())];
    for step in methods {
        let name = format!("{step:?}");
        let (mut problem, case) = network(5, Setup { step, ..Setup::default() });
        let theta = noise(15, 6);
        let mut at = |alpha: &[f64], last, mode| {
            let data = case.data();
            let point = Point { alpha: &[alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
            let eta = |k: usize| 0.05 / (1.0 + 0.1 * k as f64);
            let unroll = Unroll { steps: 25, eta: &eta, last, mode };
            problem.hypergradient(&Method::Unroll(unroll), &point).unwrap()
        };
        let found = at(&case.alpha, usize::MAX, Mode::Reverse { budget: 3 * 15 * 8 * 4 });
        assert!(found.work.recomputed > 0);
        let forward = at(&case.alpha, usize::MAX, Mode::Forward);
        assert_eq!((&forward.theta, forward.work.products), (&found.theta, 25 * 3));
        for i in 0..3 {
            assert!((forward.gradient[0][i] - found.gradient[0][i]).abs() < 1e-12, "{name}: forward and reverse");
            let mut shifted = |by: f64| {
                let mut alpha = case.alpha.clone();
                alpha[i] += by;
                at(&alpha, 0, Mode::default()).outer
            };
            let expected = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
            let error = (found.gradient[0][i] - expected).abs();
            assert!(error < 1e-8 * (1.0 + expected.abs()), "{name}: {} and {expected}", found.gradient[0][i]);
        }
    }
}

#[test]
fn single_precision_follows() {
    let tape = Tape::new();
    let (alpha, theta) = (tape.input(1, 1), tape.input(1, 1));
    let inner = 0.5 * (theta - alpha.tanh()).powi(2);
    let mut problem = Problem::<f32>::stationary(inner, theta, alpha, theta, (), Setup::default());
    let at = Point { alpha: &[&[0.5]], theta: &[&[0.0]], data: &[] };
    let unroll = Unroll { steps: 200, eta: &|_| 0.2, ..Unroll::default() };
    let found = problem.hypergradient(&Method::Unroll(unroll), &at).unwrap().gradient[0][0];
    assert!((f64::from(found) - (1.0 - 0.5f64.tanh().powi(2))).abs() < 1e-6);
}

/// f after 20 steps of a small network, with everything of the method a parameter: [shift of η, scale of η, others].
fn trained(step: Box<dyn Step>, shift: f64, scale: f64) -> Answer<f64> {
    let (mut problem, case) = network(5, Setup { step, ..Setup::default() });
    let (theta, data) = (noise(15, 6), case.data());
    let point = Point { alpha: &[&case.alpha], theta: &[&theta[..12], &theta[12..]], data: &data };
    let eta = |k: usize| scale * 0.05 / (1.0 + 0.1 * k as f64) + shift;
    let unroll = Unroll { steps: 20, eta: &eta, mode: Mode::Reverse { budget: 2000 }, ..Unroll::default() };
    problem.hypergradient(&Method::Unroll(unroll), &point).unwrap()
}

#[test]
fn step_sizes_and_hyperparameters_of_the_step_have_derivatives() {
    let momentum = |rho| Box::new(Momentum { rho }) as Box<dyn Step>;
    let adam = |beta1, beta2| Box::new(Adam { beta1, beta2, epsilon: 1e-8 }) as Box<dyn Step>;
    let difference = |f: &dyn Fn(f64) -> f64| (f(1e-5) - f(-1e-5)) / 2e-5;
    let close = |name: &str, found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()), "{name}: {found} and {expected}");
        assert!(expected.abs() > 1e-6, "{name}: a derivative that is zero shows nothing");
    };
    type Make<'a> = &'a dyn Fn() -> Box<dyn Step>;
    let methods: [(&str, Make<'_>); 3] =
        [("gd", &|| Box::new(Gd)), ("momentum", &|| momentum(0.8)), ("adam", &|| adam(0.7, 0.95))];
    for (name, make) in methods {
        let found = trained(make(), 0.0, 1.0).step.unwrap();
        close(name, found.shift, difference(&|by| trained(make(), by, 1.0).outer));
        close(name, found.scale, difference(&|by| trained(make(), 0.0, 1.0 + by).outer));
    }
    let rho = trained(momentum(0.8), 0.0, 1.0).step.unwrap().others;
    assert_eq!(rho[0].0, "ρ");
    close("ρ", rho[0].1, difference(&|by| trained(momentum(0.8 + by), 0.0, 1.0).outer));
    let betas = trained(adam(0.7, 0.95), 0.0, 1.0).step.unwrap().others;
    assert_eq!((betas[0].0, betas[1].0), ("β₁", "β₂"));
    close("β₁", betas[0].1, difference(&|by| trained(adam(0.7 + by, 0.95), 0.0, 1.0).outer));
    close("β₂", betas[1].1, difference(&|by| trained(adam(0.7, 0.95 + by), 0.0, 1.0).outer));
}

#[test]
fn the_bias_of_truncation_is_estimated() {
    // One mode: the estimate is exact. Three modes: within a factor of three once the slowest is alone.
    for (h, last, factor) in [(vec![1.0], 1, 1.0 + 1e-9), (vec![1.0], 7, 1.0 + 1e-9), (vec![0.5, 2.0, 3.0], 12, 3.0)] {
        let mut problem = quadratic(&h);
        let start = vec![0.5; h.len()];
        let all = Unroll { steps: 60, eta: &|_| 0.25, ..Unroll::default() };
        let full = run(&mut problem, all, &start);
        let part = run(&mut problem, Unroll { last, ..all }, &start);
        let missing = (full.gradient[0][0] - part.gradient[0][0]).abs();
        let Accuracy::Remainder { truncation, .. } = part.error else { panic!("{:?}", part.error) };
        let ratio = truncation / missing;
        assert!(ratio <= factor && ratio >= 1.0 / factor, "last {last} of {h:?}: {truncation:e} for {missing:e}");
        let Accuracy::Remainder { truncation, .. } = full.error else { panic!("{:?}", full.error) };
        assert_eq!(truncation, 0.0);
    }
    // A step that is too large: nothing contracts.
    let mut problem = quadratic(&[1.0]);
    let answer = run(&mut problem, Unroll { steps: 20, last: 5, eta: &|_| 2.5, ..Unroll::default() }, &[0.5]);
    assert!(matches!(answer.error, Accuracy::Remainder { truncation: f64::INFINITY, .. }), "{:?}", answer.error);
}

#[test]
fn darts_by_name() {
    let mut problem = crate::problems::darts();
    for (xi, expected) in crate::problems::DARTS {
        let at = Point { alpha: &[&[2.0]], theta: &[&[-2.0]], data: &[] };
        let eta = |_: usize| xi;
        let [first, second] = [Unroll::darts_first_order(), Unroll::darts_second_order(&eta)]
            .map(|unroll| problem.hypergradient(&Method::Unroll(unroll), &at).unwrap().gradient[0][0]);
        assert!((second - expected).abs() < 1e-14 && first == -4.0, "ξ = {xi}: {first} {second}");
    }
}
