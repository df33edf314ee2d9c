//! Made-up plausible fleets: the estimate is near the exact mean, or says why it may not be.

use super::*;
use crate::fleet::{Backoff, BackoffLaw, Generic, JavaSdk, Meets, ServiceLaw};
use crate::sim::{Run, run};
use std::sync::atomic::AtomicBool;

/// Fleets compared, and exact runs of each.
const FLEETS: u64 = 90;
const RUNS: u64 = 3;
/// Allowed difference of t95 from the mean of the runs, beside three standard errors of that mean.
const WITHIN: f64 = 0.02;

/// Words of a plain linear congruential generator; good enough to pick from lists.
struct Pick(u64);

impl Pick {
    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from[(self.0 >> 33) as usize % from.len()]
    }
}

fn agent(pick: &mut Pick) -> Agent {
    let delay = pick.of(&[5.0, 20.0, 60.0, 180.0]);
    let interval = pick.of(&[5.0, 10.0, 30.0]);
    let retries = pick.of(&[Retries::Forever, Retries::Forever, Retries::Times(3), Retries::Times(200)]);
    match pick.of(&[0, 1, 2, 3, 4, 5]) {
        0 => Agent::CSdk(sdk(delay, retries, interval)),
        1 => Agent::Ems(sdk(delay, Retries::Forever, interval)),
        2 => Agent::JavaSdk(JavaSdk { reconnect_interval: secs(interval), connect_timeout: secs(10.0) }),
        3 => Agent::Generic(Generic {
            first_delay: secs(delay),
            connect_timeout: secs(10.0),
            connect_retries: Retries::Forever,
            backoff: Backoff {
                law: pick.of(&[BackoffLaw::FullJitter, BackoffLaw::EqualJitter]),
                base: secs(1.0),
                cap: secs(pick.of(&[30.0, 120.0])),
            },
        }),
        4 => manager(delay.max(20.0)),
        _ => example(delay.max(20.0), sdk(10.0, Retries::Times(pick.of(&[1, 3])), interval)),
    }
}

fn fleet(pick: &mut Pick) -> Fleet {
    let mut fleet = storm(agent(pick), pick.of(&[10.0, 60.0, 300.0, 900.0]));
    for index in 1..pick.of(&[1, 1, 2, 4]) {
        let mut other = fleet.groups[0].clone();
        (other.id, other.devices) = (format!("group-{index}"), pick.of(&[2_000, 5_000, 10_000]));
        other.agent = agent(pick);
        fleet.groups.push(other);
    }
    // One service every 25 ms to 200 ms and worker, for all in 30 s to 5 min.
    let devices: u32 = fleet.groups.iter().map(|group| group.devices).sum();
    let service_s = pick.of(&[0.025, 0.05, 0.2]);
    let workers = f64::from(devices) / pick.of(&[30.0, 90.0, 300.0]) * service_s;
    fleet.platform.workers = workers.max(4.0) as u32;
    fleet.platform.service_time = secs(service_s);
    fleet.platform.service_law = pick.of(&[ServiceLaw::Fixed, ServiceLaw::Exponential]);
    fleet.platform.accept_queue = pick.of(&[200, 1_000, 100_000]);
    fleet.platform.sessions.bind_protection = None;
    fleet.outage.watch = secs(900.0);
    fleet.outage.meets =
        pick.of(&[Meets::Refused, Meets::Refused, Meets::Http503, Meets::BlackHole, Meets::Served]);
    if pick.of(&[false, false, true]) {
        (fleet.outage.ramp_from_permille, fleet.outage.ramp) = (pick.of(&[100, 500]), secs(60.0));
    }
    if fleet.outage.meets == Meets::Served {
        fleet.outage.platform_down = false;
        fleet.outage.capacity_permille = pick.of(&[333, 667, 1_000]);
    }
    fleet
}

/// Returns what is wrong with the estimate of a fleet, if anything.
fn wrong(fleet: &Fleet, result: &Fluid) -> Option<String> {
    let runs: Vec<Run> = (1..=RUNS).map(|seed| run(fleet, seed, &AtomicBool::new(false)).unwrap()).collect();
    let exact: Vec<f64> = runs.iter().filter_map(|run| run.times.t95).map(Micros::secs).collect();
    let Some(t95) = result.times.t95 else {
        return (!exact.is_empty()).then(|| format!("never, and {exact:?}"));
    };
    if exact.len() < runs.len() {
        return Some(format!("{t95}, and {} runs never", runs.len() - exact.len()));
    }
    let mean = exact.iter().sum::<f64>() / RUNS as f64;
    let variance = exact.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (RUNS - 1) as f64;
    let allowed = WITHIN * mean + 3.0 * (variance / RUNS as f64).sqrt() + result.step_s;
    ((t95 - mean).abs() > allowed).then(|| format!("{t95} against {mean}, allowed {allowed}"))
}

#[test]
fn made_up_fleets_are_near_the_exact_mean_or_doubted() {
    let (mut trusted, mut failures) = (0, Vec::new());
    for number in 0..FLEETS {
        let fleet = fleet(&mut Pick(number));
        let result = fluid(&fleet);
        if result.doubts.is_empty() {
            trusted += 1;
            failures.extend(wrong(&fleet, &result).map(|what| format!("{number}: {what}")));
        }
    }
    assert!(failures.is_empty(), "{trusted} trusted\n{}", failures.join("\n"));
    assert!(trusted > FLEETS / 3, "{trusted}");
}

#[test]
fn a_queue_too_long_for_everybody_drains() {
    // A short outage and a slow start: everybody is served too late until the queue has become shorter, for
    // minutes in which nothing else changes.
    let fleet = fleet(&mut Pick(493));
    let result = fluid(&fleet);
    assert!(result.doubts.contains(&Doubt::NearCliff), "minutes hang on a few percent of the capacity");
    let t95 = run(&fleet, 1, &AtomicBool::new(false)).unwrap().times.t95.unwrap().secs();
    near("t95", result.times.t95.unwrap(), t95, 0.06);
    // Each of them was worked on for nobody.
    near("wasted", result.totals.wasted, result.totals.timed_out, 0.01);
}
