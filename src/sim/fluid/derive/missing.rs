//! What the fluid engine leaves out, in plain words.

use super::super::doubt::Doubt;
use super::super::model::{Model, When};
use super::lost;
use crate::fleet::{Agent, BackoffLaw, Bounds, Fleet, Group, Loss, Meets, ServiceLaw};

/// Share of the devices that local trouble may disconnect until it is worth a doubt.
const FEW_DROPS: f64 = 0.01;
/// A day [s].
const DAY_S: f64 = 86_400.0;

/// Adds the doubts that a fleet raises.
pub(super) fn note(fleet: &Fleet, model: &mut Model) {
    let sentences = outage(fleet).into_iter().chain(platform(fleet)).chain(groups(fleet));
    let sentences = sentences.filter_map(|(applies, text)| applies.then_some(text));
    model.doubts.extend(sentences.map(|text| Doubt::NotModelled(text.to_owned())));
    model.where_it_matters.extend(conditional(fleet));
}

/// Returns the groups that lose their connections.
fn cut(fleet: &Fleet) -> impl Iterator<Item = &Group> {
    let groups = fleet.groups.iter().enumerate();
    groups.filter(|(position, _)| lost(fleet, *position) > 0.0).map(|(_, group)| group)
}

fn outage(fleet: &Fleet) -> [(bool, &'static str); 4] {
    let outage = &fleet.outage;
    let unseen = match outage.loses {
        Some(Loss::Silence) => true,
        Some(Loss::Fin) => cut(fleet).any(|group| !group.link.tls),
        _ => false,
    };
    let bound =
        outage.meets == Meets::BlackHole && cut(fleet).any(|group| group.link.bounds == Bounds::Attempt);
    let shortest = cut(fleet).map(|group| group.link.message_timeout).min();
    let longest = cut(fleet).map(|group| group.link.message_timeout).max();
    [
        (!outage.events.is_empty(), "The preview shows the main outage only, without the events after it"),
        (unseen, "Devices notice a silent loss by their pings only, and in the preview they notice at once"),
        (
            bound,
            "The connect timeout ends whole attempts, and in the preview only the kernel ends unanswered ones",
        ),
        (
            outage.meets == Meets::AuthUnanswered && shortest != longest,
            "Groups wait differently long for an answer in the outage, and the preview takes the longest wait for all",
        ),
    ]
}

fn platform(fleet: &Fleet) -> [(bool, &'static str); 5] {
    let platform = &fleet.platform;
    let devices: f64 =
        fleet.groups.iter().enumerate().map(|(at, group)| f64::from(group.devices) * lost(fleet, at)).sum();
    let held = [
        platform.balancer.and_then(|balancer| balancer.held),
        platform.connection.and_then(|tier| tier.held),
        platform.held,
    ];
    let held = held.into_iter().flatten().min();
    let law = ServiceLaw::Lognormal;
    let lognormal =
        platform.service_law == law || platform.connection.is_some_and(|tier| tier.service_law == law);
    let idle = platform.balancer.and_then(|balancer| balancer.idle_timeout);
    [
        (
            held.is_some_and(|held| f64::from(held) < devices),
            "Not all devices can be connected at the same time, and the preview has no such limit",
        ),
        (lognormal, "Service times that vary lognormally vary exponentially in the preview"),
        (
            platform.breaking.is_some_and(|breaking| breaking.values.is_some()),
            "Overload can take the platform down again, which the preview leaves out",
        ),
        (
            platform.sessions.bind_protection.is_some() && !fleet.outage.platform_down,
            "Old sessions can keep devices from signing in, which the preview leaves out",
        ),
        (
            idle.is_some_and(|idle| fleet.groups.iter().any(|group| group.link.ping_rate > idle)),
            "The load balancer cuts idle connections, which the preview leaves out",
        ),
    ]
}

fn groups(fleet: &Fleet) -> [(bool, &'static str); 3] {
    let days = fleet.outage.horizon().secs() / DAY_S;
    let decorrelated = |group: &Group| match group.agent {
        Agent::Generic(generic) => generic.backoff.law == BackoffLaw::DecorrelatedJitter,
        _ => false,
    };
    [
        (
            cut(fleet).any(|group| group.duty.is_some()),
            "Some devices are not always connected, and in the preview they are",
        ),
        (
            fleet.groups.iter().any(|group| group.drops_per_day * days > FEW_DROPS),
            "Devices also lose connections without an outage, which the preview leaves out",
        ),
        (
            cut(fleet).any(decorrelated),
            "With decorrelated jitter every wait depends on the one before, and the preview takes their mean",
        ),
    ]
}

/// Returns the doubts that depend on the result.
fn conditional(fleet: &Fleet) -> Vec<(When, Doubt)> {
    let platform = &fleet.platform;
    let mut doubts = Vec::new();
    let mut doubt = |when: Option<When>, text: &str| {
        doubts.extend(when.map(|when| (when, Doubt::NotModelled(text.to_owned()))));
    };
    let limit = platform.balancer.and_then(|balancer| balancer.limit);
    doubt(
        limit.map(|limit| When::ArrivalsAbove(f64::from(limit.per_s))),
        "The load balancer limits new connections, and the preview has no such limit",
    );
    let waiting = platform.breaking.and_then(|breaking| breaking.waiting);
    doubt(
        waiting.map(|waiting| When::QueueAbove(f64::from(waiting))),
        "So many waiting sign-ins take the platform down again, which the preview leaves out",
    );
    let pong = fleet.groups.iter().map(|group| group.link.pong_timeout.secs()).fold(f64::INFINITY, f64::min);
    doubt(
        platform.sessions.pongs_wait.then_some(When::WaitAbove(pong)),
        "A busy platform answers pings too late and loses devices again, which the preview leaves out",
    );
    doubts
}
