//! The screen *Report*: formats, what is shown of them, the number of the change, and a planned start.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use regather::desk::ReportOptions;
use regather::desk::command::FileCommand;
use regather::report::files::Format;
use regather::ui::request::Screen;

use crate::fixture::Window;

/// Chooses a format.
fn choose(window: &mut Window, format: Format) {
    window.get_by_role_and_label(Role::RadioButton, format.label()).click();
    window.settle();
}

#[test]
fn every_format_shows_what_it_will_hold() {
    let mut window = Window::on(Screen::Report);
    for (format, part) in [
        (Format::Html, "Misses target"),
        (Format::Md, "## "),
        (Format::Json, "\"schema\": \"regather/result/1\""),
        (Format::Svg, "back.svg"),
        (Format::Png, "back.png"),
        (Format::Csv, "back.csv"),
    ] {
        choose(&mut window, format);
        assert!(window.says(part), "{format:?}: {:#?}", window.names());
        let ticket = window.query_by_role_and_label(Role::TextInput, "Number of the change").is_some();
        assert_eq!(ticket, format.has_ticket(), "{format:?}");
    }
}

#[test]
fn the_number_of_the_change_and_the_planned_start_reach_the_preview() {
    let mut window = Window::on(Screen::Report);
    choose(&mut window, Format::Md);
    window.enter("Number of the change", "CHG-1042");
    assert!(window.says("CHG-1042"), "{:#?}", window.names());
    let start = "Planned start of the outage, with its zone";
    let all = |window: &mut Window| {
        window.get_by_role_and_label(Role::TextInput, start).focus();
        window.run_steps(2);
        window.press(Modifiers::COMMAND, Key::A);
    };
    all(&mut window);
    window.enter(start, "tomorrow");
    assert!(window.says("`tomorrow` is no moment"), "{:#?}", window.names());
    assert_eq!(window.desk().view(Duration::ZERO).undo, None);
    all(&mut window);
    window.enter(start, "2027-01-05T02:00:00+01:00");
    assert!(window.desk().view(Duration::ZERO).undo.is_some());
    assert!(window.says("2027-01-05, 02:00 +01:00: outage begins"), "{:#?}", window.names());
}

#[test]
fn a_report_is_written_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::on(Screen::Report);
    let path = folder.path().join("report.html");
    let options = ReportOptions { format: Format::Html, ticket: String::new() };
    window.apply(FileCommand::Report { path: path.clone(), options });
    assert!(window.says("Wrote the report to"), "{:#?}", window.names());
    let page = regather::base::file::read_text(&path, 10_000_000).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Misses target"));
    assert!(!page.contains("src=\"http"), "nothing from elsewhere");
}
