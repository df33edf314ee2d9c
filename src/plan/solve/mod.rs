//! "What would it take?": from targets back to settings.
//!
//! The method, cheapest first. Closed forms bracket the search and are shown beside its result
//! ([`Bound`]). The fluid engine looks along each way ([`Way`]) over a grid of values, keeps what meets the
//! goals, and leaves out what stands at a cliff. Runs with common draws confirm the few that are left, with
//! less capacity, more devices and a longer outage too. At most three answers remain, each with what it
//! assigns, what it gives, its price and why.
//!
//! An answer is a list of [`Assignment`]s, so applying one is an ordinary, undoable edit of the project.

mod admission;
mod amend;
mod bounds;
mod direction;
mod kinds;
mod search;
mod shake;
mod words;

#[cfg(test)]
mod tests;

pub use bounds::Bound;
pub use direction::Way;
pub use shake::Shake;
pub use words::measuring;

use super::sweep::Progress;
use super::trial::lever::{Assignment, LeverError};
use super::trial::{Goals, Trial};
use crate::fleet::{Fleet, FleetFile};
use crate::sim::SimError;
use direction::{Direction, Ground};
use search::{Broken, Found, Means, search};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Most answers.
pub const MOST_ANSWERS: usize = 3;

/// Whether the goals are still met with other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survives {
    /// What is changed.
    pub shake: Shake,
    /// Whether the runs still meet the goals.
    pub met: bool,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What kind of answer.
    pub way: Way,
    /// The answer in a few words: `Random delay 5 min`.
    pub title: String,
    /// What it assigns.
    pub assignments: Vec<Assignment>,
    /// Value of the lever in its base unit, where one lever is turned.
    pub value: Option<f64>,
    /// The fleet with what it assigns.
    pub fleet: Arc<Fleet>,
    /// What it gives, in runs.
    pub trial: Trial,
    /// What it costs, in words.
    pub price: String,
    /// Why it works, in sentences.
    pub why: Vec<String>,
    /// By how much the tightest goal is kept, as a share of its limit.
    pub margin: f64,
    /// Nearest value of the lever with which the fleet never recovers, in its base unit and in words.
    pub cliff: Option<(f64, String)>,
    /// Whether the goals are met with other numbers too.
    pub survives: Vec<Survives>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// What had to hold.
    pub goals: Goals,
    /// Seed of all runs.
    pub seed: u64,
    /// Runs of each answer.
    pub runs: u32,
    /// What the project gives as it is.
    pub now: Trial,
    /// Answers that meet all goals, best first, at most [`MOST_ANSWERS`].
    pub answers: Vec<Answer>,
    /// Where there is none, what comes nearest.
    pub best: Option<Answer>,
    /// Closed forms.
    pub bounds: Vec<Bound>,
    /// What to know beside the answers: groups whose agents cannot spread, limiters that lock out.
    pub notes: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// What has to hold; at least one goal.
    pub goals: Goals,
    /// Levers and addresses that may change; empty for all that apply.
    pub levers: Vec<String>,
    /// Seed of all runs.
    pub seed: u64,
    /// Runs of each answer; an interval needs 6.
    pub runs: u32,
    /// Threads that work at the same time, at least 1.
    pub threads: usize,
}

/// Why there is no solution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SolveError {
    /// There is nothing to meet.
    #[error(
        "There is no target, so nothing can be solved for. Give the project one, or name one: `t95<5min`."
    )]
    NoGoal,
    /// The file describes no fleet.
    #[error("This project describes no fleet that can be simulated. Correct its errors first.")]
    NoFleet,
    /// Nothing is disconnected.
    #[error(
        "No device loses its connection in this outage, so there is nothing to come back. Choose another outage."
    )]
    NobodyAway,
    /// There is no such lever.
    #[error(transparent)]
    Lever(#[from] LeverError),
    /// The simulation refused or was stopped.
    #[error(transparent)]
    Sim(#[from] SimError),
}

impl From<Broken> for SolveError {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Sim(error) => Self::Sim(error),
            Broken::Lever(error) => Self::Lever(error),
        }
    }
}

/// Looks for the smallest changes of a scenario that meet the goals.
///
/// `progress` is called with the ways that were tried and all of them. Equal inputs give an equal solution
/// for any number of threads.
///
/// # Errors
/// [`SolveError`]; [`SimError::Cancelled`] inside of it soon after `stop` was set.
pub fn solve(
    (file, scenario): (&FleetFile, Option<&str>),
    wanted: &Wanted,
    (stop, progress): (&AtomicBool, Progress<'_>),
) -> Result<Solution, SolveError> {
    let goals = &wanted.goals;
    if goals.list.is_empty() {
        return Err(SolveError::NoGoal);
    }
    let fleet = file.check(scenario).fleet.ok_or(SolveError::NoFleet)?;
    Trial::estimate(&fleet, goals).ok_or(SolveError::NobodyAway)?;
    let means = Means { seed: wanted.seed, runs: wanted.runs, threads: wanted.threads.max(1), stop };
    let now = means.as_it_is(&fleet, goals)?;
    let ground = Ground { file, scenario, fleet: &fleet, goals };
    let fixed = amend::unstrand((file, scenario), &fleet, &now, goals);
    let named = !wanted.levers.is_empty();
    let directions = if named { ground.only(&wanted.levers, &fixed)? } else { ground.all(&fixed) };
    let mut solution = Solution {
        goals: goals.clone(),
        seed: wanted.seed,
        runs: wanted.runs,
        now,
        answers: Vec::new(),
        best: None,
        bounds: bounds::bounds(&fleet, goals),
        notes: kinds::notes(&fleet),
    };
    solution.notes.extend(words::limiter(&fleet));
    let all = directions.len() + 1;
    let keeps = solution.now.meets() && !wanted.levers.iter().any(|name| name == super::CAPACITY);
    if keeps {
        if let Some(survives) = means.survives(&fleet, goals)? {
            solution.answers.push(words::keep(ground, &solution.now, survives));
            progress(all, all);
            return Ok(solution);
        }
        solution.notes.push(words::AT_A_CLIFF.to_owned());
    }
    let mut found: Vec<(Found, Option<Direction>)> = Vec::new();
    let mut nearest: Option<(f64, f64, Direction)> = None;
    for (number, direction) in directions.into_iter().enumerate() {
        progress(number, all);
        if !named && skips(&direction, &found) {
            continue;
        }
        let along = search(ground, &direction, means)?;
        if let Some((near, value)) = along.nearest
            && nearest.as_ref().is_none_or(|(best, ..)| near < *best)
        {
            nearest = Some((near, value, direction.clone()));
        }
        let both = along.found.into_iter().chain(along.wide);
        found.extend(both.map(|answer| (answer, Some(direction.clone()))));
    }
    if found.is_empty() && !named {
        found.extend(both(ground, &fixed, means)?.map(|(answer, way)| (answer, Some(way))));
    }
    progress(all - 1, all);
    found.sort_by_key(|(answer, _)| {
        (!answer.is_robust(), answer.wide, words::cost(&answer.assignments), answer.way)
    });
    for (answer, direction) in found.into_iter().take(MOST_ANSWERS) {
        solution.answers.push(words::answer(
            ground,
            answer,
            direction.as_ref().and_then(|way| way.lever.as_ref()),
            &solution.now,
        ));
    }
    if keeps && solution.answers.is_empty() {
        solution.answers.push(words::keep(ground, &solution.now, Vec::new()));
    }
    if let (true, Some((_, value, direction))) = (solution.answers.is_empty(), nearest) {
        solution.best = search::reached(ground, &direction, value, means)?
            .map(|found| words::answer(ground, found, direction.lever.as_ref(), &solution.now));
    }
    progress(all, all);
    Ok(solution)
}

/// Returns whether a way is not worth trying after what was found.
fn skips(direction: &Direction, found: &[(Found, Option<Direction>)]) -> bool {
    let has = |way: Way| found.iter().any(|(found, _)| found.way == way && found.is_robust());
    match direction.way {
        // The simpler of two ways to turn the same settings is enough.
        Way::Spread => has(Way::Delay),
        Way::Admission => has(Way::Admission),
        Way::RetryInterval | Way::Timeout => {
            has(Way::Delay) || has(Way::Spread) || found.len() >= MOST_ANSWERS
        }
        _ => false,
    }
}

/// Looks for a delay together with more workers, the fewest first.
fn both(
    ground: Ground<'_>,
    fixed: &[Assignment],
    means: Means<'_>,
) -> Result<Option<(Found, Direction)>, Broken> {
    let Some(workers) = ground.more_workers(fixed) else { return Ok(None) };
    let Some(lever) = &workers.lever else { return Ok(None) };
    let step = workers.values.len().div_ceil(8).max(1);
    for value in workers.values.iter().step_by(step) {
        let more = lever.assignments(ground.file, ground.scenario, *value)?;
        let fixed: Vec<Assignment> = fixed.iter().cloned().chain(more).collect();
        let delays = ground.all(&fixed).into_iter().filter(|way| matches!(way.way, Way::Delay | Way::Spread));
        for mut direction in delays {
            direction.way = Way::Both;
            if let Some(found) = search(ground, &direction, means)?.found {
                return Ok(Some((found, direction)));
            }
        }
    }
    Ok(None)
}
