//! The folder `fleets`: every file in it is read, checked, played and told. A new file is tested by being there.
//!
//! Names that begin with `broken-` are examples of what goes wrong: `regather validate` refuses them, for reasons
//! that their snapshot names. All others ship inside the program, and `regather validate` accepts them.

use crate::program::{run, text};
use crate::repository::root;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What the name of a fleet begins with that has to be refused.
const BROKEN: &str = "broken-";
/// Devices of a baseline above which one run has to do.
const MANY: u64 = 20_000;
/// Projects without a topology: the simplest that there are to start from.
const PLAIN: [&str; 3] = ["connected-products", "hundred-thousand-pumps", "three-box-line"];

/// Returns name and path of every fleet in the folder, by name.
fn shipped() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(root().join("fleets")).unwrap();
    let mut fleets: Vec<(String, PathBuf)> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    fleets.sort();
    assert!(fleets.iter().all(|(_, path)| path.extension().is_some_and(|ext| ext == "json")), "{fleets:?}");
    fleets
}

/// Returns the ids of the scenarios of a project.
fn scenarios(file: &Value) -> Vec<String> {
    file["scenarios"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
}

/// Returns a key figure of a result in words.
fn figure(result: &Value, key: &str) -> String {
    let metric = &result["metrics"][key];
    match (metric["never"].as_bool(), metric["median"].as_f64()) {
        (Some(true), _) => "never".to_owned(),
        (_, Some(number)) => format!("{}", number.round()),
        _ => "-".to_owned(),
    }
}

/// Checks and plays one fleet; returns what it is in a few lines.
fn told(name: &str, path: &std::path::Path) -> String {
    let (file, broken) = (path.to_str().unwrap(), name.starts_with(BROKEN));
    let project: Value = serde_json::from_str(&text(path)).unwrap();
    let checked = run(&["validate", file, "--json"]).ends(if broken { 3 } else { 0 }).json();
    let mut told = format!("{}\n\n", project["name"].as_str().unwrap());
    for finding in checked["files"][0]["findings"].as_array().unwrap() {
        let word = |key: &str| finding[key].as_str().unwrap_or_default();
        let silenced = if finding["silenced"].is_null() { "" } else { " (silenced)" };
        writeln!(told, "{} {}{silenced}: {}", word("severity"), word("code"), word("what")).unwrap();
    }
    let devices: u64 =
        project["groups"].as_object().unwrap().values().map(|group| group["devices"].as_u64().unwrap()).sum();
    let runs = if devices > MANY { "1" } else { "2" };
    let mut arguments = vec!["simulate", file, "--runs", runs, "--json", "--scenario", "baseline"];
    let scenarios = scenarios(&project);
    for id in &scenarios {
        arguments.extend(["--scenario", id]);
    }
    let played = run(&arguments);
    // A broken fleet is played as well: what happens to it is the point of it.
    let ends = if broken { &[3][..] } else { &[0, 4] };
    assert!(played.code.is_some_and(|code| ends.contains(&code)), "{name}: {played:?}");
    let results = played.json();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), scenarios.len() + 1, "{name}");
    for (result, id) in results.iter().zip([&"baseline".to_owned()].into_iter().chain(&scenarios)) {
        writeln!(told, "\n{id}: {}", result["verdict"]["headline"].as_str().unwrap()).unwrap();
        for (label, key) in [
            ("t95 [s]", "t95_s"),
            ("drained [s]", "t_drained_s"),
            ("peak [attempts/s]", "peak_sign_ins_per_s"),
            ("not back", "never_back"),
            ("lost in stores", "lost_in_device_stores"),
            ("rejected", "rejected_values"),
        ] {
            writeln!(told, "  {label} {}", figure(result, key)).unwrap();
        }
    }
    told
}

#[test]
fn every_fleet_of_the_folder_is_checked_and_played() {
    for (name, path) in shipped() {
        let told = told(&name, &path);
        let settings = {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("snapshots/fleets");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings
        };
        settings.bind(|| insta::assert_snapshot!(name, told));
    }
}

#[test]
fn every_fleet_says_why_what_it_rests_on_and_what_may_happen() {
    for (name, path) in shipped() {
        let project: Value = serde_json::from_str(&text(&path)).unwrap();
        let whole = |key: &str| project[key].as_object().map_or(0, serde_json::Map::len);
        assert!(project["why"].as_str().is_some_and(|why| why.len() > 100), "{name}");
        assert!(whole("targets") >= 1, "{name} has no target");
        let sources = project["sources"].as_object().unwrap();
        for group in project["groups"].as_object().unwrap().keys().filter(|_| !PLAIN.contains(&&*name)) {
            let address = format!("/groups/{group}/devices");
            assert!(sources.contains_key(&address), "{name} does not say where {address} is from");
        }
        let certainties: BTreeSet<&str> =
            sources.values().filter_map(|source| source["certainty"].as_str()).collect();
        assert!(certainties.contains("assumed"), "{name} calls nothing assumed");
        if !PLAIN.contains(&&*name) {
            assert!(whole("cluster") > 4, "{name} has no topology");
            assert!(whole("scenarios") >= 2, "{name} has too few scenarios");
            assert!(certainties.len() > 1, "{name} has nothing that is sourced");
            assert!(run(&["topology", path.to_str().unwrap()]).ends(0).out.contains("without "), "{name}");
        }
    }
}

#[test]
fn what_is_not_broken_ships_inside_the_program() {
    let fleets = shipped();
    let (broken, sound): (Vec<_>, Vec<_>) = fleets.iter().partition(|(name, _)| name.starts_with(BROKEN));
    assert!(broken.len() >= 3, "{broken:?}");
    let list = run(&["example", "--list", "--json"]).ends(0).json();
    let inside: BTreeSet<&str> =
        list["examples"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(inside, sound.iter().map(|(name, _)| &**name).collect());
    let readme = text(&root().join("README.md"));
    for (name, _) in fleets {
        assert!(readme.contains(&format!("`{name}`")), "README.md does not list {name}");
    }
}
