//! The platform's one station: workers behind a first-in-first-out queue.
//!
//! Because the queue is first-in-first-out, everything about a request is known when it arrives: it
//! starts when the earliest worker becomes free, or is closed before that. So the station needs no
//! events of its own; it keeps the ends of the running services and the times at which the waiting
//! requests will leave the queue. Both lists only grow at one end, because starts never decrease.

use super::run::BIN;
use crate::base::Micros;
use crate::fleet::Platform;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What the station does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Queue full: fails at once.
    Refused,
    /// Joins the queue and is closed there, unserved.
    Closed {
        /// When [µs].
        at: u64,
    },
    /// Is served.
    Served {
        /// Start of the service [µs].
        start: u64,
        /// End of the service [µs].
        end: u64,
    },
}

/// Workers and their queue.
pub(super) struct Station {
    workers: usize,
    room: usize,
    /// Longest wait in the queue [µs]; `u64::MAX` for as long as it takes.
    patience: u64,
    /// Ends of the services of all workers that have been used; fewer than `workers` means one is idle.
    ends: BinaryHeap<Reverse<u64>>,
    /// When the waiting requests leave the queue, in its order.
    leaves: VecDeque<u64>,
    /// Most requests waiting at the end of any tick, per bin.
    depth: Vec<u32>,
    /// Bin that `depth` has been followed into.
    bin: usize,
    /// Busy time in bins that a service covers in part [µs].
    busy: Vec<u64>,
    /// Services that cover whole bins: how many more start covering at this bin than end.
    covers: Vec<i64>,
    horizon: u64,
}

impl Station {
    /// Returns an idle station with an empty queue.
    pub(super) fn new(platform: &Platform, bins: usize, horizon: Micros) -> Self {
        Self {
            workers: platform.workers.max(1) as usize,
            room: platform.accept_queue as usize,
            patience: platform.sign_in_timeout.map_or(u64::MAX, |timeout| timeout.0),
            ends: BinaryHeap::new(),
            leaves: VecDeque::new(),
            depth: vec![0; bins],
            bin: 0,
            busy: vec![0; bins],
            covers: vec![0; bins + 1],
            horizon: horizon.0,
        }
    }

    /// Takes a request that arrives at `now` [µs], not earlier than the one before; `service` gives its
    /// service time [µs] and is asked only where it is served.
    pub(super) fn offer(&mut self, now: u64, service: impl FnOnce() -> u64) -> Offer {
        self.follow(now);
        let free = self.ends.peek().filter(|_| self.ends.len() >= self.workers).map_or(now, |end| end.0);
        let start = free.max(now);
        if start > now {
            if self.leaves.len() >= self.room {
                return Offer::Refused;
            }
            let closes = now.saturating_add(self.patience);
            self.leaves.push_back(start.min(closes));
            let deepest = &mut self.depth[self.bin];
            *deepest = (*deepest).max(self.leaves.len() as u32);
            if start > closes {
                return Offer::Closed { at: closes };
            }
        }
        let end = start.saturating_add(service());
        if self.ends.len() < self.workers {
            self.ends.push(Reverse(end));
        } else if let Some(mut earliest) = self.ends.peek_mut() {
            *earliest = Reverse(end);
        }
        self.work(start, end);
        Offer::Served { start, end }
    }

    /// Lets everything leave the queue that has left it by `now`, and notes its depth at the start of
    /// each bin on the way.
    fn follow(&mut self, now: u64) {
        let bin = (now / BIN) as usize;
        while self.bin < bin {
            self.bin += 1;
            self.leave(self.bin as u64 * BIN);
            self.depth[self.bin] = self.leaves.len() as u32;
        }
        self.leave(now);
    }

    fn leave(&mut self, now: u64) {
        while self.leaves.front().is_some_and(|&leaves| leaves <= now) {
            self.leaves.pop_front();
        }
    }

    /// Notes that a worker is busy from `start` to `end`, as far as the run lasts.
    fn work(&mut self, start: u64, end: u64) {
        let end = end.min(self.horizon);
        if start >= end {
            return;
        }
        let (first, last) = ((start / BIN) as usize, (end / BIN) as usize);
        if first == last {
            self.busy[first] += end - start;
        } else {
            self.busy[first] += (first as u64 + 1) * BIN - start;
            self.busy[last] += end - last as u64 * BIN;
            // A difference per edge, because one service may cover thousands of bins.
            self.covers[first + 1] += 1;
            self.covers[last] -= 1;
        }
    }

    /// Ends the run; returns the depth of the queue [requests] and the busy time [µs] per bin.
    pub(super) fn finish(mut self) -> (Vec<u32>, Vec<u64>) {
        if let Some(last) = self.horizon.checked_sub(1) {
            self.follow(last);
        }
        let mut covering = 0;
        for (busy, change) in self.busy.iter_mut().zip(&self.covers) {
            covering += change;
            *busy += covering.unsigned_abs() * BIN;
        }
        (self.depth, self.busy)
    }
}
