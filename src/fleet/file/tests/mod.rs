//! Reading, checking and editing project files.

mod outage;
mod platform;

use super::address::{expand, levers, resolve, typed};
use super::*;
use crate::base::Micros;
use crate::fleet::example::EXAMPLES;
use crate::fleet::{
    Agent, Backoff, BackoffLaw, Bounds, DutyCycle, Flush, JavaSdk, Link, OfflineStore, Retries,
};
use proptest::prelude::*;
use serde_json::json;

const SMALL: &str = r#"{
  "regather": 1,
  "name": "Small", // kept
  "groups": {
    "a": { "devices": 10, "agent": "example-agent", "reconnect_random_delay_seconds": "1 min", "note": 7 },
    "b": { "devices": 5, "agent": "c-sdk", "connect_retries": -1 }
  },
  "outage": { "length_s": "15min" },
  "scenarios": { "wide": { "name": "Wide", "set": { "/groups/a/reconnect_random_delay_seconds": 300 } } }
}
"#;

fn small() -> FleetFile {
    FleetFile::parse(SMALL).unwrap()
}

fn codes(text: &str) -> Vec<String> {
    match FleetFile::parse(text) {
        Ok(file) => file.check(None).findings.iter().map(|f| format!("{} {}", f.code, f.pointer)).collect(),
        Err(finding) => vec![format!("{} {}", finding.code, finding.pointer)],
    }
}

#[test]
fn reads_a_fleet_with_defaults_and_durations_in_text() {
    let checked = small().check(None);
    let fleet = checked.fleet.unwrap();
    assert_eq!(fleet.devices(), 15);
    assert_eq!(fleet.outage.length, Micros::from_secs(900));
    let Agent::ExampleAgent { reconnect_random_delay, sdk } = fleet.groups[0].agent else { panic!() };
    assert_eq!(reconnect_random_delay, Micros::from_secs(60));
    assert_eq!(sdk.connect_retries, Retries::Times(1));
    assert_eq!(fleet.groups[1].agent.retries(), Retries::Forever);
    let unknown: Vec<_> = checked.findings.iter().map(|f| (f.code, f.line)).collect();
    assert_eq!(unknown, [("F019", 5)], "the unknown `note` is named with its line");
}

#[test]
fn every_kind_is_read_with_its_own_names_and_defaults() {
    let group = |text: &str| {
        let file = SMALL.replace("\"agent\": \"c-sdk\", \"connect_retries\": -1", text);
        FleetFile::parse(&file).unwrap().check(None).fleet.unwrap().groups.remove(1)
    };
    let secs = Micros::from_secs;
    let ems = group(r#""agent": "ems", "pingpong_timeout": 7000, "msg_timeout": "8s""#);
    let Agent::Ems(sdk) = ems.agent else { panic!() };
    assert_eq!((sdk.connect_retries, sdk.connect_retry_interval), (Retries::Forever, secs(10)));
    assert_eq!((ems.link.pong_timeout, ems.link.message_timeout), (secs(7), secs(8)));
    assert_eq!((ems.duty, ems.link.ping_rate, ems.link.bounds), (None, secs(55), Bounds::Answer));

    let java = group(r#""agent": "java-sdk", "idle_ping_rate_s": 10"#);
    let expected = JavaSdk { reconnect_interval: secs(15), connect_timeout: secs(10) };
    assert_eq!(java.agent, Agent::JavaSdk(expected));
    assert_eq!((java.link.ping_rate, java.link.bounds), (secs(10), Bounds::Attempt));

    assert!(!group(r#""agent": "dotnet-sdk""#).agent.reconnects(), "off by default");
    assert!(group(r#""agent": "dotnet-sdk", "auto_reconnect": "on""#).agent.reconnects());

    let generic = group(
        r#""agent": "generic", "first_delay_ms": "2s", "keep_alive_s": 30, "detection_factor": 2.5,
           "backoff": { "law": "equal-jitter", "cap_ms": 9000 }, "tls": "off",
           "local_trouble": { "drops_per_day": 0.5 },
           "offline_store": { "flush": "before-bind", "resends": "on" }"#,
    );
    let backoff = Backoff { law: BackoffLaw::EqualJitter, base: secs(1), cap: secs(9) };
    let Agent::Generic(agent) = generic.agent else { panic!() };
    assert_eq!((agent.backoff, agent.first_delay), (backoff, secs(2)));
    assert_eq!(agent.connect_retries, Retries::Forever);
    assert_eq!(
        (generic.link.tls, generic.link.ping_rate, generic.link.pong_timeout),
        (false, secs(30), secs(45))
    );
    assert_eq!((generic.drops_per_day, generic.store.flush), (0.5, Flush::BeforeBind));
    assert!(generic.store.resends);
}

#[test]
fn the_defaults_of_the_c_sdk_are_the_measured_link() {
    let group = small().check(None).fleet.unwrap().groups.remove(1);
    assert_eq!((group.link, group.store, group.duty), (Link::default(), OfflineStore::default(), None));
    let duty = |text: &str| {
        let file = SMALL.replace("\"connect_retries\": -1", text);
        FleetFile::parse(&file).unwrap().check(None).fleet.unwrap().groups.remove(1).duty
    };
    let cycle = DutyCycle { period: Micros::from_secs(6), on_permille: 500 };
    assert_eq!(duty(r#""duty_cycle": { "on_pct": 50, "period_ms": 6000 }"#), Some(cycle));
    assert_eq!(duty(r#""duty_cycle": { "on_pct": 100, "period_ms": 6000 }"#), None);
    assert_eq!(duty(r#""duty_cycle": { "on_pct": 50 }"#), None, "without a period it is always connected");
}

#[test]
fn a_scenario_assigns_over_the_baseline() {
    let fleet = small().check(Some("wide")).fleet.unwrap();
    let Agent::ExampleAgent { reconnect_random_delay, .. } = fleet.groups[0].agent else { panic!() };
    assert_eq!(reconnect_random_delay, Micros::from_secs(300));
    assert_eq!(small().scenario_name(Some("wide")), "Wide");
    assert_eq!(small().scenario_name(None), "Baseline");
}

#[test]
fn assigning_the_baselines_value_takes_the_assignment_out() {
    let address = "/groups/a/reconnect_random_delay_seconds";
    let file = small().assign(Some("wide"), address, &json!(120)).unwrap();
    assert_eq!(file.tree().value("/scenarios/wide/set").unwrap(), json!({ (address): 120 }));
    let file = file.assign(Some("wide"), address, &json!("1 min")).unwrap();
    assert_eq!(file.tree().value("/scenarios/wide/set").unwrap(), json!({}));
    assert!(file.text().contains("// kept"), "comments survive edits");
}

#[test]
fn every_kind_of_fault_has_its_code_pointer_and_proposal() {
    let with = |from: &str, to: &str| SMALL.replace(from, to);
    let cases = [
        (String::new(), "F001 "),
        ("[]".into(), "F010 "),
        ("{}".into(), "F010 "),
        (with("\"regather\": 1", "\"regather\": 99"), "F011 /regather"),
        (with("\"devices\": 10, ", ""), "F012 /groups/a/devices"),
        (with("\"devices\": 10", "\"devices\": \"ten\""), "F013 /groups/a/devices"),
        (with("\"devices\": 10", "\"devices\": 0"), "F014 /groups/a/devices"),
        (with("\"devices\": 10", "\"devices\": -3"), "F014 /groups/a/devices"),
        (with("\"devices\": 10", "\"devices\": 1000000000"), "F014 /groups/a/devices"),
        (with("\"devices\": 10", "\"devices\": 1e999"), "F014 /groups/a/devices"),
        (with("\"devices\": 10", "\"devices\": 1.5"), "F023 /groups/a/devices"),
        (with("\"15min\"", "\"soon\""), "F015 /outage/length_s"),
        (with("\"15min\"", "-5"), "F014 /outage/length_s"),
        (with("\"15min\"", "\"900 years\""), "F015 /outage/length_s"),
        (with("\"c-sdk\"", "\"toaster\""), "F016 /groups/b/agent"),
        (with("\"15min\"", "60, \"start\": \"tomorrow\""), "F021 /outage/start"),
        (with("\"b\": {", "\"B b\": {"), "F022 /groups/B b"),
        (with("\"b\": {", "\"A\": {"), "F022 /groups/A"),
        (with("\"b\": {", "\"NUL\": {"), "F022 /groups/NUL"),
        (with("\"15min\" }", "\"15min\" }, \"targets\": { \"t95_s\": \"2h\" }"), "F025 /targets/t95_s"),
        (with("\"scenarios\": {", "\"silenced\": [], \"scenarios\": {"), "F013 /silenced"),
        (with("\"set\": {", "\"set\": 1, \"why\": {"), "F013 /scenarios/wide/set"),
        (
            with("/groups/a/reconnect", "/groups/z/reconnect"),
            "F020 /scenarios/wide/set/~1groups~1z~1reconnect_random_delay_seconds",
        ),
        (
            with("\"devices\": 10", "\"devices\": 9000000").replace("\"devices\": 5", "\"devices\": 9000000"),
            "F018 /groups",
        ),
    ];
    for (text, expected) in cases {
        let found = codes(&text);
        assert!(found.iter().any(|f| f == expected), "{expected} not in {found:?} for {text}");
    }
    let none = r#"{"regather": 1, "groups": {}, "outage": {"length_s": 5}}"#;
    assert_eq!(codes(none), ["F017 /groups"]);
}

#[test]
fn a_blocking_fault_gives_no_fleet_and_a_typing_error_gets_a_proposal() {
    let zero = FleetFile::parse(&SMALL.replace("\"devices\": 10", "\"devices\": 0")).unwrap().check(None);
    assert!(zero.blocked() && zero.fleet.is_none());
    let finding = zero.findings.iter().find(|f| f.code == "F014").unwrap();
    assert_eq!(finding.patch.as_ref().unwrap().value, json!(1));
    let typo = SMALL.replace("\"note\"", "\"conect_timeout\"");
    let checked = FleetFile::parse(&typo).unwrap().check(None);
    assert_eq!(checked.findings[0].fix, "Did you mean `connect_timeout`?");
    assert!(!checked.blocked());
}

#[test]
fn a_fault_in_a_scenario_that_is_not_read_is_found_too() {
    let text = SMALL.replace("delay_seconds\": 300", "delay_seconds\": -1");
    let found = codes(&text);
    assert!(found.iter().any(|f| f.starts_with("F014 /scenarios/wide/set/")), "{found:?}");
}

#[test]
fn addresses_resolve_and_levers_expand() {
    let file = small();
    let view = file.view(None);
    assert_eq!(resolve(&view, "/groups/a/connect_timeout").unwrap().setting.name(), "connect_timeout");
    assert_eq!(resolve(&view, "/outage/length_s").unwrap().group, None);
    for unknown in ["/groups/z/devices", "/groups/b/reconnect_random_delay_seconds", "/nothing", "groups"] {
        assert!(resolve(&view, unknown).is_none(), "{unknown}");
    }
    let expanded: Vec<_> = expand(&file, &view, "random_delay").into_iter().map(|i| i.address).collect();
    assert_eq!(expanded, ["/groups/a/reconnect_random_delay_seconds", "/groups/b/max_connect_delay"]);
    assert!(levers(&file, &view).contains(&"connect_retry_interval"));
    for input in file.inputs(None) {
        assert_eq!(resolve(&view, &input.address), Some(input));
    }
}

#[test]
fn typed_text_needs_a_unit_and_stays_in_range() {
    let file = small();
    let view = file.view(None);
    let setting = |address| resolve(&view, address).unwrap().setting;
    let (delay, interval) = ("/groups/a/reconnect_random_delay_seconds", "/groups/b/connect_retry_interval");
    let read = |address, text| typed(setting(address), text);
    assert_eq!(read(delay, "5 min"), Ok(Value::Number(300.0)));
    assert_eq!(read(interval, "1.5s"), Ok(Value::Number(1_500.0)));
    assert_eq!(read("/groups/b/connect_retries", "for ever"), Ok(Value::Number(-1.0)));
    assert_eq!(read("/groups/a/devices", "12 000"), Ok(Value::Number(12_000.0)));
    for (address, text, part) in [
        (delay, "90", "has no unit. Write `90s`"),
        (delay, "-90", "has no unit. Write `90s`"),
        (delay, "abc", "not a duration"),
        (delay, "1.5s", "whole numbers of seconds"),
        (delay, "-5s", "outside"),
        ("/groups/a/devices", "inf", "not a number"),
        ("/groups/a/devices", "1 5", "not a number"),
        ("/groups/a/agent", "toaster", "`example-agent`, `c-sdk`"),
    ] {
        let message = read(address, text).unwrap_err();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn moments_keep_their_offset() {
    let at = moment("2026-12-05T02:00:00+01:00").unwrap();
    assert_eq!(at.timestamp().as_second(), 1_796_432_400);
    for text in ["", "2026-12-05", "2026-12-05T02:00:00", "02:00+01:00", "2026-13-05T02:00:00Z"] {
        assert!(moment(text).is_none(), "{text}");
    }
}

#[test]
fn every_shipped_example_is_read_without_an_error() {
    for example in EXAMPLES {
        let file = example.file().unwrap();
        for scenario in [None].into_iter().chain(file.scenarios().iter().map(|s| Some(s.id.as_str()))) {
            let checked = file.check(scenario);
            let worse = |finding: &&Finding| finding.severity > Severity::Info;
            assert_eq!(checked.findings.iter().find(worse), None, "{}", example.name);
            assert!(checked.fleet.is_some());
        }
        assert!(!file.why().is_empty());
        for source in file.provenance() {
            assert!(resolve(&file.view(None), &source.address).is_some(), "{}", source.address);
        }
    }
}

proptest! {
    #[test]
    fn hostile_text_never_panics(text in "\\PC{0,200}", cut in 0_usize..SMALL.len()) {
        let _ = codes(&text);
        if SMALL.is_char_boundary(cut) {
            let _ = codes(&SMALL[..cut]);
        }
    }

    #[test]
    fn any_number_at_any_input_is_read_or_refused(which in 0_usize..40, number in prop_oneof![
        Just(0.0), Just(-1.0), Just(1e300), Just(0.5), -1e6..1e12_f64
    ]) {
        let file = small();
        let inputs = file.inputs(None);
        let input = &inputs[which % inputs.len()];
        let edited = file.with(&input.address, &json!(number)).unwrap();
        let checked = edited.check(None);
        prop_assert_eq!(checked.fleet.is_none(), checked.blocked());
    }
}
