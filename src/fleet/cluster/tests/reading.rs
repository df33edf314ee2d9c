//! What is read, what is refused, and where findings point.

use super::super::*;
use crate::fleet::FleetFile;
use proptest::prelude::*;

/// A project with three boxes, two load balancers and a database with its standby.
pub(super) const BOXES: &str = r#"{
  "regather": 1,
  "groups": { "pumps": { "devices": 1000, "agent": "ems", "telemetry": { "properties": 10, "interval_s": 60 } } },
  "outage": { "length_s": 600 },
  "cluster": {
    "main": { "kind": "cluster", "max_database_errors": 1200, "someone": "else" },
    "box-1": { "kind": "vm", "zone": "hall", "at": [10, 20.5] },
    "box-2": { "kind": "vm", "zone": "hall" },
    "edge": { "kind": "vm", "cores": 4, "memory_gib": 8 },
    "store": { "kind": "bare-metal", "cores": 8 },
    "lb": { "kind": "load-balancer", "on": "edge" },
    "cxs-1": { "kind": "connection-server", "on": "box-1" },
    "cxs-2": { "kind": "connection-server", "on": "box-2", "clusters": "main" },
    "fnd-1": { "kind": "foundation", "on": "box-1", "name": "First" },
    "fnd-2": { "kind": "foundation", "on": "box-2", "clusters": ["main"] },
    "db": { "kind": "database", "on": "store", "failover": "patroni" }
  }
}"#;

pub(super) fn file(text: &str) -> FleetFile {
    FleetFile::parse(text).unwrap()
}

fn codes(text: &str) -> Vec<(&'static str, String)> {
    file(text).check(None).findings.into_iter().map(|finding| (finding.code, finding.pointer)).collect()
}

#[test]
fn a_topology_is_read_with_its_references() {
    let file = file(BOXES);
    let view = file.view(None);
    let topology = view.topology().unwrap();
    let cluster = topology.clusters().next().unwrap();
    assert_eq!(cluster.count(NodeKind::Foundation), 2);
    let first = topology.node("fnd-1").unwrap();
    assert_eq!((first.name.as_str(), first.number("max_connections")), ("First", 10_000.0));
    assert_eq!(topology.machine_of(first).unwrap().id, "box-1");
    let beside: Vec<&str> = topology.beside(first).map(|node| &*node.id).collect();
    assert_eq!(beside, ["cxs-1", "fnd-1"]);
    assert_eq!(topology.node("box-1").unwrap().at, Some((10.0, 20.5)));
    assert!(cluster.embeds_ignite(first) && cluster.groups().is_none());
    // What is not known is kept and told.
    assert_eq!(codes(BOXES), [("F019", "/cluster/main/someone".to_owned())]);
}

#[test]
fn bad_topologies_are_findings_with_their_place() {
    let cases: &[(&str, &str, &str, &str)] = &[
        ("F050", "/cluster/lb/kind", "\"load-balancer\"", "\"load-balencer\""),
        ("F050", "/cluster/lb/kind", "\"kind\": \"load-balancer\", ", ""),
        ("F051", "/cluster/lb/on", "\"on\": \"edge\"", "\"on\": \"egde\""),
        ("F051", "/cluster/lb/on", "\"on\": \"edge\"", "\"on\": \"main\""),
        ("F051", "/cluster/lb/on", "\"on\": \"edge\"", "\"on\": 7"),
        ("F051", "/cluster/fnd-2/clusters/0", "[\"main\"]", "[\"man\"]"),
        ("F051", "/cluster/box-1/at", "[10, 20.5]", "[10]"),
        ("F051", "/cluster/main/groups", "\"max_database", "\"groups\": [\"pump\"], \"max_database"),
        ("F052", "/cluster/BOX-1", "\"box-2\": {", "\"BOX-1\": { \"kind\": \"vm\" }, \"box-2\": {"),
        ("F052", "/cluster/a b", "\"box-2\": {", "\"a b\": { \"kind\": \"vm\" }, \"box-2\": {"),
        ("F003", "/cluster/box-1", "\"box-2\": {", "\"box-1\": { \"kind\": \"vm\" }, \"box-2\": {"),
        ("F053", "/cluster/lb/on", ", \"on\": \"edge\"", ""),
        ("F056", "/cluster/main", "\"kind\": \"database\"", "\"kind\": \"file-storage\""),
        ("F057", "/cluster/fnd-2/clusters", "[\"main\"]", "[]"),
        ("F059", "/cluster", "\"kind\": \"cluster\"", "\"kind\": \"vm\""),
        ("F014", "/cluster/edge/cores", "\"cores\": 4", "\"cores\": -4"),
        ("F016", "/cluster/db/failover", "\"patroni\"", "\"patron\""),
        ("F013", "/cluster/lb", "{ \"kind\": \"load-balancer\", \"on\": \"edge\" }", "7"),
    ];
    for (code, pointer, from, to) in cases {
        let text = BOXES.replacen(from, to, 1);
        assert_ne!(&text, BOXES, "{code}: the case changes nothing");
        let found = file(&text).check(None).findings;
        let finding = found.iter().find(|finding| (finding.code, &*finding.pointer) == (*code, *pointer));
        let finding = finding.unwrap_or_else(|| unreachable!("{code} at {pointer} not in {found:?}"));
        assert!(finding.line > 1 && !finding.why.is_empty() && !finding.fix.is_empty(), "{finding}");
    }
}

#[test]
fn a_section_that_is_no_object_or_not_there_is_told() {
    let section = &BOXES[BOXES.find("\"cluster\": {").unwrap()..];
    for (with, code) in [("\"cluster\": [] }", Some("F013")), ("\"cluster\": null }", None)] {
        let found = codes(&BOXES.replace(section, with));
        assert_eq!(found.first().map(|(code, _)| *code), code, "{with}");
    }
    assert_eq!(codes(&BOXES.replace(section, "\"cluster\": {} }")), []);
}

#[test]
fn links_in_a_circle_are_found_and_chains_are_not() {
    let with = |links: &str| {
        let more = format!(
            "\"b\": {{ \"kind\": \"cluster\" }}, \"c\": {{ \"kind\": \"cluster\" }}, {links} \"box-1\": {{"
        );
        let text = BOXES
            .replacen("\"box-1\": {", &more, 1)
            .replace("\"on\": \"box-1\" }", "\"on\": \"box-1\", \"clusters\": \"main\" }")
            .replace("\"name\": \"First\"", "\"clusters\": \"main\"");
        codes(&text).into_iter().filter(|(code, _)| *code != "F019").collect::<Vec<_>>()
    };
    let link = |id: &str, from: &str, to: &str| {
        format!("\"{id}\": {{ \"kind\": \"link\", \"from\": \"{from}\", \"to\": \"{to}\" }}, ")
    };
    let chain = link("l1", "main", "b") + &link("l2", "b", "c") + &link("l3", "main", "c");
    assert_eq!(with(&chain), []);
    let back = chain + &link("l4", "c", "main");
    assert_eq!(with(&back), [("F054", "/cluster/l4".to_owned())]);
    assert_eq!(with(&link("own", "b", "b")), [("F054", "/cluster/own".to_owned())]);
    assert_eq!(with(&link("l", "b", "nowhere")), [("F051", "/cluster/l/to".to_owned())]);
}

#[test]
fn ten_thousand_things_are_one_finding() {
    let things = |number: usize| {
        let things: Vec<String> =
            (0..number).map(|n| format!("\"vm-{n}\": {{ \"kind\": \"vm\" }}")).collect();
        BOXES.replacen("\"box-1\": {", &format!("{}, \"box-1\": {{", things.join(", ")), 1)
    };
    assert_eq!(codes(&things(10_000)), [("F055", "/cluster".to_owned())]);
    let many = file(&things(MAX_NODES - 12));
    assert!(many.view(None).topology().is_some_and(|topology| topology.nodes().len() == MAX_NODES - 1));
}

#[test]
fn unknown_fields_survive_an_edit_and_scenarios_reach_the_topology() {
    let file = file(BOXES);
    let edited = file.with("/cluster/lb/max_connections", &5_000.into()).unwrap();
    assert!(edited.text().contains("\"someone\": \"else\""));
    let edited = edited.with("/scenarios/s/set/~1cluster~1lb~1max_connections", &70.into()).unwrap();
    assert!(!edited.check(Some("s")).blocked(), "{:?}", edited.check(Some("s")).findings);
    let number =
        |scenario| edited.view(scenario).topology().unwrap().node("lb").unwrap().number("max_connections");
    assert_eq!((number(None), number(Some("s"))), (5_000.0, 70.0));
    assert!(edited.inputs(None).iter().any(|input| input.address == "/cluster/lb/max_connections"));
    let wrong = edited.with("/scenarios/s/set/~1cluster~1lbb~1max_connections", &70.into()).unwrap();
    assert!(wrong.check(None).findings.iter().any(|finding| finding.code == "F020"));
}

#[test]
fn a_setting_of_the_topology_can_be_unknown() {
    let text = BOXES.replace(
        "\"kind\": \"load-balancer\"",
        "\"kind\": \"load-balancer\", \"max_connections\": { \"unknown\": [100, 900] }",
    );
    let checked = file(&text).check(None);
    let fleet = checked.fleet.unwrap();
    let held: Vec<Option<u32>> =
        (0..3).map(|run| fleet.drawn(1, run).unwrap().unwrap().platform.balancer.unwrap().held).collect();
    assert!(held.iter().all(|held| (100..=900).contains(&held.unwrap())) && held[0] != held[1], "{held:?}");
}

proptest! {
    #[test]
    fn cut_and_changed_files_never_panic(cut in 0_usize..BOXES.len(), word in "[a-z\\-\\[\\]{}\":, 0-9]{0,12}") {
        let mut text = BOXES.to_owned();
        text.replace_range(cut..cut, &word);
        if let Ok(file) = FleetFile::parse(&text) {
            let _ = file.check(None);
            let _ = file.view(None).derivation().numbers.len();
        }
    }
}
