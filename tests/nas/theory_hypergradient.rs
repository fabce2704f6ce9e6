//! The bounds of hypergradients against their formulas and the figures of the science.
use crate::theory_draws::{norm, normals};
use nas::seed::Seed;
use nas::space::{Ball, Simplex, Space, stationarity};
use nas::theory::hypergradient::{Reading, Setting, gap, gap_by_directions};
use nas::theory::lipschitz::Lipschitz;
use nas::theory::{Class, Standing};
use rand::RngExt;

/// Science 2.3: (h, n_V) = (10, 200), M = 0, N = 1, δ = .05: .244, and .890 by directions.
#[test]
fn figures_of_the_science() {
    let class = Class::of_models(1);
    let setting = Setting { class, gradient_bound: 1.0, n_validation: 200, delta: 0.05 };
    assert!((gap(&setting).total() - 0.2438).abs() < 5e-5, "{}", gap(&setting).total());
    let by_directions = gap_by_directions(&setting, 10).total();
    assert!((by_directions - 0.8896).abs() < 5e-5, "{by_directions}");
}

#[test]
fn formulas_at_the_epsilon_taken() {
    let mut stream = Seed::new(0).split("hypergradient").stream();
    for h in [1, 2, 10] {
        for _ in 0..20 {
            let (ball, m) = (Ball::unit(h), stream.random_range(0.1..50.0));
            let (g, delta) = (stream.random_range(0.1..5.0), stream.random_range(0.001..0.5));
            let class = Class::Continuous { space: &ball, lipschitz: Lipschitz::Proved(m) };
            let setting = Setting { class, gradient_bound: g, n_validation: stream.random_range(1..10_000), delta };
            let n = setting.n_validation as f64;
            let sharp = |epsilon: f64| {
                let events = ball.log_covering_number(epsilon) - f64::ln(delta);
                2.0 * m * epsilon + g * (1.0 + (2.0 * events).sqrt()) / n.sqrt()
            };
            let loose = |epsilon: f64| {
                let events = h as f64 * 5f64.ln() + ball.log_covering_number(epsilon) + f64::ln(2.0 / delta);
                2.0 * m * epsilon + 2.0 * g * (2.0 * events / n).sqrt()
            };
            let (sharper, looser) = (gap(&setting), gap_by_directions(&setting, h));
            let close = |a: f64, b: f64| (a - b).abs() < 1e-12 * b;
            assert!(close(sharper.total(), sharp(sharper.net.epsilon)), "{sharper:?}");
            assert!(close(looser.total(), loose(looser.net.epsilon)), "{looser:?}");
            for step in 0..3000 {
                let epsilon = g / m * (-f64::from(step) / 150.0).exp();
                assert!(
                    sharper.total() <= sharp(epsilon) * (1.0 + 1e-5) && looser.total() <= loose(epsilon) * (1.0 + 1e-5)
                );
            }
            assert!(sharper.total() < looser.total());
        }
    }
}

#[test]
fn slopes_below_the_bound_are_noise() {
    let class = Class::Continuous { space: &Simplex::unit(4), lipschitz: Lipschitz::Estimated(1.0) };
    let bound = gap(&Setting { class, gradient_bound: 1.0, n_validation: 1000, delta: 0.05 });
    let width = bound.total();
    assert_eq!(bound.standing, Standing::Estimate);
    let (below, above) = (Reading::new(0.9 * width, &bound), Reading::new(1.5 * width, &bound));
    assert!(below.is_noise() && !above.is_noise());
    assert_eq!((below.at_least, below.at_most), (0.0, 0.9 * width + width));
    assert!((above.at_least - 0.5 * width).abs() < 1e-15);
    let nothing = gap(&Setting { class: Class::of_models(1), gradient_bound: 1.0, n_validation: 0, delta: 0.05 });
    assert!(Reading::new(1e9, &nothing).is_noise());
}

/// What lets a bound on gradients speak of projected ones, with steps of length one: a projection onto a convex set brings no
/// two points further apart.
#[test]
fn projected_gradients_are_no_further_apart() {
    let mut stream = Seed::new(0).split("projected").stream();
    for h in 1..20 {
        let (ball, simplex) = (Ball::unit(h), Simplex::unit(h));
        for space in [&ball as &dyn Space, &simplex] {
            let (alpha, g, other) = (space.sample(&mut stream), normals(h, &mut stream), normals(h, &mut stream));
            let apart = norm(&g.iter().zip(&other).map(|(a, b)| a - b).collect::<Vec<f64>>());
            let projected = stationarity(space, &alpha, &g) - stationarity(space, &alpha, &other);
            assert!(projected.abs() <= apart * (1.0 + 1e-14), "{h}: {projected} and {apart}");
        }
    }
}
