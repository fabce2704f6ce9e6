//! A whole run: data in, trials on every seed, a folder out.

use super::folder::{Folder, FolderError, Log};
use super::network::{NetworkError, Trained};
use super::record::{LogLine, SearchResult};
use super::rules::name;
use super::summary::{Context, best, summary, word};
use super::{Config, ConfigError, Invocation, Settings, documented, pool};
use crate::bilevel::Health;
use crate::data::{DataError, Frame};
use crate::model::candidates::CandidateError;
use crate::report::{Progress, Report, ReportError, html};
use crate::search::Reached;
use crate::seed::Seed;
use crate::trial::{Setting, Trial, TrialError, Watch};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The candidates cannot be used.
    #[error(transparent)]
    Candidates(#[from] CandidateError),
    /// The settings cannot be written down.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A seed failed.
    #[error(transparent)]
    Trial(#[from] TrialError),
    /// The folder failed.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The network cannot be written.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A result cannot be written.
    #[error("cannot write the result as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The page cannot be made.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Threads cannot be started.
    #[error("cannot start the worker threads: {0}; set --threads to a smaller number")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A finished run.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// What came out.
    pub result: SearchResult,
    /// Where it was written.
    pub folder: PathBuf,
}

/// Reads the data, searches on every seed, compares, and writes the folder of the run.
///
/// Everything that can be wrong with settings and data is found before the folder is made.
pub fn search(config: &Config, invocation: &Invocation) -> Result<Finished, RunError> {
    let begun = Instant::now();
    config.check()?;
    let frame = config.frame()?;
    let config = &config.clone().effective(&frame);
    let setting = config.setting(&frame)?;
    let root = Seed::new(config.seed);
    let seeds: Vec<Seed> = (0..config.seeds).map(|number| root.split(&format!("seed {number}"))).collect();
    seeds.iter().try_for_each(|seed| Trial::check(&frame, &setting, *seed))?;
    let pool = pool(config.threads)?;

    let folder = match &invocation.out {
        Some(path) => Folder::open(path, invocation.force),
        None => Folder::next(Path::new("runs"), &frame.name),
    }?;
    let run = Run { config, frame: &frame, setting: &setting, seeds: &seeds, quiet: invocation.quiet, begun };
    let log = match folder.log() {
        Ok(log) => log,
        Err(error) => {
            folder.abandon();
            return Err(error.into());
        }
    };
    match run.write(&folder, &log, &pool) {
        Ok(result) => Ok(Finished { result, folder: folder.finish()? }),
        Err(error) if log.is_empty() => {
            folder.abandon();
            Err(error)
        }
        Err(error) => Err(error),
    }
}

struct Run<'a> {
    config: &'a Config,
    frame: &'a Frame,
    setting: &'a Setting,
    seeds: &'a [Seed],
    quiet: bool,
    begun: Instant,
}

impl Run<'_> {
    fn write(&self, folder: &Folder, log: &Log, pool: &rayon::ThreadPool) -> Result<SearchResult, RunError> {
        let config = documented(self.config)?;
        folder.write("config.toml", config.as_bytes())?;
        let trials = pool.install(|| self.trials(log))?;
        let number = best(&trials);
        let best = &trials[number];
        let probe = pool.install(|| best.probe(self.frame, self.setting, self.seeds[number]));
        let unseen =
            probe.as_ref().err().map(|error| format!("no look around the coefficients that were found: {error}"));

        let model = self.setting.model(best.preprocess.width(), best.preprocess.outputs());
        let (alpha, theta) = (best.found.alpha.clone(), best.theta.clone());
        let trained = Trained { model, candidates: self.setting.names.clone(), alpha, theta };
        folder.write("model.safetensors", &trained.to_bytes()?)?;
        folder.write("preprocess.json", &serde_json::to_vec_pretty(&best.preprocess)?)?;
        let splits: Vec<_> = trials.iter().map(|trial| &trial.parts).collect();
        folder.write("splits.json", &serde_json::to_vec(&splits)?)?;

        let context = Context {
            frame: self.frame,
            setting: self.setting,
            seed: self.config.seed,
            method: name(self.config.method),
            probe: probe.ok(),
            warnings: self.config.warnings_on(best.parts.validation.len()).into_iter().chain(unseen).collect(),
            threads: pool.current_num_threads(),
            seconds: self.begun.elapsed().as_secs_f64(),
        };
        let result = summary(context, &trials);
        folder.write("result.json", &serde_json::to_vec_pretty(&result)?)?;
        let lines = log.read()?;
        let command = format!("nas search --config {}", folder.path().join("config.toml").display());
        let page = html(&Report { result: &result, log: &lines, config: &config, command: &command })?;
        folder.write("report.html", page.as_bytes())?;
        Ok(result)
    }

    /// All trials, in parallel on the pool of the caller; the results do not depend on its size.
    fn trials(&self, log: &Log) -> Result<Vec<Trial>, TrialError> {
        let of_seed = self.setting.most_points() + Trial::comparisons(self.setting);
        let total = of_seed * self.seeds.len();
        let progress = if self.quiet { Progress::silent() } else { Progress::shown("search", total) };
        let trial = |(number, seed): (usize, &Seed)| {
            let left = AtomicUsize::new(self.setting.most_points());
            let convex = self.setting.space(1).convex().is_some();
            Trial::run(self.frame, self.setting, *seed, &Follow { number, log, progress: &progress, convex, left })
        };
        let trials = self.seeds.par_iter().enumerate().map(trial).collect();
        progress.finish();
        trials
    }
}

/// Writes the log of one seed and shows its progress.
struct Follow<'a> {
    number: usize,
    log: &'a Log,
    progress: &'a Progress,
    /// Whether the gap means anything.
    convex: bool,
    /// Points that the search may still reach: its start and one for each outer step at most.
    left: AtomicUsize,
}

impl Watch for Follow<'_> {
    fn reached(&self, point: Reached<'_>, health: &Health) {
        let Reached { step, alpha, hypergradient, stationarity, gap, eta } = point;
        let fit = health.fit.as_ref();
        let line = LogLine {
            seed: self.number,
            step,
            alpha: alpha.to_vec(),
            train_loss: fit.map(|fit| fit.loss),
            val_loss: hypergradient.value,
            stationarity,
            gap: self.convex.then_some(gap),
            eta,
            inner_steps: health.steps,
            inner_residual: fit.map(|fit| fit.residual),
            hvps: health.products,
            residual: hypergradient.evidence.adjoint_residual,
            status: word(hypergradient.evidence.status).to_owned(),
            skipped: health.skipped,
        };
        self.log.append(&line);
        self.left.fetch_sub(1, Ordering::Relaxed);
        self.progress.advance();
    }

    fn searched(&self) {
        self.progress.advance_by(self.left.swap(0, Ordering::Relaxed));
    }

    fn compared(&self) {
        self.progress.advance();
    }
}
