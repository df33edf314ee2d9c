//! Waits of the devices themselves: what the slowest group waited for when the platform was free.

use super::seen::Seen;
use super::{Cause, Reason};
use crate::base::units;
use crate::fleet::{Agent, Bounds, DelayLaw, DotNetSdk, Group, Loss, Meets};
use crate::sim::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};

/// A wait below this share of the time is not what it was spent on.
const SHORT: f64 = 0.15;

/// One wait of a group's devices.
struct Wait {
    cause: Cause,
    /// The longest that it lasts after the return \[s\].
    longest_s: f64,
    /// What it is, with its setting and value.
    what: String,
    /// What to change.
    lever: &'static str,
}

/// Returns the wait that the slowest group's time was spent on.
pub(super) fn reason(seen: &Seen<'_>) -> Reason {
    let slowest = seen
        .run
        .groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.affected > 0)
        .max_by_key(|(_, group)| (group.times.t95.map_or(u64::MAX, |time| time.0), group.affected));
    let Some((at, of)) = slowest else { return nothing(seen, None) };
    let group = &seen.fleet.groups[at];
    let time = of.times.t95.map_or_else(|| seen.fleet.outage.watch.secs(), crate::base::Micros::secs);
    let longest = waits(seen, group).into_iter().max_by(|a, b| a.longest_s.total_cmp(&b.longest_s));
    match longest.filter(|wait| wait.longest_s >= SHORT * time && wait.longest_s > 0.0) {
        Some(wait) => Reason {
            cause: wait.cause,
            what: format!(
                "No station was the limit; {} came back last, held back by a wait of its own: {}.",
                group.name, wait.what
            ),
            lever: wait.lever.to_owned(),
            interval_s: None,
            group: Some(at),
        },
        None => nothing(seen, Some(at)),
    }
}

/// Returns that nothing was in the way.
fn nothing(seen: &Seen<'_>, group: Option<usize>) -> Reason {
    let busiest = seen.run.stations.iter().flat_map(|station| {
        let end = seen.to.min(station.busy.len());
        (seen.from.min(end)..end).map(|bin| station.utilisation(bin))
    });
    let most = busiest.fold(0.0, f64::max);
    Reason {
        cause: Cause::NothingInTheWay,
        what: format!(
            "Nothing was in the way: no agent waits long, and the busiest station was at most {} busy.",
            units::percent(most)
        ),
        lever: "Nothing needs to change for the time.".to_owned(),
        interval_s: None,
        group,
    }
}

/// Returns the waits of a group's devices, with how long each can last after the return.
fn waits(seen: &Seen<'_>, group: &Group) -> Vec<Wait> {
    let outage = &seen.fleet.outage;
    let mut waits = agent(seen, &group.agent);
    let silent = match outage.loses {
        Some(Loss::Silence) => true,
        Some(Loss::Fin) => !group.link.tls,
        _ => false,
    };
    let notices = (group.link.ping_rate + group.link.pong_timeout).secs();
    if silent {
        waits.push(Wait {
            cause: Cause::NoticedLate,
            longest_s: (notices - outage.length.secs()).max(0.0),
            what: format!(
                "nothing tells it of the loss, so a device notices by a ping without an answer (`ping_rate` {}, pong timeout {})",
                group.link.ping_rate, group.link.pong_timeout
            ),
            lever: "Shorten `ping_rate`; it is load on the platform for ever, so weigh it.",
        });
    }
    if outage.meets == Meets::BlackHole {
        waits.push(syn(seen, group));
    }
    waits
}

/// Returns the wait of kernels that send their SYN again without hearing anything.
fn syn(seen: &Seen<'_>, group: &Group) -> Wait {
    let length = seen.fleet.outage.length.secs();
    let gives_up = match group.link.bounds {
        Bounds::Answer => SYN_GIVES_UP.secs(),
        Bounds::Attempt => group.agent.connect_timeout().secs(),
    };
    // An attempt that began before the return waits for its next SYN: at most the last gap within its life.
    let mut last = 0.0;
    let mut longest: f64 = 0.0;
    for at in SYN_RETRANSMISSIONS.iter().map(|at| at.secs()).chain([gives_up]) {
        if at <= gives_up && last < length {
            longest = longest.max(at - last);
        }
        last = at;
    }
    Wait {
        cause: Cause::SynWait,
        longest_s: longest,
        what: format!(
            "nobody answered in the outage, so the devices' kernels wait up to {} before they send their SYN again",
            units::duration(longest)
        ),
        lever: "Let the balancer answer with a reset or 503 in an outage, or use agents whose timeout bounds the whole attempt.",
    }
}

/// Returns the waits of an agent between two attempts.
fn agent(seen: &Seen<'_>, agent: &Agent) -> Vec<Wait> {
    let length = seen.fleet.outage.length.secs();
    let delay = |longest_s: f64, key: &str| Wait {
        cause: Cause::RandomDelay,
        longest_s,
        what: format!("a random delay of up to {} before an attempt (`{key}`)", units::duration(longest_s)),
        lever: "Shorten the random delay as far as the platform's capacity allows.",
    };
    let interval = |longest_s: f64, key: &str| Wait {
        cause: Cause::RetryInterval,
        longest_s,
        what: format!("a fixed pause of {} after every failed attempt (`{key}`)", units::duration(longest_s)),
        lever: "Shorten the pause between attempts; nothing spreads it, so watch the peak.",
    };
    match agent {
        Agent::ExampleAgent { reconnect_random_delay, sdk } => vec![
            delay(reconnect_random_delay.secs(), "reconnect_random_delay_seconds"),
            delay(sdk_delay(sdk.delay_law, sdk.max_connect_delay.secs()), "max_connect_delay"),
            interval(sdk.connect_retry_interval.secs(), "connect_retry_interval"),
        ],
        Agent::CSdk(sdk) | Agent::Ems(sdk) | Agent::DotNetSdk(DotNetSdk { sdk, .. }) => vec![
            // Drawn once, at the loss: what is over before the return delays nobody.
            delay(
                (sdk_delay(sdk.delay_law, sdk.max_connect_delay.secs()) - length).max(0.0),
                "max_connect_delay",
            ),
            interval(sdk.connect_retry_interval.secs(), "connect_retry_interval"),
        ],
        Agent::JavaSdk(java) => vec![interval(java.reconnect_interval.secs(), "reconnectInterval")],
        Agent::Generic(generic) => {
            let base = generic.backoff.base.secs().max(0.001);
            // Waits double until they are as long as the outage: so many failures fit into it.
            let failures = (length / base).max(1.0).log2().ceil() as u32;
            let longest = generic.backoff.longest(failures).secs();
            vec![
                delay((generic.first_delay.secs() - length).max(0.0), "first_delay"),
                Wait {
                    cause: Cause::Backoff,
                    longest_s: longest,
                    what: format!(
                        "its back-off had grown to {} when the platform came back (cap {})",
                        units::duration(longest),
                        generic.backoff.cap
                    ),
                    lever: "Lower the cap of the back-off.",
                },
            ]
        }
    }
}

/// Returns the longest random delay that a build of the SDK really waits \[s\].
fn sdk_delay(law: DelayLaw, configured_s: f64) -> f64 {
    match law {
        DelayLaw::Documented => configured_s,
        DelayLaw::Linux221 => 0.002,
        // 2^32 / 32767 ms, above which the product wraps.
        DelayLaw::Windows221 => configured_s.min(131.1),
    }
}
