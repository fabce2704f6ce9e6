//! Alternating steps: θ on training images, α on validation images (Liu et al. 2019, algorithm 1; science 6.3).

use super::{Images, Supernet};
use crate::hypergradient::{Evidence, Hypergradient, Status};
use crate::inner::{narrow, widen};
use crate::model::Loss;
use crate::search::Bilevel;
use crate::seed::{Seed, Stream};
use rand::seq::SliceRandom;
use std::convert::Infallible;
use tape::{Element, Gd, Momentum, Par, Program, Runner, Step, Tape, grad};

/// Which images train, validate and test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// T
    pub train: Vec<usize>,
    /// V
    pub validation: Vec<usize>,
    /// What no search sees.
    pub test: Vec<usize>,
}

/// How θ is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Steps, each on a mini-batch and followed by one of α.
    pub steps: usize,
    /// Images of a mini-batch.
    pub batch: usize,
    /// The size of the first step; it falls to 1/25 of it along half a cosine, as in DARTS: θ must follow α to the end.
    pub rate: f64,
    /// λ of ½ λ ‖θ‖² in the training loss.
    pub decay: f64,
    /// The step of gradient descent through which α is differentiated has the size of the current one: DARTS of second
    /// order. If not, θ is taken for a constant: first order.
    pub second_order: bool,
}

impl Schedule {
    /// The size of step k, from 0.
    fn rate_at(&self, k: usize) -> f64 {
        let fall = 0.5 * (1.0 + (std::f64::consts::PI * k as f64 / self.steps as f64).cos());
        self.rate * (LAST_RATE + (1.0 - LAST_RATE) * fall)
    }
}

/// What is compiled once, for all seeds.
#[derive(Clone, Debug)]
pub struct Programs<T> {
    /// The network.
    pub net: Supernet,
    /// (x, y) of a batch, α, θ, v, η → θ′, v′.
    step: Program<T>,
    /// (x, y) of all of V, α, θ → F, dF/dα; of second order also (x, y) of a batch and ξ.
    judge: Program<T>,
    /// x of all images, α, θ → f.
    output: Program<T>,
}

/// The size of the last step over that of the first: DARTS goes from 0.025 to 0.001.
const LAST_RATE: f64 = 0.04;

/// The momentum of the weights, as in DARTS.
const MOMENTUM: Momentum = Momentum { rho: 0.9 };

impl<T: Element> Programs<T> {
    /// Records and compiles for so many validation images of `images` in all.
    pub fn new(net: Supernet, schedule: &Schedule, n_validation: usize, images: usize) -> Self {
        let tape = Tape::new();
        let vector = |n| tape.input(n, 1);
        let (alpha, theta, velocity) = (vector(net.coefficients()), vector(net.parameters()), vector(net.parameters()));
        let (eta, xi) = (tape.input(1, 1), tape.input(1, 1));
        let data = |n| (tape.input(n, net.inputs), tape.input(n, net.outputs));
        let (batch, all) = (data(schedule.batch), data(n_validation));
        let loss = |(x, y), theta| Loss::CrossEntropy.mean(net.output(x, theta, alpha), y);

        let inner = loss(batch, theta) + theta.powi(2).sum() * (0.5 * schedule.decay);
        let slope = grad(inner, theta);
        let rho = tape.full(1, 1, MOMENTUM.rho);
        let next = MOMENTUM.record(&[theta, velocity], slope, &[eta, rho], &[]);
        let step = tape.compile((batch, alpha, (theta, velocity, eta)), next);

        let judge = if schedule.second_order {
            let ahead = Gd.record(&[theta], slope, &[xi], &[]).swap_remove(0);
            let outer = loss(all, ahead);
            tape.compile(((all, batch), alpha, theta, xi), (outer, grad(outer, alpha)))
        } else {
            let outer = loss(all, theta);
            tape.compile((all, alpha, theta), (outer, grad(outer, alpha)))
        };
        let x = tape.input(images, net.inputs);
        let output = tape.compile((x, alpha, theta), net.output(x, theta, alpha));
        Self { net, step, judge, output }
    }

    /// f on all images, row by row.
    pub fn outputs(&self, images: &Images, alpha: &[f64], theta: &[f64]) -> Vec<f64> {
        let mut runner = self.output.runner(Par::Seq);
        let [f] = runner.run(&[&narrow::<T>(&images.x), &narrow(alpha), &narrow(theta)]);
        widen(f)
    }
}

/// A supernet in training: the problem that [`AdamLogits`](crate::outer::AdamLogits) sees. Evaluating an α trains θ for
/// one step at it, then gives the validation loss with its gradient; so the search is DARTS's alternation.
#[derive(Debug)]
pub struct Alternating<'a, T> {
    schedule: Schedule,
    images: &'a Images,
    batches: Batches,
    /// (x, y) of V.
    validation: [Vec<T>; 2],
    step: Runner<T>,
    judge: Runner<T>,
    theta: Vec<T>,
    velocity: Vec<T>,
    /// Steps made.
    steps: usize,
}

impl<'a, T: Element> Alternating<'a, T> {
    /// From θ₀. `seed` gives θ₀ and the order of the batches.
    pub fn new(programs: &Programs<T>, schedule: Schedule, images: &'a Images, parts: &Parts, seed: Seed) -> Self {
        let theta: Vec<T> = narrow(&programs.net.start(seed.split("start")));
        let (order, stream) = (parts.train.clone(), seed.split("batches").stream());
        Self {
            schedule,
            images,
            batches: Batches { at: order.len(), order, stream },
            validation: pairs(images, &parts.validation),
            step: programs.step.runner(Par::Seq),
            judge: programs.judge.runner(Par::Seq),
            velocity: vec![T::ZERO; theta.len()],
            theta,
            steps: 0,
        }
    }

    /// θ now.
    pub fn theta(&self) -> Vec<f64> {
        widen(&self.theta)
    }

    /// One step of θ at α, on the next batch; no step beyond the last.
    pub fn train(&mut self, alpha: &[f64]) {
        if self.steps == self.schedule.steps {
            return;
        }
        let batch = pairs::<T>(self.images, self.batches.next(self.schedule.batch));
        let (alpha, eta) = (narrow(alpha), [T::of(self.schedule.rate_at(self.steps))]);
        let [theta, velocity] = self.step.run(&[&batch[0], &batch[1], &alpha, &self.theta, &self.velocity, &eta]);
        self.theta.copy_from_slice(theta);
        self.velocity.copy_from_slice(velocity);
        self.steps += 1;
    }

    /// The validation loss and its gradient in α, of second order through a step on the next batch.
    pub fn judge(&mut self, alpha: &[f64]) -> (f64, Vec<f64>) {
        let alpha: Vec<T> = narrow(alpha);
        let [x, y] = &self.validation;
        let [loss, slope] = if self.schedule.second_order {
            let xi = [T::of(self.schedule.rate_at(self.steps))];
            let batch = pairs::<T>(self.images, self.batches.upcoming(self.schedule.batch));
            self.judge.run(&[x, y, &batch[0], &batch[1], &alpha, &self.theta, &xi])
        } else {
            self.judge.run(&[x, y, &alpha, &self.theta])
        };
        (loss[0].to_f64(), widen(slope))
    }
}

impl<T: Element> Bilevel for Alternating<'_, T> {
    type Error = Infallible;

    fn evaluate(&mut self, alpha: &[f64]) -> Result<Hypergradient, Infallible> {
        self.train(alpha);
        let (value, alpha) = self.judge(alpha);
        let status = Status::Unrolled { steps: usize::from(self.schedule.second_order) };
        let evidence = Evidence { status, inner_residual: f64::NAN, adjoint_residual: f64::NAN };
        Ok(Hypergradient { value, alpha, lambda: 0.0, evidence })
    }
}

/// The training images in a random order, epoch by epoch.
#[derive(Debug)]
struct Batches {
    order: Vec<usize>,
    /// Images of this epoch that were dealt.
    at: usize,
    stream: Stream,
}

impl Batches {
    /// The images of the next batch; those that do not fill one wait for the next shuffle.
    fn upcoming(&mut self, size: usize) -> &[usize] {
        if self.at + size > self.order.len() {
            self.order.shuffle(&mut self.stream);
            self.at = 0;
        }
        &self.order[self.at..self.at + size]
    }

    /// The same, and they are dealt.
    fn next(&mut self, size: usize) -> &[usize] {
        self.upcoming(size);
        self.at += size;
        &self.order[self.at - size..self.at]
    }
}

/// (x, y) of these images.
fn pairs<T: Element>(images: &Images, which: &[usize]) -> [Vec<T>; 2] {
    [narrow(&images.pixels_of(which)), narrow(&images.one_hot(which))]
}
