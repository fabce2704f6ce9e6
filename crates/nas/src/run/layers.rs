//! Where settings come from: defaults, then the file, then `--set`, then flags; the last one to speak wins.

use super::Config;
use crate::suggest::nearest;
use clap::ArgMatches;
use clap::parser::ValueSource;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A setting that cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}; check the path after --config", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML: {source}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: toml::de::Error,
    },
    /// `--set` without a key and a value.
    #[error("--set {given} is not key=value; write for example --set lambda=1e-3")]
    Assignment {
        /// What was given.
        given: String,
    },
    /// No such setting.
    #[error("there is no setting {key:?} (in {origin}); {}", advice(nearest))]
    Unknown {
        /// The unknown name.
        key: String,
        /// Where it stands.
        origin: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// A value of the wrong type.
    #[error("a setting in {origin} has the wrong type: {message}; see `nas config` for every setting with its default")]
    Type {
        /// Where it stands.
        origin: String,
        /// What was expected.
        message: String,
    },
    /// A value that no run can use.
    #[error("{key} = {value}: it must be {need}")]
    Range {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        need: String,
    },
    /// A run that is too large.
    #[error("the Gram matrices of one seed need {gigabytes:.1} GB, more than {most} GB; lower n_train or n_test")]
    Memory {
        /// What they need.
        gigabytes: f64,
        /// What is allowed.
        most: f64,
    },
}

fn advice(nearest: &Option<String>) -> String {
    match nearest {
        Some(name) => format!("did you mean {name:?}?"),
        None => "`nas config` lists them all".to_owned(),
    }
}

/// What the command line says about settings.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `--config FILE`.
    pub file: Option<&'a Path>,
    /// Every `--set KEY=VALUE`, in order.
    pub assignments: &'a [String],
    /// The settings as flags gave them, defaults included.
    pub flags: &'a Config,
    /// Which of the flags were given.
    pub matches: &'a ArgMatches,
}

/// Puts the layers together and checks the result.
pub fn resolve(sources: Sources<'_>) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    if let Some(path) = sources.file {
        config = overlay(&config, read(path)?, &path.display().to_string())?;
    }
    for given in sources.assignments {
        config = overlay(&config, assignment(given)?, &format!("--set {given}"))?;
    }
    let mut flags = table(sources.flags)?;
    flags.retain(|key, _| sources.matches.value_source(key) == Some(ValueSource::CommandLine));
    config = overlay(&config, flags, "the flags")?;
    config.check()?;
    Ok(config)
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.into(), source })?;
    text.parse().map_err(|source| ConfigError::Syntax { path: path.into(), source })
}

/// `key=value` with a TOML value; what is not TOML is a string.
fn assignment(given: &str) -> Result<Table, ConfigError> {
    let (key, value) = given.split_once('=').ok_or_else(|| ConfigError::Assignment { given: given.to_owned() })?;
    let parsed = format!("value = {value}").parse().ok().and_then(|mut table: Table| table.remove("value"));
    let value = parsed.unwrap_or_else(|| Value::String(value.trim().to_owned()));
    Ok(Table::from_iter([(key.trim().to_owned(), value)]))
}

/// `base` with the entries of `layer` put over it.
fn overlay(base: &Config, layer: Table, origin: &str) -> Result<Config, ConfigError> {
    let mut settings = table(base)?;
    for (key, value) in layer {
        if !settings.contains_key(&key) {
            let nearest = nearest(&key, settings.keys().map(String::as_str)).map(str::to_owned);
            return Err(ConfigError::Unknown { key, origin: origin.to_owned(), nearest });
        }
        settings.insert(key, value);
    }
    settings.try_into().map_err(|error: toml::de::Error| wrong_type(origin, &error))
}

fn table(config: &Config) -> Result<Table, ConfigError> {
    let error =
        |error: toml::ser::Error| ConfigError::Type { origin: "the settings".into(), message: error.to_string() };
    Table::try_from(config).map_err(error)
}

fn wrong_type(origin: &str, error: &toml::de::Error) -> ConfigError {
    let message = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    ConfigError::Type { origin: origin.to_owned(), message }
}
