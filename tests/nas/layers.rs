//! What the command line would resolve, for tests of settings.
use clap::Command;
use nas::run::{ConfigError, Settings, Sources, resolve};
use std::path::Path;

/// The settings of this file, these `--set` and these flags.
pub(crate) fn resolved<S: Settings>(
    file: Option<&Path>,
    assignments: &[&str],
    flags: &[&str],
) -> Result<S, ConfigError> {
    let command = S::augment_args(Command::new("nas")).no_binary_name(true);
    let matches = command.try_get_matches_from(flags).unwrap();
    let assignments: Vec<String> = assignments.iter().map(ToString::to_string).collect();
    let flags = S::from_arg_matches(&matches).unwrap();
    resolve(S::default(), Sources { file, assignments: &assignments, flags: &flags, matches: &matches })
}

/// The settings when no flag is given, as clap has them.
pub(crate) fn of_clap<S: Settings>() -> S {
    let command = S::augment_args(Command::new("nas")).no_binary_name(true);
    S::from_arg_matches(&command.try_get_matches_from([""; 0]).unwrap()).unwrap()
}
