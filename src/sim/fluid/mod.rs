//! The fluid engine: the mean of all runs as a flow, in less than a millisecond for any fleet.
//!
//! Where the exact engine plays every device, this one moves numbers of devices: how many wait, attempt,
//! queue, are refused and come back in each step of a fraction of a second. The cost depends on the
//! number of groups and not of devices, so a curve can follow the drag of a slider and a search can try
//! hundreds of settings. It is no replacement: it knows means only, no chance, and where chance matters
//! it says so ([`Fluid::doubts`]). A decision needs the exact runs.
//!
//! The model is that of [`crate::sim`] for one tier, or for the station that limits the recovery. Its
//! parts: [`Model`] is the input and [`derive()`](derive::derive) makes it from a [`Fleet`]; a wait is a
//! difference of running sums (`line`), an agent a graph of waits (`flow`), the platform a queue of
//! known wait (`tier`) whose speed may change (`pace`); outages and slow recoveries are shortened where
//! nothing changes (`outage`, `solve`); and who is back is read off the order of arrival (`groups`). Fluid limits of queues with time-outs and retries are due to Mandelbaum, Massey, Reiman,
//! Stolyar and Rider (Telecommunication Systems 21, 2002).
//!
//! Accuracy against the exact mean: see the tests. Everything is deterministic.

pub mod derive;
mod doubt;
mod flow;
mod line;
pub mod model;
mod outage;
mod pace;
mod record;
mod solve;
mod tier;

pub use doubt::Doubt;
pub use model::Model;

use super::StationName;
use crate::fleet::Fleet;
use doubt::{FEW_DEVICES, FEW_PLACES, FEW_WORKERS};
use model::{Source, When};
use solve::{Pass, Start};

/// Means per bin; all curves have one value per pair of neighbouring edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Edges of the bins [s after the return], ascending, negative in the outage. A bin lasts 1 s except
    /// where the engine leaves out or leaps.
    pub edges_s: Vec<f64>,
    /// Share of all devices that are back at the end of the bin, 0..1.
    pub share_back: Vec<f64>,
    /// Attempts that devices begin [attempts/s].
    pub attempts: Vec<f64>,
    /// Attempts that reach the platform [attempts/s].
    pub arrivals: Vec<f64>,
    /// Devices that come back [devices/s].
    pub back: Vec<f64>,
    /// Attempts refused by a full queue [attempts/s].
    pub refused: Vec<f64>,
    /// Attempts that the device gives up waiting for [attempts/s].
    pub timed_out: Vec<f64>,
    /// Most attempts that wait in the queue at the end of a step [attempts].
    pub queue: Vec<f64>,
}

/// Times from the return until a share of the devices is back [s]; `None` is *never*.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanTimes {
    /// 50 % of the devices.
    pub t50: Option<f64>,
    /// 95 % of the devices.
    pub t95: Option<f64>,
    /// 99 % of the devices.
    pub t99: Option<f64>,
    /// All devices: the mean of the last one's return, ∫ 1 − e^(−devices away at t) dt.
    pub t100: Option<f64>,
}

/// Means of the sums over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    /// Attempts begun.
    pub attempts: f64,
    /// Of these, begun before the return.
    pub attempts_in_outage: f64,
    /// Attempts that reached the platform.
    pub arrivals: f64,
    /// Devices back.
    pub back: f64,
    /// Attempts refused by a full queue.
    pub refused: f64,
    /// Attempts that the device gave up waiting for.
    pub timed_out: f64,
    /// Services that ended for a device that had given up.
    pub wasted: f64,
    /// Attempts that the platform closed in its queue.
    pub closed: f64,
    /// Devices that gave up for good.
    pub stranded: f64,
    /// Most attempts waiting at the same time.
    pub largest_queue: f64,
}

/// The largest number of attempts in one second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peak {
    /// Largest mean [attempts/s].
    pub mean: f64,
    /// What a single run has to be expected to show: the largest of many seconds lies above their mean
    /// [attempts/s].
    pub expected: f64,
}

/// The mean recovery of every group that lost devices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// When the shares hold [s after the return], ascending from 0.
    pub at_s: Vec<f64>,
    /// The groups, in the order of the file.
    pub each: Vec<GroupBack>,
}

/// How many of a group are back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupBack {
    /// Id of the group.
    pub id: String,
    /// Devices of the group that lose their connection.
    pub devices: f64,
    /// Share of them that is back at each time of [`Groups::at_s`], 0..1.
    pub share_back: Vec<f64>,
    /// Times until a share of them is back; the last one's is not known.
    pub times: MeanTimes,
}

/// The mean of all runs, nearly.
#[derive(Clone, Debug, PartialEq)]
pub struct Fluid {
    /// Devices in all groups.
    pub devices: f64,
    /// Curves over all groups.
    pub curves: Curves,
    /// Curves and times of each group.
    pub groups: Groups,
    /// Times over all groups.
    pub times: MeanTimes,
    /// Sums over all groups.
    pub totals: Mean,
    /// Most attempts in one second.
    pub peak: Peak,
    /// Most attempts that reach the platform in one second after the return.
    pub peak_up: Peak,
    /// The station whose queue it is.
    pub station: StationName,
    /// Length of a step [s].
    pub step_s: f64,
    /// Why not to trust it; empty where it can be trusted.
    pub doubts: Vec<Doubt>,
}

/// Returns the mean recovery of a fleet; takes less than a millisecond.
pub fn fluid(fleet: &Fleet) -> Fluid {
    solve(&derive::derive(fleet))
}

/// Returns the mean recovery of a model.
pub fn solve(model: &Model) -> Fluid {
    let start = Start::of(model);
    let base = start.play(model);
    let doubts = doubts(model, &base, start);
    let [peak, peak_up] = base.peaks;
    Fluid {
        devices: model.sources.iter().map(|source| source.devices).sum(),
        curves: base.curves,
        groups: base.groups,
        times: base.times,
        totals: base.totals,
        peak,
        peak_up,
        station: model.station,
        step_s: base.step_s,
        doubts,
    }
}

fn doubts(model: &Model, base: &Pass, start: Start) -> Vec<Doubt> {
    let tier = &model.tier;
    let mut doubts = model.doubts.clone();
    let mut doubt = |applies: bool, doubt: Doubt| {
        if applies {
            doubts.push(doubt);
        }
    };
    let devices: f64 = model.sources.iter().map(|source| source.devices).sum();
    doubt(tier.workers < FEW_WORKERS, Doubt::FewWorkers { workers: tier.workers });
    doubt(devices < FEW_DEVICES, Doubt::FewDevices { devices });
    let places = tier.workers + tier.room;
    doubt(places < FEW_PLACES, Doubt::FewPlaces { places });
    let shortest = model.sources.iter().map(|source| source.timeout_s).fold(f64::INFINITY, f64::min);
    doubt(tier.exponential && tier.service_s > shortest / 9.0, Doubt::SlowService);
    let repeats = model.sources.iter().any(Source::repeats_at_fixed_intervals);
    let refused = base.totals.refused > 0.01 * base.totals.arrivals;
    doubt(repeats && refused && !tier.exponential, Doubt::Resonance);
    // What never recovers does not depend on whom a burst meets.
    let recovers = base.times.t95.is_some();
    doubt(recovers && repeats && refused && tier.exponential && model.sources.len() > 1, Doubt::Bursts);
    doubt(base.coarse, Doubt::Coarse);
    for (when, left_out) in &model.where_it_matters {
        doubt(matters(*when, base), left_out.clone());
    }
    doubt(feeds_back(model, base, shortest) && start.finds_cliff(model, &base.times), Doubt::NearCliff);
    doubts
}

/// Returns whether a result is one with which something matters.
fn matters(when: When, base: &Pass) -> bool {
    match when {
        When::Always => true,
        When::ArrivalsAbove(per_s) => base.peaks[1].expected > per_s,
        When::QueueAbove(attempts) => base.totals.largest_queue >= attempts,
        When::WaitAbove(wait_s) => base.longest_wait_s > wait_s,
        // Less than one is nobody.
        When::Refused => base.totals.refused > 1.0,
        When::TimedOut => base.totals.timed_out > 1.0,
    }
}

/// Returns whether there can be a cliff: without attempts that time out or nearly do, nothing feeds back
/// on itself.
fn feeds_back(model: &Model, base: &Pass, shortest_timeout_s: f64) -> bool {
    let wait = base.longest_wait_s + model.tier.service_s;
    let stranded = base.totals.stranded > 0.0 && base.totals.refused > 0.0;
    wait >= 0.8 * shortest_timeout_s || stranded
}

#[cfg(test)]
mod tests;
