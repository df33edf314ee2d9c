//! Pending events in the order of (time, payload).
//!
//! Most waits are long and of any length: those events lie in a timing wheel. What a station has promised
//! comes soon and nearly in order; those events wait in one short list per station, where putting one in its
//! place costs a few comparisons at the end of the list.

use crate::sim::calendar::{Shape, Wheel};
use std::collections::VecDeque;

/// Number of lists.
const LANES: usize = 4;
/// Places from the end of a list that are looked at before an event goes into the wheel.
const NEAR: usize = 12;
/// Later than every event.
const NEVER: (u64, u64) = (u64::MAX, u64::MAX);

/// Pending events.
pub(super) struct Pending {
    wheel: Wheel,
    shape: Shape,
    lanes: [VecDeque<(u64, u64)>; LANES],
    /// The first event of each list.
    fronts: [(u64, u64); LANES],
    /// The first event of all lists, and its list.
    first: ((u64, u64), usize),
}

impl Pending {
    /// Returns no events.
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            wheel: Wheel::new(shape, 0),
            shape,
            lanes: Default::default(),
            fronts: [NEVER; LANES],
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
        let (event, station) = ((time, payload), station % LANES);
        let lane = &mut self.lanes[station];
        if lane.back().is_some_and(|&last| last < event) {
            lane.push_back(event);
            return;
        }
        let behind = lane.iter().rev().take(NEAR).take_while(|&&other| other > event).count();
        if behind == NEAR {
            self.wheel.push(time, payload);
            return;
        }
        lane.insert(lane.len() - behind, event);
        if event < self.fronts[station] {
            self.fronts[station] = event;
            if event < self.first.0 {
                self.first = (event, station);
            }
        }
    }

    /// Removes and returns the first event if it is before `limit` [µs].
    #[inline]
    pub(super) fn pop_before(&mut self, limit: u64) -> Option<(u64, u64)> {
        let (promised, lane) = self.first;
        if let Some(event) = self.wheel.pop_before(promised.min((limit, 0))) {
            return Some(event);
        }
        if promised.0 >= limit {
            return None;
        }
        let rest = &mut self.lanes[lane];
        rest.pop_front();
        self.fronts[lane] = rest.front().copied().unwrap_or(NEVER);
        self.first = (self.fronts[0], 0);
        for (index, &front) in self.fronts.iter().enumerate().skip(1) {
            if front < self.first.0 {
                self.first = (front, index);
            }
        }
        Some(promised)
    }

    /// Replaces every event by what `becomes` makes of it; nothing may be before `now` [µs] then.
    pub(super) fn rebuild(&mut self, now: u64, mut becomes: impl FnMut(u64, u64) -> Option<(u64, u64)>) {
        let mut all = self.wheel.drain();
        for lane in &mut self.lanes {
            all.extend(lane.drain(..));
        }
        (self.fronts, self.first) = ([NEVER; LANES], (NEVER, 0));
        self.wheel.reset(self.shape, now, all.len() as u64);
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
            let mut pending = Pending::new(Shape::of(34, 100, 1_000, 5_000));
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
