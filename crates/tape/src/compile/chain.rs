//! Pass 4, chain: neighbours that work row by row go through one block of rows after the other together, so that what they hand
//! on stays in cache; products read their second operand in panels where that is packed once for many of them.
//!
//! A row of a group without sums over rows, of a product whose first operand is not transposed, of sums of a mixture and of a
//! row log-sum-exp depends on that row alone, so no bit changes.

mod joined;
mod panels;

use crate::compile::chain::joined::Joined;
use crate::compile::chain::panels::Panels;
pub(crate) use crate::compile::chain::panels::ROWS;
use crate::compile::graph::Stage;
use crate::compile::plan::{Content, Plan, Planned, Value};
use crate::exec::{Access, Action, PIECES, Reduction};
use crate::{Element, Shape};

/// Bytes of a cache that one core has to itself, as far as what a block hands on may fill it.
const CACHE: usize = 512 << 10;

/// Rows of a tile of a product, at most.
const TILE: usize = 8;

/// Bytes of second operands of products beyond which they do not stay in a cache from block to block: every block reads them
/// from further away, and has at least [`TALL`] rows to use them for.
const HEAVY: usize = 1 << 20;

/// Rows of a block with heavy operands, at least.
const TALL: usize = 64;

/// How the rows of a chain are divided.
#[derive(Clone, Copy)]
struct Blocks {
    /// Spans, unless those of panels are given.
    spans: usize,
    /// Rows of a block.
    height: usize,
    /// Rows of a block where one thread runs all.
    alone: usize,
}

/// Joins the steps of a plan, which are in order, where they hand on at least `worth` bytes: a cache holds fewer anyway.
pub(crate) fn chain<T: Element>(plan: &mut Plan, worth: usize) {
    if !any::<T>(plan, worth) {
        return;
    }
    let needs = needs(plan);
    let mut panels = Panels::default();
    let steps = std::mem::take(&mut plan.steps);
    let mut next = 0;
    while next < steps.len() {
        let run = Run::new(plan, &steps, next);
        next = run.end;
        match run.blocks::<T>(plan, &steps, worth) {
            Some(blocks) => {
                plan.steps.extend(run.hopped.iter().map(|&n| steps[n].clone()));
                let mut chained: Vec<Planned> = run.members.iter().map(|&n| steps[n].clone()).collect();
                chained.iter_mut().for_each(|step| panels.choose(plan, step, true));
                panels::write(plan, &steps, &run, &needs);
                let joined = Joined::new(plan, &steps, &run, &needs).join(&chained, blocks);
                plan.steps.push(joined);
            }
            None => {
                for step in &steps[run.start..run.end] {
                    let mut step = step.clone();
                    panels.choose(plan, &mut step, false);
                    plan.steps.push(step);
                }
            }
        }
    }
    plan.sort_stages();
}

/// Whether there may be something to join, or to pack for many products.
fn any<T: Element>(plan: &Plan, worth: usize) -> bool {
    let computed = plan.values.iter().filter(|value| matches!(value.content, Content::Computed));
    let elements: usize = computed.map(Value::len).sum();
    let staged = plan.values.iter().any(|value| value.stage == Stage::Free)
        && plan.values.iter().any(|value| value.stage == Stage::Held);
    staged || elements * size_of::<T>() >= worth
}

/// How many steps read each value; an output of the program is read once more.
fn needs(plan: &Plan) -> Vec<u32> {
    let mut needs = vec![0; plan.values.len()];
    for step in &plan.steps {
        let mut reads = step.reads.clone();
        reads.sort_unstable();
        reads.dedup();
        reads.iter().for_each(|&read| needs[read as usize] += 1);
    }
    plan.outputs.iter().for_each(|&output| needs[output as usize] += 1);
    needs
}

/// Consecutive steps that may be joined.
struct Run {
    start: usize,
    end: usize,
    members: Vec<usize>,
    /// Copies between them that read nothing they write: they go before.
    hopped: Vec<usize>,
    rows: usize,
}

impl Run {
    /// The longest run from step `start` on.
    fn new(plan: &Plan, steps: &[Planned], start: usize) -> Self {
        let mut run = Self { start, end: start + 1, members: vec![start], hopped: Vec::new(), rows: 0 };
        let Some(rows) = rows(&steps[start]) else { return run };
        run.rows = rows;
        let mut written = steps[start].writes.clone();
        let mut reads: Vec<u32> = steps[start].reads.clone();
        let mut waiting = Vec::new();
        for (n, step) in steps.iter().enumerate().skip(start + 1) {
            let depends = step.reads.iter().any(|read| written.contains(read));
            if matches!(step.action, Action::Copy { .. }) && !depends {
                waiting.push(n);
                continue;
            }
            let alike = self::rows(step) == Some(rows) && step.stage == steps[start].stage;
            if !alike || reads_all(plan, step, rows, &written) {
                break;
            }
            reads.extend(step.reads.iter().filter(|read| !written.contains(read)));
            reads.sort_unstable();
            reads.dedup();
            // Every value that is written may have to be kept.
            if reads.len() > Action::OPERANDS || written.len() + step.writes.len() > Action::OPERANDS {
                break;
            }
            written.extend(&step.writes);
            run.members.push(n);
            run.hopped.append(&mut waiting);
            run.end = n + 1;
        }
        run
    }

    /// Its blocks, when the run is worth a chain.
    fn blocks<T: Element>(&self, plan: &Plan, steps: &[Planned], worth: usize) -> Option<Blocks> {
        let (all, at_once) = self.handed_on::<T>(plan, steps);
        if all == 0 || all * self.rows < worth {
            return None;
        }
        let heavy = self.second_operands(plan, steps) * size_of::<T>() > HEAVY;
        let spans = if heavy { (self.rows / TALL).clamp(1, PIECES) } else { PIECES };
        // A few rows are enough for a product, and whole tiles of it are better.
        let least = if heavy { TALL } else { 24 };
        let blocks = self.rows.div_ceil((CACHE / at_once).clamp(least, 192)).next_multiple_of(spans);
        let height = self.rows.div_ceil(blocks).next_multiple_of(TILE);
        // One thread has no use for several spans, and heavy operands are read less often.
        Some(Blocks { spans, height, alone: if heavy { 2 * height } else { height } })
    }

    /// The bytes of a row of all that one member hands on to another, and of the most that wait for a reader at one time.
    fn handed_on<T>(&self, plan: &Plan, steps: &[Planned]) -> (usize, usize) {
        // By member: what is handed on when it runs.
        let mut waiting = vec![0; self.members.len()];
        let mut all = 0;
        for (first, &n) in self.members.iter().enumerate() {
            for value in &steps[n].writes {
                if let Some(last) = self.members.iter().rposition(|&n| steps[n].reads.contains(value)) {
                    let bytes = plan.values[*value as usize].shape.len() / self.rows * size_of::<T>();
                    waiting[first..=last].iter_mut().for_each(|sum| *sum += bytes);
                    all += bytes;
                }
            }
        }
        (all, waiting.into_iter().max().unwrap_or(0))
    }

    /// The elements that its products read whole.
    fn second_operands(&self, plan: &Plan, steps: &[Planned]) -> usize {
        let products = self.members.iter().filter(|&&n| matches!(steps[n].action, Action::Matmul { .. }));
        let mut read: Vec<u32> = products.map(|&n| steps[n].reads[1]).collect();
        read.sort_unstable();
        read.dedup();
        read.iter().map(|&value| plan.values[value as usize].len()).sum()
    }

    /// How many of its steps read a value.
    fn readers(&self, steps: &[Planned], value: u32) -> u32 {
        self.members.iter().filter(|&&n| steps[n].reads.contains(&value)).count() as u32
    }
}

/// The rows that a step works on one by one, if it does.
fn rows(step: &Planned) -> Option<usize> {
    let several = |rows: usize| (rows > 1).then_some(rows);
    match &step.action {
        Action::Group { group, shape } => {
            let by_row = |reduction: Reduction| matches!(reduction, Reduction::None | Reduction::Columns);
            group.outputs().iter().all(|output| by_row(output.reduction)).then_some(shape.rows).and_then(several)
        }
        Action::Matmul { ta: false, sizes: (m, k, _), .. } if *k > 0 => several(*m),
        Action::Mixture { shape, dots, .. } if dots.is_empty() => several(shape.rows),
        Action::RowLogSumExp(shape) => several(shape.rows),
        _ => None,
    }
}

/// How a step reads an operand: by rows (then the columns of it), or all.
fn by_rows(plan: &Plan, step: &Planned, operand: usize) -> Option<usize> {
    let laid = |access: Access, cols: usize| match access {
        Access::Full => Some(cols),
        Access::Column => Some(1),
        Access::Row | Access::Scalar => None,
    };
    match &step.action {
        Action::Group { group, shape } => laid(group.inputs()[operand], shape.cols),
        Action::Matmul { sizes: (_, k, n), tail, .. } => match (operand, tail) {
            (0, _) => Some(*k),
            (1, _) | (_, None) => None,
            (operand, Some(group)) => laid(group.inputs()[operand - 2], *n),
        },
        Action::Mixture { shape, .. } => (operand == 0).then_some(shape.cols),
        _ => {
            let Shape { rows, cols } = plan.values[step.reads[operand] as usize].shape;
            (rows > 0).then_some(cols)
        }
    }
}

/// Whether a step reads all of something that is written before in the same run, or some of its rows as if they were others.
fn reads_all(plan: &Plan, step: &Planned, rows: usize, written: &[u32]) -> bool {
    let mut operands = step.reads.iter().enumerate().filter(|(_, read)| written.contains(read));
    operands.any(|(n, &read)| {
        by_rows(plan, step, n).is_none_or(|cols| cols * rows != plan.values[read as usize].shape.len())
    })
}
