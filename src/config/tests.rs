//! What agents' files say, and that an export is whole or not at all.

use super::*;
use crate::fleet::example::EXAMPLES;
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::Area;
use crate::fleet::{AgentKind, FleetFile};

fn rendered(file: &FleetFile, scenario: Option<&str>) -> Vec<GroupFiles> {
    render(&file.check(scenario).fleet.unwrap(), &file.view(scenario))
}

fn example() -> FleetFile {
    EXAMPLES[0].file().unwrap()
}

#[test]
fn files_hold_the_keys_own_units_and_say_they_are_inferred() {
    let groups = rendered(&example(), None);
    let Part::Files(files) = &groups[0].part else { panic!() };
    assert_eq!(files[0].name, "ws_connection.json");
    assert_eq!(
        files[0].text,
        "{\n  \"max_connect_delay\": 1000,\n  \"connect_timeout\": 10000,\n  \"connect_retries\": 1,\n  \"connect_retry_interval\": 1000\n}\n"
    );
    assert_eq!(files[1].text, "{\n  \"reconnect_random_delay_seconds\": 30\n}\n");
    assert!(files.iter().all(|file| file.certainty == Certainty::Inferred && !file.notes.is_empty()));
    assert_eq!(files[1].rows[0].human, "30 s");
    let timeout = files[0].rows.iter().find(|row| row.key == "connect_timeout").unwrap();
    assert_eq!((timeout.file.as_str(), timeout.human.as_str()), ("10000", "10 s"));
}

#[test]
fn groups_on_the_sdk_itself_get_a_reason_instead_of_a_file() {
    let groups = rendered(&example(), None);
    let gateways = groups.iter().find(|group| group.kind == AgentKind::CSdk).unwrap();
    assert!(matches!(&gateways.part, Part::None(reason) if reason.contains("firmware")));
}

#[test]
fn every_other_kind_gets_its_part_or_a_reason() {
    let of = |kind: AgentKind| {
        let file = example().with("/groups/gateways/agent", &kind.word().into()).unwrap();
        rendered(&file, None).into_iter().find(|group| group.group == "gateways").unwrap().part
    };
    for kind in [AgentKind::JavaSdk, AgentKind::DotNetSdk, AgentKind::Generic] {
        let Part::None(reason) = of(kind) else { panic!("{kind:?} has a writer") };
        assert!(reason.contains(&format!("no file is written for {} groups yet", kind.label())), "{reason}");
    }
    let Part::Files(files) = of(AgentKind::Ems) else { panic!() };
    assert_eq!((files.len(), files[0].name), (1, "config.ws_connection.json"));
    let object: serde_json::Value = serde_json::from_str(&files[0].text).unwrap();
    assert_eq!(
        object,
        serde_json::json!({ "ws_connection": {
            "max_connect_delay": 60_000,
            "connect_timeout": 10_000,
            "connect_retries": -1,
            "connect_retry_interval": 30_000,
            "ping_rate": 55_000,
            "pingpong_timeout": 10_000,
            "msg_timeout": 10_000,
        } })
    );
    assert!(files[0].notes[0].contains("not the whole file"));
}

#[test]
fn every_setting_of_a_file_comes_back_with_the_same_value() {
    let file = example();
    for scenario in [None, Some("what-if")] {
        for group in rendered(&file, scenario) {
            let Part::Files(files) = &group.part else { continue };
            for part in files {
                let object: serde_json::Value = serde_json::from_str(&part.text).unwrap();
                let rows: Vec<&Setting> =
                    Area::Agent(group.kind).settings().iter().filter(|s| s.file == Some(part.name)).collect();
                assert_eq!(object.as_object().unwrap().len(), rows.len());
                for row in rows {
                    let address = format!("/groups/{}/{}", group.group, row.key);
                    let value = file.view(scenario).value(&address, row).unwrap().number().unwrap();
                    assert_eq!(object[row.name()].as_f64(), Some(value), "{address}");
                    assert!(!matches!(row.unit, Unit::Choice(_)));
                }
            }
        }
    }
}

#[test]
fn an_export_writes_once_and_leaves_equal_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let groups = rendered(&example(), None);
    let first = export(&groups, folder.path()).unwrap();
    assert_eq!((first.written.len(), first.unchanged.len(), first.skipped.len()), (6, 0, 1));
    let again = export(&groups, folder.path()).unwrap();
    assert_eq!((again.written.len(), again.unchanged.len()), (0, 6));
}

#[test]
fn a_fleet_without_files_says_so_before_anything_is_touched() {
    let groups: Vec<_> =
        rendered(&example(), None).into_iter().filter(|group| group.kind == AgentKind::CSdk).collect();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("never");
    assert!(matches!(export(&groups, &missing), Err(ExportError::Nothing)));
    assert!(!missing.exists());
}

#[test]
fn a_folder_that_is_a_file_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("taken");
    std::fs::File::create(&blocked).unwrap();
    let error = export(&rendered(&example(), None), &blocked).unwrap_err().to_string();
    assert!(error.starts_with("0 of 6 files were written."), "{error}");
}
