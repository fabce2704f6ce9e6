//! The expectation of a clipped square against numerical integration.
use nas::theory::clipped::ClippedSquare;

/// 2 ∫ min(v z², b) φ(z) dz over z ≥ 0 by Simpson's rule, with the kink at a node.
fn integrated(b: f64, v: f64) -> f64 {
    let kink = (b / v).sqrt().min(12.0);
    let simpson = |from: f64, to: f64| {
        let (steps, width) = (4000, (to - from) / 4000.0);
        let at = |i: u32| {
            let z = from + width * f64::from(i);
            (v * z * z).min(b) * (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
        };
        let weight = |i: u32| {
            if i == 0 || i == steps {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            }
        };
        (0..=steps).map(|i| weight(i) * at(i)).sum::<f64>() * width / 3.0
    };
    2.0 * (simpson(0.0, kink) + simpson(kink, 12.0))
}

#[test]
fn expectations_are_integrals() {
    for b in [0.25, 1.0, 4.0, 100.0] {
        for exponent in -24..=24 {
            let v = b * 10f64.powf(f64::from(exponent) / 4.0);
            let (found, want) = (ClippedSquare { bound: b }.expectation(v), integrated(b, v));
            assert!((found - want).abs() < 1e-9 * want, "min(r^2, {b}), variance {v}: {found} against {want}");
        }
    }
}

/// 0 and ∞, what over- and underflows on the way there, and never above either side of the minimum.
#[test]
fn variances_at_their_ends() {
    let loss = ClippedSquare { bound: 4.0 };
    assert_eq!((loss.expectation(0.0), loss.expectation(f64::INFINITY)), (0.0, 4.0));
    let mut before = 0.0;
    for exponent in -307..=308 {
        let v = 10f64.powi(exponent);
        let found = loss.expectation(v);
        assert!(found <= v.min(4.0) * (1.0 + 1e-14) && found >= before, "{v}: {found} after {before}");
        // Far on either side the clip takes all or nothing.
        assert!(exponent > -3 || (found / v - 1.0).abs() < 1e-12, "{v}: {found}");
        assert!(exponent < 30 || (found - 4.0).abs() < 1e-14, "{v}: {found}");
        before = found;
    }
    assert_eq!(loss.expectation(f64::from_bits(1)), f64::from_bits(1));
}

/// The loss moves by no more than Γ for each unit of the residual, and by as much just below the clip.
#[test]
fn the_slope_of_the_loss() {
    let loss = ClippedSquare { bound: 2.25 };
    assert_eq!((loss.loss(-1.0), loss.loss(1.5), loss.loss(9.0), loss.lipschitz()), (1.0, 2.25, 2.25, 3.0));
    let slope = |r: f64| (loss.loss(r + 1e-6) - loss.loss(r)).abs() / 1e-6;
    let steepest = (0..4000).map(|i| slope(f64::from(i) / 1000.0 - 2.0)).fold(0.0, f64::max);
    assert!(steepest <= 3.0 + 1e-6 && steepest > 2.99, "{steepest}");
}

#[test]
#[should_panic(expected = "a loss clipped at 0")]
fn a_loss_without_range_is_refused() {
    ClippedSquare { bound: 0.0 }.expectation(1.0);
}
