//! E0's settings: layers, typos, and the file that documents itself.
use crate::files::File;
use crate::layers::{of_clap, resolved as layered};
use nas::experiments::RunAs;
use nas::experiments::e0::{self, Settings};
use nas::run::{ConfigError, documented};
use std::path::Path;

fn resolved(file: Option<&Path>, assignments: &[&str], flags: &[&str]) -> Result<Settings, ConfigError> {
    layered(file, assignments, flags)
}

#[test]
fn the_defaults_are_those_of_the_experiment() {
    let settings = resolved(None, &[], &[]).unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!(of_clap::<Settings>(), Settings::default());
    assert_eq!(settings.options(), e0::Options::default());
}

#[test]
fn the_last_layer_to_speak_wins() {
    let file = File::new("e0-layers.toml", "seeds = 2\nlambda = 1\nn_test = 50\nthreads = 1\n");
    let settings = resolved(Some(file.path()), &["lambda=2", "n_test=60", "lambda = 3"], &["--n-test", "70"]).unwrap();
    let run_as = RunAs { threads: 1, ..RunAs::default() };
    let want = Settings { run_as, seeds: 2, lambda: 3.0, n_test: 70, ..Settings::default() };
    assert_eq!(settings, want);
}

/// A flag that repeats the default is still a flag.
#[test]
fn a_flag_at_its_default_overrides_the_file() {
    let file = File::new("e0-default.toml", "seeds = 2");
    assert_eq!(resolved(Some(file.path()), &[], &["--seeds", "20"]).unwrap().seeds, 20);
}

#[test]
fn the_printed_settings_are_a_file_for_themselves() {
    let run_as = RunAs { seed: 9, ..RunAs::default() };
    let settings = Settings { run_as, lambda: 1e-7, n_train: 12, ..Settings::default() };
    let text = documented(&settings).unwrap();
    let file = File::new("e0-printed.toml", &text);
    assert_eq!(resolved(Some(file.path()), &[], &[]).unwrap(), settings);
    let (comments, values): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("# "));
    assert_eq!(comments.len(), values.len(), "a setting without its meaning:\n{text}");
}

#[test]
fn typos_get_a_suggestion() {
    let error = resolved(None, &["lamda=1"], &[]).unwrap_err().to_string();
    assert!(error.contains("\"lamda\"") && error.contains("did you mean \"lambda\"?"), "{error}");
    let file = File::new("e0-typo.toml", "n_trian = 3");
    let error = resolved(Some(file.path()), &[], &[]).unwrap_err().to_string();
    assert!(error.contains("typo.toml") && error.contains("\"n_train\""), "{error}");
    let error = resolved(None, &["qqqq=1"], &[]).unwrap_err().to_string();
    assert!(error.contains("`nas config E0` lists them all"), "{error}");
}

#[test]
fn bad_input_is_an_error_that_names_its_place() {
    let message = |assignment: &str| resolved(None, &[assignment], &[]).unwrap_err().to_string();
    assert!(message("lambda").contains("not key=value"));
    assert!(message("lambda=abc").contains("--set lambda=abc"));
    assert!(message("seeds=-1").contains("`seeds`"));
    assert!(message("seeds=1.5").contains("wrong type"));
    assert!(message("lambda=nan").contains("not negative"));
    assert!(message("lambda=inf").contains("finite"));
    assert!(message("net_width=7").contains("even"));
    assert!(message("n_test=0").contains("at least 1"));
    assert!(message("seeds=1\nlambda").contains("wrong type"));
    assert!(message("=").contains("no setting"));
    assert!(message("seeds=99999999999").contains("at most"));
    let missing = resolved(Some(Path::new("/nowhere/run.toml")), &[], &[]).unwrap_err().to_string();
    assert!(missing.contains("/nowhere/run.toml") && missing.contains("--config"));
    let file = File::new("e0-syntax.toml", "seed = 1\nseeds = = 2");
    let error = resolved(Some(file.path()), &[], &[]).unwrap_err();
    assert!(matches!(error, ConfigError::Syntax { line: 2, .. }), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
}

#[test]
fn a_run_that_no_memory_holds_is_refused() {
    let error = resolved(None, &["n_train=100000", "n_test=100000"], &[]).unwrap_err().to_string();
    assert!(error.contains("GB"), "{error}");
}
