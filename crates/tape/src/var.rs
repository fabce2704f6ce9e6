//! The handle of a recorded value, and what can be done with it.

use std::fmt;
use std::sync::Arc;

use crate::primitive::Primitive;
use crate::rules::{
    Call, Elementary, Expand, Gather, Matmul, Mixture, MixtureDot, Reshape, RowLogSumExp, ScatterAdd, Slice,
    StopGradient, SumTo, Transpose, Unslice,
};
use crate::{Activation, Bank, Custom, Elementwise, Shape, Tape};

/// A recorded value: a `Copy` handle. All methods append nodes to its tape; shape errors panic at the caller's line.
#[derive(Clone, Copy)]
pub struct Var<'t> {
    pub(crate) tape: &'t Tape,
    pub(crate) id: u32,
}

impl fmt::Debug for Var<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}: {}", self.id, self.shape())
    }
}

impl<'t> Var<'t> {
    /// The shape.
    pub fn shape(self) -> Shape {
        self.tape.with(self.id, |node| node.shape)
    }

    /// Number of rows.
    pub fn rows(self) -> usize {
        self.shape().rows
    }

    /// Number of columns.
    pub fn cols(self) -> usize {
        self.shape().cols
    }

    /// The tape it was recorded on.
    pub fn tape(self) -> &'t Tape {
        self.tape
    }

    /// Names the value in listings and messages.
    #[must_use]
    pub fn label(self, label: &str) -> Self {
        self.tape.set_label(self.id, label);
        self
    }

    #[track_caller]
    pub(crate) fn unary(self, op: Elementwise) -> Self {
        self.tape.record(Primitive::Elementary(Elementary(op)), &[self])
    }

    /// An elementwise operation of two operands; a 1 × 1 operand is first expanded to the shape of the other.
    #[track_caller]
    pub(crate) fn binary(self, op: Elementwise, other: Self) -> Self {
        let (a, b) = (self.scalar_like(other), other.scalar_like(self));
        self.tape.record(Primitive::Elementary(Elementary(op)), &[a, b])
    }

    #[track_caller]
    fn scalar_like(self, other: Self) -> Self {
        if self.shape() == Shape::SCALAR { self.expand(other.rows(), other.cols()) } else { self }
    }

    /// The smaller of two, elementwise. A tie gives half of the gradient to each.
    #[track_caller]
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        self.binary(Elementwise::Min, other)
    }

    /// The larger of two, elementwise. A tie gives half of the gradient to each.
    #[track_caller]
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        self.binary(Elementwise::Max, other)
    }

    /// 1 where self < other, ½ where they are equal, else 0. Its derivative is zero.
    #[track_caller]
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        self.binary(Elementwise::Less, other)
    }

    /// `then` where self ≠ 0, else `otherwise`, elementwise. What is not chosen gets a gradient of 0, whatever it is; if its own
    /// slope is infinite or NaN there, 0 times that is NaN, so select what it is computed from too.
    #[track_caller]
    #[must_use]
    pub fn select(self, then: Self, otherwise: Self) -> Self {
        self.tape.record(Primitive::Elementary(Elementary(Elementwise::Select)), &[self, then, otherwise])
    }

    /// |x|; the derivative at 0 is 0.
    #[track_caller]
    #[must_use]
    pub fn abs(self) -> Self {
        self.unary(Elementwise::Abs)
    }

    /// The sign: −1, 0 or 1. Its derivative is zero.
    #[track_caller]
    #[must_use]
    pub fn sign(self) -> Self {
        self.unary(Elementwise::Sign)
    }

    /// 1/x
    #[track_caller]
    #[must_use]
    pub fn recip(self) -> Self {
        self.unary(Elementwise::Recip)
    }

    /// √x
    #[track_caller]
    #[must_use]
    pub fn sqrt(self) -> Self {
        self.unary(Elementwise::Sqrt)
    }

    /// eˣ
    #[track_caller]
    #[must_use]
    pub fn exp(self) -> Self {
        self.unary(Elementwise::Exp)
    }

    /// ln x
    #[track_caller]
    #[must_use]
    pub fn ln(self) -> Self {
        self.unary(Elementwise::Ln)
    }

    /// eˣ − 1
    #[track_caller]
    #[must_use]
    pub fn exp_m1(self) -> Self {
        self.unary(Elementwise::Expm1)
    }

    /// ln(1 + x)
    #[track_caller]
    #[must_use]
    pub fn ln_1p(self) -> Self {
        self.unary(Elementwise::Ln1p)
    }

    /// tanh x
    #[track_caller]
    #[must_use]
    pub fn tanh(self) -> Self {
        self.unary(Elementwise::Tanh)
    }

    /// 1/(1 + e⁻ˣ)
    #[track_caller]
    #[must_use]
    pub fn logistic(self) -> Self {
        self.unary(Elementwise::Logistic)
    }

    /// erf x
    #[track_caller]
    #[must_use]
    pub fn erf(self) -> Self {
        self.unary(Elementwise::Erf)
    }

    /// sin x
    #[track_caller]
    #[must_use]
    pub fn sin(self) -> Self {
        self.unary(Elementwise::Sin)
    }

    /// cos x
    #[track_caller]
    #[must_use]
    pub fn cos(self) -> Self {
        self.unary(Elementwise::Cos)
    }

    /// arcsin x
    #[track_caller]
    #[must_use]
    pub fn asin(self) -> Self {
        self.unary(Elementwise::Asin)
    }

    /// arctan x
    #[track_caller]
    #[must_use]
    pub fn atan(self) -> Self {
        self.unary(Elementwise::Atan)
    }

    /// xⁿ
    #[track_caller]
    #[must_use]
    pub fn powi(self, n: i32) -> Self {
        self.unary(Elementwise::Powi(n))
    }

    /// xᵖ; NaN for negative x unless p is whole.
    #[track_caller]
    #[must_use]
    pub fn powf(self, p: f64) -> Self {
        self.unary(Elementwise::Powf(p.into()))
    }

    /// Repeats a row, a column or a scalar to rows × cols.
    #[track_caller]
    #[must_use]
    pub fn expand(self, rows: usize, cols: usize) -> Self {
        let to = Shape::new(rows, cols);
        if self.shape() == to { self } else { self.tape.record(Primitive::Expand(Expand { to }), &[self]) }
    }

    #[track_caller]
    pub(crate) fn sum_to(self, to: Shape) -> Self {
        if self.shape() == to { self } else { self.tape.record(Primitive::SumTo(SumTo { to }), &[self]) }
    }

    /// The sum of all elements: 1 × 1. The empty sum is 0.
    #[track_caller]
    #[must_use]
    pub fn sum(self) -> Self {
        self.sum_to(Shape::SCALAR)
    }

    /// The sum over the rows: 1 × cols.
    #[track_caller]
    #[must_use]
    pub fn sum_rows(self) -> Self {
        self.sum_to(Shape::new(1, self.cols()))
    }

    /// The sum of each row: rows × 1.
    #[track_caller]
    #[must_use]
    pub fn sum_cols(self) -> Self {
        self.sum_to(Shape::new(self.rows(), 1))
    }

    /// The mean of all elements: 1 × 1.
    ///
    /// # Panics
    /// When there is no element.
    #[track_caller]
    #[must_use]
    pub fn mean(self) -> Self {
        assert!(!self.shape().is_empty(), "mean: of no elements ({})", self.shape());
        self.sum() * (1.0 / self.shape().len() as f64)
    }

    /// The inner product of all elements: 1 × 1.
    #[track_caller]
    #[must_use]
    pub fn dot(self, other: Self) -> Self {
        (self * other).sum()
    }

    /// The matrix product.
    #[track_caller]
    #[must_use]
    pub fn matmul(self, other: Self) -> Self {
        self.matmul_flags(other, false, false)
    }

    /// The matrix product of self (transposed if `ta`) and other (transposed if `tb`).
    #[track_caller]
    pub(crate) fn matmul_flags(self, other: Self, ta: bool, tb: bool) -> Self {
        self.tape.record(Primitive::Matmul(Matmul { ta, tb }), &[self, other])
    }

    /// The transpose.
    #[track_caller]
    #[must_use]
    pub fn t(self) -> Self {
        self.tape.record(Primitive::Transpose(Transpose), &[self])
    }

    /// The same elements, row-major, in another shape.
    #[track_caller]
    #[must_use]
    pub fn reshape(self, rows: usize, cols: usize) -> Self {
        let to = Shape::new(rows, cols);
        if self.shape() == to { self } else { self.tape.record(Primitive::Reshape(Reshape { to }), &[self]) }
    }

    /// out\[i\] = self\[index\[i\]\], both counted row-major.
    #[track_caller]
    #[must_use]
    pub fn gather(self, index: impl Into<Arc<[u32]>>, rows: usize, cols: usize) -> Self {
        let gather = Gather { index: index.into(), to: Shape::new(rows, cols) };
        self.tape.record(Primitive::Gather(gather), &[self])
    }

    /// out\[index\[i\]\] += self\[i\] into zeros, both counted row-major: the transpose of [`Self::gather`].
    #[track_caller]
    #[must_use]
    pub fn scatter_add(self, index: impl Into<Arc<[u32]>>, rows: usize, cols: usize) -> Self {
        let scatter = ScatterAdd { index: index.into(), to: Shape::new(rows, cols) };
        self.tape.record(Primitive::ScatterAdd(scatter), &[self])
    }

    /// rows · cols consecutive elements from `start` on, as a matrix: a flat θ is split by this.
    #[track_caller]
    #[must_use]
    pub fn slice(self, start: usize, rows: usize, cols: usize) -> Self {
        self.tape.record(Primitive::Slice(Slice { start, to: Shape::new(rows, cols) }), &[self])
    }

    /// A vector of `len` zeros that holds the elements of self from `start` on: the transpose of [`Self::slice`].
    #[track_caller]
    #[must_use]
    pub fn unslice(self, start: usize, to: Shape) -> Self {
        self.tape.record(Primitive::Unslice(Unslice { start, to }), &[self])
    }

    /// ln Σ exp of each row, without overflow: rows × 1. An empty row gives −∞.
    #[track_caller]
    #[must_use]
    pub fn row_log_sum_exp(self) -> Self {
        self.tape.record(Primitive::RowLogSumExp(RowLogSumExp), &[self])
    }

    /// The value, constant in every derivative.
    #[track_caller]
    #[must_use]
    pub fn stop_gradient(self) -> Self {
        self.tape.record(Primitive::StopGradient(StopGradient), &[self])
    }

    /// σ(x): a mixture of one activation with weight 1, so that its derivatives (up to the third) are computed with the value in one
    /// pass.
    #[track_caller]
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        self.mixture(&Bank::new([activation]), self.tape.full(1, 1, 1.0))
    }

    /// σ_α(x) = Σᵢ αᵢ σᵢ(x) over the activations of the bank; α is h × G, one column per contiguous group of columns of self.
    #[track_caller]
    #[must_use]
    pub fn mixture(self, bank: &Bank, alpha: Self) -> Self {
        self.mixture_order(bank, 0, alpha)
    }

    /// Σᵢ αᵢ σᵢ⁽ᵏ⁾(x) for the derivative of order k ≤ 3: what the derivatives of [`Self::mixture`] in x are made of.
    #[track_caller]
    #[must_use]
    pub fn mixture_order(self, bank: &Bank, order: usize, alpha: Self) -> Self {
        self.tape.record(Primitive::Mixture(Mixture { bank: bank.clone(), order }), &[self, alpha])
    }

    /// ⟨self, σᵢ⁽ᵏ⁾(x)⟩ for each activation and group of columns: h × G. What the derivative of a mixture in α is made of.
    #[track_caller]
    #[must_use]
    pub fn mixture_dot(self, bank: &Bank, order: usize, x: Self, groups: usize) -> Self {
        self.tape.record(Primitive::MixtureDot(MixtureDot { bank: bank.clone(), order, groups }), &[self, x])
    }

    /// A user's operation on `args`, which live on one tape.
    ///
    /// # Panics
    /// When the operation refuses the shapes, or `args` is empty.
    #[track_caller]
    pub fn custom(operation: &Arc<dyn Custom>, args: &[Self]) -> Self {
        assert!(!args.is_empty(), "{}: no operands", operation.name());
        args[0].tape.record(Primitive::Call(Call(operation.clone())), args)
    }

    /// Zeros of the same shape.
    #[track_caller]
    #[must_use]
    pub fn zeros_like(self) -> Self {
        self.tape.full(self.rows(), self.cols(), 0.0)
    }
}
