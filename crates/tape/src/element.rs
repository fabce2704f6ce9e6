//! The element types that programs are compiled for.

use kernels::Float;

use crate::{Custom, Shape};

/// `f32` or `f64`: what a [`Tape`](crate::Tape), which has no element type, is compiled for.
pub trait Element: Float {
    /// Runs a user's operation on elements of this type.
    fn forward(custom: &dyn Custom, args: &[&[Self]], shapes: &[Shape], out: &mut [Self]);
}

impl Element for f32 {
    fn forward(custom: &dyn Custom, args: &[&[Self]], shapes: &[Shape], out: &mut [Self]) {
        custom.forward_f32(args, shapes, out);
    }
}

impl Element for f64 {
    fn forward(custom: &dyn Custom, args: &[&[Self]], shapes: &[Shape], out: &mut [Self]) {
        custom.forward_f64(args, shapes, out);
    }
}
