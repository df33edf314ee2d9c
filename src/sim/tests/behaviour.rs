//! What agents and platforms are known to do, and what callers rely on.

use super::{ample, example, play, sdk, secs};
use crate::base::{Micros, stats};
use crate::fleet::{Agent, CSdk, DelayLaw, Fleet, FleetFile, Meets, OfflineStore, Retries, Telemetry};
use crate::sim::storm1::{self, Scenario};
use crate::sim::{Measure, Metric, Run, SimError, Study, replicate, run};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn go() -> AtomicBool {
    AtomicBool::new(false)
}

#[test]
fn after_a_long_outage_the_c_sdk_returns_within_one_retry_interval() {
    // Measured with 40 real clients, delay 5 s, outage 10 s, interval 1 s: median 486 ms, last 998 ms.
    let agent = Agent::CSdk(sdk(5.0, Retries::Forever, 1.0));
    let run = play(&ample(1_000, agent, 10.0), 1);
    let [t50, .., t100] = run.times.all().map(|time| time.unwrap().secs() - 0.02);
    assert!(t100 <= 1.0 && t100 > 0.99, "{t100}");
    assert!((t50 - 0.5).abs() < 0.05, "{t50}");
    // The delay only spreads the devices when it is longer than the outage.
    let agent = Agent::CSdk(sdk(20.0, Retries::Forever, 1.0));
    let run = play(&ample(1_000, agent, 10.0), 1);
    assert!(run.times.t100.unwrap() > secs(9.9), "{:?}", run.times);
    // With a random delay before every attempt the spread is that delay, whatever the outage.
    let run = play(&ample(1_000, example(5.0), 10.0), 1);
    let t100 = run.times.t100.unwrap().secs();
    assert!(t100 > 4.5 && t100 < 5.1, "{t100}");
}

#[test]
fn the_broken_delay_of_linux_brings_everybody_back_at_once() {
    let call = CSdk { delay_law: DelayLaw::Linux221, ..sdk(300.0, Retries::Forever, 5.0) };
    let run = play(&ample(500, Agent::CSdk(call), 10.5), 1);
    // Attempts at 0, 5, 10 and 15 s after the loss, all within 2 ms.
    assert_eq!((run.peak, run.peak_up), (500, 500));
    assert_eq!(run.curves.all.attempts[15], 500);
    assert!(run.times.t100.unwrap() <= secs(4.5 + 0.002 + 0.02), "{:?}", run.times);
}

#[test]
fn a_black_hole_bunches_devices_at_the_kernels_retransmissions() {
    let call = CSdk { delay_law: DelayLaw::Linux221, ..sdk(300.0, Retries::Forever, 5.0) };
    let mut fleet = ample(500, Agent::CSdk(call), 40.0);
    fleet.outage.meets = Meets::BlackHole;
    let run = play(&fleet, 1);
    // All SYNs left at 0 s; the repetitions at 1 to 31 s are lost and the one at 63 s gets through.
    assert_eq!((run.totals.attempts, run.totals.unanswered, run.totals.turned_away), (500, 0, 0));
    assert_eq!((run.curves.arrivals[63], run.peak_up), (500, 500));
    let [t50, .., t100] = run.times.all().map(Option::unwrap);
    assert!(t50 >= secs(23.0) && t100 <= secs(23.0 + 0.002 + 0.02), "{:?}", run.times);
    // A longer one: the kernel gives up 134 s after the attempt, and the next attempt comes 5 s later.
    fleet.outage.length = Micros::from_secs(100);
    let run = play(&fleet, 1);
    assert_eq!((run.totals.attempts, run.totals.unanswered), (1_000, 500));
    assert_eq!((run.curves.unanswered[134], run.curves.arrivals[139]), (500, 500));
    // The connect time-out counts from the moment in which the SYN got through.
    assert_eq!(run.totals.timed_out, 0);
}

#[test]
fn used_up_retries_strand_devices_and_keep_the_time_at_never() {
    let agent = Agent::CSdk(sdk(0.0, Retries::Times(3), 5.0));
    let run = play(&ample(100, agent, 60.0), 1);
    assert_eq!((run.totals.stranded, run.totals.attempts, run.never_back()), (100, 300, 100));
    // Attempts at 0, 5 and 10 s, and the pause after the last one.
    assert_eq!(run.curves.all.stranded[15], 100);
    assert_eq!(run.times.t50, None);
    // A second group comes back: half of all devices is never more than half.
    let mut fleet = ample(100, agent, 60.0);
    let mut other = fleet.groups[0].clone();
    (other.id, other.agent) = ("other".into(), example(30.0));
    fleet.groups.push(other);
    let run = play(&fleet, 1);
    assert!(run.times.t50.is_some() && run.times.t95.is_none());
    assert_eq!((run.groups[0].times.t50, run.groups[0].stranded, run.groups[0].returned), (None, 100, 0));
    assert!(run.groups[1].times.t100.is_some() && run.groups[1].stranded == 0);
    assert_eq!(run.groups[1].times.t100, run.times.t50);
}

#[test]
fn closing_in_the_queue_spares_work_that_nobody_waits_for() {
    let mut fleet = storm1::fleet(Scenario::Meta, 10_000, false);
    let wasted = play(&fleet, 1);
    assert!(wasted.totals.wasted > 200_000 && wasted.times.t95.is_none(), "{:?}", wasted.totals);
    fleet.platform.sign_in_timeout = Some(Micros::from_secs(9));
    let closed = play(&fleet, 1);
    assert!(closed.times.t100.is_some() && closed.totals.closed > 0, "{:?}", closed.totals);
    assert_eq!((closed.totals.wasted, closed.totals.timed_out), (0, 0));
}

#[test]
fn a_device_loses_what_its_store_has_no_room_for() {
    let agent = Agent::CSdk(sdk(0.0, Retries::Times(0), 0.0));
    let mut fleet = ample(10, agent, 60.0);
    fleet.outage.watch = Micros::from_secs(40);
    fleet.groups[0].telemetry = Telemetry::new(3, 2.0);
    fleet.groups[0].store = OfflineStore::new(4_000, 39);
    // 100 s away at 1.5 values/s, room for 102.
    assert_eq!(play(&fleet, 1).totals.lost, 10 * (150 - 102));
    fleet.groups[0].store.limit_bytes = 16_384;
    assert_eq!(play(&fleet, 1).totals.lost, 0);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut fleet = storm1::fleet(Scenario::Storm, 300, true);
    fleet.outage.watch = Micros::from_secs(200);
    let many = |threads| replicate(&fleet, 7, 0..13, threads, &go(), &|_| {}).unwrap();
    let one = many(1);
    assert_eq!(one.len(), 13);
    assert!(one == many(2) && one == many(8));
    // A later call goes on where an earlier one ended.
    let rest = replicate(&fleet, 7, 5..13, 2, &go(), &|_| {}).unwrap();
    assert!(one[5..] == rest);
    assert_eq!(one[0], run(&fleet, 7, &go()).unwrap());
    assert_eq!(replicate(&fleet, 7, 3..3, 2, &go(), &|_| {}), Ok(Vec::new()));
}

#[test]
fn stopping_stops() {
    let fleet = storm1::fleet(Scenario::Storm, 300, false);
    assert_eq!(run(&fleet, 1, &AtomicBool::new(true)), Err(SimError::Cancelled));
    let (stop, last) = (go(), AtomicU32::new(0));
    let done = |finished| {
        last.fetch_max(finished, Ordering::Relaxed);
        stop.store(finished >= 3, Ordering::Relaxed);
    };
    assert_eq!(replicate(&fleet, 1, 0..1_000, 2, &stop, &done), Err(SimError::Cancelled));
    assert!((3..10).contains(&last.load(Ordering::Relaxed)), "{last:?}");
}

#[test]
fn a_long_run_is_stopped_in_its_middle() {
    // Far too long to end within a test: 200 million attempts of one device.
    let mut fleet = ample(1, example(1e-6), 600.0);
    fleet.outage.length = Micros::from_secs(200);
    let stop = go();
    std::thread::scope(|scope| {
        let run = scope.spawn(|| run(&fleet, 1, &stop));
        std::thread::sleep(std::time::Duration::from_millis(20));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(run.join().unwrap(), Err(SimError::Cancelled));
    });
}

#[test]
fn a_study_sums_its_runs_up() {
    let mut fleet = storm1::fleet(Scenario::Storm, 300, true);
    fleet.outage.watch = Micros::from_secs(100);
    let runs = replicate(&fleet, 3, 0..20, 2, &go(), &|_| {}).unwrap();
    let runs: Vec<Arc<Run>> = runs.into_iter().map(Arc::new).collect();
    let study = Study::of(&fleet, 3, runs.clone());
    for (index, measure) in Measure::ALL.into_iter().enumerate() {
        assert_eq!(measure as usize, index);
        let values: Vec<f64> = runs.iter().map(|run| measure.of(run)).collect();
        assert_eq!(study.metric(measure), &Metric::of(values));
    }
    let mut sorted = study.metric(Measure::T95).values.clone();
    sorted.sort_by(f64::total_cmp);
    let interval = study.metric(Measure::T95).interval;
    assert_eq!((interval.low, interval.high), (sorted[5], sorted[14]));
    assert_eq!(study.metric(Measure::T95).median, sorted[9]);
    assert_eq!(study.groups[0].times[1], *study.metric(Measure::T95));

    let (back, bins) = (&study.bands.back, runs[0].curves.all.back.len());
    assert_eq!((back.p5.len(), back.p50.len(), back.p95.len()), (bins, bins, bins));
    assert_eq!((back.p5[119], back.p50[bins - 1]), (0.0, 1.0));
    assert!(back.p50.windows(2).all(|pair| pair[0] <= pair[1]));
    let mut attempts: Vec<f64> = runs.iter().map(|run| f64::from(run.curves.all.attempts[30])).collect();
    let spread = stats::Spread::of(&mut attempts).unwrap();
    let band = &study.bands.attempts;
    assert_eq!((band.p5[30], band.p50[30], band.p95[30]), (spread.p5, spread.p50, spread.p95));
    assert!(study.bands.utilisation.p95.iter().all(|share| (0.0..=1.0).contains(share)));

    assert_eq!(study.hash, Study::of(&fleet, 3, runs.clone()).hash);
    assert_ne!(study.hash, Study::of(&fleet, 3, runs[1..].to_vec()).hash);
}

#[test]
fn a_study_says_never_where_most_runs_do_not_end() {
    let agent = Agent::CSdk(sdk(0.0, Retries::Times(1), 5.0));
    let fleet: Fleet = ample(10, agent, 60.0);
    let runs = replicate(&fleet, 3, 0..6, 1, &go(), &|_| {}).unwrap();
    let study = Study::of(&fleet, 3, runs.into_iter().map(Arc::new).collect());
    let t95 = study.metric(Measure::T95);
    assert_eq!((t95.median, t95.interval.keeps(3_600.0)), (f64::INFINITY, Some(false)));
    let none = Study::of(&fleet, 3, Vec::new());
    assert_eq!(none.metric(Measure::T95).interval.keeps(f64::INFINITY), None);
}

#[test]
fn stores_fill_while_devices_are_away_and_empty_when_they_are_back() {
    let mut fleet = ample(1_000, example(5.0), 60.0);
    fleet.groups[0].telemetry = Telemetry::new(2, 1.0);
    // Room for 100 values, which is 50 s.
    fleet.groups[0].store = OfflineStore::new(1_000, 10);
    let run = play(&fleet, 1);
    let stored = &run.groups[0].curves.stored;
    assert_eq!((stored[0], stored[9], stored[48]), (2_000, 20_000, 98_000));
    assert_eq!((stored[49], stored[59]), (100_000, 100_000));
    assert!(stored[62] > 0 && stored[62] < 100_000, "{}", stored[62]);
    assert_eq!(stored[66..].iter().max(), Some(&0));
    assert_eq!(*stored, run.curves.all.stored);
}

/// A fleet of C SDK devices that come back without a queue, whose random delay nobody knows.
fn delay_unknown() -> Fleet {
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 400, "agent": "example-agent",
        "reconnect_random_delay_seconds": {"unknown": [10, 400]}, "max_connect_delay": 0}},
        "platform": {"workers": 1000, "service_time_ms": 1},
        "outage": {"length_s": 0.5, "watch_s": 600}}"#;
    FleetFile::parse(text).unwrap().check(None).fleet.unwrap()
}

#[test]
fn draws_of_what_is_unknown_depend_on_the_number_of_the_run_only() {
    let fleet = delay_unknown();
    let many = |runs, threads| replicate(&fleet, 7, runs, threads, &go(), &|_| {}).unwrap();
    let all = many(0..20, 1);
    assert!(all == many(0..20, 3), "threads");
    assert!(
        all[..8] == many(0..8, 2) && all[8..] == many(8..20, 2),
        "a longer study begins with a shorter one"
    );
    for (number, played) in (0..).zip(&all) {
        let drawn = fleet.drawn(7, number).unwrap().unwrap();
        assert_eq!(*played, run(&drawn, played.seed, &go()).unwrap());
    }
    let hash = |runs: &[Run]| Study::of(&fleet, 7, runs.iter().cloned().map(Arc::new).collect()).hash;
    assert_ne!(hash(&all), hash(&replicate(&fleet, 8, 0..20, 2, &go(), &|_| {}).unwrap()));
}

#[test]
fn the_spread_of_an_unknown_that_acts_in_proportion_is_that_of_its_draws() {
    // Without a queue every device is back when its delay U(0, R) is over: 95 % of the fleet after 0.95 R,
    // with a standard deviation of R · sqrt(0.95 · 0.05 / n) of the order statistic.
    let fleet = delay_unknown();
    let runs = replicate(&fleet, 3, 0..64, 2, &go(), &|_| {}).unwrap();
    let [unknown] = fleet.unknowns.list() else { panic!() };
    let deviation = (0.95_f64 * 0.05 / 400.0).sqrt();
    let mut all = Vec::new();
    for (number, run) in (0..).zip(&runs) {
        let longest = unknown.drawn(3, number).number().unwrap();
        let t95 = run.times.t95.unwrap().secs() + 0.5;
        assert!((t95 - 0.95 * longest).abs() < 4.5 * deviation * longest + 0.1, "{t95} {longest}");
        all.push(t95);
    }
    // 64 draws stratify 10..=400: the ends are within 1/64 of the bounds.
    all.sort_unstable_by(f64::total_cmp);
    let step = 390.0 / 64.0 + 1.0;
    assert!(all[0] < 0.95 * (10.0 + step) + 3.0, "{}", all[0]);
    assert!(all[63] > 0.95 * (400.0 - step) * (1.0 - 4.5 * deviation), "{}", all[63]);
    let median = f64::midpoint(all[31], all[32]);
    assert!((median - 0.95 * 205.0).abs() < 15.0, "{median}");
}
