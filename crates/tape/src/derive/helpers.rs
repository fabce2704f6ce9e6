//! Gradients, Hessian products and whole matrices, from vjp and jvp.

use crate::derive::forward::push_forward;
use crate::derive::reverse::pull_back;
use crate::rule::plus;
use crate::vars::{fill, list};
use crate::{Shape, Var, Vars};

#[track_caller]
fn assert_scalar(what: &str, loss: Var<'_>) {
    assert!(loss.shape() == Shape::SCALAR, "{what}: the loss is {}, not 1×1", loss.shape());
}

#[track_caller]
fn pull_back_one<'t>(loss: Var<'t>, wrt: &[Var<'t>], cut: &[Var<'t>]) -> Vec<Var<'t>> {
    pull_back(&[loss], &[loss.tape.full(1, 1, 1.0)], wrt, cut)
}

/// The gradient of a 1 × 1 loss.
///
/// ```
/// use tape::{Tape, grad, reference};
///
/// let tape = Tape::new();
/// let x = tape.input(3, 1);
/// let loss = x.powi(3).sum();
/// let answer = reference::evaluate(x, grad(loss, x), &[&[1.0, 2.0, -3.0]]);
/// assert_eq!(answer, [[3.0, 12.0, 27.0]]);
/// ```
///
/// # Panics
/// When the loss is not 1 × 1.
#[track_caller]
pub fn grad<'t, W: Vars<'t>>(loss: Var<'t>, wrt: W) -> W {
    assert_scalar("grad", loss);
    let gradient = pull_back_one(loss, &list(&wrt), &[]);
    fill(&wrt, gradient)
}

/// The loss and its gradient.
///
/// # Panics
/// When the loss is not 1 × 1.
#[track_caller]
pub fn value_and_grad<'t, W: Vars<'t>>(loss: Var<'t>, wrt: W) -> (Var<'t>, W) {
    (loss, grad(loss, wrt))
}

/// The Hessian of a 1 × 1 loss times `direction`, which has the structure and shapes of `wrt`: forward over reverse.
///
/// # Panics
/// When the loss is not 1 × 1, or a shape differs.
#[track_caller]
pub fn hvp<'t, W: Vars<'t>>(loss: Var<'t>, wrt: W, direction: W) -> W {
    assert_scalar("hvp", loss);
    let at = list(&wrt);
    let gradient = pull_back_one(loss, &at, &[]);
    fill(&wrt, push_forward(&gradient, &at, &list(&direction), &[]))
}

/// The generalised Gauss-Newton matrix of `loss` times `direction`: Jᵀ·ℓ″·J·d with J the Jacobian of `prediction` and ℓ″ the
/// Hessian of the loss in it, plus the exact Hessian of what does not pass through `prediction` (a ridge, say). It is positive
/// semidefinite when ℓ is convex. Source: Schraudolph 2002, "Fast curvature matrix-vector products".
///
/// # Panics
/// When the loss is not 1 × 1, or a shape differs.
#[track_caller]
pub fn gauss_newton<'t, W: Vars<'t>>(loss: Var<'t>, prediction: Var<'t>, wrt: W, direction: W) -> W {
    assert_scalar("gauss_newton", loss);
    let (at, direction) = (list(&wrt), list(&direction));
    let moved = push_forward(&[prediction], &at, &direction, &[]);
    let slope = pull_back_one(loss, &[prediction], &[]);
    let curved = push_forward(&slope, &[prediction], &moved, &[]);
    let through = pull_back(&[prediction], &curved, &at, &[]);
    let rest = pull_back_one(loss, &at, &[prediction]);
    let rest = push_forward(&rest, &at, &direction, &[prediction]);
    fill(&wrt, through.into_iter().zip(rest).filter_map(|(a, b)| plus(Some(a), Some(b))).collect())
}

/// The Jacobian of `output` (its elements row-major) in `wrt`: output elements × wrt elements, by one vjp per output element.
#[track_caller]
#[must_use]
pub fn jacobian<'t>(output: Var<'t>, wrt: Var<'t>) -> Var<'t> {
    let (m, n) = (output.shape().len(), wrt.shape().len());
    let flat = output.reshape(m, 1);
    let zero = output.tape.full(m, n, 0.0);
    (0..m).fold(zero, |sum, i| {
        let gradient = pull_back_one(flat.slice(i, 1, 1), &[wrt], &[])[0];
        sum + gradient.reshape(1, n).unslice(i * n, Shape::new(m, n))
    })
}

/// The Hessian of a 1 × 1 loss: elements of `wrt` squared, by one row of the gradient's Jacobian at a time.
///
/// # Panics
/// When the loss is not 1 × 1.
#[track_caller]
#[must_use]
pub fn hessian<'t>(loss: Var<'t>, wrt: Var<'t>) -> Var<'t> {
    jacobian(grad(loss, wrt), wrt)
}
