//! What is counted: events per second, levels at the end of each second, and who is back.

use crate::agent::chain::Failures;
use crate::base::{Micros, stats};
use crate::fleet::{Fleet, Group};
use crate::sim::run::{BIN, Curves, Returns, Times, bins};
use crate::sim::store::Store;

/// The levels of one group.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Levels {
    pub(super) affected: u32,
    pub(super) away: u32,
    pub(super) connected: u32,
    pub(super) bound: u32,
}

/// Times at which shares of a population were back.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    times: [Option<u64>; 4],
    /// Devices that have to be back for each share.
    ranks: [u64; 4],
    /// The smallest of them that is not reached; `u64::MAX` where all are.
    next: u64,
}

impl Reached {
    /// One more device is back at `now`: so many are.
    #[inline]
    fn back(&mut self, back: u64, now: u64) {
        if back >= self.next {
            self.reach(back, now);
        }
    }

    #[cold]
    #[inline(never)]
    fn reach(&mut self, back: u64, now: u64) {
        for (time, rank) in self.times.iter_mut().zip(self.ranks) {
            if time.is_none() && back >= rank {
                *time = Some(now);
            }
        }
        self.find_next();
    }

    /// Devices have been lost.
    fn lost(&mut self, affected: u64, away: u64) {
        self.ranks = Times::PERCENT.map(|percent| stats::nearest_rank(affected, percent));
        for (time, rank) in self.times.iter_mut().zip(self.ranks) {
            if affected - away < rank {
                *time = None;
            }
        }
        self.find_next();
    }

    fn find_next(&mut self) {
        let open = self.times.iter().zip(self.ranks).filter(|(time, _)| time.is_none());
        self.next = open.map(|(_, rank)| rank).min().unwrap_or(u64::MAX);
    }

    fn times(self, returned: Micros) -> Times {
        let [t50, t95, t99, t100] = self.times.map(|at| at.map(|at| Micros(at).since(returned)));
        Times { t50, t95, t99, t100 }
    }
}

/// What a group has done in the second that is under way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Second {
    pub(super) attempts: u32,
    pub(super) refused: u32,
    pub(super) timed_out: u32,
    back: u32,
}

/// The stores of a group's devices: how many fill, since when, and how many are full.
pub(super) struct Stores {
    store: Store,
    /// Time that fills a store [µs].
    fills_in: u64,
    horizon: u64,
    filling: u64,
    /// Sum of the times at which those that fill began to [µs].
    since: u128,
    full: u64,
    /// Devices that will be full at the end of a bin and not before, and the sum of their times; empty where
    /// none can be.
    fill: Vec<(u64, u128)>,
}

impl Stores {
    fn new(group: &Group, bins: usize, horizon: u64) -> Self {
        let store = Store::of(group);
        let fills_in = store.fills_in();
        let fill = vec![(0, 0); if fills_in <= horizon { bins } else { 0 }];
        Self { store, fills_in, horizon, filling: 0, since: 0, full: 0, fill }
    }

    /// Returns the bin at whose end a store is full that begins to fill at `since` [µs], if it gets full.
    fn full_at(&self, since: u64) -> Option<usize> {
        let at = since.saturating_add(self.fills_in);
        // An event on the edge of two bins belongs to the second.
        (at <= self.horizon).then(|| bin(at.saturating_sub(1)).max(bin(since)))
    }

    /// A device begins to store at `since` [µs].
    #[inline]
    pub(super) fn begins(&mut self, since: u64) {
        self.filling += 1;
        self.since += u128::from(since);
        if let Some(bin) = self.full_at(since) {
            let (count, sum) = &mut self.fill[bin];
            (*count, *sum) = (*count + 1, *sum + u128::from(since));
        }
    }

    /// A device whose store fills since `since` [µs] empties it in this bin.
    #[inline]
    pub(super) fn ends(&mut self, since: u64, now: usize) {
        match self.full_at(since) {
            Some(bin) if bin < now => self.full -= 1,
            full => {
                self.filling -= 1;
                self.since -= u128::from(since);
                if let Some(bin) = full {
                    let (count, sum) = &mut self.fill[bin];
                    (*count, *sum) = (*count - 1, *sum - u128::from(since));
                }
            }
        }
    }

    /// Returns the values stored at the end of a bin, which is at `end` [µs].
    fn stored(&mut self, bin: usize, end: u64) -> u64 {
        if let Some((count, sum)) = self.fill.get_mut(bin).map(std::mem::take) {
            self.filling -= count;
            self.since -= sum;
            self.full += count;
        }
        let times = u128::from(self.filling) * u128::from(end) - self.since
            + u128::from(self.full) * u128::from(self.fills_in);
        self.store.filled(times)
    }
}

/// Attempts of a group that were turned away without an event.
pub(super) struct Walked {
    bins: Vec<u32>,
    /// An interval of whole seconds [µs], and in bins; 0 while none has been seen.
    interval: u64,
    stride: usize,
    /// How many more rows of attempts at this interval begin in a bin than have ended.
    rows: Vec<u32>,
}

impl Walked {
    fn new(bins: usize) -> Self {
        Self { bins: vec![0; bins], interval: 0, stride: 0, rows: vec![0; bins] }
    }

    /// A row of attempts at another interval than the one that is kept, if one is.
    #[cold]
    #[inline(never)]
    fn row(&mut self, first: Micros, interval: Micros, attempts: u64) {
        if self.interval == 0 && interval.0 > 0 && interval.0.is_multiple_of(BIN) {
            (self.interval, self.stride) = (interval.0, bin(interval.0));
            return self.every(first, interval, attempts);
        }
        let mut at = first;
        for _ in 0..attempts {
            self.one(at);
            at = at + interval;
        }
    }

    /// Returns the attempts per bin.
    fn finish(&mut self) -> &[u32] {
        for bin in 0..self.rows.len() {
            if self.stride > 0 && bin >= self.stride {
                self.rows[bin] = self.rows[bin].wrapping_add(self.rows[bin - self.stride]);
            }
            self.bins[bin] += self.rows[bin];
        }
        &self.bins
    }
}

impl Failures for Walked {
    #[inline]
    fn one(&mut self, at: Micros) {
        self.bins[bin(at.0)] += 1;
    }

    #[inline]
    fn every(&mut self, first: Micros, interval: Micros, attempts: u64) {
        if interval.0 != self.interval {
            return self.row(first, interval, attempts);
        }
        // Whole seconds keep the place in the second, so the row is known by its ends.
        let from = bin(first.0);
        self.rows[from] = self.rows[from].wrapping_add(1);
        if let Some(end) = self.rows.get_mut(from + attempts as usize * self.stride) {
            *end = end.wrapping_sub(1);
        }
    }
}

/// The counters of a run.
pub(super) struct Tally {
    pub(super) curves: Curves,
    pub(super) groups: Vec<Returns>,
    /// What is not in the curves yet: counts of the second under way, and its arrivals.
    pub(super) second: Vec<Second>,
    pub(super) arrivals: u32,
    /// Attempts of each group that were turned away without an event, per bin.
    pub(super) walked: Vec<Walked>,
    pub(super) levels: Vec<Levels>,
    pub(super) stores: Vec<Stores>,
    reached: Vec<Reached>,
    all: Reached,
    affected: u64,
    away: u64,
    pub(super) held: u32,
    /// Bin whose levels are not noted yet, and its end [µs].
    pub(super) bin: usize,
    bin_end: u64,
    horizon: u64,
}

impl Tally {
    pub(super) fn new(fleet: &Fleet) -> Self {
        let horizon = fleet.outage.horizon();
        let bins = bins(horizon) as usize;
        let levels =
            |group: &Group| Levels { connected: group.devices, bound: group.devices, ..Levels::default() };
        Self {
            curves: Curves::new(bins),
            groups: fleet.groups.iter().map(|_| Returns::new(bins)).collect(),
            second: vec![Second::default(); fleet.groups.len()],
            arrivals: 0,
            walked: fleet.groups.iter().map(|_| Walked::new(bins)).collect(),
            levels: fleet.groups.iter().map(levels).collect(),
            stores: fleet.groups.iter().map(|group| Stores::new(group, bins, horizon.0)).collect(),
            reached: vec![Reached::default(); fleet.groups.len()],
            all: Reached::default(),
            affected: 0,
            away: 0,
            held: fleet.devices() as u32,
            bin: 0,
            bin_end: BIN,
            horizon: horizon.0,
        }
    }

    /// Returns the end of the second that is under way [µs].
    #[inline]
    pub(super) fn bin_end(&self) -> u64 {
        self.bin_end
    }

    /// Notes the levels of every second that ended by `now` [µs]; the events of `now` are still to come.
    #[inline]
    pub(super) fn follow(&mut self, now: u64) {
        if self.bin_end <= now {
            self.note();
            self.rest(bin(now));
        }
    }

    #[cold]
    #[inline(never)]
    fn note(&mut self) {
        let bin = self.bin;
        for ((curves, levels), second) in self.groups.iter_mut().zip(&self.levels).zip(&mut self.second) {
            curves.away[bin] = levels.away;
            curves.connected[bin] = levels.connected;
            curves.bound[bin] = levels.bound;
            let second = std::mem::take(second);
            curves.attempts[bin] += second.attempts;
            curves.refused[bin] += second.refused;
            curves.timed_out[bin] += second.timed_out;
            curves.back[bin] += second.back;
        }
        let end = self.bin_end.min(self.horizon);
        for (curves, stores) in self.groups.iter_mut().zip(&mut self.stores) {
            curves.stored[bin] = stores.stored(bin, end);
        }
        self.curves.held[bin] = self.held;
        self.curves.arrivals[bin] += std::mem::take(&mut self.arrivals);
        self.bin += 1;
        self.bin_end += BIN;
    }

    /// Notes the levels of seconds in which nothing happened, up to this one.
    fn rest(&mut self, until: usize) {
        let quiet = self.bin..until;
        if quiet.is_empty() {
            return;
        }
        for (curves, levels) in self.groups.iter_mut().zip(&self.levels) {
            curves.away[quiet.clone()].fill(levels.away);
            curves.connected[quiet.clone()].fill(levels.connected);
            curves.bound[quiet.clone()].fill(levels.bound);
        }
        for (curves, stores) in self.groups.iter_mut().zip(&mut self.stores) {
            if stores.filling == 0 && stores.full == 0 {
                continue;
            }
            for bin in quiet.clone() {
                let end = ((bin as u64 + 1) * BIN).min(self.horizon);
                curves.stored[bin] = stores.stored(bin, end);
            }
        }
        self.curves.held[quiet].fill(self.held);
        self.bin = until;
        self.bin_end = (until as u64 + 1) * BIN;
    }

    /// An affected device is back.
    pub(super) fn back(&mut self, group: usize, now: u64) {
        self.second[group].back += 1;
        let levels = &mut self.levels[group];
        levels.away -= 1;
        self.away -= 1;
        self.reached[group].back(u64::from(levels.affected - levels.away), now);
        self.all.back(self.affected - self.away, now);
    }

    /// An episode has taken its devices.
    pub(super) fn lost(&mut self) {
        for (reached, levels) in self.reached.iter_mut().zip(&self.levels) {
            reached.lost(u64::from(levels.affected), u64::from(levels.away));
        }
        self.all.lost(self.affected, self.away);
    }

    /// An episode has taken a device, for the first time or while it was back.
    pub(super) fn takes(&mut self, group: usize, first: bool, was_back: bool) {
        let levels = &mut self.levels[group];
        levels.affected += u32::from(first);
        levels.away += u32::from(was_back);
        self.affected += u64::from(first);
        self.away += u64::from(was_back);
    }

    /// Returns whether every affected device is back.
    pub(super) fn all_back(&self) -> bool {
        self.affected > 0 && self.away == 0
    }

    /// Ends the run: notes the last levels and returns the times of the groups and of all.
    pub(super) fn finish(&mut self, returned: Micros) -> (Vec<Times>, Times) {
        let last = self.curves.held.len();
        if self.bin < last {
            self.note();
            self.rest(last);
        }
        let groups = self.reached.iter().map(|reached| reached.times(returned)).collect();
        for (curves, walked) in self.groups.iter_mut().zip(&mut self.walked) {
            for (bin, walked) in walked.finish().iter().enumerate() {
                curves.attempts[bin] += walked;
                self.curves.turned_away[bin] += walked;
            }
            self.curves.all.add(curves);
        }
        (groups, self.all.times(returned))
    }

    /// Counts an event if it is before the horizon; returns whether it was.
    pub(super) fn before_horizon(&self, at: u64) -> bool {
        at < self.horizon
    }
}

/// Returns the bin of a time [µs].
#[inline]
pub(super) fn bin(at: u64) -> usize {
    (at / BIN) as usize
}
