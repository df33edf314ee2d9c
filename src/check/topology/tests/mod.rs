//! Each rule fires on a topology made for it and is quiet on its neighbour.

mod base;
mod cases;

use crate::base::{Finding, Severity};
use crate::check;
use crate::fleet::FleetFile;
use crate::fleet::cluster::NodeKind;
use crate::fleet::cluster::derive::capacity::capacity;
use cases::{CASES, Case, Edit};
use serde_json::Value;
use std::collections::BTreeSet;

/// Returns a file with edits: pointer and JSON, `-` to take something out.
fn edited(text: &str, edits: &[Edit]) -> FleetFile {
    let mut file = FleetFile::parse(text).unwrap();
    for (pointer, value) in edits {
        file = match *value {
            "-" => file.without(pointer).unwrap(),
            json => file.with(pointer, &serde_json::from_str::<Value>(json).unwrap()).unwrap(),
        };
    }
    file
}

/// Returns the findings of a file, which must be a fleet.
fn findings(file: &FleetFile) -> Vec<Finding> {
    let checked = check::file(file, None);
    assert!(checked.fleet.is_some(), "{:?}", checked.findings);
    checked.findings
}

fn fires(file: &FleetFile, code: &str) -> Option<Finding> {
    findings(file).into_iter().find(|finding| finding.code == code)
}

#[test]
fn the_healthy_topologies_have_no_error() {
    for (text, allowed) in [(base::TIERS, &[][..]), (base::SHARED, &["T009", "T037"])] {
        let file = FleetFile::parse(text).unwrap();
        for finding in findings(&file) {
            assert!(allowed.contains(&finding.code), "{finding}");
        }
    }
}

#[test]
fn every_rule_fires_on_its_case_and_not_on_its_neighbour() {
    for Case { code, text, fires: with, quiet } in CASES {
        let file = edited(text, with);
        let Some(finding) = fires(&file, code) else {
            unreachable!("{code} does not fire: {:?}", findings(&file));
        };
        assert!(finding.line > 1 && !finding.why.is_empty() && !finding.fix.is_empty(), "{finding}");
        assert!(
            finding.pointer.starts_with("/cluster/")
                || finding.pointer.starts_with("/groups/")
                || *code == "T051",
            "{finding}"
        );
        assert!(fires(&edited(text, quiet), code).is_none(), "{code} fires on its neighbour");
    }
}

#[test]
fn every_code_of_the_catalogue_has_a_rule_and_a_pair() {
    let paired: BTreeSet<&str> = CASES.iter().map(|case| case.code).collect();
    let registry: BTreeSet<&str> =
        super::rules().map(|rule| rule.code).chain(check::rules().map(|rule| rule.code)).collect();
    for number in 1..=60 {
        let code = format!("T{number:03}");
        assert!(registry.contains(&*code), "{code} is no rule");
        assert!(paired.contains(&*code), "{code} has no pair");
    }
    for rule in super::rules() {
        assert!(paired.contains(rule.code), "{} has no pair", rule.code);
        for text in [rule.why, rule.advice] {
            assert!(text.ends_with('.'), "{}: whole sentences", rule.code);
        }
        assert!(!rule.title.ends_with('.') && rule.source.len() > 10, "{}", rule.code);
    }
}

#[test]
fn patches_resolve_their_finding() {
    let mut patched = 0;
    for Case { code, text, fires: with, .. } in CASES {
        let mut file = edited(text, with);
        // A rule may find several places, each with a patch of its own.
        for _ in 0..12 {
            let Some(patch) = fires(&file, code).and_then(|finding| finding.patch) else { break };
            file = file.with(&patch.pointer, &patch.value).unwrap();
            patched += 1;
            if fires(&file, code).is_none() {
                break;
            }
        }
        let last = fires(&file, code);
        assert!(last.as_ref().is_none_or(|finding| finding.patch.is_none()), "{code}: {last:?}");
    }
    assert!(patched > 25, "{patched}");
}

#[test]
fn a_reason_silences_a_rule_over_the_topology() {
    let file = edited(base::TIERS, &[("/cluster/zk-3", "-")]);
    assert!(check::file(&file, None).blocked());
    let silenced = edited(
        file.text(),
        &[("/silenced", r#"{ "T001": "the third is on order", "T002": "the third is on order" }"#)],
    );
    let checked = check::file(&silenced, None);
    let finding = checked.findings.iter().find(|finding| finding.code == "T002").unwrap();
    assert_eq!(finding.silenced.as_deref(), Some("the third is on order"));
    assert_eq!(finding.severity, Severity::Error);
    assert!(!checked.blocked());
}

#[test]
fn sourced_and_assumed_reasons_are_told_apart() {
    for rule in super::rules() {
        let reason = rule.reason();
        assert!(reason.contains(&format!("({}: {}", rule.certainty.word(), rule.source)), "{reason}");
    }
}

#[test]
fn sharing_weighs_little_where_one_server_could_hold_all() {
    let few = edited(base::TIERS, &[("/cluster/cxs-1/on", "\"app-1\"")]);
    assert_eq!(fires(&few, "T009").unwrap().severity, Severity::Info);
    let tight = edited(few.text(), &[("/cluster/app-1/open_files", "5500")]);
    assert_eq!(fires(&tight, "T009").unwrap().severity, Severity::Warning);
}

#[test]
fn a_lost_server_is_told_exactly_where_the_whole_cluster_without_it_writes_too_little() {
    let slow = [("/cluster/fnd-1/writes_per_core_s", "500"), ("/cluster/fnd-2/writes_per_core_s", "500")];
    let file = edited(base::TIERS, &slow);
    let mut told = BTreeSet::new();
    for devices in (40_000..=60_000).step_by(1_000) {
        let file = file.with("/groups/pumps/devices", &devices.into()).unwrap();
        let fleet = file.check(None).fleet.unwrap();
        let view = file.view(None);
        let cluster = view.topology().unwrap().played().unwrap();
        let values = super::Look::new(cluster.topology, &fleet, &view).values_per_s(cluster);
        let writes = |lost| capacity(cluster, &view, lost).writes_per_s;
        let is_missed = |node| {
            let left = writes(cluster.topology.machine_of(node));
            left < values && left < writes(None)
        };
        let missed = cluster.of(NodeKind::Foundation).any(is_missed);
        assert_eq!(fires(&file, "T014").is_some(), missed, "{devices} devices");
        told.insert(missed);
    }
    assert_eq!(told.len(), 2, "both happen");
}
