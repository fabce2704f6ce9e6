//! Candidates brought to one size, or made orthonormal, and coefficients there and back.
use crate::difference::relative_error;
use crate::trial::{quadratic, setting};
use nas::bilevel::Way;
use nas::hypergradient::{Evidence, Hypergradient, Status};
use nas::inner::Optimiser;
use nas::model::candidates::{self, CandidateError, split};
use nas::model::gaussian::{hermite_coefficients, rule, second_moments};
use nas::model::{Candidates, Coordinates, Normalise};
use nas::outer::Solver;
use nas::search::Bilevel;
use nas::seed::Seed;
use nas::space::Shape;
use nas::trial::{Setting, Trial, Walk, discretised};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use std::convert::Infallible;

const LIST: &str = "relu,tanh,square,x*exp(-x^2),max(x, -0.25),cos(x)";

fn bank(list: &str) -> (Candidates, Vec<String>) {
    let names = split(list);
    (candidates::bank(&names).unwrap(), names)
}

fn coordinates(list: &str, normalise: Normalise) -> Coordinates {
    let (bank, names) = bank(list);
    Coordinates::new(&bank, &names, normalise).unwrap()
}

/// E f(z) over standard normal z.
fn mean(f: impl Fn(f64) -> f64) -> f64 {
    rule().into_iter().map(|[z, weight]| weight * f(z)).sum()
}

fn numbers(n: usize, seed: u64) -> Vec<f64> {
    let mut stream = Seed::new(seed).stream();
    (0..n).map(|_| stream.random_range(-1.0..1.0)).collect()
}

/// σ_α(z) = Σᵢ αᵢ σᵢ(z).
fn sigma(bank: &Candidates, alpha: &[f64], z: f64) -> f64 {
    bank.iter().zip(alpha).map(|(candidate, a)| a * candidate.at(z)).sum()
}

#[test]
fn the_rule_has_the_moments_of_a_normal_variable() {
    for (k, want) in [(0, 1.0), (1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (6, 15.0), (8, 105.0), (10, 945.0)] {
        let found = mean(|z| z.powi(k));
        assert!((found - want).abs() < 1e-12 * want.max(1.0), "E z^{k} = {found}");
    }
    let closed: [(f64, f64); 4] = [
        (mean(|z| z.max(0.0).powi(2)), 0.5),
        (mean(f64::abs), (2.0 / std::f64::consts::PI).sqrt()),
        (mean(f64::cos), (-0.5_f64).exp()),
        // E Φ(z)² = 1/3: Φ(z) is uniform.
        (mean(|z| (tape::Activation::Gelu.reference(z)[0] / z).powi(2)), 1.0 / 3.0),
    ];
    assert!(closed.iter().all(|(found, want)| (found - want).abs() < 1e-10), "{closed:?}");
}

/// By sampling, which knows no rule: within five standard errors.
#[test]
fn second_moments_are_those_of_samples() {
    let (bank, _) = bank(LIST);
    let (moments, mut stream) = (second_moments(&bank), Seed::new(5).stream());
    const DRAWS: usize = 40_000;
    let draws: Vec<f64> = (0..DRAWS).map(|_| StandardNormal.sample(&mut stream)).collect();
    for (i, one) in bank.iter().enumerate() {
        for (j, other) in bank.iter().enumerate() {
            let products: Vec<f64> = draws.iter().map(|&z| one.at(z) * other.at(z)).collect();
            let mean = products.iter().sum::<f64>() / DRAWS as f64;
            let spread = products.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / DRAWS as f64;
            let error = (spread / DRAWS as f64).sqrt();
            assert!((moments[(i, j)] - mean).abs() < 5.0 * error, "({i}, {j}): {} and {mean}", moments[(i, j)]);
        }
    }
}

#[test]
fn coefficients_come_back_as_they_went() {
    for normalise in [Normalise::None, Normalise::Moment, Normalise::Hermite] {
        let there = coordinates(LIST, normalise);
        assert_eq!(there.candidates(), 6);
        for mixtures in [0, 1, 3] {
            let alpha = numbers(6 * mixtures, 6);
            let beta = there.beta(&alpha);
            let back = there.alpha(&beta);
            assert!(back.len() == alpha.len() && (alpha.is_empty() || relative_error(&back, &alpha) < 1e-11));
            assert!(normalise != Normalise::None || beta == alpha);
            // ⟨dF/dα, α⟩ = ⟨dF/dβ, β⟩ for all of them.
            let slope = numbers(6 * mixtures, 7);
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let pulled = there.pull_back(&slope);
            assert!((dot(&slope, &alpha) - dot(&pulled, &beta)).abs() < 1e-11);
            let pushed = there.push_back(&pulled);
            assert!(alpha.is_empty() || relative_error(&pushed, &slope) < 1e-11);
        }
    }
}

#[test]
fn with_unit_moments_every_candidate_alone_has_one() {
    let ((bank, _), there) = (bank(LIST), coordinates(LIST, Normalise::Moment));
    for i in 0..6 {
        let alone: Vec<f64> = (0..6).map(|j| f64::from(u8::from(i == j))).collect();
        let alpha = there.alpha(&alone);
        assert!((mean(|z| sigma(&bank, &alpha, z).powi(2)) - 1.0).abs() < 1e-12);
        assert!((there.size(i) * alpha[i] - 1.0).abs() < 1e-13);
    }
}

/// E σ_α(z)² = ‖β‖².
#[test]
fn orthonormal_coordinates_measure_the_mixture() {
    let ((bank, _), there) = (bank(LIST), coordinates(LIST, Normalise::Hermite));
    for seed in 10..20 {
        let alpha = numbers(6, seed);
        let moment = mean(|z| sigma(&bank, &alpha, z).powi(2));
        let length: f64 = there.beta(&alpha).iter().map(|b| b * b).sum();
        assert!((length - moment).abs() < 1e-12 * (1.0 + moment), "{length}, not {moment}");
    }
}

/// Of Hermite polynomials of rising degree the basis is theirs, and coordinates are coefficients.
#[test]
fn the_basis_of_polynomials_is_that_of_hermite() {
    let list = "2*x,x^2-1,x^3+x,x^4-6*x^2+3+x";
    let ((bank, _), there) = (bank(list), coordinates(list, Normalise::Hermite));
    let coefficients = hermite_coefficients(&bank, 6);
    // x³ + x = √6 h₃ + 4 h₁, x⁴ − 6x² + 3 + x = √24 h₄ + h₁.
    let want = [
        [0.0, 2.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 2f64.sqrt(), 0.0, 0.0, 0.0],
        [0.0, 4.0, 0.0, 6f64.sqrt(), 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0, 24f64.sqrt(), 0.0],
    ];
    for (i, row) in want.iter().enumerate() {
        assert!((0..6).all(|k| (coefficients[(i, k)] - row[k]).abs() < 1e-11), "{i}: {coefficients:?}");
    }
    let alpha = numbers(4, 30);
    let beta = there.beta(&alpha);
    for k in 1..5 {
        let coefficient: f64 = (0..4).map(|i| alpha[i] * want[i][k]).sum();
        assert!((beta[k - 1] - coefficient).abs() < 1e-11, "h_{k}: {} and {coefficient}", beta[k - 1]);
    }
}

/// Parseval, for an activation with a kink: the sum of squares rises to the second moment.
#[test]
fn coefficients_of_hermite_polynomials_add_up() {
    let (bank, _) = bank("relu,tanh");
    let coefficients = hermite_coefficients(&bank, 40);
    // relu: E σ h₀ = 1/√2π, E σ h₁ = ½, E σ h₂ = 1/(2√π), E σ h₃ = 0.
    let pi = std::f64::consts::PI;
    for (k, want) in [(2.0 * pi).sqrt().recip(), 0.5, 0.5 / pi.sqrt(), 0.0].into_iter().enumerate() {
        assert!((coefficients[(0, k)] - want).abs() < 1e-12, "h_{k}: {}", coefficients[(0, k)]);
    }
    let moments = second_moments(&bank);
    let sums = |i: usize, terms: usize| (0..terms).map(|k| coefficients[(i, k)].powi(2)).sum::<f64>();
    for (i, tail) in [(0, 1e-3), (1, 1e-6)] {
        assert!(sums(i, 40) < moments[(i, i)] + 1e-12 && sums(i, 40) > moments[(i, i)] - tail, "{}", sums(i, 40));
        assert!(sums(i, 6) < sums(i, 40));
    }
}

#[test]
fn candidates_that_cannot_be_told_apart_are_named() {
    let refused = |list: &str, normalise| {
        let (bank, names) = bank(list);
        Coordinates::new(&bank, &names, normalise).unwrap_err()
    };
    let named = |name: &str| CandidateError::Dependent { name: name.to_owned() };
    assert_eq!(refused("sin,cos(x),sin(x)+2*cos(x)", Normalise::Hermite), named("sin(x)+2*cos(x)"));
    assert_eq!(refused("sin,x-x", Normalise::Hermite), named("x-x"));
    assert_eq!(refused("x-x", Normalise::Moment), named("x-x"));
    coordinates("sin,2*sin(x)", Normalise::Moment);
    assert_eq!(Coordinates::own(0).alpha(&[]), [0.0; 0]);
}

/// F(α) = ½ ‖α − target‖².
struct Towards {
    target: Vec<f64>,
    asked: Vec<Vec<f64>>,
}

impl Bilevel for Towards {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        self.asked.push(alpha.to_vec());
        let slope: Vec<f64> = alpha.iter().zip(&self.target).map(|(a, t)| a - t).collect();
        let evidence = Evidence { status: Status::Exact, inner_residual: 0.0, adjoint_residual: 0.0 };
        let value = slope.iter().map(|s| s * s).sum::<f64>() / 2.0;
        Ok(Hypergradient { value, alpha: slope, lambda: 0.0, evidence })
    }
}

/// The search moves β in its set, and all that it says is about α.
#[test]
fn a_search_in_other_coordinates_answers_in_those_of_the_user() {
    let frame = quadratic();
    for (normalise, shape, solver) in [
        (Normalise::Moment, Shape::Simplex, Solver::ExponentiatedGradient),
        (Normalise::Moment, Shape::Simplex, Solver::ProjectedGradient),
        (Normalise::Moment, Shape::Simplex, Solver::FrankWolfe),
        (Normalise::Hermite, Shape::Sphere, Solver::ProjectedGradient),
    ] {
        let list = "identity,square,tanh";
        let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, shape);
        let setting = Setting { coordinates: coordinates(list, normalise), solver, ..plain };
        // A point of the set, two mixtures of it.
        let beta = match shape {
            Shape::Sphere => [0.48, -0.6, 0.64, 0.0, 0.6, 0.8],
            _ => [0.2, 0.5, 0.3, 0.25, 0.25, 0.5],
        };
        let target = setting.coordinates.alpha(&beta);
        let mut problem = Towards { target: target.clone(), asked: Vec::new() };
        let mut last = Vec::new();
        let options = nas::search::Options { steps: 4000, tolerance: 1e-9, halvings: 40, ..setting.outer };
        let setting = Setting { outer: options, ..setting };
        let found = setting
            .search(&mut problem, 2, Walk::Steps { from: None }, &mut |_, point| {
                last = point.alpha.to_vec();
                let slope = point.hypergradient.alpha.iter().zip(&target).zip(point.alpha);
                assert!(slope.into_iter().all(|((g, t), a)| (g - (a - t)).abs() < 1e-9), "dF/dα is not α − target");
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(last, found.alpha);
        assert!(relative_error(&found.alpha, &target) < 1e-3, "{normalise:?}: {:?}, not {target:?}", found.alpha);
        for alpha in &problem.asked {
            for beta in setting.coordinates.beta(alpha).chunks(3) {
                let size = match shape {
                    Shape::Sphere => beta.iter().map(|b| b * b).sum::<f64>(),
                    _ => beta.iter().sum(),
                };
                assert!((size - 1.0).abs() < 1e-9, "{normalise:?}: {beta:?} is outside");
            }
        }
    }
}

#[test]
fn a_discretised_mixture_keeps_the_largest_shares() {
    // tanh has E σ² = 0.39, square 3: the smaller coefficient of the square is the larger share.
    let there = coordinates("tanh,square", Normalise::Moment);
    let few = discretised(&[0.6, 0.4], &there, 1, Shape::Simplex);
    assert!(few[0] == 0.0 && (few[1] - 3f64.sqrt().recip()).abs() < 1e-12, "{few:?}");
    let own = discretised(&[0.6, 0.4], &Coordinates::own(2), 1, Shape::Simplex);
    assert_eq!(own, [1.0, 0.0]);
}

/// A trial on data: candidates alone and what was found have the size of their set.
#[test]
fn a_trial_in_normalised_candidates_compares_them_normalised() {
    let frame = quadratic();
    let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let there = coordinates("identity,square,tanh", Normalise::Moment);
    let trial = Trial::run(&frame, &Setting { coordinates: there.clone(), ..plain }, Seed::new(3), &()).unwrap();
    let square = trial.baselines[1].as_ref().unwrap();
    assert!((square.alpha[1] - 3f64.sqrt().recip()).abs() < 1e-12, "{:?}", square.alpha);
    for entry in [&trial.searched, &trial.discretised] {
        assert!((there.beta(&entry.alpha).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", entry.alpha);
    }
    assert!(trial.searched.test.second > 0.98, "{:?}", trial.searched.test);
}
