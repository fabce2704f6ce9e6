//! The page of a run.
use crate::report_fixture::{Run, Shape, run};
use nas::data::Task;
use nas::report::{Colour, PALETTE, Report, ReportError, SURFACES, html};
use nas::run::{Compared, Judgement, Metric, RivalRecord};
use nas::trial::Strategy;
use roxmltree::{Document, ParsingOptions};

fn try_page(run: &Run) -> Result<String, ReportError> {
    html(&Report { result: &run.result, log: &run.log, config: &run.config, command: &run.command })
}

fn page(run: &Run) -> String {
    try_page(run).expect("a page")
}

/// Every text between tags, as a reader sees it.
pub(crate) fn text(page: &str) -> String {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}"));
    let words: Vec<&str> =
        document.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect();
    words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With plain spaces only.
fn spaced(words: &str) -> String {
    words.replace(['\u{a0}', '\u{202f}'], " ")
}

/// Runs of all shapes, with a name for each.
fn runs() -> Vec<(&'static str, Run)> {
    let plain = Shape::default();
    let mut diverged = run(&Shape { lead: 3.0, ..plain.clone() });
    diverge(diverged.result.baselines.get_mut("sin"), None);
    diverge(diverged.result.baselines.get_mut("identity"), Some(0));
    let (status, notes) = (&mut diverged.result.hypergradient.status, &mut diverged.result.notes);
    *status = "damped".into();
    notes.push("The fits with sin diverged; a larger ridge may help.".into());
    let mut hostile = run(&Shape { dataset: "<script>alert('&amp;')</script> \"rows\" & more", ..plain.clone() });
    hostile.result.notes.push("]]> <img src=x onerror=\"alert(1)\"> & 'quotes'".into());
    hostile.config += "target = '<script>alert(2)</script> & \"quotes\"'\n";
    hostile.command = "nas search '<b>&.csv' --target \"a'b\"".into();
    hostile.result.provenance.isa = "<isa>".into();
    hostile.result.seeds[0].stop = "<stop>".into();
    let mut signed = run(&Shape { task: Task::Regression, lead: 3.0, seeds: 10, candidates: 11, ..plain.clone() });
    signed.result.alpha[0][0].iter_mut().step_by(3).for_each(|a| *a = -*a);
    vec![
        ("tied", run(&plain)),
        ("won-diverged", diverged),
        ("lost-regression", run(&Shape { task: Task::Regression, lead: -3.0, ..plain.clone() })),
        ("won-regression", signed),
        ("layers-and-groups", run(&Shape { layers: 2, groups: 2, seeds: 3, ..plain.clone() })),
        ("many-mixtures", run(&Shape { layers: 3, groups: 6, seeds: 2, ..plain.clone() })),
        ("one-seed", run(&Shape { seeds: 1, ..plain.clone() })),
        ("hostile", hostile),
    ]
}

/// The fits of one seed, or of all, diverge.
fn diverge(compared: Option<&mut Compared>, seed: Option<usize>) {
    let Some(compared) = compared else { return };
    let metrics = [&mut compared.test_metric].into_iter().chain(&mut compared.test_also);
    for Metric { mean, se, values, .. } in metrics {
        match seed {
            Some(seed) => values[seed] = None,
            None => (*mean, *se) = (None, None),
        }
        if seed.is_none() {
            values.fill(None);
        }
    }
    if seed.is_none() {
        (compared.train_loss, compared.val_loss, compared.test_loss) = (None, None, None);
    }
}

/// The pages can be looked at: they are kept in the folder that REPORT_PREVIEW names.
#[test]
fn pages_are_well_formed_and_alone() {
    for (name, run) in runs() {
        let page = page(&run);
        if let Some(folder) = std::env::var_os("REPORT_PREVIEW") {
            let file = std::path::Path::new(&folder).join(name).with_extension("html");
            std::fs::write(&file, &page).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
        text(&page);
        let without_names =
            page.replace("\"http://www.w3.org/2000/svg\"", "").replace("\"http://www.w3.org/1999/xhtml\"", "");
        for loads in ["http:", "https:", "//www", "src=", "href=", "@import", "url(", "<script", "<link", "javascript:"]
        {
            let found = without_names.contains(loads) && !(name == "hostile" && loads == "src=");
            assert!(!found, "{name}: {loads}");
        }
        assert_eq!(page, self::page(&run), "{name}: other bytes");
        assert!(page.len() < 1_000_000, "{name}: {} bytes", page.len());
    }
}

#[test]
fn every_drawing_has_a_name_or_stands_beside_its_number() {
    for (name, run) in runs() {
        let page = page(&run);
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let document = Document::parse_with_options(&page, options).expect("well-formed");
        let drawings: Vec<_> =
            document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg"))).collect();
        assert!(drawings.len() > 15, "{name}: {} drawings", drawings.len());
        for drawing in drawings {
            let titled = drawing.children().any(|node| node.tag_name().name() == "title" && node.text().is_some());
            let hidden = drawing.attribute("aria-hidden") == Some("true");
            assert!(hidden || (titled && drawing.attribute("role") == Some("img")), "{name}: {drawing:?}");
            assert!(drawing.attribute("viewBox").is_some() && drawing.attribute("width").is_none(), "{name}");
        }
    }
}

#[test]
fn candidates_and_figures_are_there_and_short() {
    for (name, run) in runs() {
        let words = text(&page(&run));
        for candidate in &run.result.candidates {
            assert!(words.contains(candidate.as_str()), "{name}: {candidate}");
        }
        let long = |word: &str| word.contains('.') && word.chars().filter(char::is_ascii_digit).count() > 8;
        let found: Vec<&str> = words.split_whitespace().filter(|word| long(word)).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
        for part in ["83.4 s", "nas 0.6.0", "nas search", "12\u{202f}480", "8.2\u{a0}×\u{a0}10⁻⁹"] {
            assert!(spaced(&words).contains(&spaced(part)), "{name}: no {part}");
        }
        assert!(!words.contains("NaN"), "{name}");
    }
}

#[test]
fn names_are_text() {
    let runs = runs();
    let (_, run) = runs.last().expect("the hostile run");
    let page = page(run);
    for raw in ["<script", "<img", "<b>", "<isa>", "<stop>"] {
        assert!(!page.contains(raw), "{raw}");
    }
    let words = text(&page);
    for shown in [&run.result.dataset, &run.result.notes[1], &run.command, &run.result.seeds[0].stop] {
        assert!(words.contains(shown.as_str()), "{shown}");
    }
    assert!(words.contains("target = '<script>alert(2)</script> & \"quotes\"'"));
}

#[test]
fn verdicts_are_plain_sentences() {
    let shape = Shape::default();
    let regression = Shape { task: Task::Regression, ..shape.clone() };
    let cases = [
        (Shape { lead: 4.0, ..shape.clone() }, Judgement::Won, "all of it lies above zero, so the mixture is better"),
        (Shape { lead: -4.0, ..shape.clone() }, Judgement::Lost, "all of it lies below zero, so the mixture is worse"),
        (
            Shape { lead: 0.1, ..shape.clone() },
            Judgement::Tied,
            "zero lies inside, so the seeds do not tell them apart",
        ),
        (
            Shape { lead: 4.0, ..regression.clone() },
            Judgement::Won,
            "all of it lies below zero, so the mixture is better",
        ),
        (Shape { lead: -4.0, ..regression }, Judgement::Lost, "all of it lies above zero, so the mixture is worse"),
        (Shape { seeds: 1, ..shape }, Judgement::Tied, "below two seeds there is no interval, so nothing can be said"),
    ];
    for (shape, outcome, sentence) in cases {
        let run = run(&shape);
        assert_eq!(run.result.verdict.outcome, outcome, "{shape:?}");
        let words = text(&page(&run));
        let heading = format!("{outcome:?}: ");
        assert!(words.contains(sentence) && words.contains(&heading), "{shape:?}: {}", &words[..words.len().min(3000)]);
    }
}

#[test]
fn the_headline_has_its_figures() {
    let mut run = run(&Shape::default());
    let metric = &mut run.result.searched.test_metric;
    (metric.mean, metric.se) = (Some(0.98333), Some(0.00208));
    let verdict = &mut run.result.verdict;
    (verdict.difference, verdict.interval) = (Some(0.0042), Some([-0.00099, 0.00939]));
    let words = text(&page(&run));
    for part in [
        "On digits, networks with the searched mixture reach an accuracy of 98.33 % ± 0.21 on 360 rows that the search never saw (mean ± standard error over 5 seeds).",
        "With the single activation that validation prefers, gelu (in 3 of 5 seeds) and silu (2), they reach 97.",
        "The difference is +0.42 percentage points, paired by seed, with a 95 % interval from −0.10 to +0.94: zero lies inside",
    ] {
        assert!(spaced(&words).contains(part), "{part}");
    }
}

/// A target in large units: two digits would make all figures equal.
#[test]
fn large_figures_are_written_in_full() {
    let mut run = run(&Shape { task: Task::Regression, ..Shape::default() });
    let result = &mut run.result;
    let metrics = [&mut result.searched, &mut result.discretised].into_iter().chain(result.baselines.values_mut());
    for Metric { mean, se, values, .. } in metrics.map(|compared| &mut compared.test_metric) {
        let all = [mean, se].into_iter().chain(values).flatten();
        all.for_each(|value| *value *= 1e5);
    }
    (result.searched.test_metric.mean, result.searched.test_metric.se) = (Some(312_345.6), Some(1_234.4));
    let words = spaced(&text(&page(&run)));
    assert!(words.contains("an RMSE of 312 346 ± 1234 (less is better)"));
    assert!(words.contains(" 400 000 "), "no mark on the axis");
}

#[test]
fn fits_that_diverged_are_said() {
    let runs = runs();
    let words = text(&page(&runs[1].1));
    assert!(words.contains("every fit diverged") && words.contains("1 of 5 fits diverged"));
    assert!(words.contains("was damped") && words.contains("a larger ridge may help"));

    let mut searched = run(&Shape::default());
    diverge(Some(&mut searched.result.searched), Some(1));
    assert!(text(&page(&searched)).contains("over 4 of 5 seeds; the other fits diverged"));
    diverge(Some(&mut searched.result.searched), None);
    (searched.result.verdict.difference, searched.result.verdict.interval) = (None, None);
    let words = text(&page(&searched));
    assert!(words.contains("every fit with the searched mixture diverged") && words.contains("no difference to judge"));
}

/// Other ways of searching stand in the table with what they cost, and in their order: the best first.
#[test]
fn other_ways_of_searching_are_compared() {
    let alone = run(&Shape::default());
    assert!(!text(&page(&alone)).contains("tried"));
    let rivals = [(Strategy::Random, 1200), (Strategy::Joint, 1)];
    let rival =
        |(strategy, evaluations)| RivalRecord { strategy, evaluations, compared: alone.result.searched.clone() };
    let mut run = alone.clone();
    run.result.rivals = rivals.map(rival).into();
    diverge(Some(&mut run.result.rivals[0].compared), None);
    let words = spaced(&text(&page(&run)));
    for remark in [
        "random search 1200 mixtures tried; every fit diverged",
        "joint training 1 mixture tried",
        "105 mixtures tried",
    ] {
        assert!(words.contains(remark), "{remark}");
    }
    let at = |what: &str| words.find(what).unwrap();
    assert!(at("joint training 1") < at("random search 1"), "what diverged is last");

    run.result.rivals[1].compared.test_metric.values.pop();
    assert!(matches!(try_page(&run), Err(ReportError::Shape { .. })));
}

#[test]
fn parts_of_different_runs_are_refused() {
    let good = run(&Shape::default());
    let mut bad = good.clone();
    bad.log[3].alpha.pop();
    assert!(try_page(&bad).unwrap_err().to_string().starts_with("step 3 of seed 0 has 7 coefficients, not 8"));
    let mut bad = good.clone();
    bad.log[0].seed = 5;
    assert_eq!(
        try_page(&bad).unwrap_err().to_string(),
        "log.jsonl names seed 5, but result.json has 5, from 0: the files must come from one run"
    );
    let mut bad = good.clone();
    bad.result.candidates[0] = "<script>".into();
    assert!(matches!(try_page(&bad), Err(ReportError::Candidates(_))));
    let mut bad = good.clone();
    bad.result.alpha[0][0].pop();
    assert!(matches!(try_page(&bad), Err(ReportError::Shape { .. })));
    let bad = Run { config: "a = ".into(), ..good };
    assert!(matches!(try_page(&bad), Err(ReportError::Config(_))));
}

#[test]
fn the_theory_has_its_figures_and_what_was_found_stands_out() {
    let run = run(&Shape::default());
    let page = page(&run);
    let words = spaced(&text(&page));
    for part in
        ["What the theory says", "0.2135 (estimate)", "14 560", "0.0123", "3 diagnoses looked", "1 found something"]
            .into_iter()
            .chain(["by variance 0.1877", "L of predictions, measured 3.257", "DM 0", "of hypergradients 0.8765"])
    {
        assert!(words.contains(part), "no {part}");
    }
    for sentence in &run.result.theory.sentences {
        assert!(words.contains(sentence.as_str()), "{sentence}");
    }
    for diagnosis in &run.result.theory.diagnoses {
        assert!(words.contains(&diagnosis.sentence), "{}", diagnosis.name);
    }
    assert!(page.contains("<tr class=\"searched\"><th scope=\"row\">collapse</th>"));
    let (found, known) = (&run.result.alpha[0][0], run.result.theory.intervals.as_ref().unwrap());
    let first = format!("relu {:.2} {:.2} to {:.2}", found[0], known.low[0][0][0], known.high[0][0][0]);
    assert!(words.contains(&first), "no {first}");
    assert!(!page.contains("<tr class=\"searched\"><th scope=\"row\">noise floor</th>"));

    let mut unknown = run.clone();
    unknown.result.theory.diagnoses.clear();
    unknown.result.theory.intervals = None;
    (unknown.result.theory.rows_for_half, unknown.result.theory.noise_floor) = (None, None);
    assert!(text(&self::page(&unknown)).contains("0 diagnoses looked for what often goes wrong, and found nothing."));
}

/// A run that was stopped before its first step still has a page.
#[test]
fn an_empty_log_has_a_page() {
    let run = Run { log: Vec::new(), ..run(&Shape::default()) };
    text(&page(&run));
}

/// Contrast of W3C's guidelines.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let part = |v: u8| match f64::from(v) / 255.0 {
        v if v <= 0.04045 => v / 12.92,
        v => ((v + 0.055) / 1.055).powf(2.4),
    };
    let luminance = |[r, g, b]: [u8; 3]| 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b) + 0.05;
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

/// Text needs 4.5, graphics need 3; grid lines shall stand back.
#[test]
fn colours_stand_out_in_both_schemes() {
    for Colour { name, light, dark } in PALETTE {
        let need = match name {
            "ink" | "quiet" | "accent" => 4.5,
            "grid" => 1.2,
            _ => 3.0,
        };
        let (light, dark) = (contrast(light, SURFACES.light), contrast(dark, SURFACES.dark));
        assert!(light >= need && dark >= need, "{name}: {light:.2} on light, {dark:.2} on dark, needs {need}");
    }
}
