//! Every ordinary file below a folder, in a fixed order.

use super::{FileError, error::read_error};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders within folders that are looked into.
const DEPTH: usize = 32;

/// Goes through the files below a folder, sorted by name folder by folder.
///
/// Links are not followed, so that no loop and nothing outside the folder is met. Names that are not
/// Unicode appear with a stand-in, their paths are as they are.
#[derive(Debug)]
pub struct Walk {
    /// Entries still to be visited, the next one last: name from the top, path, depth.
    waiting: Vec<(String, PathBuf, usize)>,
}

impl Walk {
    /// Returns a walk through the files below a folder.
    ///
    /// # Errors
    /// [`FileError`] where the folder cannot be listed.
    pub fn new(folder: &Path) -> Result<Self, FileError> {
        let mut walk = Self { waiting: Vec::new() };
        walk.list("", folder, 0)?;
        Ok(walk)
    }

    /// Adds the entries of a folder.
    fn list(&mut self, name: &str, folder: &Path, depth: usize) -> Result<(), FileError> {
        let fail = |error| read_error(folder, error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if name.is_empty() { own } else { format!("{name}/{own}") };
            entries.push((name, entry.path(), depth));
        }
        entries.sort_unstable_by(|left, right| right.cmp(left));
        self.waiting.extend(entries);
        Ok(())
    }
}

impl Iterator for Walk {
    /// The name from the top of the folder, parts joined by `/`, and the path.
    type Item = Result<(String, PathBuf), FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((name, path, depth)) = self.waiting.pop() {
            let kind = match fs::symlink_metadata(&path) {
                Ok(meta) => meta.file_type(),
                Err(error) => return Some(Err(read_error(&path, error))),
            };
            if kind.is_file() {
                return Some(Ok((name, path)));
            }
            if kind.is_dir()
                && depth < DEPTH
                && let Err(error) = self.list(&name, &path, depth + 1)
            {
                return Some(Err(error));
            }
        }
        None
    }
}
