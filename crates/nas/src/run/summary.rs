//! From trials to `result.json`.

use super::record::{
    Compared, HypergradientRecord, Judgement, Metric, Provenance, RivalRecord, SCHEMA_VERSION, SearchResult,
    SeedRecord, TunedRecord, Verdict,
};
use super::rules::name;
use super::spectral;
use super::theory::theory;
use crate::bilevel::Health;
use crate::data::{Frame, Task};
use crate::hypergradient::Status;
use crate::metrics;
use crate::model::Mlp;
use crate::report::figure;
use crate::search::Stop;
use crate::stats::{argmin, mean, standard_error, t_interval};
use crate::trial::{Entry, Probe, Setting, Trial};
use crate::tuning::{Suspect, Tuned};

/// What a run is beside its trials.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// The data.
    pub frame: &'a Frame,
    /// What was searched.
    pub setting: &'a Setting,
    /// The root seed.
    pub seed: u64,
    /// The name of the hypergradient's way.
    pub method: String,
    /// What was seen around the best seed's search; `None` where it could not be looked at.
    pub probe: Option<Probe>,
    /// What there is to say about the settings.
    pub warnings: Vec<String>,
    /// Worker threads.
    pub threads: usize,
    /// Wall time.
    pub seconds: f64,
}

/// The number of the trial with the least validation loss; 0 of none.
pub fn best(trials: &[Trial]) -> usize {
    let losses: Vec<f64> = trials.iter().map(|trial| trial.searched.validation.loss).collect();
    argmin(&losses).unwrap_or(0)
}

/// Puts the trials of a run, in the order of their seeds, together.
///
/// # Panics
/// When there is none.
pub fn summary(context: Context<'_>, trials: &[Trial]) -> SearchResult {
    let (frame, setting) = (context.frame, context.setting);
    let (task, names) = (frame.task(), &setting.names);
    let best_seed = best(trials);
    let first = &trials[best_seed];
    let model = setting.model(first.preprocess.width(), first.preprocess.outputs());
    let entries = |get: fn(&Trial) -> &Entry| trials.iter().map(|trial| Some(get(trial))).collect::<Vec<_>>();
    let single = |i: usize| trials.iter().map(|trial| trial.baselines[i].as_ref()).collect::<Vec<_>>();
    SearchResult {
        schema_version: SCHEMA_VERSION,
        dataset: frame.name.clone(),
        task,
        n_train: first.parts.train.len(),
        n_val: first.parts.validation.len(),
        n_test: first.parts.test.len(),
        seed: context.seed,
        candidates: names.clone(),
        best_seed,
        alpha: model.by_layer(&first.found.alpha),
        space: setting.shape,
        outer: name(setting.solver),
        strategy: setting.strategy,
        evaluations: trials.iter().map(|trial| trial.health.evaluations).sum(),
        hypergradient: hypergradients(context.method, trials),
        searched: compared(task, &entries(|trial| &trial.searched)),
        baselines: names.iter().enumerate().map(|(i, name)| (name.clone(), compared(task, &single(i)))).collect(),
        discretised: compared(task, &entries(|trial| &trial.discretised)),
        rivals: (0..setting.rivals.len()).map(|i| rival(task, i, trials)).collect(),
        referee: spectral::record(setting, trials),
        verdict: verdict(task, names, trials),
        theory: theory(setting, trials, best_seed, (context.probe.as_ref(), frame.training_rows == 0)),
        seeds: trials.iter().map(|trial| of_seed(setting, &model, trial)).collect(),
        notes: notes((frame, &model), context.warnings, names, trials, best_seed),
        provenance: Provenance::of(frame, context.threads),
        seconds: context.seconds,
    }
}

/// What the i-th of the other ways found is worth.
fn rival(task: Task, i: usize, trials: &[Trial]) -> RivalRecord {
    let of = || trials.iter().map(|trial| &trial.rivals[i]);
    RivalRecord {
        strategy: trials[0].rivals[i].strategy,
        evaluations: of().map(|rival| rival.evaluations).sum(),
        compared: compared(task, &of().map(|rival| rival.entry.as_ref()).collect::<Vec<_>>()),
    }
}

/// What one choice of activations is worth, from its entry of each seed.
fn compared(task: Task, entries: &[Option<&Entry>]) -> Compared {
    let [metric, second] = metrics::names(task);
    let values = |get: fn(&Entry) -> f64| entries.iter().map(|entry| entry.map(get)).collect::<Vec<_>>();
    let figures = |name: &str, get| Metric::of(name, values(get));
    let log_loss = (task == Task::Classification).then(|| figures("log-loss", |entry| entry.test.loss));
    Compared {
        train_loss: average(&values(|entry| entry.train_loss)),
        val_loss: average(&values(|entry| entry.validation.loss)),
        test_loss: average(&values(|entry| entry.test.loss)),
        test_metric: figures(metric, |entry| entry.test.metric),
        test_also: [figures(second, |entry| entry.test.second)].into_iter().chain(log_loss).collect(),
    }
}

impl Provenance {
    /// That of this program, on so many threads.
    pub(super) fn of(frame: &Frame, threads: usize) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            isa: tape::isa().to_owned(),
            threads,
            data_sha256: frame.sha256.clone(),
        }
    }
}

impl Metric {
    /// Mean and standard error of the figures that there are; one that is not finite is none.
    pub fn of(name: &str, values: Vec<Option<f64>>) -> Self {
        let values: Vec<Option<f64>> = values.into_iter().map(|value| value.filter(|x| x.is_finite())).collect();
        let present: Vec<f64> = values.iter().flatten().copied().collect();
        Self { name: name.to_owned(), mean: average(&values), se: standard_error(&present), values }
    }
}

fn average(values: &[Option<f64>]) -> Option<f64> {
    let present: Vec<f64> = values.iter().flatten().copied().collect();
    (!present.is_empty()).then(|| mean(&present))
}

/// Searched minus preferred single candidate; a seed whose candidates all diverged has no pair.
fn verdict(task: Task, names: &[String], trials: &[Trial]) -> Verdict {
    let larger_is_better = metrics::larger_is_better(task);
    let (mut differences, mut preferred) = (Vec::new(), Vec::new());
    for trial in trials {
        let single = trial.preferred().and_then(|i| Some((i, trial.baselines[i].as_ref()?)));
        let Some((i, single)) = single else { continue };
        preferred.push(names[i].clone());
        differences.push(trial.searched.test.metric - single.test.metric);
    }
    let interval = t_interval(&differences);
    Verdict {
        outcome: judge(interval, larger_is_better),
        larger_is_better,
        difference: average(&differences.iter().copied().map(Some).collect::<Vec<_>>()),
        interval,
        preferred,
    }
}

/// Won or lost when the interval excludes 0, else tied.
pub fn judge(interval: Option<[f64; 2]>, larger_is_better: bool) -> Judgement {
    match interval {
        Some([low, _]) if low > 0.0 => {
            if larger_is_better {
                Judgement::Won
            } else {
                Judgement::Lost
            }
        }
        Some([_, high]) if high < 0.0 => {
            if larger_is_better {
                Judgement::Lost
            } else {
                Judgement::Won
            }
        }
        _ => Judgement::Tied,
    }
}

/// How well a status vouches for a hypergradient: 0 is best.
fn weakness(status: Status) -> usize {
    match status {
        Status::Exact | Status::Converged { .. } => 0,
        Status::Unrolled { .. } => 1,
        Status::Damped { .. } => 2,
        Status::Failed => 3,
    }
}

/// The word for a status in files.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Exact => "exact",
        Status::Converged { .. } => "converged",
        Status::Unrolled { .. } => "unrolled",
        Status::Damped { .. } => "damped",
        Status::Failed => "failed",
    }
}

/// Why a search ended, as a record has it.
pub(super) fn reason(stop: Stop) -> &'static str {
    match stop {
        Stop::Stationary => "stationary",
        Stop::StepLimit => "step limit",
        Stop::NoDecrease => "no decrease",
        Stop::Exhausted => "all tried",
        Stop::Noise => "noise",
    }
}

fn hypergradients(method: String, trials: &[Trial]) -> HypergradientRecord {
    let last = |trial: &Trial| trial.found.hypergradient.evidence;
    let weakest = trials.iter().map(|trial| last(trial).status).max_by_key(|status| weakness(*status));
    let of = |get: fn(&Health) -> usize| trials.iter().map(|trial| get(&trial.health)).sum();
    let errors: Option<Vec<f64>> = trials.iter().map(|trial| trial.health.error).collect();
    HypergradientRecord {
        method,
        status: weakest.map_or("failed", word).to_owned(),
        hvps: of(|health| health.products),
        residual: trials.iter().map(|trial| last(trial).adjoint_residual).fold(0.0, f64::max),
        error: errors.map(|errors| errors.into_iter().fold(0.0, f64::max)),
        skipped: of(|health| health.skipped),
    }
}

fn of_seed(setting: &Setting, model: &Mlp, trial: &Trial) -> SeedRecord {
    SeedRecord {
        alpha: model.by_layer(&trial.found.alpha),
        val_loss: trial.searched.validation.loss,
        outer_steps: trial.found.path.len(),
        stop: reason(trial.found.stop).to_owned(),
        gap: setting.space(1).convex().is_some().then_some(trial.found.gap),
        inner_steps: trial.health.steps,
        status: word(trial.found.hypergradient.evidence.status).to_owned(),
        flipped: trial.flipped.clone(),
        polish: spectral::polish(trial),
        tuned: tuned(trial, model),
    }
}

fn tuned(trial: &Trial, model: &Mlp) -> Option<TunedRecord> {
    let Tuned { ridge, validation, alpha, .. } = trial.tuned.as_ref()?;
    let alpha = if alpha.is_empty() { Vec::new() } else { model.by_layer(alpha) };
    let of_frame = |suspect: Suspect| Suspect { row: trial.parts.train[suspect.row], ..suspect };
    let suspects = trial.tuned.iter().flat_map(Tuned::suspects).map(of_frame).collect();
    Some(TunedRecord { val_loss: *validation, ridge: ridge.clone(), alpha, suspects })
}

/// What was tuned in one seed, a sentence each.
fn tuned_notes(trial: &Trial, model: &Mlp) -> Vec<String> {
    /// So many suspects are named here; all are in the file.
    const NAMED: usize = 20;
    let Some(TunedRecord { val_loss: [before, after], ridge, alpha, suspects }) = tuned(trial, model) else {
        return Vec::new();
    };
    let [before, after] = [before, after].map(figure);
    let ridges: Vec<String> = ridge.iter().map(|ridge| format!("{ridge:.1e}")).collect();
    let moved =
        alpha.concat().concat().iter().zip(&trial.found.alpha).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let how = if alpha.is_empty() {
        "at the found mixture".to_owned()
    } else {
        format!("together with the mixture, which moved by {}", figure(moved))
    };
    let mut notes = vec![format!("tuned {how}: the validation loss fell from {before} to {after}")];
    notes.extend((!ridge.is_empty()).then(|| format!("tuned ridges, layer by layer: {}", ridges.join(", "))));
    if trial.tuned.as_ref().is_some_and(|tuned| !tuned.weights.is_empty()) {
        let named: Vec<String> = suspects.iter().take(NAMED).map(|suspect| suspect.row.to_string()).collect();
        let (n, more) = (suspects.len(), if suspects.len() > NAMED { ", ... (all in result.json)" } else { "" });
        let list = if n == 0 {
            String::new()
        } else {
            format!(", rows from 0, most suspect first: {}{more}", named.join(", "))
        };
        notes.push(format!("{n} of {} training rows may be mislabelled{list}", trial.parts.train.len()));
    }
    notes
}

/// How many classes were replaced in one seed, and how many of these rows are suspects.
fn flipped_notes(trial: &Trial, model: &Mlp) -> Vec<String> {
    let (flipped, rows) = (&trial.flipped, trial.parts.train.len());
    if flipped.is_empty() {
        return Vec::new();
    }
    let replaced = flipped.len();
    let mut notes = vec![format!("the classes of {replaced} of {rows} training rows were replaced at random")];
    if trial.tuned.as_ref().is_some_and(|tuned| !tuned.weights.is_empty()) {
        let suspects = tuned(trial, model).map_or_else(Vec::new, |tuned| tuned.suspects);
        let found = suspects.iter().filter(|suspect| flipped.binary_search(&suspect.row).is_ok()).count();
        let share = |of: usize| found as f64 / of.max(1) as f64;
        notes.push(format!(
            "{found} of the {} suspects are such rows: precision {:.2} (chance: {:.2}), recall {:.2}",
            suspects.len(),
            share(suspects.len()),
            replaced as f64 / rows as f64,
            share(replaced)
        ));
    }
    notes
}

/// How many fits ended above their tolerance and what helps, from sums over the seeds.
fn fits_above_tolerance(sum: impl Fn(fn(&Health) -> usize) -> usize) -> Option<String> {
    let all: [fn(&Health) -> usize; 3] = [|health| health.evaluations, |health| health.loose, |health| health.stuck];
    let [fits, loose, stuck] = all.map(sum);
    let limit = (loose > stuck).then(|| format!("{} at their last step (more --inner-steps help)", loose - stuck));
    let stuck = (stuck > 0)
        .then(|| format!("{stuck} where rounding or a kink left no way down (--precision double or no relu may help)"));
    let how = [limit, stuck].into_iter().flatten().collect::<Vec<_>>().join(", ");
    (loose > 0).then(|| {
        format!(
            "{loose} of {fits} fits of the search ended above --tol, and their hypergradients are less exact: {how}"
        )
    })
}

/// What the reader, the preprocessing of the best seed, the settings and the search have to say.
fn notes(
    (frame, model): (&Frame, &Mlp),
    warnings: Vec<String>,
    names: &[String],
    trials: &[Trial],
    best: usize,
) -> Vec<String> {
    let skipped: usize = trials.iter().map(|trial| trial.health.skipped).sum();
    let reason = || trials.iter().find(|trial| trial.health.skipped > 0).map_or("", |trial| &trial.health.reason);
    let sum = |get: fn(&Health) -> usize| trials.iter().map(|trial| get(&trial.health)).sum::<usize>();
    let (damped, loose) = (sum(|health| health.damped), fits_above_tolerance(sum));
    let diverged = |i: &usize| trials.iter().filter(|trial| trial.baselines[*i].is_none()).count();
    let begun = trials.iter().filter_map(|trial| trial.fallback.as_ref()).collect::<Vec<_>>();
    let begun = begun.first().map(|first| match (begun.len(), trials.len()) {
        (all, seeds) if all == seeds => format!("in every seed {first}"),
        (some, seeds) => format!("in {some} of {seeds} seeds {first}"),
    });
    let lost = (0..names.len()).filter(|i| diverged(i) > 0);
    frame
        .notes
        .iter()
        .chain(&trials[best].preprocess.notes)
        .cloned()
        .chain(warnings)
        .chain(begun)
        .chain(spectral::notes(trials))
        .chain(tuned_notes(&trials[best], model))
        .chain(flipped_notes(&trials[best], model))
        .chain((skipped > 0).then(|| {
            let steps = if skipped == 1 { "1 proposed step".to_owned() } else { format!("{skipped} proposed steps") };
            format!("{steps} had no verified hypergradient and could not be taken: {}", reason())
        }))
        .chain(loose)
        .chain((damped > 0).then(|| {
            let many = if damped == 1 { "1 hypergradient".to_owned() } else { format!("{damped} hypergradients") };
            format!("{many} needed damping, which is a bias")
        }))
        .chain(lost.map(|i| match (diverged(&i), trials.len()) {
            (times, all) if times == all => format!("{} alone diverged in every seed: it has no figures", names[i]),
            (times, all) => {
                format!("{} alone diverged in {times} of {all} seeds; its figures are of the others", names[i])
            }
        }))
        .collect()
}
