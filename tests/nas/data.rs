//! Splits and generators.
use nas::data::{Dataset, QuadraticForm, Sizes, Split, SplitError};
use nas::seed::Seed;
use nas::stats::mean;

fn numbered(n: usize) -> Dataset {
    Dataset::new((0..2 * n).map(|v| v as f64).collect(), (0..n).map(|v| v as f64).collect(), 2)
}

#[test]
fn a_split_deals_every_sample_once_and_keeps_rows_whole() {
    let sizes = Sizes { train: 3, validation: 4, test: 5 };
    let split = Split::random(&numbered(12), sizes, &mut Seed::new(1).stream()).unwrap();
    let parts = [&split.train, &split.validation, &split.test];
    assert_eq!(parts.map(Dataset::len), [3, 4, 5]);
    let mut seen: Vec<f64> = parts.iter().flat_map(|part| part.labels().to_vec()).collect();
    seen.sort_by(f64::total_cmp);
    assert_eq!(seen, numbered(12).labels());
    for part in parts {
        for (row, label) in part.features().chunks(2).zip(part.labels()) {
            assert_eq!(row, [2.0 * label, 2.0 * label + 1.0]);
        }
    }
}

#[test]
fn a_split_is_its_seed() {
    let split = |seed| {
        Split::random(&numbered(30), Sizes { train: 9, validation: 9, test: 9 }, &mut Seed::new(seed).stream()).unwrap()
    };
    assert_eq!(split(1), split(1));
    assert_ne!(split(1), split(2));
}

#[test]
fn impossible_splits_say_what_to_do() {
    let split = |train, validation, test| {
        Split::random(&numbered(4), Sizes { train, validation, test }, &mut Seed::new(0).stream()).unwrap_err()
    };
    assert_eq!(split(1, 0, 1), SplitError::Empty { part: "validation" });
    assert_eq!(split(2, 2, 1), SplitError::TooFew { needed: 5, available: 4 });
    assert!(split(2, 2, 1).to_string().contains("ask for smaller parts"));
}

#[test]
fn the_planted_problem_has_unit_signal_on_the_unit_sphere() {
    let variances: Vec<f64> = (0..20)
        .map(|seed| {
            let data = QuadraticForm { dimension: 10, noise: 0.1 }.generate(2000, Seed::new(seed));
            assert!(data.features().chunks(10).all(|x| (x.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-14));
            mean(&data.labels().iter().map(|y| y * y).collect::<Vec<_>>())
        })
        .collect();
    assert!((mean(&variances) - 1.01).abs() < 0.02, "{variances:?}");
}

/// Without noise the labels are a traceless form: averaged over an orthonormal basis they vanish, whatever the basis. The
/// antipode has the same label.
#[test]
fn the_planted_form_is_quadratic() {
    let problem = QuadraticForm { dimension: 2, noise: 0.0 };
    let data = problem.generate(200, Seed::new(3));
    // On the circle a traceless form is a cos 2t + b sin 2t with a² + b² = 2 (unit variance): fit by two points, check all.
    let angle = |i: usize| 2.0 * data.features()[2 * i + 1].atan2(data.features()[2 * i]);
    let (s, t) = (angle(0), angle(1));
    let determinant = s.cos() * t.sin() - t.cos() * s.sin();
    let (y, z) = (data.labels()[0], data.labels()[1]);
    let (a, b) = ((y * t.sin() - z * s.sin()) / determinant, (z * s.cos() - y * t.cos()) / determinant);
    assert!((a * a + b * b - 2.0).abs() < 1e-10);
    for i in 0..data.len() {
        assert!((data.labels()[i] - a * angle(i).cos() - b * angle(i).sin()).abs() < 1e-10);
    }
}
