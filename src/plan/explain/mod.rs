//! Why a recovery went as it did: causes named from the curves of the runs, each with its numbers.
//!
//! The run whose t95 is the median is read, not the settings alone: how long each station was saturated
//! after the return, where the time of the devices that were away went (into queues, or into waits of
//! their own), what was refused, timed out or done in vain, and who never came back. Settings only put
//! a name to a wait that the run shows. The first reason is the one that decides the verdict: that of
//! the worst target where one is missed, that of t95 elsewhere.
//!
//! A reason names the lever that it points at, with a closed-form bound where there is one; what a
//! change really does, only runs say.

mod data;
mod seen;
mod stranded;
#[cfg(test)]
mod tests;
mod time;
mod waits;

use super::outcome::Outcome;
use super::verdict::Verdict;
use crate::sim::Measure;
use seen::Seen;

/// What can be the reason for a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Devices whose agent does not connect again by itself.
    AutoReconnectOff,
    /// Devices whose agent gave up after its last retry.
    RetriesUsedUp,
    /// Work done for devices that had given up, so that they came back as new load.
    WorkInVain,
    /// A limiter that counts what it rejects, so that it never opens.
    LimiterCountsAll,
    /// A limit of new connections at the load balancer.
    Limiter,
    /// TLS handshakes at the load balancer.
    Tls,
    /// Connection Servers.
    ConnectionServers,
    /// The sign-in tier.
    SignIn,
    /// A limit of held connections.
    HeldConnections,
    /// The capacity was not all there yet after the return.
    Ramp,
    /// Overload took the platform down again.
    Relapse,
    /// Another event while devices came back.
    SecondEvent,
    /// The platform still believed old sessions alive.
    BindProtection,
    /// Pings without an answer in time cut devices that were back.
    LatePongs,
    /// Devices noticed the loss late.
    NoticedLate,
    /// The devices' kernels waited before they sent their SYN again.
    SynWait,
    /// The agents' random delay.
    RandomDelay,
    /// The agents' fixed pause between attempts.
    RetryInterval,
    /// The agents' back-off.
    Backoff,
    /// Many devices made their attempts in the same second.
    Herd,
    /// The write queue could not take the stored data.
    WriteQueue,
    /// Device stores were full before the outage ended.
    StoresFull,
    /// No device lost its connection.
    NobodyCut,
    /// Attempts and sign-ins took no longer than they take.
    NothingInTheWay,
}

impl Cause {
    /// Every cause, in the order of the variants.
    pub const ALL: [Self; 24] = [
        Self::AutoReconnectOff,
        Self::RetriesUsedUp,
        Self::WorkInVain,
        Self::LimiterCountsAll,
        Self::Limiter,
        Self::Tls,
        Self::ConnectionServers,
        Self::SignIn,
        Self::HeldConnections,
        Self::Ramp,
        Self::Relapse,
        Self::SecondEvent,
        Self::BindProtection,
        Self::LatePongs,
        Self::NoticedLate,
        Self::SynWait,
        Self::RandomDelay,
        Self::RetryInterval,
        Self::Backoff,
        Self::Herd,
        Self::WriteQueue,
        Self::StoresFull,
        Self::NobodyCut,
        Self::NothingInTheWay,
    ];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::AutoReconnectOff => "auto-reconnect-off",
            Self::RetriesUsedUp => "retries-used-up",
            Self::WorkInVain => "work-in-vain",
            Self::LimiterCountsAll => "limiter-counts-all",
            Self::Limiter => "limiter",
            Self::Tls => "tls",
            Self::ConnectionServers => "connection-servers",
            Self::SignIn => "sign-in",
            Self::HeldConnections => "held-connections",
            Self::Ramp => "ramp",
            Self::Relapse => "relapse",
            Self::SecondEvent => "second-event",
            Self::BindProtection => "bind-protection",
            Self::LatePongs => "late-pongs",
            Self::NoticedLate => "noticed-late",
            Self::SynWait => "syn-wait",
            Self::RandomDelay => "random-delay",
            Self::RetryInterval => "retry-interval",
            Self::Backoff => "backoff",
            Self::Herd => "herd",
            Self::WriteQueue => "write-queue",
            Self::StoresFull => "stores-full",
            Self::NobodyCut => "nobody-cut",
            Self::NothingInTheWay => "nothing-in-the-way",
        }
    }

    /// What people read above the reason.
    pub fn label(self) -> &'static str {
        match self {
            Self::AutoReconnectOff => "Agents that do not reconnect",
            Self::RetriesUsedUp => "Retries used up",
            Self::WorkInVain => "Work for devices that gave up",
            Self::LimiterCountsAll => "Limiter counts rejections",
            Self::Limiter => "Connection limit",
            Self::Tls => "TLS handshakes",
            Self::ConnectionServers => "Connection Servers",
            Self::SignIn => "Sign-in tier",
            Self::HeldConnections => "Limit of held connections",
            Self::Ramp => "Slow start of the platform",
            Self::Relapse => "Down again",
            Self::SecondEvent => "Second event",
            Self::BindProtection => "Old sessions",
            Self::LatePongs => "Late pongs",
            Self::NoticedLate => "Loss noticed late",
            Self::SynWait => "Waits of the kernel",
            Self::RandomDelay => "Random delay",
            Self::RetryInterval => "Retry interval",
            Self::Backoff => "Back-off",
            Self::Herd => "Attempts in the same second",
            Self::WriteQueue => "Write queue",
            Self::StoresFull => "Full device stores",
            Self::NobodyCut => "No connection lost",
            Self::NothingInTheWay => "Nothing in the way",
        }
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What it is.
    pub cause: Cause,
    /// What happened, with its numbers; whole sentences.
    pub what: String,
    /// What to change next; whole sentences.
    pub lever: String,
    /// From when to when after the return it was so \[s\], where that has an interval.
    pub interval_s: Option<(f64, f64)>,
    /// Position of the group that it is about, where it is about one.
    pub group: Option<usize>,
}

/// The most reasons that are told: behind the third nothing is decided.
const TOLD: usize = 4;

/// Returns why the runs of an outcome went as they did, the decisive reason first; never empty where runs are.
pub fn explain(outcome: &Outcome) -> Vec<Reason> {
    let Some(seen) = Seen::of(outcome) else { return Vec::new() };
    if seen.run.affected == 0 {
        return vec![nobody(&seen)];
    }
    let mut reasons = stranded::reasons(&seen);
    reasons.extend(time::reasons(&seen));
    reasons.extend(data::reasons(&seen));
    let lead = decisive(outcome, &reasons);
    reasons[..=lead].rotate_right(1);
    reasons.truncate(TOLD);
    reasons
}

/// Returns the position of the reason that decides the verdict; the first where no other target is missed.
fn decisive(outcome: &Outcome, reasons: &[Reason]) -> usize {
    let missed = |key: &str| {
        let of = |target: &&super::TargetResult| target.figure.key == key;
        outcome.targets.iter().find(of).is_some_and(|target| target.verdict == Verdict::Missed)
    };
    let at = |causes: &[Cause]| reasons.iter().position(|reason| causes.contains(&reason.cause));
    // The time decides first: a fleet that is not back has no other question.
    let of_data = [
        ("t95_s", None),
        ("t_drained_s", at(&[Cause::WriteQueue])),
        ("peak_sign_ins_per_s", at(&[Cause::Herd])),
        ("lost_values", lost_first(outcome).and_then(|cause| at(&[cause]))),
    ];
    of_data.into_iter().find(|(key, _)| missed(key)).and_then(|(_, at)| at).unwrap_or(0)
}

/// Returns where most data was lost.
fn lost_first(outcome: &Outcome) -> Option<Cause> {
    let median = |measure| outcome.study.metric(measure).median;
    let stores = median(Measure::Lost);
    let queue = median(Measure::Rejected);
    let most = if stores >= queue { Cause::StoresFull } else { Cause::WriteQueue };
    (stores.max(queue) > 0.0).then_some(most)
}

/// Returns that no device was cut.
fn nobody(seen: &Seen<'_>) -> Reason {
    Reason {
        cause: Cause::NobodyCut,
        what: format!("None of {} devices lost its connection.", crate::base::units::count(seen.run.devices)),
        lever: "Choose an outage that touches devices, or other groups for this one.".to_owned(),
        interval_s: None,
        group: None,
    }
}
