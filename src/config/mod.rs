//! The files that agents read: which there are for a group, what devices have, what they get, and how it
//! reaches a place that devices are served from.
//!
//! ```text
//! registry + mapping ─► layout ─┬─► read ◄── document ◄── a device's file
//!                               └─► write ─► agent files ─► bundle: folder, zip, Ansible, Kubernetes, SCM
//! ```
//!
//! A [`document`] keeps every byte that nobody planned to change; [`layout`] says which key holds which
//! setting; [`read`] and [`write`] stand on both. Secrets are references until a target is written.

pub mod balancer;
pub mod bundle;
mod collected;
pub mod document;
pub mod import;
pub mod layout;
pub mod lint;
pub mod listed;
pub mod read;
mod schema;
pub mod secret;
mod value;
pub mod write;

#[cfg(test)]
mod tests;

pub use collected::Collected;
pub use layout::{Layout, Mapping};
pub use lint::trial;
pub use listed::{Listed, OwnFiles};
pub use schema::schemas;
pub use write::Writer;

use crate::base::Finding;
use crate::check;
use crate::fleet::file::{Checked, View};
use crate::fleet::setting::{Certainty, Setting};
use crate::fleet::settings::files::{Delivery, FileFormat};
use crate::fleet::{AgentKind, Fleet, FleetFile};
use std::sync::Arc;

/// A file for the devices of one group, or for one device.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentFile {
    /// Name under which it is written; that of a part where the device's own file is not known.
    pub name: String,
    /// Name of the file on the device.
    pub device_name: String,
    /// How it is written.
    pub format: FileFormat,
    /// How it gets to a device.
    pub delivery: Delivery,
    /// How sure we are of names and nesting.
    pub certainty: Certainty,
    /// What must be known before the file is used, in whole sentences.
    pub notes: Vec<String>,
    /// Each setting with what the device has and what it gets.
    pub rows: Vec<FileRow>,
    /// Paths of what the device's own file holds beyond the settings; it stays as it is.
    pub kept: Vec<String>,
    /// What is wrong or odd; addresses and lines are those of the device's own file.
    pub findings: Vec<Finding>,
    /// The whole text that the device has, where it is known.
    pub before: Option<Arc<str>>,
    /// The whole text of the file.
    pub text: String,
}

impl AgentFile {
    /// Returns whether an error stands against using the file.
    pub fn blocked(&self) -> bool {
        self.findings.iter().any(Finding::blocks)
    }

    /// Returns whether the device already has this text.
    pub fn is_unchanged(&self) -> bool {
        self.before.as_deref() == Some(self.text.as_str())
    }
}

/// What becomes of a setting in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The device has the planned value already.
    Same,
    /// The device gets another value.
    Changed,
    /// The file did not hold it, or is not known.
    Added,
    /// Nobody planned it: the device keeps its own value.
    Kept,
}

impl Change {
    /// The word shown to people and written to JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Kept => "kept",
        }
    }
}

/// A value as the file holds it and as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Value as it stands in the file.
    pub file: String,
    /// The same with its unit, as people read it.
    pub human: String,
}

/// One setting in an agent's file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRow {
    /// Names on the way to the value in the file, joined by `/`.
    pub key: String,
    /// The setting.
    pub setting: &'static Setting,
    /// What the device has, where its file is known and holds it.
    pub has: Option<Shown>,
    /// What it gets; `None` where it keeps what it has.
    pub gets: Option<Shown>,
    /// What becomes of it.
    pub change: Change,
}

/// What a group gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Files to put on every device of the group.
    Files(Vec<AgentFile>),
    /// No file, and why.
    None(String),
}

/// The files of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupFiles {
    /// Id of the group; also the name of its folder.
    pub group: String,
    /// Name of the group.
    pub name: String,
    /// Its agent kind.
    pub kind: AgentKind,
    /// Its number of devices.
    pub devices: u32,
    /// What it gets.
    pub part: Part,
}

impl GroupFiles {
    /// Returns the group's files; nothing where it gets none.
    pub fn files(&self) -> &[AgentFile] {
        match &self.part {
            Part::Files(files) => files,
            Part::None(_) => &[],
        }
    }

    /// Returns the group's files, to be changed.
    pub fn files_mut(&mut self) -> &mut [AgentFile] {
        match &mut self.part {
            Part::Files(files) => files,
            Part::None(_) => &mut [],
        }
    }

    /// Returns the first file that an error stands against using.
    pub fn blocked(&self) -> Option<&AgentFile> {
        self.files().iter().find(|file| file.blocked())
    }
}

/// Returns the files of every group of a checked fleet as the view it was read from has them, with the
/// project's own mapping and nothing known of what devices have.
///
/// # Errors
/// What is wrong with the mapping: values would go to the wrong place.
pub fn render(fleet: &Fleet, view: &View<'_>) -> Result<Vec<GroupFiles>, Vec<Finding>> {
    let (mapping, findings) = Mapping::read(view.tree(), Mapping::ADDRESS);
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(Writer { fleet, view, mapping: &mapping, collected: &Collected::default() }.groups())
}

/// Returns everything there is to say about a scenario of a project as [`check::file`] does, and what is
/// wrong with the project's mapping of keys, in the order of the file.
pub fn checked(file: &FleetFile, scenario: Option<&str>) -> Checked {
    let mut checked = check::file(file, scenario);
    let (_, wrong) = Mapping::read(file.tree(), Mapping::ADDRESS);
    if !wrong.is_empty() {
        checked.findings.extend(wrong);
        checked.findings.sort_by_key(|finding| (finding.line, finding.column));
    }
    checked
}
