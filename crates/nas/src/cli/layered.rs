//! Settings with the file and the assignments below them.

use clap::{ArgMatches, Args};
use nas::run::{ConfigError, Settings, Sources, resolve};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Layered<S: Settings> {
    /// Read settings from a TOML file, as `nas config` prints it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Change one setting by its name, the flag's with _ for -; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    flags: S,
}

impl<S: Settings> Layered<S> {
    /// The settings; `matches` are those of their command.
    pub(crate) fn resolve(&self, matches: &ArgMatches) -> Result<S, ConfigError> {
        self.resolve_over(S::default(), matches)
    }

    /// The settings, over `base` in place of the defaults.
    pub(crate) fn resolve_over(&self, base: S, matches: &ArgMatches) -> Result<S, ConfigError> {
        resolve(base, Sources { file: self.config.as_deref(), assignments: &self.set, flags: &self.flags, matches })
    }
}
