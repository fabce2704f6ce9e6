//! From trials to a result, and the result as text.
use crate::trial::{mixed, quadratic, setting};
use nas::bilevel::Way;
use nas::data::Frame;
use nas::inner::Optimiser;
use nas::report::comparison;
use nas::run::{Context, Judgement, Metric, SearchResult, Verdict, best, judge, summary};
use nas::seed::Seed;
use nas::space::{Copies, Shape, Simplex};
use nas::theory::Class;
use nas::theory::lipschitz::Lipschitz;
use nas::theory::risk::{Setting as Bounds, gap};
use nas::trial::Trial;

#[test]
fn an_interval_without_zero_decides() {
    let cases = [
        (Some([0.1, 0.2]), Judgement::Won, Judgement::Lost),
        (Some([-0.2, -0.1]), Judgement::Lost, Judgement::Won),
        (Some([-0.1, 0.1]), Judgement::Tied, Judgement::Tied),
        (Some([0.0, 0.1]), Judgement::Tied, Judgement::Tied),
        (Some([-0.1, 0.0]), Judgement::Tied, Judgement::Tied),
        (Some([f64::NAN, f64::NAN]), Judgement::Tied, Judgement::Tied),
        (None, Judgement::Tied, Judgement::Tied),
    ];
    for (interval, larger, smaller) in cases {
        assert_eq!((judge(interval, true), judge(interval, false)), (larger, smaller), "{interval:?}");
    }
}

#[test]
fn a_metric_is_of_the_figures_that_there_are() {
    let metric = Metric::of("RMSE", vec![Some(1.0), None, Some(3.0)]);
    assert_eq!((metric.mean, metric.se), (Some(2.0), Some(1.0)));
    assert_eq!(metric.values, [Some(1.0), None, Some(3.0)]);
    let one = Metric::of("RMSE", vec![None, Some(1.5)]);
    assert_eq!((one.mean, one.se), (Some(1.5), None));
    let none = Metric::of("R2", vec![None, Some(f64::NAN), Some(f64::NEG_INFINITY)]);
    assert_eq!((none.mean, none.se, &none.values[..]), (None, None, &[None; 3][..]));
    let text = serde_json::to_string(&none).unwrap();
    assert_eq!(serde_json::from_str::<Metric>(&text).unwrap(), none);
}

/// Two seeds in which `diverged` candidates have no fit, and what is said of them.
fn result(diverged: &[(usize, usize)], change: impl Fn(&mut [Trial])) -> SearchResult {
    let frame = quadratic();
    let setting = setting(&frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex);
    let setting = nas::trial::Setting { outer: nas::search::Options { steps: 1, ..setting.outer }, ..setting };
    result_of(&frame, setting, [1, 2], diverged, change)
}

/// Searches to their ends, at a mixture of two candidates.
fn searched() -> SearchResult {
    let frame = mixed();
    let setting = setting(&frame, Way::Exact, Optimiser::Lbfgs, Shape::Simplex);
    let (outer, inner) = (nas::search::Options { steps: 60, ..setting.outer }, setting.inner);
    let setting = nas::trial::Setting { outer, inner: nas::bilevel::Inner { ridge: 1e-2, ..inner }, ..setting };
    result_of(&frame, setting, [3, 5], &[], |_| ())
}

fn result_of(
    frame: &Frame,
    setting: nas::trial::Setting,
    seeds: [u64; 2],
    diverged: &[(usize, usize)],
    change: impl Fn(&mut [Trial]),
) -> SearchResult {
    let mut trials = seeds.map(|seed| Trial::run(frame, &setting, Seed::new(seed), &()).unwrap());
    diverged.iter().for_each(|&(seed, candidate)| trials[seed].baselines[candidate] = None);
    change(&mut trials);
    let best = best(&trials);
    let probe = trials[best].probe(frame, &setting, Seed::new(seeds[best])).ok();
    let (method, warnings) = ("gauss-newton".to_owned(), vec!["a warning".to_owned()]);
    let context = Context { frame, setting: &setting, seed: 7, method, probe, warnings, threads: 1, seconds: 1.5 };
    summary(context, &trials)
}

#[test]
fn a_candidate_that_diverged_has_no_figures_where_it_did() {
    let result = result(&[(0, 0), (0, 1), (1, 1)], |trials| trials[1].health.skipped = 1);
    let [identity, square] = ["identity", "square"].map(|name| &result.baselines[name]);
    assert!(identity.test_metric.values[0].is_none() && identity.test_metric.values[1].is_some());
    assert_eq!((identity.test_metric.mean, identity.test_metric.se), (identity.test_metric.values[1], None));
    assert_eq!([square.train_loss, square.val_loss, square.test_loss, square.test_metric.mean], [None; 4]);
    assert_eq!(result.notes[result.notes.len() - 4], "a warning");
    let said = &result.notes[result.notes.len() - 3..];
    assert!(said[0].starts_with("1 proposed step had no verified hypergradient"), "{said:?}");
    assert_eq!(said[1], "identity alone diverged in 1 of 2 seeds; its figures are of the others");
    assert_eq!(said[2], "square alone diverged in every seed: it has no figures");
    assert_eq!(result.verdict.preferred, ["tanh", "tanh"]);
    let text = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<SearchResult>(&text).unwrap(), result);
    let row = comparison(&result).lines().find(|line| line.trim_start().starts_with("square ")).unwrap().to_owned();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["square", "diverged", "-", "-"]);
}

#[test]
fn without_any_candidate_there_is_no_verdict() {
    let all: Vec<(usize, usize)> = (0..2).flat_map(|seed| (0..3).map(move |candidate| (seed, candidate))).collect();
    let result = result(&all, |trials| {
        trials[0].health.damped = 1;
        (trials[0].health.loose, trials[0].health.stuck, trials[1].health.loose, trials[1].health.stuck) = (3, 1, 2, 0);
        trials.iter_mut().for_each(|trial| trial.health.evaluations = 10);
    });
    let Verdict { outcome, difference, interval, preferred, .. } = &result.verdict;
    assert_eq!((*outcome, *difference, *interval, preferred.len()), (Judgement::Tied, None, None, 0));
    assert!(result.notes.contains(&"1 hypergradient needed damping, which is a bias".to_owned()), "{:?}", result.notes);
    let fits = "5 of 20 fits of the search ended above --tol, and their hypergradients are less exact: 4 at their last step (more \
                --inner-steps help), 1 where rounding or a kink left no way down (--precision double or no relu may help)";
    assert!(result.notes.contains(&fits.to_owned()), "{:?}", result.notes);
    assert!(comparison(&result).contains("Every single candidate diverged in every seed"));
}

/// The record has the bound's own figures: that of its space, its rows, and the slope that was seen.
#[test]
fn the_theory_of_a_run_is_that_of_its_space_and_rows() {
    let result = searched();
    let theory = &result.theory;
    assert_eq!((theory.effective_dimension, &*theory.standing), (2.0, "estimate"));
    let simplex = Copies { space: Simplex { floor: 1e-4 / 3.0, ..Simplex::unit(3) }, copies: 1 };
    let gap_of = |class, n_validation| {
        let (delta, loss_range, loss_lipschitz) = (theory.delta, theory.loss_range, 1.0);
        gap(&Bounds { class, loss_range, loss_lipschitz, n_validation, delta }).total()
    };
    // Γ L of the predictions, unless the mean losses moved more.
    let seen = theory.predictions.as_ref().unwrap();
    let drift = (seen.loss_lipschitz * seen.lipschitz).max(theory.lipschitz);
    let all = Class::Continuous { space: &simplex, lipschitz: Lipschitz::Estimated(drift) };
    assert_eq!(theory.gap, gap_of(all, result.n_val));
    assert_eq!(theory.candidates_gap, gap_of(Class::of_models(3), result.n_val));
    let half = theory.rows_for_half.unwrap();
    assert!(gap_of(all, half) <= theory.gap / 2.0 && gap_of(all, half - 1) > theory.gap / 2.0);
    let names: Vec<&str> = theory.diagnoses.iter().map(|diagnosis| &*diagnosis.name).collect();
    let recorded = ["noise floor", "outer overfitting", "collapse", "discretisation gap", "hypergradients"];
    let probed = ["wrong hypergradient", "sharpness", "jumps"];
    assert_eq!(names, [&recorded[..], &probed].concat());
    let said = theory.sentences.last().unwrap();
    let known = theory.intervals.as_ref().unwrap();
    for ((low, high), alpha) in known.low[0][0].iter().zip(&known.high[0][0]).zip(&result.alpha[0][0]) {
        assert!(low <= alpha && alpha <= high, "{low} {alpha} {high}");
    }
    assert!(said.contains("95 % intervals") && said.contains("apart"), "{said}");
    assert!(known.confused.iter().all(|pair| pair.mixture == 0 && said.contains(&pair.pair[0])), "{said}");
    assert!(theory.noise_floor.unwrap() > 0.0 && theory.slope >= 0.0 && theory.lipschitz > 0.0);

    let failed = self::result(&[], |trials| trials.iter_mut().for_each(|trial| trial.pieces.clear()));
    assert!(failed.theory.noise_floor.is_none() && failed.theory.diagnoses.len() == 7);
    let damped = self::result(&[], |trials| trials[0].health.damped = 1);
    let text = comparison(&damped);
    assert!(text.contains("What the theory says:") && text.contains("! hypergradients: Of "), "{text}");
}

#[test]
fn the_best_seed_is_that_of_the_least_validation_loss() {
    for best in 0..2 {
        let result = result(&[], |trials| trials[best].searched.validation.loss = 1e-9);
        assert_eq!(result.best_seed, best);
        assert_eq!(result.alpha, result.seeds[best].alpha);
    }
}

/// The same result as one of an accuracy, with this verdict.
fn with(outcome: Judgement, difference: f64, interval: Option<[f64; 2]>) -> SearchResult {
    let mut result = result(&[], |_| ());
    result.searched.test_metric = Metric::of("accuracy", vec![Some(0.9712), Some(0.9704)]);
    let preferred = vec!["tanh".into(), "square".into()];
    result.verdict = Verdict { outcome, larger_is_better: true, difference: Some(difference), interval, preferred };
    result
}

#[test]
fn the_text_says_the_verdict_with_its_figures() {
    let cases = [
        (
            Judgement::Won,
            0.0123,
            Some([0.0006, 0.024]),
            "WON: ",
            "+0.0123, 95 % interval over the seeds +0.0006 to +0.0240.",
        ),
        (
            Judgement::Lost,
            -5.6e-4,
            Some([-1e-3, -1.2e-4]),
            "LOST: ",
            "-0.0006, 95 % interval over the seeds -0.0010 to -0.0001.",
        ),
        (Judgement::Tied, 0.0, None, "TIED: ", "+0.0000, no interval from one seed."),
    ];
    for (outcome, difference, interval, word, figures) in cases {
        let text = comparison(&with(outcome, difference, interval));
        let in_a_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(in_a_line.contains(word) && in_a_line.ends_with(figures), "{text}");
        assert!(in_a_line.contains("prefers (square in 1, tanh in 1)"), "{text}");
        assert!(text.contains("0.9708 ± 0.0004"), "{text}");
        assert!(
            text.lines()
                .next()
                .unwrap()
                .ends_with(": regression, 72 training, 24 validation and 24 test rows, 2 seeds"),
            "{text}"
        );
        assert!(text.contains("Found (seed ") && text.lines().all(|line| line.chars().count() <= 110), "{text}");
    }
}

#[test]
fn errors_in_other_units_keep_four_digits() {
    let mut result = with(Judgement::Won, -1234.5, Some([-2e3, -1e-4]));
    result.searched.test_metric.name = "RMSE".into();
    assert!(comparison(&result).contains("-1234.50"), "{}", comparison(&result));
    assert!(comparison(&result).split_whitespace().any(|word| word == "-1.0e-4."), "{}", comparison(&result));
}
