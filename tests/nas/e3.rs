//! E3: its suprema against search and enumeration, its bounds and controls.
use crate::theory_draws::{norm, normals};
use nas::experiments::Bound::{AtLeast, AtMost, Within};
use nas::experiments::e3::{MOST_SIDES, Settings, largest_over_ball, largest_over_box, largest_over_simplex};
use nas::experiments::{Bound, Experiment, Lab, Outcome};
use nas::run::pool;
use nas::seed::Seed;
use nas::space::{Simplex, Space};
use proptest::prelude::*;
use rand::RngExt;

fn run(settings: &Settings, threads: usize) -> Vec<Outcome> {
    pool(threads).unwrap().install(|| settings.run(&Lab::silent())).unwrap()
}

/// A vector and a symmetric matrix, row by row.
fn drawn(h: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut stream = Seed::new(seed).stream();
    let (b, half) = (normals(h, &mut stream), normals(h * h, &mut stream));
    let matrix = (0..h * h).map(|k| half[k] + half[(k % h) * h + k / h]).collect();
    (b, matrix)
}

/// ‖b + B a‖
fn at(b: &[f64], matrix: &[f64], a: &[f64]) -> f64 {
    let row = |i: usize| b[i] + a.iter().enumerate().map(|(j, a)| matrix[i * b.len() + j] * a).sum::<f64>();
    norm(&(0..b.len()).map(row).collect::<Vec<f64>>())
}

proptest! {
    /// Every vertex by itself; no point inside is above them.
    #[test]
    fn suprema_over_polytopes_are_those_of_their_vertices(h in 1..8_usize, seed in any::<u64>(), side in 0.01..3.0_f64) {
        let (b, matrix) = drawn(h, seed);
        let sign = |vertex: usize, i: usize| if vertex >> i & 1 == 1 { side } else { -side };
        let of_box = |vertex: usize| at(&b, &matrix, &(0..h).map(|i| sign(vertex, i)).collect::<Vec<f64>>());
        let best = (0..1 << h).map(of_box).fold(0.0, f64::max);
        let over_box = largest_over_box(&b, &matrix, side);
        prop_assert!((over_box - best).abs() < 1e-12 * (1.0 + best), "{over_box} and {best}");
        let unit = |i: usize| at(&b, &matrix, &(0..h).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>());
        let best = (0..h).map(unit).fold(0.0, f64::max);
        let over_simplex = largest_over_simplex(&b, &matrix);
        prop_assert!((over_simplex - best).abs() < 1e-12 * (1.0 + best), "{over_simplex} and {best}");
        let mut stream = Seed::new(seed).split("inside").stream();
        for _ in 0..20 {
            let a: Vec<f64> = (0..h).map(|_| stream.random_range(-side..side)).collect();
            prop_assert!(at(&b, &matrix, &a) <= over_box * (1.0 + 1e-12));
            prop_assert!(at(&b, &matrix, &Simplex::unit(h).sample(&mut stream)) <= over_simplex * (1.0 + 1e-12));
        }
    }
}

/// Against ascent from every axis, which never lowers a convex function; also where b reaches nothing (the hard case).
#[test]
fn the_supremum_over_a_ball_is_exact() {
    use rand_distr::{Distribution, StandardNormal};
    let mut stream = Seed::new(6).stream();
    for h in [1, 2, 5] {
        for scale in [0.0, 1e-3, 1.0, 30.0] {
            let mut normal = || -> f64 { StandardNormal.sample(&mut stream) };
            let b: Vec<f64> = (0..h).map(|_| scale * normal()).collect();
            let half: Vec<f64> = (0..h * h).map(|_| normal()).collect();
            let matrix: Vec<f64> = (0..h * h).map(|k| half[k] + half[(k % h) * h + k / h]).collect();
            let times =
                |a: &[f64]| -> Vec<f64> { (0..h).map(|i| (0..h).map(|j| matrix[i * h + j] * a[j]).sum()).collect() };
            let at = |a: &[f64]| -> Vec<f64> { times(a).iter().zip(&b).map(|(x, b)| x + b).collect() };
            let ascend = |mut a: Vec<f64>| {
                for _ in 0..3000 {
                    let slope = times(&at(&a));
                    a = slope.iter().map(|x| x / norm(&slope)).collect();
                }
                norm(&at(&a))
            };
            let axis = |i: usize, sign: f64| (0..h).map(|j| if i == j { sign } else { 0.0 }).collect::<Vec<f64>>();
            let best = (0..h).flat_map(|i| [axis(i, 1.0), axis(i, -1.0)]).map(ascend).fold(0.0, f64::max);
            let exact = largest_over_ball(&b, &matrix);
            assert!((exact - best).abs() < 1e-6 * best, "h {h}, scale {scale}: {exact} and {best}");
        }
    }
    assert!((largest_over_ball(&[3.0, 4.0], &[0.0; 4]) - 5.0).abs() < 1e-12);
}

#[test]
fn bounds_hold_and_controls_bite() {
    let settings = Settings { draws: 300, coordinates: 4, n_validation: 60, ..Settings::default() };
    let outcomes = run(&settings, 2);
    assert_eq!(outcomes, run(&settings, 1));
    let criteria = &outcomes[0].criteria;
    let published = [AtMost(0.05); 13].into_iter().chain([AtLeast(0.1), Within(1.0, 2.0)]);
    assert_eq!(criteria.iter().map(|criterion| criterion.bound).collect::<Vec<Bound>>(), published.collect::<Vec<_>>());
    let failed: Vec<&str> = criteria.iter().filter(|c| !c.passes()).map(|c| c.name.as_str()).collect();
    assert_eq!(failed, [""; 0]);
    let tightness = &criteria[14];
    assert!(tightness.interval.is_some_and(|[low, high]| low <= tightness.figure && tightness.figure <= high));
    // Of both bounds in every space one is judged, and drawn as a bar of its own.
    for space in ["ball", "box", "simplex", "finite set"] {
        for what in ["risk", "hypergradient, linear loss", "hypergradient, quadratic loss"] {
            let name = format!("{what}, {space}");
            assert_eq!(outcomes[0].table.rows.iter().filter(|row| row[0] == name).count(), 1, "{name}");
        }
    }
    assert_eq!((outcomes[0].plots[0].series.len(), outcomes[0].notes.len()), (13, 0));
}

#[test]
fn a_box_of_too_many_sides_is_left_out_and_said() {
    let settings = Settings { draws: 100, coordinates: MOST_SIDES + 1, n_validation: 20, ..Settings::default() };
    let outcomes = run(&settings, 2);
    assert_eq!(outcomes[0].table.rows.len(), 12);
    assert!(outcomes[0].notes[0].contains("at most 10 coordinates"), "{:?}", outcomes[0].notes);
    let refused = std::panic::catch_unwind(|| largest_over_box(&[0.0; 11], &[0.0; 121], 1.0)).unwrap_err();
    assert!(refused.downcast_ref::<String>().is_some_and(|said| said.contains("11 sides")));
}
