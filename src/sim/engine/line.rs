//! The way of an attempt through the platform: limits at the door, then stations in series.

use super::timeline::Timeline;
use crate::admission::{Limiter, Station};
use crate::base::draws::Stream;
use crate::base::{Draws, Micros, normal};
use crate::fleet::{Fleet, Full, LimitKind, Platform, Purges, ServiceLaw, Tier, TierName};
pub(super) use crate::sim::run::StationName as Stop;
use crate::sim::run::StationRun;

/// The stations, in the order in which attempts pass them.
const STOPS: [Stop; 4] = [Stop::Gate, Stop::Tls, Stop::Connection, Stop::SignIn];

/// Returns the station with this number.
pub(super) fn numbered(number: u8) -> Stop {
    STOPS[usize::from(number.min(3))]
}

/// The door and the stations.
pub(super) struct Line {
    pub(super) limiter: Option<Limiter>,
    /// Most connections held.
    pub(super) most_held: u32,
    stations: [Option<(Station, u32)>; 4],
    platform: Platform,
    has_tls: bool,
}

impl Line {
    pub(super) fn new(fleet: &Fleet, bins: usize, breaks: bool) -> Self {
        let platform = fleet.platform;
        let horizon = fleet.outage.horizon().0;
        let station = |tier: Tier| (Station::new(&tier, bins, horizon, breaks), tier.workers.max(1));
        let balancer = platform.balancer;
        let limit = balancer.and_then(|balancer| balancer.limit);
        let held = [
            balancer.and_then(|balancer| balancer.held),
            platform.connection.and_then(|tier| tier.held),
            platform.held,
        ];
        let gate = limit.filter(|limit| limit.kind == LimitKind::DelayAccept);
        let gate = gate.zip(balancer).map(|(limit, balancer)| plain(1, limit.spacing(), balancer.backlog));
        let tls = balancer.filter(|balancer| balancer.cores > 0);
        let has_tls = tls.is_some();
        let tls = tls.map(|balancer| plain(balancer.cores, balancer.handshake, u32::MAX));
        Self {
            limiter: limit.filter(|limit| limit.kind != LimitKind::DelayAccept).map(Limiter::new),
            most_held: held.into_iter().flatten().min().unwrap_or(u32::MAX),
            stations: [
                gate.map(station),
                tls.map(station),
                platform.connection.map(station),
                Some(station(platform.sign_in())),
            ],
            platform,
            has_tls,
        }
    }

    /// Returns the first station of a new socket.
    pub(super) fn first(&self, tls: bool) -> Stop {
        if self.stations[Stop::Gate as usize].is_some() { Stop::Gate } else { self.after(Stop::Gate, tls) }
    }

    /// Returns the station after this one.
    pub(super) fn after(&self, stop: Stop, tls: bool) -> Stop {
        match stop {
            Stop::Gate if tls && self.has_tls => Stop::Tls,
            Stop::Gate | Stop::Tls if self.platform.connection.is_some() => Stop::Connection,
            _ => Stop::SignIn,
        }
    }

    /// Returns whether there are Connection Servers.
    pub(super) fn upgrades(&self) -> bool {
        self.platform.connection.is_some()
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

    /// Returns a station; [`first`](Self::first) and [`after`](Self::after) name only those that are there.
    pub(super) fn station(&mut self, stop: Stop) -> Option<&mut Station> {
        self.stations[stop as usize].as_mut().map(|(station, _)| station)
    }

    /// Returns how long a request that arrived now at the first tier behind the balancer would wait [µs].
    pub(super) fn wait(&self, now: u64) -> u64 {
        let tier = if self.upgrades() { Stop::Connection } else { Stop::SignIn };
        self.stations[tier as usize].as_ref().map_or(0, |(station, _)| station.free_at(now) - now)
    }

    /// Ends the run.
    pub(super) fn finish(self) -> Vec<StationRun> {
        let stations = STOPS.into_iter().zip(self.stations);
        let finished = stations.filter_map(|(stop, station)| {
            let (station, workers) = station?;
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

/// What a service takes: everything that a draw about it depends on.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) platform: &'a Platform,
    pub(super) timeline: &'a Timeline,
    pub(super) draws: Draws,
    pub(super) device: u32,
    /// Attempts that the device has begun.
    pub(super) attempts: u32,
}

impl Work<'_> {
    /// Returns the time that a station needs for this attempt if it starts at `start` [µs].
    #[inline]
    pub(super) fn time(self, stop: Stop, start: u64) -> u64 {
        let number = u64::from(self.attempts.wrapping_sub(1));
        let (tier, drawn) = match stop {
            Stop::Gate => {
                let limit = self.platform.balancer.and_then(|balancer| balancer.limit);
                return limit.map_or(1, |limit| limit.spacing().0);
            }
            Stop::Tls => (TierName::Balancer, self.handshake()),
            Stop::Connection => {
                let Some(tier) = &self.platform.connection else { return 1 };
                (
                    TierName::Connection,
                    self.drawn(tier.service_law, tier.service_time, Stream::Upgrade, number),
                )
            }
            Stop::SignIn => {
                let law = self.platform.service_law;
                (TierName::SignIn, self.drawn(law, self.platform.service_time, Stream::Service, number))
            }
        };
        match self.timeline.capacity(tier, start) {
            1_000 => drawn,
            capacity => (u128::from(drawn) * 1_000 / u128::from(capacity.max(1))).max(1) as u64,
        }
    }

    fn handshake(self) -> u64 {
        let Some(balancer) = self.platform.balancer else { return 1 };
        let word = self.draws.word(Stream::Handshake, u64::from(self.device), u64::from(self.attempts));
        let resumed = u64::from(word) < (u64::from(balancer.resumed_permille) << 32) / 1_000;
        if resumed { balancer.resumed_handshake.0 } else { balancer.handshake.0 }.max(1)
    }

    #[inline]
    fn drawn(self, law: ServiceLaw, mean: Micros, stream: Stream, number: u64) -> u64 {
        let unit = |stream, number| self.draws.unit(stream, u64::from(self.device), number);
        let mean_us = mean.0 as f64;
        let drawn = match law {
            ServiceLaw::Fixed => return mean.0,
            ServiceLaw::Exponential => -libm::log(unit(stream, number)) * mean_us,
            ServiceLaw::Lognormal => {
                let z = normal::quantile(unit(stream, number));
                mean_us * libm::exp(z - 0.5)
            }
        };
        (drawn.round() as u64).max(1)
    }
}
