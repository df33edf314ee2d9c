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
use crate::base::fifo::Fifo;
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
    /// Whether whoever finds room is served, and nothing is ever taken back.
    serves_all: bool,
    crew: Crew,
    /// When the next worker is free [µs]; 0 while some have never worked, or are known to be idle.
    free: u64,
    /// When the waiting requests leave the queue, in its order.
    leaves: Fifo<u64>,
    /// Most requests waiting at the end of any tick, per bin; of the last one in `deepest`.
    depth: Vec<u32>,
    deepest: usize,
    /// Bin that `depth` has been followed into, and its end [µs].
    bin: usize,
    bin_end: u64,
    /// Busy time in bins that a service covers in part [µs]; below 0 where time was taken back.
    busy: Vec<i64>,
    /// Bin in which the last service started, and its end [µs]; busy time in it that `busy` does not hold yet.
    start_bin: usize,
    start_end: u64,
    busy_now: u64,
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
            serves_all: tier.patience.is_none() && tier.purges == Purges::Never && !breaks,
            crew: Crew::new(tier.workers.max(1), in_order, horizon),
            free: 0,
            leaves: Fifo::new(u64::MAX),
            depth: vec![0; bins],
            deepest: 0,
            bin: 0,
            bin_end: SECOND,
            busy: vec![0; bins],
            start_bin: 0,
            start_end: SECOND,
            busy_now: 0,
            covers: vec![0; bins + 1],
            horizon,
            journal: breaks.then(Journal::default),
        }
    }

    /// Takes a request that arrives at `now` [µs], not earlier than the one before, and whose device gives
    /// up after `deadline`. `work` gives its service time [µs] for a start; `tag` stands in the journal.
    pub fn offer(&mut self, now: u64, deadline: u64, tag: u32, work: impl FnOnce(u64) -> u64) -> Offer {
        match self.finds_room(now) {
            Some(start) => self.takes(now, (start, start.saturating_add(work(start))), deadline, tag),
            None => Offer::Full,
        }
    }

    /// Looks whether a request that arrives at `now` [µs], not earlier than the one before, finds room; returns
    /// when it would start. The first half of [`offer`](Self::offer).
    #[expect(clippy::inline_always, reason = "a call per service")]
    #[inline(always)]
    pub fn finds_room(&mut self, now: u64) -> Option<u64> {
        self.follow(now);
        let start = self.free_at(now);
        (start <= now || self.leaves.len() < self.room).then_some(start)
    }

    /// Takes a request that has found room, for a service with this start and end [µs]. The second half of
    /// [`offer`](Self::offer).
    #[expect(clippy::inline_always, reason = "a call per service")]
    #[inline(always)]
    pub fn takes(&mut self, now: u64, (start, end): (u64, u64), deadline: u64, tag: u32) -> Offer {
        if !self.serves_all {
            return self.takes_choosy(now, (start, end), deadline, tag);
        }
        if start > now {
            self.waits_until(start);
        }
        self.serves(start, end);
        Offer::Served { start, end }
    }

    /// The same, where a request may leave before its service, or be taken back.
    #[inline(never)]
    fn takes_choosy(&mut self, now: u64, (start, end): (u64, u64), deadline: u64, tag: u32) -> Offer {
        if start > now {
            let closes = now.saturating_add(self.patience);
            if closes > now {
                // One without any patience is gone at the end of its tick.
                self.waits_until(start.min(closes));
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
        if self.purges == Purges::TooLate && end > deadline {
            return Offer::Dropped;
        }
        self.serves(start, end);
        if let Some(journal) = &mut self.journal {
            journal.forget(now);
            journal.services.push_back(Promise { start, end, tag, in_vain: end > deadline });
        }
        Offer::Served { start, end }
    }

    /// A request waits in the queue.
    #[inline]
    fn waits_until(&mut self, leaves: u64) {
        self.leaves.push(leaves);
        self.deepest = self.deepest.max(self.leaves.len());
    }

    /// The worker that is free first serves.
    #[expect(clippy::inline_always, reason = "a call per service")]
    #[inline(always)]
    fn serves(&mut self, start: u64, end: u64) {
        self.free = self.crew.take(start, end);
        self.book(start, end);
    }

    /// Returns when a request that arrived now would start.
    #[inline]
    pub fn free_at(&self, now: u64) -> u64 {
        self.free.max(now)
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
        self.free = 0;
        // Starts begin anew.
        self.start_end = 0;
        if now.is_multiple_of(SECOND) {
            // The depth of a second begins with what waits at the end of its first tick.
            self.deepest = 0;
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
            self.depth[self.bin] = self.deepest as u32;
            self.bin += 1;
            self.leave(self.bin_end);
            self.deepest = self.leaves.len();
            self.bin_end += SECOND;
        }
    }

    #[inline]
    fn leave(&mut self, now: u64) {
        while self.leaves.front() <= now {
            self.leaves.pop();
        }
    }

    /// Books a worker's time from `start`, not earlier than the one before, to `end`, as far as the run lasts.
    #[expect(clippy::inline_always, reason = "a call per service")]
    #[inline(always)]
    fn book(&mut self, start: u64, end: u64) {
        let end = end.min(self.horizon);
        if start < self.start_end && end < self.start_end {
            // Nearly always, without a division.
            self.busy_now += end.saturating_sub(start);
        } else {
            self.book_first(start, end);
        }
    }

    /// Books the first service that starts in a bin, or one that ends beyond its own.
    #[cold]
    #[inline(never)]
    fn book_first(&mut self, start: u64, end: u64) {
        self.book_now();
        self.start_bin = (start / SECOND) as usize;
        self.start_end = (start / SECOND + 1).saturating_mul(SECOND);
        self.book_long(start, end, 1);
    }

    /// Books what lies in the bin of the last start.
    fn book_now(&mut self) {
        if let Some(busy) = self.busy.get_mut(self.start_bin) {
            *busy += std::mem::take(&mut self.busy_now).cast_signed();
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
        if let Some(depth) = self.depth.get_mut(self.bin) {
            *depth = self.deepest as u32;
        }
        self.book_now();
        let mut covering = 0;
        let busy = self.busy.iter().zip(&self.covers).map(|(busy, change)| {
            covering += change;
            (busy + covering * SECOND.cast_signed()).unsigned_abs()
        });
        let busy = busy.collect();
        (self.depth, busy)
    }
}
