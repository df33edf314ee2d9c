//! What can go wrong with a file, as sentences.
//!
//! Each kind of failure that calls for another remedy has its own variant. What the system reports
//! is translated here and nowhere else, so that reading and writing word the same failure alike.

use crate::base::units;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a file was not read or written.
#[derive(Debug, Error)]
pub enum FileError {
    /// There is no such file.
    #[error("There is no file of this name, so nothing was read. Check the name and the folder: `{}`", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A folder stands where a file is needed.
    #[error("This is a folder, and a file is needed. Name a file in it: `{}`", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The file is larger than the limit.
    #[error(
        "The file {}, and at most {} bytes are read, so that a wrong file cannot fill the memory. \
         Check whether this is the file you meant: `{}`", extent(*size), units::count(*limit), path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size \[bytes\], `None` where its end was not reached.
        size: Option<u64>,
        /// The limit \[bytes\].
        limit: u64,
    },
    /// The file is not text.
    #[error(
        "The file is not UTF-8 text: byte {} in line {} starts no character{hint}. \
         Save it as UTF-8, or choose another file: `{}`",
        units::count(*offset), units::count(*line), path.display()
    )]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first wrong byte, counted from 0 \[bytes\].
        offset: u64,
        /// Its line, counted from 1.
        line: u64,
        /// What the file may be instead; empty where unknown.
        hint: &'static str,
    },
    /// The user may not read it.
    #[error("You may not read this file. Ask its owner for the permission, or copy it: `{}`", path.display())]
    ReadDenied {
        /// The file.
        path: PathBuf,
    },
    /// Another program works with the file.
    #[error(
        "The file is in use by another agent or program, and two of them would spoil it, so nothing was opened. \
         End the other one, or choose another file: `{}`", path.display()
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The user may not write here, or another program holds the file.
    #[error(
        "You may not write here, or another program has the file open; what stood there is unchanged. \
         Close the other program, or save to another folder: `{}`", path.display()
    )]
    WriteDenied {
        /// The file or folder.
        path: PathBuf,
    },
    /// The file is marked read-only.
    #[error(
        "The file is read-only, so it was not replaced. \
         Remove its write protection, or save under another name: `{}`", path.display()
    )]
    ReadOnlyFile {
        /// The file.
        path: PathBuf,
    },
    /// The disk is mounted read-only.
    #[error(
        "The disk can only be read, so nothing was saved and what stood there is unchanged. \
         Save to another disk: `{}`", path.display()
    )]
    ReadOnlyDisk {
        /// The file or folder.
        path: PathBuf,
    },
    /// No space is left, on the disk or in the user's quota.
    #[error(
        "The disk is full, so nothing was saved and what stood there is unchanged. \
         Free some space, or save to another disk: `{}`", path.display()
    )]
    DiskFull {
        /// The file or folder.
        path: PathBuf,
    },
    /// The folder to write into does not exist.
    #[error("The folder does not exist, so nothing was saved. Create it, or choose another: `{}`", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A part of the path is a file.
    #[error("A part of this path is a file, not a folder. Choose another path: `{}`", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The new file stands there, but the folder did not confirm it.
    #[error(
        "The file was saved, but the disk did not confirm it ({source}); a power cut now could bring the old one back. \
         Check the disk and save again: `{}`", path.display()
    )]
    Unconfirmed {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Anything else the system reports.
    #[error("The file could not be {action}: {source}. Try again, or choose another place: `{}`", path.display())]
    Other {
        /// The file or folder.
        path: PathBuf,
        /// `read`, `saved`, `removed`.
        action: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

/// Returns what a failed reading means.
pub(super) fn read_error(path: &Path, error: io::Error) -> FileError {
    let path = path.to_path_buf();
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound { path },
        ErrorKind::PermissionDenied => FileError::ReadDenied { path },
        ErrorKind::IsADirectory => FileError::IsFolder { path },
        ErrorKind::NotADirectory => FileError::NotAFolder { path },
        _ => FileError::Other { path, action: "read", source: error },
    }
}

/// Returns what a failed writing means.
pub(super) fn write_error(path: &Path, error: io::Error) -> FileError {
    let path = path.to_path_buf();
    match error.kind() {
        ErrorKind::NotFound => FileError::NoFolder { path: path.parent().map(Into::into).unwrap_or(path) },
        ErrorKind::PermissionDenied => FileError::WriteDenied { path },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::DiskFull { path },
        ErrorKind::ReadOnlyFilesystem => FileError::ReadOnlyDisk { path },
        ErrorKind::IsADirectory => FileError::IsFolder { path },
        ErrorKind::NotADirectory => FileError::NotAFolder { path },
        _ => FileError::Other { path, action: "saved", source: error },
    }
}

/// Returns why a folder is none.
pub(super) fn folder_error(folder: &Path) -> FileError {
    match fs::metadata(folder) {
        Ok(_) => FileError::NotAFolder { path: folder.into() },
        Err(error) if error.kind() == ErrorKind::NotFound => FileError::NoFolder { path: folder.into() },
        Err(error) => write_error(folder, error),
    }
}

/// Returns how large a file is, in words.
fn extent(size: Option<u64>) -> String {
    size.map_or_else(|| "has no end in reach".into(), |size| format!("has {} bytes", units::count(size)))
}
