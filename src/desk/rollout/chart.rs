//! The predicted curves of a wave, or of the roll-back, as charts, with what was observed of it as dots.

use crate::base::units;
use crate::push::journal::{Return, Returned};
use crate::push::plan::{Plan, Storm};
use crate::report::chart::{Axis, AxisKind, Chart, Role, Scale, Series, Style};
use std::sync::Arc;

/// Returns the name of a storm of a plan, in the middle of a sentence: `wave 2`, `the roll-back`.
pub fn name(plan: &Plan, at: usize) -> String {
    let storms = plan.request().prediction.as_ref().map_or(0, |known| known.storms.len());
    if at + 1 == storms { "the roll-back".to_owned() } else { format!("wave {}", at + 1) }
}

/// Dots of what was observed, at most: more would touch each other.
const DOTS: u64 = 120;

/// Returns devices back and sign-ins of a storm over the time since its first restart; nothing where the plan was
/// not simulated. What was observed stands over what was predicted.
pub fn of(plan: &Plan, at: usize, returned: &Returned) -> Vec<Chart> {
    let Some(prediction) = &plan.request().prediction else { return Vec::new() };
    let Some(storm) = prediction.storms.get(at).filter(|storm| storm.curve.len() > 1) else {
        return Vec::new();
    };
    let is_back = at + 1 == prediction.storms.len();
    let (name, role) = (name(plan, at), if is_back { Role::Baseline } else { Role::This });
    let mut charts = vec![back(storm, &name, role), sign_ins(storm, &name, role)];
    let times = plan
        .devices()
        .iter()
        .enumerate()
        .filter(|(_, of)| if is_back { of.wave.is_some() } else { of.wave == Some(at as u32) });
    let times = times.map(|(place, _)| {
        let Return { restarted_ms, verified_ms, recalled_ms, rolled_back_ms } = returned.of(place);
        if is_back { (recalled_ms, rolled_back_ms) } else { (restarted_ms, verified_ms) }
    });
    let word = if is_back { "rolled back" } else { "confirmed" };
    observed(&times.collect::<Vec<_>>(), word, &mut charts);
    charts
}

/// Adds the share of devices that were back, second by second since the first of them was restarted.
fn observed(times: &[(Option<i64>, Option<i64>)], word: &str, charts: &mut [Chart]) {
    let Some(first) = times.iter().filter_map(|(left, _)| *left).min() else { return };
    // A clock that was set back cannot make a device return before it left.
    let mut back: Vec<u64> = times
        .iter()
        .filter_map(|(_, back)| *back)
        .map(|at_ms| (at_ms - first).max(0).cast_unsigned().div_ceil(1_000))
        .collect();
    back.sort_unstable();
    let last = back.last().copied().unwrap_or(0);
    let share = |second: u64| back.partition_point(|at| *at <= second) as f64 / times.len().max(1) as f64;
    let step = last.div_ceil(DOTS).max(1);
    let points: Vec<[f64; 2]> =
        (0..=last.div_ceil(step)).map(|dot| dot * step).map(|at| [at as f64, share(at) * 100.0]).collect();
    for chart in &mut *charts {
        chart.x.range.1 = chart.x.range.1.max(points.last().map_or(0.0, |last| last[0]));
    }
    if let [chart, ..] = charts {
        chart.spoken = format!(
            "{}. Observed: {} of {} devices {word}, the last after {}",
            chart.spoken,
            units::count(back.len() as u64),
            units::count(times.len() as u64),
            units::duration(last as f64)
        );
        let (name, role) = ("observed".to_owned(), Role::Measured);
        chart.series.push(Series { name, role, points: points.into(), style: Style::Dots, dashed: false });
    }
}

fn time(storm: &Storm) -> Axis {
    let last = storm.curve.last().map_or(1, |point| point.0.max(1));
    Axis { title: "Time since the first restart".into(), ..Axis::time(0.0, f64::from(last)) }
}

fn back(storm: &Storm, name: &str, role: Role) -> Chart {
    let all = f64::from(storm.simulated.max(1));
    let points: Arc<[[f64; 2]]> = std::iter::once([0.0, 0.0])
        .chain(storm.curve.iter().map(|(at, back, _)| [f64::from(*at), f64::from(*back) / all * 100.0]))
        .collect();
    let share = points.last().map_or(0.0, |last| last[1] / 100.0);
    Chart {
        id: "rollout back".into(),
        title: format!("Devices back in {name}"),
        x: time(storm),
        y: Axis {
            title: "Devices back".into(),
            unit: "%".into(),
            range: (0.0, 100.0),
            scale: Scale::Linear,
            kind: AxisKind::Percent,
        },
        series: vec![Series { name: "predicted".into(), role, points, style: Style::Line, dashed: false }],
        bands: Vec::new(),
        marks: Vec::new(),
        shades: Vec::new(),
        spoken: format!(
            "Predicted return in {name}: {} of {} simulated devices are back after {}",
            units::percent(share),
            units::count(storm.simulated.into()),
            units::duration(time(storm).range.1)
        ),
    }
}

fn sign_ins(storm: &Storm, name: &str, role: Role) -> Chart {
    let points: Arc<[[f64; 2]]> =
        storm.curve.iter().map(|(at, _, busiest)| [f64::from(*at), f64::from(*busiest)]).collect();
    let high = storm.peak_sign_ins_per_s.max(1.0) * 1.1;
    Chart {
        id: "rollout sign-ins".into(),
        title: format!("Sign-ins in {name}"),
        x: time(storm),
        y: Axis {
            title: "Sign-ins".into(),
            unit: "/s".into(),
            range: (0.0, high),
            scale: Scale::Linear,
            kind: AxisKind::Rate,
        },
        series: vec![Series { name: "predicted".into(), role, points, style: Style::Step, dashed: false }],
        bands: Vec::new(),
        marks: Vec::new(),
        shades: Vec::new(),
        spoken: format!(
            "Predicted sign-ins in {name}: at most {}/s, busiest tier {}",
            units::significant(storm.peak_sign_ins_per_s),
            units::percent(storm.utilisation)
        ),
    }
}
