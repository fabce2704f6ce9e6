//! `nas mkl`: the tangent-kernel model of a mixture on a person's data, in closed form, beside multiple kernel learning.
//!
//! With K_ij the cross kernels of the candidates, [`weigh`] searches the α of K_α = Σ_ij α_i α_j K_ij by the hypergradients of
//! kernel ridge regression, on each seed, and fits every rule of [`kernel::mkl`](crate::kernel::mkl) to the kernels K_ii, and each of
//! them alone, on the same rows. What comes out is a [`Weighed`].

mod error;
mod labels;
mod outcome;
mod problem;
mod record;
mod settings;
mod theory;

pub use error::WeighError;
pub use labels::{Labels, points};
pub use record::{PathRecord, WeighTheory, Weighed, WeighedMethod, WeighedSeed};
pub use settings::{By, WeighSettings};

use super::{Settings, pool};
use crate::data::{Frame, Parts};
use crate::report::Progress;
use crate::seed::Seed;
use outcome::Outcome;
use problem::Model;
use rayon::prelude::*;
use std::time::Instant;

/// Gram terms of the seeds that are worked on at the same time take no more than this.
const MOST_GIGABYTES: f64 = 16.0;

/// Reads the data, searches and fits on every seed, and compares.
///
/// # Errors
/// When settings or data cannot be used, which is found before anything is computed, or when a fit of the mixture fails.
pub fn weigh(settings: &WeighSettings, quiet: bool) -> Result<Weighed, WeighError> {
    let begun = Instant::now();
    settings.check()?;
    let frame = settings.frame()?;
    let labels = Labels::of(&frame, settings)?;
    let model = Model::new(settings, &frame, &labels)?;
    let root = Seed::new(settings.seed);
    let seeds: Vec<Seed> = (0..settings.seeds).map(|number| root.split(&format!("seed {number}"))).collect();
    let most = seeds.iter().map(|seed| sizes(&model, *seed)).collect::<Result<Vec<_>, WeighError>>()?;
    let gigabytes = most.into_iter().fold(0.0, f64::max);
    if gigabytes > MOST_GIGABYTES {
        let fits = (frame.rows() as f64 * (MOST_GIGABYTES / gigabytes).sqrt()) as usize;
        return Err(WeighError::Memory { rows: frame.rows(), gigabytes, most: MOST_GIGABYTES, fits });
    }
    let pool = pool(settings.threads)?;
    let together = ((MOST_GIGABYTES / gigabytes) as usize).clamp(1, pool.current_num_threads().max(1));
    let progress = if quiet { Progress::silent() } else { Progress::shown("mkl", model.steps() * seeds.len()) };
    let outcomes = pool.install(|| {
        let each = seeds.chunks(together).map(|seeds| {
            seeds.par_iter().map(|seed| model.outcome(*seed, &progress)).collect::<Result<Vec<Outcome>, _>>()
        });
        each.collect::<Result<Vec<_>, WeighError>>()
    });
    progress.finish();
    let outcomes = outcomes?.concat();
    let threads = pool.current_num_threads();
    pool.install(|| record::weighed(&model, &seeds, &outcomes, (threads, begun)))
}

/// What the Gram terms of a seed take, in GB, once its rows are known to be enough.
fn sizes(model: &Model<'_>, seed: Seed) -> Result<f64, WeighError> {
    let Parts { train, validation, test } = model.parts(seed)?;
    let train = train.len() as f64;
    let others = (validation.len() + test.len()) as f64;
    let h = model.names.len() as f64;
    // The cross kernels; those that are mixed without each other, as they are and normalised; four matrices of a step.
    let terms = h * (h + 1.0) / 2.0 + 2.0 * h;
    Ok(8e-9 * (terms * (train * train / 2.0 + train * others) + 4.0 * train * train))
}

impl WeighSettings {
    /// Reads the data, or the sample of it that is asked for.
    pub fn frame(&self) -> Result<Frame, crate::data::DataError> {
        self.as_search().frame()
    }
}
