//! How well a measured return fits the simulated one: inside the band or not, and the largest gap.
//!
//! The band is that of all runs at the end of each second. The gap is the Kolmogorov-Smirnov distance to the one
//! run that was played with the *same draws* as the measurement: between two independent draws it would mostly
//! be the noise of sampling. Only seconds count in which something happens: a measurement is not praised for
//! zeros before the return and for ones after it.

use crate::base::Micros;
use crate::sim::{Count, Curve, Run, Study};

/// Slack of a comparison of shares, for the rounding of divisions.
const ROUNDING: f64 = 1e-9;

/// A measured return beside the simulated one.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// First second that counts, since the loss [s].
    pub from: usize,
    /// Share of the devices that are back at the end of each second from then on, as measured, 0..1.
    pub measured: Vec<f64>,
    /// Share of these seconds in which the measurement is inside the band, 0..1.
    pub inside: f64,
    /// Largest difference to the run with the same draws, 0..1.
    pub gap: f64,
    /// End of the second in which it is largest, since the loss [s].
    pub gap_at: usize,
}

impl Fit {
    /// Compares: when the devices were back, in order, of so many that were away. The first run of the study has the
    /// draws of the measurement. `None` where nothing was simulated or nobody was away.
    pub fn of(study: &Study, away: u64, back_at: &[Micros]) -> Option<Self> {
        let same: &Run = study.runs.first()?;
        if away == 0 || same.affected == 0 {
            return None;
        }
        let band = &study.bands.back;
        let seconds = band.p5.len();
        let back = |second: usize| {
            let end = Micros::from_secs(second as u64 + 1);
            back_at.partition_point(|&at| at < end) as f64 / away as f64
        };
        let all: Vec<f64> = (0..seconds).map(back).collect();
        let moves = |second: &usize| all[*second] > 0.0 || band.p95[*second] > 0.0;
        let from = (0..seconds).find(moves)?;
        let complete = |second: &usize| all[*second] >= 1.0 && band.p5[*second] >= 1.0;
        let until = (from..seconds).find(complete).map_or(seconds, |second| second + 1);
        let measured = all[from..until].to_vec();
        let inside = (from..until)
            .filter(|&at| (band.p5[at] - ROUNDING..=band.p95[at] + ROUNDING).contains(&all[at]))
            .count();
        let (mut gap, mut gap_at) = (0.0, from);
        for (at, share) in all.iter().enumerate().take(until).skip(from) {
            let difference = (share - Curve::All(Count::Back).at(same, at)).abs();
            if difference > gap {
                (gap, gap_at) = (difference, at + 1);
            }
        }
        Some(Self { from, inside: inside as f64 / measured.len() as f64, measured, gap, gap_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::example::EXAMPLES;
    use crate::sim;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    /// Returns a study and the instants of its run with this number, to the second.
    fn study(number: usize) -> (Study, u64, Vec<Micros>) {
        let mut fleet = EXAMPLES[0].file().unwrap().check(None).fleet.unwrap();
        // Fast enough that the agents and not a queue shape the return, which then is over within a minute or so.
        fleet.platform.service_time = Micros::from_millis(1);
        let runs = sim::replicate(&fleet, 1, 0..20, 1, &AtomicBool::new(false), &|_| {}).unwrap();
        let study = Study::of(&fleet, 1, runs.into_iter().map(Arc::new).collect());
        let run = &study.runs[number];
        let mut instants = Vec::new();
        for second in 0..run.curves.all.back.len() {
            let share = Curve::All(Count::Back).at(run, second);
            let back = (share * run.affected as f64).round() as usize;
            instants.resize(back.max(instants.len()), Micros(second as u64 * 1_000_000 + 500_000));
        }
        let away = run.affected;
        (study, away, instants)
    }

    #[test]
    fn the_same_draws_leave_no_gap_and_other_draws_a_small_one() {
        let (study_, away, instants) = study(0);
        let fit = Fit::of(&study_, away, &instants).unwrap();
        assert!(fit.gap < 1e-9 && fit.inside > 0.5, "{} {}", fit.gap, fit.inside);
        let (study_, away, instants) = study(7);
        let other = Fit::of(&study_, away, &instants).unwrap();
        assert!(other.gap > 0.0 && other.gap < 0.05, "{}", other.gap);
    }

    #[test]
    fn a_return_that_is_late_is_outside() {
        let (study, away, instants) = study(0);
        let late: Vec<Micros> = instants.iter().map(|&at| at + Micros::from_secs(60)).collect();
        let fit = Fit::of(&study, away, &late).unwrap();
        assert!(fit.inside < 0.2 && fit.gap > 0.5, "{} {}", fit.inside, fit.gap);
        assert!(fit.gap_at > fit.from && fit.gap_at <= fit.from + fit.measured.len());
        let none = Fit::of(&study, away, &[]).unwrap();
        assert!(none.measured.iter().all(|&share| share == 0.0) && none.gap > 0.9, "{}", none.gap);
        assert_eq!(Fit::of(&study, 0, &[]), None);
    }
}
