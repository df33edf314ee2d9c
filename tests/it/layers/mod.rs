//! The modules of `src` import only downwards, as `table.rs` says, and name only the crates it grants them.
//!
//! Almost no code base keeps an acyclic module graph by intent alone; this test is the intent made binding.
//! Every path in the source counts, not only `use` lines. [`violations`] takes the files as an argument, so
//! that the tests below can show it a made-up back edge and see it caught: a check that cannot fail is none.

mod lexer;
mod proof;
pub mod scan;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{Files, dependencies, root, rust_files};
use scan::{Facts, Path, scan};
use table::{CRATES, EXCEPTIONS, GATED, IN_TESTS, LAYERS, Layer, STD};

/// Where a path leads.
#[derive(Debug, PartialEq)]
enum Target {
    /// Into a module directly under `src`.
    Top(String),
    /// To the crate root itself, which would hide what is used of it.
    Root,
    /// To a name of the root that is neither a module nor re-exported from one.
    Unknown(String),
    /// Into another crate; the whole path.
    Outside(Vec<String>),
    /// To something of the same file.
    Here,
}

/// The whole source, read once.
struct Source<'a> {
    facts: BTreeMap<&'a str, Facts>,
    /// Names that `src/lib.rs` re-exports, with the modules they come from.
    re_exports: BTreeMap<String, String>,
    crates: BTreeSet<&'a str>,
    /// Modules in files of their own whose `mod` line stands under `#[cfg(test)]`.
    test_modules: BTreeSet<Vec<String>>,
}

/// Returns every breach of the table as `file:line: sentence`, in the order of files and lines.
///
/// `files` maps paths such as `src/base/mod.rs` to their text; `dependencies` are the crates of `Cargo.toml`.
fn violations(files: &Files, dependencies: &[String]) -> Vec<String> {
    let facts: BTreeMap<&str, Facts> = files.iter().map(|(file, text)| (file.as_str(), scan(text))).collect();
    let mut re_exports = BTreeMap::new();
    for path in facts.get("src/lib.rs").iter().flat_map(|lib| &lib.paths) {
        let rest = path.segments.iter().skip_while(|s| matches!(s.as_str(), "crate" | "self"));
        if let (Some(name), Some(module)) = (&path.binds, rest.clone().next()) {
            re_exports.insert(name.clone(), module.clone());
        }
    }
    let crates =
        dependencies.iter().map(String::as_str).chain(CRATES.iter().map(|&(name, _)| name)).collect();
    let mut test_modules = BTreeSet::new();
    for (file, facts) in &facts {
        for item in facts.mods.iter().filter(|item| item.own_file && item.test) {
            let around = place(file).unwrap_or_default();
            test_modules.insert(
                [around.as_slice(), item.inside.as_slice(), std::slice::from_ref(&item.name)].concat(),
            );
        }
    }
    let source = Source { facts, re_exports, crates, test_modules };

    let mut found = Vec::new();
    for dependency in dependencies.iter().filter(|d| !CRATES.iter().any(|(name, _)| name == d)) {
        found.push(format!(
            "Cargo.toml: the table does not say which modules may name the crate `{dependency}`"
        ));
    }
    for (file, facts) in &source.facts {
        match place(file).and_then(|module| LAYERS.iter().find(|l| l.name == module[0]).map(|l| (l, module)))
        {
            Some((layer, module)) => found.extend(source.file_violations(file, facts, layer, &module)),
            None => found.push(format!("{file}:1: a file outside the modules of the table")),
        }
    }
    found
}

/// Returns the module path of a file, `["lib"]` and `["main"]` for the root files, nothing for strangers.
fn place(file: &str) -> Option<Vec<String>> {
    let inner = file.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut module: Vec<String> = inner.split('/').map(str::to_owned).collect();
    let root_file = inner == "lib" || inner == "main";
    if module.len() == 1 && !root_file {
        return None;
    }
    if module.len() > 1 && module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    Some(module)
}

impl Source<'_> {
    fn file_violations(&self, file: &str, facts: &Facts, layer: &Layer, module: &[String]) -> Vec<String> {
        let test_file = (1..=module.len()).any(|depth| self.test_modules.contains(&module[..depth]));
        let mut found: Vec<(usize, String)> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut excused = BTreeSet::new();
        for path in &facts.paths {
            let Err(breach) = judge(&self.target(path, facts, module), layer, test_file || path.test) else {
                continue;
            };
            if EXCEPTIONS.iter().any(|&(place, name, _)| place == file && Some(name) == breach.outside) {
                excused.extend(breach.outside);
            } else if seen.insert(breach.sentence.clone()) {
                found.push((path.line, breach.sentence));
            }
        }
        let idle = EXCEPTIONS.iter().filter(|(place, name, _)| *place == file && !excused.contains(name));
        found.extend(
            idle.map(|(_, name, _)| (1, format!("the exception for `{name}` in the table is not used"))),
        );
        for (line, what) in &facts.tricks {
            found.push((*line, format!("{what}, and leads around the table of layers")));
        }
        for item in &facts.mods {
            let gate = GATED.iter().find(|(name, _)| layer.name == "lib" && item.name == *name);
            if let Some((name, feature)) =
                gate.filter(|(_, feature)| item.feature.as_deref() != Some(feature))
            {
                found.push((
                    item.line,
                    format!("`{name}` must stand under `#[cfg(feature = \"{feature}\")]`"),
                ));
            }
        }
        found.sort();
        found.into_iter().map(|(line, sentence)| format!("{file}:{line}: {sentence}")).collect()
    }

    fn target(&self, path: &Path, facts: &Facts, module: &[String]) -> Target {
        let mut here: Vec<String> = if module == ["lib"] { Vec::new() } else { module.to_vec() };
        here.extend(path.inside.iter().cloned());
        let mut rest = path.segments.as_slice();
        match rest[0].as_str() {
            // The binary is a crate of its own and has no other files.
            "crate" if module == ["main"] => return Target::Here,
            "crate" | "regather" => {
                here.clear();
                rest = &rest[1..];
            }
            "self" | "super" => {
                while let Some(first) = rest.first().filter(|s| matches!(s.as_str(), "self" | "super")) {
                    if first == "super" {
                        here.pop();
                    }
                    rest = &rest[1..];
                }
            }
            first => return self.plain_target(first, path, facts, &here),
        }
        here.extend(rest.iter().cloned());
        self.in_crate(&here)
    }

    /// Resolves a path that begins with a plain name.
    fn plain_target(&self, first: &str, path: &Path, facts: &Facts, here: &[String]) -> Target {
        let bound = facts.paths.iter().find(|p| p.binds.as_deref() == Some(first));
        let child = facts.mods.iter().any(|m| m.name == first);
        if here.is_empty() && child {
            return Target::Top(first.to_owned());
        }
        match bound.map(|p| (p.segments[0].as_str(), p)) {
            // `use std::os::unix;` and then `unix::net::UnixStream`.
            Some((root @ ("std" | "core" | "alloc"), p)) if root != first => {
                Target::Outside(p.segments.iter().chain(&path.segments[1..]).cloned().collect())
            }
            Some(("crate" | "self" | "super" | "regather", _)) => Target::Here,
            _ if child => Target::Here,
            _ if first == "std" || self.crates.contains(first) => Target::Outside(path.segments.clone()),
            _ => Target::Here,
        }
    }

    fn in_crate(&self, full: &[String]) -> Target {
        let Some(first) = full.first().filter(|name| *name != "*") else { return Target::Root };
        let name = self.re_exports.get(first).unwrap_or(first);
        let known = LAYERS.iter().any(|l| l.name == name);
        if known { Target::Top(name.clone()) } else { Target::Unknown(first.clone()) }
    }
}

/// What is wrong with a path.
struct Breach {
    sentence: String,
    /// The row of the table of crates or of the standard library that forbids it.
    outside: Option<&'static str>,
}

impl From<String> for Breach {
    fn from(sentence: String) -> Self {
        Self { sentence, outside: None }
    }
}

/// Says whether code of `layer` may name `target`.
fn judge(target: &Target, layer: &Layer, test: bool) -> Result<(), Breach> {
    let from = layer.name;
    match target {
        Target::Here => Ok(()),
        Target::Root | Target::Unknown(_) if from == "lib" => Ok(()),
        Target::Root => Err(format!("`{from}` takes the crate root; name the module that is meant").into()),
        Target::Unknown(name) => {
            Err(format!("`{name}` is neither a module of the table nor re-exported from one").into())
        }
        Target::Top(to) if to == from || layer.imports.contains(&to.as_str()) => Ok(()),
        Target::Top(to) => {
            Err(format!("`{from}` may not import `{to}`; it may import: {}", layer.imports.join(", ")).into())
        }
        Target::Outside(path) => {
            let full = path.join("::");
            let names = |name: &str| full == name || full.starts_with(&format!("{name}::"));
            let row = STD.iter().chain(CRATES).find(|(name, _)| names(name));
            let lawful =
                |name: &str, allowed: &[&str]| allowed.contains(&from) || (test && IN_TESTS.contains(&name));
            match row.filter(|(name, allowed)| !lawful(name, allowed)) {
                None => Ok(()),
                Some((name, allowed)) => {
                    let sentence =
                        format!("`{from}` may not name `{name}`; these may: {}", allowed.join(", "));
                    Err(Breach { sentence, outside: Some(name) })
                }
            }
        }
    }
}

#[test]
fn modules_import_only_downwards() {
    let found = violations(&rust_files(&root(), &["src"]), &dependencies(&root()));
    assert!(found.is_empty(), "expected no breach of tests/it/layers/table.rs, found:\n{}", found.join("\n"));
}

#[test]
fn table_has_no_cycle_and_no_stranger() {
    for layer in LAYERS {
        for import in layer.imports {
            let lower = LAYERS.iter().find(|l| l.name == *import);
            assert!(
                lower.is_some_and(|l| l.rank < layer.rank),
                "`{}` must import lower ranks: `{import}`",
                layer.name
            );
        }
    }
    let named = CRATES.iter().chain(STD).flat_map(|(_, layers)| layers.iter());
    for name in named.chain(GATED.iter().map(|(name, _)| name)) {
        assert!(LAYERS.iter().any(|l| l.name == *name), "`{name}` has no row in LAYERS");
    }
}
