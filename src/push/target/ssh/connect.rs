//! From an address to a host that let us in.

use super::Ssh;
use super::hosts::{HostVerdict, KnownHosts};
use crate::push::fault::{Class, Fault};
use russh::client::{AuthResult, Handle, Handler};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{Algorithm, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpStream, lookup_host};

/// Keys that are tried; hosts end the connection after a few.
const MAX_KEYS: usize = 5;

/// Stands between a host and the jump host through which it is reached.
pub(super) const VIA: &str = " via ";

/// What is read from a connection at once \[bytes\]; held as long as it is open.
const READ_AHEAD: usize = 4 * 1024;

/// Most hosts of one way, the device among them.
const MAX_HOPS: usize = 5;

/// Where a host is, and as whom to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) user: String,
    pub(super) host: String,
    pub(super) port: u16,
    /// The jump host through which it is reached.
    pub(super) via: Option<Box<Way>>,
}

/// Who this is to a host, and which hosts it trusts.
#[derive(Clone)]
pub(super) struct Who {
    pub(super) hosts: Arc<KnownHosts>,
    pub(super) keys: Vec<Arc<PrivateKey>>,
    pub(super) agent: Option<PathBuf>,
}

impl Way {
    /// Reads `[user@]host[:port]`, with an IPv6 address in brackets; behind it `via` and the same for a jump host,
    /// which may itself be behind another one.
    pub(super) fn parse(address: &str, user: &str) -> Result<Self, Fault> {
        let wrong = || {
            let hint = "write user@host:22, or user@host:22 via user@gate:22";
            Fault::new(Class::NameUnknown, format!("`{address}` is no address; {hint}"))
        };
        let mut via = None;
        let mut hops: Vec<&str> = address.split(VIA).collect();
        if hops.len() > MAX_HOPS {
            return Err(wrong());
        }
        while let Some(hop) = hops.pop() {
            let way = Self { via, ..Self::hop(hop, user).ok_or_else(wrong)? };
            if hops.is_empty() {
                return Ok(way);
            }
            via = Some(Box::new(way));
        }
        Err(wrong())
    }

    /// Reads one host.
    fn hop(hop: &str, user: &str) -> Option<Self> {
        let (user, place) = hop.rsplit_once('@').unwrap_or((user, hop));
        let (host, port) = match place.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host, if port.is_empty() { None } else { Some(port.strip_prefix(':')?) })
            }
            None => match place.split_once(':') {
                Some((_, port)) if port.contains(':') => (place, None),
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let port = port.map_or(Some(22), |port| port.parse().ok().filter(|port| *port > 0))?;
        let known = !user.is_empty() && !host.is_empty() && !host.contains(char::is_whitespace);
        known.then(|| Self { user: user.into(), host: host.into(), port, via: None })
    }

    /// Returns the user, the place and the way there, by which connections are kept.
    pub(super) fn key(&self) -> String {
        let via = self.via.as_deref().map(|via| format!("{VIA}{}", via.key()));
        format!("{}@[{}]:{}{}", self.user, self.host.to_ascii_lowercase(), self.port, via.unwrap_or_default())
    }

    /// Returns the host, its port and the way there, by which connections are counted.
    pub(super) fn place(&self) -> String {
        let via = self.via.as_deref().map(|via| format!("{VIA}{}", via.key()));
        format!("[{}]:{}{}", self.host.to_ascii_lowercase(), self.port, via.unwrap_or_default())
    }
}

/// Checks the host's key, and passes faults on.
pub(super) struct Guard {
    hosts: Arc<KnownHosts>,
    host: String,
    port: u16,
}

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum Ended {
    Fault(Fault),
    Protocol(russh::Error),
}

impl From<russh::Error> for Ended {
    fn from(error: russh::Error) -> Self {
        Self::Protocol(error)
    }
}

impl Handler for Guard {
    type Error = Ended;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Ended> {
        let key: PublicKey = shown.public_key();
        let print = key.fingerprint(russh::keys::HashAlg::Sha256);
        let refuse = |class, detail: String| Err(Ended::Fault(Fault::new(class, detail)));
        if let Some(line) = self.hosts.unreadable() {
            return refuse(
                Class::HostUnknown,
                format!("a line that revokes a key could not be read: {line}"),
            );
        }
        match self.hosts.verdict(&self.host, self.port, &key) {
            HostVerdict::Known => Ok(true),
            HostVerdict::Unknown => refuse(Class::HostUnknown, format!("{} {print}", key.algorithm())),
            HostVerdict::Changed => refuse(Class::HostChanged, format!("{} {print}", key.algorithm())),
            HostVerdict::Revoked => refuse(Class::HostRevoked, format!("{} {print}", key.algorithm())),
        }
    }
}

/// Returns what the end of a connection means before anybody is signed in.
fn before_sign_in(ended: Ended) -> Fault {
    match ended {
        Ended::Fault(fault) => fault,
        Ended::Protocol(error) => {
            let class = match &error {
                russh::Error::KeepaliveTimeout
                | russh::Error::ConnectionTimeout
                | russh::Error::InactivityTimeout => Class::NoAnswer,
                // sshd ends connections beyond MaxStartups like this, and says nothing.
                russh::Error::HUP | russh::Error::Disconnect => Class::Busy,
                russh::Error::IO(error) if is_cut(error) => Class::Busy,
                russh::Error::IO(error) => return reach(error),
                _ => Class::Protocol,
            };
            Fault::new(class, error.to_string())
        }
    }
}

fn is_cut(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
            | ErrorKind::NotConnected
    )
}

/// Returns what it means that a host was not reached.
fn reach(error: &io::Error) -> Fault {
    let class = match error.kind() {
        ErrorKind::ConnectionRefused => Class::Refused,
        ErrorKind::ConnectionReset => Class::Busy,
        _ => Class::NoAnswer,
    };
    Fault::new(class, error.to_string())
}

/// Connects, checks the host and signs in.
pub(super) async fn sign_in(ssh: &Ssh, who: &Who, way: &Way) -> Result<Handle<Guard>, Fault> {
    let unknown = |error: io::Error| Fault::new(Class::NameUnknown, error.to_string());
    let addresses: Vec<_> = lookup_host((way.host.as_str(), way.port)).await.map_err(unknown)?.collect();
    let stream = TcpStream::connect(&*addresses).await.map_err(|error| reach(&error))?;
    // Without it small requests wait for each other; a failure costs time only.
    let _ = stream.set_nodelay(true);
    // SSH reads the length of a packet and then the packet; with a buffer that is one call to the system for several.
    sign_in_over(ssh, who, way, BufReader::with_capacity(READ_AHEAD, stream)).await
}

/// Checks the host at the other end of a stream and signs in.
pub(super) async fn sign_in_over<S>(
    ssh: &Ssh,
    who: &Who,
    way: &Way,
    stream: S,
) -> Result<Handle<Guard>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = ssh.config(who, way);
    let guard = Guard { hosts: Arc::clone(&who.hosts), host: way.host.clone(), port: way.port };
    let mut handle =
        russh::client::connect_stream(Arc::new(config), stream, guard).await.map_err(before_sign_in)?;
    // A host counts the keys of the agent and those of files alike.
    let (mut tried, mut trouble) = (0, None);
    if let Some(agent) = &who.agent {
        match with_agent(&mut handle, way, agent).await {
            Ok(Tried::SignedIn) => return Ok(handle),
            Ok(Tried::Refused(keys)) => tried = keys,
            Err(fault) => trouble = Some(fault),
        }
    }
    for key in who.keys.iter().take(MAX_KEYS - tried) {
        let hash = match key.algorithm() {
            Algorithm::Rsa { .. } => best_hash(&handle).await,
            _ => None,
        };
        let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
        let answer = handle.authenticate_publickey(&way.user, key).await;
        tried += 1;
        if answer.map_err(|error| before_sign_in(error.into()))?.success() {
            return Ok(handle);
        }
    }
    Err(match (tried, trouble) {
        (0, Some(trouble)) => trouble,
        (0, None) => Fault::new(Class::NoKey, "no key was tried"),
        (_, trouble) => {
            let agent = trouble.map(|fault| format!("; {}", fault.detail)).unwrap_or_default();
            Fault::new(Class::LoginRefused, format!("user {}, keys tried: {tried}{agent}", way.user))
        }
    })
}

/// Returns the hash that the host takes for RSA signatures; never SHA-1.
async fn best_hash(handle: &Handle<Guard>) -> Option<russh::keys::HashAlg> {
    let best = handle.best_supported_rsa_hash().await.ok().flatten().flatten();
    best.or(Some(russh::keys::HashAlg::Sha256))
}

/// What trying the keys of an agent came to.
enum Tried {
    SignedIn,
    /// So many keys were refused, at most [`MAX_KEYS`].
    Refused(usize),
}

/// Tries the keys of an agent.
async fn with_agent(handle: &mut Handle<Guard>, way: &Way, socket: &Path) -> Result<Tried, Fault> {
    let no_key = |error: &dyn std::fmt::Display| Fault::new(Class::NoKey, format!("agent: {error}"));
    #[cfg(unix)]
    let connected = AgentClient::connect_uds(socket).await;
    #[cfg(windows)]
    let connected = AgentClient::connect_named_pipe(socket).await;
    let mut agent = connected.map_err(|error| no_key(&error))?;
    let keys = agent.request_identities().await.map_err(|error| no_key(&error))?;
    let mut tried = 0;
    let keys = keys.into_iter().filter_map(|identity| match identity {
        AgentIdentity::PublicKey { key, .. } => Some(key),
        AgentIdentity::Certificate { .. } => None,
    });
    for key in keys.take(MAX_KEYS) {
        let hash = match key.algorithm() {
            Algorithm::Rsa { .. } => best_hash(handle).await,
            _ => None,
        };
        tried += 1;
        let answer = handle.authenticate_publickey_with(&way.user, key, hash, &mut agent).await;
        // An agent may refuse to sign with one key and not with the next.
        if let Ok(AuthResult::Success) = answer {
            return Ok(Tried::SignedIn);
        }
    }
    Ok(Tried::Refused(tried))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let way = |text: &str| Way::parse(text, "agent").map(|way| (way.user, way.host, way.port)).ok();
        let is = |user: &str, host: &str, port| Some((user.to_owned(), host.to_owned(), port));
        assert_eq!(way("10.0.0.1"), is("agent", "10.0.0.1", 22));
        assert_eq!(way("pi@gateway:2222"), is("pi", "gateway", 2222));
        assert_eq!(way("[fe80::1]:2222"), is("agent", "fe80::1", 2222));
        assert_eq!(way("fe80::1"), is("agent", "fe80::1", 22));
        let text = "10.0.0.5:2222 via ops@Gate via [::1]:23";
        let way = Way::parse(text, "agent").unwrap();
        assert_eq!(way.key(), "agent@[10.0.0.5]:2222 via ops@[gate]:22 via agent@[::1]:23");
        assert_eq!(way.place(), "[10.0.0.5]:2222 via ops@[gate]:22 via agent@[::1]:23");
        let way = |text: &str| Way::parse(text, "agent").map(|way| (way.user, way.host, way.port)).ok();
        for wrong in ["a via ", " via b", "a via b via c via d via e via f"] {
            assert_eq!(way(wrong), None, "{wrong}");
        }
        for wrong in ["", "host:", "host:0", "host:70000", "@host", "[fe80::1", "[::1]22", "a b"] {
            assert_eq!(way(wrong), None, "{wrong}");
        }
    }
}
