//! `nas reproduce` as a command: exit codes, what it leaves in a folder, and that it goes on where it was.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nas-reproduce-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn nas(&self, arguments: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nas"));
        let Output { status, stdout, stderr } =
            command.args(arguments.split(' ')).current_dir(&self.0).output().expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Said { code: status.code(), out: text(stdout), err: text(stderr) }
    }

    fn verdicts(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.0.join("out/verdicts.json")).expect("verdicts");
        serde_json::from_str(&text).expect("an array")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).expect("a file")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What a command answered.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// The names of the files of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().into_string().expect("text");
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn an_experiment_leaves_verdicts_plots_and_rows_and_goes_on() {
    let folder = Folder::new("whole");
    let first = folder.nas("reproduce E3 --quick --out out");
    assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
    assert!(first.out.ends_with("PASS: all 15 criteria hold.\n\n"), "{}", first.out);
    assert!(first.err.lines().any(|line| line.starts_with("E3: ") && line.ends_with(" s")), "{}", first.err);
    assert_eq!(
        names(&folder.0.join("out")),
        ["E3-1.svg", "E3.md", "experiments.md", "rows", "seconds.json", "verdicts.json"]
    );
    assert!(folder.read("out/E3-1.svg").starts_with("<svg"));
    assert!(folder.read("out/experiments.md").contains("| E3 | 15 | 15 | "));

    let verdicts = folder.verdicts();
    assert_eq!(verdicts.len(), 15);
    for verdict in &verdicts {
        let fields = verdict.as_object().expect("an object");
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["criterion", "id", "interval", "pass", "value"]);
        assert_eq!((&fields["id"], &fields["pass"]), (&"E3".into(), &true.into()), "{verdict}");
        let ends: Vec<f64> = fields["interval"].as_array().expect("ends").iter().filter_map(Value::as_f64).collect();
        let value = fields["value"].as_f64().expect("a number");
        assert!(ends.len() == 2 && ends[0] <= value && value <= ends[1], "{verdict}");
        assert!(fields["criterion"].as_str().is_some_and(|name| name.contains('(')), "{verdict}");
    }

    // Nothing is measured again, and nothing else is found.
    let again = folder.nas("reproduce E3 --quick --out out");
    assert!(again.err.contains("E3: 260 of 260 units are those of an earlier run\n"), "{}", again.err);
    assert_eq!((again.code, again.out, folder.verdicts()), (Some(0), first.out, verdicts));
}

/// Of 100 draws none can show that a bound fails less often than once in a thousand.
#[test]
fn a_criterion_that_does_not_hold_is_exit_code_1() {
    let folder = Folder::new("fails");
    let said = folder.nas("reproduce E3 --draws 100 --coordinates 2 --n-validation 20 --delta 0.001 --out out");
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(said.out.contains("FAIL  The bound fails no more often than it states.") && said.out.contains("\nFAIL: "));
    assert!(folder.verdicts().iter().any(|verdict| verdict["pass"] == false));
}

/// Experiments that cannot be run are told one by one; each stands among the verdicts with its reason.
#[test]
fn all_goes_on_after_one_that_cannot_be_run() {
    let folder = Folder::new("all");
    let said = folder.nas("reproduce all --quick --threads 5000 --out out");
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("error: E0: ") && said.err.contains("error: E12: "), "{}", said.err);
    assert!(said.err.contains("error: 13 of 13 experiments could not be run: E0 ("), "{}", said.err);
    assert_eq!(said.out.lines().filter(|line| line.contains("not run")).count(), 13, "{}", said.out);
    let verdicts = folder.verdicts();
    let ids: Vec<&str> = verdicts.iter().filter_map(|verdict| verdict["id"].as_str()).collect();
    assert_eq!(ids, ["E0", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12"]);
    for verdict in verdicts {
        let criterion = verdict["criterion"].as_str().expect("text");
        assert!(criterion.starts_with("not run: ") && criterion.contains("threads = 5000"), "{verdict}");
        assert!(verdict["pass"] == false && verdict["value"].is_null() && verdict["interval"].is_null(), "{verdict}");
    }
    assert!(folder.read("out/experiments.md").contains("| all | 0 | 13 | "));
}

#[test]
fn images_without_labels_are_refused() {
    let folder = Folder::new("images");
    let said = folder.nas("reproduce all --quick --images images.gz");
    assert!(said.code == Some(2) && said.err.contains("--labels"), "{}", said.err);
}
