//! Everything that an export needs of a project, taken away from it: written and previewed on other threads.

use super::mapping;
use crate::base::Severity;
use crate::config::bundle::{Facts, Item, items};
use crate::config::{Collected, GroupFiles, Listed, Mapping, OwnFiles, Writer};
use crate::desk::Desk;
use crate::desk::devices::AT_ONCE;
use crate::desk::saved::Digest;
use crate::fleet::inventory::{Groups, Inventory, Named};
use crate::fleet::{Fleet, FleetFile};
use std::sync::Arc;

/// A project's agent files as they are now.
pub(in crate::desk) struct Cargo {
    file: FleetFile,
    active: Option<String>,
    fleet: Arc<Fleet>,
    groups: Vec<GroupFiles>,
    mapping: Mapping,
    collected: Arc<Collected>,
    list: Option<Inventory>,
}

/// What a bundle is made of.
pub(in crate::desk) struct Goods<'a> {
    pub(in crate::desk) items: &'a [Item<'a>],
    pub(in crate::desk) listed: &'a Listed,
    pub(in crate::desk) facts: Facts<'a>,
    /// Why groups have no files.
    pub(in crate::desk) skipped: Vec<String>,
}

impl Cargo {
    /// Takes what an export needs.
    ///
    /// # Errors
    /// A sentence where nothing may be exported.
    pub(in crate::desk) fn of(desk: &Desk) -> Result<Self, String> {
        let Some(fleet) = desk.derived.fleet.as_ref().filter(|_| !desk.derived.checked.blocked()) else {
            let text = "The project has errors, and agents must not get them. Correct them first.";
            return Err(text.to_owned());
        };
        usable(&desk.derived.agent_files)?;
        let document = &desk.project.document;
        let file = document.file();
        if document.devices().is_none() && !matches!(Named::of(file), Ok(None)) {
            let text = "The list of devices that the project names could not be read, and without it each group would get one file for all.";
            return Err(text.to_owned());
        }
        let compared = desk.project.agents.compared.as_ref();
        Ok(Self {
            file: file.clone(),
            active: document.active().map(str::to_owned),
            fleet: Arc::clone(fleet),
            groups: desk.derived.agent_files.clone(),
            mapping: mapping(file),
            collected: compared.map(|compared| Arc::clone(&compared.collected)).unwrap_or_default(),
            list: document.devices().cloned(),
        })
    }

    /// Lends out what a bundle is made of. Takes time for each device.
    ///
    /// # Errors
    /// A sentence where the list of devices cannot be used.
    pub(in crate::desk) fn lend<R>(&self, use_it: impl FnOnce(&Goods<'_>) -> R) -> Result<R, String> {
        let view = self.file.view(self.active.as_deref());
        if let Some(list) = &self.list {
            whole(list, &Groups::of(&view))?;
        }
        let listed = self.list.as_ref().map(Listed::of).unwrap_or_default();
        let (mapping, collected) = (&self.mapping, &*self.collected);
        let writer = Writer { fleet: &self.fleet, view: &view, mapping, collected };
        let own = self.list.as_ref().map(|list| OwnFiles::of(&writer, list)).unwrap_or_default();
        let (mut files, skipped) = items(&self.groups);
        files.extend(own.items());
        let (hash, scenario) =
            (Digest::of(self.file.text()), self.file.scenario_name(self.active.as_deref()));
        let facts =
            Facts { fleet_hash: hash.digits(), scenario: &scenario, version: env!("CARGO_PKG_VERSION") };
        Ok(use_it(&Goods { items: &files, listed: &listed, facts, skipped }))
    }

    /// Returns whether looking at it takes longer than a frame may.
    pub(in crate::desk) fn is_large(&self) -> bool {
        self.list.as_ref().is_some_and(|list| list.len() > AT_ONCE)
    }

    /// Returns whether there is a list of devices.
    pub(in crate::desk) fn has_list(&self) -> bool {
        self.list.is_some()
    }
}

/// Refuses a list of which devices would be passed over: they would keep their old settings.
fn whole(list: &Inventory, groups: &Groups) -> Result<(), String> {
    let refuse = |what: &str| Err(format!("{what} Correct these lines, or take them out of the list."));
    if !list.bad_rows_text().is_empty() {
        return refuse("Lines of the list of devices could not be taken.");
    }
    let faults = list.check(Some(groups));
    match faults.list.iter().find(|fault| fault.severity == Severity::Error) {
        Some(fault) => refuse(&fault.finding().what),
        None => Ok(()),
    }
}

/// Refuses what cannot be written as planned.
pub(in crate::desk) fn usable(groups: &[GroupFiles]) -> Result<(), String> {
    for group in groups {
        let Some(file) = group.blocked() else { continue };
        let finding = file.findings.iter().find(|finding| finding.blocks());
        let what = finding.map_or_else(String::new, |f| format!("Line {}: {} ", f.line, f.what));
        return Err(format!(
            "What the devices have cannot be written over. {what}Correct that file, or stop comparing: `{}/{}`",
            group.group, file.device_name
        ));
    }
    Ok(())
}
