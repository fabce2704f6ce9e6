//! How a run is configured and on what it runs.

mod config;
mod layers;

pub use config::{Config, documented};
pub use layers::{ConfigError, Sources, resolve};

/// The one thread pool of a run.
pub fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build()
}
