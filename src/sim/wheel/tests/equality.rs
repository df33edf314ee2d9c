//! The engine equals the plain one, on published scenarios and on made-up fleets.

use super::made_up::{any, plain};
use crate::base::Micros;
use crate::fleet::{Agent, Fleet, Full, Loss, Meets, Purges, Retries, ServiceLaw, TierName, Touches};
use crate::sim::storm1::tests::PUBLISHED;
use crate::sim::storm1::{ReferenceResult, Scenario, fleet};
use crate::sim::wheel::law::Calls;
use crate::sim::wheel::{Arena, Halt, Job, run_in, supports};
use crate::sim::{Run, SimError, Totals, engine, reference};
use std::sync::atomic::{AtomicBool, Ordering};

fn go() -> AtomicBool {
    AtomicBool::new(false)
}

fn run(fleet: &Fleet, seed: u64, stop: &AtomicBool) -> Result<Run, SimError> {
    run_in(&mut Arena::default(), fleet, seed, stop).unwrap()
}

/// Plays a fleet with both engines and returns what both gave.
fn same(arena: &mut Arena, fleet: &Fleet, seed: u64) -> Result<Run, SimError> {
    let (fast, slow) = (run_in(arena, fleet, seed, &go()).unwrap(), engine::run(fleet, seed, &go()));
    if fast != slow {
        let what = match (&fast, &slow) {
            (Ok(fast), Ok(slow)) => format!(
                "totals {} times {} groups {} curves {}",
                fast.totals == slow.totals,
                fast.times == slow.times,
                fast.groups == slow.groups,
                fast.curves == slow.curves && fast.stations == slow.stations
            ),
            _ => "one of them failed".into(),
        };
        panic!("seed {seed}, equal are {what}: {fleet:#?}\nfast {fast:?}\nslow {slow:?}");
    }
    fast
}

#[test]
fn published_hashes_come_out() {
    for (scenario, agents, exponential, hash) in PUBLISHED {
        let fleet = fleet(scenario, agents, exponential);
        let run = run(&fleet, 1, &go()).unwrap();
        assert_eq!(engine::run(&fleet, 1, &go()).unwrap().hash(), run.hash());
        let result = ReferenceResult::of(&run);
        assert_eq!(result.hash, hash, "{scenario:?} {agents} exponential {exponential}: {result:?}");
    }
}

#[test]
fn published_figures_come_out() {
    let play = |scenario| ReferenceResult::of(&run(&fleet(scenario, 10_000, false), 1, &go()).unwrap());
    let storm = play(Scenario::Storm);
    let times = [storm.t50_s, storm.t95_s, storm.t99_s, storm.t100_s];
    assert_eq!(times.map(|t| format!("{t:.3}")), ["25.004", "50.406", "58.843", "68.911"]);
    assert_eq!((storm.attempts, storm.attempts_in_outage, storm.refused), (96_340, 76_585, 9_755));
    assert_eq!((storm.peak_per_s, storm.connected, storm.wasted), (919, 10_000, 0));
    let deep = play(Scenario::Deep);
    let times = [deep.t50_s, deep.t95_s, deep.t99_s, deep.t100_s];
    assert_eq!(times.map(|t| format!("{t:.2}")), ["56.32", "87.76", "96.86", "104.76"]);
    assert_eq!((deep.timeouts, deep.wasted), (6_263, 6_263));
    let meta = play(Scenario::Meta);
    assert_eq!((meta.connected, meta.wasted, meta.t50_s, meta.t100_s), (2_956, 237_040, -1.0, -1.0));
}

#[test]
fn every_scenario_equals_the_plain_engine() {
    let mut arena = Arena::default();
    for scenario in Scenario::ALL {
        for (agents, exponential) in [(1, false), (1, true), (137, true), (3_000, false), (20_000, true)] {
            for seed in [1, 77] {
                same(&mut arena, &fleet(scenario, agents, exponential), seed).unwrap();
            }
        }
    }
}

/// Counts the cases in which each outcome occurred.
#[derive(Default)]
struct Seen {
    cases: [u64; 10],
    deepest: u32,
}

impl Seen {
    fn note(&mut self, run: &Run) {
        let Totals {
            refused,
            timed_out,
            turned_away,
            unanswered,
            wasted,
            closed,
            stranded,
            lost,
            second_connects,
            ..
        } = run.totals;
        let complete = u64::from(run.times.t100.is_some());
        let here = [
            refused,
            timed_out,
            turned_away,
            unanswered,
            wasted,
            closed,
            stranded,
            lost,
            second_connects,
            complete,
        ];
        for (count, here) in self.cases.iter_mut().zip(here) {
            *count += here.min(1);
        }
        self.deepest = self.deepest.max(run.largest_queue());
    }
}

#[test]
fn made_up_fleets_equal_the_plain_engine() {
    let (mut arena, mut seen) = (Arena::default(), Seen::default());
    for case in 0..6_000 {
        let fleet = any(case);
        let run = same(&mut arena, &fleet, case).unwrap();
        if case % 4 == 0 {
            assert_eq!(run, reference::run(&fleet, case), "{fleet:#?}");
        }
        seen.note(&run);
    }
    assert!(seen.cases.iter().all(|&count| count >= 150), "each outcome in many fleets: {:?}", seen.cases);
    assert!(seen.deepest >= 20, "{}", seen.deepest);
}

#[test]
fn made_up_plain_fleets_equal_the_plain_engine() {
    let (mut arena, mut seen) = (Arena::default(), Seen::default());
    for case in 0..3_000 {
        seen.note(&same(&mut arena, &plain(case), case).unwrap());
    }
    let [refused, timed_out, turned_away, _, wasted, closed, _, _, _, complete] = seen.cases;
    let counts = [refused, timed_out, turned_away, wasted, closed, complete];
    assert!(counts.iter().all(|&count| count >= 100), "{:?}", seen.cases);
}

/// Returns a small storm with changes.
fn storm(agents: u32, exponential: bool, change: impl FnOnce(&mut Fleet)) -> Fleet {
    let mut fleet = fleet(Scenario::Storm, agents, exponential);
    change(&mut fleet);
    fleet
}

fn delays(fleet: &mut Fleet, random: u64, call: u64, retries: Retries, interval: u64) {
    for group in &mut fleet.groups {
        if let Agent::ExampleAgent { reconnect_random_delay, sdk } = &mut group.agent {
            *reconnect_random_delay = Micros(random);
            sdk.max_connect_delay = Micros(call);
            sdk.connect_retries = retries;
            sdk.connect_retry_interval = Micros(interval);
        }
    }
}

#[test]
fn edges_equal_the_plain_engine() {
    let s = 1_000_000;
    let once = Retries::Times(1);
    let edges: [fn(&mut Fleet); 18] = [
        |fleet| fleet.groups[0].devices = 0,
        |fleet| fleet.groups.clear(),
        |fleet| fleet.platform.workers = 0,
        |fleet| fleet.platform.workers = u32::MAX,
        |fleet| fleet.platform.workers = 20_000,
        |fleet| fleet.platform.accept_queue = 0,
        |fleet| fleet.platform.accept_queue = u32::MAX,
        |fleet| fleet.platform.service_time = Micros(0),
        |fleet| fleet.platform.service_time = Micros(u64::MAX),
        |fleet| fleet.platform.service_time = Micros(700_000_000),
        |fleet| fleet.platform.sign_in_timeout = Some(Micros(0)),
        |fleet| (fleet.outage.length, fleet.outage.watch) = (Micros(0), Micros(1)),
        |fleet| fleet.outage.watch = Micros(0),
        |fleet| (fleet.outage.length, fleet.outage.watch) = (Micros(999_999), Micros(1)),
        |fleet| (fleet.outage.length, fleet.outage.watch) = (Micros(3_000_000), Micros(2_000_000)),
        |fleet| fleet.outage.meets = Meets::BlackHole,
        |fleet| fleet.outage.length = Micros(5_000_000_000),
        |fleet| fleet.groups.extend_from_within(..),
    ];
    let waits = [
        (30 * s, 0, once, 0),
        (0, 0, once, s),
        (0, 5, Retries::Times(3), 2 * s),
        (1 << 32, 0, once, 0),
        ((1 << 32) - 1, 0, once, 0),
        (u64::MAX, u64::MAX, once, u64::MAX),
        (0, 0, Retries::Forever, 10 * s),
        (s, 0, Retries::Times(2), 0),
        (1, 0, once, 5 * s),
    ];
    let mut arena = Arena::default();
    for (index, edge) in edges.into_iter().enumerate() {
        for (random, call, retries, interval) in waits {
            for (exponential, timeout) in [(false, 10 * s), (true, 0), (true, u64::MAX), (false, s / 2)] {
                let fleet = storm(40, exponential, |fleet| {
                    delays(fleet, random, call, retries, interval);
                    if let Agent::ExampleAgent { sdk, .. } = &mut fleet.groups[0].agent {
                        sdk.connect_timeout = Micros(timeout);
                    }
                    edge(fleet);
                });
                assert!(same(&mut arena, &fleet, index as u64).is_ok());
            }
        }
    }
}

#[test]
fn everybody_at_one_tick_equals_the_plain_engine() {
    let mut arena = Arena::default();
    for exponential in [false, true] {
        // One microsecond: every attempt of everybody follows the last by exactly that.
        let fleet = storm(300, exponential, |fleet| {
            delays(fleet, 1, 0, Retries::Times(1), 0);
            (fleet.outage.length, fleet.outage.watch) = (Micros(1_500), Micros(30_000));
            fleet.platform.service_time = Micros(40);
        });
        same(&mut arena, &fleet, 1).unwrap();
        // A call of several attempts without a pause: all of them at one tick.
        let fleet = storm(2_000, exponential, |fleet| delays(fleet, 7_000_000, 0, Retries::Times(5), 0));
        same(&mut arena, &fleet, 2).unwrap();
        // A fixed rhythm: the whole fleet attempts every ten seconds at once.
        let fleet = storm(20_000, exponential, |fleet| delays(fleet, 0, 0, Retries::Forever, 10_000_000));
        same(&mut arena, &fleet, 3).unwrap();
    }
}

#[test]
fn numbers_that_do_not_fit_widen_the_event() {
    let fleet = storm(50, true, |fleet| fleet.platform.service_law = ServiceLaw::Exponential);
    let mut arena = Arena::default();
    let stop = go();
    let groups = [Calls::of(&fleet.groups[0]).unwrap()];
    let mut job =
        Job { fleet: &fleet, groups: &groups, seed: 3, stop: &stop, device_bits: 6, number_bits: 1 };
    assert!(matches!(job.play(&mut arena), Err(Halt::Numbers)));
    job.number_bits = 32;
    assert_eq!(job.play(&mut arena).ok(), engine::run(&fleet, 3, &stop).ok());
}

#[test]
fn what_is_not_plain_is_left_to_the_full_model() {
    let changes: [fn(&mut Fleet); 16] = [
        |fleet| (fleet.outage.length, fleet.outage.watch) = (Micros(0), Micros(0)),
        |fleet| fleet.outage.loses = Some(Loss::Silence),
        |fleet| fleet.outage.loses = None,
        |fleet| (fleet.outage.loses, fleet.groups[0].link.tls) = (Some(Loss::Fin), false),
        |fleet| fleet.outage.meets = Meets::AuthUnanswered,
        |fleet| fleet.outage.meets = Meets::Served,
        |fleet| fleet.outage.touches = Touches::Parts { of: 2, from: 0, to: 1, deal: 0 },
        |fleet| fleet.outage.events = fleet.outage.episodes(),
        |fleet| (fleet.outage.ramp, fleet.outage.ramp_from_permille) = (Micros(1), 999),
        |fleet| fleet.platform.full = Full::DropSyn,
        |fleet| fleet.platform.purges = Purges::GivenUp,
        |fleet| fleet.platform.held = Some(1),
        |fleet| fleet.platform.service_law = ServiceLaw::Lognormal,
        |fleet| fleet.platform.connection = Some(fleet.platform.sign_in()),
        |fleet| fleet.platform.sessions.pongs_wait = true,
        |fleet| fleet.groups[0].drops_per_day = 1.0,
    ];
    assert!(supports(&storm(5, false, |_| {})));
    assert!(supports(&storm(5, false, |fleet| {
        (fleet.outage.ramp, fleet.outage.ramp_from_permille) = (Micros(1), 999);
        fleet.outage.tier = TierName::Balancer;
    })));
    for (index, change) in changes.into_iter().enumerate() {
        let fleet = storm(5, false, change);
        assert!(!supports(&fleet), "{index}");
        assert_eq!(run_in(&mut Arena::default(), &fleet, 1, &go()), None);
        assert_eq!(crate::sim::run(&fleet, 1, &go()), engine::run(&fleet, 1, &go()));
    }
}

#[test]
fn what_cannot_be_played_is_refused_alike() {
    let endless = storm(10, false, |fleet| delays(fleet, 0, 0, Retries::Forever, 0));
    let absurd = storm(10, false, |fleet| fleet.outage.length = Micros(u64::MAX));
    for fleet in [endless, absurd] {
        assert!(same(&mut Arena::default(), &fleet, 1).is_err());
    }
}

#[test]
fn stopping_stops() {
    let fleet = storm(300, false, |_| {});
    assert_eq!(run(&fleet, 1, &AtomicBool::new(true)), Err(SimError::Cancelled));
    // Far too long to end within a test: 200 million attempts of one device.
    let long = storm(1, false, |fleet| {
        delays(fleet, 1, 0, Retries::Times(1), 0);
        fleet.outage.length = Micros(200_000_000);
    });
    let stop = go();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| run(&long, 1, &stop));
        std::thread::sleep(std::time::Duration::from_millis(20));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(run.join().unwrap(), Err(SimError::Cancelled));
    });
}
