//! All kinds of agents, stations in series, and what the fluid engine says about the rest.

use super::exact::{GOAL, Within, compare};
use super::*;
use crate::fleet::{
    Backoff, BackoffLaw, Balancer, DotNetSdk, Episode, Full, Generic, JavaSdk, Limit, LimitKind, Loss,
    Platform, ServiceLaw, TierName, Touches,
};
use crate::sim::run;
use std::sync::atomic::AtomicBool;

fn generic(law: BackoffLaw, retries: Retries) -> Agent {
    Agent::Generic(Generic {
        first_delay: secs(30.0),
        connect_timeout: secs(10.0),
        connect_retries: retries,
        backoff: Backoff { law, base: secs(1.0), cap: secs(40.0) },
    })
}

fn balancer() -> Balancer {
    Balancer {
        limit: None,
        backlog: 4_096,
        cores: 8,
        handshake: secs(0.002),
        resumed_handshake: secs(0.001),
        resumed_permille: 0,
        held: None,
        idle_timeout: None,
    }
}

/// A change of a fleet.
type Change = fn(&mut Fleet);

fn sentences(fleet: &Fleet) -> Vec<String> {
    let left_out = |doubt: &Doubt| matches!(doubt, Doubt::NotModelled(_));
    fluid(fleet).doubts.iter().filter(|doubt| left_out(doubt)).map(ToString::to_string).collect()
}

#[test]
fn every_kind_of_agent_comes_out() {
    let loose = Within { t100: 0.06, refused: 0.06, timed_out: 0.06, ..GOAL };
    compare("EMS", &storm(Agent::Ems(sdk(60.0, Retries::Times(3), 10.0)), 60.0), 4, &loose);
    let dotnet = |auto_reconnect| {
        Agent::DotNetSdk(DotNetSdk { auto_reconnect, sdk: sdk(40.0, Retries::Times(2), 7.0) })
    };
    compare("dotnet", &storm(dotnet(true), 120.0), 4, &loose);
    let result = fluid(&storm(dotnet(false), 120.0));
    near("stranded", result.totals.stranded, 10_000.0, 1e-9);
    let java = Agent::JavaSdk(JavaSdk { reconnect_interval: secs(5.0), connect_timeout: secs(10.0) });
    compare("java", &ample(java, 61.0), 1, &GOAL);
    for law in [BackoffLaw::FullJitter, BackoffLaw::EqualJitter, BackoffLaw::Exponential] {
        compare(&format!("{law:?}"), &storm(generic(law, Retries::Forever), 120.0), 4, &loose);
    }
    let given_up = storm(generic(BackoffLaw::FullJitter, Retries::Times(5)), 20.0);
    compare("gives up", &given_up, 4, &Within { attempts: 0.01, ..loose });
}

#[test]
fn decorrelated_jitter_is_about_right_and_says_so() {
    let fleet = storm(generic(BackoffLaw::DecorrelatedJitter, Retries::Forever), 120.0);
    // Many short waits and few long ones: with the mean wait there are too few attempts.
    let exact = run(&fleet, 1, &AtomicBool::new(false)).unwrap();
    let [t50, t95, ..] = exact.times.all().map(|time| time.unwrap().secs());
    let result = fluid(&fleet);
    near("t50", result.times.t50.unwrap(), t50, 0.1);
    near("t95", result.times.t95.unwrap(), t95, 0.2);
    near("attempts", result.totals.attempts, exact.totals.attempts as f64, 0.25);
    assert!(sentences(&fleet).iter().any(|text| text.contains("decorrelated")));
}

#[test]
fn the_slowest_station_counts() {
    let mut fleet = storm(manager(60.0), 120.0);
    fleet.platform.balancer = Some(balancer());
    let tier = fleet.platform.sign_in();
    fleet.platform.connection = Some(crate::fleet::Tier { workers: 400, ..tier });
    assert_eq!(sentences(&fleet), [""; 0], "ample stations before the slowest one leave no doubt");
    compare("ample before", &fleet, 4, &Within { refused: 0.06, ..GOAL });
    // The Connection Servers are slower than the sign-in tier.
    fleet.platform.connection = Some(tier);
    fleet.platform.workers = 400;
    compare("slow Connection Servers", &fleet, 4, &Within { refused: 0.06, ..GOAL });
    assert_eq!(sentences(&fleet), [""; 0]);
    // 100 handshakes/s, and nobody gives up in their queue.
    fleet.platform.balancer = Some(Balancer { cores: 1, handshake: secs(0.01), ..balancer() });
    compare("slow handshakes", &fleet, 2, &Within { t100: 0.03, ..GOAL });
    fleet.platform.balancer = Some(Balancer { cores: 2, handshake: secs(0.009), ..balancer() });
    assert!(sentences(&fleet).iter().any(|text| text.contains("TLS handshakes")));
}

#[test]
fn parts_of_the_fleet_come_out() {
    let mut fleet = storm(manager(60.0), 120.0);
    fleet.outage.touches = Touches::Parts { of: 4, from: 1, to: 3, deal: 0 };
    near("a part", fluid(&fleet).devices, 5_000.0, 1e-9);
    let mut other = fleet.groups[0].clone();
    other.id = "other".into();
    fleet.groups.push(other);
    fleet.outage.touches = Touches::Groups(vec![1]);
    compare("one of two groups", &fleet, 4, &Within { refused: 0.06, ..GOAL });
    fleet.outage.loses = None;
    assert_eq!(fluid(&fleet).devices, 0.0);
}

#[test]
fn what_is_left_out_is_said_where_it_matters() {
    let plain = || storm(manager(60.0), 120.0);
    assert_eq!(sentences(&plain()), [""; 0]);
    let cases: [(&str, Change); 8] = [
        ("events", |fleet| {
            let episodes: Vec<Episode> = fleet.outage.episodes();
            fleet.outage.events = episodes;
        }),
        ("loses capacity", |fleet| {
            (fleet.outage.ramp_from_permille, fleet.outage.ramp) = (100, secs(60.0));
            fleet.outage.tier = TierName::Balancer;
        }),
        ("silent", |fleet| fleet.outage.loses = Some(Loss::Silence)),
        ("lognormally", |fleet| fleet.platform.service_law = ServiceLaw::Lognormal),
        ("same time", |fleet| fleet.platform.held = Some(5_000)),
        ("without an outage", |fleet| fleet.groups[0].drops_per_day = 5.0),
        ("limits new connections", |fleet| {
            let limit = Some(Limit { per_s: 100, kind: LimitKind::Http503 });
            fleet.platform.balancer = Some(Balancer { limit, ..balancer() });
        }),
        ("kernel", |fleet| {
            let slow: &mut Platform = &mut fleet.platform;
            (slow.full, slow.accept_queue) = (Full::DropSyn, 20);
        }),
    ];
    for (word, change) in cases {
        let mut fleet = plain();
        change(&mut fleet);
        let said = sentences(&fleet);
        assert!(said.iter().any(|text| text.contains(word)), "{word}: {said:?}");
        for text in said {
            assert!(!text.ends_with('.') && !text.contains([':', '!', '_']), "{text}");
        }
    }
    // A limit that nothing reaches is no doubt.
    let mut wide = plain();
    let limit = Some(Limit { per_s: 100_000, kind: LimitKind::Http503 });
    wide.platform.balancer = Some(Balancer { limit, ..balancer() });
    assert_eq!(sentences(&wide), [""; 0]);
}
