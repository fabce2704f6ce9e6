//! The spectral direction as the start of a search: its definition, planted signals, and noise.
use crate::files::File;
use crate::trial::{quadratic, setting};
use faer::{Mat, Scale};
use nas::bilevel::Way;
use nas::data::{Bilinear, CsvOptions, Frame, Samples, read_csv};
use nas::inner::Optimiser;
use nas::kernel::FeatureMaps;
use nas::model::{Mlp, candidates};
use nas::run::{Context, summary};
use nas::seed::{Seed, Stream};
use nas::space::Shape;
use nas::spectral::{NoDirection, direction, random_features, signal};
use nas::stats::mean;
use nas::theory::low_rank::{Signal, Sizes};
use nas::trial::{AlphaStart, Setting, Trial, Watch};
use rand_distr::{Distribution, StandardNormal};
use std::sync::Mutex;

fn normal(n: usize, p: usize, seed: Seed) -> Mat<f64> {
    let mut stream = seed.stream();
    Mat::from_fn(n, p, |_, _| StandardNormal.sample(&mut stream))
}

/// α has the largest ‖Σ y Φ_α‖² for its Σ ‖Φ_α‖², both summed by their definitions, of all directions.
#[test]
fn the_direction_depends_most_on_the_labels() {
    let (n, h, p, k) = (60, 3, 4, 2);
    for seed in (0..5).map(Seed::new) {
        // Correlated maps with means.
        let parts: Vec<Mat<f64>> = (0..h).map(|i| normal(n, p, seed.split(&format!("map {i}")))).collect();
        let mix = |i: usize| Mat::from_fn(n, p, |s, j| 0.7 + parts[i][(s, j)] + 0.5 * parts[(i + 1) % h][(s, j)]);
        let maps = FeatureMaps::new((0..h).map(mix).collect());
        let signal = maps.combine(&[1.0, -0.2, 0.5]) * normal(p, k, seed.split("weights"));
        let y = signal + Scale(0.1) * normal(n, k, seed.split("noise"));
        let found = direction(&maps, y.as_ref(), seed.split("orders")).unwrap();
        assert!((dot_of(&found, &found) - 1.0).abs() < 1e-12 && found.iter().sum::<f64>() >= 0.0);

        let centred = |m: &Mat<f64>, s: usize, j: usize| m[(s, j)] - (0..n).map(|s| m[(s, j)]).sum::<f64>() / n as f64;
        let share = |alpha: &[f64]| {
            let phi = maps.combine(alpha);
            let size: f64 = (0..n * p).map(|at| centred(&phi, at / p, at % p).powi(2)).sum();
            let moment = |j: usize, c: usize| (0..n).map(|s| centred(&phi, s, j) * centred(&y, s, c)).sum::<f64>();
            (0..p * k).map(|at| moment(at % p, at / p).powi(2)).sum::<f64>() / size
        };
        let (most, mut stream) = (share(&found), seed.split("others").stream());
        for _ in 0..100 {
            let near: Vec<f64> = found.iter().map(|a| a + 0.1 * normal_number(&mut stream)).collect();
            let far: Vec<f64> = found.iter().map(|_| normal_number(&mut stream)).collect();
            assert!(share(&near).max(share(&far)) <= most * (1.0 + 1e-12), "another direction shows more");
        }
    }
}

fn normal_number(stream: &mut Stream) -> f64 {
    StandardNormal.sample(stream)
}

fn dot_of(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Science 2.8 at (n, h, p, σ) = (200, 5, 200, 0): mean sin² .041 over 300 draws; the even mixture has 1 − 1/h on average.
#[test]
fn a_planted_combination_is_found() {
    let model = Bilinear { maps: 5, features: 200, noise: 0.0 };
    let even = [5f64.sqrt().recip(); 5];
    let (mut errors, mut nearer) = (Vec::new(), 0);
    for draw in 0..20 {
        let seed = Seed::new(draw);
        let planted = model.plant(seed.split("planted"));
        let samples = model.sample(&planted, 200, &mut seed.split("samples").stream());
        let found = direction(&samples.maps, samples.y.as_mat(), seed.split("orders")).unwrap();
        let error = |alpha: &[f64]| 1.0 - dot_of(alpha, &planted.alpha).powi(2);
        nearer += usize::from(error(&found) < error(&even));
        errors.push(error(&found));
    }
    assert!(nearer >= 18 && mean(&errors) < 0.08, "nearer in {nearer} of 20, mean sin² {}", mean(&errors));
}

/// The strengths that were planted come back, whatever the scale and the mean of the maps; on labels of noise there are none.
#[test]
fn a_planted_signal_has_its_strength() {
    let model = Bilinear { maps: 4, features: 30, noise: 0.5 };
    let mut found_in_noise = 0;
    for draw in 0..10 {
        let seed = Seed::new(draw);
        let planted = model.plant(seed.split("planted"));
        let samples = model.sample(&planted, 3000, &mut seed.split("samples").stream());
        let moved = |i: usize| Mat::from_fn(3000, 30, |s, j| 2.0 + 3.0 * samples.maps.map(i)[(s, j)]);
        let maps = FeatureMaps::new((0..4).map(moved).collect());
        let (sizes, found) = signal(&maps, samples.y.as_ref()).unwrap();
        assert_eq!(sizes, Sizes { samples: 3000, maps: 4, features: 30 });
        let Signal::Found(found) = found else { panic!("draw {draw}: no signal") };
        let strength = planted.theta.squared_norm_l2();
        assert!((found.signal / strength - 1.0).abs() < 0.2, "draw {draw}: {} of {strength}", found.signal);
        assert!((found.noise - 0.25).abs() < 0.2 * (strength + 0.25), "draw {draw}: noise {}", found.noise);
        let noise = normal(3000, 1, seed.split("y"));
        found_in_noise += usize::from(matches!(signal(&maps, noise.col(0)).unwrap().1, Signal::Found(_)));
    }
    assert!(found_in_noise <= 4, "{found_in_noise} of 10: the edge of the noise is passed by chance at times");
}

/// One order in a hundred is above 99 others: labels that say nothing are seen through, whatever the maps.
#[test]
fn noise_has_no_direction() {
    let mut refused = 0;
    for draw in 0..40 {
        let seed = Seed::new(draw);
        let samples = Bilinear { maps: 4, features: 30, noise: 1.0 };
        let maps = samples.sample(&samples.plant(seed), 50, &mut seed.split("x").stream()).maps;
        let noise = normal(50, 1, seed.split("y"));
        match direction(&maps, noise.as_ref(), seed.split("orders")) {
            Err(NoDirection::NoGap { value, reached }) => {
                assert!(value > 0.0 && (1..=99).contains(&reached));
                refused += 1;
            }
            Err(other) => panic!("{other}"),
            Ok(_) => {}
        }
    }
    assert!(refused >= 36, "{refused} of 40 refused; one false alarm in a hundred is allowed");
}

#[test]
fn what_is_not_finite_or_says_nothing_is_refused() {
    let mut map = normal(10, 2, Seed::new(1));
    let y = normal(10, 1, Seed::new(2));
    let constant = Mat::from_fn(10, 2, |_, j| j as f64);
    let refused = direction(&FeatureMaps::new(vec![constant]), y.as_ref(), Seed::new(3)).unwrap_err();
    assert_eq!(refused, NoDirection::NoGap { value: 0.0, reached: 99 });
    assert!(refused.to_string().contains("as with --start even"), "{refused}");
    map[(3, 1)] = f64::INFINITY;
    let refused = direction(&FeatureMaps::new(vec![map]), y.as_ref(), Seed::new(3)).unwrap_err();
    assert!(matches!(refused, NoDirection::NotFinite(_)), "{refused}");
    for n in [1, 2] {
        let (maps, y) = (FeatureMaps::new(vec![normal(n, 2, Seed::new(4))]), normal(n, 1, Seed::new(5)));
        assert!(matches!(direction(&maps, y.as_ref(), Seed::new(6)), Err(NoDirection::NoGap { .. })), "{n} samples");
    }
}

/// σ_i(w_r · x + b_r), neuron by neuron.
#[test]
fn random_features_are_those_of_the_first_layer() {
    let bank = candidates::bank(&["tanh", "x*exp(-x^2)"]).unwrap();
    for width in [1, 5, 70] {
        let model = Mlp { inputs: 3, hidden: vec![width, 2], outputs: 1, bank: bank.clone(), groups: 1, shared: false };
        let theta: Vec<f64> = (0..model.parameters()).map(|i| (i as f64 * 0.7).sin()).collect();
        let x: Vec<f64> = (0..12).map(|i| (i as f64 * 1.3).cos()).collect();
        let samples = Samples { n: 4, d: 3, outputs: 1, x, y: vec![0.0; 4], classes: Vec::new(), target: vec![0.0; 4] };
        let maps = random_features(&model, &theta, &samples);
        assert_eq!((maps.count(), maps.samples(), maps.features()), (2, 4, width.min(64)));
        for (s, r) in (0..4).flat_map(|s| (0..maps.features()).map(move |r| (s, r))) {
            let z: f64 =
                (0..3).map(|i| samples.x[3 * s + i] * theta[i * width + r]).sum::<f64>() + theta[3 * width + r];
            assert!((maps.map(0)[(s, r)] - z.tanh()).abs() < 1e-14);
            assert!((maps.map(1)[(s, r)] - z * (-z * z).exp()).abs() < 1e-14);
        }
    }
}

/// The first point that a search reaches.
#[derive(Default)]
struct First(Mutex<Option<Vec<f64>>>);

impl Watch for First {
    fn reached(&self, point: nas::search::Reached<'_>, _: &nas::bilevel::Health) {
        self.0.lock().unwrap().get_or_insert(point.alpha.to_vec());
    }

    fn searched(&self) {}

    fn compared(&self) {}
}

fn begun(frame: &Frame, alpha_start: AlphaStart, seed: u64) -> (Vec<f64>, Trial, Setting) {
    let plain = setting(frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let (setting, first) = (Setting { alpha_start, ..plain }, First::default());
    let trial = Trial::run(frame, &setting, Seed::new(seed), &first).unwrap();
    (first.0.into_inner().unwrap().unwrap(), trial, setting)
}

/// The square alone made these labels: the spectral start is nearer to it than the even one, and the search ends no worse.
#[test]
fn a_search_begins_near_what_made_the_labels() {
    let frame = quadratic();
    for seed in 0..4 {
        let [(even, from_even, _), (spectral, from_there, _)] =
            [AlphaStart::Even, AlphaStart::Spectral].map(|start| begun(&frame, start, seed));
        let off = |alpha: &[f64]| alpha.iter().zip([0.0, 1.0, 0.0]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        assert!(off(&spectral) < 0.8 * off(&even), "{spectral:?} is no nearer than {even:?}");
        assert_eq!((from_there.fallback, from_even.fallback), (None, None));
        let [there, here] = [&from_there, &from_even].map(|trial| trial.searched.validation.loss);
        assert!(there < 1.05 * here + 1e-4, "seed {seed}: from the spectral start {there}, from the even one {here}");
    }
}

/// Labels that have nothing to do with the rows: the search begins as always, and says so.
#[test]
fn a_search_on_noise_begins_even_and_says_so() {
    let mut stream = Seed::new(5).stream();
    let mut number = || normal_number(&mut stream).to_string();
    let row = |_| [number(), number(), number()].join(",") + "\n";
    let text: String = ["a,b,y\n".to_owned()].into_iter().chain((0..120).map(row)).collect();
    let file = File::new("spectral-noise.csv", &text);
    let frame = read_csv(file.path(), &CsvOptions::default()).unwrap();
    let (first, trial, setting) = begun(&frame, AlphaStart::Spectral, 3);
    assert!(first.iter().all(|a| (a - 1.0 / 3.0).abs() < 1e-12), "{first:?}");
    assert!(matches!(trial.fallback, Some(NoDirection::NoGap { .. })), "{:?}", trial.fallback);
    let (method, warnings) = ("gauss-newton".to_owned(), Vec::new());
    let context =
        Context { frame: &frame, setting: &setting, seed: 3, method, probe: None, warnings, threads: 1, seconds: 1.0 };
    let said = summary(context, &[trial]).notes;
    assert!(
        said.iter().any(|note| note.contains("in every seed the training rows single out no combination")),
        "{said:?}"
    );
}
