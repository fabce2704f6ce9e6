//! Where the decisions of a generator come from.

use crate::Domain;

/// A source of decisions. It is asked for items one after the other, and for the decisions inside the present item.
pub trait Choices {
    /// Moves to the next item; `false` when there is none.
    fn more(&mut self) -> bool;

    /// A number below `n`, or 0 when `n` is 0. Zero is the simplest choice: what has run dry answers it.
    fn below(&mut self, n: usize) -> usize;
}

/// A number of `domain`, at 2²⁴ equally likely places.
pub fn within(choices: &mut dyn Choices, domain: Domain) -> f64 {
    const PLACES: usize = 1 << 24;
    domain.low + (domain.high - domain.low) * (choices.below(PLACES) as f64 + 0.5) / PLACES as f64
}

/// Decisions from the bytes of a fuzzer or of proptest.
///
/// Every item has a record of [`Self::RECORD`] bytes of its own, and reads zeros beyond its end: a change in one item leaves the
/// others alone, a deleted record is a deleted item, and any bytes at all are a valid source that ends.
#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    record: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// The bytes of one item.
    pub const RECORD: usize = 16;

    /// A source of `bytes.len() / RECORD` items, rounded up.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { record: &[], rest: bytes }
    }

    fn next(&mut self) -> usize {
        self.record.split_off_first().map_or(0, |&byte| usize::from(byte))
    }
}

impl Choices for Bytes<'_> {
    fn more(&mut self) -> bool {
        (self.record, self.rest) = self.rest.split_at(self.rest.len().min(Self::RECORD));
        !self.record.is_empty()
    }

    fn below(&mut self, n: usize) -> usize {
        let bytes = n.saturating_sub(1).checked_ilog2().map_or(0, |bits| bits / 8 + 1);
        let number = (0..bytes).fold(0, |number, _| number << 8 | self.next());
        number.checked_rem(n).unwrap_or(0)
    }
}

/// A fixed endless sequence for every seed: SplitMix64. Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
/// generators". It is spelled out here because its numbers are part of what a failing check reports.
#[derive(Clone, Debug)]
pub struct Sequence(u64);

impl Sequence {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Choices for Sequence {
    fn more(&mut self) -> bool {
        true
    }

    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let z = z ^ (z >> 31);
        ((u128::from(z) * n as u128) >> 64) as usize
    }
}
