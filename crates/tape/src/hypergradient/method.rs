//! The ways to a hypergradient, each with its options.

use super::{Convexity, Damping, Preconditioner};
use crate::{Krylov, LinearSolver};

/// How a hypergradient is computed.
///
/// One training step of size ξ from w, differentiated, is DARTS of second order: figure 2 of Liu et al. 2019 at α = 2, w = −2.
///
/// ```
/// use tape::{Method, Point, Problem, Setup, Tape, Unroll};
///
/// let tape = Tape::new();
/// let (alpha, w) = (tape.input(1, 1), tape.input(1, 1));
/// let inner = w.powi(2) - 2.0 * alpha * w + alpha.powi(2);
/// let outer = alpha * w - 2.0 * alpha + 1.0;
/// let mut problem = Problem::<f64>::stationary(inner, outer, alpha, w, (), Setup::default());
/// let at = Point { alpha: &[&[2.0]], theta: &[&[-2.0]], data: &[] };
/// let darts = Method::Unroll(Unroll::darts_second_order(&|_| 0.1));
/// let answer = problem.hypergradient(&darts, &at)?;
/// assert!((answer.gradient[0][0] + 2.8).abs() < 1e-12);
/// # Ok::<(), tape::Failure<f64>>(())
/// ```
#[derive(Clone, Copy)]
pub enum Method<'a, T> {
    /// By the implicit function theorem, at a stationary θ.
    Implicit(Implicit<'a, T>),
    /// By differentiating the training that starts at θ.
    Unroll(Unroll<'a>),
    /// By differences of the outer objective between trainings that start at θ.
    Differences(Differences<'a>),
}

/// df/dα = f_α − Jᵀq with H·q = f_θ, H = g_θθ, J = g_θα, at a stationary point θ of the inner objective g; for a root of F,
/// with F_θᵀ for H and F_α for J.
///
/// At a minimum that interpolates, H is singular and this formula is wrong, whatever inverse is taken: θ also moves inside the
/// null space. Conjugate gradients do not notice; say [`Self::interpolates`], or give a [`Self::probe`].
#[derive(Clone, Copy, Debug)]
pub struct Implicit<'a, T> {
    /// Solves H·q = f_θ. [`Krylov`] chooses by whether H is symmetric.
    pub solver: &'a dyn LinearSolver<T>,
    /// Undoes a bad scaling of θ.
    pub preconditioner: Preconditioner<'a, T>,
    /// What is known of the inner problem: the answer's error is certified by it. Not for stand-ins of H.
    pub convexity: Option<Convexity>,
    /// What ‖F‖ must be: of a loss, ‖∇_θ g‖.
    pub stationarity: Stationarity,
    /// ρ, where H + ρI is solved for H.
    pub damping: Damping,
    /// Where the solver starts: the last q, or nothing for zeros.
    pub start: &'a [T],
    /// That the inner minimum is not isolated: refuses.
    pub interpolates: bool,
    /// A random vector of the length of θ, drawn by the caller: H is probed for a null space with it, by one more solve.
    pub probe: Option<&'a [T]>,
}

impl<T: crate::Float> Default for Implicit<'_, T> {
    /// Conjugate gradients (GMRES, when H is not symmetric) to 1e-10, at a θ with ‖∇_θ g‖ ≤ 1e-6, damped when they fail. In `f32`, to 1e-5 and with 1e-4.
    fn default() -> Self {
        let single = T::EPSILON.to_f64() > 1e-10;
        Self {
            solver: if single { &Krylov::SINGLE } else { &Krylov::DEFAULT },
            preconditioner: Preconditioner::None,
            convexity: None,
            stationarity: Stationarity::Within { tolerance: if single { 1e-4 } else { 1e-6 }, scale: 1.0 },
            damping: Damping::default(),
            start: &[],
            interpolates: false,
            probe: None,
        }
    }
}

/// Whether θ must be stationary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stationarity {
    /// ‖∇_θ g‖ ≤ tolerance · scale
    Within {
        /// The relative size of a gradient that counts as zero.
        tolerance: f64,
        /// The size of an ordinary gradient: its norm at the start of the training, say.
        scale: f64,
    },
    /// The formula is evaluated wherever θ is.
    NotRequired,
}

/// The exact derivative of K training steps from a fixed θ₀ (the θ of the point).
///
/// Right also where the inner minimum is not isolated.
#[derive(Clone, Copy)]
pub struct Unroll<'a> {
    /// K
    pub steps: usize,
    /// The size of step k.
    pub eta: &'a dyn Fn(usize) -> f64,
    /// How many of the last steps are differentiated; all, when it exceeds K.
    pub last: usize,
    /// Backward or forward.
    pub mode: Mode,
}

/// In which direction a training is differentiated. Both give the same derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// From the last step to the first: one transposed derivative a step, whatever the size of α. Needs the states of the steps.
    Reverse {
        /// Bytes for snapshots of the state. What does not fit is computed again; one state always fits.
        budget: usize,
    },
    /// Along with the training: one derivative a step for each element of α, and three states for each.
    Forward,
}

impl Default for Mode {
    /// In reverse, in 256 MB.
    fn default() -> Self {
        Self::Reverse { budget: 256 << 20 }
    }
}

impl Default for Unroll<'_> {
    /// 100 steps of size 0.1, all differentiated, in reverse.
    fn default() -> Self {
        Self { steps: 100, eta: &|_| 0.1, last: usize::MAX, mode: Mode::default() }
    }
}

impl<'a> Unroll<'a> {
    /// DARTS of first order: f_α at θ, which is taken for a constant. Source: Liu, Simonyan and Yang 2019, section 2.3.
    pub fn darts_first_order() -> Self {
        Self { steps: 0, ..Self::default() }
    }

    /// DARTS of second order: the exact derivative through one training step of size `xi(0)` from θ.
    pub fn darts_second_order(xi: &'a dyn Fn(usize) -> f64) -> Self {
        Self { steps: 1, eta: xi, ..Self::default() }
    }
}

/// Differences of fourth order of f(α, θ_K(α)): for each element of α the problem is trained four times. Slow and independent of every
/// derivative of the inner training: what the other methods are judged by.
#[derive(Clone, Copy)]
pub struct Differences<'a> {
    /// K
    pub steps: usize,
    /// The size of training step k.
    pub eta: &'a dyn Fn(usize) -> f64,
    /// The distance of two values of an element of α, relative to the larger of 1 and its size.
    pub distance: f64,
}

impl Default for Differences<'_> {
    /// 1000 steps of size 0.1; a distance of 1e-3, about ε^(1/5) in `f64`.
    fn default() -> Self {
        Self { steps: 1000, eta: &|_| 0.1, distance: 1e-3 }
    }
}
