//! A measured return on the band of the simulated one: dots on a band.
//!
//! The measurement comes in as plain instants, so that nothing here knows where they were measured.

use super::{Look, add, after, frames, span, targets};
use crate::base::Micros;
use crate::base::units::count;
use crate::plan::Outcome;
use crate::report::chart::{Chart, Role, Series, Style};
use crate::sim::{Count, Curve};

/// Shortest time shown after the platform is back [s]: a rehearsal can be short.
const LEAST: f64 = 10.0;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// When devices were back, in order, from the begin of the outage.
    pub back_at: &'a [Micros],
    /// Devices that were away.
    pub away: u64,
    /// Until when that is known, from the begin of the outage.
    pub until: Micros,
}

impl Measured<'_> {
    /// Returns the share of devices that were back before an instant [0..1].
    fn share(&self, before: Micros) -> f64 {
        self.back_at.partition_point(|&at| at < before) as f64 / self.away.max(1) as f64
    }
}

/// Returns the chart of a rehearsal: band and median as simulated, and a dot for the end of each second as measured, up
/// to the one in which all were back.
pub fn rehearsed(simulated: &Outcome, measured: Measured<'_>) -> Chart {
    let zero = simulated.fleet.outage.length.secs();
    let last = measured.back_at.last().map_or(0.0, |at| at.secs() - zero + 2.0);
    let to = span(simulated, None).max(last).max(LEAST);
    let [mut chart, mut others, _] = frames(&simulated.fleet, to, None);
    let look = Look::of("simulated", Role::This).scaled(100.0, Style::Line);
    add(&mut chart, simulated, Curve::All(Count::Back), &look);
    targets(&simulated.fleet, Some(simulated.t95()), true, &mut chart, &mut others);
    let seconds = measured.until.0 / Micros::SECOND.0;
    let mut points = Vec::new();
    for second in 1..=seconds {
        let share = measured.share(Micros::from_secs(second));
        let x = second as f64 - zero;
        if (chart.x.range.0..=chart.x.range.1).contains(&x) {
            points.push([x, share * 100.0]);
        }
        if share >= 1.0 {
            break;
        }
    }
    let (name, role) = ("measured".to_owned(), Role::Measured);
    chart.series.push(Series { name, role, points: points.into(), style: Style::Dots, dashed: false });
    let back = measured.back_at.len() as u64;
    chart.id = "rehearsal".into();
    chart.spoken = format!(
        "Rehearsal: {} of {} agents back, simulated 95 % back {}",
        count(back),
        count(measured.away),
        after(simulated.t95())
    );
    chart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example::EXAMPLES;
    use crate::sim::{self, Study};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn dots_stand_at_the_end_of_each_second_until_all_are_back() {
        let mut fleet = EXAMPLES[0].file().unwrap().check(None).fleet.unwrap();
        fleet.groups.truncate(1);
        fleet.groups[0].devices = 4;
        fleet.outage.length = Micros::from_secs(5);
        let runs = sim::replicate(&fleet, 1, 0..6, 1, &AtomicBool::new(false), &|_| {}).unwrap();
        let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
        let outcome = Outcome::of("Small".into(), Arc::new(fleet), study, 6);
        let back_at = [5_500_000, 6_000_000, 7_200_000, 8_900_000].map(Micros);
        let measured = Measured { back_at: &back_at, away: 4, until: Micros::from_secs(60) };
        let chart = rehearsed(&outcome, measured);
        let dots = chart.series.iter().find(|series| series.role == Role::Measured).unwrap();
        let after: Vec<[f64; 2]> = dots.points.iter().copied().filter(|point| point[0] > 0.0).collect();
        assert_eq!(after, [[1.0, 25.0], [2.0, 50.0], [3.0, 75.0], [4.0, 100.0]]);
        assert!(dots.points.iter().all(|point| point[0] > 0.0 || point[1] == 0.0), "nobody is back before");
        assert_eq!(dots.style, Style::Dots);
        assert!(!chart.bands.is_empty() && chart.series.iter().any(|series| series.name == "simulated"));
        assert!(chart.spoken.contains("4 of 4 agents"), "{}", chart.spoken);
        let none = rehearsed(&outcome, Measured { back_at: &[], away: 4, until: Micros::from_secs(6) });
        let dots = none.series.iter().find(|series| series.role == Role::Measured).unwrap();
        assert!(dots.points.iter().all(|point| point[1] == 0.0), "what is known so far");
    }
}
