//! The export and the files of single devices in the window: waves, paths, what is wrong with them, and findings.

use std::path::Path;

use egui::{Key, Modifiers};
use regather::base::file::{read_text, write_atomic};
use regather::config::bundle::Target;
use regather::desk::command::{DeviceCommand, FileCommand};
use regather::desk::{ExportOptions, Start, Theme};
use regather::fleet::FleetFile;
use regather::ui::request::Screen;

use crate::fixture::{Open, Window, fleet};

/// What one pump and the pumps as a whole have.
const HAS: &str = "{\n  \"reconnect_random_delay_seconds\": 7,\n  \"app_key\": \"planted\"\n}\n";

/// Returns a list of this many pumps on two sites.
fn pumps(devices: u32) -> String {
    let row = |n: u32| format!("pump-{n},pumps,{}\n", ["Aachen", "Bonn"][n as usize % 2]);
    ["thing,group,site\n".to_owned()].into_iter().chain((0..devices).map(row)).collect()
}

/// Gives the project a list of pumps.
fn listed(window: &mut Window, devices: u32) {
    window.apply(DeviceCommand::ImportText { name: "table".into(), text: pumps(devices) });
    window.apply(DeviceCommand::TakeGood);
    window.settle();
}

/// Writes what the pumps and one of them have.
fn collected(folder: &Path) {
    for owner in ["pumps", "pump-3"] {
        let path = folder.join(owner);
        std::fs::create_dir_all(&path).unwrap();
        write_atomic(&path.join("agent_config.json"), HAS.as_bytes()).unwrap();
    }
}

/// Opens the screen with a list, waves that leave devices out, and paths that work.
pub fn laid_out((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let mut window =
        Window::open(Open { screen: Screen::Configs, size, scale, zoom, theme, ..Open::default() });
    listed(&mut window, 135);
    window.apply(FileCommand::PlanExport(ExportOptions {
        target: Target::Ansible,
        waves: "10,10%".into(),
        paths: "{site}/{thing}/{file}".into(),
    }));
    window
}

/// Opens the screen with one device of a list and what it has.
pub fn one_device((size, scale, zoom): ([f32; 2], f32, f32), theme: Theme) -> Window {
    let folder = tempfile::tempdir().unwrap();
    collected(folder.path());
    let mut window =
        Window::open(Open { screen: Screen::Configs, size, scale, zoom, theme, ..Open::default() });
    listed(&mut window, 135);
    window.apply(FileCommand::Compare(folder.path().to_owned()));
    // It holds the name of the folder, which is another one each time.
    window.click("Close message");
    window.reach("Devices (135)");
    window.apply(FileCommand::ShowDevice(Some(3)));
    window
}

fn choose(window: &mut Window, target: Target) {
    let wanted = ExportOptions { target, ..ExportOptions::default() };
    window.apply(FileCommand::PlanExport(wanted));
}

#[test]
fn waves_are_checked_at_their_field_and_told_before_the_export() {
    let mut window = Window::on(Screen::Configs);
    listed(&mut window, 135);
    assert!(!window.has("Waves"), "a folder knows none");
    choose(&mut window, Target::Scm);
    window.enter("Waves", "10,10%");
    assert!(window.says("✕ The waves hold 24 of 135 devices"), "{:#?}", window.names());
    assert!(
        window.desk().view(std::time::Duration::ZERO).enabled(regather::desk::UserCommand::Export).is_err()
    );
    window.enter("Waves", ",rest");
    assert!(window.says("3 waves of 10, 14 and 111 devices"), "{:#?}", window.names());

    let folder = tempfile::tempdir().unwrap();
    window.apply(FileCommand::Export { path: folder.path().to_owned(), target: Target::Scm });
    let wave = read_text(&folder.path().join("waves/02/pumps.csv"), 10_000).unwrap();
    assert_eq!(wave.lines().count(), 15, "a head and 14 things");
}

#[test]
fn paths_are_checked_at_their_field_and_previewed() {
    let mut window = Window::on(Screen::Configs);
    listed(&mut window, 135);
    for (text, error) in [
        ("{thing}", "does not contain {file}"),
        ("../{file}", "leads elsewhere"),
        ("{ste}/{file}", "{ste} is no variable"),
        ("{site}/{file}", "would share a path"),
    ] {
        choose(&mut window, Target::Folder);
        window.enter("Path of each file", text);
        let outline = window.desk().view(std::time::Duration::ZERO).outline;
        let state = format!("{:?} {:?}", outline.wanted, outline.given);
        assert!(window.says(error), "{text}: {state} {:#?}", window.names());
    }
    choose(&mut window, Target::Folder);
    window.enter("Path of each file", "{site}/{thing}/{file}");
    assert!(window.says("Aachen/pump-0/"), "{:#?}", window.names());
    assert!(window.says(" more files"), "{:#?}", window.names());
    let folder = tempfile::tempdir().unwrap();
    window.apply(FileCommand::Export { path: folder.path().to_owned(), target: Target::Folder });
    assert!(folder.path().join("Bonn/pump-1/agent_config.json").is_file());
}

#[test]
fn a_device_shows_what_it_has_and_gets() {
    let mut window = one_device(([1280.0, 800.0], 1.0, 1.0), Theme::Dark);
    for part in ["pump-3", "1 of 2 files changes, 1 is new", "7 s"] {
        assert!(window.says(part), "{part}: {:#?}", window.names());
    }
    assert!(!window.says("planted"), "{:#?}", window.names());
    window.enter("Filter devices", "pump-77");
    assert!(window.says("1 of 135 devices"), "{:#?}", window.names());
    window.click("Device pump-77, pumps");
    assert_eq!(window.desk().view(std::time::Duration::ZERO).device.unwrap().thing, "pump-77");
    window.enter("Filter devices", "x");
    assert!(window.says("No device matches"), "{:#?}", window.names());
    window.click("Clear filter");
    assert!(window.says("135 devices"));
}

#[test]
fn only_rows_that_can_be_seen_are_built() {
    let mut window = Window::on(Screen::Configs);
    listed(&mut window, 20_000);
    let label = window.names().into_iter().find(|name| name.starts_with("Devices (20")).unwrap();
    window.reach(&label);
    let rows = window.names().iter().filter(|name| name.starts_with("Device pump-")).count();
    assert!((3..60).contains(&rows), "{rows}");
}

#[test]
fn a_filter_without_a_hit_says_what_was_perhaps_meant() {
    let mut window = Window::on(Screen::Fleet);
    listed(&mut window, 135);
    window.click("Devices (135)");
    window.apply(DeviceCommand::Filter("site:Bon".into()));
    assert!(window.says("No device matches `site:Bon`. Did you mean `site:Bonn`?"), "{:#?}", window.names());
    window.click("Clear filter");
    assert!(window.says("135 devices"), "{:#?}", window.names());
}

#[test]
fn a_wrong_mapping_is_a_finding_and_stops_the_export() {
    let text = fleet().text().replacen(
        "\"groups\"",
        "\"mapping\": { \"example-agent\": { \"reconnect_delay\": null } },\n  \"groups\"",
        1,
    );
    let file = FleetFile::parse(&text).unwrap();
    let start = Start::Project { file, name: "example".into(), path: None };
    let mut window = Window::open(Open { start, screen: Screen::Configs, ..Open::default() });
    let view = window.desk().view(std::time::Duration::ZERO);
    assert!(view.findings().iter().any(|finding| finding.code == "M001" && finding.line > 0));
    assert!(view.outcome.is_some(), "the outage can be simulated all the same");
    assert!(regather::desk::UserCommand::Export.enabled(&view).is_err());
    assert!(window.says("1 error"), "{:#?}", window.names());
}

#[test]
fn findings_of_the_list_and_of_files_lead_to_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("pumps")).unwrap();
    write_atomic(&folder.path().join("pumps/agent_config.json"), b"{ \"reconnect_random").unwrap();
    let mut window = Window::on(Screen::Simulate);
    listed(&mut window, 20);
    window.apply(FileCommand::Compare(folder.path().to_owned()));
    window.press(Modifiers::COMMAND, Key::Num3);
    let label = window.names().into_iter().find(|name| name.contains(" error")).unwrap();
    window.click(&label);
    window.reach("Go to file pumps/agent_config.json");
    assert_eq!(window.app().screen(), Screen::Configs);
    assert!(window.says("pumps/agent_config.json"), "{:#?}", window.names());
    window.reach("Go to devices /groups/pumps/devices");
    assert_eq!(window.app().screen(), Screen::Fleet);
}
