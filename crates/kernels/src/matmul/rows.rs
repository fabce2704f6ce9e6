//! What a product writes: the rows of C, in the order of their blocks.

use super::MatMut;
use super::blocking::start;
use super::tail::Ending;
use crate::Float;
use crate::par::Cut;

/// The rows of several row blocks: what they write.
pub(super) struct Rows<'c, 'e, T> {
    /// The first block, and how many the product has.
    pub(super) first: usize,
    pub(super) blocks: usize,
    /// The rows of the product, and how many lie before these.
    pub(super) m: usize,
    pub(super) at: usize,
    pub(super) c: MatMut<'c, T>,
    /// The first column that is written, when C lies in panels: then `c` holds all columns of these rows, which are blocks of depth.
    pub(super) in_panels: Option<usize>,
    /// Chains that may not wait in C: as many rows as `c`, of equal length; or empty.
    pub(super) unfinished: &'c mut [T],
    pub(super) ending: Option<Ending<'c, 'e, T>>,
}

impl<'e, T: Float> Rows<'_, 'e, T> {
    /// Where the panel of `width` columns from `j` on lies: a matrix, and the column in it. In panels these must be the rows of one block.
    #[inline(always)]
    pub(super) fn panel(&mut self, j: usize, width: usize) -> (MatMut<'_, T>, usize) {
        let MatMut { rows, cols, .. } = self.c;
        match self.in_panels {
            None => (self.c.reborrow(), j),
            Some(first) => {
                let data = &mut self.c.data[(first + j) * rows..];
                (MatMut { data, rows, cols: width.min(cols - j), row_stride: width, col_stride: 1 }, 0)
            }
        }
    }

    /// Where its unfinished chains wait.
    #[inline(always)]
    pub(super) fn chains(&mut self, j: usize, width: usize) -> (MatMut<'_, T>, usize) {
        let MatMut { rows, cols, .. } = self.c;
        match self.unfinished.len() / rows {
            0 => self.panel(j, width),
            stride => (MatMut { data: self.unfinished, rows, cols, row_stride: stride, col_stride: 1 }, j),
        }
    }

    /// Some columns of all rows.
    pub(super) fn columns(&mut self, j: usize, cols: usize) -> Rows<'_, 'e, T> {
        let c = self.c.reborrow();
        Rows {
            c: if self.in_panels.is_some() { MatMut { cols, ..c } } else { c.columns(j, cols) },
            in_panels: self.in_panels.map(|first| first + j),
            unfinished: &mut *self.unfinished,
            ending: self.ending.as_mut().map(|ending| ending.columns(j)),
            ..*self
        }
    }
}

impl<T: Float> Cut for Rows<'_, '_, T> {
    fn cut(self, blocks: usize) -> (Self, Self) {
        let Self { first, blocks: all, m, at, c, in_panels, unfinished, ending } = self;
        let rows = start(m, all, first + blocks) - at;
        let width = unfinished.len() / c.rows.max(1);
        let (c, other_c) = c.split_rows(rows);
        let (unfinished, other_unfinished) = unfinished.split_at_mut(rows * width);
        let (ending, other_ending) = ending.map(|ending| ending.split(rows * c.row_stride)).unzip();
        (
            Self { first, blocks: all, m, at, c, in_panels, unfinished, ending },
            Self {
                first: first + blocks,
                blocks: all,
                m,
                at: at + rows,
                c: other_c,
                in_panels,
                unfinished: other_unfinished,
                ending: other_ending,
            },
        )
    }
}
