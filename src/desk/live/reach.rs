//! Where and how the agent connects: what was typed, checked at once, and the secrets behind it, fetched later.
//!
//! What is typed is a reference; what it leads to is given to the agent and kept nowhere else.

use crate::base::Micros;
use crate::base::file;
use crate::config::secret::{SecretRef, SystemVault, Vault};
use crate::fleet::{Agent, Link};
use crate::live::agent::{Key, Profile, visitor};
use crate::live::connect::Target;
use crate::live::tls::{ClientTls, Connector, Trust};
use std::path::Path;

/// Longest certificate file \[bytes\].
const LONGEST_PEM: u64 = 1 << 20;
/// Longest time of an attempt up to the upgrade, and of each answer after it, where no group of the project says more.
const LONGEST: Micros = Micros::from_secs(10);
/// Pause between two attempts of an agent that makes one only.
const PAUSE: Micros = Micros::from_secs(5);
/// What says that it is an agent of the test platform, which takes any key.
const ANY_KEY: &str = "test platform";

/// Where the agent connects to.
#[derive(Clone, PartialEq, Eq)]
pub enum To {
    /// The test platform of this window.
    TestPlatform,
    /// A platform elsewhere.
    Other {
        /// Its address: `wss://HOST[:PORT][/PATH]`.
        address: String,
        /// Where the application key lies: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`.
        key: String,
        /// File of the only authorities that are trusted (PEM); empty for those of the system.
        authority: String,
    },
}

impl std::fmt::Debug for To {
    /// Without the reference: somebody may have typed the key itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TestPlatform => f.write_str("TestPlatform"),
            Self::Other { address, authority, .. } => {
                f.debug_struct("Other").field("address", address).field("authority", authority).finish()
            }
        }
    }
}

/// One agent that is to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Where to.
    pub to: To,
    /// The thing that it binds.
    pub thing: String,
    /// Id of the group whose agents it behaves like; nothing for one attempt, now.
    pub behaves: Option<String>,
}

/// Where and how an agent connects, before its secrets are fetched.
pub(super) struct Reach {
    pub(super) target: Target,
    pub(super) address: String,
    pub(super) encrypted: bool,
    key: Option<SecretRef>,
    trust: Trusted,
}

enum Trusted {
    System,
    File(String),
    Text(String),
}

impl Reach {
    pub(super) fn of(to: &To, platform: Option<&(String, Option<String>)>) -> Result<Self, String> {
        let (address, key, trust) = match to {
            To::TestPlatform => {
                let Some((address, authority)) = platform else {
                    return Err("No test platform runs, so there is nothing to connect to; start it first."
                        .to_owned());
                };
                let trust = authority.clone().map_or(Trusted::System, Trusted::Text);
                (address.clone(), None, trust)
            }
            To::Other { address, key, authority } => {
                let key: SecretRef = key.trim().parse().map_err(|error| format!("{error}."))?;
                let trust = match authority.trim() {
                    "" => Trusted::System,
                    path => Trusted::File(path.to_owned()),
                };
                (address.trim().to_owned(), Some(key), trust)
            }
        };
        let (target, encrypted) = Target::of_address(&address).map_err(|error| format!("{error}."))?;
        if !encrypted && matches!(trust, Trusted::File(_)) {
            return Err(
                "Authorities are of no use on a connection that is not encrypted; begin the address \
                        with wss://, or leave them out."
                    .to_owned(),
            );
        }
        Ok(Self { target, address, encrypted, key, trust })
    }

    /// Fetches what the references lead to. May take its time.
    pub(super) fn profile(self, group: Option<(Agent, Link)>) -> Result<Profile, String> {
        let key = match &self.key {
            None => ANY_KEY.to_owned(),
            Some(reference) => {
                let environment = |name: &str| std::env::var(name).ok();
                let vault = SystemVault::new(&environment);
                vault.resolve(reference).map_err(|error| format!("{error}."))?.expose().to_owned()
            }
        };
        let tls = if self.encrypted {
            let trust = match self.trust {
                Trusted::System => Trust::System,
                Trusted::Text(pem) => Trust::Only(pem),
                Trusted::File(path) => {
                    let pem = file::read_text(Path::new(&path), LONGEST_PEM);
                    Trust::Only(pem.map_err(|error| error.to_string())?)
                }
            };
            let connector = Connector::new(&ClientTls { trust, own: None });
            Some(connector.map_err(|error| format!("{error}."))?)
        } else {
            None
        };
        Ok(match group {
            None => visitor((self.target, tls, Key(key)), LONGEST, (1, PAUSE)),
            Some((agent, link)) => {
                let link = Link { tls: self.encrypted, ..link };
                Profile { target: self.target, tls, agent, link, key: Key(key) }
            }
        })
    }
}

/// Says what is wrong with a reference to a key that is being typed; nothing where it is one, or empty.
pub fn key_trouble(typed: &str) -> Option<&'static str> {
    let typed = typed.trim();
    let wrong = !typed.is_empty() && typed.parse::<SecretRef>().is_err();
    wrong.then_some(
        "This is no reference: write env:NAME, file:PATH or keyring:SERVICE/USER. A key itself is not taken here.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_place_of_a_reference_is_never_shown() {
        let to = To::Other {
            address: "wss://plant.example".into(),
            key: "planted-secret".into(),
            authority: String::new(),
        };
        assert!(!format!("{to:?}").contains("planted"));
        let Err(error) = Reach::of(&to, None) else { panic!() };
        assert!(!error.contains("planted") && error.ends_with('.'), "{error}");
        assert!(key_trouble("planted-secret").is_some_and(|words| !words.contains("planted")));
        assert_eq!((key_trouble("env:APP_KEY"), key_trouble(" ")), (None, None));
    }
}
