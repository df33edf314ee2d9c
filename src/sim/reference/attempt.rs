//! One attempt: its SYN, the door, the stations, and how it ends.

use super::device::{Attempt, Doing, Step};
use super::station::{Arrival, Request};
use super::trace::{Failure, Happens};
use super::{Rank, World};
use crate::fleet::outage::{SYN_GIVES_UP, SYN_RETRANSMISSIONS};
use crate::fleet::{Bounds, LimitKind, Meets};
use crate::sim::StationName;
use crate::sim::run::BIN;

impl World<'_> {
    /// Changes where an attempt is.
    fn step(&mut self, device: usize, step: Step) {
        if let Doing::UnderWay(attempt) = &mut self.devices[device].doing {
            attempt.step = step;
        }
    }

    /// The device sends its request, and waits for the answer from now on.
    fn asks(&mut self, device: usize) {
        let now = self.now;
        if let Doing::UnderWay(attempt) = &mut self.devices[device].doing {
            attempt.asked = Some(now);
        }
        if self.group(device).link.bounds == Bounds::Answer {
            self.see("request sent before it was accepted");
        }
    }

    /// An attempt begins, or its SYN is sent again.
    pub(super) fn attempt_begins(&mut self, device: usize) {
        let attempt = match self.devices[device].doing {
            Doing::UnderWay(attempt) => {
                self.see("SYN sent again");
                attempt
            }
            _ => self.new_attempt(device),
        };
        let group = self.devices[device].group;
        let meets = self.laws.meets(device, group, self.now);
        if let (true, Some(meets)) = (attempt.standing, meets)
            && !matches!(meets, Meets::AuthUnanswered | Meets::AuthRejected | Meets::BindRejected)
        {
            self.see("standing socket spared");
        } else if let Some(meets) = meets {
            return self.in_its_way(device, attempt, meets);
        }
        let bin = self.bin();
        self.tally.curves.arrivals[bin] += 1;
        if attempt.standing {
            self.enter(device, self.stations.len() - 1);
        } else {
            self.door(device);
        }
    }

    fn new_attempt(&mut self, device: usize) -> Attempt {
        let (bin, now) = (self.bin(), self.now);
        let this = &mut self.devices[device];
        this.attempts += 1;
        let standing = this.machine.same_socket();
        let attempt = Attempt { begun: now, asked: None, standing, step: Step::Syn };
        this.doing = Doing::UnderWay(attempt);
        self.tally.groups[this.group].attempts[bin] += 1;
        self.happens(device, Happens::Attempts { same_socket: standing });
        if now < self.fleet.outage.length.0 {
            self.tally.attempts_in_outage += 1;
        }
        attempt
    }

    /// An episode is in the way of the attempt.
    fn in_its_way(&mut self, device: usize, attempt: Attempt, meets: Meets) {
        let stands = matches!(meets, Meets::AuthUnanswered | Meets::AuthRejected | Meets::BindRejected);
        if stands && !attempt.standing {
            // TCP, TLS and the upgrade went well.
            self.open_socket(device);
            self.devices[device].connected = self.fleet.platform.connection.is_some();
        }
        self.see(match meets {
            Meets::Served => "met nothing",
            Meets::Refused => "met refused",
            Meets::BlackHole => "met black hole",
            Meets::Http503 => "met 503",
            Meets::DnsFails => "met no name",
            Meets::TlsFails => "met a bad certificate",
            Meets::AcceptThenClose => "met accept and close",
            Meets::AuthUnanswered => "met no answer to AUTH",
            Meets::AuthRejected => "met AUTH denied",
            Meets::BindRejected => "met BIND denied",
        });
        match meets {
            Meets::BlackHole => self.syn_again(device),
            Meets::AuthUnanswered => {
                let timeout = self.group(device).link.message_timeout.0;
                self.step(device, Step::Unheard);
                self.schedule(self.now.saturating_add(timeout), Rank::AttemptEnds, device);
            }
            _ => {
                let bin = self.bin();
                self.tally.curves.turned_away[bin] += 1;
                self.happens(device, Happens::Fails(Failure::Met(meets)));
                self.fail(device, stands);
            }
        }
    }

    /// The SYN was not answered: waits for the next repetition, or for the end.
    fn syn_again(&mut self, device: usize) {
        let Doing::UnderWay(attempt) = self.devices[device].doing else { return };
        let next = SYN_RETRANSMISSIONS
            .iter()
            .map(|after| attempt.begun.saturating_add(after.0))
            .find(|&at| at > self.now);
        let (mut at, mut rank) = match next {
            Some(at) => (at, Rank::Begins),
            None => (attempt.begun.saturating_add(SYN_GIVES_UP.0), Rank::AttemptEnds),
        };
        let group = self.group(device);
        if group.link.bounds == Bounds::Attempt {
            let timeout = attempt.begun.saturating_add(group.agent.connect_timeout().0);
            if timeout < at {
                (at, rank) = (timeout, Rank::AttemptEnds);
            }
        }
        self.step(device, Step::Syn);
        self.schedule(at, rank, device);
    }

    /// The attempt is at the platform's door with a new socket.
    fn door(&mut self, device: usize) {
        if !self.limiter_admits() {
            return self.refuse(device);
        }
        let platform = &self.fleet.platform;
        let limits = [
            platform.balancer.and_then(|balancer| balancer.held),
            platform.connection.and_then(|tier| tier.held),
            platform.held,
        ];
        if limits.into_iter().flatten().min().is_some_and(|most| u64::from(most) <= self.held) {
            self.see("held limit refused");
            return self.refuse(device);
        }
        self.enter(device, self.station_after(device, None));
    }

    /// Asks the balancer's limiter, if it has one that refuses.
    fn limiter_admits(&mut self) -> bool {
        let limit = self.fleet.platform.balancer.and_then(|balancer| balancer.limit);
        let Some(limit) = limit.filter(|limit| limit.kind != LimitKind::DelayAccept) else { return true };
        let bin = self.bin();
        let before = if bin > 0 { self.limited[bin - 1] } else { 0 };
        let left = BIN - self.now % BIN;
        let admits = self.limited[bin] + before * left / BIN < u64::from(limit.per_s);
        if admits || limit.kind == LimitKind::Http503CountsAll {
            self.limited[bin] += 1;
        }
        if !admits {
            self.see(match limit.kind {
                LimitKind::Reset => "limiter reset",
                LimitKind::Http503 => "limiter 503",
                _ => "limiter 503 that counts all",
            });
        }
        admits
    }

    fn refuse(&mut self, device: usize) {
        let Doing::UnderWay(attempt) = self.devices[device].doing else { return };
        let (group, bin) = (self.devices[device].group, self.bin());
        self.tally.groups[group].refused[bin] += 1;
        self.happens(device, Happens::Fails(Failure::Refused));
        if attempt.standing {
            self.see("refused on a standing socket");
        } else if self.devices[device].holds {
            self.see("refused behind the door");
        }
        self.fail(device, attempt.standing);
    }

    /// Returns the next station of a device on a new socket.
    fn station_after(&self, device: usize, passed: Option<usize>) -> usize {
        let from = passed.map_or(0, |passed| passed + 1);
        let tls = self.group(device).link.tls;
        let skips = |station: &usize| tls || self.stations[*station].name != StationName::Tls;
        (from..self.stations.len()).find(skips).unwrap_or(from)
    }

    /// Returns when a visit that begins now times out, and whether the socket stands then.
    fn deadline(&self, device: usize, attempt: Attempt, station: usize) -> (Option<u64>, bool) {
        let group = self.group(device);
        let answer = group.agent.connect_timeout().0;
        let whole = attempt.begun.saturating_add(answer);
        let asked = attempt.asked.unwrap_or(self.now).saturating_add(answer);
        let from_now = match (group.link.bounds, self.stations[station].name) {
            (_, StationName::SignIn) if attempt.standing || self.fleet.platform.connection.is_some() => {
                return (Some(self.now.saturating_add(group.link.message_timeout.0)), true);
            }
            (Bounds::Attempt, _) => Some(whole),
            (Bounds::Answer, StationName::Gate) if !group.link.tls => Some(asked),
            (Bounds::Answer, StationName::Gate | StationName::Tls) => None,
            (Bounds::Answer, _) => Some(asked),
        };
        (from_now, false)
    }

    /// The attempt arrives at a station.
    fn enter(&mut self, device: usize, station: usize) {
        let Doing::UnderWay(attempt) = self.devices[device].doing else { return };
        let (deadline, stands) = self.deadline(device, attempt, station);
        let request = self.request(device, deadline);
        let arrival = self.stations[station].arrive(request, self.now, &self.laws);
        if attempt.standing {
            self.see("went on with a standing socket");
        }
        if let Arrival::Full = arrival {
            if self.stations[station].drops_syn && !attempt.standing {
                self.see("SYN dropped by a full queue");
                return self.syn_again(device);
            }
            return self.refuse(device);
        }
        self.open_socket(device);
        if self.stations[station].name == StationName::Gate && !self.group(device).link.tls {
            self.asks(device);
        }
        self.step(device, Step::At { station, request: request.id, stands });
        self.schedule(deadline.unwrap_or(u64::MAX), Rank::AttemptEnds, device);
        self.arrived(station, &request, arrival);
    }

    /// Returns a new request of a device.
    fn request(&mut self, device: usize, deadline: Option<u64>) -> Request {
        self.requests += 1;
        let attempts = self.devices[device].attempts;
        let (id, arrived) = (self.requests, self.now);
        Request { id, device, attempts, arrived, deadline, started: 0, ends: 0 }
    }

    /// Schedules what a station does next with a request that found room.
    fn arrived(&mut self, station: usize, request: &Request, arrival: Arrival) {
        match arrival {
            Arrival::Starts(request) => self.starts(station, &request),
            Arrival::Waits(Some(until)) => self.schedule_closing(until, station, request.id),
            Arrival::TooLate => self.see("never begun on arrival"),
            Arrival::Waits(None) | Arrival::Full => {}
        }
    }

    /// Returns whether the device still awaits this request.
    fn awaits(&self, request: &Request) -> bool {
        matches!(self.devices[request.device].doing, Doing::UnderWay(Attempt {
            step: Step::At { request: id, .. }, ..
        }) if id == request.id)
    }

    /// A worker takes a request up.
    fn starts(&mut self, station: usize, request: &Request) {
        self.schedule_end(request.ends, station, request.id);
        if self.stations[station].name == StationName::Gate {
            self.see("gate passed");
            if request.started > request.arrived {
                self.see("gate waited");
            }
            if self.awaits(request) {
                self.step(request.device, Step::Passed { station });
                self.schedule(self.now, Rank::Reaches, request.device);
            }
        }
    }

    /// The service of a request ends.
    pub(super) fn service_ends(&mut self, station: usize, id: u64) {
        let Some(request) = self.stations[station].end(id) else { return };
        self.tally.worked(station, &request, self.now);
        let taken = self.stations[station].take_up(self.now, &self.laws);
        for request in &taken.started {
            self.starts(station, request);
        }
        for request in &taken.purged {
            let given_up = request.is_given_up_before(self.now);
            self.see(if given_up { "purged" } else { "never begun after a wait" });
        }
        let name = self.stations[station].name;
        if name == StationName::Gate {
            return;
        }
        if request.is_given_up_before(self.now) {
            let (group, bin) = (self.devices[request.device].group, self.bin());
            self.tally.groups[group].wasted[bin] += 1;
            self.tally.wasted_work += request.ends - request.started;
            self.see(match name {
                StationName::Gate => "wasted at the gate",
                StationName::Tls => "wasted handshake",
                StationName::Connection => "wasted upgrade",
                StationName::SignIn => "wasted sign-in",
            });
        } else if self.awaits(&request) {
            self.step(request.device, Step::Passed { station });
            let rank = if name == StationName::SignIn { Rank::SignInEnds } else { Rank::Reaches };
            self.schedule(self.now, rank, request.device);
        } else {
            self.see("served for an attempt that was cut, or for a second connect");
        }
    }

    /// The patience with a waiting request is over.
    pub(super) fn closes(&mut self, station: usize, id: u64) {
        let Some(request) = self.stations[station].close(id) else { return };
        let bin = self.bin();
        self.tally.curves.closed[bin] += 1;
        if self.awaits(&request) {
            self.step(request.device, Step::Closed);
            self.schedule(self.now, Rank::AttemptEnds, request.device);
        } else {
            self.see("closed after it was given up");
        }
    }

    /// The attempt has passed a station and comes to the next.
    pub(super) fn reaches_next(&mut self, device: usize) {
        let Doing::UnderWay(Attempt { step: Step::Passed { station }, .. }) = self.devices[device].doing
        else {
            return;
        };
        if self.stations[station].name == StationName::Connection {
            self.devices[device].connected = true;
        }
        let next = self.station_after(device, Some(station));
        self.enter(device, next);
    }

    /// The attempt ends without success.
    pub(super) fn attempt_ends(&mut self, device: usize) {
        let Doing::UnderWay(attempt) = self.devices[device].doing else { return };
        let (group, bin) = (self.devices[device].group, self.bin());
        let by_kernel = self.now - attempt.begun >= SYN_GIVES_UP.0;
        self.happens(
            device,
            Happens::Fails(match attempt.step {
                Step::Syn => Failure::NoAnswer { by_kernel },
                Step::Unheard => Failure::Unheard,
                Step::At { station, .. } => Failure::TimedOut(self.stations[station].name),
                Step::Cut => Failure::Cut,
                Step::Closed | Step::Passed { .. } => Failure::Closed,
            }),
        );
        let stands = match attempt.step {
            Step::Syn => {
                let whole = !by_kernel;
                self.see(if whole { "SYN given up by the device" } else { "SYN given up by the kernel" });
                self.tally.curves.unanswered[bin] += 1;
                false
            }
            Step::Unheard => {
                self.tally.curves.unanswered[bin] += 1;
                self.see("AUTH unanswered");
                true
            }
            Step::At { station, stands, .. } => {
                self.tally.groups[group].timed_out[bin] += 1;
                self.see(match self.stations[station].name {
                    StationName::Gate => "timed out at the gate",
                    StationName::Tls => "timed out in TLS",
                    StationName::Connection => "timed out at the Connection Servers",
                    StationName::SignIn if stands => "timed out with the socket open",
                    StationName::SignIn => "timed out at the sign-in tier",
                });
                stands
            }
            Step::Cut => {
                self.tally.curves.cut[bin] += 1;
                false
            }
            Step::Closed | Step::Passed { .. } => false,
        };
        self.fail(device, stands);
    }

    /// An episode ends the attempt, unless its SYN is not answered yet.
    pub(super) fn cut(&mut self, device: usize) {
        if let Doing::UnderWay(attempt) = self.devices[device].doing
            && !matches!(attempt.step, Step::Syn)
        {
            self.step(device, Step::Cut);
            self.schedule(self.now, Rank::AttemptEnds, device);
        }
    }

    /// The SDK connects at once when a socket breaks; nothing comes of it but load.
    pub(super) fn second_connect(&mut self, device: usize) {
        let bin = self.bin();
        self.tally.curves.second_connects[bin] += 1;
        let group = self.devices[device].group;
        if self.laws.meets(device, group, self.now).is_some() || self.fleet.platform.balancer.is_none() {
            return;
        }
        if !self.limiter_admits() {
            return self.see("second connect refused");
        }
        for station in 0..self.stations.len() {
            let is_here = match self.stations[station].name {
                StationName::Gate => true,
                StationName::Tls => self.group(device).link.tls,
                StationName::Connection | StationName::SignIn => false,
            };
            if !is_here {
                continue;
            }
            let request = self.request(device, None);
            let arrival = self.stations[station].arrive(request, self.now, &self.laws);
            if let Arrival::Full = arrival {
                return self.see("second connect dropped at the gate");
            }
            self.see("second connect at the balancer");
            self.arrived(station, &request, arrival);
        }
    }
}
