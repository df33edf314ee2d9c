//! Many devices in a short time: promises that the engine deals with in a row come as the reference says.

use crate::base::Micros;
use crate::fleet::{Agent, Bounds, Breaking, Fleet, Full, Limit, LimitKind, Purges, ServiceLaw, Tier};
use crate::sim::storm2::mixed;
use crate::sim::{engine, reference};
use std::sync::atomic::AtomicBool;

/// Words of a plain linear congruential generator; good enough to pick from lists.
struct Pick(u64);

impl Pick {
    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from[(self.0 >> 33) as usize % from.len()]
    }

    fn one_in(&mut self, of: u32) -> bool {
        let numbers: Vec<u32> = (0..of).collect();
        self.of(&numbers) == 0
    }

    fn time(&mut self) -> Micros {
        Micros(self.of(&[700, 20_000, 20_000, 300_000, 1_000_000]))
    }

    fn tier(&mut self) -> Tier {
        Tier {
            workers: self.of(&[1, 2, 5, 9, 24, 60]),
            service_time: Micros(self.of(&[1, 900, 900, 5_000, 10_000, 40_000])),
            service_law: self.of(&[ServiceLaw::Fixed, ServiceLaw::Exponential, ServiceLaw::Lognormal]),
            room: self.of(&[0, 3, 30, 1_000, 1_000]),
            full: self.of(&[Full::Refuse, Full::DropSyn]),
            patience: self.of(&[None, None, Some(Micros(20_000))]),
            purges: self.of(&[Purges::Never, Purges::Never, Purges::GivenUp, Purges::TooLate]),
            held: None,
        }
    }
}

/// Returns a fleet whose devices all come back within a second or two.
fn dense(case: u64) -> Fleet {
    let mut pick = Pick(case);
    let devices = pick.of(&[40, 150, 400]);
    let mut fleet = mixed(devices, ServiceLaw::Fixed);
    for group in &mut fleet.groups {
        match &mut group.agent {
            Agent::ExampleAgent { reconnect_random_delay, .. } => *reconnect_random_delay = pick.time(),
            Agent::CSdk(sdk) | Agent::Ems(sdk) => {
                (sdk.max_connect_delay, sdk.connect_retry_interval) = (pick.time(), pick.time());
                sdk.connect_timeout = pick.time();
            }
            Agent::Generic(generic) => {
                generic.first_delay = pick.time();
                (generic.backoff.base, generic.backoff.cap) = (Micros(5_000), Micros(500_000));
            }
            _ => {}
        }
        group.link.message_timeout = Micros(pick.of(&[1, 3_000, 50_000, 10_000_000]));
        group.link.bounds = pick.of(&[Bounds::Answer, Bounds::Answer, Bounds::Attempt]);
        group.link.tls = !pick.one_in(12);
        group.drops_per_day = pick.of(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 20_000.0]);
    }
    let sign_in = pick.tier();
    let platform = &mut fleet.platform;
    platform.connection = if pick.one_in(4) { None } else { Some(pick.tier()) };
    (platform.workers, platform.service_time) = (sign_in.workers, sign_in.service_time);
    (platform.service_law, platform.accept_queue) = (sign_in.service_law, sign_in.room);
    (platform.full, platform.purges) = (sign_in.full, sign_in.purges);
    platform.sign_in_timeout = sign_in.patience;
    platform.held = pick.of(&[None, None, None, None, Some(devices / 2)]);
    platform.sessions.pongs_wait = pick.one_in(12);
    platform.sessions.bind_protection = pick.of(&[None, Some(Micros(400_000))]);
    if pick.one_in(5) {
        platform.breaking =
            Some(Breaking { values: None, waiting: Some(20), down: Micros(pick.of(&[200_000, 1_000_000])) });
    }
    if let Some(balancer) = &mut platform.balancer {
        balancer.cores = pick.of(&[1, 3, 40]);
        balancer.handshake = Micros(pick.of(&[1, 490, 4_900]));
        if pick.one_in(5) {
            balancer.limit = Some(Limit { per_s: pick.of(&[200, 900]), kind: LimitKind::DelayAccept });
        }
        balancer.resumed_handshake = Micros(pick.of(&[1, 105, 105, 490]));
    }
    if pick.one_in(3) {
        (fleet.outage.ramp_from_permille, fleet.outage.ramp) = (200, Micros(1_500_000));
    }
    (fleet.outage.length, fleet.outage.watch) = (Micros(400_000), Micros(4_000_000));
    fleet
}

#[test]
fn the_engine_equals_the_reference_where_much_happens_at_once() {
    for case in 0..500 {
        let fleet = dense(case);
        let fast = engine::run(&fleet, case, &AtomicBool::new(false)).unwrap();
        let slow = reference::run(&fleet, case);
        assert!(fast == slow, "case {case}: {fleet:#?}");
    }
}
