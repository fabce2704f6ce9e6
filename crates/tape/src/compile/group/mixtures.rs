//! All mixtures of one x that may run together become one unit: one pass over x serves them all.
//!
//! Two may run together when no path leads from one to the other. Units merged before count as one node, so that merging keeps
//! the graph free of cycles.

use std::collections::HashMap;

use crate::Bank;
use crate::compile::graph::{ABSENT, Graph, Stage};
use crate::exec::Action;
use crate::primitive::Primitive;

/// Requests of one unit: each has two operands, and x is one more.
const REQUESTS: usize = (Action::OPERANDS - 1) / 2;
/// The searches for paths may visit this many nodes, and a few for each node of the graph; afterwards nothing more is merged.
const VISITS: usize = 1 << 22;
const VISITS_PER_NODE: usize = 16;

/// The units of mixtures.
pub(crate) struct Units {
    /// The first mixture of the unit of a node; for nodes that are no mixtures, themselves.
    pub(crate) unit: Vec<u32>,
    /// The members of each unit that has more than one, by its first.
    pub(crate) members: HashMap<u32, Vec<u32>>,
}

impl Units {
    /// The nodes of the unit that `first` begins.
    pub(crate) fn members<'a>(&'a self, first: &'a u32) -> &'a [u32] {
        self.members.get(first).map_or(std::slice::from_ref(first), |members| members)
    }
}

/// The mixture nodes that share one pass over x when they may.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    bank: Bank,
    x: u32,
    groups: usize,
    stage: Stage,
}

fn key(graph: &Graph, id: u32) -> Option<Key> {
    let op = &graph.ops[id as usize];
    let (bank, x, groups) = match &op.primitive {
        Primitive::Mixture(mixture) => (&mixture.bank, op.args[0], graph.ops[op.args[1] as usize].shape.cols),
        Primitive::MixtureDot(dot) => (&dot.bank, op.args[1], dot.groups),
        Primitive::MixtureByRow(dot) => (&dot.bank, op.args[1], 1),
        _ => return None,
    };
    Some(Key { bank: bank.clone(), x, groups, stage: op.stage })
}

/// Merges mixtures, first come first served.
pub(crate) fn merge(graph: &Graph) -> Units {
    let unit = (0..graph.ops.len() as u32).collect();
    let mut units = Units { unit, members: HashMap::new() };
    let visits = VISITS + VISITS_PER_NODE * graph.ops.len();
    let mut search = Search { seen: vec![ABSENT; graph.ops.len()], mark: 0, visits };
    let mut open: HashMap<Key, Vec<u32>> = HashMap::new();
    for id in 0..graph.ops.len() as u32 {
        let Some(key) = key(graph, id) else { continue };
        let x = key.x;
        let firsts = open.entry(key).or_default();
        let fits = |first: &&u32| {
            let members = units.members(first);
            members.len() < REQUESTS && members.iter().all(|&member| go_together(graph, [member, id]))
        };
        let found = firsts.iter().filter(fits).find(|&&first| search.apart(graph, &units, x, [first, id])).copied();
        match found {
            Some(first) => {
                units.unit[id as usize] = first;
                units.members.entry(first).or_insert_with(|| vec![first]).push(id);
            }
            None => firsts.push(id),
        }
    }
    units
}

/// Whether one pass serves both: it serves sums beside anything, and one inner product by row beside no other inner product.
fn go_together(graph: &Graph, pair: [u32; 2]) -> bool {
    let [a, b] = pair.map(|id| &graph.ops[id as usize].primitive);
    let is_sum = |primitive: &Primitive| matches!(primitive, Primitive::Mixture(_));
    let by_row = |primitive: &Primitive| matches!(primitive, Primitive::MixtureByRow(_));
    is_sum(a) || is_sum(b) || !(by_row(a) || by_row(b))
}

/// A search for paths, backwards over operands.
struct Search {
    /// The last search that saw a unit.
    seen: Vec<u32>,
    mark: u32,
    visits: usize,
}

impl Search {
    /// Whether no path joins two units that read x; "no" also when the search would be too long.
    fn apart(&mut self, graph: &Graph, units: &Units, x: u32, [a, b]: [u32; 2]) -> bool {
        !self.reaches(graph, units, x, [a, b]) && !self.reaches(graph, units, x, [b, a])
    }

    fn reaches(&mut self, graph: &Graph, units: &Units, x: u32, [from, to]: [u32; 2]) -> bool {
        self.mark += 1;
        // Both ends read x, so no path from one of them leads to it.
        self.seen[units.unit[x as usize] as usize] = self.mark;
        let mut stack = vec![to];
        while let Some(unit) = stack.pop() {
            for &member in units.members(&unit) {
                for &arg in &*graph.ops[member as usize].args {
                    let arg = units.unit[arg as usize];
                    if arg == from || self.visits == 0 {
                        return true;
                    }
                    if self.seen[arg as usize] != self.mark {
                        self.seen[arg as usize] = self.mark;
                        self.visits -= 1;
                        stack.push(arg);
                    }
                }
            }
        }
        false
    }
}
