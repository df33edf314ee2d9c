//! For which things a sender acts, and for which no longer.
//!
//! ```text
//! 0x00                             count u16  { thing }     an agent for itself
//! 0x01  gateway name  its type     count u16  { thing }     a gateway for what is behind it
//! ```
//!
//! Measured with the C SDK client, the form for gateways read from its source. Things come in the order of a
//! hash there, not in the order of the calls.

use super::flag;
use crate::wire::bytes::{Reader, put_count, put_text};
use crate::wire::error::{DecodeError, EncodeError};

/// Things and, in front of them, a gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    /// Name and type of the gateway that speaks for the things.
    pub gateway: Option<(String, String)>,
    /// Names of the things.
    pub things: Vec<String>,
}

impl Bind {
    /// Returns the bind of one thing for itself.
    pub fn thing(name: impl Into<String>) -> Self {
        Self { gateway: None, things: vec![name.into()] }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.push(u8::from(self.gateway.is_some()));
        if let Some((name, kind)) = &self.gateway {
            put_text(out, name)?;
            put_text(out, kind)?;
        }
        put_count(out, self.things.len(), "things of a bind")?;
        self.things.iter().try_for_each(|thing| put_text(out, thing))
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let gateway = if flag(reader, "gateway flag")? {
            Some((reader.string("name of the gateway")?, reader.string("type of the gateway")?))
        } else {
            None
        };
        let count = reader.u16("count of things")?;
        let mut things = reader.list(count, 1, "names of things")?;
        for _ in 0..count {
            things.push(reader.string("name of a thing")?);
        }
        Ok(Self { gateway, things })
    }
}
