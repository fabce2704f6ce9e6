//! Inner steps θ′ = Φ(θ, α, s), recorded once: used for training and for differentiating it.

mod adam;
mod gd;
mod momentum;

use std::fmt;

pub use adam::Adam;
pub use gd::Gd;
pub use momentum::Momentum;

use crate::Var;

/// A first-order method. Its state is θ and some matrices of the shape of θ, all zero at the start.
///
/// It is recorded once for every variable of θ; what changes from step to step (the step size, a bias correction) enters by
/// 1 × 1 inputs s, so that training and its derivative never compile again.
pub trait Step: fmt::Debug + Send + Sync {
    /// The matrices of the state, θ included.
    fn states(&self) -> usize;

    /// The number of scalars s.
    fn scalars(&self) -> usize;

    /// The scalars s of step k = 0, 1, … at this step size η.
    fn scalars_at(&self, k: usize, eta: f64, s: &mut [f64]);

    /// Numbers c that are the same in every step. They are compiled into the training, and are inputs of its derivative.
    fn constants(&self) -> Vec<f64>;

    /// The hyperparameters that a training is differentiated by, η first.
    fn hyperparameters(&self) -> &'static [&'static str];

    /// The derivatives by the hyperparameters in step k, from those by s and by c: the transpose of how s and c depend on them.
    fn pull_back(&self, k: usize, eta: f64, s: &[f64], c: &[f64], by: &mut [f64]);

    /// The new state, of `state` (θ first), ∇_θ g, s and c. It must be differentiable wherever g is twice.
    fn record<'t>(&self, state: &[Var<'t>], gradient: Var<'t>, s: &[Var<'t>], constants: &[Scalar<'t>])
    -> Vec<Var<'t>>;
}

/// A number of a step method: compiled in, or an input.
#[derive(Clone, Copy, Debug)]
pub enum Scalar<'t> {
    /// This number.
    Fixed(f64),
    /// 1 × 1
    Input(Var<'t>),
}

impl<'t> std::ops::Mul<Var<'t>> for Scalar<'t> {
    type Output = Var<'t>;

    #[track_caller]
    fn mul(self, x: Var<'t>) -> Var<'t> {
        match self {
            Self::Fixed(number) => number * x,
            Self::Input(number) => number * x,
        }
    }
}
