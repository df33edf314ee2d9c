//! A topology on the command line: layouts, what follows, pictures, rules.

use crate::program::{run, run_in};
use serde_json::Value;

/// Returns the words of the layouts.
fn patterns() -> Vec<String> {
    let list = run(&["topology", "--patterns", "--json"]).ends(0).json();
    let rows = list["patterns"].as_array().unwrap().iter();
    rows.map(|row| row["pattern"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_layout_is_written_checked_and_simulated() {
    let folder = tempfile::tempdir().unwrap();
    let names = patterns();
    assert_eq!(names.len(), 6);
    for name in &names {
        let file = format!("{name}.json");
        let at = |arguments: &[&str]| run_in(folder.path(), arguments);
        at(&["topology", "--new", name, "-o", &file]).ends(0);
        at(&["topology", "--new", name, "-o", &file]).ends(2);
        let checked = at(&["validate", &file, "--json"]).ends(0).json();
        let told = checked["files"][0]["findings"].as_array().unwrap().clone();
        assert!(told.iter().all(|finding| finding["severity"] != "error"), "{name}: {told:?}");
        let result = at(&["simulate", &file, "--runs", "2", "--json"]);
        let result: Value = serde_json::from_str(&result.out).unwrap();
        let assumptions = result["assumptions"].as_array().unwrap();
        let derived =
            |one: &&Value| one["source"].as_str().is_some_and(|source| source.starts_with("topology: "));
        assert!(assumptions.iter().filter(derived).count() > 4, "{name}");
    }
}

#[test]
fn a_topology_is_shown_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| run_in(folder.path(), arguments);
    at(&["topology", "--new", "three-boxes", "-o", "line.json"]).ends(0);
    let text = at(&["topology", "line.json"]).ends(0).out;
    for part in ["without box-1:", "memory of fnd-1:", "Workers: 10 (assumed)", "Override: /platform/workers"]
    {
        assert!(text.contains(part), "{part} not in {text}");
    }
    let json = at(&["topology", "line.json", "--json"]).ends(0).json();
    assert_eq!(json["schema"], "regather/topology/1");
    assert!(at(&["topology", "line.json", "--format", "mermaid"]).ends(0).out.starts_with("flowchart TB"));
    assert!(at(&["topology", "line.json", "--format", "dot"]).ends(0).out.starts_with("digraph"));
    at(&["topology", "line.json", "--format", "svg", "-o", "line.svg"]).ends(0);
    assert!(std::fs::metadata(folder.path().join("line.svg")).unwrap().len() > 1_000);
    run(&["topology", "example:connected-products"]).ends(3).says("no topology");
    run(&["topology", "--new", "three-boxen"]).ends(2).says("three-boxes");
    run(&["topology"]).ends(2);
}

#[test]
fn a_broken_topology_ends_with_3_and_says_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| run_in(folder.path(), arguments);
    at(&["topology", "--new", "three-boxes", "-o", "line.json"]).ends(0);
    let path = folder.path().join("line.json");
    let whole = crate::program::text(&path);
    crate::program::write(
        &path,
        whole.replace("\"max_database_errors\": 1500", "\"max_database_errors\": 10"),
    );
    let told = at(&["validate", "line.json"]).ends(3).out;
    assert!(told.contains("error T041") && told.contains("line.json:"), "{told}");
    crate::program::write(&path, whole.replace("\"on\": \"box-1\"", "\"on\": \"box-7\""));
    assert!(at(&["validate", "line.json"]).ends(3).out.contains("F051"));
    at(&["topology", "line.json"]).ends(3).says("F051");
}

#[test]
fn layouts_are_compared_by_the_same_fleet_and_outage() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| run_in(folder.path(), arguments);
    at(&["topology", "--new", "three-boxes", "-o", "line.json"]).ends(0);
    let compare =
        ["topology", "line.json", "--compare", "separate-tiers", "--compare", "three-boxes", "--runs", "6"];
    let text = at(&compare).ends(0).out;
    for part in ["as in the file", "separate-tiers: against the file's own layout", "95 % back"] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let json = at(&[&compare[..], &["--json"]].concat()).ends(0).json();
    assert_eq!(json["schema"], "regather/layouts/1");
    let rows = json["layouts"].as_array().unwrap();
    let [own, tiers, boxes] = &rows[..] else { panic!("{json:#}") };
    assert_eq!(own["result_hash"], boxes["result_hash"]);
    assert_ne!(own["result_hash"], tiers["result_hash"]);
    let left = |row: &Value| row["foundation_memory"]["left_gib"].as_f64().unwrap();
    assert!(left(own) < left(tiers));
    // The same run as the one that `simulate` makes of the file.
    let alone = at(&["simulate", "line.json", "--runs", "6", "--json"]);
    let alone: Value = serde_json::from_str(&alone.out).unwrap();
    assert_eq!(alone["result_hash"], own["result_hash"]);
    // Without a topology there is nothing of the file's own.
    let other =
        ["topology", "example:connected-products", "--compare", "three-boxes", "--runs", "1", "--json"];
    assert_eq!(at(&other).ends(0).json()["layouts"].as_array().unwrap().len(), 1);
    at(&["topology", "line.json", "--compare", "three-boxen"]).ends(2).says("three-boxes");
    at(&["topology", "line.json", "--runs", "6"]).ends(2);
}

#[test]
fn one_of_several_clusters_is_simulated_by_its_id_or_name() {
    let devices = |arguments: &[&str]| {
        let mut all = vec!["simulate", "example:oem-tenants", "--runs", "1", "--exit-zero", "--json"];
        all.extend(["--set", "/groups/tenant-d-machines/devices=300"]);
        all.extend(["--set", "/groups/tenant-e-machines/devices=200"]);
        all.extend(arguments);
        let input = run(&all).ends(0).json()["input"].clone();
        (input["cluster"].as_str().unwrap().to_owned(), input["devices"].as_u64().unwrap())
    };
    assert_eq!(devices(&[]), ("Tenant D".to_owned(), 300));
    assert_eq!(devices(&["--cluster", "tenant-e"]), ("Tenant E".to_owned(), 200));
    assert_eq!(devices(&["--cluster", "tenant E"]), ("Tenant E".to_owned(), 200));
    assert_eq!(devices(&["--scenario", "tenant-e"]), ("Tenant E".to_owned(), 200));
    let simulate = |cluster: &str| run(&["simulate", "example:oem-tenants", "--cluster", cluster]);
    simulate("tenant-x").ends(2).says("The clusters are: tenant-d");
    simulate("tenant-a").ends(3).says("No group of devices signs in to Tenant A");
    run(&["clusters", "example:oem-tenants", "--cluster", "tenant-e"]).ends(2);
    run(&["simulate", "example:connected-products", "--cluster", "main"]).ends(2).says("no topology");
    // Every group has its files, whoever is simulated.
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| run_in(folder.path(), arguments);
    at(&["generate", "example:oem-tenants", "--out", "files"]).ends(0);
    for group in ["tenant-d-machines", "tenant-e-machines"] {
        assert!(folder.path().join("files").join(group).is_dir(), "{group}");
    }
}
