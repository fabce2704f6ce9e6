//! A stretch of a group, tile by tile. A tile is at most [`TILE_BYTES`] of consecutive memory: whole rows when rows are short,
//! a piece of one row when they are long. Every operation runs over a whole tile before the next begins.

use super::plan::{FIRST_REGISTER, Place, Plan, SLOTS, SPARE};
use super::stretch::{Stretch, stretches};
use super::sums::Sums;
use super::views::Views;
use super::{Access, Group, Reduction, Slices};
use crate::elementwise::Apply;
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::{Float, Isa};

const TILE_BYTES: usize = 2048;

/// Room for one tile.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Tile(pub(super) [u8; TILE_BYTES]);

impl Tile {
    const ZERO: Self = Self([0; TILE_BYTES]);
}

/// The elements of consecutive tiles.
#[inline(always)]
pub(super) fn elements<T: Float>(tile: &mut Tile) -> &mut [T] {
    bytemuck::cast_slice_mut(&mut tile.0)
}

pub(super) const fn tile_len<T>() -> usize {
    TILE_BYTES / size_of::<T>()
}

/// A stretch of consecutive elements of a group.
pub struct Leaf<'a, 't, T> {
    pub(crate) isa: Isa,
    pub(crate) group: &'a Group,
    pub(crate) cols: usize,
    /// The first element, and the one after the last.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// All of every input.
    pub(crate) inputs: &'a [&'a [T]],
    /// Of every output what this stretch writes: elements, sums of rows, partial sums of blocks of rows or of pieces.
    pub(crate) outputs: Slices<'a, T>,
    /// Rows of a block whose sums over the rows are one partial sum.
    pub(crate) block: usize,
    pub(crate) tiles: &'t mut [Tile],
}

/// Runs a leaf with as many tiles as its group needs.
pub(crate) fn with_tiles<T: Float>(leaf: Leaf<'_, '_, T>) {
    let isa = leaf.isa;
    let broadcasts = leaf.group.inputs().iter().filter(|&&access| access != Access::Full).count();
    match leaf.group.plan().registers + broadcasts {
        0 => T::group(isa, leaf.on(&mut [Tile::ZERO; 1])),
        1..=3 => T::group(isa, leaf.on(&mut [Tile::ZERO; 4])),
        4..=9 => T::group(isa, leaf.on(&mut [Tile::ZERO; 10])),
        _ => T::group(isa, leaf.on(&mut [Tile::ZERO; SLOTS])),
    }
}

impl<'a, T> Leaf<'a, '_, T> {
    /// The same leaf with other tiles.
    fn on<'t>(self, tiles: &'t mut [Tile]) -> Leaf<'a, 't, T> {
        Leaf { tiles, ..self }
    }
}

impl<T: Float> Kernel<T> for Leaf<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Leaf { isa, group, cols, start, end, inputs, mut outputs, block, tiles } = self;
        let plan = group.plan();
        let (registers, repeated) = tiles.split_at_mut(plan.registers + 1);
        let mut views = Views::new(group, cols, inputs, repeated);
        let mut sums = Sums::new(start / cols, block);
        for stretch in stretches::<T>(start, end, cols) {
            let Stretch { at, len, .. } = stretch;
            let mut slots = writable(group, &mut outputs, at - start, registers, len);
            let views = views.tile(stretch);
            operations(isa, plan, &views, &mut slots);
            for &(place, j) in &plan.sums {
                let out = std::mem::take(&mut slots[j]);
                sums.add(group.outputs()[j].reduction, j, stretch, read(place, &views, &slots, len), out);
                slots[j] = out;
            }
            copies(&plan.copies, &views, &mut slots, len);
        }
        sums.close(group, &mut outputs);
    }
}

/// What may be written: the tile of every output that is not reduced, all of one that is, the registers.
#[inline(always)]
fn writable<'a, T: Float>(
    group: &Group,
    outputs: &'a mut Slices<'_, T>,
    from: usize,
    registers: &'a mut [Tile],
    len: usize,
) -> [&'a mut [T]; SLOTS] {
    let mut slots: [&mut [T]; SLOTS] = std::array::from_fn(|_| Default::default());
    for ((slot, out), output) in slots.iter_mut().zip(outputs.iter_mut()).zip(group.outputs()) {
        *slot = if output.reduction == Reduction::None { &mut out[from..][..len] } else { out };
    }
    let mut tiles = registers.iter_mut();
    if let Some(spare) = tiles.next() {
        slots[SPARE] = &mut elements(spare)[..len];
    }
    for (slot, tile) in slots[FIRST_REGISTER..SPARE].iter_mut().zip(tiles) {
        *slot = &mut elements(tile)[..len];
    }
    slots
}

#[inline(always)]
fn read<'a, T>(place: Place, views: &[&'a [T]], slots: &'a [&mut [T]], len: usize) -> &'a [T] {
    match place {
        Place::Input(n) => &views[n][..len],
        Place::Slot(n) => &slots[n][..len],
    }
}

/// The operations in order. One that reads the output it writes goes by way of the spare tile.
#[inline(always)]
fn operations<T: Float>(isa: Isa, plan: &Plan, views: &[&[T]], slots: &mut [&mut [T]; SLOTS]) {
    let len = slots[SPARE].len();
    for step in &plan.steps {
        let in_place = step.args.contains(&Place::Slot(step.to));
        let to = if in_place { SPARE } else { step.to };
        let out = std::mem::take(&mut slots[to]);
        let args = step.args.map(|place| read(place, views, slots, len));
        T::elementwise(isa, Apply { op: step.op, args, out });
        slots[to] = out;
        if in_place {
            copies(&[(Place::Slot(SPARE), step.to)], views, slots, len);
        }
    }
    copies(&plan.saves, views, slots, len);
}

#[inline(always)]
fn copies<T: Copy>(copies: &[(Place, usize)], views: &[&[T]], slots: &mut [&mut [T]; SLOTS], len: usize) {
    for &(from, to) in copies {
        let out = std::mem::take(&mut slots[to]);
        out.copy_from_slice(read(from, views, slots, len));
        slots[to] = out;
    }
}
