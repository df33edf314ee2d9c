//! Which cluster is played, and who takes part.

use super::super::tenants::tenants;
use super::super::*;
use super::reading::file;
use crate::base::Severity;
use crate::fleet::{FleetFile, Touches};

/// Two clusters with a database each; the first one names no groups.
const TWO: &str = r#"{ "regather": 1, "name": "Two",
  "groups": {
    "a": { "devices": 100, "agent": "ems" }, "b": { "devices": 20, "agent": "ems" },
    "c": { "devices": 3, "agent": "ems", "connect_timeout": { "unknown": [1000, 2000] } }
  },
  "outage": { "length_s": 600, "events": {
    "both": { "kind": "total", "at_s": 700, "length_s": 10, "groups": ["b", "c"] },
    "second": { "kind": "total", "at_s": 800, "length_s": 10, "groups": ["b"] } } },
  "cluster": {
    "one": { "kind": "cluster", "mode": "single" },
    "two": { "kind": "cluster", "name": "Second", "mode": "single", "groups": ["b"] },
    "three": { "kind": "cluster", "mode": "single" },
    "box": { "kind": "vm", "cores": 4 }, "other": { "kind": "vm", "cores": 32 },
    "f1": { "kind": "foundation", "on": "box", "clusters": "one" },
    "f2": { "kind": "foundation", "on": "other", "clusters": "two" },
    "f3": { "kind": "foundation", "on": "other", "clusters": "three" },
    "db": { "kind": "database", "on": "other" }
  } }"#;

fn playing(id: &str) -> FleetFile {
    file(TWO).with(PLAYED, &id.into()).unwrap()
}

fn ids<'g>(groups: impl IntoIterator<Item = &'g crate::fleet::Group>) -> Vec<&'g str> {
    groups.into_iter().map(|group| &*group.id).collect()
}

#[test]
fn one_cluster_is_played_and_everybody_keeps_their_files() {
    let first = file(TWO).check(None).fleet.unwrap();
    assert_eq!((ids(&first.groups), first.cluster.as_deref()), (vec!["a", "c"], Some("one")));
    assert_eq!(ids(first.everybody()), ["a", "b", "c"]);
    assert_eq!((first.devices(), first.whole().devices()), (103, 123));
    // The event for the other cluster does not happen here, the one for both touches who is here.
    let touched: Vec<_> = first.outage.events.iter().map(|event| event.touches.clone()).collect();
    assert_eq!(touched, [Touches::Groups(vec![1])]);

    let second = playing("two").check(None).fleet.unwrap();
    assert_eq!((ids(&second.groups), second.cluster.as_deref()), (vec!["b"], Some("Second")));
    assert_eq!(ids(second.everybody()), ["a", "b", "c"]);
    assert_eq!(second.outage.events.len(), 2);
    assert!(second.platform.capacity_per_s() > first.platform.capacity_per_s());
    // What nobody knows about a group elsewhere is not drawn.
    assert_eq!((first.unknowns.list().len(), second.unknowns.list().len()), (1, 0));
    assert_eq!(first.drawn(1, 0).unwrap().unwrap().groups.len(), 2);
}

#[test]
fn who_is_left_out_is_said_and_a_wrong_choice_is_refused() {
    let found = |file: &FleetFile| -> Vec<(&str, String)> {
        let findings = file.check(None).findings.into_iter();
        findings.filter(|finding| finding.code > "F059").map(|finding| (finding.code, finding.what)).collect()
    };
    let checked = file(TWO).check(None);
    assert!(checked.findings.iter().all(|finding| finding.severity == Severity::Info));
    assert_eq!(
        found(&file(TWO)),
        [("F060", "Second is not simulated, one is; nor is its group b.".to_owned())]
    );
    assert_eq!(
        found(&playing("two")),
        [("F060", "one is not simulated, Second is; nor are its groups a, c.".to_owned())]
    );
    assert_eq!(found(&playing("three")), [("F063", "No group of devices signs in to three.".to_owned())]);
    assert!(playing("three").check(None).fleet.is_none());
    let wrong = playing("twoo").check(None);
    let finding = wrong.findings.iter().find(|finding| finding.code == "F062").unwrap();
    assert_eq!((&*finding.fix, finding.line > 0), ("Did you mean `two`?", true));
    assert!(wrong.fleet.is_none());
}

#[test]
fn a_scenario_can_play_another_cluster_and_each_is_a_tenant() {
    let file = file(TWO).with("/scenarios/other", &serde_json::json!({ "set": { PLAYED: "two" } })).unwrap();
    assert_eq!(ids(&file.check(Some("other")).fleet.unwrap().groups), ["b"]);
    assert_eq!(ids(&file.check(None).fleet.unwrap().groups), ["a", "c"]);
    let tenants = tenants(&file, Some("other"));
    let told: Vec<(&str, u64)> = tenants.iter().map(|one| (&*one.id, one.fleet.devices())).collect();
    assert_eq!(told, [("one", 103), ("two", 20)], "the cluster without groups is none");
}

#[test]
fn one_cluster_plays_everybody_it_names_or_not() {
    let one =
        file(&super::reading::BOXES.replace("\"max_database_errors\": 1200", "\"groups\": [\"pumps\"]"));
    let fleet = one.check(None).fleet.unwrap();
    assert_eq!((fleet.cluster, fleet.elsewhere.len(), fleet.groups.len()), (None, 0, 1));
}
