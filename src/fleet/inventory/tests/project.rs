//! The inventory beside its project: counts, origins, a second look.

use super::*;
use crate::fleet::file::Value;
use crate::fleet::inventory::{Origin, effective};
use crate::fleet::settings::group_setting;
use crate::fleet::{AgentKind, FleetFile};

const PROJECT: &str = r#"{"regather": 1, "groups": {
    "pumps": {"agent": "example-agent", "devices": 5400, "connect_retry_interval": 60000},
    "cooling": {"agent": "generic", "devices": 7},
    "Press-1": {"agent": "c-sdk", "devices": 1}}}"#;

#[test]
fn numbers_of_devices_are_compared() {
    let file = FleetFile::parse(PROJECT).unwrap();
    let text = format!("{FLEET}lone,,,,,,,\n");
    let found = inventory(&text).compare(&file.view(None));
    let codes: Vec<_> = found.iter().map(|finding| (finding.code, finding.pointer.as_str())).collect();
    let expected = [
        ("I020", "/groups/pumps/devices"),
        ("I020", "/groups/cooling/devices"),
        ("I021", "/groups"),
        ("I022", "/groups"),
    ];
    assert_eq!(codes, expected);
    let patch = found[0].patch.as_ref().unwrap();
    assert_eq!((patch.value.clone(), patch.label.as_str()), (3.into(), "Set 3 devices"));
    assert_eq!(found[0].line, 2);
    assert_eq!(found[1].patch, None, "a group needs a device");
    let fixed = file.with(&patch.pointer, &patch.value).unwrap();
    assert_eq!(inventory(&text).compare(&fixed.view(None)).len(), 3);
}

#[test]
fn a_value_has_an_origin() {
    let file = FleetFile::parse(PROJECT).unwrap();
    let view = file.view(None);
    let inventory = inventory(FLEET);
    let own = |row, kind, key| {
        let setting = group_setting(kind, key).unwrap();
        effective(&view, &inventory.device(row).unwrap(), setting).unwrap()
    };
    let interval = "connect_retry_interval";
    assert_eq!(own(0, AgentKind::ExampleAgent, interval), (Value::Number(60_000.0), Origin::Group));
    assert_eq!(own(1, AgentKind::ExampleAgent, interval), (Value::Number(120_000.0), Origin::Device));
    assert_eq!(own(3, AgentKind::CSdk, "connect_retries"), (Value::Number(3.0), Origin::Default));
    assert_eq!(own(4, AgentKind::CSdk, interval), (Value::Number(5_000.0), Origin::Default));
}

#[test]
fn a_second_look_finds_what_changed_in_the_project() {
    let file = FleetFile::parse(PROJECT).unwrap();
    let inventory = inventory(FLEET);
    assert!(inventory.check(None).is_empty());
    let faults = inventory.check(Some(&Groups::of(&file.view(None))));
    let found: Vec<_> = faults.list.iter().map(|row| (row.line, row.code)).collect();
    assert_eq!(found, [(6, "I009")]);
    let finding = faults.list[0].finding();
    assert_eq!((finding.line, finding.what.as_str()), (6, "Column `group`: There is no group `Press-2`."));
}

#[test]
fn a_device_gives_its_fields_to_the_writers() {
    let inventory = inventory(FLEET);
    let device = inventory.device(3).unwrap();
    assert_eq!(device.thing(), "press-1");
    assert_eq!(
        (device.site().as_deref(), device.host().as_deref(), device.port()),
        (Some("Rome"), Some("10.0.0.7"), Some(8443))
    );
    assert_eq!(device.key().as_deref(), Some("keyring:regather/press-1"));
    assert_eq!(device.variables().collect::<Vec<_>>(), [("Line", "say \"hi\"".into())]);
    assert_eq!(device.own_settings().collect::<Vec<_>>(), [("connect_retry_interval", "5000".into())]);
    assert_eq!(
        inventory.counts().into_iter().collect::<Vec<_>>(),
        [("Press-1".into(), 1), ("Press-2".into(), 1), ("pumps".into(), 3)]
    );
}
