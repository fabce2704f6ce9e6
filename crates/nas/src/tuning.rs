//! Hyperparameters of the fit beside α, chosen by the validation loss on the same loop: a ridge for each layer, and a weight for
//! each training row (data cleaning: a row that harms the validation rows is a suspect).
//!
//! With r and w in one vector, ℓ the loss of a row and n rows, the inner loss at a fixed α is
//!
//! g(r, w, θ) = (1/n) Σᵢ wᵢ ℓᵢ(θ) + ½ λ Σ_l 10^{r_l} ‖θ_l‖²,   −3 ≤ r_l ≤ 3,   0 ≤ wᵢ ≤ 1,
//!
//! and the outer loss is that of the validation rows. The search begins at the fit as it is: r = 0, w = 1. Jointly, α is part of the
//! vector and moves in its own set, from where its search ended.

use crate::bilevel::{Inner, NoStart, OnData, Posed, Recorded, inner_loss};
use crate::data::Samples;
use crate::hypergradient::Hypergradient;
use crate::inner::Fitter;
use crate::model::{Coordinates, Mlp};
use crate::outer::ProjectedGradient;
use crate::search::{Bilevel, FirstStep, Options, Reached, search_from};
use crate::space::{Cuboid, Product, Space};
use serde::{Deserialize, Serialize};
use std::f64::consts::LN_10;
use tape::{Element, Tape, Var};

/// A ridge stays within so many powers of ten of what was set.
const DECADES: f64 = 3.0;
/// How far the first step moves a hyperparameter, on average.
const FIRST: f64 = 0.3;
/// A weight below this makes a row a suspect.
const SUSPECT: f64 = 0.5;

/// Which hyperparameters are tuned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// A ridge for each layer.
    pub ridge: bool,
    /// A weight for each training row.
    pub rows: bool,
    /// With them the mixtures, from those that were found.
    pub jointly: bool,
}

/// The mixtures of the network that is tuned, and how they move.
pub struct Mixtures<'a> {
    /// α, one mixture after the other.
    pub alpha: &'a [f64],
    /// The coordinates β of a mixture in its set.
    pub coordinates: &'a Coordinates,
    /// The set of β.
    pub space: Box<dyn Space>,
}

/// What came of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Tuned {
    /// The ridge of each layer, the last one included; empty when they were not tuned.
    pub ridge: Vec<f64>,
    /// The weight of each training row, in their order; empty when they were not tuned.
    pub weights: Vec<f64>,
    /// α where the mixtures moved too; empty when they did not.
    pub alpha: Vec<f64>,
    /// The validation loss before and after.
    pub validation: [f64; 2],
}

/// A training row that the validation loss would rather do without.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Suspect {
    /// Its number among the training rows, or as its holder says.
    pub row: usize,
    /// Its weight.
    pub weight: f64,
}

impl Tuned {
    /// The rows of a weight below ½, the lowest weight first.
    pub fn suspects(&self) -> Vec<Suspect> {
        let all = self.weights.iter().enumerate().map(|(row, &weight)| Suspect { row, weight });
        let mut suspects: Vec<Suspect> = all.filter(|suspect| suspect.weight < SUSPECT).collect();
        suspects.sort_by(|a, b| a.weight.total_cmp(&b.weight));
        suspects
    }
}

impl Tuning {
    /// Whether anything is.
    pub fn any(self) -> bool {
        self.ridge || self.rows
    }

    /// The number of ridges that are tuned.
    fn ridges(self, model: &Mlp) -> usize {
        if self.ridge { model.layers().len() } else { 0 }
    }

    /// The hyperparameters (r, w) at which nothing is changed, for so many training rows.
    pub fn start(self, model: &Mlp, rows: usize) -> Vec<f64> {
        let weights = if self.rows { rows } else { 0 };
        [vec![0.0; self.ridges(model)], vec![1.0; weights]].concat()
    }

    /// Their box.
    fn limits(self, model: &Mlp, rows: usize) -> Vec<[f64; 2]> {
        let weights = if self.rows { rows } else { 0 };
        [vec![[-DECADES, DECADES]; self.ridges(model)], vec![[0.0, 1.0]; weights]].concat()
    }

    /// Records g on `rows` rows.
    fn loss<'t>(self, model: &Mlp, inner: &Inner, rows: usize, [theta, alpha, hyper]: [Var<'t>; 3]) -> Recorded<'t> {
        let plain = inner_loss(theta.tape(), model, &Inner { ridge: 0.0, ..*inner }, rows, theta, alpha);
        let ridges = self.ridges(model);
        let fit = if self.rows {
            (inner.loss.rows(plain.prediction, plain.y) * hyper.slice(ridges, rows, 1)).mean()
        } else {
            plain.loss
        };
        let ridge = if self.ridge { by_layer(model, theta, hyper) } else { theta.powi(2).sum() };
        Recorded { loss: fit + ridge * (0.5 * inner.ridge), ..plain }
    }

    /// The problem (r, w) → validation loss of the network with the mixtures `alpha`, fitted from θ₀; jointly, (r, w, α) → that
    /// with any mixtures.
    ///
    /// # Panics
    /// When a shape does not fit, or the fit takes mini-batches, which have no weights.
    pub fn problem<'a, T: Element>(
        self,
        model: &Mlp,
        inner: Inner,
        alpha: &[f64],
        [train, validation]: [&'a Samples; 2],
        start: Vec<f64>,
    ) -> OnData<'a, T> {
        assert!(inner.batch == 0, "a mini-batch of {} rows: weights are of all rows", inner.batch);
        let tape = Tape::new();
        let (own, coefficients) = (self.start(model, train.n).len(), model.coefficients());
        let size = own + if self.jointly { coefficients } else { 0 };
        let (theta, hyper) = (tape.input(model.parameters(), 1), tape.input(size, 1));
        let alpha =
            if self.jointly { hyper.slice(own, coefficients, 1) } else { tape.constant(coefficients, 1, alpha) };
        let fitted = self.loss(model, &inner, train.n, [theta, alpha, hyper]);
        let judged = inner_loss(&tape, model, &Inner { ridge: 0.0, ..inner }, validation.n, theta, alpha);
        let fitter = Fitter::new(fitted.on_rows(), hyper, theta, inner.fit);
        OnData::posed(Posed { hyper, theta, fitted, judged }, fitter, inner, [train, validation], start)
    }

    /// Searches (r, w) for the network with these mixtures, or jointly (r, w, α), in `steps` steps at most.
    ///
    /// # Errors
    /// When there is no hypergradient where the search begins.
    ///
    /// # Panics
    /// As [`Self::problem`].
    pub fn run<T: Element>(
        self,
        model: &Mlp,
        inner: Inner,
        Mixtures { alpha, coordinates, space }: Mixtures<'_>,
        parts: [&Samples; 2],
        start: Vec<f64>,
        steps: usize,
    ) -> Result<Tuned, NoStart> {
        let (n, ridges) = (parts[0].n, self.ridges(model));
        let cuboid = Cuboid::new(self.limits(model, n)).map_err(|error| NoStart { reason: error.to_string() })?;
        let mut space = Product::<dyn Space> { factors: [Box::new(cuboid) as Box<dyn Space>, space].into() };
        let mut begin = self.start(model, n);
        let own = begin.len();
        if self.jointly {
            begin.extend(coordinates.beta(alpha));
        } else {
            space.factors.truncate(1);
        }
        let problem = self.problem::<T>(model, inner, alpha, parts, start);
        let mut problem = InCoordinates { problem, coordinates, own };
        // Slopes of weights are of order 1/n: the gradient of all of them is small long before it is nothing.
        let first = FirstStep::Distance(FIRST * (begin.len() as f64).sqrt());
        let options = Options { steps, first, tolerance: 1e-3 / (n.max(1) as f64), halvings: 20 };
        let mut before = None;
        let mut watch = |_: &InCoordinates<'_, OnData<'_, T>>, point: Reached<'_>| {
            before.get_or_insert(point.hypergradient.value);
        };
        let found =
            search_from(begin, &mut problem, &space, &ProjectedGradient { space: &space }, &options, &mut watch)?;
        let ((r, weights), beta) = (found.alpha[..own].split_at(ridges), &found.alpha[own..]);
        let after = found.hypergradient.value;
        Ok(Tuned {
            ridge: r.iter().map(|r| inner.ridge * 10f64.powf(*r)).collect(),
            weights: weights.to_vec(),
            alpha: coordinates.alpha(beta),
            validation: [before.unwrap_or(after), after],
        })
    }
}

/// A problem of (r, w, α) as one of (r, w, β), where α is not always there.
struct InCoordinates<'a, P> {
    problem: P,
    coordinates: &'a Coordinates,
    /// Numbers before the coefficients.
    own: usize,
}

impl<P: Bilevel> Bilevel for InCoordinates<'_, P> {
    type Error = P::Error;

    fn evaluate(&mut self, hyper: &[f64]) -> Result<Hypergradient, P::Error> {
        let (own, beta) = hyper.split_at(self.own);
        let mut found = self.problem.evaluate(&[own, &self.coordinates.alpha(beta)].concat())?;
        let slope = self.coordinates.pull_back(&found.alpha.split_off(self.own));
        found.alpha.extend(slope);
        Ok(found)
    }
}

/// Σ_l 10^{r_l} ‖θ_l‖², weights and biases of a layer together.
fn by_layer<'t>(model: &Mlp, theta: Var<'t>, hyper: Var<'t>) -> Var<'t> {
    let mut at = 0;
    let layer = |(l, [rows, cols]): (usize, [usize; 2])| {
        let size = rows * cols + cols;
        at += size;
        theta.slice(at - size, size, 1).powi(2).sum() * (hyper.slice(l, 1, 1) * LN_10).exp()
    };
    let all = model.layers().into_iter().enumerate().map(layer);
    all.reduce(|sum, next| sum + next).unwrap_or_else(|| theta.powi(2).sum())
}
