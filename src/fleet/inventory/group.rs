//! Devices and the groups of the project: which groups there are, how many devices each has, and where a
//! device's value of a setting comes from.

use super::check::{self, BadRow, Names};
use super::{Device, Inventory, MAX_REPORTED};
use crate::base::units::count;
use crate::base::{Finding, json};
use crate::fleet::AgentKind;
use crate::fleet::file::{Value, View, address};
use crate::fleet::setting::{Absent, Setting};
use std::collections::BTreeMap;

/// Groups that a sentence lists.
const LISTED: usize = 8;

/// The groups of a project, with their agent kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Id → kind, `None` where the project does not name a known one.
    known: BTreeMap<String, Option<AgentKind>>,
}

impl Groups {
    /// Returns groups with these ids; `kind` tells the agent kind of each.
    pub fn new<'i>(ids: impl IntoIterator<Item = &'i str>, kind: &dyn Fn(&str) -> Option<AgentKind>) -> Self {
        Self { known: ids.into_iter().map(|id| (id.to_owned(), kind(id))).collect() }
    }

    /// Returns the groups of a project seen through a scenario.
    pub fn of(view: &View<'_>) -> Self {
        let members = view.tree().get("/groups").map(json::Node::members).unwrap_or_default();
        Self::new(members.iter().map(|member| &*member.key), &|id| address::kind_of(view, id))
    }

    /// Returns whether there is a group with this id.
    pub fn contains(&self, id: &str) -> bool {
        self.known.contains_key(id)
    }

    /// Returns the agent kind of a group, where group and kind are known.
    pub fn kind(&self, id: &str) -> Option<AgentKind> {
        self.known.get(id).copied().flatten()
    }

    /// Returns the ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// Returns the id that is a few typing errors away.
    pub(super) fn nearest(&self, id: &str) -> Option<&str> {
        check::nearest(id, self.ids())
    }

    /// Returns the ids as a sentence lists them.
    pub(super) fn list(&self) -> String {
        if self.known.is_empty() {
            return "the groups of the project (it has none)".to_owned();
        }
        let shown: Vec<String> =
            self.ids().take(LISTED).map(|id| format!("`{}`", check::shown(id))).collect();
        let more = if self.known.len() > LISTED { ", …" } else { "" };
        format!("{}{more}", shown.join(", "))
    }
}

/// Where a device's value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Neither device nor group say anything: the default.
    Default,
    /// The device's group in the project.
    Group,
    /// The device's own value in the inventory.
    Device,
}

impl Origin {
    /// Returns the word shown to people and used in filters.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Group => "group",
            Self::Device => "device",
        }
    }
}

/// Returns a device's value of a setting of its group's agent, in the file's unit, and where it comes from.
///
/// # Errors
/// A finding where the value that decides, the device's or the group's, cannot be used.
pub fn effective(
    view: &View<'_>,
    device: &Device<'_>,
    setting: &'static Setting,
) -> Result<(Value, Origin), Finding> {
    if let Some(text) = device.own(setting.key) {
        let value = check::own_value(setting, text.trim())
            .map_err(|fault| fault.at(device.line(), device.columns()).finding())?;
        return Ok((value, Origin::Device));
    }
    let group = device.group();
    let base = json::join("/groups", group.as_deref().unwrap_or_default());
    let address = address::join(&base, setting);
    match group.and_then(|_| view.lookup(&address)) {
        Some(_) => view.value(&address, setting).map(|value| (value, Origin::Group)),
        None => Ok((default_of(setting), Origin::Default)),
    }
}

/// Returns the default of a setting.
fn default_of(setting: &Setting) -> Value {
    match setting.absent {
        Absent::Number(number) => Value::Number(number),
        Absent::Word(word) => Value::Word(word.to_owned()),
        Absent::Nothing | Absent::Required => Value::Nothing,
    }
}

impl Inventory {
    /// Returns how many devices each group has; those without a group stand under the empty id.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for device in self.devices() {
            let group = device.group().unwrap_or_default();
            match counts.get_mut(&*group) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(group.into_owned(), 1);
                }
            }
        }
        counts
    }

    /// Compares the numbers of devices in the project with the inventory.
    ///
    /// Warnings: `I020` where a group's number differs, with a patch of `/groups/<id>/devices`; `I021` for
    /// devices whose group is not in the project; `I022` for devices without a group.
    pub fn compare(&self, view: &View<'_>) -> Vec<Finding> {
        let mut counts = self.counts();
        let alone = counts.remove("").unwrap_or_default();
        let mut findings = Vec::new();
        let groups = view.tree().get("/groups").map(json::Node::members).unwrap_or_default();
        for group in groups {
            let listed = counts.remove(&*group.key).unwrap_or_default();
            let base = json::join("/groups", &group.key);
            let node = view.lookup(&json::join(&base, "devices"));
            let said = node.as_ref().and_then(|(node, _)| node.as_f64());
            if said == Some(listed as f64) {
                continue;
            }
            let said = said.map_or_else(|| "no number".to_owned(), |said| count(said.max(0.0) as u64));
            let pointer = node.map_or_else(|| json::join(&base, "devices"), |(_, pointer)| pointer);
            let (line, column) = view.tree().place_of(&pointer);
            let what = format!(
                "The project says {said} devices in `{}`, the inventory lists {}.",
                check::shown(&group.key),
                count(listed)
            );
            let finding = Finding::warning("I020", &pointer, what)
                .why("The simulation counts the project's devices, agent files are written for the inventory's.")
                .at(line, column);
            findings.push(if listed == 0 {
                finding.fix("Assign devices to the group, or delete it from the project.")
            } else {
                finding.fix("Take the number of the inventory, or complete the inventory.").patch(
                    &pointer,
                    listed,
                    format!("Set {} devices", count(listed)),
                )
            });
        }
        for (id, listed) in counts {
            let what = format!(
                "{} devices of the inventory are in `{}`, which is no group of the project.",
                count(listed),
                check::shown(&id)
            );
            findings.push(
                Finding::warning("I021", "/groups", what)
                    .why("They are neither simulated nor configured.")
                    .fix("Add the group to the project, or give the devices another one."),
            );
        }
        if alone > 0 {
            let what = format!("{} devices of the inventory have no group.", count(alone));
            findings.push(
                Finding::warning("I022", "/groups", what)
                    .why("They are neither simulated nor configured.")
                    .fix("Assign them to a group."),
            );
        }
        findings
    }

    /// Looks at every device again, for example because the groups of the project have changed.
    pub fn check(&self, groups: Option<&Groups>) -> Faults {
        let mut faults = Faults::default();
        let mut names = Names::default();
        let thing = self.columns().thing();
        let (mut values, mut found) = (Vec::new(), Vec::new());
        for device in self.devices() {
            values.clear();
            values.extend(device.values());
            check::row(self.columns(), &values, groups, &mut |fault| found.push(fault));
            for fault in found.drain(..) {
                faults.add(|| fault.at(device.line(), self.columns()));
            }
            if let Some(clash) = values.get(thing).and_then(|name| names.add(name, device.row())) {
                faults
                    .add(|| clash.fault(self.line(clash.first)).on(thing).at(device.line(), self.columns()));
            }
        }
        faults
    }
}

/// What was found about rows: the first of them, and how many there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// The first [`MAX_REPORTED`] in the order of the file.
    pub list: Vec<BadRow>,
    /// All, those that are not in the list included.
    pub total: u64,
}

impl Faults {
    /// Adds one, or only counts it where the list is full.
    pub(super) fn add(&mut self, row: impl FnOnce() -> BadRow) {
        self.total += 1;
        if self.list.len() < MAX_REPORTED {
            self.list.push(row());
        }
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}
