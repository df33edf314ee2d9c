//! The answer to a request.
//!
//! ```text
//! 0x00          0x05 table | 0xFF
//! 0x01  reason  0x05 table | 0xFF
//! ```
//!
//! Measured with the C SDK client. A body without any byte, or one that ends behind the reason, is taken as
//! an answer without content. Junk behind the content stays in [`Message::trailing`](super::Message).

use super::{Content, flag, put_table, table};
use crate::wire::bytes::{Reader, put_text};
use crate::wire::code::Status;
use crate::wire::error::{DecodeError, EncodeError};
use crate::wire::infotable::InfoTable;

/// Status, reason and content.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Whether it was done.
    pub status: Status,
    /// Why not, in words for people.
    pub reason: Option<String>,
    /// The result.
    pub content: Content,
}

impl Response {
    /// Returns an answer without reason and content.
    pub const fn new(status: Status) -> Self {
        Self { status, reason: None, content: Content::Nothing }
    }

    /// Returns a refusal with its reason.
    pub fn refused(status: Status, reason: impl Into<String>) -> Self {
        Self { status, reason: Some(reason.into()), content: Content::Nothing }
    }

    /// Returns a success with its result.
    pub const fn result(table: InfoTable) -> Self {
        Self { status: Status::SUCCESS, reason: None, content: Content::Table(table) }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.reason.is_some() || self.content != Content::Missing {
            out.push(u8::from(self.reason.is_some()));
        }
        if let Some(reason) = &self.reason {
            put_text(out, reason)?;
        }
        match &self.content {
            Content::Missing => Ok(()),
            Content::Nothing => put_table(out, None),
            Content::Table(table) => put_table(out, Some(table)),
        }
    }

    pub(super) fn decode(status: Status, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut response = Self { status, reason: None, content: Content::Missing };
        if reader.left() > 0 && flag(reader, "reason flag")? {
            response.reason = Some(reader.string("reason")?);
        }
        if reader.left() > 0 {
            let table = table(reader, "content of the response")?;
            response.content = table.map_or(Content::Nothing, Content::Table);
        }
        Ok(response)
    }
}
