//! The microkernel: a tile of C in registers, one multiply-add per product.

use super::blocking::MAX_NR;
use super::{Mat, MatMut};
use crate::Float;
use crate::lanes::Lanes;
use crate::line::LINE;

/// A tile of C: `R` rows of `V` lanes.
pub(super) type Tile<L, const R: usize, const V: usize> = [[L; V]; R];

/// Steps of k between two looks at the length: what counts and compares takes the place of multiply-adds.
const STEPS: usize = 4;

/// The panel of B that is read next, asked for in good time: one that comes from a far cache would keep the multiply-adds waiting.
#[derive(Clone, Copy)]
pub(super) struct Ahead<T>(*const T);

impl<T: Float> Ahead<T> {
    const LINE: usize = LINE / size_of::<T>();
    /// So many strips ask for a whole panel: those of a deep block, which has the fewest.
    const STRIPS: usize = 8;

    /// Lines that one strip asks for in [`STEPS`] steps of k along a panel of `V` lanes: its share of those that it reads there.
    const fn lines<L: Lanes<Elem = T>, const V: usize>() -> usize {
        (STEPS * V * L::N).div_ceil(Self::STRIPS * Self::LINE)
    }

    /// What strip `t` asks for of a panel of `V` lanes that begins with `next` and is `depth` steps of k long.
    #[inline(always)]
    pub(super) fn new<L: Lanes<Elem = T>, const V: usize>(next: &[T], depth: usize, t: usize) -> Self {
        Self(next.as_ptr().wrapping_add(t * (depth / STEPS) * Self::lines::<L, V>() * Self::LINE))
    }

    /// Before steps `q` · [`STEPS`] and following.
    #[inline(always)]
    fn ask<L: Lanes<Elem = T>, const V: usize>(self, q: usize) {
        let lines = Self::lines::<L, V>();
        for line in 0..lines {
            L::prefetch(self.0.wrapping_add((q * lines + line) * Self::LINE));
        }
    }
}

/// So many elements every `stride`: rows of B, or columns of A. A loop over them looks at no length: one that could end at any step would have
/// to keep its sums in order for that, and sends them to memory.
#[derive(Clone, Copy)]
pub(super) struct Strided<'a, T> {
    /// All but the last, with what lies between them.
    most: &'a [T],
    stride: usize,
    last: Option<&'a [T]>,
}

impl<'a, T> Strided<'a, T> {
    /// `depth` times `width` elements, from the first of `data` on. With several, `stride` is not below `width`.
    #[inline(always)]
    pub(super) fn new(data: &'a [T], stride: usize, depth: usize, width: usize) -> Self {
        let stride = stride.max(width);
        let Some(others) = depth.checked_sub(1) else { return Self { most: &[], stride, last: None } };
        let (most, last) = data.split_at(others * stride);
        Self { most, stride, last: Some(&last[..width]) }
    }
}

/// The chains of a tile, carried on along k: tile + A·B, for packed columns of A and packed rows of B.
#[inline(always)]
pub(super) fn multiply_packed<L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    a: &[L::Elem],
    b: &[L::Elem],
    ahead: Ahead<L::Elem>,
) -> Tile<L, R, V> {
    let width = V * L::N;
    let (groups, last) = a.as_chunks::<R>().0.as_chunks::<STEPS>();
    let rows = b.chunks_exact(STEPS * width);
    let rest = rows.remainder();
    for (q, (columns, rows)) in groups.iter().zip(rows).enumerate() {
        ahead.ask::<L, V>(q);
        for (column, row) in columns.iter().zip(rows.chunks_exact(width)) {
            step(&mut tile, column, row);
        }
    }
    for (column, row) in last.iter().zip(rest.chunks_exact(width)) {
        step(&mut tile, column, row);
    }
    tile
}

/// [`multiply_packed`] for contiguous columns of A and contiguous rows of B.
#[inline(always)]
pub(super) fn multiply_along<L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    a: Strided<'_, L::Elem>,
    b: Strided<'_, L::Elem>,
) -> Tile<L, R, V> {
    const HIGH: &str = "a column is as high as the tile";
    assert!(a.stride >= R && b.stride >= V * L::N);
    for (a, b) in a.most.chunks_exact(a.stride).zip(b.most.chunks_exact(b.stride)) {
        step(&mut tile, a.first_chunk().expect(HIGH), b);
    }
    if let (Some(a), Some(b)) = (a.last, b.last) {
        step(&mut tile, a.first_chunk().expect(HIGH), b);
    }
    tile
}

/// [`multiply_packed`] for contiguous rows of A.
#[inline(always)]
pub(super) fn multiply_across_packed<L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    a: Mat<'_, L::Elem>,
    b: &[L::Elem],
) -> Tile<L, R, V> {
    let (width, rows) = (V * L::N, rows::<_, R>(a));
    let groups = a.cols / STEPS;
    // All equally long, which the compiler sees: then it looks at one length only.
    let mut parts: [&[[L::Elem; STEPS]]; R] = [&[]; R];
    for (part, row) in parts.iter_mut().zip(&rows) {
        *part = &row.as_chunks().0[..groups];
    }
    for (q, b) in (0..groups).zip(b.chunks_exact(STEPS * width)) {
        for (s, b) in b.chunks_exact(width).enumerate() {
            let mut column = [L::Elem::ZERO; R];
            for (x, part) in column.iter_mut().zip(&parts) {
                *x = part[q][s];
            }
            step(&mut tile, &column, b);
        }
    }
    let first = groups * STEPS;
    for (l, b) in (first..a.cols).zip(b[first * width..].chunks_exact(width)) {
        step(&mut tile, &column(&rows, l), b);
    }
    tile
}

/// [`multiply_along`] for contiguous rows of A.
#[inline(always)]
pub(super) fn multiply_across<L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    a: Mat<'_, L::Elem>,
    b: Strided<'_, L::Elem>,
) -> Tile<L, R, V> {
    assert!(b.stride >= V * L::N);
    let rows = rows::<_, R>(a);
    if let (Some(others), Some(last)) = (a.cols.checked_sub(1), b.last) {
        for (l, b) in (0..others).zip(b.most.chunks_exact(b.stride)) {
            step(&mut tile, &column(&rows, l), b);
        }
        step(&mut tile, &column(&rows, others), last);
    }
    tile
}

/// Element `l` of each row. (A `map` over the array would be a call.)
#[inline(always)]
fn column<T: Float, const R: usize>(rows: &[&[T]; R], l: usize) -> [T; R] {
    let mut column = [T::ZERO; R];
    for (x, row) in column.iter_mut().zip(rows) {
        *x = row[l];
    }
    column
}

/// `R` contiguous rows, all equally long.
#[inline(always)]
fn rows<T: Float, const R: usize>(a: Mat<'_, T>) -> [&[T]; R] {
    let mut rows: [&[T]; R] = [&[]; R];
    let mut from = a.data;
    for (r, row) in rows.iter_mut().enumerate() {
        *row = &from[..a.cols];
        if r + 1 < R {
            from = &from[a.row_stride..];
        }
    }
    rows
}

/// One step along k.
#[inline(always)]
fn step<L: Lanes, const R: usize, const V: usize>(tile: &mut Tile<L, R, V>, a: &[L::Elem; R], b: &[L::Elem]) {
    let (mut row, b) = ([L::splat(L::Elem::ZERO); V], &b[..V * L::N]);
    for (v, row) in row.iter_mut().enumerate() {
        *row = L::load(&b[v * L::N..]);
    }
    for (sums, &a) in tile.iter_mut().zip(a) {
        let a = L::splat(a);
        for (sum, &b) in sums.iter_mut().zip(&row) {
            *sum = a.mul_add(b, *sum);
        }
    }
}

/// The tile of `c` that begins at (i, j); columns beyond the last are 0.
#[inline(always)]
pub(super) fn load<L: Lanes, const R: usize, const V: usize>(c: Mat<'_, L::Elem>, i: usize, j: usize) -> Tile<L, R, V> {
    let mut tile = [[L::splat(L::Elem::ZERO); V]; R];
    if c.col_stride == 1 && j + V * L::N <= c.cols {
        let mut rows = &c.data[i * c.row_stride + j..];
        for (r, lanes) in tile.iter_mut().enumerate() {
            let row = &rows[..V * L::N];
            for (v, lanes) in lanes.iter_mut().enumerate() {
                *lanes = L::load(&row[v * L::N..]);
            }
            if r + 1 < R {
                rows = &rows[c.row_stride..];
            }
        }
    } else {
        load_edge(&mut tile, c, i, j);
    }
    tile
}

/// [`load`] at the edge, or of a C whose rows are not contiguous.
#[inline(always)]
fn load_edge<L: Lanes, const R: usize, const V: usize>(
    tile: &mut Tile<L, R, V>,
    c: Mat<'_, L::Elem>,
    i: usize,
    j: usize,
) {
    let cols = (c.cols - j).min(V * L::N);
    for (r, lanes) in tile.iter_mut().enumerate() {
        let row = &c.data[(i + r) * c.row_stride + j * c.col_stride..];
        let mut copy = [L::Elem::ZERO; MAX_NR];
        let row = if c.col_stride == 1 {
            &row[..cols]
        } else {
            copy.iter_mut().zip(row.iter().step_by(c.col_stride)).take(cols).for_each(|(copy, x)| *copy = *x);
            &copy[..cols]
        };
        for (v, lanes) in lanes.iter_mut().enumerate() {
            *lanes = L::load_part(&row[(v * L::N).min(cols)..((v + 1) * L::N).min(cols)]);
        }
    }
}

/// Writes a tile to `c` at (i, j), but for the columns beyond the last.
#[inline(always)]
pub(super) fn store<L: Lanes, const R: usize, const V: usize>(
    tile: Tile<L, R, V>,
    c: &mut MatMut<'_, L::Elem>,
    i: usize,
    j: usize,
) {
    if c.col_stride == 1 && j + V * L::N <= c.cols {
        let (stride, mut rows) = (c.row_stride, &mut c.data[i * c.row_stride + j..]);
        // By reference, and short: as the items of an iterator by value the tile would go by way of memory.
        for (r, lanes) in tile.iter().enumerate() {
            let row = &mut rows[..V * L::N];
            for (v, lanes) in lanes.iter().enumerate() {
                lanes.store(&mut row[v * L::N..]);
            }
            if r + 1 < R {
                rows = &mut rows[stride..];
            }
        }
    } else {
        store_edge(tile, c, i, j);
    }
}

/// [`store`] at the edge, or to a C whose rows are not contiguous.
#[inline(always)]
fn store_edge<L: Lanes, const R: usize, const V: usize>(
    tile: Tile<L, R, V>,
    c: &mut MatMut<'_, L::Elem>,
    i: usize,
    j: usize,
) {
    let cols = (c.cols - j).min(V * L::N);
    for (r, lanes) in tile.iter().enumerate() {
        let row = &mut c.data[(i + r) * c.row_stride + j * c.col_stride..];
        let mut copy = [L::Elem::ZERO; MAX_NR];
        let near = c.col_stride == 1;
        let to = if near { &mut row[..cols] } else { &mut copy[..cols] };
        for (v, lanes) in lanes.iter().enumerate() {
            lanes.store_part(&mut to[(v * L::N).min(cols)..((v + 1) * L::N).min(cols)]);
        }
        if !near {
            row.iter_mut().step_by(c.col_stride).zip(&copy[..cols]).for_each(|(x, copy)| *x = *copy);
        }
    }
}

/// The strips that `rows` rows are cut into: as equal as can be, the higher ones first, none above mr.
pub(super) struct Strips {
    /// The first row of the next.
    next: usize,
    rows: usize,
    /// The height of the lower ones, and where the higher ones end.
    height: usize,
    high: usize,
}

impl Strips {
    #[inline(always)]
    pub(super) fn of(rows: usize, mr: usize) -> Self {
        let count = rows.div_ceil(mr).max(1);
        let height = rows / count;
        Self { next: 0, rows, height, high: rows % count * (height + 1) }
    }

    /// The next ones that are equally high: the first row, the height, and how many they are.
    #[inline(always)]
    pub(super) fn equal(&mut self) -> Option<(usize, usize, usize)> {
        let i = self.next;
        let (end, height) = if i < self.high { (self.high, self.height + 1) } else { (self.rows, self.height) };
        self.next = end;
        (i < end).then(|| (i, height, (end - i) / height))
    }
}

impl Iterator for Strips {
    /// The first row and the height.
    type Item = (usize, usize);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize)> {
        let i = self.next;
        let height = self.height + usize::from(i < self.high);
        self.next = i + height;
        (i < self.rows).then_some((i, height))
    }
}
