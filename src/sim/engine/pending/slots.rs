//! Events in any order that come soon: a ring of slots, each shorter than the usual time between two events.
//!
//! Most slots hold one event or none, so an event is found without sorting: by the first bit of a map that is set.
//! Those that share one are chained in their order.

use super::Timed;
use super::lane::Spacing;
use crate::sim::engine::event::PAYLOAD_BITS;

/// No link.
const NONE: usize = usize::MAX;
/// Marks a slot that holds several events; below it stands their first link.
const CHAINED: u64 = 1 << (u64::BITS - 1);
/// Longest slot [log2 µs]: its offsets and a payload are one word.
const WIDEST: u32 = u64::BITS - 1 - PAYLOAD_BITS;
/// Fewest and most slots [log2].
const SLOT_BITS: (u32, u32) = (6, 16);
/// Slots of one word of a map.
const WORD: u64 = u64::BITS as u64;
/// Slots that are looked at before their time.
const AHEAD: u64 = WORD;

/// Events that come soon.
pub(super) struct Slots {
    width_bits: u32,
    mask: u64,
    /// The event of each slot as `offset in the slot | payload`, or [`CHAINED`].
    words: Vec<u64>,
    /// Which slots hold events, a bit each.
    occupied: Vec<u64>,
    /// Events that share their slot, each with the link after it; free ones are chained too.
    links: Vec<(u64, usize)>,
    free: usize,
    len: usize,
    /// Number of the slot of the first event, and the event; `end` where there is none.
    first: u64,
    front: Timed,
    end: Timed,
    /// Slots before this one have been looked at before their time.
    seen: u64,
}

impl Slots {
    /// Returns no events; `end` is later than all of them.
    pub(super) fn new(end: Timed, spacing: Spacing) -> Self {
        let width_bits = spacing.width.max(1).ilog2().min(WIDEST);
        let slots = (spacing.reach >> width_bits).max(1).ilog2() + 1;
        let slots = 1_usize << slots.clamp(SLOT_BITS.0, SLOT_BITS.1);
        Self {
            width_bits,
            mask: slots as u64 - 1,
            words: vec![0; slots],
            occupied: vec![0; slots / WORD as usize],
            links: Vec::new(),
            free: NONE,
            len: 0,
            first: u64::MAX,
            front: end,
            end,
            seen: 0,
        }
    }

    /// Returns the first event, or the end mark.
    #[inline]
    pub(super) fn front(&self) -> Timed {
        self.front
    }

    /// Adds an event, unless it comes too late for the ring. It is added at `now` [µs], which is never less than
    /// before, and not later than the event: so whatever is added later lies in the ring too.
    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    pub(super) fn push(&mut self, now: u64, (time, payload): Timed) -> bool {
        let slot = time >> self.width_bits;
        if slot - self.first.min(now >> self.width_bits) > self.mask {
            return false;
        }
        let word = (time & ((1 << self.width_bits) - 1)) << PAYLOAD_BITS | payload;
        let index = (slot & self.mask) as usize;
        let (map, bit) = (&mut self.occupied[index / WORD as usize], 1 << (slot % WORD));
        if *map & bit == 0 {
            *map |= bit;
            self.words[index] = word;
        } else {
            self.crowd(index, word);
        }
        self.len += 1;
        if slot <= self.first {
            self.first = slot;
            self.find_front();
        }
        true
    }

    /// Adds an event to a slot that holds some.
    #[inline(never)]
    fn crowd(&mut self, index: usize, word: u64) {
        let first = self.words[index];
        let (mut before, mut after) = (NONE, (first & !CHAINED) as usize);
        if first & CHAINED == 0 {
            after = self.link((first, NONE));
        }
        let head = after;
        while let Some(link) = self.links.get(after)
            && link.0 < word
        {
            (before, after) = (after, link.1);
        }
        let new = self.link((word, after));
        if let Some(link) = self.links.get_mut(before) {
            link.1 = new;
        }
        self.words[index] = CHAINED | if after == head { new } else { head } as u64;
    }

    /// Returns the number of a link with this content.
    fn link(&mut self, content: (u64, usize)) -> usize {
        let new = self.free;
        if let Some(link) = self.links.get_mut(new) {
            self.free = link.1;
            *link = content;
            new
        } else {
            self.links.push(content);
            self.links.len() - 1
        }
    }

    /// Removes the first of several events of a slot.
    #[inline(never)]
    fn thin(&mut self, index: usize) {
        let head = (self.words[index] & !CHAINED) as usize;
        let next = std::mem::replace(&mut self.links[head].1, self.free);
        self.free = head;
        self.words[index] = CHAINED | next as u64;
        let (word, after) = self.links[next];
        if after == NONE {
            self.words[index] = word;
            self.links[next].1 = std::mem::replace(&mut self.free, next);
        }
        self.find_front();
    }

    /// Reads the first event, whose slot is known.
    #[inline]
    fn find_front(&mut self) {
        let mut word = self.words[(self.first & self.mask) as usize];
        if word & CHAINED != 0 {
            word = self.links[(word & !CHAINED) as usize].0;
        }
        let time = (self.first << self.width_bits) + (word >> PAYLOAD_BITS);
        self.front = (time, word & ((1 << PAYLOAD_BITS) - 1));
    }

    /// Removes the first event; there must be one.
    #[inline]
    pub(super) fn pop(&mut self) {
        self.len -= 1;
        let index = (self.first & self.mask) as usize;
        if self.words[index] & CHAINED != 0 {
            return self.thin(index);
        }
        let map = &mut self.occupied[index / WORD as usize];
        *map &= !(1 << (self.first % WORD));
        let rest = *map >> (self.first % WORD);
        if rest != 0 {
            self.first += u64::from(rest.trailing_zeros());
            return self.find_front();
        }
        self.advance();
    }

    /// Finds the first event behind the word of the map with the slot that was the first.
    #[inline(never)]
    fn advance(&mut self) {
        if self.len == 0 {
            (self.first, self.front) = (u64::MAX, self.end);
            return;
        }
        let mut start = self.first - self.first % WORD;
        loop {
            start += WORD;
            let map = self.occupied[((start & self.mask) / WORD) as usize];
            if map != 0 {
                self.first = start + u64::from(map.trailing_zeros());
                return self.find_front();
            }
        }
    }

    /// Tells the payloads of events that come next, most of them, and each once.
    pub(super) fn look_ahead(&mut self, mut tell: impl FnMut(u64)) {
        if self.first == u64::MAX {
            return;
        }
        let until = self.first + AHEAD;
        let mut from = self.first.max(self.seen);
        while from < until {
            let start = from & self.mask & !(WORD - 1);
            let mut map = self.occupied[(start / WORD) as usize] >> (from % WORD) << (from % WORD);
            while map != 0 {
                let word = self.words[start as usize + map.trailing_zeros() as usize];
                if word & CHAINED == 0 {
                    tell(word & ((1 << PAYLOAD_BITS) - 1));
                }
                map &= map - 1;
            }
            from = from - from % WORD + WORD;
        }
        self.seen = from;
    }

    /// Removes all events and returns them in their order.
    pub(super) fn drain(&mut self) -> Vec<Timed> {
        let mut all = Vec::new();
        while self.front != self.end {
            all.push(self.front);
            self.pop();
        }
        self.seen = 0;
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const END: Timed = (u64::MAX, 0);

    proptest! {
        #[test]
        fn events_come_in_order_and_those_too_late_are_refused(
            (width, reach) in (1_u64..40, 1_u64..4_000),
            steps in prop::collection::vec((0_u8..8, 0_u64..120, 0_u64..9_000, 0_u64..4), 1..400),
        ) {
            let mut slots = Slots::new(END, Spacing { width, reach });
            let (mut expected, mut now) = (BTreeSet::new(), 0);
            for (step, pause, after, payload) in steps {
                now += pause;
                let usual = if step < 6 { after % 300 } else { after };
                let event = (now + usual, payload);
                let first = expected.first().map_or(now, |first: &Timed| first.0.min(now));
                if !expected.contains(&event) {
                    let (slot, ring) = (1 << slots.width_bits, (slots.mask + 1) << slots.width_bits);
                    let added = slots.push(now, event);
                    prop_assert!(event.0 < first + ring || !added);
                    prop_assert!(event.0 + slot > first + ring || added);
                    if added {
                        expected.insert(event);
                    }
                }
                prop_assert_eq!(Some(slots.front()), expected.first().copied().or(Some(END)));
                slots.look_ahead(|payload| assert!(payload < 4));
                // Sometimes more is taken than its time has come for, sometimes nothing.
                while expected.first().is_some_and(|first| step != 0 && first.0 < now + 20 * u64::from(step == 1)) {
                    prop_assert_eq!(Some(slots.front()), expected.pop_first());
                    slots.pop();
                }
            }
            prop_assert_eq!(slots.drain(), expected.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(slots.front(), END);
        }
    }
}
