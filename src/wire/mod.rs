//! The agents' protocol, without sockets and without clocks.
//!
//! AlwaysOn puts small binary messages into the frames of a WebSocket. This module turns frames into
//! messages and back, joins and cuts those that are too long for one frame, and keeps the order of a
//! conversation from both ends. It opens nothing and waits for nothing: whoever owns the socket gives it
//! bytes and times and does what it answers. Live agents and the embedded test platform drive the same code.
//!
//! ```text
//! frame ─► Envelope ─► split::Joiner ─► Message ─► session::Client ─► actions ─► frames
//!          (header)     (parts)          (body)     session::Server
//! ```
//!
//! * [`header`]: the envelope; [`code`]: what it asks or answers
//! * [`message`]: AUTH, BIND, requests, responses; [`infotable`], [`primitive`] and [`base_type`]: their
//!   content
//! * [`split`]: messages in several frames
//! * [`session`]: the upgrade to a WebSocket as text, then AUTH, BIND, requests, pings and the close
//!
//! Source: the wire of the C SDK client 2.2.1, observed, and where said its source, read. Nothing that comes
//! in can make this code panic or take more memory than [`Limits`] say. Beside the tests, a fuzzer looked for
//! the opposite; `fuzz/README.md` says how long and with what result.

pub mod base_type;
mod bytes;
pub mod code;
pub mod error;
pub mod header;
pub mod infotable;
pub mod message;
pub mod primitive;
pub mod session;
pub mod split;
#[cfg(test)]
pub(crate) mod tests;

pub use base_type::{BaseType, Layout};
pub use code::{Code, EntityKind, Method, Part, Status};
pub use error::{DecodeError, EncodeError, Fault};
pub use header::{Envelope, HEADER, Ids, NO_SESSION, PART_HEADER, Slot};
pub use infotable::{Field, InfoTable};
pub use message::{Auth, Bind, Body, Content, Message, Request, Response};
pub use primitive::Value;

/// What a receiver takes before it says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest message and longest frame; unfinished messages of one connection may hold twice as much
    /// together \[bytes\].
    pub message: usize,
    /// Most memory that one decoded message may take, all allocations summed \[bytes\].
    pub memory: usize,
    /// Deepest nesting of tables and variants [levels].
    pub depth: usize,
}

impl Default for Limits {
    /// Returns the limit of C SDK agents (`max_message_size`, 1 MiB) and eight times that for the decoded
    /// form: rows of a property push take about five times their length on the wire.
    fn default() -> Self {
        Self { message: 1_048_576, memory: 8 * 1_048_576, depth: 16 }
    }
}

/// Longest name of a thing, property or service that C SDK agents count correctly \[bytes\].
///
/// Names of 128 bytes and more are counted three bytes short and cut off (read from its source).
pub const LONGEST_SAFE_NAME: usize = 127;

/// Largest frame that C SDK agents take unless configured otherwise \[bytes\].
pub const FRAME: usize = 8_192;
