//! Topological orders of steps.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::compile::graph::ABSENT;
use crate::compile::plan::{Plan, Planned};

/// Who writes each value, and which steps read what each step writes.
pub(crate) struct Wiring {
    /// The step that writes each value; [`ABSENT`] for inputs and constants.
    pub(crate) writer: Vec<u32>,
    starts: Vec<u32>,
    readers: Vec<u32>,
}

impl Wiring {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut writer = vec![ABSENT; plan.values.len()];
        for (n, step) in plan.steps.iter().enumerate() {
            step.writes.iter().for_each(|&value| writer[value as usize] = n as u32);
        }
        let written = |step: &Planned| {
            let writers: Vec<u32> = step.reads.iter().map(|&value| writer[value as usize]).collect();
            writers.into_iter().filter(|&writer| writer != ABSENT)
        };
        let mut starts = vec![0; plan.steps.len() + 1];
        plan.steps.iter().flat_map(written).for_each(|writer| starts[writer as usize + 1] += 1);
        for n in 0..plan.steps.len() {
            starts[n + 1] += starts[n];
        }
        let mut next = starts.clone();
        let mut readers = vec![0; starts[plan.steps.len()] as usize];
        for (n, step) in plan.steps.iter().enumerate() {
            for writer in written(step) {
                readers[next[writer as usize] as usize] = n as u32;
                next[writer as usize] += 1;
            }
        }
        Self { writer, starts, readers }
    }

    /// The readers of what a step writes, one for every operand.
    pub(crate) fn readers(&self, step: usize) -> &[u32] {
        &self.readers[self.starts[step] as usize..self.starts[step + 1] as usize]
    }

    /// For each step the number of its operands that steps write.
    pub(crate) fn waiting(&self, plan: &Plan) -> Vec<u32> {
        let is_written = |value: &&u32| self.writer[**value as usize] != ABSENT;
        plan.steps.iter().map(|step| step.reads.iter().filter(is_written).count() as u32).collect()
    }
}

/// Puts the steps in the topological order that takes, of those that can run, the one with the smallest key.
pub(crate) fn sequence(plan: &mut Plan, keys: &[u32]) {
    let wiring = Wiring::new(plan);
    let mut waiting = wiring.waiting(plan);
    let is_ready = |&n: &u32| waiting[n as usize] == 0;
    let ready = (0..plan.steps.len() as u32).filter(is_ready);
    let mut ready: BinaryHeap<Reverse<(u32, u32)>> = ready.map(|n| Reverse((keys[n as usize], n))).collect();
    let mut order = Vec::with_capacity(plan.steps.len());
    while let Some(Reverse((_, n))) = ready.pop() {
        order.push(n);
        for &reader in wiring.readers(n as usize) {
            waiting[reader as usize] -= 1;
            if waiting[reader as usize] == 0 {
                ready.push(Reverse((keys[reader as usize], reader)));
            }
        }
    }
    assert!(order.len() == plan.steps.len(), "fused steps form a cycle");
    plan.reorder(&order);
}

impl Plan {
    /// Puts the steps in this order.
    pub(crate) fn reorder(&mut self, order: &[u32]) {
        let mut steps: Vec<Option<Planned>> = std::mem::take(&mut self.steps).into_iter().map(Some).collect();
        self.steps = order.iter().filter_map(|&n| steps[n as usize].take()).collect();
    }
}
