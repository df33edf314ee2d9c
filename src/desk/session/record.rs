//! What belongs together in a session's folder: the content of `session.json`.

use crate::desk::saved::Digest;
use crate::fleet::inventory::Inventory;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// The content of `session.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Whether the session ended as it should, with unsaved changes.
    #[serde(default)]
    pub(super) closed: bool,
    /// How often it was restored since it was written for a change: a project that stops the program
    /// at every start must not do so for ever.
    #[serde(default)]
    pub(super) restores: u32,
    /// The kept projects; the first one was the open one.
    pub(super) documents: Vec<Entry>,
}

/// One kept project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Number of its document file.
    pub(super) number: u64,
    /// What it was called.
    pub(super) name: String,
    /// Its own file.
    #[serde(default)]
    pub(super) path: Option<PathBuf>,
    /// The shipped example it began as.
    #[serde(default)]
    pub(super) example: Option<String>,
    /// Its active scenario.
    #[serde(default)]
    pub(super) scenario: Option<String>,
    /// Scenarios that are ticked; `null` is the baseline.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) ticks: BTreeSet<Option<String>>,
    /// Digest of its saved text.
    #[serde(default)]
    pub(super) saved: Option<Digest>,
    /// Whether a list of devices with unsaved changes is kept beside it.
    #[serde(default)]
    pub(super) devices: bool,
}

/// A project to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::desk) struct Kept {
    /// Number that tells it from the other projects of the session.
    pub(in crate::desk) number: u64,
    /// What it is called.
    pub(in crate::desk) name: String,
    /// Its own file.
    pub(in crate::desk) path: Option<PathBuf>,
    /// The shipped example it began as.
    pub(in crate::desk) example: Option<String>,
    /// Its active scenario.
    pub(in crate::desk) scenario: Option<String>,
    /// Scenarios that are ticked.
    pub(in crate::desk) ticks: BTreeSet<Option<String>>,
    /// Digest of its saved text; `None` where that is not known.
    pub(in crate::desk) saved: Option<Digest>,
    /// Its text.
    pub(in crate::desk) text: Arc<str>,
    /// Its list of devices, where that has unsaved changes.
    pub(in crate::desk) devices: Option<Inventory>,
}

impl Record {
    /// Reads a record; `None` where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<Self>(text).ok().filter(|record| !record.documents.is_empty())
    }

    /// Returns the record of projects.
    pub(super) fn of(documents: &[Kept], closed: bool) -> Self {
        let entry = |kept: &Kept| Entry {
            number: kept.number,
            name: kept.name.clone(),
            // A path that is no text cannot be written down; the project then comes back without its file.
            path: kept.path.clone().filter(|path| path.to_str().is_some()),
            example: kept.example.clone(),
            scenario: kept.scenario.clone(),
            ticks: kept.ticks.clone(),
            saved: kept.saved.clone(),
            devices: kept.devices.is_some(),
        };
        Self { closed, restores: 0, documents: documents.iter().map(entry).collect() }
    }

    /// Returns the text of the record.
    pub(super) fn text(&self) -> String {
        // Numbers, texts and paths that are texts: this cannot fail, and an empty record is never restored.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Entry {
    /// Returns the name of its document file.
    pub(super) fn file_name(&self) -> String {
        document_name(self.number)
    }

    /// Returns the name of the file of its list of devices.
    pub(super) fn devices_name(&self) -> String {
        devices_name(self.number)
    }
}

/// Returns the name of a document file.
pub(super) fn document_name(number: u64) -> String {
    format!("document-{number}.json")
}

/// Returns the name of the file of a list of devices.
pub(super) fn devices_name(number: u64) -> String {
    format!("devices-{number}.csv")
}
