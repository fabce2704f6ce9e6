//! A topological order that keeps few values alive: of several candidates the one with the smallest peak. Candidates are the
//! recorded order, the order that always frees most at once, and the depth-first order from the last steps.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::compile::graph::{ABSENT, Stage};
use crate::compile::lives::{kept, size};
use crate::compile::plan::Plan;
use crate::compile::sequence::Wiring;
use crate::compile::views::Views;

/// Orders the steps of a plan.
pub(crate) fn schedule(plan: &mut Plan, views: &Views) {
    let memory = Memory::new(plan, views);
    let wiring = Wiring::new(plan);
    let recorded: Vec<u32> = (0..plan.steps.len() as u32).collect();
    let candidates = [recorded, freeing(plan, &wiring, &memory), depth_first(plan, &wiring)];
    let best = candidates.into_iter().min_by_key(|order| memory.peak(order));
    plan.reorder(&best.expect("there are candidates"));
}

/// What each step needs and what dies with it.
struct Memory {
    /// For each step the roots that it reads, each once.
    reads: Vec<Vec<u32>>,
    /// For each step the elements that it writes.
    written: Vec<i64>,
    /// The elements that are free when nobody reads a root any more: none for what is kept.
    sizes: Vec<i64>,
    /// For each step the elements that it writes and nobody reads.
    unread: Vec<i64>,
}

impl Memory {
    fn new(plan: &Plan, views: &Views) -> Self {
        let sizes: Vec<i64> = (0..plan.values.len() as u32).map(|value| size(plan, views, value) as i64).collect();
        let kept = kept(plan, views);
        let written: Vec<i64> =
            plan.steps.iter().map(|step| step.writes.iter().map(|&value| sizes[value as usize]).sum()).collect();
        let freed: Vec<i64> = sizes.iter().zip(&kept).map(|(&size, &kept)| if kept { 0 } else { size }).collect();
        let mut is_read = vec![false; plan.values.len()];
        let mut reads = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            // A view of a root keeps it alive, and making the view reads nothing.
            let mut roots: Vec<u32> = step.reads.iter().map(|&value| views.root[value as usize]).collect();
            roots.sort_unstable();
            roots.dedup();
            roots.iter().for_each(|&root| is_read[root as usize] = true);
            reads.push(roots);
        }
        let lost = |value: &u32| if is_read[*value as usize] { 0 } else { freed[*value as usize] };
        let unread = plan.steps.iter().map(|step| step.writes.iter().map(lost).sum()).collect();
        Self { reads, written, sizes: freed, unread }
    }

    /// For each root the number of steps that read it, and all of them joined by exclusive or.
    fn readers(&self) -> Vec<(u32, u32)> {
        let mut readers = vec![(0, 0); self.sizes.len()];
        for (n, reads) in self.reads.iter().enumerate() {
            for &root in reads {
                let (count, mixed) = &mut readers[root as usize];
                *count += 1;
                *mixed ^= n as u32;
            }
        }
        readers
    }

    /// The largest number of elements alive at one time.
    fn peak(&self, order: &[u32]) -> i64 {
        let mut readers = self.readers();
        let (mut alive, mut peak) = (0, 0);
        for &n in order {
            alive += self.written[n as usize];
            peak = peak.max(alive);
            alive -= self.unread[n as usize];
            for &root in &self.reads[n as usize] {
                readers[root as usize].0 -= 1;
                if readers[root as usize].0 == 0 {
                    alive -= self.sizes[root as usize];
                }
            }
        }
        peak
    }
}

/// Of the steps that can run, always the one after which fewest elements are alive.
fn freeing(plan: &Plan, wiring: &Wiring, memory: &Memory) -> Vec<u32> {
    let mut readers = memory.readers();
    let mut growth: Vec<i64> =
        memory.written.iter().zip(&memory.unread).map(|(written, unread)| written - unread).collect();
    for (&(count, reader), size) in readers.iter().zip(&memory.sizes) {
        if count == 1 {
            growth[reader as usize] -= size;
        }
    }
    let mut waiting = wiring.waiting(plan);
    let key = |growth: &[i64], n: u32| Reverse((plan.steps[n as usize].stage, growth[n as usize], n));
    let ready = (0..plan.steps.len() as u32).filter(|&n| waiting[n as usize] == 0);
    let mut ready: BinaryHeap<Reverse<(Stage, i64, u32)>> = ready.map(|n| key(&growth, n)).collect();
    let mut order = Vec::with_capacity(plan.steps.len());
    let mut done = vec![false; plan.steps.len()];
    while let Some(Reverse((_, known, n))) = ready.pop() {
        // A step whose growth has changed was pushed again.
        if done[n as usize] || known != growth[n as usize] {
            continue;
        }
        done[n as usize] = true;
        order.push(n);
        for &reader in wiring.readers(n as usize) {
            waiting[reader as usize] -= 1;
            if waiting[reader as usize] == 0 {
                ready.push(key(&growth, reader));
            }
        }
        for &root in &memory.reads[n as usize] {
            let (count, mixed) = &mut readers[root as usize];
            (*count, *mixed) = (*count - 1, *mixed ^ n);
            if *count == 1 {
                let last = *mixed;
                growth[last as usize] -= memory.sizes[root as usize];
                if waiting[last as usize] == 0 && memory.sizes[root as usize] > 0 {
                    ready.push(key(&growth, last));
                }
            }
        }
    }
    order
}

/// Each step right after what it needs, from the last step on.
fn depth_first(plan: &Plan, wiring: &Wiring) -> Vec<u32> {
    let mut order = Vec::with_capacity(plan.steps.len());
    let mut entered = vec![false; plan.steps.len()];
    let mut stack: Vec<(u32, usize)> = Vec::new();
    let ends = (0..plan.steps.len() as u32).filter(|&n| wiring.readers(n as usize).is_empty());
    let held_first = |stage| (0..plan.steps.len() as u32).filter(move |&n| plan.steps[n as usize].stage == stage);
    // What the second stage reads of the first belongs to the first.
    for start in held_first(Stage::Held).chain(ends) {
        if std::mem::replace(&mut entered[start as usize], true) {
            continue;
        }
        stack.push((start, 0));
        while let Some((n, next)) = stack.pop() {
            let Some(&value) = plan.steps[n as usize].reads.get(next) else {
                order.push(n);
                continue;
            };
            stack.push((n, next + 1));
            let writer = wiring.writer[value as usize];
            if writer != ABSENT && !std::mem::replace(&mut entered[writer as usize], true) {
                stack.push((writer, 0));
            }
        }
    }
    order
}
