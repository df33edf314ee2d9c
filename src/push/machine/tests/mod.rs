//! The machine in a world of devices that fail, hang, lie and outlive its crashes.

mod ordinary;
mod world;

use super::*;
use crate::push::plan::tests::{candidate, request};
use crate::push::plan::{Gate, Pauses, Request};
use proptest::prelude::*;
use world::{Luck, World};

/// A plan of so many devices in waves, without waits.
fn plan(devices: usize, waves: &str, change: impl FnOnce(&mut Request)) -> Arc<Plan> {
    let mut request = request(waves);
    request.pauses = Pauses::Never;
    request.gate = Gate { confirmed_pct_x100: 0, observe_s: 0 };
    request.pace.activations_per_s = 1_000.0;
    request.pace.burst = 1_000;
    request.pace.at_once = 5;
    request.pace.verify_after_s = 1;
    request.pace.restart_s = 1;
    change(&mut request);
    Arc::new(Plan::new(request, (0..devices).map(candidate).collect()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever fails and whenever the program dies: nothing is activated that was not staged and read back, no
    /// device restarts twice for one stamp, and in the end every device is somewhere.
    #[test]
    fn nothing_is_torn_or_done_twice(seed: u64, crash_pct in 0_u32..4, fault_pct in 0_u32..30) {
        let plan = plan(40, "5,rest", |request| {
            request.budgets = crate::push::plan::Budgets { failed: 40, unreachable: 40, unknown: 40, drifted: 40 };
        });
        let mut world = World::new(plan, Luck { seed, crash_pct, fault_pct });
        world.order(&Order::Start);
        world.run();
        prop_assert_eq!(world.machine.status().0, Status::Finished, "{}", world.machine.status().1);
        for (at, device) in world.devices.iter().enumerate() {
            let row = world.machine.row(at as u32).unwrap();
            prop_assert!(row.state.is_final(), "{:?}", row);
            prop_assert!(device.restarts.len() <= 1, "device {at} restarted {:?}", device.restarts);
            if row.state == State::Verified {
                prop_assert!(device.is_new() && device.restarts.len() == 1);
            }
            if row.state == State::Skipped {
                prop_assert!(device.is_new());
            }
        }
    }

    /// A trip holds: nobody is touched afterwards on whom no work was going on.
    #[test]
    fn after_a_trip_nobody_new_is_touched(seed: u64, failed in 0_u32..4, fault_pct in 20_u32..60) {
        let plan = plan(60, "rest", |request| {
            request.budgets.failed = failed;
            request.pace.activations_per_s = 50.0;
        });
        let mut world = World::new(plan, Luck { seed, crash_pct: 0, fault_pct });
        world.order(&Order::Start);
        world.run();
        if let Some(at) = world.tripped_at {
            prop_assert!(world.touched.len() <= at.begun, "{} > {}", world.touched.len(), at.begun);
            prop_assert_eq!(world.machine.status().0, Status::Tripped);
            prop_assert!(world.try_order(&Order::Resume).is_err() && world.try_order(&Order::Start).is_err());
            let retry = Order::Retry { classes: Vec::new() };
            prop_assert!(world.try_order(&retry).is_err());
            world.crash();
            prop_assert_eq!(world.machine.status().0, Status::Tripped, "a new process changes nothing");
        }
    }

    /// Rolled back, every device that is not in trouble has its old file, one restart for it, and its own stamp.
    #[test]
    fn a_roll_back_brings_the_old_files_back(seed: u64, crash_pct in 0_u32..4, after in 5_u32..300) {
        let plan = plan(30, "5,rest", |_| {});
        let mut world = World::new(plan, Luck { seed, crash_pct, fault_pct: 0 });
        world.order(&Order::Start);
        world.run_for(after);
        if world.machine.status().0 != Status::Ready {
            world.order(&Order::RollBack { scope: Scope::All, urgent: true });
        }
        world.run();
        prop_assert_eq!(world.machine.status().0, Status::Stopped);
        for (at, device) in world.devices.iter().enumerate() {
            let row = world.machine.row(at as u32).unwrap();
            prop_assert!(device.restarts.len() <= 2, "{:?}", device.restarts);
            if row.state == State::RolledBack {
                // Forward it restarted at most once: it may have been in doubt whether it did at all.
                prop_assert!(!device.is_new() && device.restarts.last().is_some_and(|last| last.ends_with("-2")));
            } else {
                prop_assert!(!device.is_new() || row.state == State::InDoubt, "{row:?} {device:?}");
            }
        }
    }

    /// Ordered again, a roll-back serves those that it failed for, and nobody else.
    #[test]
    fn a_roll_back_that_failed_can_be_ordered_again(seed: u64, fault_pct in 0_u32..60, after in 5_u32..400) {
        let plan = plan(30, "rest", |_| {});
        let mut world = World::new(plan, Luck { seed, crash_pct: 0, fault_pct });
        world.order(&Order::Start);
        world.run_for(after);
        // Some are half-way then: their files are in place, and they were not restarted.
        world.order(&Order::RollBack { scope: Scope::All, urgent: true });
        world.run();
        let before: Vec<_> = world.devices.iter().map(|device| device.restarts.len()).collect();
        let done: Vec<_> = (0..30).map(|at| world.machine.row(at).unwrap().state == State::RolledBack).collect();
        world.luck.fault_pct = 0;
        world.order(&Order::RollBack { scope: Scope::All, urgent: true });
        world.run();
        for (at, device) in world.devices.iter().enumerate() {
            let state = world.machine.row(at as u32).unwrap().state;
            prop_assert!(!device.is_new() || state == State::InDoubt, "{state:?} {device:?}");
            if done[at] || state == State::InDoubt {
                prop_assert_eq!(device.restarts.len(), before[at], "nobody restarts again who need not");
            }
        }
    }
}
