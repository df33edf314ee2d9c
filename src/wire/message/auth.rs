//! Who the sender is: the first message of every session.
//!
//! ```text
//! count u8 (1)  { claim "appKey"  value }
//! ```
//!
//! Measured with the C SDK client. The answer is *success*, and the session id stands in its header.

use crate::wire::bytes::{Reader, put_text};
use crate::wire::error::{DecodeError, EncodeError};
use std::fmt;

/// Name of the claim that holds an application key.
pub const APP_KEY: &str = "appKey";

/// Claims of a sender, mostly one application key.
#[derive(Clone, PartialEq, Eq)]
pub struct Auth {
    /// Names and values.
    pub claims: Vec<(String, String)>,
}

impl Auth {
    /// Returns the claim of an application key.
    pub fn app_key(key: impl Into<String>) -> Self {
        Self { claims: vec![(APP_KEY.into(), key.into())] }
    }

    /// Returns the application key, where one is claimed.
    pub fn key(&self) -> Option<&str> {
        self.claims.iter().find(|(name, _)| name == APP_KEY).map(|(_, key)| key.as_str())
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let (count, most) = (self.claims.len(), usize::from(u8::MAX));
        out.push(u8::try_from(count).map_err(|_| EncodeError::TooMany { what: "claims", count, most })?);
        for (name, value) in &self.claims {
            put_text(out, name)?;
            put_text(out, value)?;
        }
        Ok(())
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = u16::from(reader.u8("count of claims")?);
        let mut claims = reader.list(count, 2, "claims")?;
        for _ in 0..count {
            claims.push((reader.string("name of a claim")?, reader.string("value of a claim")?));
        }
        Ok(Self { claims })
    }
}

impl fmt::Debug for Auth {
    /// Writes the names of the claims; their values are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.claims.iter().map(|(name, _)| (name, "hidden"))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_reach_logs() {
        let auth = Auth::app_key("00000000-1111-2222-3333-444444444444");
        assert_eq!(format!("{auth:?}"), "{\"appKey\": \"hidden\"}");
        assert_eq!(auth.key(), Some("00000000-1111-2222-3333-444444444444"));
    }
}
