//! `nas mkl` on the command line: a run, what it leaves, and what it refuses.

mod binary;

use binary::{Folder, Given, refusal};
use std::fmt::Write;

const SMALL: &str = "--candidates relu,sin --seeds 2 --outer-steps 20 --quiet";

/// 60 rows of two columns and a target.
fn rows(target: impl Fn(usize) -> String) -> String {
    let mut text = "a,b,y\n".to_owned();
    (0..60).for_each(|i| writeln!(text, "{},{},{}", i, i * i % 17, target(i)).expect("text"));
    text
}

fn numbers() -> String {
    rows(|i| format!("{}", (i as f64 * 0.2).sin()))
}

#[test]
fn a_run_is_told_and_written() {
    let folder = Folder::new("mkl-works");
    folder.give(&[("rows.csv", numbers().as_bytes())]);
    let run = |arguments: &str| {
        let output = folder.nas(arguments);
        let [out, error] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
        (output.status.code(), out, error)
    };
    let (code, said, wrong) = run(&format!("mkl --data rows.csv {SMALL} --out new/mkl"));
    assert!(code == Some(0) && wrong.is_empty(), "{wrong}");
    assert!(said.starts_with("rows: regression, 36 training, 12 validation and 12 test rows, 2 seeds\n"), "{said}");
    assert!(said.ends_with("Written to new/mkl\n"), "{said}");
    for word in
        ["mixture, best ridge", "SimpleMKL", "EasyMKL", "lp-MKL", "alignf", "validation", "relu alone", "lambda_0"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    let record: serde_json::Value = serde_json::from_str(&folder.read("new/mkl/mkl.json")).expect("JSON");
    assert_eq!((&record["n_train"], &record["dataset"]), (&36.into(), &"rows".into()));
    assert_eq!(record["methods"].as_array().map(Vec::len), Some(11));
    for plot in ["mkl-path.svg", "mkl-weights.svg"] {
        assert!(folder.read(&format!("new/mkl/{plot}")).starts_with("<svg"), "{plot}");
    }
    // What is there is not lost, and --force replaces it.
    let again = format!("mkl --data rows.csv {SMALL} --out new/mkl");
    let (code, _, wrong) = run(&again);
    assert!(code == Some(2) && wrong.contains("--force"), "{wrong}");
    let (code, said, wrong) = run(&format!("{again} --force --json --criterion kfold --space sphere"));
    assert!(code == Some(0), "{wrong}");
    let printed: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(printed, serde_json::from_str::<serde_json::Value>(&folder.read("new/mkl/mkl.json")).expect("JSON"));
    assert_eq!((&printed["criterion"], &printed["space"]), (&"kfold".into(), &"sphere".into()));
}

/// Exit code 2, one line, and nothing left behind.
#[test]
fn what_cannot_be_weighed_is_one_line() {
    let (numbers, classes) = (numbers(), rows(|i| ["ant", "bee", "cow"][i % 3].to_owned()));
    let mut many = "a,y\n".to_owned();
    (0..60_000).for_each(|i| writeln!(many, "{i},{}.5", i % 7).expect("text"));
    let files: [Given<'_>; 3] =
        [("rows.csv", numbers.as_bytes()), ("classes.csv", classes.as_bytes()), ("many.csv", many.as_bytes())];
    let cases: [(&str, &str, &[&str]); 9] = [
        (
            "a typo in a setting",
            "--data rows.csv --set criterium=loo",
            &["\"criterium\"", "did you mean \"criterion\"?"],
        ),
        ("a typo in a word", "--data rows.csv --set criterion=lo", &["criterion = \"lo\"", "did you mean \"loo\"?"]),
        ("a typo in a candidate", "--data rows.csv --candidates relu,thanh", &["did you mean \"tanh\"?"]),
        (
            "a candidate without a kernel",
            "--data rows.csv --candidates relu,x*exp(-x^2) --out run",
            &["\"x*exp(-x^2)\"", "no tangent kernel", "nas search"],
        ),
        (
            "too many rows",
            "--data many.csv --rows 0 --out run",
            &["60000 rows would take", "GB, more than 16 GB", "set --rows to", "or less"],
        ),
        ("three classes", "--data classes.csv", &["3 classes (ant, bee, cow)", "--positive ant"]),
        ("a class that there is not", "--data classes.csv --positive beee", &["did you mean \"bee\"?"]),
        ("classes of a number", "--data rows.csv --positive 1", &["the target \"y\" is a number"]),
        ("no ridge", "--data rows.csv --ridge 0", &["ridge = 0", "a finite number above 0"]),
    ];
    for (name, arguments, says) in cases {
        let said = refusal(name, &files, &format!("mkl {arguments} --quiet"));
        assert!(said.lines().count() == 1, "{name}: {said}");
        says.iter().for_each(|word| assert!(said.contains(word), "{name} does not say {word}: {said}"));
    }
    assert!(refusal("a flag", &files, "mkl --criterium loo").contains("'--criterion'"));
}
