//! Clusters on one database, and on databases of their own.

use super::*;
use crate::fleet::FleetFile;
use crate::fleet::cluster::tenants::tenants;

/// Two clusters on one database; the second one records much.
fn file(writes_per_s: u32, databases: &str) -> FleetFile {
    let text = format!(
        r#"{{ "regather": 1, "name": "Two tenants",
        "groups": {{
          "a": {{ "devices": 400, "agent": "example-agent", "reconnect_random_delay_seconds": 60,
                  "telemetry": {{ "properties": 1, "interval_s": 60 }} }},
          "b": {{ "devices": 4000, "agent": "example-agent", "reconnect_random_delay_seconds": 20,
                  "telemetry": {{ "properties": 20, "interval_s": 60 }},
                  "offline_store": {{ "limit_bytes": 1000000 }} }}
        }},
        "cluster": {{
          "one": {{ "kind": "cluster", "groups": ["a"], "mode": "single" }}, "two": {{ "kind": "cluster", "groups": ["b"], "mode": "single" }},
          "m1": {{ "kind": "vm", "cores": 4 }}, "m2": {{ "kind": "vm", "cores": 16 }}, "m3": {{ "kind": "vm", "cores": 16 }},
          "f1": {{ "kind": "foundation", "on": "m1", "clusters": "one" }},
          "f2": {{ "kind": "foundation", "on": "m2", "clusters": "two" }},
          {databases}
        }},
        "outage": {{ "length_s": 600, "watch_s": 1200 }} }}"#
    );
    FleetFile::parse(&text.replace("WRITES", &writes_per_s.to_string())).unwrap()
}

const SHARED: &str = r#""db": { "kind": "database", "on": "m3", "writes_per_s": WRITES }"#;
const APART: &str = r#""db1": { "kind": "database", "on": "m3", "clusters": "one", "writes_per_s": WRITES },
    "db2": { "kind": "database", "on": "m3", "clusters": "two", "writes_per_s": WRITES }"#;

fn played(file: &FleetFile) -> Vec<Neighbour> {
    let tenants = tenants(file, None);
    assert_eq!(tenants.len(), 2, "{:?}", file.check(None).findings);
    let runs = Runs { seed: 1, runs: 3, threads: 2 };
    neighbours(tenants, runs, &AtomicBool::new(false), &|_| {}).unwrap()
}

#[test]
fn a_flood_in_one_cluster_slows_the_other() {
    let played = played(&file(2_000, SHARED));
    let [one, two] = &*played else { panic!() };
    assert_eq!((&*one.tenant.name, one.shares_with.len()), ("one", 1));
    assert!(!one.stretches.is_empty() && one.stretches == two.stretches);
    assert_ne!(one.alone.study.hash, one.beside.study.hash);
    let drained = |of: &Outcome| of.study.metric(sim::Measure::Drained).median;
    assert!(drained(&two.beside) >= drained(&two.alone));
    for stretch in &one.stretches {
        assert!(stretch.from < stretch.to && (1..1_000).contains(&stretch.share_permille), "{stretch:?}");
    }
}

#[test]
fn databases_of_their_own_leave_everything_as_it_is() {
    for neighbour in played(&file(2_000, APART)) {
        assert!(neighbour.stretches.is_empty() && neighbour.shares_with.is_empty());
        assert_eq!(neighbour.alone.study, neighbour.beside.study);
    }
}

#[test]
fn a_database_that_is_large_enough_slows_nobody() {
    for neighbour in played(&file(10_000_000, SHARED)) {
        assert!(neighbour.stretches.is_empty());
        assert_eq!(neighbour.alone.study, neighbour.beside.study);
    }
}

#[test]
fn each_gets_its_part_of_what_is_written_and_the_rest_waits() {
    // 100 and 300 are asked for, 200 are written: each gets half, and what is left is asked for again.
    let flow = |own_per_s, room, values: &'static [f64]| Flow { own_per_s, room, wanted: values };
    let a = || flow(1e9, 1e9, &[100.0, 0.0, 0.0, 0.0]);
    let b = |own_per_s, room| flow(own_per_s, room, &[300.0, 0.0, 0.0, 0.0]);
    assert_eq!(shared(200.0, &[a(), b(1e9, 1e9)]), [500, 1_000, 1_000, 1_000]);
    // A cluster whose servers pass on little cannot take more than that.
    assert_eq!(shared(200.0, &[a(), b(50.0, 1e9)]), [1_000, 1_000, 1_000, 1_000]);
    assert_eq!(shared(200.0, &[a(), b(150.0, 1e9)]), [800, 1_000, 1_000, 1_000]);
    // What finds no room in a cluster's own queue is never asked for again.
    let again = |room| shared(100.0, &[a(), b(1e9, room)]);
    assert_eq!(again(1e9), [250, 333, 500, 1_000]);
    assert_eq!(again(50.0), [250, 800, 1_000, 1_000]);
}

#[test]
fn seconds_of_the_same_share_are_one_stretch() {
    let horizon = Micros::from_secs(6);
    let stretches = joined(&[1_000, 480, 500, 480, 1_000, 90, 90], horizon);
    let seconds: Vec<_> =
        stretches.iter().map(|s| (s.from.0 / 1_000_000, s.to.0 / 1_000_000, s.share_permille)).collect();
    assert_eq!(seconds, [(1, 2, 480), (2, 3, 500), (3, 4, 480), (5, 6, 90)]);
    // Nothing ends in more stretches than can be played.
    let flicker: Vec<u32> = (0..1_000).map(|at| if at % 2 == 0 { 1_000 } else { 400 }).collect();
    assert_eq!(joined(&flicker, Micros::from_secs(1_000)).len(), 1);
}
