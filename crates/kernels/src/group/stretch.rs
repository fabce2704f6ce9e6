//! The elements of a leaf, tile by tile, and of a tile, row by row.

use super::tile::tile_len;

/// Some consecutive elements of a matrix.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    /// The first element, and its place.
    pub(crate) at: usize,
    pub(crate) row: usize,
    pub(crate) col: usize,
    pub(crate) len: usize,
    /// The columns of the matrix.
    pub(crate) cols: usize,
}

/// Tiles of the elements from `start` to `end`: as many whole rows as a tile holds, or equal parts of one row. Rows that are
/// begun or broken off elsewhere are in parts. Or all of them as one tile. Where `skip` elements between the end of a row and the
/// beginning of the next are left out, every row is a tile, or equal parts of it are.
#[inline(always)]
pub(super) fn stretches<T>(start: usize, end: usize, cols: usize, skip: usize, in_one_go: bool) -> Stretches {
    let tile = if in_one_go { usize::MAX } else { tile_len::<T>() };
    let len = cols - skip;
    let (rows, width) = match tile / len {
        0 => (1, len.div_ceil(len.div_ceil(tile)).next_multiple_of(16)),
        _ if skip > 0 => (1, len),
        rows => (rows, rows * len),
    };
    let next = Stretch { len: 0, ..Stretch::new(start, end, cols) };
    let first = if skip > 0 { next.col } else { 0 };
    Stretches { next, end, rows, width, first, skip }
}

/// Iterator of [`stretches`], without a division in a step.
pub(super) struct Stretches {
    next: Stretch,
    end: usize,
    /// Rows of a tile, and elements.
    rows: usize,
    width: usize,
    /// The column that rows begin with, and what is left out between them.
    first: usize,
    skip: usize,
}

impl Iterator for Stretches {
    type Item = Stretch;

    #[inline(always)]
    fn next(&mut self) -> Option<Stretch> {
        let Stretch { at, row, col, cols, .. } = self.next;
        if at >= self.end {
            return None;
        }
        let rest = self.first + self.rows * cols - self.skip - col;
        let len = self.width.min(rest).min(self.end - at);
        let stretch = Stretch { len, ..self.next };
        self.next = if len == rest {
            Stretch { at: at + len + self.skip, row: row + self.rows, col: self.first, len: 0, cols }
        } else {
            Stretch { at: at + len, row, col: col + len, len: 0, cols }
        };
        Some(stretch)
    }
}

impl Stretch {
    /// The elements from `start` to `end` of a matrix.
    pub(super) const fn new(start: usize, end: usize, cols: usize) -> Self {
        Self { at: start, row: start / cols, col: start % cols, len: end - start, cols }
    }

    /// All elements of a row.
    pub(crate) const fn one_row(len: usize) -> Self {
        Self { at: 0, row: 0, col: 0, len, cols: len }
    }

    /// The parts of it that lie in one row, with their places in the stretch.
    #[inline(always)]
    pub(crate) fn segments(self) -> Segments {
        Segments(Stretch { at: 0, ..self })
    }
}

/// Iterator of [`Stretch::segments`]: what is left.
pub(crate) struct Segments(Stretch);

impl Iterator for Segments {
    type Item = Stretch;

    #[inline(always)]
    fn next(&mut self) -> Option<Stretch> {
        let left = &mut self.0;
        if left.len == 0 {
            return None;
        }
        let len = (left.cols - left.col).min(left.len);
        let segment = Stretch { len, ..*left };
        *left = Stretch { at: left.at + len, row: left.row + 1, col: 0, len: left.len - len, cols: left.cols };
        Some(segment)
    }
}
