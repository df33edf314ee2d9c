//! The write queue: ordinary values, and the flood of stored ones.
//!
//! Between events the level changes linearly, so it is followed in whole numbers from event to event and
//! from second to second; how often it is looked at changes nothing.

use crate::base::Micros;
use crate::fleet::{Group, Writes};
use crate::sim::run::{BIN, WritesRun};

/// One value in units of the level.
const UNIT: u128 = 1_000_000_000_000;

/// What one group adds.
#[derive(Clone, Copy, Debug)]
struct Load {
    /// Units of one stored value.
    stored: u128,
    /// Units per microsecond of one bound device.
    ordinary: u128,
    /// Level from which on stored values are sent again; `u128::MAX` where they never are.
    resends_from: u128,
}

/// The write queue of a run.
pub(super) struct Flood {
    now: u64,
    /// End of the second that is under way [µs].
    second: u64,
    horizon: u64,
    level: u128,
    room: u128,
    /// Units per microsecond that bound devices add, and that the queue works off.
    inflow: u128,
    outflow: u128,
    /// What it works off with its full capacity, and the capacity of each second [‰] where that changes.
    full_outflow: u128,
    capacity: Vec<u16>,
    /// Until then [µs] nothing is worked off.
    down_until: u64,
    rejected: u128,
    /// Values rejected up to the end of the last finished second.
    booked: u64,
    loads: Vec<Load>,
    /// Whether every affected device is back, so that the level may reach its end.
    all_back: bool,
    drained: Option<u64>,
    run: WritesRun,
}

impl Flood {
    /// Returns an empty queue with this capacity in every second [‰]; an empty list stands for the full one.
    pub(super) fn new(
        writes: &Writes,
        groups: &[Group],
        capacity: Vec<u16>,
        bins: usize,
        horizon: u64,
    ) -> Self {
        let full_outflow = u128::from(writes.per_s.max(1)) * 1_000_000;
        let mut flood = Self {
            now: 0,
            second: BIN,
            horizon,
            level: 0,
            room: u128::from(writes.queue) * UNIT,
            inflow: 0,
            outflow: full_outflow,
            full_outflow,
            capacity,
            down_until: 0,
            rejected: 0,
            booked: 0,
            loads: groups.iter().map(|group| load(writes, group)).collect(),
            all_back: false,
            drained: None,
            run: WritesRun {
                arrived: vec![0; bins],
                rejected: vec![0; bins],
                level: vec![0; bins],
                ..WritesRun::default()
            },
        };
        flood.turns();
        flood
    }

    /// Returns the capacity of the second that is under way [‰].
    fn permille(&self) -> u128 {
        u128::from(self.capacity.get((self.second / BIN) as usize - 1).copied().unwrap_or(1_000))
    }

    /// A second begins.
    fn turns(&mut self) {
        if !self.capacity.is_empty() {
            self.outflow = self.full_outflow / 1_000 * self.permille();
        }
    }

    /// A device of a group is bound from `now` on.
    #[inline]
    pub(super) fn bound(&mut self, now: u64, group: usize) {
        self.advance(now);
        self.inflow += self.loads[group].ordinary;
    }

    /// It is no longer.
    pub(super) fn unbound(&mut self, now: u64, group: usize) {
        self.advance(now);
        self.inflow -= self.loads[group].ordinary;
    }

    /// Stored values arrive.
    pub(super) fn stored(&mut self, now: u64, group: usize, values: u64) {
        self.advance(now);
        let load = self.loads[group];
        let waits = self.level * 1_000 >= load.resends_from.saturating_mul(self.permille());
        let times = if waits { 2 } else { 1 };
        self.run.resent += values * (times - 1);
        self.run.arrived[(now / BIN) as usize] += values * times;
        self.level += u128::from(values * times) * load.stored;
        self.reject();
        if self.level > 0 && self.drained == Some(now) {
            self.drained = None;
        }
    }

    /// Whether every affected device is back, from `now` on.
    #[inline]
    pub(super) fn all_back(&mut self, now: u64, all_back: bool) {
        if all_back != self.all_back {
            self.advance(now);
            self.drained = (all_back && self.level == 0).then_some(now);
            self.all_back = all_back;
        }
    }

    /// The platform goes down at `now`, until at least `until`.
    pub(super) fn goes_down(&mut self, now: u64, until: u64) {
        self.advance(now);
        self.run.lost_in_crash += (self.level / UNIT) as u64;
        self.level = 0;
        if self.all_back && self.drained.is_none() {
            self.drained = Some(now);
        }
        self.down_until = self.down_until.max(until);
    }

    /// Returns the values that wait at `now`.
    pub(super) fn values(&mut self, now: u64) -> u64 {
        self.advance(now);
        (self.level / UNIT) as u64
    }

    /// Follows the level to `now` [µs].
    #[inline]
    fn advance(&mut self, now: u64) {
        if self.now < now {
            if self.now >= self.down_until && now < self.second {
                self.flow(now, self.outflow);
            } else {
                self.advance_on(now);
            }
        }
    }

    #[inline(never)]
    fn advance_on(&mut self, now: u64) {
        while self.now < now {
            let second = self.second;
            let mut until = second.min(now);
            if self.now < self.down_until {
                until = until.min(self.down_until);
            }
            let outflow = if self.now < self.down_until { 0 } else { self.outflow };
            self.flow(until, outflow);
            if self.now == second {
                self.book();
                self.second += BIN;
                self.turns();
            }
        }
    }

    /// Lets values flow until a time before which nothing changes.
    #[inline]
    fn flow(&mut self, until: u64, outflow: u128) {
        let time = u128::from(until - self.now);
        if self.inflow >= outflow {
            self.level += (self.inflow - outflow) * time;
            self.reject();
        } else {
            let falls = outflow - self.inflow;
            if self.all_back && self.drained.is_none() && self.level <= falls * time {
                self.drained = Some(self.now + self.level.div_ceil(falls) as u64);
            }
            self.level = self.level.saturating_sub(falls * time);
        }
        self.now = until;
    }

    fn reject(&mut self) {
        self.rejected += self.level.saturating_sub(self.room);
        self.level = self.level.min(self.room);
    }

    /// Notes the second that ends now.
    fn book(&mut self) {
        let bin = (self.now / BIN) as usize - 1;
        let rejected = (self.rejected / UNIT) as u64;
        self.run.rejected[bin] = rejected - self.booked;
        self.booked = rejected;
        self.run.level[bin] = (self.level / UNIT) as u64;
    }

    /// Ends the run, whose zero of the axis is `returned`.
    pub(super) fn finish(mut self, returned: Micros) -> WritesRun {
        self.advance(self.horizon);
        // What is left of the last second, and the empty bins after it.
        let bin = (self.horizon / BIN) as usize;
        self.run.rejected[bin] = (self.rejected / UNIT) as u64 - self.booked;
        for level in &mut self.run.level[bin..] {
            *level = (self.level / UNIT) as u64;
        }
        self.run.drained = self.drained.filter(|&at| at < self.horizon).map(|at| Micros(at).since(returned));
        self.run
    }
}

fn load(writes: &Writes, group: &Group) -> Load {
    let telemetry = &group.telemetry;
    if telemetry.properties == 0 {
        return Load { stored: 0, ordinary: 0, resends_from: u128::MAX };
    }
    let more = u128::from(telemetry.events) * u128::from(writes.event_permille)
        + u128::from(telemetry.services) * u128::from(writes.service_permille);
    let properties = 1_000 * u128::from(telemetry.properties);
    let work = 1_000_000 * (properties + more) / properties;
    // A wait beyond the message timeout: level / per_s, rounded down, is more than the timeout · 10^6.
    let wait = u128::from(group.link.message_timeout.0) * 1_000_000 + 1;
    let resends_from = if group.store.resends { wait * u128::from(writes.per_s.max(1)) } else { u128::MAX };
    Load {
        stored: work * 1_000_000,
        ordinary: (telemetry.values_per_s() * work as f64).round() as u128,
        resends_from,
    }
}
