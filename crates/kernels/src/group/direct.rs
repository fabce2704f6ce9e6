//! Groups that are one pass or one sum: they need no tiles, for they read and write where the operands lie, all rows of a leaf in
//! one go.

use super::plan::{Place, Plan, Step, Summed};
use super::run::check_operands;
use super::stretch::Stretch;
use super::{Access, Group, Leaf, Slices};
use crate::elementwise::{Apply, Fused, InPanels, Join, Pass, Rows};
use crate::matmul::panel_rows_depth;
use crate::{Elementwise, Float, Isa};

/// A pass that goes row by row wants rows of at least this many elements; shorter ones are repeated in tiles.
const LONG: usize = 64;

/// Whether a plan is one pass that can be run so.
pub(super) fn is_a_pass(inputs: &[Access], plan: &Plan) -> bool {
    let [step] = &plan.steps[..] else { return false };
    let alone = plan.registers == 0 && is_one_step(plan);
    let lies = |place: &Place| matches!(access(inputs, *place), Access::Full | Access::Row);
    let (_, args, arity) = operands(step);
    alone && !step.in_place && !step.pass.mends() && args[..arity].iter().all(lies)
}

/// Whether one step writes all that is written.
fn is_one_step(plan: &Plan) -> bool {
    plan.steps.len() == 1 && plan.saves.is_empty() && plan.sums.is_empty() && plan.copies.is_empty()
}

/// Whether it is one sum of that kind.
pub(super) fn is_a_sum(inputs: &[Access], plan: &Plan) -> bool {
    let [Summed { place, times, .. }] = plan.sums[..] else { return false };
    let alone = plan.steps.is_empty() && plan.saves.is_empty() && plan.copies.is_empty();
    let full = |place: Place| access(inputs, place) == Access::Full;
    alone && full(place) && times.is_none_or(full)
}

fn access(inputs: &[Access], place: Place) -> Access {
    if let Place::Input(n) = place { inputs[n] } else { Access::Full }
}

/// The input whose elements are numbers for whole rows, and the operands without it.
fn operands(step: &Step) -> (Option<usize>, [Place; 4], usize) {
    match step.factor {
        Some((n, other)) => {
            let [_, _, c, d] = step.args;
            (Some(n), [other, c, d, d], step.arity - 1)
        }
        None => (None, step.args, step.arity),
    }
}

impl<'a, T: Float> Leaf<'a, '_, T> {
    /// The pass, when the group is nothing else, and the rows are long enough and lie side by side.
    pub(super) fn pass(&self) -> Option<Step> {
        let Self { group, cols, skip, .. } = *self;
        let by_row = || group.inputs().iter().any(|access| matches!(access, Access::Row | Access::Column));
        (group.plan().is_a_pass && skip == 0 && (cols >= LONG || !by_row())).then(|| group.plan().steps[0])
    }

    /// Runs [`Self::pass`]; all of its output lies in panels when they are given.
    pub(super) fn run_pass(mut self, step: Step, panels: Option<InPanels>) {
        let Self { isa, group, cols, start, end, inputs, .. } = self;
        let (len, access) = (end - start, |place| access(group.inputs(), place));
        let (factor, places, arity) = operands(&step);
        let repeated = places.map(|place| access(place) == Access::Row);
        let column = factor.filter(|&n| group.inputs()[n] == Access::Column);
        let by_row = column.is_some() || repeated[..arity].contains(&true) || panels.is_some();
        let stretch = if by_row { Stretch { at: 0, ..Stretch::new(start, end, cols) } } else { Stretch::one_row(len) };
        let out = self.outputs.take(step.to);
        let out = if panels.is_some() { out } else { &mut out[..len] };
        let outputs = self.outputs.each();
        let mut args = [&[][..]; 4];
        for (arg, place) in args.iter_mut().zip(&places[..arity]) {
            *arg = match *place {
                Place::Input(n) if access(*place) == Access::Row => inputs[n],
                Place::Input(n) => &inputs[n][start..end],
                Place::Slot(n) => &outputs[n][..len],
            };
        }
        let pass = factor.map_or(step.pass, |n| step.pass.with_number(inputs[n][0]));
        let rows = Rows { stretch, repeated, numbers: column.map_or(&[], |n| inputs[n]) };
        T::elementwise(isa, &mut Apply { pass, args, out, rows, panels });
    }
}

impl Group {
    /// When all it does is output 0 ← d + s · output 0 with a full or row input d: the input, how it is laid, and s.
    pub fn added(&self) -> Option<(usize, Access, f64)> {
        let plan = self.plan();
        let [Step { pass, args, .. }] = plan.steps[..] else { return None };
        let (number, c, input) = match (pass, args) {
            (Pass::One(Elementwise::Add), [Place::Input(n), c, ..] | [c, Place::Input(n), ..]) => (1.0, c, n),
            (Pass::Fused(Fused { number: Some(s), with_product: false, join }), [c, Place::Input(n), ..]) => match join
            {
                Join::Add => (s.get(), c, n),
                Join::From => (-s.get(), c, n),
                Join::Sub | Join::Mul => return None,
            },
            _ => return None,
        };
        let access = self.inputs()[input];
        let laid = matches!(access, Access::Full | Access::Row);
        (laid && c == Place::Slot(0) && is_one_step(plan) && self.outputs().len() == 1)
            .then_some((input, access, number))
    }

    /// Whether [`group_panel_rows`] takes it: it is one pass, a product and what it is joined with.
    pub fn writes_panels(&self) -> bool {
        let Plan { steps, is_a_pass, .. } = self.plan();
        *is_a_pass && self.outputs().len() == 1 && steps.iter().all(|step| matches!(step.pass, Pass::Fused(_)))
    }
}

/// [`group`](super::group()) on one thread with its output in panels: writes some rows of a block of [`crate::panel_blocks`], from row
/// `first` of the block on. `to` is all of the block.
///
/// # Panics
/// When the number or a length of the inputs does not fit, `to` is not [`crate::panels_len`] of more rows, or
/// [`Group::writes_panels`] says no.
#[track_caller]
pub fn group_panel_rows<T: Float>(
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    first: usize,
    to: &mut [T],
) {
    group_panel_rows_with(Isa::current(), group, rows, cols, inputs, first, to);
}

/// [`group_panel_rows`] on a given instruction set.
#[track_caller]
pub fn group_panel_rows_with<T: Float>(
    isa: Isa,
    group: &Group,
    rows: usize,
    cols: usize,
    inputs: &[&[T]],
    first: usize,
    to: &mut [T],
) {
    assert!(group.writes_panels(), "group_panel_rows: the group is not one pass that writes panels");
    check_operands("group_panel_rows", group, rows, cols, inputs, [rows * cols].into_iter());
    let depth = panel_rows_depth("group_panel_rows", [rows, cols], first, to.len());
    if rows * cols == 0 {
        return;
    }
    let (outputs, step) = (Slices::from_iter([to]), group.plan().steps[0]);
    let leaf =
        Leaf { isa, group, cols, start: 0, end: rows * cols, skip: 0, inputs, outputs, block: 1, tiles: &mut [] };
    leaf.run_pass(step, Some(InPanels { first, depth }));
}
