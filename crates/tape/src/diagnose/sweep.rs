//! A reverse sweep that keeps what every operand of every node between a variable and a loss was given.

use std::collections::HashMap;

use crate::rule::{At, plus};
use crate::{Tape, Var};

/// What an operand got from one of its readers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flow {
    /// A cotangent: a node of the tape.
    Through(u32),
    /// Nothing: the rule passes nothing to it, whatever the values.
    Cut,
    /// Nothing, since the reader itself got nothing.
    Below,
}

/// One operand of a node between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) source: u32,
    pub(crate) node: u32,
    pub(crate) operand: usize,
    pub(crate) flow: Flow,
}

/// What a sweep found. All nodes are of one tape, on which the cotangents were recorded.
pub(crate) struct Sweep {
    /// In the order of their sources.
    pub(crate) edges: Vec<Edge>,
    /// The cotangent of each node that got one.
    pub(crate) adjoints: HashMap<u32, u32>,
    /// For each node up to the loss, whether it is computed from the variable, through whatever.
    pub(crate) depends: Vec<bool>,
    /// For each node up to the loss, whether the loss is computed from it.
    pub(crate) reaches: Vec<bool>,
}

impl Sweep {
    /// Sweeps from `loss` back to `wrt`, through cuts too.
    pub(crate) fn new(tape: &Tape, loss: u32, wrt: u32) -> Self {
        let (depends, reaches) = between(tape, loss, wrt);
        let mut found: HashMap<u32, Var<'_>> = HashMap::from([(loss, tape.full(1, 1, 1.0))]);
        let mut edges = Vec::new();
        for id in (wrt + 1..=loss).rev().filter(|&id| depends[id as usize] && reaches[id as usize]) {
            let (primitive, args) = tape.with(id, |node| (node.primitive.clone(), node.args.clone()));
            let wanted: Vec<bool> = args.iter().map(|&arg| depends[arg as usize]).collect();
            let vars: Vec<Var<'_>> = args.iter().map(|&arg| tape.var(arg)).collect();
            let at = At { args: &vars, out: tape.var(id) };
            let given = found.get(&id).copied().map(|cotangent| {
                tape.differentiate(id, || {
                    let given = primitive.rule().vjp(&at, cotangent, &wanted);
                    at.assert_count(primitive.rule(), given.len());
                    for (var, &cotangent) in vars.iter().zip(&given).filter(|(var, _)| depends[var.id as usize]) {
                        let sum = plus(found.get(&var.id).copied(), cotangent);
                        found.extend(sum.map(|sum| (var.id, sum)));
                    }
                    given
                })
            });
            for (operand, &source) in args.iter().enumerate().filter(|(operand, _)| wanted[*operand]) {
                let flow = match &given {
                    Some(given) => given[operand].map_or(Flow::Cut, |cotangent| Flow::Through(cotangent.id)),
                    None => Flow::Below,
                };
                edges.push(Edge { source, node: id, operand, flow });
            }
        }
        edges.sort_by_key(|edge| (edge.source, edge.node, edge.operand));
        Self { edges, adjoints: found.into_iter().map(|(id, var)| (id, var.id)).collect(), depends, reaches }
    }

    /// The numbers of the edges out of a node.
    pub(crate) fn from(&self, source: u32) -> std::ops::Range<usize> {
        let start = self.edges.partition_point(|edge| edge.source < source);
        start..self.edges.partition_point(|edge| edge.source <= source)
    }
}

fn between(tape: &Tape, loss: u32, wrt: u32) -> (Vec<bool>, Vec<bool>) {
    let (mut depends, mut reaches) = (vec![false; loss.max(wrt) as usize + 1], vec![false; loss.max(wrt) as usize + 1]);
    (depends[wrt as usize], reaches[loss as usize]) = (true, true);
    tape.with_nodes(|nodes| {
        for id in wrt as usize + 1..=loss as usize {
            depends[id] = nodes[id].args.iter().any(|&arg| depends[arg as usize]);
        }
        for id in (0..=loss as usize).rev().filter(|&id| id != wrt as usize) {
            if reaches[id] {
                nodes[id].args.iter().for_each(|&arg| reaches[arg as usize] = true);
            }
        }
    });
    (depends, reaches)
}
