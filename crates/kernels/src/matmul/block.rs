//! The work on one block of rows: the two inner loops, over panels of columns and strips of rows, around the microkernel.

use super::blocking::{mr, nr, panel_width};
use super::kernel::{
    Ahead, Strided, Strips, Tile, load, multiply_across, multiply_across_packed, multiply_along, multiply_packed, store,
};
use super::loops::Product;
use super::pack::pack_strips;
use super::right::{B, Segment};
use super::rows::Rows;
use super::{Mat, Update};
use crate::Float;
use crate::isa::Kernel;
use crate::lanes::Lanes;

/// Whether steps along contiguous rows of A are taken several at a time by tiles of so many vectors: with more, the rows of A would need
/// registers that the tile has.
const fn is_unrolled<L: Lanes>(vectors: usize) -> bool {
    vectors <= if L::MANY_REGISTERS { 3 } else { 1 }
}

/// The work on one row block, or on some rows of it: their part of A packed if need be, then their panels of C.
pub(super) struct Block<'a, 'r, 'c, 'e, T> {
    pub(super) product: Product<'a, T>,
    pub(super) a: Mat<'a, T>,
    /// Whether it is read where it lies, and not packed.
    pub(super) direct: bool,
    pub(super) b: B<'a, T>,
    /// What is added to the finished chains, if it is not C.
    pub(super) beside: Option<Mat<'a, T>>,
    /// Whether this is the first, the last block of depth.
    pub(super) begins: bool,
    pub(super) ends: bool,
    /// Whether the finished chains are what is written.
    pub(super) plain: bool,
    pub(super) rows: &'r mut Rows<'c, 'e, T>,
    pub(super) packed: &'r mut [T],
    /// Those of the rows that are worked on: the first, and how many.
    pub(super) from: usize,
    pub(super) height: usize,
    /// The number of the strip that is worked on.
    pub(super) strip: usize,
}

impl<T: Float> Kernel<T> for &mut Block<'_, '_, '_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        if !self.direct {
            self.pack_a::<L>();
        }
        let cols = self.rows.c.cols;
        for j in (0..cols).step_by(nr::<L>()) {
            match panel_width::<L>(cols - j) / L::N {
                1 => self.panel::<L>(j, Block::high_strips::<L, 1>),
                2 => self.panel::<L>(j, Block::high_strips::<L, 2>),
                3 => L::run_in_many_registers(WidePanel::<T, 3> { block: self, j }),
                _ => L::run_in_many_registers(WidePanel::<T, 4> { block: self, j }),
            }
        }
    }
}

/// A panel that is wider than tiles are without many registers.
struct WidePanel<'b, 'a, 'r, 'c, 'e, T, const V: usize> {
    block: &'b mut Block<'a, 'r, 'c, 'e, T>,
    j: usize,
}

impl<T: Float, const V: usize> Kernel<T> for WidePanel<'_, '_, '_, '_, '_, T, V> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        self.block.panel::<L>(self.j, Block::low_strips::<L, V>);
    }
}

/// Some strips: where the first begins, and how many they are.
#[derive(Clone, Copy)]
struct At {
    i: usize,
    j: usize,
    count: usize,
}

/// Strips of `R` rows by a panel of `V` vectors. For each R and V a function of its own: the passes of the compiler look at a whole
/// function for every loop in it, and take minutes over one with all of them.
struct StripsByPanel<'b, 'a, 'r, 'c, 'e, T, const R: usize, const V: usize>(&'b mut Block<'a, 'r, 'c, 'e, T>, At);

impl<T: Float, const R: usize, const V: usize> Kernel<T> for StripsByPanel<'_, '_, '_, '_, '_, T, R, V> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Self(block, At { i, j, count }) = self;
        for t in 0..count {
            block.tile::<L, R, V>(i + t * R, j);
            block.strip += 1;
        }
    }
}

impl<T: Float> Block<'_, '_, '_, '_, T> {
    /// Strips of at most mr rows, one after the other.
    #[inline(always)]
    fn pack_a<L: Lanes<Elem = T>>(&mut self) {
        let depth = self.a.cols;
        let mut strips = Strips::of(self.height, mr::<L>(self.rows.c.cols));
        while let Some((i, height, count)) = strips.equal() {
            let rows = self.a.window(self.rows.at + self.from + i, 0, count * height, depth);
            pack_strips::<L>(rows.t(), height, &mut self.packed[i * depth..][..count * height * depth]);
        }
    }

    /// All strips by the panel of columns from `j` on.
    #[inline(always)]
    fn panel<L: Lanes<Elem = T>>(&mut self, j: usize, strips: impl Fn(&mut Self, usize, At)) {
        self.strip = 0;
        let mut all = Strips::of(self.height, mr::<L>(self.rows.c.cols));
        while let Some((i, height, count)) = all.equal() {
            let i = self.from + i;
            strips(self, height, At { i, j, count });
        }
    }

    /// Strips of at most 8 rows.
    #[inline(always)]
    fn high_strips<L: Lanes<Elem = T>, const V: usize>(&mut self, height: usize, at: At) {
        match height {
            7 => L::run_in_many_registers(StripsByPanel::<T, 7, V>(self, at)),
            8 => L::run_in_many_registers(StripsByPanel::<T, 8, V>(self, at)),
            _ => self.low_strips::<L, V>(height, at),
        }
    }

    /// Strips of at most 6 rows.
    #[inline(always)]
    fn low_strips<L: Lanes<Elem = T>, const V: usize>(&mut self, height: usize, at: At) {
        match height {
            1 => L::run_apart(StripsByPanel::<T, 1, V>(self, at)),
            2 => L::run_apart(StripsByPanel::<T, 2, V>(self, at)),
            3 => L::run_apart(StripsByPanel::<T, 3, V>(self, at)),
            4 => L::run_apart(StripsByPanel::<T, 4, V>(self, at)),
            5 => L::run_apart(StripsByPanel::<T, 5, V>(self, at)),
            6 => L::run_apart(StripsByPanel::<T, 6, V>(self, at)),
            _ => unreachable!("a strip of {height} rows"),
        }
    }

    /// The chains of a tile, carried on by this block of depth.
    #[inline(always)]
    fn carry_on<L: Lanes<Elem = T>, const R: usize, const V: usize>(
        &self,
        mut tile: Tile<L, R, V>,
        i: usize,
        j: usize,
    ) -> Tile<L, R, V> {
        let (depth, width) = (self.a.cols, V * L::N);
        let a = self.a.window(self.rows.at + i, 0, R, depth);
        let strip = if self.direct { &[][..] } else { &self.packed[(i - self.from) * depth..][..R * depth] };
        let in_place = self.b.direct.filter(|_| j + width <= self.rows.c.cols);
        for &Segment { packed, first, depth } in &self.b.segments[..self.b.count] {
            let a = a.window(0, first, R, depth);
            let (b, apart) = match in_place {
                Some(b) => (&b.data[j..], b.row_stride),
                None => (&packed[j * depth..], width),
            };
            let rows = Strided::new(b, apart, depth, width);
            let strip = strip.get(first * R..).unwrap_or_default();
            let across = self.direct && a.col_stride == 1;
            tile = match (across, self.direct, in_place) {
                (true, _, None) if is_unrolled::<L>(V) => multiply_across_packed(tile, a, b),
                (true, ..) => multiply_across(tile, a, rows),
                (false, false, None) => {
                    // Behind a panel lies the one that is read next, even when it belongs to another piece.
                    let (b, behind) = b.split_at(width * depth);
                    multiply_packed(tile, &strip[..depth * R], b, Ahead::new::<L, V>(behind, depth, self.strip))
                }
                (false, true, _) => multiply_along(tile, Strided::new(a.data, a.col_stride, depth, R), rows),
                (false, false, _) => multiply_along(tile, Strided::new(strip, R, depth, R), rows),
            };
        }
        tile
    }

    /// One tile of C: its chains carried on by this block of depth, and finished by the last.
    #[inline(always)]
    fn tile<L: Lanes<Elem = T>, const R: usize, const V: usize>(&mut self, i: usize, j: usize) {
        let width = V * L::N;
        let tile = if self.begins {
            [[L::splat(T::ZERO); V]; R]
        } else {
            let (chains, j) = self.rows.chains(j, width);
            load::<L, R, V>(chains.view(), i, j)
        };
        let mut tile = self.carry_on(tile, i, j);
        if !self.ends {
            let (mut chains, j) = self.rows.chains(j, width);
            return store(tile, &mut chains, i, j);
        }
        let rows = self.rows.c.rows;
        let beside = self.beside.map(|beside| beside.window(self.rows.at, 0, rows, beside.cols));
        let (mut c, at) = self.rows.panel(j, width);
        if self.plain {
            return store(tile, &mut c, i, at);
        }
        let alpha = L::splat(self.product.alpha);
        for row in &mut tile {
            row.iter_mut().for_each(|sum| *sum = alpha * *sum);
        }
        let old = match (beside, self.product.update) {
            (None, Update::Overwrite) => None,
            (None, Update::Accumulate) => Some((c.view(), at)),
            (Some(beside), _) => Some((beside, j)),
        };
        if let Some((old, j)) = old {
            let old = load::<L, R, V>(old, i, j);
            for (row, old) in tile.iter_mut().zip(&old) {
                row.iter_mut().zip(old).for_each(|(sum, &old)| *sum = old + *sum);
            }
        }
        store(tile, &mut c, i, at);
    }
}
