//! How connections end, and the exact account of them.
//!
//! Every accepted connection has one fate, given once, where its task ends. So at any moment
//! `accepted = held + Σ fates`, which [`Counters::balances`] checks.

use crate::base::Micros;
use std::collections::BTreeMap;

/// Most instants that are kept of one kind; more are counted only.
const MOST_INSTANTS: usize = 1 << 20;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Reset at the door: over a limit, or no room.
    Reset,
    /// Its upgrade was answered with 503.
    Refused,
    /// The TLS handshake failed or took too long.
    Handshake,
    /// No upgrade came that can be answered with a WebSocket.
    NoUpgrade,
    /// Waited longer than the platform's patience.
    Impatient,
    /// Was answered after the device had gone: work in vain.
    InVain,
    /// No AUTH came in time, or something else came first.
    NoAuth,
    /// The device said goodbye with a close frame.
    Goodbye,
    /// The device ended or reset TCP.
    Ended,
    /// The device broke the rules of WebSocket.
    Broken,
    /// The device was silent for longer than the idle time.
    Idle,
    /// An outage that was caused by hand.
    Cut,
    /// The platform was stopped.
    Stopped,
}

impl Fate {
    /// All fates.
    pub const ALL: [Self; 13] = [
        Self::Reset,
        Self::Refused,
        Self::Handshake,
        Self::NoUpgrade,
        Self::Impatient,
        Self::InVain,
        Self::NoAuth,
        Self::Goodbye,
        Self::Ended,
        Self::Broken,
        Self::Idle,
        Self::Cut,
        Self::Stopped,
    ];

    /// Returns the word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Refused => "refused-503",
            Self::Handshake => "tls-failed",
            Self::NoUpgrade => "no-upgrade",
            Self::Impatient => "closed-waiting",
            Self::InVain => "in-vain",
            Self::NoAuth => "no-auth",
            Self::Goodbye => "goodbye",
            Self::Ended => "ended",
            Self::Broken => "broken",
            Self::Idle => "idle",
            Self::Cut => "cut",
            Self::Stopped => "stopped",
        }
    }
}

/// What has happened at a platform since it was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections accepted.
    pub accepted: u64,
    /// Times that the system did not hand a connection over, mostly for want of file descriptors.
    pub accept_errors: u64,
    /// Connections that are open.
    pub held: u64,
    /// Connections by how they ended.
    pub fates: BTreeMap<Fate, u64>,
    /// Upgrades answered with 101.
    pub upgraded: u64,
    /// AUTH answered with success.
    pub authenticated: u64,
    /// AUTH refused.
    pub auth_refused: u64,
    /// BIND answered with success.
    pub binds: u64,
    /// BIND refused.
    pub binds_refused: u64,
    /// Connections that are bound to at least one thing.
    pub bound: u64,
    /// Pings received.
    pub pings: u64,
    /// Whole messages received.
    pub messages: u64,
    /// Messages that could not be read.
    pub unreadable: u64,
    /// Property values stored.
    pub values: u64,
    /// Events taken.
    pub events: u64,
    /// When connections were accepted, and when sessions were bound for the first time; the first million each.
    pub accepted_at: Vec<Micros>,
    /// See `accepted_at`.
    pub bound_at: Vec<Micros>,
    /// How much later than planned the first million services were answered: the host's doing, not the platform's.
    pub late: Vec<Micros>,
}

impl Counters {
    /// Counts the end of a connection.
    pub(super) fn ends(&mut self, fate: Fate) {
        self.held -= 1;
        *self.fates.entry(fate).or_default() += 1;
    }

    /// Returns the counts without the instants.
    #[must_use]
    pub fn totals(&self) -> Self {
        Self {
            fates: self.fates.clone(),
            accepted_at: Vec::new(),
            bound_at: Vec::new(),
            late: Vec::new(),
            ..*self
        }
    }

    /// Returns how many connections ended like this.
    pub fn fate(&self, fate: Fate) -> u64 {
        self.fates.get(&fate).copied().unwrap_or_default()
    }

    /// Returns the lateness that 99 % of the answers did not exceed. Beside the lateness of the agents it tells
    /// whether the host was too slow for the platform that it was to be.
    pub fn late_p99(&self) -> Micros {
        let mut late = self.late.clone();
        late.sort_unstable();
        let last = late.len().saturating_sub(1);
        late.get(last - last / 100).copied().unwrap_or_default()
    }

    /// Returns whether every connection is accounted for.
    pub fn balances(&self) -> bool {
        self.accepted == self.held + self.fates.values().sum::<u64>()
    }
}

/// Notes an instant, as long as there is room.
pub(super) fn note(instants: &mut Vec<Micros>, at: Micros) {
    if instants.len() < MOST_INSTANTS {
        instants.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_end_is_counted_once() {
        let mut counters = Counters { accepted: 3, held: 3, ..Counters::default() };
        counters.ends(Fate::Goodbye);
        counters.ends(Fate::Goodbye);
        assert!(counters.balances());
        assert_eq!((counters.fate(Fate::Goodbye), counters.fate(Fate::Idle), counters.held), (2, 0, 1));
        counters.accepted += 1;
        assert!(!counters.balances());
        assert_eq!(counters.late_p99(), Micros::ZERO);
        counters.late = (0..1_000).rev().map(Micros).collect();
        assert_eq!(counters.late_p99(), Micros(990));
        let words: BTreeSet<&str> = Fate::ALL.into_iter().map(Fate::word).collect();
        assert_eq!(words.len(), Fate::ALL.len());
    }
}
