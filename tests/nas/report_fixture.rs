//! Runs that never were: results and logs of several shapes for the tests of the page.
use nas::data::Task;
use nas::diagnose::Finding;
use nas::run::{
    Compared, ConfusedRecord, DiagnosisRecord, HypergradientRecord, IntervalRecord, Judgement, LogLine, Metric,
    PredictionRecord, Provenance, SCHEMA_VERSION, SearchResult, SeedRecord, SlopeRecord, TheoryRecord, VarianceRecord,
    Verdict,
};
use nas::stats::{mean, standard_error, t_interval};

/// What a run looks like.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) task: Task,
    pub(crate) layers: usize,
    pub(crate) groups: usize,
    pub(crate) seeds: usize,
    /// Of [`CANDIDATES`], at least the first eight.
    pub(crate) candidates: usize,
    /// How much better the searched mixture is than the preferred candidate, in the spread of the seeds.
    pub(crate) lead: f64,
    pub(crate) dataset: &'static str,
}

impl Default for Shape {
    fn default() -> Self {
        Self { task: Task::Classification, layers: 1, groups: 1, seeds: 5, candidates: 8, lead: 0.4, dataset: "digits" }
    }
}

/// All parts of a run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) result: SearchResult,
    pub(crate) log: Vec<LogLine>,
    pub(crate) config: String,
    pub(crate) command: String,
}

const STEPS: usize = 24;
const CANDIDATES: [&str; 11] =
    ["relu", "tanh", "sigmoid", "softplus", "silu", "gelu", "sin", "identity", "elu", "square", "erf"];

/// A number between −1 and 1 that looks random.
fn noise(key: usize) -> f64 {
    let x = (key as f64 * 12.9898).sin() * 43758.5453;
    2.0 * (x - x.floor()) - 1.0
}

/// The coefficients of a seed's mixture after some steps: from equal ones towards its end.
fn alpha(shape: &Shape, seed: usize, mixture: usize, step: usize) -> Vec<f64> {
    let pull = 1.0 - (-(step as f64) / 7.0).exp();
    let end = |i: usize| {
        let near_zero = [2, 7].contains(&((i + mixture) % 8));
        if near_zero { -9.0 } else { 1.6 * noise(31 * mixture + i) + 0.25 * noise(7 * seed + 3 * i + 1) }
    };
    let scores: Vec<f64> = (0..shape.candidates).map(|i| (pull * end(i)).exp()).collect();
    let total: f64 = scores.iter().sum();
    scores.iter().map(|score| score / total).collect()
}

fn metric(name: &str, values: Vec<Option<f64>>) -> Metric {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let some = (!known.is_empty()).then(|| mean(&known));
    Metric { name: name.into(), mean: some, se: standard_error(&known), values }
}

/// Figures of one choice; `rank` orders the choices.
fn compared(shape: &Shape, rank: f64, key: usize) -> Compared {
    let values = |middle: f64, spread: f64, key: usize| -> Vec<Option<f64>> {
        (0..shape.seeds)
            .map(|seed| Some(middle + spread * (0.8 * noise(seed + 3) + 0.4 * noise(97 * key + seed))))
            .collect()
    };
    let (name, middle, spread) = match shape.task {
        Task::Classification => ("accuracy", 0.981 - 0.004 * rank, 0.004),
        Task::Regression => ("RMSE", 3.21 + 0.25 * rank, 0.25),
    };
    let also = match shape.task {
        Task::Classification => vec![("log-loss", 0.071 + 0.01 * rank), ("balanced accuracy", 0.979 - 0.004 * rank)],
        Task::Regression => vec![("R2", 0.86 - 0.03 * rank)],
    };
    let scale = |value: f64| if value > 0.5 { 0.004 } else { 0.002 };
    let also = also.into_iter().enumerate();
    Compared {
        train_loss: Some(0.012 + 0.002 * rank),
        val_loss: Some(0.068 + 0.009 * rank),
        test_loss: Some(0.071 + 0.01 * rank),
        test_metric: metric(name, values(middle, spread, key)),
        test_also: also.map(|(i, (name, v))| metric(name, values(v, scale(v), key + 50 * (i + 1)))).collect(),
    }
}

fn log(shape: &Shape) -> Vec<LogLine> {
    let line = |seed: usize, step: usize| {
        let left = (-(step as f64) / 6.0).exp();
        LogLine {
            seed,
            step,
            alpha: (0..shape.layers * shape.groups).flat_map(|m| alpha(shape, seed, m, step)).collect(),
            train_loss: Some(0.013 + 0.004 * left + 0.001 * noise(seed)),
            val_loss: 0.068 + 0.05 * left + 0.006 * noise(seed + 11),
            stationarity: 0.2 * left * left * (1.3 + noise(seed * 40 + step)),
            gap: Some(0.3 * left),
            eta: if step == 0 { 0.0 } else { 0.5 },
            inner_steps: 130 * (step + 1),
            inner_residual: Some(1e-7),
            hvps: 21 * step,
            residual: 3.1e-9,
            status: "converged".into(),
            skipped: 0,
        }
    };
    let last = |seed: usize| STEPS - 3 * (seed % 3);
    (0..shape.seeds).flat_map(|seed| (0..=last(seed)).map(move |step| line(seed, step))).collect()
}

fn seed_record(shape: &Shape, seed: usize) -> SeedRecord {
    let last = STEPS - 3 * (seed % 3);
    let mixture = |m: usize| alpha(shape, seed, m, last);
    let layer = |l: usize| (0..shape.groups).map(|g| mixture(l * shape.groups + g)).collect();
    SeedRecord {
        alpha: (0..shape.layers).map(layer).collect(),
        val_loss: 0.068 + 0.006 * noise(seed + 11),
        outer_steps: last,
        stop: if seed.is_multiple_of(3) { "step limit" } else { "stationary" }.into(),
        gap: Some(2e-3),
        inner_steps: 130 * (last + 1),
        status: "converged".into(),
        flipped: Vec::new(),
        polish: None,
        tuned: None,
    }
}

/// The verdict on the figures as they stand.
fn verdict(shape: &Shape, searched: &Compared, preferred: &[(&str, &Compared)]) -> Verdict {
    let pairs = searched.test_metric.values.iter().zip(preferred).enumerate();
    let differences: Vec<f64> =
        pairs.filter_map(|(seed, (a, (_, b)))| Some((*a)? - b.test_metric.values[seed]?)).collect();
    let (larger, interval) = (shape.task == Task::Classification, t_interval(&differences));
    let outcome = match interval {
        Some([lo, _]) if lo > 0.0 => {
            if larger {
                Judgement::Won
            } else {
                Judgement::Lost
            }
        }
        Some([_, hi]) if hi < 0.0 => {
            if larger {
                Judgement::Lost
            } else {
                Judgement::Won
            }
        }
        _ => Judgement::Tied,
    };
    let preferred = preferred.iter().map(|(name, _)| (*name).to_owned()).collect();
    Verdict { outcome, larger_is_better: larger, difference: Some(mean(&differences)), interval, preferred }
}

/// A run of this shape.
pub(crate) fn run(shape: &Shape) -> Run {
    let ranks = [1.6, 1.1, 2.4, 1.3, 0.7, 0.5, 3.0, 9.0, 1.2, 3.5, 1.4];
    let candidates = &CANDIDATES[..shape.candidates];
    let singles: Vec<(&str, Compared)> =
        candidates.iter().zip(ranks).enumerate().map(|(i, (name, rank))| (*name, compared(shape, rank, i))).collect();
    let searched = compared(shape, 0.5 - shape.lead, 20);
    let preferred: Vec<(&str, &Compared)> = (0..shape.seeds)
        .map(|seed| if seed % 3 == 1 { &singles[4] } else { &singles[5] })
        .map(|(name, compared)| (*name, compared))
        .collect();
    let seeds: Vec<SeedRecord> = (0..shape.seeds).map(|seed| seed_record(shape, seed)).collect();
    let best_seed = shape.seeds / 2;
    let result = SearchResult {
        schema_version: SCHEMA_VERSION,
        dataset: shape.dataset.into(),
        task: shape.task,
        n_train: 1078,
        n_val: 359,
        n_test: 360,
        seed: 0,
        candidates: candidates.iter().map(ToString::to_string).collect(),
        best_seed,
        alpha: seeds[best_seed].alpha.clone(),
        space: nas::space::Shape::Simplex,
        outer: "exponentiated-gradient".into(),
        strategy: nas::trial::Strategy::Gradient,
        evaluations: 105,
        rivals: Vec::new(),
        referee: None,
        hypergradient: HypergradientRecord {
            method: "implicit".into(),
            status: "converged".into(),
            hvps: 12_480,
            residual: 8.213_411e-9,
            error: Some(2.1e-7),
            skipped: 0,
        },
        discretised: compared(shape, 0.6 - shape.lead, 21),
        verdict: verdict(shape, &searched, &preferred),
        baselines: singles.iter().map(|(name, compared)| ((*name).to_owned(), compared.clone())).collect(),
        searched,
        theory: theory(&seeds[best_seed].alpha),
        seeds,
        notes: vec!["3 columns are constant and were left out.".into()],
        provenance: provenance(),
        seconds: 83.412_345_678,
    };
    Run { result, log: log(shape), config: CONFIG.into(), command: "nas search --config config.toml".into() }
}

/// 0.1 to either side of each coefficient.
fn intervals(alpha: &[Vec<Vec<f64>>]) -> IntervalRecord {
    let moved = |by: f64| {
        let mixture = |mixture: &Vec<f64>| mixture.iter().map(|a| (a + by).clamp(0.0, 1.0)).collect();
        alpha.iter().map(|groups| groups.iter().map(mixture).collect()).collect()
    };
    let pair = ["relu", "gelu"].map(String::from);
    let confused = vec![ConfusedRecord { mixture: 0, pair, reason: "wide".into() }];
    IntervalRecord { low: moved(-0.1), high: moved(0.1), confused }
}

fn theory(alpha: &[Vec<Vec<f64>>]) -> TheoryRecord {
    let diagnosis =
        |name: &str, finding, sentence: &str| DiagnosisRecord { name: name.into(), finding, sentence: sentence.into() };
    TheoryRecord {
        effective_dimension: 7.0,
        covering_constant: 3.0,
        delta: 0.05,
        loss_range: 1.0,
        lipschitz: 0.412_345_678_9,
        gap: 0.213_456_789,
        standing: "estimate".into(),
        rows_for_half: Some(14_560),
        candidates_gap: 0.089_123_456,
        slope: 2.345_678_9e-3,
        noise_floor: Some(0.012_345_678),
        by_variance: Some(VarianceRecord { val_loss: 0.21, variance: 0.04, gap: 0.187_654_321 }),
        hypergradients: Some(SlopeRecord {
            gap: 0.876_543_21,
            gradient_bound: 2.5,
            gradient_lipschitz: 1.25,
            noise: Some(true),
        }),
        predictions: Some(PredictionRecord {
            pairs: 55,
            lipschitz: 3.256_789,
            median: 0.5,
            jumps: 0,
            loss_lipschitz: 1.25,
        }),
        mismatch: Some(0.0),
        first_layer: None,
        intervals: Some(intervals(alpha)),
        sentences: vec!["The search chose in 7 dimensions.".into(), "Except with probability 0.05, it holds.".into()],
        diagnoses: vec![
            diagnosis("noise floor", Finding::Clear, "The hypergradient fell below its noise."),
            diagnosis("collapse", Finding::Found, "Mixture 1 gives its weight to identity. Leave it out."),
            diagnosis("discretisation gap", Finding::Unknown, "Run more --seeds to tell."),
        ],
    }
}

fn provenance() -> Provenance {
    let data_sha256 = "0123456789abcdef".repeat(4);
    Provenance { version: "0.6.0".into(), isa: "avx2".into(), threads: 2, data_sha256 }
}

const CONFIG: &str = "seed = 0\nseeds = 5\nspace = \"simplex\"\nmethod = \"implicit\"\nhidden = [64]\ngroups = 1\nlambda = 0.001\nouter_steps = 24\n";
