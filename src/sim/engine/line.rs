//! The way of an attempt through the platform: limits at the door, then stations in series.

use super::pending::{Order, Spacing};
use super::timeline::Timeline;
use crate::admission::{Law, Limiter, Offer, Station};
use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{Bounds, Fleet, Full, Group, LimitKind, Platform, Purges, ServiceLaw, Tier, TierName};
pub(super) use crate::sim::run::StationName as Stop;
use crate::sim::run::StationRun;

/// The stations, in the order in which attempts pass them.
const STOPS: [Stop; 4] = [Stop::Gate, Stop::Tls, Stop::Connection, Stop::SignIn];

/// Places that are walked past for a promise rather than sorting it with others.
const MOST_NEAR: usize = 15;
/// The same where all services of a station take the same: only ends at one time can be out of order.
const NEAR: usize = 12;
/// Usual services that hardly any service is longer than.
const LONGEST: u64 = 20;

/// Returns the station with this number.
#[inline]
pub(super) fn numbered(number: u8) -> Stop {
    match number {
        0 => Stop::Gate,
        1 => Stop::Tls,
        2 => Stop::Connection,
        _ => Stop::SignIn,
    }
}

/// Returns the tier that a station belongs to.
#[inline]
fn tier_of(stop: Stop) -> TierName {
    match stop {
        Stop::Gate | Stop::Tls => TierName::Balancer,
        Stop::Connection => TierName::Connection,
        Stop::SignIn => TierName::SignIn,
    }
}

/// The door and the stations.
pub(super) struct Line {
    pub(super) limiter: Option<Limiter>,
    /// Most connections held.
    pub(super) most_held: u32,
    booths: [Option<Booth>; 4],
    /// Whether there are Connection Servers.
    pub(super) upgrades: bool,
    platform: Platform,
}

/// A station and its work.
struct Booth {
    station: Station,
    workers: u32,
    work: Work,
    /// How close together its services end.
    spacing: Spacing,
}

/// What a service takes.
#[repr(u8)]
enum Work {
    /// Always the same, whatever the capacity [µs].
    Same(u64),
    /// A handshake, resumed or in full [µs]: resumed where the draw's word is below a bound.
    Handshake { resumed_below: u64, resumed: u64, full: u64 },
    /// Drawn from a law.
    Drawn(Law),
}

/// Who asks for a service: everything that a draw about it depends on.
#[derive(Clone, Copy)]
pub(super) struct Asks<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) draws: Draws,
    pub(super) device: u32,
    /// Attempts that the device has begun.
    pub(super) attempts: u32,
}

impl Line {
    pub(super) fn new(fleet: &Fleet, bins: usize, timeline: &Timeline) -> Self {
        let platform = fleet.platform;
        let (horizon, breaks) = (fleet.outage.horizon().0, timeline.platform_breaks());
        let booth = |tier: Tier, work: Work| {
            let station = Station::new(&tier, bins, horizon, breaks, work.takes_the_same());
            let workers = tier.workers.max(1);
            let turns = u64::from(tier.room / workers).saturating_add(LONGEST);
            let spacing = Spacing {
                width: tier.service_time.0 / u64::from(workers),
                reach: tier.service_time.0.saturating_mul(turns),
            };
            Booth { station, workers, work, spacing }
        };
        let drawn = |tier: Tier, stop| {
            let work = match Law::new(tier.service_law, tier.service_time) {
                Law::Fixed(time) if !timeline.changes(tier_of(stop)) => Work::Same(time),
                law => Work::Drawn(law),
            };
            booth(tier, work)
        };
        let balancer = platform.balancer;
        let limit = balancer.and_then(|balancer| balancer.limit);
        let held = [
            balancer.and_then(|balancer| balancer.held),
            platform.connection.and_then(|tier| tier.held),
            platform.held,
        ];
        let gate = limit.filter(|limit| limit.kind == LimitKind::DelayAccept).zip(balancer);
        let gate = gate.map(|(limit, balancer)| {
            booth(plain(1, limit.spacing(), balancer.backlog), Work::Same(limit.spacing().0))
        });
        let tls = balancer.filter(|balancer| balancer.cores > 0).map(|balancer| {
            let resumed_below = (u64::from(balancer.resumed_permille) << 32) / 1_000;
            let (resumed, full) = (balancer.resumed_handshake.0.max(1), balancer.handshake.0.max(1));
            let work = if resumed == full && !timeline.changes(tier_of(Stop::Tls)) {
                Work::Same(full)
            } else {
                Work::Handshake { resumed_below, resumed, full }
            };
            booth(plain(balancer.cores, balancer.handshake, u32::MAX), work)
        });
        Self {
            limiter: limit.filter(|limit| limit.kind != LimitKind::DelayAccept).map(Limiter::new),
            most_held: held.into_iter().flatten().min().unwrap_or(u32::MAX),
            booths: [
                gate,
                tls,
                platform.connection.map(|tier| drawn(tier, Stop::Connection)),
                Some(drawn(platform.sign_in(), Stop::SignIn)),
            ],
            upgrades: platform.connection.is_some(),
            platform,
        }
    }

    /// Returns the way of a group's attempts.
    pub(super) fn way(&self, group: &Group) -> Way {
        let tls = group.link.tls;
        let first =
            if self.booths[Stop::Gate as usize].is_some() { Stop::Gate } else { self.after(Stop::Gate, tls) };
        let visit = |stop, longest: Micros, from_begin, open| Visit {
            longest: longest.0,
            next: self.after(stop, tls),
            from_begin,
            open,
        };
        let (connect, message) = (group.agent.connect_timeout(), group.link.message_timeout);
        let standing = STOPS.map(|stop| visit(stop, message, false, true));
        let asks_at_gate = self.asks_at_gate(group);
        let [gate, handshake, upgrade, sign_in] = STOPS.map(|stop| match (group.link.bounds, stop) {
            (_, Stop::SignIn) if self.upgrades => visit(stop, message, false, true),
            (Bounds::Attempt, _) => visit(stop, connect, true, false),
            (Bounds::Answer, Stop::Gate | Stop::Tls) if !asks_at_gate => {
                visit(stop, Micros(u64::MAX), false, false)
            }
            (Bounds::Answer, _) => visit(stop, connect, asks_at_gate, false),
        });
        let [a, b, c, d] = standing;
        Way { first, asks_at_gate, visits: [gate, handshake, upgrade, sign_in, a, b, c, d] }
    }

    /// Returns whether a group's devices have sent their request when they arrive at the gate: without TLS nothing
    /// comes before it.
    pub(super) fn asks_at_gate(&self, group: &Group) -> bool {
        let gate = self.booths[Stop::Gate as usize].is_some();
        gate && !group.link.tls && group.link.bounds == Bounds::Answer
    }

    /// Returns the station after this one.
    fn after(&self, stop: Stop, tls: bool) -> Stop {
        match stop {
            Stop::Gate if tls && self.booths[Stop::Tls as usize].is_some() => Stop::Tls,
            Stop::Gate | Stop::Tls if self.upgrades => Stop::Connection,
            _ => Stop::SignIn,
        }
    }

    /// Returns in which order the stations' promises end: after the start of a service only what the other workers do
    /// ends later.
    pub(super) fn orders(&self) -> [Order; 4] {
        let order = |booth: &Booth| {
            let others = booth.workers as usize - 1;
            if others <= MOST_NEAR {
                Order::Near(others)
            } else if booth.work.takes_the_same() {
                Order::Near(NEAR)
            } else {
                Order::Any(booth.spacing)
            }
        };
        STOPS.map(|stop| self.booths[stop as usize].as_ref().map_or(Order::Near(0), order))
    }

    /// Returns the least time that a service of a station takes [µs]; 0 where there is no such station.
    pub(super) fn least(&self, stop: Stop, timeline: &Timeline) -> u64 {
        self.booths[stop as usize].as_ref().map_or(0, |booth| booth.work.least(stop, timeline))
    }

    /// Returns whether a full station drops the SYN of a new socket.
    pub(super) fn drops_syn(&self, stop: Stop) -> bool {
        match stop {
            Stop::Gate => true,
            Stop::Tls => false,
            _ if self.platform.balancer.is_some() => false,
            Stop::Connection => self.platform.connection.is_some_and(|tier| tier.full == Full::DropSyn),
            Stop::SignIn => self.platform.connection.is_none() && self.platform.full == Full::DropSyn,
        }
    }

    /// Offers a station what a device of a group brings at `now` [µs], with its deadline; ways name only
    /// stations that are there.
    #[expect(clippy::inline_always, reason = "two in three events")]
    #[inline(always)]
    pub(super) fn offer(
        &mut self,
        stop: Stop,
        (now, deadline): (u64, u64),
        group: usize,
        asks: Asks<'_>,
    ) -> Option<Offer> {
        let Booth { station, work, .. } = self.booths[stop as usize].as_mut()?;
        let Some(start) = station.finds_room(now) else { return Some(Offer::Full) };
        let end = start.saturating_add(work.time(stop, start, asks));
        Some(station.takes(now, (start, end), deadline, group as u32))
    }

    /// Offers a station a connection that nobody waits for; returns whether it is full.
    #[inline(never)]
    pub(super) fn is_full(&mut self, stop: Stop, now: u64, group: usize, asks: Asks<'_>) -> bool {
        let Some(Booth { station, work, .. }) = &mut self.booths[stop as usize] else { return false };
        station.offer(now, u64::MAX, group as u32, |start| work.time(stop, start, asks)) == Offer::Full
    }

    /// Returns a station, if it is there.
    pub(super) fn station(&mut self, stop: Stop) -> Option<&mut Station> {
        self.booths[stop as usize].as_mut().map(|booth| &mut booth.station)
    }

    /// Returns the earliest time at which anything that arrives at a station from now on starts [µs].
    #[inline]
    pub(super) fn starts(&self, stop: Stop, now: u64) -> u64 {
        self.booths[stop as usize].as_ref().map_or(now, |booth| booth.station.free_at(now))
    }

    /// Returns how long a request that arrived now at the first tier behind the balancer would wait [µs].
    pub(super) fn wait(&self, now: u64) -> u64 {
        let tier = if self.upgrades { Stop::Connection } else { Stop::SignIn };
        self.booths[tier as usize].as_ref().map_or(0, |booth| booth.station.free_at(now) - now)
    }

    /// Ends the run.
    pub(super) fn finish(self) -> Vec<StationRun> {
        let booths = STOPS.into_iter().zip(self.booths);
        let finished = booths.filter_map(|(stop, booth)| {
            let Booth { station, workers, .. } = booth?;
            let (queue, busy) = station.finish();
            Some(StationRun { name: stop, workers, queue, busy })
        });
        finished.collect()
    }
}

fn plain(workers: u32, service_time: Micros, room: u32) -> Tier {
    Tier {
        workers,
        service_time,
        service_law: ServiceLaw::Fixed,
        room,
        full: Full::Refuse,
        patience: None,
        purges: Purges::Never,
        held: None,
    }
}

/// The way of a group's attempts through the stations.
pub(super) struct Way {
    /// First station of a new socket.
    pub(super) first: Stop,
    /// Whether the wait for the answer counts from the arrival at the gate.
    pub(super) asks_at_gate: bool,
    /// By station, on a new socket and, from the fifth on, on one that stands.
    visits: [Visit; 8],
}

/// How a device visits a station.
#[derive(Clone, Copy)]
pub(super) struct Visit {
    /// How long it waits at most [µs]; `u64::MAX` for ever.
    longest: u64,
    /// The station after this one.
    pub(super) next: Stop,
    /// Whether its wait counts from the begin of the attempt, or from its arrival at the gate where it asks there,
    /// instead of that of the visit.
    from_begin: bool,
    /// Whether the socket stands when the device gives up.
    pub(super) open: bool,
}

impl Way {
    /// Returns the station after this one.
    pub(super) fn after(&self, stop: Stop) -> Stop {
        self.visits[stop as usize].next
    }

    /// Returns the visit of a station, on a new socket or on one that stands.
    #[inline]
    pub(super) fn visit(&self, stop: Stop, standing: bool) -> Visit {
        self.visits[stop as usize + if standing { 4 } else { 0 }]
    }
}

impl Visit {
    /// Returns when the device gives up [µs].
    #[inline]
    pub(super) fn deadline(self, now: u64, began: impl FnOnce() -> u64) -> u64 {
        if self.from_begin { began() } else { now }.saturating_add(self.longest)
    }
}

impl Work {
    /// Returns whether every service takes the same.
    fn takes_the_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Returns the least time that a service takes [µs].
    fn least(&self, stop: Stop, timeline: &Timeline) -> u64 {
        let least = match self {
            Self::Same(time) => return *time,
            Self::Handshake { resumed, full, .. } => *resumed.min(full),
            Self::Drawn(Law::Fixed(time)) => *time,
            Self::Drawn(_) => return 1,
        };
        if timeline.only_slows(tier_of(stop)) { least } else { least.min(1) }
    }

    /// Returns the time that a service of this station takes if it starts at `start` [µs].
    #[expect(clippy::inline_always, reason = "two in three events")]
    #[inline(always)]
    fn time(&self, stop: Stop, start: u64, asks: Asks<'_>) -> u64 {
        let device = u64::from(asks.device);
        let drawn = match *self {
            Self::Same(time) => return time,
            Self::Handshake { resumed_below, resumed, full } => {
                let word = asks.draws.word(Stream::Handshake, device, u64::from(asks.attempts));
                if u64::from(word) < resumed_below { resumed } else { full }
            }
            Self::Drawn(ref law) => {
                let stream = if stop == Stop::Connection { Stream::Upgrade } else { Stream::Service };
                law.time(asks.draws.bits(stream, device, u64::from(asks.attempts.wrapping_sub(1))))
            }
        };
        match asks.timeline.capacity(tier_of(stop), start) {
            1_000 => drawn,
            capacity => (u128::from(drawn) * 1_000 / u128::from(capacity.max(1))).max(1) as u64,
        }
    }
}
