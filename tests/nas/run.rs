//! Whole runs on small files: what they write, that it can be read, and that predictions are those of the run.
use crate::files::Dir;
use nas::bilevel::Way;
use nas::data::{Parts, Task};
use nas::exactness::Tolerance;
use nas::inner::Optimiser;
use nas::outer::Solver;
use nas::run::{
    Config, FILES, Finished, FolderError, Invocation, LogLine, Provenance, RunError, SearchResult, predict, search,
};
use nas::space::Shape;
use nas::trial::{Precision, Strategy};
use std::fs;
use std::path::{Path, PathBuf};

const ROWS: usize = 90;

/// A number with gaps, a word, another number, and the target.
pub(crate) fn cells(task: Task) -> Vec<[String; 4]> {
    let row = |i: usize| {
        let (size, weight) = ((i as f64 * 0.37).sin(), (i as f64 * 0.71).cos());
        let colour = ["red", "blue", "green"][i % 3];
        let y = (size + weight).powi(2) + (i % 3) as f64 / 2.0;
        let target = match task {
            Task::Regression => (10.0 + 3.0 * y).to_string(),
            Task::Classification => ["low", "middle", "high"][(y as usize).min(2)].to_owned(),
        };
        [if i % 9 == 4 { String::new() } else { size.to_string() }, colour.to_owned(), weight.to_string(), target]
    };
    let header = ["size", "colour", "weight", "y"].map(str::to_owned);
    [header].into_iter().chain((0..ROWS).map(row)).collect()
}

fn csv<const N: usize>(rows: &[[String; N]]) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

pub(crate) fn config(data: PathBuf) -> Config {
    Config {
        data: Some(data),
        hidden: vec![4],
        candidates: ["tanh", "square", "x*exp(-max(x^2, 0)/4)"].map(str::to_owned).into(),
        outer_steps: 3,
        inner_steps: 300,
        ridge: Some(1e-2),
        tol: 1e-3,
        precision: Precision::Double,
        seeds: 2,
        threads: 2,
        ..Config::default()
    }
}

pub(crate) fn run(dir: &Dir, name: &str, config: &Config) -> Finished {
    let out = Some(dir.path().join(name));
    search(config, &Invocation { out, quiet: true, ..Invocation::default() }).unwrap()
}

pub(crate) fn splits(folder: &Path) -> Vec<Parts> {
    serde_json::from_slice(&fs::read(folder.join("splits.json")).unwrap()).unwrap()
}

fn assert_log(finished: &Finished, config: &Config) {
    let text = fs::read_to_string(finished.folder.join("log.jsonl")).unwrap();
    let lines: Vec<LogLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (seed, record) in finished.result.seeds.iter().enumerate() {
        let of_seed: Vec<&LogLine> = lines.iter().filter(|line| line.seed == seed).collect();
        let steps: Vec<usize> = of_seed.iter().map(|line| line.step).collect();
        assert_eq!(steps, (0..=record.outer_steps).collect::<Vec<_>>());
        assert!(of_seed.iter().all(|line| line.alpha.len() == config.candidates.len()));
        assert!(of_seed[0].eta == 0.0 && of_seed.windows(2).all(|pair| pair[1].val_loss <= pair[0].val_loss));
        assert_eq!(of_seed[record.outer_steps].alpha, record.alpha.concat().concat());
        assert!(of_seed.iter().all(|line| line.gap.is_some_and(|gap| gap >= 0.0)), "a simplex has gaps");
        assert_eq!(of_seed[record.outer_steps].gap, record.gap);
    }
    assert_eq!(lines.len(), finished.result.seeds.iter().map(|seed| seed.outer_steps + 1).sum::<usize>());
}

#[test]
fn a_run_writes_its_folder_and_everything_in_it_can_be_read() {
    for task in [Task::Regression, Task::Classification] {
        let dir = Dir::new(&format!("run-{task}"));
        let config = config(dir.file("rows.csv", csv(&cells(task))));
        let finished = run(&dir, "run", &config);
        for file in FILES {
            assert!(finished.folder.join(file).is_file(), "no {file}");
        }
        let text = fs::read_to_string(finished.folder.join("config.toml")).unwrap();
        assert!(text.contains("# "), "it documents itself");
        let again: Config = crate::layers::resolved(Some(&finished.folder.join("config.toml")), &[], &[]).unwrap();
        assert_eq!(again, Config { outer: Some(config.solver()), ..config.clone() });
        assert_log(&finished, &config);
        for parts in splits(&finished.folder) {
            let mut rows = [parts.train, parts.validation, parts.test].concat();
            rows.sort_unstable();
            assert_eq!(rows, (0..ROWS).collect::<Vec<_>>());
        }
        let result: SearchResult =
            serde_json::from_slice(&fs::read(finished.folder.join("result.json")).unwrap()).unwrap();
        assert_eq!(result, finished.result);
        assert_eq!((finished.result.task, &*finished.result.dataset), (task, "rows"));
    }
}

/// What is a function of data, settings and seed.
fn reproducible(result: SearchResult) -> SearchResult {
    let nothing = Provenance { version: String::new(), isa: String::new(), threads: 0, data_sha256: String::new() };
    SearchResult { provenance: nothing, seconds: 0.0, ..result }
}

#[test]
fn a_result_does_not_depend_on_threads() {
    let dir = Dir::new("run-threads");
    let config = config(dir.file("rows.csv", csv(&cells(Task::Regression))));
    let unrolled = Config { method: Way::Unroll, inner: Optimiser::Gd, lr: 0.05, inner_steps: 60, ..config.clone() };
    let batches = Config { inner: Optimiser::Adam, lr: 0.02, batch: 16, inner_steps: 600, ..config.clone() };
    let ways = [
        ("implicit", config.clone()),
        ("darts", Config { method: Way::DartsFirst, ..config.clone() }),
        ("unroll", unrolled),
        ("batches", batches),
        ("decreasing", Config { tolerance: Tolerance::Decreasing, ..config.clone() }),
        ("single", Config { precision: Precision::Single, ..config }),
    ];
    let mut found: Vec<SearchResult> = Vec::new();
    for (name, config) in ways {
        let of = |threads| run(&dir, &format!("{name}-{threads}"), &Config { threads, ..config.clone() });
        let (one, two) = (of(1), of(2));
        assert_eq!((one.result.provenance.threads, two.result.provenance.threads), (1, 2));
        let bytes = |finished: &Finished| fs::read(finished.folder.join("model.safetensors")).unwrap();
        assert!(bytes(&one) == bytes(&two), "{name}: another network");
        let result = reproducible(one.result);
        assert_eq!(result, reproducible(two.result), "{name}");
        assert!(
            found.iter().all(|other| other.searched != result.searched),
            "{name} is another way and finds the same"
        );
        found.push(result);
    }
}

/// Every space is recorded and shown, with a gap where it is convex.
#[test]
fn a_run_says_where_it_searched() {
    let dir = Dir::new("run-spaces");
    let plain = config(dir.file("rows.csv", csv(&cells(Task::Regression))));
    let cases = [
        (Shape::Simplex, Some(Solver::FrankWolfe), true),
        (Shape::Simplex, Some(Solver::AdamLogits), true),
        (Shape::L1Ball, None, true),
        (Shape::BoxSection, None, true),
        (Shape::Sparse(1), None, false),
    ];
    for (space, outer, convex) in cases {
        let config = Config { space, outer, groups: 2, outer_steps: 2, seeds: 1, ..plain.clone() };
        let name = format!("{space}-{:?}", config.solver()).replace(':', "-");
        let finished = run(&dir, &name, &config);
        let result = &finished.result;
        let text = nas::report::comparison(result);
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&format!("Space {space}, by {}", result.outer)), "{said}");
        assert_eq!((said.contains("Frank-Wolfe gap"), result.seeds[0].gap.is_some()), (convex, convex), "{said}");
        let read: SearchResult =
            serde_json::from_slice(&fs::read(finished.folder.join("result.json")).unwrap()).unwrap();
        assert_eq!((read.space, &read.outer), (space, &result.outer));
        for mixture in result.alpha.concat() {
            assert!(space.size(&mixture) <= 1.0 + 1e-12, "{space}: {mixture:?}");
            let used = mixture.iter().filter(|a| **a != 0.0).count();
            assert!(space != Shape::Sparse(1) || used == 1, "{mixture:?}");
        }
        let page = fs::read_to_string(finished.folder.join("report.html")).unwrap();
        assert!(page.contains(&space.to_string()) && page.contains(&result.outer), "the page does not say {space}");
    }
}

/// Other ways of searching stand in the table and in the result, and change nothing else.
#[test]
fn rivals_stand_in_one_table() {
    let dir = Dir::new("run-rivals");
    let plain = config(dir.file("rows.csv", csv(&cells(Task::Regression))));
    let rivals = vec![Strategy::Grid, Strategy::Random, Strategy::Joint];
    let with = run(&dir, "with", &Config { rivals: rivals.clone(), trials: 5, ..plain.clone() }).result;
    let without = run(&dir, "without", &plain).result;
    assert_eq!((&with.searched, &with.baselines, &with.seeds), (&without.searched, &without.baselines, &without.seeds));
    assert_eq!(with.rivals.iter().map(|rival| rival.strategy).collect::<Vec<_>>(), rivals);
    assert!(with.rivals.iter().all(|rival| rival.compared.val_loss.is_some() && rival.evaluations > 0));
    assert!(with.rivals[..2].iter().all(|rival| rival.evaluations <= 5 * plain.seeds), "{:?}", with.rivals);
    let text = nas::report::comparison(&with);
    for row in ["grid search", "random search", "joint training"] {
        assert!(text.lines().any(|line| line.trim_start().starts_with(row)), "no {row}: {text}");
    }
    assert!(text.contains("Mixtures tried, over all"), "{text}");
    let alone = run(&dir, "alone", &Config { strategy: Strategy::Random, trials: 5, ..plain }).result;
    assert_eq!((alone.searched, alone.seeds[0].stop.as_str()), (with.rivals[1].compared.clone(), "all tried"));
}

/// The predictions for these rows, by the run in `folder`.
fn predictions<const N: usize>(dir: &Dir, folder: &Path, rows: &[[String; N]]) -> Vec<String> {
    let (new, out) = (dir.file("new.csv", csv(rows)), dir.path().join("predictions.csv"));
    assert_eq!(predict(folder, &new, &out, true).unwrap(), rows.len() - 1);
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with("prediction"));
    text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

fn metric(task: Task, predictions: &[String], rows: &[[String; 4]]) -> f64 {
    let pairs = || predictions.iter().zip(&rows[1..]).map(|(prediction, row)| (prediction, &row[3]));
    assert_eq!(predictions.len(), rows.len() - 1);
    let n = predictions.len() as f64;
    match task {
        Task::Classification => pairs().filter(|(prediction, y)| prediction == y).count() as f64 / n,
        Task::Regression => {
            let number = |text: &str| text.parse::<f64>().unwrap();
            (pairs().map(|(f, y)| (number(f) - number(y)).powi(2)).sum::<f64>() / n).sqrt()
        }
    }
}

#[test]
fn predictions_are_those_of_the_run() {
    for task in [Task::Regression, Task::Classification] {
        let (dir, all) = (Dir::new(&format!("run-predict-{task}")), cells(task));
        let Finished { result, folder } = run(&dir, "run", &config(dir.file("rows.csv", csv(&all))));
        let test = splits(&folder)[result.best_seed].test.clone().into_iter().map(|row| all[row + 1].clone());
        let mut rows: Vec<[String; 4]> = [all[0].clone()].into_iter().chain(test).collect();
        let (want, found) =
            (result.searched.test_metric.values[result.best_seed].unwrap(), predictions(&dir, &folder, &rows));
        let got = metric(task, &found, &rows);
        assert!((got - want).abs() < 1e-9, "{task}: {got} in the file, {want} in the run");

        let permuted: Vec<[String; 3]> =
            rows.iter().cloned().map(|[size, colour, weight, _]| [weight, size, colour]).collect();
        assert_eq!(predictions(&dir, &folder, &permuted), found, "other order, no target");

        rows[1][0] = "NA".into();
        rows[2][1] = "pink".into();
        assert_eq!(
            predictions(&dir, &folder, &rows)[2..],
            found[2..],
            "a gap and an unknown word are of their rows alone"
        );
    }
}

/// What was tuned is in the result, in the page and in the text, and changes nothing else.
#[test]
fn suspects_are_listed() {
    let dir = Dir::new("run-tuned");
    let plain = config(dir.file("rows.csv", csv(&cells(Task::Regression))));
    let tuned = Config { tune_ridge: true, weigh_rows: true, ..plain.clone() };
    let (without, with) = (run(&dir, "plain", &plain).result, run(&dir, "tuned", &tuned));
    let parts = splits(&with.folder);
    assert_eq!((&with.result.searched, &with.result.alpha), (&without.searched, &without.alpha));
    for (seed, parts) in with.result.seeds.iter().zip(&parts) {
        let tuned = seed.tuned.as_ref().unwrap();
        assert!(tuned.ridge.len() == 2 && tuned.val_loss[1] <= tuned.val_loss[0], "{tuned:?}");
        assert!(tuned.suspects.iter().all(|suspect| parts.train.contains(&suspect.row) && suspect.weight < 0.5));
        assert!(tuned.suspects.is_sorted_by(|a, b| a.weight <= b.weight));
    }
    assert!(without.seeds.iter().all(|seed| seed.tuned.is_none()));
    let page = fs::read_to_string(with.folder.join("report.html")).unwrap();
    for said in ["training rows may be mislabelled", "tuned ridges, layer by layer", "the validation loss fell from"] {
        assert!(with.result.notes.iter().any(|note| note.contains(said)) && page.contains(said), "{said}");
        assert!(without.notes.iter().all(|note| !note.contains(said)), "{said}");
    }
}

#[test]
fn what_cannot_be_predicted_is_said_in_a_line() {
    let dir = Dir::new("run-refused");
    let mut all = cells(Task::Regression);
    let config = config(dir.file("rows.csv", csv(&all)));
    let Finished { folder, .. } = run(&dir, "run", &config);
    all[0][0] = "sizes".into();
    let (new, out) = (dir.file("new.csv", csv(&all)), dir.path().join("predictions.csv"));
    let message = predict(&folder, &new, &out, false).unwrap_err().to_string();
    assert!(message.contains("\"size\"") && message.contains("did you mean \"sizes\"?"), "{message}");
    assert!(!message.contains('\n') && !out.exists());

    fs::write(&out, "mine").unwrap();
    let message = predict(&folder, &new, &out, false).unwrap_err().to_string();
    assert!(message.contains("predictions.csv exists") && message.contains("--force"), "{message}");

    let again = search(&config, &Invocation { out: Some(folder.clone()), quiet: true, ..Invocation::default() });
    assert!(matches!(again, Err(RunError::Folder(FolderError::Occupied { .. }))), "{again:?}");
    let broken = Config { seeds: 0, ..config };
    let message = search(&broken, &Invocation::default()).unwrap_err().to_string();
    assert!(message.starts_with("seeds = 0"), "{message}");

    fs::write(folder.join("model.safetensors"), "no network").unwrap();
    let message = predict(&folder, &new, &out, true).unwrap_err().to_string();
    assert!(message.contains("model.safetensors") && message.contains("run `nas search` again"), "{message}");
}
