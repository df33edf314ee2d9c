//! What is known of the saved text of a project.
//!
//! While a project is open its saved text is known whole. What a session keeps is only the digest:
//! enough to see after a crash that another program has written into the file meanwhile, without a
//! second copy of the project. Nobody reads it but the desk itself; it proves nothing to others.

use crate::base::hash::{hex, sha256};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// SHA-256 of a text, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Digest(String);

impl Digest {
    /// Returns the digest of a text.
    pub(super) fn of(text: &str) -> Self {
        Self(hex(&sha256(text.as_bytes())))
    }

    /// Returns the hexadecimal digits.
    pub(super) fn digits(&self) -> &str {
        &self.0
    }
}

/// What is known of the saved text of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Saved {
    /// Nothing: it was kept without a word about it.
    Unknown,
    /// Its digest; the text itself is gone or was replaced since.
    Digest(Digest),
    /// All of it.
    Text {
        /// The text.
        text: Arc<str>,
        /// Its digest.
        digest: Digest,
    },
}

impl Saved {
    /// Returns that this text is saved.
    pub(super) fn text(text: Arc<str>) -> Self {
        Self::Text { digest: Digest::of(&text), text }
    }

    /// Returns the digest of the saved text, where it is known.
    pub(super) fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Unknown => None,
            Self::Digest(digest) | Self::Text { digest, .. } => Some(digest),
        }
    }

    /// Returns whether a project with this text has nothing to save.
    pub(super) fn is(&self, other: &str) -> bool {
        matches!(self, Self::Text { text, .. } if **text == *other)
    }
}

/// What another program has left in a project's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// A text with this digest.
    Text(Digest),
    /// Something that cannot be read.
    Unreadable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_well_known_one() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of("abc"), Digest(abc.to_owned()));
        assert_eq!(serde_json::to_string(&Digest::of("abc")).unwrap(), format!("\"{abc}\""));
    }

    #[test]
    fn only_a_text_that_is_there_can_be_the_saved_one() {
        assert!(Saved::text("".into()).is("") && !Saved::text("a".into()).is(""));
        assert!(!Saved::Unknown.is("") && !Saved::Digest(Digest::of("")).is(""));
    }
}
