//! The list of devices in the window: from a pasted table to an edit of thousands, and rows that nobody sees.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use regather::desk::Theme;
use regather::desk::command::{DeviceCommand, DocumentCommand};
use regather::desk::devices::{Select, Sort};
use regather::ui::request::Screen;

use crate::fixture::{Open, Window};
use crate::journey::drop_file;

/// A table as a spreadsheet copies it: four good lines, one bad.
const TABLE: &str = "Name\tGroup\tSite\tShift\npump-1\tpumps\tAachen\tearly\npump-2\tpumps\tBonn\tlate\n\
                     pump-10\tpumps\tBonn\tearly\ncool-1\tcooling\tBonn\tlate\nlost\tpumps\n";

/// Returns the window on the empty list.
fn empty() -> Window {
    let mut window = Window::on(Screen::Fleet);
    window.click("Devices");
    window
}

/// Pastes a text.
fn paste(window: &mut Window, text: &str) {
    window.event(Event::Paste(text.to_owned()));
    window.settle();
}

/// Gives the project a list.
fn listed(window: &mut Window, text: &str) {
    window.apply(DeviceCommand::ImportText { name: "table".into(), text: text.into() });
    window.apply(DeviceCommand::TakeGood);
    window.settle();
}

/// Returns a list of this many devices.
fn many(devices: u32) -> String {
    let rows: String = (0..devices)
        .map(|n| {
            format!("pump-{n},pumps,{},host-{}.example,443\n", ["Aachen", "Bonn"][n as usize % 2], n % 7)
        })
        .collect::<Vec<_>>()
        .concat();
    format!("thing,group,site,host,port\n{rows}")
}

/// Opens the list with a filter, a selection and an edit that is prepared.
pub fn busy((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window =
        Window::open(Open { screen: Screen::Fleet, size, scale, zoom, theme, ..Open::default() });
    window.click("Devices");
    listed(&mut window, &many(2_000));
    window.apply(DeviceCommand::Filter("site:Bonn".into()));
    window.apply(DeviceCommand::SortBy(Sort::Column(0)));
    window.apply(DeviceCommand::Select(Select::Only(3)));
    window.apply(DeviceCommand::PreviewEdit { field: "host".into(), value: "other.example".into() });
    window
}

/// Opens a table that is looked at.
pub fn importing((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window =
        Window::open(Open { screen: Screen::Fleet, size, scale, zoom, theme, ..Open::default() });
    window.click("Devices");
    paste(&mut window, TABLE);
    window
}

/// Returns the rows that are built.
fn rows(window: &Window) -> Vec<String> {
    let names = window.query_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
    names.filter(|name| name.contains(", group ")).collect()
}

#[test]
fn from_a_pasted_table_to_an_edit_and_back() {
    let mut window = empty();
    assert!(window.says("No devices yet. Import a CSV, paste a table"), "{:#?}", window.names());
    assert!(window.has("Import list…") && window.has("Paste"));

    paste(&mut window, TABLE);
    assert!(window.says("4 devices are fine, 1 line is not"), "{:#?}", window.names());
    assert!(window.says("✕ Line 6") && window.says("4 columns expected, 2 found."), "{:#?}", window.names());
    let holds = window.get_by_role_and_label(Role::ComboBox, "Column Shift holds");
    assert_eq!(holds.accesskit_node().value().as_deref(), Some("Variable"));
    assert!(window.has("Save the other lines…"));

    window.click("Take the good lines");
    assert!(window.says("Devices (4)"), "{:#?}", window.names());
    assert_eq!(rows(&window).len(), 4);
    assert!(rows(&window)[0].starts_with("pump-1, group pumps, site Aachen"), "{:?}", rows(&window));
    // The project says other numbers; one click takes those of the list.
    assert!(window.says("the inventory lists 3"), "{:#?}", window.names());
    window.click("Set 3 devices");
    assert!(!window.says("the inventory lists 3"), "{:#?}", window.names());

    window.enter("Filter", "site:Bonn");
    assert!(window.says("3 of 4 devices"), "{:#?}", window.names());
    window.ctx.memory_mut(egui::Memory::stop_text_input);
    window.settle();
    window.press(Modifiers::COMMAND, Key::A);
    assert!(window.says("3 selected"), "{:#?}", window.names());
    window.get_by_role_and_label(Role::ComboBox, "Field to change").click();
    window.settle();
    window.get_by_role_and_label(Role::Button, "Shift").click();
    window.settle();
    window.get_by_role_and_label(Role::TextInput, "New value").focus();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, "New value").type_text("night");
    window.settle();
    assert!(window.says("late and 1 other value → night on 3 devices"), "{:#?}", window.names());
    window.click("Apply");
    let view = window.desk().view(Duration::ZERO);
    assert_eq!(view.undo, Some("Set Shift on 3 devices"));
    assert!(view.devices.list.unwrap().text().contains("pump-10\tpumps\tBonn\tnight"));
    window.ctx.memory_mut(egui::Memory::stop_text_input);
    window.press(Modifiers::COMMAND, Key::Z);
    let view = window.desk().view(Duration::ZERO);
    assert!(view.devices.list.unwrap().text().contains("pump-10\tpumps\tBonn\tearly"));
}

#[test]
fn a_filter_that_is_wrong_says_where_and_what_may_be_meant() {
    let mut window = empty();
    listed(&mut window, &many(20));
    window.enter("Filter", "stie:Bonn");
    assert!(window.says("✕ At character 1:") && window.says("Did you mean `site`"), "{:#?}", window.names());
    assert!(window.says("20 devices"), "what was shown stays: {:#?}", window.names());
}

#[test]
fn proposals_are_entered_by_keys() {
    let mut window = empty();
    listed(&mut window, &many(20));
    window.get_by_role_and_label(Role::TextInput, "Filter").focus();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, "Filter").type_text("site:");
    window.run_steps(3);
    assert!(window.has("Aachen (10)"), "{:#?}", window.names());
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.field("Filter"), "site:Aachen");
    assert!(window.says("10 of 20 devices"), "{:#?}", window.names());
}

#[test]
fn heads_sort_and_clicks_select() {
    let mut window = empty();
    listed(&mut window, &many(20));
    window.click("Sort by Thing, not sorted");
    window.click("Sort by Thing, sorted from low to high");
    assert!(rows(&window)[0].starts_with("pump-19,"), "{:?}", rows(&window));
    let click = |window: &mut Window, at: usize, held: Modifiers| {
        let name = rows(window)[at].clone();
        window.get_by_role_and_label(Role::Button, &name).click_modifiers(held);
        window.settle();
    };
    click(&mut window, 1, Modifiers::NONE);
    assert!(window.says("1 selected") && window.says("line 20 · group pumps"), "{:#?}", window.names());
    click(&mut window, 4, Modifiers::SHIFT);
    assert!(window.says("4 selected"), "{:#?}", window.names());
    click(&mut window, 2, Modifiers::COMMAND);
    assert_eq!(window.desk().view(Duration::ZERO).devices.selected, [15, 16, 18]);
    window.click("Clear selection");
    assert!(!window.says(" selected"), "{:#?}", window.names());
}

#[test]
fn the_inspector_says_where_each_value_comes_from() {
    let mut window = empty();
    listed(&mut window, "thing,group,connect_timeout\na,pumps,7000\n");
    window.apply(DeviceCommand::Select(Select::Only(0)));
    for origin in ["device", "group", "default"] {
        assert!(window.has(origin), "{origin}: {:#?}", window.names());
    }
}

#[test]
fn of_a_hundred_thousand_devices_only_those_are_built_that_can_be_seen() {
    let mut window = empty();
    listed(&mut window, &many(40));
    let few = window.root().children_recursive().count();
    window.apply(DocumentCommand::Undo);
    listed(&mut window, &many(100_000));
    assert!(window.says("Devices (100\u{2009}000)"), "{:#?}", window.names());
    let built = rows(&window).len();
    assert!((10..40).contains(&built), "{built}");
    let all = window.root().children_recursive().count();
    assert!(all.abs_diff(few) < 60, "{all} nodes, {few} for forty devices");
}

#[test]
fn a_table_that_is_dropped_on_the_window_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plant.csv");
    regather::base::file::write_atomic(&path, TABLE.as_bytes()).unwrap();
    let mut window = Window::open(Open::default());
    drop_file(&mut window, &path);
    assert_eq!(window.app().screen(), Screen::Fleet);
    assert!(window.says("Import plant.csv"), "{:#?}", window.names());
    window.click("Cancel import");
    assert!(window.says("No devices yet."), "{:#?}", window.names());
}
