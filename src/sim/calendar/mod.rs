//! A timing wheel: pending events in exact order at a cost that does not grow with their number.
//!
//! Time is cut into slots of `2^width_bits` µs. The ring holds the slots from the next one on; a push
//! appends one word to its slot, unsorted, so it touches one cache line. When a slot is opened its events
//! are sorted at once ([`sort`](mod@sort)) and popped from a plain list. The wheel never resizes: its
//! [`Shape`] is chosen for the expected number of events and the longest usual wait.
//!
//! An event is one word, `offset in the slot | payload`, so its order is that of (time, payload) and
//! needs no second look. Invariants:
//!
//! * `open[at..]` and `side` hold what is left of the open slot, `next - 1`; `side` takes what is pushed
//!   into it while it is open, and `side_min` is its smallest event.
//! * Ring position `s mod slots` holds slot `s` for `next ≤ s < next + slots`, and nothing else.
//! * `far` holds what lies beyond; it is moved into the ring before any slot at or after it opens.
//! * A slot's cursor is where its next word goes, 0 while it has none; a multiple of the chunk length
//!   means that its chunk is full. `links` leads from a chunk to the one filled before it.
//!
//! Chunks come from a free list, and a drained slot gives them back before the next fills, so the wheel
//! needs little more than 8 B per pending event. It serves any engine whose payload fits.

mod sort;

use sort::Sorter;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Binary logarithm of the words in a chunk.
const CHUNK_BITS: u32 = 6;
/// Words in a chunk: 512 B.
const CHUNK: u32 = 1 << CHUNK_BITS;
/// No chunk before this one.
const NONE: u32 = u32::MAX;
/// No event: payload and offset leave the top bit free.
const NEVER: u64 = u64::MAX;
/// Most bits of payload and offset together.
const EVENT_BITS: u32 = 63;
/// Events per slot that sorting and pushing cost least with.
const EVENTS_PER_SLOT: u64 = 1_024;
/// Fewest slots [log2].
const FEWEST_SLOTS: u32 = 6;
/// Most slots where slots may be as wide as they like [log2]: their ends stay in the first caches.
const USUAL_SLOTS: u32 = 12;
/// Most slots at all [log2].
const MOST_SLOTS: u32 = 16;

/// How a wheel is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bits of a payload, at most 62.
    payload_bits: u32,
    /// Length of a slot [log2 µs].
    width_bits: u32,
    /// Number of slots [log2].
    slot_bits: u32,
}

impl Shape {
    /// Returns the shape for payloads of so many bits (at most 60) and about `events` pending events,
    /// most of which wait for up to `usual` and all of them for up to `reach` [µs]. Whatever comes out,
    /// every event is popped in order; events beyond the ring cost the logarithm of their number.
    pub fn of(payload_bits: u32, events: u64, usual: u64, reach: u64) -> Self {
        debug_assert!(payload_bits <= 60, "an event is one word");
        let mut slot_bits = (events / EVENTS_PER_SLOT).max(1).ilog2().clamp(FEWEST_SLOTS, USUAL_SLOTS);
        let slots = |slot_bits: u32| (1_u64 << slot_bits) - 2;
        let widest = EVENT_BITS - payload_bits;
        let width_bits = (u64::BITS - (usual / slots(slot_bits)).leading_zeros()).min(widest);
        // One slot is open, and a wait may end in the slot after its last full one.
        while reach >> width_bits > slots(slot_bits) && slot_bits < MOST_SLOTS {
            slot_bits += 1;
        }
        Self { payload_bits, width_bits, slot_bits }
    }
}

/// Returns a number that orders events by time [µs] and payload.
#[inline]
pub fn key(time: u64, payload: u64) -> u128 {
    u128::from(time) << 64 | u128::from(payload)
}

/// A queue of events in the order of (time, payload).
#[derive(Debug)]
pub struct Wheel {
    shape: Shape,
    /// Masks of a payload, of an event and of a ring position.
    payload_mask: u64,
    event_mask: u64,
    slot_mask: u64,
    /// Number of the first slot that has not been opened.
    next: u64,
    /// Ring: where the next word of each slot goes.
    cursors: Vec<u32>,
    /// Ring: which slots hold events, a bit each.
    occupied: Vec<u64>,
    /// The chunks.
    words: Vec<u64>,
    links: Vec<u32>,
    free: Vec<u32>,
    /// Time and payload of events beyond the ring.
    far: BinaryHeap<Reverse<(u64, u64)>>,
    /// Sorted events of the open slot, with [`NEVER`] at the end.
    open: Vec<u64>,
    at: usize,
    /// Start of the open slot [µs].
    start: u64,
    side: BinaryHeap<Reverse<u64>>,
    side_min: u64,
    sorter: Sorter,
}

impl Default for Wheel {
    fn default() -> Self {
        Self::new(Shape::of(44, 0, 0, 0), 0)
    }
}

impl Wheel {
    /// Returns an empty wheel that takes events from `from` [µs] on.
    pub fn new(shape: Shape, from: u64) -> Self {
        let mut wheel = Self {
            shape,
            payload_mask: 0,
            event_mask: 0,
            slot_mask: 0,
            next: 0,
            cursors: Vec::new(),
            occupied: Vec::new(),
            words: Vec::new(),
            links: Vec::new(),
            free: Vec::new(),
            far: BinaryHeap::new(),
            open: Vec::new(),
            at: 0,
            start: 0,
            side: BinaryHeap::new(),
            side_min: NEVER,
            sorter: Sorter::default(),
        };
        wheel.reset(shape, from, 0);
        wheel
    }

    /// Empties the wheel, gives it a new shape and lets it take events from `from` [µs] on; keeps its
    /// memory and makes room for so many events.
    pub fn reset(&mut self, shape: Shape, from: u64, events: u64) {
        let slots = 1_usize << shape.slot_bits;
        self.shape = shape;
        self.payload_mask = (1 << shape.payload_bits) - 1;
        self.event_mask = (1 << (shape.payload_bits + shape.width_bits)) - 1;
        self.slot_mask = slots as u64 - 1;
        self.next = from >> shape.width_bits;
        self.start = 0;
        self.cursors.clear();
        self.cursors.resize(slots, 0);
        self.occupied.clear();
        self.occupied.resize(slots.div_ceil(64), 0);
        // Every slot may have begun a chunk.
        let room = events as usize + (events as usize).min(slots) * CHUNK as usize;
        self.words.reserve_exact(room.saturating_sub(self.words.len()));
        self.free.clear();
        self.free.extend((0..self.links.len() as u32).rev());
        self.far.clear();
        self.open.clear();
        self.open.push(NEVER);
        self.at = 0;
        self.side.clear();
        self.side_min = NEVER;
    }

    /// Adds an event. `time` [µs] must not be before the event popped last, nor before `from`; the
    /// payload must have no more bits than the shape allows.
    #[expect(clippy::inline_always, reason = "a tenth of a run is calls otherwise")]
    #[inline(always)]
    pub fn push(&mut self, time: u64, payload: u64) {
        debug_assert!(payload <= self.payload_mask, "payload too wide");
        let slot = time >> self.shape.width_bits;
        if slot.wrapping_sub(self.next) > self.slot_mask {
            return self.push_aside(time, payload);
        }
        let event = self.event(time, payload);
        let index = (slot & self.slot_mask) as usize;
        let mut cursor = self.cursors[index];
        if cursor & (CHUNK - 1) == 0 {
            cursor = self.begin_chunk(index, cursor);
        }
        self.words[cursor as usize] = event;
        self.cursors[index] = cursor + 1;
    }

    /// Removes and returns the time [µs] and payload of the first event.
    #[expect(clippy::inline_always, reason = "a tenth of a run is calls otherwise")]
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(u64, u64)> {
        loop {
            let first = self.open[self.at];
            let event = if first < self.side_min {
                self.at += 1;
                first
            } else if self.side_min != NEVER {
                self.pop_side()
            } else if self.advance() {
                continue;
            } else {
                return None;
            };
            return Some((self.start + (event >> self.shape.payload_bits), event & self.payload_mask));
        }
    }

    /// Returns the [`key`] of the first event if it is before `limit` (a [`key`]), and lets it be. After that,
    /// events from `limit` on can still be added, also some before those that are there.
    #[inline]
    pub fn peek_before(&mut self, limit: u128) -> Option<u128> {
        loop {
            if let Some(event) = self.peek_open() {
                return (event < limit).then_some(event);
            }
            if !self.advance_until((limit >> 64) as u64) {
                return None;
            }
        }
    }

    /// Returns the [`key`] of the first event of the slot that is open, if it holds any.
    #[expect(clippy::inline_always, reason = "a tenth of a run is calls otherwise")]
    #[inline(always)]
    pub fn peek_open(&self) -> Option<u128> {
        let first = self.open[self.at].min(self.side_min);
        let event = key(self.start + (first >> self.shape.payload_bits), first & self.payload_mask);
        (first != NEVER).then_some(event)
    }

    /// Returns the time of the first event of the slot that is open [µs]; `u64::MAX` where it holds none.
    #[expect(clippy::inline_always, reason = "a tenth of a run is calls otherwise")]
    #[inline(always)]
    pub fn open_time(&self) -> u64 {
        let first = self.open[self.at].min(self.side_min);
        if first == NEVER { u64::MAX } else { self.start + (first >> self.shape.payload_bits) }
    }

    /// Returns the number of the slot that is open, what it held when it was opened, and how much of that is gone.
    pub fn opened(&self) -> (u64, usize, &[u64]) {
        (self.next, self.at, self.open.split_last().map_or(&[], |(_, events)| events))
    }

    /// Returns the payload of an event of the slot that is open.
    #[inline]
    pub fn payload(&self, event: u64) -> u64 {
        event & self.payload_mask
    }

    /// Removes all events and returns them in no order.
    pub fn drain(&mut self) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| self.pop()).collect()
    }

    #[inline]
    fn event(&self, time: u64, payload: u64) -> u64 {
        (time << self.shape.payload_bits | payload) & self.event_mask
    }

    /// Gives a slot a chunk; returns where its first word goes.
    #[cold]
    #[inline(never)]
    fn begin_chunk(&mut self, index: usize, cursor: u32) -> u32 {
        let chunk = self.free.pop().unwrap_or_else(|| {
            self.words.resize(self.words.len() + CHUNK as usize, 0);
            self.links.push(NONE);
            self.links.len() as u32 - 1
        });
        // A cursor of 0 gives NONE.
        self.links[chunk as usize] = (cursor >> CHUNK_BITS).wrapping_sub(1);
        self.occupied[index / 64] |= 1 << (index % 64);
        chunk << CHUNK_BITS
    }

    /// Adds an event of the open slot, or one beyond the ring.
    #[cold]
    #[inline(never)]
    fn push_aside(&mut self, time: u64, payload: u64) {
        if (time >> self.shape.width_bits).wrapping_add(1) == self.next {
            let event = self.event(time, payload);
            self.side.push(Reverse(event));
            self.side_min = self.side_min.min(event);
        } else {
            debug_assert!(time >> self.shape.width_bits >= self.next, "an event in the past");
            self.far.push(Reverse((time, payload)));
        }
    }

    #[cold]
    #[inline(never)]
    fn pop_side(&mut self) -> u64 {
        let event = self.side.pop().map_or(NEVER, |first| first.0);
        self.side_min = self.side.peek().map_or(NEVER, |first| first.0);
        event
    }

    /// Opens the next slot that holds events; returns whether there is one.
    #[inline]
    fn advance(&mut self) -> bool {
        self.advance_until(u64::MAX)
    }

    /// Opens the next slot that holds events, if it begins at or before `limit` [µs]; returns whether it does.
    #[cold]
    #[inline(never)]
    fn advance_until(&mut self, limit: u64) -> bool {
        let Some(slot) = self.next_slot() else { return false };
        if slot << self.shape.width_bits > limit {
            return false;
        }
        self.next = slot + 1;
        self.start = slot << self.shape.width_bits;
        self.at = 0;
        self.gather((slot & self.slot_mask) as usize);
        while let Some(&Reverse((time, payload))) = self.far.peek() {
            let ahead = (time >> self.shape.width_bits) - slot;
            if ahead > self.slot_mask + 1 {
                break;
            }
            self.far.pop();
            if ahead == 0 {
                let event = self.event(time, payload);
                self.sorter.batch.push(event);
            } else {
                self.push(time, payload);
            }
        }
        self.sorter.sort(&mut self.open, self.shape.width_bits + self.shape.payload_bits);
        self.open.push(NEVER);
        true
    }

    /// Returns the number of the first slot that holds events and is not open.
    fn next_slot(&self) -> Option<u64> {
        let far = self.far.peek().map(|first| first.0.0 >> self.shape.width_bits);
        [self.next_occupied(), far].into_iter().flatten().min()
    }

    /// Returns the number of the first slot of the ring that holds events.
    fn next_occupied(&self) -> Option<u64> {
        let slots = 1_u64 << self.shape.slot_bits;
        let from = self.next & (slots - 1);
        let words = self.occupied.len();
        // The word of `from` comes twice: first its upper part, at last its lower part.
        (0..=words).find_map(|step| {
            let word = (from as usize / 64 + step) % words;
            let mask = match step {
                0 => u64::MAX << (from % 64),
                _ if step == words => !(u64::MAX << (from % 64)),
                _ => u64::MAX,
            };
            let found = self.occupied[word] & mask;
            let index = word as u64 * 64 + u64::from(found.trailing_zeros());
            (found != 0).then(|| self.next + (index.wrapping_sub(from) & (slots - 1)))
        })
    }

    /// Moves the events of a ring position to the sorter and frees their chunks.
    fn gather(&mut self, index: usize) {
        self.sorter.batch.clear();
        let cursor = std::mem::take(&mut self.cursors[index]);
        self.occupied[index / 64] &= !(1 << (index % 64));
        if cursor == 0 {
            return;
        }
        let mut chunk = (cursor - 1) >> CHUNK_BITS;
        let mut end = cursor as usize;
        while chunk != NONE {
            self.sorter.batch.extend_from_slice(&self.words[(chunk << CHUNK_BITS) as usize..end]);
            self.free.push(chunk);
            chunk = self.links[chunk as usize];
            end = (chunk.wrapping_add(1) as usize) << CHUNK_BITS;
        }
    }
}

#[cfg(test)]
mod tests;
