//! Devices over SSH: files through SFTP, the restart as a command.
//!
//! A piece of work connects, checks the host key, signs in, writes, orders and reads back; after staging the connection
//! waits a moment for the activation. Every wait has a
//! deadline (to connect, to answer a request, to restart), keep-alives find a peer that fell silent, and each
//! host takes a limited number of connections at once, because sshd drops those beyond its `MaxStartups`.
//!
//! Host keys are checked as OpenSSH checks them, see [`KnownHosts`]; nothing is ever added to a file of known
//! hosts. Keys to sign in with come from an agent, so that they never enter this program, or from files without a
//! pass phrase. SFTP must offer `posix-rename`, `fsync` and `statvfs` as OpenSSH's does: without the first no
//! file can be replaced in one step.
//!
//! Restart commands run in the login shell of the user. A command that says `{stamp}` and `{stamp_file}` writes
//! the stamp itself; around any other a POSIX shell writes it right after the command succeeded.

mod connect;
mod hosts;
mod pool;
mod sftp;
#[cfg(test)]
pub(crate) mod tests;

pub use hosts::{HostVerdict, KnownHosts};

use super::Job;
use super::link::Transport;
use crate::base::file::{FileError, read_text};
use crate::push::fault::{Class, Fault};
use connect::Way;
use pool::Pool;
use sftp::SshLink;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Largest file of keys or known hosts that is read \[bytes\].
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// How devices are reached over SSH.
#[derive(Clone, Debug)]
pub struct SshOptions {
    /// User to sign in as, where the address names none.
    pub user: String,
    /// Files of known hosts; one that does not exist is an empty one.
    pub known_hosts: Vec<PathBuf>,
    /// Socket of an agent (on Windows a named pipe) that holds keys.
    pub agent: Option<PathBuf>,
    /// Files of private keys without a pass phrase.
    pub key_files: Vec<PathBuf>,
    /// Command that restarts the agent on a device. `{thing}` and `{folder}` stand for the device's, in quotes.
    pub restart: String,
    /// Time to connect and to sign in \[s\].
    pub connect_s: u32,
    /// Time for each request to be answered \[s\].
    pub request_s: u32,
    /// Silence after which a keep-alive is sent \[s\]; the third without an answer ends the connection.
    pub keepalive_s: u32,
    /// Connections to one host at once.
    pub per_host: u32,
    /// How long a connection waits after staging for the next piece of work on its host \[s\]; 0: not at all.
    pub idle_s: u32,
}

impl Default for SshOptions {
    fn default() -> Self {
        Self {
            user: "root".into(),
            known_hosts: Vec::new(),
            agent: None,
            key_files: Vec::new(),
            restart: String::new(),
            connect_s: 15,
            request_s: 10,
            keepalive_s: 5,
            per_host: 4,
            idle_s: 10,
        }
    }
}

/// Devices over SSH.
pub struct Ssh {
    options: SshOptions,
    hosts: Arc<KnownHosts>,
    keys: Vec<Arc<russh::keys::PrivateKey>>,
    /// Free connections of each host.
    rooms: Mutex<BTreeMap<String, Arc<Semaphore>>>,
    pool: Arc<Pool>,
}

impl Ssh {
    /// Reads the files of known hosts and of keys.
    ///
    /// # Errors
    /// [`FileError`] where one cannot be read. A key that cannot be used is left out, and devices say so.
    pub fn new(options: SshOptions) -> Result<Self, FileError> {
        let mut hosts = KnownHosts::default();
        for path in &options.known_hosts {
            match read_text(path, MAX_BYTES) {
                Ok(text) => hosts.add(&text),
                Err(FileError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let mut keys = Vec::new();
        for path in &options.key_files {
            let text = zeroizing(read_text(path, MAX_BYTES)?);
            if let Ok(key) = russh::keys::decode_secret_key(text.expose(), None) {
                keys.push(Arc::new(key));
            }
        }
        Ok(Self { options, hosts: Arc::new(hosts), keys, rooms: Mutex::default(), pool: Arc::default() })
    }

    /// Returns what a connection to a host is made of.
    fn config(&self, host: &str, port: u16) -> russh::client::Config {
        let mut config = russh::client::Config {
            keepalive_interval: Some(Duration::from_secs(self.options.keepalive_s.max(1).into())),
            keepalive_max: 2,
            window_size: 256 * 1024,
            nodelay: true,
            ..russh::client::Config::default()
        };
        config.preferred.key = self.hosts.algorithms(host, port, &config.preferred.key);
        config
    }

    fn room(&self, host: &str) -> Arc<Semaphore> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Semaphore::new(self.options.per_host.max(1) as usize));
        Arc::clone(rooms.entry(host.to_owned()).or_insert_with(new))
    }
}

/// Keeps the text of a key so that it is wiped.
fn zeroizing(text: String) -> crate::config::secret::Secret {
    crate::config::secret::Secret::new(text)
}

impl Transport for Ssh {
    type Link = SshLink;

    async fn open(&self, job: &Job) -> Result<SshLink, Fault> {
        let way = Way::parse(&job.address, &self.options.user)?;
        if let Some(link) = self.pool.take(&way.key()) {
            return Ok(link);
        }
        let room = self.room(&way.place());
        let closed = |_| Fault::new(Class::Protocol, "the transport was closed");
        let permit = room.acquire_owned().await.map_err(closed)?;
        let limit = Duration::from_secs(self.options.connect_s.max(1).into());
        let handle = match tokio::time::timeout(limit, connect::sign_in(self, &way)).await {
            Ok(handle) => handle?,
            Err(_) => return Err(Fault::new(Class::NoAnswer, "while connecting")),
        };
        let home = (Arc::downgrade(&self.pool), way.key());
        SshLink::open(handle, &self.options, permit, home).await
    }
}
