//! IDX files, the format of MNIST: big-endian sizes, then one byte per pixel or label.

use super::contents;
use super::error::{DataError, Place};
use super::frame::{Cells, Column, Features, Frame};
use super::target::classes;
use std::path::Path;

/// An array of unsigned bytes.
struct Array {
    sizes: Vec<usize>,
    bytes: Vec<u8>,
}

/// The third byte of the file: unsigned bytes.
const BYTES: u8 = 0x08;

const DAMAGED: &str = "the file is cut off or damaged, fetch it again";

/// Reads images and their labels, compressed or not. The pixels are called p0, p1, ...; the target is called "label".
pub fn read_idx(images: &Path, labels: &Path) -> Result<Frame, DataError> {
    from_bytes(images, contents::raw(images)?, labels)
}

/// The frame in the bytes of a file of images and in a file of labels.
pub(super) fn from_bytes(images: &Path, raw: Vec<u8>, labels: &Path) -> Result<Frame, DataError> {
    let raw_labels = contents::raw(labels)?;
    let sha256 = contents::sha256(&[&raw, &raw_labels]);
    let features = pixels(images, raw)?;
    let array = array(labels, raw_labels)?;
    if array.sizes.len() != 1 {
        return Err(idx(labels, "these are images, not labels; give the two files in the order images, labels".into()));
    }
    if array.bytes.len() != features.rows {
        let (images, labels) = (images.to_owned(), labels.to_owned());
        return Err(DataError::Unequal { at: images, images: features.rows, labels, count: array.bytes.len() });
    }
    let target_name = "label".to_owned();
    let target = classes(array.bytes.iter().map(u8::to_string).collect(), |_| Place::column(labels, &target_name))?;
    let notes = vec![format!("{} images of {} pixels", features.rows, features.columns.len())];
    Ok(Frame { name: contents::name(images), features, target, target_name, sha256, notes, training_rows: 0 })
}

/// Reads images without labels.
pub(super) fn pixels(path: &Path, raw: Vec<u8>) -> Result<Features, DataError> {
    let array = array(path, raw)?;
    let (rows, width) = (array.sizes[0], array.sizes[1..].iter().product::<usize>());
    if array.sizes.len() < 2 {
        return Err(idx(path, "these are labels, not images; give the two files in the order images, labels".into()));
    }
    if rows == 0 || width == 0 {
        return Err(idx(path, "there are no pixels in it; give a file with images".into()));
    }
    let pixel = |p: usize| array.bytes.iter().skip(p).step_by(width).map(|&byte| f64::from(byte)).collect();
    let column = |p: usize| Column { name: format!("p{p}"), cells: Cells::Numeric(pixel(p)) };
    Ok(Features { source: path.display().to_string(), rows, columns: (0..width).map(column).collect() })
}

/// Whether unpacked bytes begin like an IDX file of bytes.
pub(super) fn is_idx(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, BYTES, 1..=9, ..])
}

fn array(path: &Path, raw: Vec<u8>) -> Result<Array, DataError> {
    let bytes = contents::unpacked(path, raw)?;
    if !is_idx(&bytes) {
        let start = contents::shown(&bytes, 4);
        return Err(idx(
            path,
            format!(
                "an IDX file of bytes begins with 00 00 08, this one with {start:?}; check the path, and the file of labels"
            ),
        ));
    }
    let dimensions = usize::from(bytes[3]);
    let header = 4 + 4 * dimensions;
    let sizes: Vec<usize> = bytes[4..].chunks_exact(4).take(dimensions).map(big_endian).collect();
    let Some(found) = bytes.len().checked_sub(header) else {
        return Err(idx(path, format!("the file ends inside its header; {DAMAGED}")));
    };
    let needed = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    if needed != Some(found) {
        let needed = needed.map_or("more than there can be".to_owned(), |needed| needed.to_string());
        let shape = sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        let problem = format!("{shape} bytes are {needed}, but {found} follow the header; {DAMAGED}");
        return Err(idx(path, problem));
    }
    Ok(Array { sizes, bytes: bytes[header..].to_vec() })
}

fn big_endian(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |value, &byte| value << 8 | usize::from(byte))
}

pub(super) fn idx(path: &Path, problem: String) -> DataError {
    DataError::Idx { at: Place::file(path), problem }
}
