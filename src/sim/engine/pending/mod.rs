//! Pending events in the order of (time, payload).
//!
//! Most waits are long and of any length: those events lie in a timing wheel. What a station has promised
//! comes soon: those events wait in one list per station (`lane`), or where they come in any order, in a ring of
//! narrow slots (`slots`). What comes first is decided by times alone; payloads are looked at only where times are
//! equal.

mod ahead;
mod lane;
mod slots;

use crate::sim::calendar::{Shape, Wheel, key};
use ahead::Ahead;
use lane::Lane;
pub(super) use lane::{Order, Spacing};

/// Number of lists, a power of two.
const LANES: usize = 4;
/// Bits that tell lists apart.
const LANE_BITS: u32 = LANES.ilog2();
/// Later than every event [µs].
const NEVER: u64 = u64::MAX;
/// Later than every event and every limit, with room for the number of a list [µs].
pub(super) const LATEST: u64 = (NEVER >> LANE_BITS) - LANES as u64;
/// Not known without opening the next slot of the wheel [µs].
const UNKNOWN: u64 = 0;

/// Time [µs] and payload of an event.
type Timed = (u64, u64);
/// No event.
const NOTHING: Timed = (NEVER, 0);

/// Pending events.
pub(super) struct Pending {
    wheel: Wheel,
    shape: Shape,
    /// No event of the wheel is earlier; [`UNKNOWN`], or the time of its first one [µs].
    late_from: u64,
    lanes: [Lane; LANES],
    /// `time | list` of the first event of each list, and of the first of these.
    fronts: [u64; LANES],
    first: u64,
    /// Time of the last promise of each station that lies in the wheel [µs].
    strays: [u64; LANES],
    ahead: Ahead,
}

impl Pending {
    /// Returns no events, to be kept in a wheel of this shape, and in lists of what stations promise in these orders.
    pub(super) fn new(shape: Shape, orders: [Order; LANES]) -> Self {
        let mut pending = Self {
            wheel: Wheel::new(shape, 0),
            shape,
            late_from: UNKNOWN,
            // End marks at times of their own are never taken for equal events.
            lanes: std::array::from_fn(|lane| Lane::new((LATEST + 1 + lane as u64, 0), orders[lane])),
            fronts: [0; LANES],
            first: 0,
            strays: [0; LANES],
            ahead: Ahead::default(),
        };
        pending.find_fronts();
        pending
    }

    /// Adds an event.
    #[inline]
    pub(super) fn push(&mut self, time: u64, payload: u64) {
        self.wheel.push(time, payload);
        self.late_from = self.late_from.min(time);
    }

    /// Adds an event that a station has promised at `now` [µs].
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn push_promise(&mut self, station: usize, now: u64, time: u64, payload: u64) {
        debug_assert!(time < LATEST, "after the horizon of any run");
        let station = station % LANES;
        if !self.lanes[station].push(now, (time, payload)) {
            self.push_stray(station, time, payload);
        } else if time << LANE_BITS <= self.fronts[station] {
            self.settle(station);
        }
    }

    /// Adds a promise that has no place in the station's list.
    #[inline(never)]
    fn push_stray(&mut self, station: usize, time: u64, payload: u64) {
        self.strays[station] = self.strays[station].max(time);
        self.push(time, payload);
    }

    /// Finds the first event of each list, and of all.
    fn find_fronts(&mut self) {
        for (number, (front, lane)) in self.fronts.iter_mut().zip(&self.lanes).enumerate() {
            *front = lane.front().0 << LANE_BITS | number as u64;
        }
        self.find_first();
    }

    /// Finds the list whose first event is the first of all.
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    fn find_first(&mut self) {
        let [a, b, c, d] = self.fronts;
        let ((early, late), (early_2, late_2)) = ((a.min(b), a.max(b)), (c.min(d), c.max(d)));
        let first = early.min(early_2);
        let second = early.max(early_2).min(late.min(late_2));
        self.first = if first ^ second < LANES as u64 { self.tie(first >> LANE_BITS) } else { first };
    }

    /// Returns which of the lists that begin at this time comes first.
    #[cold]
    #[inline(never)]
    fn tie(&self, time: u64) -> u64 {
        let fronts = self.lanes.iter().map(Lane::front).enumerate();
        let first = fronts.filter(|(_, front)| front.0 == time).min_by_key(|(_, front)| front.1);
        time << LANE_BITS | first.map_or(0, |(lane, _)| lane as u64)
    }

    /// Returns whether an event at `time` [µs] is surely before all others.
    #[inline]
    pub(super) fn is_first(&self, time: u64) -> bool {
        time < (self.first >> LANE_BITS).min(self.late_from)
    }

    /// Removes and returns the first event if it is before `limit` [µs], at most [`LATEST`].
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn pop_before(&mut self, limit: u64) -> Option<Timed> {
        debug_assert!(limit <= LATEST, "end marks stay");
        let (promised, late) = (self.first >> LANE_BITS, self.late_from);
        if promised < late.min(limit) {
            Some(self.pop_promise())
        } else if late != UNKNOWN && late < promised.min(limit) {
            Some(self.pop_late())
        } else {
            let first = self.pop_of_all(limit);
            (first != NOTHING).then_some(first)
        }
    }

    /// The same, whatever there is.
    #[inline(never)]
    fn pop_of_all(&mut self, limit: u64) -> Timed {
        let first = self.lanes[self.first as usize % LANES].front();
        let promised = key(first.0, first.1);
        let bound = promised.min(key(limit, 0));
        // A slot may be opened only where nothing can come before it that is not known yet.
        let late = self.wheel.peek_open().or_else(|| self.wheel.peek_before(bound));
        self.late_from = self.first_late();
        if late.is_some_and(|late| late < bound) {
            self.pop_late()
        } else if promised == bound {
            self.pop_promise()
        } else {
            NOTHING
        }
    }

    /// Returns whether every promise of a station later than `now` [µs] lies in its list.
    #[inline]
    pub(super) fn is_listed(&self, station: usize, now: u64) -> bool {
        self.strays[station % LANES] < now
    }

    /// Removes and returns the first event of a station's list if it is before `limit` [µs], at most [`LATEST`],
    /// whatever comes before it elsewhere. After the last one [`settle`](Self::settle) must be called.
    #[inline]
    pub(super) fn pop_listed(&mut self, station: usize, limit: u64) -> Option<Timed> {
        let lane = &mut self.lanes[station % LANES];
        let first = lane.front();
        (first.0 < limit).then(|| {
            lane.pop();
            first
        })
    }

    /// Finds the first event anew after some were taken out of a station's list.
    #[inline]
    pub(super) fn settle(&mut self, station: usize) {
        let station = station % LANES;
        self.fronts[station] = self.lanes[station].front().0 << LANE_BITS | station as u64;
        self.find_first();
    }

    /// Removes and returns the first event of the list that comes first.
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    fn pop_promise(&mut self) -> Timed {
        let number = self.first as usize % LANES;
        let first = self.lanes[number].front();
        self.lanes[number].pop();
        self.settle(number);
        first
    }

    #[inline]
    fn pop_late(&mut self) -> Timed {
        let first = self.wheel.pop().unwrap_or(NOTHING);
        self.late_from = self.first_late();
        first
    }

    #[inline]
    fn first_late(&self) -> u64 {
        let first = self.wheel.open_time();
        if first == NEVER { UNKNOWN } else { first }
    }

    /// Replaces every event by what `becomes` makes of it; nothing may be before `now` [µs] then.
    pub(super) fn rebuild(&mut self, now: u64, mut becomes: impl FnMut(u64, u64) -> Option<Timed>) {
        let mut all = self.wheel.drain();
        for (lane, stray) in self.lanes.iter_mut().zip(&mut self.strays) {
            let promised = lane.drain();
            *stray = promised.iter().map(|event| event.0).fold(*stray, u64::max);
            all.extend(promised);
        }
        self.find_fronts();
        self.wheel.reset(self.shape, now, all.len() as u64);
        self.late_from = UNKNOWN;
        for (time, payload) in all.into_iter().filter_map(|(time, payload)| becomes(time, payload)) {
            self.wheel.push(time, payload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn events_come_in_order_whatever_way_they_went_in(
            pushes in prop::collection::vec((0_usize..6, 0_u64..3_000, 0_u64..50), 1..300),
        ) {
            let orders = [Order::Near(12), Order::Any(Spacing { width: 10, reach: 500 }), Order::Near(3), Order::Near(1)];
            let mut pending = Pending::new(Shape::of(34, 100, 1_000, 5_000), orders);
            let (mut expected, mut now) = (BTreeSet::new(), 0);
            for (way, after, payload) in pushes {
                let event = (now + after, payload);
                if expected.insert(event) {
                    match way {
                        0..4 => pending.push_promise(way, now, event.0, payload),
                        _ => pending.push(event.0, payload),
                    }
                }
                let limit = now + after / 2;
                while let Some(event) = pending.pop_before(limit) {
                    prop_assert_eq!(Some(event), expected.pop_first());
                }
                prop_assert!(expected.first().is_none_or(|first| first.0 >= limit));
                now = limit;
            }
            while let Some(event) = pending.pop_before(LATEST) {
                prop_assert_eq!(Some(event), expected.pop_first());
            }
            prop_assert!(expected.is_empty());
        }
    }
}
