//! The write queue: a level that changes linearly between events, in whole units.

use crate::base::Micros;
use crate::fleet::{Group, Writes};
use crate::sim::WritesRun;
use crate::sim::run::BIN;

/// Units of one value.
pub(super) const UNITS: u128 = 1_000_000_000_000;

/// Returns the work of one value of a group; 10^6 stands for one value.
fn work(group: &Group, writes: &Writes) -> u128 {
    let properties = 1_000 * u128::from(group.telemetry.properties.max(1));
    let events = u128::from(group.telemetry.events) * u128::from(writes.event_permille);
    let services = u128::from(group.telemetry.services) * u128::from(writes.service_permille);
    1_000_000 * (properties + events + services) / properties
}

/// The queue.
pub(super) struct WriteQueue {
    writes: Writes,
    /// Work of one value of each group.
    work: Vec<u128>,
    /// Units per microsecond of a bound device of each group.
    rate: Vec<u128>,
    /// Units that wait.
    level: u128,
    /// Units per microsecond of all bound devices.
    ordinary: u128,
    /// Units rejected so far.
    rejected: u128,
    /// Of these, whole values noted in a second.
    noted: u64,
    /// Whether everybody is back.
    all_back: bool,
    /// The first time since then at which nothing waited.
    drained: Option<u64>,
    run: WritesRun,
}

impl WriteQueue {
    pub(super) fn new(writes: Writes, groups: &[Group], bins: usize) -> Self {
        let work: Vec<u128> = groups.iter().map(|group| work(group, &writes)).collect();
        let rate = groups.iter().zip(&work).map(|(group, &work)| {
            let units = group.telemetry.values_per_s() * work as f64;
            units.round() as u128
        });
        let rate = rate.collect();
        let zeros = || vec![0; bins];
        let run = WritesRun { arrived: zeros(), rejected: zeros(), level: zeros(), ..WritesRun::default() };
        Self {
            writes,
            work,
            rate,
            level: 0,
            ordinary: 0,
            rejected: 0,
            noted: 0,
            all_back: true,
            drained: None,
            run,
        }
    }

    /// Returns the values that wait.
    pub(super) fn values(&self) -> u64 {
        (self.level / UNITS) as u64
    }

    /// Begins the ordinary values of one device.
    pub(super) fn starts(&mut self, group: usize) {
        self.ordinary += self.rate[group];
    }

    /// Ends the ordinary values of one device.
    pub(super) fn stops(&mut self, group: usize) {
        self.ordinary -= self.rate[group];
    }

    fn room(&self) -> u128 {
        u128::from(self.writes.queue) * UNITS
    }

    /// Takes what is above the room away.
    fn reject(&mut self) -> bool {
        let excess = self.level.saturating_sub(self.room());
        self.level -= excess;
        self.rejected += excess;
        excess > 0
    }

    /// Stored values of a device arrive at a queue with this capacity [‰]; tells whether they came twice, and
    /// whether any were rejected.
    pub(super) fn arrive(
        &mut self,
        now: u64,
        of: (usize, &Group),
        stored: u64,
        capacity: u64,
    ) -> (bool, bool) {
        let (group, of) = of;
        let wait = self.level * 1_000 / (u128::from(self.writes.per_s) * u128::from(capacity));
        let too_slow = wait > u128::from(of.link.message_timeout.0) * 1_000_000;
        let twice = of.store.resends && too_slow;
        let values = if twice { 2 * stored } else { stored };
        self.run.arrived[(now / BIN) as usize] += values;
        self.run.resent += values - stored;
        self.level += u128::from(values) * self.work[group] * 1_000_000;
        (twice && stored > 0, self.reject())
    }

    /// The platform goes down with what waits; returns the values lost.
    pub(super) fn crash(&mut self) -> u64 {
        let lost = self.values();
        self.run.lost_in_crash += lost;
        self.level = 0;
        lost
    }

    /// Lets time pass in which nothing happens, within one second, with this capacity [‰].
    pub(super) fn pass(&mut self, from: u64, to: u64, capacity: u64) {
        let worked_off = u128::from(self.writes.per_s) * 1_000 * u128::from(capacity);
        let time = u128::from(to - from);
        let before = self.level;
        if self.ordinary >= worked_off {
            self.level += (self.ordinary - worked_off) * time;
            self.reject();
            return;
        }
        let falls = worked_off - self.ordinary;
        self.level = before.saturating_sub(falls * time);
        let empty_after = before.div_ceil(falls);
        if self.all_back && self.drained.is_none() && empty_after <= time {
            self.drained = Some(from + empty_after as u64);
        }
    }

    /// Looks after an event whether all are back and nothing waits.
    pub(super) fn judge(&mut self, now: u64, all_back: bool) {
        self.all_back = all_back;
        if !all_back {
            self.drained = None;
        } else if self.drained.is_none() && self.level == 0 {
            self.drained = Some(now);
        }
    }

    /// Notes the level at the end of a second, and what was rejected in it.
    pub(super) fn note(&mut self, bin: usize) {
        self.run.level[bin] = self.values();
        let so_far = (self.rejected / UNITS) as u64;
        self.run.rejected[bin] = so_far - self.noted;
        self.noted = so_far;
    }

    /// Returns what happened in the run.
    pub(super) fn finish(mut self, returned: u64, horizon: u64, anybody: bool) -> WritesRun {
        let drained = self.drained.filter(|&at| anybody && at < horizon);
        self.run.drained = drained.map(|at| Micros(at.saturating_sub(returned)));
        self.run
    }
}
