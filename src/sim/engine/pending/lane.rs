//! What one station has promised, in order.

use super::Timed;
use super::slots::Slots;
use crate::base::fifo::Fifo;
use crate::sim::calendar::key;

/// Places that are walked past at most for an event that comes before others; one further ahead goes elsewhere.
const MOST_NEAR: usize = 4_096;

/// In which order a station's promises end.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Order {
    /// Usually at most so many places before the order of their starts.
    Near(usize),
    /// In any order.
    Any(Spacing),
}

/// How close together services end.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Spacing {
    /// Time between two ends where all workers work [µs].
    pub(in super::super) width: u64,
    /// Time after which a service has usually ended that is promised now [µs].
    pub(in super::super) reach: u64,
}

/// A station's promises.
pub(super) enum Lane {
    /// Where services end in the order of their starts, or nearly.
    List(List),
    /// Where they do not.
    Slots(Slots),
}

/// One list in order.
pub(super) struct List {
    list: Fifo<Timed>,
    /// Time of the last event that the list was given [µs].
    last: u64,
    near: usize,
}

impl Lane {
    /// Returns no promises; `end` is later than all of them.
    pub(super) fn new(end: Timed, order: Order) -> Self {
        match order {
            Order::Near(near) => Self::List(List { list: Fifo::new(end), last: 0, near }),
            Order::Any(spacing) => Self::Slots(Slots::new(end, spacing)),
        }
    }

    /// Adds an event at `now` [µs], unless it has no place here.
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn push(&mut self, now: u64, event: Timed) -> bool {
        match self {
            Self::List(list) => list.push(event),
            Self::Slots(slots) => slots.push(now, event),
        }
    }

    /// Returns the first event, or the end mark.
    #[inline]
    pub(super) fn front(&self) -> Timed {
        match self {
            Self::List(list) => list.list.front(),
            Self::Slots(slots) => slots.front(),
        }
    }

    /// Removes the first event; there must be one.
    #[inline]
    pub(super) fn pop(&mut self) {
        match self {
            Self::List(list) => list.list.pop(),
            Self::Slots(slots) => slots.pop(),
        }
    }

    /// Tells the payloads of the first `most` events, but for those before a position that an earlier call has
    /// returned; returns the position behind them.
    pub(super) fn look_ahead(&mut self, position: usize, most: usize, mut tell: impl FnMut(u64)) -> usize {
        match self {
            Self::List(list) => list.list.from(position, most, |event| tell(event.1)),
            Self::Slots(slots) => {
                slots.look_ahead(tell);
                0
            }
        }
    }

    /// Removes all events and returns them in their order.
    pub(super) fn drain(&mut self) -> Vec<Timed> {
        match self {
            Self::List(list) => {
                list.last = 0;
                list.list.drain().collect()
            }
            Self::Slots(slots) => slots.drain(),
        }
    }
}

impl List {
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    fn push(&mut self, event: Timed) -> bool {
        if event.0 <= self.last {
            return self.push_between(event);
        }
        self.last = event.0;
        self.list.push(event);
        true
    }

    /// Adds an event that ends before others, or at the same time.
    #[inline(never)]
    fn push_between(&mut self, event: Timed) -> bool {
        let is_later = |other: Timed| key(other.0, other.1) > key(event.0, event.1);
        self.list.insert(event, self.near, is_later).is_some()
            || self.list.insert(event, MOST_NEAR, is_later).is_some()
    }
}
