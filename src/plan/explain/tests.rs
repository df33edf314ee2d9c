//! Fixtures whose cause is known because they were built around it: each has room everywhere but in one place.

use super::*;
use crate::fleet::FleetFile;
use crate::plan::Outcome;
use crate::sim::{self, Study};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A fleet with one thing wrong.
struct Fixture {
    name: &'static str,
    groups: &'static str,
    platform: &'static str,
    outage: &'static str,
    targets: &'static str,
    cause: Cause,
    /// What the reason must say.
    says: &'static [&'static str],
}

/// 2 000 devices that spread over a minute.
const SPREAD: &str = r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
    "reconnect_random_delay_seconds": 60, "connect_retry_interval": 0, "max_connect_delay": 0}"#;
/// The same, coming back within ten seconds.
const QUICK: &str = r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
    "reconnect_random_delay_seconds": 10, "connect_retry_interval": 0, "max_connect_delay": 0}"#;
/// 2 000 sign-ins/s and room for everybody.
const LARGE: &str = r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000"#;
/// 20 sign-ins/s with room for everybody who is patient.
const SMALL: &str = r#""workers": 2, "service_time_ms": 100, "accept_queue": 150"#;
const DOWN: &str = r#""length_s": 300, "kind": "total""#;

#[rustfmt::skip]
const FIXTURES: &[Fixture] = &[
    Fixture { name: "too few workers sign devices in", groups: QUICK, platform: SMALL, outage: DOWN,
        targets: r#""t95_s": 60"#, cause: Cause::SignIn,
        says: &["Sign-in tier", "from the return", "20\u{2009}sign-ins/s", "refused", "at least 32"] },
    Fixture { name: "no target is needed to name the station", groups: QUICK, platform: SMALL, outage: DOWN,
        targets: "", cause: Cause::SignIn, says: &["Spread the attempts"] },
    Fixture { name: "Connection Servers before an idle Foundation", groups: QUICK,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000,
            "connection_servers": {"servers": 1, "workers": 2, "service_time_ms": 100, "queue": 150}"#,
        outage: DOWN, targets: r#""t95_s": 60"#, cause: Cause::ConnectionServers, says: &["Connection Servers"] },
    Fixture { name: "TLS at a balancer with one slow core", groups: QUICK,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000,
            "balancer": {"cores": 1, "handshake_ms": 50}"#,
        outage: DOWN, targets: r#""t95_s": 60"#, cause: Cause::Tls, says: &["TLS handshakes", "20\u{2009}handshakes/s"] },
    Fixture { name: "a balancer that delays accepts", groups: QUICK,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000,
            "balancer": {"limit_per_s": 20, "limit_kind": "delay-accept", "backlog": 100000}"#,
        outage: DOWN, targets: r#""t95_s": 60"#, cause: Cause::Limiter, says: &["Connection limit", "20\u{2009}connections/s"] },
    Fixture { name: "a balancer that rejects", groups: QUICK,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000,
            "balancer": {"limit_per_s": 20, "limit_kind": "http-503"}"#,
        outage: DOWN, targets: r#""t95_s": 60"#, cause: Cause::Limiter, says: &["rejected"] },
    Fixture { name: "a limiter that counts what it rejects", groups: QUICK,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000,
            "balancer": {"limit_per_s": 20, "limit_kind": "http-503-counts-all"}"#,
        outage: DOWN, targets: r#""t95_s": 60"#, cause: Cause::LimiterCountsAll, says: &["stays closed", "delays the accept"] },
    Fixture { name: "fewer connections than devices", groups: SPREAD,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000, "held_connections": 1500"#,
        outage: DOWN, targets: r#""t95_s": 120"#, cause: Cause::HeldConnections, says: &["1\u{2009}500 connections", "2\u{2009}000 devices"] },
    Fixture { name: "patience shorter than the queue (deep backlog)", groups: r#""pumps": {"name": "Pumps", "devices": 10000,
            "agent": "example-agent", "reconnect_random_delay_seconds": 30, "connect_retry_interval": 0,
            "max_connect_delay": 0, "connect_timeout": 10000}"#,
        platform: r#""workers": 4, "service_time_ms": 20, "accept_queue": 3000"#,
        outage: r#""length_s": 120, "kind": "total""#, targets: r#""t95_s": 300"#,
        cause: Cause::WorkInVain, says: &["given up", "10 s"] },
    Fixture { name: "a slow start of the platform", groups: SPREAD,
        platform: r#""workers": 4, "service_time_ms": 20, "accept_queue": 100000"#,
        outage: r#""length_s": 300, "kind": "total", "ramp_s": 300, "ramp_from_pct": 1"#,
        targets: r#""t95_s": 90"#, cause: Cause::Ramp, says: &["over 5 min", "from 1"] },
    Fixture { name: "AutoReconnect is off", groups: r#""legacy": {"name": "Legacy", "devices": 2000, "agent": "dotnet-sdk", "auto_reconnect": "off"}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 300"#, cause: Cause::AutoReconnectOff,
        says: &["2\u{2009}000 of Legacy", "AutoReconnect"] },
    Fixture { name: "retries end before the outage does", groups: r#""gates": {"name": "Gates", "devices": 2000, "agent": "c-sdk",
            "max_connect_delay": 5000, "connect_retries": 3, "connect_retry_interval": 5000}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 300"#, cause: Cause::RetriesUsedUp,
        says: &["3 attempts", "of Gates", "manager"] },
    Fixture { name: "a delay longer than the target", groups: r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
            "reconnect_random_delay_seconds": 900, "connect_retry_interval": 0}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 300"#, cause: Cause::RandomDelay,
        says: &["Pumps", "15 min", "reconnect_random_delay_seconds"] },
    Fixture { name: "the delay of the SDK in a short outage", groups: r#""gates": {"name": "Gates", "devices": 2000, "agent": "c-sdk",
            "max_connect_delay": 600000, "connect_retries": -1, "connect_retry_interval": 1000}"#,
        platform: LARGE, outage: r#""length_s": 10, "kind": "total""#, targets: r#""t95_s": 300"#,
        cause: Cause::RandomDelay, says: &["max_connect_delay"] },
    Fixture { name: "a long pause in the retry loop", groups: r#""gates": {"name": "Gates", "devices": 2000, "agent": "c-sdk",
            "max_connect_delay": 1000, "connect_retries": -1, "connect_retry_interval": 600000}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 120"#, cause: Cause::RetryInterval,
        says: &["10 min", "connect_retry_interval"] },
    Fixture { name: "the Java SDK's fixed interval", groups: r#""java": {"name": "Java", "devices": 2000, "agent": "java-sdk", "reconnect_interval_s": 1200}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 120"#, cause: Cause::RetryInterval, says: &["20 min"] },
    Fixture { name: "a back-off that has grown", groups: r#""mqtt": {"name": "Meters", "devices": 2000, "agent": "generic", "connect_retries": -1,
            "backoff": {"law": "exponential", "base_ms": 1000, "cap_ms": 3600000}}"#,
        platform: LARGE, outage: r#""length_s": 1100, "kind": "total""#, targets: r#""t95_s": 120"#,
        cause: Cause::Backoff, says: &["back-off", "cap 1 h"] },
    Fixture { name: "nobody tells plain connections of their end", groups: r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
            "reconnect_random_delay_seconds": 5, "connect_retry_interval": 0, "ping_rate": 900000}"#,
        platform: LARGE, outage: r#""length_s": 20, "kind": "total", "connections_end": "silence""#,
        targets: r#""t95_s": 120"#, cause: Cause::NoticedLate, says: &["ping_rate", "15 min"] },
    Fixture { name: "SYNs into a black hole", groups: r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
            "reconnect_random_delay_seconds": 2, "connect_retry_interval": 0, "max_connect_delay": 0}"#,
        platform: LARGE, outage: r#""length_s": 1000, "kind": "total", "attempts_meet": "black-hole""#,
        targets: r#""t95_s": 30"#, cause: Cause::SynWait, says: &["SYN", "kernels"] },
    Fixture { name: "overload takes it down again", groups: QUICK,
        platform: r#""workers": 2, "service_time_ms": 20, "accept_queue": 2000, "breaking_point": {"waiting_sign_ins": 500, "down_s": 60}"#,
        outage: DOWN, targets: r#""t95_s": 60"#, cause: Cause::Relapse, says: &["down again", "500 waiting"] },
    Fixture { name: "a second failure on the way back", groups: SPREAD, platform: LARGE,
        outage: r#""length_s": 300, "kind": "total", "events": {"again": {"kind": "total", "at_s": 330, "length_s": 120}}"#,
        targets: r#""t95_s": 100"#, cause: Cause::SecondEvent, says: &["30 s after the return", "cut"] },
    Fixture { name: "old sessions are believed alive", groups: r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
            "reconnect_random_delay_seconds": 5, "connect_retry_interval": 0, "max_connect_delay": 0, "ping_rate": 5000, "pong_timeout": 2000}"#,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000, "bind_protection_s": 600"#,
        outage: r#""length_s": 20, "kind": "total", "platform_down": "off", "connections_end": "silence""#,
        targets: r#""t95_s": 60"#, cause: Cause::BindProtection, says: &["old session", "10 min"] },
    Fixture { name: "the flood is what takes long", groups: r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
            "reconnect_random_delay_seconds": 60, "connect_retry_interval": 0, "telemetry": {"properties": 10, "interval_s": 1},
            "offline_store": {"limit_bytes": 10000000}}"#,
        platform: r#""workers": 40, "service_time_ms": 20, "accept_queue": 100000, "writes": {"writes_per_s": 25000, "queue": 100000000}"#,
        outage: DOWN, targets: r#""t95_s": 120, "t_drained_s": 300"#, cause: Cause::WriteQueue, says: &["stored values arrived"] },
    Fixture { name: "stores overflow before the end", groups: r#""pumps": {"name": "Pumps", "devices": 2000, "agent": "example-agent",
            "reconnect_random_delay_seconds": 60, "connect_retry_interval": 0, "telemetry": {"properties": 10, "interval_s": 1}}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 120, "lost_values": 0"#, cause: Cause::StoresFull,
        says: &["Pumps", "16\u{2009}384", "42 s"] },
    Fixture { name: "a herd from agents that nothing spreads", groups: r#""java": {"name": "Java", "devices": 2000, "agent": "java-sdk", "reconnect_interval_s": 5}"#,
        platform: LARGE, outage: DOWN, targets: r#""t95_s": 120, "peak_sign_ins_per_s": 200"#, cause: Cause::Herd,
        says: &["in one second", "Java"] },
    Fixture { name: "nobody is touched", groups: SPREAD, platform: LARGE,
        outage: r#""length_s": 300, "kind": "total", "connections_end": "stay", "attempts_meet": "served", "platform_down": "off""#,
        targets: "", cause: Cause::NobodyCut, says: &["2\u{2009}000"] },
    Fixture { name: "nothing is wrong", groups: r#""pumps": {"name": "Pumps", "devices": 20, "agent": "c-sdk", "max_connect_delay": 0,
            "connect_retries": -1, "connect_retry_interval": 100}"#,
        platform: r#""workers": 40, "service_time_ms": 2000, "accept_queue": 1000"#,
        outage: r#""length_s": 5, "kind": "total""#, targets: r#""t95_s": 120"#, cause: Cause::NothingInTheWay, says: &["50 % busy"] },
];

fn outcome(fixture: &Fixture) -> Outcome {
    let text = format!(
        r#"{{"regather": 1, "groups": {{{}}}, "platform": {{{}}}, "outage": {{{}, "watch_s": 1800}}, "targets": {{{}}}}}"#,
        fixture.groups, fixture.platform, fixture.outage, fixture.targets
    );
    let file = FleetFile::parse(&text).unwrap_or_else(|finding| panic!("{}: {finding:?}", fixture.name));
    let checked = file.check(None);
    let fleet = checked.fleet.unwrap_or_else(|| panic!("{}: {:?}", fixture.name, checked.findings));
    let runs = sim::replicate(&fleet, 1, 0..7, 2, &AtomicBool::new(false), &|_| ()).unwrap();
    let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
    Outcome::of(fixture.name.into(), Arc::new(fleet), study, 7)
}

#[test]
fn every_known_cause_is_named_first() {
    let mut wrong = Vec::new();
    for fixture in FIXTURES {
        let outcome = outcome(fixture);
        let reasons = explain(&outcome);
        let first = &reasons[0];
        let told = format!("{} {}", first.what, first.lever);
        let missing: Vec<_> = fixture.says.iter().filter(|words| !told.contains(**words)).collect();
        if first.cause != fixture.cause || !missing.is_empty() {
            wrong.push(format!(
                "{}: expected {:?}, missing {missing:?}; {} {reasons:#?}",
                fixture.name,
                fixture.cause,
                outcome.headline()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), FIXTURES.len(), wrong.join("\n"));
}

#[test]
fn causes_have_their_own_words_and_fixtures() {
    let words: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.word()).collect();
    assert_eq!(words.len(), Cause::ALL.len());
    assert!(Cause::ALL.windows(2).all(|pair| pair[0] < pair[1]), "the list has the order of the variants");
    let met: BTreeSet<Cause> = FIXTURES.iter().map(|fixture| fixture.cause).collect();
    let without: Vec<_> = Cause::ALL.iter().filter(|cause| !met.contains(cause)).collect();
    assert_eq!(without, [&Cause::LatePongs], "every other cause has a fixture");
}

#[test]
fn sentences_end_and_are_told_in_numbers() {
    for fixture in FIXTURES {
        for reason in explain(&outcome(fixture)) {
            for text in [&reason.what, &reason.lever] {
                assert!(text.ends_with('.') && !text.contains("NaN") && !text.contains("inf"), "{text}");
            }
            if let Some((from, to)) = reason.interval_s {
                assert!(from < to, "{}: {from} {to}", fixture.name);
            }
        }
    }
}
