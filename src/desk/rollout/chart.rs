//! The predicted curves of a wave, or of the roll-back, as charts.

use crate::base::units;
use crate::push::plan::{Plan, Storm};
use crate::report::chart::{Axis, AxisKind, Chart, Role, Scale, Series, Style};
use std::sync::Arc;

/// Returns the name of a storm of a plan, in the middle of a sentence: `wave 2`, `the roll-back`.
pub fn name(plan: &Plan, at: usize) -> String {
    let storms = plan.request().prediction.as_ref().map_or(0, |known| known.storms.len());
    if at + 1 == storms { "the roll-back".to_owned() } else { format!("wave {}", at + 1) }
}

/// Returns devices back and sign-ins of a storm over the time since its first restart; nothing where the plan was
/// not simulated.
pub fn of(plan: &Plan, at: usize) -> Vec<Chart> {
    let Some(prediction) = &plan.request().prediction else { return Vec::new() };
    let Some(storm) = prediction.storms.get(at).filter(|storm| storm.curve.len() > 1) else {
        return Vec::new();
    };
    let (name, role) =
        (name(plan, at), if at + 1 == prediction.storms.len() { Role::Baseline } else { Role::This });
    vec![back(storm, &name, role), sign_ins(storm, &name, role)]
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
