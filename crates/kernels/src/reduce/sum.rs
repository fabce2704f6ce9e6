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

impl<T: Float> Piece<T> {
    pub(crate) const EMPTY: Self = Self { lanes: [T::ZERO; LANES], terms: 0 };

    /// Adds the next terms.
    #[inline(always)]
    pub(crate) fn extend(&mut self, x: &[T]) {
        let head = (LANES - self.terms % LANES) % LANES;
        let (head, x) = x.split_at(head.min(x.len()));
        self.some(head);
        let (whole, rest) = x.as_chunks::<LANES>();
        let mut lanes = self.lanes;
        for x in whole {
            for (sum, &x) in lanes.iter_mut().zip(x) {
                *sum += x;
            }
        }
        self.lanes = lanes;
        self.terms += whole.len() * LANES;
        self.some(rest);
    }

    /// Adds as many terms as there is room for; the others remain.
    #[inline(always)]
    fn fill<'a>(&mut self, x: &'a [T]) -> &'a [T] {
        let (now, later) = x.split_at(x.len().min(PIECE - self.terms));
        self.extend(now);
        later
    }

    /// Adds terms that begin and end within one row of accumulators.
    #[inline(always)]
    fn some(&mut self, x: &[T]) {
        for (sum, &x) in self.lanes[self.terms % LANES..].iter_mut().zip(x) {
            *sum += x;
        }
        self.terms += x.len();
    }

    /// Adds the next terms xᵢ·yᵢ, each rounded before it is added. Only from a multiple of 16 terms on.
    #[inline(always)]
    pub(crate) fn extend_products(&mut self, x: &[T], y: &[T]) {
        debug_assert!(self.terms.is_multiple_of(LANES) && x.len() == y.len());
        let ((whole_x, rest_x), (whole_y, rest_y)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        let mut lanes = self.lanes;
        for (x, y) in whole_x.iter().zip(whole_y) {
            for ((sum, &x), &y) in lanes.iter_mut().zip(x).zip(y) {
                *sum += x * y;
            }
        }
        for ((sum, &x), &y) in lanes.iter_mut().zip(rest_x).zip(rest_y) {
            *sum += x * y;
        }
        self.lanes = lanes;
        self.terms += x.len();
    }

    /// The accumulators in their tree.
    #[inline(always)]
    pub(crate) fn total(&self) -> T {
        let mut lanes = self.lanes;
        for half in [8, 4, 2, 1] {
            for i in 0..half {
                let far = lanes[i + half];
                lanes[i] += far;
            }
        }
        lanes[0]
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
    pub(crate) fn extend(&mut self, mut x: &[T]) {
        while !x.is_empty() {
            if self.piece.terms == PIECE {
                self.close();
            }
            x = self.piece.fill(x);
        }
    }

    /// As [`Self::extend`], but the sums of full pieces go to `sums` one after the other instead of into the tree.
    #[inline(always)]
    pub(crate) fn extend_pieces(&mut self, mut x: &[T], sums: &mut [T]) {
        while !x.is_empty() {
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
