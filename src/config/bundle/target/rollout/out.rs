//! Where an export goes: a folder or an archive, with the hash of everything that is written.

use super::super::super::deliver::{Written, put};
use super::super::zip::Archive;
use crate::base::file::{Access, AtomicFile, FileError, sweep};
use crate::base::hash::{hex, sha256};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Name of the list of hashes.
const SUMS: &str = "SHA256SUMS";

/// Why a roll-out was not exported.
#[derive(Debug, Error)]
pub enum RolloutExportError {
    /// A file of a device cannot be made.
    #[error("The files of {thing} cannot be exported: {reason}")]
    Text {
        /// The device.
        thing: String,
        /// Why not.
        reason: String,
    },
    /// A secret would be read by many.
    #[error(
        "A file of {thing} holds a secret, and {form} never does: everybody who may read it would know it. Export \
         this roll-out as folder, zip or ansible"
    )]
    Secret {
        /// The device.
        thing: String,
        /// What it would have been.
        form: &'static str,
    },
    /// Nearly every device has files of its own.
    #[error(
        "The devices of group {group} have more than {limit} different sets of files, and {form} is for many equal \
         ones. Export this roll-out as folder, zip or ansible"
    )]
    TooDifferent {
        /// The group.
        group: String,
        /// Most that there may be.
        limit: usize,
        /// What it would have been.
        form: &'static str,
    },
    /// The end of an archive cannot be written.
    #[error("The archive cannot be ended: {source}. What stood there is unchanged; make room there: `{}`", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{0}")]
    File(#[from] FileError),
}

/// Takes files.
pub(super) trait Sink {
    /// Takes a file; one that may hold secrets is `private`.
    fn put(&mut self, path: &str, bytes: &[u8], private: bool) -> Result<(), RolloutExportError>;
}

/// A folder.
pub(super) struct Folder {
    at: PathBuf,
    pub(super) done: Written,
}

impl Folder {
    pub(super) fn new(at: &Path) -> Self {
        Self { at: at.to_path_buf(), done: Written::default() }
    }

    /// The folder of a file.
    pub(super) fn of_file(file: &Path) -> Self {
        Self::new(file.parent().unwrap_or(Path::new("")))
    }
}

impl Sink for Folder {
    fn put(&mut self, path: &str, bytes: &[u8], private: bool) -> Result<(), RolloutExportError> {
        let access = if private { Access::Owner } else { Access::Everyone };
        Ok(put(&self.at, path, bytes, access, &mut self.done)?)
    }
}

/// An archive, which appears whole or not at all.
pub(super) struct Zip {
    archive: Archive<AtomicFile>,
    path: PathBuf,
}

impl Zip {
    pub(super) fn create(path: &Path) -> Result<Self, RolloutExportError> {
        path.parent().map(sweep);
        let file = AtomicFile::create(path, Access::Owner)?;
        Ok(Self { archive: Archive::new(file, true), path: path.to_path_buf() })
    }

    pub(super) fn commit(self) -> Result<Written, RolloutExportError> {
        let file = self
            .archive
            .finish()
            .map_err(|source| RolloutExportError::Archive { path: self.path.clone(), source })?;
        file.commit()?;
        Ok(Written { written: vec![self.path], ..Written::default() })
    }
}

impl Sink for Zip {
    fn put(&mut self, path: &str, bytes: &[u8], private: bool) -> Result<(), RolloutExportError> {
        let added = self.archive.add(path, bytes, private);
        Ok(added.map_err(|error| self.archive.inner().error(error))?)
    }
}

/// Files on their way to a sink, with their hashes.
pub(super) struct Out<S> {
    sink: S,
    sums: Vec<(String, String)>,
}

impl<S: Sink> Out<S> {
    pub(super) fn new(sink: S) -> Self {
        Self { sink, sums: Vec::new() }
    }

    pub(super) fn put(&mut self, path: &str, bytes: &[u8], private: bool) -> Result<(), RolloutExportError> {
        self.sums.push((path.to_owned(), hex(&sha256(bytes))));
        self.sink.put(path, bytes, private)
    }

    /// Writes the list of hashes, in the order of the paths.
    pub(super) fn finish(mut self) -> Result<S, RolloutExportError> {
        self.sums.sort();
        let lines: Vec<String> = self.sums.iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect();
        let lines = lines.concat();
        self.sink.put(SUMS, lines.as_bytes(), false)?;
        Ok(self.sink)
    }
}
