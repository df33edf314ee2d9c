//! One field of many devices: what would change, and what is refused.

use super::*;
use crate::fleet::inventory::EditError;

#[test]
fn a_preview_counts_old_values() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let preview =
        |rows: &[u32], column, value: &str| inventory.preview(rows, column, value, Some(&groups)).unwrap();
    let change = preview(&[1, 2], 6, "5 min");
    assert_eq!(change.summary(), "2 min → 5 min on 2 devices");
    let change = preview(&[0, 1, 2, 3, 3], 6, "5 min");
    assert_eq!(change.summary(), "2 min and 2 other values → 5 min on 4 devices");
    assert_eq!(change.from[0], (Some("2 min".into()), 2));
    assert_eq!((change.distinct, change.changed, change.unchanged), (3, 4, 0));
    assert_eq!(preview(&[1, 2], 6, "").summary(), "2 min → empty on 2 devices");
    assert_eq!(preview(&[1, 2], 6, "2 min").summary(), "All 2 devices have this value already");
    assert_eq!(preview(&[4], 2, "Oslo").summary(), "empty → Oslo on 1 device");
}

#[test]
fn durations_are_written_in_the_unit_of_the_file() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let new = inventory.with_value(&[1, 2, 3], 6, "5 min", Some(&groups)).unwrap();
    assert_eq!(new.text(), FLEET.replace("120000", "300000").replace("5000,\"say", "300000,\"say"));
    let cleared = new.with_value(&[1, 2, 3], 6, "", Some(&groups)).unwrap();
    assert_eq!(cleared.device(1).unwrap().own("connect_retry_interval"), None);
}

#[test]
fn values_are_checked_as_at_import() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let refused =
        |rows: &[u32], column, value: &str| match inventory.with_value(rows, column, value, Some(&groups)) {
            Err(EditError::Refused(faults)) => faults.list[0].code,
            other => panic!("{value}: {other:?}"),
        };
    assert_eq!(refused(&[0], 0, "press-1"), "I004");
    assert_eq!(refused(&[0, 1], 0, "new"), "I004");
    assert_eq!(refused(&[0], 0, ""), "I003");
    assert_eq!(refused(&[0], 0, "../x"), "I006");
    assert_eq!(refused(&[0], 1, "pmups"), "I009");
    assert_eq!(refused(&[0], 4, "99999"), "I007");
    assert_eq!(refused(&[0], 6, "30 h"), "I011");
    let secret = "clear-text-key";
    let error = inventory.with_value(&[0], 5, secret, Some(&groups)).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(secret), "{error}");
    let change = inventory.preview(&[0], 5, secret, Some(&groups)).unwrap();
    assert_eq!((change.to.as_deref(), change.errors), (Some("…"), 1));
    let error = inventory.with_value(&[0], 6, "30 h", Some(&groups)).unwrap_err().to_string();
    assert!(error.starts_with("Nothing was changed. Line 2: `connect_retry_interval` is 108"), "{error}");
    assert_eq!(inventory.with_value(&[0], 99, "", None), Err(EditError::NoColumn(99)));
    assert!(inventory.with_value(&[0], 0, "pump-1b", Some(&groups)).is_ok());
    let case = inventory.with_value(&[0], 0, "PRESS-1", Some(&groups));
    assert!(case.is_ok(), "by case only is a warning");
}

#[test]
fn another_group_checks_own_settings_again() {
    let groups = groups();
    let inventory = inventory("thing,group,delay_law\na,Press-1,documented\n");
    let change = inventory.preview(&[0], 1, "cooling", Some(&groups)).unwrap();
    assert_eq!((change.faults.list[0].code, change.errors), ("I012", 0));
}

#[test]
fn a_column_can_be_added_for_a_setting() {
    let (inventory, groups) = (inventory(FLEET), groups());
    let wide = inventory.with_column("connect_retries").unwrap();
    let column = wide.columns().len() - 1;
    let set = wide.with_value(&[0], column, "-1", Some(&groups)).unwrap();
    assert_eq!(set.device(0).unwrap().own("connect_retries").as_deref(), Some("-1"));
    assert!(set.text().starts_with(
        "Thing Name,group,site,host,port,App Key,connect_retry_interval,Line,connect_retries\n"
    ));
    assert!(matches!(wide.with_column("Connect Retries"), Err(EditError::Header(_))));
    assert!(matches!(wide.with_column(" "), Err(EditError::Header(_))));
    let bad =
        import("thing,port\n\npump-1,1\nx,none\nshort\npump-2,2").inventory.with_column("site").unwrap();
    assert_eq!(bad.text(), "thing,port,site\n\npump-1,1,\nx,none,\nshort\npump-2,2,");
}

#[test]
fn a_file_that_could_not_be_read_again_is_not_made() {
    let mut text = "thing,a\n".to_owned();
    text.extend((0..2_000).map(|at| format!("pump-{at},\n")));
    let inventory = inventory(&text);
    let rows: Vec<u32> = (0..2_000).collect();
    let error = inventory.with_value(&rows, 1, &"x".repeat(40_000), None);
    assert!(matches!(error, Err(EditError::TooLarge(_))));
}
