//! The devices of the open project: its list on the disk, an import that is looked at, and how the list is
//! looked at: filter, order, selection and an edit that is prepared.
//!
//! The list itself belongs to the document, so that its changes are undone with all others. Everything that
//! takes time for each device (reading, filtering, sorting, checking, looking at an edit) happens once for
//! each change, and on a thread where the list is long; what is drawn in a frame are results.

mod file;
mod import;
mod look;
mod source;
mod task;

pub(super) use import::Importing;
pub use import::Pending;
pub(super) use look::column;
pub use look::{Edit, Select, Sort};
pub(super) use task::Task;

use super::document::Document;
use super::env::Wake;
use crate::base::Finding;
use crate::fleet::inventory::filter::FilterError;
use crate::fleet::inventory::{Faults, Inventory};
use look::Look;
use source::Source;
use std::fmt;

/// Devices up to which work is done at once instead of on a thread.
pub(super) const AT_ONCE: u32 = 4_000;
/// Bytes of a text up to which it is read at once [bytes].
const TEXT_AT_ONCE: usize = 256 * 1024;

/// What a project has beside its document.
#[derive(Default)]
pub(super) struct Devices {
    pub(super) source: Source,
    pub(super) importing: Option<Importing>,
    pub(super) look: Look,
    /// Lines that were left out when a table was taken, with their header.
    pub(super) left: Option<String>,
    /// A list that a session kept, until the one on the disk was read.
    pub(super) kept: Option<Inventory>,
    /// Whether the list was looked for.
    pub(super) opened: bool,
}

impl fmt::Debug for Devices {
    /// Writes nothing of what it holds: lines that were left out may hold a key in the clear.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Devices").finish_non_exhaustive()
    }
}

/// The devices as a panel sees them.
#[derive(Clone, Copy)]
pub struct DevicesView<'a> {
    /// The list; `None` where the project has none.
    pub list: Option<&'a Inventory>,
    /// Number that differs whenever the list has changed.
    pub revision: u64,
    /// Whether the list of the project is being read.
    pub reading: bool,
    /// Rows that pass the filter, in the order that was chosen. A row may be gone while a new list is looked at.
    pub rows: &'a [u32],
    /// Text of the filter.
    pub filter: &'a str,
    /// Which condition of the filter no device meets, and what was perhaps meant; `None` where rows are shown, or
    /// where nobody knows.
    pub no_match: Option<&'a str>,
    /// What is wrong with the filter; then the rows are those of the filter before.
    pub filter_error: Option<&'a FilterError>,
    /// What rows are sorted by, and whether from high to low.
    pub sort: Option<(Sort, bool)>,
    /// Rows that are selected, sorted.
    pub selected: &'a [u32],
    /// What is wrong with single devices, or worth knowing.
    pub faults: &'a Faults,
    /// Where the project and the list do not fit together.
    pub findings: &'a [Finding],
    /// The edit that is prepared.
    pub edit: Option<&'a Edit>,
    /// Whether rows or the effect of the edit are being looked for.
    pub busy: bool,
    /// A table that is looked at before it is taken.
    pub import: Option<&'a Pending>,
    /// Whether there are lines that are no devices, which can be saved to be corrected.
    pub bad_lines: bool,
}

impl Devices {
    /// Returns what a panel reads.
    pub(super) fn view<'a>(&'a self, document: &'a Document) -> DevicesView<'a> {
        let look = &self.look;
        DevicesView {
            list: document.devices(),
            revision: document.devices_revision(),
            reading: self.source.busy(),
            rows: &look.rows,
            filter: &look.filter,
            no_match: look.no_match.as_deref(),
            filter_error: look.error.as_ref(),
            sort: look.sort,
            selected: &look.selected,
            faults: &look.facts.faults,
            findings: &look.facts.findings,
            edit: look.edit.as_ref(),
            busy: look.busy(),
            import: self.importing.as_ref().map(|importing| &importing.pending),
            bad_lines: self.left.is_some()
                || self.source.bad_lines
                || self.importing.as_ref().is_some_and(Importing::has_bad_lines),
        }
    }

    /// Brings rows, facts and the prepared edit up to date with the document.
    pub(super) fn update(&mut self, document: &Document, wake: &Wake) {
        self.look.update(document, wake);
    }
}
