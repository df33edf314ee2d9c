//! What happens to a device that is bound, and how it loses its connection.

use super::event::{End, Event, Finish};
use super::line::{Asks, Stop};
use super::tally::bin;
use super::timeline::touches;
use super::{AFFECTED, AWAY, BOUND, CONNECTED, HOLDS, Halt, World, group_of};
use crate::agent::{Event as Happening, Machine, notice};
use crate::base::Micros;
use crate::base::draws::Stream;
use crate::fleet::{DutyCycle, Episode, Fleet, Flush, Group, Loss, Meets};
use crate::sim::store::Store;

/// Returns how long a duty cycle is on at a time [µs].
pub(super) fn on(duty: DutyCycle) -> u64 {
    (u128::from(duty.period.0) * u128::from(duty.on_permille) / 1_000) as u64
}

/// Returns how long a duty cycle is off at a time [µs].
pub(super) fn off(duty: DutyCycle) -> u64 {
    duty.period.0.saturating_sub(on(duty))
}

/// What matters of a group when its devices come back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    pub(super) store: Store,
    flush: Flush,
    /// Whether a session can end by itself.
    pub(super) ends: bool,
}

impl Habits {
    pub(super) fn of(fleet: &Fleet, group: &Group) -> Self {
        let idle = fleet.platform.balancer.and_then(|balancer| balancer.idle_timeout);
        let ends = idle.is_some()
            || group.duty.is_some()
            || group.drops_per_day > 0.0
            || fleet.platform.sessions.pongs_wait;
        Self { store: Store::of(group), flush: group.store.flush, ends }
    }
}

impl World<'_> {
    /// A sign-in ends in time.
    #[inline]
    pub(super) fn signs_in(&mut self, now: u64, group: usize, device: u32) -> Result<(), Halt> {
        let flush = self.habits[group].flush;
        if flush == Flush::BeforeBind {
            self.flushes(now, group, device);
        }
        if self.blocked.get(device as usize).is_some_and(|&until| until > now) {
            self.tally.curves.bind_rejected[bin(now)] += 1;
            if flush == Flush::BeforeBind {
                // What it records from now on is stored again.
                self.tally.stores[group].begins(now);
            }
            return self.fails(now, group, device, Happening::FailedOpen);
        }
        let agent = &self.fleet.groups[group].agent;
        let machine = Machine { agent, device: u64::from(device), draws: self.draws };
        let state = &mut self.devices[device as usize].state;
        machine.step(state, Micros(now), Happening::Connected);
        let levels = &mut self.tally.levels[group];
        self.tally.held += u32::from(state.raise(HOLDS));
        levels.connected += u32::from(state.raise(CONNECTED));
        levels.bound += 1;
        let was_away = state.has(AWAY);
        state.mark(BOUND);
        state.unmark(AWAY);
        if flush == Flush::AfterBind {
            self.flushes(now, group, device);
        }
        if let Some(flood) = &mut self.flood {
            flood.bound(now, group);
        }
        if was_away {
            self.tally.back(group, now);
            self.tell_flood(now);
        }
        self.schedule_end(now, group, device);
        Ok(())
    }

    /// Tells the write queue whether everybody is back.
    #[inline]
    fn tell_flood(&mut self, now: u64) {
        if let Some(flood) = &mut self.flood {
            flood.all_back(now, self.tally.all_back());
        }
    }

    /// A device sends what it has stored, and stores nothing more.
    #[inline]
    fn flushes(&mut self, now: u64, group: usize, device: u32) {
        let row = &mut self.devices[device as usize];
        let since = row.lost_at();
        let (stored, dropped) = self.habits[group].store.recorded(now - since);
        row.set_lost_at(now);
        self.tally.stores[group].ends(since, self.tally.bin);
        self.lost[group] = self.lost[group].saturating_add(dropped);
        if let Some(flood) = &mut self.flood {
            flood.stored(now, group, stored);
        }
    }

    /// Schedules what happens next to the session of a device that is bound at `now`.
    pub(super) fn schedule_end(&mut self, now: u64, group: usize, device: u32) {
        if self.habits[group].ends {
            self.pings(now, now, group, device);
        }
    }

    /// A device that has been bound `since` pings, where pings matter; schedules its next ping or the end of
    /// its session.
    fn pings(&mut self, now: u64, since: u64, group: usize, device: u32) {
        let mut next = self.own_end(since, group, device);
        if self.fleet.platform.sessions.pongs_wait {
            let link = &self.group(group).link;
            let ping = if self.line.wait(now) > link.pong_timeout.0 {
                (now.saturating_add(link.pong_timeout.0), Finish::LatePong)
            } else if link.ping_rate.0 == 0 {
                (u64::MAX, Finish::Ping)
            } else {
                (now.saturating_add(link.ping_rate.0), Finish::Ping)
            };
            if next.is_none_or(|(at, _)| ping.0 < at) {
                next = Some(ping);
            }
        }
        if let Some((at, finish)) = next {
            self.schedule(at, Event::Finishes(finish), group, device);
        }
    }

    /// Returns when and how the session of a device that has been bound `since` ends, whatever its pings tell.
    fn own_end(&self, since: u64, group: usize, device: u32) -> Option<(u64, Finish)> {
        let of = self.group(group);
        let mut first: Option<(u64, Finish)> = None;
        let mut may = |after: u64, finish| {
            let at = since.saturating_add(after);
            if first.is_none_or(|(earliest, _)| at < earliest) {
                first = Some((at, finish));
            }
        };
        if let Some(idle) = self.fleet.platform.balancer.and_then(|balancer| balancer.idle_timeout)
            && idle < quiet_time(of)
        {
            may(idle.0, Finish::Idle);
        }
        if let Some(duty) = of.duty {
            may(on(duty), Finish::Off);
        }
        if of.drops_per_day > 0.0 {
            let key = u64::from(self.devices[device as usize].state.attempts());
            let unit = self.draws.unit(Stream::Trouble, u64::from(device), key);
            let after = -libm::log(unit) * 86_400_000_000.0 / of.drops_per_day;
            may((after.round() as u64).max(1), Finish::Trouble);
        }
        first
    }

    /// A session ends by itself, or its device pings.
    pub(super) fn finishes(&mut self, now: u64, group: usize, device: u32, finish: Finish) {
        match finish {
            Finish::Ping => {
                // A bound device's store was emptied when it was bound.
                let since = self.devices[device as usize].lost_at();
                self.pings(now, since, group, device);
            }
            Finish::Idle | Finish::Trouble => {
                let loss = if finish == Finish::Idle { Loss::Fin } else { Loss::Silence };
                let (at, twice) = self.loses(now, group, device, loss, false);
                self.schedule(at, Event::Notices { twice }, group, device);
            }
            Finish::LatePong | Finish::Off => {
                self.unbinds(now, group, device);
                if let Some(blocked) = self.blocked.get_mut(device as usize) {
                    *blocked = 0;
                }
                let pause = match (finish, self.group(group).duty) {
                    (Finish::Off, Some(duty)) => off(duty),
                    _ => 0,
                };
                self.schedule(now.saturating_add(pause), Event::Notices { twice: false }, group, device);
            }
        }
    }

    /// A session ends by a loss; returns when the device notices [µs], and whether it sees an error after
    /// which it connects twice. The platform that goes down with it has `forgotten` the session.
    fn loses(&mut self, now: u64, group: usize, device: u32, loss: Loss, forgotten: bool) -> (u64, bool) {
        self.unbinds(now, group, device);
        let link = &self.fleet.groups[group].link;
        let since_ping = match loss {
            Loss::Reset | Loss::CloseFrame => Micros::ZERO,
            Loss::Fin | Loss::Silence => {
                let number = self.devices[device as usize].state.attempts();
                notice::since_ping(self.draws, u64::from(device), number, link)
            }
        };
        if let Some(blocked) = self.blocked.get_mut(device as usize) {
            let protection = self.fleet.platform.sessions.bind_protection.unwrap_or(Micros::ZERO);
            let believed = loss == Loss::Silence && !forgotten && !self.timeline.is_down(now);
            *blocked = if believed { (Micros(now) + protection).since(since_ping).0 } else { 0 };
            if *blocked > 0 {
                self.batches.stands(0);
            }
        }
        let twice = notice::sees_error(link, loss) && self.group(group).agent.kind().is_c_sdk_family();
        ((Micros(now) + notice::notice(link, loss, since_ping)).0, twice)
    }

    /// A device is not bound any more.
    #[inline]
    fn unbinds(&mut self, now: u64, group: usize, device: u32) {
        self.closes(group, device);
        self.devices[device as usize].state.unmark(BOUND);
        self.tally.levels[group].bound -= 1;
        self.devices[device as usize].set_lost_at(now);
        self.tally.stores[group].begins(now);
        if let Some(flood) = &mut self.flood {
            flood.unbound(now, group);
        }
    }

    /// A device notices that it has no connection.
    pub(super) fn notices(&mut self, now: u64, group: usize, device: u32, twice: bool) -> Result<(), Halt> {
        if twice {
            self.connects_twice(now, group, device);
        }
        self.goes_on(now, group, device, Happening::Lost)
    }

    /// The C SDK family connects once more at once and lets that connection idle.
    fn connects_twice(&mut self, now: u64, group: usize, device: u32) {
        self.tally.curves.second_connects[bin(now)] += 1;
        if self.meets(now, group, device).is_some_and(|meets| meets != Meets::Served)
            || self.fleet.platform.balancer.is_none()
            || self.line.limiter.as_mut().is_some_and(|limiter| !limiter.admits(now))
        {
            return;
        }
        let mut stop = self.ways[group].first;
        while stop < Stop::Connection {
            let attempts = self.devices[device as usize].state.attempts();
            let asks = Asks { timeline: &self.timeline, draws: self.draws, device, attempts };
            if self.line.is_full(stop, now, group, asks) {
                return;
            }
            stop = self.ways[group].after(stop);
        }
    }

    /// Returns whether overload takes the platform down at `now`.
    pub(super) fn breaks(&mut self, now: u64) -> bool {
        let Some(breaking) = self.fleet.platform.breaking else { return false };
        if self.timeline.is_down(now) {
            return false;
        }
        let waiting = self.line.station(Stop::SignIn).map_or(0, |station| station.waiting(now));
        let values = self.flood.as_mut().map_or(0, |flood| flood.values(now));
        breaking.waiting.is_some_and(|most| waiting >= most as usize)
            || (self.flood.is_some() && breaking.values.is_some_and(|most| values >= most))
    }

    /// An episode begins.
    pub(super) fn episode(&mut self, now: u64, episode: &Episode, planned: bool) -> Result<(), Halt> {
        if episode.platform_down {
            // Overload is noticed after everything that ends at this tick, what is planned comes before it.
            self.empties(now, if planned { now } else { now + 1 });
        } else if episode.loses.is_none() {
            return Ok(());
        }
        // Pending events of devices that lose what the events are about: rebuilt as a whole, because
        // episodes are rare and the queue cannot be searched.
        let (draws, starts) = (self.draws, &self.starts);
        self.queue.rebuild(now, |at, payload| {
            let (event, (_, device)) = (Event::unpack(payload), Event::whose(payload));
            let group = group_of(starts, device);
            let takes = episode.loses.is_some() && touches(episode, draws, group, device);
            if event.is_under_way() && (takes || episode.platform_down) {
                return Some((now, Event::Ends(End::Cut).pack(group, device)));
            }
            (!(takes && matches!(event, Event::Finishes(_)))).then_some((at, payload))
        });
        for group in 0..self.fleet.groups.len() {
            for device in self.starts[group]..self.starts[group + 1] {
                self.looks_at_device(device)?;
                match episode.loses {
                    Some(loss) if touches(episode, draws, group, device) => {
                        self.is_taken(now, group, device, loss, episode.platform_down)?;
                    }
                    _ if episode.platform_down => self.loses_socket(now, group, device),
                    _ => {}
                }
            }
        }
        self.tally.lost();
        self.tell_flood(now);
        Ok(())
    }

    /// An episode takes the connection of a device, if it has one.
    fn is_taken(
        &mut self,
        now: u64,
        group: usize,
        device: u32,
        loss: Loss,
        forgotten: bool,
    ) -> Result<(), Halt> {
        let state = &mut self.devices[device as usize].state;
        self.tally.takes(group, !state.has(AFFECTED), !state.has(AWAY));
        state.mark(AFFECTED | AWAY);
        if state.has(BOUND) {
            let (at, twice) = self.loses(now, group, device, loss, forgotten);
            let served = || self.meets(now, group, device).is_none_or(|meets| meets == Meets::Served);
            if at == now && !(twice && self.fleet.platform.balancer.is_some() && served()) {
                // It meets nobody but itself, so its place among the events of this tick does not matter.
                return self.notices(now, group, device, twice);
            }
            self.schedule(at, Event::Notices { twice }, group, device);
        } else {
            self.loses_socket(now, group, device);
        }
        Ok(())
    }

    /// A socket on which a device that is not bound would go on is gone.
    fn loses_socket(&mut self, now: u64, group: usize, device: u32) {
        if self.devices[device as usize].state.same_socket() {
            let agent = &self.fleet.groups[group].agent;
            let machine = Machine { agent, device: u64::from(device), draws: self.draws };
            machine.step(&mut self.devices[device as usize].state, Micros(now), Happening::Lost);
            self.closes(group, device);
        }
    }

    /// The platform goes down: whatever is in it is gone.
    fn empties(&mut self, now: u64, from: u64) {
        for stop in [Stop::Gate, Stop::Tls, Stop::Connection, Stop::SignIn] {
            let Some(station) = self.line.station(stop) else { continue };
            let broken = station.empty(now, from);
            for at in broken.closings.into_iter().filter(|&at| at < self.horizon) {
                self.tally.curves.closed[bin(at)] -= 1;
            }
            for promise in broken.services {
                if promise.in_vain && stop != Stop::Gate && promise.end < self.horizon {
                    self.tally.groups[promise.tag as usize].wasted[bin(promise.end)] -= 1;
                    self.wasted_work -= promise.end - promise.start;
                }
            }
        }
        self.blocked.fill(0);
        let until = self.timeline.down_until();
        if let Some(flood) = &mut self.flood {
            flood.goes_down(now, until);
        }
    }
}

/// Returns the longest time without a message on a device's connection.
fn quiet_time(group: &Group) -> Micros {
    let telemetry = &group.telemetry;
    let records = telemetry.properties > 0 || telemetry.events > 0 || telemetry.services > 0;
    let recording = Micros::from_secs_f64(telemetry.interval_s).filter(|_| records);
    recording.map_or(group.link.ping_rate, |recording| recording.min(group.link.ping_rate))
}
