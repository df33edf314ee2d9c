//! What follows from a topology, and what wins over it.

use super::super::derive::capacity::{capacity, memory};
use super::super::pattern::{PATTERNS, find};
use super::super::*;
use super::reading::{BOXES, file};
use crate::fleet::{Certainty, FleetFile};

fn number(file: &FleetFile, address: &str) -> f64 {
    let view = file.view(None);
    let derived = view.derivation().of_address(address);
    derived.unwrap_or_else(|| unreachable!("{address}")).value.number().unwrap()
}

fn project(id: &str) -> FleetFile {
    file(&serde_json::to_string_pretty(&find(id).unwrap().project()).unwrap())
}

#[test]
fn the_numbers_of_two_boxes_are_those_of_a_calculation_by_hand() {
    let file = file(BOXES);
    // 16 cores, 2 for the Connection Server: 2 × 14 × 12.5 = 350 sign-ins/s × 20 ms = 7.
    assert_eq!(number(&file, "/platform/workers"), 7.0);
    assert_eq!(number(&file, "/platform/accept_queue"), 8_192.0);
    // 65 536 files less 4 000 for Foundation and 1 000 for the Connection Server; outgoing ports allow less.
    assert_eq!(number(&file, "/platform/connection_servers/devices_per_server"), 28_232.0);
    // One load balancer: its limit of 10 000 is below half of the open files.
    assert_eq!(number(&file, "/platform/balancer/held_connections"), 10_000.0);
    assert_eq!(number(&file, "/platform/balancer/cores"), 4.0);
    // The database writes 10 000 values/s, 28 cores × 625 pass on 17 500.
    assert_eq!(number(&file, "/platform/writes/writes_per_s"), 10_000.0);
    assert_eq!(number(&file, "/platform/writes/queue"), 500_000.0);
    let platform = file.check(None).fleet.unwrap().platform;
    assert_eq!((platform.workers, platform.accept_queue), (7, 8_192));
    assert_eq!(platform.connection.unwrap().held, Some(2 * 28_232));
    assert_eq!(platform.sign_in_timeout.unwrap().secs(), 10.0);
    assert_eq!(platform.sessions.bind_protection.unwrap().secs(), 60.0);
}

#[test]
fn every_number_says_how_it_is_derived_and_from_what() {
    for pattern in PATTERNS {
        let file = project(pattern.id);
        let view = file.view(None);
        for derived in &view.derivation().numbers {
            assert!(derived.sentence.len() > 10 && !derived.from.is_empty(), "{derived:?}");
            assert!(!derived.sentence.contains("NaN") && !derived.sentence.contains("inf"), "{derived:?}");
            for address in &derived.from {
                let id = address.split('/').nth(2).unwrap();
                assert!(view.topology().unwrap().node(id).is_some(), "{address}");
            }
        }
        let workers = view.derivation().of_address("/platform/workers").unwrap();
        assert_eq!(workers.certainty, Certainty::Assumed, "sign-ins of a core are a guess");
    }
}

#[test]
fn what_the_file_says_itself_wins_and_a_source_counts() {
    let given = file(BOXES).with("/platform/workers", &99.into()).unwrap();
    assert_eq!(given.check(None).fleet.unwrap().platform.workers, 99);
    let measured = file(BOXES)
        .with("/cluster/fnd-1/sign_ins_per_s", &400.into())
        .and_then(|file| file.with("/cluster/fnd-2/sign_ins_per_s", &200.into()))
        .and_then(|file| {
            let source = serde_json::json!({"certainty": "measured", "source": "load test"});
            let file = file.with("/sources/~1cluster~1fnd-1~1sign_ins_per_s", &source)?;
            file.with("/sources/~1cluster~1fnd-2~1sign_ins_per_s", &source)
        })
        .unwrap();
    let view = measured.view(None);
    let workers = view.derivation().of_address("/platform/workers").unwrap();
    assert_eq!(workers.value.number(), Some(12.0), "600 sign-ins/s × 20 ms");
    assert!(workers.sentence.contains("400 + 200"), "{}", workers.sentence);
    let off = file(BOXES).with("/platform/writes", &serde_json::Value::Null).unwrap();
    assert_eq!(off.check(None).fleet.unwrap().platform.writes, None, "null says that it is not modelled");
}

#[test]
fn a_loss_leaves_less_and_a_standby_takes_over() {
    for (id, machine, share) in [
        ("three-boxes", "box-1", 2.0 / 3.0),
        ("separate-tiers", "app-1", 2.0 / 3.0),
        ("active-passive", "app-1", 1.0),
    ] {
        let file = project(id);
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let cluster = topology.clusters().next().unwrap();
        let whole = capacity(cluster, &view, None);
        let left = capacity(cluster, &view, topology.node(machine));
        assert!((left.sign_ins_per_s / whole.sign_ins_per_s - share).abs() < 1e-9, "{id}: {left:?}");
        assert!(whole.quorum && left.quorum && left.database, "{id}");
        let without_database = capacity(cluster, &view, topology.node("data-1"));
        assert!(without_database.database && without_database.writes_per_s > 0.0, "{id}");
    }
}

#[test]
fn embedded_ignite_takes_memory_and_boxes_have_less_of_everything() {
    let (boxes, tiers) = (project("three-boxes"), project("separate-tiers"));
    let left = |file: &FleetFile| {
        let view = file.view(None);
        let topology = view.topology().unwrap();
        let cluster = topology.clusters().next().unwrap();
        let node = cluster.of(NodeKind::Foundation).next().unwrap();
        memory(cluster, node, &view, 20_000)
    };
    let (shared, alone) = (left(&boxes), left(&tiers));
    // 32 GiB less 5 for others, three quarters, less 2 for Ignite and 1 for 20 000 things.
    assert_eq!((shared.heap, shared.left()), (20.25, 17.25));
    assert_eq!((alone.heap, alone.left()), (24.0, 23.0));
    assert!(number(&boxes, "/platform/workers") < number(&tiers, "/platform/workers"));
}

#[test]
fn patterns_are_read_without_an_error() {
    for pattern in PATTERNS {
        let file = project(pattern.id);
        let checked = file.check(None);
        assert!(
            checked.fleet.is_some() && checked.findings.is_empty(),
            "{}: {:?}",
            pattern.id,
            checked.findings
        );
        assert!(file.view(None).topology().is_some());
    }
    assert!(find("nothing").is_none());
}
