//! The envelope of a message: header, and the fields of a part where a message comes in several.
//!
//! ```text
//! offset  bytes  field
//!      0      1  version, always 1
//!      1      1  code
//!      2      4  request id; a response repeats it
//!      6      4  endpoint id; agents send 0 and repeat the platform's in responses
//!     10      4  session id; 0xFFFFFFFF in AUTH, then what came with the answer to it
//!     14      1  1 for a part of a message, else 0
//!     15      2  number of the part, from 1        ┐
//!     17      2  how many parts there are          ├ only in parts
//!     19      2  size that frames were cut to      ┘
//! ```
//!
//! All numbers have their highest byte first. Measured with the C SDK client. An [`Envelope`] borrows the
//! frame: nothing is copied before somebody wants the message.

use super::Limits;
use super::bytes::Reader;
use super::code::Code;
use super::error::{DecodeError, Fault};

/// Version of the protocol.
const VERSION: u8 = 1;
/// Length of the header [bytes].
pub const HEADER: usize = 15;
/// Length of the header with the fields of a part [bytes].
pub const PART_HEADER: usize = HEADER + 6;
/// The session id of a sender that has none yet.
pub const NO_SESSION: u32 = 0xFFFF_FFFF;

/// The numbers that tie an answer to its question and both to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ids {
    /// Counted by the sender of the request; the response repeats it.
    pub request: u32,
    /// Chosen by the platform; 0 from agents.
    pub endpoint: u32,
    /// Given by the platform with the answer to AUTH.
    pub session: u32,
}

/// Place of a part in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// Number of the part, from 1.
    pub number: u16,
    /// How many parts there are.
    pub count: u16,
    /// Size that the sender cuts frames to [bytes].
    pub size: u16,
}

/// One frame as it came, cut into its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// What the message asks or answers.
    pub code: Code,
    /// Request, endpoint and session.
    pub ids: Ids,
    /// Place in the message; nothing for a message in one frame.
    pub slot: Option<Slot>,
    /// Everything behind the header. In a part of a call, this begins with the entity.
    pub body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads the header of a frame.
    ///
    /// # Errors
    /// A frame that is cut off inside of the header, of another version, with an unknown marker, or longer
    /// than [`Limits::message`](super::Limits). Nothing is allocated.
    pub fn decode(frame: &'a [u8], limits: &Limits) -> Result<Self, DecodeError> {
        if frame.len() > limits.message {
            let fault = Fault::TooLarge { bytes: frame.len(), limit: limits.message };
            return Err(DecodeError { at: limits.message, reading: "frame", fault });
        }
        let mut reader = Reader::new(frame, 0, limits);
        let version = reader.u8("version")?;
        if version != VERSION {
            return reader.fault_before("version", Fault::Version(version));
        }
        let code = Code::new(reader.u8("code")?);
        let ids = Ids {
            request: reader.u32("request id")?,
            endpoint: reader.u32("endpoint id")?,
            session: reader.u32("session id")?,
        };
        let slot = match reader.u8("multipart marker")? {
            0 => None,
            1 => Some(Slot {
                number: reader.u16("number of the part")?,
                count: reader.u16("count of the parts")?,
                size: reader.u16("size of the parts")?,
            }),
            marker => return reader.fault_before("multipart marker", Fault::Marker(marker)),
        };
        Ok(Self { code, ids, slot, body: reader.rest() })
    }

    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(PART_HEADER + self.body.len());
        put_header(out, self.code, self.ids, self.slot);
        out.extend(self.body);
    }

    /// Returns where the body begins in the frame [bytes].
    pub const fn body_at(&self) -> usize {
        if self.slot.is_some() { PART_HEADER } else { HEADER }
    }
}

/// Appends a header.
pub(super) fn put_header(out: &mut Vec<u8>, code: Code, ids: Ids, slot: Option<Slot>) {
    out.extend([VERSION, code.byte()]);
    for id in [ids.request, ids.endpoint, ids.session] {
        out.extend(id.to_be_bytes());
    }
    out.push(u8::from(slot.is_some()));
    if let Some(slot) = slot {
        for field in [slot.number, slot.count, slot.size] {
            out.extend(field.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIND: [u8; 16] = [1, 0x0a, 0, 0, 0, 3, 0, 0, 0xab, 0xcd, 0, 0, 0xee, 0x83, 0, 42];

    #[test]
    fn fields_are_where_the_protocol_says() {
        let envelope = Envelope::decode(&BIND, &Limits::default()).unwrap();
        let ids = Ids { request: 3, endpoint: 0xabcd, session: 0xee83 };
        assert_eq!(envelope, Envelope { code: Code::Bind, ids, slot: None, body: &[42] });
        assert_eq!(envelope.body_at(), 15);
        let mut out = Vec::new();
        envelope.encode(&mut out);
        assert_eq!(out, BIND);
    }

    #[test]
    fn strangers_are_named_at_their_byte() {
        let limits = Limits::default();
        let wrong = |at: usize, byte: u8| {
            let mut frame = BIND;
            frame[at] = byte;
            Envelope::decode(&frame, &limits).unwrap_err().to_string()
        };
        assert!(wrong(0, b'H').starts_with("Byte 0, version: version 72 is not 1"), "{}", wrong(0, b'H'));
        assert!(wrong(14, 7).starts_with("Byte 14, multipart marker"), "{}", wrong(14, 7));
        for length in 0..HEADER {
            let error = Envelope::decode(&BIND[..length], &limits).unwrap_err();
            assert!(matches!(error.fault, Fault::CutOff { .. }), "{error}");
        }
        let error = Envelope::decode(&BIND, &Limits { message: 15, ..limits }).unwrap_err();
        assert_eq!(error.fault, Fault::TooLarge { bytes: 16, limit: 15 });
    }
}
