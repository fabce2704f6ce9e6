//! The binary in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file that is there before, and what is in it.
pub(crate) type Given<'a> = (&'a str, &'a [u8]);

/// An empty folder that goes when the test ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// `name` must differ between tests: they run at the same time.
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nas-command-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    /// Puts files into it.
    pub(crate) fn give(&self, files: &[Given<'_>]) {
        for (name, bytes) in files {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
    }

    /// The text of a file in it.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).expect("a file")
    }

    /// Runs the binary in it.
    pub(crate) fn nas(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nas"));
        command.args(arguments.split(' ')).current_dir(&self.0).output().expect("the binary runs")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Every path below a folder, and the size of each file.
fn below(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.append(&mut below(&path));
        }
        let size = fs::metadata(&path).expect("an entry").len();
        found.push((path.clone(), if path.is_dir() { 0 } else { size }));
    }
    found.sort();
    found
}

/// The refusal of these arguments, once it is sure that it left nothing behind.
pub(crate) fn refusal(name: &str, files: &[Given<'_>], arguments: &str) -> String {
    let folder = Folder::new(&name.replace(' ', "-"));
    folder.give(files);
    let before = below(&folder.0);
    let Output { status, stdout, stderr } = folder.nas(arguments);
    let said = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(2), "{name}: {said}");
    assert_eq!(String::from_utf8(stdout).expect("text"), "", "{name}");
    assert!(said.starts_with("error: "), "{name}: {said}");
    assert_eq!(below(&folder.0), before, "{name}: something was left behind");
    said
}
