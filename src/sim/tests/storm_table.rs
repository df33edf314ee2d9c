//! The storm table: what became of 10,000 devices under policies that people really set, measured with an
//! independent simulation. Every row must have the same verdict, rows without chance the same time
//! within 1 %, and rows with chance the same within the spread of the runs.

use super::{example, play, sdk, secs};
use crate::fleet::{Agent, CSdk, Fleet, Purges, Retries};
use crate::sim::storm1::{self, Scenario};
use crate::sim::{Run, Stability};

/// One server of capacity `per_s` behind an endless queue; devices wait 10 s and it serves them in vain.
fn fleet(devices: u32, agent: Agent, per_s: u32, outage_s: f64) -> Fleet {
    let mut fleet = storm1::fleet(Scenario::Storm, devices, false);
    fleet.groups[0].agent = agent;
    fleet.platform.workers = 1;
    fleet.platform.service_time = secs(1.0 / f64::from(per_s));
    fleet.platform.accept_queue = 1_000_000;
    fleet.outage.length = secs(outage_s);
    fleet.outage.watch = secs(1_800.0);
    fleet
}

/// The SDK alone, for ever.
fn retry(delay_s: f64, interval_s: f64) -> Agent {
    Agent::CSdk(sdk(delay_s, Retries::Forever, interval_s))
}

/// Returns t50, t95 and t100 [s] of a run that recovers.
fn times(run: &Run) -> [f64; 3] {
    assert_eq!(run.totals.back, run.devices, "everybody is back");
    [run.times.t50, run.times.t95, run.times.t100].map(|time| time.unwrap().secs())
}

/// The mean over runs is the published figure, which is rounded to whole seconds and comes from one run:
/// within four standard deviations of a run, and half a second.
fn within_the_spread(runs: &[f64], expected: f64, what: &str) {
    let count = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / count;
    let variance = runs.iter().map(|run| (run - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let allowed = 4.0 * (variance * (1.0 + 1.0 / count)).sqrt() + 0.5;
    assert!((mean - expected).abs() <= allowed, "{what}: {mean:.2} against {expected} ± {allowed:.2}");
}

/// The published times come out, all three.
fn published(fleet: &Fleet, expected: [f64; 3]) {
    let runs: Vec<[f64; 3]> = (0..12).map(|seed| times(&play(fleet, seed))).collect();
    for (index, (expected, what)) in expected.into_iter().zip(["t50", "t95", "t100"]).enumerate() {
        let times: Vec<f64> = runs.iter().map(|run| run[index]).collect();
        within_the_spread(&times, expected, what);
    }
}

/// Collapses, with about so many devices back after half an hour.
fn collapses(fleet: &Fleet, back: f64, tolerance: f64) {
    let run = play(fleet, 1);
    assert_eq!(run.stability(), Stability::Never);
    let share = (run.totals.back as f64 - back).abs() / back;
    assert!(share <= tolerance, "{} back against {back}", run.totals.back);
}

#[test]
fn a_fixed_retry_without_delay_collapses_or_just_fits() {
    for outage in [30.0, 120.0, 600.0] {
        // Capacity times time-out connect in the first wave; nobody ever after.
        collapses(&fleet(10_000, retry(0.0, 10.0), 250, outage), 2_500.0, 0.001);
        let just = play(&fleet(10_000, retry(0.0, 10.0), 1_000, outage), 1);
        assert!((times(&just)[2] / 10.1 - 1.0).abs() <= 0.01, "{:?}", just.times);
    }
}

#[test]
fn one_delay_per_loss_helps_only_in_outages_shorter_than_it() {
    published(&fleet(10_000, retry(120.0, 10.0), 250, 30.0), [30.0, 84.0, 90.0]);
    collapses(&fleet(10_000, retry(120.0, 10.0), 250, 600.0), 3_364.0, 0.03);
    published(&fleet(10_000, retry(300.0, 60.0), 250, 600.0), [30.0, 57.0, 60.0]);
    collapses(&fleet(10_000, retry(300.0, 60.0), 100, 600.0), 2_372.0, 0.03);
}

#[test]
fn a_delay_before_every_attempt_decides_by_its_length() {
    published(&fleet(10_000, example(60.0), 250, 600.0), [20.0, 47.0, 60.0]);
    collapses(&fleet(10_000, example(60.0), 100, 600.0), 1_468.0, 0.05);
    published(&fleet(10_000, example(200.0), 100, 600.0), [60.0, 156.0, 200.0]);
    published(&fleet(10_000, example(600.0), 100, 600.0), [195.0, 486.0, 597.0]);
}

#[test]
fn shedding_at_once_wastes_capacity_because_cycles_stay_synchronised() {
    for per_s in [100, 250, 1_000] {
        let mut fleet = fleet(10_000, retry(0.0, 10.0), per_s, 600.0);
        fleet.platform.accept_queue = 500;
        let last = times(&play(&fleet, 1))[2];
        assert!((189.0..=201.0).contains(&last), "{per_s}/s: {last}");
    }
}

#[test]
fn the_zero_waste_condition_stands_where_it_was_measured() {
    // Cycle + time-out ≥ devices / capacity: r ≥ 5,000 / 100 − 10 = 40 s.
    let at = |interval: f64| play(&fleet(5_000, retry(300.0, interval), 100, 600.0), 1);
    assert_eq!(at(44.0).totals.wasted, 0);
    let narrow = at(36.0);
    assert!(narrow.totals.wasted > 500 && narrow.totals.back == 5_000, "{:?}", narrow.totals);
    assert_eq!(at(20.0).stability(), Stability::Never);
    assert_eq!(play(&fleet(5_000, example(60.0), 100, 600.0), 1).totals.wasted, 0);
    assert_eq!(play(&fleet(5_000, example(40.0), 100, 600.0), 1).stability(), Stability::Never);
}

#[test]
fn never_beginning_what_cannot_end_in_time_ends_the_collapse() {
    for (interval, expected) in [(10.0, 58.0), (20.0, 57.0)] {
        let mut fleet = fleet(5_000, retry(300.0, interval), 100, 600.0);
        assert_eq!(play(&fleet, 1).stability(), Stability::Never);
        fleet.platform.purges = Purges::TooLate;
        let run = play(&fleet, 1);
        assert_eq!(run.totals.wasted, 0);
        let last: Vec<f64> = (0..12).map(|seed| times(&play(&fleet, seed))[2]).collect();
        within_the_spread(&last, expected, &interval.to_string());
    }
}

#[test]
fn dropping_abandoned_sockets_before_working_on_them_ends_the_collapse_too() {
    // Some heads of the queue are still served in vain: their devices give up while they are worked on.
    for (interval, expected) in [(10.0, 58.0), (20.0, 57.0)] {
        let mut fleet = fleet(5_000, retry(300.0, interval), 100, 600.0);
        fleet.platform.purges = Purges::GivenUp;
        let run = play(&fleet, 1);
        let [.., last] = times(&run);
        let in_vain = run.totals.wasted as f64 / 100.0;
        assert!(
            last >= expected - 1.0 && last <= expected + 2.0 * in_vain,
            "{interval}: {last}, {in_vain} s in vain"
        );
    }
}

#[test]
fn the_sdk_of_the_table_is_the_one_of_the_model() {
    let CSdk { connect_timeout, .. } = sdk(0.0, Retries::Forever, 10.0);
    assert_eq!(connect_timeout, secs(10.0));
}
