//! The row log-sum-exp; its slope is the softmax.

use crate::rule::{At, Rule, Spelled};
use crate::rules::per_element;
use crate::{Cost, Domain, Shape, Var, reference};

/// ln Σⱼ exp(x\[i, j\]) for every row i.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowLogSumExp;

/// exp(x − lse x): the softmax of each row.
fn softmax<'t>(at: &At<'_, 't>) -> Var<'t> {
    let x = at.args[0];
    (x - at.out.expand(x.rows(), x.cols())).exp()
}

impl Rule for RowLogSumExp {
    fn name(&self) -> String {
        "row_log_sum_exp".into()
    }

    fn shape(&self, args: &[Shape]) -> Result<Shape, String> {
        Ok(Shape::new(args[0].rows, 1))
    }

    fn jvp<'t>(&self, at: &At<'_, 't>, tangents: &[Option<Var<'t>>]) -> Option<Var<'t>> {
        tangents[0].map(|d| (softmax(at) * d).sum_cols())
    }

    fn vjp<'t>(&self, at: &At<'_, 't>, cotangent: Var<'t>, _: &[bool]) -> Vec<Option<Var<'t>>> {
        let x = at.args[0];
        vec![Some(softmax(at) * cotangent.expand(x.rows(), x.cols()))]
    }

    fn cost(&self, args: &[Shape], out: Shape) -> Cost {
        per_element(18, args[0].len(), args, out)
    }

    fn reference(&self, args: &[(&[f64], Shape)], out: &mut [f64]) {
        let (x, shape) = args[0];
        reference::slow::row_log_sum_exp(x, shape.rows, shape.cols, out);
    }

    fn domain(&self, _: usize) -> Domain {
        Domain::REAL
    }

    fn python(&self, args: &[Spelled<'_>]) -> Option<String> {
        Some(format!("logsumexp({}, axis=1, keepdims=True)", args[0]))
    }
}
