//! What a command does with a run, and no setting of it.

use clap::Args;
use std::path::PathBuf;

/// Where a run goes and what is printed: flags that change no result and stand in no file.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Output")]
pub struct Invocation {
    /// Folder that the run is written to; if not given, `runs/<name>-<n>` with the first n that is free
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace the run that lies in --out
    #[arg(long)]
    pub force: bool,
    /// Print no progress
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the result as JSON instead of tables
    #[arg(long)]
    pub json: bool,
}
