//! Where the secret of a device is found: a reference, never the secret itself.

use std::fmt;

/// A reference to an application key or a password.
///
/// It is resolved only while agent files are written to a place that the user chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyReference<'a> {
    /// `env:NAME`: the environment variable of this name.
    Env(&'a str),
    /// `file:PATH`: the file at this path, without the line end that closes it.
    File(&'a str),
    /// `keyring:SERVICE/USER`: the entry of the system's key ring.
    Keyring {
        /// Service of the entry.
        service: &'a str,
        /// User of the entry; may contain further slashes.
        user: &'a str,
    },
}

impl<'a> KeyReference<'a> {
    /// Returns the reference that a text is, or `None`: then the text must be taken for the secret itself.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once(':')?;
        if rest.is_empty() || rest.chars().any(char::is_control) {
            return None;
        }
        match scheme {
            "env" => {
                let sound = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                (sound && !rest.starts_with(|c: char| c.is_ascii_digit())).then_some(Self::Env(rest))
            }
            "file" => Some(Self::File(rest)),
            "keyring" => match rest.split_once('/') {
                Some((service, user)) if !service.is_empty() && !user.is_empty() => {
                    Some(Self::Keyring { service, user })
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for KeyReference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Keyring { service, user } => write!(f, "keyring:{service}/{user}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_references_are_read() {
        for text in
            ["env:PUMP_KEY", "file:keys/pump-1.key", "file:C:\\keys\\a b.key", "keyring:regather/pump/1"]
        {
            assert_eq!(KeyReference::parse(text).map(|key| key.to_string()).as_deref(), Some(text));
        }
        let clear = "6f1e2a34-9a0b-4c7d-8e21-0d5b7c9e1f22";
        for text in ["", clear, "env:", "env:1A", "env:a b", "ENV:A", "keyring:x", "keyring:/x", "https://x"]
        {
            assert_eq!(KeyReference::parse(text), None, "{text}");
        }
    }
}
