//! Verdicts, figures and differences.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::{Fleet, FleetFile};
use crate::sim::{self, Study};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn simulate(fleet: Fleet, runs: u32) -> Outcome {
    let stop = AtomicBool::new(false);
    let done = sim::replicate(&fleet, 1, 0..runs, 2, &stop, &|_| {}).unwrap();
    let study = Study::of(&fleet, 1, done.into_iter().map(Arc::new).collect());
    Outcome::of("test".into(), Arc::new(fleet), study, runs)
}

/// A fleet without a queue: 95 % are back after about 0.95 of the delay.
fn calm(targets: &str) -> Fleet {
    let text = format!(
        r#"{{"regather": 1, "groups": {{"a": {{"devices": 400, "agent": "example-agent",
            "reconnect_random_delay_seconds": 60, "connect_retry_interval": 0, "max_connect_delay": 0}}}},
            "platform": {{"workers": 50}}, "outage": {{"length_s": 0}}, "targets": {targets}}}"#
    );
    FleetFile::parse(&text).unwrap().check(None).fleet.unwrap()
}

fn figure(low: f64, high: f64) -> Figure {
    Figure { key: "t95_s", label: "95 % back", unit: FigureUnit::Duration, median: low, ci: (low, high) }
}

#[test]
fn the_interval_decides_and_the_edge_counts_as_met() {
    let verdict = |low, high, limit| TargetResult::judge(figure(low, high), limit).verdict;
    assert_eq!(verdict(290.0, 300.0, 300.0), Verdict::Met);
    assert_eq!(verdict(290.0, 310.0, 300.0), Verdict::Uncertain);
    assert_eq!(verdict(301.0, 310.0, 300.0), Verdict::Missed);
    assert_eq!(verdict(290.0, f64::INFINITY, 300.0), Verdict::Uncertain);
    assert_eq!(verdict(f64::INFINITY, f64::INFINITY, 300.0), Verdict::Missed);
}

#[test]
fn every_target_is_judged_and_the_worst_decides() {
    assert_eq!(simulate(calm("{}"), 8).verdict(), Verdict::NoTarget);
    assert_eq!(simulate(calm(r#"{"t95_s": 70}"#), 8).verdict(), Verdict::Met);
    let outcome = simulate(calm(r#"{"t95_s": 70, "peak_sign_ins_per_s": 2, "lost_values": 0}"#), 8);
    assert_eq!(outcome.targets.len(), 3);
    assert_eq!(outcome.verdict(), Verdict::Missed);
    assert_eq!(outcome.shortfalls().len(), 1, "{:?}", outcome.shortfalls());
    assert!(
        outcome.headline().starts_with("Peak attempts"),
        "the missed target leads: {}",
        outcome.headline()
    );
    assert_eq!(outcome.chances(), Some((8, 8)));
}

#[test]
fn an_outage_that_disconnects_nobody_is_no_failure() {
    let mut fleet = calm(r#"{"t95_s": 70}"#);
    (fleet.outage.loses, fleet.outage.platform_down) = (None, false);
    let outcome = simulate(fleet, 8);
    assert_eq!(outcome.verdict(), Verdict::Met);
    assert_eq!(outcome.t95(), 0.0);
    assert!(outcome.headline().starts_with("No device loses its connection"), "{}", outcome.headline());
}

#[test]
fn too_few_runs_decide_nothing() {
    let one = simulate(calm(r#"{"t95_s": 70}"#), 1);
    assert_eq!(one.verdict(), Verdict::Uncertain, "one run has no interval, whatever it says");
    let outcome = simulate(calm(r#"{"t95_s": 70}"#), 3);
    assert_eq!(outcome.verdict(), Verdict::Uncertain);
    assert_eq!(outcome.figure("t95_s").unwrap().ci, (0.0, f64::INFINITY));
}

#[test]
fn the_headline_says_when_or_how_many() {
    let outcome = simulate(calm(r#"{"t95_s": 70}"#), 8);
    let t95 = crate::base::units::duration(outcome.t95());
    assert_eq!(outcome.headline(), format!("95 % of devices back after {t95} (target 1 min 10 s)"));
    let mut fleet = calm("{}");
    fleet.platform.workers = 1;
    fleet.platform.service_time = crate::base::Micros::from_secs(60);
    let stuck = simulate(fleet, 2);
    assert!(stuck.headline().starts_with("Only "), "{}", stuck.headline());
    assert_eq!(stuck.slowest_group().unwrap(), ("a", f64::INFINITY));
}

#[test]
fn lost_data_is_all_of_it_and_never_hidden() {
    let flood = |targets: &str| {
        let mut fleet = calm(targets);
        fleet.groups[0].telemetry = crate::fleet::Telemetry::new(10, 1.0);
        fleet.groups[0].store.limit_bytes = 1_000_000;
        fleet.platform.writes = Some(crate::fleet::Writes {
            per_s: 1_000,
            queue: 10,
            event_permille: 1_000,
            service_permille: 1_000,
        });
        simulate(fleet, 8)
    };
    let unasked = flood(r#"{"t95_s": 70}"#);
    assert_eq!(unasked.verdict(), Verdict::Met);
    let rejected = unasked.figure("rejected_values").unwrap().median;
    assert!(rejected > 0.0);
    assert_eq!(unasked.figure("lost_values").unwrap().median, rejected);
    let told = unasked.unjudged_loss().unwrap();
    assert!(told.contains("at the full write queue: no target limits that"), "{told}");
    let asked = flood(r#"{"t95_s": 70, "lost_values": 0}"#);
    assert_eq!((asked.verdict(), asked.unjudged_loss()), (Verdict::Missed, None));
    assert!(asked.headline().starts_with("Lost data"), "{}", asked.headline());
}

#[test]
fn a_planned_start_puts_the_answer_on_the_clock() {
    let mut fleet = calm("{}");
    assert_eq!(simulate(fleet.clone(), 2).wall_clock(), None);
    fleet.outage.start = crate::fleet::file::moment("2026-12-05T23:59:30+01:00");
    let outcome = simulate(fleet, 2);
    let text = outcome.wall_clock().unwrap();
    assert!(text.starts_with("95 % back at 00:00:2") && text.contains("+01:00"), "{text}");
    assert!(text.ends_with("platform back at 23:59:30"), "{text}");
}

#[test]
fn differences_name_the_direction() {
    let slow = simulate(calm("{}"), 8);
    let mut fleet = calm("{}");
    if let crate::fleet::Agent::ExampleAgent { reconnect_random_delay, .. } = &mut fleet.groups[0].agent {
        *reconnect_random_delay = crate::base::Micros::from_secs(30);
    }
    let quick = simulate(fleet, 8);
    let rows = compare(&quick, Some(&slow));
    assert_eq!(rows.len(), quick.figures().len());
    assert!(rows[0].change().starts_with('\u{2212}'), "{}", rows[0].change());
    assert!(rows.iter().find(|row| row.this.key == "stranded").unwrap().change() == "=");
    assert!(compare(&quick, None)[0].change().is_empty());
}

#[test]
fn changes_list_inputs_of_both_scenarios_in_words() {
    let file = EXAMPLES[0].file().unwrap();
    assert_eq!(changes((&file, Some("what-if")), (&file, None)), []);
    let address = "/groups/pumps/reconnect_random_delay_seconds";
    let edited = file.assign(Some("what-if"), address, &serde_json::json!(300)).unwrap();
    let changed = changes((&edited, Some("what-if")), (&file, None));
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].group.as_str(), changed[0].text().as_str()), ("Pumps", "30 s → 5 min"));
    let line = crate::fleet::example::find("three-box-line").unwrap().file().unwrap();
    let changed = changes((&line, Some("second-failure")), (&line, None));
    let texts: Vec<_> = changed.iter().map(Change::text).collect();
    assert_eq!(
        texts,
        ["– → Load balancer fails over, with reset", "– → 40 min"],
        "no default of the new event"
    );
}

#[test]
fn the_first_example_misses_its_target_and_one_drag_meets_it() {
    let file = EXAMPLES[0].file().unwrap();
    let baseline = simulate(file.check(None).fleet.unwrap(), 6);
    assert_eq!(baseline.verdict(), Verdict::Missed, "{}", baseline.headline());
    let view = file.view(None);
    let mut dragged = file.clone();
    for input in crate::fleet::file::address::expand(&file, &view, "random_delay") {
        let value = 300.0 / input.setting.unit.seconds().unwrap();
        dragged = dragged.assign(Some("what-if"), &input.address, &input.setting.json(value)).unwrap();
    }
    let fixed = simulate(dragged.check(Some("what-if")).fleet.unwrap(), 6);
    assert_eq!(fixed.verdict(), Verdict::Met, "{} {:?}", fixed.headline(), fixed.shortfalls());
}
