//! Closed forms.

use super::*;
use crate::sim::theory;

const N: f64 = 10_000.0;

/// Returns the value of a curve in the bin that begins at `from_s` [s after the return].
fn at(fluid: &Fluid, curve: &[f64], from_s: f64) -> f64 {
    let edges = &fluid.curves.edges_s;
    curve[edges.iter().position(|edge| (edge - from_s).abs() < 1e-6).unwrap()]
}

#[test]
fn without_an_outage_devices_return_by_order_statistics() {
    let result = fluid(&ample(manager(60.0), 0.0));
    for (time, share) in times(&result).into_iter().zip([0.5, 0.95, 0.99, N / (N + 1.0)]) {
        near("time", time.unwrap(), 60.0 * share + 0.02, 2e-3);
    }
    near("attempts", result.totals.attempts, N, 1e-9);
    near("back", result.totals.back, N, 1e-6);
}

#[test]
fn a_long_outage_makes_attempts_a_renewal_process() {
    let result = fluid(&ample(manager(30.0), 120.0));
    let attempts = &result.curves.attempts;
    for second in [0.0, 10.0, 20.0, 29.0] {
        let [from, to] = [second, second + 1.0].map(|t: f64| (t / 30.0).exp());
        near("renewal density", at(&result, attempts, second - 120.0), N * (to - from), 2e-3);
    }
    near("settled", at(&result, attempts, -2.0), 2.0 * N / 30.0, 1e-3);
    near("peak", result.peak.mean, theory::peak_in_outage(N, 30.0, 120.0), 0.02);
    let in_outage = N * theory::attempts_in_outage(30.0, 120.0);
    near("attempts", result.totals.attempts_in_outage, in_outage, 1e-3);
    for second in [0.0, 5.0, 15.0, 25.0] {
        let expected = theory::arrival_rate(N, 30.0, second + 0.5);
        near("arrivals", at(&result, &result.curves.arrivals, second), expected, 3e-3);
    }
    for (time, share) in times(&result).into_iter().zip([0.5, 0.95, 0.99]) {
        near("time", time.unwrap(), theory::unqueued_time(30.0, share) + 0.02, 3e-3);
    }
    near("t100", result.times.t100.unwrap(), theory::unqueued_last(N, 30.0, 0.02), 1e-3);
}

#[test]
fn weeks_of_outage_are_the_settled_state() {
    let (long, week) = (fluid(&storm(manager(50.0), 1_000.0)), fluid(&storm(manager(50.0), 604_800.0)));
    for (a, b) in times(&week).into_iter().zip(times(&long)) {
        near("time", a.unwrap(), b.unwrap(), 1e-3);
    }
    let attempts = N * theory::attempts_in_outage(50.0, 604_800.0);
    near("attempts", week.totals.attempts_in_outage, attempts, 1e-3);
    let (edges, rates) = (&week.curves.edges_s, &week.curves.attempts);
    let area: f64 = edges.windows(2).zip(rates).map(|(pair, rate)| (pair[1] - pair[0]) * rate).sum();
    near("area below the curve", area, week.totals.attempts, 1e-9);
    assert!(edges.len() < 3_000 && edges.is_sorted(), "{}", edges.len());
}

#[test]
fn a_fixed_interval_keeps_its_phase() {
    // Devices attempt every 7 s, evenly in the first half of each period. 100 s end 2 s into one: 1.5 / 3.5
    // of the devices are still to come in it, and the middle one comes 0.25 s into the next. 100 001 s end 6 s
    // into one.
    for (outage, middle) in [(100.0, 5.25), (100_001.0, 2.75)] {
        let result = fluid(&ample(Agent::CSdk(sdk(3.5, Retries::Forever, 7.0)), outage));
        near(&format!("t50 after {outage} s"), result.times.t50.unwrap(), middle + 0.02, 0.02);
    }
}

#[test]
fn devices_with_used_up_retries_are_stranded() {
    let agent = Agent::CSdk(sdk(0.0, Retries::Times(3), 5.0));
    let mut fleet = storm(agent, 60.0);
    let mut other = fleet.groups[0].clone();
    (other.id, other.agent, other.devices) = ("other".into(), manager(30.0), 30_000);
    fleet.groups.push(other);
    let result = fluid(&fleet);
    near("stranded", result.totals.stranded, N, 1e-9);
    near("back", result.totals.back, 30_000.0, 1e-6);
    assert!(result.times.t50.is_some() && result.times.t95.is_none() && result.times.t100.is_none());
    near("share", *result.curves.share_back.last().unwrap(), 0.75, 1e-6);
}

#[test]
fn nobody_is_lost_or_invented() {
    let mut mixed = storm(example(60.0, sdk(10.0, Retries::Times(3), 5.0)), 77.7);
    let mut other = mixed.groups[0].clone();
    (other.id, other.agent) = ("other".into(), Agent::CSdk(sdk(45.0, Retries::Times(9), 11.0)));
    mixed.groups.push(other);
    // A wait of up to 15 s: some give up, and all get back in the end.
    (mixed.platform.accept_queue, mixed.platform.workers) = (12_000, 16);
    let result = fluid(&mixed);
    let totals = result.totals;
    near("devices", totals.back + totals.stranded, 20_000.0, 1e-6);
    let outcomes = totals.back + totals.refused + totals.timed_out;
    near("arrivals", totals.arrivals, outcomes, 1e-3);
    near("services for nobody", totals.wasted, totals.timed_out, 1e-6);
    // A group split in two is the same fleet.
    let mut split = mixed.clone();
    split.groups[0].devices = 4_000;
    let mut rest = split.groups[0].clone();
    (rest.id, rest.devices) = ("rest".into(), 6_000);
    split.groups.push(rest);
    assert_eq!(fluid(&split).times, result.times);
}

#[test]
fn steps_longer_than_the_waits_invent_nobody() {
    let mut fleet = ample(manager(60.0), 600.0);
    let one = fleet.groups[0].clone();
    let group = |index: u16| {
        let mut group = one.clone();
        (group.id, group.devices) = (format!("group-{index}"), 500);
        let delay = 60.0 + f64::from(index);
        group.agent = match index % 2 {
            0 => example(delay, sdk(10.0, Retries::Times(3), 5.0)),
            _ => Agent::CSdk(sdk(delay, Retries::Forever, 5.0)),
        };
        group
    };
    fleet.groups = (0..40).map(group).collect();
    let result = fluid(&fleet);
    assert!(result.step_s > 5.0 && result.doubts.contains(&Doubt::Coarse), "{}", result.step_s);
    near("back", result.totals.back, 20_000.0, 1e-6);
    // 58.7 s in exact runs of all 40 groups.
    near("t95", result.times.t95.unwrap(), 58.7, 0.02);
}

#[test]
fn odd_fleets_are_survived() {
    let mut fleet = storm(manager(30.0), 120.0);
    fleet.groups[0].devices = 0;
    assert_eq!(fluid(&fleet).totals.attempts, 0.0);
    let mut spinning = storm(Agent::CSdk(sdk(0.0, Retries::Forever, 0.0)), 10.0);
    assert!(fluid(&spinning).doubts.iter().any(|doubt| matches!(doubt, Doubt::FastRetries { .. })));
    spinning.groups[0].agent = Agent::CSdk(sdk(0.0, Retries::Times(0), 0.0));
    near("stranded", fluid(&spinning).totals.stranded, N, 1e-9);
    let mut endless = storm(manager(864_000.0), 86_400.0 * 365.0);
    (endless.groups[0].devices, endless.outage.watch) = (100_000_000, Micros::ZERO);
    let result = fluid(&endless);
    assert_eq!((result.totals.back, result.times.t50), (0.0, None));
    let mut narrow = storm(manager(30.0), 0.001);
    (narrow.platform.accept_queue, narrow.platform.workers) = (0, 1);
    assert!(fluid(&narrow).totals.refused > 0.0);
}
