//! The bytes of a file, unpacked, and their fingerprint.

use super::error::DataError;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

/// The first bytes of every gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file as it lies on the disk.
pub(super) fn raw(path: &Path) -> Result<Vec<u8>, DataError> {
    std::fs::read(path).map_err(|source| DataError::Read { path: path.to_owned(), source })
}

/// The bytes of a file that may be compressed; its content decides, not its name.
pub(super) fn unpacked(path: &Path, raw: Vec<u8>) -> Result<Vec<u8>, DataError> {
    if !raw.starts_with(&GZIP) {
        return Ok(raw);
    }
    let mut bytes = Vec::new();
    let done = MultiGzDecoder::new(raw.as_slice()).read_to_end(&mut bytes);
    done.map_err(|source| DataError::Gzip { path: path.to_owned(), source })?;
    Ok(bytes)
}

/// The first bytes of what is in a file, at most so many; none of one that does not unpack, which is an error later.
pub(super) fn start(raw: &[u8], count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let plain = !raw.starts_with(&GZIP);
    let mut content: Box<dyn Read> = if plain { Box::new(raw) } else { Box::new(MultiGzDecoder::new(raw)) };
    match content.by_ref().take(count as u64).read_to_end(&mut bytes) {
        Ok(_) => bytes,
        Err(_) => Vec::new(),
    }
}

/// The first bytes in hex, for a message.
pub(super) fn shown(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// SHA-256 of the parts one after the other, in hex.
pub(super) fn sha256(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file's name without folder and extensions.
pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = [".csv", ".tsv", ".txt", ".npy"].iter().find_map(|extension| plain.strip_suffix(extension));
    stem.unwrap_or(plain).to_owned()
}
