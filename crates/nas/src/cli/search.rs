//! `nas search`.

use super::Answer;
use nas::report::comparison;
use nas::run::{Config, Invocation, search as run};

/// Searches, and prints what came out and where it lies.
pub(crate) fn search(config: &Config, invocation: &Invocation) -> Answer {
    if !invocation.quiet {
        config.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
    }
    let finished = run(config, invocation)?;
    if invocation.json {
        println!("{}", serde_json::to_string_pretty(&finished.result)?);
    } else {
        println!("{}", comparison(&finished.result));
        println!("Written to {}", finished.folder.display());
    }
    Ok(true)
}
