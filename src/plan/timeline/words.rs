//! What a device does, in words.

use super::{Doing, End, Lane, Segment};
use crate::base::units;
use crate::fleet::{Agent, BackoffLaw, CSdk, DelayLaw, Loss, Meets, Retries};
use crate::sim::StationName;
use crate::sim::reference::{Failure, Pause};

/// Returns a piece of a timeline in words, without a full stop; `length_s` is how long it lasts [s].
pub(super) fn said(agent: &Agent, doing: Doing, attempt: u32, length_s: f64) -> String {
    let length = units::duration(length_s);
    match doing {
        Doing::Connected => "Connected".to_owned(),
        Doing::Unaware(loss) => {
            format!("Does not notice for {length} that the connection is gone: {}", ended(loss))
        }
        Doing::Waits(pause) => format!("Waits {length}: {}", why(agent, pause)),
        Doing::Fails { failure, same_socket } => {
            let on = if same_socket { " on the open socket" } else { "" };
            let after = if length_s > 0.0 { format!(" after {length}") } else { String::new() };
            format!("Attempt {attempt}{on} fails{after}: {}", reason(failure))
        }
        Doing::SignsIn => format!("Attempt {attempt} succeeds after {length}"),
        Doing::Attempts => format!("Attempt {attempt} has no answer yet"),
        Doing::Off => "Not connected in its duty cycle".to_owned(),
        Doing::GivenUp => "Has given up: does not come back by itself".to_owned(),
    }
}

fn ended(loss: Loss) -> &'static str {
    match loss {
        Loss::Reset => "it was reset",
        Loss::CloseFrame => "it was closed",
        Loss::Fin => "TCP ended, which is only seen at the next ping",
        Loss::Silence => "nothing comes any more, which is only seen at a ping without an answer",
    }
}

/// Returns why a device waits.
fn why(agent: &Agent, pause: Pause) -> String {
    match (pause, agent) {
        (Pause::Manager, Agent::ExampleAgent { reconnect_random_delay, .. }) => {
            format!(
                "random delay of the connection manager, up to {reconnect_random_delay} before every call"
            )
        }
        (Pause::Sdk, _) => agent.sdk().map_or_else(String::new, of_the_sdk),
        (Pause::Retry, _) => "fixed pause after a failed attempt".to_owned(),
        (Pause::Interval, _) => "fixed interval before every attempt".to_owned(),
        (Pause::First, Agent::Generic(generic)) => {
            format!("random first delay, up to {}", generic.first_delay)
        }
        (Pause::Backoff, Agent::Generic(generic)) => {
            format!("back-off, {}", law(generic.backoff.law))
        }
        (Pause::Manager | Pause::First | Pause::Backoff, _) => "delay".to_owned(),
    }
}

fn of_the_sdk(sdk: &CSdk) -> String {
    let set = sdk.max_connect_delay;
    match sdk.delay_law {
        DelayLaw::Documented => format!("random delay of the SDK, up to {set} once per call"),
        DelayLaw::Linux221 => {
            format!("random delay of the SDK, set to {set}, which this build turns into 0 to 2 ms")
        }
        DelayLaw::Windows221 => {
            format!("random delay of the SDK, set to {set}, which this build wraps above 131 s")
        }
    }
}

fn law(law: BackoffLaw) -> &'static str {
    match law {
        BackoffLaw::Fixed => "always the same",
        BackoffLaw::Exponential => "doubling",
        BackoffLaw::FullJitter => "random up to a limit that doubles",
        BackoffLaw::EqualJitter => "half of it random, doubling",
        BackoffLaw::DecorrelatedJitter => "random up to three times the wait before",
    }
}

/// Returns why an attempt failed.
pub(super) fn reason(failure: Failure) -> &'static str {
    match failure {
        Failure::Met(Meets::Refused) => "refused, nothing listens",
        Failure::Met(Meets::Http503) => "the load balancer answers 503",
        Failure::Met(Meets::DnsFails) => "the name of the platform has no address",
        Failure::Met(Meets::TlsFails) => "the certificate is not accepted",
        Failure::Met(Meets::AcceptThenClose) => "accepted and closed at once",
        Failure::Met(Meets::AuthRejected) => "authentication is denied, the socket stands",
        Failure::Met(Meets::BindRejected) => "bind is denied, the socket stands",
        Failure::Met(Meets::AuthUnanswered) | Failure::Unheard => {
            "authentication has no answer, the socket stands"
        }
        Failure::Met(Meets::BlackHole) | Failure::NoAnswer { by_kernel: true } => {
            "TCP has no answer, the kernel gives up"
        }
        Failure::NoAnswer { by_kernel: false } => "TCP has no answer, the connect timeout ends it",
        Failure::Met(Meets::Served) | Failure::Refused => "refused for want of room",
        Failure::TimedOut(StationName::Gate) => "timed out before it was accepted",
        Failure::TimedOut(StationName::Tls) => "timed out in the TLS handshake",
        Failure::TimedOut(StationName::Connection) => "timed out waiting for the upgrade",
        Failure::TimedOut(StationName::SignIn) => "timed out waiting to be signed in",
        Failure::Closed => "the platform closed it",
        Failure::Cut => "the connection was cut",
        Failure::OldSession => "the platform still holds the old session",
    }
}

/// The word for a failure in JSON.
pub(super) fn failure_word(failure: Failure) -> &'static str {
    match failure {
        Failure::Met(meets) => meets.word(),
        Failure::NoAnswer { .. } => "tcp-timeout",
        Failure::Unheard => "auth-unanswered",
        Failure::Refused => "refused-for-room",
        Failure::TimedOut(StationName::Gate) => "accept-timeout",
        Failure::TimedOut(StationName::Tls) => "tls-timeout",
        Failure::TimedOut(StationName::Connection) => "upgrade-timeout",
        Failure::TimedOut(StationName::SignIn) => "sign-in-timeout",
        Failure::Closed => "closed",
        Failure::Cut => "cut",
        Failure::OldSession => "old-session",
    }
}

impl Segment {
    /// The word in JSON for the reason of a failure or a wait; `None` for what has none.
    pub fn reason_word(&self) -> Option<&'static str> {
        match self.doing {
            Doing::Fails { failure, .. } => Some(failure_word(failure)),
            Doing::Waits(pause) => Some(match pause {
                Pause::Manager => "manager-delay",
                Pause::Sdk => "sdk-delay",
                Pause::Retry => "retry-interval",
                Pause::Interval => "reconnect-interval",
                Pause::First => "first-delay",
                Pause::Backoff => "back-off",
            }),
            Doing::Unaware(loss) => Some(loss.word()),
            _ => None,
        }
    }
}

/// A line of a timeline: a segment, or many cycles that are alike told as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Begin after the return of the platform [s].
    pub from_s: f64,
    /// What happens, without a full stop.
    pub what: String,
}

/// Cycles that are alike from which on they are told as one.
const ALIKE: usize = 4;

impl Lane {
    /// Returns how it ends, without a full stop.
    pub fn ending(&self) -> String {
        match self.end {
            End::Untouched => "Keeps its connection".to_owned(),
            End::Back(at) if at < 0.0 => format!("Back {} before the platform is", units::duration(-at)),
            End::Back(at) => format!("Back after {}", units::duration(at)),
            End::GivenUp(_) => "Does not come back by itself".to_owned(),
            End::Trying if self.complete => "Still trying when the simulation ends".to_owned(),
            End::Trying => "Tries again and again without a pause".to_owned(),
        }
    }

    /// Returns the settings in words: `random delay 5 min, 1 attempt per call, 1 s between attempts, timeout 10 s`.
    pub fn settings(&self) -> String {
        let attempts = |retries, per: &str| match retries {
            Retries::Forever => "attempts for ever".to_owned(),
            Retries::Times(1) => format!("1 attempt per {per}"),
            Retries::Times(times) => format!("{times} attempts per {per}"),
        };
        let call = |sdk: &CSdk| {
            let (tries, pause) = (attempts(sdk.connect_retries, "call"), sdk.connect_retry_interval);
            format!("{tries}, {pause} after each, timeout {}", sdk.connect_timeout)
        };
        match &self.agent {
            Agent::CSdk(sdk) | Agent::Ems(sdk) => {
                format!("Random delay {}, {}", sdk.max_connect_delay, call(sdk))
            }
            Agent::DotNetSdk(dotnet) if !dotnet.auto_reconnect => {
                "Auto-reconnect off, its default".to_owned()
            }
            Agent::DotNetSdk(dotnet) => {
                format!("Random delay {}, {}", dotnet.sdk.max_connect_delay, call(&dotnet.sdk))
            }
            Agent::ExampleAgent { reconnect_random_delay, sdk } => format!(
                "Manager's random delay {reconnect_random_delay}, the SDK's {}, {}",
                sdk.max_connect_delay,
                call(sdk)
            ),
            Agent::JavaSdk(java) => {
                format!("{} before each attempt, timeout {}", java.reconnect_interval, java.connect_timeout)
            }
            Agent::Generic(generic) => format!(
                "First delay {}, back-off {} to {}, {}, {}, timeout {}",
                generic.first_delay,
                generic.backoff.base,
                generic.backoff.cap,
                law(generic.backoff.law),
                attempts(generic.connect_retries, "loss"),
                generic.connect_timeout
            ),
        }
    }

    /// Returns the timeline line by line; of four and more cycles that are alike the first is told, and how many follow.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let cycles = cycles(&self.segments);
        let mut at = 0;
        while at < cycles.len() {
            let alike =
                cycles[at..].iter().take_while(|cycle| signature(cycle) == signature(cycles[at])).count();
            let told = if alike >= ALIKE && signature(cycles[at]).is_some() { 1 } else { alike.max(1) };
            for segment in cycles[at..at + told].iter().copied().flatten() {
                lines.push(Line { from_s: segment.from_s, what: segment.what.clone() });
            }
            if told < alike {
                lines.extend(summed(&cycles[at + told..at + alike]));
            }
            at += alike.max(1);
        }
        lines
    }
}

/// Returns segments in pieces, each from an attempt to before the next; the first without an attempt.
fn cycles(segments: &[Segment]) -> Vec<&[Segment]> {
    let mut cycles = Vec::new();
    let mut from = 0;
    for (at, segment) in segments.iter().enumerate() {
        if segment.doing.is_attempt() && at > from {
            cycles.push(&segments[from..at]);
            from = at;
        }
    }
    cycles.push(&segments[from..]);
    cycles
}

/// Returns what cycles of failed attempts have in common where they are alike.
fn signature(cycle: &[Segment]) -> Option<Vec<Doing>> {
    let alike = cycle.iter().all(|segment| matches!(segment.doing, Doing::Fails { .. } | Doing::Waits(_)));
    let fails = cycle.first().is_some_and(|first| matches!(first.doing, Doing::Fails { .. }));
    (alike && fails).then(|| cycle.iter().map(|segment| segment.doing).collect())
}

/// Returns many cycles as one line.
fn summed(cycles: &[&[Segment]]) -> Option<Line> {
    let first = cycles.first()?.first()?;
    let Doing::Fails { failure, .. } = first.doing else { return None };
    let begins: Vec<f64> =
        cycles.iter().filter_map(|cycle| cycle.first()).map(|segment| segment.from_s).collect();
    let last = begins.last()?;
    let gaps = begins.windows(2).map(|pair| pair[1] - pair[0]);
    let (least, most) = gaps.fold((f64::INFINITY, 0.0_f64), |(low, high), gap| (low.min(gap), high.max(gap)));
    let (low, high) = (units::duration(least), units::duration(most));
    let apart = if low == high { low } else { format!("{low} to {high}") };
    let (count, from) = (units::count(begins.len() as u64), first.attempt);
    let to = u64::from(from) + begins.len() as u64 - 1;
    let reason = reason(failure);
    Some(Line {
        from_s: first.from_s,
        what: format!(
            "{count} attempts more ({from} to {to}), {apart} apart, the last at {}, all fail: {reason}",
            units::clock(*last)
        ),
    })
}
