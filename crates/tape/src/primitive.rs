//! The closed set of primitives.

use crate::rule::Rule;
use crate::rules::{
    Call, Constant, Elementary, Expand, Fill, Gather, Input, Matmul, Mixture, MixtureByRow, MixtureDot, Reshape,
    RowLogSumExp, ScatterAdd, Slice, StopGradient, SumTo, Transpose, Unslice,
};

/// A primitive: its struct holds its payload, and its [`Rule`] everything about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Primitive {
    Input(Input),
    Constant(Constant),
    Fill(Fill),
    Elementary(Elementary),
    Expand(Expand),
    SumTo(SumTo),
    Matmul(Matmul),
    Transpose(Transpose),
    Reshape(Reshape),
    Gather(Gather),
    ScatterAdd(ScatterAdd),
    Slice(Slice),
    Unslice(Unslice),
    RowLogSumExp(RowLogSumExp),
    StopGradient(StopGradient),
    Mixture(Mixture),
    MixtureDot(MixtureDot),
    /// On no tape.
    MixtureByRow(MixtureByRow),
    Call(Call),
}

impl Primitive {
    /// Everything about this primitive.
    pub(crate) fn rule(&self) -> &dyn Rule {
        match self {
            Self::Input(rule) => rule,
            Self::Constant(rule) => rule,
            Self::Fill(rule) => rule,
            Self::Elementary(rule) => rule,
            Self::Expand(rule) => rule,
            Self::SumTo(rule) => rule,
            Self::Matmul(rule) => rule,
            Self::Transpose(rule) => rule,
            Self::Reshape(rule) => rule,
            Self::Gather(rule) => rule,
            Self::ScatterAdd(rule) => rule,
            Self::Slice(rule) => rule,
            Self::Unslice(rule) => rule,
            Self::RowLogSumExp(rule) => rule,
            Self::StopGradient(rule) => rule,
            Self::Mixture(rule) => rule,
            Self::MixtureDot(rule) => rule,
            Self::MixtureByRow(rule) => rule,
            Self::Call(rule) => rule,
        }
    }
}
