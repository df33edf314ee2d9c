//! What the median run shows, in the time in which devices came back.

use crate::base::units;
use crate::fleet::Fleet;
use crate::plan::Outcome;
use crate::sim::{Measure, Run, StationRun};
use std::borrow::Cow;

/// Share of a second in which all workers were busy from which on a station counts as saturated.
const SATURATED: f64 = 0.95;

/// The median run of an outcome, and the seconds that are looked at.
pub(super) struct Seen<'a> {
    pub(super) outcome: &'a Outcome,
    /// What that run played: where something is unknown, with what it drew.
    pub(super) fleet: Cow<'a, Fleet>,
    pub(super) run: &'a Run,
    /// First second after the return.
    pub(super) from: usize,
    /// End of the second in which 95 % were back, or of the watch.
    pub(super) to: usize,
}

/// A stretch of seconds in which a station was saturated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    /// Its first second, since the loss.
    pub(super) from: usize,
    /// End of its last one.
    pub(super) to: usize,
    /// Saturated seconds in it.
    pub(super) seconds: usize,
}

impl<'a> Seen<'a> {
    /// Returns the run whose t95 is the median; `None` without runs.
    pub(super) fn of(outcome: &'a Outcome) -> Option<Self> {
        let t95 = outcome.study.metric(Measure::T95);
        let at = t95.values.iter().position(|value| value.total_cmp(&t95.median).is_eq()).unwrap_or(0);
        let run = outcome.study.runs.get(at)?;
        let from = run.returned.secs().floor() as usize;
        let end = run.times.t95.map_or(run.horizon, |t95| run.returned + t95);
        let to = (end.secs().ceil() as usize).max(from + 1);
        let drawn = outcome.fleet.drawn(outcome.study.seed, at as u32).and_then(Result::ok);
        let fleet = drawn.map_or(Cow::Borrowed(&*outcome.fleet), Cow::Owned);
        Some(Self { outcome, fleet, run, from, to })
    }

    /// Returns the sum of a curve over the seconds that are looked at.
    pub(super) fn sum(&self, curve: &[u32]) -> u64 {
        let end = self.to.min(curve.len());
        curve[self.from.min(end)..end].iter().map(|&count| u64::from(count)).sum()
    }

    /// Returns the time in which a station was saturated, with short breaks; `None` where it never was.
    pub(super) fn saturated(&self, station: &StationRun) -> Option<Stretch> {
        let end = self.to.min(station.busy.len());
        let mut seconds = (self.from..end).filter(|&bin| station.utilisation(bin) >= SATURATED);
        let first = seconds.next()?;
        let (last, count) = seconds.fold((first, 1), |(_, count), bin| (bin, count + 1));
        Some(Stretch { from: first, to: last + 1, seconds: count })
    }

    /// Returns the share of the time that devices were away which they spent in a queue of the platform, 0..1.
    pub(super) fn queued_share(&self) -> f64 {
        let away = self.sum(&self.run.curves.all.away).max(1) as f64;
        let queued: u64 = self.run.stations.iter().map(|station| self.sum(&station.queue)).sum();
        (queued as f64 / away).min(1.0)
    }

    /// Returns a second since the loss as people read it: `the return`, `1:40`.
    pub(super) fn moment(&self, second: usize) -> String {
        match self.after_return(second) {
            after if after <= 0.0 => "the return".to_owned(),
            after => units::clock(after),
        }
    }

    /// Returns a second since the loss counted from the return \[s\], at least 0.
    pub(super) fn after_return(&self, second: usize) -> f64 {
        (second as f64 - self.run.returned.secs()).max(0.0)
    }

    /// Returns the limit of t95 \[s\], where the project has one.
    pub(super) fn limit(&self) -> Option<f64> {
        self.fleet.targets.t95.map(crate::base::Micros::secs)
    }
}
