//! Workers: which is free first.
//!
//! Starts never decrease, so where every service takes the same, ends do not either, and the workers are a
//! ring. With other services they are a loser tree: the way from the worker that is free first up to the
//! root is known before its new end is, so a replacement is a few independent loads and a chain of `min`
//! without a branch. More workers than a tree is good for are a heap. While many of many workers are idle,
//! it does not matter which of them is free first, and they are only counted.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Most workers of a [`Tree`].
const MOST_LEAVES: u32 = 1 << 14;
/// Workers from which on it pays to count those that are idle.
const POOL: u32 = 16;
/// Part of the workers that must be idle for it.
const SOME: u32 = 8;

/// Workers of whom one is free first.
pub trait Workers {
    /// Returns when that is [µs]; 0 while some have never worked.
    fn earliest(&self) -> u64;

    /// Gives that worker a service with this end [µs].
    fn take(&mut self, end: u64);
}

/// Any workers.
// A tag of its own is read at once, one hidden in a field has to be worked out for every service.
#[derive(Clone, Debug)]
#[repr(u8)]
pub enum Crew {
    /// One worker, or services that all take the same.
    Ring(Ring),
    /// Few workers.
    Tree(Tree),
    /// Up to thousands of workers.
    Pool(Pool),
    /// Any number of workers.
    Heap(Heap),
}

impl Crew {
    /// Returns idle workers (at least 1) for a run that ends at `horizon` [µs]; `in_order` where every
    /// service takes the same.
    pub fn new(workers: u32, in_order: bool, horizon: u64) -> Self {
        if in_order || workers == 1 {
            return Self::Ring(Ring::new(workers));
        }
        match Tree::new(workers, horizon) {
            Some(tree) if workers < POOL => Self::Tree(tree),
            Some(tree) => Self::Pool(Pool::new(tree)),
            None => Self::Heap(Heap::new(workers)),
        }
    }

    /// Gives the worker that is free first a service with this start, no earlier than the one before, and end [µs];
    /// returns when the next is free [µs], 0 while some have never worked or some are known to be idle.
    #[expect(clippy::inline_always, reason = "a call per service")]
    #[inline(always)]
    pub fn take(&mut self, start: u64, end: u64) -> u64 {
        match self {
            Self::Ring(ring) => ring.replace(end),
            Self::Tree(tree) => {
                tree.take(end);
                tree.earliest()
            }
            Self::Pool(pool) => pool.take(start, end),
            Self::Heap(heap) => {
                heap.take(end);
                heap.earliest()
            }
        }
    }

    /// Makes all workers idle.
    pub fn clear(&mut self) {
        match self {
            Self::Ring(ring) => *ring = Ring::new(ring.workers),
            Self::Tree(tree) => tree.clear(),
            Self::Pool(pool) => pool.clear(),
            Self::Heap(heap) => heap.ends.clear(),
        }
    }
}

/// Workers whose services end in the order of their starts.
#[derive(Clone, Debug)]
pub struct Ring {
    workers: u32,
    /// Ends of the last services, as many as there are workers.
    ends: Vec<u64>,
    oldest: usize,
}

impl Ring {
    /// Returns idle workers.
    pub fn new(workers: u32) -> Self {
        Self { workers, ends: Vec::new(), oldest: 0 }
    }

    /// Takes a service; returns when the next worker is free.
    #[inline]
    fn replace(&mut self, end: u64) -> u64 {
        if self.ends.len() < self.workers as usize {
            self.ends.push(end);
            return self.earliest();
        }
        self.ends[self.oldest] = end;
        self.oldest = if self.oldest + 1 == self.ends.len() { 0 } else { self.oldest + 1 };
        self.ends[self.oldest]
    }
}

impl Workers for Ring {
    #[inline]
    fn earliest(&self) -> u64 {
        if self.ends.len() < self.workers as usize { 0 } else { self.ends[self.oldest] }
    }

    #[inline]
    fn take(&mut self, end: u64) {
        self.replace(end);
    }
}

/// Few workers.
#[derive(Clone, Debug)]
pub struct Tree {
    workers: u32,
    /// Ends are counted up to here only: what ends later makes no difference [µs].
    horizon: u64,
    leaf_bits: u32,
    /// `end | leaf` of the worker that is free first, and at each inner node (from 1) the loser there.
    first: u64,
    losers: Vec<u64>,
}

impl Tree {
    /// Returns idle workers, or `None` where there are too many, or the horizon is too far, for a tree.
    pub fn new(workers: u32, horizon: u64) -> Option<Self> {
        if workers > MOST_LEAVES {
            return None;
        }
        // Equally long ways are walked without a guess; the surplus leaves are never free.
        let leaves = workers.next_power_of_two();
        let leaf_bits = leaves.ilog2();
        if horizon.leading_zeros() <= leaf_bits {
            return None;
        }
        let mut tree = Self { workers, horizon, leaf_bits, first: 0, losers: vec![0; leaves as usize] };
        tree.clear();
        Some(tree)
    }

    /// Makes all workers idle.
    pub fn clear(&mut self) {
        self.work(&[]);
    }

    /// Lets the workers work until these ends [µs], one each, and others be idle.
    fn work(&mut self, ends: &[u64]) {
        let leaves = self.losers.len();
        let end = |leaf: usize| ends.get(leaf).map_or(0, |&end| end.min(self.horizon));
        let known = |leaf: usize| end(leaf) << self.leaf_bits | leaf as u64;
        let leaf = |leaf: usize| if leaf < self.workers as usize { known(leaf) } else { u64::MAX };
        let mut winners: Vec<u64> = (0..leaves).map(|_| 0).chain((0..leaves).map(leaf)).collect();
        for node in (1..leaves).rev() {
            let (left, right) = (winners[2 * node], winners[2 * node + 1]);
            winners[node] = left.min(right);
            self.losers[node] = left.max(right);
        }
        self.first = winners[1];
    }

    /// Walks from a leaf with a new end up to the root; returns who is first there. With so many levels, or any
    /// number for 0.
    #[inline]
    fn walk<const LEVELS: u32>(&mut self, leaf: u64, mut winner: u64) -> u64 {
        let mut node = (leaf as usize + self.losers.len()) >> 1;
        for _ in 0..if LEVELS == 0 { self.leaf_bits } else { LEVELS } {
            let loser = self.losers[node];
            self.losers[node] = loser.max(winner);
            winner = loser.min(winner);
            node >>= 1;
        }
        winner
    }

    /// Returns the end of each worker's last service [µs].
    fn ends(&self) -> impl Iterator<Item = u64> {
        let all = self.losers.iter().skip(1).chain([&self.first]);
        all.filter(|&&end| end != u64::MAX).map(|end| end >> self.leaf_bits)
    }
}

impl Workers for Tree {
    #[inline]
    fn earliest(&self) -> u64 {
        self.first >> self.leaf_bits
    }

    #[inline]
    fn take(&mut self, end: u64) {
        let leaf = self.first & ((1 << self.leaf_bits) - 1);
        let winner = end.min(self.horizon) << self.leaf_bits | leaf;
        self.first = match self.leaf_bits {
            2 => self.walk::<2>(leaf, winner),
            3 => self.walk::<3>(leaf, winner),
            4 => self.walk::<4>(leaf, winner),
            5 => self.walk::<5>(leaf, winner),
            6 => self.walk::<6>(leaf, winner),
            7 => self.walk::<7>(leaf, winner),
            8 => self.walk::<8>(leaf, winner),
            _ => self.walk::<0>(leaf, winner),
        };
    }
}

/// Workers of whom many can be idle.
#[derive(Clone, Debug)]
pub struct Pool {
    /// All of them, while hardly any is idle.
    tree: Tree,
    /// Services that found a worker who had waited, since it was looked how many wait.
    waited: u32,
    /// How many more services find an idle worker for sure; 0 while the tree counts.
    idle: u32,
    /// Ends of all others' services, in no order.
    busy: Vec<u64>,
}

impl Pool {
    fn new(tree: Tree) -> Self {
        let workers = tree.workers;
        Self { tree, waited: 0, idle: workers, busy: Vec::with_capacity(workers as usize) }
    }

    fn clear(&mut self) {
        self.busy.clear();
        self.idle = self.tree.workers;
    }

    /// Gives a worker a service; returns when the next is free [µs].
    #[inline]
    fn take(&mut self, start: u64, end: u64) -> u64 {
        if self.idle > 1 {
            self.idle -= 1;
            self.busy.push(end);
            return 0;
        }
        self.take_tight(start, end)
    }

    /// The same where all but one may be busy.
    #[inline]
    fn take_tight(&mut self, start: u64, end: u64) -> u64 {
        if self.idle == 1 {
            self.busy.push(end);
            return self.count(start);
        }
        self.waited += u32::from(self.tree.earliest() < start);
        self.tree.take(end);
        if self.waited >= self.tree.workers { self.loosen(start) } else { self.tree.earliest() }
    }

    /// Counts who is idle at `start` [µs].
    #[inline(never)]
    fn count(&mut self, start: u64) -> u64 {
        let mut kept = 0;
        for index in 0..self.busy.len() {
            let end = self.busy[index];
            self.busy[kept] = end;
            kept += usize::from(end > start);
        }
        self.busy.truncate(kept);
        self.idle = self.tree.workers - kept as u32;
        if self.idle >= self.tree.workers / SOME {
            return 0;
        }
        (self.idle, self.waited) = (0, 0);
        self.tree.work(&self.busy);
        self.tree.earliest()
    }

    /// Looks whether some are idle at `start` [µs], so that they need not be told apart.
    #[inline(never)]
    fn loosen(&mut self, start: u64) -> u64 {
        self.busy.clear();
        self.busy.extend(self.tree.ends());
        self.count(start)
    }
}

/// Any number of workers.
#[derive(Clone, Debug)]
pub struct Heap {
    workers: usize,
    ends: BinaryHeap<Reverse<u64>>,
}

impl Heap {
    /// Returns idle workers.
    pub fn new(workers: u32) -> Self {
        Self { workers: workers as usize, ends: BinaryHeap::new() }
    }
}

impl Workers for Heap {
    #[inline]
    fn earliest(&self) -> u64 {
        self.ends.peek().filter(|_| self.ends.len() >= self.workers).map_or(0, |end| end.0)
    }

    fn take(&mut self, end: u64) {
        if self.ends.len() < self.workers {
            self.ends.push(Reverse(end));
        } else if let Some(mut earliest) = self.ends.peek_mut() {
            *earliest = Reverse(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_crew_knows_who_is_free_first(
            workers in 1_u32..40,
            services in prop::collection::vec((0_u64..100, 1_u64..1_000), 1..200),
            same in any::<bool>(),
        ) {
            let mut crews = [Crew::Heap(Heap::new(workers)), Crew::new(workers, same, 1 << 40)];
            let mut ends = vec![0_u64; workers as usize];
            let (mut free, mut now) = ([0, 0], 0);
            for round in 0..2 {
                for &(after, time) in &services {
                    now += after;
                    ends.sort_unstable();
                    let start = now.max(ends[0]);
                    ends[0] = start + if same { 500 } else { time };
                    for (crew, free) in crews.iter_mut().zip(&mut free) {
                        prop_assert_eq!((*free).max(now), start);
                        *free = crew.take(start, ends[0]);
                    }
                }
                if round == 0 {
                    crews.iter_mut().for_each(Crew::clear);
                    ends.fill(0);
                    free = [0, 0];
                }
            }
        }
    }

    #[test]
    fn what_ends_after_the_horizon_is_free_at_the_horizon_or_later() {
        let mut crew = Crew::new(2, false, 1_000);
        assert_eq!(crew.take(0, 5_000), 0);
        assert!(crew.take(0, u64::MAX) >= 1_000);
        assert!(Tree::new(MOST_LEAVES + 1, 1).is_none() && Tree::new(4, u64::MAX).is_none());
    }
}
