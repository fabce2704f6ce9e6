//! The matrix product.

use crate::rule::{At, Rule, Spelled, plus};
use crate::rules::factors::{product, tangent_product};
use crate::rules::{fits, per_element};
use crate::{Cost, Domain, Shape, Var};

/// op(A)·op(B), each transposed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Matmul {
    pub(crate) ta: bool,
    pub(crate) tb: bool,
}

fn flagged(shape: Shape, transposed: bool) -> Shape {
    if transposed { shape.transposed() } else { shape }
}

impl Matmul {
    /// (m, k, n) of the product.
    pub(crate) fn sizes(self, args: &[Shape]) -> (usize, usize, usize) {
        let (a, b) = (flagged(args[0], self.ta), flagged(args[1], self.tb));
        (a.rows, a.cols, b.cols)
    }
}

impl Rule for Matmul {
    fn name(&self) -> String {
        let flag = |t| if t { "ᵀ" } else { "" };
        format!("matmul a{}·b{}", flag(self.ta), flag(self.tb))
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        let (a, b) = (flagged(args[0], self.ta), flagged(args[1], self.tb));
        fits(a.cols == b.rows, || format!("{a} by {b}: {} columns meet {} rows", a.cols, b.rows))?;
        Ok(Shape::new(a.rows, b.cols))
    }

    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        let (a, b) = (at.args[0], at.args[1]);
        let of_a = |d| if self.ta { product(d, b, true, self.tb) } else { tangent_product(d, b, self.tb) };
        plus(tangents[0].map(of_a), tangents[1].map(|d| product(a, d, self.ta, self.tb)))
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, c: Var<'t>, wanted: &[bool]) -> Vec<Option<Var<'t>>> {
        let (a, b) = (at.args[0], at.args[1]);
        let of_a = || if self.ta { product(b, c, self.tb, true) } else { product(c, b, false, !self.tb) };
        let of_b = || if self.tb { product(c, a, true, self.ta) } else { product(a, c, !self.ta, false) };
        vec![wanted[0].then(of_a), wanted[1].then(of_b)]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        let (m, k, n) = self.sizes(args);
        per_element(2 * k, m * n, args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let ((a, a_shape), (b, b_shape)) = (args[0], args[1]);
        let (m, k, n) = self.sizes(&[a_shape, b_shape]);
        let element = |x: &[f64], shape: Shape, transposed: bool, i: usize, j: usize| {
            if transposed { x[j * shape.cols + i] } else { x[i * shape.cols + j] }
        };
        for i in 0..m {
            for j in 0..n {
                out[i * n + j] =
                    (0..k).map(|l| element(a, a_shape, self.ta, i, l) * element(b, b_shape, self.tb, l, j)).sum();
            }
        }
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        let flag = |transposed| if transposed { ".T" } else { "" };
        Some(format!("{}{} @ {}{}", args[0], flag(self.ta), args[1], flag(self.tb)))
    }
}
