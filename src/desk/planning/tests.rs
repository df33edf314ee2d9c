//! Searches of a desk without a window: found, from before, begun again, stopped, applied and undone.

use super::*;
use crate::desk::command::{DocumentCommand, FileCommand, RunCommand, ScenarioCommand};
use crate::desk::{Command, Env, Start};
use crate::fleet::file::{Value, address};
use crate::plan::{Assignment, State};

const ZERO: Duration = Duration::ZERO;
/// Too many at once: 200 devices within two seconds of each other, and a platform that signs in five in a second.
const CROWD: &str = r#"{
  "regather": 1,
  "name": "Crowd", // kept
  "groups": {
    "pumps": { "devices": 200, "agent": "example-agent", "reconnect_random_delay_seconds": 2 },
    "gates": { "devices": 20, "agent": "c-sdk", "max_connect_delay": 2000 }
  },
  "platform": { "workers": 1, "service_time_ms": 200, "accept_queue": 1000 },
  "outage": { "length_s": 60, "watch_s": 900 },
  "targets": { "t95_s": 150, "peak_sign_ins_per_s": 12 },
  "scenarios": { "other": { "name": "Other", "set": { "/groups/pumps/reconnect_random_delay_seconds": 4 } } }
}
"#;
const DELAY: &str = "/groups/pumps/reconnect_random_delay_seconds";

fn desk() -> Desk {
    let file = FleetFile::parse(CROWD).unwrap();
    let env = Env { threads: 2, behind: true, ..Env::isolated(Arc::new(|| ()), ZERO) };
    let mut desk = Desk::new(env, Start::Project { file, name: "crowd".into(), path: None });
    desk.apply(RunCommand::SetRuns(6).into(), ZERO);
    desk.finish(ZERO);
    desk
}

fn ask(desk: &mut Desk, question: Question) {
    desk.apply(PlanCommand::Ask(question).into(), ZERO);
}

fn set(address: &str, value: f64) -> Command {
    DocumentCommand::Set { edits: vec![(address.to_owned(), Value::Number(value))], finished: true }.into()
}

#[test]
fn answers_are_found_applied_as_one_named_step_and_undone() {
    let mut desk = desk();
    assert_eq!(desk.view(ZERO).plans.answers.standing, Standing::Open);
    ask(&mut desk, Question::Answers);
    assert!(matches!(desk.view(ZERO).plans.answers.standing, Standing::Running { .. }));
    desk.finish(ZERO);
    let view = desk.view(ZERO);
    let (sought, before) = (view.plans.answers, view.file.text().to_owned());
    assert_eq!((sought.standing, sought.current), (Standing::Found, true));
    let answer = sought.found.unwrap().answers.first().unwrap().clone();
    assert!(answer.trial.meets() && !answer.assignments.is_empty());

    let (title, assignments) = (answer.title.clone(), answer.assignments.clone());
    desk.apply(PlanCommand::Apply { title, assignments }.into(), ZERO);
    let view = desk.view(ZERO);
    let step = format!("Apply: {}", answer.title);
    assert_eq!(view.undo, Some(step.as_str()));
    assert_eq!((view.plans.answers.current, view.plans.answers.standing), (false, Standing::Open));
    assert!(view.plans.answers.found.is_some(), "what was found stays");
    assert!(view.file.text().contains("// kept"));
    desk.finish(ZERO);
    let outcome = desk.view(ZERO).outcome.unwrap().clone();
    assert_eq!(outcome.verdict(), crate::plan::Verdict::Met, "{}", outcome.headline());

    desk.apply(DocumentCommand::Undo.into(), ZERO);
    let view = desk.view(ZERO);
    assert_eq!(view.file.text(), before);
    assert!(view.plans.answers.current, "the inputs are again those that it was found for");
}

#[test]
fn a_limit_that_the_file_does_not_have_yet_can_be_applied() {
    let mut desk = desk();
    assert!(desk.view(ZERO).fleet.unwrap().platform.balancer.is_none());
    let one = |address: &str, to: Value| {
        let input = address::resolve(&desk.view(ZERO).file.view(None), address).unwrap();
        Assignment { input, group: String::new(), from: None, to }
    };
    let assignments = vec![
        one("/platform/balancer/limit_per_s", Value::Number(4.0)),
        one("/platform/balancer/limit_kind", Value::Word("delay-accept".to_owned())),
    ];
    desk.apply(PlanCommand::Apply { title: "Limit".into(), assignments }.into(), ZERO);
    let view = desk.view(ZERO);
    assert!(view.fleet.unwrap().platform.balancer.is_some_and(|balancer| balancer.limit.is_some()));
    assert_eq!(view.undo, Some("Apply: Limit"));
}

#[test]
fn edits_leave_what_was_found_as_from_before_and_other_scenarios_do_not_show_it() {
    let mut desk = desk();
    ask(&mut desk, Question::Region);
    ask(&mut desk, Question::Tornado);
    desk.finish(ZERO);
    let plans = desk.view(ZERO).plans;
    assert!(plans.region.current && plans.tornado.current);
    desk.apply(set("/platform/workers", 2.0), ZERO);
    let plans = desk.view(ZERO).plans;
    assert!(plans.region.found.is_some() && !plans.region.current && !plans.tornado.current);
    desk.apply(ScenarioCommand::Activate(None).into(), ZERO);
    assert!(desk.view(ZERO).plans.region.found.is_none());
    // Another project neither.
    ask(&mut desk, Question::Tornado);
    desk.finish(ZERO);
    assert!(desk.view(ZERO).plans.tornado.found.is_some());
    desk.apply(FileCommand::Example("connected-products".into()).into(), ZERO);
    assert!(desk.view(ZERO).plans.tornado.found.is_none());
}

#[test]
fn what_is_under_way_begins_again_when_its_inputs_change() {
    let mut desk = desk();
    ask(&mut desk, Question::Answers);
    desk.apply(set("/targets/t95_s", 120.0), ZERO);
    assert!(matches!(desk.view(ZERO).plans.answers.standing, Standing::Running { .. }));
    desk.finish(ZERO);
    let plans = desk.view(ZERO).plans;
    assert!(plans.answers.current);
    assert_eq!(plans.answers.found.unwrap().goals.list[0].limit, 120.0);
    // A target that does not count any more is another question too.
    let options =
        PlanOptions { passed_over: [Aim::Peak].into(), chance_pct: Some(90), ..PlanOptions::default() };
    desk.apply(PlanCommand::Options(options).into(), ZERO);
    let plans = desk.view(ZERO).plans;
    assert_eq!((plans.goals.list.len(), plans.answers.current), (1, false));
}

#[test]
fn a_cancelled_search_leaves_what_was_found_before() {
    let mut desk = desk();
    ask(&mut desk, Question::Tornado);
    desk.finish(ZERO);
    desk.apply(set(DELAY, 3.0), ZERO);
    ask(&mut desk, Question::Tornado);
    assert!(desk.view(ZERO).plans.progress().is_some());
    assert!(desk.tick(ZERO).is_some_and(|again| again <= REDRAW));
    desk.apply(PlanCommand::Cancel.into(), ZERO);
    let plans = desk.view(ZERO).plans;
    assert_eq!((plans.tornado.standing, plans.progress()), (Standing::Cancelled, None));
    assert!(plans.tornado.found.is_some() && !plans.tornado.current);
    desk.finish(ZERO);
    assert_eq!(desk.view(ZERO).plans.tornado.standing, Standing::Cancelled, "nothing arrives any more");
}

#[test]
fn without_a_target_nothing_is_solved_and_a_refusal_is_a_sentence() {
    let mut desk = desk();
    let nothing = |key: &str| (format!("/targets/{key}"), Value::Nothing);
    let edits = vec![nothing("t95_s"), nothing("peak_sign_ins_per_s")];
    desk.apply(DocumentCommand::Set { edits, finished: true }.into(), ZERO);
    ask(&mut desk, Question::Answers);
    assert_eq!(desk.view(ZERO).plans.answers.standing, Standing::Open);
    assert!(desk.view(ZERO).plans.goals.list.is_empty());

    let axes = [Some(DELAY.to_owned()), Some(DELAY.to_owned())];
    desk.apply(PlanCommand::Options(PlanOptions { axes, ..PlanOptions::default() }).into(), ZERO);
    ask(&mut desk, Question::Region);
    desk.finish(ZERO);
    let Standing::Failed(sentence) = desk.view(ZERO).plans.region.standing else { panic!() };
    assert!(sentence.contains("the same input"), "{sentence}");
}

#[test]
fn regions_span_the_own_value_of_any_two_inputs() {
    let file = FleetFile::parse(CROWD).unwrap();
    let choices = offered(&file, Some("other"));
    let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
    for name in ["random_delay", "capacity", "/outage/length_s", DELAY, "/groups/gates/devices"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(!names.iter().any(|name| name.starts_with("/targets")));
    for choice in &choices {
        let chosen = [Some(choice.name.clone()), None];
        let found = axes::ranges(&file, Some("other"), &chosen).unwrap();
        let axis = crate::plan::sweep::Axis::of(&file, Some("other"), &found[0]).unwrap();
        let own = axis.lever.now(&file, Some("other")).unwrap();
        assert!(axis.values.len() >= 2, "{}", choice.name);
        let inside = axis.values[0] <= own && own <= axis.values[axis.values.len() - 1];
        assert!(inside, "{}: {own} in {:?}", choice.name, axis.values);
    }
}

#[test]
fn a_region_that_is_simulated_says_so() {
    let mut desk = desk();
    let axes = [Some("random_delay".to_owned()), Some("/platform/workers".to_owned())];
    let options = PlanOptions { axes, exact: true, ..PlanOptions::default() };
    desk.apply(PlanCommand::Options(options).into(), ZERO);
    ask(&mut desk, Question::Region);
    desk.finish(ZERO);
    let region = desk.view(ZERO).plans.region.found.unwrap();
    assert!(region.cells.iter().all(|cell| cell.trial.runs == CELL_RUNS));
    assert!(region.cells.iter().any(|cell| cell.trial.state == State::Meets));
}

#[test]
fn estimates_are_simulated_behind_and_the_newest_edit_wins() {
    let mut desk = desk();
    ask(&mut desk, Question::Region);
    ask(&mut desk, Question::Tornado);
    desk.finish(ZERO);
    let plans = desk.view(ZERO).plans;
    let region = plans.region.found.unwrap();
    let simulated = region.cells.iter().filter(|cell| cell.trial.runs == CELL_RUNS).count();
    assert!((1..region.cells.len()).contains(&simulated), "{simulated}");
    assert_eq!(region.method, Method::Estimate);
    let tornado = plans.tornado.found.unwrap();
    assert!(tornado.simulated_t95_s.is_some() && tornado.bars.iter().take(5).all(|bar| bar.simulated));
    assert!(plans.region.current && plans.tornado.current);

    // Another input: what runs have found is from before, and runs begin only behind the new estimate.
    desk.apply(set(DELAY, 3.0), ZERO);
    let plans = desk.view(ZERO).plans;
    assert!(!plans.region.current && !plans.tornado.current);
    ask(&mut desk, Question::Region);
    desk.finish(ZERO);
    let view = desk.view(ZERO);
    assert!(view.plans.region.current);
    assert!(view.plans.region.found.unwrap().cells.iter().any(|cell| cell.trial.runs == CELL_RUNS));

    // What was cancelled does not begin again by itself.
    ask(&mut desk, Question::Region);
    desk.apply(PlanCommand::Cancel.into(), ZERO);
    desk.finish(ZERO);
    assert!(!matches!(desk.view(ZERO).plans.region.standing, Standing::Running { .. }));
}

#[test]
fn clusters_are_played_once_for_each_state_of_the_project() {
    let pattern = crate::fleet::cluster::pattern::find("oem").unwrap();
    let mut file = FleetFile::parse(&pattern.project().to_string()).unwrap();
    let group = file.tree().value("/groups/tenant-a-devices").unwrap();
    file = file.with("/groups/others", &group).unwrap();
    file = file.with("/cluster/tenant-b/groups", &serde_json::json!(["others"])).unwrap();
    for group in ["tenant-a-devices", "others"] {
        file = file.with(&format!("/groups/{group}/devices"), &100.into()).unwrap();
    }
    let env = Env { threads: 2, ..Env::isolated(Arc::new(|| ()), ZERO) };
    let mut desk = Desk::new(env, Start::Project { file, name: "tenants".into(), path: None });
    desk.finish(ZERO);
    ask(&mut desk, Question::Clusters);
    assert!(matches!(desk.view(ZERO).plans.clusters.standing, Standing::Running { .. }));
    desk.apply(PlanCommand::Cancel.into(), ZERO);
    assert_eq!(desk.view(ZERO).plans.clusters.standing, Standing::Cancelled);
    ask(&mut desk, Question::Clusters);
    // The newest edit wins: the play under way begins again with what another cluster has now.
    desk.apply(set("/groups/others/devices", 150.0), ZERO);
    desk.finish(ZERO);
    let sought = desk.view(ZERO).plans.clusters;
    assert_eq!((sought.standing, sought.current), (Standing::Found, true));
    let devices: Vec<u64> = sought.found.unwrap().iter().map(|one| one.tenant.fleet.devices()).collect();
    assert_eq!(devices, [100, 150]);
    desk.apply(set("/cluster/db/writes_per_s", 1.0), ZERO);
    let sought = desk.view(ZERO).plans.clusters;
    assert_eq!((sought.standing, sought.current, sought.found.is_some()), (Standing::Open, false, true));
}

#[test]
fn clusters_of_one_are_refused_in_a_sentence() {
    let mut desk = desk();
    ask(&mut desk, Question::Clusters);
    desk.finish(ZERO);
    let view = desk.view(ZERO);
    assert!(
        matches!(view.plans.clusters.standing, Standing::Failed(why) if why.contains("Only one cluster"))
    );
}
