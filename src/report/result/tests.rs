//! Real results against the schema, and what the schema must refuse.

use super::*;
use crate::check;
use crate::fleet::example::{EXAMPLES, Example};
use crate::sim::{self, Study};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn outcome(file: &FleetFile, runs: u32) -> Outcome {
    let fleet = Arc::new(check::file(file, None).fleet.unwrap());
    let runs_done = sim::replicate(&fleet, 42, 0..runs, 2, &AtomicBool::new(false), &|_| {}).unwrap();
    let study = Study::of(&fleet, 42, runs_done.into_iter().map(Arc::new).collect());
    Outcome::of("Baseline".to_owned(), fleet, study, runs)
}

/// Returns an example with a hundredth of its devices and workers: the same behaviour, sooner.
fn small(example: Example) -> FleetFile {
    let mut file = example.file().unwrap();
    let ids: Vec<String> = file.group_ids().map(str::to_owned).collect();
    for id in ids {
        let address = format!("/groups/{id}/devices");
        let devices = file.tree().value(&address).unwrap().as_u64().unwrap();
        file = file.with(&address, &json!((devices / 100).max(1))).unwrap();
    }
    file.with("/platform/service_time_ms", &json!(1000)).unwrap()
}

fn result(file: &FleetFile, runs: u32, curves: bool) -> Value {
    let outcome = outcome(file, runs);
    let findings = check::file(file, None).findings;
    let set = [("/platform/workers".to_owned(), json!(4))];
    let origin = Origin {
        source: Source { name: "f.json", text: file.text(), scenario: None, set: &set },
        file,
        findings: &findings,
    };
    serde_json::to_value(ResultFile::of(&origin, &outcome, curves)).unwrap()
}

fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn results_satisfy_the_schema() {
    let schema = result_schema();
    for example in EXAMPLES {
        for (runs, curves) in [(1, true), (6, false)] {
            let value = result(&small(*example), runs, curves);
            assert_eq!(faults(&schema, &value), [""; 0], "{}", example.name);
            assert_eq!(value["metrics"]["t95_s"]["ci95"].is_null(), runs < 6);
            assert_eq!(value.get("curves").is_some(), curves);
            assert_eq!(faults(&schema, &json!([value, value])), [""; 0], "a list of results");
        }
    }
}

#[test]
fn every_group_station_and_write_queue_has_its_curves() {
    for (name, tiers) in [("connected-products", 1), ("three-box-line", 3)] {
        let example = *EXAMPLES.iter().find(|example| example.name == name).unwrap();
        let value = result(&small(example), 1, true);
        let (curves, groups) = (&value["curves"], value["groups"].as_array().unwrap());
        let bins = curves["bound"]["p50"].as_array().unwrap().len();
        assert_eq!(curves["groups"].as_array().unwrap().len(), groups.len());
        for (group, own) in groups.iter().zip(curves["groups"].as_array().unwrap()) {
            assert_eq!(own["id"], group["id"]);
            for (key, _) in curves::COUNTS {
                assert_eq!(own[key]["p95"].as_array().unwrap().len(), bins, "{key}");
            }
            let bound = own["bound"]["p50"].as_array().unwrap();
            assert!(bound.iter().any(|bound| *bound == group["devices"]), "{own}");
        }
        let stations = curves["stations"].as_array().unwrap();
        assert_eq!(stations.len(), tiers, "{name}");
        let last = stations.last().unwrap();
        assert_eq!(last["station"], "sign-in");
        assert_eq!(
            (&last["queue"], &last["utilisation_pct"]),
            (&curves["queue"], &curves["utilisation_pct"])
        );
        let busy = last["utilisation_pct"]["p50"].as_array().unwrap();
        assert!(busy.iter().any(|busy| busy.as_f64().unwrap() > 1.0));
        assert!(busy.iter().all(|busy| busy.as_f64().unwrap() <= 100.0));
        let written = curves.get("writes").is_some();
        assert_eq!(written, tiers > 1, "{name}");
        if written {
            assert_eq!(curves["writes"]["waiting_values"], curves["waiting_values"]);
            let arrived = curves["writes"]["arrived_values_per_s"]["p50"].as_array().unwrap();
            assert!(arrived.iter().any(|values| values.as_f64().unwrap() > 0.0));
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_result() {
    let schema = result_schema();
    let good = result(&small(EXAMPLES[0]), 6, false);
    let spoilt = [
        ("/schema", json!("regather/result/2")),
        ("/metrics/t95_s/median", json!("soon")),
        ("/metrics/attempts", Value::Null),
        ("/verdict/word", json!("perhaps")),
        ("/verdict/targets/0/met", json!(1)),
        ("/input/sha256", json!("abc")),
        ("/findings/0/severity", json!("fatal")),
        ("/groups", json!([])),
    ];
    for (pointer, value) in spoilt {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert_ne!(faults(&schema, &bad), [""; 0], "{pointer}");
    }
}

#[test]
fn shipped_fleets_satisfy_the_project_schema() {
    let schema = crate::fleet::file::schema();
    for example in EXAMPLES {
        let value: Value = serde_json::from_str(example.text).unwrap();
        assert_eq!(faults(&schema, &value), [""; 0], "{}", example.name);
    }
}

#[test]
fn every_key_figure_is_a_metric_of_the_same_value() {
    let file = small(EXAMPLES[0]);
    let value = result(&file, 6, false);
    for figure in outcome(&file, 6).figures() {
        let metric = &value["metrics"][figure.key];
        assert_eq!(metric["median"], number(figure.median), "{}", figure.key);
        assert_eq!(metric["never"], figure.median.is_infinite(), "{}", figure.key);
    }
}

#[test]
fn never_is_null_and_says_so() {
    let file = small(EXAMPLES[0]).with("/outage/watch_s", &json!(5)).unwrap();
    let file = file.with("/targets/t95_s", &json!(5)).unwrap();
    let value = result(&file, 6, false);
    let target = &value["verdict"]["targets"][0];
    assert_eq!(target["name"], "t95");
    assert_eq!((&target["value_s"], &target["never"]), (&Value::Null, &json!(true)));
    assert_eq!((&target["met"], &target["uncertain"]), (&json!(false), &json!(false)));
    assert_eq!(target["ci95_s"], json!([null, null]));
    assert_eq!(value["verdict"]["met"], false);
}

#[test]
fn numbers_are_short_and_lossless_enough() {
    assert_eq!(number(400.0).to_string(), "400");
    assert_eq!(number(0.1 + 0.2).to_string(), "0.3");
    assert_eq!(number(190.123_456).to_string(), "190.123456");
    assert_eq!(number(f64::INFINITY), Value::Null);
    assert_eq!(number(1e300).to_string(), "1e+300");
}

#[test]
fn what_is_unknown_stands_in_result_and_text_and_a_known_fleet_says_nothing_of_it() {
    let file = small(EXAMPLES[0]);
    assert!(result(&file, 1, false).get("unknowns").is_none());
    let file = file.with("/groups/pumps/connect_timeout", &json!({"unknown": [5_000, 60_000]})).unwrap();
    let file = file.with("/platform/workers", &json!({"unknown": [1, 8]})).unwrap();
    let value = result(&file, 14, false);
    assert_eq!(faults(&result_schema(), &value), [""; 0]);
    let unknowns = &value["unknowns"];
    assert_eq!(unknowns["inputs"][0]["address"], "/platform/workers", "{unknowns}");
    assert_eq!(unknowns["inputs"][0]["bounds"], json!([1, 8]));
    assert_eq!(unknowns["inputs"][0]["beyond_chance"], true);
    let [best, worst] =
        [0, 1].map(|at| unknowns["best_and_worst"]["t95_s"][at].as_f64().unwrap_or(f64::INFINITY));
    assert!(best < worst && best <= value["metrics"]["t95_s"]["median"].as_f64().unwrap_or(f64::INFINITY));
    let rests = value["assumptions"].as_array().unwrap();
    let drawn = rests.iter().find(|one| one["addresses"][0] == "/groups/pumps/connect_timeout").unwrap();
    assert_eq!((&drawn["certainty"], &drawn["value"]), (&json!("assumed"), &json!("unknown, 5 s to 1 min")));
    let project: Value = serde_json::from_str(file.text()).unwrap();
    assert_eq!(faults(&crate::fleet::file::schema(), &project), [""; 0]);
    for wrong in
        [json!({"unknown": [5]}), json!({"unknown": [5, 6], "why": ""}), json!({"unknown": [5, 1e99]})]
    {
        let file = file.with("/groups/pumps/connect_timeout", &wrong).unwrap();
        let project: Value = serde_json::from_str(file.text()).unwrap();
        assert_ne!(faults(&crate::fleet::file::schema(), &project), [""; 0], "{wrong}");
    }
    let outcome = outcome(&file, 14);
    let told = crate::report::text::Told {
        file: &file,
        scenario: None,
        outcome: &outcome,
        baseline: None,
        set: &[],
        changes: &[],
        findings: &[],
    };
    let text = crate::report::text::render(&told, crate::report::terminal::Charset::Unicode);
    for part in
        ["With what is unknown            best      median       worst", "`workers` matters most: with 1 to"]
    {
        assert!(text.contains(part), "{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}
