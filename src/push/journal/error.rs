//! What can go wrong with a journal.

use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the journal cannot be used. No work begins that was not written down.
#[derive(Debug, Error)]
pub enum JournalError {
    /// There is a file already.
    #[error("There is a file of this name, and a journal is never overwritten. Choose another name: `{}`", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be opened.
    #[error("The journal cannot be opened: {source}. Check the name and the permissions: `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is another kind of file, or of another version.
    #[error("This is no journal of a roll-out, or of another version ({version}). Choose the file that `rollout start` wrote: `{}`", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// The version found.
        version: i64,
    },
    /// It was changed or the disk is failing.
    #[error("The journal is damaged: {what}. Nothing was done with it; look at the disk, and restore it from a backup: `{}`", path.display())]
    Damaged {
        /// What is wrong.
        what: String,
        /// The file.
        path: PathBuf,
    },
    /// Another process drives the roll-out.
    #[error("Another program drives this roll-out, and two would restart devices twice. Give it orders instead, or end it: `{}`", path.display())]
    Driven {
        /// The file.
        path: PathBuf,
    },
    /// This process did not take the right to drive.
    #[error("This program does not drive the roll-out, so it must not change it: `{}`", path.display())]
    NotDriving {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("The disk of the journal is full. Nothing was begun that is not written down; make room, then resume: `{}`", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// Something else.
    #[error("The journal cannot be read or written: {source}. Nothing was begun that is not written down; check the disk: `{}`", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The approval is for another plan.
    #[error(
        "The approval names plan {given}, and this is plan {plan}. Read the plan again, then approve that one"
    )]
    OtherPlan {
        /// What was approved.
        given: String,
        /// What the journal holds.
        plan: String,
    },
}

impl JournalError {
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.into();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { what: source.to_string(), path },
            Some(ErrorCode::NotADatabase) => Self::NotAJournal { path, version: 0 },
            _ => Self::Database { path, source },
        }
    }
}
