//! The platform's workers: who is free next, and how long a service takes.
//!
//! Starts never decrease, so with a fixed service time neither do ends, and the workers are a ring. With
//! any other law they are a loser tree: the way from the worker that is free first up to the root is
//! known before its new end is, so a replacement is a few independent loads and a chain of `min` without
//! a branch. A platform with more workers than the tree is good for keeps a heap.

use crate::admission::law::Exponential;
use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Most workers of a [`Tree`].
pub(super) const MOST_LEAVES: u32 = 1 << 14;

/// Workers and the law of their services.
pub(super) trait Crew {
    /// Whether services end in the order of their starts.
    const IN_ORDER: bool;

    /// Returns when the next worker is free [µs]; 0 while some have never worked.
    fn earliest(&self) -> u64;

    /// Lets that worker serve an attempt from `start` on; returns the end [µs].
    fn serve(&mut self, start: u64, device: u64, number: u64) -> u64;
}

/// Workers with a fixed service time.
pub(super) struct Ring {
    workers: usize,
    time: u64,
    /// Ends of the last services, as many as there are workers.
    ends: Vec<u64>,
    oldest: usize,
}

impl Ring {
    /// Returns idle workers whose services take `time` [µs].
    pub(super) fn new(workers: u32, time: u64) -> Self {
        Self { workers: workers as usize, time, ends: Vec::new(), oldest: 0 }
    }
}

impl Crew for Ring {
    const IN_ORDER: bool = true;

    #[inline]
    fn earliest(&self) -> u64 {
        if self.ends.len() < self.workers { 0 } else { self.ends[self.oldest] }
    }

    #[inline]
    fn serve(&mut self, start: u64, _device: u64, _number: u64) -> u64 {
        let end = start.saturating_add(self.time);
        if self.ends.len() < self.workers {
            self.ends.push(end);
        } else {
            self.ends[self.oldest] = end;
            self.oldest += 1;
            if self.oldest == self.workers {
                self.oldest = 0;
            }
        }
        end
    }
}

/// Exponential service times and their draws.
pub(super) struct Services {
    draws: Draws,
    law: Exponential,
}

impl Services {
    /// Returns services with this mean.
    pub(super) fn new(draws: Draws, mean: Micros) -> Self {
        Self { draws, law: Exponential::new(mean) }
    }

    #[inline]
    fn time(&self, device: u64, number: u64) -> u64 {
        self.law.time(self.draws.bits(Stream::Service, device, number))
    }
}

/// Few workers with exponential service times.
pub(super) struct Tree {
    services: Services,
    /// Ends are counted up to here only: what ends later makes no difference.
    horizon: u64,
    leaf_bits: u32,
    /// `end | leaf` of the worker that is free first, and at each inner node (from 1) the loser there.
    first: u64,
    losers: Vec<u64>,
}

impl Tree {
    /// Returns idle workers, or `None` where there are too many, or the horizon is too far, for a tree.
    pub(super) fn new(workers: u32, services: Services, horizon: u64) -> Option<Self> {
        if workers > MOST_LEAVES {
            return None;
        }
        // Equally long ways are walked without a guess; the surplus leaves are never free.
        let leaves = workers.next_power_of_two();
        let leaf_bits = leaves.ilog2();
        if horizon.leading_zeros() <= leaf_bits {
            return None;
        }
        let leaf = |leaf: u32| if leaf < workers { u64::from(leaf) } else { u64::MAX };
        let mut winners: Vec<u64> = (0..leaves).map(|_| 0).chain((0..leaves).map(leaf)).collect();
        let mut losers = vec![0; leaves as usize];
        for node in (1..leaves as usize).rev() {
            let (left, right) = (winners[2 * node], winners[2 * node + 1]);
            winners[node] = left.min(right);
            losers[node] = left.max(right);
        }
        let first = winners[1];
        Some(Self { services, horizon, leaf_bits, first, losers })
    }
}

impl Crew for Tree {
    const IN_ORDER: bool = false;

    #[inline]
    fn earliest(&self) -> u64 {
        self.first >> self.leaf_bits
    }

    #[inline]
    fn serve(&mut self, start: u64, device: u64, number: u64) -> u64 {
        let end = start.saturating_add(self.services.time(device, number));
        let leaf = self.first & ((1 << self.leaf_bits) - 1);
        let mut winner = end.min(self.horizon) << self.leaf_bits | leaf;
        let mut node = (leaf as usize + self.losers.len()) >> 1;
        while node > 0 {
            let loser = self.losers[node];
            self.losers[node] = loser.max(winner);
            winner = loser.min(winner);
            node >>= 1;
        }
        self.first = winner;
        end
    }
}

/// Any number of workers with exponential service times.
pub(super) struct Heap {
    services: Services,
    workers: usize,
    ends: BinaryHeap<Reverse<u64>>,
}

impl Heap {
    /// Returns idle workers.
    pub(super) fn new(workers: u32, services: Services) -> Self {
        Self { services, workers: workers as usize, ends: BinaryHeap::new() }
    }
}

impl Crew for Heap {
    const IN_ORDER: bool = false;

    #[inline]
    fn earliest(&self) -> u64 {
        self.ends.peek().filter(|_| self.ends.len() >= self.workers).map_or(0, |end| end.0)
    }

    fn serve(&mut self, start: u64, device: u64, number: u64) -> u64 {
        let end = start.saturating_add(self.services.time(device, number));
        if self.ends.len() < self.workers {
            self.ends.push(Reverse(end));
        } else if let Some(mut earliest) = self.ends.peek_mut() {
            *earliest = Reverse(end);
        }
        end
    }
}
