//! The searches themselves, as they run on their threads.

use super::slot::{Failure, Watch};
use super::{ANSWER_RUNS, CELL_RUNS, CLUSTER_RUNS, Ground, PlanOptions, axes};
use crate::fleet::cluster::tenants::tenants;
use crate::plan::Goals;
use crate::plan::neighbours::{Neighbour, Runs, neighbours};
use crate::plan::solve::{Solution, SolveError, Wanted, solve};
use crate::plan::sweep::{Axis, Method, Sweep, SweepError, Tornado, confirm, sweep};
use crate::sim::SimError;
use std::sync::Arc;

/// What an answer depends on beside the fleet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AnswersWanted {
    goals: Goals,
    lever: Option<&'static str>,
    seed: u64,
}

impl AnswersWanted {
    pub(super) fn of(goals: &Goals, options: &PlanOptions, seed: u64) -> Self {
        Self { goals: goals.clone(), lever: options.lever, seed }
    }
}

/// What a region depends on beside the fleet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RegionWanted {
    goals: Goals,
    axes: [Option<String>; 2],
    method: Method,
}

impl RegionWanted {
    pub(super) fn of(goals: &Goals, options: &PlanOptions, seed: u64) -> Self {
        let method = if options.exact { Method::Exact { seed, runs: CELL_RUNS } } else { Method::Estimate };
        // An estimate judges by means, so a chance asks nothing of it.
        let chance_pct = goals.chance_pct.filter(|_| options.exact);
        Self { goals: Goals { chance_pct, ..goals.clone() }, axes: options.axes.clone(), method }
    }
}

/// Looks for settings that meet the targets.
pub(super) fn answers(ground: &Ground, wanted: &AnswersWanted, watch: &Watch) -> Result<Solution, Failure> {
    let order = Wanted {
        goals: wanted.goals.clone(),
        levers: wanted.lever.into_iter().map(str::to_owned).collect(),
        seed: wanted.seed,
        runs: ANSWER_RUNS,
        threads: ground.threads,
    };
    let progress = |done, all| watch.progress(done, all);
    let found = solve((&ground.file, ground.scene.1.as_deref()), &order, (&watch.stop, &progress));
    found.map_err(|error| match error {
        SolveError::Sim(SimError::Cancelled) => Failure::Stopped,
        other => Failure::Sentence(other.to_string()),
    })
}

/// Tries the cells of a region.
pub(super) fn region(ground: &Ground, wanted: &RegionWanted, watch: &Watch) -> Result<Sweep, Failure> {
    let scenario = ground.scene.1.as_deref();
    let ranges = axes::ranges(&ground.file, scenario, &wanted.axes).map_err(Failure::Sentence)?;
    let axis = |range| Axis::of(&ground.file, scenario, range);
    let axes = ranges.iter().map(axis).collect::<Result<Vec<_>, _>>();
    let axes = axes.map_err(|error| Failure::Sentence(error.to_string()))?;
    let progress = |done, all| watch.progress(done, all);
    let file = (&ground.file, scenario);
    let watched: (_, &(dyn Fn(usize, usize) + Sync)) = (&watch.stop, &progress);
    sweep(file, axes, &wanted.goals, wanted.method, ground.threads, watched).map_err(|error| failure(&error))
}

/// Simulates the cells at the edge of an estimated region.
pub(super) fn edge(ground: &Ground, sweep: Sweep, watch: &Watch) -> Result<Sweep, Failure> {
    let progress = |done, all| watch.progress(done, all);
    let file = (&ground.file, ground.scene.1.as_deref());
    let runs = (ground.seed, CELL_RUNS);
    let found = confirm(file, sweep, runs, behind(ground), (&watch.stop, &progress));
    found.map(|confirmed| confirmed.sweep).map_err(|error| failure(&error))
}

/// Looks for what matters.
pub(super) fn tornado(ground: &Ground, method: Method, watch: &Watch) -> Result<Tornado, Failure> {
    let progress = |done, all| watch.progress(done, all);
    let file = (&ground.file, ground.scene.1.as_deref());
    let threads = if method == Method::Estimate { ground.threads } else { behind(ground) };
    crate::plan::sweep::tornado(file, method, threads, (&watch.stop, &progress))
        .map_err(|error| failure(&error))
}

/// Plays the clusters, alone and beside each other.
pub(super) fn clusters(ground: &Ground, watch: &Watch) -> Result<Arc<Vec<Neighbour>>, Failure> {
    let tenants = tenants(&ground.file, ground.scene.1.as_deref());
    if tenants.len() < 2 {
        let why = "Only one cluster has groups that sign in to it; say in the settings of another which do.";
        return Err(Failure::Sentence(why.to_owned()));
    }
    // Alone and beside the others; where they slow each other down there are more.
    let least = tenants.len() * 2;
    let progress = |done: usize| watch.progress(done, least.max(done));
    let runs = Runs { seed: ground.seed, runs: CLUSTER_RUNS, threads: ground.threads };
    neighbours(tenants, runs, &watch.stop, &progress).map(Arc::new).map_err(|error| match error {
        SimError::Cancelled => Failure::Stopped,
        other => Failure::Sentence(other.to_string()),
    })
}

/// Returns the threads for runs that nobody waits for.
fn behind(ground: &Ground) -> usize {
    (ground.threads / 2).max(1)
}

fn failure(error: &SweepError) -> Failure {
    match error {
        SweepError::Sim(SimError::Cancelled) => Failure::Stopped,
        other => Failure::Sentence(other.to_string()),
    }
}
