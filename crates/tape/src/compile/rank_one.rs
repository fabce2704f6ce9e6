//! Inner products of a mixture with a matrix of rank one, as the gradient of v·σ_α(x) for α has: ⟨r·vᵀ, σₖ(x)⟩ = Σᵢ rᵢ·(Σⱼ vⱼσₖ(xᵢⱼ)).
//!
//! The sums over j need no r, so where the mixture itself is computed they come from the same pass over x, before r is known. This
//! is no pass of the compiler that may be switched off, for the order of additions is another one.

use std::collections::HashSet;

use crate::compile::graph::{Graph, Op};
use crate::primitive::Primitive;
use crate::rules::{Elementary, Matmul, MixtureByRow, MixtureDot};
use crate::tape::Args;
use crate::{Bank, Elementwise, Shape};

/// Rows with fewer elements are too short for a pass row by row.
const LEAST_COLS: usize = 64;

/// The same graph with these inner products in two steps, where x has a mixture too.
pub(crate) fn split(mut graph: Graph) -> Graph {
    let mixed = mixed(&graph);
    let ops = std::mem::take(&mut graph.ops);
    let mut numbers: Vec<u32> = Vec::with_capacity(ops.len());
    for op in &ops {
        let args: Vec<u32> = op.args.iter().map(|&arg| numbers[arg as usize]).collect();
        let whole = Op { args: Args::new(&args), ..op.clone() };
        match found(&ops, &mixed, op) {
            Some((dot, [r, v])) => {
                let [r, v] = [r, v].map(|arg| numbers[arg as usize]);
                let [by_row, joined] = two_steps(&graph.ops, whole, dot, [r, v]);
                graph.ops.push(by_row);
                graph.ops.push(joined);
            }
            None => graph.ops.push(whole),
        }
        numbers.push(graph.ops.len() as u32 - 1);
    }
    graph.outputs.iter_mut().for_each(|output| *output = numbers[*output as usize]);
    if graph.ops.len() == ops.len() { graph } else { graph.without_dead() }
}

/// What has a mixture of one group of columns, and of which bank.
fn mixed(graph: &Graph) -> HashSet<(Bank, u32)> {
    let of = |op: &Op| match &op.primitive {
        Primitive::Mixture(mixture) if graph.ops[op.args[1] as usize].shape.cols == 1 => {
            Some((mixture.bank.clone(), op.args[0]))
        }
        _ => None,
    };
    graph.ops.iter().filter_map(of).collect()
}

/// The inner product that a node is, with r and v, when it is one of these.
fn found<'o>(ops: &'o [Op], mixed: &HashSet<(Bank, u32)>, op: &'o Op) -> Option<(&'o MixtureDot, [u32; 2])> {
    let Primitive::MixtureDot(dot) = &op.primitive else { return None };
    let may = dot.groups == 1 && mixed.contains(&(dot.bank.clone(), op.args[1]));
    if may { Some((dot, factors(ops, &ops[op.args[0] as usize])?)) } else { None }
}

/// r, a column, and v, a row, of a matrix r·vᵀ as the rules record it: the product of both repeated.
fn factors(ops: &[Op], g: &Op) -> Option<[u32; 2]> {
    let Primitive::Elementary(Elementary(Elementwise::Mul)) = g.primitive else { return None };
    let Shape { rows, cols } = g.shape;
    let repeats = |arg: u32, shape: Shape| match &ops[arg as usize] {
        Op { primitive: Primitive::Expand(_), args, .. } if ops[args[0] as usize].shape == shape => Some(args[0]),
        _ => None,
    };
    let of = |[r, v]: [u32; 2]| Some([repeats(r, Shape::new(rows, 1))?, repeats(v, Shape::new(1, cols))?]);
    let [a, b] = [g.args[0], g.args[1]];
    (rows > 1 && cols >= LEAST_COLS).then(|| of([a, b]).or_else(|| of([b, a]))).flatten()
}

/// R = ⟨v, σ(rows of x)⟩ and Rᵀr; the first will be the last of `before`.
fn two_steps(before: &[Op], op: Op, dot: &MixtureDot, [r, v]: [u32; 2]) -> [Op; 2] {
    let x = op.args[1];
    let [of_v, of_x] = [v, x].map(|id| &before[id as usize]);
    let by_row = MixtureByRow { bank: dot.bank.clone(), order: dot.order };
    let by_row = Op {
        primitive: Primitive::MixtureByRow(by_row),
        args: Args::new(&[v, x]),
        shape: Shape::new(of_x.shape.rows, dot.bank.len()),
        stage: of_v.stage.max(of_x.stage),
        ..op.clone()
    };
    let joined = Matmul { ta: true, tb: false };
    let args = Args::new(&[before.len() as u32, r]);
    [by_row, Op { primitive: Primitive::Matmul(joined), args, ..op }]
}
