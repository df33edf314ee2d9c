//! The rules of the house that no compiler checks: lengths, folders, forgotten files, words, the planner.
//!
//! Each rule is a function from file names and texts to sentences about what is wrong. It is tested twice:
//! against this repository, which must be clean, and against made-up faults, which must be found.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use crate::layers::scan::scan;
use crate::repository::{Files, read_text, root, rust_files, skipped, tracked_files};

/// Length of a Rust file at which a reader loses the thread [lines].
const LONGEST_FILE: usize = 500;
/// `main.rs` dispatches and nothing else [lines].
const LONGEST_MAIN: usize = 60;
/// Files of one folder that still show as one concept.
const FULLEST_FOLDER: usize = 10;

fn too_long(files: &Files) -> Vec<String> {
    let limit = |file: &str| if file == "src/main.rs" { LONGEST_MAIN } else { LONGEST_FILE };
    let lengths = files.iter().map(|(file, text)| (file, text.lines().count()));
    let long = lengths.filter(|(file, lines)| *lines > limit(file));
    long.map(|(file, lines)| format!("{file} has {lines} lines, at most {} are allowed", limit(file)))
        .collect()
}

/// Returns the files that no chain of `mod` lines reaches from `roots`; the compiler passes them over in silence.
fn forgotten(files: &Files, roots: &[&str]) -> Vec<String> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<String> = roots.iter().map(|&root| root.to_owned()).collect();
    while let Some(file) = open.pop() {
        let Some(text) = files.get(&file).filter(|_| !reached.contains(&file)) else { continue };
        let owns_folder = roots.contains(&file.as_str()) || file.ends_with("/mod.rs");
        let folder = if owns_folder {
            file.rsplit_once('/').map_or("", |(folder, _)| folder)
        } else {
            file.trim_end_matches(".rs")
        };
        for item in scan(text).mods.into_iter().filter(|item| item.own_file) {
            let place = [&[folder.to_owned()], item.inside.as_slice(), &[item.name]].concat().join("/");
            open.extend([format!("{place}.rs"), format!("{place}/mod.rs")]);
        }
        reached.insert(file);
    }
    files
        .keys()
        .filter(|file| !reached.contains(*file))
        .map(|file| format!("{file} is not reached by any `mod` line"))
        .collect()
}

fn wrong_folders<'a>(files: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut folders = std::collections::BTreeMap::<&str, Vec<&str>>::new();
    for file in files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        if folder.starts_with("src/") {
            folders.entry(folder).or_default().push(name);
        }
    }
    let mut found = Vec::new();
    for (folder, names) in folders {
        if names.len() > FULLEST_FOLDER {
            found.push(format!("{folder} has {} files, at most {FULLEST_FOLDER} are allowed", names.len()));
        }
        if !names.contains(&"mod.rs") {
            found.push(format!("{folder} has no mod.rs"));
        }
    }
    found
}

fn strangers_on_top(files: &[String]) -> Vec<String> {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "src",
        "assets",
        "fleets",
        "fuzz",
        "tests",
        "benches",
        "target",
    ];
    let tops: BTreeSet<&str> = files.iter().filter_map(|file| file.split('/').next()).collect();
    let lawful = |top: &str| allowed.contains(&top) || top.starts_with("LICENSE-") || top.starts_with('.');
    tops.into_iter()
        .filter(|top| !lawful(top))
        .map(|top| format!("`{top}` does not belong on the top level"))
        .collect()
}

/// Words that mark unfinished work. Written in halves, or this file would be the first offender.
const WORDS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("db", "g!"),
];

fn unfinished(file: &str, text: &str) -> Vec<String> {
    let joins = |c: char| c == '_' || c.is_alphanumeric();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in WORDS {
            let whole = line.match_indices(word).any(|(at, _)| {
                let (before, behind) = (&line[..at], &line[at + word.len()..]);
                !before.ends_with(joins) && (word.ends_with('!') || !behind.starts_with(joins))
            });
            if whole {
                found.push(format!("{file}:{}: contains `{word}`", number + 1));
            }
        }
    }
    found
}

/// Crates that bring a socket, an event loop or a window.
const NOT_IN_THE_PLANNER: &[&str] =
    &["tokio", "mio", "socket2", "zbus", "keyring-core", "eframe", "winit", "egui", "rfd"];

/// Returns the crates of [`NOT_IN_THE_PLANNER`] in the output of `cargo tree --prefix none`.
fn reaching_out(tree: &str) -> Vec<&'static str> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    NOT_IN_THE_PLANNER.iter().copied().filter(|name| names.contains(name)).collect()
}

fn cargo_tree(arguments: &[&str]) -> std::io::Result<Output> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let fixed = ["tree", "-e", "normal", "--offline", "--prefix", "none"];
    Command::new(cargo).args(fixed).args(arguments).current_dir(root()).output()
}

#[track_caller]
fn assert_clean(found: &[String]) {
    assert!(found.is_empty(), "expected nothing, found:\n{}", found.join("\n"));
}

#[test]
fn files_are_short() {
    assert_clean(&too_long(&rust_files(&root(), &["src", "tests", "benches"])));

    let text = |lines| "//\n".repeat(lines);
    let files = [("src/main.rs", 60), ("src/lib.rs", 500), ("src/a/mod.rs", 501), ("src/a/main.rs", 61)];
    let files: Files = files.iter().map(|&(file, lines)| (file.to_owned(), text(lines))).collect();
    assert_eq!(too_long(&files), ["src/a/mod.rs has 501 lines, at most 500 are allowed"]);
    let main: Files = [("src/main.rs".to_owned(), text(61))].into();
    assert_eq!(too_long(&main).len(), 1);
}

#[test]
fn no_file_is_forgotten() {
    assert_clean(&forgotten(&rust_files(&root(), &["src"]), &["src/lib.rs", "src/main.rs"]));
    assert_clean(&forgotten(&rust_files(&root(), &["tests/it"]), &["tests/it/main.rs"]));
    let ui: Files = rust_files(&root(), &["tests"])
        .into_iter()
        .filter(|(file, _)| file.starts_with("tests/ui/"))
        .collect();
    assert_clean(&forgotten(&ui, &["tests/ui/main.rs"]));

    let files = [
        ("t/main.rs", "mod a; /* mod x; */ mod c { mod d; }"),
        ("t/a.rs", "#[cfg(test)] mod b;"),
        ("t/a/b.rs", ""),
        ("t/b.rs", ""),
        ("t/c/d/mod.rs", "mod e;"),
        ("t/c/d/e.rs", ""),
        ("t/x.rs", "mod a;"),
    ];
    let files: Files = files.iter().map(|&(file, text)| (file.to_owned(), text.to_owned())).collect();
    let expected = ["t/b.rs is not reached by any `mod` line", "t/x.rs is not reached by any `mod` line"];
    assert_eq!(forgotten(&files, &["t/main.rs"]), expected);
}

#[test]
fn folders_show_one_concept() {
    assert_clean(&wrong_folders(rust_files(&root(), &["src"]).keys()));

    let mut files: Vec<String> = (0..10).map(|n| format!("src/a/{n}.rs")).collect();
    files.extend(["src/a/mod.rs".into(), "src/a/b/c.rs".into(), "src/lib.rs".into()]);
    assert_eq!(
        wrong_folders(files.iter()),
        ["src/a has 11 files, at most 10 are allowed", "src/a/b has no mod.rs"]
    );
}

#[test]
fn top_level_is_tidy() {
    assert_clean(&strangers_on_top(&tracked_files(&root())));

    let files = ["Cargo.toml", "LICENSE-MIT", ".ci/run", ".gitignore", "src/lib.rs", "docs/x.md", "build.rs"];
    let found = strangers_on_top(&files.map(str::to_owned));
    assert_eq!(
        found,
        ["`build.rs` does not belong on the top level", "`docs` does not belong on the top level"]
    );
}

#[test]
fn nothing_is_marked_unfinished() {
    let files = tracked_files(&root());
    assert!(
        files.iter().any(|file| file == "Cargo.toml"),
        "expected Cargo.toml among the files, found {files:?}"
    );
    let texts = files.iter().filter_map(|file| Some((file, read_text(&root().join(file))?)));
    assert_clean(&texts.flat_map(|(file, text)| unfinished(file, &text)).collect::<Vec<_>>());

    for word in WORDS {
        assert_eq!(unfinished("x", &format!("a\n({word} b)")), [format!("x:2: contains `{word}`")]);
        assert_eq!(
            unfinished("x", &format!("_{word}, {}", word.trim_end_matches('!').to_lowercase())),
            [""; 0]
        );
    }
}

#[test]
fn planner_opens_no_socket() {
    assert_eq!(reaching_out("regather v0.1.0 (/x)\ntokio v1.54.1\nmiow v1\nmio v1 (*)"), ["tokio", "mio"]);

    let planner = match cargo_tree(&["--no-default-features"]) {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            let absent =
                ["offline", "download", "no matching package"].iter().any(|word| reason.contains(word));
            assert!(absent, "expected `cargo tree` to work, it said:\n{reason}");
            return skipped(
                "planner_opens_no_socket, the crates are not on this machine and cargo is offline",
            );
        }
        Err(e) => return skipped(&format!("planner_opens_no_socket, cargo cannot be started: {e}")),
    };
    assert!(planner.starts_with("regather "), "expected the tree of regather, found:\n{planner}");
    assert_eq!(
        reaching_out(&planner),
        [""; 0],
        "the planner must bring none of these; see who does: cargo tree -i NAME"
    );
}
