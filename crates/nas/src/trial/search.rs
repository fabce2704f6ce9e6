//! The search over the mixtures of a setting: its set, its solver, in its coordinates.

use super::strategy::parts;
use super::within::{Within, in_alpha};
use super::{Setting, Strategy};
use crate::baseline::best_of;
use crate::diagnose::{Noise, noise};
use crate::outer::{AdamLogits, Each, Entropic, ExponentiatedGradient, FrankWolfe, Outer, ProjectedGradient, Solver};
use crate::search::{Bilevel, Found, Reached, Stop, search_while};
use crate::seed::Seed;
use crate::space::{Built, Product, Shape, Simplex};
use std::ops::ControlFlow;

/// Part of an even share that every weight of a simplex keeps: a multiplicative step never leaves a zero.
const FLOOR: f64 = 1e-4;

/// Someone who sees every point that a search reaches, and may give a reason to end it there.
pub type Follow<'f, P> = dyn FnMut(&P, Reached<'_>) -> ControlFlow<Stop> + 'f;

/// How a search goes through the set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Walk<'a> {
    /// By steps of the solver, from the even mixture, or from where all mixtures point like this one, which may have any size.
    Steps {
        /// The mixture that all point like.
        from: Option<&'a [f64]>,
    },
    /// The even mixture, and a lattice as fine as the trials allow.
    Lattice,
    /// The even mixture, and random points for the other trials.
    Random(Seed),
    /// Not at all: it stays where [`Self::Steps`] begin.
    Still {
        /// The mixture that all point like.
        at: Option<&'a [f64]>,
    },
}

impl Setting {
    /// The set of so many mixtures, one after the other, in the coordinates of the setting.
    pub fn space(&self, mixtures: usize) -> Built {
        self.shape.copies(self.bank.len(), self.simplex().floor, mixtures)
    }

    /// The most points that a search reaches: its start and one for each step, or all that are tried.
    pub fn most_points(&self) -> usize {
        match self.strategy {
            Strategy::Gradient | Strategy::Joint => self.outer.steps + 1,
            Strategy::Grid | Strategy::Random => self.trials.max(1),
            Strategy::Spectral => 1,
        }
    }

    /// The noise floor of the search at α, from the hypergradients at α on `pieces` of V of equal size; `slopes` are the norms of
    /// the projected hypergradients where it began and ended. `None` below two pieces.
    pub fn noise(&self, alpha: &[f64], pieces: &[Vec<f64>], slopes: [f64; 2]) -> Option<Noise> {
        let pieces: Vec<Vec<f64>> = pieces.iter().map(|piece| self.coordinates.pull_back(piece)).collect();
        let built = self.space(alpha.len() / self.bank.len().max(1));
        noise(built.space(), &self.coordinates.beta(alpha), &pieces, slopes)
    }

    fn simplex(&self) -> Simplex {
        let h = self.bank.len();
        Simplex { floor: FLOOR / h as f64, ..Simplex::unit(h) }
    }

    /// The search over `mixtures` mixtures, in the coordinates of the setting; all that it says is about α. By steps that are made
    /// shorter until the loss falls it ends where `follow` gives a reason; other ways go on.
    ///
    /// # Panics
    /// When the solver does not move in the set, or the set has no lattice and is to be walked along one.
    pub fn search<P: Bilevel>(
        &self,
        problem: &mut P,
        mixtures: usize,
        walk: Walk<'_>,
        follow: &mut Follow<'_, P>,
    ) -> Result<Found, P::Error> {
        let coordinates = &self.coordinates;
        let mut follow = |regularised: &Entropic<'_, Within<'_, P>>, reached: Reached<'_>| {
            let (alpha, own) = (coordinates.alpha(reached.alpha), in_alpha(coordinates, reached.hypergradient));
            follow(regularised.problem.problem, Reached { alpha: &alpha, hypergradient: &own, ..reached })
        };
        let mut within = Within { problem, coordinates };
        let mut regularised = Entropic { problem: &mut within, weight: self.entropy, coordinates: self.bank.len() };
        let problem = &mut regularised;
        let found = match walk {
            Walk::Steps { from } => {
                let start = self.start(problem, mixtures, from)?;
                self.minimise(problem, mixtures, start, &mut follow)
            }
            Walk::Lattice => self.try_points(problem, mixtures, self.lattice(mixtures), &mut follow),
            Walk::Random(seed) => {
                let (built, mut stream) = (self.space(mixtures), seed.stream());
                let points = (1..self.trials).map(|_| built.space().sample(&mut stream)).collect();
                self.try_points(problem, mixtures, points, &mut follow)
            }
            Walk::Still { at } => {
                let point = self.start(problem, mixtures, at)?;
                let mut watch = |problem: &_, reached: Reached<'_>| _ = follow(problem, reached);
                best_of(problem, self.space(mixtures).space(), [point], &mut watch)
            }
        }?;
        let hypergradient = in_alpha(coordinates, &found.hypergradient);
        Ok(Found { alpha: coordinates.alpha(&found.alpha), hypergradient, ..found })
    }

    /// The even mixture, then these points, as many as there are trials.
    fn try_points<P: Bilevel>(
        &self,
        problem: &mut P,
        mixtures: usize,
        points: Vec<Vec<f64>>,
        follow: &mut Follow<'_, P>,
    ) -> Result<Found, P::Error> {
        let first = self.start(problem, mixtures, None)?;
        let points = [first].into_iter().chain(points).take(self.trials.max(1));
        let mut watch = |problem: &P, reached: Reached<'_>| _ = follow(problem, reached);
        best_of(problem, self.space(mixtures).space(), points, &mut watch)
    }

    /// The finest lattice that the trials allow beside the even mixture.
    fn lattice(&self, mixtures: usize) -> Vec<Vec<f64>> {
        let lattice = self.shape.lattice(self.bank.len(), self.simplex().floor, mixtures);
        assert!(lattice.is_some(), "the set {} has no lattice", self.shape);
        lattice.map_or_else(Vec::new, |lattice| lattice.lattice(parts(&*lattice, self.trials.saturating_sub(1))))
    }

    /// Runs the solver from `start`.
    fn minimise<P: Bilevel>(
        &self,
        problem: &mut P,
        mixtures: usize,
        start: Vec<f64>,
        follow: &mut Follow<'_, P>,
    ) -> Result<Found, P::Error> {
        let (built, simplex) = (self.space(mixtures), self.simplex());
        assert!(self.solver.fits(self.shape), "{:?} does not move in the set {}", self.solver, self.shape);
        let projected = ProjectedGradient { space: built.space() };
        let outer: Box<dyn Outer + '_> = match (self.solver, built.convex()) {
            (Solver::AdamLogits, _) => {
                let adam =
                    AdamLogits { steps: self.outer.steps, tolerance: self.outer.tolerance, ..AdamLogits::default() };
                let factors = (0..mixtures).map(|_| Box::new(simplex)).collect();
                let mut watch = |problem: &P, reached: Reached<'_>| _ = follow(problem, reached);
                return adam.search_from(&start, problem, &Product { factors }, &mut watch);
            }
            (Solver::ExponentiatedGradient, _) => {
                Box::new(Each { outer: ExponentiatedGradient { simplex }, coordinates: self.bank.len() })
            }
            (Solver::FrankWolfe, Some(space)) => Box::new(FrankWolfe { space }),
            _ => Box::new(projected),
        };
        search_while(start, problem, built.space(), &*outer, &self.outer, &mut |problem, reached| {
            follow(problem, reached)
        })
    }

    /// Where a search begins. The even mixture is no sparse one: there, the first hypergradient chooses the candidates, by a step
    /// of length 1 and back to the set.
    fn start<P: Bilevel>(&self, problem: &mut P, mixtures: usize, from: Option<&[f64]>) -> Result<Vec<f64>, P::Error> {
        let one = from.map_or_else(|| self.shape.even(self.bank.len()), |alpha| self.scaled(alpha));
        let mut start = one.repeat(mixtures);
        let mut towards = start.clone();
        match (from, self.shape) {
            (None, Shape::Sparse(_)) => {
                let slope = problem.evaluate(&start)?.alpha;
                let length = slope.iter().map(|g| g * g).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
                towards.iter_mut().zip(&slope).for_each(|(a, g)| *a -= g / length);
            }
            (None, _) => return Ok(start),
            (Some(_), _) => {}
        }
        self.space(mixtures).space().project(&towards, &mut start);
        Ok(start)
    }

    /// The coordinates of a mixture, of size 1 in the set; without the negative ones where the set has none.
    fn scaled(&self, alpha: &[f64]) -> Vec<f64> {
        let mut beta = self.coordinates.beta(alpha);
        if !self.shape.is_signed() {
            beta.iter_mut().for_each(|b| *b = b.max(0.0));
        }
        let size = self.shape.size(&beta);
        if size > 0.0 { beta.iter().map(|b| b / size).collect() } else { self.shape.even(beta.len()) }
    }
}
