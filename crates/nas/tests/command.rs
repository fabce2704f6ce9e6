//! The binary on bad input: exit code 2, one line that says what is wrong and where, and nothing left behind.

mod binary;

use binary::{Folder, Given, refusal};
use std::process::Output;

/// What is given and asked for, and what must be said.
struct Case<'a> {
    name: &'a str,
    files: &'a [Given<'a>],
    arguments: &'a str,
    says: &'a [&'a str],
}

const ROWS: Given<'_> =
    ("rows.csv", b"size,colour,price\n1,red,10.5\n2,blue,20.25\n3,red,30.5\n4,blue,41\n5,red,50.5\n6,blue,60\n");
const TOO_FEW: Given<'_> = ("few.csv", b"a,b\n1,0.5\n2,0.25\n");
const CUBE: &[u8] = b"\x93NUMPY\x01\x00\x3d\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 1)}\n\x07\x08";
const LIST: Given<'_> =
    ("y.npy", b"\x93NUMPY\x01\x00\x38\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}\n\x07\x08");
const ON_ROWS: &str = "search --data rows.csv";
const ON_BAD: &str = "search --data bad.csv";

/// A case about the content of a file.
const fn bad<'a>(name: &'a str, files: &'a [Given<'a>], says: &'a [&'a str]) -> Case<'a> {
    Case { name, files, arguments: ON_BAD, says }
}

const CASES: [Case<'_>; 31] = [
    Case {
        name: "a missing file",
        files: &[],
        arguments: "search --data none.csv",
        says: &["none.csv", "check the path"],
    },
    Case {
        name: "an unknown column",
        files: &[ROWS],
        arguments: "search --data rows.csv --target prise",
        says: &["rows.csv", "\"prise\"", "did you mean \"price\"?"],
    },
    bad("a duplicated column", &[("bad.csv", b"a,b,a\n1,2,3\n4,5,6\n")], &["bad.csv", "line 1", "\"a\""]),
    bad("a ragged row", &[("bad.csv", b"a,b,y\n1,2,3\n1,2\n4,5,6\n")], &["bad.csv", "line 3", "2 cells"]),
    bad("one class", &[("bad.csv", b"a,y\n1,x\n2,x\n3,x\n")], &["bad.csv", "\"y\"", "\"x\""]),
    bad("a class with one member", &[("bad.csv", b"a,y\n1,x\n2,x\n3,x\n4,z\n")], &["bad.csv", "\"y\"", "\"z\""]),
    bad("an infinity", &[("bad.csv", b"a,y\n1,0.5\n2,0.25\ninf,0.75\n4,1.5\n")], &["bad.csv", "line 4", "\"a\""]),
    bad("an infinite target", &[("bad.csv", b"a,y\n1,0.5\n2,1e999\n3,0.75\n")], &["bad.csv", "line 3", "\"y\""]),
    bad("an empty file", &[("bad.csv", b"")], &["bad.csv", "empty"]),
    bad("a header alone", &[("bad.csv", b"a,b,y\n")], &["bad.csv"]),
    bad("a binary file", &[("bad.csv", b"\x7fELF\x00\x01\x02\x00")], &["bad.csv", "binary"]),
    Case {
        name: "an array of three dimensions",
        files: &[("x.npy", CUBE), LIST],
        arguments: "search --data x.npy --labels y.npy",
        says: &["x.npy", "3 dimensions (shape (1, 2, 1))", "reshape"],
    },
    Case {
        name: "targets that are no array",
        files: &[LIST, ("x.npy", LIST.1), ROWS],
        arguments: "search --data x.npy --labels rows.csv",
        says: &["rows.csv: a NumPy array begins with"],
    },
    Case {
        name: "a target twice",
        files: &[LIST, ("x.npy", LIST.1)],
        arguments: "search --data x.npy --labels y.npy --target c1",
        says: &["target = \"c1\" does not go with labels", "leave one out"],
    },
    Case { name: "too few rows", files: &[TOO_FEW], arguments: "search --data few.csv", says: &["2 rows", "60/20/20"] },
    Case {
        name: "an unknown candidate",
        files: &[ROWS],
        arguments: "search --data rows.csv --candidates relu,thanh",
        says: &["\"thanh\"", "did you mean \"tanh\"?"],
    },
    Case {
        name: "a known name that is no candidate",
        files: &[ROWS],
        arguments: "search --data rows.csv --candidates relu,selu",
        says: &["did you mean \"elu\"?", "expm1(min(x,0))", "a formula in x"],
    },
    Case {
        name: "a solver for another space",
        files: &[ROWS],
        arguments: "search --data rows.csv --space sphere --outer frank-wolfe",
        says: &["outer = frank-wolfe does not go with space = sphere", "set --outer to projected-gradient"],
    },
    Case {
        name: "a grid that is too fine",
        files: &[ROWS],
        arguments: "search --data rows.csv --strategy grid --trials 3",
        says: &["trials = 3", "at least 9"],
    },
    Case {
        name: "more candidates than there are",
        files: &[],
        arguments: "plan --space sparse:11",
        says: &["space = sparse:11", "at most --candidates 10"],
    },
    Case {
        name: "no width",
        files: &[ROWS],
        arguments: "search --data rows.csv --hidden 0",
        says: &["hidden", "at least 1"],
    },
    Case {
        name: "a folder below a file",
        files: &[ROWS],
        arguments: "search --data rows.csv --out rows.csv/run",
        says: &["cannot write rows.csv/run", "--out"],
    },
    Case {
        name: "a run that is there",
        files: &[ROWS, ("old/result.json", b"{}")],
        arguments: "search --data rows.csv --out old",
        says: &["old", "result.json", "--force"],
    },
    Case {
        name: "a word for another",
        files: &[ROWS],
        arguments: "search --data rows.csv --set method=exakt",
        says: &["method = \"exakt\"", "did you mean \"exact\"?"],
    },
    Case {
        name: "a file that is not TOML",
        files: &[("run.toml", b"seed = 1\nhidden = [8,\nseeds = 2\n")],
        arguments: "search --config run.toml",
        says: &["run.toml", "line ", "not TOML"],
    },
    Case {
        name: "no hypergradient at the start",
        files: &[ROWS],
        arguments: "search --data rows.csv --hidden 4 --seeds 1 --inner gd --inner-steps 1 --lr 1e-9 --tol 1e-6 --quiet",
        says: &["no hypergradient", "ridge"],
    },
    Case {
        name: "no run to predict with",
        files: &[ROWS],
        arguments: "predict none --data rows.csv --out out.csv",
        says: &["none/model.safetensors", "finished run"],
    },
    Case {
        name: "no probability",
        files: &[],
        arguments: "plan --delta 1.5",
        says: &["delta = 1.5", "above 0 and below 1"],
    },
    Case {
        name: "no gradient",
        files: &[],
        arguments: "plan --gradient-bound 0",
        says: &["gradient-bound = 0", "above 0"],
    },
    Case {
        name: "no candidates",
        files: &[],
        arguments: "plan --candidates 0",
        says: &["candidates = 0", "at least 1"],
    },
    Case {
        name: "a gap that nothing reaches",
        files: &[],
        arguments: "plan --gap 1e-12",
        says: &["no plan has a gap of", "ask for a larger gap"],
    },
];

/// The words that the binary prints when all goes well, a space between any two.
fn said_in(folder: &Folder, arguments: &str) -> String {
    let Output { status, stdout, stderr } = folder.nas(arguments);
    assert!(status.success(), "{arguments}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("text").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn bad_input_is_one_line_and_leaves_nothing() {
    for Case { name, files, arguments, says } in CASES {
        let said = refusal(name, files, arguments);
        assert!(said.lines().count() == 1 && said.ends_with('\n'), "{name}: {said}");
        says.iter().for_each(|word| assert!(said.contains(word), "{name} does not say {word}: {said}"));
    }
}

/// 30 numbers and one word: a numeric column with a mistake in it.
#[test]
fn a_word_among_numbers_has_its_line_and_its_column() {
    let row = |i: usize| if i == 20 { "often,0.5\n".to_owned() } else { format!("{i},{}.5\n", i % 7) };
    let text: String = ["a,y\n".to_owned()].into_iter().chain((0..31).map(row)).collect();
    let said = refusal("a word", &[("bad.csv", text.as_bytes())], ON_BAD);
    let says = ["bad.csv, line 22, column \"a\"", "\"often\""];
    assert!(said.lines().count() == 1 && says.iter().all(|word| said.contains(word)), "{said}");
}

/// Wrong flags are refused by the parser, in its own form.
#[test]
fn a_flag_with_a_wrong_word_lists_the_right_ones() {
    let said = refusal("a flag", &[ROWS], &format!("{ON_ROWS} --method exakt"));
    assert!(said.contains("exakt") && said.contains("gauss-newton"), "{said}");
    refusal("no flag", &[ROWS], &format!("{ON_ROWS} --metod exact"));
    let said = refusal("a shape", &[], "plan --space simplx");
    assert!(said.contains("did you mean \"simplex\"?"), "{said}");
    let said = refusal("a space", &[ROWS], &format!("{ON_ROWS} --space sparse"));
    assert!(said.contains("such as sparse:3"), "{said}");
    let said = refusal("a flag of a plan", &[], "plan --candidate 3");
    assert!(said.contains("'--candidates'"), "{said}");
}

/// One model has a closed plan: n = ⌈ln(2/δ) b²/(2 gap²)⌉; and the inverse questions.
#[test]
fn plans_answer_three_questions() {
    let folder = Folder::new("plans");
    let said = |arguments: &str| said_in(&folder, arguments);
    let one = said("plan --space finite --candidates 1 --gap 0.1");
    assert!(
        one.starts_with("How many validation samples for a gap of 0.1000? 1 candidates (finite), delta 0.05"),
        "{one}"
    );
    assert!(one.contains("185 validation samples are enough") && one.contains("a certificate"), "{one}");
    // √(ln(2 · 300/.05)/2000)
    let inverse = said("plan --space finite --candidates 300 --n-validation 1000");
    assert!(inverse.contains("is within 0.0685 of the expected loss for each of 300 models"), "{inverse}");
    // N = δ e^(2 n gap²)/2 = 0.025 e^10 = 550.7
    let most = said("plan --space finite --n-validation 500 --gap 0.1");
    assert!(most.ends_with("A gap of 0.1000 allows 550 candidates, and not one more."), "{most}");
    let twice = said("plan --space sphere --mixtures 2");
    assert!(twice.contains("(sphere), L 10 (assumed), delta 0.05") && twice.contains("not a certificate"), "{twice}");
    assert!(twice.contains("a space in R^20"), "{twice}");
    assert!(twice.contains("Effective dimension 20.00: balls of radius eps"), "{twice}");
    let spaces = ["simplex", "sphere", "nonnegative-sphere", "ball", "l1-ball", "box", "box-section", "sparse:2"];
    let mut dimensions = Vec::new();
    for space in spaces {
        let text = said(&format!("plan --space {space} --n-validation 1000 --gap 0.3"));
        assert!(text.contains(&format!("10 candidates ({space})")) && text.contains("a space in R^10"), "{text}");
        let after =
            text.split("Effective dimension ").nth(1).expect("a dimension").split(':').next().expect("a number");
        dimensions.push(after.parse::<f64>().expect("a number"));
    }
    assert_eq!(dimensions, [9.0, 10.0, 10.0, 10.0, 10.0, 10.0, 9.0, 2.0]);
    assert!(said("plan --proved").contains("This is a certificate"));
    assert!(said("plan --n-validation 10 --gap 0.01").contains("not even one candidate"));
}

/// One alpha has a closed plan for hypergradients too: G (1 + sqrt(2 ln 1/δ))/√n, and x = ln(2/δ) in the bound by variance.
#[test]
fn plans_are_made_for_hypergradients_and_by_variance() {
    let folder = Folder::new("plans-of-slopes");
    let said = |arguments: &str| said_in(&folder, arguments);
    let per_sample = 1.0 + (2.0 * 20f64.ln()).sqrt();
    let one = said("plan --space finite --candidates 1 --gradient-bound 2");
    assert!(one.starts_with("How many validation samples for a gap of hypergradients of 0.2000?"), "{one}");
    let samples = (2.0 * per_sample / 0.2).powi(2).ceil();
    assert!(one.contains(&format!("{samples} validation samples are enough")) && one.contains(", G 2, delta"), "{one}");
    let inverse = said("plan --space finite --candidates 1 --gradient-bound 1 --n-validation 200");
    let says = [format!("within {:.4} of", per_sample / 200f64.sqrt()), "a norm below that is noise".to_owned()];
    assert!(inverse.starts_with("Which gap of hypergradients") && says.iter().all(|part| inverse.contains(part)));
    // ln N + ln 1/δ = (gap √n/G − 1)²/2 for N models: at a gap of 0.25 and 400 samples N = e^8/20 = 149.05.
    let most = said("plan --space finite --n-validation 400 --gap 0.25 --gradient-bound 1");
    assert!(most.ends_with("A gap of 0.2500 allows 149 candidates, and not one more."), "{most}");
    let mixed = said("plan --gradient-bound 1 --gradient-lipschitz 3 --gap 0.5");
    assert!(mixed.contains(", G 1, M 3 (assumed)") && mixed.contains("how far gradients of the loss move"), "{mixed}");
    assert!(said("plan --gradient-bound 1 --gap 0.5 --proved").contains("This is a certificate"));

    // √(2 V x/n) + 7 x/(3 (n − 1)), x = ln 40: the least n by trying.
    let x = 40f64.ln();
    let bound = |n: f64| (2.0 * 0.01 * x / n).sqrt() + 7.0 * x / (3.0 * (n - 1.0));
    let n = (2..).find(|&n| bound(f64::from(n)) <= 0.05).expect("a number");
    let spread = said("plan --space finite --candidates 1 --variance 0.01 --gap 0.05");
    assert!(spread.contains(&format!("{n} validation samples are enough")), "{n}: {spread}");
    assert!(spread.contains("a variance of 0.0100 or less") && spread.contains(", variance 0.01, delta"), "{spread}");
    let both = refusal("two questions", &[], "plan --variance 0.01 --gradient-bound 1");
    assert!(both.contains("--gradient-bound") && both.contains("cannot be used with"), "{both}");
    assert!(said("plan --help").contains("With --gradient-bound G the gap is that of hypergradients"));
}

/// The whole way once: search, predict, and the same folder again.
#[test]
fn a_search_and_its_predictions() {
    let folder = Folder::new("works");
    let row = |i: usize| format!("{},{},{}\n", i, (i * i) % 17, (i as f64 * 0.3).sin());
    let text: String = ["a,b,y\n".to_owned()].into_iter().chain((0..40).map(row)).collect();
    folder.give(&[("rows.csv", text.as_bytes())]);
    let small = "--hidden 4 --candidates tanh,sin --seeds 2 --outer-steps 2 --ridge 0.01 --tol 0.001 --quiet";
    let Output { status, stdout, stderr } = folder.nas(&format!("{ON_ROWS} {small}"));
    let (said, wrong) = (String::from_utf8(stdout).expect("text"), String::from_utf8(stderr).expect("text"));
    assert!(status.success() && wrong.is_empty(), "{wrong}");
    assert!(said.starts_with("rows: regression, 24 training, 8 validation and 8 test rows, 2 seeds\n"), "{said}");
    assert!(said.ends_with("Written to runs/rows-1\n"), "{said}");
    let said = said_in(
        &folder,
        &format!(
            "{ON_ROWS} {small} --space l1-ball --outer frank-wolfe --rivals random,joint,spectral --trials 3 --start spectral"
        ),
    );
    assert!(said.contains("Space l1-ball, by frank-wolfe, to a Frank-Wolfe gap of"), "{said}");
    assert!(["random search", "joint training", "spectral estimate"].iter().all(|way| said.contains(way)), "{said}");
    let predicted = folder.nas("predict runs/rows-1 --data rows.csv --out new.csv");
    assert_eq!(String::from_utf8(predicted.stdout).expect("text"), "40 predictions written to new.csv\n");
    assert_eq!(folder.read("new.csv").lines().count(), 41);
    assert_eq!(folder.nas("predict runs/rows-1 --data rows.csv --out new.csv").status.code(), Some(2));
}

/// The same with arrays as numpy.save writes them: what is understood, a search, its predictions.
#[test]
fn arrays_on_the_command_line() {
    let folder = Folder::new("arrays");
    let array = |shape: &str, numbers: &[f64]| {
        let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}{:60}\n", "");
        let size = (header.len() as u16).to_le_bytes();
        let numbers: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        [b"\x93NUMPY\x01\x00", &size[..], header.as_bytes(), &numbers].concat()
    };
    let x: Vec<f64> = (0..80).map(|k| f64::from(k * k % 17)).collect();
    let y: Vec<f64> = (0..40).map(|i| (x[2 * i] * 0.3).sin() + x[2 * i + 1]).collect();
    folder.give(&[("x.npy", &array("(40, 2)", &x)), ("y.npy", &array("(40,)", &y))]);
    let said = |arguments: &str| {
        let Output { status, stdout, stderr } = folder.nas(arguments);
        assert!(status.success(), "{arguments}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).expect("text")
    };
    let data = said("data x.npy --labels y.npy");
    assert!(data.starts_with("x: 40 rows, 2 columns\n") && data.contains("target \"y\" (regression)"), "{data}");
    let small = "--hidden 4 --candidates tanh,sin --seeds 2 --outer-steps 2 --ridge 0.01 --tol 0.001 --quiet";
    let found = said(&format!("search --data x.npy --labels y.npy {small}"));
    assert!(found.starts_with("x: regression, 24 training, 8 validation and 8 test rows, 2 seeds\n"), "{found}");
    assert_eq!(said("predict runs/x-1 --data x.npy --out new.csv"), "40 predictions written to new.csv\n");
    assert!(said("search --help").contains("NumPy array"));
}

/// What may disappoint is said on standard error before the search, not only in the result.
#[test]
fn warnings_come_first() {
    let folder = Folder::new("warned");
    let text: String =
        ["a,y\n".to_owned()].into_iter().chain((0..40).map(|i| format!("{i},{}\n", i * i % 7))).collect();
    folder.give(&[("rows.csv", text.as_bytes())]);
    let small =
        "--hidden 2 --candidates tanh,sin --seeds 1 --outer-steps 1 --ridge 0 --inner-steps 20 --task regression";
    let said = String::from_utf8(folder.nas(&format!("{ON_ROWS} {small}")).stderr).expect("text");
    assert!(said.starts_with("warning: ridge = 0: "), "{said}");
}
