//! The folder of a run.
use crate::files::Dir;
use nas::run::{FILES, Folder, FolderError, Log, LogLine, MKL_FILES};
use std::fs;
use std::path::Path;

#[test]
fn a_run_is_refused_and_named_and_force_replaces_it() {
    let dir = Dir::new("folder-occupied");
    let run = dir.path().join("run");
    for file in FILES {
        fs::create_dir_all(&run).unwrap();
        fs::write(run.join(file), "old").unwrap();
        let error = Folder::open(&run, false).unwrap_err();
        assert!(matches!(&error, FolderError::Occupied { file: named, .. } if *named == file), "{error:?}");
        let message = error.to_string();
        assert!(message.contains(file) && message.contains("--force") && !message.contains('\n'), "{message}");
        assert_eq!(fs::read(run.join(file)).unwrap(), b"old");
        fs::remove_file(run.join(file)).unwrap();
    }
    FILES.iter().for_each(|file| fs::write(run.join(file), "old").unwrap());
    fs::write(run.join("mine.txt"), "mine").unwrap();
    Folder::open(&run, true).unwrap().finish().unwrap();
    let left: Vec<_> = fs::read_dir(&run).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["mine.txt"], "force removes a run and nothing else");
    Folder::open(&run, false).unwrap();
}

/// A folder may hold runs of two commands: each knows its own files only.
#[test]
fn runs_of_other_files_are_left_alone() {
    let dir = Dir::new("folder-others");
    let open = |force| Folder::open_for(&MKL_FILES, dir.path(), force);
    fs::write(dir.path().join("result.json"), "of a search").unwrap();
    open(false).unwrap().write("mkl.json", b"{}").unwrap();
    let error = open(false).unwrap_err();
    assert!(matches!(error, FolderError::Occupied { file: "mkl.json", .. }), "{error:?}");
    let folder = open(true).unwrap();
    folder.write("mkl.json", b"new").unwrap();
    folder.abandon();
    assert_eq!(fs::read(dir.path().join("mkl.json")).unwrap(), b"{}", "what was set aside is back");
    open(true).unwrap().finish().unwrap();
    assert_eq!(dir.names(), ["result.json"]);
}

fn next(parent: &Path, name: &str) -> String {
    let folder = Folder::next(parent, name).unwrap();
    folder.path().strip_prefix(parent).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn the_next_folder_is_the_first_that_is_free() {
    let dir = Dir::new("folder-next");
    let parent = dir.path().join("runs");
    assert_eq!([next(&parent, "rows"), next(&parent, "rows"), next(&parent, "other")], ["rows-1", "rows-2", "other-1"]);
    fs::create_dir(parent.join("rows-4")).unwrap();
    fs::write(parent.join("rows-5"), "a file").unwrap();
    assert_eq!([next(&parent, "rows"), next(&parent, "rows")], ["rows-3", "rows-6"]);
}

#[test]
fn unusual_names_are_made_safe() {
    let dir = Dir::new("folder-names");
    let cases = [
        ("a b/c\\d:e*f", "a-b-c-d-e-f-1"),
        ("../../etc", "-..-etc-1"),
        ("..", "data-1"),
        ("", "data-2"),
        (".hidden", "hidden-1"),
        ("line\nbreak\0", "line-break--1"),
        ("größe-2.0_x", "größe-2.0_x-1"),
    ];
    for (name, want) in cases {
        assert_eq!(next(dir.path(), name), want, "{name:?}");
    }
    let long = next(dir.path(), &"ü".repeat(500));
    assert!(long.len() < 250, "{long}");
}

/// Below a file no folder can be made, by whoever it is.
#[test]
fn an_unwritable_folder_is_one_line_and_leaves_nothing() {
    let dir = Dir::new("folder-unwritable");
    let file = dir.file("file", "text");
    let too_long = dir.path().join("new").join("x".repeat(300));
    let errors = [
        Folder::open(&file.join("a").join("b"), false).unwrap_err(),
        Folder::open(&file, true).unwrap_err(),
        Folder::open(&too_long, false).unwrap_err(),
        Folder::next(&file, "rows").unwrap_err(),
        Folder::next(&file.join("runs"), "rows").unwrap_err(),
    ];
    for error in errors {
        let message = error.to_string();
        assert!(matches!(error, FolderError::Write { .. }), "{error:?}");
        assert!(message.starts_with("cannot write ") && !message.contains('\n'), "{message}");
    }
    assert_eq!(dir.names(), ["file"]);
}

#[test]
fn abandon_removes_what_was_made_and_no_more() {
    let dir = Dir::new("folder-abandon");
    let outer = dir.path().join("outer");
    let folder = Folder::open(&outer.join("inner"), false).unwrap();
    folder.write("config.toml", b"seed = 1").unwrap();
    folder.log().unwrap();
    folder.abandon();
    assert_eq!(dir.names(), [""; 0], "all of it was made");

    fs::create_dir(&outer).unwrap();
    let folder = Folder::open(&outer.join("inner"), false).unwrap();
    folder.abandon();
    assert!(outer.exists() && !outer.join("inner").exists(), "the outer folder was there");

    fs::write(outer.join("mine.txt"), "mine").unwrap();
    let folder = Folder::open(&outer, false).unwrap();
    folder.write("result.json", b"{}").unwrap();
    folder.abandon();
    assert_eq!(fs::read_dir(&outer).unwrap().count(), 1, "what is of others stays");
}

#[test]
fn a_file_is_whole_or_not_there() {
    let dir = Dir::new("folder-whole");
    let folder = Folder::open(dir.path(), false).unwrap();
    folder.write("result.json", b"first").unwrap();
    folder.write("result.json", b"second").unwrap();
    assert_eq!(fs::read(dir.path().join("result.json")).unwrap(), b"second");
    // A folder in its place: the bytes are written beside it and cannot be moved there.
    fs::create_dir_all(dir.path().join("splits.json").join("full")).unwrap();
    let error = folder.write("splits.json", b"{}").unwrap_err();
    assert!(error.to_string().contains("splits.json"), "{error}");
    assert_eq!(dir.names(), ["result.json", "splits.json"]);
}

#[test]
fn a_log_has_a_line_for_each_and_can_be_read_while_it_grows() {
    let dir = Dir::new("folder-log");
    let log: Log = Folder::open(dir.path(), false).unwrap().log().unwrap();
    assert!(log.is_empty());
    let line = |step| LogLine {
        seed: 0,
        step,
        alpha: vec![0.1, 0.9],
        train_loss: None,
        val_loss: 1.0 / 3.0,
        gap: None,
        stationarity: 0.5,
        eta: 0.0,
        inner_steps: 7,
        inner_residual: Some(1e-7),
        hvps: 3,
        residual: 1e-5,
        status: "converged".into(),
        skipped: 0,
    };
    for step in 0..3 {
        log.append(&line(step));
        let text = fs::read_to_string(dir.path().join("log.jsonl")).unwrap();
        let lines: Vec<LogLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, (0..=step).map(line).collect::<Vec<_>>());
    }
    assert!(!log.is_empty());
    log.read().unwrap();
}

#[test]
fn a_run_that_is_replaced_goes_when_the_new_one_is_complete_and_comes_back_when_it_is_not() {
    let dir = Dir::new("folder-aside");
    let result = dir.path().join("result.json");
    fs::write(&result, "old").unwrap();
    let forced = || Folder::open(dir.path(), true).unwrap();

    let abandoned = forced();
    abandoned.write("result.json", b"half a run").unwrap();
    abandoned.abandon();
    assert_eq!(fs::read_to_string(&result).unwrap(), "old");

    // Broken off, by Ctrl-C for example; then replaced again and abandoned.
    forced().write("result.json", b"half a run").unwrap();
    forced().abandon();
    assert_eq!(fs::read_to_string(&result).unwrap(), "old");

    let complete = forced();
    complete.write("result.json", b"new").unwrap();
    complete.finish().unwrap();
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!((names, fs::read_to_string(&result).unwrap()), (vec!["result.json".into()], "new".to_owned()));
}
