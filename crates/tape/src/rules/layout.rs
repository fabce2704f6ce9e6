//! What moves elements without an index: transposition, reshaping, and the value that no derivative passes.

use crate::rule::{At, Rule, Spelled};
use crate::rules::{fits, movement};
use crate::{Cost, Domain, Shape, Var};

/// The transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Transpose;

/// The same elements, row-major, in another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reshape {
    pub(crate) to: Shape,
}

/// The value, constant in every derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StopGradient;

impl Rule for Transpose {
    fn name(&self) -> String {
        "transpose".into()
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        Ok(args[0].transposed())
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(Var::t)
    }

    fn vjp<'t>(&self, _: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        vec![Some(cotangent.t())]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let (x, shape) = args[0];
        for i in 0..shape.rows {
            for j in 0..shape.cols {
                out[j * shape.rows + i] = x[i * shape.cols + j];
            }
        }
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("{}.T", args[0]))
    }
}

impl Rule for Reshape {
    fn name(&self) -> String {
        format!("reshape {}", self.to)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        fits(args[0].len() == self.to.len(), || format!("{} to {}: other numbers of elements", args[0], self.to))?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.reshape(self.to.rows, self.to.cols))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let shape = at.args[0].shape();
        vec![Some(cotangent.reshape(shape.rows, shape.cols))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        out.copy_from_slice(args[0].0);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("{}.reshape({}, {})", args[0], self.to.rows, self.to.cols))
    }
}

impl Rule for StopGradient {
    fn name(&self) -> String {
        "stop_gradient".into()
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        Ok(args[0])
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, _: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        None
    }

    fn vjp<'t>(&self, _: &At<'_, 't>, _: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        vec![None]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        out.copy_from_slice(args[0].0);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("jax.lax.stop_gradient({})", args[0]))
    }
}
