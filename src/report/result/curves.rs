//! The curves of a result: of all devices, of each group, of each station and of the write queue.
//!
//! A curve is described here and taken from the runs only while it is written, one after the other: a
//! result with hundreds of curves needs the memory of one. Each has one value per second since the loss
//! of the connections, as 5th percentile, median and 95th percentile over the runs at that second.

use super::number;
use crate::plan::Outcome;
use crate::sim::{Band, Count, Curve, Flow, Run};
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// Length of the values of a curve [s].
const BIN: u32 = 1;

/// What devices do, by key; of all of them and of each group.
pub(super) const COUNTS: [(&str, Count); 9] = [
    ("back_pct", Count::Back),
    ("attempts_per_s", Count::Attempts),
    ("refused_per_s", Count::Refused),
    ("timed_out_per_s", Count::TimedOut),
    ("wasted_per_s", Count::Wasted),
    ("stranded_per_s", Count::Stranded),
    ("connected", Count::Connected),
    ("bound", Count::Bound),
    ("stored_values", Count::Stored),
];

/// What the write queue does, by key.
pub(super) const FLOWS: [(&str, Flow); 3] = [
    ("waiting_values", Flow::Waiting),
    ("arrived_values_per_s", Flow::Arrived),
    ("rejected_values_per_s", Flow::Rejected),
];

/// The curves of a result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Curves<'a> {
    outcome: &'a Outcome,
}

/// A curve that is taken from the runs while it is written.
struct Line<'a> {
    runs: &'a [Arc<Run>],
    curve: Curve,
}

/// What the devices of a group do.
struct GroupCurves<'a> {
    outcome: &'a Outcome,
    index: usize,
}

/// How busy a station is.
struct StationCurves<'a> {
    outcome: &'a Outcome,
    place: usize,
}

/// What the write queue does.
struct WriteCurves<'a>(&'a Outcome);

impl<'a> Curves<'a> {
    /// Returns the curves of a result; nothing is taken from its runs before they are written.
    pub(super) fn of(outcome: &'a Outcome) -> Self {
        Self { outcome }
    }
}

impl Serialize for Curves<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outcome = self.outcome;
        let runs = outcome.study.runs.as_slice();
        let stations = runs.first().map_or(0, |run| run.stations.len());
        let line = |curve| Line { runs, curve };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("bin_s", &BIN)?;
        map.serialize_entry("returned_s", &number(outcome.fleet.outage.length.secs()))?;
        for (key, count) in COUNTS {
            map.serialize_entry(key, &line(Curve::All(count)))?;
        }
        let last = stations.saturating_sub(1);
        map.serialize_entry("queue", &line(Curve::Queue(last)))?;
        map.serialize_entry("utilisation_pct", &line(Curve::Utilisation(last)))?;
        let modelled = outcome.fleet.platform.writes.is_some();
        if modelled {
            map.serialize_entry("waiting_values", &line(Curve::Data(Flow::Waiting)))?;
        }
        let groups = outcome.fleet.groups.len();
        let groups: Vec<_> = (0..groups).map(|index| GroupCurves { outcome, index }).collect();
        map.serialize_entry("groups", &groups)?;
        let stations: Vec<_> = (0..stations).map(|place| StationCurves { outcome, place }).collect();
        map.serialize_entry("stations", &stations)?;
        if modelled {
            map.serialize_entry("writes", &WriteCurves(outcome))?;
        }
        map.end()
    }
}

impl Serialize for GroupCurves<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.outcome.fleet.groups[self.index].id)?;
        for (key, count) in COUNTS {
            let curve = Curve::Group(self.index, count);
            map.serialize_entry(key, &Line { runs: &self.outcome.study.runs, curve })?;
        }
        map.end()
    }
}

impl Serialize for StationCurves<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let runs = self.outcome.study.runs.as_slice();
        let mut map = serializer.serialize_map(None)?;
        let station = runs.first().and_then(|run| run.stations.get(self.place));
        map.serialize_entry("station", &station.map(|station| station.name.word()))?;
        map.serialize_entry("workers", &station.map(|station| station.workers))?;
        map.serialize_entry("queue", &Line { runs, curve: Curve::Queue(self.place) })?;
        map.serialize_entry("utilisation_pct", &Line { runs, curve: Curve::Utilisation(self.place) })?;
        map.end()
    }
}

impl Serialize for WriteCurves<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, flow) in FLOWS {
            map.serialize_entry(key, &Line { runs: &self.0.study.runs, curve: Curve::Data(flow) })?;
        }
        map.end()
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let band = Band::over(self.runs, self.curve, 0..usize::MAX);
        let share = matches!(
            self.curve,
            Curve::All(Count::Back) | Curve::Group(_, Count::Back) | Curve::Utilisation(_)
        );
        let scale = if share { 100.0 } else { 1.0 };
        let mut object = serializer.serialize_struct("Band", 3)?;
        object.serialize_field("p5", &Values(&band.p5, scale))?;
        object.serialize_field("p50", &Values(&band.p50, scale))?;
        object.serialize_field("p95", &Values(&band.p95, scale))?;
        object.end()
    }
}

/// Values and what they are multiplied by.
struct Values<'a>(&'a [f64], f64);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = self.0.iter().map(|value| -> Value { number(value * self.1) });
        serializer.collect_seq(numbers)
    }
}
