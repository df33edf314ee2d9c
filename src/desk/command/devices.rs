//! What can be asked about the list of devices.

use crate::desk::devices::{Select, Sort};
use crate::fleet::inventory::Role;
use std::path::PathBuf;

/// A change of the list of devices, or of how it is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceCommand {
    /// Looks at a table that was pasted.
    ImportText {
        /// Where it came from.
        name: String,
        /// The table.
        text: String,
    },
    /// Looks at a table in a file.
    ImportPath(PathBuf),
    /// Says what a column of the table that is looked at holds.
    SetMapping {
        /// Its header.
        header: String,
        /// What it holds.
        role: Role,
    },
    /// Makes the good lines of the table that is looked at the project's list.
    TakeGood,
    /// Leaves the table that is looked at.
    CancelImport,
    /// Shows only devices that pass a filter.
    Filter(String),
    /// Sorts by something; again: from high to low, and then no more.
    SortBy(Sort),
    /// Changes what is selected.
    Select(Select),
    /// Prepares to give one field of the selected devices a value.
    PreviewEdit {
        /// Header of the column; one that is not there yet is added.
        field: String,
        /// The value; an empty one clears the field.
        value: String,
    },
    /// Makes the edit that is prepared.
    ApplyEdit,
    /// Leaves the edit that is prepared.
    ClearEdit,
    /// Takes the selected devices out of the list.
    RemoveSelected,
    /// Writes the lines that are no devices to a file, to be corrected there.
    ExportBadLines(PathBuf),
}
