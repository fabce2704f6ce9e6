//! Which elementwise nodes run together, by levels.
//!
//! A level grows by one along every edge that cannot be fused and by none along the others; so nodes of one level that are
//! joined by fusible edges hold every path between them, and nodes of one level that are not joined have no path between them.
//! Making each such component a step therefore keeps the steps free of cycles.
//!
//! Levels are counted in each stage for itself: to the free stage, what the held one computed is as old as an input.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::compile::graph::{Graph, Stage};
use crate::compile::group::mixtures::Units;
use crate::primitive::Primitive;

/// How a node takes part in fusing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Known before the program runs.
    Leaf,
    /// An elementwise operation.
    Elementwise,
    /// A sum, which ends elementwise work.
    Sum,
    /// A broadcast: elementwise work reads its operand in its stead.
    Expand,
    /// A step of its own.
    Other,
}

/// The role of a node.
pub(crate) fn role(graph: &Graph, id: u32) -> Role {
    if graph.ops[id as usize].join.is_some() {
        return Role::Other;
    }
    match graph.ops[id as usize].primitive {
        Primitive::Input(_) | Primitive::Constant(_) | Primitive::Fill(_) => Role::Leaf,
        Primitive::Elementary(_) => Role::Elementwise,
        Primitive::SumTo(_) => Role::Sum,
        Primitive::Expand(_) => Role::Expand,
        _ => Role::Other,
    }
}

/// The readers of each node.
pub(crate) struct Readers {
    starts: Vec<u32>,
    readers: Vec<u32>,
}

impl Readers {
    pub(crate) fn new(graph: &Graph) -> Self {
        let mut starts = vec![0; graph.ops.len() + 1];
        for arg in graph.ops.iter().flat_map(|op| &*op.args) {
            starts[*arg as usize + 1] += 1;
        }
        for id in 0..graph.ops.len() {
            starts[id + 1] += starts[id];
        }
        let mut next = starts.clone();
        let mut readers = vec![0; starts[graph.ops.len()] as usize];
        for (id, op) in graph.ops.iter().enumerate() {
            for &arg in &*op.args {
                readers[next[arg as usize] as usize] = id as u32;
                next[arg as usize] += 1;
            }
        }
        Self { starts, readers }
    }

    /// The readers of `id`, one for every operand that it is.
    pub(crate) fn of(&self, id: u32) -> &[u32] {
        &self.readers[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize]
    }
}

/// The nodes in an order in which every unit of mixtures comes after all that any member needs.
pub(crate) fn order(graph: &Graph, units: &Units, readers: &Readers) -> Vec<u32> {
    let mut waiting = vec![0; graph.ops.len()];
    for (id, op) in graph.ops.iter().enumerate() {
        waiting[units.unit[id] as usize] += op.args.len();
    }
    let is_ready = |id: &u32| units.unit[*id as usize] == *id && waiting[*id as usize] == 0;
    let mut ready: BinaryHeap<Reverse<u32>> = (0..graph.ops.len() as u32).filter(is_ready).map(Reverse).collect();
    let mut order = Vec::with_capacity(graph.ops.len());
    while let Some(Reverse(unit)) = ready.pop() {
        for &member in units.members(&unit) {
            order.push(member);
            for &reader in readers.of(member) {
                let unit = units.unit[reader as usize];
                waiting[unit as usize] -= 1;
                if waiting[unit as usize] == 0 {
                    ready.push(Reverse(unit));
                }
            }
        }
    }
    debug_assert_eq!(order.len(), graph.ops.len(), "merged mixtures form no cycle");
    order
}

/// The level and the component of every node.
pub(crate) struct Levels<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) readers: &'g Readers,
    pub(crate) level: Vec<u32>,
    parents: Vec<u32>,
}

impl<'g> Levels<'g> {
    /// The earliest levels; then what gains by it moves to its readers.
    pub(crate) fn new(graph: &'g Graph, units: &Units, readers: &'g Readers, order: &[u32]) -> Self {
        let count = graph.ops.len();
        let mut levels = Self { graph, readers, level: vec![0; count], parents: (0..count as u32).collect() };
        for &id in order {
            if units.unit[id as usize] == id {
                let members = units.members(&id);
                let level = members.iter().map(|&member| levels.earliest(member)).max().unwrap_or(0);
                members.iter().for_each(|&member| levels.level[member as usize] = level);
            }
            levels.join_operands(id);
        }
        levels.sink();
        levels
    }

    fn stage(&self, id: u32) -> Stage {
        self.graph.ops[id as usize].stage
    }

    /// Whether the reader can be computed in one loop with its operand.
    pub(crate) fn fusible(&self, operand: u32, reader: u32) -> bool {
        role(self.graph, operand) == Role::Elementwise
            && matches!(role(self.graph, reader), Role::Elementwise | Role::Sum)
            && self.stage(operand) == self.stage(reader)
    }

    fn distance(&self, operand: u32, reader: u32) -> u32 {
        let repeated = role(self.graph, operand) == Role::Expand
            && matches!(role(self.graph, reader), Role::Elementwise | Role::Sum);
        u32::from(!repeated && !self.fusible(operand, reader))
    }

    fn earliest(&self, id: u32) -> u32 {
        let level = |arg: u32| if self.stage(arg) == self.stage(id) { self.level[arg as usize] } else { 0 };
        let args = self.graph.ops[id as usize].args.iter();
        args.map(|&arg| level(arg) + self.distance(arg, id)).max().unwrap_or(0)
    }

    fn join_operands(&mut self, id: u32) {
        for &arg in &*self.graph.ops[id as usize].args {
            if self.fusible(arg, id) && self.level[arg as usize] == self.level[id as usize] {
                self.join(arg, id);
            }
        }
    }

    /// The representative of a node's component.
    pub(crate) fn component(&mut self, mut id: u32) -> u32 {
        while self.parents[id as usize] != id {
            let next = self.parents[id as usize];
            self.parents[id as usize] = self.parents[next as usize];
            id = next;
        }
        id
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.component(a), self.component(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// The nodes of every component, each ascending.
    pub(crate) fn components(&mut self, order: &[u32]) -> Vec<Vec<u32>> {
        let mut places = vec![usize::MAX; self.level.len()];
        let mut components: Vec<Vec<u32>> = Vec::new();
        for &id in order {
            if matches!(role(self.graph, id), Role::Elementwise | Role::Sum) {
                let component = self.component(id) as usize;
                if places[component] == usize::MAX {
                    places[component] = components.len();
                    components.push(Vec::new());
                }
                components[places[component]].push(id);
            }
        }
        components
    }

    /// Moves components down to their first readers when the two then run as one and no more values have to wait: the latest
    /// components first, so that the readers have moved already.
    fn sink(&mut self) {
        let order: Vec<u32> = (0..self.level.len() as u32).collect();
        let mut components = self.components(&order);
        components.sort_by_key(|nodes| Reverse(self.level[nodes[0] as usize]));
        for nodes in components {
            let Some(level) = self.latest(&nodes) else { continue };
            if level > self.level[nodes[0] as usize] && self.may_wait(&nodes) {
                nodes.iter().for_each(|&id| self.level[id as usize] = level);
                for &id in &nodes {
                    for &reader in self.readers.of(id) {
                        if self.fusible(id, reader) && self.level[reader as usize] == level {
                            self.join(id, reader);
                        }
                    }
                }
            }
        }
    }

    /// The latest level of a component, if a reader there can be computed in one loop with it.
    fn latest(&mut self, nodes: &[u32]) -> Option<u32> {
        let own = self.component(nodes[0]);
        let mut latest = u32::MAX;
        let mut fuses = false;
        for &id in nodes {
            for &reader in self.readers.of(id) {
                if self.component(reader) == own || self.stage(reader) != self.stage(id) {
                    continue;
                }
                let level = self.level[reader as usize] - self.distance(id, reader);
                if level < latest {
                    (latest, fuses) = (level, false);
                }
                fuses |= level == latest && self.fusible(id, reader);
            }
        }
        fuses.then_some(latest)
    }

    /// Whether moving a component keeps no more values alive than it computes: besides leaves and what is kept
    /// anyway, it reads at most as many others.
    fn may_wait(&mut self, nodes: &[u32]) -> bool {
        let own = self.component(nodes[0]);
        let mut read: Vec<u32> = Vec::new();
        let mut results = 0;
        for &id in nodes {
            results += usize::from(self.readers.of(id).iter().any(|&reader| self.component(reader) != own));
            for &arg in &*self.graph.ops[id as usize].args {
                // What the held stage computes for the free one is kept in any case.
                let kept = role(self.graph, arg) == Role::Leaf || self.stage(arg) != self.stage(id);
                if self.component(arg) != own && !kept {
                    read.push(arg);
                }
            }
        }
        read.sort_unstable();
        read.dedup();
        read.len() <= results
    }
}
