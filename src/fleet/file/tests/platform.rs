//! The sections of the platform, its preset, and what has no effect.

use super::*;
use crate::fleet::catalogue::platforms::PRESETS;
use crate::fleet::setting::Absent;
use crate::fleet::settings::{Area, CERTIFICATES, LIMIT_KINDS, SERVICE_LAWS};
use crate::fleet::{Full, LimitKind, Platform, Purges, ServiceLaw};
use std::collections::BTreeSet;

/// Returns a project with these inputs of the platform.
fn with(platform: &str) -> FleetFile {
    let text = format!(
        r#"{{ "regather": 1, "groups": {{ "a": {{ "devices": 10, "agent": "c-sdk",
             "telemetry": {{ "events": 1, "services": 1 }} }} }},
             "platform": {platform}, "outage": {{ "length_s": 60 }}, "scenarios": {{ "s": {{ "set": {{}} }} }} }}"#
    );
    FleetFile::parse(&text).unwrap()
}

#[track_caller]
fn read(platform: &str) -> Platform {
    let checked = with(platform).check(None);
    assert_eq!(checked.findings, [], "{platform}");
    checked.fleet.unwrap().platform
}

#[test]
fn a_platform_that_says_nothing_is_the_one_tier_of_old() {
    let one = Platform::one_tier(4, Micros::from_millis(20), ServiceLaw::Fixed, 4_096);
    assert_eq!(read("{}"), one);
    assert_eq!(read(r#"{ "balancer": null, "writes": null }"#), one);
}

#[test]
fn a_section_that_is_there_has_defaults_for_the_rest() {
    let platform = read(r#"{ "balancer": {}, "connection_servers": {}, "writes": {} }"#);
    let balancer = platform.balancer.unwrap();
    assert_eq!((balancer.limit, balancer.backlog, balancer.cores), (None, 4_096, 0));
    assert_eq!((balancer.held, balancer.idle_timeout), (None, None));
    let servers = platform.connection.unwrap();
    assert_eq!((servers.workers, servers.room, servers.held), (16, 8_192, Some(200_000)));
    assert_eq!(servers.service_time, Micros::from_millis(2));
    let writes = platform.writes.unwrap();
    assert_eq!((writes.per_s, writes.queue, writes.event_permille), (10_000, 250_000, 1_000));
    assert_eq!(platform.sign_in_timeout, Some(Micros::from_secs(10)), "Connection Servers wait for 10 s");
}

#[test]
fn every_input_of_the_platform_is_read() {
    let platform = read(
        r#"{ "service_law": "lognormal", "when_full": "drop-syn", "purges_abandoned": "on",
             "held_connections": 9, "bind_protection_s": 60, "pongs_wait": "on", "sign_in_timeout_ms": 15000 }"#,
    );
    assert_eq!((platform.service_law, platform.full), (ServiceLaw::Lognormal, Full::DropSyn));
    // As earlier versions wrote it.
    assert_eq!(platform.purges, Purges::GivenUp);
    assert!(platform.sessions.pongs_wait);
    assert_eq!((platform.held, platform.sessions.bind_protection), (Some(9), Some(Micros::from_secs(60))));
    let platform = read(
        r#"{ "balancer": { "limit_per_s": 300, "limit_kind": "reset", "certificate": "p-256", "cores": 3,
                           "resumed_pct": 12.5, "resumed_handshake_ms": 0.2, "held_connections": 10000,
                           "idle_timeout_s": 350 },
             "connection_servers": { "servers": 3, "workers": 2, "service_time_ms": 1.5, "service_law": "exponential",
                                     "queue": 10, "upgrade_timeout_ms": 7000, "authentication_timeout_ms": 5000,
                                     "purges_abandoned": "too-late", "file_descriptors": 1024 },
             "writes": { "writes_per_s": 500, "queue": 7, "event_cost": 2.5, "service_cost": 0 },
             "breaking_point": { "values": 6, "waiting_sign_ins": 5, "down_s": 30 } }"#,
    );
    let balancer = platform.balancer.unwrap();
    let limit = balancer.limit.unwrap();
    assert_eq!((limit.per_s, limit.kind), (300, LimitKind::Reset));
    assert_eq!((balancer.handshake, balancer.cores), (Micros(490), 3));
    assert_eq!((balancer.resumed_handshake, balancer.resumed_permille), (Micros(200), 125));
    assert_eq!((balancer.held, balancer.idle_timeout), (Some(10_000), Some(Micros::from_secs(350))));
    let servers = platform.connection.unwrap();
    assert_eq!((servers.workers, servers.room, servers.held), (6, 30, Some(3_072)));
    assert_eq!((servers.patience, servers.purges), (Some(Micros::from_secs(7)), Purges::TooLate));
    assert_eq!(platform.sign_in_timeout, Some(Micros::from_secs(5)));
    let writes = platform.writes.unwrap();
    assert_eq!((writes.event_permille, writes.service_permille), (2_500, 0));
    let breaking = platform.breaking.unwrap();
    assert_eq!((breaking.values, breaking.waiting, breaking.down), (Some(6), Some(5), Micros::from_secs(30)));
}

#[test]
fn every_word_of_a_choice_means_something_else() {
    let laws = SERVICE_LAWS.iter().map(|choice| {
        format!("{:?}", read(&format!(r#"{{ "service_law": "{}" }}"#, choice.value)).service_law)
    });
    assert_eq!(laws.collect::<BTreeSet<_>>().len(), SERVICE_LAWS.len());
    let limits = LIMIT_KINDS.iter().map(|choice| {
        let text = format!(r#"{{ "balancer": {{ "limit_per_s": 5, "limit_kind": "{}" }} }}"#, choice.value);
        format!("{:?}", read(&text).balancer.unwrap().limit)
    });
    assert_eq!(limits.collect::<BTreeSet<_>>().len(), LIMIT_KINDS.len());
    let certificates = CERTIFICATES.iter().map(|choice| {
        read(&format!(r#"{{ "balancer": {{ "certificate": "{}" }} }}"#, choice.value))
            .balancer
            .unwrap()
            .handshake
    });
    assert_eq!(certificates.collect::<BTreeSet<_>>(), BTreeSet::from([Micros(0), Micros(490), Micros(760)]));
}

#[test]
fn a_preset_gives_defaults_and_what_the_file_says_wins() {
    let platform = read(r#"{ "preset": "large", "accept_queue": 100 }"#);
    assert_eq!((platform.workers, platform.accept_queue), (10, 100));
    assert_eq!(platform.balancer.unwrap().handshake, Micros(1_000));
    let certificate = read(r#"{ "preset": "large", "balancer": { "certificate": "p-256" } }"#);
    assert_eq!(certificate.balancer.unwrap().handshake, Micros(490));
    assert_eq!(read(r#"{ "preset": "large", "balancer": null }"#).balancer, None);
    let bucket = read(r#"{ "preset": "token-bucket" }"#).balancer.unwrap();
    assert_eq!((bucket.limit.unwrap().kind, bucket.cores), (LimitKind::Reset, 0));
    let file = with("{}").assign(Some("s"), "/platform/preset", &json!("small")).unwrap();
    assert_eq!(file.check(Some("s")).fleet.unwrap().platform.workers, 1);
    assert_eq!(file.check(None).fleet.unwrap().platform.workers, 4);
}

#[test]
fn presets_set_inputs_that_exist_to_values_that_they_accept() {
    let file = with("{}");
    for preset in PRESETS {
        assert!(preset.meaning.ends_with('.') && preset.source.len() > 10);
        for (address, absent) in preset.sets {
            let setting = resolve(&file.view(None), address).unwrap().setting;
            match *absent {
                Absent::Number(number) => assert!(setting.accepts(number), "{address}"),
                Absent::Word(word) => assert_eq!(typed(setting, word), Ok(Value::Word(word.into()))),
                other => panic!("{address}: {other:?}"),
            }
        }
        let supplied = read(&format!(r#"{{ "preset": "{}" }}"#, preset.id));
        assert_ne!(supplied, read("{}"), "{}: sets what is the default anyway", preset.id);
    }
}

#[test]
fn a_scenario_can_model_a_section_and_addresses_reach_into_it() {
    let file = with("{}");
    let address = "/platform/balancer/limit_per_s";
    assert!(file.inputs(None).iter().all(|input| input.address != address), "not modelled, not listed");
    assert_eq!(resolve(&file.view(None), address).unwrap().setting.key, "limit_per_s");
    assert_eq!(address::section(address), "Load balancer");
    let file = file.assign(Some("s"), address, &json!(50)).unwrap();
    assert_eq!(file.check(None).fleet.unwrap().platform.balancer, None);
    assert_eq!(file.check(Some("s")).fleet.unwrap().platform.balancer.unwrap().limit.unwrap().per_s, 50);
    assert!(file.inputs(Some("s")).iter().any(|input| input.address == "/platform/balancer/backlog"));
    let all = with(
        r#"{ "balancer": {}, "connection_servers": {}, "writes": {}, "breaking_point": { "values": 9 } }"#,
    );
    let inputs = all.inputs(None);
    for input in &inputs {
        assert_eq!(resolve(&all.view(None), &input.address).as_ref(), Some(input));
    }
    let listed = |area: Area| inputs.iter().filter(|input| input.address.starts_with(area.base())).count();
    for area in Area::SINGLE.into_iter().filter(|area| area.is_optional()) {
        assert_eq!(listed(area), area.settings().len(), "{area:?}");
    }
}

#[test]
fn faults_in_sections_are_found_with_their_place() {
    let found = |platform: &str| -> Vec<String> {
        let findings = with(platform).check(None).findings;
        findings.iter().map(|f| format!("{} {}", f.code, f.pointer)).collect()
    };
    for (platform, expected) in [
        (r#"{ "balancer": 7 }"#, "F013 /platform/balancer"),
        (r#"{ "balancer": { "limit_per_s": 0 } }"#, "F014 /platform/balancer/limit_per_s"),
        (r#"{ "balancer": { "limit": 5 } }"#, "F019 /platform/balancer/limit"),
        (r#"{ "balncer": {} }"#, "F019 /platform/balncer"),
        (r#"{ "balancer": { "certificate": "rsa" } }"#, "F016 /platform/balancer/certificate"),
        (r#"{ "writes": { "writes_per_s": 0 } }"#, "F014 /platform/writes/writes_per_s"),
        (r#"{ "connection_servers": { "servers": 1.5 } }"#, "F023 /platform/connection_servers/servers"),
        (r#"{ "breaking_point": { "down_s": 0 } }"#, "F014 /platform/breaking_point/down_s"),
    ] {
        assert!(found(platform).iter().any(|f| f == expected), "{expected} not in {:?}", found(platform));
    }
}

#[test]
fn what_has_no_effect_is_said_with_the_reason() {
    for (platform, pointer) in [
        (r#"{ "when_full": "drop-syn", "balancer": {} }"#, "/platform/when_full"),
        (r#"{ "when_full": "drop-syn", "connection_servers": {} }"#, "/platform/when_full"),
        (
            r#"{ "balancer": {}, "connection_servers": { "when_full": "drop-syn" } }"#,
            "/platform/connection_servers/when_full",
        ),
        (r#"{ "balancer": { "limit_kind": "reset" } }"#, "/platform/balancer/limit_kind"),
        (
            r#"{ "balancer": { "limit_per_s": 9, "limit_kind": "reset", "backlog": 9 } }"#,
            "/platform/balancer/backlog",
        ),
        (r#"{ "balancer": { "cores": 4 } }"#, "/platform/balancer/cores"),
        (
            r#"{ "balancer": { "certificate": "p-256", "handshake_ms": 2 } }"#,
            "/platform/balancer/certificate",
        ),
        (
            r#"{ "balancer": { "certificate": "p-256", "resumed_handshake_ms": 1 } }"#,
            "/platform/balancer/resumed_handshake_ms",
        ),
        (
            r#"{ "breaking_point": { "values": 5, "waiting_sign_ins": 9 } }"#,
            "/platform/breaking_point/values",
        ),
        (r#"{ "breaking_point": { "down_s": 9 } }"#, "/platform/breaking_point/down_s"),
    ] {
        let file = with(platform);
        let checked = file.check(None);
        let finding =
            checked.findings.iter().find(|f| f.code == "F026").unwrap_or_else(|| panic!("{platform}"));
        assert_eq!(finding.pointer, pointer);
        assert!(!finding.why.is_empty() && finding.line == 3 && checked.fleet.is_some());
        if let Some(patch) = &finding.patch {
            let patched = file.with(&patch.pointer, &patch.value).unwrap();
            assert!(patched.check(None).findings.iter().all(|f| f.pointer != pointer), "{platform}");
        }
    }
    read(r#"{ "when_full": "drop-syn" }"#);
    read(r#"{ "breaking_point": { "values": 5 }, "writes": {} }"#);
    read(r#"{ "balancer": { "limit_per_s": 9, "backlog": 9, "certificate": "rsa-2048", "cores": 4 } }"#);
}
