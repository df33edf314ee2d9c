//! Java properties files: `key=value`, `key: value`, `key value`.
//!
//! Read as `java.util.Properties` reads them: `#` and `!` start a comment line, a backslash at the end of a
//! line continues it, `\uXXXX` and the usual escapes are undone. The format is flat, so a `/` of a path stands
//! for a dot: `ws/connect_timeout` is the key `ws.connect_timeout`.
//!
//! Java reads such files as ISO 8859-1 unless the program says otherwise, so everything outside ASCII is
//! written as `\uXXXX`, which is right in either encoding; [`findings`] points out what stands there already.

mod read;
mod write;

pub(super) use read::{findings, read};
pub(super) use write::{addition, empty, value};

use super::path::tokens;
use crate::base::json::escape_token;

/// Returns the path of a key: dots become slashes.
fn path_of(key: &str) -> String {
    escape_token(key).replace('.', "/")
}

/// Returns the key of a path, or `None` where its escapes are wrong.
fn key_of(path: &str) -> Option<String> {
    tokens(path).map(|tokens| tokens.join("."))
}
