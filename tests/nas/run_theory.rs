//! The theory of a run against what its trials recorded, figure by figure and sentence by sentence.
use crate::files::Dir;
use crate::report_html::text;
use crate::run::cells;
use crate::trial::{quadratic, setting};
use nas::bilevel::Way;
use nas::data::{Frame, Task};
use nas::inner::Optimiser;
use nas::report::{comparison, figure};
use nas::run::{Config, Context, Invocation, SearchResult, TheoryRecord, search, summary};
use nas::seed::Seed;
use nas::space::{Copies, Shape, Simplex};
use nas::spectral::random_features;
use nas::stats::median;
use nas::theory::bernstein::Bernstein;
use nas::theory::lipschitz::Lipschitz;
use nas::theory::low_rank::Signal;
use nas::theory::{Class, hypergradient, risk};
use nas::trial::{AlphaStart, Probe, Setting, Trial};
use std::fs;

/// Two seeds on rows that the square alone made, from this start, in this space.
struct Ran {
    frame: Frame,
    setting: Setting,
    trials: Vec<Trial>,
    probe: Probe,
    result: SearchResult,
}

fn ran(alpha_start: AlphaStart, shape: Shape) -> Ran {
    let frame = quadratic();
    let plain = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, shape);
    let outer = nas::search::Options { steps: 2, ..plain.outer };
    let setting = Setting { alpha_start, outer, ..plain };
    let trials: Vec<Trial> = [1, 2].map(|seed| Trial::run(&frame, &setting, Seed::new(seed), &()).unwrap()).into();
    let best = nas::run::best(&trials);
    let probe = trials[best].probe(&frame, &setting, Seed::new(1 + best as u64)).unwrap();
    let (method, warnings, threads) = ("gauss-newton".to_owned(), Vec::new(), 1);
    let seen = Some(probe.clone());
    let context =
        Context { frame: &frame, setting: &setting, seed: 7, method, probe: seen, warnings, threads, seconds: 1.5 };
    let result = summary(context, &trials);
    Ran { frame, setting, trials, probe, result }
}

impl Ran {
    fn theory(&self) -> &TheoryRecord {
        &self.result.theory
    }

    fn best(&self) -> &Trial {
        &self.trials[self.result.best_seed]
    }

    /// The one sentence that has this part.
    fn sentence(&self, part: &str) -> &str {
        let having: Vec<&String> = self.theory().sentences.iter().filter(|said| said.contains(part)).collect();
        assert_eq!(having.len(), 1, "{part:?} in {:?}", self.theory().sentences);
        having[0]
    }
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}

/// The ratios of all pairs of each seed, and of the fits around the chosen mixture.
#[test]
fn predictions_are_compared_pair_by_pair() {
    let ran = ran(AlphaStart::Even, Shape::Simplex);
    let mut ratios: Vec<f64> = ran.probe.moves.iter().map(|moved| moved.prediction / moved.alpha).collect();
    // Every two of thirteen fits, at the middle and on three lines through it to 0.05 on either side.
    let widths = || ran.probe.moves.iter().map(|moved| moved.alpha);
    let whole = widths().filter(|width| (width - 0.1).abs() < 1e-12).count();
    assert!(ratios.len() == 78 && whole == 3 && widths().all(|width| width < 0.1 + 1e-12), "{whole}");
    for trial in &ran.trials {
        let validation = trial.preprocess.apply(&ran.frame, &trial.parts.validation).unwrap();
        let models = [&trial.searched, &trial.discretised].into_iter().chain(trial.baselines.iter().flatten());
        let models: Vec<_> = models.collect();
        assert!(models.iter().all(|entry| entry.outputs.len() == validation.n && entry.losses.len() == validation.n));
        for (i, a) in models.iter().enumerate() {
            for b in &models[..i] {
                let apart: Vec<f64> = a.alpha.iter().zip(&b.alpha).map(|(a, b)| a - b).collect();
                let change = a.outputs.iter().zip(&b.outputs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                ratios.extend((norm(&apart) > 1e-6).then(|| change / norm(&apart)));
            }
        }
    }
    let seen = ran.theory().predictions.as_ref().unwrap();
    assert_eq!(seen.pairs, ratios.len());
    let largest = ratios.iter().copied().fold(0.0, f64::max);
    assert!(near(seen.lipschitz, largest) && near(seen.median, median(&ratios)), "{seen:?}");
    // One output and half its square, clipped at 1.
    assert!(near(seen.loss_lipschitz, 2f64.sqrt()));
    let said = ran.sentence("pairs predictions moved");
    assert!(said.contains(&figure(seen.lipschitz)) && said.contains(&format!("{} pairs", seen.pairs)), "{said}");
}

/// Half the squared errors of the chosen mixture on the validation rows, clipped, row by row.
#[test]
fn losses_of_the_chosen_mixture_are_bounded_by_their_spread() {
    let ran = ran(AlphaStart::Even, Shape::Simplex);
    let (theory, best) = (ran.theory(), ran.best());
    let validation = best.preprocess.apply(&ran.frame, &best.parts.validation).unwrap();
    let rows = best.searched.outputs.iter().zip(&validation.y).map(|(f, y)| (f - y).powi(2) / 2.0);
    let rows: Vec<f64> = rows.collect();
    let n = rows.len() as f64;
    assert!(near(rows.iter().sum::<f64>() / n, best.searched.validation.loss));
    let clipped: Vec<f64> = rows.iter().map(|loss| loss.min(1.0)).collect();
    let mean = clipped.iter().sum::<f64>() / n;
    let variance = clipped.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let found = theory.by_variance.as_ref().unwrap();
    assert!(near(found.val_loss, mean) && (found.variance - variance).abs() <= 1e-12 * variance, "{found:?}");
    let seen = theory.predictions.as_ref().unwrap();
    let drift = (seen.loss_lipschitz * seen.lipschitz).max(theory.lipschitz);
    let simplex = Copies { space: Simplex { floor: 1e-4 / 3.0, ..Simplex::unit(3) }, copies: 1 };
    let class = Class::Continuous { space: &simplex, lipschitz: Lipschitz::Estimated(drift) };
    let n_validation = validation.n;
    let all = risk::Setting { class, loss_range: 1.0, loss_lipschitz: 1.0, n_validation, delta: 0.05 };
    assert!((found.gap - Bernstein::before(&all, None).after(variance).total()).abs() < 1e-9);
    let useless = mean + found.gap >= 1.0;
    let said = ran.sentence(if useless { "By the spread of its losses" } else { "For the chosen mixture: " });
    assert!(said.contains(&figure(found.gap)), "{said}");
    let said = ran.sentence("DM(alpha) is 0");
    let total = figure(mean + theory.gap);
    assert!(said.contains(&format!("at most {total}: {} on", figure(best.searched.train_loss))), "{said}");
    assert_eq!(theory.mismatch, Some(0.0));
}

/// Training rows of another source: nothing is said of DM but where it is.
#[test]
fn the_mismatch_of_another_source_is_not_zero() {
    let Ran { frame, setting, trials, .. } = ran(AlphaStart::Even, Shape::Simplex);
    let (method, warnings, threads) = ("gauss-newton".to_owned(), Vec::new(), 1);
    let frame = Frame { training_rows: 72, ..frame };
    let context =
        Context { frame: &frame, setting: &setting, seed: 7, method, probe: None, warnings, threads, seconds: 1.5 };
    let theory = summary(context, &trials).theory;
    assert_eq!(theory.mismatch, None);
    let said = theory.sentences.join(" ");
    assert!(said.contains("Training rows are of another source") && !said.contains("DM(alpha) is 0"), "{said}");
}

/// Science 2.3 with what pieces and differences measured; on a sphere it reads no projected slope.
#[test]
fn hypergradients_are_bounded_over_the_whole_space() {
    let ran = ran(AlphaStart::Even, Shape::Simplex);
    let (theory, found) = (ran.theory(), ran.theory().hypergradients.as_ref().unwrap());
    // Eight pieces of three rows, in each seed.
    let pieces = || ran.trials.iter().flat_map(|trial| &trial.pieces);
    assert_eq!((pieces().count(), ran.result.n_val), (16, 24));
    let largest = pieces().map(|piece| norm(piece)).fold(0.0, f64::max);
    assert!(near(found.gradient_bound, 3f64.sqrt() * largest), "{found:?}");
    assert_eq!(found.gradient_lipschitz, ran.probe.gradient_lipschitz);
    // The change along a coordinate is at least the symmetric curvature along it, and the largest eigenvalue at most its sum.
    assert!(found.gradient_lipschitz > 0.0 && found.gradient_lipschitz.is_finite());
    let simplex = Copies { space: Simplex { floor: 1e-4 / 3.0, ..Simplex::unit(3) }, copies: 1 };
    let class = Class::Continuous { space: &simplex, lipschitz: Lipschitz::Estimated(found.gradient_lipschitz) };
    let of = hypergradient::Setting { class, gradient_bound: found.gradient_bound, n_validation: 24, delta: 0.05 };
    assert_eq!(found.gap, hypergradient::gap(&of).total());
    assert!(found.gap > theory.noise_floor.unwrap(), "a bound of every alpha is above that of one");
    assert_eq!(found.noise, Some(theory.slope <= found.gap));
    let said = ran.sentence("the hypergradient on 24 validation samples");
    assert!(said.contains(&figure(found.gap)) && said.contains("an estimate, not a certificate"), "{said}");
    assert!(said.contains("whichever alpha the search had ended at: "), "{said}");

    let curved = self::ran(AlphaStart::Even, Shape::Sphere);
    assert_eq!(curved.theory().hypergradients.as_ref().unwrap().noise, None);
    assert!(curved.sentence("the hypergradient on 24 validation samples").contains("not convex"));
}

/// Nothing is invented where nothing was measured.
#[test]
fn what_was_not_measured_is_said() {
    let Ran { frame, setting, mut trials, .. } = ran(AlphaStart::Even, Shape::Simplex);
    trials.iter_mut().for_each(|trial| {
        let Trial { searched, discretised, baselines, .. } = trial;
        discretised.clone_from(searched);
        baselines.iter_mut().for_each(|entry| *entry = None);
        (searched.losses, discretised.losses) = (vec![0.5], vec![0.5]);
    });
    let (method, warnings, threads) = ("gauss-newton".to_owned(), Vec::new(), 1);
    let context =
        Context { frame: &frame, setting: &setting, seed: 7, method, probe: None, warnings, threads, seconds: 1.5 };
    let theory = summary(context, &trials).theory;
    assert_eq!((&theory.predictions, &theory.hypergradients, &theory.by_variance), (&None, &None, &None));
    let said = theory.sentences.join(" ");
    for part in
        ["no two different mixtures were fitted", "Nothing bounds the hypergradients", "Below two validation rows"]
    {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
}

/// B, R, |y| and mu by their definitions, and the bound by its formula (science 2.6).
#[test]
fn the_first_layer_is_a_superposition_of_fixed_features() {
    let ran = ran(AlphaStart::Spectral, Shape::Simplex);
    let (theory, best) = (ran.theory(), ran.best());
    let found = theory.first_layer.as_ref().unwrap();
    let rows = |rows: &[usize]| best.preprocess.apply(&ran.frame, rows).unwrap();
    let (train, validation) = (rows(&best.parts.train), rows(&best.parts.validation));
    let model = ran.setting.model(train.d, train.outputs);
    let start = model.start(Seed::new(1 + ran.result.best_seed as u64).split("start"));
    let mut most: f64 = 0.0;
    for samples in [&train, &validation] {
        let maps = random_features(&model, &start, samples);
        for (i, row) in (0..3).flat_map(|i| (0..samples.n).map(move |row| (i, row))) {
            most = most.max((0..maps.features()).map(|j| maps.map(i)[(row, j)].powi(2)).sum());
        }
    }
    assert!(near(found.feature_bound, most) && near(found.label_norm, norm(&train.y)), "{found:?}");
    let n = train.n as f64;
    assert!(near(found.mu, n * 1e-3) && found.mixture_bound == 1.0);
    let (b, y, mu) = (most, norm(&train.y), n * 1e-3);
    let first = 2.0 * b * n.sqrt() * y / mu + 2.0 * b * b * n.powf(1.5) * y / (mu * mu);
    let second = (b / mu).sqrt() * y + 3.0 * b * n.sqrt() * y / mu;
    assert!((found.lipschitz.unwrap() / first.min(second) - 1.0).abs() < 1e-12);
    let said = ran.sentence("For ridge regression on the random features");
    assert!(said.contains(&figure(found.lipschitz.unwrap())) && said.contains("proves nothing"), "{said}");

    let (sizes, signal) = best.first_layer.unwrap().signal.unwrap();
    assert_eq!((sizes.samples, sizes.maps, sizes.features), (train.n, 3, 4));
    let said = ran.sentence("Were the random features of the first layer independent");
    match (signal, &found.signal) {
        (Signal::Found(model), Some(record)) => {
            assert_eq!((record.signal, record.noise), (model.signal, model.noise));
            assert!(said.contains(&format!("a signal of {}", figure(model.signal))), "{said}");
            let sine = sizes.misalignment(&model).unwrap();
            assert_eq!(record.misalignment, Some(sine));
            // Far more samples than features; unless these explain more than there is.
            let unexplained = sine * model.signal + model.noise;
            let risk = unexplained * (1.0 + 4.0 / (n - 5.0));
            match record.risk {
                None => assert!(model.noise == 0.0 && said.contains("too dependent"), "{said}"),
                Some(found) => assert!((found / risk - 1.0).abs() < 1e-9 && said.contains(&figure(risk)), "{said}"),
            }
        }
        (signal, record) => panic!("{signal:?} {record:?}: the square alone made the labels"),
    }

    let even = self::ran(AlphaStart::Even, Shape::Simplex);
    assert_eq!(even.theory().first_layer, None);
    assert!(even.sentence("With --start spectral the bound is given").contains("all layers"));
    assert!(even.sentence("--start spectral tells").contains("predicts the error"));
}

/// Files of before these fields were written.
#[test]
fn older_results_can_be_read() {
    let ran = ran(AlphaStart::Even, Shape::Simplex);
    let mut value = serde_json::to_value(&ran.result).unwrap();
    let theory = value["theory"].as_object_mut().unwrap();
    for field in ["by_variance", "hypergradients", "predictions", "mismatch", "first_layer"] {
        assert!(theory.remove(field).is_some(), "{field}");
    }
    let old: SearchResult = serde_json::from_value(value).unwrap();
    let none = TheoryRecord {
        by_variance: None,
        hypergradients: None,
        predictions: None,
        mismatch: None,
        first_layer: None,
        ..ran.result.theory.clone()
    };
    assert_eq!(old, SearchResult { theory: none, ..ran.result });
}

/// The page and the text of real runs have every sentence of the record, those of the whole theory among them.
#[test]
fn the_page_of_a_run_says_it_all() {
    let always =
        ["the hypergradient on", "pairs predictions moved", "DM(alpha) is 0", "the chosen mixture", "--start spectral"];
    let asked = ["For ridge regression on the random features", "features of the first layer"];
    for (task, start) in [(Task::Regression, AlphaStart::Even), (Task::Classification, AlphaStart::Spectral)] {
        let dir = Dir::new(&format!("run-theory-{task}"));
        let text_of_rows: String = cells(task).iter().map(|row| row.join(",") + "\n").collect();
        let config = Config {
            data: Some(dir.file("rows.csv", text_of_rows)),
            hidden: vec![4],
            candidates: ["tanh", "square"].map(str::to_owned).into(),
            outer_steps: 2,
            inner_steps: 300,
            ridge: Some(1e-2),
            tol: 1e-3,
            seeds: 2,
            start,
            ..Config::default()
        };
        let out = Some(dir.path().join("run"));
        let finished = search(&config, &Invocation { out, quiet: true, ..Invocation::default() }).unwrap();
        let theory = &finished.result.theory;
        let page = text(&fs::read_to_string(finished.folder.join("report.html")).unwrap());
        let printed = comparison(&finished.result).split_whitespace().collect::<Vec<_>>().join(" ");
        for sentence in &theory.sentences {
            assert!(page.contains(sentence.as_str()), "the page of {task} has no {sentence:?}");
            assert!(printed.contains(sentence.as_str()), "the text of {task} has no {sentence:?}");
        }
        let parts = if start == AlphaStart::Even { &always[..] } else { &asked };
        for part in parts.iter().chain(&always[..4]) {
            assert!(page.contains(part), "the page of {task} has no {part:?}");
        }
        let seen = theory.predictions.as_ref().unwrap();
        let want = if task == Task::Regression { 2f64.sqrt() } else { 2.0 * (1.0 - (-1f64).exp()) };
        assert!((seen.loss_lipschitz - want).abs() < 1e-14, "{seen:?}");
        assert_eq!(theory.first_layer.is_some(), start == AlphaStart::Spectral);
        for (name, value) in [
            ("L of predictions, measured", seen.lipschitz),
            ("Gap of hypergradients", theory.hypergradients.as_ref().unwrap().gap),
        ] {
            assert!(page.contains(&format!("{name} {}", figure(value))), "no {name} {value} on the page of {task}");
        }
    }
}
