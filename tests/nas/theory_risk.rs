//! The uniform bound of risk and its variant by variance, against their formulas.
use crate::theory_draws::cube;
use nas::seed::{Seed, Stream};
use nas::space::{Ball, Copies, Simplex, Space, Sphere};
use nas::theory::bernstein::Bernstein;
use nas::theory::lipschitz::Lipschitz;
use nas::theory::risk::{Setting, excess, gap};
use nas::theory::{Class, Standing};
use rand::RngExt;

fn over(space: &dyn Space, lipschitz: f64) -> Class<'_> {
    Class::Continuous { space, lipschitz: Lipschitz::Proved(lipschitz) }
}

fn spaces(h: usize) -> Vec<Box<dyn Space>> {
    vec![
        Box::new(Simplex::unit(h)),
        Box::new(Sphere::unit(h)),
        Box::new(Ball::unit(h)),
        Box::new(cube(h, 0.5)),
        Box::new(Copies { space: Simplex::unit(h), copies: 3 }),
    ]
}

/// 10 to a power between two.
fn power(stream: &mut Stream, low: f64, high: f64) -> f64 {
    10f64.powf(stream.random_range(low..high))
}

/// A setting with random constants.
fn random<'a>(space: &'a dyn Space, stream: &mut Stream) -> Setting<'a> {
    Setting {
        class: over(space, power(stream, -1.0, 3.0)),
        loss_range: power(stream, -2.0, 2.0),
        loss_lipschitz: power(stream, -1.0, 1.0),
        n_validation: power(stream, 0.0, 5.0) as usize,
        delta: power(stream, -6.0, -0.1),
    }
}

/// √((ln N + t) / (2n)), the bound of Hoeffding and the union for a finite class.
#[test]
fn finite_classes_have_the_classical_bound() {
    for (models, n, delta, b) in [(1, 1, 0.05, 1.0), (1, 100, 0.5, 2.0), (300, 77, 0.01, 1.0), (20, 0, 0.05, 1.0)] {
        let class = Class::of_models(models);
        let found = gap(&Setting { class, loss_range: b, loss_lipschitz: 3.0, n_validation: n, delta });
        let want = b * ((2.0 * models as f64 / delta).ln() / (2.0 * n as f64)).sqrt();
        assert!(found.total() == want || (found.total() - want).abs() < 1e-14 * want, "{found:?} {want}");
        assert_eq!((found.approximation, found.net.epsilon), (0.0, 0.0));
        assert_eq!((found.standing, found.delta), (Standing::Certificate, delta));
        assert_eq!(excess(&found, 0.25), 2.0 * found.total() + 0.25);
    }
}

/// The terms are those of the formula at the ε they name, and no ε of a fine grid does better.
#[test]
fn no_epsilon_is_better_than_the_one_taken() {
    let mut stream = Seed::new(0).split("grid").stream();
    for h in [1, 2, 3, 10, 40] {
        for space in spaces(h) {
            let setting = random(&*space, &mut stream);
            let Setting { ref class, loss_range: b, loss_lipschitz, n_validation, delta } = setting;
            let Class::Continuous { lipschitz, .. } = class else { unreachable!() };
            let slope = loss_lipschitz * lipschitz.constant();
            let at = |epsilon: f64| {
                let log_number = space.log_covering_number(epsilon);
                let deviation = b * ((log_number + (2.0 / delta).ln()) / (2.0 * n_validation as f64)).sqrt();
                (2.0 * slope * epsilon, deviation, log_number)
            };
            let found = gap(&setting);
            let (approximation, deviation, log_number) = at(found.net.epsilon);
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b;
            assert!(close(found.approximation, approximation) && close(found.deviation, deviation), "{found:?}");
            assert_eq!(found.net.log_number, log_number);
            for step in 0..20_000 {
                let epsilon = b / slope * (-f64::from(step) / 500.0).exp();
                let (approximation, deviation, _) = at(epsilon);
                // Half a step of the grid below a jump of the covering number costs that part of the first term.
                let slack = approximation / 128.0 + 1e-5 * deviation;
                assert!(found.total() <= approximation + deviation + slack, "{h} {epsilon}: {found:?}");
            }
        }
    }
}

/// Science 2.2: ε = b √(h/n)/(2ΓL), where it is at most the radius, gives
/// b √(h/n) + b √((h ln(2 C Γ L √(n/h)/b) + t)/(2n)).
#[test]
fn the_closed_choice_of_epsilon_is_never_better() {
    let mut stream = Seed::new(0).split("closed").stream();
    let mut compared = 0;
    for h in [1, 2, 5, 20, 100] {
        let (ball, simplex, sphere) = (Ball::unit(h), Simplex::unit(h + 1), Sphere::unit(h));
        for space in [&ball as &dyn Space, &simplex, &sphere] {
            for _ in 0..30 {
                let setting = random(space, &mut stream);
                let Setting { ref class, loss_range: b, loss_lipschitz, n_validation, delta } = setting;
                let Class::Continuous { lipschitz, .. } = class else { unreachable!() };
                let (slope, n) = (loss_lipschitz * lipschitz.constant(), n_validation as f64);
                let dimension = space.effective_dimension();
                let root = (dimension.exponent / n).sqrt();
                if b * root / (2.0 * slope) > 1.0 {
                    continue;
                }
                let log_number = dimension.exponent * (2.0 * dimension.constant * slope / (b * root)).ln();
                let closed = b * root + b * ((log_number + (2.0 / delta).ln()) / (2.0 * n)).sqrt();
                let found = gap(&setting).total();
                assert!(found <= closed * (1.0 + 1e-5), "{h}, {n}: {found} against {closed}");
                // Nor is the closed choice far off: it has the right order.
                assert!(n < 2.0 * dimension.exponent || closed <= 4.0 * found, "{h}, {n}: {found} against {closed}");
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared}");
}

/// More samples, fewer coordinates, less confidence, less movement: never a larger bound, not by one bit.
#[test]
fn bounds_are_monotone() {
    let mut stream = Seed::new(0).split("monotone").stream();
    for _ in 0..10 {
        for (small, large) in spaces(4).iter().zip(spaces(5)) {
            let setting = random(&**small, &mut stream);
            let Class::Continuous { lipschitz, .. } = setting.class else { unreachable!() };
            let least = gap(&setting).total();
            let n_validation = setting.n_validation.saturating_sub(1);
            let moved = |lipschitz| Class::Continuous { space: &**small, lipschitz: Lipschitz::Proved(lipschitz) };
            let larger = [
                Setting { n_validation, ..setting },
                Setting { class: Class::Continuous { space: &*large, lipschitz }, ..setting },
                Setting { delta: 0.9 * setting.delta, ..setting },
                Setting { class: moved(1.1 * lipschitz.constant()), ..setting },
                Setting { loss_lipschitz: 1.1 * setting.loss_lipschitz, ..setting },
            ];
            for (which, larger) in larger.iter().enumerate() {
                assert!(gap(larger).total() >= least, "{which}: {} below {least}", gap(larger).total());
            }
        }
    }
}

/// Where nothing moves one model stands for all; where anything may move nothing is bounded.
#[test]
fn constants_at_their_ends() {
    let simplex = Simplex::unit(10);
    let with =
        |class, n_validation| gap(&Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation, delta: 0.05 });
    let still = with(over(&simplex, 0.0), 100);
    assert_eq!(still.total(), with(Class::of_models(1), 100).total());
    assert_eq!(still.net.epsilon, f64::INFINITY);
    assert_eq!(with(over(&simplex, f64::INFINITY), 100).total(), f64::INFINITY);
    assert_eq!(with(over(&simplex, 1.0), 0).total(), f64::INFINITY);
    let measured = Class::Continuous { space: &simplex, lipschitz: Lipschitz::Estimated(1.0) };
    assert_eq!((with(measured, 100).standing, with(over(&simplex, 1.0), 100).standing), {
        (Standing::Estimate, Standing::Certificate)
    });
    // The simplex in R is a point.
    let point = Simplex::unit(1);
    assert!((with(over(&point, 1.0), 100).total() / with(Class::of_models(1), 100).total() - 1.0).abs() < 1e-6);
}

#[test]
#[should_panic(expected = "delta = 1: a probability of failure lies between 0 and 1")]
fn certainty_is_refused() {
    let class = Class::of_models(2);
    gap(&Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation: 10, delta: 1.0 });
}

/// The four terms of the formula, at the ε that was fixed beforehand.
#[test]
fn the_variant_by_variance_is_its_formula() {
    let mut stream = Seed::new(0).split("variance").stream();
    for h in [1, 2, 10] {
        for space in spaces(h) {
            let setting = Setting { n_validation: stream.random_range(2..5000), ..random(&*space, &mut stream) };
            let Setting { ref class, loss_range: b, loss_lipschitz, n_validation, delta } = setting;
            let Class::Continuous { lipschitz, .. } = class else { unreachable!() };
            let (slope, n) = (loss_lipschitz * lipschitz.constant(), n_validation as f64);
            let formula = |epsilon: f64, variance: f64| {
                let x = 2f64.ln() + space.log_covering_number(epsilon) + (1.0 / delta).ln();
                let deviation = (2.0 * variance * x / n).sqrt() + 7.0 * b * x / (3.0 * (n - 1.0));
                deviation + 2.0 * slope * epsilon + slope * epsilon * (2.0 * x / (n - 1.0)).sqrt()
            };
            let prior = stream.random::<f64>() * 0.25 * b * b;
            for (given, taken) in [(None, 0.25 * b * b), (Some(prior), prior)] {
                let fixed = Bernstein::before(&setting, given);
                let epsilon = fixed.after(0.0).net.epsilon;
                for variance in [0.0, 0.01 * b * b, 0.25 * b * b] {
                    let (found, want) = (fixed.after(variance).total(), formula(epsilon, variance));
                    assert!((found - want).abs() < 1e-12 * want, "{found} against {want}");
                    assert_eq!(fixed.after(variance).net.epsilon, epsilon);
                }
                for step in 0..2000 {
                    let other = b / slope * (-f64::from(step) / 100.0).exp();
                    let slack = 1.0 + 1.0 / 128.0;
                    assert!(formula(epsilon, taken) <= formula(other, taken) * slack, "{epsilon} against {other}");
                }
            }
        }
    }
}

/// Variance pays where losses are nearly always the same; one sample has none.
#[test]
fn small_variances_give_small_bounds() {
    let with = |n_validation| {
        let class = Class::of_models(10);
        Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation, delta: 0.05 }
    };
    let by_range = gap(&with(2000)).total();
    let by_variance = Bernstein::before(&with(2000), None);
    assert!(by_variance.after(0.001).total() < 0.5 * by_range && by_variance.after(0.25).total() > by_range);
    for n in [0, 1] {
        assert_eq!(Bernstein::before(&with(n), Some(0.0)).after(0.0).total(), f64::INFINITY);
    }
}
