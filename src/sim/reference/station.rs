//! A station with its queue and its workers, request by request.

use super::laws::Laws;
use crate::base::draws::Stream;
use crate::fleet::platform::{Full, Purges, ServiceLaw};
use crate::fleet::{Fleet, LimitKind, Tier, TierName};
use crate::sim::StationName;
use std::collections::VecDeque;

/// What an attempt, or a second connect, wants from a station.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// Number of the request in the run.
    pub(super) id: u64,
    pub(super) device: usize,
    /// Attempts that the device had begun when it came, its own included.
    pub(super) attempts: u64,
    pub(super) arrived: u64,
    /// When the device gives it up.
    pub(super) deadline: Option<u64>,
    /// Begin of its service; without meaning while it waits.
    pub(super) started: u64,
    /// End of its service; without meaning while it waits.
    pub(super) ends: u64,
}

impl Request {
    /// Returns whether the device gives up before this time.
    pub(super) fn is_given_up_before(&self, at: u64) -> bool {
        self.deadline.is_some_and(|deadline| deadline < at)
    }
}

/// What a service consists of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// The gate lets the next one in this much later.
    Gate { gap: u64 },
    /// TLS.
    Handshake { full: u64, resumed: u64, resumed_permille: u32 },
    /// An upgrade or a sign-in.
    Law { law: ServiceLaw, mean: u64, stream: Stream },
}

/// Workers behind a queue.
#[derive(Clone, Debug)]
pub(super) struct Station {
    pub(super) name: StationName,
    pub(super) workers: u32,
    room: Option<u32>,
    /// Whether a new socket that finds no room has its SYN dropped.
    pub(super) drops_syn: bool,
    patience: Option<u64>,
    purges: Purges,
    pub(super) work: Work,
    pub(super) queue: VecDeque<Request>,
    pub(super) serving: Vec<Request>,
}

/// What happens to a request that arrives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrival {
    Starts(Request),
    /// Waits, until this time at the longest.
    Waits(Option<u64>),
    /// Finds a worker, but could not end in time.
    TooLate,
    Full,
}

/// What happened when a worker took up its next request.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) started: Vec<Request>,
    pub(super) purged: Vec<Request>,
}

impl Station {
    fn new(name: StationName, workers: u32, work: Work) -> Self {
        Self {
            name,
            workers,
            room: None,
            drops_syn: false,
            patience: None,
            purges: Purges::Never,
            work,
            queue: VecDeque::new(),
            serving: Vec::new(),
        }
    }

    fn tier(name: StationName, tier: &Tier, stream: Stream, first: bool) -> Self {
        let work = Work::Law { law: tier.service_law, mean: tier.service_time.0, stream };
        Self {
            room: Some(tier.room),
            drops_syn: first && tier.full == Full::DropSyn,
            patience: tier.patience.map(|patience| patience.0),
            purges: tier.purges,
            ..Self::new(name, tier.workers, work)
        }
    }

    /// Returns the stations of a platform, in the order in which attempts pass them.
    pub(super) fn chain(fleet: &Fleet) -> Vec<Self> {
        let platform = &fleet.platform;
        let mut chain = Vec::new();
        if let Some(balancer) = platform.balancer {
            if let Some(limit) = balancer.limit.filter(|limit| limit.kind == LimitKind::DelayAccept) {
                let work = Work::Gate { gap: 1_000_000_u64.div_ceil(u64::from(limit.per_s)) };
                let gate = Self::new(StationName::Gate, 1, work);
                chain.push(Self { room: Some(balancer.backlog), drops_syn: true, ..gate });
            }
            if balancer.cores > 0 {
                let work = Work::Handshake {
                    full: balancer.handshake.0,
                    resumed: balancer.resumed_handshake.0,
                    resumed_permille: balancer.resumed_permille,
                };
                chain.push(Self::new(StationName::Tls, balancer.cores, work));
            }
        }
        let direct = platform.balancer.is_none();
        if let Some(tier) = &platform.connection {
            chain.push(Self::tier(StationName::Connection, tier, Stream::Upgrade, direct));
        }
        let first = direct && platform.connection.is_none();
        chain.push(Self::tier(StationName::SignIn, &platform.sign_in(), Stream::Service, first));
        chain
    }

    /// Returns the tier whose capacity counts; the gate has none.
    pub(super) fn tier_name(&self) -> Option<TierName> {
        match self.name {
            StationName::Gate => None,
            StationName::Tls => Some(TierName::Balancer),
            StationName::Connection => Some(TierName::Connection),
            StationName::SignIn => Some(TierName::SignIn),
        }
    }

    fn has_idle_worker(&self) -> bool {
        self.serving.len() < self.workers as usize
    }

    /// Takes a request in at `now`.
    pub(super) fn arrive(&mut self, request: Request, now: u64, laws: &Laws) -> Arrival {
        if self.has_idle_worker() {
            if self.drops(&request, now, laws) {
                return Arrival::TooLate;
            }
            return Arrival::Starts(self.serve(request, now, laws));
        }
        if self.room.is_some_and(|room| self.queue.len() >= room as usize) {
            return Arrival::Full;
        }
        self.queue.push_back(request);
        Arrival::Waits(self.patience.map(|patience| now.saturating_add(patience)))
    }

    /// Returns whether a request whose turn comes now is dropped without work.
    fn drops(&self, request: &Request, now: u64, laws: &Laws) -> bool {
        match self.purges {
            Purges::Never => false,
            Purges::GivenUp => request.is_given_up_before(now),
            Purges::TooLate => {
                let end = now.saturating_add(laws.service_time(self, request, now));
                request.is_given_up_before(end)
            }
        }
    }

    fn serve(&mut self, mut request: Request, now: u64, laws: &Laws) -> Request {
        request.started = now;
        request.ends = now.saturating_add(laws.service_time(self, &request, now));
        self.serving.push(request);
        request
    }

    /// Ends the service of this request; `None` where it was stopped before.
    pub(super) fn end(&mut self, id: u64) -> Option<Request> {
        let index = self.serving.iter().position(|request| request.id == id)?;
        Some(self.serving.remove(index))
    }

    /// Lets idle workers take up what waits.
    pub(super) fn take_up(&mut self, now: u64, laws: &Laws) -> Taken {
        let mut taken = Taken::default();
        while self.has_idle_worker()
            && let Some(request) = self.queue.pop_front()
        {
            if self.drops(&request, now, laws) {
                taken.purged.push(request);
            } else {
                taken.started.push(self.serve(request, now, laws));
            }
        }
        taken
    }

    /// Closes a request that still waits; `None` where it does not.
    pub(super) fn close(&mut self, id: u64) -> Option<Request> {
        let index = self.queue.iter().position(|request| request.id == id)?;
        self.queue.remove(index)
    }

    /// Drops everything, and returns what was being served.
    pub(super) fn empty(&mut self) -> Vec<Request> {
        self.queue.clear();
        std::mem::take(&mut self.serving)
    }

    /// Returns when the service of a request that arrived at `now` would start if nothing more arrived:
    /// plays a copy of the station until a worker is idle and nobody waits.
    pub(super) fn start_of_a_newcomer(&self, now: u64, laws: &Laws) -> u64 {
        let mut copy = self.clone();
        let mut now = now;
        while !copy.has_idle_worker() || !copy.queue.is_empty() {
            let ends = copy.serving.iter().map(|request| request.ends);
            let patience = self.patience.unwrap_or(u64::MAX);
            let closings = copy.queue.iter().map(|request| request.arrived.saturating_add(patience));
            let Some(next) = ends.chain(closings).min() else { break };
            if next == u64::MAX {
                return next;
            }
            now = next;
            copy.serving.retain(|request| request.ends > now);
            copy.take_up(now, laws);
            copy.queue.retain(|request| request.arrived.saturating_add(patience) > now);
        }
        now
    }
}
