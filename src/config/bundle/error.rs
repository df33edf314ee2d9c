//! Why a bundle was not written, as sentences. No message holds a secret, nor a value that should have been a
//! reference to one.

use super::path::PathError;
use super::waves::WaveError;
use crate::base::file::FileError;
use crate::base::units;
use crate::config::secret::SecretError;
use std::fmt;
use thiserror::Error;

/// A placeholder of a file, for a device or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// `device PUMP-1` or `group pumps`.
    pub owner: String,
    /// Name of the file on the device.
    pub file: String,
    /// The placeholder as it stands in the file.
    pub placeholder: String,
}

impl fmt::Display for Spot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} in {} of {}", self.placeholder, self.file, self.owner)
    }
}

/// What is wrong with a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// Nothing gives the variable a value.
    #[error(
        "has no value: the variable is unknown or empty. Add it to the inventory, or take the placeholder out \
         of the file ($${{ writes the signs themselves)"
    )]
    NoValue,
    /// A number is asked for, and the value is none.
    #[error("must be a number, and its value is \u{201c}{0}\u{201d}. Correct it in the inventory")]
    NotANumber(String),
    /// It is not closed, has no name, or asks for what does not exist.
    #[error(
        "is not a placeholder. Write ${{name}}, ${{name:number}} or ${{name:secret}}; $${{ writes the signs themselves"
    )]
    Malformed,
    /// A text would stand where no quotes protect it.
    #[error(
        "stands outside quotes, where only a number can. Put quotes around it, or write ${{name:number}}"
    )]
    OutsideQuotes,
}

/// Why a bundle was not planned or written.
#[derive(Debug, Error)]
pub enum BundleError {
    /// A placeholder cannot be filled.
    #[error("{spot} {fault}")]
    Placeholder {
        /// Which one.
        spot: Spot,
        /// What is wrong.
        fault: Fault,
    },
    /// A secret was not found.
    #[error("{spot}: {source}")]
    Secret {
        /// Where it is needed.
        spot: Spot,
        /// Why it was not found.
        source: SecretError,
    },
    /// A column that holds secrets by its name holds something else than a reference.
    #[error("Column {column} of {owner}: {source}")]
    Column {
        /// The column.
        column: String,
        /// `device PUMP-1`.
        owner: String,
        /// What is wrong.
        source: SecretError,
    },
    /// A path cannot be used.
    #[error("The path of {file} of {owner} cannot be used: {source}")]
    Path {
        /// The file.
        file: String,
        /// Whose it is.
        owner: String,
        /// What is wrong.
        source: PathError,
    },
    /// The path template itself is wrong.
    #[error("The template for paths is wrong: {0}")]
    Template(#[from] PathError),
    /// Two files would have the same path, on some systems at least.
    #[error(
        "{first} and {second} would share a path{how}, and one would replace the other, so nothing was written. \
         Rename one, or use more variables in the template for paths: `{path}`, `{other}`"
    )]
    Collision {
        /// Whose file is the first.
        first: String,
        /// Whose file is the second.
        second: String,
        /// Empty, or that only case tells them apart, or that one is the folder of the other.
        how: &'static str,
        /// Path of the first.
        path: String,
        /// Path of the second.
        other: String,
    },
    /// There is no file that this target could take.
    #[error("There is nothing to write here: {0}")]
    Nothing(String),
    /// The target is for files without secrets.
    #[error(
        "{spot} is a secret, and {target} never holds one: everybody who may read it would know it. {advice}"
    )]
    SecretNotAllowed {
        /// Which placeholder.
        spot: Spot,
        /// The target, in words.
        target: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// One text has to serve a whole group, and its devices differ.
    #[error(
        "{file} of group {group} differs between devices ({first} and {second}), and {target} carries one text for \
         all of them. Use the folder, zip or Ansible target, or take the variables out of the file"
    )]
    NotUniform {
        /// The file.
        file: String,
        /// The group.
        group: String,
        /// A device.
        first: String,
        /// Another that differs.
        second: String,
        /// The target, in words.
        target: &'static str,
    },
    /// A `ConfigMap` has a limit.
    #[error(
        "The files of group {group} have {} bytes, and a ConfigMap holds at most {}. Use the zip or folder target, \
         or smaller groups", units::count(*bytes), units::count(*limit)
    )]
    TooLarge {
        /// The group.
        group: String,
        /// Size of its names and files \[bytes\].
        bytes: u64,
        /// The limit \[bytes\].
        limit: u64,
    },
    /// The waves cannot be used.
    #[error(transparent)]
    Waves(#[from] WaveError),
    /// A file could not be written. Those before it are complete, those after it are untouched.
    #[error("{written} of {planned} files were written; the export can be repeated. {source}")]
    Write {
        /// Files that stand there complete.
        written: usize,
        /// Files that were to be written.
        planned: usize,
        /// What went wrong.
        source: FileError,
    },
    /// Writing was stopped by the user.
    #[error("The export was stopped: {} of {} files were written, the others are as they were. It can be repeated",
        units::count(*written as u64), units::count(*planned as u64))]
    Stopped {
        /// Files that stand there complete.
        written: usize,
        /// Files that were to be written.
        planned: usize,
    },
}
