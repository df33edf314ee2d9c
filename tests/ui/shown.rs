//! What the charts of *Simulate* show: all devices or one group, and which part of the platform.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::command::{DocumentCommand, ScenarioCommand};
use regather::desk::{Start, UserCommand};
use regather::fleet::FleetFile;
use regather::fleet::example::EXAMPLES;
use regather::ui::request::Screen;

use crate::fixture::{Open, Window};

/// Returns the factory line of the examples, which has every part of a platform.
fn line() -> FleetFile {
    EXAMPLES.iter().find(|example| example.name == "three-box-line").unwrap().file().unwrap()
}

fn opened(file: FleetFile) -> Window {
    let start = Start::Project { file, name: "line".into(), path: None };
    Window::open(Open { start, ..Open::default() })
}

/// Returns the sentences of the charts.
fn figures(window: &Window) -> Vec<String> {
    window.query_all_by_role(Role::Figure).filter_map(|node| node.accesskit_node().label()).collect()
}

/// Chooses an entry in one of the boxes above the charts.
fn choose(window: &mut Window, what: &str, entry: &str) {
    window.get_by_role_and_label(Role::ComboBox, what).click();
    window.settle();
    window.get_all_by_role_and_label(Role::Button, entry).last().unwrap().click();
    window.settle();
}

fn value(window: &Window, what: &str) -> String {
    window.get_by_role_and_label(Role::ComboBox, what).accesskit_node().value().unwrap_or_default()
}

#[test]
fn one_group_is_looked_at_instead_of_all() {
    let mut window = Window::new();
    let all = figures(&window);
    let revision = window.desk().view(Duration::ZERO).revision;
    choose(&mut window, "Devices shown", "Gateways");
    let own = figures(&window);
    assert!(own[0].starts_with("Recovery curve of Gateways: 95 % of its devices back"), "{own:?}");
    assert!(own[1].starts_with("Sign-in attempts of Gateways: busiest second"), "{own:?}");
    assert_eq!(own[2], all[2], "the queue belongs to all");

    // A way to look: no step, no change, and still there after a walk through the screens.
    let view = window.desk().view(Duration::ZERO);
    assert_eq!((view.revision, view.undo, view.dirty), (revision, None, false));
    assert!(view.enabled(UserCommand::Undo).is_err());
    window.click(Screen::Fleet.word());
    window.click(Screen::Simulate.word());
    assert_eq!((value(&window, "Devices shown"), figures(&window)), ("Gateways".into(), own));

    // What is gone is not looked at.
    window.apply(ScenarioCommand::Activate(None));
    window.apply(DocumentCommand::RemoveGroup("gateways".into()));
    assert_eq!(value(&window, "Devices shown"), "All groups");
    assert!(figures(&window)[0].starts_with("Recovery curve: "));
}

#[test]
fn the_choices_are_reached_by_keys() {
    let mut window = Window::new();
    window.get_by_role_and_label(Role::ComboBox, "Devices shown").focus();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Space);
    for _ in 0..2 {
        window.press(Modifiers::NONE, Key::ArrowDown);
    }
    window.press(Modifiers::NONE, Key::Enter);
    assert_ne!(value(&window, "Devices shown"), "All groups", "{:#?}", window.names());
    assert!(figures(&window)[0].starts_with("Recovery curve of "), "{:?}", figures(&window));
}

#[test]
fn a_platform_of_one_tier_shows_its_queue_and_its_utilisation() {
    let mut window = Window::new();
    assert!(figures(&window)[2].starts_with("Queue depth: at most "), "{:?}", figures(&window));
    choose(&mut window, "Platform shown", "Utilisation");
    assert!(figures(&window)[2].starts_with("Utilisation: at most 100 %"), "{:?}", figures(&window));
    window.get_by_role_and_label(Role::ComboBox, "Platform shown").click();
    window.settle();
    assert!(!window.has("Write queue"), "nothing is written where that is not modelled");
}

#[test]
fn stations_and_the_write_queue_are_looked_at_by_turns() {
    let mut window = opened(line());
    assert!(figures(&window)[2].starts_with("Queue depth"), "{:?}", figures(&window));
    choose(&mut window, "Platform shown", "Utilisation");
    let said = figures(&window).swap_remove(2);
    assert!(said.contains("sign-in tier at most") && said.contains("TLS handshakes at most"), "{said}");
    choose(&mut window, "Platform shown", "Write queue");
    let said = figures(&window).swap_remove(2);
    assert!(said.starts_with("Write queue: at most ") && said.contains("written after"), "{said}");

    // A project without a write queue has none to look at.
    window.apply(DocumentCommand::RemoveSection(regather::fleet::settings::Area::Writes));
    assert_eq!(value(&window, "Platform shown"), "Queue depth");
}

#[test]
fn one_group_alone_needs_no_choice() {
    let file = EXAMPLES.iter().find(|example| example.name == "hundred-thousand-pumps").unwrap();
    let file = file.file().unwrap().assign(None, "/groups/pumps/devices", &serde_json::json!(300)).unwrap();
    let window = opened(file);
    assert!(window.query_by_role_and_label(Role::ComboBox, "Devices shown").is_none());
    assert!(window.query_by_role_and_label(Role::ComboBox, "Platform shown").is_some());
    assert!(!window.says("of all 1 groups"), "{:#?}", window.names());
}
