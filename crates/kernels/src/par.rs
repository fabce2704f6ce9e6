//! How many threads a kernel may use, and how work is cut for them.

use std::ops::Range;

/// Who runs the pieces of a kernel. The cut into pieces depends on shapes only, so the bits of a result do not depend on this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Par {
    /// The calling thread alone.
    #[default]
    Seq,
    /// The rayon pool that the caller runs in (the global one if it runs in none).
    #[cfg(feature = "rayon")]
    Rayon,
}

impl Par {
    /// `self`, or [`Self::Seq`] for work too small to be worth a second thread.
    pub(crate) fn only_if(self, worth: bool) -> Self {
        if worth { self } else { Self::Seq }
    }

    /// Whether pieces may run at the same time, so that each needs room of its own.
    pub(crate) fn is_seq(self) -> bool {
        self == Self::Seq
    }

    /// How many pieces of work may run at the same time.
    pub fn threads(self) -> usize {
        match self {
            Self::Seq => 1,
            #[cfg(feature = "rayon")]
            Self::Rayon => rayon::current_num_threads(),
        }
    }

    /// Both answers; the two may run at the same time.
    pub(crate) fn join<A: Send, B: Send>(self, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
        match self {
            Self::Seq => (a(), b()),
            #[cfg(feature = "rayon")]
            Self::Rayon => rayon::join(a, b),
        }
    }
}

/// Operands of several pieces of work that can be divided between two threads.
pub trait Cut: Sized + Send {
    /// What the first `at` pieces write, and what the others do.
    fn cut(self, at: usize) -> (Self, Self);
}

/// Nothing to divide.
impl Cut for () {
    fn cut(self, _: usize) -> ((), ()) {
        ((), ())
    }
}

/// Slices of equal length, one for each piece; the last may be shorter.
pub(crate) struct Equal<'a, T> {
    /// All slices.
    pub(crate) data: &'a mut [T],
    /// The length of one.
    pub(crate) each: usize,
}

impl<T: Send> Cut for Equal<'_, T> {
    fn cut(self, at: usize) -> (Self, Self) {
        let (left, right) = self.data.split_at_mut((at * self.each).min(self.data.len()));
        (Self { data: left, each: self.each }, Self { data: right, each: self.each })
    }
}

/// Runs `run(piece, its operands, its room)` for every piece. Pieces that may run at the same time divide `room` equally;
/// without threads each gets all of it.
pub fn each<C: Cut, T: Send>(
    par: Par,
    pieces: Range<usize>,
    operands: C,
    room: &mut [T],
    run: &(impl Fn(usize, C, &mut [T]) + Sync),
) {
    match pieces.len() {
        0 => {}
        1 => run(pieces.start, operands, room),
        count => {
            let middle = count / 2;
            let (left, right) = (pieces.start..pieces.start + middle, pieces.start + middle..pieces.end);
            let (first, second) = operands.cut(middle);
            if par.is_seq() {
                each(par, left, first, room, run);
                each(par, right, second, room, run);
            } else {
                let (near, far) = room.split_at_mut(room.len() / count * middle);
                par.join(|| each(par, left, first, near, run), || each(par, right, second, far, run));
            }
        }
    }
}

/// Where the fixed tree over `count` ≥ 2 terms divides: the largest power of two below `count`.
pub(crate) fn middle(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The terms `leaf(i)` added in the fixed tree: left and right of [`middle`], each in its own tree.
pub(crate) fn tree<R: Send>(
    par: Par,
    terms: Range<usize>,
    leaf: &(impl Fn(usize) -> R + Sync),
    add: &(impl Fn(R, R) -> R + Sync),
) -> R {
    if terms.len() == 1 {
        return leaf(terms.start);
    }
    let middle = terms.start + middle(terms.len());
    let (left, right) =
        par.join(|| tree(par, terms.start..middle, leaf, add), || tree(par, middle..terms.end, leaf, add));
    add(left, right)
}
