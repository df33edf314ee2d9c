//! Grids, ranges, the own place in a grid, and what matters.

use super::*;
use crate::fleet::FleetFile;
use crate::fleet::example::EXAMPLES;
use crate::plan::{Aim, Goal, Goals, State};

fn example() -> (FleetFile, Goals) {
    let file = EXAMPLES[0].file().unwrap();
    let list = Goal::of_targets(&file.check(None).fleet.unwrap().targets);
    (file, Goals { list, chance_pct: None })
}

fn axis(file: &FleetFile, range: &str) -> Result<Axis, AxisError> {
    Axis::of(file, None, &range.parse().unwrap())
}

fn grid(file: &FleetFile, goals: &Goals, ranges: &[&str], method: Method, threads: usize) -> Sweep {
    let axes = ranges.iter().map(|range| axis(file, range).unwrap()).collect();
    sweep((file, None), axes, goals, method, threads, (&AtomicBool::new(false), &|_, _| {})).unwrap()
}

#[test]
fn ranges_are_steps_in_the_unit_of_the_lever() {
    let (file, _) = example();
    let values = |range: &str| axis(&file, range).unwrap().values;
    assert_eq!(values("random_delay=30s..8min/5"), [30.0, 60.0, 120.0, 240.0, 480.0]);
    assert_eq!(values("random_delay=0..40s/5lin"), [0.0, 10.0, 20.0, 30.0, 40.0]);
    assert_eq!(values("random_delay=90s,2min"), [90.0, 120.0]);
    // Whole workers only, each once.
    assert_eq!(values("/platform/workers=1..4/16"), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(values("capacity=50..200/3"), [50.0, 100.0, 200.0]);
    for wrong in [
        "random_delay=30..60",
        "random_delay=0..60s",
        "random_delay=10s..9000h",
        "capacity=0..5",
        "/platform/workers=a..b",
    ] {
        assert!(axis(&file, wrong).is_err(), "{wrong}");
    }
    let unknown = |range: &str| matches!(axis(&file, range), Err(AxisError::Lever(_)));
    assert!(unknown("speed=1..2") && unknown("/platform/service_law=1..2"));
    for wrong in ["random_delay", "=1..2", "random_delay=1s..2s/1", "random_delay=1s..2s/many"] {
        assert!(wrong.parse::<Range>().is_err(), "{wrong}");
    }
}

#[test]
fn one_value_is_written_in_each_kinds_unit() {
    let (file, _) = example();
    let lever = axis(&file, "random_delay=30s..60s").unwrap().lever;
    let set: Vec<String> = lever
        .assignments(&file, None, 300.0)
        .unwrap()
        .iter()
        .map(|one| format!("{}={} {}", one.input.address, one.json(), one.text()))
        .collect();
    assert_eq!(set[0], "/groups/pumps/reconnect_random_delay_seconds=300 30 s → 5 min");
    assert_eq!(set[3], "/groups/gateways/max_connect_delay=300000 1 min → 5 min (file: 300000)");
    assert_eq!(lever.now(&file, None), Some(30.0), "that of most groups");
}

#[test]
fn cells_are_the_same_for_any_number_of_threads() {
    let (file, goals) = example();
    let ranges = ["random_delay=20s..20min/6", "capacity=50..200/3"];
    let one = grid(&file, &goals, &ranges, Method::Estimate, 1);
    assert_eq!(one, grid(&file, &goals, &ranges, Method::Estimate, 2));
    assert_eq!(one.cells.len(), 18);
    assert_eq!(one.cells[4].values, [one.axes[0].values[1], one.axes[1].values[1]]);
    let states: Vec<State> = one.cells.iter().map(|cell| cell.trial.state).collect();
    for state in [State::Never, State::Meets, State::TooSlow] {
        assert!(states.contains(&state), "{states:?}");
    }
}

#[test]
fn estimates_and_runs_agree_away_from_the_edge() {
    let (file, goals) = example();
    let ranges = ["random_delay=4min,5min,12min"];
    let estimated = grid(&file, &goals, &ranges, Method::Estimate, 2);
    let simulated = grid(&file, &goals, &ranges, Method::Exact { seed: 1, runs: 6 }, 2);
    for (estimate, run) in estimated.cells.iter().zip(&simulated.cells) {
        assert_eq!(estimate.trial.state, run.trial.state, "{:?}", estimate.values);
        let t95 = |cell: &Cell| cell.trial.figures.get(Aim::T95).unwrap();
        assert!((t95(estimate) / t95(run) - 1.0).abs() < 0.02, "{} {}", t95(estimate), t95(run));
        assert_eq!((run.trial.runs, run.trial.held.len()), (6, goals.list.len()));
    }
}

#[test]
fn the_own_place_has_its_margins() {
    let (file, goals) = example();
    let mut file = file;
    for id in ["pumps", "cooling", "vending"] {
        let address = format!("/groups/{id}/reconnect_random_delay_seconds");
        file = file.with(&address, &300.into()).unwrap();
    }
    file = file.with("/groups/gateways/max_connect_delay", &300_000.into()).unwrap();
    let made =
        grid(&file, &goals, &["random_delay=1min..20min/24", "capacity=50..200/9"], Method::Estimate, 2);
    let own = made.own.unwrap();
    assert_eq!(own.values, [300.0, 100.0]);
    assert!(made.cells[own.cell].trial.meets());
    let margin = own.margins[0];
    assert!(margin.below.unwrap() < 300.0 && margin.above.unwrap() > 300.0, "{margin:?}");
    assert!((0.05..0.6).contains(&margin.share(300.0).unwrap()), "{margin:?}");
    assert!(own.margins[1].above.is_none(), "more capacity never hurts here");
}

#[test]
fn grids_without_sense_are_refused() {
    let (file, goals) = example();
    let ask = |ranges: &[&str], stop: bool| {
        let axes = ranges.iter().map(|range| axis(&file, range).unwrap()).collect();
        sweep((&file, None), axes, &goals, Method::Estimate, 1, (&AtomicBool::new(stop), &|_, _| {}))
            .unwrap_err()
    };
    assert_eq!(ask(&[], false), SweepError::Axes(0));
    let same = ask(&["random_delay=1s..9s", "/groups/pumps/reconnect_random_delay_seconds=1s..9s"], false);
    assert_eq!(same, SweepError::Same("/groups/pumps/reconnect_random_delay_seconds".to_owned()));
    let many = ask(&["random_delay=1s..1000s/1000lin", "/platform/accept_queue=1..1000/1000lin"], false);
    assert!(matches!(many, SweepError::TooMany { .. }), "{many}");
    assert_eq!(ask(&["random_delay=1s..9s"], true), SweepError::Sim(SimError::Cancelled));
}

#[test]
fn what_matters_most_stands_first() {
    let (file, _) = example();
    let file = file.with("/groups/pumps/reconnect_random_delay_seconds", &300.into()).unwrap();
    let file = file.with("/groups/cooling/reconnect_random_delay_seconds", &300.into()).unwrap();
    let file = file.with("/groups/vending/reconnect_random_delay_seconds", &300.into()).unwrap();
    let stop = AtomicBool::new(false);
    let made = tornado((&file, None), Method::Exact { seed: 1, runs: 6 }, 2, (&stop, &|_, _| {})).unwrap();
    let first = &made.bars[0];
    assert_eq!(first.label, "Random delay before every attempt", "{:?}", made.bars);
    assert_eq!(first.addresses.len(), 3);
    let t95 = made.simulated_t95_s.unwrap();
    assert!(first.simulated && first.less_s.unwrap() < t95 && first.more_s.unwrap() > t95, "{first:?}");
    let reach: Vec<f64> =
        made.bars.iter().filter(|bar| !bar.simulated).map(|bar| bar.reach(made.t95_s)).collect();
    assert!(reach.is_sorted_by(|a, b| a >= b), "{reach:?}");
}

#[test]
fn the_edge_of_a_region_is_confirmed_in_runs() {
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 1500, "agent": "example-agent",
        "reconnect_random_delay_seconds": 60, "connect_retries": 1}},
        "platform": {"workers": 4, "service_time_ms": 100, "accept_queue": 200},
        "outage": {"length_s": 120, "watch_s": 600}, "targets": {"t95_s": 90}}"#;
    let file = FleetFile::parse(text).unwrap();
    let list = Goal::of_targets(&file.check(None).fleet.unwrap().targets);
    let goals = Goals { list, chance_pct: None };
    let ranges = ["random_delay=10s..4min/8", "capacity=20..80/5"];
    let estimated = grid(&file, &goals, &ranges, Method::Estimate, 2);
    let stop = AtomicBool::new(false);
    let confirmed = |threads| {
        confirm((&file, None), estimated.clone(), (7, 6), threads, (&stop, &|done, all| assert!(done <= all)))
            .unwrap()
    };
    let made = confirmed(2);
    assert_eq!(made, confirmed(1));
    let exact = grid(&file, &goals, &ranges, Method::Exact { seed: 7, runs: 6 }, 2);
    assert!(!made.simulated.is_empty() && made.simulated.len() < exact.cells.len(), "{:?}", made.simulated);
    for (at, cell) in made.sweep.cells.iter().enumerate() {
        let simulated = made.simulated.contains(&at);
        assert_eq!(*cell, if simulated { &exact.cells[at] } else { &estimated.cells[at] }.clone());
        assert_eq!(made.changed.contains(&at), cell.trial.meets() != estimated.cells[at].trial.meets());
        // Far from the edge nothing changes: the whole region is what every cell in runs would give.
        assert_eq!(cell.trial.meets(), exact.cells[at].trial.meets(), "cell {at}");
    }
    // Both sides of the edge are in runs now.
    assert!(made.sweep.edge().iter().all(|at| made.simulated.contains(at)));
    stop.store(true, Ordering::Relaxed);
    let stopped = confirm((&file, None), estimated, (7, 6), 2, (&stop, &|_, _| {}));
    assert_eq!(stopped, Err(SweepError::Sim(SimError::Cancelled)));
}
