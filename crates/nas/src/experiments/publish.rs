//! What an experiment leaves in a folder: its outcome as text, its plots, and its verdicts beside those of the others.

use super::{Outcome, Verdict};
use crate::report::{ReportError, render};
use crate::run::FolderError;
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
    /// The verdicts that are there already are none.
    #[error("{} does not hold verdicts ({source}); choose another --out, or remove it", path.display())]
    Verdicts {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Writes the outcomes of experiment `id` to `folder`: `ID.md` with its plots `ID-<n>.svg`, `verdicts.json` (those of other
/// experiments are kept), and `experiments.md`, which holds all that the folder has.
pub fn publish(folder: &Path, id: &str, outcomes: &[Outcome]) -> Result<(), Published> {
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
    let verdicts = with_others(&folder.join("verdicts.json"), id, outcomes)?;
    write(&folder.join("experiments.md"), &all(folder, &verdicts))
}

/// The verdicts of the folder, with those of this experiment replaced.
fn with_others(path: &Path, id: &str, outcomes: &[Outcome]) -> Result<Vec<Verdict>, Published> {
    let mut verdicts: Vec<Verdict> = match fs::read_to_string(path) {
        Ok(text) => {
            serde_json::from_str(&text).map_err(|source| Published::Verdicts { path: path.to_owned(), source })?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(FolderError::Read { path: path.to_owned(), source }.into()),
    };
    verdicts.retain(|verdict| verdict.id != id);
    verdicts.extend(outcomes.iter().flat_map(|outcome| &outcome.criteria).map(|criterion| criterion.verdict(id)));
    verdicts.sort_by_key(|verdict| number(&verdict.id));
    let text = serde_json::to_string_pretty(&verdicts).map_err(io::Error::other);
    let text = text.map_err(|source| FolderError::Write { path: path.to_owned(), source })?;
    write(path, &(text + "\n"))?;
    Ok(verdicts)
}

/// The page of all experiments: how many criteria of each hold, then their pages.
fn all(folder: &Path, verdicts: &[Verdict]) -> String {
    let mut ids: Vec<&str> = verdicts.iter().map(|verdict| verdict.id.as_str()).collect();
    ids.dedup();
    let mut page = "# Experiments\n\n| experiment | criteria that hold | of |\n|---|---|---|\n".to_owned();
    for id in &ids {
        let own = || verdicts.iter().filter(|verdict| verdict.id == *id);
        page += &format!("| {id} | {} | {} |\n", own().filter(|verdict| verdict.pass).count(), own().count());
    }
    for id in ids {
        let body = fs::read_to_string(folder.join(format!("{id}.md"))).unwrap_or_default();
        page += &format!("\n## {id}\n\n{body}");
    }
    page
}

fn number(id: &str) -> usize {
    id.trim_start_matches('E').parse().unwrap_or(usize::MAX)
}

/// Whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Published> {
    let fresh = path.with_extension("new");
    let written = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, path));
    Ok(written.map_err(|source| FolderError::Write { path: path.to_owned(), source })?)
}
