//! The entropy regulariser.
use crate::difference::{gradient, relative_error};
use crate::quadratic::quadratic;
use nas::outer::{Entropic, ExponentiatedGradient};
use nas::search::{Bilevel, Options, Stop, search};
use nas::seed::Seed;
use nas::space::{Copies, Simplex, Space};

#[test]
fn its_gradient_is_that_of_its_value() {
    let mut stream = Seed::new(41).stream();
    for (m, copies) in [(1, 1), (2, 1), (3, 2)] {
        let space = Copies { space: Simplex { floor: 0.05, ..Simplex::unit(m) }, copies };
        let (alpha, mut problem) =
            (space.sample(&mut stream), quadratic(&vec![2.0; m * copies], &vec![0.3; m * copies]));
        let value = |alpha: &[f64]| {
            let mut problem = quadratic(&vec![2.0; m * copies], &vec![0.3; m * copies]);
            Entropic { problem: &mut problem, weight: -0.7, coordinates: m }.evaluate(alpha).unwrap().value
        };
        let mut entropic = Entropic { problem: &mut problem, weight: -0.7, coordinates: m };
        let here = entropic.evaluate(&alpha).unwrap();
        assert!(relative_error(&here.alpha, &gradient(value, &alpha, 1e-3)) < 1e-8);
    }
}

/// 0 at the centre, w ln m at a vertex.
#[test]
fn known_values() {
    let mut nothing = quadratic(&[0.0; 4], &[0.0; 4]);
    let mut entropic = Entropic { problem: &mut nothing, weight: 2.0, coordinates: 2 };
    assert_eq!(entropic.evaluate(&[0.5; 4]).unwrap().value, 0.0);
    let corner = entropic.evaluate(&[1.0, 0.0, 0.5, 0.5]).unwrap().value;
    assert!((corner - 2.0 * 2f64.ln()).abs() < 1e-15);
}

/// F = ½‖α − t‖² with a large t is nearly linear; in general the minimum of F + w Σ α ln(mα) has equal slopes in all weights.
#[test]
fn minima_have_equal_slopes() {
    let (weight, simplex) = (0.3, Simplex { floor: 1e-6, ..Simplex::unit(3) });
    let mut problem = quadratic(&[1.0, 2.0, 3.0], &[0.9, 0.0, -0.4]);
    let mut entropic = Entropic { problem: &mut problem, weight, coordinates: 3 };
    let outer = ExponentiatedGradient { simplex };
    let found = search(&mut entropic, &simplex, &outer, &Options::default(), &mut |_, _| {}).unwrap();
    assert_eq!(found.stop, Stop::Stationary);
    let plain = problem.gradient(&found.alpha);
    let slopes: Vec<f64> = plain.iter().zip(&found.alpha).map(|(g, a)| g + weight * a.ln()).collect();
    assert!(slopes.windows(2).all(|s| (s[0] - s[1]).abs() < 1e-5), "{slopes:?}");
}
