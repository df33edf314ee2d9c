use super::*;
use crate::base::Fix;
use crate::fleet::example::EXAMPLES;
use crate::fleet::file::Value;
use proptest::prelude::*;

/// A project with a comment, a number written in an unusual way, a stranger and two scenarios.
const TEXT: &str = r#"{
  // kept by people
  "regather": 1,
  "name": "Plant",
  "groups": {
    "pumps": { "name": "Pumps", "devices": 1e3, "agent": "example-agent", "reconnect_random_delay_seconds": 30 },
    "fans": { "name": "Fans", "devices": 200, "agent": "example-agent", "reconnect_random_delay_seconds": 30 },
    "gates": { "devices": 5, "agent": "c-sdk", "stranger": [1, 2] }
  },
  "outage": { "length_s": 600 },
  "targets": { "t95_s": 300 },
  "scenarios": {
    "slow": { "name": "Slow", "set": { "/groups/pumps/reconnect_random_delay_seconds": 600 } },
    "more": { "name": "More 2", "set": { "/groups/fans/devices": 400 } }
  },
  "sources": { "/groups/fans/devices": { "certainty": "measured", "source": "Counted" } }
}
"#;
const DELAY: &str = "/groups/pumps/reconnect_random_delay_seconds";
const FAN_DELAY: &str = "/groups/fans/reconnect_random_delay_seconds";

fn open() -> Document {
    Document::new(FleetFile::parse(TEXT).unwrap())
}

fn baseline() -> Document {
    let mut document = open();
    document.activate(None).unwrap();
    document
}

fn number(address: &str, number: f64) -> (String, Value) {
    (address.to_owned(), Value::Number(number))
}

fn undo_name(document: &Document) -> &str {
    document.steps().0.unwrap_or("")
}

#[test]
fn a_drag_is_one_step_with_a_name_and_leaves_the_rest_alone() {
    let mut document = baseline();
    for delay in [31.0, 100.0, 299.0] {
        document.set(&[number(DELAY, delay), number(FAN_DELAY, delay)], false).unwrap();
    }
    document.set(&[number(FAN_DELAY, 300.0), number(DELAY, 300.0)], true).unwrap();
    assert_eq!(undo_name(&document), "Random delay before every attempt 30 s → 5 min in 2 groups");
    assert_eq!(document.file().text(), TEXT.replace("_seconds\": 30 ", "_seconds\": 300 "));
    assert!(document.dirty());

    document.set(&[number(DELAY, 60.0), number(FAN_DELAY, 60.0)], true).unwrap();
    assert_eq!(document.undo.len(), 2, "a finished drag is not joined");
    document.undo();
    document.undo();
    assert_eq!((document.file().text(), document.dirty()), (TEXT, false));
    assert_eq!(document.steps().0, None);
}

#[test]
fn a_drag_there_and_back_is_no_step() {
    let mut document = baseline();
    document.set(&[number("/groups/pumps/devices", 2000.0)], false).unwrap();
    document.set(&[number("/groups/pumps/devices", 1000.0)], true).unwrap();
    assert_eq!(document.file().text(), TEXT, "1e3 stays as it is written");
    assert_eq!(document.steps(), (None, None));
}

#[test]
fn another_command_ends_a_drag() {
    let mut document = baseline();
    document.set(&[number(DELAY, 40.0)], false).unwrap();
    document.set_name("Works").unwrap();
    document.set(&[number(DELAY, 50.0)], false).unwrap();
    document.set(&[number(FAN_DELAY, 50.0)], false).unwrap();
    assert_eq!(document.undo.len(), 4);
    assert_eq!(document.undo[1].name, "Rename project to Works");
    assert_eq!(document.undo[2].name, "Random delay before every attempt 40 s → 50 s in Pumps");
}

#[test]
fn scenarios_hold_only_what_differs_from_the_baseline() {
    let mut document = open();
    assert_eq!(document.active(), Some("slow"));
    document.set(&[number(DELAY, 30.0)], true).unwrap();
    assert!(document.file().text().contains("\"slow\": { \"name\": \"Slow\", \"set\": {} }"));
    document.set(&[number("/platform/workers", 4.0)], true).unwrap();
    assert_eq!(document.undo.len(), 1, "the default of the baseline needs no assignment");
    document.set(&[number("/platform/workers", 8.0)], true).unwrap();
    assert_eq!(undo_name(&document), "Workers 4 → 8");
    document.reset("/platform/workers").unwrap();
    assert!(document.file().text().contains("\"set\": {}"));
    assert_eq!(undo_name(&document), "Workers as in the baseline");
    assert!(matches!(document.reset("/platform/workers"), Err(Refused::NotAssigned(_))));
}

#[test]
fn a_value_that_the_registry_does_not_accept_is_refused_whole() {
    let mut document = baseline();
    let wrong = [f64::NAN, f64::INFINITY, -1.0, 0.5, 1e9].map(|delay| number(DELAY, delay));
    for wrong in wrong {
        let result = document.set(&[number(FAN_DELAY, 40.0), wrong], true);
        assert!(matches!(result, Err(Refused::Value { .. })), "{result:?}");
    }
    let word = ("/groups/pumps/agent".to_owned(), Value::Word("toaster".to_owned()));
    assert!(document.set(&[word], true).is_err());
    assert!(matches!(document.set(&[number("/nowhere/x", 1.0)], true), Err(Refused::NoInput(_))));
    assert!(document.set(&[(DELAY.to_owned(), Value::Nothing)], true).is_err(), "the delay is required");
    assert_eq!(document.file().text(), TEXT);

    document.set(&[("/targets/t95_s".to_owned(), Value::Nothing)], true).unwrap();
    assert!(document.file().text().contains("\"targets\": {}"), "a target can be taken out");
}

#[test]
fn a_fix_goes_where_the_finding_points() {
    let mut document = open();
    let fix = |pointer: &str, value: i64| Fix {
        pointer: pointer.into(),
        value: value.into(),
        label: "Set it".into(),
    };
    document.fix(&fix("/groups/gates/connect_timeout", 5000)).unwrap();
    assert!(document.file().text().contains("\"/groups/gates/connect_timeout\": 5000"), "into the scenario");
    document.fix(&fix("/scenarios/more/set/~1groups~1fans~1devices", 300)).unwrap();
    assert!(document.file().text().contains("\"/groups/fans/devices\": 300"));
    assert!(undo_name(&document).starts_with("Set it"));

    let broken = TEXT.replace("\"devices\": 200", "\"devices\": -200");
    let mut document = Document::new(FleetFile::parse(&broken).unwrap());
    document.fix(&fix("/groups/fans/devices", 1)).unwrap();
    assert!(document.file().text().contains("\"Fans\", \"devices\": 1,"), "the broken place itself");
}

#[test]
fn groups_come_complete_and_go_with_everything_said_about_them() {
    let mut document = open();
    document.add_group().unwrap();
    let checked = document.file().check(None);
    assert_eq!(checked.findings, document_findings(&open()), "a new group has no findings of its own");
    assert_eq!(checked.fleet.unwrap().groups[3].name, "Group 2");

    document.duplicate_group("fans").unwrap();
    assert_eq!(document.file().group_name("fans-2"), "Fans 2");
    assert!(document.file().text().contains("\"/groups/fans-2/devices\": 400"), "what scenarios assign");
    assert_eq!(document.file().provenance().len(), 2);
    document.duplicate_group("fans-2").unwrap();
    assert_eq!(document.file().group_name("fans-3"), "Fans 3");

    for id in ["fans", "fans-2", "fans-3"] {
        document.remove_group(id).unwrap();
    }
    assert!(!document.file().text().contains("fans"), "{}", document.file().text());
    assert_eq!(undo_name(&document), "Remove group Fans 3");
    document.remove_group("group-2").unwrap();
    document.remove_group("gates").unwrap();
    assert_eq!(document.remove_group("pumps"), Err(Refused::LastGroup("pumps".into())));
    assert_eq!(document.remove_group("fans"), Err(Refused::NoGroup("fans".into())));

    document.rename_group("pumps", "  Big pumps ").unwrap();
    assert_eq!(undo_name(&document), "Rename group Pumps to Big pumps");
    assert_eq!(document.rename_group("pumps", " \t"), Err(Refused::EmptyName));
    while document.undo().is_some() {}
    assert_eq!(document.file().text(), TEXT);
}

fn document_findings(document: &Document) -> Vec<crate::base::Finding> {
    document.file().check(None).findings
}

#[test]
fn scenarios_are_copied_renamed_and_removed() {
    let mut document = open();
    document.duplicate_scenario().unwrap();
    assert_eq!(document.active(), Some("slow-2"));
    assert_eq!(document.file().scenario_name(Some("slow-2")), "Slow 2");
    document.activate(Some("more".into())).unwrap();
    document.duplicate_scenario().unwrap();
    assert_eq!(document.file().scenario_name(document.active()), "More 3");
    document.activate(None).unwrap();
    document.duplicate_scenario().unwrap();
    assert_eq!(document.active(), Some("what-if"));
    document.activate(None).unwrap();
    document.duplicate_scenario().unwrap();
    assert_eq!(document.file().scenario_name(document.active()), "What-if 2");

    document.rename_scenario("what-if-2", "Night").unwrap();
    assert_eq!(undo_name(&document), "Rename scenario What-if 2 to Night");
    document.remove_scenario("what-if-2").unwrap();
    assert_eq!(document.active(), Some("what-if"), "the one before it becomes active");
    document.undo();
    assert_eq!(document.active(), Some("what-if-2"), "undo shows what it brought back");
    assert!(document.activate(Some("gone".into())).is_err());
    assert!(document.remove_scenario("gone").is_err());
}

#[test]
fn saving_only_marks_and_undo_goes_beyond_it() {
    let mut document = open();
    document.set_name("A").unwrap();
    document.mark_saved(Saved::text(document.text()));
    assert!(!document.dirty());
    document.undo();
    assert!(document.dirty());
    document.redo();
    assert!(!document.dirty());
}

#[test]
fn the_oldest_steps_give_way() {
    let mut document = open();
    for number in 0..STEPS + 3 {
        document.set_name(&format!("Name {number}")).unwrap();
    }
    let mut undone = 0;
    while document.undo().is_some() {
        undone += 1;
    }
    assert_eq!((undone, document.file().name()), (STEPS, "Name 2"));
}

/// One thing that a person does.
#[derive(Clone, Debug)]
enum Act {
    Set { inputs: Vec<usize>, share: f64, finished: bool },
    Add,
    Copy(usize),
    Remove(usize),
    Rename(usize, String),
    Activate(usize),
    CopyScenario,
    RemoveScenario(usize),
    RenameScenario(usize, String),
    Reset(usize),
    Name(String),
    Save,
    Undo,
    Redo,
}

fn act() -> impl Strategy<Value = Act> {
    let at = 0_usize..64;
    let name = "[a-zA-Z ä\"\\\\/~{]{0,8}";
    prop_oneof![
        6 => (prop::collection::vec(at.clone(), 1..4), 0.0..1.0, any::<bool>())
            .prop_map(|(inputs, share, finished)| Act::Set { inputs, share, finished }),
        1 => Just(Act::Add),
        1 => at.clone().prop_map(Act::Copy),
        1 => at.clone().prop_map(Act::Remove),
        1 => (at.clone(), name).prop_map(|(at, name)| Act::Rename(at, name)),
        2 => at.clone().prop_map(Act::Activate),
        1 => Just(Act::CopyScenario),
        1 => at.clone().prop_map(Act::RemoveScenario),
        1 => (at.clone(), name).prop_map(|(at, name)| Act::RenameScenario(at, name)),
        1 => at.prop_map(Act::Reset),
        1 => name.prop_map(Act::Name),
        1 => Just(Act::Save),
        3 => Just(Act::Undo),
        2 => Just(Act::Redo),
    ]
}

/// Does it; what is refused must not change a byte.
fn perform(document: &mut Document, act: &Act) {
    let before = document.text();
    let groups: Vec<String> = document.file().group_ids().map(str::to_owned).collect();
    let scenarios: Vec<String> =
        document.file().scenarios().into_iter().map(|scenario| scenario.id).collect();
    let pick = |all: &[String], at: usize| all.get(at % all.len().max(1)).cloned().unwrap_or_default();
    let result = match act {
        Act::Set { inputs, share, finished } => {
            let all = document.file().inputs(document.active());
            let edits: Vec<_> = inputs
                .iter()
                .map(|at| &all[at % all.len()])
                .map(|input| {
                    let (low, high) = input.setting.range;
                    (input.address.clone(), Value::Number((low + share * (high - low)).round()))
                })
                .collect();
            document.set(&edits, *finished)
        }
        Act::Add => document.add_group(),
        Act::Copy(at) => document.duplicate_group(&pick(&groups, *at)),
        Act::Remove(at) => document.remove_group(&pick(&groups, *at)),
        Act::Rename(at, name) => document.rename_group(&pick(&groups, *at), name),
        Act::Activate(at) => document.activate(Some(pick(&scenarios, *at)).filter(|_| at % 3 > 0)),
        Act::CopyScenario => document.duplicate_scenario(),
        Act::RemoveScenario(at) => document.remove_scenario(&pick(&scenarios, *at)),
        Act::RenameScenario(at, name) => document.rename_scenario(&pick(&scenarios, *at), name),
        Act::Reset(at) => {
            let view = document.file().view(document.active());
            let assigned: Vec<String> = view.assigned().keys().cloned().collect();
            document.reset(&pick(&assigned, *at))
        }
        Act::Name(name) => document.set_name(name),
        Act::Save => {
            document.mark_saved(Saved::text(document.text()));
            Ok(())
        }
        Act::Undo => {
            document.undo();
            Ok(())
        }
        Act::Redo => {
            document.redo();
            Ok(())
        }
    };
    if result.is_err() {
        assert_eq!(document.text(), before, "{result:?}");
    }
    let active = document.active().map(str::to_owned);
    let known = document.file().scenarios().into_iter().any(|scenario| Some(scenario.id) == active);
    assert!(known || active.is_none(), "{active:?} is not a scenario");
}

fn there_and_back(text: &str, acts: &[Act]) {
    let mut document = Document::new(FleetFile::parse(text).unwrap());
    for act in acts {
        perform(&mut document, act);
    }
    let after = document.text();
    let mut steps = 0;
    while document.redo().is_some() {}
    let last = document.text();
    while document.undo().is_some() {
        steps += 1;
    }
    assert_eq!(document.file().text(), text, "undo all");
    for _ in 0..steps {
        assert!(document.redo().is_some());
    }
    assert_eq!(document.text(), last, "redo all");
    while document.text() != after {
        assert!(document.undo().is_some(), "the state is reached again");
    }
}

proptest! {
    #[test]
    fn undo_all_and_redo_all_are_exact(acts in prop::collection::vec(act(), 0..40)) {
        there_and_back(TEXT, &acts);
    }

    #[test]
    fn undo_all_and_redo_all_are_exact_on_the_example(acts in prop::collection::vec(act(), 0..12)) {
        there_and_back(EXAMPLES[0].text, &acts);
    }
}

#[test]
fn sections_and_events_come_and_go_with_what_speaks_of_them() {
    use crate::fleet::settings::Area;
    let mut document = open();
    let limit = "/platform/balancer/limit_per_s";
    document.set(&[number(limit, 50.0)], true).unwrap();
    assert_eq!(undo_name(&document), "Limit of new connections – → 50\u{2009}/s in Load balancer");
    assert!(document.file().view(document.active()).present(Area::Balancer), "the scenario models it");
    document.add_section(Area::Balancer).unwrap();
    assert_eq!(undo_name(&document), "Model Load balancer");
    assert!(document.file().view(None).present(Area::Balancer));
    document.remove_section(Area::Balancer).unwrap();
    assert!(!document.file().text().contains("balancer"), "{}", document.file().text());
    document.activate(None).unwrap();
    let preset = ("/platform/preset".to_owned(), Value::Word("token-bucket".into()));
    document.set(&[preset], true).unwrap();
    assert!(document.file().view(None).present(Area::Balancer), "the preset models it");
    document.set(&[(limit.to_owned(), Value::Nothing)], true).unwrap();
    let read = |document: &Document| document.file().check(None).fleet.unwrap().platform.balancer;
    assert_eq!(read(&document).unwrap().limit, None, "cleared although the preset gives one");
    document.remove_section(Area::Balancer).unwrap();
    assert_eq!(read(&document), None);
    document.add_event().unwrap();
    document.add_event().unwrap();
    assert_eq!(undo_name(&document), "Add event event-2");
    let events = |document: &Document| document.file().check(None).fleet.unwrap().outage.events.len();
    assert_eq!(events(&document), 2);
    document.remove_event("event-1").unwrap();
    assert_eq!((events(&document), undo_name(&document)), (1, "Remove event event-1"));
    while document.undo().is_some() {}
    assert_eq!(document.file().text(), TEXT);
}
