//! Platforms of made-up fleets: with and without each of their parts.

use super::Dice;
use crate::base::Micros;
use crate::fleet::{
    Balancer, Breaking, Full, Limit, LimitKind, Platform, Purges, ServiceLaw, Sessions, Tier, Writes,
};

impl Dice {
    fn law(&mut self) -> ServiceLaw {
        self.pick(&[ServiceLaw::Fixed, ServiceLaw::Fixed, ServiceLaw::Exponential, ServiceLaw::Lognormal])
    }

    /// Returns a short time, often a part of a unit.
    fn work(&mut self) -> Micros {
        let unit = self.unit;
        Micros(self.pick(&[1, unit.div_ceil(20), unit.div_ceil(4), unit.div_ceil(2), unit, unit, 3 * unit]))
    }

    fn tier(&mut self) -> Tier {
        Tier {
            workers: 1 + self.roll(3) as u32,
            service_time: self.work(),
            service_law: self.law(),
            room: self.pick(&[0, 1, 2, 5, 100]),
            full: self.pick(&[Full::Refuse, Full::DropSyn]),
            patience: self.maybe(3, |dice| dice.units(&[0, 1, 3, 12])),
            purges: self.pick(&[Purges::Never, Purges::Never, Purges::GivenUp, Purges::TooLate]),
            held: self.maybe(6, |dice| dice.pick(&[0, 2, 5, 10])),
        }
    }

    fn balancer(&mut self) -> Balancer {
        let limit = |dice: &mut Self| Limit {
            per_s: dice.pick(&[1, 2, 3, 7, 1_000]),
            kind: dice.pick(&[
                LimitKind::DelayAccept,
                LimitKind::DelayAccept,
                LimitKind::Reset,
                LimitKind::Http503,
                LimitKind::Http503CountsAll,
            ]),
        };
        Balancer {
            limit: if self.one_in(3) { None } else { Some(limit(self)) },
            backlog: self.pick(&[0, 1, 3, 20]),
            cores: self.pick(&[0, 1, 2]),
            handshake: self.work(),
            resumed_handshake: self.work(),
            resumed_permille: self.pick(&[0, 500, 900, 1_000]),
            held: self.maybe(4, |dice| dice.pick(&[1, 3, 8, 20])),
            idle_timeout: self.maybe(3, |dice| dice.units(&[1, 3, 9])),
        }
    }

    /// Returns a platform.
    pub(super) fn platform(&mut self) -> Platform {
        let sign_in = self.tier();
        let writes = |dice: &mut Self| Writes {
            per_s: dice.pick(&[1, 3, 10, 50, 1_000]),
            queue: dice.pick(&[0, 5, 20, 100, 10_000]),
            event_permille: dice.pick(&[0, 333, 2_000]),
            service_permille: dice.pick(&[0, 700, 5_000]),
        };
        let breaking = |dice: &mut Self| Breaking {
            values: dice.maybe(2, |dice| dice.pick(&[1, 5, 50])),
            waiting: dice.maybe(2, |dice| dice.pick(&[1, 2, 5])),
            down: dice.pick(&[Micros::from_secs(1), Micros::from_secs(4), Micros(1_250_000)]),
        };
        let balancer = self.maybe(2, Self::balancer);
        let connection = self.maybe(2, Self::tier);
        Platform {
            balancer,
            connection,
            writes: self.maybe(2, writes),
            breaking: self.maybe(3, breaking),
            sessions: Sessions {
                bind_protection: self.maybe(2, |dice| dice.units(&[3, 10, 30, 60])),
                pongs_wait: self.one_in(3),
            },
            full: sign_in.full,
            sign_in_timeout: sign_in.patience,
            purges: sign_in.purges,
            held: sign_in.held,
            ..Platform::one_tier(sign_in.workers, sign_in.service_time, sign_in.service_law, sign_in.room)
        }
    }
}
