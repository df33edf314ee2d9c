//! What the charts of real results show.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::{FleetFile, Touches};
use crate::sim::{Study, replicate};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

#[test]
fn an_estimate_is_a_dashed_curve_beside_the_runs() {
    let mut fleet = EXAMPLES[0].file().unwrap().check(None).fleet.unwrap();
    fleet.groups.iter_mut().for_each(|group| group.devices = 20);
    fleet.platform.workers = 4;
    let fleet = Arc::new(fleet);
    let runs = replicate(&fleet, 1, 0..2, 1, &AtomicBool::new(false), &|_| ()).unwrap();
    let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
    let outcome = Outcome::of("A".into(), Arc::clone(&fleet), study, 2);
    let preview = Preview::of(&fleet).unwrap();
    let without = charts(&outcome, None, None, &Shown::default());
    assert!(without.iter().flat_map(|chart| &chart.series).all(|series| series.name != "estimate"));
    let with = charts(&outcome, None, Some(&preview), &Shown::default());
    for chart in with.iter().chain(&estimated_charts(&preview, &Shown::default())) {
        let series = chart.series.last().unwrap();
        assert_eq!((series.name.as_str(), series.dashed), ("estimate", true), "{}", chart.id);
        assert!(series.points.len() > 10 && series.points.is_sorted_by(|a, b| a[0] < b[0]));
    }
    let (exact, estimate) = (&with[0].series[0], &with[0].series[1]);
    let middle = outcome.t95() / 2.0;
    let (exact, estimate) = (exact.at(middle).unwrap(), estimate.at(middle).unwrap());
    assert!((exact - estimate).abs() < 25.0, "{exact} {estimate}");
}

#[test]
fn an_estimate_of_a_group_is_drawn_where_it_is_known() {
    let outcome = outcome("connected-products", &[]);
    let preview = Preview::of(&outcome.fleet).unwrap();
    let mut apart = Fleet::clone(&outcome.fleet);
    apart.outage.touches = Touches::Groups(vec![0]);
    let apart = Preview::of(&Arc::new(apart)).unwrap();
    for (index, group) in outcome.fleet.groups.iter().enumerate() {
        let shown = Shown { group: Some(group.id.clone()), part: Part::Queues, ..Shown::default() };
        let with = charts(&outcome, None, Some(&preview), &shown);
        let alone = estimated_charts(&preview, &shown);
        assert!(names(&with[1]).iter().all(|(name, _)| *name != "estimate"), "it does not know attempts");
        assert_eq!(alone[0].title, format!("Devices back, {}", group.name));
        assert_eq!(alone[1].title, "Sign-in attempts, all groups");
        assert!(alone[0].spoken.contains(&format!("of {}: estimate", group.name)), "{}", alone[0].spoken);
        for back in [&with[0], &alone[0]] {
            let series = back.series.last().unwrap();
            assert_eq!((series.name.as_str(), series.dashed), ("estimate", true));
            assert_eq!((series.at(-1.0), series.at(0.0)), (Some(0.0), Some(0.0)));
            let estimate = &preview.fluid.groups.each[index];
            let half = series.at(estimate.times.t50.unwrap()).unwrap();
            assert!((half - 50.0).abs() < 5.0, "{}: {half}", group.id);
        }
        // The other groups of an outage that touches one only are there all the time.
        let untouched = charts(&outcome, None, Some(&apart), &shown).swap_remove(0);
        let at_first = untouched.series.last().unwrap().at(0.0);
        assert_eq!(at_first, Some(if index == 0 { 0.0 } else { 100.0 }), "{}", group.id);
    }
}

/// Returns the result of an example with few devices and as few workers, at one of its scenarios.
fn outcome(name: &str, set: &[(&str, serde_json::Value)]) -> Outcome {
    let example = EXAMPLES.iter().find(|example| example.name == name).unwrap();
    let set_all =
        |file: FleetFile, (address, value): &(&str, serde_json::Value)| file.with(address, value).unwrap();
    let file = set.iter().fold(example.file().unwrap(), set_all);
    let mut fleet = file.check(None).fleet.unwrap();
    fleet.groups.iter_mut().for_each(|group| group.devices = 60);
    let fleet = Arc::new(fleet);
    let runs = replicate(&fleet, 3, 0..3, 1, &AtomicBool::new(false), &|_| ()).unwrap();
    let study = Study::of(&fleet, 3, runs.into_iter().map(Arc::new).collect());
    Outcome::of("A".into(), fleet, study, 3)
}

fn names(chart: &Chart) -> Vec<(&str, bool)> {
    chart.series.iter().map(|series| (series.name.as_str(), series.dashed)).collect()
}

#[test]
fn a_group_has_its_own_curves_and_no_capacity() {
    let outcome = outcome("connected-products", &[]);
    let all = charts(&outcome, None, None, &Shown::default());
    for (index, group) in outcome.fleet.groups.iter().enumerate() {
        let shown = Shown { group: Some(group.id.clone()), part: Part::Queues, ..Shown::default() };
        let own = charts(&outcome, Some(&outcome), None, &shown);
        assert_eq!(own[0].title, format!("Devices back, {}", group.name));
        assert!(own[0].spoken.starts_with(&format!("Recovery curve of {}: 95 % of its", group.name)));
        assert!(own[0].spoken.contains("Baseline: 95 % back"), "{}", own[0].spoken);
        assert!(own[1].spoken.contains(&group.name) && !own[1].spoken.contains("capacity"));
        assert!(own[1].marks.is_empty() && !all[1].marks.is_empty());
        let bins = own[1].series[1].points.len();
        assert_eq!((bins, own[1].bands.len()), (own[1].series[0].points.len(), 1));
        let t95 = outcome.study.groups[index].times[1].median;
        let marked = |mark: &Mark| matches!(mark, Mark::Vertical { x, role: Role::This, .. } if *x == t95);
        assert_eq!(own[0].marks.iter().any(marked), t95.is_finite(), "{}", group.name);
        // Queues are shared: they stay those of the platform.
        assert_eq!(own[2].series[1].points.iter().map(|p| p[1]).fold(0.0, f64::max), largest(&all[2]));
    }
    let gone = Shown { group: Some("gone".into()), part: Part::Queues, ..Shown::default() };
    assert_eq!(charts(&outcome, None, None, &gone), all, "a group that is gone is all groups");
}

fn largest(chart: &Chart) -> f64 {
    chart.series[0].points.iter().map(|point| point[1]).fold(0.0, f64::max)
}

#[test]
fn one_tier_shows_its_queue_and_several_show_theirs() {
    let one = outcome("connected-products", &[]);
    let queue = charts(&one, Some(&one), None, &Shown::default()).swap_remove(2);
    assert_eq!((queue.title.as_str(), queue.bands.len()), ("Queue depth", 1));
    assert_eq!(names(&queue), [("baseline", true), ("this scenario", false)]);
    assert!(queue.spoken.contains("attempts waiting"), "{}", queue.spoken);

    let several = outcome_of_two_queues();
    let queue = charts(&several, Some(&several), None, &Shown::default()).swap_remove(2);
    assert!(queue.series.len() >= 4, "{:?}", names(&queue));
    assert!(names(&queue).ends_with(&[("baseline", true), ("sign-in tier", false)]));
    assert!(
        queue.bands.is_empty() && queue.spoken.contains("Connection Servers at most"),
        "{}",
        queue.spoken
    );
    let roles: Vec<Role> =
        queue.series.iter().filter(|series| !series.dashed).map(|series| series.role).collect();
    assert!(roles.is_sorted_by(|a, b| a > b) && roles.windows(2).all(|pair| pair[0] != pair[1]), "{roles:?}");

    let shown = Shown { part: Part::Utilisation, ..Shown::default() };
    let busy = charts(&several, None, None, &shown).swap_remove(2);
    assert_eq!((busy.title.as_str(), busy.y.range), ("Utilisation", (0.0, 100.0)));
    assert!(busy.series.iter().flat_map(|series| series.points.iter()).all(|point| point[1] <= 100.0));
    assert!(busy.spoken.contains(" %"), "{}", busy.spoken);
}

/// Slow Connection Servers in front of a slow sign-in tier: both have a queue.
fn outcome_of_two_queues() -> Outcome {
    let slow = [
        ("/platform/connection_servers/servers", serde_json::json!(1)),
        ("/platform/connection_servers/workers", serde_json::json!(1)),
        ("/platform/connection_servers/service_time_ms", serde_json::json!(200)),
        ("/platform/workers", serde_json::json!(1)),
        ("/platform/service_time_ms", serde_json::json!(400)),
    ];
    outcome("three-box-line", &slow)
}

#[test]
fn the_write_queue_is_seen_until_all_is_written() {
    let outcome = outcome("three-box-line", &[]);
    let shown = Shown { part: Part::Data, ..Shown::default() };
    let [back, _, data] = <[Chart; 3]>::try_from(charts(&outcome, Some(&outcome), None, &shown)).unwrap();
    assert_eq!((data.title.as_str(), data.y.unit.as_str()), ("Write queue", "values"));
    assert_eq!(names(&data), [("baseline", true), ("this scenario", false)]);
    let drained = outcome.study.metric(sim::Measure::Drained).median;
    assert!(drained.is_finite() && drained <= back.x.range.1);
    assert!(data.spoken.contains("stored data written after"), "{}", data.spoken);
    let one = outcome_of_one_tier();
    let data = charts(&one, None, None, &shown).swap_remove(2);
    assert_eq!(data.title, "Queue depth", "nothing is written where that is not modelled");
}

fn outcome_of_one_tier() -> Outcome {
    outcome("connected-products", &[])
}

#[test]
fn every_scenario_of_a_comparison_has_a_role_and_a_name_of_its_own() {
    let this = outcome("connected-products", &[]);
    let shown = Shown::default();
    let others = ["Night", "Day", "Noon"].map(|name| Other { name, outcome: &this });
    let beside = |baseline, others| Beside { baseline, others, estimate: None };
    let all = compared(&this, &beside(Some(&this), &others[..2]), &shown);
    for chart in &all {
        let roles: Vec<_> = chart.series.iter().map(|s| (s.name.as_str(), s.role, s.dashed)).collect();
        let expected = [
            ("Day", Role::Fourth, true),
            ("Night", Role::Third, true),
            ("baseline", Role::Baseline, true),
            ("this scenario", Role::This, false),
        ];
        assert_eq!(roles, expected, "{}", chart.id);
        assert!(chart.bands.iter().all(|band| band.role == Role::This), "one band, or nothing could be seen");
    }
    assert!(all[0].spoken.contains("Night: 95 % back after"), "{}", all[0].spoken);
    let without = &compared(&this, &beside(None, &others), &shown)[0];
    let role = |name| without.series.iter().find(|series| series.name == name).map(|series| series.role);
    assert_eq!(
        [role("Night"), role("Day"), role("Noon")],
        [Some(Role::Third), Some(Role::Fourth), Some(Role::Baseline)],
        "what is there keeps its role"
    );
    let of = |group: &str| Shown { group: Some(group.into()), ..Shown::default() };
    assert_eq!(compared(&this, &beside(None, &others), &of("pumps"))[0].series.len(), 4);
}

#[test]
fn beside_further_scenarios_only_the_busiest_station_is_drawn() {
    let line = outcome_of_two_queues();
    let shown = Shown::default();
    let alone = charts(&line, None, None, &shown).swap_remove(2);
    assert!(alone.series.len() > 1, "{:?}", names(&alone));
    let others = [Other { name: "Again", outcome: &line }];
    let beside = Beside { others: &others, ..Beside::default() };
    let chart = compared(&line, &beside, &shown).swap_remove(2);
    let roles: Vec<_> = chart.series.iter().map(|series| series.role).collect();
    assert_eq!(roles, [Role::Third, Role::This]);
    assert!(chart.title.starts_with("Queue depth, "), "it says which: {}", chart.title);
}

#[test]
fn many_scenarios_have_a_small_chart_each_over_the_same_axes() {
    let (this, slow) = (
        outcome("connected-products", &[]),
        outcome("connected-products", &[("/outage/length_s", 10.into())]),
    );
    let results = [
        Other { name: "What-if", outcome: &this },
        Other { name: "Slow", outcome: &slow },
        Other { name: "Again", outcome: &this },
    ];
    let charts = overview(&results, &Shown::default());
    let titles: Vec<_> = charts.iter().map(|chart| chart.title.as_str()).collect();
    assert_eq!(titles, ["What-if", "Slow", "Again"]);
    assert!(charts.iter().all(|chart| chart.x.range.1 == charts[0].x.range.1
        && chart.y == Axis { title: chart.title.clone(), ..charts[0].y.clone() }));
    assert!(charts.iter().all(|chart| chart.series.len() == 1 && !chart.series[0].dashed));
    let ids: std::collections::BTreeSet<_> = charts.iter().map(|chart| chart.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert!(charts[1].spoken.starts_with("Slow: "), "{}", charts[1].spoken);
    assert!(overview(&[], &Shown::default()).is_empty());
}

#[test]
fn a_histogram_counts_every_device_once() {
    let this = outcome("connected-products", &[]);
    let shown = Shown { counted: Counted::Returns, ..Shown::default() };
    let chart =
        compared(&this, &Beside { baseline: Some(&this), ..Beside::default() }, &shown).swap_remove(1);
    assert_eq!((chart.id.as_str(), chart.series.len(), chart.bands.len()), ("returns", 2, 1));
    let own = chart.series.iter().find(|series| series.role == Role::This).unwrap();
    let widths: Vec<f64> = own.points.windows(2).map(|pair| pair[1][0] - pair[0][0]).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "all classes are equally long");
    assert!(chart.y.unit.contains(&units::duration(widths[0])), "{}", chart.y.unit);
    let one = Outcome::of(
        "A".into(),
        Arc::clone(&this.fleet),
        Study::of(&this.fleet, 1, this.study.runs[..1].to_vec()),
        1,
    );
    let mut whole = frames(&one.fleet, one.fleet.outage.watch.secs(), None)[1].clone();
    whole = returns::chart(whole, &one, &[], &shown);
    let points = &whole.series[0].points;
    let sum: f64 = points[..points.len() - 1].iter().map(|point| point[1]).sum();
    assert_eq!(sum as u64, one.study.runs[0].totals.back, "one run, all of the time: nobody is missing");
    let (slowest, time) = this.slowest_group().unwrap();
    assert!(chart.spoken.contains(&format!("Slowest group {slowest}")), "{}", chart.spoken);
    let marked = |mark: &Mark| matches!(mark, Mark::Vertical { x, label, .. } if *x == time && label.contains(slowest));
    assert!(chart.marks.iter().any(marked), "{:?}", chart.marks);
    let of = Shown { group: Some(this.fleet.groups[0].id.clone()), ..shown };
    let chart = charts(&this, None, None, &of).swap_remove(1);
    assert_eq!(chart.title, format!("Return times, {}", this.fleet.groups[0].name));
    assert!(chart.marks.is_empty());
}
