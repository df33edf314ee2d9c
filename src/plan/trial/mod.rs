//! One setting tried: what it gives, by estimate or in runs, and whether that meets the goals.
//!
//! The estimate is that of the fluid engine, with the values lost in device stores added from the times
//! at which devices are back; it judges by means. Runs are judged as everywhere: by the interval of the
//! median, or by counting where a chance is asked for ("in 95 of 100 runs"). All trials of a search use the
//! same seed, so that they differ by their settings and not by their draws.

pub(in crate::plan) mod goal;
pub(in crate::plan) mod lever;

use self::goal::{Aim, Goal, capacity_per_s};
use super::{FigureUnit, verdict::Verdict};
use crate::base::stats::percentile;
use crate::fleet::Fleet;
use crate::sim::fluid::{Fluid, fluid};
use crate::sim::{Metric, SimError, Stability, replicate};
use std::sync::atomic::AtomicBool;

/// Share of attempts that must fail for lack of capacity until a missed time is called an overload.
const OVERLOADED: f64 = 0.01;

/// What has to hold, and how surely.
#[derive(Clone, Debug, PartialEq)]
pub struct Goals {
    /// The goals, each to be met.
    pub list: Vec<Goal>,
    /// Percentage of the runs that must meet all of them; `None` judges the medians [%].
    pub chance_pct: Option<u32>,
}

/// What becomes of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All goals are met.
    Meets,
    /// A goal is missed because too many come at once.
    Overload,
    /// Nobody is overloaded, and it takes too long.
    TooSlow,
    /// The fleet never recovers by itself.
    Never,
    /// Runs do not tell yet.
    Uncertain,
}

impl State {
    /// The word in JSON and CSV.
    pub fn word(self) -> &'static str {
        match self {
            Self::Meets => "meets",
            Self::Overload => "overload",
            Self::TooSlow => "too-slow",
            Self::Never => "never",
            Self::Uncertain => "uncertain",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Meets => "meets",
            Self::Overload => "overload",
            Self::TooSlow => "too slow",
            Self::Never => "never recovers",
            Self::Uncertain => "uncertain",
        }
    }

    /// The sign in a map.
    pub fn sign(self) -> char {
        match self {
            Self::Meets => '✓',
            Self::Overload => '✕',
            Self::TooSlow => 's',
            Self::Never => 'n',
            Self::Uncertain => '~',
        }
    }
}

/// One number per [`Aim`]; NaN where an estimate does not know it.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    values: [f64; Aim::ALL.len()],
    /// Attempts [attempts].
    pub attempts: f64,
}

impl PartialEq for Figures {
    /// Compares bit by bit, so that what is not known equals itself.
    fn eq(&self, other: &Self) -> bool {
        self.values.map(f64::to_bits) == other.values.map(f64::to_bits)
            && self.attempts.to_bits() == other.attempts.to_bits()
    }
}

impl Figures {
    /// Returns a figure in its base unit; infinite for *never*, `None` where it is not known.
    pub fn get(&self, aim: Aim) -> Option<f64> {
        Some(self.values[aim as usize]).filter(|value| !value.is_nan())
    }

    /// Returns the figures of an estimate.
    pub fn of_fluid(fleet: &Fleet, fluid: &Fluid) -> Self {
        let (times, totals) = (&fluid.times, &fluid.totals);
        let time = |time: Option<f64>| time.unwrap_or(f64::INFINITY);
        let in_stores = lost(fleet, fluid);
        let value = |aim| match aim {
            Aim::T50 => time(times.t50),
            Aim::T95 => time(times.t95),
            Aim::T99 => time(times.t99),
            Aim::T100 => time(times.t100),
            Aim::Drained | Aim::Rejected => f64::NAN,
            Aim::Peak => fluid.peak_up.expected,
            Aim::PeakUse => fluid.peak_up.expected / capacity_per_s(fleet),
            Aim::Queue => totals.largest_queue,
            // What the write queue rejects is not estimated: without a loss in the stores nothing is known.
            Aim::Lost if fleet.platform.writes.is_some() && in_stores < 0.5 => f64::NAN,
            Aim::Lost | Aim::InStores => in_stores,
            Aim::Stranded => totals.stranded,
            Aim::NeverBack => (fluid.devices - totals.back).max(0.0),
            Aim::Refused => totals.refused,
            Aim::TimedOut => totals.timed_out,
        };
        // A flow never ends: what is less than half of one thing is none.
        let whole =
            |aim: Aim, value: f64| if aim.unit() == FigureUnit::Count && value < 0.5 { 0.0 } else { value };
        Self { values: Aim::ALL.map(|aim| whole(aim, value(aim))), attempts: totals.attempts }
    }
}

/// Returns the values that devices of an estimated recovery lose in their stores [values].
fn lost(fleet: &Fleet, fluid: &Fluid) -> f64 {
    let outage = fleet.outage.length.secs();
    let of_group = |back: &crate::sim::fluid::GroupBack| {
        let Some(group) = fleet.groups.iter().find(|group| group.id == back.id) else { return 0.0 };
        let (rate, room) = (group.telemetry.values_per_s(), group.store.values() as f64);
        // A device loses whole values.
        let after = |t: f64| (rate * (outage + t) - room).max(0.0).floor();
        let (mut sum, mut before, mut last) = (0.0, 0.0, 0.0);
        for (&at, &share) in fluid.groups.at_s.iter().zip(&back.share_back) {
            sum += (share - before).max(0.0) * after(f64::midpoint(at, last));
            (before, last) = (share.max(before), at);
        }
        back.devices * (sum + (1.0 - before).max(0.0) * after(fleet.outage.watch.secs()))
    };
    // Less than one value in the whole fleet is rounding.
    Some(fluid.groups.each.iter().map(of_group).sum()).filter(|lost: &f64| *lost >= 1.0).unwrap_or(0.0)
}

/// A goal held against runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// The goal.
    pub goal: Goal,
    /// Median over the runs.
    pub median: f64,
    /// 5th and 95th percentile over the runs.
    pub spread: (f64, f64),
    /// Runs that keep the limit.
    pub within: u32,
    /// Whether it is met.
    pub verdict: Verdict,
}

/// What a setting gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Means, or medians over the runs.
    pub figures: Figures,
    /// The state against the goals.
    pub state: State,
    /// Each goal against the runs; empty for an estimate.
    pub held: Vec<Held>,
    /// 5th and 95th percentile of t95 over the runs [s]; `None` for an estimate.
    pub t95_spread: Option<(f64, f64)>,
    /// Runs; 0 for an estimate.
    pub runs: u32,
    /// Runs that meet all goals.
    pub runs_met: u32,
}

impl Trial {
    /// Estimates a fleet; `None` where no device loses its connection.
    pub fn estimate(fleet: &Fleet, goals: &Goals) -> Option<Self> {
        let fluid = fluid(fleet);
        if fluid.devices <= 0.0 {
            return None;
        }
        let figures = Figures::of_fluid(fleet, &fluid);
        let missed = |goal: &&Goal| figures.get(goal.aim).is_some_and(|value| !goal.keeps(value));
        let missed: Vec<Goal> = goals.list.iter().filter(missed).copied().collect();
        let state = state(
            &figures,
            &missed,
            figures.get(Aim::T95) == Some(f64::INFINITY) && stuck(&figures, fluid.devices),
        );
        Some(Self { figures, state, held: Vec::new(), t95_spread: None, runs: 0, runs_met: 0 })
    }

    /// Simulates a fleet with the runs `0..runs` of a seed.
    ///
    /// # Errors
    /// Those of [`replicate`].
    pub fn simulate(
        fleet: &Fleet,
        goals: &Goals,
        (seed, runs): (u64, u32),
        threads: usize,
        stop: &AtomicBool,
    ) -> Result<Self, SimError> {
        let made = replicate(fleet, seed, 0..runs, threads, stop, &|_| {})?;
        let metric = |aim: Aim| Metric::of(made.iter().map(|run| aim.of(run, fleet)).collect());
        let metrics: Vec<Metric> = Aim::ALL.into_iter().map(metric).collect();
        let attempts = Metric::of(made.iter().map(|run| run.totals.attempts as f64).collect()).median;
        let mut figures = Figures { values: std::array::from_fn(|at| metrics[at].median), attempts };
        if fleet.platform.writes.is_none() {
            // What is not modelled says nothing.
            (figures.values[Aim::Drained as usize], figures.values[Aim::Rejected as usize]) =
                (f64::NAN, f64::NAN);
        }
        let meets =
            |at: usize| goals.list.iter().all(|goal| goal.keeps(metrics[goal.aim as usize].values[at]));
        let runs_met = (0..made.len()).filter(|at| meets(*at)).count() as u32;
        let held: Vec<Held> =
            goals.list.iter().map(|goal| hold(*goal, &metrics[goal.aim as usize])).collect();
        let never = made.iter().filter(|run| run.stability() == Stability::Never).count();
        let missed = held.iter().filter(|held| held.verdict == Verdict::Missed).map(|held| held.goal);
        let mut state = state(&figures, &missed.collect::<Vec<_>>(), never * 2 > made.len());
        let enough = match goals.chance_pct {
            Some(percent) => u64::from(runs_met) * 100 >= u64::from(percent) * u64::from(runs),
            None => held.iter().all(|held| held.verdict == Verdict::Met),
        };
        if goals.chance_pct.is_some() && enough && state != State::Never {
            state = State::Meets;
        } else if state == State::Meets && !enough {
            state = State::Uncertain;
        }
        let t95_spread = Some(spread(&metrics[Aim::T95 as usize]));
        Ok(Self { figures, state, held, t95_spread, runs, runs_met })
    }

    /// Returns whether all goals are met.
    pub fn meets(&self) -> bool {
        self.state == State::Meets
    }

    /// Returns by how much the tightest goal is kept: 1 − value / limit, the smallest over the goals that
    /// are no counts of zero. Negative where one is missed; 1 where nothing is limited.
    pub fn margin(&self, goals: &Goals) -> f64 {
        let margin = |goal: &Goal| {
            let value = self.figures.get(goal.aim)?;
            if goal.limit > 0.0 {
                Some(1.0 - value / goal.limit)
            } else {
                (value > 0.0).then_some(f64::NEG_INFINITY)
            }
        };
        goals.list.iter().filter_map(margin).fold(1.0, f64::min)
    }
}

/// Returns whether an estimate ends with most attempts failing, and not merely with devices that wait
/// longer than was watched.
fn stuck(figures: &Figures, devices: f64) -> bool {
    let failed = figures.get(Aim::TimedOut).unwrap_or(0.0) + figures.get(Aim::Refused).unwrap_or(0.0);
    failed > devices
}

/// Returns the state of figures of which these goals are missed.
fn state(figures: &Figures, missed: &[Goal], never: bool) -> State {
    if never {
        return State::Never;
    }
    if missed.is_empty() {
        return State::Meets;
    }
    let crowd = [Aim::Peak, Aim::PeakUse, Aim::Queue, Aim::Refused, Aim::TimedOut, Aim::Rejected];
    let rejected = figures.get(Aim::Rejected).unwrap_or(0.0) > 0.0;
    let crowded = |goal: &Goal| crowd.contains(&goal.aim) || goal.aim == Aim::Lost && rejected;
    if missed.iter().any(crowded) {
        return State::Overload;
    }
    let failed = figures.get(Aim::TimedOut).unwrap_or(0.0) + figures.get(Aim::Refused).unwrap_or(0.0);
    if failed > OVERLOADED * figures.attempts { State::Overload } else { State::TooSlow }
}

/// Returns 5th and 95th percentile.
fn spread(metric: &Metric) -> (f64, f64) {
    let mut sorted = metric.values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    (percentile(&sorted, 5).unwrap_or(f64::NAN), percentile(&sorted, 95).unwrap_or(f64::NAN))
}

/// Returns a goal held against its values.
fn hold(goal: Goal, metric: &Metric) -> Held {
    let within = metric.values.iter().filter(|value| goal.keeps(**value)).count() as u32;
    let verdict = match metric.interval.keeps(goal.limit) {
        Some(true) => Verdict::Met,
        Some(false) => Verdict::Missed,
        None => Verdict::Uncertain,
    };
    Held { goal, median: metric.median, spread: spread(metric), within, verdict }
}
