//! The table of all primitives.

use std::sync::Arc;

use crate::generate::Limits;
use crate::primitive::Primitive;
use crate::rules::{
    Call, Constant, Elementary, Expand, Fill, Gather, Matmul, Mixture, MixtureDot, Reshape, RowLogSumExp, ScatterAdd,
    Slice, StopGradient, SumTo, Transpose, Unslice,
};
use crate::{Activation, Bank, Elementwise, Real, Shape};

/// Zero as a payload that is drawn later.
const LATER: Real = Real::new(0.0);

/// Every elementwise operation, the simplest first. Payloads are drawn when one is recorded.
pub const ELEMENTWISE: [Elementwise; 28] = {
    use Elementwise as E;
    [
        E::Add,
        E::Mul,
        E::Tanh,
        E::Sub,
        E::Div,
        E::Min,
        E::Max,
        E::Less,
        E::Select,
        E::Neg,
        E::Abs,
        E::Sign,
        E::Recip,
        E::Sqrt,
        E::Exp,
        E::Ln,
        E::Expm1,
        E::Ln1p,
        E::Logistic,
        E::Erf,
        E::Sin,
        E::Cos,
        E::Asin,
        E::Atan,
        E::Powi(0),
        E::Powf(LATER),
        E::Scale(LATER),
        E::Shift(LATER),
    ]
};

/// Every activation; those with a number have one that is as good as any.
pub const ACTIVATIONS: [Activation; 14] = {
    use Activation as A;
    [
        A::Tanh,
        A::Relu,
        A::LeakyRelu(Real::new(0.1)),
        A::Sigmoid,
        A::Softplus,
        A::Silu,
        A::Gelu,
        A::Elu(Real::new(2.0)),
        A::Sin,
        A::Identity,
        A::Square,
        A::Erf,
        A::Hermite(1),
        A::Hermite(4),
    ]
};

const fn has_kink(op: Elementwise) -> bool {
    use Elementwise as E;
    matches!(op, E::Min | E::Max | E::Less | E::Select | E::Abs | E::Sign)
}

fn is_smooth(activation: &Activation) -> bool {
    use Activation as A;
    !matches!(activation, A::Relu | A::LeakyRelu(_) | A::Elu(_))
}

/// Whether a mixture has an activation with a kink.
pub(crate) fn has_kinked_activation(primitive: &Primitive) -> bool {
    let bank = match primitive {
        Primitive::Mixture(rule) => &rule.bank,
        Primitive::MixtureDot(rule) => &rule.bank,
        _ => return false,
    };
    !bank.activations().iter().all(is_smooth)
}

/// The activations that are drawn within the limits.
pub(crate) fn activations(limits: &Limits) -> Vec<Activation> {
    ACTIVATIONS.into_iter().filter(|activation| limits.kinks || is_smooth(activation)).collect()
}

/// Of every primitive within the limits one with a payload that means nothing. Inputs are not drawn: they are there before.
pub(crate) fn prototypes(limits: &Limits) -> Vec<Primitive> {
    let (shape, to, order, start) = (Shape::SCALAR, Shape::SCALAR, 0, 0);
    let (bank, index) = (|| Bank::new([]), || Arc::from([]));
    let drawn = ELEMENTWISE.into_iter().filter(|&op| limits.kinks || !has_kink(op));
    let elementwise = drawn.map(|op| Primitive::Elementary(Elementary(op)));
    let others = [
        Primitive::Matmul(Matmul { ta: false, tb: false }),
        Primitive::Mixture(Mixture { bank: bank(), order }),
        Primitive::MixtureDot(MixtureDot { bank: bank(), order, groups: 1 }),
        Primitive::Expand(Expand { to }),
        Primitive::SumTo(SumTo { to }),
        Primitive::Transpose(Transpose),
        Primitive::Reshape(Reshape { to }),
        Primitive::Gather(Gather { index: index(), to }),
        Primitive::ScatterAdd(ScatterAdd { index: index(), to }),
        Primitive::Slice(Slice { start, to }),
        Primitive::Unslice(Unslice { start, to }),
        Primitive::RowLogSumExp(RowLogSumExp),
        Primitive::Constant(Constant { data: Arc::from([]), shape }),
        Primitive::Fill(Fill { value: LATER, shape }),
    ];
    let stop = limits.stop_gradient.then_some(Primitive::StopGradient(StopGradient));
    let calls = limits.customs.iter().map(|custom| Primitive::Call(Call(custom.clone())));
    elementwise.chain(others).chain(stop).chain(calls).collect()
}
