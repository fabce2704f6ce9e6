//! The forward loop.

use crate::exec::Held;
use crate::steps::Step;
use crate::vars::list;
use crate::{Element, Par, Runner, Var, Vars, grad, vjp};

/// θ and what the step method remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct State<T> {
    /// All matrices one after the other: θ, then the other matrices of the state in the same order.
    pub values: Vec<T>,
    /// The number of steps that were made.
    pub steps: usize,
}

/// An inner step θ′ = Φ(θ, α, s), recorded and compiled once, and its transposed derivative: both serve any number of steps.
///
/// ```
/// use tape::{Gd, Par, Tape, Training};
///
/// let tape = Tape::new();
/// let (alpha, theta) = (tape.input(1, 1), tape.input(1, 1));
/// let inner = 0.5 * (theta - alpha).powi(2);
/// let mut training = Training::<f64>::new(inner, alpha, theta, (), Box::new(Gd), Par::Seq);
/// let mut state = training.start(&[&[0.0]]);
/// training.advance(&mut state, 100, &|_| 0.5, &[&[3.0]], &[]);
/// assert!((state.values[0] - 3.0).abs() < 1e-12);
/// ```
#[derive(Debug)]
pub struct Training<T> {
    step: Box<dyn Step>,
    layout: Layout,
    /// Φ; what depends on α and the data only is held.
    forward: Runner<T>,
    /// (Aᵀc, Bᵀc) with A = ∂Φ/∂θ, B = ∂Φ/∂α; held as above.
    backward: Runner<T>,
}

/// How the matrices of a state lie one after the other.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Lengths of the matrices of a state, θ first.
    pub(super) lens: Vec<usize>,
    /// The number of matrices of θ.
    pub(super) theta: usize,
}

impl Layout {
    pub(super) fn size(&self) -> usize {
        self.lens.iter().sum()
    }

    /// The number of elements of θ.
    pub(super) fn theta_size(&self) -> usize {
        self.lens[..self.theta].iter().sum()
    }

    /// The matrices of a state.
    pub(super) fn split<'a, T>(&self, mut flat: &'a [T]) -> impl Iterator<Item = &'a [T]> {
        self.lens.iter().map(move |&len| flat.split_off(..len).expect("a state of this layout"))
    }
}

impl<T: Element> Training<T> {
    /// Records and compiles a step of `step` on the loss `inner`, and its transposed derivative.
    ///
    /// # Panics
    /// When the loss is not 1 × 1, or needs an input that is not listed.
    #[track_caller]
    pub fn new<'t>(
        inner: Var<'t>,
        alpha: impl Vars<'t>,
        theta: impl Vars<'t>,
        data: impl Vars<'t>,
        step: Box<dyn Step>,
        par: Par,
    ) -> Self {
        let (tape, alpha, theta) = (inner.tape(), list(&alpha), list(&theta));
        let like = |count: usize| -> Vec<Var<'t>> {
            (0..count).flat_map(|_| theta.iter().map(|v| tape.input(v.rows(), v.cols()))).collect()
        };
        let state: Vec<Var<'t>> = theta.iter().copied().chain(like(step.states() - 1)).collect();
        let s: Vec<Var<'t>> = (0..step.scalars()).map(|_| tape.input(1, 1)).collect();
        let gradient = grad(inner, theta.clone());
        let mut next = state.clone();
        for (i, &slope) in gradient.iter().enumerate() {
            let matrices: Vec<Var<'t>> = state.iter().copied().skip(i).step_by(theta.len()).collect();
            for (slot, new) in step.record(&matrices, slope, &s).into_iter().enumerate() {
                next[slot * theta.len() + i] = new;
            }
        }
        let c = like(step.states());
        let pulled = vjp(next.clone(), c.clone(), (state.clone(), alpha.clone()));
        let held = (alpha, list(&data));
        let forward = tape.compile_staged::<T>(held.clone(), (state.clone(), s.clone()), next);
        let backward = tape.compile_staged::<T>(held, (state.clone(), s, c), pulled);
        let layout = Layout { lens: state.iter().map(|v| v.shape().len()).collect(), theta: theta.len() };
        Self { step, layout, forward: forward.runner(par), backward: backward.runner(par) }
    }

    /// The state before the first step: `theta`, and zeros.
    ///
    /// # Panics
    /// When the number or a length of the matrices is not that of θ.
    #[track_caller]
    pub fn start(&self, theta: &[&[T]]) -> State<T> {
        let lens: Vec<usize> = theta.iter().map(|theta| theta.len()).collect();
        let expected = &self.layout.lens[..self.layout.theta];
        assert!(lens == expected, "start: θ has matrices of {expected:?} elements and was given {lens:?}");
        let mut values = theta.concat();
        values.resize(self.layout.size(), T::ZERO);
        State { values, steps: 0 }
    }

    /// Makes `steps` steps; `eta(k)` is the size of step k, counted from the start of the state.
    ///
    /// # Panics
    /// When the number or a length of the matrices is not that of α, of the data or of the state.
    #[track_caller]
    pub fn advance(
        &mut self,
        state: &mut State<T>,
        steps: usize,
        eta: &dyn Fn(usize) -> f64,
        alpha: &[&[T]],
        data: &[&[T]],
    ) {
        let held = [alpha, data].concat();
        let mut walk = Walk::new(&*self.step, &self.layout, eta, self.forward.hold(&held));
        for k in state.steps..state.steps + steps {
            walk.advance(k, &mut state.values);
        }
        state.steps += steps;
    }

    /// The matrices of θ in a state.
    pub fn theta<'a>(&self, state: &'a State<T>) -> Vec<&'a [T]> {
        self.layout.split(&state.values).take(self.layout.theta).collect()
    }

    /// The number of elements of θ.
    pub fn theta_size(&self) -> usize {
        self.layout.theta_size()
    }

    /// The memory of the programs.
    pub(crate) fn bytes(&self) -> usize {
        (self.forward.program().arena() + self.backward.program().arena()) * size_of::<T>()
    }

    pub(super) fn parts(&mut self) -> (&dyn Step, &Layout, &mut Runner<T>, &mut Runner<T>) {
        (&*self.step, &self.layout, &mut self.forward, &mut self.backward)
    }
}

/// The step program on its second stage.
pub(super) struct Walk<'s, T> {
    step: &'s dyn Step,
    layout: &'s Layout,
    eta: &'s dyn Fn(usize) -> f64,
    held: Held<'s, T>,
    wide: Vec<f64>,
    scalars: Vec<T>,
}

impl<'s, T: Element> Walk<'s, T> {
    pub(super) fn new(
        step: &'s dyn Step,
        layout: &'s Layout,
        eta: &'s dyn Fn(usize) -> f64,
        held: Held<'s, T>,
    ) -> Self {
        let count = step.scalars();
        Self { step, layout, eta, held, wide: vec![0.0; count], scalars: vec![T::ZERO; count] }
    }

    /// Runs the program of step k on a state and, for the transposed derivative, on `c`.
    pub(super) fn evaluate(&mut self, k: usize, state: &[T], c: &[T]) {
        self.step.scalars_at(k, (self.eta)(k), &mut self.wide);
        self.scalars.iter_mut().zip(&self.wide).for_each(|(s, &wide)| *s = T::of(wide));
        let mut free: Vec<&[T]> = self.layout.split(state).collect();
        free.extend(self.scalars.chunks(1));
        if !c.is_empty() {
            free.extend(self.layout.split(c));
        }
        self.held.evaluate(&free);
    }

    /// Copies the first outputs of the last run over a state.
    pub(super) fn read(&self, state: &mut [T]) {
        let mut at = 0;
        for (i, &len) in self.layout.lens.iter().enumerate() {
            state[at..at + len].copy_from_slice(self.held.output(i));
            at += len;
        }
    }

    /// Output `i` beyond those of the state.
    pub(super) fn rest(&self, i: usize) -> &[T] {
        self.held.output(self.layout.lens.len() + i)
    }

    /// θ ← Φ(θ, α, s)
    pub(super) fn advance(&mut self, k: usize, state: &mut [T]) {
        self.evaluate(k, state, &[]);
        self.read(state);
    }
}
