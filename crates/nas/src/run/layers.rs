//! Where settings come from: defaults, then the file, then `--set`, then flags; the last one to speak wins.

use super::ConfigError;
use crate::suggest::nearest;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use toml::{Table, Value};

/// Settings that come in layers: every field is a flag, and under the same name (`_` for `-`) a key of the file and of
/// `--set`. A field that is an `Option` is left out where it is `None`; an empty text unsets it.
pub trait Settings: Args + DeserializeOwned + Serialize + Default {
    /// The command that prints them all with their meaning.
    const SHOWN_BY: &'static str;

    /// Refuses values that no run can use.
    fn check(&self) -> Result<(), ConfigError>;
}

/// What the command line says about settings.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a, S> {
    /// `--config FILE`.
    pub file: Option<&'a Path>,
    /// Every `--set KEY=VALUE`, in order.
    pub assignments: &'a [String],
    /// The settings as flags gave them, defaults included.
    pub flags: &'a S,
    /// Which of the flags were given.
    pub matches: &'a ArgMatches,
}

/// Puts the layers together, over `base`, and checks the result.
pub fn resolve<S: Settings>(base: S, sources: Sources<'_, S>) -> Result<S, ConfigError> {
    let mut settings = base;
    if let Some(path) = sources.file {
        settings = overlay(&settings, read(path)?, &path.display().to_string())?;
    }
    for given in sources.assignments {
        settings = overlay(&settings, assignment(given)?, &format!("--set {given}"))?;
    }
    let mut flags = table(sources.flags)?;
    flags.retain(|key, _| sources.matches.value_source(key) == Some(ValueSource::CommandLine));
    settings = overlay(&settings, flags, "the flags")?;
    settings.check()?;
    Ok(settings)
}

/// The flags of these settings, with names and help texts.
pub(super) fn flags<S: Settings>() -> Vec<Arg> {
    S::augment_args(Command::new("settings")).get_arguments().cloned().collect()
}

/// The settings as a table; what is `None` is not in it.
pub(super) fn table<S: Settings>(settings: &S) -> Result<Table, ConfigError> {
    Table::try_from(settings).map_err(|error| wrong_type::<S>("the flags", &error.to_string()))
}

fn read(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.into(), source })?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        ConfigError::Syntax { path: path.into(), line, message: one_line(error.message()) }
    })
}

fn assignment(given: &str) -> Result<Table, ConfigError> {
    let (key, value) = given.split_once('=').ok_or_else(|| ConfigError::Assignment { given: given.to_owned() })?;
    Ok(Table::from_iter([(key.trim().to_owned(), parsed(value))]))
}

/// A TOML value; what is not TOML is a string.
fn parsed(text: &str) -> Value {
    let value = format!("value = {text}").parse().ok().and_then(|mut table: Table| table.remove("value"));
    value.unwrap_or_else(|| Value::String(text.trim().to_owned()))
}

/// `base` with the entries of `layer` put over it.
fn overlay<S: Settings>(base: &S, layer: Table, origin: &str) -> Result<S, ConfigError> {
    let (flags, always) = (flags::<S>(), table(&S::default())?);
    let mut settings = table(base)?;
    for (key, value) in layer {
        let Some(flag) = flags.iter().find(|flag| flag.get_id() == &*key) else {
            let nearest = nearest(&key, flags.iter().map(|flag| flag.get_id().as_str())).map(str::to_owned);
            return Err(ConfigError::Unknown { key, origin: origin.to_owned(), nearest, shown_by: S::SHOWN_BY });
        };
        if value.as_str() == Some("") && !always.contains_key(&key) {
            settings.remove(&key);
            continue;
        }
        let value = if flag.get_value_delimiter().is_some() { list(value) } else { value };
        is_a_choice(flag, &value, origin)?;
        // By itself, for an error of flattened settings does not name the key.
        let mut alone = table(base)?;
        alone.insert(key.clone(), value.clone());
        alone.try_into::<S>().map_err(|error| wrong_type::<S>(origin, &format!("{} in `{key}`", error.message())))?;
        settings.insert(key, value);
    }
    settings.try_into().map_err(|error: toml::de::Error| wrong_type::<S>(origin, &error.to_string()))
}

/// A list written as its only element, or as on the command line with commas.
fn list(value: Value) -> Value {
    match value {
        Value::Array(_) => value,
        Value::String(text) => text.split(',').map(parsed).collect::<Vec<_>>().into(),
        one => vec![one].into(),
    }
}

/// Refuses a word that is not one of those that the flag takes.
fn is_a_choice(flag: &Arg, value: &Value, origin: &str) -> Result<(), ConfigError> {
    let choices: Vec<String> = flag.get_possible_values().iter().map(|choice| choice.get_name().to_owned()).collect();
    match value.as_str() {
        Some(word) if !choices.is_empty() && !choices.iter().any(|choice| choice == word) => Err(ConfigError::Choice {
            key: flag.get_id().to_string(),
            value: word.to_owned(),
            origin: origin.to_owned(),
            nearest: nearest(word, choices.iter().map(String::as_str)).map(str::to_owned),
            choices,
        }),
        _ => Ok(()),
    }
}

fn wrong_type<S: Settings>(origin: &str, message: &str) -> ConfigError {
    ConfigError::Type { origin: origin.to_owned(), message: one_line(message), shown_by: S::SHOWN_BY }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
