//! Label noise: which classes are replaced, by what, and what a run says of it.
use crate::files::Dir;
use crate::run::{cells, config, run};
use nas::data::{Frame, Parts, Target, Task, digits};
use nas::run::{Config, Invocation, SearchResult, search};
use nas::seed::Seed;
use nas::tuning::Suspect;
use std::fs;

fn classes(frame: &Frame) -> &[u32] {
    let Target::Classes { cells, .. } = &frame.target else { panic!("no classes") };
    cells
}

#[test]
fn so_many_rows_get_another_class_and_nothing_else_changes() {
    let frame = digits().unwrap();
    let rows: Vec<usize> = (0..frame.rows()).filter(|row| row % 3 == 1).collect();
    for percent in [0.0, 0.05, 20.0, 100.0] {
        let (noisy, chosen) = frame.clone().flipped(&rows, percent, Seed::new(3)).unwrap();
        assert_eq!(chosen.len(), (percent / 100.0 * rows.len() as f64).round() as usize);
        assert!(chosen.is_sorted_by(|a, b| a < b) && chosen.iter().all(|row| rows.contains(row)));
        let changed: Vec<usize> =
            (0..frame.rows()).filter(|&row| classes(&frame)[row] != classes(&noisy)[row]).collect();
        assert_eq!(changed, chosen);
        let back = Frame { target: frame.target.clone(), ..noisy.clone() };
        assert_eq!(back, frame);
        assert_eq!(
            frame.clone().flipped(&rows, percent, Seed::new(3)).unwrap(),
            (noisy, chosen),
            "a function of the seed"
        );
    }
    let other = |seed| frame.clone().flipped(&rows, 20.0, Seed::new(seed)).unwrap().1;
    assert_ne!(other(3), other(4));
}

/// Every other class is as likely: of 599 replaced ones about 66.6 move by each of 1 to 9.
#[test]
fn all_other_classes_are_alike() {
    let frame = digits().unwrap();
    let rows: Vec<usize> = (0..frame.rows()).collect();
    let (noisy, chosen) = frame.clone().flipped(&rows, 100.0, Seed::new(9)).unwrap();
    let mut moves = [0.0f64; 10];
    chosen.iter().for_each(|&row| moves[((10 + classes(&noisy)[row] - classes(&frame)[row]) % 10) as usize] += 1.0);
    let each = chosen.len() as f64 / 9.0;
    let chi: f64 = moves[1..].iter().map(|n| (n - each).powi(2) / each).sum();
    // The quantile of chi squared with 8 degrees of freedom at 0.999.
    assert!(moves[0] == 0.0 && chi < 26.12, "{moves:?}: {chi}");
}

#[test]
fn numbers_cannot_be_flipped() {
    let dir = Dir::new("flips-numbers");
    let plain = config(
        dir.file("rows.csv", cells(Task::Regression).iter().map(|row| row.join(",") + "\n").collect::<String>()),
    );
    let out = dir.path().join("run");
    let invocation = Invocation { out: Some(out.clone()), quiet: true, ..Invocation::default() };
    let said = search(&Config { flip_labels: 10.0, ..plain }, &invocation).unwrap_err().to_string();
    assert!(said.contains("column \"y\": the target is a number") && said.contains("--flip-labels"), "{said}");
    assert!(!out.exists(), "it is found before the folder is made");
}

/// The run lists the rows, and scores its suspects by them as they are scored here.
#[test]
fn suspects_are_scored_by_the_rows_that_were_flipped() {
    let dir = Dir::new("flips-run");
    let rows: String = cells(Task::Classification).iter().map(|row| row.join(",") + "\n").collect();
    let plain = config(dir.file("rows.csv", rows));
    let noisy = Config { flip_labels: 20.0, weigh_rows: true, outer_steps: 8, ..plain.clone() };
    let finished = run(&dir, "noisy", &noisy);
    let result = &finished.result;
    let parts: Vec<Parts> = serde_json::from_slice(&fs::read(finished.folder.join("splits.json")).unwrap()).unwrap();
    for (seed, parts) in result.seeds.iter().zip(&parts) {
        assert_eq!(seed.flipped.len(), (0.2 * parts.train.len() as f64).round() as usize);
        assert!(seed.flipped.iter().all(|row| parts.train.contains(row)));
    }
    let (best, of) = (&result.seeds[result.best_seed], &parts[result.best_seed]);
    let suspects: &[Suspect] = &best.tuned.as_ref().unwrap().suspects;
    let found = suspects.iter().filter(|suspect| best.flipped.contains(&suspect.row)).count() as f64;
    let (n, k) = (of.train.len() as f64, best.flipped.len() as f64);
    let want = format!(
        "{found} of the {} suspects are such rows: precision {:.2} (chance: {:.2}), recall {:.2}",
        suspects.len(),
        found / (suspects.len().max(1) as f64),
        k / n,
        found / k
    );
    assert!(result.notes.contains(&want), "{:?} has no {want:?}", result.notes);
    assert!(result.notes.contains(&format!("the classes of {k} of {n} training rows were replaced at random")));
    let page = fs::read_to_string(finished.folder.join("report.html")).unwrap();
    assert!(page.contains(&want), "not in the page");
    let read: SearchResult = serde_json::from_slice(&fs::read(finished.folder.join("result.json")).unwrap()).unwrap();
    assert_eq!(&read, result);
    let clean = run(&dir, "clean", &plain).result;
    assert!(clean.seeds.iter().all(|seed| seed.flipped.is_empty()));
    assert!(clean.notes.iter().all(|note| !note.contains("replaced at random")));
}
