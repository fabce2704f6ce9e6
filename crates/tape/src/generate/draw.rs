//! Records one primitive with a drawn payload, on operands that are drawn to fit.

use std::sync::Arc;

use crate::generate::operands::Operands;
use crate::generate::prototypes::activations;
use crate::generate::within;
use crate::primitive::Primitive;
use crate::rules::{Constant, Elementary, Fill, Gather, Matmul, Mixture, MixtureDot, ScatterAdd};
use crate::{Bank, Custom, Domain, Elementwise, Real, Shape, Var};

impl<'t> Operands<'t, '_> {
    /// A primitive like `prototype`.
    pub(crate) fn draw(&mut self, prototype: &Primitive) -> Var<'t> {
        match prototype {
            Primitive::Input(_) => self.any(None),
            Primitive::Constant(_) => self.constant(),
            Primitive::Fill(_) => {
                let fill = Fill { value: self.real(), shape: self.shape() };
                self.record(Primitive::Fill(fill), &[])
            }
            Primitive::Elementary(rule) => self.elementary(rule.0),
            Primitive::Expand(_) => self.expand(),
            Primitive::SumTo(_) => {
                // Sums of repeated sums would grow without bound.
                let x = self.any(Some(Domain::REAL));
                let to = self.reduced(x.shape());
                x.sum_to(to)
            }
            Primitive::Matmul(_) => self.matmul(),
            Primitive::Transpose(_) => self.any(None).t(),
            Primitive::Reshape(_) => self.reshape(),
            Primitive::Gather(_) => self.gather(),
            Primitive::ScatterAdd(_) => self.scatter_add(),
            Primitive::Slice(_) => self.slice(),
            Primitive::Unslice(_) => self.unslice(),
            Primitive::RowLogSumExp(_) => {
                // A row without elements gives −∞, which has no differences.
                let rows = self.side();
                let shape = Shape::new(rows, self.positive_side());
                self.of(shape, None).row_log_sum_exp()
            }
            Primitive::StopGradient(_) => self.any(None).stop_gradient(),
            Primitive::Mixture(_) => self.mixture(),
            Primitive::MixtureDot(_) => self.mixture_dot(),
            Primitive::MixtureByRow(_) => unreachable!("no tape holds it"),
            Primitive::Call(call) => self.call(&call.0),
        }
    }

    fn record(&self, primitive: Primitive, args: &[Var<'t>]) -> Var<'t> {
        self.tape.record(primitive, args)
    }

    fn real(&mut self) -> Real {
        within(self.choices, Domain::REAL).into()
    }

    fn constant(&mut self) -> Var<'t> {
        let shape = self.shape();
        let data = (0..shape.len()).map(|_| self.real()).collect();
        self.record(Primitive::Constant(Constant { data, shape }), &[])
    }

    fn elementary(&mut self, op: Elementwise) -> Var<'t> {
        let op = match op {
            Elementwise::Powi(_) => Elementwise::Powi([2, 3, -1, -2, 0, 1, 5][self.choices.below(7)]),
            Elementwise::Powf(_) => Elementwise::Powf([0.5, 1.5, -0.7, 2.0, 0.0, 1.0][self.choices.below(6)].into()),
            Elementwise::Scale(_) => Elementwise::Scale(self.real()),
            Elementwise::Shift(_) => Elementwise::Shift(self.real()),
            op => op,
        };
        let first = self.any(operand_domain(op, 0));
        let mut args = vec![first];
        for arg in 1..op.arity() {
            args.push(self.of(first.shape(), operand_domain(op, arg)));
        }
        self.record(Primitive::Elementary(Elementary(op)), &args)
    }

    /// A shape that sums of `shape` have, or that repeats to it.
    fn reduced(&mut self, shape: Shape) -> Shape {
        [Shape::SCALAR, Shape::new(1, shape.cols), Shape::new(shape.rows, 1)][self.choices.below(3)]
    }

    fn expand(&mut self) -> Var<'t> {
        let to = self.shape();
        let from = self.reduced(to);
        self.of(from, None).expand(to.rows, to.cols)
    }

    fn matmul(&mut self) -> Var<'t> {
        let (ta, tb) = (self.choices.below(2) == 1, self.choices.below(2) == 1);
        let a = self.any(Some(Domain::REAL));
        let inner = if ta { a.rows() } else { a.cols() };
        let b = Shape::new(inner, self.side());
        let b = self.of(if tb { b.transposed() } else { b }, Some(Domain::REAL));
        self.record(Primitive::Matmul(Matmul { ta, tb }), &[a, b])
    }

    fn reshape(&mut self) -> Var<'t> {
        let x = self.any(None);
        let (rows, cols) = (x.rows(), x.cols());
        let (rows, cols) = [(rows * cols, 1), (1, rows * cols), (cols, rows)][self.choices.below(3)];
        x.reshape(rows, cols)
    }

    /// `count` indices below `bound`: an arithmetic progression, which skips and repeats.
    fn index(&mut self, count: usize, bound: usize) -> Arc<[u32]> {
        let (start, stride) = (self.choices.below(bound), self.choices.below(bound));
        (0..count).map(|i| ((start + i * stride) % bound) as u32).collect()
    }

    fn gather(&mut self) -> Var<'t> {
        let x = self.any(None);
        let to = if x.shape().is_empty() { Shape::new(0, self.side()) } else { self.shape() };
        let index = self.index(to.len(), x.shape().len());
        self.record(Primitive::Gather(Gather { index, to }), &[x])
    }

    fn scatter_add(&mut self) -> Var<'t> {
        let x = self.any(None);
        let to = Shape::new(self.positive_side(), self.positive_side());
        let index = self.index(x.shape().len(), to.len());
        self.record(Primitive::ScatterAdd(ScatterAdd { index, to }), &[x])
    }

    fn slice(&mut self) -> Var<'t> {
        let x = self.any(None);
        let len = x.shape().len();
        let start = self.choices.below(len + 1);
        let cols = self.choices.below(len - start + 1);
        let rows = self.choices.below((len - start).checked_div(cols).unwrap_or(0) + 1);
        x.slice(start, rows, cols)
    }

    fn unslice(&mut self) -> Var<'t> {
        let x = self.any(None);
        let (before, after) = (self.choices.below(3), self.choices.below(3));
        x.unslice(before, Shape::new(before + x.shape().len() + after, 1))
    }

    fn bank(&mut self) -> Bank {
        let count = 1 + self.choices.below(3);
        let all = activations(self.limits);
        let drawn: Vec<_> = (0..count).map(|_| all[self.choices.below(all.len())]).collect();
        Bank::new(drawn)
    }

    /// A number of groups that the columns of `x` split into.
    fn groups(&mut self, x: Shape) -> usize {
        let whole: Vec<usize> = (1..=x.cols.max(2)).filter(|groups| x.cols.is_multiple_of(*groups)).collect();
        whole[self.choices.below(whole.len())]
    }

    fn order(&mut self) -> usize {
        self.choices.below(self.limits.mixture_order + 1)
    }

    fn mixture(&mut self) -> Var<'t> {
        let (bank, order) = (self.bank(), self.order());
        let x = self.any(Some(Domain::REAL));
        let groups = self.groups(x.shape());
        let alpha = self.of(Shape::new(bank.len(), groups), Some(Domain::REAL));
        self.record(Primitive::Mixture(Mixture { bank, order }), &[x, alpha])
    }

    fn mixture_dot(&mut self) -> Var<'t> {
        let (bank, order) = (self.bank(), self.order());
        let g = self.any(Some(Domain::REAL));
        let x = self.of(g.shape(), Some(Domain::REAL));
        let groups = self.groups(x.shape());
        self.record(Primitive::MixtureDot(MixtureDot { bank, order, groups }), &[g, x])
    }

    fn call(&mut self, custom: &Arc<dyn Custom>) -> Var<'t> {
        let mut cases = custom.cases();
        assert!(!cases.is_empty(), "{}: no cases to draw operands from", custom.name());
        let case = cases.swap_remove(self.choices.below(cases.len()));
        let args: Vec<Var<'t>> = case.into_iter().map(|(shape, domain)| self.of(shape, Some(domain))).collect();
        Var::custom(custom, &args)
    }
}

/// Where an operand must lie; `None` where any number will do, however large.
fn operand_domain(op: Elementwise, arg: usize) -> Option<Domain> {
    use crate::rule::Rule;
    use Elementwise as E;
    let grows = matches!(op, E::Mul | E::Exp | E::Expm1 | E::Powi(_));
    let turns = matches!(op, E::Sin | E::Cos);
    let domain = Elementary(op).domain(arg);
    (grows || turns || domain != Domain::REAL).then_some(domain)
}
