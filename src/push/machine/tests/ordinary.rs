//! One thing at a time.

use super::world::{Luck, World};
use super::*;
use crate::push::plan::{Budgets, Expected, Prediction, Staging, Window};

const CALM: Luck = Luck { seed: 1, crash_pct: 0, fault_pct: 0 };

#[test]
fn waves_come_one_after_another_and_wait_for_people() {
    let plan = plan(20, "2,50%,rest", |request| {
        request.pauses = Pauses::After(vec![1]);
        request.gate = Gate { confirmed_pct_x100: 10_000, observe_s: 60 };
    });
    let mut world = World::new(plan, CALM);
    world.order(&Order::Start);
    world.run();
    let (status, cause) = world.machine.status();
    assert_eq!(
        (status, cause),
        (Status::Paused, "Wave 1 is through, and the plan waits for somebody to look")
    );
    assert_eq!(world.touched.len(), 2);
    assert!(world.now.mono_ms >= 61_000, "observed for a minute");
    world.order(&Order::Resume);
    world.run();
    assert_eq!(world.machine.status().0, Status::Finished);
    assert_eq!(world.machine.tally(2).unwrap()[State::Verified as usize], 8);
    assert_eq!(world.most_in_flight, 5);
}

#[test]
fn restarts_keep_their_pace() {
    let plan = plan(30, "rest", |request| {
        request.pace.activations_per_s = 2.0;
        request.pace.burst = 1;
    });
    let mut world = World::new(plan, CALM);
    world.order(&Order::Start);
    world.run();
    assert_eq!(world.restart_times.len(), 30);
    let first = world.restart_times[0];
    // A restart happens up to 30 ms after it was begun.
    assert!(world.restart_times.iter().enumerate().all(|(n, at)| at - first + 200 >= n as u64 * 500));
}

#[test]
fn a_missed_gate_stops_it() {
    let plan = plan(20, "5,rest", |request| {
        request.gate.confirmed_pct_x100 = 10_000;
        request.budgets = Budgets { failed: 20, unreachable: 20, unknown: 20, drifted: 20 };
    });
    let mut world = World::new(plan, Luck { fault_pct: 60, ..CALM });
    world.order(&Order::Start);
    world.run();
    let (status, cause) = world.machine.status();
    assert!(
        status == Status::Tripped && cause.contains("devices of wave 1 are confirmed"),
        "{status:?} {cause}"
    );
    assert_eq!(world.touched.len(), 5);
}

#[test]
fn who_is_not_reached_is_known_before_anybody_restarts_where_all_is_staged_first() {
    let plan = plan(20, "1,rest", |request| request.staging = Staging::All);
    let mut world = World::new(plan, CALM);
    world.order(&Order::Start);
    world.run_for(30);
    assert!(world.touched.len() > 10, "{}", world.touched.len());
}

#[test]
fn nobody_restarts_outside_a_maintenance_window() {
    let window: Window = serde_json::from_str(r#"{"from":"02:00","to":"03:00"}"#).unwrap();
    let plan = plan(4, "rest", |request| {
        request.groups[0].windows = vec![window];
        request.groups[0].zone = Some("UTC".into());
    });
    let mut world = World::new(plan, CALM);
    world.order(&Order::Start);
    world.run();
    assert_eq!(world.machine.status().0, Status::Finished);
    assert!(
        world.restart_times.iter().all(|at| (7_200_000..7_300_000).contains(at)),
        "{:?}",
        world.restart_times
    );
}

#[test]
fn a_wall_clock_that_jumps_moves_windows_and_not_paces() {
    let plan = plan(3, "rest", |request| {
        request.pace.activations_per_s = 1.0;
        request.pace.burst = 1;
    });
    let mut world = World::new(plan, CALM);
    world.order(&Order::Start);
    for _ in 0..200 {
        world.now.wall_ms -= 3_600_000;
        world.run_for(1);
    }
    assert_eq!(world.machine.status().0, Status::Finished);
    let first = world.restart_times[0];
    assert!(world.restart_times[2] - first + 100 >= 2_000);
}

#[test]
fn fewer_devices_back_than_predicted_stop_it() {
    let plan = plan(40, "rest", |request| {
        request.pace.verify_after_s = 100;
        request.pace.activations_per_s = 10.0;
        request.pace.burst = 1;
        let back = vec![Expected { after_s: 2, least_pct_x100: 9_000 }];
        request.prediction = Some(Prediction { back, ..Prediction::default() });
    });
    let mut world = World::new(plan, CALM);
    world.order(&Order::Start);
    world.run();
    let (status, cause) = world.machine.status();
    assert!(status == Status::Tripped && cause.contains("the plan expects at least"), "{cause}");
    assert!(world.restart_times.len() < 40, "{}", world.restart_times.len());
}

#[test]
fn orders_that_do_not_fit_are_refused() {
    let mut world = World::new(plan(4, "rest", |_| {}), CALM);
    for order in [Order::Resume, Order::Pause, Order::RollBack { scope: Scope::All, urgent: false }] {
        assert!(matches!(world.try_order(&order), Err(OrderError::Status { .. })), "{order:?}");
    }
    world.order(&Order::Start);
    assert!(world.try_order(&Order::Start).is_err());
    assert!(matches!(world.try_order(&Order::Restart { device: 0 }), Err(OrderError::Nothing { .. })));
    let classes = vec!["no-such-class".to_owned()];
    assert!(matches!(world.try_order(&Order::Retry { classes }), Err(OrderError::Nothing { .. })));
    world.order(&Order::Pause);
    let touched = world.touched.len();
    world.run();
    assert_eq!(world.touched.len(), touched, "a pause begins nothing");
    world.order(&Order::Stop);
    assert!(world.try_order(&Order::Resume).is_err());
}

#[test]
fn after_a_crash_nothing_happens_by_itself() {
    let mut world = World::new(plan(10, "rest", |_| {}), CALM);
    world.order(&Order::Start);
    world.run_for(4);
    world.crash();
    let touched = world.touched.len();
    assert_eq!(world.machine.status().0, Status::Paused);
    world.run();
    assert_eq!(world.touched.len(), touched);
    world.order(&Order::Resume);
    world.run();
    assert_eq!(world.machine.status().0, Status::Finished);
}

#[test]
fn only_people_restart_a_device_in_doubt() {
    let budgets = Budgets { failed: 200, unreachable: 200, unknown: 200, drifted: 200 };
    let plan = plan(200, "rest", |request| request.budgets = budgets);
    let mut world = World::new(plan, Luck { fault_pct: 8, ..CALM });
    world.order(&Order::Start);
    world.run();
    let doubt = (0..200).find(|at| world.machine.row(*at).unwrap().state == State::InDoubt);
    let doubt = doubt.expect("some restart was lost on its way");
    assert!(world.devices[doubt as usize].restarts.is_empty() && world.devices[doubt as usize].is_new());
    assert_eq!(world.machine.status().0, Status::Finished);
    world.luck = CALM;
    world.order(&Order::Look);
    world.run();
    assert_eq!(world.machine.row(doubt).unwrap().state, State::InDoubt, "looking restarts nobody");
    world.order(&Order::Restart { device: doubt });
    world.run();
    assert_eq!(world.machine.row(doubt).unwrap().state, State::Verified);
    assert_eq!(world.devices[doubt as usize].restarts.len(), 1);
}

/// After a trip or a stop devices are looked at without a restart, and one that somebody names is restarted; nobody
/// else is touched for it.
#[test]
fn after_the_end_only_a_device_that_was_named_is_restarted() {
    for stop in [false, true] {
        let most = if stop { 200 } else { 1 };
        let budgets = Budgets { failed: 200, unreachable: 200, unknown: most, drifted: 200 };
        let plan = plan(200, "100,rest", |request| request.budgets = budgets);
        let mut world = World::new(plan, Luck { fault_pct: 30, ..CALM });
        world.order(&Order::Start);
        let doubt = |world: &World| {
            (0..200).find(|at| world.machine.row(*at).unwrap().state == State::InDoubt).unwrap_or(200)
        };
        while doubt(&world) == 200 {
            world.run_for(1);
        }
        if stop {
            world.order(&Order::Stop);
        }
        world.run();
        let over = world.machine.status().0;
        assert_eq!(over, if stop { Status::Stopped } else { Status::Tripped });
        let named = doubt(&world);
        world.luck = CALM;
        world.crash();
        let counts = |world: &World| -> Vec<usize> {
            world.devices.iter().map(|device| device.restarts.len()).collect()
        };
        let before = counts(&world);
        world.touched.clear();
        world.order(&Order::Look);
        world.run();
        assert!(world.touched.is_empty() && counts(&world) == before, "looking touches nobody");
        assert!(world.try_order(&Order::Restart { device: 199 }).is_err(), "it was never begun");
        world.order(&Order::Restart { device: named });
        world.run();
        assert_eq!(world.machine.row(named).unwrap().state, State::Verified);
        assert_eq!(world.touched.iter().copied().collect::<Vec<_>>(), [named]);
        let after = counts(&world);
        let more: Vec<_> = (0..200).filter(|at| after[*at as usize] != before[*at as usize]).collect();
        assert_eq!(more, [named]);
        assert_eq!(world.machine.status().0, over, "it stays over");
        assert!(world.try_order(&Order::Resume).is_err());
        let retry = Order::Retry { classes: Vec::new() };
        assert!(world.try_order(&retry).is_err() && world.touched.len() == 1);
    }
}

#[test]
fn a_named_restart_that_waits_is_taken_back_by_a_stop() {
    let window: Window = serde_json::from_str(r#"{"from":"02:00","to":"03:00"}"#).unwrap();
    let budgets = Budgets { failed: 200, unreachable: 200, unknown: 0, drifted: 200 };
    let plan = plan(200, "rest", |request| {
        request.budgets = budgets;
        request.groups[0].windows = vec![window];
        request.groups[0].zone = Some("UTC".into());
    });
    let mut world = World::new(plan, Luck { fault_pct: 30, ..CALM });
    world.order(&Order::Start);
    world.run();
    assert_eq!(world.machine.status().0, Status::Tripped);
    let doubt = (0..200).find(|at| world.machine.row(*at).unwrap().state == State::InDoubt).unwrap();
    world.luck = CALM;
    world.touched.clear();
    let later = 5_400_000_u64;
    (world.now.mono_ms, world.now.wall_ms) =
        (world.now.mono_ms + later, world.now.wall_ms + later.cast_signed());
    world.order(&Order::Restart { device: doubt });
    assert!(world.machine.next_wake(world.now).is_some(), "it waits for the window");
    world.order(&Order::Stop);
    world.run();
    assert!(world.touched.is_empty());
    assert_eq!(world.machine.status().0, Status::Tripped, "what tripped stays tripped");
    assert!(world.try_order(&Order::Stop).is_err());
    world.order(&Order::Restart { device: doubt });
    world.run();
    assert_eq!(world.machine.row(doubt).unwrap().state, State::Verified);
}

#[test]
fn what_was_staged_and_is_gone_is_staged_again_by_a_retry() {
    let plan = plan(3, "rest", |request| request.budgets.failed = 3);
    let mut world = World::new(plan, Luck { seed: 1, crash_pct: 0, fault_pct: 0 });
    world.lose_staged = true;
    world.order(&Order::Start);
    world.run();
    let gone = |world: &World| {
        (0..3).filter(|at| world.machine.row(*at).unwrap().class == Some(Class::StagedGone)).count()
    };
    assert_eq!(gone(&world), 3);
    world.lose_staged = false;
    world.order(&Order::Retry { classes: vec![Class::StagedGone.word().into()] });
    world.run();
    assert_eq!(gone(&world), 0);
    assert!(world.devices.iter().all(|device| device.is_new() && device.restarts.len() == 1));
}

#[test]
fn more_devices_in_doubt_than_allowed_stop_it() {
    let budgets = Budgets { failed: 200, unreachable: 200, unknown: 1, drifted: 200 };
    let plan = plan(200, "rest", |request| request.budgets = budgets);
    let mut world = World::new(plan, Luck { fault_pct: 30, ..CALM });
    world.order(&Order::Start);
    world.run();
    let (status, cause) = world.machine.status();
    assert_eq!((status, cause), (Status::Tripped, "2 devices are in doubt, and the plan allows 1"));
    let trip = world.tripped_at.unwrap();
    assert!(trip.begun < 200 && world.touched.len() <= trip.begun, "{} {trip:?}", world.touched.len());
}

#[test]
fn a_roll_back_waits_for_the_window_unless_it_is_urgent() {
    let window: Window = serde_json::from_str(r#"{"from":"02:00","to":"03:00"}"#).unwrap();
    for urgent in [false, true] {
        let plan = plan(4, "rest", |request| {
            request.groups[0].windows = vec![window.clone()];
            request.groups[0].zone = Some("UTC".into());
        });
        let mut world = World::new(plan, CALM);
        world.order(&Order::Start);
        world.run();
        assert_eq!(world.machine.status().0, Status::Finished);
        // An hour and a half later the window is closed.
        let later = 5_400_000_u64;
        (world.now.mono_ms, world.now.wall_ms) =
            (world.now.mono_ms + later, world.now.wall_ms + later.cast_signed());
        let (ordered, forward) = (world.now.mono_ms, world.restart_times.len());
        world.order(&Order::RollBack { scope: Scope::All, urgent });
        world.run();
        let waited: Vec<u64> = world.restart_times[forward..].iter().map(|at| at - ordered).collect();
        assert_eq!(waited.len(), 4);
        let soon = |wait: &u64| *wait < 60_000;
        assert!(waited.iter().all(|wait| soon(wait) == urgent), "{urgent} {waited:?}");
    }
}

#[test]
fn a_file_that_reads_back_as_another_fails_and_restarts_nobody_else() {
    use crate::push::state::{Seen, SeenFile};
    let plan = plan(2, "rest", |request| request.budgets.failed = 0);
    let mut machine = Machine::new(Arc::clone(&plan)).unwrap();
    let now = Now { mono_ms: 1, wall_ms: 1 };
    let mut steps = Vec::new();
    machine.order(now, &Order::Start, &mut steps).unwrap();
    let old = match plan.devices()[0].files[0].now {
        crate::push::plan::Now::Is(hash) => Some(hash),
        _ => None,
    };
    let file = SeenFile { live: old, staged: Some([7; 32]), kept: None };
    let retries = Class::Mismatch.retry().tries;
    for tried in 1..=retries {
        let result = Ok(Seen { files: vec![file], stamp: None });
        machine.handle(now, Event::Done { device: 0, work: Work::Stage, result }, &mut steps);
        let row = machine.row(0).unwrap();
        assert_eq!(row.class, Some(Class::Mismatch));
        assert_eq!(row.state == State::Failed, tried == retries, "{row:?}");
        if tried < retries {
            let later = Now { mono_ms: now.mono_ms + 10_000 * u64::from(tried), ..now };
            machine.handle(later, Event::Tick, &mut steps);
        }
    }
    assert_eq!(machine.status().0, Status::Tripped);
    let restarts = steps.iter().any(|step| matches!(step, Step::Work { work: Work::Activate, .. }));
    assert!(!restarts, "{steps:?}");
}
