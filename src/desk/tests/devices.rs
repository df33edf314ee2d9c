//! The list of devices: from a table to a file beside the project, and back.

use super::*;
use crate::desk::command::DeviceCommand;
use crate::desk::devices::{Select, Sort};
use crate::fleet::inventory::Inventory;
use crate::fleet::inventory::Role;

/// Two good lines and a bad one.
const TABLE: &str = "Name;group;Pause\np-1;pumps;30000\np-10;pumps;\ng-1;gates\n";

fn paste(text: &str) -> Command {
    DeviceCommand::ImportText { name: "clipboard".into(), text: text.into() }.into()
}

fn map(header: &str, role: Role) -> Command {
    DeviceCommand::SetMapping { header: header.into(), role }.into()
}

fn filter(text: &str) -> Command {
    DeviceCommand::Filter(text.into()).into()
}

fn edit(field: &str, value: &str) -> Command {
    DeviceCommand::PreviewEdit { field: field.into(), value: value.into() }.into()
}

fn text(desk: &Desk) -> String {
    desk.now_view().devices.list.map(Inventory::text).unwrap_or_default()
}

/// Returns the small project with a list of this many devices.
fn with_list(devices: u32) -> Desk {
    let mut desk = small();
    let rows: String = (0..devices)
        .map(|n| format!("pump-{n},pumps,{}\n", ["Aachen", "Bonn"][n as usize % 2]))
        .collect::<Vec<_>>()
        .concat();
    desk.do_all([paste(&format!("thing,group,site\n{rows}")), DeviceCommand::TakeGood.into()]);
    desk.finish(ZERO);
    desk
}

#[test]
fn a_table_is_looked_at_and_its_good_lines_are_taken() {
    let mut desk = small();
    desk.do_all([paste(TABLE)]);
    let import = desk.now_view().devices.import.unwrap();
    let read = import.read.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(read.summary(), "2 devices are fine, 1 line is not");
    assert_eq!((read.bad.list[0].line, desk.now_view().devices.list), (4, None));

    desk.do_all([map("Pause", Role::Setting("ping_rate")), DeviceCommand::TakeGood.into()]);
    assert!(
        desk.said().1.contains("Took 2 devices from clipboard; 1 line was left out"),
        "{:?}",
        desk.said()
    );
    let view = desk.now_view();
    assert_eq!((view.undo, view.dirty, view.devices.rows), (Some("Import 2 devices"), true, &[0, 1][..]));
    assert!(view.file.text().contains("small.devices.csv"), "{}", view.file.text());
    assert!(view.file.text().contains("\"Pause\": \"ping_rate\""), "{}", view.file.text());
    assert!(view.devices.import.is_none() && view.devices.bad_lines);
    assert_eq!(text(&desk), "Name;group;Pause\np-1;pumps;30000\np-10;pumps;\n");

    desk.do_all([DocumentCommand::Undo.into()]);
    assert!(desk.now_view().devices.list.is_none() && !desk.now_view().dirty);
    desk.do_all([DocumentCommand::Redo.into()]);
    assert_eq!(desk.now_view().devices.rows.len(), 2);
}

#[test]
fn a_table_without_names_can_be_given_them() {
    let mut desk = small();
    desk.do_all([paste("Label,group\na,pumps\n"), DeviceCommand::TakeGood.into()]);
    let import = desk.now_view().devices.import.unwrap();
    assert!(import.read.as_ref().unwrap().is_err() && import.columns.len() == 2);
    desk.do_all([map("Label", Role::Thing), DeviceCommand::TakeGood.into()]);
    assert_eq!(desk.now_view().devices.list.map(Inventory::len), Some(1));
}

#[test]
fn rows_are_filtered_and_sorted_and_nobody_edits_what_is_not_shown() {
    let mut desk = with_list(12);
    desk.do_all([DeviceCommand::Select(Select::All).into(), filter("site:Bonn")]);
    let view = desk.now_view().devices;
    assert_eq!((view.rows, view.selected), (&[1, 3, 5, 7, 9, 11][..], &[1, 3, 5, 7, 9, 11][..]));
    desk.do_all([filter("site:Bonn and stie:x")]);
    let view = desk.now_view().devices;
    let error = view.filter_error.unwrap();
    assert!(error.to_string().contains("site") && error.at == (14..18), "{error:?}");
    assert_eq!(view.rows.len(), 6, "what was shown stays");
    let sort = || DeviceCommand::SortBy(Sort::Column(0)).into();
    desk.do_all([filter(""), sort(), sort()]);
    assert_eq!(desk.now_view().devices.rows[..2], [11, 10]);
    desk.do_all([
        DeviceCommand::Select(Select::Only(11)).into(),
        DeviceCommand::Select(Select::To(9)).into(),
    ]);
    assert_eq!(desk.now_view().devices.selected, [9, 10, 11]);
}

#[test]
fn one_field_of_many_devices_is_changed_in_one_step() {
    let mut desk = with_list(10_000);
    let before = text(&desk);
    desk.do_all([filter("site:Bonn")]);
    desk.finish(ZERO);
    desk.do_all([DeviceCommand::Select(Select::All).into(), edit("ping_rate", "5 min")]);
    desk.finish(ZERO);
    let preview = desk.now_view().devices.edit.unwrap().preview.clone().unwrap().unwrap();
    assert_eq!(preview.summary(), "empty → 5 min on 5\u{2009}000 devices");
    desk.do_all([DeviceCommand::ApplyEdit.into()]);
    assert_eq!(desk.now_view().undo, Some("Set ping_rate on 5\u{2009}000 devices"));
    assert!(text(&desk).contains("pump-1,pumps,Bonn,300000\n"), "{}", &text(&desk)[..200]);
    desk.do_all([DocumentCommand::Undo.into()]);
    assert!(text(&desk) == before);
    // A value that is not accepted changes nothing.
    desk.do_all([edit("group", "pmups"), DeviceCommand::ApplyEdit.into()]);
    assert!(desk.said().1.contains("Did you mean `pumps`?") && text(&desk) == before, "{:?}", desk.said());
}

#[test]
fn the_list_is_saved_beside_the_project_and_read_with_it() {
    let place = Place::new();
    place.file("plant.json", SMALL);
    let mut desk = place.open("plant.json");
    desk.do_all([paste(TABLE), DeviceCommand::TakeGood.into(), FileCommand::Save.into()]);
    assert!(!desk.now_view().dirty, "{:?}", desk.said());
    assert_eq!(place.text("plant.devices.csv"), "Name;group;Pause\np-1;pumps;30000\np-10;pumps;\n");
    desk.close();

    let mut desk = place.open("plant.json");
    desk.finish(ZERO);
    assert_eq!(desk.now_view().devices.rows.len(), 2);
    assert_eq!((desk.now_view().dirty, desk.now_view().undo), (false, None));
    // Both numbers of devices differ from the list.
    assert_eq!(desk.now_view().devices.findings.len(), 2);
    let fix = desk.now_view().devices.findings[0].patch.clone().unwrap();
    desk.do_all([DocumentCommand::Apply(fix).into()]);
    assert_eq!(desk.now_view().devices.findings.len(), 1);

    // Another program changes the list meanwhile.
    desk.do_all([
        DeviceCommand::Select(Select::Only(0)).into(),
        edit("Pause", "60"),
        DeviceCommand::ApplyEdit.into(),
    ]);
    place.file("plant.devices.csv", "thing\nother\n");
    desk.do_all([FileCommand::Save.into()]);
    assert!(
        desk.said().1.starts_with("Another program has changed the list of devices"),
        "{:?}",
        desk.said()
    );
    assert_eq!(place.text("plant.devices.csv"), "thing\nother\n");
    assert!(desk.now_view().dirty);
    desk.do_all([FileCommand::Save.into()]);
    assert_eq!(place.text("plant.devices.csv"), "Name;group;Pause\np-1;pumps;60\np-10;pumps;\n");
    assert!(!desk.now_view().dirty);

    // The list goes with the project to another folder.
    std::fs::create_dir(place.path("copy")).unwrap();
    desk.do_all([FileCommand::SaveAs(place.path("copy/plant.json")).into()]);
    assert_eq!(place.text("copy/plant.devices.csv"), place.text("plant.devices.csv"));
}

#[test]
fn a_project_opens_without_its_list_and_says_what_to_do() {
    let place = Place::new();
    let named = FleetFile::parse(SMALL).unwrap();
    let named = named.with("/inventory", &serde_json::json!({"file": "gone.csv"})).unwrap();
    place.file("plant.json", named.text());
    let mut desk = place.open("plant.json");
    desk.finish(ZERO);
    assert!(
        desk.said().1.contains("gone.csv") && desk.said().1.contains("import the list again"),
        "{:?}",
        desk.said()
    );
    assert!(desk.now_view().fleet.is_some());
}

#[test]
fn bad_lines_are_saved_to_be_corrected() {
    let place = Place::new();
    let mut desk = small();
    desk.do_all([paste(TABLE), DeviceCommand::TakeGood.into()]);
    desk.do_all([DeviceCommand::ExportBadLines(place.path("bad.csv")).into()]);
    assert_eq!(place.text("bad.csv"), "Name;group;Pause\ng-1;gates\n");
}

#[test]
fn unsaved_devices_come_back_after_a_crash() {
    let place = Place::new();
    place.file("plant.json", SMALL);
    let mut desk = place.open("plant.json");
    desk.do_all([paste(TABLE), DeviceCommand::TakeGood.into(), FileCommand::Save.into()]);
    desk.do_all([
        DeviceCommand::Select(Select::All).into(),
        edit("Pause", "60"),
        DeviceCommand::ApplyEdit.into(),
    ]);
    let edited = text(&desk);
    desk.close();

    let mut desk = place.usual();
    desk.finish(ZERO);
    assert_eq!(text(&desk), edited);
    assert!(desk.now_view().dirty);
    desk.do_all([FileCommand::Save.into()]);
    assert_eq!(place.text("plant.devices.csv"), edited);
    desk.close();
    assert_ne!(text(&place.open("plant.json")), "");
    assert!(place.usual().now_view().devices.list.is_none(), "nothing is left to come back");
}
