//! The forward loop.

use crate::exec::Held;
use crate::hypergradient::Penalty;
use crate::steps::{Scalar, Step};
use crate::vars::list;
use crate::{Element, Par, Runner, Var, Vars, grad, jvp, vjp};

/// θ and what the step method remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct State<T> {
    /// All matrices one after the other: θ, then the other matrices of the state in the same order.
    pub values: Vec<T>,
    /// The number of steps that were made.
    pub steps: usize,
}

/// An inner step θ′ = Φ(θ, α, s) and its derivatives, recorded and compiled once for any number of steps.
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
    pub(crate) step: Box<dyn Step>,
    pub(super) layout: Layout,
    /// Φ; what depends on α and the data only is held.
    pub(crate) forward: Runner<T>,
    /// (Aᵀc, Bᵀc) with A = ∂Φ/∂θ, B = ∂Φ/∂α, then the derivatives by s and by the constants of the step; held as above, with the
    /// constants.
    pub(crate) backward: Runner<T>,
    /// Φ and Aż + Bα̇; all but the direction (ż, α̇) is held.
    pub(crate) tangent: Runner<T>,
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

/// θ′ = Φ(θ, α, s) on a tape.
struct Recorded<'t> {
    state: Vec<Var<'t>>,
    s: Vec<Var<'t>>,
}

impl<'t> Recorded<'t> {
    #[track_caller]
    fn new(theta: &[Var<'t>], step: &dyn Step) -> Self {
        let more = (1..step.states()).flat_map(|_| inputs_like(theta));
        let state: Vec<Var<'t>> = theta.iter().copied().chain(more).collect();
        let s = (0..step.scalars()).filter_map(|_| Some(theta.first()?.tape().input(1, 1))).collect();
        Self { state, s }
    }

    /// The new state, with `field` for the gradient. A penalty is met by its proximal map, θ ← S(θ, ηλ₁)/(1 + ηλ₂) with the soft
    /// threshold S.
    #[track_caller]
    fn next(
        &self,
        field: &[Var<'t>],
        penalty: Option<Penalty<'t>>,
        step: &dyn Step,
        constants: &[Scalar<'t>],
    ) -> Vec<Var<'t>> {
        let (mut next, mut start) = (self.state.clone(), 0);
        for (i, gradient) in field.iter().enumerate() {
            let matrices: Vec<Var<'t>> = self.state.iter().copied().skip(i).step_by(field.len()).collect();
            for (slot, new) in step.record(&matrices, *gradient, &self.s, constants).into_iter().enumerate() {
                next[slot * field.len() + i] = new;
            }
            if let Some(penalty) = penalty {
                next[i] = proximal(next[i], penalty, self.s[0], start);
            }
            start += gradient.shape().len();
        }
        next
    }
}

/// The proximal map of a penalty at step size η for the matrix of θ that begins at element `start`.
#[track_caller]
fn proximal<'t>(theta: Var<'t>, penalty: Penalty<'t>, eta: Var<'t>, start: usize) -> Var<'t> {
    let piece = |weight: Var<'t>| match weight.shape().len() {
        1 => weight.reshape(1, 1).expand(theta.rows(), theta.cols()),
        _ => weight.slice(start, theta.rows(), theta.cols()),
    };
    let (reach, zeros) = (eta * piece(penalty.l1), theta.zeros_like());
    let soft = (theta - reach).max(zeros) + (theta + reach).min(zeros);
    soft / (eta * piece(penalty.l2) + 1.0)
}

/// An input of the shape of each.
#[track_caller]
fn inputs_like<'t>(vars: &[Var<'t>]) -> Vec<Var<'t>> {
    vars.iter().map(|v| v.tape().input(v.rows(), v.cols())).collect()
}

impl<T: Element> Training<T> {
    /// Records and compiles a step of `step` on the loss `inner`, and its derivatives.
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
        let theta = list(&theta);
        Self::of(grad(inner, theta.clone()), None, list(&alpha), theta, list(&data), step, par)
    }

    /// The same with a vector field for the gradient, and a penalty.
    #[track_caller]
    pub(crate) fn of<'t>(
        field: Vec<Var<'t>>,
        penalty: Option<Penalty<'t>>,
        alpha: Vec<Var<'t>>,
        theta: Vec<Var<'t>>,
        data: Vec<Var<'t>>,
        step: Box<dyn Step>,
        par: Par,
    ) -> Self {
        let tape = field.first().expect("a training: θ has no variable").tape();
        let recorded = Recorded::new(&theta, &*step);
        let constants: Vec<Scalar<'t>> = step.constants().into_iter().map(Scalar::Fixed).collect();
        let next = recorded.next(&field, penalty, &*step, &constants);
        let Recorded { state, s } = &recorded;
        let (held, from) = ((alpha.clone(), data), (state.clone(), alpha.clone()));
        let forward = tape.compile_staged::<T>(held.clone(), (state.clone(), s.clone()), next.clone());

        // The same step again, with its constants as inputs.
        let numbers: Vec<Var<'t>> = constants.iter().map(|_| tape.input(1, 1)).collect();
        let inputs: Vec<Scalar<'t>> = numbers.iter().copied().map(Scalar::Input).collect();
        let free = recorded.next(&field, penalty, &*step, &inputs);
        let c = inputs_like(state);
        let pulled = vjp(free, c.clone(), (from.clone(), (s.clone(), numbers.clone())));
        let backward = tape.compile_staged::<T>((held.clone(), numbers), (state.clone(), s.clone(), c), pulled);

        let direction = (inputs_like(state), inputs_like(&alpha));
        let pushed = jvp(next.clone(), from, direction.clone());
        let tangent = tape.compile_staged::<T>((held, state.clone(), s.clone()), direction, (next, pushed));

        let layout = Layout { lens: state.iter().map(|v| v.shape().len()).collect(), theta: theta.len() };
        let [forward, backward, tangent] = [forward, backward, tangent].map(|program| program.runner(par));
        Self { step, layout, forward, backward, tangent }
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

    /// The number of elements of a state: of θ, and of what the step method remembers.
    pub fn state_size(&self) -> usize {
        self.layout.size()
    }
}

/// The scalars s of a step, in the element type of a program.
pub(super) struct Scalars<T> {
    wide: Vec<f64>,
    s: Vec<T>,
}

impl<T: Element> Scalars<T> {
    pub(super) fn new(step: &dyn Step) -> Self {
        Self { wide: vec![0.0; step.scalars()], s: vec![T::ZERO; step.scalars()] }
    }

    pub(super) fn at(&mut self, step: &dyn Step, k: usize, eta: f64) -> &[T] {
        step.scalars_at(k, eta, &mut self.wide);
        self.s.iter_mut().zip(&self.wide).for_each(|(s, &wide)| *s = T::of(wide));
        &self.s
    }
}

/// The step program on its second stage.
pub(super) struct Walk<'s, T> {
    step: &'s dyn Step,
    layout: &'s Layout,
    eta: &'s dyn Fn(usize) -> f64,
    held: Held<'s, T>,
    scalars: Scalars<T>,
}

impl<'s, T: Element> Walk<'s, T> {
    pub(super) fn new(
        step: &'s dyn Step,
        layout: &'s Layout,
        eta: &'s dyn Fn(usize) -> f64,
        held: Held<'s, T>,
    ) -> Self {
        Self { step, layout, eta, held, scalars: Scalars::new(step) }
    }

    /// Runs the program of step k on a state and, for the transposed derivative, on `c`.
    pub(super) fn evaluate(&mut self, k: usize, state: &[T], c: &[T]) {
        let s = self.scalars.at(self.step, k, (self.eta)(k));
        let mut free: Vec<&[T]> = self.layout.split(state).chain(s.chunks(1)).collect();
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
