//! Whole messages: ids and a body.
//!
//! A message is decoded forgivingly and encoded exactly as the C SDK client does it. Bytes behind the body
//! are kept in [`Message::trailing`], because agents send some: a response with a reason counts the reason
//! but does not announce it, so junk of its length can follow (read from the C SDK's source).

mod auth;
mod bind;
mod request;
mod response;

pub use auth::{APP_KEY, Auth};
pub use bind::Bind;
pub use request::{Content, Request};
pub use response::Response;

use super::Limits;
use super::bytes::Reader;
use super::code::Code;
use super::error::{DecodeError, EncodeError, Fault};
use super::header::{Envelope, Ids, put_header};
use super::infotable::InfoTable;

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Request, endpoint and session.
    pub ids: Ids,
    /// What it says.
    pub body: Body,
    /// Bytes behind the body; empty for every message that we make.
    pub trailing: Vec<u8>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Who the sender is.
    Auth(Auth),
    /// For which things the sender acts.
    Bind(Bind),
    /// For which it no longer does.
    Unbind(Bind),
    /// Get, put, post or delete.
    Request(Request),
    /// The answer to one of the above.
    Response(Response),
    /// Nothing; receivers ignore it.
    KeepAlive(Vec<u8>),
    /// A request with an unknown code, and its bytes.
    Other(u8, Vec<u8>),
}

impl Body {
    /// Returns the code in the header.
    pub const fn code(&self) -> Code {
        match self {
            Self::Auth(_) => Code::Auth,
            Self::Bind(_) => Code::Bind,
            Self::Unbind(_) => Code::Unbind,
            Self::Request(request) => Code::Call(request.method),
            Self::Response(response) => Code::Response(response.status),
            Self::KeepAlive(_) => Code::KeepAlive,
            Self::Other(byte, _) => Code::Other(*byte),
        }
    }

    /// Returns how many leading bytes of the encoded body every part of the message repeats [bytes].
    pub(super) fn repeated(&self) -> usize {
        if let Self::Request(request) = self { request.entity_bytes() } else { 0 }
    }

    /// Appends the body without a header.
    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Auth(auth) => auth.encode(out),
            Self::Bind(bind) | Self::Unbind(bind) => bind.encode(out),
            Self::Request(request) => request.encode(out),
            Self::Response(response) => response.encode(out),
            Self::KeepAlive(bytes) | Self::Other(_, bytes) => {
                out.extend(bytes);
                Ok(())
            }
        }
    }
}

impl Message {
    /// Returns a message without trailing bytes.
    pub const fn new(ids: Ids, body: Body) -> Self {
        Self { ids, body, trailing: Vec::new() }
    }

    /// Reads a message that came in one frame.
    ///
    /// # Errors
    /// A [`DecodeError`] for bytes that are no message or beyond the limits, and for a part of a message,
    /// which belongs to a [`Joiner`](super::split::Joiner).
    pub fn decode(frame: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let envelope = Envelope::decode(frame, limits)?;
        if envelope.slot.is_some() {
            let fault = Fault::Part("one part is not the whole message");
            return Err(DecodeError { at: super::HEADER - 1, reading: "multipart marker", fault });
        }
        Self::open(&envelope, limits)
    }

    /// Reads the body of an envelope that holds a whole message.
    ///
    /// # Errors
    /// A [`DecodeError`] with the place in the frame. The ids of the envelope stay known, so that a request
    /// can be answered with *bad request*.
    pub fn open(envelope: &Envelope<'_>, limits: &Limits) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(envelope.body, envelope.body_at(), limits);
        let reader = &mut reader;
        let body = match envelope.code {
            Code::Auth => Body::Auth(Auth::decode(reader)?),
            Code::Bind => Body::Bind(Bind::decode(reader)?),
            Code::Unbind => Body::Unbind(Bind::decode(reader)?),
            Code::Call(method) => Body::Request(Request::decode(method, reader)?),
            Code::Response(status) => Body::Response(Response::decode(status, reader)?),
            Code::KeepAlive => Body::KeepAlive(rest(reader)?),
            Code::Other(byte) => Body::Other(byte, rest(reader)?),
        };
        Ok(Self { ids: envelope.ids, body, trailing: rest(reader)? })
    }

    /// Appends the message as one frame.
    ///
    /// # Errors
    /// An [`EncodeError`] for a message that has no form on the wire; `out` then holds a part of it.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        put_header(out, self.body.code(), self.ids, None);
        self.body.encode(out)?;
        out.extend(&self.trailing);
        Ok(())
    }
}

fn rest(reader: &mut Reader<'_>) -> Result<Vec<u8>, DecodeError> {
    let rest = reader.rest();
    reader.copy(rest, "rest of the message")
}

/// Reads the content of a request or response: a table, or the mark that there is none.
fn table(reader: &mut Reader<'_>, reading: &'static str) -> Result<Option<InfoTable>, DecodeError> {
    match reader.u8(reading)? {
        0xFF => Ok(None),
        5 => Ok(Some(InfoTable::decode(reader)?)),
        found => {
            reader.fault_before(reading, Fault::Marked { found, expected: "5 (a table) and 255 (none)" })
        }
    }
}

/// Appends a table or the mark that there is none.
fn put_table(out: &mut Vec<u8>, table: Option<&InfoTable>) -> Result<(), EncodeError> {
    let Some(table) = table else {
        out.push(0xFF);
        return Ok(());
    };
    out.push(5);
    table.encode(out)
}

/// Reads a flag of one byte.
fn flag(reader: &mut Reader<'_>, reading: &'static str) -> Result<bool, DecodeError> {
    match reader.u8(reading)? {
        0 => Ok(false),
        1 => Ok(true),
        found => reader.fault_before(reading, Fault::Marked { found, expected: "0 and 1" }),
    }
}
