//! IDX files.
use crate::files::{File, gzip};
use nas::data::{Cells, Target, read_idx};

/// A file of bytes with these sizes.
fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let header = [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes.iter().flat_map(|size| size.to_be_bytes()));
    header.chain(bytes.iter().copied()).collect()
}

fn images() -> Vec<u8> {
    idx(&[4, 1, 3], &[0, 1, 2, 10, 11, 12, 20, 21, 22, 253, 254, 255])
}

fn labels() -> Vec<u8> {
    idx(&[4], &[7, 10, 7, 10])
}

fn message(name: &str, images: &[u8], labels: &[u8]) -> String {
    let images = File::new(&format!("{name}-images"), images);
    let labels = File::new(&format!("{name}-labels"), labels);
    let message = read_idx(images.path(), labels.path()).unwrap_err().to_string();
    assert!(!message.contains('\n'), "{message}");
    message
        .replace(&images.path().display().to_string(), "IMAGES")
        .replace(&labels.path().display().to_string(), "LABELS")
}

#[test]
fn pixels_become_columns_and_labels_classes() {
    for (name, pack) in [("plain", false), ("packed", true)] {
        let packed = |bytes: Vec<u8>| if pack { gzip(&bytes) } else { bytes };
        let images = File::new(&format!("idx-{name}-images"), packed(images()));
        let labels = File::new(&format!("idx-{name}-labels"), packed(labels()));
        let frame = read_idx(images.path(), labels.path()).unwrap();
        let columns: Vec<_> = frame.features.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((columns, frame.rows()), (vec!["p0", "p1", "p2"], 4));
        assert_eq!(frame.features.columns[1].cells, Cells::Numeric(vec![1.0, 11.0, 21.0, 254.0]));
        let levels = vec!["7".to_owned(), "10".to_owned()];
        assert_eq!(frame.target, Target::Classes { levels, cells: vec![0, 1, 0, 1] });
        assert_eq!((frame.target_name.as_str(), frame.sha256.len()), ("label", 64));
    }
}

#[test]
fn the_fingerprint_is_of_both_files() {
    let images = File::new("idx-print-images", images());
    let of = |name: &str, bytes: Vec<u8>| read_idx(images.path(), File::new(name, bytes).path()).unwrap().sha256;
    assert_ne!(of("idx-print-a", labels()), of("idx-print-b", idx(&[4], &[7, 7, 10, 10])));
}

#[test]
fn files_in_the_wrong_place() {
    let swapped = message("swapped", &labels(), &images());
    assert_eq!(swapped, "IMAGES: these are labels, not images; give the two files in the order images, labels");
    let twice = message("twice", &images(), &images());
    assert_eq!(twice, "LABELS: these are images, not labels; give the two files in the order images, labels");
    let csv = message("csv", b"a,b\n1,2\n", &labels());
    let want = "IMAGES: an IDX file of bytes begins with 00 00 08, this one with \"61 2c 62 0a\"; check the path, and the file of labels";
    assert_eq!(csv, want);
    assert!(message("nothing", b"", &labels()).starts_with("IMAGES: an IDX file of bytes begins with 00 00 08"));
    let floats = message("floats", &[0, 0, 0x0d, 1, 0, 0, 0, 0], &labels());
    assert!(floats.contains("this one with \"00 00 0d 01\""), "{floats}");
}

#[test]
fn files_of_the_wrong_length() {
    let damaged = "the file is cut off or damaged, fetch it again";
    let mut cut = images();
    cut.pop();
    assert_eq!(
        message("cut", &cut, &labels()),
        format!("IMAGES: 4 x 1 x 3 bytes are 12, but 11 follow the header; {damaged}")
    );
    let long = [labels(), vec![1]].concat();
    assert_eq!(message("long", &images(), &long), format!("LABELS: 4 bytes are 4, but 5 follow the header; {damaged}"));
    let header = message("header", &images()[..10], &labels());
    assert_eq!(header, format!("IMAGES: the file ends inside its header; {damaged}"));
    let huge = message("huge", &idx(&[u32::MAX; 3], &[1]), &labels());
    assert!(huge.contains("are more than there can be, but 1 follow"), "{huge}");
    let fewer = message("fewer", &images(), &idx(&[3], &[7, 7, 7]));
    assert_eq!(fewer, "IMAGES holds 4 images but LABELS holds 3 labels; give the two files of the same set");
    let none = message("none", &idx(&[0, 2], &[]), &idx(&[0], &[]));
    assert_eq!(none, "IMAGES: there are no pixels in it; give a file with images");
}

#[test]
fn labels_that_cannot_be_learned() {
    let one = message("one", &images(), &idx(&[4], &[7; 4]));
    assert!(one.starts_with("LABELS, column \"label\": the target is \"7\" in every row"), "{one}");
    let lone = message("lone", &images(), &idx(&[4], &[7, 7, 7, 1]));
    assert!(lone.starts_with("LABELS, column \"label\": no other row has the class \"1\""), "{lone}");
}
