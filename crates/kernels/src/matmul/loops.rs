//! The five loops around the microkernel (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015): over blocks of columns of
//! C, of depth, of rows of C, then over the panels and strips of one block.

use super::block::Block;
use super::blocking::{Blocks, MAX_MR, MAX_NR, NEAR_BYTES, nr};
use super::kernel::Strips;
use super::panels::panels_len;
use super::right::{B, Right};
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
/// apart, of which only a strip is read at one time: they spread over the sets of the first-level cache and over few pages. Columns that are
/// farther apart are read where they lie if all of them stay in the second cache and make a single panel of C, so that a copy would be read once.
const NEAR_ROWS: usize = 4096;
const NEAR_COLS: usize = 512;

/// Bytes of a B in panels that comes from a far cache: A is packed then, for the loop that asks for panels in good time. (Where A lies,
/// the compiler has an address for each of its rows to keep, and finds no place for one more without sending sums to memory.)
const FAR: usize = 1 << 20;

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
        if let (Right::Strided(b), None, true) =
            (self.b, &ending, c.col_stride == 1 && lies_well(self.isa, self.a, c.cols))
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
        let nc = if !lies && lies_well(self.isa, self.a, n) { blocks.narrow::<T>(n) } else { blocks.nc };
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
                let direct = lies_well(self.isa, a, n) && !far;
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

/// The columns of a whole panel.
struct PanelWidth;

impl<T: Float> Kernel<T> for PanelWidth {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) -> usize {
        nr::<L>()
    }
}

/// Whether A is read where it lies, in a product with `n` columns.
fn lies_well<T: Float>(isa: Isa, a: Mat<'_, T>, n: usize) -> bool {
    // The distance of a single row may be anything.
    let [rows_apart, columns_apart] = [a.row_stride, a.col_stride].map(|stride| stride.saturating_mul(size_of::<T>()));
    let stays_near = || a.cols.saturating_mul(columns_apart) <= NEAR_BYTES && n <= isa.run::<T, _>(PanelWidth);
    match (a.row_stride, a.col_stride) {
        (_, 1) => n <= FEW_COLS || rows_apart < NEAR_ROWS,
        // Columns that overlap are packed, as if they did not.
        (1, apart) if a.cols > 1 && apart < a.rows.min(MAX_MR) => false,
        (1, _) => n <= FEW_COLS && (columns_apart <= NEAR_COLS || stays_near()),
        _ => false,
    }
}
