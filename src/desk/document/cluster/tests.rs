//! Changes of the topology: one step each, undone to the byte.

use super::copy::copied;
use super::*;
use crate::desk::command::When;

/// Returns a document with a layout.
fn with(pattern: &str) -> Document {
    let project = pattern::find(pattern).unwrap().project().to_string();
    Document::new(FleetFile::parse(&project).unwrap())
}

fn sound(document: &Document) {
    let findings = document.file.check(None).findings;
    let blocking: Vec<String> = findings.iter().filter(|f| f.blocks()).map(ToString::to_string).collect();
    assert_eq!(blocking, Vec::<String>::new());
}

fn own(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn every_change_is_one_step_and_is_undone_to_the_byte() {
    let mut document = with("three-boxes");
    let before = document.text();
    let first = things(&document.file).iter().find(|(_, thing)| kind(thing) == Some(NodeKind::Vm)).unwrap().0;
    let first = first.to_owned();
    let commands = [
        TopologyCommand::Begin("separate-tiers".into()),
        TopologyCommand::Add { kind: NodeKind::Vm, on: None, at: Some((7.4, 8.6)) },
        TopologyCommand::Add { kind: NodeKind::ConnectionServer, on: Some(first.clone()), at: None },
        TopologyCommand::Add { kind: NodeKind::Cluster, on: None, at: None },
        TopologyCommand::Place(vec![(first.clone(), (1.0, 2.0))]),
        TopologyCommand::Remove(vec![first.clone()]),
        TopologyCommand::Duplicate(vec![first.clone()]),
        TopologyCommand::Paste(copied(&document.file, std::slice::from_ref(&first))),
        TopologyCommand::Rename { id: first.clone(), name: "Hall 3".into() },
    ];
    for command in commands {
        document.topology(command.clone()).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert_ne!(document.text(), before, "{command:?}");
        document.undo().unwrap();
        assert_eq!(document.text(), before, "{command:?}");
    }
}

#[test]
fn a_further_cluster_and_copies_leave_a_sound_project() {
    for pattern in ["single-server", "three-boxes", "separate-tiers", "oem", "cloud-native"] {
        let mut document = with(pattern);
        document.topology(TopologyCommand::Add { kind: NodeKind::Cluster, on: None, at: None }).unwrap();
        sound(&document);
        let machines: Vec<String> = things(&document.file)
            .into_iter()
            .filter(|(_, thing)| kind(thing).is_some_and(NodeKind::is_machine))
            .map(|(id, _)| id.to_owned())
            .collect();
        document.topology(TopologyCommand::Duplicate(machines)).unwrap();
        sound(&document);
        document.topology(TopologyCommand::Add { kind: NodeKind::Link, on: None, at: None }).unwrap();
        sound(&document);
    }
}

#[test]
fn what_cannot_be_without_a_machine_goes_with_it() {
    let mut document = with("single-server");
    document.topology(TopologyCommand::Remove(own(&["server"]))).unwrap();
    let left: Vec<&str> = things(&document.file).into_iter().map(|(id, _)| id).collect();
    assert_eq!(left, ["main", "data", "db"]);
    document.topology(TopologyCommand::Remove(own(&["main", "data"]))).unwrap();
    assert!(document.file.tree().get(BASE).is_none(), "an empty section goes");
}

#[test]
fn a_failure_is_a_scenario_of_its_own() {
    let mut document = with("three-boxes");
    let before = document.text();
    let fail = |fails: &str| TopologyCommand::Fail {
        name: "cxs-1 crashes".into(),
        fails: fails.into(),
        how: How::Crash,
        when: When::Alone { length_s: None },
    };
    assert!(document.topology(fail("nobody")).is_err());
    document.topology(fail("cxs-1")).unwrap();
    assert_eq!(document.file.scenario_name(document.active()), "cxs-1 crashes");
    let view = document.file.view(document.active());
    assert!(view.failure("/outage").unwrap().told.starts_with("cxs-1 crashes"));
    document.undo().unwrap();
    assert_eq!(document.text(), before);
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let mut document = with("single-server");
    let before = document.text();
    let refused = [
        TopologyCommand::Begin("castle".into()),
        TopologyCommand::Add { kind: NodeKind::Foundation, on: None, at: None },
        TopologyCommand::Add { kind: NodeKind::Link, on: None, at: None },
        TopologyCommand::Remove(own(&["nowhere"])),
        TopologyCommand::Paste("{}".into()),
        TopologyCommand::Paste("not JSON".into()),
        TopologyCommand::Rename { id: "server".into(), name: " ".into() },
        TopologyCommand::Refer { id: "fnd".into(), key: "on", ids: own(&["nowhere"]) },
    ];
    for command in refused {
        assert!(document.topology(command.clone()).is_err(), "{command:?}");
        assert_eq!(document.text(), before);
    }
}

#[test]
fn a_number_follows_from_the_topology_again() {
    let mut document = with("single-server");
    let stated = document.file.with("/platform/workers", &json!(7)).unwrap();
    document.step("Set".into(), stated, None);
    document.topology(TopologyCommand::Derive("/platform/workers".into())).unwrap();
    assert!(document.file.tree().get("/platform/workers").is_none());
}

#[test]
fn a_failure_can_last_as_long_as_said_or_stand_beside_the_outage() {
    let mut document = with("three-boxes");
    let before = document.text();
    let fail = |when| TopologyCommand::Fail {
        name: "cxs-1 crashes".into(),
        fails: "cxs-1".into(),
        how: How::Partition,
        when,
    };
    document.topology(fail(When::Alone { length_s: Some(90.0) })).unwrap();
    let outage = document.file.check(document.active()).fleet.unwrap().outage;
    assert_eq!(outage.length.secs(), 90.0);
    document.undo().unwrap();
    for number in 1..=2 {
        document.topology(fail(When::Beside { at_s: 700.5, length_s: 60.0 })).unwrap();
        sound(&document);
        let outage = document.file.check(document.active()).fleet.unwrap().outage;
        let begun = outage.events.iter().filter(|event| event.at.secs() == 700.5 && event.loses.is_some());
        assert_eq!(begun.count(), number);
    }
    document.undo().unwrap();
    document.undo().unwrap();
    assert_eq!(document.text(), before);
}
