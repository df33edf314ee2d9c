//! Rules about the platform: what it holds, what it writes, when it rejects. The codes are those of the
//! catalogue of platform rules.

use super::{Rule, address};
use crate::base::{Finding, Micros, units};
use crate::fleet::{Agent, AgentKind, Fleet, Group, Loss, Purges};

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "T016",
        title: "The sign-in tier holds fewer connections than there are devices",
        source: "Vendor's container image: 10 000 connections for one Tomcat",
        run: |rule, fleet, findings| {
            let held = fleet.platform.held;
            too_few(rule, fleet, held, ("The sign-in tier", "/platform/held_connections"), findings);
        },
    },
    Rule {
        code: "T017",
        title: "The load balancer holds fewer connections than there are devices",
        source: "Vendor's HAProxy sample: maxconn 10000",
        run: |rule, fleet, findings| {
            let held = fleet.platform.balancer.and_then(|balancer| balancer.held);
            let place = ("The load balancer", "/platform/balancer/held_connections");
            too_few(rule, fleet, held, place, findings);
        },
    },
    Rule {
        code: "T019",
        title: "The Connection Servers hold fewer connections than there are devices",
        source: "Vendor's sizing: one Connection Server for each 100 000 things; each connection needs a file",
        run: |rule, fleet, findings| {
            let held = fleet.platform.connection.and_then(|tier| tier.held);
            let place = ("The Connection Servers together", "/platform/connection_servers/servers");
            too_few(rule, fleet, held, place, findings);
        },
    },
    Rule {
        code: "T027",
        title: "The load balancer cuts idle devices between two pings",
        source: "Idle timeouts of load balancers: 60 s to 350 s in clouds, 1 h in the vendor's sample",
        run: cut_when_idle,
    },
    Rule {
        code: "T028",
        title: "The ping period is close to the platform's idle timeout",
        source: "Vendor's defaults: 55 s against 60 s, so one late ping ends the session",
        run: late_ping,
    },
    Rule {
        code: "T050",
        title: "Retries ask for more than the platform can do in vain",
        source: "Sweep over retry cycles: no attempt is wasted while N / (mean delay + timeout) stays below capacity",
        run: wasteful,
    },
    Rule {
        code: "T051",
        title: "Stored values overflow the write queue",
        source: "Vendor's stream queue: 250 000 values, then items are rejected",
        run: flood,
    },
    Rule {
        code: "T052",
        title: "Devices come back before the platform lets go of their session",
        source: "Vendor's default: first in wins until 60 s without a message",
        run: too_early,
    },
];

/// Share of the capacity that retries may ask for.
const SAFE: f64 = 0.7;
/// Slack between ping period and idle timeout.
const SLACK: Micros = Micros::from_secs(10);

/// Finds a limit of held connections below the number of devices.
fn too_few(
    rule: &Rule,
    fleet: &Fleet,
    held: Option<u32>,
    (name, pointer): (&str, &str),
    findings: &mut Vec<Finding>,
) {
    let (Some(held), devices) = (held.map(u64::from), fleet.devices()) else { return };
    if held >= devices {
        return;
    }
    let (held, all) = (units::count(held), units::count(devices));
    let finding =
        Finding::error(rule.code, pointer, format!("{name} can hold {held} connections of {all} devices."))
            .why(format!("The others are refused for ever. ({})", rule.source))
            .fix("Raise the limit, add servers, or leave the limit out.");
    findings.push(if pointer.ends_with("held_connections") {
        finding.patch(pointer, devices, format!("Set {all}"))
    } else {
        finding
    });
}

/// Returns the key of the ping period of an agent kind.
fn ping_key(kind: AgentKind) -> &'static str {
    match kind {
        AgentKind::JavaSdk => "idle_ping_rate_s",
        AgentKind::Generic => "keep_alive_s",
        _ => "ping_rate",
    }
}

/// Returns the longest time without a message on a quiet connection of the group.
fn quiet(group: &Group) -> Micros {
    let recording = Micros::from_secs_f64(group.telemetry.interval_s).unwrap_or(group.link.ping_rate);
    let records = group.telemetry.properties + group.telemetry.events + group.telemetry.services > 0;
    if records { group.link.ping_rate.min(recording) } else { group.link.ping_rate }
}

/// Finds an idle timeout that ends healthy connections.
fn cut_when_idle(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let Some(idle) = fleet.platform.balancer.and_then(|balancer| balancer.idle_timeout) else { return };
    let Some(group) = fleet.groups.iter().max_by_key(|group| quiet(group)) else { return };
    if idle > quiet(group) {
        return;
    }
    let pointer = "/platform/balancer/idle_timeout_s";
    let what =
        format!("{}: nothing is sent for {}, the load balancer cuts after {idle}.", group.name, quiet(group));
    let proposed = (quiet(group).secs() * 2.0).ceil();
    findings.push(
        Finding::error(rule.code, pointer, what)
            .why(format!(
                "Its devices lose their connection again and again without any outage. ({})",
                rule.source
            ))
            .fix("Let the load balancer wait longer than the ping period.")
            .patch(pointer, proposed as u64, format!("Set {}", units::duration(proposed))),
    );
}

/// Finds ping periods that leave no time for one late ping.
fn late_ping(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let Some(idle) = fleet.platform.sessions.bind_protection else { return };
    let Some(group) = fleet.groups.iter().max_by_key(|group| group.link.ping_rate) else { return };
    let ping = group.link.ping_rate;
    if ping + SLACK <= idle {
        return;
    }
    let proposed = (ping + SLACK).secs().ceil();
    findings.push(
        Finding::warning(
            rule.code,
            address(group, ping_key(group.agent.kind())),
            format!(
                "{}: devices ping every {ping}, the platform gives sessions up after {idle}.",
                group.name
            ),
        )
        .why(format!("One late ping and a healthy session counts as dead. ({})", rule.source))
        .fix("Ping more often, or raise the idle timeout of the platform.")
        .patch(
            "/platform/bind_protection_s",
            proposed as u64,
            format!("Set the platform to {}", units::duration(proposed)),
        ),
    );
}

/// Returns the mean wait of a group between two failed attempts [s] and the key of the setting that
/// decides it, with the seconds of one unit and the factor of its share; `None` where it makes no second one.
fn pause(group: &Group) -> Option<(f64, &'static str, f64, f64)> {
    let sdk = group.agent.sdk();
    Some(match &group.agent {
        Agent::ExampleAgent { reconnect_random_delay, sdk } => {
            let rest = sdk.max_connect_delay.secs() / 2.0 + sdk.connect_retry_interval.secs();
            (reconnect_random_delay.secs() / 2.0 + rest, "reconnect_random_delay_seconds", 1.0, 0.5)
        }
        Agent::JavaSdk(java) => (java.reconnect_interval.secs(), "reconnect_interval_s", 1.0, 1.0),
        Agent::Generic(generic) => {
            let longest = generic.backoff.longest(20).secs();
            let share = if generic.backoff.law.spreads() { 0.5 } else { 1.0 };
            (longest * share, "backoff/cap_ms", 1e-3, share)
        }
        Agent::DotNetSdk(dotnet) if !dotnet.auto_reconnect => return None,
        _ => (sdk?.connect_retry_interval.secs(), "connect_retry_interval", 1e-3, 1.0),
    })
}

/// Finds retry cycles so short that the platform works for devices that have given up.
///
/// Nothing is wasted where abandoned sign-ins are dropped, or where nobody waits longer than its timeout.
fn wasteful(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let platform = &fleet.platform;
    let capacity = platform.capacity_per_s();
    let timeout = |group: &Group| group.agent.connect_timeout();
    let Some(shortest) = fleet.groups.iter().map(timeout).min() else { return };
    let wait = f64::from(platform.accept_queue) / capacity;
    let closed = platform.sign_in_timeout.is_some_and(|limit| limit <= shortest);
    if platform.purges != Purges::Never || closed || wait <= shortest.secs() {
        return;
    }
    let asks = |group: &Group| -> Option<(f64, &'static str, f64, f64)> {
        let (delay, key, unit, share) = pause(group)?;
        Some((f64::from(group.devices) / (delay + timeout(group).secs()).max(1e-3), key, unit, share))
    };
    let asking: Vec<_> = fleet.cut_groups().filter_map(|group| Some((group, asks(group)?))).collect();
    let all: f64 = asking.iter().map(|(_, (rate, ..))| rate).sum();
    let Some((group, (rate, key, unit, share))) = asking.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0)) else {
        return;
    };
    if all <= SAFE * capacity {
        return;
    }
    let pointer = address(group, key);
    let what = format!(
        "Waiting devices ask for {} attempts/s, more than 70 % of {} sign-ins/s.",
        units::significant(all),
        units::significant(capacity)
    );
    let finding = Finding::warning(rule.code, pointer.clone(), what)
        .why(format!(
            "The platform then works for devices that have given up, and may never recover by itself. ({})",
            rule.source
        ))
        .fix(format!("Lengthen the waits, of {} first, or add capacity.", group.name));
    // What is left for this group when the others keep their waits.
    let left = SAFE * capacity - (all - rate);
    let Some((delay, ..)) = pause(group) else { return findings.push(finding) };
    let more = f64::from(group.devices) / left - timeout(group).secs() - delay;
    let now = match &group.agent {
        Agent::ExampleAgent { reconnect_random_delay, .. } => reconnect_random_delay.secs(),
        _ => delay / share,
    };
    let proposed = ((now + more / share) * 1.01).ceil();
    findings.push(if left > 0.0 && (1.0..=3_600.0).contains(&proposed) {
        let value = (proposed / unit).round() as u64;
        finding.patch(pointer, value, format!("Set {}", units::duration(proposed)))
    } else {
        finding
    });
}

/// Finds floods of stored values that the write queue cannot hold.
fn flood(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let Some(writes) = fleet.platform.writes else { return };
    let pointer = "/platform/writes/writes_per_s";
    let per_s = writes.per_s as f64;
    let work = |group: &Group| writes.work_per_s(&group.telemetry);
    let ordinary: f64 = fleet.groups.iter().map(|group| f64::from(group.devices) * work(group)).sum();
    if ordinary >= per_s {
        let what = format!(
            "The fleet records {} values/s, the platform writes {}.",
            units::significant(ordinary),
            units::significant(per_s)
        );
        let proposed = (ordinary * 1.5).ceil();
        let label = format!("Set {}{}/s", units::significant(proposed), units::THIN);
        return findings.push(
            Finding::error(rule.code, pointer, what)
                .why(format!("The queue grows without any outage and never empties. ({})", rule.source))
                .fix("Record less, or write more.")
                .patch(pointer, proposed as u64, label),
        );
    }
    let stored = |group: &Group| {
        let rate = group.telemetry.values_per_s();
        let kept = (rate * fleet.outage.length.secs()).min(group.store.values() as f64);
        let value = if rate > 0.0 { work(group) / rate } else { 0.0 };
        f64::from(group.devices) * kept * value
    };
    let all: f64 = fleet.cut_groups().map(stored).sum();
    let devices: f64 = fleet.cut_groups().map(|group| f64::from(group.devices)).sum();
    let spread = fleet.cut_groups().filter_map(pause).map(|(delay, ..)| 2.0 * delay).fold(0.0, f64::max);
    let window = (devices / fleet.platform.capacity_per_s()).max(spread).max(1.0);
    let room = writes.queue as f64;
    if all - (per_s - ordinary) * window <= room {
        return;
    }
    let what = format!(
        "Devices bring {} stored values within about {}; {} can wait.",
        units::count(all as u64),
        units::duration(window),
        units::count(writes.queue)
    );
    let needed = (ordinary + (all - room) / window).ceil();
    let label = format!("Set {}{}/s", units::significant(needed), units::THIN);
    findings.push(
        Finding::warning(rule.code, pointer, what)
            .why(format!("What does not fit is rejected and lost. ({})", rule.source))
            .fix("Spread the return, write more, or store less on the devices.")
            .patch(pointer, needed as u64, label),
    );
}

/// Finds silent losses after which devices can be back before their old session is forgotten.
///
/// A device notices at the latest after a ping period and the wait for the pong; the platform counts from
/// the last ping it saw, so only the sum of both against the protection matters.
fn too_early(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let Some(protection) = fleet.platform.sessions.bind_protection else { return };
    let episodes = fleet.outage.episodes();
    let silent = |position: usize| {
        let mut silences =
            episodes.iter().filter(|episode| episode.loses == Some(Loss::Silence) && !episode.platform_down);
        silences.any(|episode| episode.touches.group(position))
    };
    let noticed = |group: &Group| group.link.ping_rate + group.link.pong_timeout;
    let found = fleet
        .groups
        .iter()
        .enumerate()
        .filter(|(position, group)| group.drops_per_day > 0.0 || silent(*position))
        .map(|(_, group)| group)
        .filter(|group| noticed(group) < protection)
        .min_by_key(|group| noticed(group));
    let Some(group) = found else { return };
    let pointer = "/platform/bind_protection_s";
    let what = format!(
        "{}: devices notice a silent loss within {}, sessions are kept for {protection}.",
        group.name,
        noticed(group)
    );
    let proposed = noticed(group).secs().floor();
    let finding = Finding::warning(rule.code, pointer, what)
        .why(format!(
            "A device that reconnects before is rejected at bind and tries again. ({})",
            rule.source
        ))
        .fix("Shorten the idle timeout, let the last one win, or wait longer before reconnecting.");
    findings.push(if proposed >= 1.0 {
        finding.patch(pointer, proposed as u64, format!("Set {}", units::duration(proposed)))
    } else {
        finding
    });
}
