//! The three charts of a recovery: devices back, sign-in attempts, and how busy the platform is.
//!
//! They share one time axis whose zero is the moment the platform can be reached again. The first two are
//! of all devices or of one group, the third (`platform`) is of the platform, whose queues all groups
//! share. Where a baseline or further scenarios are given, their medians are drawn dashed behind the
//! scenario's own; [`overview`] gives each of many a small chart of its own instead. Until the runs
//! for changed inputs are there an estimate of them is drawn dashed too. Of one group it knows who is back,
//! but not the attempts.

mod overview;
mod platform;
mod rehearsed;
mod returns;

#[cfg(test)]
mod tests;

pub use self::overview::{OVERLAID, overview};
pub use self::platform::Part;
pub use self::rehearsed::{Measured, rehearsed};

use super::chart::{Axis, AxisKind, Band, Chart, Mark, Role, Scale, Series, Shade, Style};
use crate::base::units::{self, THIN};
use crate::fleet::Fleet;
use crate::plan::{Outcome, Preview};
use crate::sim::{self, Count, Curve, Flow};
use std::ops::Range;

/// Shortest time shown after the platform is back [s].
const SHORTEST: f64 = 60.0;
/// Longest part of the outage that is shown before zero, as a share of the time after it.
const BEFORE: f64 = 0.15;

/// What is looked at: a way to look, no part of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Id of the group whose devices are shown; `None` for all devices.
    pub group: Option<String>,
    /// What is shown of the platform.
    pub part: Part,
    /// What is counted in the second chart.
    pub counted: Counted,
}

/// What the second chart counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counted {
    /// Attempts of each second.
    #[default]
    Attempts,
    /// Devices that came back in each stretch of time.
    Returns,
}

/// A further scenario that is compared.
#[derive(Clone, Copy, Debug)]
pub struct Other<'a> {
    /// What its curves are called.
    pub name: &'a str,
    /// Its result.
    pub outcome: &'a Outcome,
}

/// What stands beside a scenario in its charts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The baseline.
    pub baseline: Option<&'a Outcome>,
    /// Further scenarios: as many are drawn as there are roles for, four with the scenario itself.
    pub others: &'a [Other<'a>],
    /// An estimate of the inputs as they are now.
    pub estimate: Option<&'a Preview>,
}

impl<'a> Beside<'a> {
    /// Returns the results that are drawn behind the scenario's own, with their names and roles. A further
    /// scenario keeps its role whether or not there is a baseline; only a third one takes the baseline's.
    fn curves(&self) -> Vec<(&'a str, Role, &'a Outcome)> {
        let baseline = self.baseline.map(|outcome| ("baseline", Role::Baseline, outcome));
        let free = self.baseline.is_none().then_some(Role::Baseline);
        let roles = [Role::Third, Role::Fourth].into_iter().chain(free);
        let others = self.others.iter().zip(roles).map(|(other, role)| (other.name, role, other.outcome));
        // What is drawn later lies above: the baseline is nearest to the scenario itself.
        others.collect::<Vec<_>>().into_iter().rev().chain(baseline).collect()
    }
}

/// A group of a result.
#[derive(Clone, Copy)]
struct Chosen<'a> {
    index: usize,
    name: &'a str,
}

impl<'a> Chosen<'a> {
    /// Returns the group that is looked at; `None` for all, and where the fleet has no such group.
    fn of(shown: &Shown, fleet: &'a Fleet) -> Option<Self> {
        let id = shown.group.as_deref()?;
        let index = fleet.groups.iter().position(|group| group.id == id)?;
        Some(Self { index, name: &fleet.groups[index].name })
    }
}

/// Returns the charts of a result and its baseline, most important first; an estimate is that of the inputs as
/// they are now.
pub fn charts(
    this: &Outcome,
    baseline: Option<&Outcome>,
    estimate: Option<&Preview>,
    shown: &Shown,
) -> Vec<Chart> {
    compared(this, &Beside { baseline, estimate, others: &[] }, shown)
}

/// Returns the charts of a result with everything that stands beside it, most important first.
pub fn compared(this: &Outcome, beside: &Beside<'_>, shown: &Shown) -> Vec<Chart> {
    let estimate = beside.estimate;
    let behind = beside.curves();
    let chosen = Chosen::of(shown, &this.fleet);
    let own = span(this, chosen).max(platform::span(this, shown.part)).max(SHORTEST);
    // What takes for ever must not squeeze the scenario that does not.
    let spans = behind.iter().map(|(.., outcome)| span(outcome, None)).chain(estimate.map(estimated_span));
    let to = spans.fold(own, |to, other| to.max(other.min(own * 2.0)));
    let [mut back, mut attempts, frame] = frames(&this.fleet, to, chosen.map(|chosen| chosen.name));
    for (name, role, outcome) in behind.iter().copied().chain([("this scenario", Role::This, this)]) {
        let of = |count| match (shown.group.as_ref(), Chosen::of(shown, &outcome.fleet)) {
            (_, Some(chosen)) => Some(Curve::Group(chosen.index, count)),
            // A scenario that has no such group has nothing to compare.
            (Some(_), None) if role != Role::This && chosen.is_some() => None,
            _ => Some(Curve::All(count)),
        };
        let look = Look::of(name, role);
        if let Some((share, rate)) = of(Count::Back).zip(of(Count::Attempts)) {
            add(&mut back, outcome, share, &look.scaled(100.0, Style::Line));
            add(&mut attempts, outcome, rate, &look.scaled(1.0, Style::Step));
        }
    }
    if let Some(preview) = estimate {
        estimated_back(preview, &mut back, chosen.and_then(|_| Chosen::of(shown, &preview.fleet)));
        if chosen.is_none() {
            estimated(preview, &mut attempts, &preview.fluid.curves.attempts, 1.0, Style::Step);
        }
    }
    targets(&this.fleet, Some(t95(this, chosen)), chosen.is_none(), &mut back, &mut attempts);
    attempts.y.range.1 = headroom(visible(&attempts));
    back.spoken = spoken_back(this, &behind, shown);
    attempts.spoken = spoken_attempts(this, chosen, &attempts);
    if shown.counted == Counted::Returns {
        let blank = Chart { series: Vec::new(), bands: Vec::new(), marks: Vec::new(), ..attempts };
        attempts = returns::chart(blank, this, &behind, shown);
    }
    vec![back, attempts, platform::chart(frame, this, &behind, estimate, shown.part)]
}

/// Returns the charts of an estimate while there is no result at all. It does not know the attempts of one
/// group: they are those of all, and say so where a group is looked at.
pub fn estimated_charts(preview: &Preview, shown: &Shown) -> Vec<Chart> {
    let to = estimated_span(preview).max(SHORTEST);
    let chosen = Chosen::of(shown, &preview.fleet);
    let [mut back, mut attempts, frame] = frames(&preview.fleet, to, chosen.map(|chosen| chosen.name));
    if chosen.is_some() {
        attempts.title = "Sign-in attempts, all groups".into();
    }
    let t95 = estimated_back(preview, &mut back, chosen);
    estimated(preview, &mut attempts, &preview.fluid.curves.attempts, 1.0, Style::Step);
    targets(&preview.fleet, None, true, &mut back, &mut attempts);
    attempts.y.range.1 = headroom(visible(&attempts));
    let said = t95.map_or_else(|| "never".into(), |t95| format!("after {}", units::duration(t95)));
    back.spoken = match chosen {
        Some(chosen) => {
            format!("Recovery curve of {}: estimate, 95 % of its devices back {said}", chosen.name)
        }
        None => format!("Recovery curve: estimate, 95 % of devices back {said}"),
    };
    attempts.spoken = "Sign-in attempts: estimate".into();
    vec![back, attempts, platform::estimated_chart(frame, preview)]
}

/// Returns empty charts that show this much time after the return [s], those of devices with the group's name.
fn frames(fleet: &Fleet, to: f64, group: Option<&str>) -> [Chart; 3] {
    let outage = fleet.outage.length.secs();
    let x = Axis::time(-(to * BEFORE).min(outage), to);
    let frame = |id: &str, title: String, y: Axis| Chart {
        id: id.into(),
        title,
        x: x.clone(),
        y,
        series: Vec::new(),
        bands: Vec::new(),
        marks: Vec::new(),
        shades: vec![Shade { from: -outage, to: 0.0, label: "outage".into() }],
        spoken: String::new(),
    };
    let titled = |title: &str| group.map_or_else(|| title.to_owned(), |name| format!("{title}, {name}"));
    [
        frame("back", titled("Devices back"), percent("Devices back")),
        frame("attempts", titled("Sign-in attempts"), rate()),
        frame("queue", "Queue depth".into(), platform::depth()),
    ]
}

/// Returns how long after the return an estimate is worth looking at [s].
fn estimated_span(preview: &Preview) -> f64 {
    let end = |time: Option<f64>| time.unwrap_or(f64::INFINITY);
    let times = preview.fluid.times;
    worth(&preview.fleet, end(times.t99), end(times.t100))
}

/// Adds a curve of an estimate over all devices, over the whole chart: its steps may be long.
fn estimated(preview: &Preview, chart: &mut Chart, values: &[f64], scale: f64, style: Style) {
    let edges = &preview.fluid.curves.edges_s;
    let points: Vec<[f64; 2]> = if style == Style::Line {
        // The share at the end of a bin stands at the bin's end.
        edges.iter().skip(1).zip(values).map(|(x, y)| [*x, y * scale]).collect()
    } else {
        // A rate holds from its start to the end of the bin.
        edges.iter().zip(values.iter().chain(values.last())).map(|(x, y)| [*x, y * scale]).collect()
    };
    dashed(chart, points, style);
}

/// Adds who is back in an estimate, of all devices or of a group; returns when 95 % of them are [s].
fn estimated_back(preview: &Preview, chart: &mut Chart, chosen: Option<Chosen<'_>>) -> Option<f64> {
    let fluid = &preview.fluid;
    let Some(chosen) = chosen else {
        estimated(preview, chart, &fluid.curves.share_back, 100.0, Style::Line);
        return fluid.times.t95;
    };
    let id = &preview.fleet.groups[chosen.index].id;
    let group = fluid.groups.each.iter().find(|group| group.id == *id);
    let from = -preview.fleet.outage.length.secs();
    let Some(group) = group else {
        // The outage does not touch it.
        let points = [from, preview.fleet.outage.watch.secs()].map(|x| [x, 100.0]);
        dashed(chart, points.into(), Style::Line);
        return Some(0.0);
    };
    let after = fluid.groups.at_s.iter().zip(&group.share_back).map(|(x, share)| [*x, share * 100.0]);
    // Until the platform can be reached nobody is back.
    let before = fluid.groups.at_s.first().filter(|&&first| first > from).map(|_| [from, 0.0]);
    dashed(chart, before.into_iter().chain(after).collect(), Style::Line);
    group.times.t95
}

/// Adds the curve of an estimate without what lies before the chart.
fn dashed(chart: &mut Chart, mut points: Vec<[f64; 2]>, style: Style) {
    let before = points.partition_point(|point| point[0] < chart.x.range.0).saturating_sub(1);
    points.drain(..before);
    let (name, role) = ("estimate".to_owned(), Role::Neutral);
    chart.series.push(Series { name, role, points: points.into(), style, dashed: true });
}

/// Returns how long after the return a result is worth looking at [s], also that of a group.
fn span(outcome: &Outcome, chosen: Option<Chosen<'_>>) -> f64 {
    let median = |measure| outcome.study.metric(measure).median;
    let all = worth(&outcome.fleet, median(sim::Measure::T99), median(sim::Measure::T100));
    let group = chosen.map(|chosen| {
        let [_, _, t99, t100] = &outcome.study.groups[chosen.index].times;
        worth(&outcome.fleet, t99.median, t100.median)
    });
    group.map_or(all, |group| group.max(all))
}

/// Returns when 95 % of all devices, or of a group, are back [s]; infinite for never.
fn t95(outcome: &Outcome, chosen: Option<Chosen<'_>>) -> f64 {
    chosen.map_or(outcome.t95(), |chosen| outcome.study.groups[chosen.index].times[1].median)
}

/// Returns how long after the return a recovery is worth looking at [s]: until everything is back, with
/// some air, and never longer than it was watched.
fn worth(fleet: &Fleet, t99: f64, t100: f64) -> f64 {
    let target = fleet.targets.t95.map_or(0.0, |limit| limit.secs() * 1.1);
    // A few stragglers must not squeeze the curve: beyond twice the 99 % they are cut off.
    (t100.min(t99 * 2.0) * 1.08).max(target).min(fleet.outage.watch.secs())
}

/// Returns an axis from 0 to 100 %.
fn percent(title: &str) -> Axis {
    Axis {
        title: title.into(),
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

/// How a curve of a result is drawn.
#[derive(Clone, Copy)]
struct Look<'a> {
    name: &'a str,
    role: Role,
    dashed: bool,
    /// Whether its band over the runs is drawn too.
    band: bool,
    scale: f64,
    style: Style,
}

impl<'a> Look<'a> {
    /// Returns how the only curve of a scenario in a chart is drawn.
    fn of(name: &'a str, role: Role) -> Self {
        let own = role == Role::This;
        Self { name, role, dashed: !own, band: own, scale: 1.0, style: Style::Step }
    }

    /// Returns this with other values and joints.
    fn scaled(self, scale: f64, style: Style) -> Self {
        Self { scale, style, ..self }
    }
}

/// Adds the median of a curve and, where it is wanted and there are several runs, its band.
fn add(chart: &mut Chart, outcome: &Outcome, curve: Curve, look: &Look<'_>) {
    let zero = outcome.fleet.outage.length.secs();
    // The share at the end of a bin stands at the bin's end, a rate holds from its start.
    let shift = if look.style == Style::Line { 1.0 } else { 0.0 };
    let x = |bin: usize| bin as f64 + shift - zero;
    let Range { start: begin, end } = bins(chart, outcome, shift);
    let taken;
    let (band, first) = if let Some(band) = kept(outcome, curve) {
        (band, begin)
    } else {
        taken = sim::Band::over(&outcome.study.runs, curve, begin..end);
        (&taken, 0)
    };
    let last = (first + end.saturating_sub(begin)).min(band.p50.len());
    let bins = first.min(last)..last;
    let points = band.p50[bins.clone()].iter().zip(begin..).map(|(y, bin)| [x(bin), y * look.scale]);
    let series = Series {
        name: look.name.into(),
        role: look.role,
        points: points.collect(),
        style: look.style,
        dashed: look.dashed,
    };
    if look.band && outcome.runs() > 1 {
        let edges = band.p5[bins.clone()].iter().zip(&band.p95[bins]).zip(begin..);
        let points = edges.map(|((low, high), bin)| [x(bin), low * look.scale, high * look.scale]);
        chart.bands.push(Band { role: look.role, points: points.collect() });
    }
    chart.series.push(series);
}

/// Returns the seconds of a result that lie on a chart, where each stands `shift` after its begin [s].
fn bins(chart: &Chart, outcome: &Outcome, shift: f64) -> Range<usize> {
    let bin = |x: f64| (x + outcome.fleet.outage.length.secs() - shift).ceil().max(0.0) as usize;
    // The last bins lie beyond the horizon and are not whole.
    let whole = outcome.fleet.outage.horizon().secs() as usize;
    bin(chart.x.range.0 - 2.0)..bin(chart.x.range.1 + 2.0).min(whole)
}

/// Returns the band that the study keeps of a curve; every other one is taken from its runs.
fn kept(outcome: &Outcome, curve: Curve) -> Option<&sim::Band> {
    let bands = &outcome.study.bands;
    let last = outcome.study.runs.first().map_or(0, |run| run.stations.len().saturating_sub(1));
    match curve {
        Curve::All(Count::Back) => Some(&bands.back),
        Curve::All(Count::Attempts) => Some(&bands.attempts),
        Curve::Queue(index) if index == last => Some(&bands.queue),
        Curve::Utilisation(index) if index == last => Some(&bands.utilisation),
        Curve::Data(Flow::Waiting) => Some(&bands.writes),
        _ => bands.single(curve),
    }
}

/// Adds target and t95 and, for all devices, the capacity.
fn targets(fleet: &Fleet, t95: Option<f64>, all: bool, back: &mut Chart, attempts: &mut Chart) {
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
    // The groups share the capacity: none has it for itself.
    if all {
        let capacity = fleet.platform.capacity_per_s();
        let label = format!("capacity {}{THIN}/s", units::significant(capacity));
        attempts.marks.push(Mark::Horizontal { y: capacity, label, role: Role::Limit });
    }
}

/// Returns the sentence that speaks the recovery curve.
fn spoken_back(this: &Outcome, behind: &[(&str, Role, &Outcome)], shown: &Shown) -> String {
    let chosen = Chosen::of(shown, &this.fleet);
    let mut text = match chosen {
        Some(chosen) => {
            let own = after(t95(this, Some(chosen)));
            format!("Recovery curve of {}: 95 % of its devices back {own}", chosen.name)
        }
        None => format!("Recovery curve: {}. {}", this.headline(), this.verdict().word()),
    };
    for (name, _, outcome) in behind.iter().rev() {
        let group = Chosen::of(shown, &outcome.fleet);
        if chosen.is_some() && group.is_none() {
            continue;
        }
        let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
        let said = after(t95(outcome, group.filter(|_| chosen.is_some())));
        text = format!("{text}. {}{rest}: 95 % back {said}", first.to_uppercase());
    }
    text
}

/// Returns a time of a recovery in words.
fn after(time: f64) -> String {
    if time.is_finite() { format!("after {}", units::duration(time)) } else { "never".to_owned() }
}

/// Returns the sentence that speaks the chart of attempts.
fn spoken_attempts(this: &Outcome, chosen: Option<Chosen<'_>>, attempts: &Chart) -> String {
    let Some(chosen) = chosen else {
        return format!(
            "Sign-in attempts: busiest second after the return {}{THIN}/s, capacity {}{THIN}/s",
            units::significant(this.study.metric(sim::Measure::PeakUp).median),
            units::significant(this.fleet.platform.capacity_per_s())
        );
    };
    let own = attempts.series.iter().filter(|series| series.role == Role::This);
    let later = own.flat_map(|series| series.points.iter()).filter(|point| point[0] >= 0.0);
    let most = later.map(|point| point[1]).fold(0.0, f64::max);
    let rate = units::significant(most);
    format!("Sign-in attempts of {}: busiest second after the return {rate}{THIN}/s", chosen.name)
}
