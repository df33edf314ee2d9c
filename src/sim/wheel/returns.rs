//! Who came back when, and what was lost until then.
//!
//! Where services end in the order of their starts, the times of a population are read off while it is
//! counted and nothing is kept. Otherwise each return is kept, 8 B per device, and the times are looked
//! up at the end in the one bin that their rank falls into.

use crate::base::{Micros, stats};
use crate::fleet::{Fleet, Group};
use crate::sim::run::{BIN, Times};
use crate::sim::store::Store;

/// The return times that [`Times`] asks for, found while returns are counted in their order.
struct Ranks {
    wanted: [u64; 4],
    found: [Option<u64>; 4],
    /// How many are found, and how many devices are back.
    next: usize,
    count: u64,
}

impl Ranks {
    fn of(devices: u64) -> Self {
        let wanted = Times::PERCENT.map(|percent| stats::nearest_rank(devices, percent));
        Self { wanted, found: [None; 4], next: 0, count: 0 }
    }

    #[inline]
    fn note(&mut self, end: u64) {
        self.count += 1;
        while self.next < 4 && self.wanted[self.next] == self.count {
            self.found[self.next] = Some(end);
            self.next += 1;
        }
    }

    /// Finds the times among returns in any order, whose number per bin is `curve`.
    fn find(&mut self, ends: &[&[u64]], curve: &[u32]) {
        // The bin of each rank, the rank within that bin, and the returns in it.
        let mut bins = self.wanted.map(|wanted| {
            let mut before = 0;
            let bin = curve.iter().position(|&count| {
                before += u64::from(count);
                wanted > 0 && before >= wanted
            })?;
            Some((bin, (wanted + u64::from(curve[bin]) - before) as usize - 1, Vec::new()))
        });
        let mut asked = vec![false; curve.len()];
        for (bin, ..) in bins.iter().flatten() {
            asked[*bin] = true;
        }
        for &end in ends.iter().copied().flatten() {
            let here = (end / BIN) as usize;
            if asked[here] {
                for (bin, _, values) in bins.iter_mut().flatten() {
                    if *bin == here {
                        values.push(end);
                    }
                }
            }
        }
        for (found, bin) in self.found.iter_mut().zip(bins) {
            *found = bin.map(|(_, rank, mut values)| *values.select_nth_unstable(rank).1);
        }
    }

    fn times(&self, returned: Micros) -> Times {
        let [t50, t95, t99, t100] = self.found.map(|at| at.map(|at| Micros(at).since(returned)));
        Times { t50, t95, t99, t100 }
    }
}

/// The returns of one group.
struct GroupReturns {
    curve: Vec<u32>,
    ranks: Ranks,
    /// Return times [µs], where they come in no order.
    ends: Vec<u64>,
    /// Whether a device loses values before the horizon.
    loses: bool,
    store: Store,
    lost: u64,
}

impl GroupReturns {
    fn of(group: &Group, bins: usize, horizon: u64) -> Self {
        let devices = u64::from(group.devices);
        let mut returns = Self {
            curve: vec![0; bins],
            ranks: Ranks::of(devices),
            ends: Vec::new(),
            loses: true,
            store: Store::of(group),
            lost: 0,
        };
        // It grows with the time away, so nobody loses anything where the longest absence loses nothing.
        returns.loses = returns.lost_until(horizon) > 0;
        returns
    }

    /// Returns the values that a device has recorded by `at` [µs] and has no room for.
    fn lost_until(&self, at: u64) -> u64 {
        self.store.recorded(at).1
    }
}

/// What became of one group.
pub(super) struct GroupBack {
    /// Returns per bin.
    pub(super) curve: Vec<u32>,
    pub(super) times: Times,
    /// Devices that are back at the end.
    pub(super) returned: u64,
    /// Values lost in its stores.
    pub(super) lost: u64,
}

/// The devices of a fleet that are back.
pub(super) struct Back {
    groups: Vec<GroupReturns>,
    /// Over several groups; of a single group it is the same.
    all: Ranks,
    horizon: u64,
}

impl Back {
    /// Returns none yet.
    pub(super) fn of(fleet: &Fleet, bins: usize, horizon: u64) -> Self {
        let groups = fleet.groups.iter().map(|group| GroupReturns::of(group, bins, horizon));
        Self { groups: groups.collect(), all: Ranks::of(fleet.devices()), horizon }
    }

    /// Notes that a device of a group is back at `end` [µs], before the horizon; `in_order` says
    /// that ends never decrease.
    #[expect(clippy::inline_always, reason = "a call per return otherwise")]
    #[inline(always)]
    pub(super) fn note(&mut self, group: usize, end: u64, in_order: bool) {
        let several = self.groups.len() > 1;
        let group = &mut self.groups[group];
        group.curve[(end / BIN) as usize] += 1;
        if in_order {
            group.ranks.note(end);
            if several {
                self.all.note(end);
            }
        } else {
            group.ends.push(end);
        }
        if group.loses {
            group.lost = group.lost.saturating_add(group.lost_until(end));
        }
    }

    /// Returns what became of each group, and the times over all groups.
    pub(super) fn finish(mut self, fleet: &Fleet, in_order: bool) -> (Vec<GroupBack>, Times) {
        let returned = fleet.outage.length;
        if !in_order {
            for group in &mut self.groups {
                group.ranks.find(&[&group.ends], &group.curve);
            }
        }
        let times = match self.groups.as_slice() {
            [group] => group.ranks.times(returned),
            groups => {
                if !in_order {
                    let ends: Vec<&[u64]> = groups.iter().map(|group| group.ends.as_slice()).collect();
                    let mut curve = vec![0; groups.first().map_or(0, |group| group.curve.len())];
                    for (bin, sum) in curve.iter_mut().enumerate() {
                        *sum = groups.iter().map(|group| group.curve[bin]).sum();
                    }
                    self.all.find(&ends, &curve);
                }
                self.all.times(returned)
            }
        };
        let groups = self.groups.into_iter().zip(&fleet.groups).map(|(group, settings)| {
            let returns: u64 = group.curve.iter().map(|&count| u64::from(count)).sum();
            let away = u64::from(settings.devices) - returns;
            GroupBack {
                times: group.ranks.times(returned),
                returned: returns,
                lost: group.lost.saturating_add(group.lost_until(self.horizon).saturating_mul(away)),
                curve: group.curve,
            }
        });
        (groups.collect(), times)
    }
}
