//! Where an experiment runs its units, seed by seed: in parallel, and from where an interrupted run broke off.

use super::Error;
use crate::report::Progress;
use crate::run::FolderError;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// What one unit measured, as it is kept.
pub trait Row: Clone + DeserializeOwned + Send + Serialize + Sync {}

impl<R: Clone + DeserializeOwned + Send + Serialize + Sync> Row for R {}

/// The units of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    /// How many.
    pub count: usize,
    /// How often one advances its progress.
    pub steps: usize,
}

/// Runs the units of an experiment, and keeps what each measured.
#[derive(Debug)]
pub struct Lab {
    /// The folder of the rows, if they are kept.
    folder: Option<PathBuf>,
    /// The settings that rows belong to.
    settings: String,
    /// Whether progress is shown.
    shown: bool,
    /// Whether rows of an earlier run were taken.
    resumed: AtomicBool,
}

/// A line of a file of rows.
#[derive(Deserialize, Serialize)]
struct Line<R> {
    unit: usize,
    row: R,
}

impl Lab {
    /// Keeps nothing and shows nothing.
    pub fn silent() -> Self {
        Self { folder: None, settings: String::new(), shown: false, resumed: AtomicBool::new(false) }
    }

    /// Shows progress, and keeps rows in `folder` if there is one; rows that were kept under other settings are not taken.
    pub fn new(folder: Option<&Path>, settings: String) -> Self {
        Self { folder: folder.map(Path::to_owned), settings, shown: true, resumed: AtomicBool::new(false) }
    }

    /// Whether something was not measured again, because an earlier run had kept it.
    pub fn resumed(&self) -> bool {
        self.resumed.load(Ordering::Relaxed)
    }

    /// Measures every unit of a study, in parallel on the pool of the caller; what was kept before is not measured again. The
    /// rows are in the order of units, whatever the threads and the interruptions were.
    pub fn measure<R: Row>(
        &self,
        study: &'static str,
        units: Units,
        measure: impl Fn(usize, &Progress) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let mut rows: Vec<Option<R>> = vec![None; units.count];
        let kept =
            self.folder.as_deref().map(|folder| Kept::open(folder, study, &self.settings, &mut rows)).transpose()?;
        let (total, taken) = (units.count * units.steps, rows.iter().flatten().count());
        if taken > 0 {
            self.resumed.store(true, Ordering::Relaxed);
            if self.shown {
                eprintln!("{study}: {taken} of {} units are those of an earlier run", units.count);
            }
        }
        let progress = if self.shown { Progress::shown(study, total) } else { Progress::silent() };
        progress.advance_by(units.steps * taken);
        let rows = rows.into_par_iter().enumerate().map(|(unit, row)| match row {
            Some(row) => Ok(row),
            None => {
                let row = measure(unit, &progress)?;
                kept.as_ref().map_or(Ok(()), |kept| kept.keep(unit, &row))?;
                Ok(row)
            }
        });
        let rows = rows.collect();
        progress.finish();
        rows
    }

    /// [`Self::measure`] of a study whose units are seeds, of one step each.
    pub(super) fn measure_seeds<R: Row>(
        &self,
        study: &'static str,
        seeds: usize,
        measure: impl Fn(usize) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        self.measure(study, Units { count: seeds, steps: 1 }, |number, progress| {
            let measured = measure(number)?;
            progress.advance();
            Ok(measured)
        })
    }
}

/// A file of rows: the settings, then a line for every unit as it is done.
struct Kept {
    path: PathBuf,
    file: Mutex<File>,
}

impl Kept {
    /// Opens the file of a study and fills in the rows that it holds. A file of other settings is begun anew; a line that was cut
    /// short, and what cannot be read as a row, is measured again.
    fn open<R: Row>(folder: &Path, study: &str, settings: &str, rows: &mut [Option<R>]) -> Result<Self, FolderError> {
        let path = folder.join(format!("{}.jsonl", study.replace([' ', ','], "-")));
        let failed = |source| FolderError::Write { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let text = fs::read_to_string(&path).unwrap_or_default();
        let header = json(settings).map_err(failed)?;
        let mut lines = text.lines();
        if lines.next() == Some(&header) {
            for Line { unit, row } in lines.filter_map(|line| serde_json::from_str::<Line<R>>(line).ok()) {
                if let Some(place) = rows.get_mut(unit) {
                    *place = Some(row);
                }
            }
        }
        let done = rows.iter().enumerate().filter_map(|(unit, row)| Some(json(&Line { unit, row: row.as_ref()? })));
        let lines = std::iter::once(Ok(header)).chain(done).map(|line| Ok(line? + "\n"));
        let whole = lines.collect::<io::Result<String>>().map_err(failed)?;
        // Whole or not at all: an interruption here must not lose what was measured before.
        let fresh = path.with_extension("jsonl.new");
        fs::write(&fresh, whole).and_then(|()| fs::rename(&fresh, &path)).map_err(failed)?;
        let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        Ok(Self { file: Mutex::new(file), path })
    }

    fn keep<R: Row>(&self, unit: usize, row: &R) -> Result<(), FolderError> {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let written = json(&Line { unit, row }).and_then(|line| file.write_all((line + "\n").as_bytes()));
        written.map_err(|source| FolderError::Write { path: self.path.clone(), source })
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::other)
}
