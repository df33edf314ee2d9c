//! One scenario with its result: targets judged, figures named, the answer in a sentence.

use super::cost::Costs;
use super::explain::{Reason, explain};
use super::figure::{Figure, FigureUnit};
use super::verdict::{TargetResult, Verdict, worst};
use crate::base::stats::CONFIDENCE;
use crate::base::units;
use crate::fleet::Fleet;
use crate::sim::{Measure, Metric, Stability, Study};
use std::sync::Arc;

/// A scenario's result.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Name of the scenario.
    pub scenario: String,
    /// What was simulated.
    pub fleet: Arc<Fleet>,
    /// The runs and what they say together.
    pub study: Study,
    /// Runs that were asked for; the study may have fewer while it is refined or after a cancel.
    pub planned: u32,
    /// Each target of the fleet with its verdict.
    pub targets: Vec<TargetResult>,
    /// Why it went so, the decisive reason first; empty without runs.
    pub why: Vec<Reason>,
    /// What it costs, where the project has prices.
    pub costs: Option<Costs>,
}

/// Key figures, in the order in which they are shown.
const FIGURES: [(Measure, &str, &str, FigureUnit); 15] = [
    (Measure::T95, "t95_s", "95 % back", FigureUnit::Duration),
    (Measure::T50, "t50_s", "50 % back", FigureUnit::Duration),
    (Measure::T99, "t99_s", "99 % back", FigureUnit::Duration),
    (Measure::Drained, "t_drained_s", "Stored data written", FigureUnit::Duration),
    (Measure::PeakUp, "peak_sign_ins_per_s", "Peak attempts", FigureUnit::PerSecond),
    (Measure::LargestQueue, "largest_queue", "Largest queue", FigureUnit::Count),
    (Measure::Refused, "refused", "Refused attempts", FigureUnit::Count),
    (Measure::TimedOut, "timed_out", "Timed-out attempts", FigureUnit::Count),
    (Measure::LostData, "lost_values", "Lost data", FigureUnit::Count),
    (Measure::Lost, "lost_in_device_stores", "Lost in device stores", FigureUnit::Count),
    (Measure::Rejected, "rejected_values", "Rejected values", FigureUnit::Count),
    (Measure::LostInCrash, "lost_in_crash", "Lost in a crash", FigureUnit::Count),
    (Measure::Relapses, "relapses", "Down again", FigureUnit::Count),
    (Measure::NeverBack, "never_back", "Devices not back", FigureUnit::Count),
    (Measure::Stranded, "stranded", "Stranded devices", FigureUnit::Count),
];

/// Returns a figure from its metric. An interval of too few runs is no interval: it is everything.
fn figure(
    (_, key, label, unit): (Measure, &'static str, &'static str, FigureUnit),
    metric: &Metric,
) -> Figure {
    Figure { key, label, unit, median: metric.median, ci: bounds(metric) }
}

/// Returns the ends of the interval of a median.
pub(super) fn bounds(metric: &Metric) -> (f64, f64) {
    let interval = &metric.interval;
    if interval.confidence >= CONFIDENCE { (interval.low, interval.high) } else { (0.0, f64::INFINITY) }
}

/// Returns what a target reached beside what was asked for: `Peak attempts 906 /s (target 150 /s)`.
fn shortfall(target: &TargetResult) -> String {
    let figure = &target.figure;
    let (value, limit) = (figure.text(figure.median), figure.text(target.limit));
    format!("{} {value} (target {limit})", figure.label)
}

impl Outcome {
    /// Judges the runs of a scenario.
    pub fn of(scenario: String, fleet: Arc<Fleet>, study: Study, planned: u32) -> Self {
        let costs = Costs::of(&fleet, &study);
        let mut outcome =
            Self { scenario, fleet, study, planned, targets: Vec::new(), why: Vec::new(), costs };
        let limits = outcome.fleet.targets;
        let judged = [
            ("t95_s", limits.t95.map(crate::base::Micros::secs)),
            ("t_drained_s", limits.drained.map(crate::base::Micros::secs)),
            ("peak_sign_ins_per_s", limits.peak_sign_ins_per_s),
            ("lost_values", limits.lost_values.map(|count| count as f64)),
        ];
        outcome.targets = judged
            .into_iter()
            .filter_map(|(key, limit)| {
                let (figure, limit) = (outcome.figure(key)?, limit?);
                Some(match outcome.range(key) {
                    Some(range) => TargetResult::judge_range(figure, range, limit),
                    None => TargetResult::judge(figure, limit),
                })
            })
            .collect();
        outcome.why = explain(&outcome);
        outcome
    }

    /// Returns the key figures in the order in which they are shown, those of what is modelled.
    pub fn figures(&self) -> Vec<Figure> {
        let applies = |row: &(Measure, &str, &str, FigureUnit)| row.0.applies(&self.fleet);
        let measured = FIGURES.into_iter().filter(applies).map(|row| figure(row, self.study.metric(row.0)));
        measured.chain(self.costs.iter().flat_map(|costs| costs.figures.iter().copied())).collect()
    }

    /// Returns the figure with this key.
    pub fn figure(&self, key: &str) -> Option<Figure> {
        let row = FIGURES.into_iter().find(|(_, own, ..)| *own == key)?;
        Some(figure(row, self.study.metric(row.0)))
    }

    /// Returns the best and the worst value over the runs of the figure with this key, where something is
    /// unknown.
    pub fn range(&self, key: &str) -> Option<(f64, f64)> {
        let (measure, ..) = FIGURES.into_iter().find(|(_, own, ..)| *own == key)?;
        self.best_and_worst(measure)
    }

    /// Returns the median time until 95 % of the devices are back [s]; infinite for never.
    pub fn t95(&self) -> f64 {
        self.study.metric(Measure::T95).median
    }

    /// Returns the number of runs that are in.
    pub fn runs(&self) -> u32 {
        self.study.runs.len() as u32
    }

    /// Returns the verdict over all targets.
    pub fn verdict(&self) -> Verdict {
        worst(&self.targets)
    }

    /// Returns the answer in a sentence without a full stop: `95 % of devices back after 3 min 10 s (target 5 min)`.
    ///
    /// Where another target decides the verdict, that one stands first: a missed target is never hidden
    /// behind one that is met.
    pub fn headline(&self) -> String {
        let on_time = self.targets.iter().find(|target| target.figure.key == "t95_s");
        let decided = on_time.is_some_and(|target| target.verdict == self.verdict());
        match self.decisive_shortfall().filter(|_| !decided) {
            Some(shortfall) => format!("{shortfall}; {}", self.recovery()),
            None => self.recovery(),
        }
    }

    /// Returns what the worst target other than t95 reached, where one is not met.
    fn decisive_shortfall(&self) -> Option<String> {
        let worst = |target: &&TargetResult| target.verdict == self.verdict() && target.figure.key != "t95_s";
        let not_met = |target: &&TargetResult| target.verdict != Verdict::Met;
        self.targets.iter().filter(not_met).find(worst).map(shortfall)
    }

    /// Returns whether the fleet comes back by itself, where that is not a matter of course.
    pub fn stability(&self) -> Option<&'static str> {
        let stability = self.study.stability;
        (stability != Stability::Recovers).then(|| stability.sentence())
    }

    /// Returns when the devices are back, in a sentence.
    fn recovery(&self) -> String {
        let t95 = self.t95();
        let target = self.fleet.targets.t95.map_or_else(String::new, |limit| format!(" (target {limit})"));
        if !self.study.runs.is_empty() && self.study.runs.iter().all(|run| run.affected == 0) {
            return "No device loses its connection, so none has to come back".to_owned();
        }
        if t95.is_finite() {
            return format!("95 % of devices back after {}{target}", units::duration(t95));
        }
        let affected = self.study.runs.first().map_or(self.fleet.devices(), |run| run.affected);
        let devices = units::count(affected);
        let back = affected as f64 - self.study.metric(Measure::NeverBack).median;
        let back = units::count(back.max(0.0).round() as u64);
        let watched = self.fleet.outage.watch;
        format!("Only {back} of {devices} devices back after {watched}{target}")
    }

    /// Returns, for each target that is not met, what it reached: `Peak attempts 906 /s (target 150 /s)`.
    ///
    /// The target on t95 is left out, the headline says it.
    pub fn shortfalls(&self) -> Vec<String> {
        self.targets
            .iter()
            .filter(|target| target.verdict != Verdict::Met && target.figure.key != "t95_s")
            .map(shortfall)
            .collect()
    }

    /// Returns that data is lost where no target limits that: a met verdict must not hide it.
    pub fn unjudged_loss(&self) -> Option<String> {
        let lost = self.study.metric(Measure::LostData).median;
        let said = self.fleet.targets.lost_values.is_some() || !(lost.is_finite() && lost >= 1.0);
        (!said).then(|| {
            let each = [
                (Measure::Lost, "in device stores"),
                (Measure::Rejected, "at the full write queue"),
                (Measure::LostInCrash, "in a crash"),
            ];
            let most = each
                .into_iter()
                .max_by(|a, b| self.study.metric(a.0).median.total_cmp(&self.study.metric(b.0).median));
            let (values, place) = (units::count(lost.round() as u64), most.map_or("", |(_, place)| place));
            format!("{values} values are lost, most of them {place}: no target limits that")
        })
    }

    /// Returns the answer on the clock, where the outage has a planned start and 95 % come back:
    /// `95 % back at 02:18:53 +01:00, platform back at 02:15:00`.
    pub fn wall_clock(&self) -> Option<String> {
        let (back, platform) = (self.moment(self.t95())?, self.moment(0.0)?);
        Some(format!(
            "95 % back at {}, platform back at {}",
            back.strftime("%H:%M:%S %:z"),
            platform.strftime("%H:%M:%S")
        ))
    }

    /// Returns a moment after the return [s] on the clock with its offset, where the outage has a planned start:
    /// `02:18 +01:00`; with seconds where it has them, with the date where it is not that of the start.
    pub fn clock_at(&self, after_s: f64) -> Option<String> {
        let at = self.moment(after_s)?;
        let start = self.fleet.outage.start.as_ref()?;
        let date = if at.date() == start.date() { "" } else { "%Y-%m-%d " };
        let time = if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
        Some(at.strftime(&format!("{date}{time} %:z")).to_string())
    }

    /// Returns the day of the planned start, where there is one: `2026-12-05`.
    pub fn planned_day(&self) -> Option<String> {
        Some(self.fleet.outage.start.as_ref()?.strftime("%Y-%m-%d").to_string())
    }

    /// Returns a moment after the return [s], to the whole second.
    fn moment(&self, after_s: f64) -> Option<jiff::Zoned> {
        let outage = &self.fleet.outage;
        let after = jiff::SignedDuration::try_from_secs_f64((outage.length.secs() + after_s).round()).ok()?;
        outage.start.as_ref()?.checked_add(after).ok()
    }

    /// Returns in how many of the runs 95 % of the devices were back within the target, where there is one.
    pub fn chances(&self) -> Option<(u32, u32)> {
        let limit = self.fleet.targets.t95?.secs();
        let values = &self.study.metric(Measure::T95).values;
        Some((values.iter().filter(|value| **value <= limit).count() as u32, values.len() as u32))
    }

    /// Returns the group whose 95 % came back last: its name and its time [s], infinite for never.
    pub fn slowest_group(&self) -> Option<(&str, f64)> {
        let times = self.study.groups.iter().map(|group| group.times[1].median);
        self.fleet
            .groups
            .iter()
            .zip(times)
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(group, time)| (group.name.as_str(), time))
    }
}
