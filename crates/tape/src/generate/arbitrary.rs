//! The adapter for proptest.

use proptest::array::uniform16;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};

use crate::generate::Bytes;

/// Bytes for [`Bytes`] that make programs of up to `operations` primitives. They shrink by whole records, so to programs of fewer
/// primitives, and then to simpler choices.
pub fn strategy(operations: usize) -> impl Strategy<Value = Vec<u8>> {
    const { assert!(Bytes::RECORD == 16) };
    vec(uniform16(any::<u8>()), 0..=operations + 1).prop_map(|records| records.concat())
}
