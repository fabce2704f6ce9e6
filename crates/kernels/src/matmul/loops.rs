//! The five loops around the microkernel (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015): over blocks of columns of
//! C, of depth, of rows of C, then over the panels and strips of one block.

use super::blocking::{Blocks, MAX_MR, MAX_NR, many_registers, mr, nr, panel_width};
use super::kernel::{
    Ahead, Strided, Strips, Tile, load, multiply_across, multiply_across_packed, multiply_along, multiply_packed, store,
};
use super::pack::pack_strips;
use super::panels::panels_len;
use super::right::{B, Right, Segment};
use super::rows::Rows;
use super::tail::Ending;
use super::{Mat, MatMut, PanelsMut, Update, thin};
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::line::on_a_line;
use crate::par::each;
use crate::{Float, Isa, Par};

/// With at most this many columns of C, A is read where it lies: packed, it would be read too seldom.
const FEW_COLS: usize = 2 * MAX_NR;

/// Contiguous rows of A that begin less than so many bytes apart are read where they lie, and contiguous columns that begin at most so many
/// apart, of which only a strip is read at one time: they spread over the sets of the first-level cache and over few pages.
const NEAR_ROWS: usize = 4096;
const NEAR_COLS: usize = 512;

/// Bytes of a B in panels that comes from a far cache: A is packed then, for the loop that asks for panels in good time. (Where A lies,
/// the compiler has an address for each of its rows to keep, and finds no place for one more without sending sums to memory.)
const FAR: usize = 1 << 20;

/// Vectors of a tile whose steps along contiguous rows of A are taken several at a time: with more, the rows of A would need registers that the
/// tile has.
const UNROLLED: usize = 3;

/// Bytes of half the lanes.
const HALF: usize = 32;

/// A product whose elements are one chain each.
#[derive(Clone, Copy)]
pub(super) struct Product<'a, T> {
    pub(super) isa: Isa,
    pub(super) alpha: T,
    pub(super) a: Mat<'a, T>,
    pub(super) b: Right<'a, T>,
    pub(super) update: Update,
}

impl<T: Float> Product<'_, T> {
    /// Runs on a C that is wider from row to row than from column to column, then the ending on every finished block.
    pub(super) fn run(self, par: Par, c: MatMut<'_, T>, ending: Option<Ending<'_, '_, T>>, scratch: &mut [T]) {
        if thin::applies(self, &c) {
            return thin::run(self, c, ending);
        }
        if let (Right::Strided(b), None, true) = (self.b, &ending, c.col_stride == 1 && lies_well(self.a, c.cols))
            && let Some(b) = B::small(b, c.rows)
        {
            return self.run_at_once(b, c);
        }
        let blocks = Blocks::new::<T>(c.rows, self.a.cols, c.cols, self.b.lies_in_panels());
        self.on_lanes_for(c.cols).run_blocks(par, blocks, c, None, ending, scratch);
    }

    /// Runs as a single block, with operands as they lie: what the loops divide and hand on would take as long as a small product.
    fn run_at_once(self, b: B<'_, T>, c: MatMut<'_, T>) {
        let m = c.rows;
        let mut rows = Rows { first: 0, blocks: 1, m, at: 0, c, in_panels: None, unfinished: &mut [], ending: None };
        self.isa.run(&mut Block {
            product: self,
            a: self.a,
            direct: true,
            b,
            beside: None,
            begins: true,
            ends: true,
            plain: self.is_plain(),
            rows: &mut rows,
            packed: &mut [],
            from: 0,
            height: m,
            strip: 0,
        });
    }

    /// Half the lanes where so few columns would leave the other half empty; a B in panels decides itself.
    fn on_lanes_for(self, cols: usize) -> Self {
        match (self.b, self.isa.halved()) {
            (Right::Strided(_), Some(isa)) if cols * size_of::<T>() <= HALF => Self { isa, ..self },
            _ => self,
        }
    }

    /// Runs on a C in panels.
    pub(super) fn run_to_panels(self, par: Par, c: PanelsMut<'_, T>, scratch: &mut [T]) {
        let (m, n) = (c.rows, c.cols);
        let c = MatMut { data: c.data, rows: m, cols: n, row_stride: panels_len(1, n), col_stride: 1 };
        // A single row lies in panels as it does anywhere; several do not.
        if m == 1 && thin::applies(self, &c) {
            return thin::run(self, c, None);
        }
        let blocks = Blocks::to_panels::<T>(m, self.a.cols, n);
        self.run_blocks(par, blocks, c, Some(0), None, scratch);
    }

    /// The loops. Inlined, because operands of small products should not be copied twice.
    #[inline(always)]
    fn run_blocks(
        self,
        par: Par,
        blocks: Blocks,
        c: MatMut<'_, T>,
        in_panels: Option<usize>,
        ending: Option<Ending<'_, '_, T>>,
        scratch: &mut [T],
    ) {
        let (m, k, n) = (c.rows, self.a.cols, c.cols);
        let lies = self.b.lies_in_panels();
        let far = lies && k * n * size_of::<T>() >= FAR && n > FEW_COLS;
        let packed_b = if lies { 0 } else { blocks.packed_b::<T>() };
        let (packed_b, scratch) = scratch.split_at_mut(packed_b);
        let packed_b = on_a_line(packed_b);
        let keep = if self.update == Update::Accumulate { blocks.unfinished(m) } else { 0 };
        let (unfinished, packed_a) = scratch.split_at_mut(keep);
        let (product, beside, ending) = self.join(ending, m, n);
        let mut rows = Rows { first: 0, blocks: blocks.rows, m, at: 0, c, in_panels, unfinished, ending };
        let nc = if !lies && lies_well(self.a, n) { blocks.narrow::<T>(n) } else { blocks.nc };
        for j in (0..n).step_by(nc) {
            let cols = nc.min(n - j);
            for d in 0..blocks.depths {
                let (cuts, segments) = blocks.segments(k, d, lies);
                let (l, end) = (cuts[0], cuts[segments]);
                let a = self.a.window(0, l, m, end - l);
                let b = match self.b {
                    Right::Strided(b) => B::new(self.isa, par, b.window(l, j, end - l, cols), m, packed_b),
                    Right::Flipped(b) => B::flipped(self.isa, par, b.flipped(l, end, j, cols), packed_b),
                    Right::Panels(b) => B::of_panels(b, j, cuts, segments),
                };
                let (begins, ends) = (d == 0, d + 1 == blocks.depths);
                let beside = beside.map(|d| d.window(0, j, m, cols));
                let plain = beside.is_none() && product.is_plain();
                let direct = lies_well(a, n) && !far;
                each(par, 0..blocks.rows, rows.columns(j, cols), packed_a, &|_, mut rows: Rows<'_, '_, T>, packed| {
                    // One strip but where C lies in panels.
                    for (from, height) in Strips::of(rows.c.rows, blocks.mc) {
                        self.isa.run(&mut Block {
                            product,
                            a,
                            direct,
                            b,
                            beside,
                            begins,
                            ends,
                            plain,
                            rows: &mut rows,
                            packed: &mut *packed,
                            from,
                            height,
                            strip: 0,
                        });
                    }
                    if let (true, Some(ending)) = (ends, rows.ending) {
                        ending.run(self.isa, &mut rows.c);
                    }
                });
            }
        }
    }

    /// Whether the finished chains are what is written.
    fn is_plain(&self) -> bool {
        self.alpha == T::ONE && self.update == Update::Overwrite
    }

    /// With an ending that only adds a matrix to multiples of the chains of an m × n C: that is their last step. Then the matrix, else
    /// the ending that is left.
    fn join<'c, 'e>(
        self,
        ending: Option<Ending<'c, 'e, T>>,
        m: usize,
        n: usize,
    ) -> (Self, Option<Mat<'e, T>>, Option<Ending<'c, 'e, T>>) {
        match ending.as_ref().filter(|_| self.is_plain()).and_then(|ending| ending.added(m, n)) {
            Some((beside, alpha)) => (Self { alpha, ..self }, Some(beside), None),
            None => (self, None, ending),
        }
    }
}

/// Whether A is read where it lies, in a product with `n` columns.
fn lies_well<T>(a: Mat<'_, T>, n: usize) -> bool {
    // The distance of a single row may be anything.
    let [rows_apart, columns_apart] = [a.row_stride, a.col_stride].map(|stride| stride.saturating_mul(size_of::<T>()));
    match (a.row_stride, a.col_stride) {
        (_, 1) => n <= FEW_COLS || rows_apart < NEAR_ROWS,
        // Columns that overlap are packed, as if they did not.
        (1, apart) if a.cols > 1 && apart < a.rows.min(MAX_MR) => false,
        (1, _) => n <= FEW_COLS && columns_apart <= NEAR_COLS,
        _ => false,
    }
}

/// The work on one row block, or on some rows of it: their part of A packed if need be, then their panels of C.
struct Block<'a, 'r, 'c, 'e, T> {
    product: Product<'a, T>,
    a: Mat<'a, T>,
    /// Whether it is read where it lies, and not packed.
    direct: bool,
    b: B<'a, T>,
    /// What is added to the finished chains, if it is not C.
    beside: Option<Mat<'a, T>>,
    /// Whether this is the first, the last block of depth.
    begins: bool,
    ends: bool,
    /// Whether the finished chains are what is written.
    plain: bool,
    rows: &'r mut Rows<'c, 'e, T>,
    packed: &'r mut [T],
    /// Those of the rows that are worked on: the first, and how many.
    from: usize,
    height: usize,
    /// The number of the strip that is worked on.
    strip: usize,
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
                1 => self.panel::<L, 1>(j),
                2 => self.panel::<L, 2>(j),
                3 if many_registers::<L>() => self.panel::<L, 3>(j),
                4 if many_registers::<L>() => self.panel::<L, 4>(j),
                _ => unreachable!("a panel of {} columns", cols - j),
            }
        }
    }
}

/// Some strips of `R` rows by a panel of `V` vectors. For each R and V a function of its own: the passes of the compiler look at a whole
/// function for every loop in it, and take minutes over one with all of them.
struct StripsByPanel<'b, 'a, 'r, 'c, 'e, T, const R: usize, const V: usize> {
    block: &'b mut Block<'a, 'r, 'c, 'e, T>,
    /// Where the first begins, and how many they are.
    i: usize,
    j: usize,
    count: usize,
}

impl<T: Float, const R: usize, const V: usize> Kernel<T> for StripsByPanel<'_, '_, '_, '_, '_, T, R, V> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let Self { block, i, j, count } = self;
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
    fn panel<L: Lanes<Elem = T>, const V: usize>(&mut self, j: usize) {
        self.strip = 0;
        let mut strips = Strips::of(self.height, mr::<L>(self.rows.c.cols));
        while let Some((i, height, count)) = strips.equal() {
            let i = self.from + i;
            match height {
                1 => self.strips::<L, 1, V>(i, j, count),
                2 => self.strips::<L, 2, V>(i, j, count),
                3 => self.strips::<L, 3, V>(i, j, count),
                4 => self.strips::<L, 4, V>(i, j, count),
                5 => self.strips::<L, 5, V>(i, j, count),
                6 => self.strips::<L, 6, V>(i, j, count),
                7 if V <= 2 && many_registers::<L>() => self.strips::<L, 7, V>(i, j, count),
                8 if V <= 2 && many_registers::<L>() => self.strips::<L, 8, V>(i, j, count),
                _ => unreachable!("a strip of {height} rows"),
            }
        }
    }

    /// `count` strips of `R` rows, from (i, j) on.
    #[inline(always)]
    fn strips<L: Lanes<Elem = T>, const R: usize, const V: usize>(&mut self, i: usize, j: usize, count: usize) {
        L::run_apart(StripsByPanel::<T, R, V> { block: self, i, j, count });
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
                (true, _, None) if V <= UNROLLED => multiply_across_packed(tile, a, b),
                (true, ..) => multiply_across(tile, a, rows),
                (false, false, None) => {
                    // Behind a panel lies the one that is read next, even when it belongs to another piece.
                    let (b, behind) = b.split_at(width * depth);
                    multiply_packed(tile, &strip[..depth * R], b, Ahead::new(behind, depth, self.strip))
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
