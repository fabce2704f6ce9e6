//! A stretch of a group, tile by tile. A tile is at most [`TILE_BYTES`] of consecutive memory: whole rows when rows are short,
//! a piece of one row when they are long. Every pass runs over a whole tile before the next begins. What is one pass needs no
//! tiles: [`super::direct`].

use std::ops::Range;

use super::plan::{FIRST_REGISTER, Place, SLOTS, SPARE, Step, Summed};
use super::stretch::{Stretch, stretches};
use super::sums::Sums;
use super::views::Views;
use super::{Access, Group, Slices};
use crate::elementwise::Apply;
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::reduce::sum::Products;
use crate::{Float, Isa};

const TILE_BYTES: usize = 4096;

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
    /// Elements that are left out between a row and the next.
    pub(crate) skip: usize,
    /// All of every input.
    pub(crate) inputs: &'a [&'a [T]],
    /// Of every output what this stretch writes: elements, sums of rows, partial sums of blocks of rows or of pieces.
    pub(crate) outputs: Slices<'a, T>,
    /// Rows of a block whose sums over the rows are one partial sum.
    pub(crate) block: usize,
    pub(crate) tiles: &'t mut [Tile],
}

/// Gives work as many tiles as a group needs.
pub(crate) fn with_tiles(group: &Group, work: impl FnOnce(&mut [Tile])) {
    let broadcasts = group.inputs().iter().filter(|&&access| access != Access::Full).count();
    match group.plan().registers + broadcasts {
        0 => work(&mut [Tile::ZERO; 1]),
        1..=3 => work(&mut [Tile::ZERO; 4]),
        4..=9 => work(&mut [Tile::ZERO; 10]),
        _ => work(&mut [Tile::ZERO; SLOTS]),
    }
}

impl<T: Float> Leaf<'_, '_, T> {
    /// Runs it: as one pass if it is one, else tile by tile.
    pub(crate) fn start(self, isa: Isa) {
        match self.pass() {
            Some(step) => self.run_pass(step, None),
            None => isa.run(self),
        }
    }
}

impl<T: Float> Kernel<T> for Leaf<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Leaf { isa, group, cols, start, end, skip, inputs, mut outputs, block, tiles } = self;
        let plan = group.plan();
        let (registers, repeated) = tiles.split_at_mut(plan.registers + 1);
        let mut views = Views::new(group, cols, inputs, repeated);
        let mut sums = Sums::new(group, start / cols, block);
        let mut slots = Slots::new(&mut outputs, registers);
        // By reference: copies of what was just written word by word would be read two words at a time, and the processor stalls.
        for stretch in stretches::<T>(start, end, cols, skip, plan.is_a_sum) {
            let stretch = &stretch;
            slots.from = stretch.at - start;
            slots.len = stretch.len;
            for step in &plan.steps {
                slots.run(isa, step, &mut views, stretch);
            }
            for &(from, to) in &plan.saves {
                slots.copy(from, to, &mut views, stretch);
            }
            for &Summed { place, times, output: j } in &plan.sums {
                let (reduction, out) = (group.outputs()[j].reduction, std::mem::take(&mut slots.all[j]));
                views.prepare(place, stretch);
                match times {
                    None => sums.add(reduction, j, stretch, slots.read(place, &views, stretch), out),
                    Some(times) => {
                        views.prepare(times, stretch);
                        let factors =
                            Products([slots.read(place, &views, stretch), slots.read(times, &views, stretch)]);
                        sums.add(reduction, j, stretch, factors, out);
                    }
                }
                slots.all[j] = out;
            }
            for &(from, to) in &plan.copies {
                slots.copy(from, to, &mut views, stretch);
            }
        }
        sums.close(group, &mut outputs);
    }
}

/// What may be written: every output as far as the leaf goes, and the registers.
struct Slots<'a, T> {
    all: [&'a mut [T]; SLOTS],
    /// The tile: where it begins in an output, and its length.
    from: usize,
    len: usize,
}

impl<'a, T: Float> Slots<'a, T> {
    #[inline(always)]
    fn new(outputs: &'a mut Slices<'_, T>, registers: &'a mut [Tile]) -> Self {
        let mut all: [&mut [T]; SLOTS] = Default::default();
        for (slot, out) in all.iter_mut().zip(outputs.iter_mut()) {
            *slot = out;
        }
        let mut tiles = registers.iter_mut();
        if let Some(spare) = tiles.next() {
            all[SPARE] = elements(spare);
        }
        for (slot, tile) in all[FIRST_REGISTER..SPARE].iter_mut().zip(tiles) {
            *slot = elements(tile);
        }
        Self { all, from: 0, len: 0 }
    }

    /// Where the tile lies in a slot.
    #[inline(always)]
    fn range(&self, slot: usize) -> Range<usize> {
        let from = if slot < FIRST_REGISTER { self.from } else { 0 };
        from..from + self.len
    }

    #[inline(always)]
    fn read<'v>(&'v self, place: Place, views: &'v Views<'_, '_, T>, stretch: &Stretch) -> &'v [T] {
        match place {
            Place::Input(n) => views.get(n, stretch),
            Place::Slot(n) => &self.all[n][self.range(n)],
        }
    }

    /// One pass. If it reads the output that it writes, it goes by way of the spare tile.
    #[inline(always)]
    fn run(&mut self, isa: Isa, step: &Step, views: &mut Views<'_, '_, T>, stretch: &Stretch) {
        let (pass, args, arity) = views.shortened(step, stretch);
        let args = &args[..arity];
        if step.columns {
            args.iter().for_each(|&place| views.prepare(place, stretch));
        }
        let to = if step.in_place { SPARE } else { step.to };
        let out = std::mem::take(&mut self.all[to]);
        let mut operands = [&[][..]; 4];
        for (operand, &place) in operands.iter_mut().zip(args) {
            *operand = self.read(place, views, stretch);
        }
        T::elementwise(isa, &mut Apply::new(pass, operands, &mut out[self.range(to)]));
        self.all[to] = out;
        if step.in_place {
            self.copy(Place::Slot(SPARE), step.to, views, stretch);
        }
    }

    #[inline(always)]
    fn copy(&mut self, from: Place, to: usize, views: &mut Views<'_, '_, T>, stretch: &Stretch) {
        views.prepare(from, stretch);
        let out = std::mem::take(&mut self.all[to]);
        out[self.range(to)].copy_from_slice(self.read(from, views, stretch));
        self.all[to] = out;
    }
}
