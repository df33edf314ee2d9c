//! The search along one direction: estimates over the whole grid, then runs of the few that are left.
//!
//! The recovery time is not monotone in a delay: left of its best value stands the cliff beyond which a
//! fleet never recovers. A value is therefore a candidate only where the estimate still recovers with a
//! fifth less capacity; those that keep the goals with a tenth less capacity, more devices and a longer
//! outage come first, the smallest change leading, then the others by their margin. Runs with the same
//! draws confirm in that order, and have to show the same.

use super::super::trial::goal::Aim;
use super::super::trial::lever::{Assignment, LeverError, assign};
use super::super::trial::{Goals, State, Trial};
use super::direction::made::Made;
use super::direction::{Direction, Ground, Way};
use super::shake::Shake;
use super::{Survives, amend};
use crate::fleet::Fleet;
use crate::sim::{SimError, on_threads};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Runs of a first look, the fewest that have an interval.
const LOOK: u32 = 6;
/// Candidates that are simulated at most.
const MOST: usize = 5;
/// A run further from a goal than this share of its limit ends a look.
const FAR: f64 = 1.1;
/// A margin has to be wider by this share to be worth a second answer.
const WIDER: f64 = 0.04;
/// Attempts that looking without an estimate may cost [attempts].
const BUDGET: f64 = 6e7;

/// Why a search ends without a word.
#[derive(Debug)]
pub(super) enum Broken {
    Sim(SimError),
    Lever(LeverError),
}

impl From<SimError> for Broken {
    fn from(error: SimError) -> Self {
        Self::Sim(error)
    }
}

impl From<LeverError> for Broken {
    fn from(error: LeverError) -> Self {
        Self::Lever(error)
    }
}

/// How a search works.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub seed: u64,
    pub runs: u32,
    pub threads: usize,
    pub stop: &'a AtomicBool,
}

impl Means<'_> {
    /// Simulates what the project gives as it is: a few runs where they say that it misses its goals.
    ///
    /// # Errors
    /// Those of [`Trial::simulate`].
    pub fn as_it_is(&self, fleet: &Fleet, goals: &Goals) -> Result<Trial, SimError> {
        let look = self.simulate(fleet, goals, LOOK.min(self.runs))?;
        let missed = !matches!(look.state, State::Meets | State::Uncertain);
        if missed || self.runs <= LOOK { Ok(look) } else { self.simulate(fleet, goals, self.runs) }
    }

    /// Tries a fleet with other numbers; `None` where a fifth less capacity lets it never recover.
    ///
    /// # Errors
    /// Those of [`Trial::simulate`].
    pub fn survives(&self, fleet: &Fleet, goals: &Goals) -> Result<Option<Vec<Survives>>, SimError> {
        if self.simulate(&Shake::Cliff.of(fleet), goals, LOOK)?.state == State::Never {
            return Ok(None);
        }
        let mut survives = Vec::new();
        for shake in Shake::ALL {
            let met = self.simulate(&shake.of(fleet), goals, LOOK)?.meets();
            survives.push(Survives { shake, met });
        }
        Ok(Some(survives))
    }

    fn simulate(&self, fleet: &Fleet, goals: &Goals, runs: u32) -> Result<Trial, SimError> {
        Trial::simulate(fleet, goals, (self.seed, runs), self.threads, self.stop)
    }
}

/// One setting with what it gave.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub way: Way,
    pub value: Option<f64>,
    /// What was turned that is no single input.
    pub made: Option<Made>,
    pub assignments: Vec<Assignment>,
    pub fleet: Fleet,
    pub trial: Trial,
    pub survives: Vec<Survives>,
    /// Nearest value on either side with which the fleet does not recover, in the lever's unit.
    pub cliff: Option<f64>,
    /// By how much the tightest goal is kept, as a share of its limit.
    pub margin: f64,
    /// Whether it is the one with the widest margin, and not the smallest change.
    pub wide: bool,
}

impl Found {
    /// Returns a setting of a direction that gave this.
    fn of(probe: &Probe<'_>, value: f64, tried: (Vec<Assignment>, Fleet), trial: Trial) -> Self {
        let turned = probe.direction.lever.is_some() || probe.direction.made.is_some();
        let value = turned.then_some(value);
        let (assignments, fleet) = tried;
        let (way, margin) = (probe.direction.way, trial.margin(probe.ground.goals));
        let made = probe.direction.made.clone();
        let survives = Vec::new();
        Self { way, value, made, assignments, fleet, trial, survives, cliff: None, margin, wide: false }
    }

    /// Returns whether every change of the numbers is survived.
    pub fn is_robust(&self) -> bool {
        self.survives.iter().all(|survives| survives.met)
    }
}

/// What a grid says about one value.
struct Seen {
    /// Position in the direction's preference.
    rank: usize,
    value: f64,
    trial: Trial,
    /// 2 where the goals survive every change, 1 where the fleet at least recovers, 0 at a cliff.
    sure: u8,
    margin: f64,
}

/// What runs say of one value.
enum Confirmed {
    /// It meets the goals, with some distance to a cliff.
    Met(Box<Found>),
    /// It misses a goal: how far, in multiples of its limit.
    Missed(f64),
    /// Nothing recovers there, or only just; or the file accepts no such value.
    Cliff,
}

/// What a direction came to.
pub(super) struct Along {
    pub found: Option<Found>,
    /// A setting of the same lever with a wider margin, where that is worth a second answer.
    pub wide: Option<Found>,
    /// The value that comes nearest to the goals where none meets them: how near, and the value.
    pub nearest: Option<(f64, f64)>,
}

/// Searches along a direction.
///
/// # Errors
/// [`Broken`]: stopped, or the fleet cannot be simulated.
pub(super) fn search(ground: Ground<'_>, direction: &Direction, means: Means<'_>) -> Result<Along, Broken> {
    let probe = Probe { ground, direction };
    if !direction.estimated {
        // A store that is capped is not enlarged again.
        let stores = direction.made != Some(Made::Stores);
        return probe.robust_first(direction.values.iter().copied(), stores, means);
    }
    let mut seen = probe.grid(ground.goals, means)?;
    let mut repaired = false;
    if !seen.iter().any(|seen| seen.trial.meets()) && ground.goals.list.iter().any(is_lost) {
        // Larger stores are a price of their own: only where nothing else keeps the data.
        seen = probe.grid(&without_lost(ground.goals), means)?;
        repaired = true;
    }
    let never: Vec<f64> =
        seen.iter().filter(|seen| seen.trial.state == State::Never).map(|seen| seen.value).collect();
    let nearest = seen
        .iter()
        .filter(|seen| seen.sure > 0)
        .map(|seen| (nearness(&seen.trial, ground.goals), seen.value))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let mut order: Vec<&Seen> = seen.iter().filter(|seen| seen.trial.meets() && seen.sure > 0).collect();
    order.sort_by(|a, b| {
        let by_margin = b.margin.total_cmp(&a.margin);
        let by_change = a.rank.cmp(&b.rank);
        b.sure.cmp(&a.sure).then(if a.sure == 2 { by_change } else { by_margin })
    });
    let order: Vec<f64> = spaced(&order);
    let cliff = |value: f64| {
        never.iter().copied().min_by(|a, b| (a / value).ln().abs().total_cmp(&(b / value).ln().abs()))
    };
    let marked = |found: Found| Found { cliff: found.value.and_then(cliff), ..found };
    let tried = order.into_iter().take(MOST);
    let Some(found) = probe.robust_first(tried, repaired, means)?.found else {
        return probe.without_estimate(&seen, nearest, means);
    };
    let first = found.value.filter(|_| found.is_robust());
    let wide = first.map(|first| probe.wide(&seen, first, repaired, means)).transpose()?.flatten();
    Ok(Along { found: Some(marked(found)), wide: wide.map(marked), nearest })
}

fn survived(found: &Found) -> usize {
    found.survives.iter().filter(|survives| survives.met).count()
}

/// Returns whether a goal is about values that larger stores keep.
fn is_lost(goal: &crate::plan::Goal) -> bool {
    matches!(goal.aim, Aim::Lost | Aim::InStores)
}

/// Returns the goals without those about lost values.
fn without_lost(goals: &Goals) -> Goals {
    let list = goals.list.iter().filter(|goal| !is_lost(goal)).copied().collect();
    Goals { list, chance_pct: goals.chance_pct }
}

/// Returns how far a trial is from its goals: the largest value over its limit, above 1 where one is missed.
pub(super) fn nearness(trial: &Trial, goals: &Goals) -> f64 {
    let over = |goal: &crate::plan::Goal| {
        let value = trial.figures.get(goal.aim)?;
        Some(if value <= goal.limit {
            (value / goal.limit.max(1e-9)).min(1.0)
        } else {
            // Beyond a limit of nothing one is as far as twice any other limit.
            if goal.limit > 0.0 { value / goal.limit } else { 1.0 + value }
        })
    };
    goals.list.iter().filter_map(over).fold(0.0, f64::max)
}

/// Returns values in their order without those that lie close to one that is tried before.
fn spaced(order: &[&Seen]) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::new();
    for seen in order {
        let apart = |other: &f64| (seen.value / other).ln().abs() > 0.06 || seen.value.max(*other) <= 16.0;
        if values.iter().all(apart) {
            values.push(seen.value);
        }
    }
    values
}

struct Probe<'a> {
    ground: Ground<'a>,
    direction: &'a Direction,
}

impl Probe<'_> {
    /// Returns the assignments of a value without what its data needs.
    fn assignments(&self, value: f64) -> Result<Vec<Assignment>, LeverError> {
        let Ground { file, scenario, .. } = self.ground;
        let mut all = self.direction.fixed.clone();
        if let Some(lever) = &self.direction.lever {
            all.extend(lever.assignments(file, scenario, value)?);
        }
        if let Some(made) = &self.direction.made {
            all.extend(self.ground.make(made, value));
        }
        all.extend(self.direction.queue_s.and_then(|wait_s| self.ground.queue(value, wait_s)));
        Ok(all)
    }

    /// Returns the fleet with assignments; `None` where the file then describes none.
    fn fleet(&self, assignments: &[Assignment]) -> Result<Option<Fleet>, LeverError> {
        let Ground { file, scenario, .. } = self.ground;
        Ok(assign(file, scenario, assignments)?.check(scenario).fleet)
    }

    /// Estimates every value of the direction.
    fn grid(&self, goals: &Goals, means: Means<'_>) -> Result<Vec<Seen>, Broken> {
        let values = &self.direction.values;
        let next = AtomicUsize::new(0);
        let work = || {
            let mut made = Vec::new();
            loop {
                let rank = next.fetch_add(1, Ordering::Relaxed);
                let Some(&value) = values.get(rank) else { return made };
                if means.stop.load(Ordering::Relaxed) {
                    return made;
                }
                made.push(self.look(rank, value, goals));
            }
        };
        let mut made: Vec<Seen> = Vec::new();
        for seen in on_threads(means.threads.min(values.len()).max(1), work) {
            made.extend(seen?);
        }
        if means.stop.load(Ordering::Relaxed) {
            return Err(SimError::Cancelled.into());
        }
        made.sort_by_key(|seen| seen.rank);
        Ok(made)
    }

    /// Estimates one value; `None` where it gives no fleet that loses devices.
    fn look(&self, rank: usize, value: f64, goals: &Goals) -> Result<Option<Seen>, LeverError> {
        let assumed: Vec<Assignment> =
            self.ground.worst.iter().cloned().chain(self.assignments(value)?).collect();
        let Some(fleet) = self.fleet(&assumed)? else { return Ok(None) };
        let Some(trial) = Trial::estimate(&fleet, goals) else { return Ok(None) };
        let state = |shake: Shake| Trial::estimate(&shake.of(&fleet), goals).map(|trial| trial.state);
        let sure = if !trial.meets() {
            u8::from(trial.state != State::Never)
        } else if state(Shake::Cliff) == Some(State::Never) {
            0
        } else {
            1 + u8::from(Shake::ALL.into_iter().all(|shake| state(shake) == Some(State::Meets)))
        };
        let margin = trial.margin(goals);
        Ok(Some(Seen { rank, value, trial, sure, margin }))
    }

    /// Returns the assignments of a value with the stores that its data needs, and the fleet.
    fn repaired(&self, value: f64, stores: bool) -> Result<Option<(Vec<Assignment>, Fleet)>, LeverError> {
        let Ground { file, scenario, goals, .. } = self.ground;
        let mut assignments = self.assignments(value)?;
        let Some(fleet) = self.fleet(&assignments)? else { return Ok(None) };
        if !stores {
            return Ok(Some((assignments, fleet)));
        }
        // Where one part after another is away, nobody estimates what the last one stores.
        let Some(trial) = Trial::estimate(&fleet, goals) else { return Ok(Some((assignments, fleet))) };
        assignments.extend(amend::stores((file, scenario), &fleet, &trial, goals));
        Ok(self.fleet(&assignments)?.map(|fleet| (assignments, fleet)))
    }

    /// Simulates a value until it is clear whether it is an answer.
    fn confirm(&self, value: f64, stores: bool, means: Means<'_>) -> Result<Confirmed, Broken> {
        let goals = self.ground.goals;
        let Some((assignments, fleet)) = self.repaired(value, stores)? else { return Ok(Confirmed::Cliff) };
        let missed = |trial: &Trial| match trial.state {
            State::Never => Confirmed::Cliff,
            _ => Confirmed::Missed(nearness(trial, goals)),
        };
        // One run tells what is far off, six what is not.
        let first = means.simulate(&fleet, goals, 1)?;
        if nearness(&first, goals) > FAR {
            return Ok(missed(&first));
        }
        if means.runs > LOOK {
            let look = means.simulate(&fleet, goals, LOOK)?;
            if !look.meets() {
                return Ok(missed(&look));
            }
        }
        let trial = means.simulate(&fleet, goals, means.runs)?;
        if !trial.meets() {
            return Ok(missed(&trial));
        }
        let Some(survives) = means.survives(&fleet, goals)? else { return Ok(Confirmed::Cliff) };
        let found = Found { survives, ..Found::of(self, value, (assignments, fleet), trial) };
        Ok(Confirmed::Met(Box::new(found)))
    }

    /// Confirms values in their order: the first that survives every change, else the one that survives
    /// most; and what came nearest of those that missed.
    fn robust_first(
        &self,
        values: impl Iterator<Item = f64>,
        stores: bool,
        means: Means<'_>,
    ) -> Result<Along, Broken> {
        let (mut fallback, mut nearest): (Option<Found>, Option<(f64, f64)>) = (None, None);
        for value in values {
            match self.confirm(value, stores, means)? {
                Confirmed::Met(found) if found.is_robust() => {
                    return Ok(Along { found: Some(*found), wide: None, nearest });
                }
                Confirmed::Met(found) => {
                    if fallback.as_ref().is_none_or(|old| survived(&found) > survived(old)) {
                        fallback = Some(*found);
                    }
                }
                Confirmed::Missed(near) => {
                    if near.is_finite() && nearest.is_none_or(|(best, _)| near < best) {
                        nearest = Some((near, value));
                    }
                }
                Confirmed::Cliff => {}
            }
        }
        Ok(Along { found: fallback, wide: None, nearest })
    }

    /// Confirms the delay with the widest margin, where it is much wider than that of `first`.
    fn wide(
        &self,
        seen: &[Seen],
        first: f64,
        stores: bool,
        means: Means<'_>,
    ) -> Result<Option<Found>, Broken> {
        if !matches!(self.direction.way, Way::Delay | Way::Spread) {
            return Ok(None);
        }
        let margin = seen.iter().find(|seen| seen.value == first).map_or(0.0, |seen| seen.margin);
        let sure = seen.iter().filter(|seen| seen.sure == 2 && seen.margin > margin + WIDER);
        let Some(widest) = sure.max_by(|a, b| a.margin.total_cmp(&b.margin)) else { return Ok(None) };
        Ok(match self.confirm(widest.value, stores, means)? {
            Confirmed::Met(found) if found.is_robust() => Some(Found { wide: true, ..*found }),
            _ => None,
        })
    }

    /// Looks with runs where estimates found nothing or misled: small fleets, few workers.
    fn without_estimate(
        &self,
        seen: &[Seen],
        nearest: Option<(f64, f64)>,
        means: Means<'_>,
    ) -> Result<Along, Broken> {
        let near = |seen: &&Seen| seen.sure > 0 && nearness(&seen.trial, self.ground.goals) < 1.5;
        let mut worth: Vec<&Seen> = seen.iter().filter(near).collect();
        let cost: f64 = worth.iter().map(|seen| seen.trial.figures.attempts * f64::from(LOOK)).sum();
        if cost > BUDGET || worth.is_empty() {
            return Ok(Along { found: None, wide: None, nearest });
        }
        worth.sort_by_key(|seen| seen.rank);
        let along = self.robust_first(spaced(&worth).into_iter(), true, means)?;
        Ok(Along { nearest, ..along })
    }
}

/// Simulates the value that comes nearest to the goals, whatever it gives.
///
/// # Errors
/// [`Broken`]: stopped, or the fleet cannot be simulated.
pub(super) fn reached(
    ground: Ground<'_>,
    direction: &Direction,
    value: f64,
    means: Means<'_>,
) -> Result<Option<Found>, Broken> {
    let probe = Probe { ground, direction };
    let Some((assignments, fleet)) = probe.repaired(value, false)? else { return Ok(None) };
    let trial = means.simulate(&fleet, ground.goals, means.runs)?;
    Ok(Some(Found::of(&probe, value, (assignments, fleet), trial)))
}
