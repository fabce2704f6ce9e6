//! B in the order in which the microkernel reads it: packed once, for many products.
//!
//! Block by block of depth, each block as panels of nr columns, row by row. There is room for columns up to a multiple of
//! the largest nr, so that the length does not depend on the instruction set; the order does.

use std::ops::Range;

use super::Mat;
use super::blocking::{MAX_NR, chains, panel_depths, start};
use super::pack::pack_rows;
use super::right::pack_columns;
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::par::{Cut, each};
use crate::{Float, Isa, Par};

/// A k × n matrix in panels, as [`pack_panels`] writes it. Only the second operand of a product may lie so.
#[derive(Clone, Copy, Debug)]
pub struct Panels<'a, T> {
    data: &'a [T],
    rows: usize,
    cols: usize,
    /// The first column.
    first: usize,
}

/// Elements of a k × n matrix in panels.
pub const fn panels_len(k: usize, n: usize) -> usize {
    k * n.next_multiple_of(MAX_NR)
}

/// Whether [`matmul_panels`](super::matmul_panels()) takes a second operand of this shape: one with several columns, and not so deep that
/// the elements of the product are sums of several chains.
pub fn takes_panels(k: usize, n: usize) -> bool {
    k > 0 && n > 1 && chains(k) == 1
}

/// Writes `b` in panels, for products on the current instruction set.
///
/// # Panics
/// When `to` is not [`panels_len`] long, or [`takes_panels`] says no.
#[track_caller]
pub fn pack_panels<T: Float>(par: Par, b: Mat<'_, T>, to: &mut [T]) {
    pack_panels_with(Isa::current(), par, b, to);
}

/// [`pack_panels`] for products on a given instruction set.
#[track_caller]
pub fn pack_panels_with<T: Float>(isa: Isa, par: Par, b: Mat<'_, T>, to: &mut [T]) {
    let (k, n, len) = (b.rows, b.cols, to.len());
    assert!(takes_panels(k, n), "pack_panels: a {k}×{n} matrix cannot lie in panels");
    assert!(len == panels_len(k, n), "pack_panels: {len} elements for a {k}×{n} matrix, {} needed", panels_len(k, n));
    // By blocks of depth, because whoever computed some rows of B has them at hand.
    let blocks = DepthBlocks { data: to, k, n, first: 0 };
    each(par, 0..panel_depths(k).0, blocks, &mut [], &|d, block: DepthBlocks<'_, T>, _: &mut [T]| {
        let (l, end) = depth(k, d);
        pack_columns(isa, par, b.window(l, 0, end - l, n), 0, block.data);
    });
}

/// Some blocks of depth of a k × n matrix in panels.
struct DepthBlocks<'a, T> {
    data: &'a mut [T],
    k: usize,
    n: usize,
    first: usize,
}

impl<T: Send> Cut for DepthBlocks<'_, T> {
    fn cut(self, blocks: usize) -> (Self, Self) {
        let Self { data, k, n, first } = self;
        let rows = depth(k, first + blocks).0 - depth(k, first).0;
        let (near, far) = data.split_at_mut(panels_len(rows, n));
        (Self { data: near, k, n, first }, Self { data: far, k, n, first: first + blocks })
    }
}

/// The rows of a k-rowed matrix in panels that lie together, block after block: the first [`panels_len`] of the rows of the first
/// block, and so on.
pub fn panel_blocks(k: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    (0..panel_depths(k).0).map(move |d| {
        let (l, end) = depth(k, d);
        l..end
    })
}

/// Writes some rows of a block of [`panel_blocks`], from row `first` of the block on, for products on the current instruction
/// set. `to` is all of the block.
///
/// # Panics
/// When `to` is not [`panels_len`] of more rows, or the rows of `b` are not contiguous.
#[track_caller]
pub fn pack_panel_rows<T: Float>(b: Mat<'_, T>, first: usize, to: &mut [T]) {
    pack_panel_rows_with(Isa::current(), b, first, to);
}

/// [`pack_panel_rows`] for products on a given instruction set.
#[track_caller]
pub fn pack_panel_rows_with<T: Float>(isa: Isa, b: Mat<'_, T>, first: usize, to: &mut [T]) {
    let depth = panel_rows_depth("pack_panel_rows", [b.rows, b.cols], first, to.len());
    assert!(b.col_stride == 1, "pack_panel_rows: elements of a row are {} apart", b.col_stride);
    isa.run(PackRows(b, first, depth, to));
}

/// The rows of a block of panels of `len` elements. Panics when it has no room for rows of this shape from row `first` on.
#[track_caller]
pub(crate) fn panel_rows_depth(name: &str, [rows, cols]: [usize; 2], first: usize, len: usize) -> usize {
    let depth = len / panels_len(1, cols).max(1);
    let fits = len == panels_len(depth, cols) && first + rows <= depth;
    assert!(fits, "{name}: {rows}×{cols} from row {first} on into a block of {len} elements, of {depth} rows");
    depth
}

/// Packs rows of a block of depth.
struct PackRows<'a, T>(Mat<'a, T>, usize, usize, &'a mut [T]);

impl<T: Float> Kernel<T> for PackRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        pack_rows::<L>(self.0, self.1, self.2, self.3);
    }
}

/// Where block `d` of the depth k begins and ends.
fn depth(k: usize, d: usize) -> (usize, usize) {
    let (depths, _) = panel_depths(k);
    (start(k, depths, d), start(k, depths, d + 1))
}

impl<'a, T> Panels<'a, T> {
    /// What [`pack_panels`] wrote of a k × n matrix.
    ///
    /// # Panics
    /// When the length is not that of [`panels_len`].
    #[track_caller]
    pub fn new(data: &'a [T], k: usize, n: usize) -> Self {
        let (len, needed) = (data.len(), panels_len(k, n));
        assert!(len == needed, "Panels: {len} elements for a {k}×{n} matrix, {needed} needed");
        Self { data, rows: k, cols: n, first: 0 }
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) const fn cols(&self) -> usize {
        self.cols
    }

    /// `cols` columns from `j` on, a multiple of every nr.
    pub(super) fn columns(self, j: usize, cols: usize) -> Self {
        debug_assert!(j.is_multiple_of(MAX_NR) && j + cols <= self.cols);
        Self { first: self.first + j, cols, ..self }
    }

    /// The panels of the rows from `l` to `end`, a block of depth, from column `j` on.
    pub(super) fn block(&self, l: usize, end: usize, j: usize) -> &'a [T] {
        let width = self.data.len() / self.rows;
        &self.data[l * width + (self.first + j) * (end - l)..end * width]
    }
}
