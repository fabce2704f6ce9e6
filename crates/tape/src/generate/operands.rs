//! What operands are drawn from.

use crate::generate::{Choices, Limits};
use crate::{Domain, Shape, Tape, Var};

/// A value that may become an operand, and where its elements are known to lie.
#[derive(Clone, Copy)]
struct Known<'t> {
    var: Var<'t>,
    domain: Option<Domain>,
    used: bool,
}

/// The values that there are, and the source of decisions.
pub(crate) struct Operands<'t, 'c> {
    pub(crate) tape: &'t Tape,
    pub(crate) choices: &'c mut dyn Choices,
    pub(crate) limits: &'c Limits,
    /// Every operand is an input of its own.
    fresh: bool,
    known: Vec<Known<'t>>,
    /// The inputs with their domains.
    pub(crate) inputs: Vec<(Var<'t>, Domain)>,
}

impl<'t, 'c> Operands<'t, 'c> {
    pub(crate) fn new(tape: &'t Tape, choices: &'c mut dyn Choices, limits: &'c Limits, fresh: bool) -> Self {
        Self { tape, choices, limits, fresh, known: Vec::new(), inputs: Vec::new() }
    }

    pub(crate) fn input(&mut self, shape: Shape, domain: Domain) -> Var<'t> {
        let var = self.tape.input(shape.rows, shape.cols);
        self.inputs.push((var, domain));
        self.known.push(Known { var, domain: Some(domain), used: false });
        var
    }

    /// Makes a recorded value an operand of what follows.
    pub(crate) fn push(&mut self, var: Var<'t>) {
        self.known.push(Known { var, domain: None, used: false });
    }

    /// The values that no other value was made of.
    pub(crate) fn unused(&self) -> Vec<Var<'t>> {
        self.known.iter().filter(|known| !known.used).map(|known| known.var).collect()
    }

    /// A number of rows or columns; 1 is the simplest.
    pub(crate) fn side(&mut self) -> usize {
        match self.choices.below(self.limits.side + 1) {
            0 => 1,
            1 => 0,
            side => side,
        }
    }

    pub(crate) fn positive_side(&mut self) -> usize {
        1 + self.choices.below(self.limits.side.max(1))
    }

    pub(crate) fn shape(&mut self) -> Shape {
        Shape::new(self.side(), self.side())
    }

    /// An operand of any shape, its elements in `domain`.
    pub(crate) fn any(&mut self, domain: Option<Domain>) -> Var<'t> {
        if self.fresh || self.known.is_empty() {
            let shape = self.shape();
            return self.input(shape, domain.unwrap_or(Domain::REAL));
        }
        let known = self.pick();
        tame(known, domain)
    }

    /// An operand of this shape, its elements in `domain`.
    pub(crate) fn of(&mut self, shape: Shape, domain: Option<Domain>) -> Var<'t> {
        if self.fresh || self.known.is_empty() {
            return self.input(shape, domain.unwrap_or(Domain::REAL));
        }
        let mut known = self.pick();
        known.var = conform(known.var, shape);
        tame(known, domain)
    }

    /// The simplest choice is the last value: a chain.
    fn pick(&mut self) -> Known<'t> {
        let at = self.known.len() - 1 - self.choices.below(self.known.len());
        self.known[at].used = true;
        self.known[at]
    }
}

/// The value in another shape, its elements in the same interval: repeated, averaged, or over and over.
fn conform(x: Var<'_>, to: Shape) -> Var<'_> {
    let from = x.shape();
    let repeats = |small: Shape, large: Shape| {
        (small.rows == large.rows || small.rows == 1) && (small.cols == large.cols || small.cols == 1)
    };
    if repeats(from, to) {
        x.expand(to.rows, to.cols)
    } else if repeats(to, from) {
        x.sum_to(to) * (to.len() as f64 / from.len().max(1) as f64)
    } else if from.is_empty() {
        x.tape.full(to.rows, to.cols, 0.5)
    } else {
        let index: Vec<u32> = (0..to.len()).map(|i| (i % from.len()) as u32).collect();
        x.gather(index, to.rows, to.cols)
    }
}

/// The value, pressed into `domain` by a tanh unless it is known to lie there.
fn tame(x: Known<'_>, domain: Option<Domain>) -> Var<'_> {
    let Some(domain) = domain else { return x.var };
    let inside = x.domain.is_some_and(|known| domain.low <= known.low && known.high <= domain.high);
    let (centre, radius) = (0.5 * (domain.high + domain.low), 0.5 * (domain.high - domain.low));
    if inside { x.var } else { x.var.tanh() * radius + centre }
}
