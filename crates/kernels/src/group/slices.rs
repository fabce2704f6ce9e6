//! A few slices to write, to be divided between threads.

use super::Group;

/// At most [`Group::OPERANDS`] slices, one for each output; the others are empty.
pub(crate) struct Slices<'a, T>([&'a mut [T]; Group::OPERANDS]);

impl<T> Default for Slices<'_, T> {
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<'a, T> FromIterator<&'a mut [T]> for Slices<'a, T> {
    fn from_iter<I: IntoIterator<Item = &'a mut [T]>>(slices: I) -> Self {
        let mut all = Self::default();
        for (to, slice) in all.0.iter_mut().zip(slices) {
            *to = slice;
        }
        all
    }
}

impl<'a, T> Slices<'a, T> {
    /// The first `at(n)` elements of each slice n, and the others.
    pub(crate) fn split(self, at: impl Fn(usize) -> usize) -> (Self, Self) {
        let (mut near, mut far) = (Self::default(), Self::default());
        for (n, slice) in self.0.into_iter().enumerate() {
            let middle = at(n).min(slice.len());
            (near.0[n], far.0[n]) = slice.split_at_mut(middle);
        }
        (near, far)
    }

    /// The same slices for a shorter time.
    pub(crate) fn reborrow(&mut self) -> Slices<'_, T> {
        Slices(self.0.each_mut().map(|slice| &mut **slice))
    }

    /// Slice n.
    #[inline(always)]
    pub(crate) fn get(&mut self, n: usize) -> &mut [T] {
        self.0[n]
    }

    /// Slice n, and an empty one in its place.
    pub(super) fn take(&mut self, n: usize) -> &'a mut [T] {
        std::mem::take(&mut self.0[n])
    }

    /// All slices.
    pub(super) fn each(&self) -> [&[T]; Group::OPERANDS] {
        self.0.each_ref().map(|slice| &**slice)
    }

    /// All slices, in order.
    #[inline(always)]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        self.0.iter_mut().map(|slice| &mut **slice)
    }
}
