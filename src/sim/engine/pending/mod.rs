//! Pending events in the order of (time, payload).
//!
//! Most waits are long and of any length: those events lie in a timing wheel. What a station has promised
//! comes soon: where its services end in the order of their starts, or nearly, those events wait in one
//! short list per station; where they do not, in a second wheel with narrow slots. What comes first is
//! decided by times alone; payloads are looked at only where times are equal.

mod ahead;

use crate::base::fifo::Fifo;
use crate::sim::calendar::{Shape, Wheel, key};
use ahead::Ahead;

/// Number of lists, a power of two.
const LANES: usize = 4;
/// Bits that tell lists apart.
const LANE_BITS: u32 = LANES.ilog2();
/// Later than every event [µs].
const NEVER: u64 = u64::MAX;
/// Later than every event and every limit, with room for the number of a list [µs].
pub(super) const LATEST: u64 = (NEVER >> LANE_BITS) - LANES as u64;
/// Not known without opening the next slot of a wheel [µs].
const UNKNOWN: u64 = 0;

/// Time [µs] and payload of an event.
type Timed = (u64, u64);
/// No event.
const NOTHING: Timed = (NEVER, 0);

/// Pending events.
pub(super) struct Pending {
    wheel: Wheel,
    shape: Shape,
    soon: Wheel,
    soon_shape: Shape,
    /// Events in `soon`.
    in_soon: usize,
    /// No event of `wheel`, and none of `soon`, is earlier; [`UNKNOWN`], or the time of its first one [µs].
    late_from: u64,
    soon_from: u64,
    lanes: [Fifo<Timed>; LANES],
    /// `time | list` of the first event of each list, and of the first of these.
    fronts: [u64; LANES],
    first: u64,
    /// Time of the last event that each list was given [µs].
    lasts: [u64; LANES],
    /// How many places before the end of each list a promise may go into it; one further ahead goes into a wheel.
    near: [usize; LANES],
    /// Time of the last promise of each station that lies in a wheel [µs].
    strays: [u64; LANES],
    ahead: Ahead,
}

impl Pending {
    /// Returns no events, to be kept in wheels of these shapes: for all waits, and for promises further from the end
    /// of their station's list than `near` places.
    pub(super) fn new(shape: Shape, soon_shape: Shape, near: [usize; LANES]) -> Self {
        let mut pending = Self {
            wheel: Wheel::new(shape, 0),
            shape,
            soon: Wheel::new(soon_shape, 0),
            soon_shape,
            in_soon: 0,
            late_from: UNKNOWN,
            soon_from: NEVER,
            // End marks at times of their own are never taken for equal events.
            lanes: std::array::from_fn(|lane| Fifo::new((LATEST + 1 + lane as u64, 0))),
            fronts: [0; LANES],
            first: 0,
            lasts: [0; LANES],
            near,
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

    /// Adds an event that a station has promised.
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn push_promise(&mut self, station: usize, time: u64, payload: u64) {
        debug_assert!(time < LATEST, "after the horizon of any run");
        let station = station % LANES;
        if time <= self.lasts[station] {
            return self.push_between(station, (time, payload));
        }
        self.lasts[station] = time;
        let lane = &mut self.lanes[station];
        let only = lane.is_empty();
        lane.push((time, payload));
        if only {
            self.fronts[station] = time << LANE_BITS | station as u64;
            self.find_first();
        }
    }

    /// Adds a promise to a list that ends later, or at the same time.
    #[inline(never)]
    fn push_between(&mut self, station: usize, event: Timed) {
        let Some(before) = self.lanes[station]
            .insert(event, self.near[station], |other| key(other.0, other.1) > key(event.0, event.1))
        else {
            self.strays[station] = self.strays[station].max(event.0);
            self.soon.push(event.0, event.1);
            self.soon_from = if self.in_soon == 0 { UNKNOWN } else { self.soon_from.min(event.0) };
            self.in_soon += 1;
            return;
        };
        // Where it is the only one by now it is also the last.
        self.lasts[station] = self.lasts[station].max(event.0);
        if before == 0 {
            self.settle(station);
        }
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
        let fronts = self.lanes.iter().map(Fifo::front).enumerate();
        let first = fronts.filter(|(_, front)| front.0 == time).min_by_key(|(_, front)| front.1);
        time << LANE_BITS | first.map_or(0, |(lane, _)| lane as u64)
    }

    /// Returns whether an event at `time` [µs] is surely before all others.
    #[inline]
    pub(super) fn is_first(&self, time: u64) -> bool {
        time < (self.first >> LANE_BITS).min(self.late_from).min(self.soon_from)
    }

    /// Removes and returns the first event if it is before `limit` [µs], at most [`LATEST`].
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn pop_before(&mut self, limit: u64) -> Option<Timed> {
        debug_assert!(limit <= LATEST, "end marks stay");
        let (promised, late, soon) = (self.first >> LANE_BITS, self.late_from, self.soon_from);
        if promised < late.min(soon).min(limit) {
            Some(self.pop_promise())
        } else if late != UNKNOWN && late < promised.min(soon).min(limit) {
            Some(self.pop_late())
        } else if soon != UNKNOWN && soon < promised.min(late).min(limit) {
            Some(self.pop_soon())
        } else {
            let first = self.pop_of_all(limit);
            (first != NOTHING).then_some(first)
        }
    }

    /// The same, whatever there is.
    #[inline(never)]
    fn pop_of_all(&mut self, limit: u64) -> Timed {
        let (time, lane) = (self.first >> LANE_BITS, self.first as usize % LANES);
        let promised = key(time, self.lanes[lane].front().1);
        let (mut late, mut soon) = (self.wheel.peek_open(), self.soon.peek_open());
        let known = late.into_iter().chain(soon).min().unwrap_or(u128::MAX);
        let mut bound = promised.min(key(limit, 0)).min(known);
        // A wheel's slot may be opened only where nothing can come before it that is not known yet.
        let mut open = |wheel: &mut Wheel, event: &mut Option<u128>| {
            *event = event.or_else(|| wheel.peek_before(bound));
            bound = bound.min(event.unwrap_or(u128::MAX));
        };
        if late.is_none() && soon.is_none() && self.soon.next_start() < self.wheel.next_start() {
            open(&mut self.soon, &mut soon);
        }
        open(&mut self.wheel, &mut late);
        open(&mut self.soon, &mut soon);
        (self.late_from, self.soon_from) = (self.first_late(), self.first_soon());
        if late == Some(bound) {
            self.pop_late()
        } else if soon == Some(bound) {
            self.pop_soon()
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
        let lane = &mut self.lanes[number];
        let first = lane.front();
        lane.pop();
        self.fronts[number] = lane.front().0 << LANE_BITS | number as u64;
        self.find_first();
        first
    }

    #[inline]
    fn pop_late(&mut self) -> Timed {
        let first = self.wheel.pop().unwrap_or(NOTHING);
        self.late_from = self.first_late();
        first
    }

    #[inline]
    fn pop_soon(&mut self) -> Timed {
        self.in_soon -= 1;
        let first = self.soon.pop().unwrap_or(NOTHING);
        self.soon_from = self.first_soon();
        first
    }

    #[inline]
    fn first_late(&self) -> u64 {
        let first = self.wheel.open_time();
        if first == NEVER { UNKNOWN } else { first }
    }

    #[inline]
    fn first_soon(&self) -> u64 {
        let first = self.soon.open_time();
        if first == NEVER && self.in_soon > 0 { UNKNOWN } else { first }
    }

    /// Replaces every event by what `becomes` makes of it; nothing may be before `now` [µs] then.
    pub(super) fn rebuild(&mut self, now: u64, mut becomes: impl FnMut(u64, u64) -> Option<Timed>) {
        let mut all = self.wheel.drain();
        all.append(&mut self.soon.drain());
        for (lane, (stray, last)) in self.lanes.iter_mut().zip(self.strays.iter_mut().zip(&self.lasts)) {
            all.extend(lane.drain());
            *stray = (*stray).max(*last);
        }
        self.lasts = [0; LANES];
        self.find_fronts();
        self.wheel.reset(self.shape, now, all.len() as u64);
        self.soon.reset(self.soon_shape, now, 0);
        (self.in_soon, self.late_from, self.soon_from) = (0, UNKNOWN, NEVER);
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
            let mut pending = Pending::new(Shape::of(34, 100, 1_000, 5_000), Shape::fine(34, 10, 500), [12, 0, 3, 1]);
            let (mut expected, mut now) = (BTreeSet::new(), 0);
            for (way, after, payload) in pushes {
                let event = (now + after, payload);
                if expected.insert(event) {
                    match way {
                        0..4 => pending.push_promise(way, event.0, payload),
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
