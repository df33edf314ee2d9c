//! The queue in front of the workers, and the curves of both.
//!
//! The queue is first-in-first-out, so when a request arrives it is known when it leaves: at its start, or
//! when the platform closes it. These times never decrease, so the queue is full as long as the one
//! `room` places before its end has not left, and nothing has to be taken out: a ring keeps the last of
//! them. While it is full that one also tells until when, so most refusals cost one comparison.

use crate::fleet::Platform;
use crate::sim::run::BIN;

/// Places of a ring at first, a power of two.
const FEWEST_PLACES: usize = 64;

/// Requests that wait.
pub(super) struct Queue {
    room: u64,
    /// Longest wait [µs]; `u64::MAX` for as long as it takes.
    patience: u64,
    /// When the requests that waited last leave, or left; a power of two of places, more than `deepest`.
    leaves: Vec<u64>,
    /// Requests that waited so far, and as many more as there were places at first.
    end: u64,
    /// Requests that arrive before this time [µs] are refused.
    full_until: u64,
    /// Most requests waiting in the current bin.
    deepest: u64,
    /// The same, for every bin before.
    depth: Vec<u32>,
}

/// How a request that has to wait leaves the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It never joins it: the queue is full.
    Refused,
    /// Unserved, at this time [µs].
    Closed(u64),
    /// To its worker.
    Served,
}

impl Queue {
    /// Returns an empty queue.
    pub(super) fn new(platform: &Platform, bins: usize) -> Self {
        Self {
            room: u64::from(platform.accept_queue),
            patience: platform.sign_in_timeout.map_or(u64::MAX, |timeout| timeout.0),
            // Those before the first left at 0.
            leaves: vec![0; FEWEST_PLACES],
            end: FEWEST_PLACES as u64,
            full_until: 0,
            deepest: 0,
            depth: vec![0; bins],
        }
    }

    /// Returns until when every request is refused [µs].
    #[inline]
    pub(super) fn full_until(&self) -> u64 {
        self.full_until
    }

    /// Takes a request at `now` whose service could start at `start`, later than now [µs].
    #[inline]
    pub(super) fn wait(&mut self, now: u64, start: u64) -> Wait {
        // What is deeper than the deepest is not there; so the ring is never asked beyond its length.
        if self.deepest >= self.room {
            let last = if self.room == 0 { start } else { self.leaves_before(self.room) };
            if last > now {
                self.full_until = last;
                return Wait::Refused;
            }
        }
        let closes = now.saturating_add(self.patience);
        if closes > now {
            // One without any patience is gone at the end of its tick.
            let place = self.place(self.end);
            self.leaves[place] = start.min(closes);
            self.end += 1;
            // One more than before, at most.
            if self.deepest == 0 || self.leaves_before(self.deepest + 1) > now {
                self.deepen();
            }
        }
        if start > closes { Wait::Closed(closes) } else { Wait::Served }
    }

    /// Goes on from the end of a bin to the next one.
    pub(super) fn turn(&mut self, bin: usize) {
        self.depth[bin] = self.deepest as u32;
        self.deepest = self.waiting((bin as u64 + 1) * BIN);
    }

    /// Returns the number of requests that leave after `now` [µs].
    fn waiting(&self, now: u64) -> u64 {
        let (mut low, mut high) = (0, self.deepest);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if self.leaves_before(middle) > now {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }

    /// Returns when the request so many places before the end leaves [µs], 1 for the last one.
    #[inline]
    fn leaves_before(&self, places: u64) -> u64 {
        self.leaves[self.place(self.end - places)]
    }

    #[inline]
    fn place(&self, number: u64) -> usize {
        number as usize & (self.leaves.len() - 1)
    }

    /// Notes that one more request waits than ever in this bin, and keeps more places than that.
    #[cold]
    #[inline(never)]
    fn deepen(&mut self) {
        self.deepest += 1;
        let places = self.leaves.len() as u64;
        if self.deepest + 1 < places {
            return;
        }
        let mut larger = vec![0; 2 * places as usize];
        for number in self.end - places..self.end {
            larger[number as usize & (2 * places as usize - 1)] = self.leaves[self.place(number)];
        }
        // The numbers move up, so that as many places as the ring has lie before its end.
        self.end += 2 * places;
        self.leaves = larger;
    }

    /// Ends in this bin; returns the depth per bin [requests].
    pub(super) fn finish(mut self, bin: usize) -> Vec<u32> {
        self.depth[bin] = self.deepest as u32;
        self.depth
    }
}

/// Working time per bin.
pub(super) struct Busy {
    horizon: u64,
    /// End of the bin of the last start [µs], and the time worked within that bin so far.
    bin_end: u64,
    here: u64,
    /// Busy time in bins that a service covers in part [µs].
    part: Vec<u64>,
    /// Services that cover whole bins: how many more start covering at this bin than end.
    covers: Vec<i64>,
}

impl Busy {
    /// Returns no work, for a run that ends at `horizon` [µs].
    pub(super) fn new(bins: usize, horizon: u64) -> Self {
        Self { horizon, bin_end: BIN, here: 0, part: vec![0; bins], covers: vec![0; bins + 1] }
    }

    /// Notes a service; starts never decrease.
    #[inline]
    pub(super) fn note(&mut self, start: u64, end: u64) {
        if start < self.bin_end && end <= self.bin_end && end <= self.horizon {
            self.here += end - start;
        } else {
            self.note_edges(start, end);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_edges(&mut self, start: u64, end: u64) {
        let end = end.min(self.horizon);
        if start >= end {
            return;
        }
        let (first, last) = ((start / BIN) as usize, (end / BIN) as usize);
        if start >= self.bin_end {
            self.part[(self.bin_end / BIN) as usize - 1] += std::mem::take(&mut self.here);
            self.bin_end = (first as u64 + 1) * BIN;
        }
        if first == last {
            self.here += end - start;
            return;
        }
        self.here += self.bin_end - start;
        self.part[last] += end - last as u64 * BIN;
        // A difference per edge, because one service may cover thousands of bins.
        self.covers[first + 1] += 1;
        self.covers[last] -= 1;
    }

    /// Returns the busy time per bin [µs].
    pub(super) fn finish(mut self) -> Vec<u64> {
        self.part[(self.bin_end / BIN) as usize - 1] += self.here;
        let mut covering = 0;
        for (busy, change) in self.part.iter_mut().zip(&self.covers) {
            covering += change;
            *busy += covering.unsigned_abs() * BIN;
        }
        self.part
    }
}
