//! What several runs say together: bands per second, and each figure with its spread.
//!
//! The bands are those of [`Bands`]; every other one is taken from the runs when it is wanted.
//! A figure keeps its value in every run, so that targets can be counted ("in 45 of 50 runs") as well
//! as judged by the confidence interval of the median. *Never* is infinity here.

mod bands;

pub use self::bands::{Band, Bands, Count, Curve, Flow};

use super::diagnosis::{self, Bottleneck, Stability};
use super::run::{HASH_START, Run, fold};
use crate::base::Micros;
use crate::base::stats::{Interval, percentile};
use crate::fleet::Fleet;
use std::sync::Arc;

/// A figure that every run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Time until 50 % of all devices are back [s]; infinite where that is never.
    T50,
    /// Time until 95 % of all devices are back [s].
    T95,
    /// Time until 99 % of all devices are back [s].
    T99,
    /// Time until all devices are back [s].
    T100,
    /// Most attempts in one second, the outage included [attempts/s].
    Peak,
    /// Most attempts that reached the platform in one second after its return [attempts/s].
    PeakUp,
    /// Values lost in device stores [values].
    Lost,
    /// Devices that gave up for good [devices].
    Stranded,
    /// Devices not back at the end [devices].
    NeverBack,
    /// Attempts [attempts].
    Attempts,
    /// Attempts refused by a full queue [attempts].
    Refused,
    /// Attempts that the device gave up waiting for [attempts].
    TimedOut,
    /// Attempts that the platform closed in its queue [attempts].
    Closed,
    /// Services for devices that had given up [sign-ins].
    Wasted,
    /// Most attempts waiting at the same time [attempts].
    LargestQueue,
    /// Attempts that an event cut [attempts].
    Cut,
    /// Sign-ins denied because the device's old session was still believed alive [attempts].
    BindRejected,
    /// Second connections of the C SDK family [connections].
    SecondConnects,
    /// How often overload took the platform down again.
    Relapses,
    /// Time until all stored data is written [s]; infinite where that is never, or not modelled.
    Drained,
    /// Values lost because the write queue was full [values].
    Rejected,
    /// Values lost because the platform went down with its write queue [values].
    LostInCrash,
    /// Values lost whatever the cause: in device stores, at a full write queue, in a crash [values].
    LostData,
}

impl Measure {
    /// Every figure, in the order in which [`Study::metrics`] holds them.
    pub const ALL: [Self; 23] = [
        Self::T50,
        Self::T95,
        Self::T99,
        Self::T100,
        Self::Peak,
        Self::PeakUp,
        Self::Lost,
        Self::Stranded,
        Self::NeverBack,
        Self::Attempts,
        Self::Refused,
        Self::TimedOut,
        Self::Closed,
        Self::Wasted,
        Self::LargestQueue,
        Self::Cut,
        Self::BindRejected,
        Self::SecondConnects,
        Self::Relapses,
        Self::Drained,
        Self::Rejected,
        Self::LostInCrash,
        Self::LostData,
    ];

    /// Returns whether this figure says anything about a fleet: what is not modelled says nothing.
    pub fn applies(self, fleet: &Fleet) -> bool {
        match self {
            Self::Drained | Self::Rejected | Self::LostInCrash | Self::LostData => {
                fleet.platform.writes.is_some()
            }
            Self::Relapses => fleet.platform.breaking.is_some(),
            _ => true,
        }
    }

    /// Returns the figure of one run, in the unit of the variant.
    pub fn of(self, run: &Run) -> f64 {
        let totals = &run.totals;
        match self {
            Self::T50 => back_after(run, run.times.t50),
            Self::T95 => back_after(run, run.times.t95),
            Self::T99 => back_after(run, run.times.t99),
            Self::T100 => back_after(run, run.times.t100),
            Self::Peak => f64::from(run.peak),
            Self::PeakUp => f64::from(run.peak_up),
            Self::Lost => totals.lost as f64,
            Self::Stranded => totals.stranded as f64,
            Self::NeverBack => run.never_back() as f64,
            Self::Attempts => totals.attempts as f64,
            Self::Refused => totals.refused as f64,
            Self::TimedOut => totals.timed_out as f64,
            Self::Closed => totals.closed as f64,
            Self::Wasted => totals.wasted as f64,
            Self::LargestQueue => f64::from(run.largest_queue()),
            Self::Cut => totals.cut as f64,
            Self::BindRejected => totals.bind_rejected as f64,
            Self::SecondConnects => totals.second_connects as f64,
            Self::Relapses => run.relapses.len() as f64,
            Self::Drained => seconds(run.writes.as_ref().and_then(|writes| writes.drained)),
            Self::Rejected => totals.rejected as f64,
            Self::LostInCrash => totals.lost_in_crash as f64,
            Self::LostData => (totals.lost + totals.rejected + totals.lost_in_crash) as f64,
        }
    }
}

/// Returns a time in seconds, *never* as infinity.
fn seconds(time: Option<Micros>) -> f64 {
    time.map_or(f64::INFINITY, Micros::secs)
}

/// One figure over all runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its value in each run, in the order of the runs.
    pub values: Vec<f64>,
    /// Its median (nearest rank).
    pub median: f64,
    /// The 95 % confidence interval of the median; says itself whether there were enough runs.
    pub interval: Interval,
}

impl Metric {
    /// Returns the metric of these values; without values its median is *never* with confidence 0.
    pub fn of(values: Vec<f64>) -> Self {
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let median = percentile(&sorted, 50).unwrap_or(f64::INFINITY);
        Self { values, median, interval: Interval::of_median(&sorted) }
    }
}

/// The figures of one group over all runs.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupStudy {
    /// Times until 50, 95, 99 and 100 % of the group are back [s].
    pub times: [Metric; 4],
    /// Devices that gave up for good [devices].
    pub stranded: Metric,
    /// Devices not back at the end [devices].
    pub never_back: Metric,
    /// Values lost in device stores [values].
    pub lost: Metric,
}

/// Several runs of one fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Seed that the runs' seeds come from.
    pub seed: u64,
    /// The runs, in the order of their numbers.
    pub runs: Vec<Arc<Run>>,
    /// Bands per second.
    pub bands: Bands,
    /// One metric per [`Measure`], in the order of [`Measure::ALL`].
    pub metrics: Vec<Metric>,
    /// The groups, in the order of the file.
    pub groups: Vec<GroupStudy>,
    /// Whether the fleet comes back by itself, as most runs say.
    pub stability: Stability,
    /// The station that was the bottleneck in most runs.
    pub bottleneck: Option<Bottleneck>,
    /// Fold of the runs' hashes: equal inputs give an equal result hash on every machine.
    pub hash: u64,
}

/// Returns when a share of the devices is back [s]; where nobody was disconnected everybody is back at once.
fn back_after(run: &Run, time: Option<Micros>) -> f64 {
    if run.affected == 0 { 0.0 } else { seconds(time) }
}

impl Study {
    /// Sums up runs of this fleet that [`super::replicate`] made from `seed`.
    pub fn of(fleet: &Fleet, seed: u64, runs: Vec<Arc<Run>>) -> Self {
        let over = |of: &dyn Fn(&Run) -> f64| Metric::of(runs.iter().map(|run| of(run)).collect());
        let metrics = Measure::ALL.map(|measure| over(&|run| measure.of(run))).to_vec();
        let groups = (0..fleet.groups.len()).map(|index| GroupStudy {
            times: std::array::from_fn(|time| over(&|run| seconds(run.groups[index].times.all()[time]))),
            stranded: over(&|run| run.groups[index].stranded as f64),
            never_back: over(&|run| {
                let group = &run.groups[index];
                (u64::from(group.affected) - group.returned) as f64
            }),
            lost: over(&|run| run.groups[index].lost as f64),
        });
        let groups = groups.collect();
        let bands = Bands::of(&runs);
        let hash = runs.iter().fold(HASH_START, |hash, run| fold(hash, run.hash()));
        let (stability, bottleneck) = (diagnosis::stability(&runs), diagnosis::bottleneck(&runs));
        Self { seed, runs, bands, metrics, groups, stability, bottleneck, hash }
    }

    /// Returns one figure over all runs.
    pub fn metric(&self, measure: Measure) -> &Metric {
        // The order of `Measure::ALL` is the order of its variants; a test holds it.
        &self.metrics[measure as usize]
    }
}
