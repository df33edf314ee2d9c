//! The chart of the platform: where attempts wait, how busy the stations are, or what waits to be written.
//!
//! A station without anything to show is left out: a platform of one tier shows the queue of its sign-in
//! tier. One station alone is drawn like any scenario, with band and what it is compared with; of several only
//! the medians are drawn, each in a colour of its own with its baseline dashed behind it. Several stations of
//! several scenarios could not be told apart: beside further scenarios only the busiest one is drawn.

use super::{Look, add, bins, estimated, headroom, kept, percent, visible};
use crate::base::units;
use crate::plan::{Outcome, Preview};
use crate::report::chart::{Axis, AxisKind, Chart, Mark, Role, Scale, Style};
use crate::sim::{Band, Curve, Flow, Measure, Metric, Run, StationName};

/// What is shown of the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Attempts that wait at each station.
    #[default]
    Queues,
    /// Share of its time in which each station works.
    Utilisation,
    /// Values that wait to be written; queues where that is not modelled.
    Data,
}

/// Share of a station's time from which on its utilisation is worth a curve.
const BUSY: f64 = 0.01;
/// Share of the highest curve below which another one is not worth it: it would hide among zeros.
const SMALL: f64 = 0.01;

/// A station of a result that has something to show.
#[derive(Clone, Copy)]
struct Place {
    /// Its place in the line.
    index: usize,
    name: StationName,
    role: Role,
}

/// Returns how long after the return the platform of a result is worth looking at [s]: what is written
/// late is not cut off where it is looked at.
pub(super) fn span(outcome: &Outcome, part: Part) -> f64 {
    if part != Part::Data || outcome.fleet.platform.writes.is_none() {
        return 0.0;
    }
    let drained = outcome.study.metric(Measure::Drained).median;
    (drained * 1.08).min(outcome.fleet.outage.watch.secs())
}

/// Completes the chart of a result.
pub(super) fn chart(
    mut chart: Chart,
    this: &Outcome,
    behind: &[(&str, Role, &Outcome)],
    estimate: Option<&Preview>,
    part: Part,
) -> Chart {
    match part {
        Part::Data if this.fleet.platform.writes.is_some() => data(&mut chart, this, behind),
        Part::Utilisation => {
            stations(&mut chart, this, behind, part);
        }
        Part::Queues | Part::Data => {
            let shown = stations(&mut chart, this, behind, Part::Queues);
            // An estimate knows one queue: it is drawn where that one is among those shown.
            if let Some(preview) = estimate
                && shown.contains(&preview.fluid.station)
            {
                estimated(preview, &mut chart, &preview.fluid.curves.queue, 1.0, Style::Step);
                chart.y.range.1 = headroom(visible(&chart)).max(10.0);
            }
        }
    }
    chart
}

/// Completes the chart of an estimate: the queue that it knows.
pub(super) fn estimated_chart(mut chart: Chart, preview: &Preview) -> Chart {
    if !preview.queues_at_sign_in() {
        chart.title = format!("Queue depth, {}", preview.fluid.station.short());
    }
    estimated(preview, &mut chart, &preview.fluid.curves.queue, 1.0, Style::Step);
    chart.y.range.1 = headroom(visible(&chart)).max(10.0);
    chart.spoken = format!("{}: estimate", chart.title);
    chart
}

/// Returns the axis of a queue.
pub(super) fn depth() -> Axis {
    Axis {
        title: "Queue".into(),
        unit: "attempts".into(),
        range: (0.0, 1.0),
        scale: Scale::Log10,
        kind: AxisKind::Count,
    }
}

/// Returns the curve of a station.
fn of(index: usize, part: Part) -> Curve {
    if part == Part::Utilisation { Curve::Utilisation(index) } else { Curve::Queue(index) }
}

/// Returns the stations of a result whose median has something to show on the chart, the sign-in tier last;
/// it is always there.
fn places(outcome: &Outcome, part: Part, chart: &Chart) -> Vec<Place> {
    let runs = &outcome.study.runs;
    let Some(first) = runs.first() else { return Vec::new() };
    let least = if part == Part::Utilisation { BUSY } else { 1.0 };
    let highest = |index| {
        // Where most runs have nothing, the median has nothing either: that is soon said.
        if runs.iter().filter(|run| most(run, index, part) >= least).count() * 2 < runs.len() {
            return 0.0;
        }
        let (curve, seen) = (of(index, part), bins(chart, outcome, 0.0));
        match kept(outcome, curve) {
            Some(band) => band.p50.iter().skip(seen.start).take(seen.len()).copied().fold(0.0, f64::max),
            None => Band::over(runs, curve, seen).p50.into_iter().fold(0.0, f64::max),
        }
    };
    let highest: Vec<f64> = (0..first.stations.len()).map(highest).collect();
    let least = least.max(highest.iter().copied().fold(0.0, f64::max) * SMALL);
    let last = highest.len().saturating_sub(1);
    let shown = first.stations.iter().zip(highest).enumerate();
    let shown = shown.filter(|(index, (_, highest))| *index == last || *highest >= least);
    shown.map(|(index, (station, _))| Place { index, name: station.name, role: role(station.name) }).collect()
}

/// Returns the highest value of a station in a run.
fn most(run: &Run, index: usize, part: Part) -> f64 {
    let Some(station) = run.stations.get(index) else { return 0.0 };
    match part {
        Part::Utilisation => (0..station.busy.len()).map(|bin| station.utilisation(bin)).fold(0.0, f64::max),
        Part::Queues | Part::Data => f64::from(station.largest_queue()),
    }
}

/// Returns what a station's curve is.
fn role(name: StationName) -> Role {
    Role::Part(match name {
        StationName::SignIn => 0,
        StationName::Connection => 1,
        StationName::Tls => 2,
        StationName::Gate => 3,
    })
}

/// Returns the station of these with the highest curve.
fn busiest(outcome: &Outcome, shown: &[Place], part: Part) -> Option<Place> {
    let of = |place: &Place| {
        Metric::of(outcome.study.runs.iter().map(|run| most(run, place.index, part)).collect()).median
    };
    shown.iter().copied().max_by(|a, b| of(a).total_cmp(&of(b)))
}

/// Draws the stations of a result; returns which.
fn stations(
    chart: &mut Chart,
    this: &Outcome,
    behind: &[(&str, Role, &Outcome)],
    part: Part,
) -> Vec<StationName> {
    let scale = if part == Part::Utilisation { 100.0 } else { 1.0 };
    let mut shown = places(this, part, chart);
    let title = if part == Part::Utilisation { "Utilisation" } else { "Queue depth" };
    title.clone_into(&mut chart.title);
    if part == Part::Utilisation {
        chart.y = percent(title);
    }
    if behind.iter().any(|(_, role, _)| *role != Role::Baseline) {
        shown = busiest(this, &shown, part).into_iter().collect();
    }
    let behind: Vec<_> = behind
        .iter()
        .map(|(name, role, outcome)| (*name, *role, *outcome, places(outcome, part, chart)))
        .collect();
    let alone = shown.len() == 1;
    for place in &shown {
        let same = |other: &&Place| other.name == place.name;
        for (name, role, outcome, places) in &behind {
            if let Some(old) = places.iter().find(same) {
                let role = if alone { *role } else { place.role };
                let look = Look { dashed: true, band: false, ..Look::of(name, role) };
                add(chart, outcome, of(old.index, part), &look.scaled(scale, Style::Step));
            }
        }
        let look = Look::of("this scenario", Role::This);
        let own = Look { name: place.name.short(), role: place.role, band: false, ..look };
        let look = if alone { look } else { own };
        add(chart, this, of(place.index, part), &look.scaled(scale, Style::Step));
    }
    let fronts = this.study.runs.first().map_or(0, |run| run.stations.len());
    if let ([only], true) = (shown.as_slice(), fronts > 1) {
        chart.title = format!("{title}, {}", only.name.short());
    }
    chart.spoken = spoken(this, &shown, part);
    if part != Part::Utilisation {
        chart.y.range.1 = headroom(visible(chart)).max(10.0);
    }
    shown.iter().map(|place| place.name).collect()
}

/// Returns the sentence that speaks the stations.
fn spoken(outcome: &Outcome, shown: &[Place], part: Part) -> String {
    let runs = outcome.study.runs.iter();
    let most = |index| Metric::of(runs.clone().map(|run| most(run, index, part)).collect()).median;
    let text = |index: usize| match part {
        Part::Utilisation => units::percent(most(index)),
        Part::Queues | Part::Data => format!("{} attempts waiting", units::count(most(index) as u64)),
    };
    let what = if part == Part::Utilisation { "Utilisation" } else { "Queue depth" };
    match shown {
        [only] => format!("{what}: at most {}", text(only.index)),
        several => {
            let each =
                several.iter().map(|place| format!("{} at most {}", place.name.short(), text(place.index)));
            format!("{what}: {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Draws the write queue of a result.
fn data(chart: &mut Chart, this: &Outcome, behind: &[(&str, Role, &Outcome)]) {
    "Write queue".clone_into(&mut chart.title);
    chart.y = Axis { title: "Write queue".into(), unit: "values".into(), ..depth() };
    let modelled = behind.iter().copied().filter(|(.., outcome)| outcome.fleet.platform.writes.is_some());
    for (name, role, outcome) in modelled.chain([("this scenario", Role::This, this)]) {
        add(chart, outcome, Curve::Data(Flow::Waiting), &Look::of(name, role));
    }
    if let Some(writes) = this.fleet.platform.writes {
        let label = format!("room {}", units::si(writes.queue as f64));
        chart.marks.push(Mark::Horizontal { y: writes.queue as f64, label, role: Role::Limit });
    }
    let drained = this.study.metric(Measure::Drained).median;
    if drained.is_finite() {
        let label = format!("written {}", units::clock(drained));
        chart.marks.push(Mark::Vertical { x: drained, label, role: Role::This });
    }
    chart.y.range.1 = headroom(visible(chart)).max(10.0);
    let most = &this.study.bands.writes.p50;
    let most = units::count(most.iter().copied().fold(0.0, f64::max) as u64);
    let written = if drained.is_finite() {
        format!("stored data written after {}", units::duration(drained))
    } else {
        "stored data never written".to_owned()
    };
    chart.spoken = format!("Write queue: at most {most} values waiting, {written}");
}
