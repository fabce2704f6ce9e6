//! The fuzz targets on stable Rust: over their committed corpus, and over bytes of a fixed sequence.

use std::fs;
use std::path::Path;

use bodies::{TARGETS, Target};
use tape::generate::{Choices, Sequence};

/// Runs a target on bytes, and prints them when it panics.
fn run((name, body): Target, source: &str, bytes: &[u8]) {
    let result = std::panic::catch_unwind(|| body(bytes));
    assert!(result.is_ok(), "{name} on {source}: {bytes:?}");
}

#[test]
fn the_corpus() {
    for target in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(target.0);
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("a corpus") {
            let path = entry.expect("a file").path();
            run(target, &path.display().to_string(), &fs::read(&path).expect("bytes"));
            count += 1;
        }
        assert!(count >= 10, "{}: {count} files in the corpus", target.0);
    }
}

#[test]
fn bytes_of_a_fixed_sequence() {
    for target in TARGETS {
        for seed in 0..200 {
            let mut sequence = Sequence::new(seed);
            let len = sequence.below(400);
            let bytes: Vec<u8> = (0..len).map(|_| sequence.below(256) as u8).collect();
            run(target, &format!("seed {seed}"), &bytes);
        }
    }
}
