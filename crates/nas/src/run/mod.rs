//! How a run is configured, on what it runs, and what it writes down.

mod config;
mod layers;
mod record;

pub use config::{Config, documented};
pub use layers::{ConfigError, Sources, resolve};
pub use record::{
    Compared, HypergradientRecord, Judgement, LogLine, Metric, Provenance, SCHEMA_VERSION, SearchResult, SeedRecord,
    Verdict,
};

/// The one thread pool of a run.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()
}
