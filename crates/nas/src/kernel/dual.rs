//! The kernel model on a tape, in its dual form: a second, independent way to its hypergradient.
//!
//! inner: g(α, λ, β) = ½ βᵀ(K_α + λI)β − yᵀβ;   outer: F = ‖K_VT β − y_V‖² / (2 n_V).
//!
//! The tape differentiates both and solves the adjoint system by conjugate gradients; nothing of the closed form is used.

use super::{Fit, Gram, KernelModel, Mixing};
use crate::hypergradient::{Evidence, Hypergradient, Status};
use tape::{Cg, Damping, Failure, Implicit, Method, Point, Problem, Setup, Tape, Var};

/// The relative residual that conjugate gradients must reach.
const TOLERANCE: f64 = 1e-13;

/// The hypergradient of `model` at a fit, by the implicit function theorem on the tape.
pub fn hypergradient(model: &KernelModel<'_>, alpha: &[f64], fit: &Fit) -> Result<Hypergradient, Failure<f64>> {
    let tape = Tape::new();
    let (n, n_v) = (model.train.columns(), model.validation.rows());
    let (a, lambda, beta) = (tape.input(alpha.len(), 1), tape.input(1, 1), tape.input(n, 1));
    let (y, y_v) = (tape.input(n, 1), tape.input(n_v, 1));
    let terms = |rows| (0..model.train.terms()).map(|_| tape.input(rows, n)).collect::<Vec<_>>();
    let (train, validation) = (terms(n), terms(n_v));
    let weights = weights(model.mixing, a);

    let inner = 0.5 * (beta.dot(apply(&weights, &train, beta)) + lambda * beta.dot(beta)) - y.dot(beta);
    let outer = (apply(&weights, &validation, beta) - y_v).powi(2).mean() * 0.5;
    let data = (y, y_v, train, validation);
    let mut problem = Problem::<f64>::stationary(inner, outer, (a, lambda), beta, data, Setup::default());

    let column = |c: faer::ColRef<'_, f64>| c.iter().copied().collect::<Vec<f64>>();
    let (y, y_v) = (column(model.y_train), column(model.y_validation));
    let rows = [model.train, model.validation].map(Gram::row_major).concat();
    let data: Vec<&[f64]> = [&y[..], &y_v].into_iter().chain(rows.iter().map(Vec::as_slice)).collect();
    let beta = column(fit.beta.as_ref());
    let point = Point { alpha: &[alpha, &[model.lambda]], theta: &[&beta], data: &data };
    let cg = Cg::to(TOLERANCE);
    let options = Implicit { solver: &cg, damping: Damping::Fixed(0.0), ..Implicit::default() };
    let mut answer = problem.hypergradient(&Method::Implicit(options), &point)?;
    let evidence = Evidence {
        status: Status::Converged { products: answer.work.products },
        inner_residual: answer.inner_residual,
        adjoint_residual: answer.adjoint_residual,
    };
    let (lambda, alpha) = (answer.gradient[1][0], answer.gradient.swap_remove(0));
    Ok(Hypergradient { value: answer.outer, alpha, lambda, evidence })
}

/// w(α) on the tape, each 1 × 1.
fn weights<'t>(mixing: &Mixing, alpha: Var<'t>) -> Vec<Var<'t>> {
    let entry = |i: usize| alpha.slice(i, 1, 1);
    match mixing {
        Mixing::Superposition { pairs, .. } => pairs.iter().map(|&(i, j)| entry(i) * entry(j)).collect(),
        Mixing::Weights { count } => (0..*count).map(entry).collect(),
    }
}

/// Σ_t w_t K_t β.
fn apply<'t>(weights: &[Var<'t>], terms: &[Var<'t>], beta: Var<'t>) -> Var<'t> {
    let term = |(&w, k): (&Var<'t>, &Var<'t>)| k.matmul(beta) * w;
    let mut each = weights.iter().zip(terms).map(term);
    let first = each.next().unwrap_or_else(|| beta.zeros_like());
    each.fold(first, |sum, next| sum + next)
}
