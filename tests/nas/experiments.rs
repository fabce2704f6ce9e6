//! Where experiments run: rows that outlive an interruption, and what is left in a folder.
use crate::files::{Dir, File};
use crate::layers::resolved;
use nas::experiments::{
    Bound, Criterion, Error, Experiment, Lab, Outcome, RunAs, Took, Units, Verdict, e0, e1, e2, e3, e4, e5, e6, e7, e8,
    e9, e10, e11, e12, publish,
};
use nas::report::{Axis, Plot, Series, Table};
use nas::run::{documented, pool};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const UNITS: Units = Units { count: 6, steps: 1 };

fn measured(lab: &Lab, count: &AtomicUsize) -> Vec<(usize, f64)> {
    let measure = |unit: usize, _: &_| {
        count.fetch_add(1, Relaxed);
        Ok::<_, Error>((unit, 0.1 * unit as f64))
    };
    lab.measure("a study", UNITS, measure).unwrap()
}

#[test]
fn an_interrupted_study_goes_on_where_it_broke_off() {
    let dir = Dir::new("lab");
    let folder = dir.path();
    let (lab, count) = (Lab::new(Some(folder), "seeds = 6".into()), AtomicUsize::new(0));
    let whole = measured(&lab, &count);
    assert_eq!((count.load(Relaxed), whole.len(), lab.resumed()), (6, 6, false));
    assert_eq!(whole, measured(&Lab::silent(), &AtomicUsize::new(0)));

    // Nothing is measured twice.
    let count = AtomicUsize::new(0);
    assert_eq!(measured(&lab, &count), whole);
    assert_eq!((count.load(Relaxed), lab.resumed()), (0, true));

    // A run that was killed in the middle of a line.
    let file = folder.join("a-study.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let cut: String = text.lines().take(4).map(|line| format!("{line}\n")).collect();
    fs::write(&file, cut + "{\"unit\":5,\"ro").unwrap();
    let count = AtomicUsize::new(0);
    assert_eq!(measured(&lab, &count), whole);
    assert_eq!(count.load(Relaxed), 3, "three rows were whole");
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 7);

    // Rows of other settings are not taken.
    let count = AtomicUsize::new(0);
    let other = Lab::new(Some(folder), "seeds = 7".into());
    measured(&other, &count);
    assert_eq!((count.load(Relaxed), other.resumed()), (6, false));
}

#[test]
fn a_unit_that_fails_fails_the_study_and_keeps_the_others() {
    let dir = Dir::new("lab-failure");
    let folder = dir.path();
    let lab = Lab::new(Some(folder), String::new());
    let measure = |unit: usize, _: &_| match unit {
        3 => Err(Error::Singular(nas::dense::NotPositiveDefinite { pivot: 0, size: 1 })),
        _ => Ok(unit),
    };
    let error = pool(1).unwrap().install(|| lab.measure("units", UNITS, measure)).unwrap_err();
    assert!(error.to_string().contains("not positive definite"), "{error}");
    assert!(fs::read_to_string(folder.join("units.jsonl")).unwrap().lines().count() > 1);
}

fn outcome(title: &str, figure: f64) -> Outcome {
    let series = |label: &str, theory| Series { label: label.into(), points: vec![[1.0, 2.0], [10.0, 0.5]], theory };
    Outcome {
        title: title.into(),
        claim: "A claim.".into(),
        setting: String::new(),
        table: Table::default(),
        legend: String::new(),
        criteria: vec![Criterion::new("It holds.", "a figure", figure, Bound::AtMost(1.0))],
        notes: vec![],
        plots: vec![Plot {
            title: "Gap <over> n".into(),
            x_label: "n".into(),
            x: Axis::Powers,
            y: Axis::Linear,
            series: vec![series("measured", false), series("theory", true)],
            dots: false,
        }],
    }
}

#[test]
fn a_folder_holds_the_verdicts_of_all_experiments() {
    let dir = Dir::new("published");
    let folder = dir.path();
    let took = |seconds, resumed| Took { seconds, resumed };
    publish(folder, "E2", &[outcome("E2  One", 0.5)], took(8.0, false)).unwrap();
    publish(folder, "E10", &[outcome("E10  Two", f64::NAN), outcome("E10  More", 2.0)], took(1.5, true)).unwrap();
    publish(folder, "E2", &[outcome("E2  Again", 0.7)], took(0.25, true)).unwrap();
    let text = fs::read_to_string(folder.join("verdicts.json")).unwrap();
    let verdicts: Vec<Verdict> = serde_json::from_str(&text).unwrap();
    let seen: Vec<_> = verdicts.iter().map(|v| (v.id.as_str(), v.value, v.pass)).collect();
    assert_eq!(seen, [("E2", Some(0.7), true), ("E10", None, false), ("E10", Some(2.0), false)]);
    assert_eq!(verdicts[0].criterion, "a figure (<= 1)");
    let page = fs::read_to_string(folder.join("experiments.md")).unwrap();
    assert!(
        page.contains("| E10 | 0 | 2 | 1.5 |") && page.contains("E2  Again") && !page.contains("E2  One"),
        "{page}"
    );
    assert!(
        page.contains("| E2 | 1 | 1 | 8.2 |") && page.contains("| all | 1 | 3 | 9.8 |"),
        "what went on adds up: {page}"
    );
    publish(folder, "E2", &[Outcome::not_run("E2", "no such file")], took(0.0, false)).unwrap();
    let verdicts: Vec<Verdict> =
        serde_json::from_str(&fs::read_to_string(folder.join("verdicts.json")).unwrap()).unwrap();
    let Verdict { criterion, value, pass, .. } = &verdicts[0];
    assert_eq!((criterion.as_str(), value, pass), ("not run: no such file (>= 1)", &None, &false));
    let page = fs::read_to_string(folder.join("experiments.md")).unwrap();
    assert!(
        page.contains("| E2 | 0 | 1 | 0.0 |") && page.contains("FAIL  It can be run."),
        "a new run, a new time: {page}"
    );
    let svg = fs::read_to_string(folder.join("E10-2.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("Gap &#60;over&#62; n") && svg.contains("measured"));

    fs::write(folder.join("verdicts.json"), "[1, 2").unwrap();
    let error = publish(folder, "E2", &[outcome("E2", 0.5)], Took::default()).unwrap_err().to_string();
    assert!(error.contains("verdicts.json does not hold verdicts"), "{error}");
    fs::write(folder.join("seconds.json"), "{\"E2\": []}").unwrap();
    let error = publish(folder, "E2", &[outcome("E2", 0.5)], Took::default()).unwrap_err().to_string();
    assert!(error.contains("seconds.json does not hold seconds by experiment"), "{error}");
}

/// Settings that no run refuses, and a seed and threads that every experiment takes from flags and file.
#[test]
fn shipped_settings_are_sound() {
    fn sound<E: Experiment + PartialEq + std::fmt::Debug>() {
        for shipped in [E::default(), E::quick()] {
            shipped.check().unwrap();
            let mut told = shipped.clone();
            *told.run_as() = RunAs { seed: 7, threads: 1 };
            let file = File::new(&format!("{}-told.toml", E::ID), documented(&told).unwrap());
            assert_eq!(resolved::<E>(Some(file.path()), &[], &[]).unwrap(), told);
            assert_eq!(resolved::<E>(None, &[], &["--seed", "7", "--threads", "1"]).unwrap().run_as(), told.run_as());
            let error = resolved::<E>(None, &["threads=1025"], &[]).unwrap_err().to_string();
            assert!(error.contains("threads = 1025"), "{error}");
            let error = resolved::<E>(None, &["seed=early"], &[]).unwrap_err().to_string();
            assert!(error.contains("in `seed`"), "{error}");
            let error = resolved::<E>(None, &["sed=1"], &[]).unwrap_err().to_string();
            assert!(error.contains("did you mean \"seed\"?"), "{error}");
        }
        assert_ne!(E::default(), E::quick(), "{} has no quick form", E::ID);
    }
    sound::<e0::Settings>();
    sound::<e1::Settings>();
    sound::<e2::Settings>();
    sound::<e3::Settings>();
    sound::<e4::Settings>();
    sound::<e5::Settings>();
    sound::<e6::Settings>();
    sound::<e7::Settings>();
    sound::<e8::Settings>();
    sound::<e9::Settings>();
    sound::<e10::Settings>();
    sound::<e11::Settings>();
    sound::<e12::Settings>();
}
