//! E0 in the kernel model: 300 architectures, and the bilevel search against the best of them.

use super::{Options, Ranking};
use crate::experiments::Error;
use crate::experiments::prepared::Prepared;
use crate::experiments::ranking::Errors;
use crate::experiments::slopes::norm;
use crate::hypergradient::Evidence;
use crate::kernel::{Mixing, dual};
use crate::outer::{ExponentiatedGradient, Outer, ProjectedGradient};
use crate::report::Progress;
use crate::search::{Found, search};
use crate::seed::Seed;
use crate::space::{Simplex, Space, Sphere};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Least weight of a candidate in the search by exponentiated gradient.
const FLOOR: f64 = 1e-5;

/// What one seed measured.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// The random architectures.
    pub ranking: Ranking,
    /// (validation error, test error) of each of them.
    pub errors: Vec<[f64; 2]>,
    /// The bilevel search over α on the sphere, by projected gradient.
    pub sphere: Searched,
    /// The bilevel search over d = α² on the simplex, by exponentiated gradient.
    pub simplex: Searched,
    /// The closed-form hypergradient against the tape's.
    pub agreement: Agreement,
}

/// What one bilevel search reached.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Searched {
    /// Its test error over the best of the random architectures.
    pub ratio: f64,
    /// Its end and the way there.
    pub found: Found,
}

/// Two ways to the hypergradient where the search starts on the sphere.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Agreement {
    /// ‖closed form − tape‖ / ‖closed form‖ over (α, λ).
    pub difference: f64,
    /// What the tape says of its own.
    pub by_tape: Evidence,
}

/// How often [`measure`] advances its [`Progress`].
pub fn progress_steps(options: &Options) -> usize {
    options.seeds * (options.architectures + 1)
}

/// Runs every seed, in parallel on the pool of the caller; the results do not depend on its size.
pub fn measure(options: &Options, seed: Seed, progress: &Progress) -> Result<Vec<Measured>, Error> {
    (0..options.seeds).into_par_iter().map(|number| measure_seed(options, seed, number, progress)).collect()
}

/// Runs the seed with this number.
pub fn measure_seed(options: &Options, seed: Seed, number: usize, progress: &Progress) -> Result<Measured, Error> {
    let prepared = options.prepare(seed, number)?;
    let errors = random_architectures(&prepared, options, progress)?;
    let ranking = Ranking::of(&errors);
    let h = options.candidates;
    let (sphere, simplex) = (Sphere::unit(h), Simplex { floor: FLOOR, ..Simplex::unit(h) });
    let searched = |mixing: Mixing, space: &dyn Space, outer: &dyn Outer| -> Result<Searched, Error> {
        let mut model = prepared.model(&mixing);
        let found = search(&mut model, space, outer, &options.search, &mut |_, _| {})?;
        let ratio = prepared.test_error(&model.solve(&found.alpha)?.fit) / ranking.best;
        Ok(Searched { ratio, found })
    };
    let measured = Measured {
        ranking,
        errors: errors.pairs(),
        sphere: searched(Mixing::orthogonal(h), &sphere, &ProjectedGradient { space: &sphere })?,
        simplex: searched(Mixing::Weights { count: h }, &simplex, &ExponentiatedGradient { simplex })?,
        agreement: agreement(&prepared, &sphere)?,
    };
    progress.advance();
    Ok(measured)
}

fn random_architectures(prepared: &Prepared, options: &Options, progress: &Progress) -> Result<Errors, Error> {
    let mixing = Mixing::Weights { count: options.candidates };
    let model = prepared.model(&mixing);
    let mut errors = Errors::default();
    for d in prepared.architectures(options.architectures) {
        let fit = model.solve(&d)?.fit;
        errors.train.push(fit.mean_squared_error(&prepared.train, prepared.split.train.y()));
        errors.validation.push(fit.mean_squared_error(&prepared.validation, prepared.split.validation.y()));
        errors.test.push(prepared.test_error(&fit));
        progress.advance();
    }
    Ok(errors)
}

fn agreement(prepared: &Prepared, sphere: &Sphere) -> Result<Agreement, Error> {
    let (mixing, alpha) = (Mixing::orthogonal(sphere.coordinates), sphere.start());
    let model = prepared.model(&mixing);
    let ridge = model.solve(&alpha)?;
    let (exact, by_tape) = (model.hypergradient(&alpha, &ridge), dual::hypergradient(&model, &alpha, &ridge.fit)?);
    let off: Vec<f64> = exact.components().zip(by_tape.components()).map(|(e, t)| e - t).collect();
    let difference = norm(&off) / norm(&exact.components().collect::<Vec<f64>>());
    Ok(Agreement { difference, by_tape: by_tape.evidence })
}
