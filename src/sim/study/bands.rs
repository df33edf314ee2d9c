//! Curves over several runs: the 5th to 95th percentile at each second.
//!
//! A band is taken at each second by itself; no single run need follow it. A study keeps the bands that
//! every screen shows ([`Bands`]), and those of single groups and stations as far as they fit into 32 MiB:
//! sorting a day of 50 runs takes longer than a frame may. All others are taken from its runs when somebody
//! looks ([`Band::over`]).

use crate::base::stats::Spread;
use crate::sim::{Returns, Run, StationRun, WritesRun};
use std::ops::Range;
use std::sync::Arc;

/// Most memory of the bands of single groups and stations in a study [B].
const KEPT_BYTES: usize = 32 << 20;

/// 5th, 50th and 95th percentile over the runs at each second of absolute time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Band {
    /// 5th percentile.
    pub p5: Vec<f64>,
    /// Median.
    pub p50: Vec<f64>,
    /// 95th percentile.
    pub p95: Vec<f64>,
}

impl Band {
    /// Returns the band of a curve in these seconds, those that the runs have.
    pub fn over(runs: &[Arc<Run>], curve: Curve, bins: Range<usize>) -> Self {
        let most = runs.first().map_or(0, |run| run.curves.all.back.len());
        let bins = bins.start.min(most)..bins.end.min(most);
        let room = || Vec::with_capacity(bins.len());
        let mut band = Self { p5: room(), p50: room(), p95: room() };
        let mut values = vec![0.0; runs.len()];
        for bin in bins {
            for (value, run) in values.iter_mut().zip(runs) {
                *value = curve.at(run, bin);
            }
            if let Some(spread) = Spread::of(&mut values) {
                band.p5.push(spread.p5);
                band.p50.push(spread.p50);
                band.p95.push(spread.p95);
            }
        }
        band
    }
}

/// A curve that every run of a fleet has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Of all devices.
    All(Count),
    /// Of the group with this number in the order of the file.
    Group(usize, Count),
    /// Most attempts that waited in the second, at the station with this place in the line [attempts].
    Queue(usize),
    /// Share of the time of that station's workers that was used, 0..1.
    Utilisation(usize),
    /// Of the write queue; 0 where it is not modelled.
    Data(Flow),
}

/// What a curve of devices counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Share of the affected devices that are back at the end of the second, 0..1; 1 where none was affected.
    Back,
    /// Attempts begun [attempts/s].
    Attempts,
    /// Attempts refused [attempts/s].
    Refused,
    /// Attempts that the device gave up waiting for [attempts/s].
    TimedOut,
    /// Services that ended for a device that had given up [services/s].
    Wasted,
    /// Devices that gave up for good [devices/s].
    Stranded,
    /// Devices with an upgraded connection at the end of the second [devices].
    Connected,
    /// Devices signed in and bound at the end of the second [devices].
    Bound,
    /// Values in the stores of devices that are not bound, at the end of the second [values].
    Stored,
}

/// What a curve of the write queue counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Values waiting at the end of the second [values].
    Waiting,
    /// Stored values that arrived [values/s].
    Arrived,
    /// Values rejected because the queue was full [values/s].
    Rejected,
}

impl Curve {
    /// Returns the value of a run in a second; 0 where the run has no such group, station or second.
    pub fn at(self, run: &Run, bin: usize) -> f64 {
        match self {
            Self::All(count) => count.at(&run.curves.all, run.affected, bin),
            Self::Group(index, count) => {
                let group = run.groups.get(index);
                group.map_or(0.0, |group| count.at(&group.curves, u64::from(group.affected), bin))
            }
            Self::Queue(place) => {
                let waiting = |station: &StationRun| station.queue.get(bin).copied();
                run.stations.get(place).and_then(waiting).map_or(0.0, f64::from)
            }
            Self::Utilisation(place) => {
                run.stations.get(place).map_or(0.0, |station| station.utilisation(bin))
            }
            Self::Data(flow) => {
                let values = run.writes.as_ref().and_then(|writes| flow.of(writes).get(bin));
                values.map_or(0.0, |&values| values as f64)
            }
        }
    }
}

impl Count {
    fn at(self, curves: &Returns, affected: u64, bin: usize) -> f64 {
        let curve = match self {
            Self::Back => &curves.away,
            Self::Attempts => &curves.attempts,
            Self::Refused => &curves.refused,
            Self::TimedOut => &curves.timed_out,
            Self::Wasted => &curves.wasted,
            Self::Stranded => &curves.stranded,
            Self::Connected => &curves.connected,
            Self::Bound => &curves.bound,
            Self::Stored => return curves.stored.get(bin).map_or(0.0, |&values| values as f64),
        };
        let value = curve.get(bin).copied().map_or(0.0, f64::from);
        match self {
            Self::Back if affected == 0 => 1.0,
            Self::Back => (affected as f64 - value) / affected as f64,
            _ => value,
        }
    }
}

impl Flow {
    fn of(self, writes: &WritesRun) -> &[u64] {
        match self {
            Self::Waiting => &writes.level,
            Self::Arrived => &writes.arrived,
            Self::Rejected => &writes.rejected,
        }
    }
}

/// The bands that every screen shows. Bin 0 is the first second after the loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bands {
    /// Share of all devices that are back at the end of the second, 0..1.
    pub back: Band,
    /// Attempts begun in the second [attempts/s].
    pub attempts: Band,
    /// Most attempts waiting in the second at the sign-in tier [attempts].
    pub queue: Band,
    /// Share of the sign-in tier's time that was used, 0..1.
    pub utilisation: Band,
    /// Devices with an upgraded connection, signed in or not [devices].
    pub connected: Band,
    /// Values waiting to be written [values]; empty where that is not modelled.
    pub writes: Band,
    /// Those of single groups, then of the stations before the sign-in tier, as far as they fit.
    single: Vec<(Curve, Band)>,
}

impl Bands {
    /// Returns the band of one group or of a station before the sign-in tier, where it is kept.
    pub fn single(&self, curve: Curve) -> Option<&Band> {
        self.single.iter().find(|(own, _)| *own == curve).map(|(_, band)| band)
    }

    pub(super) fn of(runs: &[Arc<Run>]) -> Self {
        let over = |curve| Band::over(runs, curve, 0..usize::MAX);
        let last = runs.first().map_or(0, |run| run.stations.len().saturating_sub(1));
        let modelled = runs.iter().all(|run| run.writes.is_some());
        Self {
            back: over(Curve::All(Count::Back)),
            attempts: over(Curve::All(Count::Attempts)),
            queue: over(Curve::Queue(last)),
            utilisation: over(Curve::Utilisation(last)),
            connected: over(Curve::All(Count::Connected)),
            writes: if modelled { over(Curve::Data(Flow::Waiting)) } else { Band::default() },
            single: singles(runs).map(|curve| (curve, over(curve))).collect(),
        }
    }
}

/// Returns the curves of single groups and stations whose bands are kept.
fn singles(runs: &[Arc<Run>]) -> impl Iterator<Item = Curve> {
    let [groups, fronts, bins] = runs.first().map_or([0; 3], |run| {
        // One group alone is all devices.
        let groups = if run.groups.len() > 1 { run.groups.len() } else { 0 };
        [groups, run.stations.len().saturating_sub(1), run.curves.all.back.len()]
    });
    let groups =
        (0..groups).flat_map(|at| [Count::Back, Count::Attempts].map(|count| Curve::Group(at, count)));
    let fronts = (0..fronts).flat_map(|at| [Curve::Queue(at), Curve::Utilisation(at)]);
    groups.chain(fronts).take(KEPT_BYTES / (bins.max(1) * 3 * size_of::<f64>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example::EXAMPLES;
    use crate::sim::replicate;
    use std::sync::atomic::AtomicBool;

    /// The factory line: two groups, a balancer, Connection Servers, a sign-in tier and the write queue.
    fn runs() -> Vec<Arc<Run>> {
        let example = EXAMPLES.iter().find(|example| example.name == "three-box-line").unwrap();
        let mut fleet = example.file().unwrap().check(None).fleet.unwrap();
        fleet.groups.iter_mut().for_each(|group| group.devices = 40);
        let runs = replicate(&fleet, 7, 0..5, 1, &AtomicBool::new(false), &|_| ()).unwrap();
        runs.into_iter().map(Arc::new).collect()
    }

    #[test]
    fn groups_add_up_to_all_devices() {
        let runs = runs();
        let one = &runs[..1];
        let counts = [
            Count::Attempts,
            Count::Refused,
            Count::TimedOut,
            Count::Wasted,
            Count::Stranded,
            Count::Connected,
            Count::Bound,
        ];
        for count in counts {
            let all = Band::over(one, Curve::All(count), 0..usize::MAX).p50;
            let groups: Vec<Vec<f64>> = (0..runs[0].groups.len())
                .map(|index| Band::over(one, Curve::Group(index, count), 0..usize::MAX).p50)
                .collect();
            for (bin, all) in all.iter().enumerate() {
                let sum: f64 = groups.iter().map(|group| group[bin]).sum();
                assert_eq!(sum, *all, "{count:?} in second {bin}");
            }
        }
        let bound = Band::over(one, Curve::All(Count::Bound), 0..usize::MAX).p50;
        assert!(bound.contains(&80.0));
    }

    #[test]
    fn a_part_of_a_band_is_a_part_of_the_whole() {
        let runs = runs();
        for curve in [Curve::Group(1, Count::Back), Curve::Queue(0), Curve::Utilisation(1)] {
            let whole = Band::over(&runs, curve, 0..usize::MAX);
            let part = Band::over(&runs, curve, 900..1_000);
            assert_eq!(part.p50, whole.p50[900..1_000], "{curve:?}");
            assert_eq!(part.p95, whole.p95[900..1_000], "{curve:?}");
        }
        assert_eq!(Band::over(&runs, Curve::Queue(0), usize::MAX - 1..usize::MAX), Band::default());
        assert_eq!(Band::over(&[], Curve::Queue(0), 0..9), Band::default());
    }

    #[test]
    fn single_bands_are_kept_while_they_fit() {
        let runs = runs();
        let bands = Bands::of(&runs);
        for curve in [Curve::Group(1, Count::Attempts), Curve::Queue(0), Curve::Utilisation(1)] {
            assert_eq!(bands.single(curve), Some(&Band::over(&runs, curve, 0..usize::MAX)), "{curve:?}");
        }
        assert_eq!(bands.single(Curve::Group(1, Count::Refused)), None);
        // Of 300 groups in a day no more than 16 bands.
        let mut run = Run::clone(&runs[0]);
        run.groups = vec![run.groups[0].clone(); 300];
        run.curves.all.back = vec![0; 86_400];
        assert_eq!(singles(&[Arc::new(run)]).count(), 16);
    }

    #[test]
    fn shares_begin_at_none_and_end_at_all() {
        let runs = runs();
        let band = Band::over(&runs, Curve::Group(0, Count::Back), 0..usize::MAX);
        assert!(band.p5.iter().chain(&band.p95).all(|share| (0.0..=1.0).contains(share)));
        assert_eq!(band.p50.last(), Some(&1.0));
        assert_eq!(Curve::Group(99, Count::Back).at(&runs[0], 0), 0.0, "there is no such group");
        let arrived = Band::over(&runs, Curve::Data(Flow::Arrived), 0..usize::MAX);
        assert!(arrived.p50.iter().sum::<f64>() > 0.0);
    }
}
