//! Copies of blocks of A and B in the order in which the kernel reads them.

use super::blocking::{nr, panel_width};
use super::{Mat, MatMut};
use crate::Float;
use crate::lanes::Lanes;

/// Rows that are packed before the next columns are looked at: a line of each column is read once.
const STEP: usize = 16;

/// Rows of contiguous elements that are dealt to strips together: what goes to one strip is a few lines of it.
const ROWS: usize = 8;

/// Packs the columns of `x` in strips of `width`, 1 to 8 columns, a divisor of their number:
/// `to[s * width * x.rows + l * width + j] = x[l, s * width + j]`.
#[inline(always)]
pub(super) fn pack_strips<L: Lanes>(x: Mat<'_, L::Elem>, width: usize, to: &mut [L::Elem]) {
    match width {
        1 => strips::<L, 1>(x, to),
        2 => strips::<L, 2>(x, to),
        3 => strips::<L, 3>(x, to),
        4 => strips::<L, 4>(x, to),
        5 => strips::<L, 5>(x, to),
        6 => strips::<L, 6>(x, to),
        7 => strips::<L, 7>(x, to),
        _ => strips::<L, 8>(x, to),
    }
}

/// [`pack_strips`] of a width that is known here.
#[inline(always)]
fn strips<L: Lanes, const W: usize>(x: Mat<'_, L::Elem>, to: &mut [L::Elem]) {
    if x.col_stride == 1 {
        // A few rows at a time: a line of `x` is read once, and what is written lies together.
        for first in (0..x.rows).step_by(ROWS) {
            let last = x.rows.min(first + ROWS);
            for (s, strip) in to.chunks_exact_mut(W * x.rows.max(1)).enumerate() {
                let rows = strip[first * W..last * W].as_chunks_mut::<W>().0;
                for (l, to) in (first..).zip(rows) {
                    *to = *x.data[l * x.row_stride + s * W..].first_chunk().expect("a row of the strip");
                }
            }
        }
    } else {
        for (s, strip) in to.chunks_exact_mut(W * x.rows.max(1)).enumerate() {
            whole::<L, W>(x.window(0, s * W, x.rows, W), strip);
        }
    }
}

/// Packs the columns of `x`, at most `width` of them, into rows as long as that; missing columns as zeros.
#[inline(always)]
pub(super) fn pack_panel<L: Lanes>(x: Mat<'_, L::Elem>, width: usize, to: &mut [L::Elem]) {
    match (x.cols == width, width) {
        (true, 4) => whole::<L, 4>(x, to),
        (true, 8) => whole::<L, 8>(x, to),
        (true, 16) => whole::<L, 16>(x, to),
        (true, 24) => whole::<L, 24>(x, to),
        (true, 32) => whole::<L, 32>(x, to),
        (true, 48) => whole::<L, 48>(x, to),
        (true, 64) => whole::<L, 64>(x, to),
        _ => part(x, width, to),
    }
}

/// Packs rows of panels of `depth` rows, from row `first` on; those of `x` are contiguous. Row by row: one page of
/// `x` after the other.
#[inline(always)]
pub(super) fn pack_rows<L: Lanes>(x: Mat<'_, L::Elem>, first: usize, depth: usize, to: &mut [L::Elem]) {
    let nr = nr::<L>();
    for i in 0..x.rows {
        let (whole, rest) = x.data[i * x.row_stride..][..x.cols].split_at(x.cols / nr * nr);
        for (p, from) in whole.chunks_exact(nr).enumerate() {
            let to = &mut to[(p * depth + first + i) * nr..][..nr];
            for (to, from) in to.chunks_exact_mut(L::N).zip(from.chunks_exact(L::N)) {
                L::load(from).store(to);
            }
        }
        if !rest.is_empty() {
            let width = panel_width::<L>(rest.len());
            let (copy, zeros) = to[whole.len() * depth + (first + i) * width..][..width].split_at_mut(rest.len());
            copy.copy_from_slice(rest);
            zeros.fill(L::Elem::ZERO);
        }
    }
}

/// The rows of panels as deep as `to` is high, back from where [`pack_rows`] writes them.
#[inline(always)]
pub(super) fn unpack_rows<L: Lanes>(panels: &[L::Elem], to: MatMut<'_, L::Elem>) {
    let (nr, MatMut { data, rows: depth, cols, .. }) = (nr::<L>(), to);
    for (i, row) in data.chunks_exact_mut(cols).enumerate() {
        let (whole, rest) = row.split_at_mut(cols / nr * nr);
        for (p, to) in whole.chunks_exact_mut(nr).enumerate() {
            let from = &panels[(p * depth + i) * nr..][..nr];
            for (to, from) in to.chunks_exact_mut(L::N).zip(from.chunks_exact(L::N)) {
                L::load(from).store(to);
            }
        }
        if !rest.is_empty() {
            rest.copy_from_slice(&panels[cols / nr * nr * depth + i * panel_width::<L>(rest.len())..][..rest.len()]);
        }
    }
}

/// No column is missing.
#[inline(always)]
fn whole<L: Lanes, const W: usize>(x: Mat<'_, L::Elem>, to: &mut [L::Elem]) {
    if x.col_stride == 1 {
        for (i, to) in to.as_chunks_mut::<W>().0.iter_mut().enumerate().take(x.rows) {
            *to = *x.data[i * x.row_stride..].first_chunk().expect("a row lies in its slice");
        }
    } else if x.row_stride == 1 {
        across::<L, W>(x, to);
    } else {
        for (i, to) in to.as_chunks_mut::<W>().0.iter_mut().enumerate().take(x.rows) {
            *to = std::array::from_fn(|j| x.data[i * x.row_stride + j * x.col_stride]);
        }
    }
}

/// [`whole`] when the columns of `x` are contiguous: a transposition, square by square. A square that is wider than what is left writes
/// over the row below; so squares go from right to left, and rows from top to bottom.
#[inline(always)]
fn across<L: Lanes, const W: usize>(x: Mat<'_, L::Elem>, to: &mut [L::Elem]) {
    let last = (W - 1) / L::SIDE * L::SIDE;
    // The last square has to end where `to` does.
    let surplus = (last + L::SIDE - W).div_ceil(W);
    let squares = x.rows.saturating_sub(surplus) / L::SIDE;
    for first in (0..squares).step_by(STEP / L::SIDE) {
        for j in (0..W).step_by(L::SIDE).rev() {
            for s in first..(first + STEP / L::SIDE).min(squares) {
                let i = s * L::SIDE;
                let cols = L::SIDE.min(W - j);
                L::transpose(&x.data[j * x.col_stride + i..], cols, x.col_stride, &mut to[i * W + j..], W);
            }
        }
    }
    for i in squares * L::SIDE..x.rows {
        for j in 0..W {
            to[i * W + j] = x.data[j * x.col_stride + i];
        }
    }
}

/// Columns are missing.
#[inline(always)]
fn part<T: Float>(x: Mat<'_, T>, width: usize, to: &mut [T]) {
    for (i, to) in to.chunks_exact_mut(width).enumerate().take(x.rows) {
        for (j, to) in to.iter_mut().enumerate() {
            *to = if j < x.cols { x.data[i * x.row_stride + j * x.col_stride] } else { T::ZERO };
        }
    }
}
