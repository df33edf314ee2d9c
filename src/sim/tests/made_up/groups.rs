//! Groups of made-up fleets: every kind of agent with everything that it can be told.

use super::Dice;
use crate::base::Micros;
use crate::fleet::{
    Agent, Backoff, BackoffLaw, Bounds, CSdk, DelayLaw, DotNetSdk, DutyCycle, Flush, Generic, Group, JavaSdk,
    Link, OfflineStore, Retries, Telemetry,
};

impl Dice {
    fn retries(&mut self) -> Retries {
        match self.pick(&[0, 1, 1, 2, 3, 9, 99, 99, 99]) {
            99 => Retries::Forever,
            times => Retries::Times(times),
        }
    }

    /// Returns the settings of a call; `again` where somebody calls again and again.
    fn sdk(&mut self, again: bool) -> CSdk {
        let connect_retries = self.retries();
        let pauses: &[u64] =
            if again || connect_retries == Retries::Forever { &[1, 2, 5] } else { &[0, 0, 1, 3] };
        CSdk {
            max_connect_delay: self.units(&[0, 0, 1, 6, 30]),
            connect_timeout: self.units(&[0, 1, 2, 3, 5, 8, 12, 40]),
            connect_retries,
            connect_retry_interval: self.units(pauses),
            delay_law: self.pick(&[
                DelayLaw::Documented,
                DelayLaw::Documented,
                DelayLaw::Linux221,
                DelayLaw::Windows221,
            ]),
        }
    }

    fn agent(&mut self) -> Agent {
        match self.roll(8) {
            0 | 1 => Agent::CSdk(self.sdk(false)),
            2 => Agent::Ems(self.sdk(false)),
            3 => {
                let reconnect_random_delay = self.units(&[0, 1, 5, 12]);
                let sdk = self.sdk(reconnect_random_delay == Micros::ZERO);
                Agent::ExampleAgent { reconnect_random_delay, sdk }
            }
            4 => Agent::JavaSdk(JavaSdk {
                reconnect_interval: self.units(&[1, 2, 5]),
                connect_timeout: self.units(&[1, 3, 8]),
            }),
            5 => Agent::DotNetSdk(DotNetSdk { auto_reconnect: !self.one_in(3), sdk: self.sdk(true) }),
            _ => Agent::Generic(self.generic()),
        }
    }

    fn generic(&mut self) -> Generic {
        let law = self.pick(&[
            BackoffLaw::Fixed,
            BackoffLaw::Exponential,
            BackoffLaw::FullJitter,
            BackoffLaw::EqualJitter,
            BackoffLaw::DecorrelatedJitter,
        ]);
        // Whole milliseconds count.
        let base = self.units(&[1, 2, 3]).max(Micros::from_millis(1));
        let cap = self.units(&[2, 8, 30]).max(Micros::from_millis(1));
        Generic {
            first_delay: self.units(&[0, 0, 2, 10]),
            connect_timeout: self.units(&[0, 1, 3, 8]),
            connect_retries: self.retries(),
            backoff: Backoff { law, base, cap },
        }
    }

    fn link(&mut self) -> Link {
        Link {
            tls: !self.one_in(3),
            ping_rate: self.units(&[1, 4, 10, 55]),
            pong_timeout: self.units(&[0, 1, 2, 5]),
            message_timeout: self.units(&[0, 1, 2, 4, 10]),
            bounds: self.pick(&[Bounds::Answer, Bounds::Attempt]),
        }
    }

    fn telemetry(&mut self) -> Telemetry {
        let seconds = self.pick(&[0.5, 1.0, 3.0, 7.0]);
        Telemetry {
            properties: self.pick(&[0, 1, 2, 5, 9]),
            events: self.pick(&[0, 0, 1, 3]),
            services: self.pick(&[0, 0, 0, 2]),
            interval_s: seconds * self.unit as f64 / 1e6,
        }
    }

    /// Returns a group of none to a dozen devices.
    pub(super) fn group(&mut self, index: u64) -> Group {
        let duty = |dice: &mut Self| DutyCycle {
            period: dice.units(&[1, 4, 10, 30]),
            on_permille: dice.pick(&[1, 250, 500, 999]),
        };
        // A mean of some units.
        let drops = |dice: &mut Self| 86_400e6 / (dice.pick(&[3.0, 20.0, 100.0]) * dice.unit as f64);
        Group {
            id: format!("g{index}"),
            name: String::new(),
            devices: self.roll(13) as u32,
            agent: self.agent(),
            telemetry: self.telemetry(),
            store: OfflineStore {
                limit_bytes: self.roll(1_500),
                value_bytes: self.pick(&[0, 1, 39]),
                flush: self.pick(&[Flush::BeforeBind, Flush::AfterBind]),
                resends: self.one_in(2),
            },
            link: self.link(),
            duty: self.maybe(6, duty),
            drops_per_day: self.maybe(5, drops).unwrap_or(0.0),
        }
    }
}
