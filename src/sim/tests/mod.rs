//! The engine against a second implementation, against closed forms, and against what agents and
//! platforms are known to do.

mod behaviour;
mod equality;
mod looks;
mod made_up;
mod queue_theory;
mod rows;
mod storm_table;
mod theory;

use super::storm1::{self, Scenario};
use super::{Run, run};
use crate::base::Micros;
use crate::fleet::{Agent, CSdk, DelayLaw, Fleet, Retries};
use std::sync::atomic::AtomicBool;

fn play(fleet: &Fleet, seed: u64) -> Run {
    run(fleet, seed, &AtomicBool::new(false)).unwrap()
}

pub(super) fn secs(s: f64) -> Micros {
    Micros::from_secs_f64(s).unwrap()
}

pub(super) fn sdk(delay_s: f64, retries: Retries, interval_s: f64) -> CSdk {
    CSdk {
        max_connect_delay: secs(delay_s),
        connect_timeout: Micros::from_secs(10),
        connect_retries: retries,
        connect_retry_interval: secs(interval_s),
        delay_law: DelayLaw::Documented,
    }
}

/// A fleet of one group in front of a platform that never makes anybody wait.
fn ample(devices: u32, agent: Agent, outage_s: f64) -> Fleet {
    let mut fleet = storm1::fleet(Scenario::Storm, devices, false);
    fleet.groups[0].agent = agent;
    fleet.platform.workers = devices;
    fleet.outage.length = secs(outage_s);
    fleet
}

fn example(random_s: f64) -> Agent {
    Agent::ExampleAgent { reconnect_random_delay: secs(random_s), sdk: sdk(0.0, Retries::Times(1), 0.0) }
}
