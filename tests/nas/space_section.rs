//! Sections of boxes: closed forms, other ways to the same points, and what is no section; and the bisection behind them.
use crate::sets::{distance, dot, projected, section, vector};
use nas::seed::Seed;
use nas::space::{BoxSection, Infeasible, NoBracket, Simplex, Space, bisection};
use proptest::prelude::*;

fn derivative(space: &dyn Space, v: &[f64], direction: &[f64]) -> Vec<f64> {
    let mut out = vec![f64::NAN; v.len()];
    space.project_jvp(v, direction, &mut out);
    out
}

/// The simplex as the section of the unit cube.
fn simplex(h: usize) -> BoxSection {
    BoxSection::new(vec![[0.0, 1.0]; h], vec![1.0; h], 1.0).unwrap()
}

/// T13 of the cases: a section without points is reported, not made.
#[test]
fn infeasible_sections_are_errors() {
    let of = |limits: &[[f64; 2]], weights: &[f64], sum| BoxSection::new(limits.to_vec(), weights.to_vec(), sum);
    let square = [[-1.0, 2.0], [0.0, 1.0]];
    // 3 x − 2 y lies between −3 − 2 and 6.
    assert_eq!(of(&square, &[3.0, -2.0], 6.5), Err(Infeasible::Section { least: -5.0, most: 6.0, sum: 6.5 }));
    assert_eq!(of(&square, &[3.0, -2.0], -5.5), Err(Infeasible::Section { least: -5.0, most: 6.0, sum: -5.5 }));
    assert!(of(&square, &[3.0, -2.0], f64::NAN).is_err() && of(&square, &[0.0, 0.0], 1e-9).is_err());
    assert!(of(&[], &[], 0.0).is_ok() && of(&[], &[], 1.0).is_err());
    assert_eq!(of(&square, &[1.0], 0.0), Err(Infeasible::Weights { found: 1, coordinates: 2 }));
    let endless = of(&square, &[1.0, f64::INFINITY], 0.0);
    assert_eq!(endless, Err(Infeasible::Weight { coordinate: 1, weight: f64::INFINITY }));
    assert_eq!(of(&[[1.0, 0.0]], &[1.0], 0.5), Err(Infeasible::Limits { coordinate: 0, lower: 1.0, upper: 0.0 }));
    let said = of(&square, &[3.0, -2.0], 6.5).unwrap_err().to_string();
    assert!(said.contains("between -5 and 6 and cannot be 6.5; give a sum between them"), "{said}");
}

/// T13 of the cases: a bisection whose ends do not enclose a zero is an error.
#[test]
fn a_wrong_bracket_is_an_error() {
    let falls = |t: f64| 2.0 - t;
    assert_eq!(bisection(falls, [3.0, 5.0]), Err(NoBracket { bracket: [3.0, 5.0], values: [-1.0, -3.0] }));
    assert_eq!(bisection(falls, [-1.0, 1.0]), Err(NoBracket { bracket: [-1.0, 1.0], values: [3.0, 1.0] }));
    assert!(bisection(|t| t, [-1.0, 1.0]).is_err(), "it rises");
    assert!(bisection(falls, [3.0, 1.0]).is_err() && bisection(falls, [f64::NAN, 5.0]).is_err());
    assert!(bisection(|_| f64::NAN, [0.0, 1.0]).is_err());
    let said = bisection(falls, [3.0, 5.0]).unwrap_err().to_string();
    assert!(said.contains("between 3 and 5") && said.contains("-1 and -3"), "{said}");
}

proptest! {
    /// The least number with f ≤ 0, to the last bit, at every scale and on both sides of 0.
    #[test]
    fn bisections_find_the_last_bit(zero in prop::num::f64::NORMAL, below in prop::num::f64::NORMAL) {
        let ends = [below.min(zero), f64::MAX];
        let sign = |t: f64| if t < zero { 1.0 } else { -1.0 };
        prop_assert_eq!(bisection(sign, ends), if ends[0] == zero { Err(NoBracket { bracket: ends, values: [-1.0; 2] }) } else { Ok(zero) });
        let flat = |t: f64| if t < zero { 1.0 } else { 0.0 };
        prop_assert_eq!(bisection(flat, ends), Ok(zero));
    }

    /// On the unit cube with equal weights it is the simplex: projection, derivative, vertex and dimension.
    #[test]
    fn the_simplex_is_a_section(h in 1usize..7, scale in prop::sample::select(vec![0.5, 1.0, 1e6]), seed in 0..100_000u64) {
        let mut stream = Seed::new(seed).stream();
        let (section, simplex) = (simplex(h), Simplex::unit(h));
        let (v, d) = (vector(h, scale, &mut stream), vector(h, 1.0, &mut stream));
        prop_assert!(distance(&projected(&section, &v), &projected(&simplex, &v)) < 1e-15 * h as f64);
        prop_assert!(distance(&derivative(&section, &v, &d), &derivative(&simplex, &v, &d)) < 1e-14);
        let corner = |space: &dyn Space| {
            let mut point = space.start();
            space.vertex(&d, &mut point);
            point
        };
        prop_assert!(distance(&corner(&section), &corner(&simplex)) < 1e-15);
        prop_assert_eq!(section.effective_dimension().exponent, simplex.effective_dimension().exponent);
    }

    /// The nearest point solves the conditions of Kuhn and Tucker: v − x = t w + (what pushes out at a limit), with one t.
    #[test]
    fn nearest_points_have_one_multiplier(h in 1usize..7, scale in prop::sample::select(vec![0.3, 1.0, 10.0]), seed in 0..100_000u64) {
        let (set, mut stream) = (section(h), Seed::new(seed).stream());
        let v = vector(h, scale, &mut stream);
        let x = projected(&set, &v);
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for i in 0..h {
            let ([l, u], w, off) = (set.limits()[i], set.weights()[i], v[i] - x[i]);
            let (at_l, at_u) = (x[i] <= l, x[i] >= u);
            if w == 0.0 {
                prop_assert!((at_l && off <= 0.0) || (at_u && off >= 0.0) || off == 0.0, "{v:?} {x:?}");
            } else if l < u {
                // off − t w is 0 inside, not positive at l, not negative at u.
                if !at_u { if w > 0.0 { low = low.max(off / w) } else { high = high.min(off / w) } }
                if !at_l { if w > 0.0 { high = high.min(off / w) } else { low = low.max(off / w) } }
            }
        }
        prop_assert!(low <= high + 1e-13 * (1.0 + scale), "{v:?} {x:?}: multipliers from {low} to {high}");
    }
}

#[test]
fn known_sections() {
    // x + y = 1 in [−1, 1]²: v − t (1, 1) inside, and cut off.
    let nearest = |set: &BoxSection, v: &[f64], want: &[f64]| {
        let x = projected(set, v);
        assert!(distance(&x, want) < 2e-16 * v.len() as f64, "{v:?} went to {x:?}, not {want:?}");
    };
    nearest(&BoxSection::unit(2), &[0.75, 0.5], &[0.625, 0.375]);
    nearest(&BoxSection::unit(2), &[9.0, 0.5], &[1.0, 0.0]);
    nearest(&BoxSection::unit(1), &[-7.0], &[1.0]);
    nearest(&BoxSection::unit(3), &[2.0, -1.0, -1.0], &[1.0, 0.0, 0.0]);
    // 2 x − y = 0 with y in [0, 1]: the line through 0 and (½, 1); the foot of (1, 0) is (1, 2)/5.
    let line = BoxSection::new(vec![[-1.0, 1.0], [0.0, 1.0], [-1.0, 1.0]], vec![2.0, -1.0, 0.0], 0.0).unwrap();
    nearest(&line, &[1.0, 0.0, 3.0], &[0.2, 0.4, 1.0]);
    nearest(&line, &[5.0, 5.0, 0.25], &[0.5, 1.0, 0.25]);
    nearest(&line, &[-5.0, -5.0, 0.25], &[0.0, 0.0, 0.25]);
    // Along the line, at its end, and beside it where the weight is 0.
    assert!(distance(&derivative(&line, &[1.0, 0.0, 0.0], &[1.0, 0.0, 3.0]), &[0.2, 0.4, 3.0]) < 1e-15);
    assert_eq!(derivative(&line, &[5.0, 5.0, 0.25], &[1.0, 1.0, 1.0]), [0.0, 0.0, 1.0]);
    // All fixed, all weights 0: the box itself.
    let fixed = BoxSection::new(vec![[0.5, 0.5], [-0.25, -0.25]], vec![1.0, 2.0], 0.0).unwrap();
    assert_eq!(projected(&fixed, &[3.0, 3.0]), [0.5, -0.25]);
    assert_eq!((fixed.effective_dimension().exponent, fixed.radius()), (0.0, 0.0));
    let free = BoxSection::new(vec![[0.0, 1.0]; 2], vec![0.0; 2], 0.0).unwrap();
    assert_eq!(projected(&free, &[0.5, 7.0]), [0.5, 1.0]);
    assert_eq!(free.effective_dimension().exponent, 2.0);
}

/// What is just at a limit is held there, also where several are and the multiplier is not unique.
#[test]
fn derivatives_at_kinks_of_a_section() {
    let simplex = simplex(3);
    assert_eq!(derivative(&simplex, &[1.0, 1.0, 0.5], &[1.0, 0.0, 9.0]), [0.5, -0.5, 0.0]);
    assert_eq!(derivative(&simplex, &[5.0, 0.0, 0.0], &[1.0, 2.0, 3.0]), [0.0; 3]);
    assert_eq!(derivative(&simplex, &[0.3, 0.3, -9.0], &[1.0, 0.0, 9.0]), [0.5, -0.5, 0.0]);
    // Where the sum leaves one corner, nothing moves.
    let corner = BoxSection::new(vec![[0.0, 0.3], [0.1, 0.7]], vec![1.0, 1.0], 1.0).unwrap();
    assert_eq!(projected(&corner, &[0.0, 5.0]), [0.3, 0.7]);
    assert_eq!(derivative(&corner, &[0.2, 0.2], &[1.0, -1.0]), [0.0, 0.0]);
}

/// Floors that add up to the sum, up to rounding, leave a point.
#[test]
fn full_limits_are_a_point() {
    for h in 1..100 {
        let full = BoxSection::new(vec![[0.0, 1.0 / h as f64]; h], vec![1.0; h], 1.0).unwrap();
        assert!(projected(&full, &vec![0.0; h]).iter().all(|x| (x - 1.0 / h as f64).abs() < 1e-15));
    }
}

/// Of equal rates the first coordinates keep what is left, and a gradient along w says nothing.
#[test]
fn vertices_of_a_section() {
    let corner = |set: &BoxSection, g: &[f64]| {
        let mut point = set.start();
        set.vertex(g, &mut point);
        point
    };
    assert_eq!(corner(&simplex(3), &[2.0, 1.0, 1.0]), [0.0, 1.0, 0.0]);
    let set = section(5);
    let along: Vec<f64> = set.weights().iter().map(|w| 4.0 * w).collect();
    assert_eq!(corner(&set, &along), set.start());
    // Largest x − y with x + y = 1 in [−1, 1]²: (1, 0); 2 x − y = 0 as above, up along x.
    assert_eq!(corner(&BoxSection::unit(2), &[-1.0, 1.0]), [1.0, 0.0]);
    let line = BoxSection::new(vec![[-1.0, 1.0], [0.0, 1.0], [-1.0, 1.0]], vec![2.0, -1.0, 0.0], 0.0).unwrap();
    assert_eq!(corner(&line, &[-1.0, 0.0, 2.0]), [0.5, 1.0, -1.0]);
}

/// The law of Dirichlet(1, …, 1) on the simplex: E x = 1/h, E x² = 2/(h(h + 1)), by rejection for few coordinates and by the walk
/// for many, of which rejection finds one in (h − 1)!.
#[test]
fn samples_of_a_section_are_uniform() {
    const DRAWS: usize = 4000;
    for h in [2, 3, 10] {
        let (set, mut stream) = (simplex(h), Seed::new(17).stream());
        let draws: Vec<Vec<f64>> = (0..DRAWS).map(|_| set.sample(&mut stream)).collect();
        let mean = |f: &dyn Fn(&[f64]) -> f64| draws.iter().map(|p| f(p)).sum::<f64>() / DRAWS as f64;
        let n = h as f64;
        let moments = [1.0 / n, 2.0 / (n * (n + 1.0)), 24.0 / (n * (n + 1.0) * (n + 2.0) * (n + 3.0))];
        for i in 0..h {
            let spread = |even: f64, square: f64| 5.0 * ((square - even * even) / DRAWS as f64).sqrt();
            let (first, second) = (mean(&|p| p[i]), mean(&|p| p[i].powi(2)));
            assert!((first - moments[0]).abs() < spread(moments[0], moments[1]), "{h} {i}: {first}");
            assert!((second - moments[1]).abs() < spread(moments[1], moments[2]), "{h} {i}: {second}");
        }
        let pair = mean(&|p| p[0] * p[h - 1]);
        let want = 1.0 / (n * (n + 1.0));
        let spread = 5.0 * (moments[2] / 6.0 / DRAWS as f64).sqrt();
        assert!((pair - want).abs() < spread, "{h}: {pair}, not {want}");
    }
    let set = section(6);
    let sum = dot(set.weights(), &set.start());
    let point = set.sample(&mut Seed::new(3).stream());
    assert!((dot(set.weights(), &point) - sum).abs() < 1e-14);
}
