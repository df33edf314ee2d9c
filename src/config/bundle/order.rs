//! One order for all targets: which one, where, and what it needs.

use super::deliver::{Progress, Written, write_folder, write_zip};
use super::error::BundleError;
use super::item::{Devices, Facts, Item};
use super::plan::{Paths, Plan};
use super::target::{ansible, configmap, scm, write_artefacts};
use super::waves::Waves;
use crate::base::hash::{hex, sha256};
use crate::config::listed::item;
use crate::config::secret::Vault;
use crate::config::{GroupFiles, Part};
use std::path::Path;

/// Where files go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// A folder per group, or per device.
    #[default]
    Folder,
    /// One archive with a manifest.
    Zip,
    /// An Ansible inventory with a playbook that copies the files.
    Ansible,
    /// A Kubernetes `ConfigMap` per group.
    ConfigMap,
    /// A package per group and lists of things per wave, for the platform's own software management (SCM).
    Scm,
}

impl Target {
    /// Every target, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Folder, Self::Zip, Self::Ansible, Self::ConfigMap, Self::Scm];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Zip => "zip",
            Self::Ansible => "ansible",
            Self::ConfigMap => "configmap",
            Self::Scm => "scm",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Folder => "Folder tree",
            Self::Zip => "Zip bundle",
            Self::Ansible => "Ansible",
            Self::ConfigMap => "Kubernetes ConfigMap",
            Self::Scm => "Platform's deployment (SCM)",
        }
    }

    /// Returns whether devices are served in waves.
    pub fn has_waves(self) -> bool {
        matches!(self, Self::Ansible | Self::Scm)
    }

    /// Returns whether a template says where each file stands.
    pub fn has_paths(self) -> bool {
        matches!(self, Self::Folder | Self::Zip | Self::Ansible)
    }

    /// Returns the target with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.word() == word)
    }
}

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Where the files go.
    pub target: Target,
    /// Where each file stands there.
    pub paths: &'a Paths,
    /// Waves for Ansible and SCM; without them all devices come at once.
    pub waves: Option<&'a Waves>,
    /// Decides which devices come in which wave.
    pub seed: u64,
    /// Where the files came from.
    pub facts: Facts<'a>,
}

/// Returns the files of all groups as items, with the reasons why groups have none.
pub fn items(groups: &[GroupFiles]) -> (Vec<Item<'_>>, Vec<String>) {
    let (mut items, mut skipped) = (Vec::new(), Vec::new());
    for group in groups {
        match &group.part {
            Part::Files(files) => items.extend(files.iter().map(|file| item(group, file, None))),
            Part::None(reason) => skipped.push(reason.clone()),
        }
    }
    (items, skipped)
}

/// Returns the hash by which a manifest names the project that its files come from: SHA-256 of the text, in
/// hexadecimal digits.
pub fn fleet_hash(project: &str) -> String {
    hex(&sha256(project.as_bytes()))
}

/// Writes the files of all groups to a target: a folder, for the zip bundle the archive.
///
/// # Errors
/// [`BundleError`]; what is wrong with texts, paths, waves and references is found before anything is written.
pub fn deliver(
    items: &[Item<'_>],
    devices: &dyn Devices,
    order: &Order<'_>,
    out: &Path,
    vault: &dyn Vault,
    progress: Progress<'_>,
) -> Result<Written, BundleError> {
    let plan = Plan::new(items, devices, order.facts, order.paths)?;
    if !progress(0, plan.len()) {
        return Err(BundleError::Stopped { written: 0, planned: plan.len() });
    }
    let all = "rest".parse();
    let waves = order.waves.cloned().map_or(all, Ok);
    let artefacts = |(artefacts, notes): (Vec<_>, Vec<String>)| {
        let mut written = write_artefacts(&artefacts, out)?;
        written.notes.extend(notes);
        Ok(written)
    };
    match order.target {
        Target::Folder => write_folder(&plan, out, vault, progress),
        Target::Zip => write_zip(&plan, out, vault, progress),
        Target::Ansible => {
            let options = ansible::Options { waves: order.waves, ..ansible::Options::default() };
            ansible::write(&plan, out, &options, vault, progress)
        }
        Target::ConfigMap => artefacts(configmap::artefacts(&plan)?),
        Target::Scm => artefacts(scm::artefacts(&plan, &waves.map_err(BundleError::Waves)?, order.seed)?),
    }
}
