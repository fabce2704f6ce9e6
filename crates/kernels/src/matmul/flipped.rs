//! The transpose of panels, copied block by block into panels of its own.

use super::Mat;
use super::blocking::VECTORS;
use super::pack::{pack_beside, pack_panel};
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

    /// So many rows from `l` on, which are columns of one panel of nr, and of the columns from `j` to `end` those that lie in the block of
    /// depth of the first.
    #[inline(always)]
    fn view(&self, nr: usize, [l, height]: [usize; 2], [j, end]: [usize; 2]) -> Mat<'a, T> {
        let [k, n] = self.shape;
        let (top, bottom) = block_of(k, j);
        let panel = l / nr * nr;
        let start = panels_len(top, n) + panel * (bottom - top) + (j - top) * nr + l - panel;
        Mat { data: &self.panels[start..], rows: height, cols: end.min(bottom) - j, row_stride: 1, col_stride: nr }
    }
}

/// Packs it.
pub(super) struct PackFlipped<'a, 'c, T>(pub(super) Flipped<'a, T>, pub(super) &'c mut [T]);

impl<T: Float> Kernel<T> for PackFlipped<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes<Elem = T>>(self) {
        let (nr, Self(block, to)) = (VECTORS * L::N, self);
        let Flipped { l, depth, j, cols, .. } = block;
        for (p, to) in to.chunks_exact_mut(nr * depth).enumerate().take(cols.div_ceil(nr)) {
            let (first, end) = (j + p * nr, j + cols.min((p + 1) * nr));
            let mut at = l;
            while at < l + depth {
                let height = (nr - at % nr).min(l + depth - at);
                let to = &mut to[(at - l) * nr..][..height * nr];
                let x = block.view(nr, [at, height], [first, end]);
                pack_panel::<L>(x, to);
                // A block of depth that ends here: no two do, because they are higher than panels are wide.
                if first + x.cols < end {
                    pack_beside(block.view(nr, [at, height], [first + x.cols, end]), x.cols, nr, to);
                }
                at += height;
            }
        }
    }
}
