//! Tables of several results, and of the inputs behind them.

use super::*;
use crate::base::Micros;
use crate::fleet::{Agent, Fleet};
use crate::plan::Verdict;
use crate::sim::{self, Study};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn file() -> FleetFile {
    let text = r#"{"regather": 1, "groups": {"a": {"name": "Pumps", "devices": 400, "agent": "example-agent",
        "reconnect_random_delay_seconds": 60, "connect_retry_interval": 0, "max_connect_delay": 0}},
        "platform": {"workers": 50}, "outage": {"length_s": 0}, "targets": {"t95_s": 50}}"#;
    FleetFile::parse(text).unwrap()
}

fn outcome(name: &str, fleet: Fleet) -> Outcome {
    let done = sim::replicate(&fleet, 1, 0..8, 2, &AtomicBool::new(false), &|_| {}).unwrap();
    let study = Study::of(&fleet, 1, done.into_iter().map(Arc::new).collect());
    Outcome::of(name.into(), Arc::new(fleet), study, 8)
}

fn with_delay(name: &str, seconds: u64) -> Outcome {
    let mut fleet = file().check(None).fleet.unwrap();
    let Agent::ExampleAgent { reconnect_random_delay, .. } = &mut fleet.groups[0].agent else {
        unreachable!("the file has one kind of agent")
    };
    *reconnect_random_delay = Micros::from_secs(seconds);
    outcome(name, fleet)
}

#[test]
fn every_cell_has_its_value_and_its_difference_to_the_chosen_baseline() {
    let (slow, quick, same) = (with_delay("Slow", 60), with_delay("Quick", 30), with_delay("Same", 60));
    let table = Table::of(&[&quick, &slow, &same], 1);
    let heads: Vec<_> = table.columns.iter().map(|column| (column.name.as_str(), column.verdict)).collect();
    assert_eq!(heads, [("Quick", Verdict::Met), ("Slow", Verdict::Missed), ("Same", Verdict::Missed)]);
    let t95 = table.rows.iter().find(|row| row.key == "t95_s").unwrap();
    let cells: Vec<&Cell> = t95.cells.iter().flatten().collect();
    assert_eq!(cells.len(), 3);
    assert!(cells[0].difference.starts_with('\u{2212}'), "{}", cells[0].difference);
    assert_eq!((cells[1].difference.as_str(), cells[2].difference.as_str()), ("", "="));
    assert_eq!(cells[1].text, crate::base::units::clock(slow.t95()));
    let keys: Vec<_> = table.rows.iter().map(|row| row.key).collect();
    assert_eq!(&keys[..3], ["t50_s", "t95_s", "t99_s"]);
    assert!(!keys.contains(&"t_drained_s"), "what no scenario models has no row: {keys:?}");
    assert!(
        Table::of(&[&slow], 0).rows.iter().all(|row| row.cells[0].as_ref().unwrap().difference.is_empty())
    );
}

#[test]
fn what_only_one_scenario_models_leaves_the_other_cell_empty() {
    let plain = with_delay("Plain", 30);
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 100, "agent": "example-agent",
        "reconnect_random_delay_seconds": 30}}, "platform": {"workers": 50,
        "writes": {"capacity_per_s": 1000}}, "outage": {"length_s": 60}}"#;
    let modelled = outcome("Modelled", FleetFile::parse(text).unwrap().check(None).fleet.unwrap());
    let table = Table::of(&[&plain, &modelled], 0);
    let drained = table.rows.iter().find(|row| row.key == "t_drained_s").unwrap();
    assert_eq!(drained.cells[0], None);
    assert_eq!(drained.cells[1].as_ref().unwrap().difference, "", "nothing to measure it against");
}

#[test]
fn never_is_a_value_without_a_difference() {
    let mut fleet = file().check(None).fleet.unwrap();
    (fleet.platform.workers, fleet.platform.service_time) = (1, Micros::from_secs(60));
    let stuck = outcome("Stuck", fleet);
    let table = Table::of(&[&with_delay("Slow", 60), &stuck], 0);
    let t95 = table.rows.iter().find(|row| row.key == "t95_s").unwrap();
    let cell = t95.cells[1].as_ref().unwrap();
    assert_eq!((cell.text.as_str(), cell.difference.as_str()), ("never", ""));
}

#[test]
fn inputs_are_listed_once_with_their_value_in_every_scenario() {
    let file = file();
    let delay = "/groups/a/reconnect_random_delay_seconds";
    let edited = file
        .assign(Some("one"), delay, &json!(300))
        .and_then(|file| file.assign(Some("two"), delay, &json!(600)))
        .and_then(|file| file.assign(Some("two"), "/platform/workers", &json!(100)))
        .unwrap();
    let rows = inputs(&[(&edited, None), (&edited, Some("one")), (&edited, Some("two"))], 0);
    let texts: Vec<_> = rows
        .iter()
        .map(|row| (row.input.address.as_str(), row.group.as_str(), [0, 1, 2].map(|at| row.text(at))))
        .collect();
    let cells = |words: [&str; 3]| words.map(str::to_owned);
    assert_eq!(
        texts,
        [
            (delay, "Pumps", cells(["1 min", "5 min", "10 min"])),
            ("/platform/workers", "", cells(["50", "50", "100"]))
        ]
    );
    let events = file.assign(Some("again"), "/outage/events/again/kind", &json!("balancer-switch"));
    if let Ok(events) = events {
        let rows = inputs(&[(&events, None), (&events, Some("again"))], 0);
        assert!(rows.iter().all(|row| row.text(0) == "–"), "the baseline has no such event: {rows:?}");
    }
    assert!(inputs(&[], 0).is_empty());
}
