//! The microkernel: a tile of C in registers, one multiply-add per product.

use super::blocking::{MAX_NR, VECTORS};
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

impl<T> Ahead<T> {
    const LINE: usize = LINE / size_of::<T>();

    /// What strip `t` asks for of a panel that begins with `next` and is `depth` steps of k long. In [`STEPS`] steps it reads eight lines
    /// (with AVX-512; else four) and asks for one: so many strips ask for a panel.
    #[inline(always)]
    pub(super) fn new(next: &[T], depth: usize, t: usize) -> Self {
        Self(next.as_ptr().wrapping_add(t * (depth / STEPS) * Self::LINE))
    }

    /// Before steps `q` · [`STEPS`] and following.
    #[inline(always)]
    fn ask<L: Lanes<Elem = T>>(self, q: usize) {
        L::prefetch(self.0.wrapping_add(q * Self::LINE));
    }
}

/// The chains of a tile, carried on along k: tile + A·B, for the columns of `R` rows of A and the rows of B.
#[inline(always)]
pub(super) fn multiply<'b, L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    a: impl Iterator<Item = [L::Elem; R]>,
    b: impl Iterator<Item = &'b [L::Elem]>,
) -> Tile<L, R, V> {
    // B first: what is read of A should not wait for the length of B to be known.
    for (b, a) in b.zip(a) {
        step(&mut tile, &a, b);
    }
    tile
}

/// [`multiply`] for contiguous columns of A and packed rows of B.
#[inline(always)]
pub(super) fn multiply_along<L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    mut a: Along<'_, L::Elem, R>,
    b: &[L::Elem],
    ahead: Ahead<L::Elem>,
) -> Tile<L, R, V> {
    let nr = VECTORS * L::N;
    let groups = b.chunks_exact(STEPS * nr);
    let rest = groups.remainder();
    for (q, rows) in groups.enumerate() {
        ahead.ask::<L>(q);
        for row in rows.chunks_exact(nr) {
            step(&mut tile, &a.column(), row);
        }
    }
    multiply(tile, a, rest.chunks_exact(nr))
}

/// [`multiply`] for contiguous rows of A and packed rows of B.
#[inline(always)]
pub(super) fn multiply_across<L: Lanes, const R: usize, const V: usize>(
    mut tile: Tile<L, R, V>,
    a: Mat<'_, L::Elem>,
    b: &[L::Elem],
) -> Tile<L, R, V> {
    let (nr, across) = (VECTORS * L::N, Across::<_, R>::new(a));
    let mut parts: [&[[L::Elem; STEPS]]; R] = [&[]; R];
    for (part, row) in parts.iter_mut().zip(&across.rows) {
        *part = row.as_chunks().0;
    }
    let steps = parts[0].len();
    for (q, rows) in b.chunks_exact(STEPS * nr).enumerate().take(steps) {
        for s in 0..STEPS {
            let mut column = [L::Elem::ZERO; R];
            for (x, part) in column.iter_mut().zip(&parts) {
                *x = part[q][s];
            }
            step(&mut tile, &column, &rows[s * nr..][..nr]);
        }
    }
    let rest = Across { next: steps * STEPS, ..across };
    multiply(tile, rest, b[steps * STEPS * nr..].chunks_exact(nr))
}

/// One step along k.
#[inline(always)]
fn step<L: Lanes, const R: usize, const V: usize>(tile: &mut Tile<L, R, V>, a: &[L::Elem; R], b: &[L::Elem]) {
    let mut row = [L::splat(L::Elem::ZERO); V];
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

/// The columns of `R` contiguous rows.
pub(super) struct Across<'a, T, const R: usize> {
    rows: [&'a [T]; R],
    next: usize,
}

impl<'a, T: Float, const R: usize> Across<'a, T, R> {
    /// Of these rows.
    #[inline(always)]
    pub(super) fn new(a: Mat<'a, T>) -> Self {
        let mut rows: [&[T]; R] = [&[]; R];
        let mut from = a.data;
        for (r, row) in rows.iter_mut().enumerate() {
            *row = &from[..a.cols];
            if r + 1 < R {
                from = &from[a.row_stride..];
            }
        }
        Self { rows, next: 0 }
    }
}

impl<T: Float, const R: usize> Iterator for Across<'_, T, R> {
    type Item = [T; R];

    #[inline(always)]
    fn next(&mut self) -> Option<[T; R]> {
        let mut column = [T::ZERO; R];
        for (x, row) in column.iter_mut().zip(&self.rows) {
            *x = *row.get(self.next)?;
        }
        self.next += 1;
        Some(column)
    }
}

/// Columns of `R` contiguous elements, one every `stride`.
pub(super) struct Along<'a, T, const R: usize> {
    data: &'a [T],
    stride: usize,
    at: usize,
}

impl<'a, T: Float, const R: usize> Along<'a, T, R> {
    /// `depth` of them, from the first element of `data` on.
    #[inline(always)]
    pub(super) fn new(data: &'a [T], stride: usize, depth: usize) -> Self {
        let end = if depth == 0 { 0 } else { (depth - 1) * stride + R };
        Self { data: &data[..end], stride, at: 0 }
    }

    /// The next column, which must be there: a loop that could end at any step would have to keep its sums in order for that, and with few
    /// registers it moves all of them at every step.
    #[inline(always)]
    fn column(&mut self) -> [T; R] {
        let column = self.data[self.at..].first_chunk().expect("A is as deep as B");
        self.at += self.stride;
        *column
    }
}

impl<T: Float, const R: usize> Iterator for Along<'_, T, R> {
    type Item = [T; R];

    #[inline(always)]
    fn next(&mut self) -> Option<[T; R]> {
        let column = self.data.get(self.at..self.at + R)?;
        self.at += self.stride;
        column.first_chunk().copied()
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
