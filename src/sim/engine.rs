//! The engine: a heap of arrivals.
//!
//! Devices meet each other only at the platform, so while it is down each device's attempts are walked
//! through in a loop of their own, and only the first arrival at or after the return enters the heap.
//! What happens to an arrival is known at once (see [`Station`]), so the heap holds at most one
//! entry per device and nothing else: no completions, no time-outs. Attempts are counted when they
//! are scheduled, because an attempt that is scheduled before the horizon always takes place.

use super::error::SimError;
use super::estimate::{ATTEMPT_BUDGET, admit, estimate, too_many_attempts};
use super::run::{BIN, Curves, GroupRun, Run, Times, Totals, bins};
use super::station::{Offer, Station};
use crate::agent::{Event, Machine, Next, State};
use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
use crate::fleet::{Fleet, Group, Meets, Platform, ServiceLaw};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::atomic::{AtomicBool, Ordering};

/// Work between two looks at the stop flag, a power of two: a few milliseconds.
const LOOK_EVERY: u64 = 1 << 15;

/// Plays one outage with the draws of `seed`. Looks at `stop` every few milliseconds.
///
/// # Errors
/// [`SimError::Cancelled`] when `stop` was set; [`SimError::EndlessAttempts`] and
/// [`SimError::TooLarge`] when the fleet cannot be simulated and has to be changed.
pub fn run(fleet: &Fleet, seed: u64, stop: &AtomicBool) -> Result<Run, SimError> {
    admit(fleet, 1, 1)?;
    let mut engine = Engine::new(fleet, seed, stop);
    engine.play().and_then(|()| engine.finish(seed)).map_err(|halt| match halt {
        Halt::Stopped => SimError::Cancelled,
        Halt::Budget => too_many_attempts(fleet, estimate(fleet).attempts_at_most.max(ATTEMPT_BUDGET as f64)),
    })
}

/// Why the engine stops early.
#[derive(Clone, Copy)]
enum Halt {
    Stopped,
    Budget,
}

struct Engine<'a> {
    fleet: &'a Fleet,
    draws: Draws,
    stop: &'a AtomicBool,
    horizon: u64,
    /// Number of the first device of each group.
    starts: Vec<u32>,
    states: Vec<State>,
    /// Return of each device [µs], `u64::MAX` while it is away.
    back: Vec<u64>,
    station: Station,
    curves: Curves,
    totals: Totals,
    groups: Vec<GroupRun>,
}

impl<'a> Engine<'a> {
    fn new(fleet: &'a Fleet, seed: u64, stop: &'a AtomicBool) -> Self {
        let horizon = fleet.outage.horizon();
        let bins = bins(horizon) as usize;
        let mut devices = 0;
        let starts = fleet.groups.iter().map(|group| {
            let first = devices;
            devices += group.devices;
            first
        });
        let starts = starts.collect();
        let group = |group: &Group| GroupRun {
            devices: group.devices,
            back: vec![0; bins],
            times: Times::default(),
            returned: 0,
            stranded: 0,
            lost: 0,
        };
        Self {
            fleet,
            draws: Draws::new(seed),
            stop,
            horizon: horizon.0,
            starts,
            states: vec![State::default(); devices as usize],
            back: vec![u64::MAX; devices as usize],
            station: Station::new(&fleet.platform, bins, horizon),
            curves: Curves::new(bins),
            totals: Totals::default(),
            groups: fleet.groups.iter().map(group).collect(),
        }
    }

    fn play(&mut self) -> Result<(), Halt> {
        let mut arrivals = self.outage()?;
        while let Some(mut first) = arrivals.peek_mut() {
            let Reverse((now, device)) = *first;
            match self.arrive(now, device)? {
                // Replacing sifts once where removing and adding would sift twice.
                Some(next) => *first = Reverse((next, device)),
                None => drop(PeekMut::pop(first)),
            }
        }
        Ok(())
    }

    /// Walks every device to its first arrival at the platform; returns those before the horizon.
    fn outage(&mut self) -> Result<BinaryHeap<Reverse<(u64, u32)>>, Halt> {
        let mut arrivals = BinaryHeap::with_capacity(self.states.len());
        let mut device = 0;
        for group in 0..self.fleet.groups.len() {
            for _ in 0..self.fleet.groups[group].devices {
                if u64::from(device) & (LOOK_EVERY - 1) == 0 {
                    self.look()?;
                }
                if let Some(at) = self.chain(group, device)? {
                    arrivals.push(Reverse((at, device)));
                }
                device += 1;
            }
        }
        Ok(arrivals)
    }

    /// Walks one device through the outage; returns its first arrival if that is before the horizon.
    fn chain(&mut self, group: usize, device: u32) -> Result<Option<u64>, Halt> {
        let down = self.fleet.outage.length.0;
        let (mut now, mut event) = (0, Event::Lost);
        loop {
            let Some(at) = self.next(group, device, now, event)? else { return Ok(None) };
            if at >= down {
                return Ok(Some(at));
            }
            self.totals.attempts_in_outage += 1;
            let failed = match self.fleet.outage.meets {
                Meets::Refused | Meets::Http503 => {
                    self.curves.turned_away[bin(at)] += 1;
                    at
                }
                Meets::BlackHole => {
                    if let Some(arrival) = syn_arrival(at, down) {
                        return Ok((arrival < self.horizon).then_some(arrival));
                    }
                    let failed = at.saturating_add(SYN_GIVES_UP.0);
                    if failed >= self.horizon {
                        return Ok(None);
                    }
                    self.curves.unanswered[bin(failed)] += 1;
                    failed
                }
            };
            (now, event) = (failed, Event::Failed);
        }
    }

    /// Lets a device go on by itself; returns its next attempt if that is before the horizon.
    #[inline]
    fn next(&mut self, group: usize, device: u32, now: u64, event: Event) -> Result<Option<u64>, Halt> {
        let machine =
            Machine { agent: &self.fleet.groups[group].agent, device: u64::from(device), draws: self.draws };
        match machine.run_ahead(&mut self.states[device as usize], Micros(now), event) {
            Next::Attempt(at) if at.0 < self.horizon => {
                self.curves.attempts[bin(at.0)] += 1;
                self.totals.attempts += 1;
                if self.totals.attempts & (LOOK_EVERY - 1) == 0 {
                    self.look()?;
                }
                Ok(Some(at.0))
            }
            Next::Stranded(at) if at.0 < self.horizon => {
                self.curves.stranded[bin(at.0)] += 1;
                self.groups[group].stranded += 1;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Lets an attempt arrive at the platform; returns the device's next arrival, if there is one.
    fn arrive(&mut self, now: u64, device: u32) -> Result<Option<u64>, Halt> {
        self.totals.arrivals += 1;
        if self.totals.arrivals & (LOOK_EVERY - 1) == 0 {
            self.look()?;
        }
        self.curves.arrivals[bin(now)] += 1;
        let group = self.starts.partition_point(|&first| first <= device) - 1;
        let number = self.states[device as usize].attempts().wrapping_sub(1);
        let gives_up = now.saturating_add(self.fleet.groups[group].agent.connect_timeout().0);
        let (platform, draws) = (&self.fleet.platform, self.draws);
        let failed = match self.station.offer(now, || service(platform, draws, device, number)) {
            Offer::Refused => {
                self.curves.refused[bin(now)] += 1;
                now
            }
            Offer::Closed { at } => {
                count(&mut self.curves.closed, at, self.horizon);
                if at > gives_up {
                    count(&mut self.curves.timed_out, gives_up, self.horizon);
                }
                at.min(gives_up)
            }
            Offer::Served { end, .. } if end <= gives_up => {
                if end < self.horizon {
                    self.curves.back[bin(end)] += 1;
                    self.groups[group].back[bin(end)] += 1;
                    self.back[device as usize] = end;
                }
                return Ok(None);
            }
            Offer::Served { start, end } => {
                if count(&mut self.curves.wasted, end, self.horizon) {
                    self.totals.wasted_work += end - start;
                }
                count(&mut self.curves.timed_out, gives_up, self.horizon);
                gives_up
            }
        };
        if failed >= self.horizon {
            return Ok(None);
        }
        self.next(group, device, failed, Event::Failed)
    }

    #[cold]
    fn look(&self) -> Result<(), Halt> {
        look(self.stop, self.totals.attempts)
    }

    fn finish(mut self, seed: u64) -> Result<Run, Halt> {
        let (queue, busy) = self.station.finish();
        (self.curves.queue, self.curves.busy) = (queue, busy);
        let returned = self.fleet.outage.length;
        for (index, (group, done)) in self.fleet.groups.iter().zip(&mut self.groups).enumerate() {
            let first = self.starts[index] as usize;
            let back = &self.back[first..first + group.devices as usize];
            done.times = Times::of(back, &done.back, returned);
            done.returned = sum(&done.back);
            done.lost = lost(group, back, self.horizon);
            look(self.stop, 0)?;
        }
        let curves = self.curves;
        let totals = Totals {
            back: sum(&curves.back),
            refused: sum(&curves.refused),
            timed_out: sum(&curves.timed_out),
            turned_away: sum(&curves.turned_away),
            unanswered: sum(&curves.unanswered),
            wasted: sum(&curves.wasted),
            closed: sum(&curves.closed),
            stranded: sum(&curves.stranded),
            lost: self.groups.iter().fold(0, |sum, group| sum.saturating_add(group.lost)),
            ..self.totals
        };
        let most = |curve: &[u32]| curve.iter().copied().max().unwrap_or(0);
        Ok(Run {
            seed,
            returned,
            horizon: Micros(self.horizon),
            devices: self.fleet.devices(),
            times: Times::of(&self.back, &curves.back, returned),
            groups: self.groups,
            totals,
            peak: most(&curves.attempts),
            peak_up: most(&curves.arrivals),
            largest_queue: most(&curves.queue),
            curves,
        })
    }
}

/// Looks whether to go on after this many attempts.
fn look(stop: &AtomicBool, attempts: u64) -> Result<(), Halt> {
    if stop.load(Ordering::Relaxed) {
        Err(Halt::Stopped)
    } else if attempts > ATTEMPT_BUDGET {
        Err(Halt::Budget)
    } else {
        Ok(())
    }
}

/// Returns the bin of a time [µs].
fn bin(at: u64) -> usize {
    (at / BIN) as usize
}

/// Counts an event if it is before the horizon; returns whether it was.
fn count(curve: &mut [u32], at: u64, horizon: u64) -> bool {
    if at < horizon {
        curve[bin(at)] += 1;
    }
    at < horizon
}

fn sum(curve: &[u32]) -> u64 {
    curve.iter().map(|&count| u64::from(count)).sum()
}

/// Returns when an attempt that began at `at` in a black hole reaches a platform that is back from
/// `down` on [µs], or `None` where the device's kernel has no repetition left.
fn syn_arrival(at: u64, down: u64) -> Option<u64> {
    SYN_RETRANSMISSIONS.iter().map(|after| at.saturating_add(after.0)).find(|&arrival| arrival >= down)
}

/// Returns the service time of attempt `number` of a device [µs].
fn service(platform: &Platform, draws: Draws, device: u32, number: u32) -> u64 {
    let mean = platform.service_time.0;
    match platform.service_law {
        ServiceLaw::Fixed => mean,
        ServiceLaw::Exponential => {
            let unit = draws.unit(Stream::Service, u64::from(device), u64::from(number));
            ((-libm::log(unit) * mean as f64).round() as u64).max(1)
        }
    }
}

/// Returns the values that a group's devices record while they are away and have no room for.
fn lost(group: &Group, back: &[u64], horizon: u64) -> u64 {
    let (rate, room) = (group.telemetry.values_per_s(), group.store.values() as f64);
    back.iter().fold(0_u64, |sum, &at| {
        let beyond = rate * Micros(at.min(horizon)).secs() - room;
        sum.saturating_add(beyond.max(0.0) as u64)
    })
}
