//! Rules about delays: do they spread the devices, and is the platform quick enough.

use super::{Rule, address};
use crate::base::{Finding, Micros, units};
use crate::fleet::{Agent, AgentKind, BackoffLaw, Bounds, DelayLaw, Fleet, Generic, Group, LimitKind};

/// The rules.
pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "D010",
        title: "The SDK build does not spread",
        source: "C SDK 2.2.1 on Linux, measured: 0 to 2 ms whatever is configured",
        run: no_spread,
    },
    Rule {
        code: "D011",
        title: "The random delay wraps",
        source: "C SDK 2.2.1 on Windows, read: the product wraps above 2^32 / 32 767 ms",
        run: wraps,
    },
    Rule {
        code: "D012",
        title: "The outage is longer than the one random delay",
        source: "C SDK 2.2.1, measured: max_connect_delay is drawn once per connect call",
        run: outlasted,
    },
    Rule {
        code: "D013",
        title: "The random delay is too short for the platform",
        source: "Arrivals after a long outage are (2N/R)(1 − x/R); the queue then outlasts the timeout",
        run: too_short,
    },
    Rule {
        code: "D014",
        title: "The queue outlasts the timeout",
        source: "Queue length divided by capacity is the wait of the last attempt in it",
        run: long_queue,
    },
    Rule {
        code: "D015",
        title: "The queue at the load balancer outlasts the timeout",
        source: "Measured with HAProxy 2.6 at three times its limit: behind a long backlog 504 upgrades brought 151 \
                 devices back, behind one that ends in time 417 upgrades brought 381",
        run: long_backlog,
    },
];

/// Longest delay that C SDK 2.2.1 on Windows draws properly [ms].
const WINDOWS_LIMIT_MS: f64 = 4_294_967_296.0 / 32_767.0;

/// Finds builds whose random delay has no effect although one is configured.
fn no_spread(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in fleet.everybody() {
        // A connection manager spreads the devices whatever the SDK below it does.
        let managed = group.agent.kind() == AgentKind::ExampleAgent;
        let Some(sdk) = group.agent.sdk().filter(|_| !managed && group.agent.reconnects()) else { continue };
        if sdk.delay_law == DelayLaw::Linux221 && sdk.max_connect_delay > Micros::from_millis(2) {
            let what = format!(
                "{}: max_connect_delay is {}, but this SDK build waits 0 to 2 ms.",
                group.name, sdk.max_connect_delay
            );
            findings.push(
                Finding::warning(rule.code, address(group, "max_connect_delay"), what)
                    .why(format!("All devices of the group attempt at the same moment. ({})", rule.source))
                    .fix("Use an SDK build with a working delay, or a connection manager with its own."),
            );
        }
    }
}

/// Finds delays above the limit of the Windows build.
fn wraps(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    for group in fleet.everybody() {
        let Some(sdk) = group.agent.sdk() else { continue };
        if sdk.delay_law == DelayLaw::Windows221 && sdk.max_connect_delay.millis() > WINDOWS_LIMIT_MS {
            let pointer = address(group, "max_connect_delay");
            let what = format!("{}: {} wraps to shorter waits.", group.name, sdk.max_connect_delay);
            findings.push(
                Finding::warning(rule.code, pointer.clone(), what)
                    .why(format!(
                        "Devices return earlier and closer together than configured. ({})",
                        rule.source
                    ))
                    .fix("Stay at or below 131 s with this build.")
                    .patch(pointer, 131_000, "Set 131 s"),
            );
        }
    }
}

/// Finds SDK-only groups that return within one retry interval faster than the platform signs in.
fn outlasted(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let capacity = fleet.platform.capacity_per_s();
    for group in fleet.cut_groups() {
        let (Agent::CSdk(sdk) | Agent::Ems(sdk)) = &group.agent else { continue };
        let interval = sdk.connect_retry_interval;
        let rate = f64::from(group.devices) / interval.secs().max(1e-3);
        if fleet.outage.length > sdk.max_connect_delay && rate > capacity {
            let what = format!(
                "{}: after an outage of {} all {} devices return within one retry interval of {interval}.",
                group.name,
                fleet.outage.length,
                units::count(u64::from(group.devices))
            );
            findings.push(
                Finding::warning(rule.code, address(group, "connect_retry_interval"), what)
                    .why(format!(
                        "That is {} attempts/s against a capacity of {} sign-ins/s; max_connect_delay is spent by then. ({})",
                        units::significant(rate),
                        units::significant(capacity),
                        rule.source
                    ))
                    .fix("Lengthen connect_retry_interval, or use a connection manager that waits before every attempt."),
            );
        }
    }
}

/// Returns the longest random wait that the group's agents draw from 0 on before every attempt of a long
/// outage, with its key.
fn wait_before_attempts(group: &Group) -> Option<(Micros, &'static str)> {
    match &group.agent {
        Agent::ExampleAgent { reconnect_random_delay, .. } => {
            Some((*reconnect_random_delay, "reconnect_random_delay_seconds"))
        }
        Agent::Generic(Generic { backoff, .. }) if backoff.law == BackoffLaw::FullJitter => {
            Some((backoff.cap, "backoff/cap_ms"))
        }
        _ => None,
    }
}

/// Finds random delays so short that attempts time out in the queue.
///
/// The largest backlog is N(1 − μR/2N)²; no attempt times out while it is at most μ(T − S).
fn too_short(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let managed = || fleet.cut_groups().filter_map(|group| Some((group, wait_before_attempts(group)?)));
    let devices: f64 = managed().map(|(group, _)| f64::from(group.devices)).sum();
    let capacity = fleet.platform.capacity_per_s();
    for (group, (delay, key)) in managed() {
        let patience = (group.agent.connect_timeout() - fleet.platform.service_time).secs();
        let share = 1.0 - capacity * delay.secs() / (2.0 * devices);
        // What does not fit into the queue is refused and does not wait.
        let room = f64::from(fleet.platform.accept_queue);
        let backlog = if share > 0.0 { (devices * share * share).min(room) } else { 0.0 };
        if fleet.outage.length < delay || backlog <= capacity * patience {
            continue;
        }
        let what = format!(
            "{}: a random delay of {delay} is too short for {} devices.",
            group.name,
            units::count(devices as u64)
        );
        findings.push(
            Finding::warning(rule.code, address(group, key), what)
                .why(format!(
                    "Up to {} attempts wait where {} can be served before they time out; timed-out attempts come back as new load. ({})",
                    units::count(backlog as u64),
                    units::count((capacity * patience).max(0.0) as u64),
                    rule.source
                ))
                .fix("Lengthen the random delay and watch the curve."),
        );
    }
}

/// Finds queues whose last attempt gives up before it is served.
fn long_queue(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let platform = &fleet.platform;
    let wait = f64::from(platform.accept_queue) / platform.capacity_per_s();
    let patience =
        fleet.groups.iter().map(|group| group.agent.connect_timeout().secs()).fold(f64::MAX, f64::min);
    if platform.sign_in_timeout.is_some_and(|limit| limit.secs() <= patience) || wait <= patience {
        return;
    }
    let what = format!(
        "A full accept queue takes {}, the shortest connect_timeout is {}.",
        units::duration(wait),
        units::duration(patience)
    );
    findings.push(
        Finding::warning(rule.code, "/platform/accept_queue", what)
            .why(format!("The platform then works for devices that have given up. ({})", rule.source))
            .fix("Shorten the queue, or let the platform close attempts that waited too long."),
    );
}

/// Share of the time for which devices wait that a queue at the load balancer may take.
const IN_TIME: f64 = 0.8;

/// Finds a limit that lets connections wait for longer than devices do.
///
/// The simulation lets a device that gives up leave the queue, or wait on where nothing ends its wait; a real
/// balancer passes on what waited, whoever is still there.
fn long_backlog(rule: &Rule, fleet: &Fleet, findings: &mut Vec<Finding>) {
    let Some(balancer) = fleet.platform.balancer else { return };
    let Some(limit) = balancer.limit.filter(|limit| limit.kind == LimitKind::DelayAccept) else { return };
    // With TLS nothing bounds the wait for the handshake, unless the timeout is that of the whole attempt.
    let bounded = |group: &&Group| !group.link.tls || group.link.bounds == Bounds::Attempt;
    let timeouts = fleet.groups.iter().filter(bounded).map(|group| group.agent.connect_timeout());
    let Some(timeout) = timeouts.min() else { return };
    let per_s = f64::from(limit.per_s.max(1));
    let wait = f64::from(balancer.backlog) / per_s;
    if wait <= timeout.secs() {
        return;
    }
    let pointer = "/platform/balancer/backlog";
    let what = format!(
        "The last of {} connections waits {} for its turn at the load balancer, the shortest connect_timeout is \
         {timeout}.",
        units::count(u64::from(balancer.backlog)),
        units::duration(wait)
    );
    let proposed = (per_s * timeout.secs() * IN_TIME).floor().max(1.0) as u64;
    findings.push(
        Finding::warning(rule.code, pointer, what)
            .why(format!(
                "Its turns go to devices that have given up, and a real one passes their requests on as well. ({})",
                rule.source
            ))
            .fix("Let fewer connections wait, so that the last one has its turn in time.")
            .patch(pointer, proposed, format!("Set {}", units::count(proposed))),
    );
}
