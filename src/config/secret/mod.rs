//! Secrets of agents: where they lie, how they are fetched, and how they are hidden.
//!
//! A project and an inventory hold a [`SecretRef`] and never the secret itself. It is turned into a
//! [`Secret`] by a [`Vault`] only while files are written to a place that the user chose; previews,
//! differences and messages go through [`mask()`]. [`SystemVault`] looks into the environment, files and
//! the key ring of the system. No error here carries what a reference leads to, nor a value that
//! was no reference: it may be the secret itself, typed into the wrong place.

mod keyring;
pub(super) mod lex;
mod mask;
mod system;
#[cfg(test)]
mod tests;

pub use mask::{MASK, is_secret_name, mask};
pub use system::SystemVault;

use crate::base::file::FileError;
use crate::fleet::inventory::KeyReference;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use thiserror::Error;
use zeroize::Zeroizing;

/// Where a secret lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretRef {
    /// A variable of the environment: `env:NAME`.
    Env(String),
    /// A file, without the line end that closes it: `file:PATH`.
    File(PathBuf),
    /// An entry of the system's key ring: `keyring:SERVICE/USER`.
    KeyRing {
        /// The service, up to the first slash.
        service: String,
        /// The user, behind it.
        user: String,
    },
}

impl FromStr for SecretRef {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        // One rule says what a reference is, here and where a list of devices is read.
        Ok(match KeyReference::parse(text).ok_or(SecretError::NoReference)? {
            KeyReference::Env(name) => Self::Env(name.into()),
            KeyReference::File(path) => Self::File(path.into()),
            KeyReference::Keyring { service, user } => {
                Self::KeyRing { service: service.into(), user: user.into() }
            }
        })
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(out, "env:{name}"),
            Self::File(path) => write!(out, "file:{}", path.display()),
            Self::KeyRing { service, user } => write!(out, "keyring:{service}/{user}"),
        }
    }
}

/// A secret in memory, wiped when dropped; it has no `Display`, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret over; the string it came in is wiped with it.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the secret, to be written to where the user wants it and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret({MASK})")
    }
}

/// What turns references into secrets.
pub trait Vault {
    /// Returns the secret that a reference leads to; never an empty one.
    ///
    /// # Errors
    /// [`SecretError`], without any part of the secret.
    fn resolve(&self, reference: &SecretRef) -> Result<Secret, SecretError>;
}

/// Why a secret was not found.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The text is no reference. It is not repeated, because it may be the secret itself.
    #[error(
        "The value is no reference to a secret, and secrets themselves are kept nowhere. Put the secret into the \
         environment, a file or the key ring, and write env:NAME, file:PATH or keyring:SERVICE/USER (the value \
         is not shown here, it may be the secret)"
    )]
    NoReference,
    /// The environment has no such variable.
    #[error(
        "The environment has no variable {name}, so the secret is unknown. Set it before the program starts"
    )]
    NoVariable {
        /// Its name.
        name: String,
    },
    /// The place exists and is empty.
    #[error(
        "There is nothing in {reference}, and an empty secret would shut devices out. Put the secret there"
    )]
    Empty {
        /// The reference.
        reference: SecretRef,
    },
    /// The file could not be read.
    #[error("The file with the secret was not read. {0}")]
    File(#[from] FileError),
    /// The key ring has no such entry, or is locked.
    #[error(
        "The key ring shows no entry for service {service} and user {user}. It may be locked: a locked key ring \
         answers as if nothing was ever stored. Unlock it, and store the secret only if it is missing then"
    )]
    NoEntry {
        /// The service.
        service: String,
        /// The user.
        user: String,
    },
    /// The key ring has several such entries.
    #[error(
        "The key ring has several entries for service {service} and user {user}, and guessing could write the \
         wrong one. Remove all but one"
    )]
    Ambiguous {
        /// The service.
        service: String,
        /// The user.
        user: String,
    },
    /// The key ring did not answer.
    #[error(
        "The key ring cannot be used: {reason}. Unlock it or start the session's key ring service; on a machine \
         without one use env:NAME or file:PATH"
    )]
    KeyRing {
        /// What the system says.
        reason: String,
    },
    /// This build knows no key ring.
    #[error(
        "This build of the program has no access to key rings. Use env:NAME or file:PATH, or another build"
    )]
    NoKeyRing,
}
