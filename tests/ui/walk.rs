//! A walk through the window: every screen, list, menu and the palette, found by accessible names.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use regather::base::units;
use regather::desk::command::{DocumentCommand, Menu, ScenarioCommand, TABLE};
use regather::desk::{Theme, UserCommand};
use regather::fleet::file::Value;
use regather::ui::request::Screen;

use crate::fixture::{WHAT_IF, Window};

/// Names that tell a screen from the others.
fn content(screen: Screen) -> &'static [&'static str] {
    match screen {
        Screen::Fleet => &["Add group", "Connection", "Data while away", "Duplicate group"],
        Screen::Topology => &["No topology yet", "Begin with Single server"],
        Screen::Simulate => &["Random delay", "Result", "Changed vs baseline", "Assumptions"],
        Screen::Recommend => &["Targets", "Answers", "Safe region", "Solve", "To the right"],
        #[cfg(feature = "push")]
        Screen::Rollout => &["What it is made of", "Simulate and write plan…", "Open roll-out…"],
        Screen::Live => &["STOP", "Rehearse", "Start test platform", "One agent", "Connect", "Messages"],
        Screen::Report => &["What the page holds", "Save report…", "Number of the change"],
        Screen::Configs => &["Export agent files…", "pumps/agent_config.json", "pumps/ws_connection.json"],
    }
}

fn shows(window: &mut Window, screen: Screen) {
    assert_eq!(window.app().screen(), screen);
    for name in content(screen) {
        assert!(window.has(name), "{screen:?} has no `{name}`: {:#?}", window.names());
    }
}

#[test]
fn every_screen_opens_from_the_rail_and_by_its_key() {
    let mut window = Window::on(Screen::Configs);
    for screen in Screen::ALL {
        window.click(screen.word());
        shows(&mut window, screen);
        assert!(window.chosen(screen.word()));
    }
    let mut before = 0;
    for screen in Screen::ALL {
        let digits = screen.command().entry().shortcuts.iter().filter(|keys| keys.command && !keys.shift);
        let mut digits = digits.filter_map(|keys| keys.key.parse::<u8>().ok());
        let digit = digits.next().unwrap_or_else(|| panic!("{screen:?} has no number"));
        assert!(digit > before, "{screen:?}: numbers stand in the order of the rail");
        before = digit;
        window.press(Modifiers::COMMAND, Key::from_name(&digit.to_string()).unwrap());
        shows(&mut window, screen);
    }
}

#[test]
fn the_palette_finds_and_runs_a_command() {
    let mut window = Window::new();
    window.press(Modifiers::COMMAND, Key::K);
    window.get_by_role_and_label(Role::TextInput, "Search or run").type_text("light theme");
    window.settle();
    assert!(window.query_by_role_and_label(Role::Button, "Clear recent files").is_none());
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.desk().view(Duration::ZERO).settings.theme, Theme::Light);
    assert!(!window.has("Search or run"), "the palette closes");

    window.press(Modifiers::COMMAND, Key::K);
    window.get_by_role_and_label(Role::TextInput, "Search or run").type_text("zzz");
    window.settle();
    assert!(window.says("No command matches `zzz`"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Search or run"));
}

#[test]
fn arrows_choose_in_the_palette() {
    let mut window = Window::new();
    window.press(Modifiers::COMMAND, Key::K);
    window.get_by_role_and_label(Role::TextInput, "Search or run").type_text("theme");
    window.settle();
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::ArrowDown);
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(window.desk().view(Duration::ZERO).settings.theme, Theme::Light);
}

#[test]
fn every_command_stands_in_its_menu() {
    let mut window = Window::new();
    for menu in Menu::ALL {
        window.click(menu.word());
        for entry in TABLE.iter().filter(|entry| entry.menu == menu) {
            // The keys of an entry are a part of its name.
            let found = window.query_all_by_label_contains(entry.text).count();
            assert!(found >= 1, "{menu:?} lacks {}: {:#?}", entry.text, window.names());
        }
        window.press(Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn a_menu_entry_does_what_it_says() {
    let mut window = Window::new();
    window.click("Edit");
    window.get_by_role_and_label(Role::Button, "Add group").click();
    window.settle();
    assert_eq!(window.desk().view(Duration::ZERO).file.group_ids().count(), 5);
    window.click("View");
    window.get_by_label_contains("Zoom in").click();
    window.settle();
    assert!(window.says(&format!("zoom {}", units::percent(1.1))));
}

#[test]
fn the_keys_are_listed() {
    let mut window = Window::new();
    window.press(Modifiers::NONE, Key::F1);
    for name in ["Ctrl+Shift+Z or Ctrl+Y", "Ctrl+K", "F2", "Duplicate scenario"] {
        assert!(window.has(name), "{name}: {:#?}", window.names());
    }
    window.press(Modifiers::NONE, Key::F1);
    assert!(!window.has("Ctrl+Shift+Z or Ctrl+Y"));
}

#[test]
fn findings_lead_to_their_field_and_offer_a_fix() {
    let mut window = Window::new();
    window.apply(ScenarioCommand::Activate(None));
    let edits = vec![("/groups/gateways/connect_retries".to_owned(), Value::Number(0.0))];
    window.apply(DocumentCommand::Set { edits, finished: true });
    open_findings(&mut window);
    let spoken = "Go to field /groups/gateways/connect_retries";
    assert!(window.has(spoken), "{:#?}", window.names());
    window.get_by_label(spoken).click_accesskit();
    window.settle();
    assert_eq!(window.app().screen(), Screen::Fleet);
    assert_eq!(window.field("Name"), "Gateways");
}

/// Opens the list of findings from the status bar.
fn open_findings(window: &mut Window) {
    let button = window.names().into_iter().find(|name| name.contains(" error") && name.contains('·'));
    window.click(&button.unwrap());
}

#[test]
fn a_fix_is_one_click_and_one_step() {
    let mut window = Window::new();
    window.apply(ScenarioCommand::Activate(None));
    let edits = vec![("/groups/pumps/connect_retries".to_owned(), Value::Number(3.0))];
    window.apply(DocumentCommand::Set { edits, finished: true });
    let fix = window.desk().view(Duration::ZERO).findings().iter().find_map(|f| f.patch.clone()).unwrap();
    open_findings(&mut window);
    window.get_all_by_label(&fix.label).next().unwrap().click_accesskit();
    window.settle();
    let view = window.desk().view(Duration::ZERO);
    assert!(view.undo.is_some());
    assert!(!view.findings().iter().any(|f| f.patch.as_ref() == Some(&fix)), "the finding is gone");
}

#[test]
fn events_are_listed_newest_first() {
    let mut window = Window::new();
    window.click("Events (0)");
    assert!(window.has("Nothing has happened yet."));
    window.apply(regather::desk::command::FileCommand::ReopenPrevious);
    assert!(window.has("Events (1)"));
    assert!(window.query_all_by_label_contains("Nothing else was open before").count() >= 1);
}

#[test]
fn scenarios_are_chosen_in_the_rail_of_every_screen() {
    for screen in Screen::ALL {
        let mut window = Window::on(screen);
        window.click("What-if");
        assert!(window.chosen("What-if") && !window.chosen("Baseline"));
        assert_eq!(window.desk().view(Duration::ZERO).scenario, Some(WHAT_IF));
        window.click("Baseline");
        assert_eq!(window.desk().view(Duration::ZERO).scenario, None);
        assert!(window.chosen("Baseline"));
    }
}

#[test]
fn what_the_palette_cannot_run_now_says_why() {
    let mut window = Window::new();
    assert!(window.desk().view(Duration::ZERO).enabled(UserCommand::Redo).is_err());
    window.press(Modifiers::COMMAND, Key::K);
    window.get_by_role_and_label(Role::TextInput, "Search or run").type_text("last undone");
    window.settle();
    window.get_all_by_label_contains("Redo").last().unwrap().hover();
    window.run_steps(60);
    assert!(window.says("There is nothing to redo"), "{:#?}", window.names());
}
