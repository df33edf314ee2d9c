//! Pending events in the order of (time, payload).
//!
//! Most waits are long and of any length: those events lie in a timing wheel. What a station has promised
//! comes soon: where its services end in the order of their starts, or nearly, those events wait in one
//! short list per station; where they do not, in a second wheel with narrow slots.

use crate::sim::calendar::{Shape, Wheel, key};
use std::collections::VecDeque;

/// Number of lists.
const LANES: usize = 4;
/// Places from the end of a list that are looked at before an event goes into a wheel.
const NEAR: usize = 12;
/// Later than every event.
const NEVER: u128 = u128::MAX;

/// Pending events.
pub(super) struct Pending {
    wheel: Wheel,
    shape: Shape,
    soon: Wheel,
    soon_shape: Shape,
    /// Events in `soon`.
    in_soon: usize,
    lanes: [VecDeque<u128>; LANES],
    /// The first and the last event of each list; 0 is before every event.
    fronts: [u128; LANES],
    lasts: [u128; LANES],
    /// The first event of each pair of lists and of all, and its list.
    pairs: [(u128, usize); LANES / 2],
    first: (u128, usize),
}

impl Pending {
    /// Returns no events, to be kept in wheels of these shapes: for all waits, and for promises.
    pub(super) fn new(shape: Shape, soon_shape: Shape) -> Self {
        Self {
            wheel: Wheel::new(shape, 0),
            shape,
            soon: Wheel::new(soon_shape, 0),
            soon_shape,
            in_soon: 0,
            lanes: Default::default(),
            fronts: [NEVER; LANES],
            lasts: [0; LANES],
            pairs: [(NEVER, 0), (NEVER, 2)],
            first: (NEVER, 0),
        }
    }

    /// Adds an event.
    #[inline]
    pub(super) fn push(&mut self, time: u64, payload: u64) {
        self.wheel.push(time, payload);
    }

    /// Adds an event that a station has promised.
    #[inline]
    pub(super) fn push_promise(&mut self, station: usize, time: u64, payload: u64) {
        let (event, station) = (key(time, payload), station % LANES);
        if event < self.lasts[station] {
            return self.push_between(station, time, payload);
        }
        self.lanes[station].push_back(event);
        self.lasts[station] = event;
        if self.fronts[station] == NEVER {
            self.set_front(station, event);
        }
    }

    /// Adds a promise to a list that ends later.
    fn push_between(&mut self, station: usize, time: u64, payload: u64) {
        let (event, lane) = (key(time, payload), &mut self.lanes[station]);
        let behind = lane.iter().rev().take(NEAR).take_while(|&&other| other > event).count();
        if behind == NEAR {
            self.soon.push(time, payload);
            self.in_soon += 1;
            return;
        }
        lane.insert(lane.len() - behind, event);
        if event < self.fronts[station] {
            self.set_front(station, event);
        }
    }

    /// A list begins earlier than before.
    #[inline]
    fn set_front(&mut self, station: usize, event: u128) {
        self.fronts[station] = event;
        if event < self.pairs[station / 2].0 {
            self.pairs[station / 2] = (event, station);
        }
        if event < self.first.0 {
            self.first = (event, station);
        }
    }

    /// Removes and returns the first event if it is before `limit` [µs].
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn pop_before(&mut self, limit: u64) -> Option<(u64, u64)> {
        if self.in_soon > 0 {
            return self.pop_of_all(limit);
        }
        let (promised, lane) = self.first;
        let limit = key(limit, 0);
        if let Some(event) = self.wheel.pop_before(promised.min(limit)) {
            return Some(event);
        }
        if promised >= limit {
            return None;
        }
        self.pop_front(lane);
        Some(split(promised))
    }

    /// The same, with promises in the second wheel.
    #[inline(never)]
    fn pop_of_all(&mut self, limit: u64) -> Option<(u64, u64)> {
        let (promised, lane) = self.first;
        let (mut late, mut soon) = (self.wheel.peek_open(), self.soon.peek_open());
        let known = late.unwrap_or(NEVER).min(soon.unwrap_or(NEVER));
        let mut bound = promised.min(key(limit, 0)).min(known);
        // A wheel's slot may be opened only where nothing can come before it that is not known yet.
        let mut open = |wheel: &mut Wheel, event: &mut Option<u128>| {
            *event = event.or_else(|| wheel.peek_before(bound));
            bound = bound.min(event.unwrap_or(NEVER));
        };
        if late.is_none() && soon.is_none() && self.soon.next_start() < self.wheel.next_start() {
            open(&mut self.soon, &mut soon);
        }
        open(&mut self.wheel, &mut late);
        open(&mut self.soon, &mut soon);
        if late == Some(bound) {
            self.wheel.pop_open();
        } else if soon == Some(bound) {
            self.soon.pop_open();
            self.in_soon -= 1;
        } else if promised == bound {
            self.pop_front(lane);
        } else {
            return None;
        }
        Some(split(bound))
    }

    #[inline]
    fn pop_front(&mut self, lane: usize) {
        let (lane, beside) = (lane % LANES, (lane % LANES) ^ 1);
        let rest = &mut self.lanes[lane];
        rest.pop_front();
        let front = rest.front().copied().unwrap_or(NEVER);
        self.fronts[lane] = front;
        if front == NEVER {
            self.lasts[lane] = 0;
        }
        let pair = lane / 2;
        let own = if front < self.fronts[beside] { (front, lane) } else { (self.fronts[beside], beside) };
        self.pairs[pair] = own;
        let other = self.pairs[1 - pair];
        self.first = if own.0 < other.0 { own } else { other };
    }

    /// Replaces every event by what `becomes` makes of it; nothing may be before `now` [µs] then.
    pub(super) fn rebuild(&mut self, now: u64, mut becomes: impl FnMut(u64, u64) -> Option<(u64, u64)>) {
        let mut all = self.wheel.drain();
        all.append(&mut self.soon.drain());
        for lane in &mut self.lanes {
            all.extend(lane.drain(..).map(split));
        }
        (self.fronts, self.lasts) = ([NEVER; LANES], [0; LANES]);
        (self.pairs, self.first) = ([(NEVER, 0), (NEVER, 2)], (NEVER, 0));
        self.wheel.reset(self.shape, now, all.len() as u64);
        self.soon.reset(self.soon_shape, now, 0);
        self.in_soon = 0;
        for (time, payload) in all.into_iter().filter_map(|(time, payload)| becomes(time, payload)) {
            self.wheel.push(time, payload);
        }
    }
}

/// Returns time [µs] and payload of a [`key`].
#[inline]
fn split(event: u128) -> (u64, u64) {
    ((event >> 64) as u64, event as u64)
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
            let mut pending = Pending::new(Shape::of(34, 100, 1_000, 5_000), Shape::fine(34, 10, 500));
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
