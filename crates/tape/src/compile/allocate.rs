//! Offsets for blocks of memory whose times of need are known.

use std::collections::{BTreeMap, BTreeSet};

/// A block that is needed from step `first` to step `last`, both included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) size: usize,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Life {
    fn meets(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Where the blocks lie.
#[derive(Clone, Debug)]
pub(crate) struct Allocation {
    pub(crate) offsets: Vec<usize>,
    /// The end of the last block.
    pub(crate) arena: usize,
    /// The largest sum of sizes needed at one time: no arena is smaller.
    pub(crate) peak: usize,
}

/// Above this share of the peak (in percent) a second way of placing is tried, for at most [`SEVERAL`] blocks: it is quadratic.
const GOOD: usize = 105;
const SEVERAL: usize = 4096;

/// Places blocks that come in the order of their first steps.
pub(crate) fn allocate(lives: &[Life]) -> Allocation {
    let in_time = best_fit(lives);
    if in_time.arena * 100 <= in_time.peak * GOOD || lives.len() > SEVERAL {
        return in_time;
    }
    let (offsets, arena) = largest_first(lives);
    if arena < in_time.arena { Allocation { offsets, arena, ..in_time } } else { in_time }
}

/// Free stretches of an arena that can grow.
#[derive(Default)]
struct Free {
    by_offset: BTreeMap<usize, usize>,
    by_size: BTreeSet<(usize, usize)>,
    end: usize,
}

impl Free {
    /// The smallest stretch that is large enough, or the end of the arena.
    fn take(&mut self, size: usize) -> usize {
        if let Some(&(len, offset)) = self.by_size.range((size, 0)..).next() {
            self.remove(offset, len);
            self.insert(offset + size, len - size);
            return offset;
        }
        let offset = match self.by_offset.last_key_value() {
            Some((&offset, &len)) if offset + len == self.end => {
                self.remove(offset, len);
                offset
            }
            _ => self.end,
        };
        self.end = offset + size;
        offset
    }

    /// Gives a stretch back, joined with its free neighbours.
    fn give(&mut self, mut offset: usize, mut len: usize) {
        if let Some((&before, &size)) = self.by_offset.range(..offset).next_back()
            && before + size == offset
        {
            self.remove(before, size);
            (offset, len) = (before, size + len);
        }
        if let Some(&size) = self.by_offset.get(&(offset + len)) {
            self.remove(offset + len, size);
            len += size;
        }
        self.insert(offset, len);
    }

    fn insert(&mut self, offset: usize, len: usize) {
        if len > 0 {
            self.by_offset.insert(offset, len);
            self.by_size.insert((len, offset));
        }
    }

    fn remove(&mut self, offset: usize, len: usize) {
        self.by_offset.remove(&offset);
        self.by_size.remove(&(len, offset));
    }
}

/// Best fit in the order of time, free neighbours joined.
fn best_fit(lives: &[Life]) -> Allocation {
    let mut free = Free::default();
    let mut ends: BTreeSet<(u32, usize)> = BTreeSet::new();
    let mut allocation = Allocation { offsets: Vec::with_capacity(lives.len()), arena: 0, peak: 0 };
    let mut alive = 0;
    for (n, life) in lives.iter().enumerate() {
        while let Some(&(last, over)) = ends.first().filter(|(last, _)| *last < life.first) {
            ends.remove(&(last, over));
            free.give(allocation.offsets[over], lives[over].size);
            alive -= lives[over].size;
        }
        allocation.offsets.push(free.take(life.size));
        ends.insert((life.last, n));
        alive += life.size;
        allocation.peak = allocation.peak.max(alive);
    }
    allocation.arena = free.end;
    allocation
}

/// The largest blocks first, each in the smallest gap that the blocks placed before leave it in its time.
fn largest_first(lives: &[Life]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&n| std::cmp::Reverse((lives[n].size, lives[n].last - lives[n].first)));
    let mut offsets = vec![0; lives.len()];
    // Those placed, by offset.
    let mut placed: Vec<usize> = Vec::new();
    let mut arena = 0;
    for n in order {
        let (mut end, mut best) = (0, None);
        for &other in placed.iter().filter(|&&other| lives[other].meets(&lives[n])) {
            if offsets[other] >= end + lives[n].size {
                let gap = offsets[other] - end;
                best = Some(best.map_or((gap, end), |known: (usize, usize)| known.min((gap, end))));
            }
            end = end.max(offsets[other] + lives[other].size);
        }
        offsets[n] = best.map_or(end, |(_, start)| start);
        arena = arena.max(offsets[n] + lives[n].size);
        placed.insert(placed.partition_point(|&other| offsets[other] < offsets[n]), n);
    }
    (offsets, arena)
}
