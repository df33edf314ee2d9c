//! What is counted per second while a run is played, and what follows from it at the end.
//!
//! The curves of the groups lie one behind the other in one list each, so that a count costs one address
//! also where there are several groups, and none of it where there is one. Levels are not followed at
//! all: every device is away until it is back, so they are sums of what came before.

use crate::agent::notice;
use crate::fleet::{Fleet, Group, Meets};
use crate::sim::run::{BIN, Curves, Returns};
use crate::sim::store::Store;

/// The counts of a run; those of groups are indexed by [`Counts::at`], the others by the bin.
pub(super) struct Counts {
    bins: usize,
    /// Attempts begun in the outage, by group.
    pub(super) walked: Vec<u32>,
    /// Attempts begun from the return on, by group.
    pub(super) attempts: Vec<u32>,
    /// Attempts refused, by group.
    pub(super) refused: Vec<u32>,
    /// Attempts that the device gave up waiting for, by group.
    pub(super) timed_out: Vec<u32>,
    /// Services in vain, by group.
    pub(super) wasted: Vec<u32>,
    /// Devices that gave up for good, by group.
    pub(super) stranded: Vec<u32>,
    /// Attempts that arrived.
    pub(super) arrivals: Vec<u32>,
    /// Attempts that the kernel gave up.
    pub(super) unanswered: Vec<u32>,
    /// Requests that the platform closed.
    pub(super) closed: Vec<u32>,
    /// Of these, requests whose device still waited, so that its connection ended with them.
    pub(super) released: Vec<u32>,
}

impl Counts {
    /// Returns empty counts for this many groups and bins.
    pub(super) fn new(groups: usize, bins: usize) -> Self {
        let (by_group, all) = (|| vec![0; groups * bins], || vec![0; bins]);
        Self {
            bins,
            walked: by_group(),
            attempts: by_group(),
            refused: by_group(),
            timed_out: by_group(),
            wasted: by_group(),
            stranded: by_group(),
            arrivals: all(),
            unanswered: all(),
            closed: all(),
            released: all(),
        }
    }

    /// Returns the index of a time [µs] in the counts of a group.
    #[inline]
    pub(super) fn at(&self, group: usize, time: u64) -> usize {
        group * self.bins + (time / BIN) as usize
    }

    /// Returns the curves of every group and of the fleet; `back` holds the returns of every group.
    pub(super) fn finish(mut self, fleet: &Fleet, back: Vec<Vec<u32>>) -> (Vec<Returns>, Curves) {
        let bins = self.bins;
        let mut curves = Curves::new(bins);
        if fleet.outage.meets != Meets::BlackHole {
            for walked in self.walked.chunks(bins) {
                add(&mut curves.turned_away, walked);
            }
        }
        add(&mut self.attempts, &self.walked);
        let of = |counts: &[u32], group: usize| counts[group * bins..][..bins].to_vec();
        let groups: Vec<Returns> = fleet
            .groups
            .iter()
            .zip(back)
            .enumerate()
            .map(|(index, (group, back))| {
                let bound: Vec<u32> = sums(&back).collect();
                Returns {
                    attempts: of(&self.attempts, index),
                    refused: of(&self.refused, index),
                    timed_out: of(&self.timed_out, index),
                    wasted: of(&self.wasted, index),
                    stranded: of(&self.stranded, index),
                    away: bound.iter().map(|bound| group.devices - bound).collect(),
                    connected: bound.clone(),
                    stored: stored(fleet, group, &bound),
                    bound,
                    back,
                }
            })
            .collect();
        for group in &groups {
            curves.all.add(group);
        }
        let mut held = 0;
        for bin in 0..bins {
            held += self.arrivals[bin] - curves.all.refused[bin];
            held -= curves.all.timed_out[bin] + self.released[bin];
            curves.held[bin] = held;
        }
        curves.second_connects[0] = second_connects(fleet);
        (curves.arrivals, curves.unanswered, curves.closed) = (self.arrivals, self.unanswered, self.closed);
        (groups, curves)
    }
}

/// Returns the values stored at the end of each second: all that are away have been since the begin.
fn stored(fleet: &Fleet, group: &Group, bound: &[u32]) -> Vec<u64> {
    let (store, horizon) = (Store::of(group), fleet.outage.horizon().0);
    let at_end = |(bin, &bound): (usize, &u32)| {
        let each = ((bin as u64 + 1) * BIN).min(horizon).min(store.fills_in());
        store.filled(u128::from(group.devices - bound) * u128::from(each))
    };
    bound.iter().enumerate().map(at_end).collect()
}

/// Returns how many devices open a second connection when the outage begins: those that see an error.
fn second_connects(fleet: &Fleet) -> u32 {
    let twice = fleet.groups.iter().filter(|group| {
        let error = fleet.outage.loses.is_some_and(|loss| notice::sees_error(&group.link, loss));
        error && group.agent.kind().is_c_sdk_family()
    });
    twice.map(|group| group.devices).sum()
}

/// Adds a curve to another one.
fn add(sum: &mut [u32], more: &[u32]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Returns the sums of a curve up to each of its bins.
fn sums(curve: &[u32]) -> impl Iterator<Item = u32> {
    curve.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    })
}
