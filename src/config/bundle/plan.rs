//! Every file of a bundle with its path, checked before anything is written.

use super::error::BundleError;
use super::fill::{Keys, Template, Values};
use super::item::{Devices, Facts, Item};
use super::manifest::{FOLDER_MANIFEST, ZIP_MANIFEST};
use super::path::{PathTemplate, folded};
use crate::base::units;
use crate::config::secret::mask;
use std::collections::{BTreeMap, BTreeSet};

/// Where files stand in a folder or an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Without an inventory, and for what is written once per group.
    pub group: PathTemplate,
    /// For the files of each device.
    pub device: PathTemplate,
}

impl Default for Paths {
    /// `{group}/{file}` and `{group}/{thing}/{file}`.
    fn default() -> Self {
        Self {
            group: PathTemplate::of(&["group", "file"]),
            device: PathTemplate::of(&["group", "thing", "file"]),
        }
    }
}

impl Paths {
    /// Returns the paths of a template; with an inventory, what is written once per group keeps its usual place,
    /// because it has no thing to name.
    pub fn of(template: PathTemplate, inventory: bool) -> Self {
        let group = if inventory { Self::default().group } else { template.clone() };
        Self { group, device: template }
    }
}

/// One file: an item for a device, or for its group as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) item: u32,
    pub(super) device: Option<u32>,
    /// Relative path, separated by `/`.
    pub(super) path: Box<str>,
}

/// A bundle that can be written: every path is fit for every system and belongs to one file.
pub struct Plan<'a> {
    pub(super) items: &'a [Item<'a>],
    pub(super) devices: &'a dyn Devices,
    pub(super) facts: Facts<'a>,
    pub(super) templates: Vec<Template<'a>>,
    /// In the order of their paths, byte by byte.
    pub(super) entries: Vec<Entry>,
    /// Devices of each group of the items, in the order of the inventory.
    pub(super) members: BTreeMap<&'a str, Vec<u32>>,
    notes: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Pairs files with devices and checks every path.
    ///
    /// # Errors
    /// [`BundleError`] where there is nothing to write, a placeholder is malformed, or a path cannot be used or
    /// belongs to two files. Whether the placeholders have values is known when the text is made.
    pub fn new(
        items: &'a [Item<'a>],
        devices: &'a dyn Devices,
        facts: Facts<'a>,
        layout: &Paths,
    ) -> Result<Self, BundleError> {
        layout.group.check(devices)?;
        layout
            .device
            .check(devices)
            .or_else(|error| if devices.count() == 0 { Ok(()) } else { Err(error) })?;
        let templates = items.iter().map(Template::of).collect::<Result<_, _>>()?;
        let mut members: BTreeMap<&str, Vec<u32>> =
            items.iter().map(|item| (item.group, Vec::new())).collect();
        let mut strangers = 0_u64;
        for device in 0..devices.count() {
            match devices.value(device, "group").and_then(|group| members.get_mut(group)) {
                Some(list) => list.push(device as u32),
                None => strangers += 1,
            }
        }
        let mut plan =
            Self { items, devices, facts, templates, entries: Vec::new(), members, notes: Vec::new() };
        if strangers > 0 {
            plan.notes.push(format!(
                "{} of the inventory in groups without files get none",
                if strangers == 1 {
                    "1 device".to_owned()
                } else {
                    format!("{} devices", units::count(strangers))
                }
            ));
        }
        plan.place(layout)?;
        if plan.entries.is_empty() {
            return Err(BundleError::Nothing(if items.is_empty() {
                "no group has agents that read their settings from a file".into()
            } else {
                "no device of the inventory is in a group that has files".into()
            }));
        }
        plan.check_paths()?;
        plan.entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(plan)
    }

    /// Returns the number of files.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the number of devices that get files; 0 without an inventory.
    pub fn served(&self) -> usize {
        let deliverable = |group: &str| self.items.iter().any(|item| item.group == group && item.deliverable);
        let groups = self.members.iter().filter(|(group, _)| deliverable(group));
        groups.map(|(_, members)| members.len()).sum()
    }

    /// Returns whether there is nothing to write, which a plan never is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns what the user should know about what is not written, in whole sentences.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns the relative path of a file, counted from 0 in the order of paths.
    pub fn path(&self, file: usize) -> Option<&str> {
        self.entries.get(file).map(|entry| &*entry.path)
    }

    /// Returns the text of a file as it may be shown: secrets are masked.
    ///
    /// # Errors
    /// [`BundleError::Placeholder`], and [`BundleError::Nothing`] for a file that does not exist.
    pub fn preview(&self, file: usize) -> Result<String, BundleError> {
        let entry = self.entries.get(file).ok_or_else(|| BundleError::Nothing("no such file".into()))?;
        let mut text = String::new();
        self.render(entry, None, &mut text)?;
        Ok(mask(&text, self.item(entry).format))
    }

    pub(super) fn item(&self, entry: &Entry) -> &Item<'a> {
        &self.items[entry.item as usize]
    }

    pub(super) fn template(&self, entry: &Entry) -> &Template<'a> {
        &self.templates[entry.item as usize]
    }

    /// Appends the text of a file.
    pub(super) fn render(
        &self,
        entry: &Entry,
        keys: Option<&Keys<'_>>,
        out: &mut String,
    ) -> Result<(), BundleError> {
        let item = self.item(entry);
        let values = Values {
            owner: &|| self.owner(item, entry.device),
            value: &|name| self.value(item, entry.device, name),
        };
        self.template(entry).fill(&values, keys, out)
    }

    /// Returns a variable of a file.
    pub(super) fn value(&self, item: &Item<'a>, device: Option<u32>, name: &str) -> Option<&'a str> {
        value_of(self.devices, item, device, name)
    }

    /// Returns whose file it is, for messages.
    pub(super) fn owner(&self, item: &Item<'a>, device: Option<u32>) -> String {
        owner_of(self.devices, item, device)
    }

    fn place(&mut self, layout: &Paths) -> Result<(), BundleError> {
        let none = Vec::new();
        // A device with files of its own gets all of its files from there.
        let own: BTreeSet<u32> = self.items.iter().filter_map(|item| Some(item.device? as u32)).collect();
        for (at, item) in self.items.iter().enumerate() {
            let once = !item.deliverable || self.devices.count() == 0;
            let devices = if once { &none } else { self.members.get(item.group).unwrap_or(&none) };
            let served = |device: &u32| match item.device {
                Some(own) => *device == own as u32,
                None => !own.contains(device),
            };
            let owners = devices.iter().copied().filter(served).map(Some).chain(once.then_some(None));
            for device in owners {
                let template = if device.is_some() { &layout.device } else { &layout.group };
                let path = template.fill(&|name| self.value(item, device, name)).map_err(|source| {
                    BundleError::Path { file: item.file.into(), owner: self.owner(item, device), source }
                })?;
                self.entries.push(Entry { item: at as u32, device, path: path.into() });
            }
        }
        Ok(())
    }

    /// Refuses paths that are one on some system, or of which one is a folder of the other.
    fn check_paths(&self) -> Result<(), BundleError> {
        let manifests = [FOLDER_MANIFEST, ZIP_MANIFEST];
        let mut all: Vec<(String, &str, Option<&Entry>)> = Vec::with_capacity(self.entries.len() + 2);
        all.extend(self.entries.iter().map(|entry| (folded(&entry.path), &*entry.path, Some(entry))));
        all.extend(manifests.map(|path| (folded(path), path, None)));
        all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        for pair in all.windows(2) {
            let [(first_key, first, first_entry), (second_key, second, second_entry)] = pair else {
                continue;
            };
            let Some(how) = conflict((first, first_key), (second, second_key)) else { continue };
            let name = |entry: Option<&Entry>| match entry {
                None => "The manifest".to_owned(),
                Some(entry) => {
                    format!("{} of {}", self.item(entry).file, self.owner(self.item(entry), entry.device))
                }
            };
            return Err(BundleError::Collision {
                first: name(*first_entry),
                second: name(*second_entry),
                how,
                path: (*first).into(),
                other: (*second).into(),
            });
        }
        Ok(())
    }
}

/// Returns a variable of a file.
pub(super) fn value_of<'a>(
    devices: &'a dyn Devices,
    item: &Item<'a>,
    device: Option<u32>,
    name: &str,
) -> Option<&'a str> {
    match name {
        "group" => return Some(item.group),
        "group_name" => return Some(item.group_name),
        "kind" => return Some(item.kind.word()),
        "file" => return Some(item.file),
        _ => {}
    }
    let own = device.and_then(|device| devices.value(device as usize, name));
    own.filter(|value| !value.is_empty())
        .or_else(|| devices.group_value(item.group, name))
        .filter(|value| !value.is_empty())
}

/// Returns whose file it is, for messages.
pub(super) fn owner_of(devices: &dyn Devices, item: &Item<'_>, device: Option<u32>) -> String {
    match device {
        None => format!("group {}", item.group),
        Some(at) => match devices.value(at as usize, "thing") {
            Some(thing) if !thing.is_empty() => format!("device {thing}"),
            _ => format!("device {} of the inventory", at + 1),
        },
    }
}

/// Returns why two neighbours in the order of folded paths cannot stand side by side.
fn conflict(first: (&str, &str), second: (&str, &str)) -> Option<&'static str> {
    if first.0 == second.0 {
        return Some("");
    }
    let mut parts = first.0.split('/').zip(second.0.split('/'));
    let mut keys = first.1.split('\0').zip(second.1.split('\0'));
    let (mut shared, mut count) = (true, 0);
    while let (Some((a, b)), Some((key_a, key_b))) = (parts.next(), keys.next()) {
        if key_a != key_b {
            shared = false;
            break;
        }
        if a != b {
            return Some(", because only case tells their names apart");
        }
        count += 1;
    }
    let whole = shared && count == first.0.split('/').count();
    whole.then_some(", because one is a folder of the other")
}
