//! A rehearsal against a given platform instead of the embedded one.
//!
//! Against this computer everything is allowed. Anything else may be in use by others, so it takes the typed name of the
//! host, few agents, few connections per second, and conditions that end the rehearsal; all of that is decided here
//! before a name is resolved or a byte is sent.
//!
//! A platform that is not ours has no outage that we cause: its agents have lost their connection, as far as they know,
//! and return to a platform that is up. What it counts is unknown; the account of the agents is exact.

use super::{FarEnd, Rehearsed, Scaled, Watch, devices};
use crate::base::stats::nearest_rank;
use crate::base::units::{count, duration, percent};
use crate::base::{Draws, Micros};
use crate::live::agent::{self, Held, Key, Listener, Pace, Profile, Told, With};
use crate::live::clock::Clock;
use crate::live::connect::Target;
use crate::live::herd::Books;
use crate::live::tls::Connector;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Most agents against another computer where nobody says more.
pub const USUAL_AGENTS: u32 = 10;
/// Most connections per second against another computer where nobody says more [1/s].
pub const USUAL_PER_S: u32 = 2;
/// Attempts from which on conditions are judged: of fewer, one failure is too large a share.
const JUDGED_FROM: u64 = 5;

/// A platform that is rehearsed against.
#[derive(Clone, Debug)]
pub struct Host {
    /// Where it is.
    pub target: Target,
    /// TLS; nothing for a connection that anybody on the way can read and change.
    pub tls: Option<Connector>,
    /// Application key.
    pub key: Key,
    /// Names of the things that are bound, `{}` stands for the number of the device; without one they are called by
    /// group and number.
    pub thing: Option<String>,
    /// Most connections per second [1/s]; nothing for as many as come.
    pub per_s: Option<u32>,
    /// What ends the rehearsal.
    pub stops: Stops,
}

/// Why a rehearsal against a host is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PermitError {
    /// Its name was not typed.
    #[error(
        "{0} is not this computer, and a rehearsal is load that others may feel, so nothing was sent; add --confirm {0} if you may do that"
    )]
    NotConfirmed(String),
    /// Another name was typed.
    #[error(
        "The host is {host} and what was confirmed is {typed}, so nothing was sent; type the name of the host as it stands in the address"
    )]
    OtherConfirmed {
        /// The host.
        host: String,
        /// What was typed.
        typed: String,
    },
    /// Too many agents.
    #[error(
        "{} agents are more than the {} that are allowed against another computer, so nothing was sent; take fewer, or allow more with --agents-max",
        count(*agents), count(u64::from(*most))
    )]
    TooMany {
        /// How many.
        agents: u64,
        /// How many are allowed.
        most: u32,
    },
}

/// Returns the most agents that are allowed; nothing where it is this computer and nobody sets a limit.
pub fn most_agents(target: &Target, set: Option<u32>) -> Option<u32> {
    if target.is_loopback() { set } else { Some(set.unwrap_or(USUAL_AGENTS)) }
}

/// Returns the most connections per second [1/s] that are allowed; nothing where it is this computer and nobody sets a
/// limit.
pub fn most_per_s(target: &Target, set: Option<u32>) -> Option<u32> {
    if target.is_loopback() { set } else { Some(set.unwrap_or(USUAL_PER_S)) }
}

/// Checks that so many agents may connect to a target: it is this computer, or its name was typed, and they are few
/// enough.
///
/// # Errors
/// Why they may not.
pub fn permit(
    target: &Target,
    typed: Option<&str>,
    agents: u64,
    set: Option<u32>,
) -> Result<(), PermitError> {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if !target.is_loopback() {
        let host = target.host.clone();
        let typed = typed.ok_or_else(|| PermitError::NotConfirmed(host.clone()))?;
        if bare(typed) != bare(&host) {
            return Err(PermitError::OtherConfirmed { host, typed: typed.to_owned() });
        }
    }
    match most_agents(target, set) {
        Some(most) if agents > u64::from(most) => Err(PermitError::TooMany { agents, most }),
        _ => Ok(()),
    }
}

/// Conditions that end a rehearsal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stops {
    /// Share of attempts that may fail, 0..1.
    pub failing: f64,
    /// Time that 95 % of the sign-ins may take at most.
    pub connect_p95: Micros,
}

impl Default for Stops {
    /// Returns a tenth of the attempts, and 5 s.
    fn default() -> Self {
        Self { failing: 0.1, connect_p95: Micros::from_secs(5) }
    }
}

/// Why a rehearsal was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Too many attempts failed.
    Failing {
        /// Attempts that failed.
        failed: u64,
        /// Attempts that were over.
        of: u64,
    },
    /// Sign-ins took too long.
    Slow {
        /// The time that 95 % of them took at most.
        p95: Micros,
    },
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failing { failed, of } => {
                let share = percent(*failed as f64 / (*of).max(1) as f64);
                write!(f, "{} of {} attempts failed ({share})", count(*failed), count(*of))
            }
            Self::Slow { p95 } => write!(f, "95 % of the sign-ins took up to {}", duration(p95.secs())),
        }
    }
}

/// Judges what agents tell.
#[derive(Debug)]
struct Guard {
    stops: Stops,
    failed: u64,
    /// Begin of each attempt that goes on, and the time of its steps so far.
    steps: BTreeMap<u64, (Micros, Micros)>,
    /// Times of the sign-ins.
    connects: Vec<Micros>,
}

impl Guard {
    fn new(stops: Stops) -> Self {
        Self { stops, failed: 0, steps: BTreeMap::new(), connects: Vec::new() }
    }

    /// Hears what a device tells; returns why everything is to end, where it is.
    fn hears(&mut self, at: Micros, device: u64, told: &Told) -> Option<Stopped> {
        match told {
            Told::Tries { .. } => {
                self.steps.insert(device, (at, Micros::ZERO));
                return None;
            }
            Told::Stepped(done) => {
                let (_, steps) = self.steps.entry(device).or_default();
                *steps = *steps + done.took;
                return None;
            }
            Told::Failed(_) => {
                self.steps.remove(&device);
                self.failed += 1;
            }
            Told::Back { .. } => self.connects.push(self.steps.remove(&device).unwrap_or_default().1),
            _ => return None,
        }
        let of = self.failed + self.connects.len() as u64;
        if of < JUDGED_FROM {
            return None;
        }
        if self.failed as f64 > self.stops.failing * of as f64 {
            return Some(Stopped::Failing { failed: self.failed, of });
        }
        self.too_slow(Vec::new())
    }

    /// Looks at the attempts that go on: one that lasts for too long already is slow, whatever comes of it. A connection
    /// may have waited so long for its turn, which is not the platform's fault.
    fn looks(&self, now: Micros, waited: Micros) -> Option<Stopped> {
        let lasts = self.steps.values().map(|(begun, _)| now.since(*begun + waited));
        let hanging: Vec<Micros> = lasts.filter(|&lasts| lasts > self.stops.connect_p95).collect();
        let of = self.failed + (self.connects.len() + hanging.len()) as u64;
        if hanging.is_empty() || of < JUDGED_FROM { None } else { self.too_slow(hanging) }
    }

    /// Judges the sign-ins, and attempts that have lasted for so long.
    fn too_slow(&self, hanging: Vec<Micros>) -> Option<Stopped> {
        let mut lengths = hanging;
        lengths.extend_from_slice(&self.connects);
        lengths.sort_unstable();
        let rank = nearest_rank(lengths.len() as u64, 95) as usize;
        let p95 = lengths.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        (p95 > self.stops.connect_p95).then_some(Stopped::Slow { p95 })
    }
}

/// Hears the agents for their books and for the guard.
struct Watchdog {
    books: Arc<Books>,
    guard: Mutex<(Guard, Option<Stopped>)>,
    stop: Notify,
}

/// Time between two looks at attempts that go on.
const LOOKS_EVERY: Micros = Micros::from_millis(250);

impl Watchdog {
    /// Looks at the attempts that go on, now and then; ends where one of them says that everything is to end.
    async fn looks(&self, clock: Clock, pace: Option<&Pace>) {
        loop {
            clock.until(clock.now() + LOOKS_EVERY).await;
            let waited = pace.map(|pace| pace.waited().longest).unwrap_or_default();
            let (guard, stopped) = &mut *self.guard.lock().unwrap_or_else(PoisonError::into_inner);
            *stopped = stopped.or_else(|| guard.looks(clock.now(), waited));
            if stopped.is_some() {
                return;
            }
        }
    }

    fn stopped(&self) -> Option<Stopped> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Listener for Watchdog {
    fn hears(&self, at: Micros, device: u64, told: Told) {
        {
            let (guard, stopped) = &mut *self.guard.lock().unwrap_or_else(PoisonError::into_inner);
            if stopped.is_none() {
                *stopped = guard.hears(at, device, &told);
                if stopped.is_some() {
                    self.stop.notify_one();
                }
            }
        }
        self.books.hears(at, device, told);
    }
}

/// What is known of a given platform and of the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Where it is.
    pub target: Target,
    /// Whether connections were encrypted.
    pub tls: bool,
    /// Most connections per second \[1/s\]; nothing for as many as came.
    pub per_s: Option<u32>,
    /// What the limit of connections per second held up, which the simulation does not know.
    pub waited: Held,
    /// Why it was ended; nothing where it came to its end.
    pub stopped: Option<Stopped>,
}

/// Rehearses the return of a scaled fleet to a host with the draws of a seed, on the current runtime, while somebody
/// watches. Ends when every agent is back or has given up, when the project stops watching, when a condition says so, or
/// soon after it is cancelled. Nothing is checked here: that is [`permit`].
pub async fn against(scaled: &Scaled, seed: u64, host: &Host, watch: &Watch) -> Rehearsed {
    let (draws, clock) = (Draws::new(seed), Clock::start());
    let profile = |agent, link| {
        let (target, tls, key) = (host.target.clone(), host.tls.clone(), host.key.clone());
        Profile { target, tls, agent, link, key }
    };
    let name = |group: &str, number: u64| match &host.thing {
        Some(pattern) => pattern.replace("{}", &number.to_string()),
        None => format!("{group}-{number}"),
    };
    let starts = devices(&scaled.fleet, draws, &profile, &name);
    let books = Arc::new(Books::new(starts.iter().map(|start| start.device.number)));
    let guard = Mutex::new((Guard::new(host.stops), None));
    let watchdog = Arc::new(Watchdog { books, guard, stop: Notify::new() });
    watch.begins(clock, Arc::clone(&watchdog.books));
    let pace = host.per_s.map(|per_s| Arc::new(Pace::new(per_s)));
    let agents: Vec<agent::Handle> = starts
        .into_iter()
        .map(|start| {
            let with = With { pace: pace.clone(), ..With::default() };
            let listener = Arc::<Watchdog>::clone(&watchdog);
            agent::start_with(start.profile, start.device, (clock, draws), start.lost, listener, with)
        })
        .collect();
    tokio::select! {
        () = watchdog.books.settled() => {}
        () = watchdog.stop.notified() => {}
        () = clock.until(scaled.fleet.outage.horizon()) => {}
        () = watch.cancelled() => {}
        () = watchdog.looks(clock, pace.as_deref()) => {}
    }
    agents.iter().for_each(agent::Handle::ask_to_stop);
    for agent in agents {
        agent.stop().await;
    }
    let given = Given {
        target: host.target.clone(),
        tls: host.tls.is_some(),
        per_s: host.per_s,
        waited: pace.map(|pace| pace.waited()).unwrap_or_default(),
        stopped: watchdog.stopped(),
    };
    Rehearsed { agents: watchdog.books.outcome(), far: FarEnd::Given(given) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::connect::{Done, Failure, Step, Trouble};

    fn target(address: &str) -> Target {
        Target::of_address(address).expect("an address").0
    }

    #[test]
    fn only_this_computer_needs_no_confirmation_and_has_no_limits() {
        for here in ["ws://127.0.0.1:8443", "wss://localhost", "ws://[::1]:80"] {
            assert_eq!(permit(&target(here), None, 5_000, None), Ok(()));
            assert_eq!((most_agents(&target(here), None), most_per_s(&target(here), None)), (None, None));
            let refused = permit(&target(here), None, 5, Some(4));
            assert_eq!(refused, Err(PermitError::TooMany { agents: 5, most: 4 }));
        }
        // The last two lead to this computer on some systems, and are refused all the same.
        for away in ["wss://plant.example", "wss://localhost.example", "ws://10.0.0.1:80", "ws://0.0.0.0:80"]
        {
            let away = target(away);
            let host = away.host.clone();
            assert_eq!(permit(&away, None, 1, None), Err(PermitError::NotConfirmed(host.clone())));
            for typed in ["", "plant", "PLANT.EXAMPLE", "127.0.0.1"] {
                let refused = permit(&away, Some(typed), 1, None);
                let typed = typed.to_owned();
                assert_eq!(refused, Err(PermitError::OtherConfirmed { host: host.clone(), typed }));
            }
            assert_eq!(permit(&away, Some(&host), 10, None), Ok(()));
            let refused = permit(&away, Some(&host), 11, None);
            assert_eq!(refused, Err(PermitError::TooMany { agents: 11, most: 10 }));
            assert_eq!(permit(&away, Some(&host), 11, Some(20)), Ok(()));
            assert_eq!((most_per_s(&away, None), most_per_s(&away, Some(9))), (Some(2), Some(9)));
        }
        assert_eq!(permit(&target("ws://[fe80::1]:80"), Some("fe80::1"), 1, None), Ok(()));
        let words = PermitError::NotConfirmed("plant.example".into()).to_string();
        assert!(words.contains("add --confirm plant.example"), "{words}");
    }

    fn back(guard: &mut Guard, device: u64, took: Micros) -> Option<Stopped> {
        guard.hears(
            Micros::ZERO,
            device,
            &Told::Tries { number: 0, planned: Micros::ZERO, same_socket: false },
        );
        for step in [Step::Tcp, Step::Auth] {
            let done = Done { step, took: Micros(took.0 / 2), detail: String::new() };
            assert_eq!(guard.hears(Micros::ZERO, device, &Told::Stepped(done)), None);
        }
        guard.hears(Micros::ZERO, device, &Told::Back { number: 0 })
    }

    #[test]
    fn failures_end_it_from_the_fifth_attempt_on() {
        let failed = || Told::Failed(Failure { step: Step::Tcp, took: Micros(1), trouble: Trouble::Reset });
        let mut guard = Guard::new(Stops::default());
        for device in 0..4 {
            assert_eq!(guard.hears(Micros::ZERO, device, &failed()), None, "too few to judge");
        }
        let stopped = back(&mut guard, 4, Micros(10));
        assert_eq!(stopped, Some(Stopped::Failing { failed: 4, of: 5 }));
        let words = stopped.map(|stopped| stopped.to_string()).unwrap_or_default();
        assert!(words.starts_with("4 of 5 attempts failed (80"), "{words}");
        let mut guard = Guard::new(Stops { failing: 0.5, ..Stops::default() });
        for device in 0..10 {
            assert_eq!(back(&mut guard, device, Micros(10)), None);
            assert_eq!(guard.hears(Micros::ZERO, device, &failed()), None, "half is allowed");
        }
        assert_eq!(guard.hears(Micros::ZERO, 0, &failed()), Some(Stopped::Failing { failed: 11, of: 21 }));
    }

    #[test]
    fn slow_sign_ins_end_it_and_a_single_one_of_many_does_not() {
        let mut guard = Guard::new(Stops::default());
        let slow = Micros::from_secs(6);
        for device in 0..20 {
            assert_eq!(back(&mut guard, device, Micros::from_millis(30)), None);
        }
        assert_eq!(back(&mut guard, 20, slow), None, "1 of 21");
        assert_eq!(back(&mut guard, 21, slow), Some(Stopped::Slow { p95: slow }));
    }

    #[test]
    fn attempts_that_hang_end_it_before_they_fail() {
        let mut guard = Guard::new(Stops::default());
        for device in 0..5 {
            let tries = Told::Tries { number: 0, planned: Micros::ZERO, same_socket: false };
            assert_eq!(guard.hears(Micros::from_secs(device), device, &tries), None);
        }
        let (second, none) = (Micros::from_secs, Micros::ZERO);
        assert_eq!(
            guard.looks(second(8), none),
            None,
            "three of five last for so long, which is too few to judge"
        );
        assert_eq!(guard.looks(second(10), none), Some(Stopped::Slow { p95: second(10) }));
        assert_eq!(guard.looks(second(10), second(2)), None, "they waited for their turn");
    }
}
