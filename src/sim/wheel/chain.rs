//! The outage, device by device.
//!
//! While the platform is down devices do not meet, so each one's attempts are walked through in a loop of
//! their own, with nothing in memory but the curve that counts them; only its first arrival at or after
//! the return enters the wheel. Draws depend on nothing but device and number, so the processor works on
//! the next ones while the time of the last is still being compared.

use super::counts::Counts;
use super::law::{Calls, Law, Mixed, Next, Plain};
use super::play::{Halt, LOOK_EVERY, look};
use crate::base::{Draws, looks};
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
use crate::fleet::{Fleet, Meets};
use crate::sim::calendar::Wheel;
use crate::sim::run::BIN;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

/// The outage of a fleet.
pub(super) struct Outage<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) groups: &'a [Calls],
    pub(super) draws: Draws,
    pub(super) stop: &'a AtomicBool,
    /// Bits of an attempt's number in a payload.
    pub(super) number_bits: u32,
    pub(super) horizon: u64,
    /// Takes the first arrivals.
    pub(super) wheel: &'a mut Wheel,
    pub(super) counts: &'a mut Counts,
    /// Attempts begun in the outage.
    pub(super) begun: u64,
    /// Devices and attempts walked through one by one.
    pub(super) steps: u64,
}

impl Outage<'_> {
    /// Walks every device to its first arrival.
    pub(super) fn walk(&mut self) -> Result<(), Halt> {
        let mixed = Mixed::of(self.fleet, self.groups, self.draws);
        let down = self.fleet.outage.length.0;
        let mut first = 0;
        for (group, calls) in self.groups.iter().enumerate() {
            let devices = first..first + u64::from(self.fleet.groups[group].devices);
            first = devices.end;
            let plain = Plain::of(calls, self.draws);
            match plain.filter(|_| self.fleet.outage.meets != Meets::BlackHole) {
                Some(law) if u32::try_from(down).is_ok() => self.walk_plain::<true>(law, group, devices)?,
                Some(law) => self.walk_plain::<false>(law, group, devices)?,
                None => {
                    for device in devices {
                        self.step()?;
                        self.walk_any(&mixed, group, device)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Walks the devices of a group that only waits a random time before every attempt; `SHORT` says
    /// that times of the outage fit into 32 bits.
    fn walk_plain<const SHORT: bool>(
        &mut self,
        law: Plain,
        group: usize,
        devices: Range<u64>,
    ) -> Result<(), Halt> {
        let down = self.fleet.outage.length.0;
        let (from, to) = (self.counts.at(group, 0), self.counts.at(group, down));
        let counts = &mut self.counts.walked[from..=to];
        // So many attempts fit between two looks at the stop flag, however short the waits.
        let at_once = (LOOK_EVERY / (down / law.range() + 1)).max(1);
        let mut looked = 0;
        for device in devices {
            if looked == 0 {
                look(self.stop, self.begun)?;
                looked = at_once;
            }
            looked -= 1;
            let (mut now, mut number) = (0, 0);
            'chain: loop {
                for _ in 0..LOOK_EVERY {
                    now += law.wait(device, number);
                    if now >= down {
                        break 'chain;
                    }
                    // Half the instructions of a division of 64 bits.
                    let bin = if SHORT { u64::from(now as u32 / BIN as u32) } else { now / BIN };
                    counts[bin as usize] += 1;
                    number += 1;
                }
                looks::stepped(LOOK_EVERY);
                look(self.stop, self.begun + number)?;
            }
            self.begun += number;
            looks::stepped(number % LOOK_EVERY + 1);
            if now < self.horizon {
                if number >> self.number_bits != 0 {
                    return Err(Halt::Numbers);
                }
                self.counts.attempts[from + (now / BIN) as usize] += 1;
                self.wheel.push(now, device << self.number_bits | number);
            }
        }
        Ok(())
    }

    /// Walks one device of any group.
    fn walk_any(&mut self, law: &Mixed<'_>, group: usize, device: u64) -> Result<(), Halt> {
        let down = self.fleet.outage.length.0;
        let mut number = 0;
        let mut next = law.lost(group, device);
        loop {
            let at = match next {
                Next::Attempt(at) if at < self.horizon => at,
                Next::Stranded(at) if at < self.horizon => {
                    let at = self.counts.at(group, at);
                    self.counts.stranded[at] += 1;
                    return Ok(());
                }
                _ => return Ok(()),
            };
            if at >= down {
                let index = self.counts.at(group, at);
                self.counts.attempts[index] += 1;
                return self.arrive(at, device, number);
            }
            self.step()?;
            self.begun += 1;
            let index = self.counts.at(group, at);
            self.counts.walked[index] += 1;
            let mut failed = at;
            if self.fleet.outage.meets == Meets::BlackHole {
                let repeats = SYN_RETRANSMISSIONS.iter().map(|after| at.saturating_add(after.0));
                if let Some(arrival) = repeats.into_iter().find(|&arrival| arrival >= down) {
                    return self.arrive(arrival, device, number);
                }
                failed = at.saturating_add(SYN_GIVES_UP.0);
                if failed >= self.horizon {
                    return Ok(());
                }
                self.counts.unanswered[(failed / BIN) as usize] += 1;
            }
            next = law.after(group, device, number, failed);
            number += 1;
        }
    }

    /// Looks at the stop flag now and then: also while devices make no attempt at all in the outage.
    #[inline]
    fn step(&mut self) -> Result<(), Halt> {
        looks::stepped(1);
        self.steps += 1;
        if self.steps & (LOOK_EVERY - 1) == 0 { look(self.stop, self.begun) } else { Ok(()) }
    }

    fn arrive(&mut self, at: u64, device: u64, number: u64) -> Result<(), Halt> {
        if number >> self.number_bits != 0 {
            return Err(Halt::Numbers);
        }
        if at < self.horizon {
            self.wheel.push(at, device << self.number_bits | number);
        }
        Ok(())
    }
}
