//! What the agents of a fleet can do to spread themselves, in words: which cannot, and what to do instead.

use crate::base::units;
use crate::fleet::{Agent, CSdk, DelayLaw, DotNetSdk, Fleet, Group, Retries};

/// Returns whether an SDK build draws its random delay at all.
pub(super) fn draws(sdk: &CSdk) -> bool {
    sdk.delay_law != DelayLaw::Linux221
}

/// Returns one sentence or two for each group whose agents cannot spread as they are.
pub(super) fn notes(fleet: &Fleet) -> Vec<String> {
    fleet.cut_groups().filter_map(|group| note(fleet, group)).collect()
}

fn note(fleet: &Fleet, group: &Group) -> Option<String> {
    let outage = fleet.outage.length;
    let instead =
        "let the SDK connect just once and wait a random time in the application before every attempt";
    let text = match &group.agent {
        Agent::JavaSdk(java) => format!(
            "the Java SDK waits a fixed {} before every attempt, and nothing spreads it. Wait a random time in the \
             application before it connects, or limit new connections at the load balancer.",
            java.reconnect_interval
        ),
        Agent::DotNetSdk(DotNetSdk { auto_reconnect: false, .. }) => {
            "the .NET SDK does not connect again by \
             itself. Switch AutoReconnect on, or reconnect in the application after a random wait."
                .to_owned()
        }
        Agent::CSdk(sdk) if !draws(sdk) => format!(
            "C SDK 2.2.1 on Linux waits 0 to 2 ms, whatever max_connect_delay says, and then retries every {}. Use a \
             build whose delay works, or {instead}.",
            sdk.connect_retry_interval
        ),
        Agent::Ems(sdk) if !draws(sdk) => format!(
            "the EMS on this SDK build waits 0 to 2 ms and then retries every {}; its settings cannot spread it. Use a \
             newer build, or limit new connections at the load balancer.",
            sdk.connect_retry_interval
        ),
        Agent::CSdk(sdk) | Agent::Ems(sdk) if looping(sdk, outage) => format!(
            "in its retry loop the SDK does not draw again: after an outage of {outage} all {} devices return within \
             one connect_retry_interval of {}. Lengthen that pause together with max_connect_delay, or {instead}.",
            units::count(u64::from(group.devices)),
            sdk.connect_retry_interval
        ),
        Agent::Generic(generic) if !generic.backoff.law.spreads() => {
            "its back-off has no jitter, so devices that \
             fail together come back together. Choose a law with jitter, such as full-jitter."
                .to_owned()
        }
        _ => return None,
    };
    Some(format!("{}: {text}", group.name))
}

/// Returns whether devices are in the retry loop when the platform is back.
fn looping(sdk: &CSdk, outage: crate::base::Micros) -> bool {
    let more = match sdk.connect_retries {
        Retries::Forever => true,
        Retries::Times(times) => times > 1,
    };
    more && outage > sdk.max_connect_delay
}
