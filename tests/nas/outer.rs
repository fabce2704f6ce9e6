//! Outer solvers: each proposal solves its proximal problem.
use nas::outer::{ExponentiatedGradient, Outer, ProjectedGradient};
use nas::seed::Seed;
use nas::space::{Simplex, Space, Sphere};
use proptest::prelude::*;

/// Checks that no sampled point of the set has a smaller ⟨g, a⟩ + D(a, α) / η than the proposal.
fn assert_proximal(outer: &dyn Outer, space: &dyn Space, gradient: &[f64], eta: f64, seed: u64) {
    let mut stream = Seed::new(seed).stream();
    let alpha = space.sample(&mut stream);
    let objective = |a: &[f64]| {
        let slope: f64 = gradient.iter().zip(a).map(|(g, a)| g * a).sum();
        slope + outer.divergence(a, &alpha) / eta
    };
    let mut next = vec![f64::NAN; alpha.len()];
    outer.propose(&alpha, gradient, eta, &mut next);
    let reached = objective(&next);
    for _ in 0..50 {
        let far = space.sample(&mut stream);
        let near: Vec<f64> = next.iter().zip(&far).map(|(n, f)| n + 1e-3 * (f - n)).collect();
        let mut back = next.clone();
        space.project(&near, &mut back);
        for other in [&far, &back, &alpha] {
            assert!(reached <= objective(other) + 1e-12 * (1.0 + reached.abs()), "{next:?} loses to {other:?}");
        }
    }
}

proptest! {
    #[test]
    fn proposals_are_proximal_points(
        gradient in prop::collection::vec(-3.0..3.0f64, 2..7),
        eta in prop::sample::select(vec![1e-3, 0.3, 10.0]),
        floor in prop::sample::select(vec![1e-5, 0.05]),
        seed in 0..1000u64,
    ) {
        let h = gradient.len();
        let simplex = Simplex { floor, ..Simplex::unit(h) };
        let sphere = Sphere::unit(h);
        assert_proximal(&ExponentiatedGradient { simplex }, &simplex, &gradient, eta, seed);
        assert_proximal(&ProjectedGradient { space: &simplex }, &simplex, &gradient, eta, seed);
        assert_proximal(&ProjectedGradient { space: &sphere }, &sphere, &gradient, eta, seed);
    }
}

#[test]
fn exponentiated_gradient_multiplies_and_normalises() {
    let outer = ExponentiatedGradient { simplex: Simplex::unit(2) };
    let mut next = [0.0; 2];
    outer.propose(&[0.5, 0.5], &[0.0, 3f64.ln()], 1.0, &mut next);
    assert!((next[0] - 0.75).abs() < 1e-15 && (next[1] - 0.25).abs() < 1e-15);
}

#[test]
fn exponentiated_gradient_survives_steps_that_overflow_naively() {
    let outer = ExponentiatedGradient { simplex: Simplex { floor: 1e-5, ..Simplex::unit(3) } };
    let mut next = [0.0; 3];
    outer.propose(&[1.0 / 3.0; 3], &[-1e9, 0.0, 1e9], 1e3, &mut next);
    assert!((next[0] - (1.0 - 2e-5)).abs() < 1e-15 && next[1] == 1e-5 && next[2] == 1e-5);
}

/// A zero gradient moves nothing, also at the floor.
#[test]
fn no_gradient_no_step() {
    let simplex = Simplex { floor: 1e-5, ..Simplex::unit(2) };
    let alpha = [1e-5, 1.0 - 1e-5];
    let mut next = [0.0; 2];
    ExponentiatedGradient { simplex }.propose(&alpha, &[0.0, 0.0], 1.0, &mut next);
    assert_eq!(next, alpha);
}
