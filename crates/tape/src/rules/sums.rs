//! Broadcasts and their transposes.

use crate::rule::{At, Rule, Spelled};
use crate::rules::{fits, movement, per_element};
use crate::{Cost, Domain, Shape, Var};

/// Repeats a row, a column or a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Expand {
    pub(crate) to: Shape,
}

/// Sums over rows, columns or both: the transpose of [`Expand`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SumTo {
    pub(crate) to: Shape,
}

/// Whether `small` repeats to `large`.
fn repeats(small: Shape, large: Shape) -> bool {
    (small.rows == large.rows || small.rows == 1) && (small.cols == large.cols || small.cols == 1)
}

/// Where element (i, j) of the large shape lies in the small one.
fn at(small: Shape, i: usize, j: usize) -> usize {
    (if small.rows == 1 { 0 } else { i }) * small.cols + if small.cols == 1 { 0 } else { j }
}

impl Rule for Expand {
    fn name(&self) -> String {
        format!("expand {}", self.to)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        fits(repeats(args[0], self.to), || format!("{} does not repeat to {}", args[0], self.to))?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.expand(self.to.rows, self.to.cols))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        vec![Some(cotangent.sum_to(at.args[0].shape()))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        movement(args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let (x, shape) = args[0];
        for i in 0..self.to.rows {
            for j in 0..self.to.cols {
                out[i * self.to.cols + j] = x[at(shape, i, j)];
            }
        }
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("jnp.broadcast_to({}, ({}, {}))", args[0], self.to.rows, self.to.cols))
    }
}

impl Rule for SumTo {
    fn name(&self) -> String {
        format!("sum to {}", self.to)
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        fits(repeats(self.to, args[0]), || format!("{} does not sum to {}", args[0], self.to))?;
        Ok(self.to)
    }

    fn jvp<'t>(&self, _: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| d.sum_to(self.to))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let shape = at.args[0].shape();
        vec![Some(cotangent.expand(shape.rows, shape.cols))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        per_element(1, args[0].len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let (x, shape) = args[0];
        out.fill(0.0);
        for i in 0..shape.rows {
            for j in 0..shape.cols {
                out[at(self.to, i, j)] += x[i * shape.cols + j];
            }
        }
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        let (from, to) = (args[0].shape, self.to);
        let axes = match (from.rows != to.rows, from.cols != to.cols) {
            (true, true) => "(0, 1)",
            (true, false) => "0",
            (false, true) => "1",
            (false, false) => "()",
        };
        Some(format!("jnp.sum({}, axis={axes}, keepdims=True)", args[0]))
    }
}
