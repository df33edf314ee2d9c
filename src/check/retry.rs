//! Rules about retries: who is stranded, and whose retries are not spread.

use super::{Rule, address};
use crate::base::{Finding, Micros, units};
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
use crate::fleet::{Agent, AgentKind, Bounds, DelayLaw, DotNetSdk, Fleet, Generic, Group, Meets, Retries};
use std::ops::Add;

/// Longest delay that C SDK 2.2.1 on Windows draws: 2^32 / 32 767 ms, above which it wraps.
const WINDOWS_LIMIT: Micros = Micros(131_075_972);

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "D001",
        title: "Attempts are used up before the platform is back",
        source: "C SDK 2.2.1, measured: a connect call that returned an error is never repeated by the SDK",
        run: stranded,
    },
    Rule {
        code: "D002",
        title: "Finite attempts without a connection manager",
        source: "C SDK 2.2.1, measured: a connect call that returned an error is never repeated by the SDK",
        run: finite,
    },
    Rule {
        code: "D003",
        title: "Retries inside the SDK below a connection manager",
        source: "ThingWorx article on thundering herd scenarios: let the SDK connect just once",
        run: retries_below_manager,
    },
    Rule {
        code: "D004",
        title: "Automatic reconnecting is off",
        source: "Vendor's reference of the .NET ClientConfigurator: AutoReconnect, false by default",
        run: switched_off,
    },
    Rule {
        code: "D005",
        title: "Nothing spreads the attempts",
        source: "Java SDK: no setting that spreads is published; back-off without jitter repeats the herd",
        run: no_spread,
    },
];

/// Returns the latest moment, since the loss, at which a device of the group can still reach the
/// platform if every attempt before has failed; `None` where it makes no attempt at all.
///
/// The last attempt begins after the longest random delay that the agent really draws and all pauses
/// between attempts. In a black hole each attempt lasts until the device's kernel, or a timeout that
/// bounds the whole attempt, gives up, and the last one can get through with its last repeated SYN.
fn last_chance(group: &Group, attempts: u16, meets: Meets) -> Option<Micros> {
    let between = u64::from(attempts.checked_sub(1)?);
    let (delay, pauses) = match &group.agent {
        Agent::Generic(generic) => {
            let pause = |n| generic.backoff.longest(n);
            (generic.first_delay, (0..u32::from(attempts) - 1).map(pause).fold(Micros::ZERO, Add::add))
        }
        agent => {
            let sdk = agent.sdk()?;
            let delay = match sdk.delay_law {
                DelayLaw::Documented => sdk.max_connect_delay,
                DelayLaw::Linux221 => sdk.max_connect_delay.min(Micros::from_millis(2)),
                DelayLaw::Windows221 => sdk.max_connect_delay.min(WINDOWS_LIMIT),
            };
            (delay, Micros(sdk.connect_retry_interval.0.saturating_mul(between)))
        }
    };
    let patience = match group.link.bounds {
        Bounds::Answer => SYN_GIVES_UP,
        Bounds::Attempt => group.agent.connect_timeout().min(SYN_GIVES_UP),
    };
    let (hold, through) = match meets {
        Meets::BlackHole => {
            let last = SYN_RETRANSMISSIONS.iter().rfind(|&&after| after <= patience);
            (patience, last.copied().unwrap_or(Micros::ZERO))
        }
        _ => (Micros::ZERO, Micros::ZERO),
    };
    Some(delay + pauses + Micros(hold.0.saturating_mul(between)) + through)
}

/// Returns the groups whose devices give up for good after a number of attempts, with that number.
///
/// A duty cycle, which calls again in its next period, saves them.
fn giving_up(fleet: &Fleet) -> impl Iterator<Item = (&Group, u16)> {
    fleet.cut_groups().filter_map(|group| match (&group.agent, group.agent.retries()) {
        (Agent::CSdk(_) | Agent::Ems(_) | Agent::Generic(_), Retries::Times(attempts))
            if group.duty.is_none() =>
        {
            Some((group, attempts))
        }
        _ => None,
    })
}

/// Returns what helps devices that give up.
fn try_for_ever(group: &Group) -> &'static str {
    match group.agent.kind() {
        AgentKind::CSdk => "Let the SDK try for ever, or put a connection manager above it.",
        _ => "Let the agent try for ever.",
    }
}

/// Finds groups of which every device is stranded when attempts fail at once.
fn stranded(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for (group, attempts) in giving_up(fleet) {
        let last = last_chance(group, attempts, fleet.outage.meets);
        if last.is_some_and(|last| last >= fleet.outage.length) {
            continue;
        }
        let pointer = address(group, "connect_retries");
        let what = match last {
            Some(last) => format!(
                "{}: the last of {attempts} attempts ends at most {last} after the loss, the outage lasts {}.",
                group.name, fleet.outage.length
            ),
            None => format!("{}: devices make no attempt at all.", group.name),
        };
        findings.push(
            Finding::error(rule.code, pointer.clone(), what)
                .why(format!("Every device of this group would be stranded. ({})", rule.source))
                .fix(try_for_ever(group))
                .patch(pointer, -1, "Set −1 (for ever)"),
        );
    }
}

/// Finds groups whose devices are stranded by an outage that is longer than planned.
fn finite(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for (group, attempts) in giving_up(fleet) {
        let last = last_chance(group, attempts, fleet.outage.meets);
        if last.is_none_or(|last| last < fleet.outage.length) {
            continue; // D001 says it.
        }
        let pointer = address(group, "connect_retries");
        let what = format!("{}: devices give up after {attempts} attempts.", group.name);
        findings.push(
            Finding::warning(rule.code, pointer.clone(), what)
                .why(format!("An outage that lasts longer than planned strands them. ({})", rule.source))
                .fix(try_for_ever(group))
                .patch(pointer, -1, "Set −1 (for ever)"),
        );
    }
}

/// Finds .NET agents that do not connect again by themselves.
fn switched_off(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in fleet.everybody() {
        if !matches!(group.agent, Agent::DotNetSdk(DotNetSdk { auto_reconnect: false, .. })) {
            continue;
        }
        let pointer = address(group, "auto_reconnect");
        let what = format!("{}: devices do not connect again by themselves.", group.name);
        findings.push(
            Finding::error(rule.code, pointer.clone(), what)
                .why(format!(
                    "Every device of this group is stranded by its first loss, however short the outage. ({})",
                    rule.source
                ))
                .fix("Switch AutoReconnect on, or let the application connect again, and say so here.")
                .patch(pointer, "on", "Switch it on"),
        );
    }
}

/// Finds groups whose devices come back all at once, every time, and are more than the platform can take
/// in one go.
fn no_spread(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let platform = &fleet.platform;
    for group in &fleet.groups {
        let (key, interval) = match &group.agent {
            Agent::JavaSdk(java) => ("reconnect_interval_s", java.reconnect_interval),
            Agent::Generic(Generic { first_delay: Micros::ZERO, backoff, .. }) if !backoff.law.spreads() => {
                ("backoff/law", backoff.cap)
            }
            _ => continue,
        };
        let room = f64::from(platform.workers) + f64::from(platform.accept_queue);
        let in_time = platform.capacity_per_s() * group.agent.connect_timeout().secs();
        if f64::from(group.devices) <= room.min(in_time) {
            continue;
        }
        let what = format!(
            "{}: nothing spreads the attempts of {} devices.",
            group.name,
            units::count(u64::from(group.devices))
        );
        let mut finding = Finding::warning(rule.code, address(group, key), what).why(format!(
            "Devices that lose their connection together attempt at the same moment, again after each failure; the platform can take {} at once. ({})",
            units::count(room.min(in_time) as u64),
            rule.source
        ));
        finding = match &group.agent {
            Agent::Generic(_) => finding.fix("Use a law with jitter.").patch(
                address(group, key),
                "full-jitter",
                "Use full jitter",
            ),
            _ => finding.fix(format!(
                "Let the application wait a random time before it connects, or give devices intervals of their own instead of {interval}."
            )),
        };
        findings.push(finding);
    }
}

/// Finds connection managers that let the SDK retry by itself.
fn retries_below_manager(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in fleet.everybody() {
        let Agent::ExampleAgent { sdk, .. } = &group.agent else { continue };
        let what = match sdk.connect_retries {
            Retries::Times(1) => continue,
            Retries::Forever => format!("{}: the SDK retries for ever by itself.", group.name),
            Retries::Times(n) => format!("{}: the SDK makes {n} attempts in each call.", group.name),
        };
        let pointer = address(group, "connect_retries");
        findings.push(
            Finding::warning(rule.code, pointer.clone(), what)
                .why(format!(
                    "Retries inside the SDK follow a fixed interval, are not spread, and cannot be shut down cleanly. ({})",
                    rule.source
                ))
                .fix("Let the SDK connect once and leave the retries to the manager.")
                .patch(pointer, 1, "Set 1"),
        );
    }
}
