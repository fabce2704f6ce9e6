//! The spectral estimate as a search, as a rival and as a referee.
use crate::files::File;
use crate::random::normal_number;
use crate::report_fixture::{Shape as Fixture, run};
use crate::trial::{quadratic, setting};
use nas::bilevel::Way;
use nas::data::{CsvOptions, Frame, read_csv};
use nas::diagnose::{Diagnosis, Finding, Opinion, Referee, referee};
use nas::inner::Optimiser;
use nas::report::{Report, comparison, html};
use nas::run::{Context, SearchResult, summary};
use nas::search::{Options, Stop};
use nas::seed::Seed;
use nas::space::Shape;
use nas::spectral::NoDirection;
use nas::trial::{AlphaStart, Setting, Strategy, Trial};

fn opinion(cosine: f64, difference: f64) -> Option<Opinion> {
    Some(Opinion { cosine, difference: Some(difference) })
}

/// Means and the paired standard error are of the seeds that show a direction.
#[test]
fn a_referee_averages_what_it_sees() {
    let seen =
        referee(&[opinion(0.5, -0.3), None, opinion(0.7, -0.1), Some(Opinion { cosine: 0.9, difference: None })]);
    assert_eq!((seen.seeds, seen.shown), (4, 3));
    let near = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-12;
    assert!(near(seen.cosine, 0.7) && near(seen.difference, -0.2) && near(seen.standard_error, 0.1), "{seen:?}");
    let nothing = Referee { seeds: 2, shown: 0, cosine: None, difference: None, standard_error: None };
    assert_eq!(referee(&[None, None]), nothing);
}

#[test]
fn a_referee_says_what_to_do() {
    use Finding::{Clear, Found, Unknown};
    let none: Option<Opinion> = None;
    let lost = Some(Opinion { cosine: 0.3, difference: None });
    let cases: [(&[Option<Opinion>], Finding, &str); 9] = [
        (
            &[opinion(0.4, -0.3), opinion(0.6, -0.2)],
            Found,
            "cosine of 0.50 with the found mixture and a validation loss that is lower by 0.2500 ± 0.0500",
        ),
        (&[opinion(0.4, -0.3), opinion(0.6, -0.2)], Found, "--start spectral, or take more --outer-steps"),
        (&[opinion(0.99, -0.3), opinion(0.98, -0.2)], Clear, "both say the same"),
        (
            &[opinion(0.4, 0.3), opinion(0.6, 0.2)],
            Clear,
            "higher by 0.2500 ± 0.0500: what the search adds to it is worth its price",
        ),
        (&[opinion(0.4, -0.3), opinion(0.6, 0.2)], Clear, "do not tell apart"),
        (&[opinion(0.4, -0.3)], Unknown, "run more --seeds"),
        (&[opinion(0.4, -0.3), none], Unknown, "the training rows of 1 of 2 seeds show none"),
        (&[none, none], Unknown, "In none of the 2 seeds do the training rows single out a combination of candidates"),
        (&[lost], Unknown, "every fit with it diverged"),
    ];
    for (opinions, finding, words) in cases {
        let seen = referee(opinions);
        assert_eq!((seen.name(), seen.finding()), ("spectral referee", finding), "{opinions:?}");
        assert!(seen.sentence().contains(words), "{}", seen.sentence());
    }
    assert!(referee(&[none]).sentence().starts_with("The training rows single out no combination of candidates, so"));
}

fn with(frame: &Frame, change: impl Fn(Setting) -> Setting) -> (Setting, Vec<Trial>) {
    let setting = change(setting(frame, Way::GaussNewton, Optimiser::Lbfgs, Shape::Simplex));
    let trials = (0..3).map(|seed| Trial::run(frame, &setting, Seed::new(seed), &()).unwrap()).collect();
    (setting, trials)
}

fn told(frame: &Frame, (setting, trials): &(Setting, Vec<Trial>)) -> SearchResult {
    let (method, warnings) = ("gauss-newton".to_owned(), Vec::new());
    let context = Context { frame, setting, seed: 3, method, probe: None, warnings, threads: 1, seconds: 1.0 };
    summary(context, trials)
}

/// A search that may not leave the even mixture is found out; its figures are those of the mixtures that stand in the trials.
#[test]
fn a_search_that_stopped_too_early_is_found_out() {
    let frame = quadratic();
    let rivals = vec![Strategy::Spectral];
    let run =
        with(&frame, |plain| Setting { rivals: rivals.clone(), outer: Options { steps: 0, ..plain.outer }, ..plain });
    let result = told(&frame, &run);
    let seen = result.referee.as_ref().unwrap();
    assert_eq!(seen.finding, Finding::Found, "{}", seen.sentence);
    let mut differences = Vec::new();
    for (trial, cosine) in run.1.iter().zip(&seen.cosines) {
        let rival = &trial.rivals[0];
        assert_eq!((rival.strategy, rival.evaluations, &rival.found.stop), (Strategy::Spectral, 1, &Stop::Exhausted));
        let direction = &trial.shown.as_ref().unwrap().as_ref().unwrap().alpha;
        // On the simplex: its positive part, of sum 1.
        let positive: Vec<f64> = direction.iter().map(|a| a.max(0.0)).collect();
        let sum: f64 = positive.iter().sum();
        let entry = rival.entry.as_ref().unwrap();
        assert!(entry.alpha.iter().zip(&positive).all(|(a, b)| (a - b / sum).abs() < 1e-3), "{:?}", entry.alpha);
        let norm = entry.alpha.iter().map(|a| a * a).sum::<f64>().sqrt();
        let expected = entry.alpha.iter().sum::<f64>() / 3f64.sqrt() / norm;
        assert!((cosine.unwrap() - expected).abs() < 1e-12, "the cosine with the even mixture");
        differences.push(entry.validation.loss - trial.searched.validation.loss);
    }
    assert!((seen.difference.unwrap() - nas::stats::mean(&differences)).abs() < 1e-12);
    assert!((seen.se.unwrap() - nas::stats::standard_error(&differences).unwrap()).abs() < 1e-12);

    let text = comparison(&result);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&seen.sentence), "the referee is not printed: {text}");
    assert!(text.lines().any(|line| line.trim_start().starts_with("spectral estimate")), "{text}");
    assert!(result.seeds.iter().all(|seed| seed.polish.as_ref().is_some_and(|p| p.loss[1] <= p.loss[0])));
    assert!(result.notes.iter().any(|note| note.contains("alternating fits turned the spectral direction")));
    let text = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<SearchResult>(&text).unwrap(), result);
}

/// What the estimate finds as a rival it finds as the search, and nothing else changes; where nobody asks it is not made.
#[test]
fn an_estimate_is_the_same_as_search_and_as_rival() {
    let frame = quadratic();
    let (_, plain) = with(&frame, |plain| plain);
    let rival = with(&frame, |plain| Setting { rivals: vec![Strategy::Spectral], ..plain });
    let (_, search) = with(&frame, |plain| Setting { strategy: Strategy::Spectral, ..plain });
    for ((plain, rival), search) in plain.iter().zip(&rival.1).zip(&search) {
        assert_eq!(
            (&plain.searched, &plain.baselines, &plain.found),
            (&rival.searched, &rival.baselines, &rival.found)
        );
        assert_eq!((&plain.shown, plain.fallback, rival.fallback), (&None, None, None));
        assert_eq!((&search.found, search.health.evaluations), (&rival.rivals[0].found, 1));
        assert_eq!(Some(&search.searched), rival.rivals[0].entry.as_ref());
    }
    assert_eq!(told(&frame, &with(&frame, |plain| plain)).referee, None);
}

/// Labels that have nothing to do with the rows: the referee has no opinion, and the estimate is the even mixture.
#[test]
fn on_noise_the_referee_is_silent() {
    let mut stream = Seed::new(5).stream();
    let mut number = || normal_number(&mut stream).to_string();
    let text: String =
        "a,b,y\n".to_owned() + &(0..120).map(|_| [number(), number(), number()].join(",") + "\n").collect::<String>();
    let file = File::new("referee-noise.csv", &text);
    let frame = read_csv(file.path(), &CsvOptions::default()).unwrap();
    let run = with(&frame, |plain| Setting { rivals: vec![Strategy::Spectral], ..plain });
    let silent: Vec<bool> =
        run.1.iter().map(|trial| matches!(trial.shown, Some(Err(NoDirection::NoGap { .. })))).collect();
    assert!(
        silent.iter().all(|silent| *silent),
        "one false alarm in a hundred is allowed; with these seeds there is none"
    );
    let result = told(&frame, &run);
    let seen = result.referee.as_ref().unwrap();
    assert_eq!((seen.finding, &*seen.cosines, seen.difference), (Finding::Unknown, &[None; 3][..], None));
    assert!(seen.sentence.contains("In none of the 3 seeds"), "{}", seen.sentence);
    assert!(run.1.iter().all(|trial| trial.rivals[0].found.alpha.iter().all(|a| (a - 1.0 / 3.0).abs() < 1e-12)));
    // It did not begin elsewhere than it was told to, so there is no note of that.
    assert!(result.notes.iter().all(|note| !note.contains("--start even")), "{:?}", result.notes);
    let (_, search) = with(&frame, |plain| Setting { alpha_start: AlphaStart::Spectral, ..plain });
    assert!(search.iter().all(|trial| matches!(trial.fallback, Some(NoDirection::NoGap { .. }))));
}

/// The page has the row of the estimate and the sentence of the referee under the table.
#[test]
fn the_page_shows_the_referee() {
    let page = |result: &SearchResult, of: &crate::report_fixture::Run| {
        html(&Report { result, log: &of.log, config: &of.config, command: &of.command }).unwrap()
    };
    let fixture = run(&Fixture::default());
    assert!(!page(&fixture.result, &fixture).contains("one matrix of moments beats the search"));
    let seen = referee(&[opinion(0.4, -0.3), opinion(0.6, -0.2)]);
    let mut result = fixture.result.clone();
    result.referee = Some(nas::run::RefereeRecord {
        cosines: vec![Some(0.4), Some(0.6)],
        difference: seen.difference,
        se: seen.standard_error,
        finding: seen.finding(),
        sentence: seen.sentence(),
    });
    assert!(page(&result, &fixture).contains("one matrix of moments beats the search"));
}
