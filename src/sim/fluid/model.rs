//! What the fluid engine is told: sources of attempts and one tier, in seconds and devices.
//!
//! A source is a population of equal devices as a small graph of [`Stage`]s: a wait, and what follows
//! it. Waits are a fixed length plus a uniform part, and a sum of several is several stages, so every
//! agent is a list of them: a random delay before each attempt, fixed retry intervals, a back-off that
//! grows to its cap and stays there, a call that gives up. The engine knows nothing else about agents;
//! [`super::derive`] is the only place that translates a fleet.

use super::doubt::Doubt;
pub use super::pace::Pace;
use crate::sim::StationName;

/// Everything that one call of the engine needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Populations of devices, at least one.
    pub sources: Vec<Source>,
    /// The groups whose devices these are, in the order of the file.
    pub groups: Vec<Members>,
    /// The tier that limits the recovery.
    pub tier: Tier,
    /// Which station of the platform that is.
    pub station: StationName,
    /// Length of the outage [s].
    pub outage_s: f64,
    /// What attempts meet while the platform is down.
    pub meets: Wall,
    /// Time watched after the return [s].
    pub watch_s: f64,
    /// What had to be left out or simplified to get here.
    pub doubts: Vec<Doubt>,
    /// What was left out too, and the results with which it matters.
    pub where_it_matters: Vec<(When, Doubt)>,
}

/// The devices of one group that lose their connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    /// Id of the group.
    pub id: String,
    /// Positions of their sources, and how many devices of each are theirs.
    pub parts: Vec<(usize, f64)>,
}

/// A result with which something that was left out matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// Any result.
    Always,
    /// More attempts reach the platform in a second [attempts/s].
    ArrivalsAbove(f64),
    /// More attempts wait at the same time [attempts].
    QueueAbove(f64),
    /// An attempt waits longer [s].
    WaitAbove(f64),
    /// Attempts find no room.
    Refused,
    /// Devices give up waiting.
    TimedOut,
}

/// What an attempt meets while the platform is down.
#[derive(Clone, Debug, PartialEq)]
pub enum Wall {
    /// Nothing: it is served as always.
    Served,
    /// Fails at once.
    FailsAtOnce,
    /// No answer; the kernel repeats the SYN.
    BlackHole {
        /// When it repeats the SYN, after the attempt [s], ascending.
        repeats_s: Vec<f64>,
        /// When it gives the attempt up [s].
        gives_up_s: f64,
    },
}

/// Workers behind a first-in-first-out queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// Requests worked on at the same time, above 0.
    pub workers: f64,
    /// Mean time of one service [s], above 0.
    pub service_s: f64,
    /// Whether that time is exponential; else it is fixed.
    pub exponential: bool,
    /// Requests that can wait for a worker.
    pub room: f64,
    /// Longest wait in the queue before the platform closes the request [s]; infinite for none.
    pub patience_s: f64,
    /// Its speed, where it changes.
    pub pace: Option<Pace>,
}

impl Model {
    /// Returns the time that is played with the platform there [s].
    pub(super) fn open_s(&self) -> f64 {
        self.watch_s + if self.meets == Wall::Served { self.outage_s } else { 0.0 }
    }
}

impl Tier {
    /// Returns the services that it can complete [1/s].
    pub fn capacity_per_s(&self) -> f64 {
        self.workers / self.service_s
    }
}

/// A population of equal devices.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Devices that lose their connection.
    pub devices: f64,
    /// Longest wait of a device for the platform's answer [s].
    pub timeout_s: f64,
    /// Graph of waits, at least one; every device begins at stage 0 at the loss.
    pub stages: Vec<Stage>,
    /// Time at the start of the outage that is left out [s], because nothing but attempts happens then.
    pub skipped_s: f64,
    /// Attempts of each device in that time.
    pub skipped_attempts: f64,
}

impl Source {
    /// Returns whether a failed attempt is repeated after a wait of fixed length.
    pub(super) fn repeats_at_fixed_intervals(&self) -> bool {
        let fixed = |stage: &Stage| stage.to_s == stage.from_s && matches!(stage.then, Then::Attempt { .. });
        self.stages.iter().any(|stage| match stage.then {
            Then::Attempt { failed } => fixed(&self.stages[failed]),
            _ => false,
        })
    }

    /// Returns whether the devices of both behave alike, so that they can be one source.
    pub(super) fn same_law(&self, other: &Self) -> bool {
        let Self { devices: _, timeout_s, stages, skipped_s, skipped_attempts } = self;
        *timeout_s == other.timeout_s
            && *skipped_s == other.skipped_s
            && *skipped_attempts == other.skipped_attempts
            && *stages == other.stages
    }
}

/// A wait, uniform from `from_s` to `to_s`, and what follows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Shortest wait [s], at least 0.
    pub from_s: f64,
    /// Longest wait [s], at least `from_s`.
    pub to_s: f64,
    /// What follows.
    pub then: Then,
}

impl Stage {
    /// Returns the mean wait [s].
    pub fn mean_s(&self) -> f64 {
        0.5 * (self.from_s + self.to_s)
    }
}

/// What follows a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Another wait, at this stage.
    Wait(usize),
    /// An attempt.
    Attempt {
        /// Stage that the device enters if it fails.
        failed: usize,
    },
    /// The device gives up for good.
    Strand,
}
