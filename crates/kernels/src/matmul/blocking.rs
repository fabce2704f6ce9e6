//! How a product is cut: into blocks that fit the caches, and into pieces that may run at the same time.
//!
//! The value of an element depends on k alone: its products are added by multiply-adds in order, in one chain for each of at
//! most [`MAX_CHAINS`] equal stretches of k, and the chains are added in order. No other number of this file moves a bit.

use crate::lanes::Lanes;
use crate::line::LINE;

/// The largest mr.
pub(super) const MAX_MR: usize = 8;
/// The largest nr of all element types and instruction sets: packed panels are at most this wide.
pub(super) const MAX_NR: usize = 64;
/// Depth of a block, in bytes. For every block all of C is read and written, which costs more than panels of B that come from the
/// second cache.
const KC_BYTES: usize = 4096;
/// Depth of a block of panels in which B lies: less, because several threads write one block each.
const PANELS_KC: usize = 256;
/// So many of them make a block of a product at most.
pub(super) const SEGMENTS: usize = KC_BYTES / size_of::<f32>() / PANELS_KC;
/// Height of a block: an mc × kc block of A stays in the second cache.
const MC: usize = 96;
/// With so large a k, half of that: two panels of B are to stay beside the block, also where the cache holds a megabyte.
const DEEP: usize = 1024;
/// Width of a block: a kc × nc block of B stays in the last cache.
const NC: usize = 2048;
/// What is read by one strip after the other, or one panel, stays in the second cache if it has at most so many bytes.
pub(super) const NEAR_BYTES: usize = 1 << 20;
/// Where A is not packed, which it would be for every block, a block of B has at most so many bytes, or so many columns.
const NEAR_COLS: usize = 256;

/// A chain is at least this long, if k is.
const CHAIN: usize = 1024;
/// The largest number of chains.
const MAX_CHAINS: usize = 16;

/// Products with fewer multiply-adds than this run on one thread: they take about as long as another thread does to wake, and if it does wake
/// what was packed for it lies in the cache of this one.
const SMALL: usize = 3 << 20;
/// With a smaller k, writing C takes as long as with this one.
const SHALLOW: usize = 8;
/// With more rows than this, their blocks are pieces enough.
const MANY_ROWS: usize = 192;
/// Columns of a piece, when C is cut by columns.
const PIECE_COLS: usize = 128;
/// A C of at most so many rows may be computed without panels of B, which is read from end to end.
pub(super) const FEW_ROWS: usize = 16;
/// Pieces of such a C: with more of them, little of a row of B would be read at a time.
const FEW_PIECES: usize = 4;
/// Elements of partial results that lie in scratch at one time.
const PARTIAL: usize = 1 << 20;

/// Lanes side by side in a tile of C that stays in registers. The wider the tile, the fewer elements are read for one multiply-add: 10 for
/// 24 in a tile of 6 × 4, 10 for 16 in one of 8 × 2, which is a sixth slower where another thread has a share of the core.
const fn vectors<L: Lanes>() -> usize {
    if L::MANY_REGISTERS { 4 } else { 2 }
}

/// Columns of such a tile, and of packed panels but the last.
pub(crate) const fn nr<L: Lanes>() -> usize {
    vectors::<L>() * L::N
}

/// Columns of the panel that begins where so many columns are left: the last one ends with the vector of the last of them.
#[inline(always)]
pub(crate) const fn panel_width<L: Lanes>(left: usize) -> usize {
    if left >= nr::<L>() { nr::<L>() } else { left.next_multiple_of(L::N) }
}

/// Rows of such a tile; more where so few columns of C leave half the registers empty.
pub(super) const fn mr<L: Lanes>(cols: usize) -> usize {
    if L::MANY_REGISTERS && cols <= 2 * L::N { MAX_MR } else { 6 }
}

/// `total` cut into equal pieces: piece `i` begins here.
pub(super) fn start(total: usize, pieces: usize, i: usize) -> usize {
    if pieces == 1 { total * i } else { total * i / pieces }
}

/// The number of pieces of at most `most`, and the length of the longest of them.
fn pieces(total: usize, most: usize) -> (usize, usize) {
    // Small products would spend a tenth of their time on divisions.
    if total <= most {
        return (1, total);
    }
    let count = total.div_ceil(most);
    (count, total.div_ceil(count))
}

/// The height of a block in a product of chains as long as k. A long k is cut into chains that are not below [`DEEP`] either.
fn mc(k: usize) -> usize {
    if k < DEEP { MC } else { MC / 2 }
}

/// The number of blocks of rows, and the height of the highest; more than two come in pairs, so that two threads have the same
/// work.
fn row_blocks(m: usize, k: usize) -> (usize, usize) {
    let (count, highest) = pieces(m, mc(k));
    if count <= 2 {
        return (count, highest);
    }
    let count = count.next_multiple_of(2);
    (count, m.div_ceil(count))
}

/// The number of blocks of depth of a k-rowed matrix in panels, and the depth of the deepest.
pub(super) fn panel_depths(k: usize) -> (usize, usize) {
    pieces(k, PANELS_KC)
}

/// Whether a product is to run on one thread.
pub(super) fn is_small(m: usize, k: usize, n: usize) -> bool {
    k == 0 || m.saturating_mul(k.max(SHALLOW)).saturating_mul(n) < SMALL
}

/// Number of chains of multiply-adds that make an element.
pub(super) fn chains(k: usize) -> usize {
    (k / CHAIN).clamp(1, MAX_CHAINS)
}

/// The blocks of one product without cut chains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocks {
    /// Blocks of rows, and the height of the highest.
    pub(super) rows: usize,
    pub(super) mc: usize,
    /// Blocks of depth, and the depth of the deepest.
    pub(super) depths: usize,
    pub(super) kc: usize,
    /// The width of a block.
    pub(super) nc: usize,
}

impl Blocks {
    /// Of an m × k by k × n product, whose B `lies` in panels or not.
    pub(super) fn new<T>(m: usize, k: usize, n: usize, lies: bool) -> Self {
        let (rows, mc) = row_blocks(m, k);
        let (depths, kc) = if lies {
            let (count, deepest) = panel_depths(k);
            let (depths, most) = pieces(count, KC_BYTES / size_of::<T>() / PANELS_KC);
            (depths, most * deepest)
        } else {
            pieces(k, KC_BYTES / size_of::<T>())
        };
        let (_, nc) = pieces(n, NC);
        Self { rows, mc, depths, kc, nc: nc.next_multiple_of(MAX_NR) }
    }

    /// The width of a block of an n-columned B that stays in the second cache.
    pub(super) fn narrow<T>(self, n: usize) -> usize {
        let most = NEAR_BYTES / size_of::<T>() / self.kc.max(1);
        let (_, nc) = pieces(n, most.clamp(NEAR_COLS, NC));
        nc.next_multiple_of(MAX_NR).min(self.nc)
    }

    /// Of a product into panels. Its blocks of rows are the blocks of depth of the panels, which several threads may write; inside, mc rows
    /// are worked on at a time.
    pub(super) fn to_panels<T>(m: usize, k: usize, n: usize) -> Self {
        let (rows, highest) = panel_depths(m);
        let (_, mc) = pieces(highest, mc(k));
        Self { rows, mc, ..Self::new::<T>(m, k, n, false) }
    }

    /// Where the block of depth `d` is cut into segments, blocks of the panels in which B `lies`; how many they are.
    pub(super) fn segments(self, k: usize, d: usize, lies: bool) -> ([usize; SEGMENTS + 1], usize) {
        let (all, of) = if lies { (panel_depths(k).0, self.depths) } else { (self.depths, self.depths) };
        let (first, end) = (start(all, of, d), start(all, of, d + 1));
        let mut cuts = [0; SEGMENTS + 1];
        for (cut, segment) in cuts.iter_mut().zip(first..=end) {
            *cut = start(k, all, segment);
        }
        (cuts, end - first)
    }

    /// Room for the packed block of B, which begins with a line of the cache: else every second load would touch two of them.
    pub(super) fn packed_b<T>(self) -> usize {
        self.kc * self.nc + LINE / size_of::<T>()
    }

    /// Room for one packed block of A.
    pub(super) fn packed_a(self) -> usize {
        self.kc * self.mc
    }

    /// Room for the unfinished chains of an m-rowed product that may not keep them in C.
    pub(super) fn unfinished(self, m: usize) -> usize {
        if self.depths > 1 { m * self.nc } else { 0 }
    }

    /// All of it, when `threads` row blocks run at the same time; B needs none when it `lies` in panels.
    pub(super) fn scratch<T>(self, m: usize, threads: usize, lies: bool) -> usize {
        let packed_b = if lies { 0 } else { self.packed_b::<T>() };
        packed_b + threads * self.packed_a() + self.unfinished(m)
    }
}

/// How a product runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cutting {
    /// Its row blocks are the pieces; chains one after the other.
    Rows {
        /// Blocks at the same time.
        threads: usize,
    },
    /// C is low: its columns and its chains are the pieces, their results partial and in scratch.
    Parts {
        /// Columns that are computed at one time.
        slab: usize,
        /// Columns of a piece.
        width: usize,
    },
}

impl Cutting {
    pub(super) fn new(seq: bool, m: usize, k: usize, n: usize) -> Self {
        let (rows, _) = row_blocks(m, k);
        if seq || is_small(m, k, n) {
            return Self::Rows { threads: 1 };
        }
        let width = if m > FEW_ROWS { PIECE_COLS } else { n.div_ceil((FEW_PIECES / chains(k)).max(1)) };
        let width = width.next_multiple_of(PIECE_COLS).min(n);
        let parts = n.div_ceil(width) * chains(k);
        if m > MANY_ROWS || parts <= rows {
            return Self::Rows { threads: rows };
        }
        let slab = (PARTIAL / (m * chains(k)) / width).max(1) * width;
        Self::Parts { slab: slab.min(n), width }
    }

    /// Elements of scratch, with a B that `lies` in panels or not.
    pub(super) fn scratch<T>(self, m: usize, k: usize, n: usize, lies: bool) -> usize {
        let chains = chains(k);
        let chain = k.div_ceil(chains);
        match self {
            Self::Rows { threads } => {
                let total = if chains > 1 { m * n } else { 0 };
                Blocks::new::<T>(m, chain, n, lies).scratch::<T>(m, threads, lies) + total
            }
            Self::Parts { slab, width } => {
                let part = m * width + Blocks::new::<T>(m, chain, width, lies).scratch::<T>(m, 1, lies);
                part * chains * slab.div_ceil(width)
            }
        }
    }

    /// The number of pieces that may run at the same time.
    pub(super) fn pieces(self, k: usize) -> usize {
        match self {
            Self::Rows { threads } => threads,
            Self::Parts { slab, width } => slab.div_ceil(width) * chains(k),
        }
    }
}
