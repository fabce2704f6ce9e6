//! Frank-Wolfe: its step, its certificate, its rate.
use crate::quadratic::quadratic;
use crate::sets::{convex, distance, dot, projected, vector};
use nas::outer::{FrankWolfe, Outer};
use nas::search::{Options, Reached, search};
use nas::seed::Seed;
use nas::space::{Ball, Simplex, Space, duality_gap};
use proptest::prelude::*;

proptest! {
    /// The proposal lies on the segment from α to the vertex, inside Δ, and no other point of it has a smaller
    /// ⟨g, a⟩ + ‖a − α‖²/2η.
    #[test]
    fn proposals_are_proximal_on_the_segment(
        h in 0usize..5,
        eta in prop::sample::select(vec![1e-3, 0.3, 1e6]),
        seed in 0..100_000u64,
    ) {
        let mut stream = Seed::new(seed).stream();
        for (set, space) in convex(h) {
            let outer = FrankWolfe { space: &*space };
            let (alpha, g) = (set.space.sample(&mut stream), vector(set.space.coordinates(), 1.0, &mut stream));
            let (mut vertex, mut next) = (alpha.clone(), vec![f64::NAN; alpha.len()]);
            set.space.vertex(&g, &mut vertex);
            outer.propose(&alpha, &g, eta, &mut next);
            prop_assert!((set.violation)(&next) <= 1e-14, "{} left", set.name);
            prop_assert!(eta < 1e6 || distance(&next, &vertex) < 1e-3 || distance(&alpha, &vertex) < 1e-12);
            let objective = |a: &[f64]| dot(&g, a) + outer.divergence(a, &alpha) / eta;
            for t in (0..=50).map(|i| f64::from(i) / 50.0) {
                let other: Vec<f64> = alpha.iter().zip(&vertex).map(|(a, s)| (1.0 - t) * a + t * s).collect();
                prop_assert!(objective(&next) <= objective(&other) + 1e-12, "{}: {next:?} loses to {other:?}", set.name);
            }
        }
    }
}

/// F = ½‖α − t‖² is least at the projection of t. Every point of the path has a gap of at least F − F*, and with the known
/// curvature 1 the method's rate is F − F* ≤ 2 (2r)² / (k + 2) after k steps (Jaggi 2013, theorem 1).
#[test]
fn gaps_certify_values_on_every_convex_set() {
    let mut stream = Seed::new(31).stream();
    for h in 1..5 {
        for (set, space) in convex(h) {
            for _ in 0..5 {
                let target = vector(set.space.coordinates(), 2.0, &mut stream);
                let mut problem = quadratic(&vec![1.0; target.len()], &target);
                let least = problem.value(&projected(&*set.space, &target));
                let mut watched = 0;
                let mut watch = |_: &_, reached: Reached<'_>| {
                    let above = reached.hypergradient.value - least;
                    let gap = duality_gap(&*space, reached.alpha, &reached.hypergradient.alpha);
                    assert!(above <= gap + 1e-12, "{}: F − F* = {above} > {gap}", set.name);
                    let rate = 2.0 * (2.0 * set.space.radius()).powi(2) / (reached.step as f64 + 2.0);
                    assert!(
                        reached.step == 0 || above <= rate + 1e-12,
                        "{} {}: {above} > {rate}",
                        set.name,
                        reached.step
                    );
                    watched += 1;
                };
                let options = Options { steps: 300, ..Options::default() };
                let found =
                    search(&mut problem, &*space, &FrankWolfe { space: &*space }, &options, &mut watch).unwrap();
                assert!(watched == found.path.len() + 1, "{}: {watched} points seen", set.name);
                assert!((set.violation)(&found.alpha) <= 1e-13, "{} left", set.name);
            }
        }
    }
}

/// A minimum inside a ball of uneven curvature has the value 0.
#[test]
fn minima_inside_are_found() {
    let ball = Ball::unit(3);
    let mut problem = quadratic(&[1.0, 5.0, 20.0], &[0.3, -0.2, 0.4]);
    let options = Options { steps: 3000, ..Options::default() };
    let found = search(&mut problem, &ball, &FrankWolfe { space: &ball }, &options, &mut |_, _| {}).unwrap();
    assert!(found.hypergradient.value < 1e-5, "{}", found.hypergradient.value);
}

/// After k steps from the centre of a simplex, what is not among k vertices has kept one value: that of the start, shrunk.
#[test]
fn few_steps_touch_few_coordinates() {
    let simplex = Simplex::unit(10);
    let outer = FrankWolfe { space: &simplex };
    let (mut alpha, mut next) = (simplex.start(), vec![0.0; 10]);
    for k in 0..3 {
        let g: Vec<f64> = (0..10).map(|i| if i == k { -1.0 } else { 0.0 }).collect();
        outer.propose(&alpha, &g, 0.3, &mut next);
        alpha.copy_from_slice(&next);
    }
    assert!(alpha[3..].iter().all(|a| *a == alpha[3] && *a < 0.1) && alpha[..3].iter().all(|a| *a > alpha[3]));
    // At a vertex that g prefers, and where g says nothing, it stays.
    let corner: Vec<f64> = (0..10).map(|i| if i == 2 { 1.0 } else { 0.0 }).collect();
    let g: Vec<f64> = corner.iter().map(|c| -c).collect();
    outer.propose(&corner, &g, 5.0, &mut next);
    assert_eq!(next, corner);
    outer.propose(&alpha, &[0.0; 10], 5.0, &mut next);
    assert_eq!(next, alpha);
}
