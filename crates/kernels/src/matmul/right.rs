//! The second operand: where it lies, and the panels of nr columns that the microkernel reads.

use super::blocking::{MAX_NR, SEGMENTS, nr, panel_width};
use super::flipped::{Flipped, PackFlipped};
use super::pack::{pack_panel, pack_rows};
use super::{Mat, Panels};
use crate::isa::Kernel;
use crate::lanes::Lanes;
use crate::line::LINE;
use crate::par::{Equal, each};
use crate::{Float, Isa, Par};

/// With at most this many rows, B is read where it lies: packed, it would be read too seldom.
const FEW_ROWS: usize = 24;

/// With at most this many, B is read where it lies if its own rows begin less than [`NEAR`] bytes apart.
const SOME_ROWS: usize = 32;
/// Rows that begin farther apart lie on a page each, and share few sets of the caches.
const NEAR: usize = 4096;
/// A B of at most so many bytes, which stays in the first-level cache, is read where it lies up to so many rows: it has no faster place.
const SMALL: usize = 3 << 14;
const MORE_ROWS: usize = 128;

/// Columns of B that are packed at one time: a multiple of every nr.
const PACKED_COLS: usize = 128;

/// B, where it lies.
#[derive(Clone, Copy)]
pub(super) enum Right<'a, T> {
    Strided(Mat<'a, T>),
    Panels(Panels<'a, T>),
    /// The transpose of panels.
    Flipped(Panels<'a, T>),
}

impl<'a, T> Right<'a, T> {
    pub(super) const fn of_panels(b: Panels<'a, T>) -> Self {
        if b.is_flipped() { Self::Flipped(b) } else { Self::Panels(b) }
    }

    /// Whether it is packed already.
    pub(super) const fn lies_in_panels(&self) -> bool {
        matches!(self, Self::Panels(_))
    }

    /// The rows from `l` on and the columns from `j` on, so many of them.
    pub(super) fn window(self, l: usize, j: usize, depth: usize, cols: usize) -> Self {
        match self {
            Self::Strided(b) => Self::Strided(b.window(l, j, depth, cols)),
            // Only products of one chain have them.
            Self::Panels(b) => Self::Panels(b.columns(j, cols)),
            Self::Flipped(b) => Self::Flipped(b.columns(j, cols)),
        }
    }
}

/// Whether panels can be read from the rows of B.
fn has_rows<T>(b: Mat<'_, T>) -> bool {
    b.col_stride == 1 && (b.rows == 1 || b.row_stride >= b.cols)
}

/// How many of some columns of B can be read where they lie: all if the last vector of the last panel ends with them, which it does after whole
/// lines of the cache, whatever the lanes are; else whole panels.
const fn readable<T>(cols: usize) -> usize {
    if cols.is_multiple_of(LINE / size_of::<T>()) { cols } else { cols / MAX_NR * MAX_NR }
}

/// Whether B stays in the first-level cache, and does not serve too many rows.
fn stays_near<T>(b: Mat<'_, T>, m: usize) -> bool {
    m <= MORE_ROWS && b.rows.saturating_mul(b.row_stride).saturating_mul(size_of::<T>()) <= SMALL
}

/// A block of B: its panels, of nr columns each.
#[derive(Clone, Copy)]
pub(super) struct B<'a, T> {
    /// Where panels are read from its rows, as far as they are [`readable`].
    pub(super) direct: Option<Mat<'a, T>>,
    /// The panels of segments of depth, each packed one after the other.
    pub(super) segments: [Segment<'a, T>; SEGMENTS],
    pub(super) count: usize,
}

/// The panels of some rows of a block of B.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a, T> {
    pub(super) packed: &'a [T],
    /// The first row in the block, and how many there are.
    pub(super) first: usize,
    pub(super) depth: usize,
}

impl<'a, T: Float> B<'a, T> {
    /// A small matrix that is read where it lies by all `m` rows.
    pub(super) fn small(b: Mat<'a, T>, m: usize) -> Option<Self> {
        let whole = readable::<T>(b.cols) == b.cols;
        (whole && has_rows(b) && stays_near(b, m)).then(|| Self::of_one(Some(b), &[], b.rows))
    }

    /// Packs what must be packed.
    pub(super) fn new(isa: Isa, par: Par, view: Mat<'a, T>, m: usize, packed: &'a mut [T]) -> Self {
        let bytes = view.row_stride.saturating_mul(size_of::<T>());
        let seldom = m <= FEW_ROWS || (m <= SOME_ROWS && bytes < NEAR);
        let direct = (seldom || stays_near(view, m)) && has_rows(view);
        let first = if direct { readable::<T>(view.cols) } else { 0 };
        if first < view.cols {
            let rest = view.window(0, first, view.rows, view.cols - first);
            pack_columns(isa, par, rest, &mut packed[first * view.rows..]);
        }
        Self::of_one(direct.then_some(view), packed, view.rows)
    }

    /// Packs a block of the transpose of panels.
    pub(super) fn flipped(isa: Isa, par: Par, block: Flipped<'a, T>, packed: &'a mut [T]) -> Self {
        pack_pieces(par, block.cols, block.depth, packed, &|j, cols, to| {
            isa.run(PackFlipped(block.columns(j, cols), to));
        });
        Self::of_one(None, packed, block.depth)
    }

    fn of_one(direct: Option<Mat<'a, T>>, packed: &'a [T], depth: usize) -> Self {
        Self { direct, segments: [Segment { packed, first: 0, depth }; SEGMENTS], count: 1 }
    }

    /// From column `j` of panels on.
    pub(super) fn of_panels(b: Panels<'a, T>, j: usize, cuts: [usize; SEGMENTS + 1], count: usize) -> Self {
        let mut segments = [Segment { packed: &[], first: 0, depth: 0 }; SEGMENTS];
        for (segment, cut) in segments.iter_mut().zip(cuts.windows(2)).take(count) {
            let (first, depth) = (cut[0] - cuts[0], cut[1] - cut[0]);
            *segment = Segment { packed: b.block(cut[0], cut[1], j), first, depth };
        }
        Self { direct: None, segments, count }
    }
}

/// Packs a block of B.
pub(super) fn pack_columns<T: Float>(isa: Isa, par: Par, view: Mat<'_, T>, packed: &mut [T]) {
    let Mat { rows: depth, cols, .. } = view;
    pack_pieces(par, cols, depth, packed, &|j, cols, to| {
        isa.run(PackB(view.window(0, j, depth, cols), to));
    });
}

/// Runs `pack(first column, columns, their panels)` for the pieces of a block that is `cols` wide.
fn pack_pieces<T: Float>(
    par: Par,
    cols: usize,
    depth: usize,
    packed: &mut [T],
    pack: &(impl Fn(usize, usize, &mut [T]) + Sync),
) {
    let panels = Equal { data: packed, each: PACKED_COLS * depth };
    each(par, 0..cols.div_ceil(PACKED_COLS), panels, &mut [], &|piece, panels: Equal<'_, T>, _: &mut [T]| {
        let j = piece * PACKED_COLS;
        pack(j, PACKED_COLS.min(cols - j), panels.data);
    });
}

/// Packs columns of B.
struct PackB<'a, T>(Mat<'a, T>, &'a mut [T]);

impl<T: Float> Kernel<T> for PackB<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let (nr, Mat { rows: depth, cols, .. }) = (nr::<L>(), self.0);
        if self.0.col_stride == 1 {
            return pack_rows::<L>(self.0, 0, depth, self.1);
        }
        for j in (0..cols).step_by(nr) {
            let (left, width) = (nr.min(cols - j), panel_width::<L>(cols - j));
            pack_panel::<L>(self.0.window(0, j, depth, left), width, &mut self.1[j * depth..][..width * depth]);
        }
    }
}
