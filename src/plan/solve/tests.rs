//! Answers against brute force, against the cliff, and against targets that nothing meets.

use super::*;
use crate::fleet::FleetFile;
use crate::plan::{Aim, Goal, Lever, State, fleet_with};

/// A project of one group with a connection manager, without a fixed pause, as in `storm-1`.
fn project(devices: u32, random: u32, platform: &str, rest: &str) -> FleetFile {
    let text = format!(
        r#"{{"regather": 1, "groups": {{"a": {{"devices": {devices}, "agent": "example-agent",
            "reconnect_random_delay_seconds": {random}, "connect_retry_interval": 0, "max_connect_delay": 0,
            "connect_timeout": 10000, "connect_retries": 1}}}},
            "platform": {{{platform}}}, "outage": {{"length_s": 120, "watch_s": 1200}}{rest}}}"#
    );
    FleetFile::parse(&text).unwrap()
}

/// "deep" of the reference model: never recovers for a delay of 40 s or less, at its best with 60 s.
fn deep(random: u32) -> FleetFile {
    project(10_000, random, r#""workers": 4, "service_time_ms": 20, "accept_queue": 3000"#, "")
}

fn wanted(goals: &[&str], levers: &[&str]) -> Wanted {
    Wanted {
        goals: Goals { list: goals.iter().map(|goal| goal.parse().unwrap()).collect(), chance_pct: None },
        levers: levers.iter().map(|lever| (*lever).to_owned()).collect(),
        seed: 7,
        runs: 8,
        threads: 2,
    }
}

fn solved(file: &FleetFile, wanted: &Wanted) -> Solution {
    solve((file, None), wanted, (&AtomicBool::new(false), &|_, _| {})).unwrap()
}

/// Returns whether a setting meets the goals in runs, and with other numbers too.
fn holds(file: &FleetFile, wanted: &Wanted, assignments: &[Assignment]) -> bool {
    let fleet = fleet_with(file, None, assignments).unwrap().unwrap();
    let stop = AtomicBool::new(false);
    let meets = |fleet: &Fleet, runs: u32| {
        Trial::simulate(fleet, &wanted.goals, (wanted.seed, runs), 2, &stop).unwrap().meets()
    };
    meets(&fleet, wanted.runs) && Shake::ALL.into_iter().all(|shake| meets(&shake.of(&fleet), 6))
}

#[test]
fn a_cliff_is_never_recommended() {
    for now in [20, 30, 45] {
        let solution = solved(&deep(now), &wanted(&["t95<90s"], &["random_delay"]));
        let answer = &solution.answers[0];
        let delay = answer.value.unwrap();
        assert!((58.0..=100.0).contains(&delay), "from {now}: {delay}");
        assert!(answer.trial.meets());
        let cliff = answer.cliff.as_ref().unwrap().0;
        assert!(cliff <= 52.0 && delay >= 1.15 * cliff, "{delay} against {cliff}");
    }
    let solution = solved(&deep(30), &wanted(&["t95<90s"], &["random_delay"]));
    assert_eq!(solution.now.state, State::Never);
    let bound = |key: &str| solution.bounds.iter().find(|bound| bound.key == key).unwrap().value;
    assert!((bound("delay_without_timeouts_s") - 55.3).abs() < 0.1);
    assert_eq!((bound("delay_without_queue_s"), bound("delay_at_risk_below_s")), (100.0, 80.0));
}

#[test]
fn what_nothing_meets_is_said_with_the_best_that_can_be_reached() {
    // 95 % of the sign-ins alone take 47.5 s.
    let file = deep(30);
    let solution = solved(&file, &wanted(&["t95<40s"], &["random_delay"]));
    assert_eq!(solution.answers, []);
    let best = solution.best.unwrap();
    assert_ne!(best.trial.state, State::Never);
    let t95 = best.trial.figures.get(Aim::T95).unwrap();
    assert!((47.5..70.0).contains(&t95), "{t95}");
    // More workers make it possible, together with the delay.
    let solution = solved(&file, &wanted(&["t95<40s"], &[]));
    assert!(!solution.answers.is_empty());
    assert!(solution.answers.iter().all(|answer| answer.trial.meets()));
    let adds =
        |answer: &Answer| answer.assignments.iter().any(|one| one.input.address == "/platform/workers");
    assert!(solution.answers.iter().any(adds), "{:?}", solution.answers);
}

#[test]
fn brute_force_finds_no_smaller_delay() {
    let platform =
        r#""workers": 2, "service_time_ms": 50, "service_law": "exponential", "accept_queue": 4096"#;
    for (devices, goals) in [
        (1_000, ["t95<75s", "peak<60"]),
        (600, ["t95<90s", "peak_util<100%"]),
        (1_500, ["t95<120s", "timed_out<0"]),
    ] {
        let file = project(devices, 4, platform, "");
        let wanted = wanted(&goals, &["random_delay"]);
        let lever = Lever::find(&file, None, "random_delay").unwrap();
        let met =
            |delay: u32| holds(&file, &wanted, &lever.assignments(&file, None, f64::from(delay)).unwrap());
        let smallest = (4..200).find(|delay| met(*delay));
        let answer = solved(&file, &wanted).answers.into_iter().next();
        match (smallest, answer) {
            (Some(smallest), Some(answer)) => {
                let found = answer.value.unwrap();
                assert!(found <= 1.25 * f64::from(smallest), "{goals:?}: {found} against {smallest}");
                assert!(
                    holds(&file, &wanted, &answer.assignments) || answer.survives.iter().any(|one| !one.met)
                );
            }
            (None, answer) => assert!(answer.is_none_or(|answer| answer.survives.iter().any(|one| !one.met))),
            (Some(smallest), None) => panic!("{goals:?}: {smallest} s meets them, and no answer was found"),
        }
    }
}

#[test]
fn one_worker_less_is_not_enough() {
    let file = project(2_000, 30, r#""workers": 2, "service_time_ms": 50, "accept_queue": 4096"#, "");
    let wanted = wanted(&["t95<40s"], &["workers"]);
    let answer = solved(&file, &wanted).answers.remove(0);
    assert!(holds(&file, &wanted, &answer.assignments), "{answer:?}");
    let lever = Lever::find(&file, None, "/platform/workers").unwrap();
    let fewer = lever.assignments(&file, None, answer.value.unwrap() - 1.0).unwrap();
    assert!(!holds(&file, &wanted, &fewer), "{:?}", answer.value);
    assert!(answer.price.starts_with("servers: "), "{}", answer.price);
}

#[test]
fn equal_questions_have_equal_answers_for_any_number_of_threads() {
    let file = deep(30);
    let mut one = wanted(&["t95<90s", "peak<300"], &[]);
    let two = solved(&file, &one);
    one.threads = 1;
    assert_eq!(solved(&file, &one), two);
    assert!(two.answers.len() <= MOST_ANSWERS);
}

#[test]
fn devices_that_give_up_are_repaired_first() {
    let text = r#"{"regather": 1, "groups": {
        "net": {"devices": 400, "agent": "dotnet-sdk", "max_connect_delay": 60000},
        "sdk": {"devices": 400, "agent": "c-sdk", "connect_retries": 3, "max_connect_delay": 60000}},
        "platform": {"workers": 8, "service_time_ms": 50}, "outage": {"length_s": 300, "watch_s": 1200},
        "targets": {"t95_s": 200}}"#;
    let file = FleetFile::parse(text).unwrap();
    let goals = Goal::of_targets(&file.check(None).fleet.unwrap().targets);
    let mut wanted = wanted(&[], &[]);
    wanted.goals.list = goals;
    let solution = solved(&file, &wanted);
    assert_eq!(solution.notes.len(), 2, "{:?}", solution.notes);
    let set: Vec<String> = solution.answers[0]
        .assignments
        .iter()
        .map(|one| format!("{} {}", one.input.address, one.json()))
        .collect();
    assert!(set.contains(&"/groups/net/auto_reconnect \"on\"".to_owned()), "{set:?}");
    assert!(set.contains(&"/groups/sdk/connect_retries -1".to_owned()), "{set:?}");
}

#[test]
fn stores_grow_where_nothing_else_keeps_the_data() {
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 1000, "agent": "example-agent",
        "reconnect_random_delay_seconds": 5, "telemetry": {"properties": 100, "interval_s": 10},
        "offline_store": {"limit_bytes": 16384}}},
        "platform": {"workers": 4, "service_time_ms": 50}, "outage": {"length_s": 600, "watch_s": 900},
        "targets": {"t95_s": 120, "lost_values": 0, "peak_sign_ins_per_s": 100}}"#;
    let file = FleetFile::parse(text).unwrap();
    let mut wanted = wanted(&[], &["random_delay"]);
    wanted.goals.list = Goal::of_targets(&file.check(None).fleet.unwrap().targets);
    let solution = solved(&file, &wanted);
    let answer = &solution.answers[0];
    let store =
        answer.assignments.iter().find(|one| one.input.setting.key == "offline_store/limit_bytes").unwrap();
    // 10 values of 39 B per second for more than the outage.
    let bytes = store.to.number().unwrap();
    assert!((240_000.0..400_000.0).contains(&bytes), "{bytes}");
    assert_eq!(answer.trial.figures.get(Aim::Lost), Some(0.0));
}

#[test]
fn an_unknown_capacity_is_answered_from_the_other_side() {
    let file = project(5_000, 120, r#""workers": 1, "service_time_ms": 50, "accept_queue": 4096"#, "");
    let wanted = wanted(&["t95<150s"], &["capacity"]);
    let answer = solved(&file, &wanted).answers.remove(0);
    assert_eq!(answer.way, Way::Needed);
    let capacity = answer.value.unwrap();
    // 4 750 devices in 150 s, and not more than twice of it.
    assert!((31.7..64.0).contains(&capacity), "{capacity}");
    assert!(answer.title.contains("signs in at least"), "{}", answer.title);
}

#[test]
fn a_project_that_meets_its_targets_keeps_its_settings() {
    let solution = solved(&deep(70), &wanted(&["t95<120s"], &[]));
    assert_eq!(solution.answers.len(), 1);
    assert_eq!((solution.answers[0].way, solution.answers[0].assignments.len()), (Way::Keep, 0));
    assert!(solution.answers[0].margin > 0.3);
}

#[test]
fn a_project_that_meets_its_targets_at_a_cliff_is_told_so() {
    let solution = solved(&deep(50), &wanted(&["t95<150s"], &["random_delay"]));
    assert_eq!(solution.now.state, State::Meets);
    assert!(solution.notes.iter().any(|note| note.contains("20 % less capacity")), "{:?}", solution.notes);
    assert!(solution.answers[0].value.is_some_and(|delay| delay > 57.0), "{:?}", solution.answers[0].title);
}

#[test]
fn a_limit_lets_nobody_wait_in_vain() {
    // 600 devices that come back within 5 s to 20 sign-ins/s never recover by themselves.
    let file = project(600, 5, r#""workers": 2, "service_time_ms": 100, "accept_queue": 4096"#, "");
    let solution = solved(&file, &wanted(&["t95<2min"], &["admission"]));
    assert_eq!(solution.now.state, State::Never);
    for answer in &solution.answers {
        let balancer = answer.fleet.platform.balancer.unwrap();
        let limit = balancer.limit.unwrap();
        assert!(f64::from(limit.per_s) <= 20.0 && answer.price.contains("load balancer"), "{}", answer.price);
        assert_ne!(limit.kind, crate::fleet::LimitKind::Http503CountsAll);
        if limit.kind == crate::fleet::LimitKind::DelayAccept {
            // Eight of the ten seconds that devices wait for an answer.
            assert_eq!(balancer.backlog, 8 * limit.per_s);
            assert!(answer.why.iter().any(|why| why.contains("last one for 8 s")), "{:?}", answer.why);
        }
    }
    assert!(!solution.answers.is_empty());
}

#[test]
fn a_peak_that_only_devices_keep_is_said_and_servers_make_it_quicker() {
    let platform = r#""workers": 2, "service_time_ms": 20, "accept_queue": 3000"#;
    let file = project(10_000, 30, platform, "");
    let solution = solved(&file, &wanted(&["t95<5min", "peak<300"], &[]));
    let told = solution.notes.iter().any(|note| note.contains("counts what arrives"));
    assert!(told, "{:?}", solution.notes);
    let [first, second] = solution.answers.as_slice() else { panic!("{:?}", solution.answers) };
    assert_eq!((first.way, second.way), (Way::Delay, Way::Both));
    let t95 = |answer: &Answer| answer.trial.figures.get(Aim::T95).unwrap();
    assert!(t95(second) < t95(first) - 1.0, "{} {}", t95(first), t95(second));
    assert!(second.trial.meets() && second.price.contains("servers: "), "{}", second.price);
}

#[test]
fn an_unknown_capacity_is_met_in_the_worst_run() {
    let platform = r#""workers": 4, "service_time_ms": {"unknown": [20, 30]}, "accept_queue": 3000"#;
    let solution = solved(&project(10_000, 30, platform, ""), &wanted(&["t95<150s"], &["random_delay"]));
    assert!(solution.notes.iter().any(|note| note.contains("holds for the worst")), "{:?}", solution.notes);
    assert_eq!(solution.goals.chance_pct, Some(100));
    let answer = &solution.answers[0];
    assert_eq!((answer.trial.runs_met, answer.trial.runs), (8, 8));
    // Whatever is true of the capacity, the answer meets the target.
    for ms in [20, 25, 30] {
        let platform = format!(r#""workers": 4, "service_time_ms": {ms}, "accept_queue": 3000"#);
        let file = project(10_000, 30, &platform, "");
        let fleet = fleet_with(&file, None, &answer.assignments).unwrap().unwrap();
        let stop = AtomicBool::new(false);
        let trial = Trial::simulate(&fleet, &solution.goals, (11, 8), 2, &stop).unwrap();
        assert!(trial.meets(), "{ms} ms: {trial:?}");
    }
}

/// Two groups that nothing spreads: each makes its attempts within one pause.
const STUBBORN: &str = r#"{"regather": 1, "groups": {
    "big": {"name": "Big", "devices": 400, "agent": "java-sdk", "reconnect_interval_s": 10},
    "small": {"name": "Small", "devices": 300, "agent": "java-sdk", "reconnect_interval_s": 10}},
    "platform": {"workers": 8, "service_time_ms": 100, "accept_queue": 4096},
    "outage": {"length_s": 120, "watch_s": 600}}"#;

#[test]
fn groups_are_let_in_one_after_another_where_nothing_spreads_them() {
    let file = FleetFile::parse(STUBBORN).unwrap();
    let wanted = wanted(&["t95<60s", "largest_queue<450"], &["restart"]);
    let solution = solved(&file, &wanted);
    assert!(!solution.now.meets(), "{:?}", solution.now);
    let answer = &solution.answers[0];
    assert_eq!(answer.way, Way::Restart);
    assert!(answer.title.ends_with("apart: Big, then Small"), "{}", answer.title);
    assert!(answer.price.contains("no device is touched"), "{}", answer.price);
    let fleet = fleet_with(&file, None, &answer.assignments).unwrap().unwrap();
    let [held] = fleet.outage.events.as_slice() else { panic!("{:?}", fleet.outage.events) };
    assert_eq!((held.at.secs(), held.length.secs()), (120.0, answer.value.unwrap()));
    assert_eq!((held.loses, held.platform_down), (None, false));
    assert!(holds(&file, &wanted, &answer.assignments));
    // A queue that no spacing keeps so short is told with the spacing that comes nearest.
    let short = self::wanted(&["t95<60s", "largest_queue<20"], &["restart"]);
    let solution = solved(&file, &short);
    assert!(solution.answers.is_empty(), "{:?}", solution.answers);
    let best = solution.best.unwrap();
    assert_eq!(best.way, Way::Restart);
    let queue = |trial: &Trial| trial.figures.get(Aim::Queue).unwrap();
    assert!(queue(&best.trial) < queue(&solution.now) && !best.trial.meets(), "{:?}", best.trial);
    // One group has no order.
    let refused = solve(
        (&deep(30), None),
        &Wanted { levers: vec!["restart".into()], ..wanted },
        (&AtomicBool::new(false), &|_, _| {}),
    );
    assert!(matches!(refused, Err(SolveError::Lever(LeverError::Idle { .. }))), "{refused:?}");
}

#[test]
fn the_parts_of_a_rolling_restart_are_spaced() {
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 600, "agent": "java-sdk", "reconnect_interval_s": 10}},
        "platform": {"workers": 1, "service_time_ms": 30, "accept_queue": 4096},
        "outage": {"length_s": 12, "kind": "rolling-upgrade", "steps": 4, "watch_s": 900}}"#;
    let file = FleetFile::parse(text).unwrap();
    // A part of 150 devices takes about 7 s, and the next one follows after 3 s: queues add up.
    let wanted = wanted(&["largest_queue<230"], &[]);
    let solution = solved(&file, &wanted);
    assert!(solution.notes.iter().any(|note| note.contains("one part of the fleet after another")));
    assert!(!solution.now.meets(), "{:?}", solution.now);
    let answer = &solution.answers[0];
    assert_eq!(answer.way, Way::Restart);
    assert!(answer.title.starts_with("Parts restarted"), "{}", answer.title);
    assert!(answer.fleet.outage.length.secs() > 12.0 && answer.trial.meets());
    assert!(holds(&file, &wanted, &answer.assignments));
}

#[test]
fn stores_are_capped_only_where_data_may_be_lost() {
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 500, "agent": "example-agent",
        "reconnect_random_delay_seconds": 30, "telemetry": {"properties": 10, "interval_s": 1},
        "offline_store": {"limit_bytes": 1000000}}},
        "platform": {"workers": 8, "service_time_ms": 50, "writes": {"writes_per_s": 9000, "queue": 100000000}},
        "outage": {"length_s": 300, "watch_s": 1200}}"#;
    let file = FleetFile::parse(text).unwrap();
    let now = solved(&file, &wanted(&["t_drained<3min"], &["stores"]));
    assert!(!now.now.meets(), "{:?}", now.now);
    let answer = &now.answers[0];
    assert_eq!(answer.way, Way::Stores);
    let share = answer.value.unwrap();
    assert!((0.0..=0.75).contains(&share), "{share}");
    let lost = answer.trial.figures.get(Aim::Lost).unwrap();
    assert!(lost > now.now.figures.get(Aim::Lost).unwrap());
    assert!(answer.price.contains("values lost"), "{}", answer.price);
    let refused = solve(
        (&file, None),
        &wanted(&["t_drained<3min", "lost_values<0"], &["stores"]),
        (&AtomicBool::new(false), &|_, _| {}),
    );
    assert!(matches!(refused, Err(SolveError::Lever(LeverError::Idle { .. }))), "{refused:?}");
}

#[test]
fn data_that_the_write_queue_rejects_is_lost_data() {
    let text = r#"{"regather": 1, "groups": {"a": {"devices": 200, "agent": "example-agent",
        "reconnect_random_delay_seconds": 5, "telemetry": {"properties": 10, "interval_s": 1},
        "offline_store": {"limit_bytes": 1000000}}},
        "platform": {"workers": 8, "service_time_ms": 50, "writes": {"writes_per_s": 30000, "queue": 20000}},
        "outage": {"length_s": 300, "watch_s": 1200}}"#;
    let file = FleetFile::parse(text).unwrap();
    let solution = solved(&file, &wanted(&["t95<2min", "lost_values<0"], &[]));
    let now = &solution.now;
    assert!(!now.meets() && now.figures.get(Aim::InStores) == Some(0.0), "{now:?}");
    assert!(now.figures.get(Aim::Lost).unwrap() > 0.0);
    assert_eq!(now.figures.get(Aim::Lost), now.figures.get(Aim::Rejected));
    let answer = &solution.answers[0];
    assert_eq!(answer.trial.figures.get(Aim::Lost), Some(0.0), "{:?}", answer.why);
    assert!(answer.why.iter().any(|why| why.contains("write queue overflows")), "{:?}", answer.why);
}

#[test]
fn two_levers_that_turn_one_setting_are_one_answer() {
    let text = r#"{"regather": 1, "groups": {
        "a": {"devices": 600, "agent": "example-agent", "reconnect_random_delay_seconds": 5},
        "b": {"devices": 200, "agent": "java-sdk", "reconnect_interval_s": 10}},
        "platform": {"workers": 2, "service_time_ms": 100, "accept_queue": 300},
        "outage": {"length_s": 120, "watch_s": 900}}"#;
    let file = FleetFile::parse(text).unwrap();
    let solution = solved(&file, &wanted(&["t95<60s"], &[]));
    let ways: Vec<Way> = solution.answers.iter().map(|answer| answer.way).collect();
    assert!(ways.contains(&Way::Delay), "{ways:?}");
    for (at, answer) in solution.answers.iter().enumerate() {
        let before = &solution.answers[..at];
        assert!(before.iter().all(|other| other.assignments != answer.assignments), "{ways:?}");
    }
}

#[test]
fn every_way_has_its_word() {
    let ways = [
        Way::Keep,
        Way::Repair,
        Way::Delay,
        Way::Spread,
        Way::RetryInterval,
        Way::Timeout,
        Way::Admission,
        Way::Capacity,
        Way::Both,
        Way::Writes,
        Way::Restart,
        Way::Stores,
        Way::Needed,
        Way::Named,
    ];
    assert_eq!(ways.map(Way::word), Way::WORDS);
}

#[test]
fn a_stop_ends_the_search_and_questions_without_sense_are_refused() {
    let file = deep(30);
    let ask = |wanted: &Wanted, stop: bool| {
        solve((&file, None), wanted, (&AtomicBool::new(stop), &|_, _| {})).unwrap_err()
    };
    assert_eq!(ask(&wanted(&["t95<90s"], &[]), true), SolveError::Sim(SimError::Cancelled));
    assert_eq!(ask(&wanted(&[], &[]), false), SolveError::NoGoal);
    let unknown = ask(&wanted(&["t95<90s"], &["speed"]), false);
    assert!(matches!(unknown, SolveError::Lever(LeverError::Unknown { .. })), "{unknown}");
}
