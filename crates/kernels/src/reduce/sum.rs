//! What a sum is: an order of additions that depends on indices alone.
//!
//! The terms are cut into pieces of [`PIECE`]. In a piece, term i goes to accumulator i mod 16, in order; the accumulators are
//! added in a tree by halves. The pieces are added in the tree of [`crate::par::tree`].

use crate::Float;

/// Terms of a piece.
pub(crate) const PIECE: usize = 1 << 14;
/// Accumulators of a piece.
const LANES: usize = 16;
/// Enough for 2^(this) pieces.
const LEVELS: usize = 20;

/// The number of pieces of a sum of `terms`; the empty sum has one.
pub(crate) fn pieces(terms: usize) -> usize {
    terms.div_ceil(PIECE).max(1)
}

/// A sum within a piece.
#[derive(Clone, Copy)]
pub(crate) struct Piece<T> {
    lanes: [T; LANES],
    terms: usize,
}

/// Some terms in order.
pub(crate) trait Terms<T>: Copy {
    /// Their number.
    fn count(self) -> usize;
    /// `len` of them from the one at `at` on.
    fn part(self, at: usize, len: usize) -> Self;
    /// Adds as many of them as there are sums, the first to the first.
    fn add_each(self, sums: &mut [T]);
    /// Adds each to the next of the sums, around and around, from the first sum on.
    fn add_around(self, sums: &mut [T; LANES]);
}

impl<T: Float> Terms<T> for &[T] {
    #[inline(always)]
    fn count(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn part(self, at: usize, len: usize) -> Self {
        &self[at..at + len]
    }

    #[inline(always)]
    fn add_each(self, sums: &mut [T]) {
        for (sum, &x) in sums.iter_mut().zip(self) {
            *sum += x;
        }
    }

    #[inline(always)]
    fn add_around(self, sums: &mut [T; LANES]) {
        let (whole, rest) = self.as_chunks::<LANES>();
        let mut lanes = *sums;
        for x in whole {
            for (sum, &x) in lanes.iter_mut().zip(x) {
                *sum += x;
            }
        }
        *sums = lanes;
        rest.add_each(sums);
    }
}

/// The terms xᵢ·yᵢ of two slices of one length, each rounded to the type of the sum before it is added: that of the slices, or `f64`.
#[derive(Clone, Copy)]
pub(crate) struct Products<'a, T>(pub(crate) [&'a [T]; 2]);

impl<T: Float, S: Float> Terms<S> for Products<'_, T> {
    #[inline(always)]
    fn count(self) -> usize {
        self.0[0].len()
    }

    #[inline(always)]
    fn part(self, at: usize, len: usize) -> Self {
        let [x, y] = self.0;
        Self([&x[at..at + len], &y[at..at + len]])
    }

    #[inline(always)]
    fn add_each(self, sums: &mut [S]) {
        let [x, y] = self.0;
        for ((sum, &x), &y) in sums.iter_mut().zip(x).zip(y) {
            *sum += product(x, y);
        }
    }

    #[inline(always)]
    fn add_around(self, sums: &mut [S; LANES]) {
        let [x, y] = self.0;
        let ((whole_x, rest_x), (whole_y, rest_y)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        let mut lanes = *sums;
        for (x, y) in whole_x.iter().zip(whole_y) {
            for ((sum, &x), &y) in lanes.iter_mut().zip(x).zip(y) {
                *sum += product(x, y);
            }
        }
        *sums = lanes;
        Self([rest_x, rest_y]).add_each(sums);
    }
}

/// x·y in a type that holds both. For their own type the compiler drops the conversions.
#[inline(always)]
fn product<T: Float, S: Float>(x: T, y: T) -> S {
    S::of(x.to_f64()) * S::of(y.to_f64())
}

/// The sum of the accumulators, by halves. A function of its own: within a loop the compiler would lay out the accumulators for
/// this tree, in pairs, instead of for the additions.
#[inline(never)]
fn tree<T: Float>(mut lanes: [T; LANES]) -> T {
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            let far = lanes[i + half];
            lanes[i] += far;
        }
    }
    lanes[0]
}

impl<T: Float> Piece<T> {
    pub(crate) const EMPTY: Self = Self { lanes: [T::ZERO; LANES], terms: 0 };

    /// Adds the next terms.
    #[inline(always)]
    pub(crate) fn extend(&mut self, x: impl Terms<T>) {
        let (begun, count) = (self.terms % LANES, x.count());
        let head = ((LANES - begun) % LANES).min(count);
        x.part(0, head).add_each(&mut self.lanes[begun..]);
        x.part(head, count - head).add_around(&mut self.lanes);
        self.terms += count;
    }

    /// Adds as many terms as there is room for; the others remain.
    #[inline(always)]
    fn fill<X: Terms<T>>(&mut self, x: X) -> X {
        let now = x.count().min(PIECE - self.terms);
        self.extend(x.part(0, now));
        x.part(now, x.count() - now)
    }

    /// The sum of at most [`PIECE`] terms.
    #[inline(always)]
    pub(crate) fn of(x: impl Terms<T>) -> T {
        let mut lanes = [T::ZERO; LANES];
        x.add_around(&mut lanes);
        tree(lanes)
    }

    /// The accumulators in their tree.
    #[inline(always)]
    pub(crate) fn total(&self) -> T {
        tree(self.lanes)
    }
}

/// A sum of any number of terms that arrive in order.
#[derive(Clone, Copy)]
pub(crate) struct Running<T> {
    piece: Piece<T>,
    /// Sums of subtrees whose sizes are the powers of two in `pieces`, the largest first.
    subtrees: [T; LEVELS],
    pieces: usize,
}

impl<T: Float> Running<T> {
    pub(crate) const EMPTY: Self = Self { piece: Piece::EMPTY, subtrees: [T::ZERO; LEVELS], pieces: 0 };

    /// Adds the next terms.
    #[inline(always)]
    pub(crate) fn extend(&mut self, mut x: impl Terms<T>) {
        while x.count() > 0 {
            if self.piece.terms == PIECE {
                self.close();
            }
            x = self.piece.fill(x);
        }
    }

    /// As [`Self::extend`], but the sums of full pieces go to `sums` one after the other instead of into the tree.
    #[inline(always)]
    pub(crate) fn extend_pieces(&mut self, mut x: impl Terms<T>, sums: &mut [T]) {
        while x.count() > 0 {
            if self.piece.terms == PIECE {
                self.close_piece(sums);
            }
            x = self.piece.fill(x);
        }
    }

    /// Writes the sum of the piece at hand to `sums`.
    #[inline(always)]
    pub(crate) fn close_piece(&mut self, sums: &mut [T]) {
        sums[self.pieces] = self.piece.total();
        self.pieces += 1;
        self.piece = Piece::EMPTY;
    }

    /// Begins another sum.
    #[inline(always)]
    pub(crate) fn reset(&mut self) {
        self.piece = Piece::EMPTY;
        self.pieces = 0;
    }

    /// Puts a full piece into the tree.
    fn close(&mut self) {
        let mut sum = self.piece.total();
        let mut level = self.pieces.count_ones() as usize;
        for _ in 0..self.pieces.trailing_ones() {
            level -= 1;
            sum = self.subtrees[level] + sum;
        }
        self.subtrees[level] = sum;
        self.pieces += 1;
        self.piece = Piece::EMPTY;
    }

    /// The sum.
    #[inline(always)]
    pub(crate) fn total(&self) -> T {
        let subtrees = &self.subtrees[..self.pieces.count_ones() as usize];
        subtrees.iter().rev().fold(self.piece.total(), |sum, &subtree| subtree + sum)
    }
}
