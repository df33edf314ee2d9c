//! What the test platform lets in and how long it works: the stations and limits of [`crate::admission`], in the order
//! in which the simulator's attempts meet them.
//!
//! Pure: a time comes in, a time comes out. A station is first in, first out, so the end of a service is known
//! when its request arrives. Ends are instants and not lengths of sleep: whoever wakes up late answers one
//! request late, and the platform's capacity stays what it is. (Workers that sleep for the length of a
//! service lose a timer step with each one; a saturated platform is then 3 % slower than it says.)
//!
//! As in the simulation, a platform without Connection Servers signs a device in before it answers the upgrade,
//! and one with them answers the upgrade after their service and AUTH after that of the sign-in tier.

use crate::admission::{Law, Limiter, Offer, Station};
use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{Full, LimitKind, Platform, Purges, ServiceLaw, Tier};
use crate::live::upgrade::DrawKey;

/// How long a station counts before it begins anew at a moment without work.
const PERIOD: Micros = Micros::from_secs(6 * 3_600);

/// Connections that the kernel keeps for a platform without a balancer: its usual limit on Linux.
const USUAL_BACKLOG: u32 = 4_096;

/// Longest lateness of a timer that a delaying door makes up for: the step of Windows' timer and some load.
const SLACK: Micros = Micros::from_millis(20);

/// A place where requests wait for a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The TLS handshake at the balancer.
    Handshake,
    /// The answer to the upgrade.
    Upgrade,
    /// The answer to AUTH on a socket whose upgrade did not sign in, or on one that asks again.
    SignIn,
}

/// What the door does with a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Lets it in.
    Open,
    /// Resets it.
    Reset,
    /// Answers its upgrade with 503.
    Http503,
}

/// What becomes of a request at a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing to wait for.
    Free,
    /// Is answered then.
    Served(Micros),
    /// Waits in vain: the platform closes it then.
    Closed(Micros),
    /// No room: is refused at once.
    Full(Door),
}

/// The door and the stations of a platform.
#[derive(Debug)]
pub struct Line {
    limiter: Option<Limiter>,
    /// What the limiter does with connections beyond the limit.
    beyond: Door,
    /// Time between two connections that a delaying balancer accepts, and when it accepts the next.
    spacing: Micros,
    next_accept: Micros,
    most_held: u32,
    /// Answer to a request that finds no room.
    full: Door,
    handshake: Option<Booth>,
    connection: Option<Booth>,
    sign_in: Booth,
    draws: Draws,
    /// Requests so far, which number the draws of those who do not tell theirs.
    asked: u64,
    ramp: Ramp,
    last: Micros,
}

/// A station and its work.
#[derive(Debug)]
struct Booth {
    tier: Tier,
    station: Station,
    /// When the station began to count.
    zero: Micros,
    law: Law,
    stream: Stream,
    /// Services that end quickly, such as resumed handshakes: their share [‰] and time.
    quick: Option<(u32, Micros)>,
}

/// How capacity comes back after a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ramp {
    /// When the platform was back.
    pub back: Micros,
    /// How long it takes to full capacity; zero for at once.
    pub length: Micros,
    /// Share of the capacity at the start [‰]; at least 1 counts.
    pub from_permille: u32,
}

impl Ramp {
    /// Returns the capacity at a time [‰].
    fn capacity(self, at: Micros) -> u64 {
        let since = at.since(self.back);
        if since >= self.length {
            return 1_000;
        }
        let from = u64::from(self.from_permille.min(1_000));
        let grown = u128::from(1_000 - from) * u128::from(since.0) / u128::from(self.length.0);
        (from + grown as u64).max(1)
    }
}

impl Line {
    /// Returns the idle line of a platform whose service times are drawn with this seed.
    pub fn new(platform: &Platform, seed: u64) -> Self {
        let limit = platform.balancer.and_then(|balancer| balancer.limit);
        let delays = limit.filter(|limit| limit.kind == LimitKind::DelayAccept);
        let rejects = limit.filter(|limit| limit.kind != LimitKind::DelayAccept);
        let beyond = match rejects.map(|limit| limit.kind) {
            Some(LimitKind::Reset) => Door::Reset,
            _ => Door::Http503,
        };
        let held = [
            platform.balancer.and_then(|balancer| balancer.held),
            platform.connection.and_then(|tier| tier.held),
            platform.held,
        ];
        let handshake = platform.balancer.filter(|balancer| balancer.cores > 0).map(|balancer| {
            let tier = Tier {
                workers: balancer.cores,
                service_time: Micros(balancer.handshake.0.max(1)),
                service_law: ServiceLaw::Fixed,
                room: u32::MAX,
                full: Full::Refuse,
                patience: None,
                purges: Purges::Never,
                held: None,
            };
            let resumed = Micros(balancer.resumed_handshake.0.max(1));
            Booth::new(tier, Stream::Handshake, Some((balancer.resumed_permille, resumed)))
        });
        Self {
            limiter: rejects.map(Limiter::new),
            beyond,
            spacing: delays.map_or(Micros::ZERO, |limit| limit.spacing()),
            next_accept: Micros::ZERO,
            most_held: held.into_iter().flatten().min().unwrap_or(u32::MAX),
            full: if platform.balancer.is_some() { Door::Http503 } else { Door::Reset },
            handshake,
            connection: platform.connection.map(|tier| Booth::new(tier, Stream::Upgrade, None)),
            sign_in: Booth::new(platform.sign_in(), Stream::Service, None),
            draws: Draws::new(seed),
            asked: 0,
            ramp: Ramp::default(),
            last: Micros::ZERO,
        }
    }

    /// Returns when the next connection may be accepted.
    pub fn next_accept(&self) -> Micros {
        self.next_accept
    }

    /// Takes a connection that was accepted at a time, while so many are held.
    pub fn comes(&mut self, at: Micros, held: u32) -> Door {
        let at = self.follow(at);
        // A door that wakes up late accepts its next connections sooner, so that the rate stays what it is.
        let waited = at.since(self.next_accept) <= SLACK;
        self.next_accept = if waited { self.next_accept } else { at } + self.spacing;
        let admitted = self.limiter.as_mut().is_none_or(|limiter| limiter.admits(at.0));
        if !admitted {
            self.beyond
        } else if held >= self.most_held {
            Door::Http503
        } else {
            Door::Open
        }
    }

    /// Takes a request at a station. Its service is drawn as that of the simulation where it tells whose it is, else by
    /// the order in which requests come.
    pub fn asks(&mut self, stop: Stop, at: Micros, whose: Option<DrawKey>) -> Turn {
        let at = self.follow(at);
        let booth = match stop {
            Stop::Handshake => self.handshake.as_mut(),
            Stop::Upgrade => Some(self.connection.as_mut().unwrap_or(&mut self.sign_in)),
            Stop::SignIn => Some(&mut self.sign_in),
        };
        let Some(booth) = booth else { return Turn::Free };
        let key = whose.unwrap_or((self.asked, 0));
        self.asked += 1;
        booth.takes(at, self.draws, key, self.ramp).unwrap_or(Turn::Full(self.full))
    }

    /// Returns whether AUTH waits for a service after an upgrade that has had one.
    pub fn signs_in_apart(&self) -> bool {
        self.connection.is_some()
    }

    /// Forgets all work, as a platform does that stops; capacity comes back by this ramp.
    pub fn restarts(&mut self, ramp: Ramp) {
        let at = self.follow(ramp.back);
        for booth in
            [self.handshake.as_mut(), self.connection.as_mut(), Some(&mut self.sign_in)].into_iter().flatten()
        {
            let local = booth.local(at);
            booth.station.empty(local, local);
        }
        self.ramp = ramp;
    }

    /// Returns the sign-ins that wait for a worker.
    pub fn waiting(&mut self, at: Micros) -> usize {
        let at = self.follow(at);
        let local = self.sign_in.local(at);
        self.sign_in.station.waiting(local)
    }

    /// Returns a time that is not before one that was told earlier.
    fn follow(&mut self, at: Micros) -> Micros {
        self.last = self.last.max(at);
        self.last
    }
}

impl Booth {
    fn new(tier: Tier, stream: Stream, quick: Option<(u32, Micros)>) -> Self {
        let law = Law::new(tier.service_law, tier.service_time);
        Self { tier, station: station(&tier), zero: Micros::ZERO, law, stream, quick }
    }

    /// Takes a request; `None` where there is no room.
    fn takes(&mut self, at: Micros, draws: Draws, (device, attempt): DrawKey, ramp: Ramp) -> Option<Turn> {
        let now = self.local(at);
        let bits = draws.bits(self.stream, device, attempt);
        let drawn = match self.quick {
            Some((permille, time)) if ((bits >> 32) * 1_000) >> 32 < u64::from(permille) => time.0,
            _ => self.law.time(bits),
        };
        let zero = self.zero;
        let work = |start: u64| match ramp.capacity(zero + Micros(start)) {
            1_000 => drawn,
            capacity => (u128::from(drawn) * 1_000 / u128::from(capacity)).max(1) as u64,
        };
        match self.station.offer(now, u64::MAX, 0, work) {
            Offer::Served { end, .. } => Some(Turn::Served(zero + Micros(end))),
            Offer::Closed { at } => Some(Turn::Closed(zero + Micros(at))),
            Offer::Full | Offer::Dropped => None,
        }
    }

    /// Returns the time in the station's own count, which begins anew when a period is over: in a moment without
    /// work, or after twice that time in any case.
    fn local(&mut self, at: Micros) -> u64 {
        let local = at.since(self.zero).0;
        let over = local >= 2 * PERIOD.0 - 1;
        let mut idle = || self.station.waiting(local) == 0 && self.station.free_at(local) == local;
        if over || (local >= PERIOD.0 && idle()) {
            self.zero = at;
            self.station = station(&self.tier);
            return 0;
        }
        local
    }
}

/// Returns an idle station. What it would drop because a device has given up it serves: a real platform cannot
/// know that in advance.
fn station(tier: &Tier) -> Station {
    let horizon = 2 * PERIOD.0;
    let bins = (horizon / Micros::SECOND.0) as usize + 2;
    Station::new(&Tier { purges: Purges::Never, ..*tier }, bins, horizon, false, false)
}

/// Returns how many connections the kernel shall keep for a platform.
pub fn backlog(platform: &Platform) -> u32 {
    platform.balancer.map_or(USUAL_BACKLOG, |balancer| balancer.backlog.max(1))
}

/// Returns what of a platform cannot be rehearsed by the test platform, in words.
pub fn not_rehearsed(platform: &Platform) -> Vec<&'static str> {
    let drops = |purges: Purges| purges != Purges::Never;
    let purges = drops(platform.purges) || platform.connection.is_some_and(|tier| drops(tier.purges));
    let syn =
        platform.full == Full::DropSyn || platform.connection.is_some_and(|tier| tier.full == Full::DropSyn);
    let parts = [
        (purges, "dropping requests of devices that have given up: every request is worked on"),
        (syn, "dropped SYNs of a full queue: a request that finds no room is reset"),
        (platform.writes.is_some(), "the write queue: values are taken as fast as they come"),
        (platform.breaking.is_some(), "breaking down under load: cause the outage by hand"),
        (platform.sessions.pongs_wait, "pongs that wait behind sign-ins: set a delay of pongs by hand"),
    ];
    parts.into_iter().filter(|(is, _)| *is).map(|(_, words)| words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{Balancer, Limit};

    fn one_tier(workers: u32, ms: u64, room: u32) -> Platform {
        Platform::one_tier(workers, Micros::from_millis(ms), ServiceLaw::Fixed, room)
    }

    fn balancer(limit: Option<Limit>) -> Balancer {
        Balancer {
            limit,
            backlog: 100,
            cores: 0,
            handshake: Micros(2_000),
            resumed_handshake: Micros(500),
            resumed_permille: 0,
            held: None,
            idle_timeout: None,
        }
    }

    #[test]
    fn capacity_is_kept_however_late_the_requests_are_looked_at() {
        let mut line = Line::new(&one_tier(2, 50, 1_000), 1);
        let ends: Vec<u64> = (0..200)
            .map(|_| match line.asks(Stop::Upgrade, Micros(7), None) {
                Turn::Served(end) => end.0,
                other => panic!("{other:?}"),
            })
            .collect();
        for (number, end) in ends.iter().enumerate() {
            assert_eq!(*end, 7 + 50_000 * (number as u64 / 2 + 1));
        }
        // 200 sign-ins of 50 ms with 2 workers: 5 s, to the microsecond.
        assert_eq!(ends[199], 7 + 5_000_000);
    }

    #[test]
    fn a_request_without_room_or_patience_is_refused_or_closed() {
        let mut line = Line::new(&one_tier(1, 100, 2), 1);
        let turns: Vec<Turn> = (0..4).map(|_| line.asks(Stop::Upgrade, Micros::ZERO, None)).collect();
        assert_eq!(turns[3], Turn::Full(Door::Reset));
        assert_eq!(line.waiting(Micros::ZERO), 2);
        let mut impatient = one_tier(1, 100, 9);
        impatient.sign_in_timeout = Some(Micros(150_000));
        impatient.balancer = Some(balancer(None));
        let mut line = Line::new(&impatient, 1);
        let turns: Vec<Turn> = (0..3).map(|_| line.asks(Stop::Upgrade, Micros::ZERO, None)).collect();
        assert_eq!(turns[1], Turn::Served(Micros(200_000)));
        assert_eq!(turns[2], Turn::Closed(Micros(150_000)));
    }

    #[test]
    fn each_limit_treats_what_is_beyond_it_in_its_own_way() {
        let with = |kind| {
            let mut platform = one_tier(1, 1, 1);
            platform.balancer = Some(balancer(Some(Limit { per_s: 10, kind })));
            Line::new(&platform, 1)
        };
        let count = |kind, door| {
            let mut line = with(kind);
            (0..25).filter(|at| line.comes(Micros(at * 1_000), 0) == door).count()
        };
        assert_eq!(count(LimitKind::Reset, Door::Open), 10);
        assert_eq!(count(LimitKind::Reset, Door::Reset), 15);
        assert_eq!(count(LimitKind::Http503, Door::Http503), 15);
        let mut delays = with(LimitKind::DelayAccept);
        for number in 0..3 {
            assert_eq!(delays.next_accept(), Micros(number * 100_000));
            assert_eq!(delays.comes(delays.next_accept(), 0), Door::Open);
        }
        let mut late = with(LimitKind::DelayAccept);
        for _ in 0..100 {
            late.comes(late.next_accept() + Micros(1_900), 0);
        }
        assert_eq!(late.next_accept(), Micros(100 * 100_000), "being late does not add up");
        let idle = Micros::from_secs(60);
        late.comes(idle, 0);
        assert_eq!(late.next_accept(), idle + Micros(100_000), "an idle door saves nothing up");
        let mut holds = one_tier(1, 1, 1);
        holds.held = Some(3);
        let mut line = Line::new(&holds, 1);
        assert_eq!([2, 3].map(|held| line.comes(Micros::ZERO, held)), [Door::Open, Door::Http503]);
    }

    #[test]
    fn connection_servers_answer_the_upgrade_and_the_sign_in_tier_answers_auth() {
        let mut platform = one_tier(1, 100, 10);
        platform.connection = Some(Tier { service_time: Micros(3_000), ..one_tier(1, 3, 10).sign_in() });
        platform.balancer = Some(Balancer { cores: 1, ..balancer(None) });
        let mut line = Line::new(&platform, 1);
        assert!(line.signs_in_apart());
        assert_eq!(line.asks(Stop::Handshake, Micros::ZERO, None), Turn::Served(Micros(2_000)));
        assert_eq!(line.asks(Stop::Upgrade, Micros(2_000), None), Turn::Served(Micros(5_000)));
        assert_eq!(line.asks(Stop::SignIn, Micros(5_000), None), Turn::Served(Micros(105_000)));
        let mut alone = Line::new(&one_tier(1, 100, 10), 1);
        assert!(!alone.signs_in_apart());
        assert_eq!(alone.asks(Stop::Handshake, Micros::ZERO, None), Turn::Free);
    }

    #[test]
    fn a_restart_empties_the_queue_and_capacity_ramps_up() {
        let mut line = Line::new(&one_tier(1, 100, 10), 1);
        for _ in 0..5 {
            line.asks(Stop::Upgrade, Micros::ZERO, None);
        }
        let back = Micros::from_secs(1);
        line.restarts(Ramp { back, length: Micros::from_secs(10), from_permille: 500 });
        assert_eq!(line.waiting(back), 0);
        // Half the capacity: twice the time; five seconds later three quarters.
        assert_eq!(line.asks(Stop::Upgrade, back, None), Turn::Served(Micros(1_200_000)));
        assert_eq!(line.asks(Stop::Upgrade, Micros(6_000_000), None), Turn::Served(Micros(6_133_333)));
        assert_eq!(line.asks(Stop::Upgrade, Micros(11_000_000), None), Turn::Served(Micros(11_100_000)));
    }

    #[test]
    fn a_platform_that_runs_for_days_keeps_counting() {
        let mut line = Line::new(&one_tier(1, 100, 10), 1);
        for hour in 0..100 {
            let at = Micros::from_secs(3_600 * hour);
            assert_eq!(line.asks(Stop::Upgrade, at, None), Turn::Served(at + Micros(100_000)));
        }
        let far = Micros::from_secs(3_600 * 1_000);
        assert_eq!(line.asks(Stop::Upgrade, far, None), Turn::Served(far + Micros(100_000)));
    }

    #[test]
    fn services_last_as_long_as_those_of_the_simulation_in_whatever_order_they_come() {
        let law = ServiceLaw::Exponential;
        let mut line = Line::new(&Platform::one_tier(9, Micros::from_millis(40), law, 100), 42);
        let (drawn, draws) = (Law::new(law, Micros::from_millis(40)), Draws::new(42));
        for (device, attempt) in [(5, 0), (0, 3), (3, 1), (4, 0)] {
            let time = drawn.time(draws.bits(Stream::Service, device, attempt));
            let turn = line.asks(Stop::Upgrade, Micros::ZERO, Some((device, attempt)));
            assert_eq!(turn, Turn::Served(Micros(time)));
        }
        let fifth = drawn.time(draws.bits(Stream::Service, 4, 0));
        assert_eq!(
            line.asks(Stop::SignIn, Micros::ZERO, None),
            Turn::Served(Micros(fifth)),
            "the fifth that came"
        );
    }

    #[test]
    fn says_what_it_cannot_rehearse() {
        assert_eq!(not_rehearsed(&one_tier(1, 1, 1)), Vec::<&str>::new());
        let mut platform = one_tier(1, 1, 1);
        platform.purges = Purges::TooLate;
        platform.sessions.pongs_wait = true;
        assert_eq!(not_rehearsed(&platform).len(), 2);
    }
}
