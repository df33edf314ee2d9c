//! What a device keeps while it is away.
//!
//! One rule for the engines that are fast: how many values a store holds after a time, what had no room,
//! and how much lies in many of them at once.

use crate::base::Micros;
use crate::fleet::Group;

/// The store of each device of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Store {
    /// Values that a device records [values/s].
    rate: f64,
    /// Values that there is room for.
    room: f64,
}

impl Store {
    /// Returns the store of a group's devices.
    pub(super) fn of(group: &Group) -> Self {
        Self { rate: group.telemetry.values_per_s(), room: group.store.values() as f64 }
    }

    /// Returns the values that a device records in this time [µs]: those that fit, and those that do not.
    #[inline]
    pub(super) fn recorded(self, time: u64) -> (u64, u64) {
        if self.rate == 0.0 {
            return (0, 0);
        }
        let recorded = self.rate * Micros(time).secs();
        if recorded <= self.room {
            return (recorded as u64, 0);
        }
        (self.room as u64, (recorded - self.room) as u64)
    }

    /// Returns the time that fills a store [µs]; `u64::MAX` where nothing is recorded.
    pub(super) fn fills_in(self) -> u64 {
        if self.rate > 0.0 { (self.room * 1e6 / self.rate) as u64 } else { u64::MAX }
    }

    /// Returns the values in stores that have filled for these times together [µs], none of them longer than
    /// [`fills_in`](Self::fills_in).
    pub(super) fn filled(self, times: u128) -> u64 {
        if self.rate == 0.0 { 0 } else { (self.rate * times as f64 / 1e6) as u64 }
    }
}
