//! What can be wrong with bytes from the network, and with messages that we want to send.
//!
//! A [`DecodeError`] names the byte, the part that was being read and the fault. None of them ends a
//! connection by itself: a message that cannot be read is dropped or answered with *bad request*, and the
//! next frame begins with a fresh header. Only a broken header leaves nothing to answer.

use super::base_type::BaseType;
use thiserror::Error;

/// Bytes that are no message, or one beyond the limits.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Byte {at}, {reading}: {fault}")]
pub struct DecodeError {
    /// Place in the frame, or in the joined message [bytes from its first byte].
    pub at: usize,
    /// The part that was being read, such as `name of a field`.
    pub reading: &'static str,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong at that byte.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// The bytes end inside of the part.
    #[error(
        "{needed} bytes are needed and {left} are left, so the message was cut off or a length is wrong. {HINT_LENGTH}"
    )]
    CutOff {
        /// Bytes that the part needs.
        needed: usize,
        /// Bytes that are left.
        left: usize,
    },
    /// The first byte is not 1.
    #[error(
        "version {0} is not 1, so this is no AlwaysOn message. Check that the port belongs to the platform."
    )]
    Version(u8),
    /// The multipart marker is neither 0 nor 1.
    #[error("multipart marker {0} is neither 0 nor 1, so the place of the body is unknown. {HINT_SENDER}")]
    Marker(u8),
    /// A string is not UTF-8.
    #[error("the text is not UTF-8, so it cannot be shown or compared. {HINT_SENDER}")]
    Text,
    /// A type without a known layout.
    #[error(
        "the layout of type {0} is not known, so the length of its value is not either. Leave such values out at the sender."
    )]
    Type(BaseType),
    /// A marker byte with none of its meanings.
    #[error("{found} is not one of {expected}, so what follows cannot be read. {HINT_SENDER}")]
    Marked {
        /// The byte.
        found: u8,
        /// The bytes with a meaning, in words.
        expected: &'static str,
    },
    /// A request with headers of its own; C SDK agents cannot read them and no layout is known.
    #[error("the request carries {0} headers, whose layout is not known. Send requests without headers.")]
    Headers(u8),
    /// Tables in tables beyond [`Limits::depth`](super::Limits).
    #[error(
        "values are nested deeper than {0} levels, which no agent sends. Flatten the table at the sender."
    )]
    Depth(usize),
    /// More bytes than [`Limits::message`](super::Limits).
    #[error(
        "{bytes} bytes are more than the limit of {limit} bytes, so the message is dropped. Send it in smaller messages."
    )]
    TooLarge {
        /// Length as sent or as announced [bytes].
        bytes: usize,
        /// The limit [bytes].
        limit: usize,
    },
    /// The decoded form would need more memory than [`Limits::memory`](super::Limits).
    #[error(
        "the values would take more than {0} bytes of memory, so the message is dropped. Send fewer rows in one message."
    )]
    Memory(usize),
    /// A part of a message that contradicts itself or the parts before it.
    #[error("{0}, so the message cannot be put together. {HINT_SENDER}")]
    Part(&'static str),
}

const HINT_LENGTH: &str =
    "Names of 128 bytes and more are counted too short by C SDK agents, shorter ones are safe.";
const HINT_SENDER: &str = "The sender is at fault; its log says what it meant to send.";

/// A message that has no form on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// More items than the count in front of them can say.
    #[error("{count} {what} are more than the {most} that one message can count. Send several messages.")]
    TooMany {
        /// What is counted, such as `aspects of a field`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many can be counted.
        most: usize,
    },
    /// More bytes than the receiver takes; C SDK agents drop such a message without a word.
    #[error("The message has {bytes} bytes and the receiver takes {limit}. Send it in smaller messages.")]
    TooLarge {
        /// Length of the message [bytes].
        bytes: usize,
        /// The limit [bytes].
        limit: usize,
    },
    /// A value of a type that has another layout, such as a text of type NUMBER.
    #[error(
        "A {held} value cannot be sent as {declared}, the receiver would read other bytes than were meant. Choose a fitting type."
    )]
    Type {
        /// What the value holds.
        held: &'static str,
        /// The type it was given.
        declared: BaseType,
    },
    /// The frame has no room for a part of the body behind its headers.
    #[error(
        "Frames of {frame} bytes leave no room for the message behind {head} bytes of headers. Allow larger frames or use a shorter name."
    )]
    NoRoom {
        /// Largest frame [bytes].
        frame: usize,
        /// Bytes that every frame needs for headers.
        head: usize,
    },
}
