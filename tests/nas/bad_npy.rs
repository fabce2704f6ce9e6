//! NumPy arrays that cannot be used: one line that says where, what is wrong and what to do, and its type.
use crate::files::File;
use crate::npy::{list, npy, pair, table};
use nas::data::{CsvOptions, DataError, NpyError, read_npy};

fn refused(name: &str, x: impl AsRef<[u8]>, y: impl AsRef<[u8]>) -> (String, DataError) {
    let error = pair(name, x, y, None).unwrap_err();
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    (message.split_once(&format!("{name}-")).unwrap().1.to_owned(), error)
}

fn problem(error: DataError) -> NpyError {
    let DataError::Npy { problem, .. } = error else { panic!("{error:?}") };
    *problem
}

fn good() -> [Vec<u8>; 2] {
    [table("<f8", false, &[vec![1.0, 2.0], vec![3.0, 4.0]]), list("<f8", &[0.5, 1.5])]
}

#[test]
fn files_that_are_no_arrays() {
    let [x, y] = good();
    let (text, error) = refused("other", b"a,b\n1,2\n", &y);
    assert!(
        text.starts_with(
            "x.npy: a NumPy array begins with \"93 4e 55 4d 50 59\", this file with \"61 2c 62 0a 31 2c\"; "
        )
    );
    assert!(matches!(problem(error), NpyError::NotNpy { start } if start == "61 2c 62 0a 31 2c"));
    assert!(refused("nothing", &x, b"").0.starts_with("y.npy: a NumPy array begins with"));
    for length in [6, 7, 9, 40] {
        let (text, error) = refused("header", &x[..length], &y);
        assert_eq!(text, "x.npy: the file ends inside its header; it is cut off, save or fetch it again");
        assert_eq!(problem(error), NpyError::CutHeader);
    }
    let mut version = x.clone();
    version[6] = 9;
    let broken = [
        ("version", version, "unsupported version: (9, 0)"),
        ("syntax", npy("'<f8", false, "(2,)", &[]), "could not parse Python expression: syntax error"),
        ("order", npy("'<f8', 'x': 1", false, "'(2,)'", &[]), "shape must be list or tuple"),
        ("negative", npy("'<f8'", false, "(-2,)", &[]), "dimension cannot be negative"),
        ("bool", npy("'|b1'", false, "(2,)", &[1, 7]), "invalid value for bool: 7"),
    ];
    for (name, bytes, reason) in broken {
        let (text, error) = refused(name, bytes, &y);
        assert_eq!(text, format!("x.npy: the array is broken ({reason}); save it again with numpy.save"));
        assert_eq!(problem(error), NpyError::Broken { reason: reason.to_owned() });
    }
}

#[test]
fn shapes_that_are_no_tables() {
    let [x, y] = good();
    let (text, error) = refused("cube", npy("'<f8'", false, "(2, 1, 1)", &[0; 16]), &y);
    let want = "x.npy: an array of 3 dimensions (shape (2, 1, 1)) is no table; give one row per sample, as x.reshape(len(x), -1) does";
    assert_eq!(text, want);
    assert!(matches!(problem(error), NpyError::Dimensions { dimensions: 3, .. }));
    assert!(refused("number", npy("'<f8'", false, "()", &[0; 8]), &y).0.contains("0 dimensions (shape ())"));
    for shape in ["(0,)", "(0, 3)", "(2, 0)"] {
        let (text, error) = refused("empty", npy("'<f8'", false, shape, &[]), &y);
        assert_eq!(text, format!("x.npy: the array is empty (shape {shape}); give one row per sample"));
        assert_eq!(problem(error), NpyError::Empty { shape: shape.to_owned() });
    }
    let (text, error) = refused("wide", &x, &x);
    assert_eq!(text, "y.npy: there are 2 columns of targets; give one, such as y[:, 0]");
    assert_eq!(problem(error), NpyError::ManyTargets { columns: 2 });
    let (text, error) = refused("longer", &x, list("<f8", &[0.5, 1.5, 2.5]));
    assert!(
        text.starts_with("y.npy: there are 3 targets, but ") && text.contains("longer-x.npy has 2 rows; give the two")
    );
    assert!(matches!(problem(error), NpyError::Lengths { targets: 3, rows: 2, .. }));
    let one = File::new("npy-one.npy", list("<f8", &[1.0, 2.0]));
    let error = read_npy(one.path(), None, &CsvOptions::default()).unwrap_err();
    assert!(error.to_string().ends_with("npy-one.npy: there is one column and no target; give the targets of these rows as --labels y.npy, or as a last column"));
    assert_eq!(problem(error), NpyError::OneColumn);
}

#[test]
fn elements_that_are_no_numbers() {
    let [x, y] = good();
    for (descr, name) in [("'<c16'", "complex128"), ("'>c8'", "complex64")] {
        let (text, error) = refused("complex", npy(descr, false, "(2,)", &[0; 32]), &y);
        let want = "and there is no order of complex numbers; save x.real and x.imag as columns";
        assert_eq!(text, format!("x.npy: the elements are {name}, {want}"));
        assert_eq!(problem(error), NpyError::Complex { dtype: name.to_owned() });
    }
    let types = [
        ("'<U3'", "<U3"),
        ("'|S2'", "|S2"),
        ("'|O'", "|O"),
        ("'<M8[s]'", "<M8[s]"),
        ("'<f2'", "float16"),
        ("'<f16'", "float128"),
        ("[('a', '<f8'), ('b', '<i4')]", "[('a', '<f8'), ('b', '<i4'), ]"),
    ];
    for (descr, name) in types {
        let (text, error) = refused("dtype", &x, npy(descr, false, "(2,)", &[0; 16]));
        let want = "not bool, integers, float32 or float64; save x.astype(float)";
        assert_eq!(text, format!("y.npy: the elements are {name}, {want}"));
        assert_eq!(problem(error), NpyError::Dtype { dtype: name.to_owned() });
    }
}

#[test]
fn files_of_the_wrong_length() {
    let [x, y] = good();
    let says = |needed: &str, found| {
        let advice = "follow the header; save or fetch the file again";
        format!("x.npy: (2, 2) elements of float64 are {needed} bytes, but {found} {advice}")
    };
    assert_eq!(refused("cut", &x[..x.len() - 1], &y).0, says("32", 31));
    assert_eq!(refused("bare", &x[..x.len() - 32], &y).0, says("32", 0));
    let (text, error) = refused("long", [&x[..], &[0]].concat(), &y);
    assert_eq!(text, says("32", 33));
    assert!(matches!(problem(error), NpyError::Length { found: 33, .. }));
    // Products that come out as 0 and as 8 bytes when they wrap.
    for (shape, data) in [("(4294967296, 4294967296)", 0), ("(4611686018427387905, 2)", 16)] {
        let (text, _) = refused("huge", npy("'<f8'", false, shape, &vec![0; data]), &y);
        assert!(
            text.contains(&format!("{shape} elements of float64 are more than there can be bytes, but {data}")),
            "{text}"
        );
    }
}

#[test]
fn numbers_that_are_not_finite_have_their_row_and_column() {
    let [x, y] = good();
    let advice = "correct it, or leave the row out (in a CSV file an empty cell is a missing value)";
    for (descr, value) in [("<f8", f64::NAN), (">f4", f64::INFINITY), ("<f8", f64::NEG_INFINITY)] {
        for fortran in [false, true] {
            let mut rows = vec![vec![1.0, 2.0, 3.0]; 3];
            (rows[1][2], rows[2][0]) = (value, value);
            let (text, error) = refused("nan", table(descr, fortran, &rows), &y);
            assert_eq!(text, format!("x.npy, row 2, column \"c3\": element [1, 2] is {value}; {advice}"));
            let DataError::Npy { at, problem } = error else { panic!() };
            assert_eq!((at.row, at.line, at.column.as_deref()), (Some(2), None, Some("c3")));
            assert_eq!(*problem, NpyError::NotFinite { index: "[1, 2]".into(), value: value.to_string() });
        }
    }
    let (text, _) = refused("nan-target", &x, list("<f4", &[0.5, f64::NAN]));
    assert_eq!(text, format!("y.npy, row 2, column \"c1\": element [1] is NaN; {advice}"));
}

/// Those of a CSV file, with a row in the place of a line.
#[test]
fn targets_that_cannot_be_learned() {
    let x = table("<f8", false, &[vec![1.0], vec![2.0], vec![3.0], vec![4.0]]);
    let (one, _) = refused("constant", &x, list("<i4", &[7.0; 4]));
    assert!(one.starts_with("y.npy, column \"y\": the target is \"7\" in every row"), "{one}");
    let (lone, _) = refused("lone", &x, list("<i4", &[7.0, 7.0, 1.0, 7.0]));
    assert!(lone.starts_with("y.npy, row 3, column \"y\": no other row has the class \"1\""), "{lone}");
}
