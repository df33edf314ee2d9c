//! The fluid engine against closed forms, against the mean of exact runs, and against its own doubts.

mod doubts;
mod exact;
mod forms;
mod full;
mod groups;
mod random;
mod served;

use super::{Doubt, Fluid, fluid};
use crate::base::Micros;
use crate::fleet::{Agent, CSdk, DelayLaw, Fleet, Retries};
use crate::sim::storm1::{self, Scenario};
use crate::sim::tests::{sdk, secs};

fn example(random_s: f64, sdk: CSdk) -> Agent {
    Agent::ExampleAgent { reconnect_random_delay: secs(random_s), sdk }
}

/// The storm of the reference model with 10 000 devices of this agent.
fn storm(agent: Agent, outage_s: f64) -> Fleet {
    let mut fleet = storm1::fleet(Scenario::Storm, 10_000, false);
    fleet.groups[0].agent = agent;
    fleet.outage.length = secs(outage_s);
    fleet
}

/// The same in front of a platform that never makes anybody wait.
fn ample(agent: Agent, outage_s: f64) -> Fleet {
    let mut fleet = storm(agent, outage_s);
    fleet.platform.workers = 100_000;
    fleet
}

fn manager(random_s: f64) -> Agent {
    example(random_s, sdk(0.0, Retries::Times(1), 0.0))
}

fn times(fluid: &Fluid) -> [Option<f64>; 4] {
    [fluid.times.t50, fluid.times.t95, fluid.times.t99, fluid.times.t100]
}

/// Checks that a value is within this part of what is expected.
fn near(name: &str, value: f64, expected: f64, part: f64) {
    assert!((value - expected).abs() <= part * expected.abs(), "{name}: {value} against {expected}");
}
