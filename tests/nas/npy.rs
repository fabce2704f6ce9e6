//! NumPy arrays, written here byte by byte: what is read, and that it is what a CSV file would give.
use crate::files::{Dir, File, gzip};
use nas::data::{Cells, Column, CsvOptions, DataError, Features, Frame, Preprocess, Target, Task};
use nas::data::{read, read_csv, read_npy};
use nas::run::{Config, Invocation, SearchResult, search};
use nas::seed::Seed;
use nas::trial::Precision;
use rand::RngExt;

/// A file of version 1.0 as numpy.save pads it; `descr` and `shape` stand in the header as they are.
pub(crate) fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let dict = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}");
    let length = (10 + dict.len() + 1).next_multiple_of(64) - 10;
    let header = format!("{dict:<width$}\n", width = length - 1);
    [b"\x93NUMPY\x01\x00", &(length as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// One element of the type.
fn element(descr: &str, x: f64) -> Vec<u8> {
    let mut bytes = match &descr[1..] {
        "b1" | "u1" => (x as u8).to_be_bytes().to_vec(),
        "i1" => (x as i8).to_be_bytes().to_vec(),
        "i2" => (x as i16).to_be_bytes().to_vec(),
        "i4" => (x as i32).to_be_bytes().to_vec(),
        "i8" => (x as i64).to_be_bytes().to_vec(),
        "u2" => (x as u16).to_be_bytes().to_vec(),
        "u4" => (x as u32).to_be_bytes().to_vec(),
        "u8" => (x as u64).to_be_bytes().to_vec(),
        "f4" => (x as f32).to_be_bytes().to_vec(),
        "f8" => x.to_be_bytes().to_vec(),
        _ => panic!("{descr}"),
    };
    if !descr.starts_with('>') {
        bytes.reverse();
    }
    bytes
}

/// A table of this type, given row by row.
pub(crate) fn table(descr: &str, fortran: bool, rows: &[Vec<f64>]) -> Vec<u8> {
    let (n, d) = (rows.len(), rows[0].len());
    let at = |k: usize| if fortran { rows[k % n][k / n] } else { rows[k / d][k % d] };
    let data: Vec<u8> = (0..n * d).flat_map(|k| element(descr, at(k))).collect();
    npy(&format!("'{descr}'"), fortran, &format!("({n}, {d})"), &data)
}

pub(crate) fn list(descr: &str, values: &[f64]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|&x| element(descr, x)).collect();
    npy(&format!("'{descr}'"), false, &format!("({},)", values.len()), &data)
}

fn columns(features: &Features) -> Vec<(&str, &[f64])> {
    features.columns.iter().map(numbers).collect()
}

fn numbers(column: &Column) -> (&str, &[f64]) {
    let Cells::Numeric(values) = &column.cells else { panic!("words in an array: {column:?}") };
    (&column.name, values)
}

pub(crate) fn pair(
    name: &str,
    x: impl AsRef<[u8]>,
    y: impl AsRef<[u8]>,
    task: Option<Task>,
) -> Result<Frame, DataError> {
    let (x, y) = (File::new(&format!("{name}-x.npy"), x), File::new(&format!("{name}-y.npy"), y));
    read_npy(x.path(), Some(y.path()), &CsvOptions { target: None, task })
}

/// What numpy.save writes for the list [0, 1, 2], as it stands in its documentation and in its files.
#[test]
fn the_bytes_of_numpy() {
    let start = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    let [zero, one, two] = [0.0f64, 1.0, 2.0].map(f64::to_le_bytes);
    let bytes = [&start[..], &[b' '; 60], b"\n", &zero, &one, &two].concat();
    assert_eq!(bytes, list("<f8", &[0.0, 1.0, 2.0]));
    assert_eq!(bytes.len(), 128 + 24);
    let frame = pair("bytes", &bytes, list("<f8", &[0.5, 0.25, 0.5]), None).unwrap();
    assert_eq!(columns(&frame.features), [("c1", &[0.0, 1.0, 2.0][..])]);
    assert_eq!((frame.target, &*frame.target_name), (Target::Numbers(vec![0.5, 0.25, 0.5]), "y"));
}

/// Least and largest exact number of each type.
const TYPES: [(&str, f64, f64); 11] = [
    ("b1", 0.0, 1.0),
    ("i1", -128.0, 127.0),
    ("i2", -32768.0, 32767.0),
    ("i4", -2147483648.0, 2147483647.0),
    ("i8", -9007199254740992.0, 9007199254740992.0),
    ("u1", 0.0, 255.0),
    ("u2", 0.0, 65535.0),
    ("u4", 0.0, 4294967295.0),
    ("u8", 0.0, 9007199254740992.0),
    ("f4", f32::MIN as f64, f32::MAX as f64),
    ("f8", f64::MIN, f64::MAX),
];

#[test]
fn every_type_order_and_size_comes_back() {
    let mut stream = Seed::new(1).stream();
    for (kind, least, most) in TYPES {
        for (sign, fortran) in [('<', false), ('<', true), ('>', false), ('>', true)] {
            let descr = format!("{}{kind}", if kind.ends_with('1') { '|' } else { sign });
            for (n, d) in [(2, 1), (2, 2), (3, 5), (7, 2)] {
                let mut draw = || match kind {
                    "f4" => f64::from(stream.random_range(-1e3f32..1e3)),
                    "f8" => stream.random_range(-1e3..1e3),
                    _ => stream.random_range(least..=most).round(),
                };
                let mut rows: Vec<Vec<f64>> = (0..n).map(|_| (0..d).map(|_| draw()).collect()).collect();
                (rows[0][0], rows[n - 1][d - 1]) = (least, most);
                let y: Vec<f64> = (0..n).map(|i| i as f64 / 4.0).collect();
                let frame = pair("types", table(&descr, fortran, &rows), list(">f4", &y), None).unwrap();
                let read = columns(&frame.features);
                assert_eq!((frame.rows(), read.len()), (n, d));
                for (j, (name, column)) in read.into_iter().enumerate() {
                    assert_eq!(name, format!("c{}", j + 1));
                    assert!(rows.iter().map(|row| row[j]).eq(column.iter().copied()), "{descr}, {n} x {d}, {fortran}");
                }
                assert_eq!(frame.target, Target::Numbers(y), "{descr}");
            }
        }
    }
}

fn csv(rows: &[Vec<f64>]) -> String {
    rows.iter().map(|row| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// Rows whose last column is a class of three, or a sum.
fn rows(n: usize, task: Task) -> Vec<Vec<f64>> {
    let mut stream = Seed::new(4).stream();
    let mut row = |i: usize| {
        let [a, b]: [f64; 2] = std::array::from_fn(|_| stream.random_range(-2.0..2.0));
        vec![a, b, if task == Task::Classification { (i % 3) as f64 - 1.0 } else { a * b + (a - b).sin() }]
    };
    (0..n).map(&mut row).collect()
}

/// The same numbers as text and as an array, with the target in any column, a task that is found or given.
#[test]
fn a_table_is_what_a_csv_file_would_be() {
    for (found, descr) in [(Task::Regression, "<f8"), (Task::Classification, ">f8")] {
        let rows = rows(12, found);
        let text = File::new("npy-same.csv", csv(&rows));
        let array = File::new("npy-same.npy", table(descr, true, &rows));
        for target in [None, Some("1"), Some("c2"), Some("3")] {
            for task in [None, Some(Task::Regression)] {
                let options = CsvOptions { target: target.map(str::to_owned), task };
                let [a, b] =
                    [read_csv(text.path(), &options), read_npy(array.path(), None, &options)].map(Result::unwrap);
                let features = Features { source: b.features.source.clone(), ..a.features };
                assert_eq!((&features, &a.target, &a.target_name), (&b.features, &b.target, &b.target_name));
                assert_eq!((&a.notes[1..], &a.name), (&b.notes[1..], &b.name));
                assert_eq!(read(array.path(), None, &options).unwrap(), b, "the content says what it is");
            }
        }
        let (mut x, mut y) = (rows.clone(), Vec::new());
        x.iter_mut().for_each(|row| y.extend(row.pop()));
        let split = pair("same", table("<f8", false, &x), list("<f8", &y), None).unwrap();
        let whole = read_npy(array.path(), None, &CsvOptions::default()).unwrap();
        assert_eq!((&split.features.columns, &split.target), (&whole.features.columns, &whole.target));
        assert_eq!((split.task(), split.notes[0].as_str()), (found, "a NumPy array of float64, shape (12, 2)"));
    }
}

#[test]
fn integers_mean_classes_as_they_would_in_a_csv_file() {
    let x = table("<f4", false, &[vec![1.0], vec![2.0], vec![3.0], vec![4.0]]);
    let target = |descr, y: &[f64], task| pair("classes", &x, list(descr, y), task).unwrap().target;
    let classes =
        |names: [&str; 2]| Target::Classes { levels: names.map(str::to_owned).into(), cells: vec![1, 0, 1, 0] };
    assert_eq!(target("|b1", &[1.0, 0.0, 1.0, 0.0], None), classes(["0", "1"]));
    assert_eq!(target("<i8", &[10.0, -2.0, 10.0, -2.0], None), classes(["-2", "10"]));
    assert_eq!(target(">f4", &[7.0, 0.0, 7.0, -0.0], None), classes(["0", "7"]));
    let half = [0.5, -0.5, 0.5, -0.5];
    assert_eq!(target("<f8", &half, None), Target::Numbers(half.into()));
    assert_eq!(target("<f8", &half, Some(Task::Classification)), classes(["-0.5", "0.5"]));
    let many = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(target("<u2", &many, None), Target::Numbers(many.into()), "each only once");
    assert_eq!(target("<u2", &[3.0, 1.0, 3.0, 1.0], Some(Task::Regression)), Target::Numbers(vec![3.0, 1.0, 3.0, 1.0]));
    let column = npy("'|u1'", true, "(4, 1)", &[1, 0, 1, 0]);
    assert_eq!(pair("column", &x, column, None).unwrap().target, classes(["0", "1"]));
}

#[test]
fn compressed_arrays_and_fingerprints() {
    let rows = rows(6, Task::Regression);
    let (plain, y) = (table("<f8", false, &rows), list("<f8", &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5]));
    let of = |x: &[u8], y: &[u8]| pair("print", x, y, None).unwrap();
    let (a, b) = (of(&plain, &y), of(&gzip(&plain), &gzip(&y)));
    assert_eq!((&a.features, &a.target), (&b.features, &b.target));
    let other = of(&plain, &list("<f8", &[0.0, 0.1, 0.2, 0.3, 0.4, 0.6]));
    assert!(a.sha256 != b.sha256 && a.sha256 != other.sha256 && a.sha256.len() == 64);
}

#[test]
fn new_rows_need_no_target() {
    let all = rows(9, Task::Regression);
    let file = File::new("npy-train.npy", table("<f8", false, &all));
    let frame = read_npy(file.path(), None, &CsvOptions::default()).unwrap();
    let every: Vec<usize> = (0..9).collect();
    let preprocess = Preprocess::fit(&frame, &every).unwrap();
    let x: Vec<Vec<f64>> = all.iter().map(|row| row[..2].to_vec()).collect();
    let wanted = preprocess.apply(&frame, &every).unwrap().x;
    for bytes in [table(">f8", true, &x), gzip(&table("<f8", false, &all)), csv(&x).into_bytes()] {
        let new = File::new("npy-new.npy", bytes);
        assert_eq!(preprocess.features(&preprocess.read(new.path()).unwrap()).unwrap(), wanted);
    }
    let narrow = File::new("npy-narrow.npy", list("<f8", &[1.0, 2.0]));
    let error = preprocess.features(&preprocess.read(narrow.path()).unwrap()).unwrap_err().to_string();
    assert!(error.contains("npy-narrow.npy: there is no column \"c2\""), "{error}");
}

/// What a search found, without what says where the numbers came from.
fn found(dir: &Dir, name: &str, data: Config) -> SearchResult {
    let config = Config {
        hidden: vec![4],
        candidates: ["tanh", "sin"].map(str::to_owned).into(),
        outer_steps: 2,
        inner_steps: 100,
        ridge: Some(0.1),
        tol: 1e-2,
        precision: Precision::Double,
        seeds: 2,
        threads: 1,
        ..data
    };
    search(&config, &Invocation { out: Some(dir.path().join(name)), quiet: true, ..Invocation::default() })
        .unwrap()
        .result
}

#[test]
fn the_same_numbers_are_the_same_search() {
    for task in [Task::Regression, Task::Classification] {
        let (dir, all) = (Dir::new(&format!("npy-search-{task}")), rows(60, task));
        let (x, y): (Vec<_>, Vec<_>) = all.iter().map(|row| (row[..2].to_vec(), row[2])).unzip();
        let alone = |name: &str, bytes: Vec<u8>| Config { data: Some(dir.file(name, bytes)), ..Config::default() };
        let text = found(&dir, "text", alone("rows.csv", csv(&all).into_bytes()));
        let whole = found(&dir, "whole", alone("rows.npy", table("<f8", true, &all)));
        let labels = Some(dir.file("y.npy", list(">f8", &y)));
        let split = found(&dir, "split", Config { labels, ..alone("x.npy", table("<f8", false, &x)) });
        for other in [whole, split] {
            assert_eq!((&other.alpha, &other.searched, other.task), (&text.alpha, &text.searched, task));
            assert_eq!((&other.baselines, other.evaluations), (&text.baselines, text.evaluations));
        }
        let mut moved = all.clone();
        moved[0][0] += 0.5;
        let moved = found(&dir, "moved", alone("moved.npy", table("<f8", true, &moved)));
        assert_ne!(moved.searched, text.searched, "another number is another search");
    }
}

#[test]
fn images_have_classes_only() {
    let images = File::new("npy-images", [0, 0, 8, 2, 0, 0, 0, 4, 0, 0, 0, 2, 1, 9, 2, 8, 3, 7, 4, 6]);
    let labels = File::new("npy-labels", [0, 0, 8, 1, 0, 0, 0, 4, 1, 1, 0, 0]);
    let as_task = |task| read(images.path(), Some(labels.path()), &CsvOptions { target: None, task });
    assert_eq!(as_task(Some(Task::Classification)).unwrap(), as_task(None).unwrap());
    let error = as_task(Some(Task::Regression)).unwrap_err().to_string();
    assert!(
        error.ends_with("npy-labels: the labels of IDX images are classes; leave out the task regression"),
        "{error}"
    );
}

#[test]
#[should_panic(expected = "the target column \"c1\" beside the targets of ")]
fn two_targets_are_a_bug_of_the_caller() {
    let [x, y] = ["x", "y"].map(|name| File::new(&format!("npy-two-{name}.npy"), list("<f8", &[0.5, 1.5])));
    let _ = read_npy(x.path(), Some(y.path()), &CsvOptions { target: Some("c1".into()), task: None });
}
