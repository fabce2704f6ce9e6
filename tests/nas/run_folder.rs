//! docs/run-folder.md against a run: the example has every key that a run writes, and the text explains each.
use crate::files::Dir;
use nas::data::Preprocess;
use nas::run::{Config, FILES, Invocation, LogLine, MKL_FILES, SearchResult, WeighSettings, search, weigh};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const TEXT: &str = include_str!("../../docs/run-folder.md");

/// The run of the example, with less work.
fn config() -> Config {
    Config {
        rows: 200,
        hidden: vec![8],
        candidates: ["relu", "sin"].map(str::to_owned).into(),
        seeds: 2,
        outer_steps: 1,
        inner_steps: 100,
        ridge: Some(0.1),
        tol: 1e-2,
        ..Config::default()
    }
}

/// The first block of JSON below this heading.
fn example(heading: &str) -> &'static str {
    let below = TEXT.split_once(heading).unwrap_or_else(|| panic!("no {heading}")).1;
    below.split_once("```json\n").unwrap().1.split_once("```").unwrap().0
}

/// Every path to a value; all elements of a list are one.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| paths(value, &format!("{at}.{key}"), found)),
        Value::Array(elements) => elements.iter().for_each(|value| paths(value, &format!("{at}[]"), found)),
        _ => drop(found.insert(at.to_owned())),
    }
}

fn all_paths(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    paths(&serde_json::from_str(text).unwrap(), "", &mut found);
    // Lists of sentences may be empty.
    found.retain(|path| path != ".notes[]");
    found
}

/// The names in a path that are fields, not candidates.
fn fields(path: &str) -> impl Iterator<Item = &str> {
    let names = path.split('.').map(|name| name.trim_end_matches("[]"));
    names.filter(|name| !name.is_empty() && !["relu", "sin"].contains(name))
}

#[test]
fn the_example_is_what_a_run_writes_and_every_field_is_explained() {
    let dir = Dir::new("run-folder");
    let invocation = Invocation { out: Some(dir.path().join("run")), quiet: true, ..Invocation::default() };
    let folder = search(&config(), &invocation).unwrap().folder;
    let written = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
    assert_eq!(all_paths(example("## result.json")), all_paths(&written("result.json")));
    let result: SearchResult = serde_json::from_str(example("## result.json")).unwrap();
    assert_eq!(result.seeds.len(), 2);

    let log = written("log.jsonl");
    let line = log.lines().next().unwrap();
    assert_eq!(all_paths(example("## log.jsonl")), all_paths(line));
    serde_json::from_str::<LogLine>(example("## log.jsonl")).unwrap();
    serde_json::from_str::<Preprocess>(example("## preprocess.json")).unwrap();

    let others = [written("preprocess.json"), written("splits.json")];
    let texts = [written("result.json"), line.to_owned()].into_iter().chain(others);
    for path in texts.flat_map(|text| all_paths(&text)) {
        for field in fields(&path) {
            assert!(TEXT.contains(&format!("`{field}`")), "docs/run-folder.md does not explain {field} ({path})");
        }
    }
    for file in FILES {
        assert!(TEXT.contains(&format!("`{file}`")), "docs/run-folder.md does not name {file}");
    }
}

#[test]
fn every_field_of_weighed_kernels_is_explained() {
    let candidates = ["relu", "sin"].map(str::to_owned).into();
    let settings = WeighSettings { rows: 40, candidates, seeds: 1, outer_steps: 1, ..WeighSettings::default() };
    let text = serde_json::to_string(&weigh(&settings, true).unwrap()).unwrap();
    let below = TEXT.split_once("## mkl.json").unwrap().1;
    for path in all_paths(&text) {
        for field in fields(&path) {
            // Those that it has in common with a search are explained there.
            let explained = below.contains(&format!(".{field}`")) || TEXT.contains(&format!("`{field}`"));
            assert!(explained, "docs/run-folder.md does not explain {field} ({path})");
        }
    }
    for file in MKL_FILES {
        assert!(TEXT.contains(&format!("`{file}`")), "docs/run-folder.md does not name {file}");
    }
}
