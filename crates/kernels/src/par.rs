//! How many threads a kernel may use.

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
