//! The search loop on problems with known answers.
use crate::quadratic::{EXACT, Quadratic, quadratic};
use nas::hypergradient::Hypergradient;
use nas::outer::{ExponentiatedGradient, ProjectedGradient};
use nas::search::{Bilevel, FirstStep, Found, Options, Reached, Stop, search, search_while};
use nas::space::{Simplex, Space, Sphere};
use std::convert::Infallible;
use std::ops::ControlFlow;

fn assert_found(found: &Found, want: &[f64], tolerance: f64) {
    assert_eq!(found.stop, Stop::Stationary);
    let off = found.alpha.iter().zip(want).map(|(a, w)| (a - w).abs()).fold(0.0, f64::max);
    assert!(off < tolerance, "{:?} is not {want:?}", found.alpha);
    assert!(found.path.windows(2).all(|w| w[1].value <= w[0].value), "F rose");
}

#[test]
fn projected_gradient_finds_the_least_eigenvector_of_a_form_on_the_sphere() {
    let sphere = Sphere::unit(3);
    let mut problem = quadratic(&[5.0, 1.0, 100.0], &[0.0; 3]);
    let found =
        search(&mut problem, &sphere, &ProjectedGradient { space: &sphere }, &Options::default(), &mut |_, _| {})
            .unwrap();
    assert_found(&found, &[0.0, 1.0, 0.0], 1e-5);
}

/// Target outside: the answer is its projection when all curvatures are one, here (0.9, 0.1, 0).
#[test]
fn both_solvers_find_the_projection_on_the_simplex() {
    let simplex = Simplex { floor: 1e-9, ..Simplex::unit(3) };
    let options = Options { steps: 2000, ..Options::default() };
    let solvers: [&dyn nas::outer::Outer; 2] =
        [&ProjectedGradient { space: &simplex }, &ExponentiatedGradient { simplex }];
    for outer in solvers {
        let mut problem = quadratic(&[1.0; 3], &[1.2, 0.4, -5.0]);
        let found = search(&mut problem, &simplex, outer, &options, &mut |_, _| {}).unwrap();
        assert_found(&found, &[0.9, 0.1, 0.0], 1e-5);
    }
}

/// A constant objective: exactly no gradient, no step, and the start is the answer.
#[test]
fn a_constant_objective_is_stationary_at_once() {
    let sphere = Sphere::unit(2);
    let outer = ProjectedGradient { space: &sphere };
    let found =
        search(&mut quadratic(&[0.0; 2], &[0.0; 2]), &sphere, &outer, &Options::default(), &mut |_, _| {}).unwrap();
    assert_eq!((found.stop, found.path.len(), found.alpha), (Stop::Stationary, 0, sphere.start()));
}

#[test]
fn limits_are_reported_as_what_they_are() {
    let simplex = Simplex::unit(2);
    let outer = ProjectedGradient { space: &simplex };
    let options = Options { steps: 1, first: FirstStep::Eta(1e-3), ..Options::default() };
    let found = search(&mut quadratic(&[1.0; 2], &[1.0, 0.0]), &simplex, &outer, &options, &mut |_, _| {}).unwrap();
    assert_eq!((found.stop, found.path.len()), (Stop::StepLimit, 1));

    let upside_down = Options { halvings: 14, ..Options::default() };
    let found = search(&mut WrongSign, &simplex, &outer, &upside_down, &mut |_, _| {}).unwrap();
    assert_eq!((found.stop, found.path.len()), (Stop::NoDecrease, 0));
}

/// A gradient that points uphill.
struct WrongSign;

impl Bilevel for WrongSign {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        Ok(Hypergradient { value: alpha[0], alpha: vec![-1.0, 0.0], lambda: 0.0, evidence: EXACT })
    }
}

/// Who follows ends the search at a point, with his reason; a stationary point is one all the same.
#[test]
fn who_follows_may_end_it() {
    let (space, mut problem) = (Sphere::unit(2), quadratic(&[1.0, 3.0], &[1.0, 0.0]));
    let outer = ProjectedGradient { space: &space };
    let mut until = |last: usize, start: Vec<f64>| {
        let mut follow = |_: &mut Quadratic, reached: Reached<'_>| {
            if reached.step == last { ControlFlow::Break(Stop::Noise) } else { ControlFlow::Continue(()) }
        };
        let Ok(found) = search_while(start, &mut problem, &space, &outer, &Options::default(), &mut follow);
        (found.stop, found.path.len())
    };
    assert_eq!(until(0, vec![0.0, 1.0]), (Stop::Noise, 0));
    assert_eq!(until(1, vec![0.0, 1.0]), (Stop::Noise, 1));
    assert_eq!(until(0, vec![1.0, 0.0]), (Stop::Stationary, 0));
    assert_eq!(until(usize::MAX, vec![0.0, 1.0]).0, Stop::Stationary);
}
