//! One run: the outage, then every arrival in its order.

use super::Arena;
use super::chain::Outage;
use super::counts::Counts;
use super::crew::{Crew, Fixed, Random};
use super::law::{Calls, Law, Mixed, Next, Plain};
use super::queue::{Busy, Queue, Wait};
use super::returns::{Back, GroupBack};
use crate::admission::crew::{Heap, Tree};
use crate::base::{Draws, Micros, looks};
use crate::fleet::{Fleet, ServiceLaw};
use crate::sim::calendar::Shape;
use crate::sim::estimate::ATTEMPT_BUDGET;
use crate::sim::run::{BIN, GroupRun, Run, StationName, StationRun, Totals, bins};
use std::sync::atomic::AtomicBool;

/// Attempts between two looks at the stop flag, a power of two: less than a millisecond.
pub(super) const LOOK_EVERY: u64 = 1 << 15;

/// Why a run stops early.
#[derive(Clone, Copy, Debug)]
pub(super) enum Halt {
    /// Somebody asked for it.
    Stopped,
    /// Too many attempts.
    Budget,
    /// An attempt's number does not fit into its event.
    Numbers,
}

/// Looks whether to go on after this many attempts.
#[inline]
pub(super) fn look(stop: &AtomicBool, begun: u64) -> Result<(), Halt> {
    if looks::is_set(stop) {
        Err(Halt::Stopped)
    } else if begun > ATTEMPT_BUDGET {
        Err(Halt::Budget)
    } else {
        Ok(())
    }
}

/// What a run needs beside the wheel's memory.
pub(super) struct Job<'a> {
    pub(super) fleet: &'a Fleet,
    /// How the devices of each group reconnect.
    pub(super) groups: &'a [Calls],
    pub(super) seed: u64,
    pub(super) stop: &'a AtomicBool,
    /// Bits of a device's number and of an attempt's number in a payload.
    pub(super) device_bits: u32,
    pub(super) number_bits: u32,
}

impl Job<'_> {
    /// Plays the run, with the form of the loop that fits the fleet.
    pub(super) fn play(&self, arena: &mut Arena) -> Result<Run, Halt> {
        let draws = Draws::new(self.seed);
        if let [group] = self.groups
            && let Some(law) = Plain::of(group, draws)
        {
            self.staff(arena, law)
        } else {
            self.staff(arena, Mixed::of(self.fleet, self.groups, draws))
        }
    }

    fn staff<L: Law>(&self, arena: &mut Arena, law: L) -> Result<Run, Halt> {
        let platform = &self.fleet.platform;
        let (workers, time) = (platform.workers.max(1), platform.service_time.0);
        let (draws, mean) = (Draws::new(self.seed), platform.service_time);
        match platform.service_law {
            ServiceLaw::Fixed => self.run(arena, law, Fixed::new(workers, time)),
            // Other laws are not supported.
            ServiceLaw::Exponential | ServiceLaw::Lognormal => {
                match Tree::new(workers, self.fleet.outage.horizon().0) {
                    Some(tree) => self.run(arena, law, Random::new(tree, draws, mean)),
                    None => self.run(arena, law, Random::new(Heap::new(workers), draws, mean)),
                }
            }
        }
    }

    fn run<L: Law, C: Crew>(&self, arena: &mut Arena, law: L, crew: C) -> Result<Run, Halt> {
        let horizon = self.fleet.outage.horizon();
        let bins = bins(horizon) as usize;
        let mut counts = Counts::new(self.groups.len(), bins);
        arena.wheel.reset(self.shape(), self.fleet.outage.length.0, self.fleet.devices());
        let mut outage = Outage {
            fleet: self.fleet,
            groups: self.groups,
            draws: Draws::new(self.seed),
            stop: self.stop,
            number_bits: self.number_bits,
            horizon: horizon.0,
            wheel: &mut arena.wheel,
            counts: &mut counts,
            begun: 0,
            steps: 0,
        };
        outage.walk()?;
        let begun = outage.begun;
        let mut play = Play {
            law,
            crew,
            stop: self.stop,
            number_bits: self.number_bits,
            horizon: horizon.0,
            queue: Queue::new(&self.fleet.platform, bins),
            busy: Busy::new(bins, horizon.0),
            counts,
            back: Back::of(self.fleet, bins, horizon.0),
            wasted_work: 0,
            bin: 0,
            bin_end: BIN,
            arrived: 0,
            begun,
        };
        play.arrivals(arena)?;
        play.finish(self.fleet, self.seed)
    }

    /// Returns the wheel that fits the fleet's waits.
    fn shape(&self) -> Shape {
        let devices = self.fleet.devices();
        let watched = self.fleet.outage.watch.0;
        let (mut usual, mut reach) = (watched, 0);
        for (group, calls) in self.fleet.groups.iter().zip(self.groups) {
            let wait = calls.longest_wait();
            reach = reach.max(wait.saturating_add(calls.timeout()));
            // A few devices in a hurry are no reason for narrow slots.
            if u64::from(group.devices) * 8 > devices {
                usual = usual.min(wait);
            }
        }
        Shape::of(self.device_bits + self.number_bits, devices, usual, reach.min(watched))
    }
}

struct Play<'a, L, C> {
    law: L,
    crew: C,
    stop: &'a AtomicBool,
    number_bits: u32,
    horizon: u64,
    queue: Queue,
    busy: Busy,
    counts: Counts,
    back: Back,
    wasted_work: u64,
    /// Bin of the current arrivals, its end [µs], and their number.
    bin: usize,
    bin_end: u64,
    arrived: u32,
    /// Attempts begun.
    begun: u64,
}

impl<L: Law, C: Crew> Play<'_, L, C> {
    fn arrivals(&mut self, arena: &mut Arena) -> Result<(), Halt> {
        let wheel = &mut arena.wheel;
        let (number_bits, horizon) = (self.number_bits, self.horizon);
        let number_mask = (1 << number_bits) - 1;
        while let Some((now, payload)) = wheel.pop() {
            if now >= self.bin_end {
                self.turn(now)?;
            }
            self.arrived += 1;
            looks::stepped(1);
            if self.arrived & (LOOK_EVERY as u32 - 1) == 0 {
                look(self.stop, self.begun + u64::from(self.arrived))?;
            }
            let (device, number) = (payload >> number_bits, payload & number_mask);
            let group = self.law.group(device);
            let failed = if now < self.queue.full_until() {
                self.refuse(now, group);
                now
            } else if let Some(failed) = self.offer(now, group, device, number) {
                failed
            } else {
                continue;
            };
            match self.law.after(group, device, number, failed) {
                Next::Attempt(at) if at < horizon => {
                    if number == number_mask {
                        return Err(Halt::Numbers);
                    }
                    let index = self.counts.at(group, at);
                    self.counts.attempts[index] += 1;
                    wheel.push(at, payload + 1);
                }
                Next::Stranded(at) if at < horizon => {
                    let index = self.counts.at(group, at);
                    self.counts.stranded[index] += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Lets an attempt ask for service; returns when it fails, if it does so before the horizon [µs].
    #[inline]
    fn offer(&mut self, now: u64, group: usize, device: u64, number: u64) -> Option<u64> {
        let mut start = self.crew.earliest();
        let mut closed = None;
        if start <= now {
            start = now;
        } else {
            match self.queue.wait(now, start) {
                Wait::Refused => {
                    self.refuse(now, group);
                    return Some(now);
                }
                Wait::Served => {}
                Wait::Closed(at) => closed = Some(at),
            }
        }
        let gives_up = now.saturating_add(self.law.timeout(group));
        let failed = if let Some(at) = closed {
            if at < self.horizon {
                self.counts.closed[(at / BIN) as usize] += 1;
            }
            at.min(gives_up)
        } else {
            let end = self.crew.serve(start, device, number);
            self.busy.note(start, end);
            if end <= gives_up {
                if end < self.horizon {
                    self.back.note(group, end, C::IN_ORDER);
                }
                return None;
            }
            if end < self.horizon {
                let index = self.counts.at(group, end);
                self.counts.wasted[index] += 1;
                self.wasted_work += end - start;
            }
            gives_up
        };
        if failed >= self.horizon {
            return None;
        }
        if closed == Some(failed) {
            self.counts.released[(failed / BIN) as usize] += 1;
        } else {
            let index = self.counts.at(group, failed);
            self.counts.timed_out[index] += 1;
        }
        Some(failed)
    }

    #[inline]
    fn refuse(&mut self, now: u64, group: usize) {
        let index = self.counts.at(group, now);
        self.counts.refused[index] += 1;
    }

    /// Goes on to the bin of `now`.
    #[cold]
    #[inline(never)]
    fn turn(&mut self, now: u64) -> Result<(), Halt> {
        self.begun += u64::from(self.arrived);
        look(self.stop, self.begun)?;
        self.counts.arrivals[self.bin] += std::mem::take(&mut self.arrived);
        while now >= self.bin_end {
            self.queue.turn(self.bin);
            self.bin += 1;
            self.bin_end += BIN;
        }
        Ok(())
    }

    fn finish(mut self, fleet: &Fleet, seed: u64) -> Result<Run, Halt> {
        self.turn(self.horizon.saturating_sub(1))?;
        let attempts_in_outage = sum(&self.counts.walked);
        let (mut back, times) = self.back.finish(fleet, C::IN_ORDER);
        let returns = back.iter_mut().map(|group| std::mem::take(&mut group.curve)).collect();
        let (groups, curves) = self.counts.finish(fleet, returns);
        let groups = groups.into_iter().zip(back).zip(&fleet.groups).map(|((curves, back), group)| {
            let GroupBack { times, returned, lost, .. } = back;
            let stranded = sum(&curves.stranded);
            GroupRun {
                devices: group.devices,
                affected: group.devices,
                curves,
                times,
                returned,
                stranded,
                lost,
            }
        });
        let groups: Vec<GroupRun> = groups.collect();
        let all = &curves.all;
        let totals = Totals {
            attempts: sum(&all.attempts),
            attempts_in_outage,
            arrivals: sum(&curves.arrivals),
            back: sum(&all.back),
            refused: sum(&all.refused),
            timed_out: sum(&all.timed_out),
            turned_away: sum(&curves.turned_away),
            unanswered: sum(&curves.unanswered),
            wasted: sum(&all.wasted),
            wasted_work: self.wasted_work,
            closed: sum(&curves.closed),
            stranded: sum(&all.stranded),
            second_connects: sum(&curves.second_connects),
            lost: groups.iter().fold(0, |sum, group| sum.saturating_add(group.lost)),
            ..Totals::default()
        };
        let sign_in = StationRun {
            name: StationName::SignIn,
            workers: fleet.platform.workers.max(1),
            queue: self.queue.finish(self.bin),
            busy: self.busy.finish(),
        };
        Ok(Run {
            seed,
            returned: fleet.outage.length,
            horizon: Micros(self.horizon),
            devices: fleet.devices(),
            affected: fleet.devices(),
            stations: vec![sign_in],
            writes: None,
            relapses: Vec::new(),
            times,
            groups,
            totals,
            peak: most(&all.attempts),
            peak_up: most(&curves.arrivals),
            curves,
        })
    }
}

fn sum(curve: &[u32]) -> u64 {
    curve.iter().map(|&count| u64::from(count)).sum()
}

fn most(curve: &[u32]) -> u32 {
    curve.iter().copied().max().unwrap_or(0)
}
