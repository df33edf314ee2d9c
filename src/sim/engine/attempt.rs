//! What happens to an attempt: at the door, in the stations, at its end.

use super::event::{End, Event, syn_after};
use super::line::{Asks, Stop};
use super::tally::bin;
use super::{CONNECTED, HOLDS, Halt, World};
use crate::admission::Offer;
use crate::agent::Event as Happening;
use crate::fleet::{Bounds, Meets};

impl World<'_> {
    /// An attempt begins (`syn` 0), or its SYN is sent again; returns the station that it arrives at, if
    /// it does.
    #[inline]
    pub(super) fn attempts(
        &mut self,
        now: u64,
        group: usize,
        device: u32,
        syn: u8,
    ) -> Result<Option<Stop>, Halt> {
        if syn == 0 {
            self.attempts += 1;
            self.attempts_in_outage += u64::from(now < self.fleet.outage.length.0);
            self.tally.second[group].attempts += 1;
            if let Some(began) = self.began.get_mut(device as usize) {
                *began = now;
            }
        }
        if now < self.timeline.clear() && !self.gets_through(now, group, device, syn)? {
            return Ok(None);
        }
        self.tally.arrivals += 1;
        if self.devices[device as usize].state.same_socket() {
            return Ok(Some(Stop::SignIn));
        }
        let admitted = self.line.limiter.as_mut().is_none_or(|limiter| limiter.admits(now));
        if !admitted || self.tally.held >= self.line.most_held {
            return self.refused(now, group, device, Happening::Failed).map(|()| None);
        }
        Ok(Some(self.ways[group].first))
    }

    /// Returns whether nothing stands in the way of an attempt; otherwise it meets what does.
    fn gets_through(&mut self, now: u64, group: usize, device: u32, syn: u8) -> Result<bool, Halt> {
        let same_socket = self.devices[device as usize].state.same_socket();
        match self.meets(now, group, device) {
            Some(Meets::AuthUnanswered) => {
                self.stands(group, device);
                let gives_up = now.saturating_add(self.group(group).link.message_timeout.0);
                self.schedule(gives_up, Event::Ends(End::AuthUnanswered), group, device);
            }
            Some(Meets::AuthRejected | Meets::BindRejected) => {
                self.stands(group, device);
                self.tally.curves.turned_away[bin(now)] += 1;
                self.fails(now, group, device, Happening::FailedOpen)?;
            }
            None | Some(Meets::Served) => return Ok(true),
            Some(_) if same_socket => return Ok(true),
            Some(Meets::BlackHole) => self.sends_syn_again(now, group, device, syn),
            Some(_) => {
                self.tally.curves.turned_away[bin(now)] += 1;
                self.fails(now, group, device, Happening::Failed)?;
            }
        }
        Ok(false)
    }

    /// The device has a socket that stands, without having passed any station.
    fn stands(&mut self, group: usize, device: u32) {
        self.set(group, device, HOLDS);
        if self.line.upgrades {
            self.set(group, device, CONNECTED);
        }
    }

    /// The SYN number `syn` stayed without an answer.
    fn sends_syn_again(&mut self, now: u64, group: usize, device: u32, syn: u8) {
        let sent = syn_after(syn).map_or(0, |after| after.0);
        let began = now - sent;
        let (next, event) = match syn_after(syn + 1) {
            Ok(after) => (after.0, Event::Attempts(syn + 1)),
            Err(after) => (after.0, Event::Ends(End::SynUnanswered)),
        };
        let of = self.group(group);
        let patience = match of.link.bounds {
            Bounds::Answer => u64::MAX,
            Bounds::Attempt => of.agent.connect_timeout().0,
        };
        if patience < next {
            self.schedule(began.saturating_add(patience), Event::Ends(End::SynUnanswered), group, device);
        } else {
            self.schedule(began.saturating_add(next), event, group, device);
        }
    }

    /// An attempt arrives at a station, and at those after it that it reaches before anything else happens.
    #[expect(clippy::inline_always, reason = "the one place that most events come to")]
    #[inline(always)]
    pub(super) fn visits(
        &mut self,
        mut now: u64,
        group: usize,
        device: u32,
        (mut stop, syn): (Stop, u8),
    ) -> Result<(), Halt> {
        loop {
            // Told apart here, so that the compiler makes code of its own for each station.
            let next = match stop {
                Stop::Gate => self.visits_one(now, group, device, (Stop::Gate, syn)),
                Stop::Tls => self.visits_one(now, group, device, (Stop::Tls, syn)),
                Stop::Connection => self.visits_one(now, group, device, (Stop::Connection, syn)),
                Stop::SignIn => self.visits_one(now, group, device, (Stop::SignIn, syn)),
            };
            match next? {
                Some(next) => (stop, now) = next,
                None => return Ok(()),
            }
        }
    }

    /// An attempt arrives at a station; returns the next one and when it reaches it, if nothing else happens
    /// before.
    #[expect(clippy::inline_always, reason = "the one place that most events come to")]
    #[inline(always)]
    fn visits_one(
        &mut self,
        now: u64,
        group: usize,
        device: u32,
        (stop, syn): (Stop, u8),
    ) -> Result<Option<(Stop, u64)>, Halt> {
        let state = &mut self.devices[device as usize].state;
        if stop == Stop::SignIn && self.line.upgrades {
            self.tally.levels[group].connected += u32::from(state.raise(CONNECTED));
        }
        if stop == Stop::Gate
            && self.ways[group].asks_at_gate
            && let Some(asks) = self.began.get_mut(device as usize)
        {
            *asks = now;
        }
        let visit = self.ways[group].visit(stop, state.same_socket());
        let deadline = visit.deadline(now, || self.began.get(device as usize).copied().unwrap_or(now));
        let asks = Asks { timeline: &self.timeline, draws: self.draws, device, attempts: state.attempts() };
        let Some(offer) = self.line.offer(stop, (now, deadline), group, asks) else { return Ok(None) };
        if offer == Offer::Full {
            return self.finds_no_room(now, group, device, (stop, syn)).map(|()| None);
        }
        self.tally.held += u32::from(state.raise(HOLDS));
        let Offer::Served { start, end } = offer else {
            self.waits_in_vain(offer, (group, device), deadline, visit.open);
            return Ok(None);
        };
        // A limited balancer accepts when the turn comes; its spacing only keeps others waiting.
        let done = if stop == Stop::Gate { start } else { end };
        if done > deadline {
            // The gate does no work that could be wasted.
            if stop != Stop::Gate {
                self.wastes(group, start, end);
            }
            self.gives_up(deadline, (group, device), visit.open);
        } else if stop == Stop::SignIn {
            self.promise(stop, (now, done), Event::SignsIn, (group, device));
        } else if done == now || stop == Stop::Tls && done < self.until && self.queue.is_first(done) {
            // At the same tick everything of a lower rank has happened; a handshake is short enough to be often
            // the next thing that happens.
            self.tally.follow(done);
            return Ok(Some((visit.next, done)));
        } else {
            self.promise(stop, (now, done), Event::Reaches(visit.next as u8), (group, device));
        }
        Ok(None)
    }

    /// A service is done for a device that has given up by its end.
    #[inline(never)]
    fn wastes(&mut self, group: usize, start: u64, end: u64) {
        if self.tally.before_horizon(end) {
            self.tally.groups[group].wasted[bin(end)] += 1;
            self.wasted_work += end - start;
        }
    }

    /// A device waits at a station that will not serve it.
    fn waits_in_vain(&mut self, offer: Offer, (group, device): (usize, u32), deadline: u64, open: bool) {
        if let Offer::Closed { at } = offer {
            if self.tally.before_horizon(at) {
                self.tally.curves.closed[bin(at)] += 1;
            }
            if deadline >= at {
                return self.schedule(at, Event::Ends(End::Closed), group, device);
            }
        }
        self.gives_up(deadline, (group, device), open);
    }

    /// A device will give up at `deadline`.
    #[inline]
    fn gives_up(&mut self, deadline: u64, (group, device): (usize, u32), open: bool) {
        if open {
            self.batches.stands(deadline);
        }
        self.schedule(deadline, Event::Ends(End::timed_out(open)), group, device);
    }

    /// An attempt finds a station full.
    fn finds_no_room(
        &mut self,
        now: u64,
        group: usize,
        device: u32,
        (stop, syn): (Stop, u8),
    ) -> Result<(), Halt> {
        if self.devices[device as usize].state.same_socket() {
            return self.refused(now, group, device, Happening::FailedOpen);
        }
        if stop == self.ways[group].first && self.line.drops_syn(stop) {
            self.sends_syn_again(now, group, device, syn);
            return Ok(());
        }
        self.refused(now, group, device, Happening::Failed)
    }

    /// No room, or a limit.
    fn refused(&mut self, now: u64, group: usize, device: u32, happening: Happening) -> Result<(), Halt> {
        self.tally.second[group].refused += 1;
        self.fails(now, group, device, happening)
    }

    /// An attempt ends without success.
    pub(super) fn ends(&mut self, now: u64, group: usize, device: u32, end: End) -> Result<(), Halt> {
        let curves = &mut self.tally.curves;
        match end {
            End::TimedOut | End::TimedOutOpen => self.tally.second[group].timed_out += 1,
            End::SynUnanswered | End::AuthUnanswered => curves.unanswered[bin(now)] += 1,
            End::Cut => curves.cut[bin(now)] += 1,
            End::Closed => {}
        }
        let happening = match end {
            End::TimedOutOpen | End::AuthUnanswered => Happening::FailedOpen,
            _ => Happening::Failed,
        };
        self.fails(now, group, device, happening)
    }

    /// The device learns that its attempt failed; its socket is closed unless its agent keeps it.
    pub(super) fn fails(
        &mut self,
        now: u64,
        group: usize,
        device: u32,
        happening: Happening,
    ) -> Result<(), Halt> {
        self.goes_on(now, group, device, happening)?;
        if !self.devices[device as usize].state.same_socket() {
            self.closes(group, device);
        }
        Ok(())
    }

    /// The device holds no connection any more.
    pub(super) fn closes(&mut self, group: usize, device: u32) {
        let state = &mut self.devices[device as usize].state;
        if state.has(HOLDS) {
            self.tally.held -= 1;
        }
        if state.has(CONNECTED) {
            self.tally.levels[group].connected -= 1;
        }
        state.unmark(HOLDS | CONNECTED);
    }

    /// The device holds a connection from now on, or one that is upgraded.
    #[inline]
    pub(super) fn set(&mut self, group: usize, device: u32, flag: u8) {
        let state = &mut self.devices[device as usize].state;
        if !state.has(flag) {
            state.mark(flag);
            match flag {
                HOLDS => self.tally.held += 1,
                _ => self.tally.levels[group].connected += 1,
            }
        }
    }
}
