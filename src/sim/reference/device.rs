//! One device: its sessions, how it notices their end, and what follows.

use super::trace::{Failure, Happens};
use super::{Rank, World};
use crate::agent::{Event, Machine, Next, State, notice};
use crate::base::Micros;
use crate::base::draws::Stream;
use crate::fleet::{Flush, Group, Loss};
use crate::sim::StationName;
use crate::sim::run::BIN;

/// Microseconds of a day.
const DAY: f64 = 86_400_000_000.0;

/// A device.
#[expect(clippy::struct_excessive_bools, reason = "four independent things that are so or not")]
pub(super) struct Device {
    pub(super) group: usize,
    pub(super) machine: State,
    /// Attempts begun so far.
    pub(super) attempts: u64,
    pub(super) doing: Doing,
    /// Number of its pending event; others are stale.
    pub(super) stamp: u64,
    /// Holds a connection.
    pub(super) holds: bool,
    /// Has an upgraded connection.
    pub(super) connected: bool,
    pub(super) affected: bool,
    pub(super) away: bool,
    /// Until when the platform believes that an old session lives.
    pub(super) blocked_until: u64,
    /// Since when it records into its store.
    pub(super) lost_at: u64,
}

impl Device {
    /// Returns a device of this group as it is before it is bound.
    pub(super) fn new(group: usize) -> Self {
        Self {
            group,
            machine: State::default(),
            attempts: 0,
            doing: Doing::Off,
            stamp: 0,
            holds: false,
            connected: false,
            affected: false,
            away: false,
            blocked_until: 0,
            lost_at: 0,
        }
    }
}

/// What a device does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doing {
    Bound(Session),
    /// Its connection is gone; whether it connects twice when it notices.
    Unaware {
        second_connect: bool,
    },
    /// Not connected in its duty cycle.
    Off,
    /// Waits for its next attempt.
    Waiting,
    UnderWay(Attempt),
    Stranded,
}

/// A session of a bound device, as far as it is known how it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    /// When it ends by itself; the pending event before that is a ping.
    ends_at: u64,
    end: SessionEnd,
}

/// How a session ends by itself.
#[derive(Clone, Copy, Debug)]
enum SessionEnd {
    Idle,
    Off,
    Trouble,
    /// The answer to the first ping, or to a later one, comes too late.
    LatePong {
        first: bool,
    },
}

/// An attempt that has begun and not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// When its first SYN was sent.
    pub(super) begun: u64,
    /// When its request was sent, where that was before it reached the station that answers: at a gate, without
    /// TLS.
    pub(super) asked: Option<u64>,
    /// Whether it goes on with the socket of the one before.
    pub(super) standing: bool,
    pub(super) step: Step,
}

/// Where an attempt is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Its SYN is not answered yet.
    Syn,
    /// Authentication stays without an answer.
    Unheard,
    /// Awaits this request at this station; when it times out the socket stands or not.
    At { station: usize, request: u64, stands: bool },
    /// The platform has closed it.
    Closed,
    /// Has passed this station.
    Passed { station: usize },
    /// Cut by an episode.
    Cut,
}

impl World<'_> {
    /// Returns the group of a device.
    pub(super) fn group(&self, device: usize) -> &Group {
        &self.fleet.groups[self.devices[device].group]
    }

    /// Lets every device be bound at time 0.
    pub(super) fn bind_everybody(&mut self) {
        for device in 0..self.devices.len() {
            self.open_socket(device);
            self.begin_session(device);
        }
    }

    /// The device holds a connection from now on.
    pub(super) fn open_socket(&mut self, device: usize) {
        let device = &mut self.devices[device];
        if !device.holds {
            device.holds = true;
            self.held += 1;
        }
    }

    /// The device's socket is closed, if it has one.
    pub(super) fn close_socket(&mut self, device: usize) {
        let device = &mut self.devices[device];
        device.connected = false;
        if device.holds {
            device.holds = false;
            self.held -= 1;
        }
    }

    /// Tells the device's machine what happened.
    pub(super) fn tell(&mut self, device: usize, event: Event) -> Next {
        let fleet = self.fleet;
        let this = &mut self.devices[device];
        let agent = &fleet.groups[this.group].agent;
        let machine = Machine { agent, device: device as u64, draws: self.laws.draws };
        let before = this.machine;
        let next = machine.run_ahead(&mut this.machine, Micros(self.now), event);
        if self.watches(device) {
            self.waits(&machine, before, event);
        }
        next
    }

    /// Does what the machine wants.
    pub(super) fn follow(&mut self, device: usize, next: Next) {
        match next {
            Next::Attempt(at) => {
                self.devices[device].doing = Doing::Waiting;
                self.schedule(at.0, Rank::Begins, device);
            }
            Next::Stranded(at) => self.strand(device, at.0),
            Next::Nothing => self.devices[device].doing = Doing::Stranded,
        }
    }

    /// The machine gives up at `at`; a duty cycle calls it again.
    fn strand(&mut self, device: usize, at: u64) {
        let group = self.group(device);
        let revived = group.duty.filter(|_| group.agent.reconnects());
        if let Some(duty) = revived {
            let on = duty.period.0 * u64::from(duty.on_permille) / 1_000;
            self.devices[device].doing = Doing::Off;
            self.happens_at(device, Micros(at), Happens::Off);
            self.schedule(at.saturating_add(duty.period.0 - on), Rank::Notices, device);
            self.see("revived by the duty cycle");
            return;
        }
        self.devices[device].doing = Doing::Stranded;
        if at < self.horizon {
            self.happens_at(device, Micros(at), Happens::GivesUp);
            let group = self.devices[device].group;
            self.tally.groups[group].stranded[(at / BIN) as usize] += 1;
        }
    }

    /// An attempt failed, and its socket stands or not.
    pub(super) fn fail(&mut self, device: usize, stands: bool) {
        if !stands {
            self.close_socket(device);
            let next = self.tell(device, Event::Failed);
            return self.follow(device, next);
        }
        let next = self.tell(device, Event::FailedOpen);
        if matches!(next, Next::Attempt(_)) && self.devices[device].machine.same_socket() {
            self.see("socket kept");
        } else {
            self.see("open socket not kept");
            self.close_socket(device);
        }
        self.follow(device, next);
    }

    /// A sign-in ended in time.
    pub(super) fn sign_in_ends(&mut self, device: usize) {
        let flush = self.group(device).store.flush;
        if flush == Flush::BeforeBind {
            self.stored_values_arrive(device);
        }
        if self.devices[device].blocked_until > self.now {
            let bin = self.bin();
            self.tally.curves.bind_rejected[bin] += 1;
            self.happens(device, Happens::Fails(Failure::OldSession));
            return self.fail(device, true);
        }
        self.tell(device, Event::Connected);
        self.happens(device, Happens::Back);
        if flush == Flush::AfterBind {
            self.stored_values_arrive(device);
        }
        if self.devices[device].away {
            self.comes_back(device);
        }
        self.begin_session(device);
    }

    fn comes_back(&mut self, device: usize) {
        let (group, bin) = (self.devices[device].group, self.bin());
        self.devices[device].away = false;
        self.tally.groups[group].back[bin] += 1;
        self.tally.standing[group].away -= 1;
        if let Some(fleet) = self.tally.standing.last_mut() {
            fleet.away -= 1;
        }
    }

    /// The device is bound from now on; finds out how that will end.
    fn begin_session(&mut self, device: usize) {
        let group = self.devices[device].group;
        self.devices[device].connected = true;
        if let Some(writes) = &mut self.writes {
            writes.starts(group);
        }
        let mut ends = Vec::new();
        ends.extend(self.idle_cut(device).map(|at| (at, SessionEnd::Idle)));
        if let Some(duty) = self.fleet.groups[group].duty {
            let on = duty.period.0 * u64::from(duty.on_permille) / 1_000;
            ends.push((self.now.saturating_add(on), SessionEnd::Off));
        }
        let drops = self.fleet.groups[group].drops_per_day;
        if drops > 0.0 {
            let u = self.laws.draws.unit(Stream::Trouble, device as u64, self.devices[device].attempts);
            let after = ((-libm::log(u) * DAY / drops).round() as u64).max(1);
            ends.push((self.now.saturating_add(after), SessionEnd::Trouble));
        }
        // The first of those at the same time.
        let first = ends.into_iter().min_by_key(|&(at, _)| at);
        let (ends_at, end) = first.unwrap_or((u64::MAX, SessionEnd::Trouble));
        self.ping(device, Session { ends_at, end }, true);
    }

    /// The device pings, where pings matter; schedules the next ping, or the end of the session.
    fn ping(&mut self, device: usize, session: Session, first: bool) {
        let link = self.group(device).link;
        let pongs_wait = self.fleet.platform.sessions.pongs_wait;
        let (mut session, mut next) = (session, session.ends_at);
        if pongs_wait && self.wait_of_a_pong() > link.pong_timeout.0 {
            let late = self.now.saturating_add(link.pong_timeout.0);
            if late < session.ends_at {
                session = Session { ends_at: late, end: SessionEnd::LatePong { first } };
                next = late;
            }
        } else if pongs_wait && link.ping_rate.0 > 0 {
            next = next.min(self.now.saturating_add(link.ping_rate.0));
        }
        self.devices[device].doing = Doing::Bound(session);
        self.schedule(next, Rank::SessionEnds, device);
    }

    /// Returns when the balancer cuts the session for want of messages.
    fn idle_cut(&self, device: usize) -> Option<u64> {
        let timeout = self.fleet.platform.balancer?.idle_timeout?;
        let group = self.group(device);
        let telemetry = &group.telemetry;
        let records = telemetry.properties > 0 || telemetry.events > 0 || telemetry.services > 0;
        let recording = Micros::from_secs_f64(telemetry.interval_s).filter(|_| records);
        let quiet = recording.map_or(group.link.ping_rate, |interval| interval.min(group.link.ping_rate));
        (timeout < quiet).then(|| self.now.saturating_add(timeout.0))
    }

    /// Returns how long a request that arrived now at the first tier would wait.
    fn wait_of_a_pong(&self) -> u64 {
        let tier = self
            .stations
            .iter()
            .find(|station| matches!(station.name, StationName::Connection | StationName::SignIn));
        tier.map_or(0, |tier| tier.start_of_a_newcomer(self.now, &self.laws) - self.now)
    }

    /// A bound session ends by itself, or its device pings.
    pub(super) fn session_goes_on(&mut self, device: usize, session: Session) {
        if self.now < session.ends_at {
            return self.ping(device, session, false);
        }
        match session.end {
            SessionEnd::Idle => {
                self.see("idle connection cut");
                self.lose(device, Loss::Fin, false);
            }
            SessionEnd::Trouble => {
                self.see("local trouble");
                self.lose(device, Loss::Silence, false);
            }
            SessionEnd::Off => {
                self.see("duty cycle off");
                self.happens(device, Happens::Off);
                self.leave(device);
                self.devices[device].doing = Doing::Off;
                let Some(duty) = self.group(device).duty else { return };
                let on = duty.period.0 * u64::from(duty.on_permille) / 1_000;
                self.schedule(self.now.saturating_add(duty.period.0 - on), Rank::Notices, device);
            }
            SessionEnd::LatePong { first } => {
                self.see(if first { "late pong" } else { "late pong at a later ping" });
                self.happens(device, Happens::LatePong);
                self.leave(device);
                self.devices[device].doing = Doing::Unaware { second_connect: false };
                self.schedule(self.now, Rank::Notices, device);
            }
        }
    }

    /// The session is over: no connection, no ordinary values, the store fills.
    fn leave(&mut self, device: usize) {
        self.close_socket(device);
        self.devices[device].lost_at = self.now;
        let group = self.devices[device].group;
        if let Some(writes) = &mut self.writes {
            writes.stops(group);
        }
    }

    /// A bound device loses its session; `down` where an episode that begins now takes the platform down.
    pub(super) fn lose(&mut self, device: usize, loss: Loss, down: bool) {
        self.happens(device, Happens::Lost(loss));
        self.leave(device);
        let link = self.group(device).link;
        let attempts = self.devices[device].attempts as u32;
        let since_ping = notice::since_ping(self.laws.draws, device as u64, attempts, &link).0;
        let protection = self.fleet.platform.sessions.bind_protection;
        let believed = loss == Loss::Silence && !down && !self.laws.is_down(self.now);
        self.devices[device].blocked_until = match protection {
            Some(protection) if believed => self.now.saturating_add(protection.0).saturating_sub(since_ping),
            _ => 0,
        };
        let family = self.group(device).agent.kind().is_c_sdk_family();
        let is_error = loss == Loss::Reset || (loss == Loss::Fin && link.tls);
        self.devices[device].doing = Doing::Unaware { second_connect: family && is_error };
        let after = notice::notice(&link, loss, Micros(since_ping));
        self.schedule(self.now.saturating_add(after.0), Rank::Notices, device);
    }

    /// The device notices that it is not connected, or its duty cycle calls.
    pub(super) fn notices(&mut self, device: usize) {
        if let Doing::Unaware { second_connect: true } = self.devices[device].doing {
            self.second_connect(device);
        }
        self.happens(device, Happens::Notices);
        let next = self.tell(device, Event::Lost);
        self.follow(device, next);
    }

    /// Returns the values in the device's store and empties it; what had no room is lost.
    pub(super) fn empty_store(&mut self, device: usize) -> u64 {
        let group = self.group(device);
        let away = (self.now - self.devices[device].lost_at) as f64 / 1e6;
        let recorded = group.telemetry.values_per_s() * away;
        let room = group.store.values() as f64;
        let (stored, dropped) = (recorded.min(room) as u64, (recorded - room).max(0.0) as u64);
        let group = self.devices[device].group;
        self.tally.lost[group] += dropped;
        self.devices[device].lost_at = self.now;
        stored
    }

    fn stored_values_arrive(&mut self, device: usize) {
        let stored = self.empty_store(device);
        let group = self.devices[device].group;
        if let Some(writes) = &mut self.writes {
            let capacity = self.laws.writes_permille(self.now);
            let of = (group, &self.fleet.groups[group]);
            let (resent, rejected) = writes.arrive(self.now, of, stored, capacity);
            if resent {
                self.see("resent");
            }
            if rejected {
                self.see("stored values rejected");
            }
        }
    }
}
