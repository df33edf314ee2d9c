//! Promises that are dealt with in a row.
//!
//! What a station has promised comes in order, and what arrives at it from now on starts no earlier than it would now,
//! and ends no earlier than its shortest service after that. So all it has promised before that time is known, and where these events touch nothing
//! that any other event before that time touches, they can be dealt with one after the other at once: without
//! asking after each which of all events is the next, and with the rows of many devices under way to the core
//! at the same time.
//!
//! A row never reaches beyond the second that is under way (its levels are noted at its end), the next time at
//! which the platform itself changes, and the first time at which a device may go on with a socket that stands,
//! because such a device goes past the stations in front of the sign-in tier.
//!
//! | promise of | touches | must not be |
//! |---|---|---|
//! | TLS | the next station, where everybody comes from here | a pong that waits for that station, a group without TLS |
//! | Connection Servers | the sign-in tier | |
//! | sign-in tier | write queue, who is back | a session that ends by itself |
//!
//! Nor may any of them decide who is let in, by a limit of the connections held. An attempt that finds a
//! station full begins anew later, and passes everything in front of that station then.

use super::line::{Line, Stop, Way};
use super::session::Habits;
use super::timeline::Timeline;
use super::{Halt, World};
use crate::fleet::Fleet;

/// How far promises can be dealt with in a row.
pub(super) struct Batches {
    /// By station: how long after its first promise the others are known [µs]; 0 where they come one by one.
    known: [u64; 4],
    /// From then on [µs] a device may go on with a socket that stands.
    stands_from: u64,
}

impl Batches {
    pub(super) fn new(
        fleet: &Fleet,
        line: &Line,
        timeline: &Timeline,
        ways: &[Way],
        habits: &[Habits],
    ) -> Self {
        let least = |stop| line.least(stop, timeline);
        let after_tls = if line.upgrades { Stop::Connection } else { Stop::SignIn };
        let pongs_wait = fleet.platform.sessions.pongs_wait;
        let all_tls = ways.iter().all(|way| way.first <= Stop::Tls && way.after(Stop::Gate) == Stop::Tls);
        let may = [
            false,
            all_tls && !pongs_wait && least(after_tls) > 0,
            line.upgrades && least(Stop::SignIn) > 0,
            !habits.iter().any(|habits| habits.ends),
        ];
        let unlimited = line.most_held == u32::MAX;
        let stops = [Stop::Gate, Stop::Tls, Stop::Connection, Stop::SignIn];
        Self {
            known: stops.map(|stop| if unlimited && may[stop as usize] { least(stop) } else { 0 }),
            stands_from: if timeline.leaves_open() { 0 } else { u64::MAX },
        }
    }

    /// A device may go on with a socket that stands from `at` [µs] on.
    pub(super) fn stands(&mut self, at: u64) {
        self.stands_from = self.stands_from.min(at);
    }
}

impl World<'_> {
    /// An attempt reaches a station, and so do those that are known to come next.
    #[expect(clippy::inline_always, reason = "a third of all events")]
    #[inline(always)]
    pub(super) fn reach(
        &mut self,
        mut now: u64,
        mut group: usize,
        mut device: u32,
        stop: Stop,
    ) -> Result<(), Halt> {
        let from = match stop {
            // What the gate promises comes one by one.
            Stop::Gate | Stop::Tls => Stop::Gate,
            Stop::SignIn if self.line.upgrades => Stop::Connection,
            Stop::Connection | Stop::SignIn => Stop::Tls,
        };
        let until = self.known_until(from, now);
        let before = self.events;
        loop {
            self.visits(now, group, device, (stop, 0))?;
            let Some(next) = self.next_known(from, until) else { break };
            now = next.0;
            (group, device) = self.whose(next.1);
        }
        if self.events > before {
            self.queue.settle(from as usize);
        }
        Ok(())
    }

    /// A sign-in ends in time, and so do those that are known to come next.
    #[expect(clippy::inline_always, reason = "a sixth of all events")]
    #[inline(always)]
    pub(super) fn sign_in(&mut self, mut now: u64, mut group: usize, mut device: u32) -> Result<(), Halt> {
        let until = self.known_until(Stop::SignIn, now);
        let before = self.events;
        loop {
            self.signs_in(now, group, device)?;
            let Some(next) = self.next_known(Stop::SignIn, until) else { break };
            now = next.0;
            (group, device) = self.whose(next.1);
        }
        if self.events > before {
            self.queue.settle(Stop::SignIn as usize);
        }
        Ok(())
    }

    /// Removes and returns the next promise of a station before `until` [µs], unless it is time to look at the
    /// stop flag.
    #[inline]
    fn next_known(&mut self, stop: Stop, until: u64) -> Option<(u64, u64)> {
        if self.events >= self.looks_at {
            return None;
        }
        let next = self.queue.pop_listed(stop as usize, until.min(self.batches.stands_from))?;
        self.step();
        Some(next)
    }

    /// Returns up to when [µs] the promises of a station can be dealt with in a row, if nothing pending is
    /// before `now`.
    #[inline]
    fn known_until(&self, stop: Stop, now: u64) -> u64 {
        let known = self.batches.known[stop as usize];
        if known > 0 && self.queue.is_listed(stop as usize, now) {
            let starts = self.line.starts(stop, now);
            starts.saturating_add(known).min(self.until).min(self.tally.bin_end())
        } else {
            0
        }
    }
}
