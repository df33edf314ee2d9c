//! What one run yields: curves per second, times, peaks and totals.
//!
//! Curves have one bin per second of time since the loss of the connections (bin 0 is the first second
//! of the outage), `⌊H / 1 s⌋ + 2` of them, empty ones included; the zero of the axis that people see is
//! [`Run::returned`]. Definitions of *back*, t95 and *stranded* are those of the product: the share is
//! taken of all devices, stranded ones included, so that a time can be *never*.

use crate::base::{Micros, stats};

/// Length of a bin [µs].
pub(super) const BIN: u64 = 1_000_000;

/// Start value of the result hash (FNV-1a's offset basis).
pub(super) const HASH_START: u64 = 0xCBF2_9CE4_8422_2325;
/// Multiplier of the result hash (FNV-1a's prime).
const HASH_PRIME: u64 = 0x0000_0100_0000_01B3;

/// Folds one word into a result hash.
pub(super) fn fold(hash: u64, word: u64) -> u64 {
    (hash ^ word).wrapping_mul(HASH_PRIME)
}

/// Returns the number of bins of a run that ends at `horizon`.
pub(super) fn bins(horizon: Micros) -> u64 {
    horizon.0 / BIN + 2
}

/// Events and levels per second of absolute time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curves {
    /// Attempts that devices began [attempts/s].
    pub attempts: Vec<u32>,
    /// Attempts that reached the platform after its return [attempts/s]; an attempt of the outage whose
    /// SYN got through late counts when it arrives.
    pub arrivals: Vec<u32>,
    /// Devices that came back, at the end of their service [devices/s].
    pub back: Vec<u32>,
    /// Attempts refused by a full queue [attempts/s].
    pub refused: Vec<u32>,
    /// Attempts that the device gave up waiting for, when it did [attempts/s].
    pub timed_out: Vec<u32>,
    /// Attempts that failed at once because the platform was down [attempts/s].
    pub turned_away: Vec<u32>,
    /// Attempts into a black hole, when the device's kernel stopped repeating [attempts/s].
    pub unanswered: Vec<u32>,
    /// Services that ended for a device that had given up [sign-ins/s].
    pub wasted: Vec<u32>,
    /// Attempts that the platform closed in its queue [attempts/s].
    pub closed: Vec<u32>,
    /// Devices that gave up for good, when they did [devices/s].
    pub stranded: Vec<u32>,
    /// Most attempts waiting in the queue at the end of any tick of the second [attempts].
    pub queue: Vec<u32>,
    /// Time that workers were busy [µs per s], at most workers · 10^6.
    pub busy: Vec<u64>,
}

impl Curves {
    /// Returns empty curves of this many bins.
    pub(super) fn new(bins: usize) -> Self {
        let zeros = || vec![0; bins];
        Self {
            attempts: zeros(),
            arrivals: zeros(),
            back: zeros(),
            refused: zeros(),
            timed_out: zeros(),
            turned_away: zeros(),
            unanswered: zeros(),
            wasted: zeros(),
            closed: zeros(),
            stranded: zeros(),
            queue: zeros(),
            busy: vec![0; bins],
        }
    }
}

/// Times from the platform's return until a share of the devices is back; `None` is *never*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// 50 % of the devices.
    pub t50: Option<Micros>,
    /// 95 % of the devices.
    pub t95: Option<Micros>,
    /// 99 % of the devices.
    pub t99: Option<Micros>,
    /// All devices.
    pub t100: Option<Micros>,
}

impl Times {
    /// The shares [%], in the order of the fields.
    pub const PERCENT: [u32; 4] = [50, 95, 99, 100];

    /// Returns the four times in the order of [`Self::PERCENT`].
    pub fn all(&self) -> [Option<Micros>; 4] {
        [self.t50, self.t95, self.t99, self.t100]
    }

    /// Finds the times in the return times of a population.
    ///
    /// `back` holds each device's return [µs since the loss], `u64::MAX` where it never came; `curve` is
    /// the same by bin and finds the bin that a rank falls into, so that only that bin is sorted.
    pub(super) fn of(back: &[u64], curve: &[u32], returned: Micros) -> Self {
        let ranks = Self::PERCENT.map(|percent| stats::nearest_rank(back.len() as u64, percent));
        let [t50, t95, t99, t100] = nth(back, curve, ranks).map(|at| at.map(|at| Micros(at).since(returned)));
        Self { t50, t95, t99, t100 }
    }
}

/// Returns the values with these ranks (from 1) among return times, `None` where fewer returned.
fn nth(back: &[u64], curve: &[u32], ranks: [u64; 4]) -> [Option<u64>; 4] {
    // Start of the bin of each rank, rank within that bin, and the values in it.
    let mut wanted = ranks.map(|rank| {
        let mut before = 0;
        let bin = curve.iter().position(|&count| {
            before += u64::from(count);
            rank > 0 && before >= rank
        })?;
        Some((bin as u64 * BIN, (rank + u64::from(curve[bin]) - before) as usize, Vec::new()))
    });
    for &at in back {
        for (from, _, values) in wanted.iter_mut().flatten() {
            if at >= *from && at - *from < BIN {
                values.push(at);
            }
        }
    }
    wanted.map(|wanted| {
        let (_, rank, mut values) = wanted?;
        values.sort_unstable();
        values.get(rank - 1).copied()
    })
}

/// Sums over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Attempts begun.
    pub attempts: u64,
    /// Of these, begun before the platform's return.
    pub attempts_in_outage: u64,
    /// Attempts that reached the platform: refused, queued or served at once.
    pub arrivals: u64,
    /// Devices back.
    pub back: u64,
    /// Attempts refused by a full queue.
    pub refused: u64,
    /// Attempts that the device gave up waiting for.
    pub timed_out: u64,
    /// Attempts that failed at once because the platform was down.
    pub turned_away: u64,
    /// Attempts into a black hole that the device's kernel gave up.
    pub unanswered: u64,
    /// Services that ended for a device that had given up.
    pub wasted: u64,
    /// Working time of those services [µs].
    pub wasted_work: u64,
    /// Attempts that the platform closed in its queue.
    pub closed: u64,
    /// Devices that gave up for good.
    pub stranded: u64,
    /// Values lost because a device's store was full [values].
    pub lost: u64,
}

/// What one group of devices did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRun {
    /// Devices in the group.
    pub devices: u32,
    /// Devices that came back, per second of absolute time [devices/s].
    pub back: Vec<u32>,
    /// Times until a share of the group is back.
    pub times: Times,
    /// Devices back by the end.
    pub returned: u64,
    /// Devices that gave up for good.
    pub stranded: u64,
    /// Values lost because a device's store was full [values].
    pub lost: u64,
}

/// One replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Seed of its draws.
    pub seed: u64,
    /// When the platform can be reached again, since the loss; the zero of the axis that people see.
    pub returned: Micros,
    /// End of the simulation, since the loss.
    pub horizon: Micros,
    /// Devices in all groups.
    pub devices: u64,
    /// Curves over all groups.
    pub curves: Curves,
    /// Times over all groups.
    pub times: Times,
    /// The groups, in the order of the file.
    pub groups: Vec<GroupRun>,
    /// Sums over all groups.
    pub totals: Totals,
    /// Most attempts in one second [attempts/s].
    pub peak: u32,
    /// Most attempts that reached the platform in one second after its return [attempts/s].
    pub peak_up: u32,
    /// Most attempts that waited in the queue at the same time.
    pub largest_queue: u32,
}

impl Run {
    /// Returns the number of devices that were not back at the end, stranded ones included.
    pub fn never_back(&self) -> u64 {
        self.devices - self.totals.back
    }

    /// Returns the share of workers that were busy in a second, 0..1, where the platform has so many.
    pub fn utilisation(&self, bin: usize, workers: u32) -> f64 {
        let busy = self.curves.busy.get(bin).copied().unwrap_or(0);
        busy as f64 / (f64::from(workers.max(1)) * BIN as f64)
    }

    /// Returns the result hash of `storm-1`: the curves attempts, back, refused and timed out, folded
    /// one 64-bit word per bin. Equal inputs give equal hashes on every machine.
    pub fn hash(&self) -> u64 {
        let curves = &self.curves;
        [&curves.attempts, &curves.back, &curves.refused, &curves.timed_out]
            .into_iter()
            .flatten()
            .fold(HASH_START, |hash, &count| fold(hash, u64::from(count)))
    }
}
