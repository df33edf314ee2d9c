//! `storm-2`, slowly and plainly, straight from [its text](super::storm2).
//!
//! One heap of events; every request is an object that stands in the queue of its station, is taken up by
//! a worker and ends or is closed at a time of its own; a device has one pending event, and whatever
//! is scheduled instead makes that one stale. Nothing is worked out ahead: that is what the fast engine
//! does, and what this is there to check. It shares the draws, the agents' machines and the types of fleets and
//! results with the engine, and nothing else.
//!
//! It serves tests, and whoever wants to know what exactly the engine computes. It is not fast, does not
//! estimate what it will need and cannot be cancelled.

mod attempt;
mod device;
mod episode;
mod laws;
mod station;
mod tally;
mod trace;
mod writes;

pub use crate::agent::Pause;
pub use trace::{Failure, Happens, Moment, Trace, trace};

use super::run::{BIN, Run, StationRun, bins};
use crate::base::Draws;
use crate::fleet::Fleet;
use device::{Device, Doing};
use laws::Laws;
use station::Station;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use tally::Tally;
use trace::Watched;
use writes::WriteQueue;

/// What occurred in a run and its result does not tell, with how often.
pub(super) type Seen = BTreeMap<&'static str, u64>;

/// Plays one outage with the draws of `seed`, up to its end.
///
/// The fleet must be one that [`run`](super::run) does not refuse: an agent that attempts again and again without
/// any time passing never comes to an end here.
pub fn run(fleet: &Fleet, seed: u64) -> Run {
    run_and_tell(fleet, seed).0
}

/// Plays one outage and tells what occurred on the way.
pub(super) fn run_and_tell(fleet: &Fleet, seed: u64) -> (Run, Seen) {
    let mut world = World::new(fleet, seed);
    world.bind_everybody();
    world.play_all();
    world.finish(seed)
}

/// The kinds of events, in the order in which they happen at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    EpisodeBegins,
    ServiceEnds,
    Closes,
    Check,
    AttemptEnds,
    SessionEnds,
    Notices,
    SignInEnds,
    Reaches,
    Begins,
}

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    rank: Rank,
    /// Episode, station or device.
    who: usize,
    /// Request at a station, or number of the pending event of a device.
    stamp: u64,
}

/// Everything there is.
struct World<'a> {
    fleet: &'a Fleet,
    laws: Laws,
    now: u64,
    horizon: u64,
    events: BinaryHeap<Reverse<Event>>,
    /// Events scheduled so far.
    stamps: u64,
    devices: Vec<Device>,
    stations: Vec<Station>,
    /// Requests so far.
    requests: u64,
    /// Connections held.
    held: u64,
    /// Connections that the limiter counted, per second.
    limited: Vec<u64>,
    writes: Option<WriteQueue>,
    tally: Tally,
    seen: Seen,
    /// The device whose moments are written down, where one is.
    watched: Option<Watched>,
}

impl<'a> World<'a> {
    fn new(fleet: &'a Fleet, seed: u64) -> Self {
        let horizon = fleet.outage.horizon();
        let bins = bins(horizon) as usize;
        let stations = Station::chain(fleet);
        let runs = stations.iter().map(|station| StationRun {
            name: station.name,
            workers: station.workers,
            queue: vec![0; bins],
            busy: vec![0; bins],
        });
        let groups = fleet.groups.iter().enumerate();
        let devices = groups.flat_map(|(group, of)| (0..of.devices).map(move |_| group));
        let mut world = Self {
            fleet,
            laws: Laws { draws: Draws::new(seed), episodes: fleet.outage.episodes() },
            now: 0,
            horizon: horizon.0,
            events: BinaryHeap::new(),
            stamps: 0,
            devices: devices.map(Device::new).collect(),
            tally: Tally::new(fleet.groups.len(), bins, runs.collect()),
            stations,
            requests: 0,
            held: 0,
            limited: vec![0; bins],
            writes: fleet.platform.writes.map(|writes| WriteQueue::new(writes, &fleet.groups, bins)),
            seen: Seen::new(),
            watched: None,
        };
        for (who, episode) in world.laws.episodes.iter().enumerate() {
            world.events.push(Reverse(Event { at: episode.at.0, rank: Rank::EpisodeBegins, who, stamp: 0 }));
        }
        if fleet.platform.breaking.is_some() {
            world.schedule_check(BIN);
        }
        world
    }

    /// Returns the second of the current time.
    fn bin(&self) -> usize {
        (self.now / BIN) as usize
    }

    /// Notes that something occurred.
    fn see(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    /// Makes this the pending event of a device, instead of the one before.
    fn schedule(&mut self, at: u64, rank: Rank, device: usize) {
        self.stamps += 1;
        self.devices[device].stamp = self.stamps;
        if at < self.horizon {
            self.events.push(Reverse(Event { at, rank, who: device, stamp: self.stamps }));
        }
    }

    fn schedule_end(&mut self, at: u64, station: usize, request: u64) {
        self.events.push(Reverse(Event { at, rank: Rank::ServiceEnds, who: station, stamp: request }));
    }

    fn schedule_closing(&mut self, at: u64, station: usize, request: u64) {
        self.events.push(Reverse(Event { at, rank: Rank::Closes, who: station, stamp: request }));
    }

    fn schedule_check(&mut self, at: u64) {
        if at < self.horizon {
            self.events.push(Reverse(Event { at, rank: Rank::Check, who: 0, stamp: 0 }));
        }
    }

    /// Returns whether a device has scheduled something else since.
    fn is_stale(&self, event: &Event) -> bool {
        match event.rank {
            Rank::EpisodeBegins | Rank::ServiceEnds | Rank::Closes | Rank::Check => false,
            _ => self.devices[event.who].stamp != event.stamp,
        }
    }

    /// Plays every event before the end.
    fn play_all(&mut self) {
        while let Some(Reverse(event)) = self.events.pop() {
            if event.at >= self.horizon || self.has_seen_enough() {
                break;
            }
            if self.is_stale(&event) {
                continue;
            }
            self.advance(event.at);
            self.play(event);
            self.judge();
        }
    }

    fn play(&mut self, event: Event) {
        let who = event.who;
        match event.rank {
            Rank::EpisodeBegins => self.episode_begins(who),
            Rank::ServiceEnds => self.service_ends(who, event.stamp),
            Rank::Closes => self.closes(who, event.stamp),
            Rank::Check => self.check(),
            Rank::AttemptEnds => self.attempt_ends(who),
            Rank::SessionEnds => {
                if let Doing::Bound(session) = self.devices[who].doing {
                    self.session_goes_on(who, session);
                }
            }
            Rank::Notices => self.notices(who),
            Rank::SignInEnds => self.sign_in_ends(who),
            Rank::Reaches => self.reaches_next(who),
            Rank::Begins => self.attempt_begins(who),
        }
    }

    /// Looks after an event who is back, and whether the write queue is empty.
    fn judge(&mut self) {
        let now = self.now;
        for standing in &mut self.tally.standing {
            standing.judge(now);
        }
        let all_back = self.tally.standing.last().is_none_or(|fleet| fleet.away == 0);
        if let Some(writes) = &mut self.writes {
            writes.judge(now, all_back);
        }
    }
}

#[cfg(test)]
mod tests;
