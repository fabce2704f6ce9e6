//! A product and what it is added to, in one pass: the bits are those of one pass for each operation.

use super::tile::{Add, Apply, Mul, Operation, Scale, Sub, sweep_into};
use crate::lanes::Lanes;
use crate::{Float, Isa, Real};

/// The product of two operands, or of one and a number, joined with the next operand or with the product of the next two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fused {
    /// The number, if the product is of one operand.
    pub(crate) number: Option<Real>,
    /// Whether it is joined with another product.
    pub(crate) with_product: bool,
    pub(crate) join: Join,
}

/// How a product p and another term q are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Join {
    /// p + q
    Add,
    /// p − q
    Sub,
    /// q − p
    From,
    /// p · q
    Mul,
}

impl Fused {
    /// The number of operands.
    pub(crate) const fn arity(self) -> usize {
        let first = if self.number.is_some() { 1 } else { 2 };
        first + if self.with_product { 2 } else { 1 }
    }

    /// Runs it on a tile.
    pub(super) fn tile<T: Float>(self, isa: Isa, apply: &mut Apply<'_, T>) {
        match self.number {
            None => self.product(Mul, isa, apply),
            Some(number) => self.product(Scale(number.get()), isa, apply),
        }
    }

    fn product<T: Float>(self, product: impl Operation, isa: Isa, apply: &mut Apply<'_, T>) {
        if self.with_product {
            self.joined(product, Mul, isa, apply);
        } else {
            self.joined(product, Same, isa, apply);
        }
    }

    fn joined<T: Float>(self, product: impl Operation, other: impl Operation, isa: Isa, apply: &mut Apply<'_, T>) {
        match self.join {
            Join::Add => sweep_into(isa, Joined(product, other, Add), apply),
            Join::Sub => sweep_into(isa, Joined(product, other, Sub), apply),
            Join::From => sweep_into(isa, Joined(product, other, From), apply),
            Join::Mul => sweep_into(isa, Joined(product, other, Mul), apply),
        }
    }
}

/// join(p, q) of the first operands and of those that follow.
#[derive(Clone, Copy)]
struct Joined<P, Q, J>(P, Q, J);

impl<P: Operation, Q: Operation, J: Operation> Operation for Joined<P, Q, J> {
    const ARITY: usize = P::ARITY + Q::ARITY;

    #[inline(always)]
    fn of<L: Lanes>(self, args: [L; 4]) -> L {
        let Self(product, other, join) = self;
        let [_, b, c, d] = args;
        let (p, q) = (product.of(args), other.of(if P::ARITY == 1 { [b, c, d, d] } else { [c, d, d, d] }));
        join.of([p, q, q, q])
    }

    #[inline(always)]
    fn times(self, number: f64) -> Self {
        Self(self.0.times(number), self.1, self.2)
    }
}

#[derive(Clone, Copy)]
struct Same;

impl Operation for Same {
    const ARITY: usize = 1;

    #[inline(always)]
    fn of<L: Lanes>(self, [a, ..]: [L; 4]) -> L {
        a
    }
}

#[derive(Clone, Copy)]
struct From;

impl Operation for From {
    const ARITY: usize = 2;

    #[inline(always)]
    fn of<L: Lanes>(self, [a, b, ..]: [L; 4]) -> L {
        b - a
    }
}
