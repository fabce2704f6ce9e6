//! B in the order in which the microkernel reads it: packed once, for many products.
//!
//! Block by block of depth, each block as panels of nr columns, row by row. There is room for columns up to a multiple of
//! the largest nr, so that the length does not depend on the instruction set; the order does.

use std::ops::Range;

use super::blocking::{MAX_NR, chains, panel_depths, start};
use super::flipped::Flipped;
use super::pack::{pack_rows, unpack_rows};
use super::right::pack_columns;
use super::{Mat, MatMut};
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::par::{Cut, each};
use crate::{Float, Isa, Par};

/// A k × n matrix in panels, as [`pack_panels`] writes it, or the transpose of one. Only the second operand of a product may lie so.
#[derive(Clone, Copy, Debug)]
pub struct Panels<'a, T> {
    data: &'a [T],
    rows: usize,
    cols: usize,
    /// The first column.
    first: usize,
    /// Whether this is the transpose of what lies in panels.
    flipped: bool,
}

/// A k × n matrix in panels, to be written by a product.
#[derive(Debug)]
pub struct PanelsMut<'a, T> {
    pub(super) data: &'a mut [T],
    pub(super) rows: usize,
    pub(super) cols: usize,
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
    let blocks = DepthBlocks { data: to, k, width: panels_len(1, n), first: 0 };
    each(par, 0..panel_depths(k).0, blocks, &mut [], &|d, block: DepthBlocks<'_, T>, _: &mut [T]| {
        let (l, end) = depth(k, d);
        pack_columns(isa, par, b.window(l, 0, end - l, n), block.data);
    });
}

/// Writes a matrix that lies in panels row by row, without gaps. The panels are those of products on the current instruction set.
///
/// # Panics
/// When `to` is not k·n long, [`takes_panels`] says no, or `b` is transposed.
#[track_caller]
pub fn unpack_panels<T: Float>(par: Par, b: Panels<'_, T>, to: &mut [T]) {
    unpack_panels_with(Isa::current(), par, b, to);
}

/// [`unpack_panels`] on a given instruction set, that for which B was packed.
#[track_caller]
pub fn unpack_panels_with<T: Float>(isa: Isa, par: Par, b: Panels<'_, T>, to: &mut [T]) {
    let (k, n, len) = (b.rows, b.cols, to.len());
    assert!(!b.flipped, "unpack_panels: the {k}×{n} matrix is the transpose of one in panels");
    assert!(takes_panels(k, n), "unpack_panels: a {k}×{n} matrix cannot lie in panels");
    assert!(len == k * n, "unpack_panels: {len} elements for a {k}×{n} matrix, {} needed", k * n);
    let blocks = DepthBlocks { data: to, k, width: n, first: 0 };
    each(par, 0..panel_depths(k).0, blocks, &mut [], &|d, rows: DepthBlocks<'_, T>, _: &mut [T]| {
        let (l, end) = depth(k, d);
        isa.run(UnpackRows(b.block(l, end, 0), MatMut::new(rows.data, end - l, n)));
    });
}

/// Some blocks of depth of a k-rowed matrix, in panels or row by row.
struct DepthBlocks<'a, T> {
    data: &'a mut [T],
    k: usize,
    /// Elements of a row.
    width: usize,
    first: usize,
}

impl<T: Send> Cut for DepthBlocks<'_, T> {
    fn cut(self, blocks: usize) -> (Self, Self) {
        let Self { data, k, width, first } = self;
        let rows = depth(k, first + blocks).0 - depth(k, first).0;
        let (near, far) = data.split_at_mut(rows * width);
        (Self { data: near, k, width, first }, Self { data: far, k, width, first: first + blocks })
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
    // Rows without columns take no room, and any number of them is there.
    let depth = len.checked_div(panels_len(1, cols)).unwrap_or(first + rows);
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

/// A block of depth, and the rows that it becomes.
struct UnpackRows<'a, 'c, T>(&'a [T], MatMut<'c, T>);

impl<T: Float> Kernel<T> for UnpackRows<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        unpack_rows::<L>(self.0, self.1);
    }
}

/// Where block `d` of the depth k begins and ends.
pub(super) fn depth(k: usize, d: usize) -> (usize, usize) {
    let (depths, _) = panel_depths(k);
    (start(k, depths, d), start(k, depths, d + 1))
}

/// Where the block of depth begins and ends that row `i` belongs to.
pub(super) fn block_of(k: usize, i: usize) -> (usize, usize) {
    depth(k, ((i + 1) * panel_depths(k).0 - 1) / k)
}

impl<'a, T> Panels<'a, T> {
    /// What [`pack_panels`] wrote of a k × n matrix.
    ///
    /// # Panics
    /// When the length is not that of [`panels_len`].
    #[track_caller]
    pub fn new(data: &'a [T], k: usize, n: usize) -> Self {
        check_len("Panels", data.len(), k, n);
        Self { data, rows: k, cols: n, first: 0, flipped: false }
    }

    /// The transpose, for a product that reads the same panels: it copies them block by block, and so needs the scratch of
    /// [`matmul_scratch`](super::matmul_scratch()).
    #[must_use]
    pub fn t(self) -> Self {
        Self { rows: self.cols, cols: self.rows, flipped: !self.flipped, ..self }
    }

    pub(super) const fn is_flipped(&self) -> bool {
        self.flipped
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) const fn cols(&self) -> usize {
        self.cols
    }

    /// `cols` columns from `j` on, a multiple of every nr.
    pub(super) fn columns(self, j: usize, cols: usize) -> Self {
        debug_assert!((self.flipped || j.is_multiple_of(MAX_NR)) && j + cols <= self.cols);
        Self { first: self.first + j, cols, ..self }
    }

    /// Of the transpose of panels: the rows from `l` to `end` and `cols` columns from `j` on.
    pub(super) fn flipped(&self, l: usize, end: usize, j: usize, cols: usize) -> Flipped<'a, T> {
        debug_assert!(self.flipped);
        let shape = [self.data.len() / panels_len(1, self.rows), self.rows];
        Flipped { panels: self.data, shape, l, depth: end - l, j: self.first + j, cols }
    }

    /// The panels of the rows from `l` to `end`, a block of depth, from column `j` on.
    pub(super) fn block(&self, l: usize, end: usize, j: usize) -> &'a [T] {
        debug_assert!(!self.flipped);
        let width = self.data.len() / self.rows;
        &self.data[l * width + (self.first + j) * (end - l)..end * width]
    }
}

impl<'a, T> PanelsMut<'a, T> {
    /// Room for a k × n matrix, or what [`pack_panels`] or a product wrote of one.
    ///
    /// # Panics
    /// When the length is not that of [`panels_len`].
    #[track_caller]
    pub fn new(data: &'a mut [T], k: usize, n: usize) -> Self {
        check_len("PanelsMut", data.len(), k, n);
        Self { data, rows: k, cols: n }
    }
}

#[track_caller]
fn check_len(name: &str, len: usize, k: usize, n: usize) {
    let needed = panels_len(k, n);
    assert!(len == needed, "{name}: {len} elements for a {k}×{n} matrix, {needed} needed");
}
