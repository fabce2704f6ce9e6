//! One seed per run, split by name.
//!
//! Every consumer of randomness asks for a stream under a name of its own, so adding a consumer moves no other stream.
//! Names form a path (`run.split("seed 3").split("data")`); the path, hashed by FNV-1a (64 bits), and the root seed are the
//! key of a ChaCha8 generator. Both algorithms are fixed by their publications, so the streams are the same on every
//! platform and with every compiler.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// The random stream of one consumer.
pub type Stream = ChaCha8Rng;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
/// Ends a name; no byte of UTF-8 has this value, so ("a", "bc") and ("ab", "c") are different paths.
const END_OF_NAME: u8 = 0xff;

/// A point in the tree of named streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    root: u64,
    path: u64,
}

impl Seed {
    /// The root of a run.
    pub fn new(root: u64) -> Self {
        Self { root, path: FNV_OFFSET }
    }

    /// The branch called `name`.
    #[must_use]
    pub fn split(self, name: &str) -> Self {
        let bytes = name.bytes().chain([END_OF_NAME]);
        let path = bytes.fold(self.path, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
        Self { root: self.root, path }
    }

    /// The random stream of this point, always from its beginning.
    pub fn stream(self) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.root.to_le_bytes());
        key[8..16].copy_from_slice(&self.path.to_le_bytes());
        ChaCha8Rng::from_seed(key)
    }
}
