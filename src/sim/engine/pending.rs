//! Pending events in the order of (time, payload).
//!
//! Most waits are long and of any length: those events lie in a timing wheel. What a station has promised
//! comes soon: where its services end in the order of their starts, or nearly, those events wait in one
//! short list per station; where they do not, in a second wheel with narrow slots. What comes first is
//! decided by times alone; payloads are looked at only where times are equal.

use crate::sim::calendar::{Shape, Wheel, key};
use std::collections::VecDeque;

/// Number of lists.
const LANES: usize = 4;
/// Places from the end of a list that are looked at before an event goes into a wheel.
const NEAR: usize = 12;
/// Later than every event [µs].
const NEVER: u64 = u64::MAX;

/// Time [µs] and payload of an event.
type Timed = (u64, u64);

/// Pending events.
pub(super) struct Pending {
    wheel: Wheel,
    shape: Shape,
    soon: Wheel,
    soon_shape: Shape,
    /// Events in `soon`.
    in_soon: usize,
    lanes: [VecDeque<Timed>; LANES],
    /// Times of the first and the last event of each list; never, and 0, where it is empty [µs].
    fronts: [u64; LANES],
    lasts: [u64; LANES],
    /// The list whose first event is the first of all, and its time [µs].
    first: (u64, usize),
    /// Stations whose promises come in so little order that their lists take only what comes last.
    disordered: [bool; LANES],
}

impl Pending {
    /// Returns no events, to be kept in wheels of these shapes: for all waits, and for promises, of which
    /// those of some stations come in little order.
    pub(super) fn new(shape: Shape, soon_shape: Shape, disordered: [bool; LANES]) -> Self {
        Self {
            wheel: Wheel::new(shape, 0),
            shape,
            soon: Wheel::new(soon_shape, 0),
            soon_shape,
            in_soon: 0,
            lanes: Default::default(),
            fronts: [NEVER; LANES],
            lasts: [0; LANES],
            first: (NEVER, 0),
            disordered,
        }
    }

    /// Adds an event.
    #[inline]
    pub(super) fn push(&mut self, time: u64, payload: u64) {
        self.wheel.push(time, payload);
    }

    /// Adds an event that a station has promised.
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn push_promise(&mut self, station: usize, time: u64, payload: u64) {
        let station = station % LANES;
        if time <= self.lasts[station] {
            return self.push_between(station, (time, payload));
        }
        self.lanes[station].push_back((time, payload));
        self.lasts[station] = time;
        if self.fronts[station] == NEVER {
            self.fronts[station] = time;
            self.find_first();
        }
    }

    /// Adds a promise to a list that ends later, or at the same time.
    #[inline(never)]
    fn push_between(&mut self, station: usize, event: Timed) {
        let lane = &mut self.lanes[station];
        let near = if self.disordered[station] { 0 } else { NEAR };
        let behind = lane.iter().rev().take(near).take_while(|&&other| other > event).count();
        if behind == near {
            self.soon.push(event.0, event.1);
            self.in_soon += 1;
            return;
        }
        lane.insert(lane.len() - behind, event);
        self.lasts[station] = self.lasts[station].max(event.0);
        self.fronts[station] = self.fronts[station].min(event.0);
        self.find_first();
    }

    /// Finds the list whose first event is the first of all.
    #[inline]
    fn find_first(&mut self) {
        let [a, b, c, d] = self.fronts;
        let time = a.min(b).min(c.min(d));
        let is_first = self.fronts.map(|front| u32::from(front == time));
        let lanes = is_first[0] | is_first[1] << 1 | is_first[2] << 2 | is_first[3] << 3;
        let lane = if lanes.is_power_of_two() { lanes.trailing_zeros() as usize } else { self.tie(time) };
        self.first = (time, lane);
    }

    /// Returns which of the lists that begin at this time comes first.
    #[cold]
    #[inline(never)]
    fn tie(&self, time: u64) -> usize {
        let fronts = self.lanes.iter().map(|lane| lane.front().filter(|front| front.0 == time));
        let first = fronts.enumerate().filter_map(|(lane, front)| Some((front?.1, lane))).min();
        first.map_or(0, |(_, lane)| lane)
    }

    /// Removes and returns the first event if it is before `limit` [µs].
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn pop_before(&mut self, limit: u64) -> Option<Timed> {
        let (promised, lane) = self.first;
        let (late, soon) = (self.wheel.open_time(), self.soon.open_time());
        let bound = promised.min(limit).min(soon);
        let soon_is_unknown = soon == NEVER && self.in_soon > 0;
        if late == NEVER || late == bound || soon == promised.min(limit) || soon_is_unknown {
            return self.pop_of_all(limit);
        }
        if late < bound {
            self.wheel.pop()
        } else if soon == bound {
            self.in_soon -= 1;
            self.soon.pop()
        } else if promised < limit {
            self.pop_front(lane)
        } else {
            None
        }
    }

    /// The same, whatever there is.
    #[inline(never)]
    fn pop_of_all(&mut self, limit: u64) -> Option<Timed> {
        let (time, lane) = self.first;
        let promised = self.lanes[lane].front().map_or(u128::MAX, |front| key(time, front.1));
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
        if late == Some(bound) {
            self.wheel.pop()
        } else if soon == Some(bound) {
            self.in_soon -= 1;
            self.soon.pop()
        } else if promised == bound {
            self.pop_front(lane)
        } else {
            None
        }
    }

    /// Removes and returns the first event of the list that comes first.
    #[inline]
    fn pop_front(&mut self, lane: usize) -> Option<Timed> {
        let rest = &mut self.lanes[lane % LANES];
        let first = rest.pop_front();
        let front = rest.front().map_or(NEVER, |front| front.0);
        self.fronts[lane % LANES] = front;
        if front == NEVER {
            self.lasts[lane % LANES] = 0;
        }
        self.find_first();
        first
    }

    /// Replaces every event by what `becomes` makes of it; nothing may be before `now` [µs] then.
    pub(super) fn rebuild(&mut self, now: u64, mut becomes: impl FnMut(u64, u64) -> Option<Timed>) {
        let mut all = self.wheel.drain();
        all.append(&mut self.soon.drain());
        for lane in &mut self.lanes {
            all.extend(lane.drain(..));
        }
        (self.fronts, self.lasts, self.first) = ([NEVER; LANES], [0; LANES], (NEVER, 0));
        self.wheel.reset(self.shape, now, all.len() as u64);
        self.soon.reset(self.soon_shape, now, 0);
        self.in_soon = 0;
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
            let mut pending = Pending::new(Shape::of(34, 100, 1_000, 5_000), Shape::fine(34, 10, 500), [false, true, false, true]);
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
            while let Some(event) = pending.pop_before(u64::MAX) {
                prop_assert_eq!(Some(event), expected.pop_first());
            }
            prop_assert!(expected.is_empty());
        }
    }
}
