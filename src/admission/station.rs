//! Workers behind a first-in-first-out queue.
//!
//! Because the queue is first-in-first-out, everything about a request is known when it arrives: it
//! starts when the earliest worker becomes free, or leaves before that. So a station needs no events of its
//! own; it keeps the ends of the running services and the times at which the waiting requests will
//! leave the queue. Both lists only grow at one end, because starts never decrease.
//!
//! A station that can break down also keeps a journal of what it has promised, so that it can take back
//! what lies after the break.

use super::SECOND;
use super::crew::Crew;
use crate::fleet::{Purges, Tier};
use std::collections::VecDeque;

/// What a station does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// No room.
    Full,
    /// Joins the queue and is closed there, unserved.
    Closed {
        /// When [µs].
        at: u64,
    },
    /// Is dropped when its turn comes, because its device has given up by then or will have before the end.
    Dropped,
    /// Is served.
    Served {
        /// Start of the service [µs].
        start: u64,
        /// End of the service [µs].
        end: u64,
    },
}

/// A service that a station has promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Start [µs].
    pub start: u64,
    /// End [µs].
    pub end: u64,
    /// Whose it is, as the caller numbers them.
    pub tag: u32,
    /// Whether its device gives up before it ends.
    pub in_vain: bool,
}

/// Workers and their queue.
#[derive(Clone, Debug)]
pub struct Station {
    room: usize,
    /// Longest wait in the queue [µs]; `u64::MAX` for as long as it takes.
    patience: u64,
    purges: Purges,
    crew: Crew,
    /// When the waiting requests leave the queue, in its order.
    leaves: VecDeque<u64>,
    /// Most requests waiting at the end of any tick, per bin.
    depth: Vec<u32>,
    /// Bin that `depth` has been followed into, and its end [µs].
    bin: usize,
    bin_end: u64,
    /// Busy time in bins that a service covers in part [µs]; below 0 where time was taken back.
    busy: Vec<i64>,
    /// Bin in which the last service started, and its end [µs].
    start_bin: usize,
    start_end: u64,
    /// Services that cover whole bins: how many more start covering at this bin than end.
    covers: Vec<i64>,
    horizon: u64,
    journal: Option<Journal>,
}

/// What a station has promised.
#[derive(Clone, Debug, Default)]
struct Journal {
    services: VecDeque<Promise>,
    /// When it will close requests unserved.
    closings: VecDeque<u64>,
}

impl Journal {
    /// Forgets what has happened before `now`.
    fn forget(&mut self, now: u64) {
        while self.services.front().is_some_and(|promise| promise.end < now) {
            self.services.pop_front();
        }
        while self.closings.front().is_some_and(|&at| at < now) {
            self.closings.pop_front();
        }
    }
}

/// What a station takes back when it breaks down: all that would not have happened before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// Services.
    pub services: Vec<Promise>,
    /// Closings of requests in its queue [µs].
    pub closings: Vec<u64>,
}

impl Station {
    /// Returns an idle station for a run that ends at `horizon` [µs] and has this many bins; one that
    /// may break down keeps a journal. `in_order` promises that every service takes the same.
    pub fn new(tier: &Tier, bins: usize, horizon: u64, breaks: bool, in_order: bool) -> Self {
        Self {
            room: tier.room as usize,
            patience: tier.patience.map_or(u64::MAX, |patience| patience.0),
            purges: tier.purges,
            crew: Crew::new(tier.workers.max(1), in_order, horizon),
            leaves: VecDeque::new(),
            depth: vec![0; bins],
            bin: 0,
            bin_end: SECOND,
            busy: vec![0; bins],
            start_bin: 0,
            start_end: SECOND,
            covers: vec![0; bins + 1],
            horizon,
            journal: breaks.then(Journal::default),
        }
    }

    /// Takes a request that arrives at `now` [µs], not earlier than the one before, and whose device gives
    /// up after `deadline`. `work` gives its service time [µs] for a start, and is asked only where it
    /// decides something; `tag` stands in the journal.
    #[expect(clippy::inline_always, reason = "a sixth of the full model's time is the call otherwise")]
    #[inline(always)]
    pub fn offer(&mut self, now: u64, deadline: u64, tag: u32, work: impl FnOnce(u64) -> u64) -> Offer {
        self.follow(now);
        let start = self.free_at(now);
        if start > now {
            if self.leaves.len() >= self.room {
                return Offer::Full;
            }
            let closes = now.saturating_add(self.patience);
            if closes > now {
                // One without any patience is gone at the end of its tick.
                self.leaves.push_back(start.min(closes));
                let deepest = &mut self.depth[self.bin];
                *deepest = (*deepest).max(self.leaves.len() as u32);
            }
            if start > closes {
                if let Some(journal) = &mut self.journal {
                    journal.forget(now);
                    journal.closings.push_back(closes);
                }
                return Offer::Closed { at: closes };
            }
            if self.purges == Purges::GivenUp && start > deadline {
                return Offer::Dropped;
            }
        }
        let end = start.saturating_add(work(start));
        if self.purges == Purges::TooLate && end > deadline {
            return Offer::Dropped;
        }
        self.crew.take(end);
        self.book(start, end);
        if let Some(journal) = &mut self.journal {
            journal.forget(now);
            journal.services.push_back(Promise { start, end, tag, in_vain: end > deadline });
        }
        Offer::Served { start, end }
    }

    /// Returns when a request that arrived now would start.
    pub fn free_at(&self, now: u64) -> u64 {
        self.crew.earliest().max(now)
    }

    /// Returns the number of requests waiting at `now` [µs], not earlier than the last arrival.
    pub fn waiting(&mut self, now: u64) -> usize {
        self.follow(now);
        self.leaves.len()
    }

    /// Empties the station at `now` [µs]: what is served stops, what waits is gone. Returns what is taken
    /// back, that is what would have happened at `from` (now, or the next tick) or later; without a
    /// journal that is nothing.
    pub fn empty(&mut self, now: u64, from: u64) -> Broken {
        self.follow(now);
        self.leaves.clear();
        self.crew.clear();
        // Starts begin anew.
        self.start_end = 0;
        if now.is_multiple_of(SECOND) {
            // The depth of a second begins with what waits at the end of its first tick.
            self.depth[self.bin] = 0;
        }
        let journal = self.journal.as_mut().map(std::mem::take).unwrap_or_default();
        let broken = Broken {
            services: journal.services.into_iter().filter(|promise| promise.end >= from).collect(),
            closings: journal.closings.into_iter().filter(|&at| at >= from).collect(),
        };
        for promise in &broken.services {
            self.book_long(promise.start.max(now), promise.end, -1);
        }
        broken
    }

    /// Lets everything leave the queue that has left it by `now`, and notes its depth at the start of
    /// each bin on the way.
    #[inline]
    fn follow(&mut self, now: u64) {
        if now >= self.bin_end {
            self.turn(now);
        }
        self.leave(now);
    }

    #[cold]
    fn turn(&mut self, now: u64) {
        while now >= self.bin_end {
            self.bin += 1;
            self.leave(self.bin_end);
            self.depth[self.bin] = self.leaves.len() as u32;
            self.bin_end += SECOND;
        }
    }

    #[inline]
    fn leave(&mut self, now: u64) {
        while self.leaves.front().is_some_and(|&leaves| leaves <= now) {
            self.leaves.pop_front();
        }
    }

    /// Books a worker's time from `start`, not earlier than the one before, to `end`, as far as the run lasts.
    #[inline]
    fn book(&mut self, start: u64, end: u64) {
        let end = end.min(self.horizon);
        if start < self.start_end && end < self.start_end {
            // Nearly always, without a division.
            if let Some(busy) = self.busy.get_mut(self.start_bin) {
                *busy += end.saturating_sub(start).cast_signed();
            }
        } else {
            self.start_bin = (start / SECOND) as usize;
            self.start_end = (start / SECOND + 1).saturating_mul(SECOND);
            self.book_long(start, end, 1);
        }
    }

    /// Books (or, with −1, takes back) a worker's time that may cover many bins.
    fn book_long(&mut self, start: u64, end: u64, sign: i64) {
        let end = end.min(self.horizon);
        if start >= end {
            return;
        }
        let (first, last) = ((start / SECOND) as usize, (end / SECOND) as usize);
        let mut add = |bin: usize, time: u64| self.busy[bin] += sign * time.cast_signed();
        if first == last {
            add(first, end - start);
        } else {
            add(first, (first as u64 + 1) * SECOND - start);
            add(last, end - last as u64 * SECOND);
            // A difference per edge, because one service may cover thousands of bins.
            self.covers[first + 1] += sign;
            self.covers[last] -= sign;
        }
    }

    /// Ends the run; returns the depth of the queue [requests] and the busy time [µs] per bin.
    pub fn finish(mut self) -> (Vec<u32>, Vec<u64>) {
        if let Some(last) = self.horizon.checked_sub(1) {
            self.follow(last);
        }
        let mut covering = 0;
        let busy = self.busy.iter().zip(&self.covers).map(|(busy, change)| {
            covering += change;
            (busy + covering * SECOND.cast_signed()).unsigned_abs()
        });
        let busy = busy.collect();
        (self.depth, busy)
    }
}
