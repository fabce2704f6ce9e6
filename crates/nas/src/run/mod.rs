//! How a run is configured, on what it runs, and what it writes down.

mod config;
mod documented;
mod error;
mod folder;
mod invocation;
mod layers;
mod network;
mod posed;
mod predict;
mod record;
mod rules;
mod search;
mod spectral;
mod summary;
mod theory;
mod weighing;

pub use config::{Config, FitStart};
pub use documented::documented;
pub use error::ConfigError;
pub use folder::{FILES, Folder, FolderError, Log, MKL_FILES};
pub use invocation::Invocation;
pub use layers::{Settings, Sources, resolve};
pub use network::{NetworkError, Trained};
pub use predict::{PredictError, predict};
pub use record::{
    Compared, HypergradientRecord, Judgement, LogLine, Metric, PolishRecord, Provenance, RefereeRecord, RivalRecord,
    SCHEMA_VERSION, SearchResult, SeedRecord, TunedRecord, Verdict,
};
pub use search::{Finished, RunError, search};
pub use summary::{Context, best, judge, summary};
pub use theory::{
    ConfusedRecord, DiagnosisRecord, FirstLayerRecord, IntervalRecord, PredictionRecord, SignalRecord, SlopeRecord,
    TheoryRecord, VarianceRecord,
};
pub use weighing::{
    By, Labels, PathRecord, WeighError, WeighSettings, WeighTheory, Weighed, WeighedMethod, WeighedSeed, points, weigh,
};

/// The one thread pool of a run.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()
}
