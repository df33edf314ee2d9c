//! The ways to meet goals: each turns one lever over a list of values, with what has to be fixed beside it.

pub(in crate::plan::solve) mod admission;
pub(in crate::plan::solve) mod made;

use super::amend;
use super::bounds::{asked, load};
use crate::fleet::{Agent, Fleet, FleetFile, Group};
use crate::plan::sweep::steps_between;
use crate::plan::trial::Goals;
use crate::plan::trial::lever::{Assignment, CAPACITY, Lever, LeverError};
use crate::sim::StationName;
use crate::sim::fluid::fluid;
use crate::sim::theory;
use made::Made;

/// Values of one direction that the estimate tries.
const GRID: u32 = 56;
/// Steps by which the write queue is made quicker.
const QUICKER: [f64; 7] = [1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Nothing has to change.
    Keep,
    /// Only what makes devices give up or lose data is repaired.
    Repair,
    /// The random delay.
    Delay,
    /// In each group the settings that spread its kind of agents.
    Spread,
    /// The pause between attempts.
    RetryInterval,
    /// How long devices wait for an answer.
    Timeout,
    /// A limit of new connections at the load balancer.
    Admission,
    /// More workers at the slowest tier.
    Capacity,
    /// The random delay together with more workers.
    Both,
    /// A quicker write queue.
    Writes,
    /// The order in which groups are let in again, and the spacing between them.
    Restart,
    /// What devices store, where data may be lost.
    Stores,
    /// The smallest capacity that is enough, where it is not known.
    Needed,
    /// A lever or an input that was named.
    Named,
}

impl Way {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Repair => "repair",
            Self::Delay => "random-delay",
            Self::Spread => "spread",
            Self::RetryInterval => "retry-interval",
            Self::Timeout => "connect-timeout",
            Self::Admission => "admission",
            Self::Capacity => "capacity",
            Self::Both => "delay-and-capacity",
            Self::Writes => "writes",
            Self::Restart => "restart",
            Self::Stores => "stores",
            Self::Needed => "capacity-needed",
            Self::Named => "named",
        }
    }

    /// Levers that a search knows beside those of a file, by the names under which they are asked for.
    pub const LEVERS: [&'static str; 5] = ["spread", "workers", "admission", made::RESTART, made::STORES];

    /// Every word in JSON.
    pub const WORDS: [&'static str; 14] = [
        "keep",
        "repair",
        "random-delay",
        "spread",
        "retry-interval",
        "connect-timeout",
        "admission",
        "capacity",
        "delay-and-capacity",
        "writes",
        "restart",
        "stores",
        "capacity-needed",
        "named",
    ];
}

/// One way to meet the goals.
#[derive(Clone, Debug)]
pub(in crate::plan::solve) struct Direction {
    /// What kind of answer it would be.
    pub way: Way,
    /// What is turned; `None` where only `fixed` changes.
    pub lever: Option<Lever>,
    /// Its values, in the order in which they are preferred: the smallest change first.
    pub values: Vec<f64>,
    /// What is assigned whatever the value is.
    pub fixed: Vec<Assignment>,
    /// Whether the estimate knows this lever; otherwise only runs do.
    pub estimated: bool,
    /// Longest wait in the queue of a limit at the load balancer, where it is turned and lets wait [s].
    pub queue_s: Option<f64>,
    /// What is turned that is no single input.
    pub made: Option<Made>,
}

/// Returns a delay as people would choose it [s]: in steps of 5 s above a minute, of 15 s above 5 min and of
/// 1 min above 15 min.
pub(in crate::plan::solve) fn round(delay_s: f64) -> f64 {
    let step = match delay_s {
        s if s < 60.0 => 1.0,
        s if s < 300.0 => 5.0,
        s if s < 900.0 => 15.0,
        _ => 60.0,
    };
    (delay_s / step).round() * step
}

/// Where a search begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan::solve) struct Ground<'a> {
    pub file: &'a FleetFile,
    pub scenario: Option<&'a str>,
    pub fleet: &'a Fleet,
    pub goals: &'a Goals,
    /// What estimates assume of unknown inputs: for each what harms most.
    pub worst: &'a [Assignment],
}

impl Ground<'_> {
    /// Returns the direction of a named lever; `None` where the file has none.
    fn named(&self, way: Way, name: &str, fixed: &[Assignment]) -> Option<Direction> {
        let lever = Lever::find(self.file, self.scenario, name).ok()?;
        Some(self.along(way, lever, fixed))
    }

    /// Returns the direction that turns a lever.
    fn along(&self, way: Way, lever: Lever, fixed: &[Assignment]) -> Direction {
        let now = lever.now(self.file, self.scenario);
        let (low, high) = lever.range();
        let (from, to) = match way {
            Way::Delay | Way::Spread | Way::RetryInterval => self.delays(now),
            Way::Timeout => (5.0, 120.0),
            Way::Needed => self.capacities(),
            _ => now
                .filter(|now| *now > 0.0)
                .map_or((low.max(1.0), high), |now| ((now / 16.0).max(low), now * 16.0)),
        };
        let (from, to) = (from.max(low).max(1e-3), to.min(high));
        let mut values: Vec<f64> = if from < to { steps_between(from, to, GRID, false) } else { vec![from] };
        let plain = |value: f64| match way {
            Way::Delay | Way::Spread | Way::RetryInterval => round(value),
            Way::Needed if value > 10.0 => value.ceil(),
            _ => value,
        };
        let each = values.into_iter().map(|value| lever.round(plain(value)));
        values = each.filter(|value| (low..=high).contains(value)).collect();
        values.dedup();
        if let Some(now) = now.filter(|now| *now > 0.0 && way != Way::Needed) {
            values.sort_by(|a, b| (a / now).ln().abs().total_cmp(&(b / now).ln().abs()));
        }
        Direction {
            way,
            lever: Some(lever),
            values,
            fixed: fixed.to_vec(),
            estimated: true,
            queue_s: None,
            made: None,
        }
    }

    /// Returns the random delays worth trying [s]: from far below every bound to where nobody queues and
    /// the limit of the time is used up.
    fn delays(&self, now: Option<f64>) -> (f64, f64) {
        let load = load(self.fleet);
        let (share, limit, peak) = asked(self.goals);
        let guess = theory::best_delay(&load, share, peak).max(1.0);
        let idle = theory::delay_without_queue(load.devices, load.capacity_per_s);
        let slowest = limit.map_or(0.0, |limit| limit / (1.0 - (1.0 - share).sqrt()).max(0.1));
        let now = now.unwrap_or(guess).max(1.0);
        ((guess / 8.0).min(now).max(1.0), guess.max(idle).max(slowest).max(now) * 1.5)
    }

    /// Returns the capacities worth trying [sign-ins/s].
    fn capacities(&self) -> (f64, f64) {
        let load = load(self.fleet);
        let (share, limit, _) = asked(self.goals);
        let work = share * load.devices / limit.unwrap_or(load.timeout_s.max(1.0));
        (work.min(load.capacity_per_s) / 4.0, work.max(load.capacity_per_s) * 16.0)
    }

    /// Returns the setting that makes the slowest tier quicker.
    fn tier(&self) -> &'static str {
        match fluid(self.fleet).station {
            StationName::Connection => "/platform/connection_servers/servers",
            StationName::Tls => "/platform/balancer/cores",
            StationName::Gate | StationName::SignIn => "/platform/workers",
        }
    }

    /// Returns the direction of more workers.
    pub fn more_workers(&self, fixed: &[Assignment]) -> Option<Direction> {
        let lever = Lever::find(self.file, self.scenario, self.tier()).ok()?;
        let now = lever.now(self.file, self.scenario)?;
        let (_, high) = lever.range();
        let top = (now * 12.0).min(high);
        let mut values: Vec<f64> =
            steps_between(now + 1.0, top.max(now + 1.0), GRID, top - now <= f64::from(GRID))
                .into_iter()
                .map(|value| lever.round(value))
                .collect();
        values.dedup();
        Some(Direction {
            way: Way::Capacity,
            lever: Some(lever),
            values,
            fixed: fixed.to_vec(),
            estimated: true,
            queue_s: None,
            made: None,
        })
    }

    /// Returns the direction of a quicker write queue, where one is modelled and a goal needs it.
    fn writes(&self, fixed: &[Assignment]) -> Option<Direction> {
        use crate::plan::trial::goal::Aim;
        let writes = self.fleet.platform.writes?;
        let brought = |group: &Group| f64::from(group.devices) * made::stored(self.fleet, group);
        let wanted = self.goals.list.iter().any(|goal| match goal.aim {
            Aim::Drained | Aim::Rejected => true,
            Aim::Lost => self.fleet.cut_groups().map(brought).sum::<f64>() > writes.queue as f64,
            _ => false,
        });
        if !wanted {
            return None;
        }
        let lever = Lever::find(self.file, self.scenario, "/platform/writes/writes_per_s").ok()?;
        let values = QUICKER.iter().map(|factor| (factor * writes.per_s as f64).round()).collect();
        Some(Direction {
            way: Way::Writes,
            lever: Some(lever),
            values,
            fixed: fixed.to_vec(),
            estimated: false,
            queue_s: None,
            made: None,
        })
    }

    /// Returns the ways that are worth trying, cheapest first.
    pub fn all(&self, fixed: &[Assignment]) -> Vec<Direction> {
        if let Some(spacing) = self.spacing(fixed) {
            // Estimates begin with the return of everybody, which such an outage does not have.
            return vec![spacing];
        }
        let mut all = Vec::new();
        if !fixed.is_empty() {
            all.push(Direction {
                way: Way::Repair,
                lever: None,
                values: vec![0.0],
                fixed: fixed.to_vec(),
                estimated: true,
                queue_s: None,
                made: None,
            });
        }
        all.extend(self.named(Way::Delay, "random_delay", fixed));
        let manages = |group: &Group| matches!(group.agent, Agent::ExampleAgent { .. });
        if !self.fleet.cut_groups().all(manages)
            && let Some(lever) = amend::spreads((self.file, self.scenario), self.fleet)
        {
            all.push(self.along(Way::Spread, lever, fixed));
        }
        all.extend(self.more_workers(fixed));
        all.extend(self.admissions(fixed));
        all.extend(self.named(Way::RetryInterval, "connect_retry_interval", fixed));
        all.extend(self.named(Way::Timeout, "connect_timeout", fixed));
        all.extend(self.writes(fixed));
        all.extend(self.orders(fixed));
        all.extend(self.stores(fixed));
        all
    }

    /// Returns the directions of levers that were named.
    ///
    /// # Errors
    /// [`LeverError`] where the file has no such lever.
    pub fn only(&self, names: &[String], fixed: &[Assignment]) -> Result<Vec<Direction>, LeverError> {
        let mut all = Vec::new();
        for name in names {
            if let Some(made) = self.named_made(name, fixed) {
                all.extend(made?);
                continue;
            }
            match name.as_str() {
                "random_delay" => {
                    let lever = Lever::find(self.file, self.scenario, name)?;
                    all.push(self.along(Way::Delay, lever, fixed));
                }
                "spread" => {
                    let lever = amend::spreads((self.file, self.scenario), self.fleet);
                    let lever = lever.ok_or_else(|| LeverError::Unknown { name: name.clone() })?;
                    all.push(self.along(Way::Spread, lever, fixed));
                }
                "admission" => all.extend(self.admissions(fixed)),
                "workers" => all.extend(self.more_workers(fixed)),
                CAPACITY => {
                    let lever = Lever::find(self.file, self.scenario, CAPACITY)?;
                    all.push(self.along(Way::Needed, lever, fixed));
                }
                _ => {
                    let way = match name.as_str() {
                        "connect_retry_interval" => Way::RetryInterval,
                        "connect_timeout" => Way::Timeout,
                        _ => Way::Named,
                    };
                    let lever = Lever::find(self.file, self.scenario, name)?;
                    all.push(self.along(way, lever, fixed));
                }
            }
        }
        Ok(all)
    }
}
