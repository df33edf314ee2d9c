//! Agents' files that lie beside the project: what devices have, and a file that is tried.
//!
//! Neither belongs to the project: they are never saved, never restored, and their texts may hold
//! secrets. Each open project has its own, so that going from one project to another keeps both.

mod alone;
mod cargo;
mod device;
mod effect;
mod outline;

pub use alone::Alone;
pub(super) use cargo::Cargo;
#[cfg(feature = "push")]
pub(super) use cargo::usable;
pub use device::OneDevice;
pub(super) use effect::Study;
pub(super) use outline::Outline;
pub use outline::{ExportOptions, Given, OutlineView};

use crate::base::Finding;
use crate::config::lint::{Linted, lint};
use crate::config::{Collected, Layout, Mapping};
use crate::fleet::file::address;
use crate::fleet::inventory::Inventory;
use crate::fleet::{AgentKind, Fleet, FleetFile};
use crate::plan::Outcome;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What lies beside a project.
#[derive(Debug, Default)]
pub(super) struct Agents {
    pub(super) compared: Option<Compared>,
    pub(super) tried: Option<Tried>,
    pub(super) device: Option<OneDevice>,
    /// Grows with every change of what is compared with.
    pub(super) revision: u64,
}

/// Files that devices have, which the planned ones are compared with.
pub struct Compared {
    /// The folder or archive that they came from.
    pub from: PathBuf,
    /// Files that belong to groups of the project, or to devices of its list.
    pub used: usize,
    /// Owners of collected files that are no group of the project and no device of its list.
    pub strangers: Vec<String>,
    pub(super) collected: Arc<Collected>,
}

impl Compared {
    /// Returns the name of the folder or archive, without the folders above it.
    pub fn name(&self) -> String {
        short(&self.from)
    }
}

impl fmt::Debug for Compared {
    /// Leaves the texts out, which may hold secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Compared").field("from", &self.from).finish_non_exhaustive()
    }
}

/// How the fleet comes back with the files that its devices have now.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Nothing is known of the devices' files, or of the project's own outcome.
    Unknown,
    /// It is being simulated, or will be as soon as the active scenario is.
    Running,
    /// The result.
    Known(Arc<Outcome>),
    /// It cannot be simulated; the sentence says why.
    Impossible(String),
}

/// An agent's file that was dropped, pasted or chosen, to see what it says and does.
pub struct Tried {
    /// Number of the trial, counted from 1 in each project.
    pub number: u64,
    /// Name of the file, without the folders above it.
    pub name: String,
    /// What it is and says; `None` where it cannot be read.
    pub linted: Option<Linted>,
    /// What is wrong with it, in the order of the file.
    pub findings: Vec<Finding>,
    text: Arc<str>,
}

impl fmt::Debug for Tried {
    /// Leaves the text out, which may hold secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tried").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Tried {
    /// Reads a file; `None` where it is no agent's.
    pub(super) fn of(name: &str, text: Arc<str>, mapping: &Mapping) -> Option<Self> {
        let (linted, findings) = match lint(name, &text, None, mapping) {
            Ok(Some(linted)) => {
                let findings = linted.findings.clone();
                (Some(linted), findings)
            }
            Ok(None) => return None,
            Err(finding) => (None, vec![finding]),
        };
        Some(Self { number: 0, name: short(Path::new(name)), linted, findings, text })
    }

    /// Returns the file as the agents of a kind read it.
    pub(super) fn as_kind(&self, kind: AgentKind, mapping: &Mapping) -> Option<Linted> {
        let own = self.linted.as_ref().filter(|linted| linted.kind == kind);
        own.cloned().or_else(|| lint(&self.name, &self.text, Some(kind), mapping).ok().flatten())
    }

    /// Returns the ids of the groups whose agents read such a file, those of its own kind first.
    pub fn groups(&self, file: &FleetFile, scenario: Option<&str>) -> Vec<String> {
        let Some(linted) = &self.linted else { return Vec::new() };
        let view = file.view(scenario);
        let of = |wanted: &dyn Fn(AgentKind) -> bool| -> Vec<String> {
            let reads = |id: &&str| address::kind_of(&view, id).is_some_and(wanted);
            file.group_ids().filter(reads).map(str::to_owned).collect()
        };
        let mut groups = of(&|kind| kind == linted.kind);
        groups.extend(of(&|kind| linted.others.contains(&kind)));
        groups
    }

    /// Returns whether its settings can be simulated.
    ///
    /// # Errors
    /// The reason why not, as a tooltip says it.
    pub fn usable(&self) -> Result<(), &'static str> {
        match &self.linted {
            Some(linted) if !linted.read.blocked() => Ok(()),
            Some(_) => Err("The file holds a value that cannot be understood; correct it first"),
            None => Err("The file cannot be read; correct it first"),
        }
    }
}

/// Returns the last part of a path.
pub(super) fn short(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Returns the project's own mapping.
pub(super) fn mapping(file: &FleetFile) -> Mapping {
    Mapping::read(file.tree(), Mapping::ADDRESS).0
}

/// What devices may own collected files: groups, and the devices of a list.
pub(super) struct Owners {
    pub(super) file: FleetFile,
    pub(super) fleet: Option<Arc<Fleet>>,
    pub(super) mapping: Mapping,
    pub(super) list: Option<Inventory>,
}

impl Owners {
    /// Returns how many of the collected files somebody reads, and the owners that are nobody known.
    pub(super) fn of(&self, collected: &Collected) -> (usize, Vec<String>) {
        let ids: Vec<&str> = self.file.group_ids().collect();
        let devices = self.list.iter().flat_map(Inventory::devices);
        let things: BTreeMap<String, Option<String>> = devices
            .map(|device| (device.thing().into_owned(), device.group().map(Cow::into_owned)))
            .filter(|(thing, _)| collected.has(thing))
            .collect();
        let strangers = collected.owners_beside(|owner| ids.contains(&owner) || things.contains_key(owner));
        let Some(fleet) = &self.fleet else { return (collected.len(), strangers) };
        let mut used = 0;
        for group in fleet.everybody() {
            let files = Layout::of(group.agent.kind(), &self.mapping).files;
            let own =
                |owner: &str| files.iter().filter(|file| collected.get(owner, &file.name).is_some()).count();
            used += own(&group.id);
            let members = things.iter().filter(|(_, of)| of.as_deref() == Some(group.id.as_str()));
            used += members.map(|(thing, _)| own(thing)).sum::<usize>();
        }
        (used, strangers)
    }
}
