//! Where data goes: standard output, or a file that is written whole or not at all.

use super::error::{CommandError, Kind};
use super::printer::Printer;
use crate::base::file;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Where data goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file.
    File(OsString),
}

impl Output {
    /// Returns what the argument of `-o` means; without one, and for `-`, standard output.
    pub fn of(argument: Option<&OsStr>) -> Self {
        match argument {
            None => Self::Stdout,
            Some(dash) if dash == "-" => Self::Stdout,
            Some(path) => Self::File(path.to_owned()),
        }
    }

    /// Returns an error where writing would replace the file that is read.
    ///
    /// # Errors
    /// A usage error with the path.
    pub fn differs_from(&self, input: &OsStr) -> Result<(), CommandError> {
        let Self::File(path) = self else { return Ok(()) };
        let same = match (std::fs::canonicalize(path), std::fs::canonicalize(input)) {
            (Ok(output), Ok(input)) => output == input,
            _ => false,
        };
        if !same {
            return Ok(());
        }
        Err(CommandError::usage(format!(
            "The output would replace the project that it is made from, so nothing was written: {}.",
            path.to_string_lossy()
        ))
        .hint("Give another file after -o."))
    }

    /// Returns an error where a file stands in the way.
    ///
    /// # Errors
    /// An output error with the path.
    pub fn is_free(&self) -> Result<(), CommandError> {
        let Self::File(path) = self else { return Ok(()) };
        if std::fs::symlink_metadata(path).is_err() {
            return Ok(());
        }
        Err(CommandError::new(
            Kind::Output,
            format!("This exists already, and its content would be lost: {}.", path.to_string_lossy()),
        )
        .hint("Give another name, or add --force to replace it."))
    }

    /// Writes text.
    ///
    /// # Errors
    /// Where the target cannot be written; an existing file is then as it was.
    pub fn write(&self, printer: &Printer, text: &str) -> Result<(), CommandError> {
        match self {
            Self::Stdout => printer.data(text),
            Self::File(path) => write_file(Path::new(path), text.as_bytes()),
        }
    }
}

/// Writes a file whole or not at all; a device or a pipe is written as it is.
///
/// # Errors
/// Where it cannot be written; an existing file is then as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    file::write_atomic(path, bytes).map_err(|error| CommandError::writing(&error))
}
