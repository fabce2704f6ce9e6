//! The folder of a run: nothing in it is half-written, and no other run is lost to it.

use super::record::LogLine;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The files of a run.
pub const FILES: [&str; 7] =
    ["config.toml", "log.jsonl", "model.safetensors", "preprocess.json", "splits.json", "result.json", "report.html"];

/// The files of `nas mkl`.
pub const MKL_FILES: [&str; 3] = ["mkl-path.svg", "mkl-weights.svg", "mkl.json"];

/// A folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another run lives there.
    #[error("{} already holds a run ({file}); choose another --out, or --force to replace it", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// A file of that run.
        file: &'static str,
    },
    /// It cannot be made or written.
    #[error("cannot write {}: {source}; choose a folder that you may write to with --out", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of a run cannot be read.
    #[error("cannot read {}: {source}; give the folder of a finished run, as `nas search` names it at its end", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A folder that a run writes to.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// All that the run may write.
    files: &'static [&'static str],
    /// Folders that were made for this run, the outermost first.
    made: Vec<PathBuf>,
}

impl Folder {
    /// Opens `path` for a search; it is made if it is not there. A run in it is refused, or by `force` set aside until
    /// [`Self::finish`].
    pub fn open(path: &Path, force: bool) -> Result<Self, FolderError> {
        Self::open_for(&FILES, path, force)
    }

    /// The same for a run of these files.
    pub fn open_for(files: &'static [&'static str], path: &Path, force: bool) -> Result<Self, FolderError> {
        let held = files.iter().find(|file| path.join(file).exists());
        if let Some(file) = held.filter(|_| !force) {
            return Err(FolderError::Occupied { path: path.to_owned(), file });
        }
        let folder = Self { files, ..Self::make(path)? };
        folder.cleared().inspect_err(|_| folder.take_back())?;
        Ok(folder)
    }

    /// Makes `parent/name-<n>` with the first n from 1 that is free. Two runs that begin at the same time get two folders.
    pub fn next(parent: &Path, name: &str) -> Result<Self, FolderError> {
        let (Self { mut made, .. }, name) = (Self::make(parent)?, safe(name));
        let mut number = 1_usize;
        loop {
            let path = parent.join(format!("{name}-{number}"));
            match fs::create_dir(&path) {
                Ok(()) => {
                    made.push(path.clone());
                    return Ok(Self { path, files: &FILES, made });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(source) => {
                    remove_folders(&made);
                    return Err(FolderError::Write { path, source });
                }
            }
        }
    }

    /// Sets an old run aside, and tries to write: a folder that cannot be written to should say so before the search.
    fn cleared(&self) -> Result<(), FolderError> {
        // What a broken-off run left in the place of one that was set aside is not worth keeping.
        let keep = !self.files.iter().any(|file| self.aside(file).exists());
        for file in self.files.iter().filter(|file| self.path.join(file).exists()) {
            let old = self.path.join(file);
            let moved = if keep { fs::rename(&old, self.aside(file)) } else { fs::remove_file(&old) };
            moved.map_err(|source| FolderError::Write { path: old, source })?;
        }
        let probe = self.path.join(".nas");
        let tried = File::create(&probe).and_then(|_| fs::remove_file(&probe));
        tried.map_err(|source| FolderError::Write { path: self.path.clone(), source })
    }

    /// Where a file of the old run waits for the end of the new one.
    fn aside(&self, file: &str) -> PathBuf {
        self.path.join(format!("{file}.old"))
    }

    /// The run is complete: the one that it replaces goes.
    pub fn finish(self) -> Result<PathBuf, FolderError> {
        for old in self.files.iter().map(|file| self.aside(file)).filter(|old| old.exists()) {
            fs::remove_file(&old).map_err(|source| FolderError::Write { path: old, source })?;
        }
        Ok(self.path)
    }

    fn make(path: &Path) -> Result<Self, FolderError> {
        let missing = path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let mut made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        made.reverse();
        match fs::create_dir_all(path) {
            Ok(()) => Ok(Self { path: path.to_owned(), files: &FILES, made }),
            Err(source) => {
                remove_folders(&made);
                Err(FolderError::Write { path: path.to_owned(), source })
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a whole file: it is there with all its bytes, or not at all.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), FolderError> {
        write_whole(&self.path.join(file), bytes)
    }

    /// Opens the log.
    pub fn log(&self) -> Result<Log, FolderError> {
        let path = self.path.join("log.jsonl");
        match File::create(&path) {
            Ok(file) => Ok(Log { path, state: Mutex::new(State { file, lines: 0, failed: None }) }),
            Err(source) => Err(FolderError::Write { path, source }),
        }
    }

    /// Takes back what was made, when a run could not begin, and puts back what was set aside. Only empty folders go, so a
    /// failure here loses nothing and has nothing to tell beyond the failure that led here.
    pub fn abandon(self) {
        for file in self.files {
            drop(fs::remove_file(self.path.join(file)));
            drop(fs::rename(self.aside(file), self.path.join(file)));
        }
        self.take_back();
    }

    fn take_back(&self) {
        remove_folders(&self.made);
    }
}

/// A name that is one folder's on any system: letters, digits and `-_.`, not hidden, not too long.
fn safe(name: &str) -> String {
    const MOST: usize = 60;
    let name = name.trim_start_matches('.').chars().take(MOST);
    let name: String = name.map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    if name.is_empty() { "data".to_owned() } else { name }
}

/// Removes those that are empty, the innermost first.
fn remove_folders(made: &[PathBuf]) {
    made.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
}

/// Writes a file beside its place and moves it there when it is whole.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        drop(fs::remove_file(&beside));
        FolderError::Write { path: path.to_owned(), source }
    })
}

/// Reads a file of a run.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
    fs::read(path).map_err(|source| FolderError::Read { path: path.to_owned(), source })
}

/// `log.jsonl`: every line is on its way to the disk before the next begins, so that a run that is broken off can be read.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    lines: usize,
    failed: Option<io::Error>,
}

impl Log {
    /// Appends a line; a failure is kept for [`Self::read`].
    pub fn append(&self, line: &impl Serialize) {
        let text = serde_json::to_string(line).map_err(io::Error::from);
        let mut state = self.lock();
        state.lines += 1;
        let written = text.and_then(|text| state.file.write_all((text + "\n").as_bytes()));
        if let Err(error) = written {
            state.failed.get_or_insert(error);
        }
    }

    /// Whether there is no line yet.
    pub fn is_empty(&self) -> bool {
        self.lock().lines == 0
    }

    /// All lines as they lie on the disk, when every one of them was written.
    pub fn read(&self) -> Result<Vec<LogLine>, FolderError> {
        if let Some(source) = self.lock().failed.take() {
            return Err(FolderError::Write { path: self.path.clone(), source });
        }
        let broken = |source: io::Error| FolderError::Read { path: self.path.clone(), source };
        let text = fs::read_to_string(&self.path).map_err(broken)?;
        text.lines().map(|line| serde_json::from_str(line).map_err(|error| broken(error.into()))).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
