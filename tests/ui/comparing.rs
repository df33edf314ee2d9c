//! Several scenarios at once: ticks, curves over each other, small charts, the table of differences, the charts'
//! menus.

use std::time::Duration;

use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::Theme;
use regather::desk::command::{DocumentCommand, ScenarioCommand};
use regather::fleet::file::Value;

use crate::fixture::{Open, WHAT_IF, Window};

/// Gives groups of the active scenario another random delay [s].
fn delay(window: &mut Window, seconds: f64) {
    let edits = ["pumps", "cooling", "vending"]
        .map(|group| (format!("/groups/{group}/reconnect_random_delay_seconds"), Value::Number(seconds)));
    window.apply(DocumentCommand::Set { edits: edits.to_vec(), finished: true });
}

/// Adds a scenario with this name and random delay [s], and ticks it.
fn scenario(window: &mut Window, name: &str, seconds: f64) {
    window.apply(ScenarioCommand::Duplicate);
    let id = window.desk().view(Duration::ZERO).scenario.unwrap().to_owned();
    window.apply(ScenarioCommand::Rename { id: id.clone(), name: name.into() });
    delay(window, seconds);
    window.apply(ScenarioCommand::Tick { id: Some(id), on: true });
}

/// Opens the window with this many scenarios beside the active one and its baseline, and the table open.
pub fn busy((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme, scenarios: usize) -> Window {
    let mut window = Window::open(Open { size, scale, zoom, theme, ..Open::default() });
    let names = ["Two minutes", "Four minutes", "Six minutes", "Eight minutes", "Ten minutes"];
    for (name, minutes) in names.into_iter().zip([2.0, 4.0, 6.0, 8.0, 10.0]).take(scenarios) {
        scenario(&mut window, name, minutes * 60.0);
    }
    window.apply(ScenarioCommand::Activate(Some(WHAT_IF.into())));
    delay(&mut window, 180.0);
    let button = format!("Differences of {} scenarios", scenarios + 2);
    window.get_by_role_and_label(Role::Button, &button).scroll_to_me();
    window.run_steps(3);
    window.click(&button);
    window.run_steps(30);
    window
}

const USUAL: ([f32; 2], f32, f32) = ([1280.0, 720.0], 1.0, 1.0);

/// Returns the sentences of the charts.
fn figures(window: &Window) -> Vec<String> {
    window.query_all_by_role(Role::Figure).filter_map(|node| node.accesskit_node().label()).collect()
}

#[test]
fn a_tick_lays_a_scenario_over_the_charts() {
    let mut window = busy(USUAL, Theme::Dark, 2);
    let spoken = window.curve();
    for name in ["Baseline: 95 % back", "Two minutes: 95 % back", "Four minutes: 95 % back"] {
        assert!(spoken.contains(name), "{spoken}");
    }
    let tick = |window: &Window, name: &str| {
        let node = window.get_by_role_and_label(Role::CheckBox, name);
        (node.accesskit_node().toggled() == Some(Toggled::True), node.accesskit_node().is_disabled())
    };
    assert_eq!(tick(&window, "Show Two minutes in charts"), (true, false));
    assert_eq!(tick(&window, "Show What-if in charts"), (true, true), "the active one is always shown");
    window.get_by_role_and_label(Role::CheckBox, "Show Two minutes in charts").click();
    window.settle();
    assert!(!window.curve().contains("Two minutes"), "{}", window.curve());
    assert!(window.has("Differences of 3 scenarios"));
}

#[test]
fn the_table_has_every_scenario_with_its_difference() {
    let window = busy(USUAL, Theme::Dark, 2);
    for words in ["Baseline (pinned)", "95 % back", "Targets", "Inputs that differ", "4 min"] {
        assert!(window.says(words), "{words}: {:#?}", window.names());
    }
    let names = window.names();
    let signed = |name: &String| {
        let rest = name.strip_prefix(['+', '\u{2212}']);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    assert!(names.iter().filter(|name| signed(name)).count() >= 3, "{names:#?}");
}

#[test]
fn nothing_to_compare_has_no_table() {
    let window = Window::new();
    assert!(!window.says("Differences of"), "{:#?}", window.names());
}

#[test]
fn more_than_four_have_a_small_chart_each() {
    let mut window = busy(USUAL, Theme::Light, 3);
    let charts = figures(&window);
    assert_eq!(charts.len(), 5, "{charts:?}");
    for (chart, name) in charts.iter().zip(["What-if", "Baseline (pinned)", "Two minutes"]) {
        assert!(chart.starts_with(&format!("{name}: ")), "{charts:?}");
    }
    // One crosshair for all of them, told by the one under the pointer.
    let at = window.query_all_by_role(Role::Figure).nth(1).unwrap().rect().center();
    window.hover_at(at);
    window.run_steps(3);
    let value = |window: &Window, index: usize| {
        window.query_all_by_role(Role::Figure).nth(index).unwrap().accesskit_node().value()
    };
    let time = |value: Option<String>| value.unwrap().split(':').next().unwrap().to_owned();
    assert_eq!(time(value(&window, 0)), time(value(&window, 1)));
    window.get_by_role_and_label(Role::CheckBox, "Show Two minutes in charts").click();
    window.settle();
    assert_eq!(figures(&window).len(), 3);
}

#[test]
fn what_was_changed_is_changed_again_in_its_row() {
    let mut window = busy(USUAL, Theme::Dark, 0);
    window.enter("Random delay, 3 groups", "90 s");
    let view = window.desk().view(Duration::ZERO);
    let changes: Vec<String> = view.changes.iter().map(regather::plan::Change::text).collect();
    assert!(changes.len() == 3 && changes.iter().all(|text| text.ends_with(" → 1 min 30 s")), "{changes:?}");
    assert!(view.undo.is_some_and(|undo| undo.contains("1 min 30 s")), "the ordinary step: {:?}", view.undo);
}

#[test]
fn the_menu_of_a_chart_is_reached_by_keys_and_copies_a_picture() {
    let mut window = Window::new();
    window.get_by_role_and_label(Role::Button, "Copy or save Devices back").focus();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Space);
    for entry in ["Copy as PNG", "Save as PNG…", "Save as SVG…", "Save as CSV…"] {
        assert!(window.has(entry), "{entry}: {:#?}", window.names());
    }
    window.get_by_role_and_label(Role::Button, "Copy as PNG").click();
    window.run_steps(2);
    let copied = |window: &Window| {
        let commands = &window.output().platform_output.commands;
        commands
            .iter()
            .any(|command| matches!(command, OutputCommand::CopyImage(image) if image.size == [1760, 600]))
    };
    let at_once = copied(&window);
    window.settle();
    assert!(at_once || window.says("Copied the chart Devices back as a picture"), "{:#?}", window.names());
    assert!(!window.has("Save as SVG…"), "what was chosen closes the menu");
}

#[test]
fn the_histogram_is_chosen_in_place_of_the_attempts() {
    let mut window = Window::new();
    window.get_by_role_and_label(Role::ComboBox, "Counted").click();
    window.settle();
    window.get_all_by_role_and_label(Role::Button, "Return times").last().unwrap().click();
    window.settle();
    let said = figures(&window).swap_remove(1);
    assert!(said.starts_with("Return times: half of the devices back "), "{said}");
    assert!(said.contains("Slowest group "), "{said}");
}
