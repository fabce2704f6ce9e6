//! How a run is configured, on what it runs, and what it writes down.

mod config;
mod documented;
mod error;
mod invocation;
mod layers;
mod record;
mod rules;

pub use config::{Config, Start};
pub use documented::documented;
pub use error::ConfigError;
pub use invocation::Invocation;
pub use layers::{Settings, Sources, resolve};
pub use record::{
    Compared, HypergradientRecord, Judgement, LogLine, Metric, Provenance, SCHEMA_VERSION, SearchResult, SeedRecord,
    Verdict,
};

/// The one thread pool of a run.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()
}
