//! Settings: layers, typos, and the file that documents itself.
use clap::{Args, Command, FromArgMatches};
use nas::experiments::e0;
use nas::run::{Config, ConfigError, Sources, documented, resolve};
use std::path::Path;

fn resolved(file: Option<&Path>, assignments: &[&str], flags: &[&str]) -> Result<Config, ConfigError> {
    let command = Config::augment_args(Command::new("nas")).no_binary_name(true);
    let matches = command.try_get_matches_from(flags).unwrap();
    let assignments: Vec<String> = assignments.iter().map(ToString::to_string).collect();
    let flags = Config::from_arg_matches(&matches).unwrap();
    resolve(Sources { file, assignments: &assignments, flags: &flags, matches: &matches })
}

/// A file that goes when the test ends.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nas-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_defaults_are_those_of_the_experiment() {
    let config = resolved(None, &[], &[]).unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.e0(), e0::Options::default());
}

#[test]
fn the_last_layer_to_speak_wins() {
    let file = File::new("layers.toml", "seeds = 2\nlambda = 1\nn_test = 50\nthreads = 1\n");
    let config = resolved(Some(&file.0), &["lambda=2", "n_test=60", "lambda = 3"], &["--n-test", "70"]).unwrap();
    let want = Config { seeds: 2, threads: 1, lambda: 3.0, n_test: 70, ..Config::default() };
    assert_eq!(config, want);
}

/// A flag that repeats the default is still a flag.
#[test]
fn a_flag_at_its_default_overrides_the_file() {
    let file = File::new("default.toml", "seeds = 2");
    assert_eq!(resolved(Some(&file.0), &[], &["--seeds", "20"]).unwrap().seeds, 20);
}

#[test]
fn the_printed_settings_are_a_file_for_themselves() {
    let config = Config { seed: 9, lambda: 1e-7, n_train: 12, ..Config::default() };
    let text = documented(&config).unwrap();
    let file = File::new("printed.toml", &text);
    assert_eq!(resolved(Some(&file.0), &[], &[]).unwrap(), config);
    let (comments, settings): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("# "));
    assert_eq!(comments.len(), settings.len(), "a setting without its meaning:\n{text}");
}

#[test]
fn typos_get_a_suggestion() {
    let error = resolved(None, &["lamda=1"], &[]).unwrap_err().to_string();
    assert!(error.contains("\"lamda\"") && error.contains("did you mean \"lambda\"?"), "{error}");
    let file = File::new("typo.toml", "n_trian = 3");
    let error = resolved(Some(&file.0), &[], &[]).unwrap_err().to_string();
    assert!(error.contains("typo.toml") && error.contains("\"n_train\""), "{error}");
    let error = resolved(None, &["qqqq=1"], &[]).unwrap_err().to_string();
    assert!(error.contains("`nas config` lists them all"), "{error}");
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
    let file = File::new("syntax.toml", "seeds = = 2");
    assert!(matches!(resolved(Some(&file.0), &[], &[]), Err(ConfigError::Syntax { .. })));
}

#[test]
fn a_run_that_no_memory_holds_is_refused() {
    let error = resolved(None, &["n_train=100000", "n_test=100000"], &[]).unwrap_err().to_string();
    assert!(error.contains("GB"), "{error}");
}
