//! Made-up fleets, everything in them a few units of one length, so that much falls on the same tick.

use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{
    Agent, CSdk, DelayLaw, Fleet, Flush, Group, Link, Loss, Meets, OfflineStore, Outage, Platform, Prices,
    Retries, ServiceLaw, Targets, Telemetry, TierName, Unknowns,
};

/// Draws small numbers for a made-up fleet.
struct Dice {
    case: u64,
    rolls: u64,
}

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.rolls += 1;
        Draws::new(0x5CA1E).delay(Stream::CallDelay, self.case, self.rolls, sides) - 1
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }

    fn unit(&mut self) -> u64 {
        self.pick(&[1, 7, 1_000, 64_000, 250_000, 1_000_000, 1_000_000, 1_300_000])
    }

    fn platform(&mut self, unit: u64) -> Platform {
        let (workers, time) = (1 + self.roll(5) as u32, Micros((1 + self.roll(6)) * unit));
        let law = self.pick(&[ServiceLaw::Fixed, ServiceLaw::Exponential]);
        let patience = self.pick(&[None, None, Some(0), Some(3), Some(12)]);
        Platform {
            sign_in_timeout: patience.map(|units| Micros(units * unit)),
            ..Platform::one_tier(workers, time, law, self.pick(&[0, 1, 2, 5, 100]))
        }
    }

    fn outage(&mut self, unit: u64) -> Outage {
        let meets = self.pick(&[
            Meets::Refused,
            Meets::Http503,
            Meets::DnsFails,
            Meets::TlsFails,
            Meets::AcceptThenClose,
            Meets::BlackHole,
            Meets::BlackHole,
        ]);
        let ramps = self.roll(3) == 0;
        Outage {
            loses: Some(self.pick(&[Loss::Reset, Loss::CloseFrame, Loss::Fin])),
            // Nobody is left whom either of these could concern.
            platform_down: self.roll(2) == 0,
            capacity_permille: self.pick(&[1_000, 500]),
            tier: if ramps {
                self.pick(&[TierName::Balancer, TierName::Connection])
            } else {
                TierName::SignIn
            },
            ramp_from_permille: if ramps { 100 } else { 1_000 },
            ramp: Micros(self.roll(3) * unit),
            ..Outage::total(
                Micros(self.pick(&[0, 1, 10, 60, 200, 300]) * unit),
                meets,
                Micros((1 + self.roll(120)) * unit),
            )
        }
    }

    fn group(&mut self, index: u64, unit: u64) -> Group {
        let law = self.pick(&[DelayLaw::Documented, DelayLaw::Linux221, DelayLaw::Windows221]);
        let mut sdk = CSdk {
            max_connect_delay: Micros(self.pick(&[0, 0, 1, 6, 30]) * unit),
            connect_timeout: Micros((1 + self.roll(12)) * unit),
            connect_retries: self.pick(&[0, 1, 1, 1, 2, 3, 9, 0xFFFF].map(|times| match times {
                0xFFFF => Retries::Forever,
                times => Retries::Times(times),
            })),
            connect_retry_interval: Micros(self.pick(&[0, 0, 1, 2, 5]) * unit),
            delay_law: self.pick(&[DelayLaw::Documented, law]),
        };
        let random = Micros(self.roll(12) * unit);
        let manager = self.roll(2) == 1;
        // Rules out the endless, and what would be endless but for a millisecond now and then.
        if sdk.connect_retries == Retries::Forever || (manager && random == Micros::ZERO) {
            sdk.connect_retry_interval = sdk.connect_retry_interval.max(Micros(unit));
        }
        Group {
            id: format!("g{index}"),
            name: String::new(),
            devices: 1 + self.pick(&[3, 9, 60]).min(self.roll(60)) as u32,
            agent: if manager {
                Agent::ExampleAgent { reconnect_random_delay: random, sdk }
            } else if self.roll(3) == 0 {
                Agent::Ems(sdk)
            } else {
                Agent::CSdk(sdk)
            },
            telemetry: Telemetry {
                properties: self.roll(9),
                events: self.roll(2),
                services: self.roll(2),
                interval_s: 0.7,
            },
            store: OfflineStore {
                limit_bytes: self.roll(4_000),
                value_bytes: 39,
                flush: self.pick(&[Flush::BeforeBind, Flush::AfterBind]),
                resends: self.roll(2) == 0,
            },
            // Only what the connect timeout bounds, and TLS where the end is a FIN, would concern anybody.
            link: Link {
                message_timeout: Micros(self.roll(3) * unit),
                ping_rate: Micros((1 + self.roll(3)) * unit),
                ..Link::C_SDK
            },
            duty: None,
            drops_per_day: 0.0,
        }
    }
}

/// Makes up a fleet of one to four groups of any kind.
pub(super) fn any(case: u64) -> Fleet {
    let mut dice = Dice { case, rolls: 0 };
    let unit = dice.unit();
    Fleet {
        name: String::new(),
        groups: (0..=dice.roll(4)).map(|index| dice.group(index, unit)).collect(),
        platform: dice.platform(unit),
        outage: dice.outage(unit),
        targets: Targets::default(),
        prices: Prices::default(),
        unknowns: Unknowns::default(),
        cluster: None,
        elsewhere: Vec::new(),
    }
}

/// Makes up a fleet of one group that only waits a random time before every attempt, large enough to
/// fill slots and queues.
pub(super) fn plain(case: u64) -> Fleet {
    let mut dice = Dice { case, rolls: 1_000 };
    let unit = dice.unit();
    let mut group = dice.group(0, unit);
    group.devices = 1 + dice.roll(400) as u32;
    let sdk = CSdk {
        max_connect_delay: Micros::ZERO,
        connect_retries: Retries::Times(1),
        connect_retry_interval: Micros::ZERO,
        ..*group.agent.sdk().unwrap()
    };
    group.agent = Agent::ExampleAgent { reconnect_random_delay: Micros((1 + dice.roll(30)) * unit), sdk };
    let mut platform = dice.platform(unit);
    platform.workers *= dice.pick(&[1, 3, 20]);
    platform.service_time = Micros(platform.service_time.0 / dice.pick(&[1, 8, 60]) + 1);
    Fleet {
        name: String::new(),
        groups: vec![group],
        platform,
        outage: dice.outage(unit),
        targets: Targets::default(),
        prices: Prices::default(),
        unknowns: Unknowns::default(),
        cluster: None,
        elsewhere: Vec::new(),
    }
}
