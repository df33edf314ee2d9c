//! "What would it take?": from targets back to settings.
//!
//! The method, cheapest first. Closed forms bracket the search and are shown beside its result
//! ([`Bound`]). The fluid engine looks along each way ([`Way`]) over a grid of values, keeps what meets the
//! goals, and leaves out what stands at a cliff. Runs with common draws confirm the few that are left, with
//! less capacity, more devices and a longer outage too. At most three answers remain, each with what it
//! assigns, what it gives, its price and why.
//!
//! An answer is a list of [`Assignment`]s, so applying one is an ordinary, undoable edit of the project.

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
use super::trial::goal::Aim;
use super::trial::lever::{Assignment, LeverError, assign};
use super::trial::{Goals, Trial};
use crate::fleet::{Fleet, FleetFile};
use crate::sim::SimError;
use direction::{Direction, Ground, made};
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
    if wanted.goals.list.is_empty() {
        return Err(SolveError::NoGoal);
    }
    let fleet = file.check(scenario).fleet.ok_or(SolveError::NoFleet)?;
    let mut goals = wanted.goals.clone();
    let unknown = !fleet.unknowns.is_empty();
    if unknown && goals.chance_pct.is_none() {
        // The median over what is drawn says nothing about the worst that may be true.
        goals.chance_pct = Some(100);
    }
    let (goals, worst) = (&goals, worst(file, scenario, &fleet, &goals)?);
    let rolling =
        made::parts(file, scenario).filter(|_| fleet.outage.events.iter().any(|one| one.loses.is_some()));
    if Trial::estimate(&fleet, goals).is_none() && rolling.is_none() {
        return Err(SolveError::NobodyAway);
    }
    let means = Means { seed: wanted.seed, runs: wanted.runs, threads: wanted.threads.max(1), stop };
    let now = means.as_it_is(&fleet, goals)?;
    let ground = Ground { file, scenario, fleet: &fleet, goals, worst: &worst };
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
        bounds: if rolling.is_some() { Vec::new() } else { bounds::bounds(&fleet, goals) },
        notes: kinds::notes(&fleet),
    };
    solution.notes.extend(words::limiter(&fleet));
    solution.notes.extend(rolling.map(|_| words::ROLLING.to_owned()));
    solution.notes.extend(unknown.then(|| words::unknown(&fleet, wanted.goals.chance_pct)));
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
    let (mut found, nearest) = each(ground, directions, named, means, &|done| progress(done, all))?;
    // Servers shorten what a delay alone meets, where no way with servers alone was found.
    if !named
        && rolling.is_none()
        && found.len() < MOST_ANSWERS
        && found.iter().all(|(found, _)| found.way != Way::Capacity)
    {
        let quicker = both(ground, &fixed, means)?
            .filter(|(more, _)| found.iter().all(|(found, _)| t95(more) < t95(found) - same(t95(found))));
        found.extend(quicker.map(|(answer, way)| (answer, Some(way))));
    }
    progress(all - 1, all);
    if !named {
        let ways: Vec<Way> = found.iter().map(|(found, _)| found.way).collect();
        solution.notes.extend(words::peak(goals, &ways));
    }
    rank(&mut found);
    distinct(&mut found);
    let told = |(answer, way): (Found, Option<Direction>)| {
        words::answer(ground, answer, way.as_ref().and_then(|way| way.lever.as_ref()), &solution.now)
    };
    solution.answers = found.into_iter().take(MOST_ANSWERS).map(told).collect();
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

/// Answers that were found, each with the way that it was found on.
type Answers = Vec<(Found, Option<Direction>)>;
/// What comes nearest to the goals where nothing meets them: how near, the value, and the way.
type Nearest = Option<(f64, f64, Direction)>;

/// Searches along every direction that is worth it; `named` are worth it in any case.
fn each(
    ground: Ground<'_>,
    directions: Vec<Direction>,
    named: bool,
    means: Means<'_>,
    progress: &dyn Fn(usize),
) -> Result<(Answers, Nearest), Broken> {
    let (mut found, mut nearest): (Answers, Nearest) = (Vec::new(), None);
    for (number, direction) in directions.into_iter().enumerate() {
        progress(number);
        if !named && skips(&direction, &found, ground.goals) {
            continue;
        }
        let along = search(ground, &direction, means)?;
        if let Some((near, value)) = along.nearest
            && nearest.as_ref().is_none_or(|(best, ..)| near < *best)
        {
            nearest = Some((near, value, direction.clone()));
        }
        // Beside a delay that meets the same, a thin pause or timeout is no answer.
        let second = matches!(direction.way, Way::RetryInterval | Way::Timeout) && spreads(&found);
        let kept = |answer: &Found| named || !second || answer.is_robust();
        let both = along.found.into_iter().chain(along.wide).filter(kept);
        found.extend(both.map(|answer| (answer, Some(direction.clone()))));
    }
    Ok((found, nearest))
}

/// Returns for each unknown input the bound or choice with which the estimate takes longest.
fn worst(
    file: &FleetFile,
    scenario: Option<&str>,
    fleet: &Fleet,
    goals: &Goals,
) -> Result<Vec<Assignment>, LeverError> {
    let mut worst = Vec::new();
    for one in fleet.unknowns.list() {
        let mut longest: Option<(f64, Assignment)> = None;
        for place in [0.0, 1.0] {
            let to = one.unknown.at(place, one.input.setting);
            let (input, group) = (one.input.clone(), one.group.clone());
            let assignment = Assignment { input, group, from: None, to };
            let changed = assign(file, scenario, std::slice::from_ref(&assignment))?.check(scenario).fleet;
            let trial = changed.and_then(|fleet| Trial::estimate(&fleet, goals));
            let harm = trial.map_or(0.0, |trial| search::nearness(&trial, goals));
            if longest.as_ref().is_none_or(|(most, _)| harm > *most) {
                longest = Some((harm, assignment));
            }
        }
        worst.extend(longest.map(|(_, assignment)| assignment));
    }
    Ok(worst)
}

/// Returns the time in which 95 % are back [s].
fn t95(found: &Found) -> f64 {
    found.trial.figures.get(Aim::T95).unwrap_or(f64::INFINITY)
}

/// Returns how far a time may lie from another one until they count as different [s]: 1 %, at least 1 s.
fn same(t95: f64) -> f64 {
    (t95 * 0.01).max(1.0)
}

/// Puts the best first: what survives other numbers, then what is cheap, then what is quick. Times within
/// the indifference of the quickest of equal price count as equal; among those the wider margin leads.
fn rank(found: &mut [(Found, Option<Direction>)]) {
    let price = |found: &Found| (!found.is_robust(), found.wide, words::cost(&found.assignments));
    let prices: Vec<_> = found.iter().map(|(found, _)| (price(found), t95(found))).collect();
    let slow = |found: &Found| {
        let equals = prices.iter().filter(|(other, _)| *other == price(found));
        let quickest = equals.map(|(_, t95)| *t95).fold(f64::INFINITY, f64::min);
        t95(found) > quickest + same(quickest)
    };
    found.sort_by(|(a, _), (b, _)| {
        let order = price(a).cmp(&price(b)).then(slow(a).cmp(&slow(b)));
        order.then(b.margin.total_cmp(&a.margin)).then(a.way.cmp(&b.way))
    });
}

/// Keeps the first of answers that assign the same: two levers may turn one setting.
fn distinct(found: &mut Answers) {
    let mut kept: Answers = Vec::new();
    for one in found.drain(..) {
        let same = |(other, _): &(Found, Option<Direction>)| {
            other.assignments.len() == one.0.assignments.len()
                && one.0.assignments.iter().all(|assignment| other.assignments.contains(assignment))
        };
        if !kept.iter().any(same) {
            kept.push(one);
        }
    }
    *found = kept;
}

/// Returns whether a delay was found that survives other numbers.
fn spreads(found: &[(Found, Option<Direction>)]) -> bool {
    found.iter().any(|(found, _)| matches!(found.way, Way::Delay | Way::Spread) && found.is_robust())
}

/// Returns whether a way is not worth trying after what was found.
fn skips(direction: &Direction, found: &[(Found, Option<Direction>)], goals: &Goals) -> bool {
    let crowded = goals.list.iter().any(|goal| matches!(goal.aim, Aim::Peak | Aim::PeakUse));
    let has = |way: Way| found.iter().any(|(found, _)| found.way == way && found.is_robust());
    match direction.way {
        // The simpler of two ways to turn the same settings is enough.
        Way::Spread => has(Way::Delay),
        Way::Admission => has(Way::Admission),
        // A peak is lowered at the devices only, so there every way that does it is worth a look.
        Way::RetryInterval | Way::Timeout => (!crowded && spreads(found)) || found.len() >= MOST_ANSWERS,
        Way::Restart => has(Way::Restart) || found.len() >= MOST_ANSWERS,
        Way::Stores => found.len() >= MOST_ANSWERS,
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
