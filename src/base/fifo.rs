//! A first-in-first-out list for what is looked at far more often than it changes.
//!
//! Behind the last value lies an end mark, so the front can be read and compared without asking whether there
//! is one. It keeps its memory and never shrinks.

/// Places at first, a power of two.
const PLACES: usize = 64;

/// Values in their order, and an end mark behind them.
#[derive(Clone, Debug)]
pub struct Fifo<T> {
    /// As many as a power of two.
    ring: Vec<T>,
    /// Positions of the first value and of the end mark, counted on without end.
    head: usize,
    tail: usize,
    end: T,
}

impl<T: Copy> Fifo<T> {
    /// Returns no values; `end` is what the front of an empty list is.
    pub fn new(end: T) -> Self {
        Self { ring: vec![end; PLACES], head: 0, tail: 0, end }
    }

    /// Returns the number of values.
    #[inline]
    pub fn len(&self) -> usize {
        self.tail.wrapping_sub(self.head)
    }

    /// Returns whether there is no value.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    /// Returns the first value, or the end mark.
    #[inline]
    pub fn front(&self) -> T {
        self.ring[self.head & (self.ring.len() - 1)]
    }

    /// Adds a value behind the others.
    #[inline]
    pub fn push(&mut self, value: T) {
        if self.len() + 2 > self.ring.len() {
            self.grow();
        }
        let mask = self.ring.len() - 1;
        self.ring[self.tail & mask] = value;
        self.tail = self.tail.wrapping_add(1);
        self.ring[self.tail & mask] = self.end;
    }

    /// Removes the first value; there must be one.
    #[inline]
    pub fn pop(&mut self) {
        debug_assert!(!self.is_empty(), "the end mark stays");
        self.head = self.head.wrapping_add(1);
    }

    /// Adds a value before those at the end that are `later`, if they are at most `near`; returns how many values
    /// stand before it then. All that are later must stand behind all that are not.
    #[inline]
    pub fn insert(&mut self, value: T, near: usize, later: impl Fn(T) -> bool) -> Option<usize> {
        let (mask, tail, len) = (self.ring.len() - 1, self.tail, self.len());
        // Halves without a guess: where a value goes is as good as random.
        let (mut behind, mut left) = (0, len.min(near + 1));
        while left > 0 {
            let half = left.div_ceil(2);
            let is_later = later(self.ring[tail.wrapping_sub(behind + half) & mask]);
            behind += half * usize::from(is_later);
            left -= half;
        }
        if behind > near {
            return None;
        }
        self.push(value);
        let mask = self.ring.len() - 1;
        let (place, end) = (self.tail.wrapping_sub(behind + 1) & mask, self.tail.wrapping_sub(1) & mask);
        if place <= end {
            self.ring.copy_within(place..end, place + 1);
        } else {
            for back in 1..=behind {
                let to = self.tail.wrapping_sub(back) & mask;
                self.ring[to] = self.ring[to.wrapping_sub(1) & mask];
            }
        }
        self.ring[place] = value;
        Some(len - behind)
    }

    /// Tells the first `most` values, but for those before a position that an earlier call has returned; returns
    /// the position behind them.
    pub fn from(&self, position: usize, most: usize, mut tell: impl FnMut(T)) -> usize {
        let done = position.wrapping_sub(self.head);
        let done = if done > self.len() { 0 } else { done };
        let until = self.len().min(most).max(done);
        for at in done..until {
            tell(self.ring[self.head.wrapping_add(at) & (self.ring.len() - 1)]);
        }
        self.head.wrapping_add(until)
    }

    /// Removes all values and returns them in their order.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        std::iter::from_fn(|| {
            let first = (!self.is_empty()).then(|| self.front());
            if first.is_some() {
                self.pop();
            }
            first
        })
    }

    /// Removes all values.
    pub fn clear(&mut self) {
        (self.head, self.tail) = (0, 0);
        self.ring[0] = self.end;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let (places, values) = (self.ring.len(), self.len());
        let mut ring: Vec<T> =
            (0..=values).map(|at| self.ring[self.head.wrapping_add(at) & (places - 1)]).collect();
        ring.resize(2 * places, self.end);
        (self.ring, self.head, self.tail) = (ring, 0, values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    proptest! {
        #[test]
        fn is_a_queue_that_values_can_be_put_into_near_its_end(
            steps in prop::collection::vec((0_u8..8, 0_u32..1_000), 0..1_000),
        ) {
            let (mut fifo, mut plain) = (Fifo::new(u32::MAX), VecDeque::new());
            for (step, value) in steps {
                match step {
                    0..4 => {
                        let value = value.saturating_add(plain.back().copied().unwrap_or(0));
                        fifo.push(value);
                        plain.push_back(value);
                    }
                    4 | 5 => {
                        if !plain.is_empty() {
                            fifo.pop();
                        }
                        plain.pop_front();
                    }
                    6 => {
                        let value = plain.back().map_or(value, |last| last.saturating_sub(value));
                        let later = plain.iter().rev().take_while(|&&other| other > value).count();
                        let place = (later <= 5).then(|| plain.len() - later);
                        prop_assert_eq!(fifo.insert(value, 5, |other| other > value), place);
                        if let Some(place) = place {
                            plain.insert(place, value);
                        }
                    }
                    _ if value < 10 => {
                        fifo.clear();
                        plain.clear();
                    }
                    _ => {}
                }
                prop_assert_eq!(fifo.front(), plain.front().copied().unwrap_or(u32::MAX));
                let mut first = Vec::new();
                let behind = fifo.from(0, 3, |value| first.push(value));
                prop_assert!(first.iter().eq(plain.iter().take(first.len())));
                prop_assert_eq!(fifo.from(behind, 3, |_| unreachable!()), behind);
                prop_assert_eq!((fifo.len(), fifo.is_empty()), (plain.len(), plain.is_empty()));
            }
            prop_assert_eq!(fifo.drain().collect::<VecDeque<u32>>(), plain);
            prop_assert!(fifo.is_empty());
        }
    }
}
