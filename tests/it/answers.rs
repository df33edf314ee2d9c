//! Grids and answers on the command line: exit codes, schemas, and a project that keeps every byte.

use crate::program::{run, run_in, text, write};
use serde_json::Value;

const PRODUCTS: &str = "example:connected-products";
const PUMPS: &str = "example:hundred-thousand-pumps";

#[track_caller]
fn satisfies(format: &str, value: &Value) {
    let schema = run(&["schema", format]).ends(0).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert_eq!(faults, [""; 0], "{format}");
}

#[test]
fn a_grid_is_text_csv_or_json() {
    let vary = ["sweep", PRODUCTS, "--vary", "random_delay=30s..10min/6"];
    let told = run(&vary).ends(0);
    insta::assert_snapshot!("sweep_products", told.out);
    let csv = run(&[&vary[..], &["--csv"]].concat()).ends(0).out;
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(rows.headers().unwrap().get(0), Some("random_delay_s"));
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 6);
    assert_eq!((rows[0].get(0), rows[0].iter().next_back()), (Some("30"), Some("never")));
    let made = run(&[&vary[..], &["--vary", "capacity=50..200/3", "--json"]].concat()).ends(0).json();
    satisfies("sweep", &made);
    assert_eq!(made["cells"].as_array().unwrap().len(), 18);
    let exact =
        run(&["sweep", PUMPS, "--vary", "/platform/workers=5,6", "--exact", "--runs", "1", "--json"]).ends(0);
    satisfies("sweep", &exact.json());
    let map =
        run(&["sweep", PRODUCTS, "--vary", "random_delay=30s..20min/12", "--vary", "capacity=50..200/5"]);
    insta::assert_snapshot!("sweep_map", map.ends(0).out);
    let edge = ["--vary", "random_delay=3min..10min/4", "--confirm", "--runs", "6"];
    let edge = run(&[&["sweep", PRODUCTS][..], &edge, &["--json"]].concat()).ends(0).json();
    satisfies("sweep", &edge);
    let in_runs = edge["cells"].as_array().unwrap().iter().filter(|cell| !cell["runs_met"].is_null()).count();
    assert!((2..4).contains(&in_runs), "{}", edge["cells"]);
    let tornado = run(&["sweep", PRODUCTS, "--tornado", "--set", "random_delay=5min", "--json"]).ends(0);
    satisfies("tornado", &tornado.json());
}

#[test]
fn answers_read_well_and_can_be_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let example = run(&["example"]).ends(0).out;
    let commented = example.replacen("\"regather\": 1,", "\"regather\": 1, // keep me", 1);
    write(&folder.path().join("fleet.json"), &commented);
    let arguments = ["recommend", "fleet.json", "--runs", "6", "--into", "planned.json"];
    let told = run_in(folder.path(), &arguments).ends(0).says("written as the scenario `recommended`");
    insta::assert_snapshot!("recommend_products", told.out);
    let planned = text(&folder.path().join("planned.json"));
    assert!(planned.contains("// keep me"));
    let without = planned.lines().filter(|line| commented.contains(line.trim_end_matches(','))).count();
    assert!(without + 2 >= commented.lines().count(), "every line of the project stays:\n{planned}");
    run_in(folder.path(), &["simulate", "planned.json", "--scenario", "recommended", "--runs", "6"]).ends(0);
    run_in(folder.path(), &arguments).ends(2).says("--force");
    run_in(folder.path(), &["recommend", "fleet.json", "--into", "fleet.json", "--force"]).ends(2);
    assert_eq!(text(&folder.path().join("fleet.json")), commented);
}

#[test]
fn the_exit_code_says_whether_there_is_an_answer() {
    let runs = ["--runs", "6"];
    let ask = |rest: &[&str]| run(&[&["solve", PRODUCTS], rest, &runs].concat());
    let met = ask(&["--for", "random_delay", "--json"]).ends(0).json();
    satisfies("solution", &met);
    assert_eq!(met["answers"][0]["set"].as_array().unwrap().len(), 4);
    // 95 % of 12 000 sign-ins take 114 s.
    let missed = ask(&["--for", "random_delay", "--target", "t95<1min", "--json"]).ends(4).json();
    satisfies("solution", &missed);
    assert!(missed["best_reachable"]["trial"]["figures"]["t95_s"].as_f64().unwrap() > 114.0);
    let needed = ask(&["--for", "capacity", "--set", "random_delay=5min"]).ends(0);
    assert!(
        needed.out.contains("meets its targets") || needed.out.contains("How to measure"),
        "{}",
        needed.out
    );
    ask(&["--for", "randm_delay"]).ends(2).says("Did you mean `random_delay`?");
    ask(&["--target", "t95<5"]).ends(2).says("has no unit");
    run(&["sweep", PRODUCTS, "--vary", "random_delay=30s..10"]).ends(2).says("has no unit");
    run(&["sweep", PRODUCTS]).ends(2).says("--vary");
}

/// A fleet that never recovers: 600 devices that come back within 5 s to 20 sign-ins/s.
const STUCK: &str = r#"{"regather": 1, "groups": {"a": {"devices": 600, "agent": "example-agent",
    "reconnect_random_delay_seconds": 5, "connect_retries": 1}},
    "platform": {"workers": 2, "service_time_ms": 100, "accept_queue": 4096},
    "outage": {"length_s": 60, "watch_s": 600}, "targets": {"t95_s": 120}}"#;

#[test]
fn a_limit_at_the_balancer_comes_with_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("fleet.json"), STUCK);
    let ask =
        |rest: &[&str]| run_in(folder.path(), &[&["solve", "fleet.json", "--runs", "6"], rest].concat());
    let made = ask(&["--for", "admission", "--json"]).ends(0).json();
    satisfies("solution", &made);
    let first = &made["answers"][0];
    let per_s = first["value"].as_u64().unwrap();
    let lines: Vec<&str> = first["balancer"][0]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["text"].as_str())
        .collect();
    // Whoever is turned away keeps its patience for the next attempt.
    let wanted = format!("tcp-request connection reject if {{ fe_sess_rate ge {per_s} }}");
    assert_eq!(lines, [wanted.as_str()]);
    let told = ask(&["--for", "admission"]).ends(0).out;
    assert!(told.contains(&format!("    haproxy {wanted}\n")), "{told}");
    let file = ask(&["--for", "admission", "--balancer", "nginx", "-o", "limit.conf"]).ends(0);
    assert_eq!(file.out, "");
    let file = text(&folder.path().join("limit.conf"));
    assert!(file.contains(&format!("limit_req zone=devices burst={per_s} nodelay;\n")), "{file}");
    ask(&["--for", "random_delay", "--balancer", "haproxy"]).ends(4).says("No answer limits new connections");
    ask(&["--balancer", "apache"]).ends(2).says("haproxy, nginx");
}

#[test]
fn an_error_in_the_fleet_ends_as_in_simulate() {
    let folder = tempfile::tempdir().unwrap();
    let locked = STUCK
        .replace(r#""accept_queue": 4096"#, r#""accept_queue": 4096, "balancer": {"held_connections": 300}"#);
    write(&folder.path().join("fleet.json"), &locked);
    for command in [
        &["simulate", "fleet.json", "--runs", "1"][..],
        &["sweep", "fleet.json", "--vary", "random_delay=5s,60s"],
        &["solve", "fleet.json", "--runs", "1", "--for", "random_delay"],
        &["recommend", "fleet.json", "--runs", "1"],
    ] {
        run_in(folder.path(), command).ends(3).says("The result stands, but rules find an error");
    }
}

#[test]
fn a_capacity_that_nobody_knows_is_a_range() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("fleet.json"), STUCK);
    let ask = |rest: &[&str]| {
        run_in(
            folder.path(),
            &[&["solve", "fleet.json", "--runs", "6", "--for", "random_delay"], rest].concat(),
        )
    };
    let made = ask(&["--set", "capacity=15..25", "--json"]).ends(0).json();
    satisfies("solution", &made);
    let set = &made["input"]["set"][0];
    assert_eq!(set["address"], "/platform/service_time_ms");
    assert_eq!(set["value"]["unknown"][0], 80);
    assert!(made["notes"].to_string().contains("holds for the worst that was drawn"), "{}", made["notes"]);
    assert_eq!(made["answers"][0]["trial"]["runs_met"], 6);
    let known = ask(&["--set", "capacity=25", "--json"]).ends(0).json();
    assert_eq!(known["input"]["set"][0]["value"], 80);
    ask(&["--set", "capacity=25..15"]).ends(2).says("capacity=80..200");
    run(&["simulate", PRODUCTS, "--runs", "1", "--set", "capacity=fast"])
        .ends(2)
        .says("no number of sign-ins");
}

#[test]
fn a_timeline_says_what_one_device_does_under_each_agent() {
    let told = run(&["timeline", PRODUCTS]).ends(0).out;
    insta::assert_snapshot!("timeline_products", told);
    let json = run(&["timeline", PRODUCTS, "--json"]).ends(0);
    satisfies("timeline", &json.json());
    assert_eq!(run(&["timeline", PRODUCTS, "--json"]).ends(0).out, json.out);
    assert!(run(&["timeline", PRODUCTS, "--svg"]).ends(0).out.starts_with("<svg "));
    run(&["timeline", PRODUCTS, "--group", "pmps"]).ends(2).says("Did you mean `pumps`?");
}

/// Two clusters on one database; the second one records much.
const TENANTS: &str = r#"{ "regather": 1, "name": "Two tenants",
    "groups": {
        "a": { "devices": 2000, "agent": "example-agent", "reconnect_random_delay_seconds": 60,
               "telemetry": { "properties": 10, "interval_s": 60 }, "offline_store": { "limit_bytes": 1000000 } },
        "b": { "devices": 4000, "agent": "example-agent", "reconnect_random_delay_seconds": 20,
               "telemetry": { "properties": 20, "interval_s": 60 }, "offline_store": { "limit_bytes": 1000000 } } },
    "cluster": {
        "one": { "kind": "cluster", "name": "Tenant one", "groups": ["a"], "mode": "single",
            "database_schema": "one", "database_user": "env:ONE", "database_isolation": "on" },
        "two": { "kind": "cluster", "name": "Tenant two", "groups": ["b"], "mode": "single",
            "database_schema": "two", "database_user": "env:TWO", "database_isolation": "on" },
        "m1": { "kind": "vm", "cores": 4 }, "m2": { "kind": "vm", "cores": 16 }, "m3": { "kind": "vm", "cores": 16 },
        "f1": { "kind": "foundation", "on": "m1", "clusters": "one" },
        "f2": { "kind": "foundation", "on": "m2", "clusters": "two" },
        "db": { "kind": "database", "on": "m3", "writes_per_s": 4000 } },
    "outage": { "length_s": 600, "watch_s": 1200 } }"#;

#[test]
fn clusters_are_played_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("tenants.json"), TENANTS);
    let arguments = ["clusters", "tenants.json", "--runs", "6", "--exit-zero"];
    let told = run_in(folder.path(), &arguments).ends(0);
    insta::assert_snapshot!("clusters_tenants", told.out);
    let json = run_in(folder.path(), &[&arguments[..], &["--json"]].concat()).ends(0);
    satisfies("clusters", &json.json());
    assert_eq!(run_in(folder.path(), &[&arguments[..], &["--json"]].concat()).ends(0).out, json.out);
    let made = json.json();
    let [one, two] = &made["clusters"].as_array().unwrap()[..] else { panic!("{}", json.out) };
    assert_eq!(
        (&one["shares_with"][0], &two["shares_with"][0]),
        (&"Tenant two".into(), &"Tenant one".into())
    );
    assert_ne!(one["alone"]["result_hash"], one["beside"]["result_hash"], "the flood of one slows the other");
    run(&["clusters", PRODUCTS]).ends(3).says("No cluster of this project has groups");
}

#[test]
fn a_comparison_is_a_table_of_differences() {
    let folder = tempfile::tempdir().unwrap();
    let few = run(&["example", "hundred-thousand-pumps"]).ends(0).out.replace("100000", "100");
    write(&folder.path().join("few.json"), few);
    let compare =
        |more: &[&str]| run_in(folder.path(), &[&["compare", "few.json", "--runs", "6"][..], more].concat());
    let usual = compare(&["--scenario", "two-minutes", "--exit-zero"]).ends(0).out;
    assert!(usual.contains("Changed inputs") && usual.contains("95 % back"), "{usual}");
    let json = compare(&["--scenario", "two-minutes", "--json", "--exit-zero"]).ends(0).json();
    satisfies("compare", &json);
    assert_eq!(json["scenarios"][0]["scenario"], Value::Null);
    assert_eq!(json["scenarios"][1]["scenario"], "two-minutes");
    let turned = compare(&["--scenario", "baseline", "--baseline", "two-minutes", "--json", "--exit-zero"]);
    assert_eq!(turned.ends(0).json()["scenarios"][0]["scenario"], "two-minutes");
    compare(&["--scenario", "baseline"]).ends(2).says("compared with itself");
    let missed = ["--scenario", "two-minutes", "--set", "/targets/t95_s=1s"];
    compare(&missed).ends(4);
}
