//! The devices of an inventory as a bundle needs them, and the files of those that differ from their group.

use super::bundle::{Devices, Item};
use super::{AgentFile, GroupFiles, Part, Writer};
use crate::fleet::Group;
use crate::fleet::inventory::{Columns, Device, Inventory, Origin, Role, effective};
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
        let mut listed = Self::empty(inventory.columns());
        inventory.devices().for_each(|device| listed.push(&device));
        listed
    }

    /// Returns one device of an inventory.
    pub fn one(device: &Device<'_>) -> Self {
        let mut listed = Self::empty(device.columns());
        listed.push(device);
        listed
    }

    fn empty(columns: &Columns) -> Self {
        let name = |role: Role, header: &str| match role {
            Role::Thing => "thing".to_owned(),
            Role::Group => "group".to_owned(),
            Role::Site => "site".to_owned(),
            Role::Host => "host".to_owned(),
            Role::Port => "port".to_owned(),
            Role::Key => "app_key".to_owned(),
            _ => header.to_owned(),
        };
        let columns = columns.all().iter().map(|column| name(column.role, &column.header)).collect();
        Self { columns, ..Self::default() }
    }

    fn push(&mut self, device: &Device<'_>) {
        let mut values = device.values();
        for _ in 0..self.columns.len() {
            self.text.push_str(values.next().unwrap_or_default().trim());
            self.ends.push(self.text.len());
        }
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
            let Some(group) = group_of(writer, &device) else { continue };
            let settings: Vec<String> =
                device.own_settings().map(|(key, value)| format!("{key}={value}")).collect();
            let collected = writer.collected.has(&device.thing());
            if settings.is_empty() && !collected {
                continue;
            }
            let files = || Arc::new(files_of(writer, group, &device));
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

    /// Returns the files of a device, counted from 0, where it differs from its group.
    pub fn of_device(&self, device: usize) -> Option<&GroupFiles> {
        let at = self.devices.binary_search_by_key(&device, |(at, _)| *at).ok()?;
        self.devices.get(at).map(|(_, files)| files.as_ref())
    }

    /// Returns the files as items for one device each; what is compiled into firmware stays the group's.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.devices().flat_map(|(at, group)| {
            let files = group.files().iter().filter(|file| file.delivery == Delivery::File);
            files.map(move |file| item(group, file, Some(at)))
        })
    }
}

/// Returns the group of a device.
fn group_of<'w>(writer: &Writer<'w>, device: &Device<'_>) -> Option<&'w Group> {
    let id = device.group()?;
    writer.fleet.group(&id)
}

/// Returns what a device of a group gets, with its own settings and over its own files.
fn files_of(writer: &Writer<'_>, group: &Group, device: &Device<'_>) -> GroupFiles {
    let value = |setting: &'static _| match effective(writer.view, device, setting) {
        Ok((value, Origin::Device)) => Some(value),
        _ => None,
    };
    GroupFiles {
        group: group.id.clone(),
        name: group.name.clone(),
        kind: group.agent.kind(),
        devices: 1,
        part: Part::Files(writer.files(group, Some(&device.thing()), &value)),
    }
}

/// Returns the files of one device, whether or not it differs from its group; `None` where it is in no group.
pub fn device_files(writer: &Writer<'_>, device: &Device<'_>) -> Option<GroupFiles> {
    group_of(writer, device).map(|group| files_of(writer, group, device))
}

/// Returns the files of one device as items for the only device there is.
pub fn device_items(files: &GroupFiles) -> impl Iterator<Item = Item<'_>> {
    files.files().iter().map(|file| item(files, file, Some(0)))
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
