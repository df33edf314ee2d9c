//! The first five minutes of a new user, as far as the screens exist.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers, pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::base::file::write_atomic;
use regather::config::bundle::Target;
use regather::desk::Start;
use regather::desk::command::{FileCommand, RunCommand, ScenarioCommand};
use regather::ui::request::Screen;

use crate::fixture::{Open, WHAT_IF, Window, fleet};

/// Returns a window on the scenario that is there to be changed.
fn what_if() -> Window {
    let mut window = Window::new();
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    window
}

/// Returns the random delay of a group as the file holds it.
fn delay(window: &mut Window, address: &str) -> f64 {
    let view = window.desk().view(Duration::ZERO);
    let (node, _) = view.file.view(view.scenario).lookup(address).unwrap();
    node.as_f64().unwrap()
}

const PUMPS: &str = "/groups/pumps/reconnect_random_delay_seconds";
const GATEWAYS: &str = "/groups/gateways/max_connect_delay";

#[test]
fn the_shipped_example_opens_into_its_verdict_without_a_click() {
    let mut window = Window::open(Open::shipped());
    window.apply(RunCommand::SetRuns(6));
    assert_eq!(window.app().screen(), Screen::Simulate);
    assert!(window.says("✕ Misses target"), "{:#?}", window.names());
    assert!(window.curve().contains("12\u{2009}000 devices"), "{}", window.curve());
}

#[test]
fn the_first_start_says_in_one_line_what_to_do_and_forgets_it_on_request() {
    let mut window = Window::open(Open { start: Start::Usual, finished: false, ..Open::default() });
    assert!(window.says("This is an example fleet of 12\u{2009}000 devices."));
    window.apply(RunCommand::Cancel);
    window.click("Dismiss hint");
    assert!(!window.says("This is an example fleet"));
}

#[test]
fn dragging_the_random_delay_moves_curve_verdict_and_every_group() {
    let mut window = what_if();
    let before = window.curve();
    assert!(before.contains("Misses target"), "{before}");
    let rail = window.get_by_role_and_label(Role::Slider, "Random delay").rect();
    let at = |share: f32| pos2(rail.left() + share * rail.width(), rail.center().y);
    window.drag_at(at(0.4));
    window.run_steps(2);
    window.hover_at(at(0.55));
    window.run_steps(2);
    let dragged = delay(&mut window, PUMPS);
    assert!(dragged > 30.0, "the document follows while the slider is held: {dragged}");
    window.hover_at(at(0.68));
    window.drop_at(at(0.68));
    window.settle();
    let seconds = delay(&mut window, PUMPS);
    assert!(seconds > dragged, "{seconds}");
    assert_eq!(delay(&mut window, GATEWAYS), seconds * 1000.0, "in each group's own unit");
    assert_ne!(window.curve(), before, "the curve follows");
    assert!(window.curve().contains("Baseline: 95 % back"), "the old curve stays: {}", window.curve());
    let view = window.desk().view(Duration::ZERO);
    assert!(view.undo.is_some());
    assert_eq!(view.changes.len(), 4);
    // One gesture is one step.
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(delay(&mut window, PUMPS), 30.0);
    assert_eq!(window.desk().view(Duration::ZERO).undo, None);
}

#[test]
fn typed_numbers_take_units_and_nonsense_changes_nothing() {
    let mut window = what_if();
    window.enter("Random delay", "5 min");
    assert_eq!(delay(&mut window, PUMPS), 300.0);
    assert!(window.curve().contains("Meets target"), "{}", window.curve());
    assert!(window.says("✓ Meets target"));
    let sentence = window.curve();

    window.enter("Random delay", "abc");
    assert!(window.has("✕ `abc` is not a duration. Try `90s` or `2 min`."), "{:#?}", window.names());
    assert_eq!(delay(&mut window, PUMPS), 300.0);
    assert_eq!(window.curve(), sentence);

    window.enter("Random delay", "120");
    assert_eq!(delay(&mut window, PUMPS), 120.0, "a bare number is in the unit shown");
    assert_eq!(window.field("Random delay"), "120");
    assert!(!window.says("is not a duration"));
}

#[test]
fn what_was_changed_is_listed_and_can_be_reset() {
    let mut window = what_if();
    assert!(window.says("Same inputs as Baseline"), "{:#?}", window.names());
    window.enter("Random delay", "5 min");
    window.enter("Workers", "2");
    for words in ["20 s to 1 min → 5 min", "Random delay, 4 groups", "1 → 2"] {
        assert!(window.says(words), "{words}: {:#?}", window.names());
    }
    let resets: Vec<String> = window
        .names()
        .into_iter()
        .filter(|name| name.starts_with("Reset ") && name != "Reset zoom")
        .collect();
    assert!(!resets.is_empty());
    for reset in resets {
        window.click(&reset);
    }
    let view = window.desk().view(Duration::ZERO);
    assert!(view.changes.is_empty(), "{:?}", view.changes);
    assert_eq!(delay(&mut window, GATEWAYS), 60_000.0);
}

#[test]
fn undo_and_redo_name_their_step() {
    let mut window = what_if();
    window.enter("Random delay", "5 min");
    let name = window.desk().view(Duration::ZERO).undo.unwrap().to_owned();
    assert!(window.has(&format!("Undo {name}")), "{:#?}", window.names());
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(delay(&mut window, PUMPS), 30.0);
    assert!(window.has(&format!("Redo {name}")));
    window.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    assert_eq!(delay(&mut window, PUMPS), 300.0);
    window.click(&format!("Undo {name}"));
    assert_eq!(delay(&mut window, PUMPS), 30.0);
}

#[test]
fn scenarios_are_duplicated_renamed_switched_and_removed() {
    let mut window = what_if();
    window.enter("Random delay", "5 min");
    window.press(Modifiers::COMMAND, Key::D);
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.scenarios.len(), 2);
    assert_ne!(view.scenario, Some(WHAT_IF), "the copy is active");
    window.press(Modifiers::NONE, Key::F2);
    window.get_by_role_and_label(Role::TextInput, "Name of the scenario");
    window.press(Modifiers::COMMAND, Key::A);
    window.event(egui::Event::Text("Two waves".into()));
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.chosen("Two waves"), "{:#?}", window.names());

    window.enter("Random delay", "2 min");
    window.click("What-if");
    assert_eq!(delay(&mut window, PUMPS), 300.0);
    assert_eq!(window.field("Random delay"), "300");
    window.click("Two waves");
    assert_eq!(window.field("Random delay"), "120");
    window.click("Edit");
    window.get_by_role_and_label(Role::Button, "Remove scenario").click();
    window.settle();
    assert!(!window.has("Two waves"));
}

#[test]
fn any_scenario_can_be_what_others_are_compared_with() {
    let mut window = what_if();
    window.enter("Random delay", "5 min");
    window.press(Modifiers::NONE, Key::B);
    assert_eq!(window.desk().view(Duration::ZERO).pinned.map(|p| p.name.clone()).as_deref(), Some("What-if"));
    assert!(window.says("Same inputs as What-if"), "{:#?}", window.names());
    window.click("Baseline");
    assert!(window.says("5 min → "), "{:#?}", window.names());
    window.click("Unpin baseline");
    assert!(window.says("No baseline is pinned"));
    assert!(!window.curve().contains("Baseline:"));
}

#[test]
fn groups_are_edited_added_copied_and_removed() {
    let mut window = Window::on(Screen::Fleet);
    window.enter("Devices", "1000");
    assert!(window.says("1\u{2009}165 devices in 4 groups"), "{:#?}", window.names());
    assert!(window.says("Pumps, ExampleAgent, 1\u{2009}000 devices, random delay 30 s"));
    window.click("Add group");
    assert!(window.says("in 5 groups"));
    let gateways = window.names().into_iter().find(|name| name.starts_with("Gateways, C SDK")).unwrap();
    window.click(&gateways);
    assert!(window.chosen(&gateways));
    assert_eq!(window.field("Name"), "Gateways");
    window.click("Duplicate group");
    assert!(window.says("in 6 groups"));
    window.click("Remove group");
    assert!(window.says("in 5 groups"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.says("in 6 groups"));

    let pumps = window.names().into_iter().find(|name| name.starts_with("Pumps, ")).unwrap();
    window.click(&pumps);
    window.get_by_role_and_label(Role::TextInput, "Name").focus();
    window.run_steps(2);
    window.press(Modifiers::COMMAND, Key::A);
    window.event(egui::Event::Text("Press line".into()));
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.says("Press line, ExampleAgent"), "{:#?}", window.names());
}

#[test]
fn files_are_shown_as_the_device_reads_them() {
    let mut window = Window::on(Screen::Configs);
    assert!(window.says("\"reconnect_random_delay_seconds\": 30"), "{:#?}", window.names());
    assert!(window.has("inferred"));
    let gateways = window.names().into_iter().find(|name| name.starts_with("Gateways, 2 files")).unwrap();
    window.click(&gateways);
    assert!(window.chosen(&gateways));
    assert!(window.says("twConfig.part.h") && window.says("Needs a firmware build"), "{:#?}", window.names());
    assert!(!window.says("ws_connection.json\":"));
}

#[test]
fn files_are_exported_where_asked_and_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::on(Screen::Configs);
    window.apply(FileCommand::Export { path: folder.path().to_owned(), target: Target::Folder });
    assert!(window.says("Exported 9 files to"), "{:#?}", window.names());
    assert!(folder.path().join("pumps/ws_connection.json").is_file());
    window.click("Close message");
    assert!(!window.says("Exported 9 files to"));
    assert!(window.has("Events (1)"), "the log keeps it: {:#?}", window.names());
}

/// A file as a window system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the desk reads the file itself".to_owned())
    }
}

/// Drops a file on the window.
pub fn drop_file(window: &mut Window, path: &Path) {
    window.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
    window.settle();
}

#[test]
fn a_dropped_project_opens_and_a_broken_one_leaves_everything_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = what_if();
    window.enter("Random delay", "5 min");
    let before = window.curve();

    let broken = folder.path().join("broken.json");
    write_atomic(&broken, b"{\"regather\": 1, ").unwrap();
    drop_file(&mut window, &broken);
    assert!(window.says("The file was not opened."), "{:#?}", window.names());
    assert_eq!(window.curve(), before);
    assert_eq!(delay(&mut window, PUMPS), 300.0);
    window.click("Close message");

    let plant = folder.path().join("plant.json");
    let text = fleet().text().replace("Connected products EU", "Plant 7");
    write_atomic(&plant, text.as_bytes()).unwrap();
    drop_file(&mut window, &plant);
    assert!(window.has("Plant 7"), "{:#?}", window.names());
    assert!(window.says("plant.json"));
    assert!(window.says("Unsaved changes of Connected products EU are kept."));
    window.click("Reopen previous");
    assert!(window.has("Connected products EU"));
    window.click("What-if");
    assert_eq!(delay(&mut window, PUMPS), 300.0);
}

#[test]
fn devices_files_are_compared_tried_and_simulated() {
    let folder = tempfile::tempdir().unwrap();
    let has = "{\n  \"reconnect_random_delay_seconds\": 7,\n  \"app_key\": \"planted\",\n  \"site\": 4\n}\n";
    let pumps = folder.path().join("collected/pumps");
    std::fs::create_dir_all(&pumps).unwrap();
    write_atomic(&pumps.join("agent_config.json"), has.as_bytes()).unwrap();
    let mut window = what_if();
    drop_file(&mut window, &folder.path().join("collected"));
    assert_eq!(window.app().screen(), Screen::Configs);
    for text in
        ["Compared with collected", "Effect in the outage", "7 s", "and 2 other keys, kept as they are"]
    {
        assert!(window.says(text), "{text}: {:#?}", window.names());
    }
    assert!(window.says("−   \"reconnect_random_delay_seconds\": 7") && !window.says("planted"));
    assert!(
        window.names().iter().any(|name| name.starts_with("Pumps, 2 files") && name.ends_with("1 change"))
    );
    window.click("Stop comparing");
    assert!(!window.says("Effect in the outage"));

    window.event(egui::Event::Paste(has.to_owned()));
    window.settle();
    assert!(window.says("agent_config.json of ExampleAgent"), "{:#?}", window.names());
    window.click("Simulate with this file");
    assert_eq!(window.app().screen(), Screen::Simulate);
    assert!(window.chosen("With pasted text"));
    assert_eq!(delay(&mut window, PUMPS), 7.0);
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(!window.has("With pasted text"), "one step");

    // An agent's file that is dropped on another screen is tried, too.
    drop_file(&mut window, &pumps.join("agent_config.json"));
    assert_eq!(window.app().screen(), Screen::Configs);
    assert!(window.has("Tried file agent_config.json"), "{:#?}", window.names());
    window.reach("Close tried file");
    assert!(!window.says("Tried file"));
}

#[test]
fn errors_of_the_project_are_said_and_not_simulated() {
    let mut window = what_if();
    let text = fleet().text().replace("\"workers\": 1", "\"workers\": 0");
    window.apply(FileCommand::OpenText { name: "broken".into(), text });
    assert!(window.says("✕ Cannot simulate"), "{:#?}", window.names());
    assert!(window.says("Correct them in the list at the bottom"));
    assert!(window.has("Not simulated: the project has errors"));
    assert!(window.names().iter().any(|name| name.starts_with("1 error")), "{:#?}", window.names());
}

/// Moves the keyboard to the widget with this role and name.
fn tab_to(window: &mut Window, role: Role, label: &str) {
    for _ in 0..80 {
        let found = window.query_by_role_and_label(role, label);
        if found.is_some_and(|node| node.accesskit_node().is_focused()) {
            return;
        }
        window.key_press(Key::Tab);
        window.run_steps(1);
    }
    panic!("Tab does not reach {role:?} {label}");
}

#[test]
fn everything_can_be_done_with_the_keyboard_alone() {
    let mut window = Window::new();
    tab_to(&mut window, Role::Button, "What-if");
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.chosen("What-if"));
    tab_to(&mut window, Role::TextInput, "Random delay");
    window.event(egui::Event::Text("5 min".into()));
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.says("✓ Meets target"), "{:#?}", window.names());
    window.press(Modifiers::COMMAND, Key::Num1);
    tab_to(&mut window, Role::Button, "Add group");
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.says("in 5 groups"));
    window.press(Modifiers::COMMAND, Key::K);
    window.event(egui::Event::Text("undo".into()));
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.says("in 4 groups"));
    window.press(Modifiers::COMMAND, Key::Num5);
    assert!(window.has("pumps/agent_config.json"));
}

#[test]
fn a_delay_of_one_group_only_moves_that_group() {
    let mut window = what_if();
    window.click("of all 4 groups ▾");
    for group in ["Pumps", "Cooling units", "Vending machines"] {
        window.get_by_role_and_label(Role::CheckBox, group).click();
        window.run_steps(2);
    }
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("of 1 group ▾"), "{:#?}", window.names());
    window.enter("Random delay", "2 min");
    assert_eq!(delay(&mut window, GATEWAYS), 120_000.0);
    assert_eq!(delay(&mut window, PUMPS), 30.0);
}

#[test]
fn platform_outage_and_targets_are_edited_set_and_cleared() {
    let mut window = Window::on(Screen::Fleet);
    window.click("Platform, outage and targets");
    assert!(window.has("Workers") && window.has("Watched for") && window.has("Peak attempts"));
    assert!(!window.has("Duplicate group"));
    let limit = |window: &mut Window| {
        let view = window.desk().view(Duration::ZERO);
        view.fleet.and_then(|fleet| fleet.platform.sign_in_timeout)
    };
    assert_eq!(limit(&mut window), None);
    window.reach("Set Platform gives up after");
    assert_eq!(limit(&mut window), Some(regather::base::Micros::from_secs(10)));
    window.reach("Clear Platform gives up after");
    assert_eq!(limit(&mut window), None);
    window.reach("Clear 95 % of devices back within");
    let view = window.desk().view(Duration::ZERO);
    assert!(view.fleet.is_some_and(|fleet| fleet.targets.t95.is_none()));
}

#[test]
fn sections_of_the_platform_and_events_are_added_and_removed() {
    let mut window = Window::on(Screen::Fleet);
    window.click("Platform, outage and targets");
    let balancer = |window: &mut Window| {
        let view = window.desk().view(Duration::ZERO);
        view.fleet.and_then(|fleet| fleet.platform.balancer)
    };
    assert!(!window.has("Certificate") && window.has("Ramp of capacity") && !window.has("Ramp begins at"));
    window.reach("Model Load balancer");
    assert!(window.has("Certificate") && !window.has("Beyond the limit"), "what has no effect is not shown");
    window.reach("Set Limit of new connections");
    assert!(balancer(&mut window).is_some_and(|balancer| balancer.limit.is_some()));
    assert!(window.has("Beyond the limit"));
    window.reach("Remove Load balancer");
    assert_eq!(balancer(&mut window), None);
    window.reach("Add event");
    assert!(window.has("Event event-1") && window.has("Begins at"), "{:#?}", window.names());
    let events = |window: &mut Window| {
        let view = window.desk().view(Duration::ZERO);
        view.fleet.map_or(0, |fleet| fleet.outage.events.len())
    };
    // The example watches a quarter of an hour after the outage: the event begins five minutes into it.
    assert_eq!(events(&mut window), 1);
    window.reach("Remove Event event-1");
    assert_eq!(events(&mut window), 0);
}
