//! What an experiment leaves in a folder: its outcome as text, its plots, and its verdicts and its time beside those of the
//! others.

use super::{Outcome, Verdict};
use crate::report::{ReportError, render};
use crate::run::FolderError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why an outcome could not be published.
#[derive(Debug, thiserror::Error)]
pub enum Published {
    /// A file cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A plot cannot be drawn.
    #[error(transparent)]
    Plot(#[from] ReportError),
    /// What is there already is not what was left there.
    #[error("{} does not hold {what} ({source}); choose another --out, or remove it", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// How long an experiment took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Took {
    /// Seconds.
    pub seconds: f64,
    /// Whether it went on from an earlier run, whose time counts too.
    pub resumed: bool,
}

/// Writes the outcomes of experiment `id` to `folder`: `ID.md` with its plots `ID-<n>.svg`, `verdicts.json` and `seconds.json`
/// (those of other experiments are kept), and `experiments.md`, which holds all that the folder has.
pub fn publish(folder: &Path, id: &str, outcomes: &[Outcome], took: Took) -> Result<(), Published> {
    fs::create_dir_all(folder).map_err(|source| FolderError::Write { path: folder.to_owned(), source })?;
    let mut page = String::new();
    let mut number = 0;
    for outcome in outcomes {
        page += &format!("### {}\n\n```text\n{}```\n\n", outcome.title, render(outcome));
        for plot in &outcome.plots {
            number += 1;
            let file = format!("{id}-{number}.svg");
            write(&folder.join(&file), &plot.svg()?)?;
            page += &format!("![{}]({file})\n\n", plot.title);
        }
    }
    write(&folder.join(format!("{id}.md")), &page)?;
    let seconds = times(&folder.join("seconds.json"), id, took)?;
    let verdicts = with_others(&folder.join("verdicts.json"), id, outcomes)?;
    write(&folder.join("experiments.md"), &all(folder, &verdicts, &seconds))
}

/// Seconds by experiment.
type Seconds = BTreeMap<String, f64>;

/// The times of the folder, with that of this experiment replaced, or added to where it went on.
fn times(path: &Path, id: &str, took: Took) -> Result<Seconds, Published> {
    let mut seconds: Seconds = read(path, "seconds by experiment")?;
    let before = seconds.get(id).copied().filter(|_| took.resumed).unwrap_or(0.0);
    seconds.insert(id.to_owned(), before + took.seconds);
    write_json(path, &seconds)?;
    Ok(seconds)
}

/// The verdicts of the folder, with those of this experiment replaced.
fn with_others(path: &Path, id: &str, outcomes: &[Outcome]) -> Result<Vec<Verdict>, Published> {
    let mut verdicts: Vec<Verdict> = read(path, "verdicts")?;
    verdicts.retain(|verdict| verdict.id != id);
    verdicts.extend(outcomes.iter().flat_map(|outcome| &outcome.criteria).map(|criterion| criterion.verdict(id)));
    verdicts.sort_by_key(|verdict| number(&verdict.id));
    write_json(path, &verdicts)?;
    Ok(verdicts)
}

/// What a file holds; nothing where there is no file.
fn read<T: Default + DeserializeOwned>(path: &Path, what: &'static str) -> Result<T, Published> {
    match fs::read_to_string(path) {
        Ok(text) => {
            serde_json::from_str(&text).map_err(|source| Published::NotOurs { path: path.to_owned(), what, source })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(source) => Err(FolderError::Read { path: path.to_owned(), source }.into()),
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Published> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::other);
    let text = text.map_err(|source| FolderError::Write { path: path.to_owned(), source })?;
    write(path, &(text + "\n"))
}

/// The page of all experiments: how many criteria of each hold and what it took, then their pages.
fn all(folder: &Path, verdicts: &[Verdict], seconds: &Seconds) -> String {
    let mut ids: Vec<&str> = verdicts.iter().map(|verdict| verdict.id.as_str()).collect();
    ids.dedup();
    let mut page =
        "# Experiments\n\n| experiment | criteria that hold | of | seconds |\n|---|---|---|---|\n".to_owned();
    let mut row = |id: &str, own: &[&Verdict], seconds: f64| {
        let holds = own.iter().filter(|verdict| verdict.pass).count();
        page += &format!("| {id} | {holds} | {} | {seconds:.1} |\n", own.len());
    };
    for id in &ids {
        let own: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.id == *id).collect();
        row(id, &own, seconds.get(*id).copied().unwrap_or(f64::NAN));
    }
    row("all", &verdicts.iter().collect::<Vec<_>>(), seconds.values().sum());
    page += INTERVALS;
    for id in ids {
        let body = fs::read_to_string(folder.join(format!("{id}.md"))).unwrap_or_default();
        page += &format!("\n## {id}\n\n{body}");
    }
    page
}

/// What the brackets of a verdict are, and why some have none.
const INTERVALS: &str = "\nBrackets hold 95 % intervals: over seeds, of the median by order statistics (none below six seeds), of a mean by \
    Student's t, of a share or a count by Clopper and Pearson, of any other figure of seeds by the bootstrap. The largest or least of all \
    that was measured has none: more seeds can only move it one way. The sign test's figure is the share of seeds, and its bound the \
    least share that the test takes for more than chance.\n";

fn number(id: &str) -> usize {
    id.trim_start_matches('E').parse().unwrap_or(usize::MAX)
}

/// Whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Published> {
    let fresh = path.with_extension("new");
    let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, path));
    Ok(written.map_err(|source| FolderError::Write { path: path.to_owned(), source })?)
}
