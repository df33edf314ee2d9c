//! The engine: `storm-2`, fast.
//!
//! [`storm-2`](super::storm2) is the text that it implements; [`reference`](super::reference) implements
//! the same text plainly, and both agree bit for bit. What makes this one fast:
//!
//! * A device has at most one pending event, one word in a timing wheel. Its state is 12 bytes of machine
//!   and marks and 8 bytes of time, which an event finds in one place.
//! * Stations answer at arrival what will happen to a request (see [`crate::admission::station`]), so
//!   there are no events for completions, queues and time-outs that nobody waits for; what a service takes
//!   needs no logarithm (see [`crate::admission::law`]).
//! * What stations promise comes soon, so it lies in short lists beside the wheel, one per station: in the order of
//!   its ends, or where these come in any order, in a ring of slots so narrow that nothing has to be sorted. What
//!   comes first is found by comparing a few times (`pending`).
//! * A handshake is short, so where nothing else is pending before its end its device goes on at once.
//! * While nothing can be in the way of a device but itself (its attempts fail at once because of an
//!   episode), its attempts are walked through in a loop and never enter the wheel; of attempts at a fixed
//!   interval only the two ends are counted.
//! * The rows of millions of devices lie in far memory, so those of the next events are read together.
//!
//! No state is ever ahead of an event that could still change it: what an episode can cut is an event
//! that has not happened. That makes relapses and overlapping episodes as exact as everything else.

mod attempt;
mod batch;
mod event;
mod finish;
mod flood;
mod line;
mod pending;
mod session;
mod tally;
mod timeline;

use super::calendar::Shape;
use super::error::SimError;
use super::estimate::{ATTEMPT_BUDGET, admit, estimate, too_many_attempts};
use super::run::{BIN, Run, bins};
use crate::agent::chain::Failures;
use crate::agent::{Event as Happening, Machine, Next, State};
use crate::base::{Draws, Micros, looks};
use crate::fleet::{Agent, Bounds, Fleet, Group, Meets};
use batch::Batches;
use event::{Event, MANY_GROUPS, MOST_DEVICES, PAYLOAD_BITS};
use flood::Flood;
use line::{Line, Stop, Way, numbered};
use pending::Pending;
use session::Habits;
use std::sync::atomic::AtomicBool;
use tally::{Tally, bin};
use timeline::Timeline;

/// Work between two looks at the stop flag, a power of two: a few milliseconds.
const LOOK_EVERY: u64 = 1 << 15;

/// Events between two looks at what comes soon.
const FETCH_EVERY: u64 = 1 << 4;
/// Devices from which on their rows do not fit into the caches of one core.
const MANY_ROWS: usize = 1 << 16;

/// The device holds a connection.
const HOLDS: u8 = 1;
/// Its connection is upgraded.
const CONNECTED: u8 = 2;
/// It is bound.
const BOUND: u8 = 4;
/// The outage, or what followed it, disconnected it at some time.
const AFFECTED: u8 = 8;
/// It is affected and not back.
const AWAY: u8 = 16;

/// Plays one outage with the draws of `seed`. Looks at `stop` every few milliseconds.
///
/// # Errors
/// [`SimError::Cancelled`] when `stop` was set; [`SimError::EndlessAttempts`] and
/// [`SimError::TooLarge`] when the fleet cannot be simulated and has to be changed.
pub fn run(fleet: &Fleet, seed: u64, stop: &AtomicBool) -> Result<Run, SimError> {
    admit(fleet, 1, 1)?;
    run_admitted(fleet, seed, stop)
}

/// The same for a fleet that is known to be one that can be simulated.
///
/// # Errors
/// [`SimError::Cancelled`] and [`SimError::EndlessAttempts`].
pub fn run_admitted(fleet: &Fleet, seed: u64, stop: &AtomicBool) -> Result<Run, SimError> {
    let mut world = World::new(fleet, seed, stop);
    world.play().and_then(|()| world.finish(seed)).map_err(|halt| match halt {
        Halt::Stopped => SimError::Cancelled,
        Halt::Budget => too_many_attempts(fleet, estimate(fleet).attempts_at_most.max(ATTEMPT_BUDGET as f64)),
    })
}

/// Why the engine stops early.
#[derive(Clone, Copy, Debug)]
enum Halt {
    Stopped,
    Budget,
}

/// What changes about a device: 20 bytes.
#[derive(Clone, Copy)]
struct Device {
    state: State,
    /// When it lost its connection, or sent what it had stored [µs]; in two halves, which need no padding.
    lost_at: [u32; 2],
}

impl Device {
    #[inline]
    fn lost_at(&self) -> u64 {
        u64::from(self.lost_at[0]) | u64::from(self.lost_at[1]) << 32
    }

    #[inline]
    fn set_lost_at(&mut self, at: u64) {
        self.lost_at = [at as u32, (at >> 32) as u32];
    }
}

/// Everything that changes in a run.
struct World<'a> {
    fleet: &'a Fleet,
    draws: Draws,
    stop: &'a AtomicBool,
    horizon: u64,
    /// Number of the first device of each group, and the number of devices.
    starts: Vec<u32>,
    devices: Vec<Device>,
    /// Until when each device cannot bind [µs]; empty where nothing is ever blocked.
    blocked: Vec<u64>,
    /// When each device's attempt began, or arrived at the gate where its answer is awaited from there [µs]; empty
    /// where no timeout is counted from there.
    began: Vec<u64>,
    habits: Vec<Habits>,
    ways: Vec<Way>,
    /// Values lost in the stores of each group.
    lost: Vec<u64>,
    queue: Pending,
    is_large: bool,
    batches: Batches,
    timeline: Timeline,
    line: Line,
    flood: Option<Flood>,
    tally: Tally,
    /// Events so far, and those at which the engine fetches what comes soon and looks at the stop flag next.
    events: u64,
    fetches_at: u64,
    looks_at: u64,
    attempts: u64,
    /// Attempts since the last look at the stop flag that `attempts` does not hold yet.
    unlooked: u64,
    attempts_in_outage: u64,
    wasted_work: u64,
    /// When the platform checks itself next [µs].
    check: u64,
    /// Up to then [µs] only devices do something.
    until: u64,
}

impl<'a> World<'a> {
    fn new(fleet: &'a Fleet, seed: u64, stop: &'a AtomicBool) -> Self {
        let horizon = fleet.outage.horizon();
        let bins = bins(horizon) as usize;
        let mut starts = vec![0];
        for group in &fleet.groups {
            let first = starts.last().copied().unwrap_or(0);
            starts.push(first + group.devices);
        }
        let devices = fleet.devices() as usize;
        debug_assert!(devices as u64 <= MOST_DEVICES, "admitted fleets are smaller");
        let mut state = State::default();
        state.mark(HOLDS | CONNECTED | BOUND);
        let timeline = Timeline::new(fleet);
        let blocks = fleet.platform.sessions.bind_protection.is_some();
        let line = Line::new(fleet, bins, &timeline);
        let habits: Vec<Habits> = fleet.groups.iter().map(|group| Habits::of(fleet, group)).collect();
        let ways: Vec<Way> = fleet.groups.iter().map(|group| line.way(group)).collect();
        let from_begin = |group: &Group| group.link.bounds == Bounds::Attempt || line.asks_at_gate(group);
        let counts_from_begin = fleet.groups.iter().any(from_begin);
        Self {
            fleet,
            draws: Draws::new(seed),
            stop,
            horizon: horizon.0,
            starts,
            devices: vec![Device { state, lost_at: [0; 2] }; devices],
            blocked: vec![0; if blocks { devices } else { 0 }],
            began: vec![0; if counts_from_begin { devices } else { 0 }],
            batches: Batches::new(fleet, &line, &timeline, &ways, &habits),
            habits,
            lost: vec![0; fleet.groups.len()],
            is_large: devices >= MANY_ROWS,
            queue: Pending::new(shape(fleet), line.orders()),
            ways,
            line,
            flood: fleet
                .platform
                .writes
                .as_ref()
                .map(|writes| Flood::new(writes, &fleet.groups, timeline.writes(bins), bins, horizon.0)),
            timeline,
            tally: Tally::new(fleet),
            events: 0,
            fetches_at: FETCH_EVERY,
            looks_at: LOOK_EVERY,
            attempts: 0,
            unlooked: 0,
            attempts_in_outage: 0,
            wasted_work: 0,
            check: if fleet.platform.breaking.is_some() { BIN } else { u64::MAX },
            until: 0,
        }
    }

    fn play(&mut self) -> Result<(), Halt> {
        self.begin()?;
        self.until = self.timeline.next_begin().min(self.check).min(self.horizon);
        loop {
            match self.queue.pop_before(self.until) {
                Some((now, payload)) => {
                    self.step();
                    if self.events >= self.fetches_at {
                        self.every_so_often()?;
                    }
                    self.tally.follow(now);
                    let (group, device) = self.whose(payload);
                    self.happens(now, Event::unpack(payload), group, device)?;
                }
                None if self.until < self.horizon => {
                    self.tally.follow(self.until);
                    self.platform_changes(self.until)?;
                    self.until = self.timeline.next_begin().min(self.check).min(self.horizon);
                }
                None => return Ok(()),
            }
        }
    }

    /// Every device is bound at time zero.
    fn begin(&mut self) -> Result<(), Halt> {
        for group in 0..self.fleet.groups.len() {
            for device in self.starts[group]..self.starts[group + 1] {
                if let Some(flood) = &mut self.flood {
                    flood.bound(0, group);
                }
                self.schedule_end(0, group, device);
                self.looks_at_device(device)?;
            }
        }
        Ok(())
    }

    /// Looks at the stop flag now and then while something is done for every device.
    #[inline]
    fn looks_at_device(&self, device: u32) -> Result<(), Halt> {
        looks::stepped(1);
        if u64::from(device) & (LOOK_EVERY - 1) == 0 { look(self.stop, self.attempts) } else { Ok(()) }
    }

    /// Counts an event.
    #[inline]
    fn step(&mut self) {
        self.events += 1;
        looks::stepped(1);
    }

    /// The platform itself has something to do: an episode begins, or it checks itself.
    fn platform_changes(&mut self, now: u64) -> Result<(), Halt> {
        let planned = self.timeline.next_begin() <= now;
        let episode = if planned {
            self.timeline.begin()
        } else {
            self.check += BIN;
            if self.breaks(now) { self.timeline.relapse(now) } else { None }
        };
        match episode {
            Some(episode) => self.episode(now, &episode, planned),
            None => Ok(()),
        }
    }

    #[expect(clippy::inline_always, reason = "a call per event")]
    #[inline(always)]
    fn happens(&mut self, now: u64, event: Event, group: usize, device: u32) -> Result<(), Halt> {
        match event {
            Event::Reaches(station) => self.reach(now, group, device, numbered(station)),
            Event::Attempts(syn) => match self.attempts(now, group, device, syn)? {
                Some(first) => self.visits(now, group, device, (first, syn)),
                None => Ok(()),
            },
            Event::SignsIn => self.sign_in(now, group, device),
            Event::Ends(end) => self.ends(now, group, device, end),
            Event::Notices { twice } => self.notices(now, group, device, twice),
            Event::Finishes(finish) => {
                self.finishes(now, group, device, finish);
                Ok(())
            }
        }
    }

    /// Returns the group and the device of a packed event.
    #[inline]
    fn whose(&self, payload: u64) -> (usize, u32) {
        let (group, device) = Event::whose(payload);
        (if group < MANY_GROUPS { group } else { group_of(&self.starts, device) }, device)
    }

    #[inline]
    fn group(&self, group: usize) -> &'a Group {
        &self.fleet.groups[group]
    }

    /// Schedules an event if it is before the horizon, or if an episode may still cut it.
    #[inline]
    fn schedule(&mut self, at: u64, event: Event, group: usize, device: u32) {
        if at < self.horizon {
            self.queue.push(at, event.pack(group, device));
        } else if event.is_under_way() && self.timeline.may_begin() {
            self.queue.push(self.horizon, event.pack(group, device));
        }
    }

    /// Schedules what a station has promised.
    #[expect(clippy::inline_always, reason = "two in three events")]
    #[inline(always)]
    fn promise(&mut self, stop: Stop, (now, at): (u64, u64), event: Event, (group, device): (usize, u32)) {
        if at < self.horizon {
            self.queue.push_promise(stop as usize, now, at, event.pack(group, device));
        } else {
            self.schedule(at, event, group, device);
        }
    }

    /// Lets a device go on by itself up to its next attempt that may meet the platform.
    #[inline]
    fn goes_on(&mut self, now: u64, group: usize, device: u32, happening: Happening) -> Result<(), Halt> {
        let next = if now < self.timeline.blanket() {
            self.walks(now, group, device, happening)
        } else {
            let machine =
                Machine { agent: &self.group(group).agent, device: u64::from(device), draws: self.draws };
            machine.run_ahead(&mut self.devices[device as usize].state, Micros(now), happening)
        };
        let looks = self.unlooked >= LOOK_EVERY;
        match next {
            Next::Attempt(at) if at.0 >= self.timeline.clear() && at.0 < self.horizon && !looks => {
                self.queue.push(at.0, Event::Attempts(0).pack(group, device));
                Ok(())
            }
            _ => self.goes_on_from(next, group, device),
        }
    }

    /// Lets a device go on while attempts are turned away, and looks at the stop flag now and then.
    #[inline(never)]
    fn goes_on_from(&mut self, mut next: Next, group: usize, device: u32) -> Result<(), Halt> {
        loop {
            if self.unlooked >= LOOK_EVERY {
                self.attempts += std::mem::take(&mut self.unlooked);
                look(self.stop, self.attempts)?;
            }
            match next {
                Next::Attempt(at) if at.0 < self.horizon => {
                    let meets = || self.timeline.meets(self.draws, group, device, at.0);
                    if self.devices[device as usize].state.same_socket()
                        || !meets().is_some_and(Meets::fails_at_once)
                    {
                        self.queue.push(at.0, Event::Attempts(0).pack(group, device));
                        return Ok(());
                    }
                    self.tally.walked[group].one(at);
                    self.attempts_in_outage += u64::from(at.0 < self.fleet.outage.length.0);
                    self.unlooked += 1;
                    looks::stepped(1);
                    next = self.walks(at.0, group, device, Happening::Failed);
                }
                Next::Stranded(at) if at.0 < self.horizon => {
                    let of = self.group(group);
                    match of.duty.filter(|_| of.agent.reconnects()) {
                        Some(duty) => {
                            let calls = Event::Notices { twice: false };
                            self.schedule(at.0.saturating_add(session::off(duty)), calls, group, device);
                        }
                        None => self.tally.groups[group].stranded[bin(at.0)] += 1,
                    }
                    return Ok(());
                }
                _ => return Ok(()),
            }
        }
    }

    /// Lets all attempts of a device fail for which no event is needed, because every attempt is turned away
    /// at once, whatever happens to others.
    #[inline]
    fn walks(&mut self, now: u64, group: usize, device: u32, happening: Happening) -> Next {
        let machine =
            Machine { agent: &self.group(group).agent, device: u64::from(device), draws: self.draws };
        let blanket = Micros(self.timeline.blanket().min(self.horizon));
        let state = &mut self.devices[device as usize].state;
        let walked = &mut self.tally.walked[group];
        let (next, made) = machine.fails_until(state, Micros(now), happening, (blanket, LOOK_EVERY), walked);
        // The blanket is the main outage.
        self.attempts_in_outage += made;
        self.unlooked += made;
        looks::stepped(made);
        next
    }

    /// Returns what stands in the way of a device's attempt.
    #[inline]
    fn meets(&self, now: u64, group: usize, device: u32) -> Option<Meets> {
        self.timeline.meets(self.draws, group, device, now)
    }

    /// Looks at the stop flag now and then; fetches what the next events need where it lies far away.
    #[inline(never)]
    fn every_so_often(&mut self) -> Result<(), Halt> {
        self.fetches_at = self.events + FETCH_EVERY;
        if self.is_large {
            let devices = &self.devices;
            let row = |payload| devices.get(Event::whose(payload).1 as usize).map_or(0, |row| row.lost_at[0]);
            let mut read = 0;
            self.queue.look_ahead(|payload| read ^= row(payload));
            // What is read does not matter, only that it is.
            std::hint::black_box(read);
        }
        if self.events < self.looks_at {
            return Ok(());
        }
        self.looks_at = self.events + LOOK_EVERY;
        look(self.stop, self.attempts)
    }
}

/// Returns the group of a device from the first devices of all groups.
fn group_of(starts: &[u32], device: u32) -> usize {
    starts.partition_point(|&first| first <= device) - 1
}

/// Returns the wheel that fits a fleet: most waits are shorter than its longest random delay.
fn shape(fleet: &Fleet) -> Shape {
    let watched = fleet.outage.watch.0;
    let waits = fleet.groups.iter().map(|group| longest_wait(&group.agent).max(1_000_000));
    let usual = waits.max().unwrap_or(watched).min(watched);
    Shape::of(PAYLOAD_BITS, fleet.devices(), usual, watched)
}

/// Returns the longest usual wait between two attempts of an agent [µs].
fn longest_wait(agent: &Agent) -> u64 {
    let call =
        agent.sdk().map_or(0, |sdk| sdk.max_connect_delay.0.saturating_add(sdk.connect_retry_interval.0));
    match agent {
        Agent::ExampleAgent { reconnect_random_delay, .. } => reconnect_random_delay.0.saturating_add(call),
        Agent::JavaSdk(java) => java.reconnect_interval.0,
        Agent::Generic(generic) => generic.backoff.cap.0.max(generic.first_delay.0),
        _ => call,
    }
}

/// Looks whether to go on after this many attempts.
fn look(stop: &AtomicBool, attempts: u64) -> Result<(), Halt> {
    if looks::is_set(stop) {
        Err(Halt::Stopped)
    } else if attempts > ATTEMPT_BUDGET {
        Err(Halt::Budget)
    } else {
        Ok(())
    }
}
