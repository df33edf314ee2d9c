//! Made-up fleets: the engine equals the oracle, and nothing gets lost on the way.

use super::{oracle, play};
use crate::base::draws::Stream;
use crate::base::{Draws, Micros};
use crate::fleet::{
    Agent, CSdk, DelayLaw, Fleet, Group, Link, Meets, OfflineStore, Outage, Platform, Retries, ServiceLaw,
    Targets, Telemetry,
};
use crate::sim::{Run, SimError, Totals, estimate, run};
use proptest::prelude::*;
use std::sync::atomic::AtomicBool;

/// Draws small numbers for a made-up fleet.
struct Dice {
    case: u64,
    rolls: u64,
}

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.rolls += 1;
        Draws::new(0xD1CE).delay(Stream::CallDelay, self.case, self.rolls, sides) - 1
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }
}

/// Makes up a small fleet in which everything is a few units of one length, so that much falls on the
/// same tick.
fn made_up(case: u64) -> Fleet {
    let mut dice = Dice { case, rolls: 0 };
    let unit = dice.pick(&[1, 7, 1_000, 250_000, 1_000_000, 1_000_000, 1_300_000]);
    let law = dice.pick(&[DelayLaw::Documented, DelayLaw::Linux221, DelayLaw::Windows221]);
    let mut groups = Vec::new();
    for index in 0..=dice.roll(3) {
        let mut sdk = CSdk {
            max_connect_delay: Micros(dice.pick(&[0, 0, 1, 6, 30]) * unit),
            connect_timeout: Micros((1 + dice.roll(12)) * unit),
            connect_retries: dice.pick(&[0, 1, 1, 2, 3, 9, 0xFFFF].map(|times| match times {
                0xFFFF => Retries::Forever,
                times => Retries::Times(times),
            })),
            connect_retry_interval: Micros(dice.roll(4) * unit),
            delay_law: dice.pick(&[DelayLaw::Documented, law]),
        };
        let random = Micros(dice.roll(12) * unit);
        let manager = dice.roll(2) == 1;
        // Rules out the endless, and what would be endless but for a millisecond now and then.
        if sdk.connect_retries == Retries::Forever || (manager && random == Micros::ZERO) {
            sdk.connect_retry_interval = sdk.connect_retry_interval.max(Micros(unit));
        }
        let agent = if manager {
            Agent::ExampleAgent { reconnect_random_delay: random, sdk }
        } else {
            Agent::CSdk(sdk)
        };
        groups.push(Group {
            id: format!("g{index}"),
            name: String::new(),
            devices: 1 + dice.roll(7) as u32,
            agent,
            telemetry: Telemetry { properties: dice.roll(9), interval_s: 0.7 },
            store: OfflineStore::new(dice.roll(4_000), 39),
            link: Link::default(),
            duty: None,
            drops_per_day: 0.0,
        });
    }
    Fleet {
        name: String::new(),
        groups,
        platform: Platform {
            workers: 1 + dice.roll(3) as u32,
            service_time: Micros((1 + dice.roll(6)) * unit),
            service_law: dice.pick(&[ServiceLaw::Fixed, ServiceLaw::Exponential]),
            accept_queue: dice.pick(&[0, 1, 2, 5, 100]),
            sign_in_timeout: dice.pick(&[None, Some(Micros(3 * unit)), Some(Micros(12 * unit))]),
        },
        outage: Outage {
            length: Micros(dice.pick(&[0, 1, 10, 60, 200, 300]) * unit),
            meets: dice.pick(&[Meets::Refused, Meets::BlackHole, Meets::Http503]),
            watch: Micros((1 + dice.roll(90)) * unit),
            start: None,
        },
        targets: Targets::default(),
    }
}

#[test]
fn the_engine_equals_a_naive_one_on_made_up_fleets() {
    let mut seen = Totals::default();
    let (mut complete, mut deepest) = (0, 0);
    for case in 0..5_000 {
        let fleet = made_up(case);
        let (fast, slow) = (play(&fleet, case), oracle::run(&fleet, case));
        assert!(fast == slow, "case {case}: {fleet:#?}\nengine {fast:#?}\noracle {slow:#?}");
        let one = fast.totals;
        seen.refused += one.refused.min(1);
        seen.timed_out += one.timed_out.min(1);
        seen.turned_away += one.turned_away.min(1);
        seen.unanswered += one.unanswered.min(1);
        seen.wasted += one.wasted.min(1);
        seen.closed += one.closed.min(1);
        seen.stranded += one.stranded.min(1);
        seen.lost += one.lost.min(1);
        complete += u64::from(fast.times.t100.is_some());
        deepest = deepest.max(fast.largest_queue);
    }
    let counts = [
        seen.refused,
        seen.timed_out,
        seen.turned_away,
        seen.unanswered,
        seen.wasted,
        seen.closed,
        seen.stranded,
        seen.lost,
        complete,
    ];
    assert!(counts.iter().all(|&count| count >= 200), "each outcome in many of the fleets: {counts:?}");
    assert!(deepest >= 8, "{deepest}");
}

/// Checks that every device and every attempt ended somewhere, once.
fn conserves(run: &Run) -> Result<(), TestCaseError> {
    let t = &run.totals;
    let stranded: u64 = run.groups.iter().map(|group| group.stranded).sum();
    let back: u64 = run.groups.iter().map(|group| group.returned).sum();
    prop_assert_eq!((stranded, back), (t.stranded, t.back));
    prop_assert!(t.back + t.stranded <= run.devices);
    let sum = |curve: &[u32]| curve.iter().map(|&n| u64::from(n)).sum::<u64>();
    prop_assert_eq!((sum(&run.curves.attempts), sum(&run.curves.arrivals)), (t.attempts, t.arrivals));
    // Attempts that ended, plus at most one per device that had not at the end of the run.
    let ended = t.turned_away + t.unanswered + t.refused + t.back + t.timed_out;
    let open = run.devices - t.back - t.stranded;
    prop_assert!(ended <= t.attempts && t.attempts <= ended + t.closed + open, "{:?}", t);
    prop_assert!(t.attempts_in_outage <= t.attempts && t.turned_away <= t.attempts_in_outage);
    prop_assert!(t.refused + t.back + t.wasted + t.closed <= t.arrivals, "{:?}", t);
    prop_assert!(t.wasted <= t.timed_out);
    let all = run.times.all();
    prop_assert!(all.windows(2).all(|pair| pair[1].is_none() || pair[0] <= pair[1]), "{:?}", all);
    prop_assert_eq!(run.times.t100.is_some(), t.back == run.devices && run.devices > 0);
    Ok(())
}

fn retries() -> impl Strategy<Value = Retries> {
    prop_oneof![Just(Retries::Forever), (0_u16..5).prop_map(Retries::Times), Just(Retries::Times(u16::MAX))]
}

/// Nothing, microseconds, seconds or minutes.
fn some_time() -> impl Strategy<Value = Micros> {
    prop_oneof![1 => Just(0), 1 => 1_u64..50, 4 => 1_u64..20_000_000, 2 => 1_u64..900_000_000]
        .prop_map(Micros)
}

/// Any time at all, now and then one that no file would be allowed to hold.
fn any_time() -> impl Strategy<Value = Micros> {
    prop_oneof![20 => some_time(), 1 => Just(Micros(u64::MAX)), 1 => Just(Micros(1 << 62))]
}

fn any_group() -> impl Strategy<Value = Group> {
    let law = prop_oneof![Just(DelayLaw::Documented), Just(DelayLaw::Linux221), Just(DelayLaw::Windows221)];
    let sdk = (any_time(), any_time(), retries(), any_time(), law).prop_map(
        |(max_connect_delay, connect_timeout, connect_retries, connect_retry_interval, delay_law)| CSdk {
            max_connect_delay,
            connect_timeout,
            connect_retries,
            connect_retry_interval,
            delay_law,
        },
    );
    (sdk, prop::option::of(any_time()), 0_u32..40, 0_u64..1_000).prop_map(
        |(sdk, manager, devices, properties)| Group {
            id: "g".into(),
            name: String::new(),
            devices,
            agent: match manager {
                Some(reconnect_random_delay) => Agent::ExampleAgent { reconnect_random_delay, sdk },
                None => Agent::CSdk(sdk),
            },
            telemetry: Telemetry { properties, interval_s: 1e-3 },
            store: OfflineStore::new(100, 0),
            link: Link::default(),
            duty: None,
            drops_per_day: 0.0,
        },
    )
}

fn any_fleet() -> impl Strategy<Value = Fleet> {
    let law = prop_oneof![Just(ServiceLaw::Fixed), Just(ServiceLaw::Exponential)];
    let count = || prop_oneof![0_u32..9, Just(u32::MAX)];
    let platform = (count(), any_time(), law, count(), prop::option::of(any_time())).prop_map(
        |(workers, service_time, service_law, accept_queue, sign_in_timeout)| Platform {
            workers,
            service_time,
            service_law,
            accept_queue,
            sign_in_timeout,
        },
    );
    let meets = prop_oneof![Just(Meets::Refused), Just(Meets::BlackHole), Just(Meets::Http503)];
    let outage = (some_time(), meets, some_time()).prop_map(|(length, meets, watch)| Outage {
        length,
        meets,
        watch,
        start: None,
    });
    (prop::collection::vec(any_group(), 0..6), platform, outage).prop_map(|(groups, platform, outage)| {
        Fleet { name: String::new(), groups, platform, outage, targets: Targets::default() }
    })
}

proptest! {
    #[test]
    fn any_fleet_is_played_or_refused_and_nothing_is_lost(fleet in any_fleet(), seed: u64) {
        // Longer ones are right as well, but too slow for a test.
        if estimate(&fleet).attempts_at_most < 2e5 {
            match run(&fleet, seed, &AtomicBool::new(false)) {
                Ok(run) => conserves(&run)?,
                Err(SimError::EndlessAttempts { .. } | SimError::TooLarge { .. }) => {}
                Err(SimError::Cancelled) => prop_assert!(false, "nobody stopped it"),
            }
        }
    }
}
