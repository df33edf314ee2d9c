//! The files of this repository, as the tests of the house see them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Texts by path relative to the root, with `/` on every system.
pub type Files = BTreeMap<String, String>;

/// Returns the folder of `Cargo.toml`.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Says on the terminal that a test skips something; the test harness hides what `println!` prints.
pub fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}

/// Says so where something that is installed in CI is not there; in CI that is a failure.
pub fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "not tested: {what}");
    skipped(what);
}

/// Returns the texts of all Rust files under `folders`. Panics on a file that is not UTF-8.
pub fn rust_files(root: &Path, folders: &[&str]) -> Files {
    let mut paths = Vec::new();
    for folder in folders {
        walk(&root.join(folder), &mut paths);
    }
    let rust = paths.into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "rs"));
    let files: Files =
        rust.map(|path| (relative(root, &path), read_text(&path).expect("Rust source is UTF-8"))).collect();
    assert!(!files.is_empty(), "expected Rust files under {folders:?} of {}, found none", root.display());
    files
}

/// Returns the text of a file, or nothing for pictures, fonts and other files that are none.
pub fn read_text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()));
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Returns the paths of all files that are tracked or about to be, relative to the root.
///
/// Asks git, so that leftovers it ignores do not count. Without git, as in an unpacked source archive,
/// these are all files except those under `target`, and `.git`.
pub fn tracked_files(root: &Path) -> Vec<String> {
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let git =
        Command::new("git").args(listing).current_dir(root).output().ok().filter(|o| o.status.success());
    let text = git.and_then(|o| String::from_utf8(o.stdout).ok()).unwrap_or_default();
    // A file may be removed from the folder and not yet from git's list.
    let tracked = text.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file());
    let mut files: Vec<String> = tracked.map(str::to_owned).collect();
    if files.is_empty() {
        let mut paths = Vec::new();
        walk(root, &mut paths);
        let all = paths.iter().map(|path| relative(root, path));
        files = all.filter(|name| !name.starts_with("target/") && !name.starts_with(".git/")).collect();
    }
    files.sort();
    files.dedup();
    files
}

/// Returns the crates that `Cargo.toml` names, written as in code.
pub fn dependencies(root: &Path) -> Vec<String> {
    let manifest = read_text(&root.join("Cargo.toml")).expect("Cargo.toml is text");
    let names = manifest_dependencies(&manifest);
    assert!(!names.is_empty(), "expected dependencies in Cargo.toml, found none");
    names
}

fn manifest_dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end_matches(']');
            inside = header.ends_with("dependencies");
            // `[dependencies.egui]` is a section of its own.
            let own = header.rsplit_once("dependencies.").map(|(_, name)| name);
            names.extend(own.map(|name| name.replace('-', "_")));
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) {
            names.push(name.trim().trim_end_matches(".workspace").replace('-', "_"));
        }
    }
    names.sort();
    names.dedup();
    names
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        // By the mark of build folders and not by their name, which source folders have too.
        let build_folder = path.join("CACHEDIR.TAG").exists() || path.ends_with(".git");
        if path.is_dir() && !build_folder {
            walk(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    inner.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[test]
fn manifest_sections_are_read() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\n# a = 1\nb-c = \"1\"\n[dependencies.d]\nversion = \"1\"\n\
        [target.'cfg(windows)'.dependencies]\ne = { version = \"1\" }\n[dev-dependencies]\nf = \"1\"\n[profile.dev]\ng = 1";
    assert_eq!(manifest_dependencies(manifest), ["b_c", "d", "e", "f"]);
}
