//! A fleet from a list of things, where nobody can collect the files of the devices.
//!
//! The list says who there is and who belongs together. What the devices are set to is not known, and said to
//! be unknown, with bounds: every setting that decides when a device tries again, unless the list itself gives
//! a device's own value.

use super::fleet::{Imported, ImportedGroup};
use crate::fleet::AgentKind;
use crate::fleet::inventory::Inventory;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Id of the group of devices for which the list names none.
const WITHOUT: &str = "devices";

/// Returns groups of devices of one kind, as a list names them; the largest first.
pub fn things(list: &Inventory, kind: AgentKind) -> Imported {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for device in list.devices() {
        let group = device.group().map_or_else(|| WITHOUT.to_owned(), Cow::into_owned);
        groups.entry(group).or_default().push(device.thing().into_owned());
    }
    let mut groups: Vec<ImportedGroup> = groups
        .into_iter()
        .map(|(id, mut devices)| {
            devices.sort_unstable();
            ImportedGroup {
                name: id.clone(),
                id,
                kind,
                devices,
                settings: Vec::new(),
                outlier: None,
                collected: false,
            }
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.devices.len()));
    Imported { groups, ..Imported::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::FleetFile;
    use crate::fleet::inventory::{Options, read};

    #[test]
    fn a_list_becomes_a_fleet_whose_settings_are_unknown() {
        let text = "thing,group\np-2,pumps\np-1,pumps\nx,\ng-1,gates\np-3,pumps\n";
        let list = read(text, &Options::default()).unwrap().inventory;
        for kind in AgentKind::ALL {
            let imported = things(&list, kind);
            let sizes: Vec<_> =
                imported.groups.iter().map(|group| (group.id.as_str(), group.devices.len())).collect();
            assert_eq!(sizes, [("pumps", 3), ("devices", 1), ("gates", 1)]);
            let unknowns = imported.groups[0].unknowns();
            assert!(!unknowns.is_empty(), "{kind:?} has a setting that decides when it tries again");
            let file = FleetFile::parse(&imported.project("List")).unwrap();
            let checked = file.check(None);
            let fleet = checked.fleet.unwrap_or_else(|| panic!("{kind:?}: {:?}", checked.findings));
            assert_eq!(fleet.unknowns.list().len(), 3 * unknowns.len());
            assert!(fleet.drawn(1, 0).unwrap().is_ok());
        }
    }
}
