//! Each rule fires on a fleet made for it and is quiet on the healthy one.

use super::*;
use crate::base::Severity;
use std::collections::BTreeSet;

const HEALTHY: &str = r#"{
  "regather": 1,
  "groups": {
    "managed": { "devices": 1000, "agent": "example-agent", "reconnect_random_delay_seconds": 120,
                 "telemetry": { "properties": 10, "interval_s": 60 } },
    "direct": { "devices": 100, "agent": "c-sdk", "connect_retries": -1, "connect_retry_interval": 30000 }
  },
  "platform": { "workers": 4, "service_time_ms": 20, "accept_queue": 1000 },
  "outage": { "length_s": 600 }
}"#;

/// A change of the healthy file that makes exactly one rule fire.
const CASES: &[(&str, &str, &str)] = &[
    ("D001", "\"connect_retries\": -1", "\"connect_retries\": 3"),
    ("D002", "\"connect_retries\": -1", "\"connect_retries\": 300"),
    ("D003", "_seconds\": 120", "_seconds\": 120, \"connect_retries\": -1"),
    (
        "D004",
        "\"agent\": \"c-sdk\", \"connect_retries\": -1, \"connect_retry_interval\": 30000",
        "\"agent\": \"dotnet-sdk\"",
    ),
    (
        "D005",
        "\"devices\": 100, \"agent\": \"c-sdk\", \"connect_retries\": -1, \"connect_retry_interval\": 30000",
        "\"devices\": 5000, \"agent\": \"generic\", \"backoff\": { \"law\": \"exponential\" }",
    ),
    ("D010", "\"connect_retries\": -1", "\"connect_retries\": -1, \"delay_law\": \"2.2.1-linux\""),
    (
        "D011",
        "\"connect_retries\": -1",
        "\"connect_retries\": -1, \"delay_law\": \"2.2.1-windows\", \"max_connect_delay\": 300000",
    ),
    ("D012", "\"devices\": 100,", "\"devices\": 20000,"),
    ("D013", "\"service_time_ms\": 20,", "\"service_time_ms\": 2000,"),
    ("D014", "\"accept_queue\": 1000", "\"accept_queue\": 100000"),
    (
        "D015",
        "30000 }\n  },\n  \"platform\": { \"workers\": 4",
        "30000, \"tls\": \"off\" }\n  },\n  \"platform\": { \"workers\": 4, \"balancer\": { \"limit_per_s\": 100, \"limit_kind\": \"delay-accept\", \"backlog\": 4096 }",
    ),
    ("D020", "\"properties\": 10", "\"properties\": 1000"),
    ("D030", "\"devices\": 100,", "\"devices\": 100, \"tls\": \"off\","),
    ("T016", "\"workers\": 4", "\"workers\": 4, \"held_connections\": 1000"),
    ("T017", "\"workers\": 4", "\"workers\": 4, \"balancer\": { \"held_connections\": 1000 }"),
    ("T019", "\"workers\": 4", "\"workers\": 4, \"connection_servers\": { \"file_descriptors\": 512 }"),
    ("T027", "\"workers\": 4", "\"workers\": 4, \"balancer\": { \"idle_timeout_s\": 30 }"),
    ("T028", "\"workers\": 4", "\"workers\": 4, \"bind_protection_s\": 60"),
    (
        "T050",
        "\"service_time_ms\": 20, \"accept_queue\": 1000",
        "\"service_time_ms\": 400, \"accept_queue\": 4096",
    ),
    ("T051", "\"workers\": 4", "\"workers\": 4, \"writes\": { \"writes_per_s\": 200, \"queue\": 1000 }"),
    (
        "T052",
        "\"accept_queue\": 1000 },\n  \"outage\": { \"length_s\": 600",
        "\"bind_protection_s\": 90 },\n  \"outage\": { \"length_s\": 600, \"kind\": \"site-partition\"",
    ),
];

fn codes(text: &str) -> Vec<&'static str> {
    let file = FleetFile::parse(text).unwrap();
    file_findings(&file).iter().map(|finding| finding.code).collect()
}

fn file_findings(file: &FleetFile) -> Vec<Finding> {
    super::file(file, None).findings
}

#[test]
fn the_healthy_fleet_has_no_finding() {
    assert_eq!(codes(HEALTHY), Vec::<&str>::new());
}

#[test]
fn every_rule_fires_on_its_case_and_points_into_the_file() {
    let mut covered = BTreeSet::new();
    for (code, from, to) in CASES {
        let text = HEALTHY.replace(from, to);
        assert_ne!(&text, HEALTHY, "{code}: the case changes nothing");
        let file = FleetFile::parse(&text).unwrap();
        let found = file_findings(&file);
        assert!(found.iter().any(|finding| finding.code == *code), "{code} not in {found:?}");
        for finding in found {
            assert!(finding.line > 1 && !finding.why.is_empty() && !finding.fix.is_empty(), "{finding}");
        }
        covered.insert(*code);
    }
    let all: BTreeSet<_> = rules().map(|rule| rule.code).collect();
    assert_eq!(covered, all, "every rule has a case");
}

#[test]
fn patches_resolve_their_finding() {
    for (code, from, to) in CASES {
        let file = FleetFile::parse(&HEALTHY.replace(from, to)).unwrap();
        let Some(patch) = file_findings(&file).into_iter().find(|f| f.code == *code).and_then(|f| f.patch)
        else {
            continue;
        };
        let patched = file.with(&patch.pointer, &patch.value).unwrap();
        assert!(file_findings(&patched).iter().all(|finding| finding.code != *code), "{code}");
    }
}

#[test]
fn a_reason_in_the_file_silences_a_rule() {
    let text = HEALTHY.replace("\"connect_retries\": -1", "\"connect_retries\": 3").replace(
        "\"platform\"",
        "\"silenced\": { \"D001\": \"devices are restarted by hand\" },\n  \"platform\"",
    );
    let file = FleetFile::parse(&text).unwrap();
    let checked = super::file(&file, None);
    let finding = checked.findings.iter().find(|f| f.code == "D001").unwrap();
    assert_eq!(finding.severity, Severity::Error);
    assert_eq!(finding.silenced.as_deref(), Some("devices are restarted by hand"));
    assert!(!checked.blocked());
}

#[test]
fn shipped_fleets_have_no_blocking_finding() {
    for example in crate::fleet::example::EXAMPLES {
        let file = example.file().unwrap();
        for scenario in [None].into_iter().chain(file.scenarios().iter().map(|s| Some(s.id.as_str()))) {
            assert!(!super::file(&file, scenario).blocked(), "{} {scenario:?}", example.name);
        }
    }
}

#[test]
fn a_group_is_called_stranded_only_where_every_device_is() {
    // Three attempts, 5 s apart, after at most 10 s: the last begins at most 20 s after the loss.
    let with = |outage: &str, law: &str| {
        let text = HEALTHY
            .replace("\"connect_retries\": -1, \"connect_retry_interval\": 30000", law)
            .replace("\"length_s\": 600", outage);
        codes(&text).contains(&"D001")
    };
    let usual = "\"connect_retries\": 3, \"connect_retry_interval\": 5000";
    assert!(with("\"length_s\": 22", usual), "the pause after the last attempt helps nobody");
    assert!(!with("\"length_s\": 18", usual));
    assert!(
        !with("\"length_s\": 300, \"attempts_meet\": \"black-hole\"", usual),
        "a repeated SYN gets through"
    );
    assert!(with("\"length_s\": 600, \"attempts_meet\": \"black-hole\"", usual));
    let linux = "\"connect_retries\": 3, \"max_connect_delay\": 600000, \"delay_law\": \"2.2.1-linux\"";
    assert!(with("\"length_s\": 300", linux), "this build waits 2 ms at most");
}

/// Returns the codes of the healthy fleet with other settings of its second group.
fn with_direct(settings: &str) -> Vec<&'static str> {
    let usual =
        "\"devices\": 100, \"agent\": \"c-sdk\", \"connect_retries\": -1, \"connect_retry_interval\": 30000";
    let text = HEALTHY.replace(usual, settings);
    assert_ne!(text, HEALTHY);
    codes(&text)
}

#[test]
fn every_kind_has_a_healthy_fleet() {
    for kind in ["ems", "java-sdk", "generic"] {
        assert_eq!(
            with_direct(&format!("\"devices\": 100, \"agent\": \"{kind}\"")),
            Vec::<&str>::new(),
            "{kind}"
        );
    }
    let dotnet = "\"devices\": 100, \"agent\": \"dotnet-sdk\"";
    assert_eq!(with_direct(dotnet), ["D004"]);
    assert_eq!(with_direct(&format!("{dotnet}, \"auto_reconnect\": \"on\"")), Vec::<&str>::new());
}

#[test]
fn finite_attempts_strand_every_kind_that_nothing_calls_again() {
    let found = |kind: &str, more: &str| {
        let text = format!("\"devices\": 100, \"agent\": \"{kind}\", \"connect_retries\": 4{more}");
        with_direct(&text)
    };
    assert_eq!(found("ems", ""), ["D001"]);
    assert_eq!(found("c-sdk", ", \"duty_cycle\": { \"period_ms\": 600000 }"), Vec::<&str>::new());
    assert_eq!(found("dotnet-sdk", ", \"auto_reconnect\": \"on\""), Vec::<&str>::new());
    // Waits of 1, 2 and 4 s; or of 200 s each, so that the fourth attempt may reach the platform.
    assert_eq!(found("generic", ""), ["D001"]);
    assert_eq!(
        found(
            "generic",
            ", \"backoff\": { \"law\": \"full-jitter\", \"base_ms\": 200000, \"cap_ms\": 200000 }"
        ),
        ["D002"]
    );
}

#[test]
fn a_timeout_of_the_whole_attempt_shortens_the_black_hole() {
    let text = HEALTHY.replace("\"length_s\": 600", "\"length_s\": 300, \"attempts_meet\": \"black-hole\"");
    let with = |law: &str| {
        let to =
            format!("\"connect_retries\": 3, \"connect_retry_interval\": 5000, \"timeout_law\": \"{law}\"");
        codes(&text.replace("\"connect_retries\": -1, \"connect_retry_interval\": 30000", &to))
    };
    // Three attempts of 134 s reach beyond 300 s; three of 10 s do not.
    assert_eq!((with("measured"), with("documented")), (vec!["D002"], vec!["D001"]));
}

#[test]
fn herds_without_any_spread_are_named_where_they_are_too_large() {
    let herd = |devices: u32, rest: &str| with_direct(&format!("\"devices\": {devices}, {rest}"));
    let java = "\"agent\": \"java-sdk\"";
    assert_eq!((herd(1_000, java), herd(1_100, java)), (vec![], vec!["D005"]));
    let generic = |law: &str| {
        format!("\"agent\": \"generic\", \"backoff\": {{ \"law\": \"{law}\", \"cap_ms\": 600000 }}")
    };
    for (law, codes) in [("fixed", vec!["D005"]), ("exponential", vec!["D005"]), ("full-jitter", vec![])] {
        assert_eq!(herd(1_100, &generic(law)), codes, "{law}");
    }
}
