//! Many scenarios beside each other: a small chart of the devices back for each, over the same axes.

use super::{Chosen, Look, Other, SHORTEST, add, frames, span, t95};
use crate::base::units;
use crate::plan::Outcome;
use crate::report::chart::{Chart, Mark, Role, Style};
use crate::report::recovery::Shown;
use crate::sim::{Count, Curve};

/// Scenarios that can be told apart in one chart, the one that is worked on included; more of them have a
/// chart each.
pub const OVERLAID: usize = 4;

/// Returns a chart of the devices back for each of these results, in their order; the first one is the scenario
/// that is worked on. All have the same time axis, and a group that a scenario does not have has no curve there.
pub fn overview(results: &[Other<'_>], shown: &Shown) -> Vec<Chart> {
    let Some(this) = results.first().map(|first| first.outcome) else { return Vec::new() };
    let own = span(this, Chosen::of(shown, &this.fleet)).max(SHORTEST);
    let to = results.iter().fold(own, |to, other| to.max(span(other.outcome, None).min(own * 2.0)));
    let draw = |(index, result): (usize, &Other<'_>)| small(result, index, to, shown);
    results.iter().enumerate().map(draw).collect()
}

/// Returns the chart of one result.
fn small(result: &Other<'_>, index: usize, to: f64, shown: &Shown) -> Chart {
    let outcome: &Outcome = result.outcome;
    let chosen = Chosen::of(shown, &outcome.fleet);
    let [mut chart, ..] = frames(&outcome.fleet, to, None);
    chart.id = format!("back {index}");
    result.name.clone_into(&mut chart.title);
    result.name.clone_into(&mut chart.y.title);
    let role = Role::This;
    let curve = match (shown.group.as_ref(), chosen) {
        (_, Some(chosen)) => Some(Curve::Group(chosen.index, Count::Back)),
        (Some(_), None) => None,
        (None, None) => Some(Curve::All(Count::Back)),
    };
    if let Some(curve) = curve {
        // Nothing else is in this chart: every one has its band and a whole line.
        let look = Look { name: "", dashed: false, band: true, ..Look::of("", role) };
        add(&mut chart, outcome, curve, &look.scaled(100.0, Style::Line));
    }
    let t95 = t95(outcome, chosen);
    chart.marks.push(Mark::Horizontal { y: 95.0, label: String::new(), role: Role::Neutral });
    if let Some(limit) = outcome.fleet.targets.t95 {
        let label = format!("target {limit}");
        chart.marks.push(Mark::Vertical { x: limit.secs(), label, role: Role::Limit });
    }
    if curve.is_some() && t95.is_finite() {
        let label = units::clock(t95);
        chart.marks.push(Mark::Vertical { x: t95, label, role });
    }
    chart.spoken = match (curve, chosen) {
        (None, _) => format!("{}: has no such group", result.name),
        (_, Some(chosen)) => {
            format!("{}: 95 % of {} back {}", result.name, chosen.name, super::after(t95))
        }
        (_, None) => format!("{}: {}. {}", result.name, outcome.headline(), outcome.verdict().word()),
    };
    chart
}
