//! The one door for users' own operations.

use crate::{Cost, Domain, Shape, Var};

/// A user's operation. It is a step of its own in a program, and equal only to the same `Arc`.
///
/// The derivatives answer with nodes, so higher orders need no further rule. They are given the operands and the result of
/// the operation, and return `None` for a derivative that is zero.
pub trait Custom: Send + Sync {
    /// The name in listings and messages.
    fn name(&self) -> &str;

    /// The shape of the result, or what is wrong with the operands.
    ///
    /// # Errors
    /// A sentence without the name of the operation: it is added.
    fn shape(&self, args: &[Shape]) -> Result<Shape, String>;

    /// The operation on `f32`; all matrices are row-major. Every element of `out` must be written.
    fn forward_f32(&self, args: &[&[f32]], shapes: &[Shape], out: &mut [f32]);

    /// The operation on `f64`.
    fn forward_f64(&self, args: &[&[f64]], shapes: &[Shape], out: &mut [f64]);

    /// The directional derivative of the result, given those of the operands.
    fn jvp<'t>(&self, args: &[Var<'t>], out: Var<'t>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>>;

    /// The cotangent of each operand (in order, of its shape), given that of the result. Those that are not `wanted` are ignored.
    fn vjp<'t>(&self, args: &[Var<'t>], out: Var<'t>, cotangent: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>>;

    /// What one run costs.
    fn cost(&self, args: &[Shape]) -> Cost;

    /// Operands that the gradient checker tries: for each case, the shapes and where elements are drawn from.
    fn cases(&self) -> Vec<Vec<(Shape, Domain)>>;
}
