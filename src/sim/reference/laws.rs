//! What holds at a time: who is touched by what, what capacity is left, how long a service takes.

use super::station::{Request, Station, Work};
use crate::base::draws::Stream;
use crate::base::{Draws, normal};
use crate::fleet::platform::ServiceLaw;
use crate::fleet::{Episode, Meets, TierName, Touches};
use crate::sim::run::BIN;

/// The draws, and the episodes of the timeline followed by those that overload has begun.
pub(super) struct Laws {
    pub(super) draws: Draws,
    pub(super) episodes: Vec<Episode>,
}

/// Returns whether an episode is in force at this time.
pub(super) fn in_force(episode: &Episode, now: u64) -> bool {
    episode.at.0 <= now && now < (episode.at + episode.length).0
}

impl Laws {
    /// Returns whether an episode touches a device of a group.
    pub(super) fn touches(&self, episode: &Episode, device: usize, group: usize) -> bool {
        match &episode.touches {
            Touches::All => true,
            Touches::Groups(groups) => groups.contains(&group),
            Touches::Parts { of, from, to, deal } => {
                let word = self.draws.word(Stream::Share, device as u64, u64::from(*deal));
                let part = ((u64::from(word) * u64::from(*of)) >> 32) as u32;
                (*from..*to).contains(&part)
            }
        }
    }

    /// Returns what attempts of a device meet now, other than being served.
    pub(super) fn meets(&self, device: usize, group: usize, now: u64) -> Option<Meets> {
        self.episodes
            .iter()
            .find(|episode| {
                in_force(episode, now)
                    && episode.meets != Meets::Served
                    && self.touches(episode, device, group)
            })
            .map(|episode| episode.meets)
    }

    /// Returns whether the platform itself is down.
    pub(super) fn is_down(&self, now: u64) -> bool {
        self.episodes.iter().any(|episode| episode.platform_down && in_force(episode, now))
    }

    /// Returns the next time after `now` at which the platform may go down or come up.
    pub(super) fn next_change(&self, now: u64) -> u64 {
        self.episodes
            .iter()
            .filter(|episode| episode.platform_down)
            .flat_map(|episode| [episode.at.0, (episode.at + episode.length).0])
            .filter(|&at| at > now)
            .min()
            .unwrap_or(u64::MAX)
    }

    /// Returns the capacity of a tier [‰].
    pub(super) fn capacity_permille(&self, tier: TierName, now: u64) -> u64 {
        let of = |episode: &Episode| {
            let end = (episode.at + episode.length).0;
            if in_force(episode, now) {
                return u64::from(episode.capacity_permille);
            }
            if now < end || now - end >= episode.ramp.0 {
                return 1_000;
            }
            let (from, gone) = (u128::from(episode.ramp_from_permille), u128::from(now - end));
            (from + 1_000_u128.saturating_sub(from) * gone / u128::from(episode.ramp.0)) as u64
        };
        self.episodes.iter().filter(|episode| tier.follows(episode.tier)).map(of).fold(1_000, u64::min)
    }

    /// Returns the capacity of the write queue [‰]: that of the database at the begin of the second.
    pub(super) fn writes_permille(&self, now: u64) -> u64 {
        self.capacity_permille(TierName::Database, now / BIN * BIN)
    }

    /// Returns the service time of a request that starts now.
    pub(super) fn service_time(&self, station: &Station, request: &Request, now: u64) -> u64 {
        let drawn = self.drawn(station.work, request);
        let Some(tier) = station.tier_name() else { return drawn.max(1) };
        let slowed = u128::from(drawn) * 1_000 / u128::from(self.capacity_permille(tier, now).max(1));
        u64::try_from(slowed).unwrap_or(u64::MAX).max(1)
    }

    fn drawn(&self, work: Work, request: &Request) -> u64 {
        let device = request.device as u64;
        match work {
            Work::Gate { gap } => gap,
            Work::Handshake { full, resumed, resumed_permille } => {
                let word = u64::from(self.draws.word(Stream::Handshake, device, request.attempts));
                if word < (u64::from(resumed_permille) << 32) / 1_000 { resumed } else { full }
            }
            Work::Law { law, mean, stream } => {
                let number = request.attempts - 1;
                let u = self.draws.unit(stream, device, number);
                let drawn = match law {
                    ServiceLaw::Fixed => return mean,
                    ServiceLaw::Exponential => -libm::log(u) * mean as f64,
                    ServiceLaw::Lognormal => mean as f64 * libm::exp(normal::quantile(u) - 0.5),
                };
                (drawn.round() as u64).max(1)
            }
        }
    }
}
