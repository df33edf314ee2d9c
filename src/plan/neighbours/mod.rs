//! Clusters that share a database, played at the same time: what the flood of one costs the others.
//!
//! Every cluster is played alone first. From what all of them want to write follows, second by second, how much
//! more the database is asked for than it writes; by that factor everything that waits for it takes longer, the
//! writing of values and the sign-ins (an assumption: nobody has published how a platform slows down behind its
//! database, see `database-slow` in the catalogue of outages). With that they are played again, and since slower
//! devices ask later, once more, until the factors stand still.
//!
//! A second is the finest step here, and what a database does for others than these clusters is not known.

use crate::base::Micros;
use crate::fleet::cluster::tenants::{Database, Tenant};
use crate::fleet::{Episode, Fleet, Group, Meets, TierName, Touches};
use crate::plan::Outcome;
use crate::sim::{self, Run, SimError, Study};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Most times that everybody is played beside the others.
const MOST_PASSES: usize = 4;
/// Stretches of slowness, of one cluster, beyond which the shortest steps are joined.
const MOST_STRETCHES: usize = 48;
/// A database that gives less than this share is told apart from one that gives more [‰].
const STEPS: [u32; 12] = [1_000, 900, 750, 600, 500, 400, 333, 250, 200, 150, 100, 50];

/// A stretch of time in which a shared database is asked for more than it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Begin, counted from the begin of the main outage.
    pub from: Micros,
    /// End.
    pub to: Micros,
    /// What each cluster gets of what it asks for [‰], below 1000.
    pub share_permille: u32,
}

impl Stretch {
    /// Returns its length [s].
    pub fn seconds(&self) -> f64 {
        self.to.since(self.from).secs()
    }
}

/// One cluster, alone and beside the others.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// The cluster.
    pub tenant: Tenant,
    /// Its result with the database to itself.
    pub alone: Outcome,
    /// Its result beside the others; the same where nothing slows it.
    pub beside: Outcome,
    /// When its database was asked for too much.
    pub stretches: Vec<Stretch>,
    /// Names of the clusters that write to the same databases.
    pub shares_with: Vec<String>,
}

/// How many runs of what seed.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    /// Seed of all clusters.
    pub seed: u64,
    /// Runs of each cluster, at least 1.
    pub runs: u32,
    /// Threads that work at the same time, at least 1.
    pub threads: usize,
}

/// A cluster's runs alone and beside the others; when its database is slow, and whose it is too.
type Played = ((Study, Study), (Vec<Stretch>, Vec<String>));

/// Plays clusters alone and beside each other. `done` is called with the number of finished plays of a cluster.
///
/// # Errors
/// Those of [`sim::replicate`].
pub fn neighbours(
    tenants: Vec<Tenant>,
    runs: Runs,
    stop: &AtomicBool,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Neighbour>, SimError> {
    let mut finished = 0;
    let mut play = |fleet: &Fleet| {
        let played = sim::replicate(fleet, runs.seed, 0..runs.runs.max(1), runs.threads, stop, &|_| {})?;
        finished += 1;
        done(finished);
        Ok(Study::of(fleet, runs.seed, played.into_iter().map(Arc::new).collect()))
    };
    let alone = tenants.iter().map(|tenant| play(&tenant.fleet)).collect::<Result<Vec<Study>, _>>()?;
    let mut beside = alone.clone();
    let mut stretches: Vec<Vec<Stretch>> = vec![Vec::new(); tenants.len()];
    for _ in 0..MOST_PASSES {
        let next = stretches_of(&tenants, &beside);
        if next == stretches {
            break;
        }
        for (at, tenant) in tenants.iter().enumerate() {
            if next[at] != stretches[at] {
                beside[at] = play(&slowed(&tenant.fleet, &next[at]))?;
            }
        }
        stretches = next;
    }
    let shares_with: Vec<Vec<String>> = tenants.iter().map(|tenant| sharing(&tenants, tenant)).collect();
    let outcome = |tenant: &Tenant, how: &str, fleet: Fleet, study: Study| {
        Outcome::of(format!("{}, {how}", tenant.name), Arc::new(fleet), study, runs.runs)
    };
    let played = alone.into_iter().zip(beside).zip(stretches.into_iter().zip(shares_with));
    let neighbour = |(tenant, ((alone, beside), (stretches, shares_with))): (Tenant, Played)| {
        let slowed = slowed(&tenant.fleet, &stretches);
        Neighbour {
            alone: outcome(&tenant, "alone", tenant.fleet.clone(), alone),
            beside: outcome(&tenant, "beside the others", slowed, beside),
            tenant,
            stretches,
            shares_with,
        }
    };
    Ok(tenants.into_iter().zip(played).map(neighbour).collect())
}

/// Returns the names of the others that write to a database of this one.
fn sharing(all: &[Tenant], this: &Tenant) -> Vec<String> {
    let has = |of: &Tenant, database: &Database| of.databases.iter().any(|own| own.id == database.id);
    let shares =
        |other: &&Tenant| other.id != this.id && other.databases.iter().any(|database| has(this, database));
    all.iter().filter(shares).map(|other| other.name.clone()).collect()
}

/// Returns the fleet whose database is slow in these stretches.
fn slowed(fleet: &Fleet, stretches: &[Stretch]) -> Fleet {
    let episode = |stretch: &Stretch| Episode {
        name: "The shared database is asked for too much".into(),
        at: stretch.from,
        length: stretch.to.since(stretch.from),
        touches: Touches::All,
        loses: None,
        meets: Meets::Served,
        platform_down: false,
        tier: TierName::Database,
        capacity_permille: stretch.share_permille,
        ramp_from_permille: 1_000,
        ramp: Micros::ZERO,
    };
    let mut slowed = fleet.clone();
    slowed.outage.events.extend(stretches.iter().map(episode));
    slowed
}

/// Returns for each cluster when its databases are asked for too much, as these runs say.
fn stretches_of(tenants: &[Tenant], studies: &[Study]) -> Vec<Vec<Stretch>> {
    let wanted: Vec<Vec<f64>> =
        tenants.iter().zip(studies).map(|(tenant, study)| wanted(&tenant.fleet, &study.runs)).collect();
    let horizon = tenants.iter().map(|tenant| tenant.fleet.outage.horizon()).min().unwrap_or(Micros::ZERO);
    let mut databases: BTreeMap<&str, (f64, Vec<usize>)> = BTreeMap::new();
    for (at, tenant) in tenants.iter().enumerate() {
        for database in &tenant.databases {
            let known = databases.entry(&database.id).or_insert((database.writes_per_s, Vec::new()));
            known.1.push(at);
        }
    }
    // A cluster with several databases waits for the slowest of them.
    let mut shares: Vec<Vec<u32>> = vec![Vec::new(); tenants.len()];
    for (writes_per_s, users) in databases.values().filter(|(_, users)| users.len() > 1) {
        // Whose values are not modelled asks for nothing, but waits with the others.
        let flow = |&at: &usize| {
            let writes = tenants[at].fleet.platform.writes?;
            Some(Flow { own_per_s: writes.per_s as f64, room: writes.queue as f64, wanted: &wanted[at] })
        };
        let flows: Vec<Flow<'_>> = users.iter().filter_map(flow).collect();
        let shared = shared(*writes_per_s, &flows);
        for &at in users {
            let least = &mut shares[at];
            least.resize(least.len().max(shared.len()), 1_000);
            for (least, share) in least.iter_mut().zip(&shared) {
                *least = (*least).min(*share);
            }
        }
    }
    shares.iter().map(|shares| joined(shares, horizon)).collect()
}

/// What a cluster asks of a database.
struct Flow<'a> {
    /// What it passes on at most [values/s].
    own_per_s: f64,
    /// Values that can wait in it; what is beyond is rejected.
    room: f64,
    /// What it has to write in each second [values/s].
    wanted: &'a [f64],
}

/// Returns what a database gives of what it is asked for, second by second [‰].
fn shared(writes_per_s: f64, flows: &[Flow<'_>]) -> Vec<u32> {
    let bins = flows.iter().map(|flow| flow.wanted.len()).min().unwrap_or(0);
    let mut waiting = vec![0.0; flows.len()];
    let mut shares = Vec::with_capacity(bins);
    for bin in 0..bins {
        let asked: Vec<f64> = flows
            .iter()
            .zip(&mut waiting)
            .map(|(flow, waiting)| {
                *waiting += flow.wanted[bin];
                waiting.min(flow.own_per_s)
            })
            .collect();
        let all: f64 = asked.iter().sum();
        let share = if all > writes_per_s { writes_per_s / all } else { 1.0 };
        for ((asked, flow), waiting) in asked.iter().zip(flows).zip(&mut waiting) {
            *waiting = (*waiting - asked * share).min(flow.room);
        }
        shares.push(((share * 1_000.0).floor() as u32).max(1));
    }
    shares
}

/// Returns what a cluster has to write in every second, on the mean of its runs [values/s].
fn wanted(fleet: &Fleet, runs: &[Arc<Run>]) -> Vec<f64> {
    let Some(writes) = fleet.platform.writes else { return Vec::new() };
    let bins = runs.iter().map(|run| run.curves.all.bound.len()).min().unwrap_or(0);
    let mut wanted = vec![0.0; bins];
    let each = 1.0 / runs.len().max(1) as f64;
    let work = |group: &Group| writes.work_per_s(&group.telemetry);
    // Stored values come in one curve for all groups: they count with the mean work of a value.
    let all = |of: &dyn Fn(&Group) -> f64| -> f64 {
        fleet.groups.iter().map(|group| f64::from(group.devices) * of(group)).sum()
    };
    let values = all(&|group| group.telemetry.values_per_s());
    let mean = if values > 0.0 { all(&work) / values } else { 1.0 };
    for run in runs {
        if let Some(writes) = &run.writes {
            for (wanted, arrived) in wanted.iter_mut().zip(&writes.arrived) {
                *wanted += *arrived as f64 * mean * each;
            }
        }
        for (group, run) in fleet.groups.iter().zip(&run.groups) {
            let rate = work(group) * each;
            for (wanted, bound) in wanted.iter_mut().zip(&run.curves.bound) {
                *wanted += f64::from(*bound) * rate;
            }
        }
    }
    wanted
}

/// Returns seconds of about the same share as stretches, up to the end of the simulation.
fn joined(shares: &[u32], horizon: Micros) -> Vec<Stretch> {
    for steps in [&STEPS[..], &[1_000, 500, 250, 100], &[1_000]] {
        let stretches = joined_by(shares, steps, horizon);
        if stretches.len() <= MOST_STRETCHES {
            return stretches;
        }
    }
    // Slow now and then, all the time: one stretch from the first such second to the last.
    let slow: Vec<usize> = (0..shares.len()).filter(|&at| shares[at] < 1_000).collect();
    let (Some(&first), Some(&last)) = (slow.first(), slow.last()) else { return Vec::new() };
    stretch(&shares[first..=last], first, horizon).into_iter().collect()
}

/// Returns the stretches in which the share stays between the same two steps.
fn joined_by(shares: &[u32], steps: &[u32], horizon: Micros) -> Vec<Stretch> {
    let step = |share: u32| steps.iter().take_while(|&&step| share < step).count();
    let mut stretches = Vec::new();
    let mut from = 0;
    for part in shares.chunk_by(|&one, &next| step(one) == step(next)) {
        if step(part[0]) > 0 {
            stretches.extend(stretch(part, from, horizon));
        }
        from += part.len();
    }
    stretches
}

/// Returns the stretch of these seconds with their mean share; `None` where it begins after the end.
fn stretch(shares: &[u32], from: usize, horizon: Micros) -> Option<Stretch> {
    let sum: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    let second = |at: usize| Micros(at as u64 * Micros::SECOND.0);
    let (begin, end) = (second(from), second(from + shares.len()).min(horizon));
    let share_permille = (sum / shares.len().max(1) as u64).clamp(1, 999) as u32;
    (begin < end).then_some(Stretch { from: begin, to: end, share_permille })
}

#[cfg(test)]
mod tests;
