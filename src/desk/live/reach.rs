//! Where and how the agent connects: what was typed, checked at once, and the secrets behind it, fetched later.
//!
//! What is typed is a reference; what it leads to is given to the agent and kept nowhere else.

use crate::base::Micros;
use crate::base::file;
use crate::config::secret::{SecretRef, SystemVault, Vault};
use crate::fleet::{Agent, Link};
use crate::live::agent::{Key, Profile, visitor};
use crate::live::connect::{Proxy, Target, host_and_port};
use crate::live::tls::{ClientTls, Connector, OwnPem, Trust};
use std::path::Path;

/// Longest certificate file \[bytes\].
const LONGEST_PEM: u64 = 1 << 20;
/// Longest time of an attempt up to the upgrade, and of each answer after it, where no group of the project says more.
const LONGEST: Micros = Micros::from_secs(10);
/// Pause between two attempts of an agent that makes one only.
const PAUSE: Micros = Micros::from_secs(5);
/// What says that it is an agent of the test platform, which takes any key.
const ANY_KEY: &str = "test platform";

/// Port of a proxy where none is said.
const PROXY_PORT: u16 = 3_128;

/// What is on the way to a platform elsewhere, and who vouches for whom; what is empty is not there.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// HTTP proxy on the way: `HOST[:PORT]`.
    pub proxy: String,
    /// User of the proxy.
    pub proxy_user: String,
    /// Where the password of the proxy lies, a reference.
    pub proxy_password: String,
    /// File of the only authorities that are trusted (PEM); empty for those of the system.
    pub authority: String,
    /// File of the certificate chain with which the agent identifies itself (PEM).
    pub certificate: String,
    /// Where the private key of that certificate lies, a reference.
    pub certificate_key: String,
}

impl std::fmt::Debug for Access {
    /// Without the references: somebody may have typed a secret itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { proxy, authority, certificate, .. } = self;
        let mut told = f.debug_struct("Access");
        told.field("proxy", proxy).field("authority", authority).field("certificate", certificate).finish()
    }
}

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
        /// What is on the way, and certificates.
        access: Box<Access>,
    },
}

impl std::fmt::Debug for To {
    /// Without the reference: somebody may have typed the key itself.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TestPlatform => f.write_str("TestPlatform"),
            Self::Other { address, access, .. } => {
                f.debug_struct("Other").field("address", address).field("access", access).finish()
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
    /// User of the proxy, and where the password lies.
    proxy_user: Option<(String, SecretRef)>,
    /// File of the own certificate, and where its key lies.
    own: Option<(String, SecretRef)>,
}

enum Trusted {
    System,
    File(String),
    Text(String),
}

impl Reach {
    pub(super) fn of(to: &To, platform: Option<&(String, Option<String>)>) -> Result<Self, String> {
        let reference = |text: &str| text.trim().parse::<SecretRef>().map_err(|error| format!("{error}."));
        let none = Access::default();
        let (address, key, trust, access) = match to {
            To::TestPlatform => {
                let Some((address, authority)) = platform else {
                    return Err("No test platform runs, so there is nothing to connect to; start it first."
                        .to_owned());
                };
                let trust = authority.clone().map_or(Trusted::System, Trusted::Text);
                (address.clone(), None, trust, &none)
            }
            To::Other { address, key, access } => {
                let trust = match access.authority.trim() {
                    "" => Trusted::System,
                    path => Trusted::File(path.to_owned()),
                };
                (address.trim().to_owned(), Some(reference(key)?), trust, &**access)
            }
        };
        let (mut target, encrypted) = Target::of_address(&address).map_err(|error| format!("{error}."))?;
        let both = |text: &str, secret: &str, what: &str| match (text.trim(), secret.trim()) {
            ("", "") => Ok(None),
            ("", _) | (_, "") => Err(format!("{what} are given together, so nothing was tried.")),
            (text, secret) => Ok(Some((text.to_owned(), reference(secret)?))),
        };
        let proxy_user =
            both(&access.proxy_user, &access.proxy_password, "A proxy's user and the place of its password")?;
        let own =
            both(&access.certificate, &access.certificate_key, "A certificate and the place of its key")?;
        let proxy = access.proxy.trim().trim_start_matches("http://").trim_end_matches('/');
        if !proxy.is_empty() {
            let (host, port) = host_and_port(proxy, PROXY_PORT).map_err(|error| format!("{error}."))?;
            target.proxy = Some(Proxy { host, port, credentials: None });
        } else if proxy_user.is_some() {
            return Err(
                "A user of a proxy is of no use without one; fill in the proxy, or leave it out.".to_owned()
            );
        }
        if !encrypted && (own.is_some() || matches!(trust, Trusted::File(_))) {
            return Err(
                "Certificates are of no use on a connection that is not encrypted; begin the address \
                        with wss://, or leave them out."
                    .to_owned(),
            );
        }
        Ok(Self { target, address, encrypted, key, trust, proxy_user, own })
    }

    /// Fetches what the references lead to. May take its time.
    pub(super) fn profile(mut self, group: Option<(Agent, Link)>) -> Result<Profile, String> {
        let environment = |name: &str| std::env::var(name).ok();
        let vault = SystemVault::new(&environment);
        let fetched = |reference: &SecretRef| {
            let secret = vault.resolve(reference).map_err(|error| format!("{error}."))?;
            Ok::<_, String>(secret.expose().to_owned())
        };
        let key = self.key.as_ref().map_or_else(|| Ok(ANY_KEY.to_owned()), fetched)?;
        if let (Some(proxy), Some((user, password))) = (&mut self.target.proxy, &self.proxy_user) {
            proxy.credentials = Some((user.clone(), fetched(password)?));
        }
        let own = self.own.as_ref().map(|(path, key)| {
            let chain = file::read_text(Path::new(path), LONGEST_PEM).map_err(|error| error.to_string())?;
            Ok::<_, String>(OwnPem { chain, key: fetched(key)? })
        });
        let own = own.transpose()?;
        let tls = if self.encrypted {
            let trust = match self.trust {
                Trusted::System => Trust::System,
                Trusted::Text(pem) => Trust::Only(pem),
                Trusted::File(path) => {
                    let pem = file::read_text(Path::new(&path), LONGEST_PEM);
                    Trust::Only(pem.map_err(|error| error.to_string())?)
                }
            };
            let connector = Connector::new(&ClientTls { trust, own });
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
            access: Box::new(Access { proxy_password: "planted-too".into(), ..Access::default() }),
        };
        assert!(!format!("{to:?}").contains("planted"));
        let Err(error) = Reach::of(&to, None) else { panic!() };
        assert!(!error.contains("planted") && error.ends_with('.'), "{error}");
        assert!(key_trouble("planted-secret").is_some_and(|words| !words.contains("planted")));
        assert_eq!((key_trouble("env:APP_KEY"), key_trouble(" ")), (None, None));
    }

    #[test]
    fn what_belongs_together_is_asked_for_together() {
        let reach = |change: &dyn Fn(&mut Access), address: &str| {
            let mut access = Access::default();
            change(&mut access);
            let to =
                To::Other { address: address.into(), key: "env:APP_KEY".into(), access: Box::new(access) };
            Reach::of(&to, None)
        };
        let (plain, tls) = ("ws://plant.example", "wss://plant.example");
        let proxied = reach(&|access| access.proxy = "http://proxy.example:8080/".into(), tls);
        let proxy = proxied.ok().and_then(|reach| reach.target.proxy);
        assert!(proxy.is_some_and(|proxy| proxy.host == "proxy.example" && proxy.port == 8_080));
        let user = |access: &mut Access| access.proxy_user = "me".into();
        let signed = |access: &mut Access| {
            (access.certificate, access.certificate_key) = ("me.pem".into(), "file:me.key".into());
        };
        let signs_in = |access: &mut Access| {
            (access.proxy_user, access.proxy_password) = ("me".into(), "env:PASSWORD".into());
        };
        assert!(reach(&signed, tls).is_ok());
        for (wrong, part) in [
            (reach(&user, tls), "together"),
            (reach(&signed, plain), "not encrypted"),
            (reach(&signs_in, tls), "without one"),
        ] {
            assert!(wrong.is_err_and(|error| error.contains(part)), "{part}");
        }
    }
}
