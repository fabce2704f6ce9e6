//! Diagnoses against their definitions, on figures that do and do not have what they look for.
use crate::quadratic::{Quadratic, quadratic};
use crate::random::normal_number;
use nas::bilevel::Health;
use nas::diagnose::curvature::{self, curvature};
use nas::diagnose::{
    Diagnosis, Finding, Jumps, Sharpness, agreement, collapse, discretisation, is_line, jumps, noise, overfitting,
    sharpest, solves,
};
use nas::inner::{Fit, Fitted};
use nas::model::candidates::Candidate;
use nas::search::Bilevel;
use nas::seed::Seed;
use nas::space::{Simplex, Sphere};
use nas::stats::t_interval;
use rand::RngExt;

/// The finding, and that the sentence is one and has these parts.
fn says(diagnosis: &dyn Diagnosis, finding: Finding, parts: &[&str]) {
    let sentence = diagnosis.sentence();
    assert_eq!(diagnosis.finding(), finding, "{sentence}");
    assert!(parts.iter().all(|part| sentence.contains(part)), "{parts:?} in: {sentence}");
    assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains("NaN"), "{sentence}");
}

#[test]
fn mixtures_that_are_lines_have_collapsed() {
    let linear = [false, true, false];
    let found = collapse(&[0.2, 0.2, 0.6, 0.1, -0.8, 0.1], &linear);
    let [first, second] = [found.mixtures[0], found.mixtures[1]];
    assert!((first.linear - 0.2).abs() < 1e-15 && (second.linear - 0.8).abs() < 1e-15);
    let entropy = -(0.2f64 * 0.2f64.ln() * 2.0 + 0.6 * 0.6f64.ln());
    assert!((first.entropy - entropy).abs() < 1e-15);
    assert_eq!(found.worst().map(|(number, _)| number), Some(1));
    says(&found, Finding::Found, &["Mixture 2", "80 %", "leave out identity", "an entropy of"]);
    says(
        &collapse(&[0.25; 4], &[false; 4]),
        Finding::Clear,
        &["at most 0 %", "of 1.39 of 1.39", "4.0 equal ones of 4"],
    );
    says(&collapse(&[1.0], &[true]), Finding::Found, &["Mixture 1", "100 %"]);
    says(&collapse(&[0.0, 0.0], &[true, false]), Finding::Clear, &["at most 0 %"]);
    says(&collapse(&[], &[]), Finding::Unknown, &["no mixture"]);
}

/// What a candidate is called does not matter: lines have no curvature, whoever wrote them.
#[test]
fn lines_are_told_by_their_values() {
    let line = |text: &str| {
        let candidate = Candidate::new(text).unwrap();
        is_line(|x| candidate.at(x))
    };
    for text in ["identity", "x", "2*x", "-x/3 + 5", "max(x,x)", "x*(1+0)", "ln(exp(x))", "0*x", "relu(x) - relu(-x)"] {
        assert!(line(text), "{text}");
    }
    for text in
        ["relu", "tanh", "softplus", "abs(x)", "x + 0.001*sin(x)", "x + max(x - 9, 0)", "sin(2*pi*x)", "cos(20*pi*x)"]
    {
        assert!(!line(text), "{text}");
    }
    assert!(is_line(|_| 7.0) && !is_line(|_| f64::NAN));
}

#[test]
fn discretisation_is_judged_by_the_pairs_of_seeds() {
    assert_eq!(discretisation(&[], &[], &[]), None);
    let one = discretisation(&[0.1], &[0.3], &[]).unwrap();
    assert!((one.gap - 0.2).abs() < 1e-15 && one.interval.is_none() && one.at_once.is_none());
    says(&one, Finding::Unknown, &["loss by 0.2000 (no interval from one seed)", "--seeds"]);
    let (whole, few) = ([0.1, 0.2, 0.3], [0.2, 0.31, 0.39]);
    let lost = discretisation(&whole, &few, &[0.5, 0.75]).unwrap();
    assert_eq!(lost.at_once, Some(0.625));
    assert_eq!(lost.interval, t_interval(&[0.2 - 0.1, 0.31 - 0.2, 0.39 - 0.3]));
    says(
        &lost,
        Finding::Found,
        &["by 0.6250 with the weights of the whole mixture, and by 0.1000", "Deploy the whole mixture"],
    );
    says(&discretisation(&few, &whole, &[]).unwrap(), Finding::Clear, &["-0.1000", "will do"]);
}

#[test]
fn overfitting_is_a_gap_that_the_seeds_agree_on() {
    assert_eq!(overfitting(&[], &[], 0.2, 7.0, 100), None);
    let of = |test: &[f64], bound, dimension| overfitting(&[0.1, 0.2, 0.3], test, bound, dimension, 100).unwrap();
    let found = of(&[0.2, 0.31, 0.39], 0.2, 7.0);
    assert!((found.gap - 0.1).abs() < 1e-15 && !found.beyond_bound() && !found.too_few_rows());
    says(&found, Finding::Found, &["0.1000", "0.2000", "too well"]);
    says(&of(&[0.0, 0.3, 0.3], 0.2, 7.0), Finding::Clear, &["no overfitting"]);
    says(&of(&[0.9, 0.3, 0.2], 0.2, 7.0), Finding::Found, &["more than chance"]);
    says(&of(&[0.0, 0.3, 0.3], 0.2, 100.0), Finding::Found, &["100 validation rows cannot choose", "--shared"]);
    says(&overfitting(&[0.1], &[0.2], 0.2, 7.0, 100).unwrap(), Finding::Unknown, &["--seeds"]);
}

/// The floor is measured on pieces: 8 means of 50 normal gradients each, whose mean has a known standard error along the simplex.
#[test]
fn the_noise_floor_is_the_standard_error_along_the_space() {
    let (h, pieces, rows) = (4, 8, 50);
    let mut stream = Seed::new(2).split("noise").stream();
    let mut squares = Vec::new();
    for _ in 0..200 {
        // A part along (1, …, 1), which no simplex follows, is common to all coordinates of a row.
        let mut row = || {
            let common = 5.0 * normal_number(&mut stream);
            (0..h).map(|_| common + normal_number(&mut stream)).collect::<Vec<f64>>()
        };
        let mut piece = || {
            let all: Vec<Vec<f64>> = (0..rows).map(|_| row()).collect();
            (0..h).map(|i| all.iter().map(|row| row[i]).sum::<f64>() / f64::from(rows)).collect::<Vec<f64>>()
        };
        let drawn: Vec<Vec<f64>> = (0..pieces).map(|_| piece()).collect();
        let found = noise(&Simplex::unit(h), &[0.25; 4], &drawn, [1.0, 0.0]).unwrap();
        squares.push(found.standard_error.powi(2));
    }
    // h − 1 directions of variance 1 / (8 · 50).
    let want = (h - 1) as f64 / f64::from(pieces * rows);
    let (mean, error) = (nas::stats::mean(&squares), nas::stats::standard_error(&squares).unwrap());
    assert!((mean - want).abs() < 4.0 * error && error < 0.1 * want, "{mean} ± {error}, not {want}");
}

#[test]
fn slopes_are_read_against_the_floor() {
    let (sphere, alpha) = (Sphere::unit(2), [1.0, 0.0]);
    // Along (0, 1) only: ±0.1, so the standard error is 0.1.
    let pieces = [vec![3.0, 0.1], vec![-9.0, -0.1]];
    let of = |first, last| noise(&sphere, &alpha, &pieces, [first, last]).unwrap();
    let found = of(1.0, 0.2);
    let floor = 0.1 * (1.0 + (2.0 * 20f64.ln()).sqrt());
    assert!((found.standard_error - 0.1).abs() < 1e-15 && (found.floor - floor).abs() < 1e-15, "{found:?}");
    assert!((found.readings[0].at_least - (1.0 - floor)).abs() < 1e-15 && found.readings[1].at_least == 0.0);
    says(&found, Finding::Clear, &["1.000", "0.2000", "0.3448"]);
    says(&of(0.3, 0.2), Finding::Found, &["do not tell the candidates apart"]);
    says(&of(1.0, 0.5), Finding::Found, &["--outer-steps"]);
    assert_eq!(noise(&sphere, &alpha, &pieces[..1], [1.0; 2]), None);
    let silent = noise(&sphere, &alpha, &[vec![1.0, 0.5], vec![2.0, 0.5]], [1.0, 0.0]).unwrap();
    assert_eq!((silent.floor, silent.readings[0].at_least), (0.0, 1.0));
    says(&silent, Finding::Clear, &[]);
}

#[test]
fn hypergradients_that_failed_or_are_rough_are_found() {
    let good = Health { evaluations: 10, error: Some(0.01), ..Health::default() };
    says(&solves([&good, &good]), Finding::Clear, &["20 hypergradients", "0.0100"]);
    let cases = [
        (Health { skipped: 2, ..good.clone() }, "2 failed", "--ridge"),
        (Health { damped: 3, damping: 0.02, ..good.clone() }, "3 were damped (by 0.0200 at most)", "--ridge"),
        (Health { loose: 8, stuck: 3, ..good.clone() }, "8 stood", "--tol"),
        (Health { error: Some(0.6), ..good.clone() }, "0.6000", "--tol"),
    ];
    for (health, seen, advice) in cases {
        says(&solves([&health]), Finding::Found, &[seen, advice]);
    }
    let sum = solves([&Health { loose: 1, error: None, ..good.clone() }, &good]);
    assert_eq!((sum.evaluations, sum.loose, sum.error, sum.slope), (20, 1, Some(0.01), None));
    let ended = |residual, scale| Fit {
        theta: Vec::new(),
        loss: 0.0,
        gradient: Vec::new(),
        residual,
        scale,
        steps: 1,
        end: Fitted::Stationary,
    };
    let of = |residual, scale, damping| Health { fit: Some(ended(residual, scale)), damping, ..good.clone() };
    let sum = solves([&of(1e-3, 2.0, 0.1), &good, &of(2e-3, 0.5, 0.3)]);
    assert_eq!((sum.slope, sum.damping), (Some([2e-3, 1e-3]), 0.3));
    says(&sum, Finding::Clear, &["stationary to a gradient of norm 0.0020, 0.0010 of"]);
    says(&solves([]), Finding::Unknown, &["No hypergradient"]);
}

/// The spectrum of a diagonal Hessian is known: also where its largest size is negative, and in none, one or equal directions.
#[test]
fn the_largest_curvature_is_the_largest_eigenvalue() {
    let options = curvature::Options { products: 2000, tolerance: 1e-12, ..curvature::Options::default() };
    let cases: [&[f64]; 6] = [&[3.0, 1.0, -2.0], &[0.5, -7.0, 0.1], &[-1.0, -4.0], &[2.0], &[2.0, 2.0], &[0.0, 0.0]];
    for spectrum in cases {
        let mut problem = quadratic(spectrum, &vec![0.3; spectrum.len()]);
        let found = curvature(&mut problem, &vec![0.5; spectrum.len()], &options).unwrap();
        let most = spectrum.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert!(found.converged && (found.value - most).abs() < 1e-6, "{spectrum:?}: {found:?}");
        let along: f64 = found.direction.iter().zip(spectrum).map(|(d, s)| s * d * d).sum();
        assert!((along - found.value).abs() < 1e-6, "{spectrum:?}: not the direction's");
    }
    let nothing = curvature(&mut quadratic(&[], &[]), &[], &options).unwrap();
    assert!(nothing.converged && nothing.value == 0.0 && nothing.products == 0);
    let few = curvature::Options { products: 2, ..options };
    assert!(!curvature(&mut quadratic(&[1.0, 0.99], &[0.0; 2]), &[0.5; 2], &few).unwrap().converged);
}

/// A Hessian that no axis belongs to: F(Qα) of a diagonal F, turned by random planes.
#[test]
fn a_turned_hessian_has_the_same_curvature() {
    struct Turned(Quadratic, Vec<(usize, usize, f64)>);
    fn turn(v: &mut [f64], planes: &[(usize, usize, f64)], sign: f64) {
        for &(i, j, angle) in planes {
            let (sin, cos) = (sign * angle).sin_cos();
            (v[i], v[j]) = (cos * v[i] - sin * v[j], sin * v[i] + cos * v[j]);
        }
    }
    impl Bilevel for Turned {
        type Error = std::convert::Infallible;

        fn evaluate(&mut self, alpha: &[f64]) -> Result<nas::hypergradient::Hypergradient, Self::Error> {
            let mut turned = alpha.to_vec();
            turn(&mut turned, &self.1, 1.0);
            let mut found = self.0.evaluate(&turned)?;
            let back: Vec<_> = self.1.iter().rev().copied().collect();
            turn(&mut found.alpha, &back, -1.0);
            Ok(found)
        }
    }
    let mut stream = Seed::new(5).split("planes").stream();
    let planes = (0..10).map(|_| {
        let i = stream.random_range(0..4);
        (i, (i + stream.random_range(1..4)) % 4, stream.random_range(-3.0..3.0))
    });
    let planes = planes.collect();
    let mut problem = Turned(quadratic(&[5.0, 2.0, -6.0, 0.1], &[0.0; 4]), planes);
    let options = curvature::Options { products: 2000, tolerance: 1e-12, ..curvature::Options::default() };
    let found = curvature(&mut problem, &[0.25; 4], &options).unwrap();
    assert!((found.value - 5.0).abs() < 1e-6 && found.converged, "{found:?}");
}

#[test]
fn a_curvature_that_grows_is_found() {
    let of = |first, last| Sharpness { first, last };
    says(&of(1.0, 1.31), Finding::Found, &["1.000", "1.310", "--stop-at-noise"]);
    says(&of(1.0, 1.29), Finding::Clear, &["1.290", "did not go"]);
    says(&of(2.0, -1.0), Finding::Clear, &["-1.000"]);
    says(&of(-1.0, 2.0), Finding::Unknown, &["cannot be compared"]);
    assert_eq!(of(f64::NAN, 1.0).finding(), Finding::Unknown);
    assert_eq!(of(1.0, f64::NAN).finding(), Finding::Unknown);
}

/// A hypergradient without −Jᵀq, at known angles and sizes.
#[test]
fn a_wrong_hypergradient_is_found() {
    let right = agreement(&[3.0, 4.0], &[3.1, 3.9], 0.0);
    assert!((right.ratio - 5.0 / (3.1f64.powi(2) + 3.9f64.powi(2)).sqrt()).abs() < 1e-15);
    says(&right, Finding::Clear, &["cosine of 0.9996", "it should be"]);
    let turned = agreement(&[1.0, 0.0], &[1.0, 1.0], 0.9);
    assert!((turned.cosine - 0.5f64.sqrt()).abs() < 1e-15);
    says(&turned, Finding::Found, &["0.7071", "--method gauss-newton"]);
    says(&agreement(&[2.1, 0.0], &[1.0, 0.0], 0.0), Finding::Found, &["2.100 times"]);
    says(&agreement(&[0.4, 0.0], &[1.0, 0.0], 0.0), Finding::Found, &["0.4000 times"]);
    says(&agreement(&[1.0, 0.0], &[1.0, 1.0], 1.1), Finding::Clear, &["1.000", "1.100"]);
    says(&agreement(&[0.0], &[1.0], 0.0), Finding::Unknown, &["are zero"]);
    assert_eq!(agreement(&[], &[], 0.0).finding(), Finding::Unknown);
}

/// f(α) of known shape at three points: a curve bends as its second derivative says, a jump does not go away.
#[test]
fn fits_that_jump_are_found() {
    let of = |step: f64, f: fn(f64) -> f64| {
        let at = |x: f64| (1..5).map(|i| f(f64::from(i) * x)).collect::<Vec<f64>>();
        let [below, at, above] = [at(0.4 - step), at(0.4), at(0.4 + step)];
        jumps(step, [&below, &at, &above])
    };
    for step in [0.1, 0.01] {
        // x²: (2 s² i²) over (4 s x i²).
        let smooth = of(step, |x| x * x);
        assert!((smooth.bend - step / 0.8).abs() < 1e-9, "{smooth:?}");
        says(&smooth, Finding::Clear, &["as the bounds assume"]);
        let leap = of(step, |x| x * 0.1 + f64::from(u8::from(x > 0.4 + 1e-9)));
        says(&leap, Finding::Found, &["fits jump"]);
    }
    let unrelated = jumps(0.1, [&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]]);
    assert!((unrelated.bend - 3f64.sqrt()).abs() < 1e-15);
    let looked = Jumps { halved: Some(0.25), ..unrelated };
    says(&looked, Finding::Found, &["1.732 of their change, and by 0.2500 at half the step"]);
    let path = |bend| Jumps { step: 0.1, bend, halved: None };
    assert_eq!(sharpest([path(0.1), path(0.7), path(0.2)]), Some(path(0.7)));
    assert!(sharpest([path(0.1), path(f64::NAN), path(0.2)]).unwrap().bend.is_nan(), "what is unknown is not clear");
    assert_eq!(sharpest([]), None);
    assert_eq!(jumps(0.1, [&[1.0], &[1.0], &[1.0]]).finding(), Finding::Clear);
    assert_eq!(jumps(0.1, [&[], &[], &[]]).finding(), Finding::Clear);
    assert_eq!(jumps(0.1, [&[f64::NAN], &[1.0], &[1.0]]).finding(), Finding::Unknown);
}
