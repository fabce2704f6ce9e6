//! The rules of the house that a grep can check: who may name whom, where `unsafe` may stand, how long a file may be.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below `folder` (relative to the root), with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the house") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.push((name, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}: no Rust files");
    found
}

/// The lines of a text that are not comments, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether `word` stands in `line` as a whole word.
fn names(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(inside)
            && !line[at + word.len()..].chars().next().is_some_and(inside)
    })
}

fn dependencies(krate: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join("crates").join(krate).join("Cargo.toml")).expect("a manifest");
    let section = manifest.split("[dependencies]").nth(1).expect("dependencies").split("\n[").next().unwrap_or("");
    let named = section.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|name| !name.is_empty());
    named.map(str::to_owned).collect()
}

#[test]
fn crates_depend_in_one_direction() {
    assert_eq!(dependencies("kernels"), ["wide", "bytemuck", "rayon"]);
    assert_eq!(dependencies("tape"), ["kernels", "proptest", "faer"]);
    assert!(dependencies("nas").contains(&"tape".into()));
    assert!(!dependencies("nas").contains(&"kernels".into()));
}

#[test]
fn tape_names_kernels_in_its_executor_and_its_reference_only() {
    let allowed = ["crates/tape/src/exec/", "crates/tape/src/reference.rs", "crates/tape/src/lib.rs"];
    for (name, text) in sources("crates/tape/src") {
        for (line, code) in code(&text) {
            let re_exported = ["kernels::Float"].iter().any(|allowed| code.contains(allowed));
            let here = allowed.iter().any(|a| name.starts_with(a)) || re_exported;
            assert!(here || !names(code, "kernels"), "{name}:{line} names kernels: {code}");
        }
    }
}

#[test]
fn nas_never_names_kernels_lanes_or_instruction_sets() {
    for (name, text) in sources("crates/nas") {
        for (line, code) in code(&text) {
            assert!(!names(code, "kernels") && !names(code, "Isa"), "{name}:{line}: {code}");
        }
    }
}

#[test]
fn unsafe_has_an_address() {
    let addresses = [
        "crates/kernels/src/isa.rs",
        "crates/kernels/src/lanes/x86.rs",
        "tests/allocation.rs",
        // The kernels of others, in benchmarks.
        "benches/benches/peers/foreign/blas.rs",
        "benches/benches/peers/foreign/crates.rs",
        "benches/benches/peers/foreign/sleef.rs",
    ];
    for folder in ["crates", "benches", "tests", "fuzz"] {
        for (name, text) in sources(folder).into_iter().filter(|(name, _)| name != "tests/house.rs") {
            let lines: Vec<&str> = text.lines().collect();
            for (line, code) in code(&text) {
                let opens = names(code, "unsafe") && !code.contains("unsafe_code") && !code.contains("\"unsafe\"");
                if opens {
                    assert!(addresses.contains(&&*name), "{name}:{line} is no address of unsafe: {code}");
                    let above = &lines[line.saturating_sub(8)..line];
                    let stated = above.iter().any(|l| l.contains("SAFETY:") || l.contains("# Safety"));
                    assert!(stated, "{name}:{line}: no SAFETY line above: {code}");
                }
            }
        }
    }
    for krate in ["tape", "nas"] {
        let lib = fs::read_to_string(root().join("crates").join(krate).join("src/lib.rs")).expect("lib.rs");
        assert!(lib.contains("#![forbid(unsafe_code)]"), "{krate} does not forbid unsafe code");
    }
}

/// Threads, scratch and tolerances are arguments. The one thing that is kept is what the CPU can do; and a thread knows, for the length
/// of a call, that it is in it.
#[test]
fn no_state_is_global() {
    let known = ["crates/kernels/src/isa.rs", "crates/kernels/src/awake.rs"];
    for (name, text) in sources("crates").into_iter().filter(|(name, _)| !known.contains(&&**name)) {
        for (line, code) in code(&text) {
            let item = code.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let global = item.starts_with("static ") || names(code, "thread_local") || names(code, "OnceLock");
            assert!(!global, "{name}:{line} is kept beyond a call: {code}");
        }
    }
}

#[test]
fn files_stay_under_four_hundred_lines() {
    for folder in ["crates", "benches", "tests", "fuzz"] {
        for (name, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines < 400, "{name} has {lines} lines");
        }
    }
}

/// The main loops: what a reader opens first must be read at a glance.
#[test]
fn main_loops_stay_under_sixty_lines() {
    for (name, signature) in [("crates/nas/src/search.rs", "pub fn search<"), ("crates/tape/src/solve/cg.rs", "fn run")]
    {
        let text = fs::read_to_string(root().join(name)).expect("a file with a main loop");
        let start = text.lines().position(|line| line.trim_start().starts_with(signature));
        let start = start.unwrap_or_else(|| panic!("{name}: no {signature}"));
        let indent = |line: &str| line.len() - line.trim_start().len();
        let lines: Vec<&str> = text.lines().skip(start).collect();
        let end = lines.iter().position(|line| line.trim() == "}" && indent(line) == indent(lines[0]));
        let length = end.expect("a function ends") + 1;
        assert!(length < 60, "{name}: {signature} has {length} lines");
    }
}

#[test]
fn macros_and_builders_are_rare() {
    for (name, text) in sources("crates").into_iter().filter(|(_, text)| text.contains("macro_rules!")) {
        assert!(text.contains("A macro, because"), "{name}: macro_rules without the reason why no generic serves");
    }
    for (name, text) in sources("crates") {
        for (line, code) in code(&text) {
            assert!(!code.contains("struct") || !code.contains("Builder"), "{name}:{line}: a builder: {code}");
        }
    }
}

#[test]
fn input_never_panics_in_nas() {
    for (name, text) in sources("crates/nas/src") {
        for (line, code) in code(&text) {
            for word in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("] {
                assert!(!code.contains(word), "{name}:{line}: {code}");
            }
        }
    }
}
