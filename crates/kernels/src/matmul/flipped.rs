//! The transpose of panels, copied block by block into panels of its own.

use super::Mat;
use super::blocking::{MAX_NR, nr, panel_width};
use super::pack::pack_panel;
use super::panels::{block_of, panels_len};
use crate::Float;
use crate::isa::Kernel;
use crate::lanes::Lanes;

/// A block of the transpose of panels: `depth` rows from `l` on, which are columns of the panels, and `cols` columns from `j` on.
#[derive(Clone, Copy)]
pub(super) struct Flipped<'a, T> {
    pub(super) panels: &'a [T],
    /// The shape of what lies in panels.
    pub(super) shape: [usize; 2],
    pub(super) l: usize,
    pub(super) depth: usize,
    pub(super) j: usize,
    pub(super) cols: usize,
}

impl<'a, T: Float> Flipped<'a, T> {
    /// The `cols` columns from `j` on.
    pub(super) fn columns(self, j: usize, cols: usize) -> Self {
        debug_assert!(j + cols <= self.cols);
        Self { j: self.j + j, cols, ..self }
    }

    /// So many rows from `l` on, which are columns of one panel of nr, and the columns from `j` to `end`, which lie in one block of
    /// depth, from `top` to `bottom`.
    #[inline(always)]
    fn view<L: Lanes>(
        &self,
        [l, height]: [usize; 2],
        [j, end]: [usize; 2],
        (top, bottom): (usize, usize),
    ) -> Mat<'a, T> {
        let panel = l / nr::<L>() * nr::<L>();
        let width = panel_width::<L>(self.shape[1] - panel);
        let start = panels_len(top, self.shape[1]) + panel * (bottom - top) + (j - top) * width + l - panel;
        Mat { data: &self.panels[start..], rows: height, cols: end - j, row_stride: 1, col_stride: width }
    }

    /// Packs such rows of all columns.
    #[inline(always)]
    fn pack<L: Lanes<Elem = T>>(&self, rows: [usize; 2], to: &mut [T]) {
        // Filled where it is needed, which is seldom.
        let mut joined;
        let (nr, k) = (nr::<L>(), self.shape[0]);
        let mut span = block_of(k, self.j);
        for first in (0..self.cols).step_by(nr) {
            let (j, end) = (self.j + first, self.j + self.cols.min(first + nr));
            if span.1 <= j {
                span = block_of(k, j);
            }
            let mut x = self.view::<L>(rows, [j, end.min(span.1)], span);
            // No two blocks end here: they are higher than panels are wide.
            if span.1 < end {
                span = block_of(k, span.1);
                joined = [T::ZERO; MAX_NR * MAX_NR];
                x = join(x, self.view::<L>(rows, [span.0, end], span), &mut joined);
            }
            let width = panel_width::<L>(self.cols - first);
            let at = first * self.depth + (rows[0] - self.l) * width;
            pack_panel::<L>(x, width, &mut to[at..][..rows[1] * width]);
        }
    }
}

/// The columns of `x` and then those of `y`, copied side by side.
#[inline(always)]
fn join<'r, T: Float>(x: Mat<'_, T>, y: Mat<'_, T>, room: &'r mut [T]) -> Mat<'r, T> {
    let len = |x: Mat<'_, T>| (x.cols - 1) * x.col_stride + x.rows;
    room[..len(x)].copy_from_slice(&x.data[..len(x)]);
    room[x.cols * x.col_stride..][..len(y)].copy_from_slice(&y.data[..len(y)]);
    Mat { data: room, cols: x.cols + y.cols, ..x }
}

/// Packs it.
pub(super) struct PackFlipped<'a, 'c, T>(pub(super) Flipped<'a, T>, pub(super) &'c mut [T]);

impl<T: Float> Kernel<T> for PackFlipped<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let (nr, Self(block, to)) = (nr::<L>(), self);
        // Panel by panel of what is read: it may come from far, and lies together.
        let (mut l, end) = (block.l, block.l + block.depth);
        while l < end {
            let height = (nr - l % nr).min(end - l);
            block.pack::<L>([l, height], to);
            l += height;
        }
    }
}
