//! A look at the events that come soon.
//!
//! Millions of devices do not fit into the caches of a core, and each event is about another one. Whoever reads
//! what the next events need in one go waits for far memory once, and not once per event.

use super::{LANES, Pending};
use crate::sim::calendar::Wheel;

/// Events of each list and of the wheel that are looked at before they come.
const AHEAD: usize = 32;

/// How far has been looked.
#[derive(Default)]
pub(super) struct Ahead {
    /// Position in each list.
    lanes: [usize; LANES],
    late: Opened,
}

/// How far has been looked into the open slot of the wheel.
#[derive(Default)]
struct Opened {
    slot: u64,
    seen: usize,
}

impl Opened {
    fn look(&mut self, wheel: &Wheel, tell: &mut impl FnMut(u64)) {
        let (slot, at, events) = wheel.opened();
        if slot != self.slot {
            (self.slot, self.seen) = (slot, at);
        }
        let until = events.len().min(at + AHEAD);
        for &event in events.get(self.seen.max(at)..until).unwrap_or_default() {
            tell(wheel.payload(event));
        }
        self.seen = self.seen.max(until);
    }
}

impl Pending {
    /// Tells the payloads of events that come soon, most of them, and each once.
    pub(in super::super) fn look_ahead(&mut self, mut tell: impl FnMut(u64)) {
        for (lane, seen) in self.lanes.iter_mut().zip(&mut self.ahead.lanes) {
            *seen = lane.look_ahead(*seen, AHEAD, &mut tell);
        }
        self.ahead.late.look(&self.wheel, &mut tell);
    }
}
