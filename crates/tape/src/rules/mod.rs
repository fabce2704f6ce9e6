//! The rules, a file per family.

mod call;
mod elementary;
mod factors;
mod index;
mod layout;
mod leaf;
mod matmul;
mod mixture;
mod softmax;
mod sums;

pub(crate) use call::Call;
pub(crate) use elementary::Elementary;
pub(crate) use index::{Gather, ScatterAdd, Slice, Unslice};
pub(crate) use layout::{Reshape, StopGradient, Transpose};
pub(crate) use leaf::{Constant, Fill, Input};
pub(crate) use matmul::Matmul;
pub(crate) use mixture::{Mixture, MixtureByRow, MixtureDot};
pub(crate) use softmax::RowLogSumExp;
pub(crate) use sums::{Expand, SumTo};

use crate::{Cost, Shape};

/// `Ok` when the condition holds, else what is wrong.
fn fits(condition: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(wrong()) }
}

/// The cost of moving elements without arithmetic.
fn movement(args: &[Shape], out: Shape) -> Cost {
    Cost { flops: 0, elements: (args.iter().map(|s| s.len()).sum::<usize>() + out.len()) as u64 }
}

/// The cost of `flops` operations for every element moved in and out.
fn per_element(flops: usize, elements: usize, args: &[Shape], out: Shape) -> Cost {
    Cost { flops: (flops * elements) as u64, ..movement(args, out) }
}
