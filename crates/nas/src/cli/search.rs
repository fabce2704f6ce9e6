//! `nas search`.

use super::Answer;
use nas::run::{Config, Invocation, pool};
use nas::seed::Seed;
use nas::trial::{Trial, TrialError};
use rayon::prelude::*;

/// Searches on every seed and prints a line for each.
pub(crate) fn search(config: &Config, invocation: &Invocation) -> Answer {
    if !invocation.quiet {
        config.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
    }
    if config.rows > 0 || config.batch > 0 {
        return Err("this version uses all rows, in every step of a fit: leave out --rows and --batch".into());
    }
    if invocation.json || invocation.force || invocation.out.is_some() {
        return Err("this version writes no run folder: leave out --out, --force and --json".into());
    }
    let frame = config.frame()?;
    let (setting, seed) = (config.setting(&frame)?, Seed::new(config.seed));
    let run = |number| Trial::run(&frame, &setting, seed.split(&format!("seed {number}")));
    let seeds = || (0..config.seeds).into_par_iter().map(run).collect::<Result<Vec<Trial>, TrialError>>();
    for (number, trial) in pool(config.threads)?.install(seeds)?.iter().enumerate() {
        let (validation, test) = (trial.searched.validation.loss, trial.searched.test.loss);
        println!(
            "seed {number}: validation loss {validation:.6}, test loss {test:.6}, alpha {:.4?}",
            trial.found.alpha
        );
    }
    Ok(true)
}
