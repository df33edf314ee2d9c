//! Who is back: the curves of the groups.
//!
//! The tier serves in the order of arrival. So when B devices of all are back, these are the first B of
//! those that entered the queue to be served in time, and the running sums of the sources at that point
//! say whose they are. That costs one number per source and step, and the sum of all groups is the
//! curve of the fleet by construction. Exponential services overtake each other by one service time,
//! which is left out. So is luck: where attempts are refused, devices with a fixed retry interval meet
//! the same crowded seconds again and again, and their group comes back up to 5 % later than shown here
//! while the others come back earlier.

use super::Record;
use crate::sim::fluid::model::Model;
use crate::sim::fluid::{GroupBack, Groups, MeanTimes};

/// About the most points of the curve of a group.
const POINTS: usize = 240;

/// Running sums of the devices that will be served in time, per step and source.
pub(in crate::sim::fluid) struct Ledger {
    sources: usize,
    /// Of one source after the other, step after step.
    sums: Vec<f64>,
    /// Of all sources, per step.
    total: Vec<f64>,
}

impl Ledger {
    /// Returns an empty ledger; without sources nothing is noted.
    pub(in crate::sim::fluid) fn new(sources: usize) -> Self {
        Self { sources, sums: vec![0.0; sources], total: vec![0.0] }
    }

    /// Notes the sums at the end of a step.
    pub(in crate::sim::fluid) fn note(&mut self, sums: impl Iterator<Item = f64>) {
        if self.sources == 0 {
            return;
        }
        let from = self.sums.len();
        self.sums.extend(sums);
        self.total.push(self.sums[from..].iter().sum());
    }

    /// Returns the curves of the groups.
    pub(in crate::sim::fluid) fn groups(&self, model: &Model, record: &Record) -> Groups {
        let back: Vec<(f64, f64)> = record.back_by().collect();
        let stride = back.len().div_ceil(POINTS).max(1);
        let last = back.len() - 1;
        let points = || (0..last).step_by(stride).chain([last]).map(|at| back[at]);
        let at_s = points().map(|(at, _)| at).collect();
        let places: Vec<(usize, f64)> = points().map(|(_, back)| self.place(back)).collect();
        let each = model.groups.iter().map(|group| {
            let devices: f64 = group.parts.iter().map(|(_, devices)| devices).sum();
            let weights = group.parts.iter().map(|&(source, devices)| {
                let all = model.sources[source].devices;
                (source, if all > 0.0 { devices / all } else { 0.0 })
            });
            let weights: Vec<(usize, f64)> = weights.collect();
            let by = |step: usize| {
                weights.iter().map(|&(source, w)| w * self.sums[step * self.sources + source]).sum::<f64>()
            };
            let share = |&(step, part): &(usize, f64)| {
                let from = by(step);
                let next = if part > 0.0 { by(step + 1) } else { from };
                if devices > 0.0 { ((from + part * (next - from)) / devices).min(1.0) } else { 0.0 }
            };
            let time = |wanted: f64| self.time(wanted * devices, &by, &back).map(|time| time.max(0.0));
            let [t50, t95, t99] = [0.5, 0.95, 0.99].map(time);
            GroupBack {
                id: group.id.clone(),
                devices,
                share_back: places.iter().map(share).collect(),
                times: MeanTimes { t50, t95, t99, t100: None },
            }
        });
        Groups { at_s, each: each.collect() }
    }

    /// Returns the step, and the part of the next one, by whose end so many have entered.
    fn place(&self, entered: f64) -> (usize, f64) {
        let next = self.total.partition_point(|total| *total <= entered);
        let from = next.saturating_sub(1);
        match self.total.get(next) {
            Some(to) if next > 0 => (from, (entered - self.total[from]) / (to - self.total[from])),
            _ => (from, 0.0),
        }
    }

    /// Returns when so many of a group are back, of which `by` a step have entered.
    fn time(&self, wanted: f64, by: &impl Fn(usize) -> f64, back: &[(f64, f64)]) -> Option<f64> {
        let (mut low, mut high) = (0, self.total.len() - 1);
        if wanted <= 0.0 || by(high) < wanted {
            return None;
        }
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if by(middle) < wanted { low = middle } else { high = middle }
        }
        let (from, to) = (by(low), by(high));
        let part = if to > from { (wanted - from) / (to - from) } else { 1.0 };
        let all = self.total[low] + part * (self.total[high] - self.total[low]);
        let next = back.partition_point(|(_, back)| *back < all);
        let (to_s, to) = *back.get(next)?;
        let (from_s, from) = back[next.saturating_sub(1)];
        Some(if to > from { from_s + (to_s - from_s) * (all - from) / (to - from) } else { to_s })
    }
}
