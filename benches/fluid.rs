//! Prints the cost of one call of the fluid engine: `cargo bench --bench fluid`.
//!
//! Words after `--` choose the fleets whose names contain them. Not a test: machines differ, and nothing here can fail.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

mod measure;

use measure::cpu_time;
use regather::base::Micros;
use regather::base::units::significant;
use regather::fleet::example::EXAMPLES;
use regather::fleet::{Agent, DelayLaw, DutyCycle, Fleet, Meets, Retries};
use regather::sim::fluid::fluid;
use regather::sim::storm1::{self, Scenario};

fn main() {
    println!("fluid engine, one call, least of three rounds");
    for scenario in Scenario::ALL {
        for agents in [10_000, 10_000_000] {
            let fleet = storm1::fleet(scenario, agents, false);
            measure(&format!("{} {agents}", scenario.word()), &fleet);
        }
    }
    measure("deep 10000 exponential", &storm1::fleet(Scenario::Deep, 10_000, true));
    for example in EXAMPLES {
        if let Some(fleet) = example.file().ok().and_then(|file| file.check(None).fleet) {
            measure(example.name, &fleet);
        }
    }
    for groups in [4_u16, 12, 36] {
        measure(&format!("{groups} groups"), &many(groups, 120));
        measure(&format!("{groups} groups, 7 days"), &many(groups, 7 * 86_400));
    }
    let mut hole = many(12, 7 * 86_400);
    hole.outage.meets = Meets::BlackHole;
    measure("12 groups, 7 days of black hole", &hole);
    worst();
    let mut slow = storm1::fleet(Scenario::Storm, 10_000_000, false);
    slow.platform.workers = 40;
    slow.outage.watch = Micros::from_secs(14 * 86_400);
    measure("capacity for 14 hours", &slow);
}

/// Measures the fleets that cost most.
fn worst() {
    let days = |mut fleet: Fleet, days: u64| {
        fleet.outage.watch = Micros::from_secs(days * 86_400);
        fleet
    };
    let recovering = |mut fleet: Fleet| {
        (fleet.platform.workers, fleet.platform.accept_queue) = (400, 1_000_000);
        fleet
    };
    measure("40 groups", &many(40, 120));
    measure("40 groups, watched 30 days", &days(many(40, 120), 30));
    measure("40 groups, down and watched 30 days", &days(many(40, 30 * 86_400), 30));
    measure("40 groups that recover", &recovering(many(40, 7 * 86_400)));
    let mut patient = many(40, 7 * 86_400);
    for (index, group) in (0_u8..).zip(&mut patient.groups) {
        if let Some(mut sdk) = group.agent.sdk().copied() {
            sdk.connect_retries = Retries::Times(24 + u16::from(index));
            group.agent = Agent::CSdk(sdk);
        }
    }
    measure("40 groups that give up late", &patient);
    let mut duty = many(40, 7 * 86_400);
    for group in &mut duty.groups {
        group.duty = Some(DutyCycle { period: Micros::from_secs(3_600), on_permille: 200 });
    }
    measure("40 groups, not always awake", &duty);
    let mut relapse = many(40, 7 * 86_400);
    relapse.outage.events = relapse.outage.episodes();
    measure("40 groups, relapse", &relapse);
    let mut served = many(40, 7 * 86_400);
    served.outage.meets = Meets::Served;
    measure("40 groups, served", &days(recovering(served), 30));
    let mut bursts = many(40, 7 * 86_400);
    for (index, group) in (0_u64..).zip(&mut bursts.groups) {
        if let Some(mut sdk) = group.agent.sdk().copied() {
            sdk.delay_law = DelayLaw::Linux221;
            sdk.connect_retry_interval = Micros::from_secs(5 + index);
            group.agent = Agent::CSdk(sdk);
        }
    }
    measure("40 groups in bursts", &bursts);
}

/// Returns a fleet of groups that all behave differently.
fn many(groups: u16, outage_s: u64) -> Fleet {
    let mut fleet = storm1::fleet(Scenario::Deep, 100_000, true);
    let one = fleet.groups[0].clone();
    fleet.outage.length = Micros::from_secs(outage_s);
    fleet.groups = (0..groups)
        .map(|index| {
            let mut group = one.clone();
            group.id = format!("group-{index}");
            group.devices = 100_000 / u32::from(groups);
            let Some(mut sdk) = one.agent.sdk().copied() else { return group };
            sdk.max_connect_delay = Micros::from_secs(10);
            sdk.connect_retry_interval = Micros::from_secs(5);
            sdk.connect_retries = if index % 2 == 0 { Retries::Times(3) } else { Retries::Forever };
            let reconnect_random_delay = Micros::from_secs(60 + u64::from(index));
            group.agent = if index % 2 == 0 {
                Agent::ExampleAgent { reconnect_random_delay, sdk }
            } else {
                sdk.max_connect_delay = reconnect_random_delay;
                Agent::CSdk(sdk)
            };
            group
        })
        .collect();
    fleet
}

/// Prints the cost of one call.
fn measure(name: &str, fleet: &Fleet) {
    // The kernel books CPU time by the tick.
    const CALLS: u32 = 400;
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if wanted.is_some_and(|part| !name.contains(&part)) {
        return;
    }
    let round = || {
        let (cpu, attempts) = cpu_time(|| (0..CALLS).map(|_| fluid(fleet).totals.attempts).sum::<f64>());
        if attempts > 0.0 { cpu / f64::from(CALLS) } else { f64::INFINITY }
    };
    let cost = (0..3).map(|_| round()).fold(f64::INFINITY, f64::min);
    let result = fluid(fleet);
    println!(
        "  {name:<36} {:>6} µs CPU  step {:<5} s  t95 {:>7}  {:?}",
        (cost * 1e6).round(),
        significant(result.step_s),
        result.times.t95.map_or_else(|| "never".into(), |t95| format!("{} s", significant(t95))),
        result.doubts,
    );
}
