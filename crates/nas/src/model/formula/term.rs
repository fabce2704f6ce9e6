//! What formulas are evaluated on: a number, or a matrix on a tape. Numbers become payload of nodes where they can.

use super::Operator;
use super::function::Function;
use tape::Var;

#[derive(Clone, Copy, Debug)]
pub(super) enum Term<'t> {
    Number(f64),
    Node(Var<'t>),
}

use Term::{Node, Number};

impl<'t> Term<'t> {
    pub(super) fn call(self, function: &Function) -> Self {
        match self {
            Number(number) => Number((function.number)(number)),
            Node(node) => Node((function.node)(node)),
        }
    }

    pub(super) fn join(self, operator: Operator, other: Self) -> Self {
        match (self, other) {
            (Number(a), Number(b)) => Number(of_numbers(operator, a, b)),
            (Node(u), Number(b)) => number_right(operator, u, b),
            (Number(a), Node(v)) => Node(number_left(operator, a, v)),
            (Node(u), Node(v)) => Node(of_nodes(operator, u, v)),
        }
    }
}

fn of_numbers(operator: Operator, a: f64, b: f64) -> f64 {
    match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::Pow => a.powf(b),
        Operator::Max => a.max(b),
        Operator::Min => a.min(b),
    }
}

fn number_right<'t>(operator: Operator, u: Var<'t>, b: f64) -> Term<'t> {
    Node(match operator {
        Operator::Add => u + b,
        Operator::Sub => u - b,
        Operator::Mul => u * b,
        Operator::Div => u / b,
        // As `f64::powf` has it, for a base of 0 too.
        Operator::Pow if b == 0.0 => return Number(1.0),
        Operator::Pow => whole(b).map_or_else(|| u.powf(b), |n| u.powi(n)),
        Operator::Max | Operator::Min => of_nodes(operator, u, u.tape().full(1, 1, b)),
    })
}

fn number_left<'t>(operator: Operator, a: f64, v: Var<'t>) -> Var<'t> {
    match operator {
        Operator::Add => a + v,
        Operator::Sub => a - v,
        Operator::Mul => a * v,
        Operator::Div => a / v,
        // aᵛ = exp(v ln a), and 1ᵛ = 1 for a base of 1: ln 1 is 0.
        Operator::Pow => (v * a.ln()).exp(),
        Operator::Max | Operator::Min => of_nodes(operator, v.tape().full(1, 1, a), v),
    }
}

fn of_nodes<'t>(operator: Operator, u: Var<'t>, v: Var<'t>) -> Var<'t> {
    match operator {
        Operator::Add => u + v,
        Operator::Sub => u - v,
        Operator::Mul => u * v,
        Operator::Div => u / v,
        // uᵛ = exp(v ln u): for positive u.
        Operator::Pow => (v * u.ln()).exp(),
        Operator::Max => u.max(v),
        Operator::Min => u.min(v),
    }
}

/// A whole exponent, in which a power is defined for negative bases.
fn whole(b: f64) -> Option<i32> {
    let fits = b.fract() == 0.0 && b.abs() <= f64::from(i32::MAX);
    fits.then_some(b as i32)
}
