//! The files that agents read: which there are for a group, what stands in them, and how they reach a
//! folder.
//!
//! Only the ExampleAgent reads files that can be replaced on a device; the settings of an agent that
//! uses the C SDK directly are compiled into its firmware, so such a group gets a [`Part::None`] with the
//! reason instead of a file.

pub mod bundle;
mod export;
mod render;
pub mod secret;

#[cfg(test)]
mod tests;

pub use export::{ExportError, Exported, export, plan};
pub use render::render;

use crate::fleet::{AgentKind, Certainty};

/// A file for the devices of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFile {
    /// Name of the file on the device.
    pub name: &'static str,
    /// The whole text of the file.
    pub text: String,
    /// How sure we are of key names, units and nesting.
    pub certainty: Certainty,
    /// What must be known before the file is used, in whole sentences.
    pub notes: Vec<String>,
    /// Each key with its value in the file's unit and as people read it.
    pub rows: Vec<FileRow>,
}

/// One setting in an agent's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Key in the file.
    pub key: &'static str,
    /// Value as it stands in the file.
    pub file: String,
    /// The same with its unit, as people read it.
    pub human: String,
    /// What the setting does, in one sentence.
    pub meaning: &'static str,
}

/// What a group gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Files to put on every device of the group.
    Files(Vec<AgentFile>),
    /// No file, and why.
    None(String),
}

/// The files of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
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
