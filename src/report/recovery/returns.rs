//! How many devices came back when: a histogram over the runs, for those who care about the last one in a
//! hundred.
//!
//! Every class is as long as the others and counts devices, not shares: what lies beyond the axis, and what
//! never came back, stands in the title instead of being left out.

use super::{Chosen, Shown, after, headroom, visible};
use crate::base::stats::Spread;
use crate::base::units;
use crate::plan::Outcome;
use crate::report::chart::{Axis, AxisKind, Band, Chart, Mark, Role, Scale, Series, Style};
use crate::sim::{Measure, Metric, Run};

/// Classes of the axis, about.
const CLASSES: f64 = 40.0;
/// Lengths of a class [s]; beyond them whole days.
const LENGTHS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0,
    86_400.0,
];

/// Returns the length of a class where `to` [s] are shown [s].
fn length(to: f64) -> f64 {
    let rough = to / CLASSES;
    let days = (rough / 86_400.0).ceil().max(1.0) * 86_400.0;
    LENGTHS.into_iter().find(|length| *length >= rough).unwrap_or(days)
}

/// Completes the chart of a result and of what stands behind it.
pub(super) fn chart(
    mut chart: Chart,
    this: &Outcome,
    behind: &[(&str, Role, &Outcome)],
    shown: &Shown,
) -> Chart {
    let class = length(chart.x.range.1);
    let chosen = Chosen::of(shown, &this.fleet);
    chart.id = "returns".into();
    chart.y = Axis {
        title: "Return times".into(),
        unit: format!("devices per {}", units::duration(class)),
        range: (0.0, 1.0),
        scale: Scale::Linear,
        kind: AxisKind::Count,
    };
    for (name, role, outcome) in behind.iter().copied().chain([("this scenario", Role::This, this)]) {
        let group = Chosen::of(shown, &outcome.fleet);
        if chosen.is_some() && group.is_none() {
            continue;
        }
        add(&mut chart, outcome, group.map(|group| group.index), (name, role, class));
    }
    chart.y.range.1 = headroom(visible(&chart));
    let (later, never) = left_over(this, chosen, chart.x.range.1);
    let group = chosen.map_or_else(String::new, |chosen| format!(", {}", chosen.name));
    chart.title = format!("Return times{group}{}", rest(later, never));
    let slowest = this.slowest_group().filter(|_| chosen.is_none() && this.fleet.groups.len() > 1);
    if let Some((name, time)) = slowest.filter(|(_, time)| time.is_finite()) {
        let label = format!("slowest: {name} {}", units::clock(time));
        chart.marks.push(Mark::Vertical { x: time, label, role: Role::Neutral });
    }
    chart.spoken = spoken(this, chosen, slowest, rest(later, never).as_str());
    chart
}

/// Returns the devices that came back in each second of a run, of all or of a group.
fn back(run: &Run, group: Option<usize>) -> &[u32] {
    group.map_or(&run.curves.all.back, |index| &run.groups[index].curves.back)
}

/// Adds the median of each class over the runs and, for the scenario itself, its band.
fn add(chart: &mut Chart, outcome: &Outcome, group: Option<usize>, (name, role, class): (&str, Role, f64)) {
    let zero = outcome.fleet.outage.length.secs();
    let classes = (chart.x.range.1 / class).ceil().max(1.0) as usize;
    let each: Vec<Vec<f64>> = outcome
        .study
        .runs
        .iter()
        .map(|run| {
            let mut counts = vec![0.0; classes];
            for (second, devices) in back(run, group).iter().enumerate() {
                // A second that the return lies in belongs to what comes after it.
                let at = ((second as f64 - zero) / class).floor();
                let at = if second as f64 + 1.0 > zero { at.max(0.0) } else { at };
                if let Some(count) = (at >= 0.0).then(|| counts.get_mut(at as usize)).flatten() {
                    *count += f64::from(*devices);
                }
            }
            counts
        })
        .collect();
    let spread = |at: usize| Spread::of(&mut each.iter().map(|counts| counts[at]).collect::<Vec<_>>());
    let spreads: Vec<Spread> = (0..classes).filter_map(spread).collect();
    let edge = |at: usize| at as f64 * class;
    let tops = spreads.iter().chain(spreads.last()).enumerate();
    chart.series.push(Series {
        name: name.to_owned(),
        role,
        points: tops.map(|(at, spread)| [edge(at), spread.p50]).collect(),
        style: Style::Step,
        dashed: role != Role::This,
    });
    if role == Role::This && outcome.runs() > 1 {
        let steps = spreads.iter().enumerate();
        let points = steps.flat_map(|(at, s)| [[edge(at), s.p5, s.p95], [edge(at + 1), s.p5, s.p95]]);
        chart.bands.push(Band { role, points: points.collect() });
    }
}

/// Returns how many devices come back beyond the axis, and how many never, in the median over the runs.
fn left_over(outcome: &Outcome, chosen: Option<Chosen<'_>>, to: f64) -> (f64, f64) {
    let group = chosen.map(|chosen| chosen.index);
    // The last class is whole even where the axis ends inside it.
    let class = length(to);
    let end = (to / class).ceil() * class + outcome.fleet.outage.length.secs();
    let later = |run: &std::sync::Arc<Run>| {
        let beyond = back(run, group).iter().enumerate().filter(|(second, _)| *second as f64 >= end);
        beyond.map(|(_, devices)| f64::from(*devices)).sum()
    };
    let later = Metric::of(outcome.study.runs.iter().map(later).collect()).median;
    let never = group.map_or_else(
        || outcome.study.metric(Measure::NeverBack).median,
        |index| outcome.study.groups[index].never_back.median,
    );
    (later, never)
}

/// Returns what the classes do not hold: `, 12 later, 3 not back`.
fn rest(later: f64, never: f64) -> String {
    let part = |count: f64, word: &str| {
        let some = count.is_finite() && count >= 1.0;
        if some { format!(", {} {word}", units::count(count as u64)) } else { String::new() }
    };
    format!("{}{}", part(later, "later"), part(never, "not back"))
}

/// Returns the sentence that speaks the histogram.
fn spoken(outcome: &Outcome, chosen: Option<Chosen<'_>>, slowest: Option<(&str, f64)>, rest: &str) -> String {
    let times = |index: usize, all: Measure| {
        let own = |chosen: Chosen<'_>| outcome.study.groups[chosen.index].times[index].median;
        after(chosen.map_or_else(|| outcome.study.metric(all).median, own))
    };
    let of = chosen.map_or_else(String::new, |chosen| format!(" of {}", chosen.name));
    let (half, most) = (times(0, Measure::T50), times(2, Measure::T99));
    let text = format!("Return times{of}: half of the devices back {half}, 99 % {most}{rest}");
    match slowest {
        Some((name, time)) => format!("{text}. Slowest group {name}, 95 % back {}", after(time)),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_round_and_about_forty() {
        let lengths = [30.0, 60.0, 300.0, 400.0, 900.0, 3_600.0, 86_400.0, 1e8].map(length);
        assert_eq!(lengths[..6], [1.0, 2.0, 10.0, 10.0, 30.0, 120.0]);
        for to in [40.0, 555.0, 12_345.0, 700_000.0] {
            let classes = to / length(to);
            assert!((13.0..=40.0).contains(&classes), "{to}: {classes}");
        }
        assert_eq!(lengths[7] % 86_400.0, 0.0);
    }

    #[test]
    fn what_the_classes_do_not_hold_is_said() {
        assert_eq!(rest(0.0, 0.0), "");
        assert_eq!(rest(12.0, 1_300.0), ", 12 later, 1\u{2009}300 not back");
        assert_eq!(rest(f64::INFINITY, 3.0), ", 3 not back");
    }
}
