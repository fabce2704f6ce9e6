//! Settings as a file that documents itself.

use super::layers::{flags, table};
use super::{ConfigError, Settings};
use clap::builder::StyledStr;

/// The settings as TOML, each under its help text: a file for `--config`, and the documentation's table. An absent one is
/// a comment. Where help is longer than a line, a blank one stands between two settings.
pub fn documented<S: Settings>(settings: &S) -> Result<String, ConfigError> {
    let (values, mut text) = (table(settings)?, String::new());
    let flags = flags::<S>();
    let apart = flags.iter().any(|flag| flag.get_long_help().is_some());
    for flag in &flags {
        if apart && !text.is_empty() {
            text.push('\n');
        }
        let help = flag.get_long_help().or(flag.get_help()).map(StyledStr::to_string).unwrap_or_default();
        for line in help.lines().filter(|line| !line.trim().is_empty()) {
            text += &crate::report::wrap(line, 0).lines().map(|line| format!("# {line}\n")).collect::<String>();
        }
        let key = flag.get_id();
        text += &values.get(key.as_str()).map_or_else(|| format!("# {key} = \n"), |value| format!("{key} = {value}\n"));
    }
    Ok(text)
}
