//! The books of a herd: what each agent did, per agent and per second.

use crate::base::Micros;
use crate::live::agent::{Listener, Told};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Most attempts whose lateness is kept.
const MOST_LATENESSES: usize = 1 << 20;
/// Most seconds of the curve: a day.
const MOST_SECONDS: u64 = 86_400;

/// What became of the planned agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Agents that were to be started.
    pub planned: u64,
    /// Agents that were back at least once.
    pub connected: u64,
    /// Agents that gave up, by the reason of their last failure.
    pub failed: BTreeMap<&'static str, u64>,
    /// Agents that were still waiting or trying when the watch ended.
    pub abandoned: u64,
}

impl Account {
    /// Returns whether every agent is counted exactly once.
    pub fn balances(&self) -> bool {
        self.planned == self.connected + self.failed.values().sum::<u64>() + self.abandoned
    }
}

/// How late attempts began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lateness {
    /// Half of the attempts were not later.
    pub median: Micros,
    /// 99 % were not later.
    pub p99: Micros,
    /// None was later.
    pub longest: Micros,
    /// Attempts that began before their time; none does.
    pub early: u64,
}

/// What happened in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Attempts that began.
    pub attempts: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Agents that were back for the first time.
    pub back: u64,
}

/// What came of a herd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What became of the agents.
    pub account: Account,
    /// Attempts in all.
    pub attempts: u64,
    /// Failed attempts by reason.
    pub failures: BTreeMap<&'static str, u64>,
    /// How often agents were back: more often than there are agents where some were lost again.
    pub backs: u64,
    /// How often agents that were back lost their connection.
    pub losses: u64,
    /// When agents were back for the first time, in order.
    pub back_at: Vec<Micros>,
    /// When the first attempt of each agent was planned, in order.
    pub planned_at: Vec<Micros>,
    /// Per second from the zero of the clock.
    pub curve: Vec<Second>,
    /// How late attempts began.
    pub lateness: Lateness,
}

impl Outcome {
    /// Returns the time from the first to the last planned first attempt.
    pub fn window(&self) -> Micros {
        let edge = |at: Option<&Micros>| at.copied().unwrap_or_default();
        edge(self.planned_at.last()).since(edge(self.planned_at.first()))
    }

    /// Returns whether the host and not the platform shaped the result: more than 1 % of the attempts began later than
    /// 1 % of the window. A window of no length is a burst, which no host can place exactly.
    pub fn host_limited(&self) -> bool {
        self.lateness.p99.0 > self.window().0 / 100
    }
}

/// What is known of one agent.
#[derive(Clone, Copy, Debug, Default)]
struct Page {
    planned: Option<Micros>,
    back: Option<Micros>,
    last_failure: Option<&'static str>,
    stranded: bool,
}

impl Page {
    fn settled(&self) -> bool {
        self.back.is_some() || self.stranded
    }
}

#[derive(Debug, Default)]
struct Pages {
    pages: BTreeMap<u64, Page>,
    unsettled: usize,
    attempts: u64,
    backs: u64,
    losses: u64,
    failures: BTreeMap<&'static str, u64>,
    curve: Vec<Second>,
    lateness: Vec<Micros>,
    early: u64,
}

/// Listens to all agents of a herd.
#[derive(Debug)]
pub(in crate::live) struct Books {
    pages: Mutex<Pages>,
    settled: Notify,
}

impl Books {
    pub(in crate::live) fn new(devices: impl Iterator<Item = u64>) -> Self {
        let pages: BTreeMap<u64, Page> = devices.map(|device| (device, Page::default())).collect();
        let unsettled = pages.len();
        Self { pages: Mutex::new(Pages { pages, unsettled, ..Pages::default() }), settled: Notify::new() }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when every agent is back or has given up.
    pub(in crate::live) async fn settled(&self) {
        loop {
            if self.pages().unsettled == 0 {
                return;
            }
            self.settled.notified().await;
        }
    }

    /// Returns what has come of the herd so far. Agents wait only while it is copied.
    pub(in crate::live) fn outcome(&self) -> Outcome {
        let pages = self.pages();
        let mut account = Account { planned: pages.pages.len() as u64, ..Account::default() };
        for page in pages.pages.values() {
            if page.back.is_some() {
                account.connected += 1;
            } else if page.stranded {
                *account.failed.entry(page.last_failure.unwrap_or("never-tried")).or_default() += 1;
            } else {
                account.abandoned += 1;
            }
        }
        let all = |of: fn(&Page) -> Option<Micros>| pages.pages.values().filter_map(of).collect::<Vec<_>>();
        let (mut back_at, mut planned_at) = (all(|page| page.back), all(|page| page.planned));
        let mut latenesses = pages.lateness.clone();
        let (attempts, backs, losses, early) = (pages.attempts, pages.backs, pages.losses, pages.early);
        let (failures, curve) = (pages.failures.clone(), pages.curve.clone());
        drop(pages);
        for times in [&mut back_at, &mut planned_at, &mut latenesses] {
            times.sort_unstable();
        }
        let late = |share: f64| {
            let last = latenesses.len().saturating_sub(1);
            latenesses.get((last as f64 * share).ceil() as usize).copied().unwrap_or_default()
        };
        let lateness = Lateness { median: late(0.5), p99: late(0.99), longest: late(1.0), early };
        Outcome { account, attempts, failures, backs, losses, back_at, planned_at, curve, lateness }
    }
}

impl Pages {
    fn second(&mut self, at: Micros) -> &mut Second {
        let second = (at.0 / Micros::SECOND.0).min(MOST_SECONDS) as usize;
        if self.curve.len() <= second {
            self.curve.resize(second + 1, Second::default());
        }
        &mut self.curve[second]
    }

    /// Notes what is told; returns whether the last agent has settled with it.
    fn note(&mut self, at: Micros, device: u64, told: &Told) -> bool {
        let Some(page) = self.pages.get_mut(&device) else { return false };
        let settled = page.settled();
        self.backs += u64::from(matches!(told, Told::Back { .. }));
        self.losses += u64::from(matches!(told, Told::Lost(_)));
        match told {
            Told::Tries { planned, .. } => {
                page.planned.get_or_insert(*planned);
                self.attempts += 1;
                self.second(at).attempts += 1;
                self.early += u64::from(at < *planned);
                if self.lateness.len() < MOST_LATENESSES {
                    self.lateness.push(at.since(*planned));
                }
                return false;
            }
            Told::Failed(failure) => {
                let code = failure.trouble.code();
                page.last_failure = Some(code);
                *self.failures.entry(code).or_default() += 1;
                self.second(at).failures += 1;
                return false;
            }
            Told::Back { .. } if page.back.is_none() => {
                page.back = Some(at);
                self.second(at).back += 1;
            }
            Told::Stranded => page.stranded = true,
            _ => return false,
        }
        if !settled {
            self.unsettled -= 1;
        }
        self.unsettled == 0
    }
}

impl Listener for Books {
    fn hears(&self, at: Micros, device: u64, told: Told) {
        if self.pages().note(at, device, &told) {
            self.settled.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::connect::{Failure, Step, Trouble};

    #[test]
    fn whose_computer_is_late_says_so() {
        let late = |p99, last| Outcome {
            planned_at: vec![Micros(0), Micros(last)],
            lateness: Lateness { p99: Micros(p99), ..Lateness::default() },
            ..Outcome::default()
        };
        assert!(!late(10_000, 1_000_000).host_limited(), "1 % exactly");
        assert!(late(10_001, 1_000_000).host_limited());
        assert!(late(1, 0).host_limited(), "no computer places a burst exactly");
    }

    #[test]
    fn agents_are_counted_once_whatever_happens_to_them() {
        let books = Books::new(0..4);
        let hears = |device, told| books.hears(Micros(device * 600_000 + 10), device, told);
        for device in 0..4 {
            hears(device, Told::Tries { number: 0, planned: Micros(device * 600_000), same_socket: false });
        }
        hears(0, Told::Back { number: 0 });
        hears(0, Told::Stranded);
        hears(0, Told::Lost(crate::live::agent::Ending::Reset));
        hears(0, Told::Back { number: 1 });
        hears(1, Told::Failed(Failure { step: Step::Tcp, took: Micros(1), trouble: Trouble::Reset }));
        hears(1, Told::Stranded);
        hears(2, Told::Failed(Failure { step: Step::Tcp, took: Micros(1), trouble: Trouble::Closed }));
        hears(9, Told::Back { number: 0 });
        let outcome = books.outcome();
        let failed = BTreeMap::from([("reset", 1)]);
        assert_eq!(outcome.account, Account { planned: 4, connected: 1, failed, abandoned: 2 });
        assert!(outcome.account.balances());
        assert_eq!((outcome.attempts, outcome.failures.len(), outcome.back_at.len()), (4, 2, 1));
        assert_eq!((outcome.backs, outcome.losses), (2, 1));
        assert_eq!(outcome.curve[0], Second { attempts: 2, failures: 1, back: 1 });
        assert_eq!(outcome.curve[1], Second { attempts: 2, failures: 1, back: 0 });
        assert_eq!((outcome.window(), outcome.lateness.p99), (Micros(1_800_000), Micros(10)));
        assert!(!outcome.host_limited());
        assert_eq!(outcome.lateness.early, 0);
        hears(3, Told::Tries { number: 1, planned: Micros(1_800_011), same_socket: false });
        assert_eq!(books.outcome().lateness.early, 1, "by a microsecond");
    }
}
