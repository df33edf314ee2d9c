//! The three charts of a recovery: devices back, sign-in attempts, queue depth.
//!
//! They share one time axis whose zero is the moment the platform can be reached again. Where a
//! baseline is given, its median is drawn dashed behind the scenario's own. Until the runs for changed
//! inputs are there an estimate of them is drawn dashed too.

use super::chart::{Axis, AxisKind, Band, Chart, Mark, Role, Scale, Series, Shade, Style};
use crate::base::units::{self, THIN};
use crate::fleet::Fleet;
use crate::plan::{Outcome, Preview};
use crate::sim;
use std::sync::Arc;

/// Shortest time shown after the platform is back [s].
const SHORTEST: f64 = 60.0;
/// Longest part of the outage that is shown before zero, as a share of the time after it.
const BEFORE: f64 = 0.12;

/// Returns the charts of a result, most important first; an estimate is that of the inputs as they are now.
pub fn charts(this: &Outcome, baseline: Option<&Outcome>, estimate: Option<&Preview>) -> Vec<Chart> {
    let own = span(this).max(SHORTEST);
    // What takes for ever must not squeeze the scenario that does not.
    let others = [baseline.map(span), estimate.map(estimated_span)];
    let to = others.into_iter().flatten().fold(own, |to, other| to.max(other.min(own * 2.0)));
    let [mut back, mut attempts, mut queue] = frames(&this.fleet, to);
    back.spoken = spoken_back(this, baseline);
    let pairs = [baseline.map(|outcome| (outcome, Role::Baseline)), Some((this, Role::This))];
    for (outcome, role) in pairs.into_iter().flatten() {
        let bands = &outcome.study.bands;
        curve(&mut back, outcome, role, &bands.back, 100.0, Style::Line);
        curve(&mut attempts, outcome, role, &bands.attempts, 1.0, Style::Step);
        curve(&mut queue, outcome, role, &bands.queue, 1.0, Style::Step);
    }
    if let Some(preview) = estimate {
        estimated(preview, &mut back, &mut attempts, &mut queue);
    }
    targets(&this.fleet, Some(this.t95()), &mut back, &mut attempts);
    fit(&mut attempts, &mut queue);
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

/// Returns the charts of an estimate while there is no result at all.
pub fn estimated_charts(preview: &Preview) -> Vec<Chart> {
    let [mut back, mut attempts, mut queue] = frames(&preview.fleet, estimated_span(preview).max(SHORTEST));
    estimated(preview, &mut back, &mut attempts, &mut queue);
    targets(&preview.fleet, None, &mut back, &mut attempts);
    fit(&mut attempts, &mut queue);
    let said = preview
        .fluid
        .times
        .t95
        .map_or_else(|| "never".into(), |t95| format!("after {}", units::duration(t95)));
    back.spoken = format!("Recovery curve: estimate, 95 % of devices back {said}");
    attempts.spoken = "Sign-in attempts: estimate".into();
    queue.spoken = "Queue depth: estimate".into();
    vec![back, attempts, queue]
}

/// Returns empty charts that show this much time after the return [s].
fn frames(fleet: &Fleet, to: f64) -> [Chart; 3] {
    let outage = fleet.outage.length.secs();
    let x = Axis::time(-(to * BEFORE).min(outage), to);
    let frame = |id: &str, title: &str, y: Axis| Chart {
        id: id.into(),
        title: title.into(),
        x: x.clone(),
        y,
        series: Vec::new(),
        bands: Vec::new(),
        marks: Vec::new(),
        shades: vec![Shade { from: -outage, to: 0.0, label: "outage".into() }],
        spoken: String::new(),
    };
    [
        frame("back", "Devices back", percent()),
        frame("attempts", "Sign-in attempts", rate()),
        frame("queue", "Queue depth", depth()),
    ]
}

/// Returns how long after the return an estimate is worth looking at [s].
fn estimated_span(preview: &Preview) -> f64 {
    let end = |time: Option<f64>| time.unwrap_or(f64::INFINITY);
    let times = preview.fluid.times;
    worth(&preview.fleet, end(times.t99), end(times.t100))
}

/// Adds the curves of an estimate.
fn estimated(preview: &Preview, back: &mut Chart, attempts: &mut Chart, queue: &mut Chart) {
    let curves = &preview.fluid.curves;
    let add = |chart: &mut Chart, values: &[f64], scale: f64, style: Style| {
        let from = chart.x.range.0 - 2.0;
        // The share at the end of a bin stands at the bin's end, a rate holds from its start.
        let edges = &curves.edges_s[usize::from(style == Style::Line)..];
        let points = edges.iter().zip(values).filter(|(x, _)| **x >= from).map(|(x, y)| [*x, y * scale]);
        chart.series.push(Series {
            name: "estimate".into(),
            role: Role::Neutral,
            points: points.collect(),
            style,
            dashed: true,
        });
    };
    add(back, &curves.share_back, 100.0, Style::Line);
    add(attempts, &curves.attempts, 1.0, Style::Step);
    if preview.queues_at_sign_in() {
        add(queue, &curves.queue, 1.0, Style::Step);
    }
}

/// Returns how long after the return a result is worth looking at [s].
fn span(outcome: &Outcome) -> f64 {
    let median = |measure| outcome.study.metric(measure).median;
    worth(&outcome.fleet, median(sim::Measure::T99), median(sim::Measure::T100))
}

/// Returns how long after the return a recovery is worth looking at [s]: until everything is back, with
/// some air, and never longer than it was watched.
fn worth(fleet: &Fleet, t99: f64, t100: f64) -> f64 {
    let target = fleet.targets.t95.map_or(0.0, |limit| limit.secs() * 1.1);
    // A few stragglers must not squeeze the curve: beyond twice the 99 % they are cut off.
    (t100.min(t99 * 2.0) * 1.08).max(target).min(fleet.outage.watch.secs())
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

/// Ends the axes of both charts above what they show.
fn fit(attempts: &mut Chart, queue: &mut Chart) {
    attempts.y.range.1 = headroom(visible(attempts));
    queue.y.range.1 = headroom(visible(queue)).max(10.0);
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
fn targets(fleet: &Fleet, t95: Option<f64>, back: &mut Chart, attempts: &mut Chart) {
    back.marks.push(Mark::Horizontal { y: 95.0, label: "95 %".into(), role: Role::Neutral });
    if let Some(limit) = fleet.targets.t95 {
        back.marks.push(Mark::Vertical {
            x: limit.secs(),
            label: format!("target {limit}"),
            role: Role::Limit,
        });
    }
    if let Some(t95) = t95.filter(|t95| t95.is_finite()) {
        let label = format!("95 % back {}", units::clock(t95));
        back.marks.push(Mark::Vertical { x: t95, label, role: Role::This });
    }
    let capacity = fleet.platform.capacity_per_s();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example::EXAMPLES;
    use crate::sim::{Study, replicate};
    use std::sync::atomic::AtomicBool;

    #[test]
    fn an_estimate_is_a_dashed_curve_beside_the_runs() {
        let mut fleet = EXAMPLES[0].file().unwrap().check(None).fleet.unwrap();
        fleet.groups.iter_mut().for_each(|group| group.devices = 20);
        fleet.platform.workers = 4;
        let fleet = Arc::new(fleet);
        let runs = replicate(&fleet, 1, 0..2, 1, &AtomicBool::new(false), &|_| ()).unwrap();
        let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
        let outcome = Outcome::of("A".into(), Arc::clone(&fleet), study, 2);
        let preview = Preview::of(&fleet).unwrap();
        let without = charts(&outcome, None, None);
        assert!(without.iter().flat_map(|chart| &chart.series).all(|series| series.name != "estimate"));
        let with = charts(&outcome, None, Some(&preview));
        for chart in with.iter().chain(&estimated_charts(&preview)) {
            let series = chart.series.last().unwrap();
            assert_eq!((series.name.as_str(), series.dashed), ("estimate", true), "{}", chart.id);
            assert!(series.points.len() > 10 && series.points.is_sorted_by(|a, b| a[0] < b[0]));
        }
        let (exact, estimate) = (&with[0].series[0], &with[0].series[1]);
        let middle = outcome.t95() / 2.0;
        let (exact, estimate) = (exact.at(middle).unwrap(), estimate.at(middle).unwrap());
        assert!((exact - estimate).abs() < 25.0, "{exact} {estimate}");
    }
}
