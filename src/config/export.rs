//! Writing agent files into a folder: `<folder>/<group>/<file>`, each file whole or not at all.

use super::{GroupFiles, Part};
use crate::base::file::{self, FileError};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why an export stopped.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A file could not be written. Those before it are complete, those after it are untouched; the
    /// export can be repeated.
    #[error("{written} of {planned} files were written. {source}")]
    Write {
        /// Files written before.
        written: usize,
        /// Files that were to be written.
        planned: usize,
        /// What went wrong.
        source: FileError,
    },
    /// No group of the fleet has a file that could be written.
    #[error(
        "There is nothing to write: no group has agents that read their settings from a file. \
         Settings of the C SDK are compiled into the firmware."
    )]
    Nothing,
}

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files that are new or have new content, in order.
    pub written: Vec<PathBuf>,
    /// Files that already held the same bytes and were left alone.
    pub unchanged: Vec<PathBuf>,
    /// Groups without a file, each with the reason.
    pub skipped: Vec<String>,
}

/// Returns the path and text of every file that an export would write, in order.
pub fn plan<'a>(groups: &'a [GroupFiles], folder: &Path) -> Vec<(PathBuf, &'a str)> {
    let mut files = Vec::new();
    for group in groups {
        for file in group.files() {
            files.push((folder.join(&group.group).join(&file.name), file.text.as_str()));
        }
    }
    files
}

/// Writes the files of all groups below a folder, which is created where it is missing.
///
/// A file that already holds the same bytes is left alone, so that repeating an export is safe.
///
/// # Errors
/// [`ExportError::Nothing`] before anything is touched; [`ExportError::Write`] at the first file that
/// cannot be written, which is left as it was.
pub fn export(groups: &[GroupFiles], folder: &Path) -> Result<Exported, ExportError> {
    let files = plan(groups, folder);
    if files.is_empty() {
        return Err(ExportError::Nothing);
    }
    let mut done = Exported::default();
    for group in groups {
        if let Part::None(reason) = &group.part {
            done.skipped.push(reason.clone());
        }
    }
    let planned = files.len();
    for (path, text) in files {
        let written = done.written.len() + done.unchanged.len();
        let failed = |source| ExportError::Write { written, planned, source };
        if file::read_text(&path, file::MAX_PROJECT_BYTES).is_ok_and(|old| old == text) {
            done.unchanged.push(path);
            continue;
        }
        if let Some(parent) = path.parent() {
            file::create_dir_all(parent).map_err(failed)?;
        }
        file::write_atomic(&path, text.as_bytes()).map_err(failed)?;
        done.written.push(path);
    }
    Ok(done)
}
