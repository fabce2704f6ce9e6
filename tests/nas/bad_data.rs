//! Data that cannot be used: one line that says where, what is wrong and what to do.
use crate::files::{File, gzip};
use nas::data::{CsvOptions, DataError, Task, read_csv};

fn options(target: &str, task: Option<Task>) -> CsvOptions {
    CsvOptions { target: (!target.is_empty()).then(|| target.to_owned()), task }
}

fn error(name: &str, bytes: impl AsRef<[u8]>, options: &CsvOptions) -> DataError {
    let file = File::new(&format!("bad-{name}"), bytes);
    let error = read_csv(file.path(), options).unwrap_err();
    let message = error.to_string();
    assert!(!message.contains('\n') && message.contains(&file.path().display().to_string()), "{message}");
    error
}

/// The message after the path of the file.
fn message(name: &str, bytes: impl AsRef<[u8]>, options: &CsvOptions) -> String {
    let message = error(name, bytes, options).to_string();
    message.split_once(&format!("bad-{name}")).unwrap().1.to_owned()
}

fn plain(name: &str, bytes: impl AsRef<[u8]>) -> String {
    message(name, bytes, &CsvOptions::default())
}

#[test]
fn a_missing_file_and_a_folder() {
    let missing = read_csv("no/such.csv".as_ref(), &CsvOptions::default()).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read no/such.csv: ") && missing.ends_with("; check the path"), "{missing}");
    let folder = read_csv(&std::env::temp_dir(), &CsvOptions::default()).unwrap_err().to_string();
    assert!(folder.starts_with("cannot read ") && folder.ends_with("; check the path"), "{folder}");
}

#[test]
fn an_empty_file_and_one_of_blank_lines() {
    let want = ": the file is empty; give a CSV file with one row per sample";
    assert_eq!(plain("empty", ""), want);
    assert_eq!(plain("blank", "\n  \n\r\n"), want);
    assert_eq!(plain("mark", "\u{feff}"), want);
}

#[test]
fn bytes_that_are_no_text() {
    let binary = ": this is a binary file, not CSV text; give a CSV file, a NumPy array (.npy), or IDX images together with their labels";
    assert_eq!(plain("binary", b"a,b\n1,\0\n"), binary);
    let latin = ", line 3: this is not UTF-8 text; save the file as CSV in UTF-8";
    assert_eq!(plain("latin", b"a,b\n1,2\n\xe9,3\n"), latin);
    let mut cut = gzip(b"a,y\n1,0.5\n2,1.5\n");
    cut.truncate(cut.len() - 6);
    let broken = plain("cut.csv.gz", cut);
    assert!(broken.starts_with(": the compressed data is broken ("), "{broken}");
    assert!(broken.ends_with("; fetch or compress the file again"), "{broken}");
}

#[test]
fn text_in_utf_16_is_told_from_a_binary_file() {
    for mark in [[0xff, 0xfe], [0xfe, 0xff]] {
        let text = plain("utf-16", [&mark[..], b"a\0,\0b\0\n\0"].concat());
        assert_eq!(text, ": this is not UTF-8 text; save the file as CSV in UTF-8");
    }
}

#[test]
fn a_quote_that_is_not_closed_has_its_line() {
    let text = plain("quote", "a,b,y\n1,2,3\n4,\"5,6\n7,8,9\n");
    assert!(text.starts_with(", line 3: a quote opens in this row and closes in another"), "{text}");
}

#[test]
fn a_ragged_row_with_its_line() {
    let advice = "correct it, or put quotes around a cell that holds the delimiter";
    let ragged = |line, found| format!(", line {line}: the row has {found} cells but the first row has 3; {advice}");
    assert_eq!(plain("short", "a,b,y\n1,2,3\n4,5\n"), ragged(3, 2));
    assert_eq!(plain("long", "a,b,y\r\n\r\n1,2,3\r\n4,5,6,7\r\n"), ragged(4, 4));
    assert_eq!(plain("after-quotes", "a,b,y\n\"x\n\nx\",2,3\n4\n"), ragged(5, 1));
}

#[test]
fn names_of_columns() {
    let duplicate = plain("duplicate", "\n a,b, a\n1,2,3\n");
    assert_eq!(duplicate, ", line 2, column \"a\": columns 1 and 3 have the same name; rename one of them");
    let text = "width,height,kind\n1,2,0.5\n3,4,1.5\n";
    let typo = message("typo", text, &options("hieght", None));
    assert_eq!(typo, ": there is no column \"hieght\"; did you mean \"height\"?");
    let other = message("other", text, &options("zzz", None));
    assert_eq!(other, ": there is no column \"zzz\"; there are width, height, kind");
    let number = message("number", text, &options("1", None));
    assert_eq!(number, ": there is no column \"1\"; there are width, height, kind");
    let bare = message("bare", "1,2\n3,4\n", &options("3", None));
    assert!(bare.starts_with(": there is no column \"3\"; "), "{bare}");
    let only = plain("only", "a\n1\n2\n");
    assert!(only.starts_with(", column \"a\": the target is the only column; add "), "{only}");
}

#[test]
fn no_rows() {
    assert_eq!(plain("header", "a,b,y\n"), ": there is a header but no row below it; add one row per sample");
    let none = plain("targets", "a,y\n1,NA\n2,\n");
    assert_eq!(none, ", column \"y\": the target is missing in every row; choose another target column");
}

/// 19 numbers of 20 are the 95 % that make a column numeric.
fn twenty(odd: &str) -> String {
    (0..20).map(|i| if i == 7 { format!("{odd},0.5\n") } else { format!("{i},{i}.5\n") }).collect()
}

#[test]
fn a_word_or_an_infinity_in_a_numeric_column() {
    let text = plain("text", format!("a,y\n{}", twenty("se\tven")));
    let advice = "correct the cell, or leave it empty if the value is missing";
    let want = format!(", line 9, column \"a\": \"se\\tven\" is not a number, but the column is numeric; {advice}");
    assert_eq!(text, want);
    for infinite in ["inf", "-Infinity", "1e999"] {
        let message = plain(infinite, format!("a,y\n{}", twenty(infinite)));
        assert_eq!(message, format!(", line 9, column \"a\": {infinite:?} is not finite; {advice}"));
    }
    let target = message("target", "a,y\n1,0.5\n2,high\n3,0.7\n", &options("y", Some(Task::Regression)));
    assert_eq!(
        target,
        format!(", line 3, column \"y\": \"high\" is not a number, but the column is numeric; {advice}")
    );
    let long = plain("long", format!("a,y\n{}", twenty(&"x".repeat(1000))));
    assert!(long.len() < 300 && long.contains("xxx...\" is not a number"), "{long}");
}

#[test]
fn a_target_that_cannot_be_learned() {
    let one = "so there is nothing to learn; choose another target column";
    let constant = format!(", column \"y\": the target is \"b\" in every row, {one}");
    assert_eq!(plain("class", "a,y\n1,b\n2,b\n"), constant);
    let number = message("constant", "a,y\n1,0.5\n2,0.5\n", &options("", Some(Task::Regression)));
    assert_eq!(number, constant.replace("\"b\"", "\"0.5\""));
    let lone = plain("lone", "a,y\n1,b\n2,c\n3,b\n");
    let want = ", line 3, column \"y\": no other row has the class \"c\"; add rows of it or take this one out";
    assert!(lone.starts_with(want), "{lone}");
}

#[test]
fn errors_are_typed() {
    assert!(matches!(error("typed-empty", "", &CsvOptions::default()), DataError::Empty(at) if at.line.is_none()));
    let ragged = error("typed-ragged", "1,2\n3\n", &CsvOptions::default());
    assert!(matches!(ragged, DataError::Ragged { at, found: 1, expected: 2 } if at.line == Some(2)));
    let typo = error("typed-typo", "size,y\n1,0.5\n", &options("sise", None));
    assert!(matches!(typo, DataError::UnknownColumn { nearest: Some(name), .. } if name == "size"));
}
