//! The fit of the inner problem by every optimiser.
use nas::inner::{At, FitOptions, Fitted, Fitter, Lbfgs, OnRows, Optimiser, Smooth};
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
