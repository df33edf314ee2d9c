//! The three charts of a recovery: devices back, sign-in attempts, queue depth.
//!
//! They share one time axis whose zero is the moment the platform can be reached again. Where a
//! baseline is given, its median is drawn dashed behind the scenario's own.

use super::chart::{Axis, AxisKind, Band, Chart, Mark, Role, Scale, Series, Shade, Style};
use crate::base::units::{self, THIN};
use crate::plan::Outcome;
use crate::sim;
use std::sync::Arc;

/// Shortest time shown after the platform is back [s].
const SHORTEST: f64 = 60.0;
/// Longest part of the outage that is shown before zero, as a share of the time after it.
const BEFORE: f64 = 0.12;

/// Returns the charts of a result, most important first.
pub fn charts(this: &Outcome, baseline: Option<&Outcome>) -> Vec<Chart> {
    let own = span(this).max(SHORTEST);
    // A baseline that takes for ever must not squeeze the scenario that does not.
    let to = baseline.map_or(own, |baseline| span(baseline).clamp(own, own * 2.0));
    let outage = this.fleet.outage.length.secs();
    let from = -(to * BEFORE).min(outage);
    let x = Axis::time(from, to);
    let shade = || vec![Shade { from: -outage, to: 0.0, label: "outage".into() }];
    let frame = |id: &str, title: &str, y: Axis, spoken: String| Chart {
        id: id.into(),
        title: title.into(),
        x: x.clone(),
        y,
        series: Vec::new(),
        bands: Vec::new(),
        marks: Vec::new(),
        shades: shade(),
        spoken,
    };
    let mut back = frame("back", "Devices back", percent(), spoken_back(this, baseline));
    let mut attempts = frame("attempts", "Sign-in attempts", rate(), String::new());
    let mut queue = frame("queue", "Queue depth", depth(), String::new());
    let pairs = [baseline.map(|outcome| (outcome, Role::Baseline)), Some((this, Role::This))];
    for (outcome, role) in pairs.into_iter().flatten() {
        let bands = &outcome.study.bands;
        curve(&mut back, outcome, role, &bands.back, 100.0, Style::Line);
        curve(&mut attempts, outcome, role, &bands.attempts, 1.0, Style::Step);
        curve(&mut queue, outcome, role, &bands.queue, 1.0, Style::Step);
    }
    targets(this, &mut back, &mut attempts);
    attempts.y.range.1 = headroom(visible(&attempts));
    queue.y.range.1 = headroom(visible(&queue)).max(10.0);
    attempts.spoken = format!(
        "Sign-in attempts: busiest second after the return {}{THIN}/s, capacity {}{THIN}/s",
        units::significant(this.study.metric(sim::Measure::PeakUp).median),
        units::significant(this.fleet.platform.capacity_per_s())
    );
    queue.spoken = format!(
        "Queue depth: at most {} attempts waiting",
        units::count(this.study.metric(sim::Measure::LargestQueue).median as u64)
    );
    vec![back, attempts, queue]
}

/// Returns how long after the return a result is worth looking at [s]: until everything is back, with
/// some air, and never longer than it was watched.
fn span(outcome: &Outcome) -> f64 {
    let watched = outcome.fleet.outage.watch.secs();
    let last = outcome.study.metric(sim::Measure::T100).median;
    let enough = outcome.study.metric(sim::Measure::T99).median;
    let target = outcome.fleet.targets.t95.map_or(0.0, |limit| limit.secs() * 1.1);
    // A few stragglers must not squeeze the curve: beyond twice the 99 % they are cut off.
    (last.min(enough * 2.0) * 1.08).max(target).min(watched)
}

fn percent() -> Axis {
    Axis {
        title: "Devices back".into(),
        unit: "%".into(),
        range: (0.0, 100.0),
        scale: Scale::Linear,
        kind: AxisKind::Percent,
    }
}

fn rate() -> Axis {
    Axis {
        title: "Attempts".into(),
        unit: "/s".into(),
        range: (0.0, 1.0),
        scale: Scale::Linear,
        kind: AxisKind::Rate,
    }
}

fn depth() -> Axis {
    Axis {
        title: "Queue".into(),
        unit: "attempts".into(),
        range: (0.0, 1.0),
        scale: Scale::Log10,
        kind: AxisKind::Count,
    }
}

/// Returns a value with air above it, rounded up to two digits so that axes do not tremble while a
/// band is refined.
fn headroom(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let step = 10_f64.powf((value * 1.15).log10().floor()) / 5.0;
    (value * 1.15 / step).ceil() * step
}

/// Returns the highest value of a chart within its time range; lines above it are not forced into view.
fn visible(chart: &Chart) -> f64 {
    let (from, to) = chart.x.range;
    let inside = |x: f64| (from..=to).contains(&x);
    let series = chart.series.iter().flat_map(|s| s.points.iter()).filter(|p| inside(p[0])).map(|p| p[1]);
    let bands = chart.bands.iter().flat_map(|b| b.points.iter()).filter(|p| inside(p[0])).map(|p| p[2]);
    let top = series.chain(bands).fold(0.0, f64::max);
    let marks = chart.marks.iter().filter_map(|mark| match mark {
        Mark::Horizontal { y, .. } => Some(*y),
        Mark::Vertical { .. } => None,
    });
    // A limit far above the curve would flatten it.
    marks.filter(|y| *y <= top * 2.5).fold(top, f64::max)
}

/// Adds the median and, for the scenario itself, the band of a curve.
fn curve(chart: &mut Chart, outcome: &Outcome, role: Role, band: &sim::Band, scale: f64, style: Style) {
    let zero = outcome.fleet.outage.length.secs();
    // The share at the end of a bin stands at the bin's end, a rate holds from its start.
    let shift = if style == Style::Line { 1.0 } else { 0.0 };
    let x = |bin: usize| bin as f64 + shift - zero;
    let from = chart.x.range.0 - 2.0;
    // The last bins lie beyond the horizon and are not whole.
    let whole = outcome.fleet.outage.horizon().secs() as usize;
    let keep = move |bin: &usize| x(*bin) >= from && *bin < whole;
    let points = |values: &[f64]| -> Arc<[[f64; 2]]> {
        (0..values.len()).filter(keep).map(|bin| [x(bin), values[bin] * scale]).collect()
    };
    if role == Role::This && outcome.runs() > 1 {
        let points = (0..band.p5.len())
            .filter(keep)
            .map(|bin| [x(bin), band.p5[bin] * scale, band.p95[bin] * scale])
            .collect();
        chart.bands.push(Band { role, points });
    }
    chart.series.push(Series {
        name: if role == Role::Baseline { "baseline".into() } else { "this scenario".into() },
        role,
        points: points(&band.p50),
        style,
        dashed: role == Role::Baseline,
    });
}

/// Adds target, t95 and capacity.
fn targets(this: &Outcome, back: &mut Chart, attempts: &mut Chart) {
    back.marks.push(Mark::Horizontal { y: 95.0, label: "95 %".into(), role: Role::Neutral });
    if let Some(limit) = this.fleet.targets.t95 {
        back.marks.push(Mark::Vertical {
            x: limit.secs(),
            label: format!("target {limit}"),
            role: Role::Limit,
        });
    }
    let t95 = this.t95();
    if t95.is_finite() {
        let label = format!("95 % back {}", units::clock(t95));
        back.marks.push(Mark::Vertical { x: t95, label, role: Role::This });
    }
    let capacity = this.fleet.platform.capacity_per_s();
    let label = format!("capacity {}{THIN}/s", units::significant(capacity));
    attempts.marks.push(Mark::Horizontal { y: capacity, label, role: Role::Limit });
}

/// Returns the sentence that speaks the recovery curve.
fn spoken_back(this: &Outcome, baseline: Option<&Outcome>) -> String {
    let verdict = this.verdict().word();
    let text = format!("Recovery curve: {}. {verdict}", this.headline());
    let Some(baseline) = baseline else { return text };
    let before = baseline.t95();
    let said = if before.is_finite() { format!("after {}", units::duration(before)) } else { "never".into() };
    format!("{text}. Baseline: 95 % back {said}")
}
