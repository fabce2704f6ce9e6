//! Lines of the cache: lanes that lie in two of them take longer to load and to store.

/// The bytes of a line.
pub(crate) const LINE: usize = 64;

/// A slice without its elements before the first line.
pub(crate) fn on_a_line<T>(slice: &mut [T]) -> &mut [T] {
    let before = slice.as_ptr().align_offset(LINE).min(slice.len());
    &mut slice[before..]
}
