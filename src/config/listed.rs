//! The devices of an inventory as a bundle needs them, and the files of those that differ from their group.

use super::bundle::{Devices, Item};
use super::{AgentFile, GroupFiles, Part, Writer};
use crate::fleet::inventory::{Inventory, Origin, Role, effective};
use crate::fleet::settings::files::Delivery;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The values of an inventory side by side, so that they can be lent out; empty without one.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Names of the columns: those of roles by their words, all others by their headers.
    columns: Vec<String>,
    text: String,
    /// Where each value ends in the text, row by row.
    ends: Vec<usize>,
}

impl Listed {
    /// Returns the devices of an inventory.
    pub fn of(inventory: &Inventory) -> Self {
        let name = |role: Role, header: &str| match role {
            Role::Thing => "thing".to_owned(),
            Role::Group => "group".to_owned(),
            Role::Site => "site".to_owned(),
            Role::Host => "host".to_owned(),
            Role::Port => "port".to_owned(),
            Role::Key => "app_key".to_owned(),
            _ => header.to_owned(),
        };
        let columns: Vec<String> =
            inventory.columns().all().iter().map(|column| name(column.role, &column.header)).collect();
        let mut listed = Self { columns, ..Self::default() };
        for device in inventory.devices() {
            let mut values = device.values();
            for _ in 0..listed.columns.len() {
                listed.text.push_str(values.next().unwrap_or_default().trim());
                listed.ends.push(listed.text.len());
            }
        }
        listed
    }
}

impl Devices for Listed {
    fn count(&self) -> usize {
        self.ends.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    fn value(&self, device: usize, name: &str) -> Option<&str> {
        let column = self.columns.iter().position(|own| own == name)?;
        let at = device * self.columns.len() + column;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..*self.ends.get(at)?)
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }
}

/// Files of devices that have settings or collected files of their own.
#[derive(Clone, Debug, Default)]
pub struct OwnFiles {
    /// Position of the device, and its files; equal ones are shared.
    devices: Vec<(usize, Arc<GroupFiles>)>,
}

impl OwnFiles {
    /// Returns the files of the devices that differ from their group.
    pub fn of(writer: &Writer<'_>, inventory: &Inventory) -> Self {
        let mut own = Self::default();
        let mut known: BTreeMap<(String, Vec<String>), Arc<GroupFiles>> = BTreeMap::new();
        for (at, device) in inventory.devices().enumerate() {
            let group = device.group().and_then(|id| writer.fleet.groups.iter().find(|group| group.id == id));
            let Some(group) = group else { continue };
            let thing = device.thing();
            let settings: Vec<String> =
                device.own_settings().map(|(key, value)| format!("{key}={value}")).collect();
            let collected = writer.collected.has(&thing);
            if settings.is_empty() && !collected {
                continue;
            }
            let files = || {
                let value = |setting: &'static _| match effective(writer.view, &device, setting) {
                    Ok((value, Origin::Device)) => Some(value),
                    _ => None,
                };
                Arc::new(GroupFiles {
                    group: group.id.clone(),
                    name: group.name.clone(),
                    kind: group.agent.kind(),
                    devices: 1,
                    part: Part::Files(writer.files(group, Some(&thing), &value)),
                })
            };
            let files = if collected {
                files()
            } else {
                known.entry((group.id.clone(), settings)).or_insert_with(files).clone()
            };
            own.devices.push((at, files));
        }
        own
    }

    /// Returns the devices with their files.
    pub fn devices(&self) -> impl Iterator<Item = (usize, &GroupFiles)> {
        self.devices.iter().map(|(at, files)| (*at, files.as_ref()))
    }

    /// Returns the files as items for one device each; what is compiled into firmware stays the group's.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.devices().flat_map(|(at, group)| {
            let files = group.files().iter().filter(|file| file.delivery == Delivery::File);
            files.map(move |file| item(group, file, Some(at)))
        })
    }
}

/// Returns a file as an item, for one device or for all of its group.
pub(super) fn item<'a>(group: &'a GroupFiles, file: &'a AgentFile, device: Option<usize>) -> Item<'a> {
    Item {
        group: &group.group,
        group_name: &group.name,
        kind: group.kind,
        file: &file.name,
        format: file.format,
        text: &file.text,
        deliverable: file.delivery == Delivery::File,
        device,
    }
}
