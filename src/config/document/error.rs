//! Why an edit of an agent's file was not made.

use crate::base::json;
use thiserror::Error;

/// Why an edit was not made; the document is unchanged.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EditError {
    /// The path is none that the format can have.
    #[error("This is no key that {format} can hold, so nothing was changed. {rule}: `{path}`")]
    BadPath {
        /// The format, as in [`super::Format::label`].
        format: &'static str,
        /// What a key has to look like, without full stop.
        rule: &'static str,
        /// What was given.
        path: String,
    },
    /// Nothing stands at the path.
    #[error("The file has no such key, so nothing was changed. Check its spelling: `{path}`")]
    Missing {
        /// The path.
        path: String,
    },
    /// The key stands there more than once, and programs differ in which one they read.
    #[error(
        "The key stands in the file more than once, so nothing was changed: which one counts depends on the \
         program that reads it. Delete all but one, last seen in line {line}: `{path}`"
    )]
    Repeated {
        /// Line of the last of them.
        line: usize,
        /// The path.
        path: String,
    },
    /// A calculation, or something else that is no plain value.
    #[error(
        "Line {line} holds {found}, so nothing was changed: replacing it by a plain value would lose what its \
         author meant. Edit that line by hand: `{path}`"
    )]
    NotPlain {
        /// What stands there, for example `an expression`.
        found: &'static str,
        /// Its line.
        line: usize,
        /// The path.
        path: String,
    },
    /// The value cannot stand in a file of this format.
    #[error(
        "The value is {what}, which {format} cannot hold, so nothing was changed. \
         Give a finite number, a text, or true or false: `{path}`"
    )]
    BadValue {
        /// The format, as in [`super::Format::label`].
        format: &'static str,
        /// What was to be written.
        what: &'static str,
        /// The path.
        path: String,
    },
    /// The line does more than giving the value, so it cannot be taken out.
    #[error(
        "Line {line} does more than giving this value, so it was not removed. Edit that line by hand: `{path}`"
    )]
    Entangled {
        /// Its line.
        line: usize,
        /// The path.
        path: String,
    },
    /// Other keys would read differently afterwards.
    #[error(
        "The rest of the file would be read differently afterwards, so nothing was changed. Something before the \
         place may lack its end, such as a `;`. Edit the file by hand: `{path}`"
    )]
    Disturbs {
        /// The path.
        path: String,
    },
    /// The JSON tree refused the edit.
    #[error(transparent)]
    Json(#[from] json::EditError),
    /// The new text would not be readable, or would be too large.
    #[error("The file would not be readable any more: {reason} Nothing was changed: `{path}`")]
    Unreadable {
        /// What the reader says about the new text.
        reason: String,
        /// The path.
        path: String,
    },
}
