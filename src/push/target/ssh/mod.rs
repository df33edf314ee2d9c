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
//!
//! An address such as `10.0.0.5:22 via ops@gate:22` leads through a jump host, which is checked and signed in to as
//! devices are, with known hosts and keys of its own where it has some. One connection to it carries all devices
//! behind it, up to a number of them at once; the device's host key and login go through it unseen.

mod command;
mod connect;
mod files;
mod hosts;
mod jump;
mod pool;
mod sftp;
#[cfg(test)]
pub(crate) mod tests;

pub use hosts::{HostVerdict, KnownHosts};

use super::Job;
use super::link::Transport;
use crate::base::file::{FileError, read_text};
use crate::push::fault::{Class, Fault};
pub(super) use command::command;
use connect::{Way, Who};
use jump::Jumps;
use pool::Pool;
use russh::cipher;
use sftp::{Held, SshLink};
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
    /// Connections through one jump host at once.
    pub per_jump: u32,
    /// With what jump hosts are checked and signed in to; `None`: as devices are.
    pub jump: Option<JumpOptions>,
}

/// What is used for jump hosts instead of what is used for devices.
#[derive(Clone, Debug, Default)]
pub struct JumpOptions {
    /// Files of known hosts; none: those for devices.
    pub known_hosts: Vec<PathBuf>,
    /// Files of private keys without a pass phrase; none: the agent and the keys for devices.
    pub key_files: Vec<PathBuf>,
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
            per_jump: 64,
            jump: None,
        }
    }
}

/// Devices over SSH.
pub struct Ssh {
    options: SshOptions,
    /// Who this is to devices, and to jump hosts.
    devices: Who,
    gates: Who,
    jumps: Jumps,
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
        let devices = Who {
            hosts: Arc::new(known_hosts(&options.known_hosts)?),
            keys: keys(&options.key_files)?,
            agent: options.agent.clone(),
        };
        let mut gates = devices.clone();
        if let Some(own) = &options.jump {
            if !own.known_hosts.is_empty() {
                gates.hosts = Arc::new(known_hosts(&own.known_hosts)?);
            }
            if !own.key_files.is_empty() {
                gates.keys = keys(&own.key_files)?;
                gates.agent = None;
            }
        }
        let (rooms, pool) = (Mutex::default(), Arc::default());
        Ok(Self { options, devices, gates, jumps: Jumps::default(), rooms, pool })
    }

    /// Returns what a connection to a host is made of.
    fn config(&self, who: &Who, way: &Way) -> russh::client::Config {
        let mut config = russh::client::Config {
            keepalive_interval: Some(Duration::from_secs(self.options.keepalive_s.max(1).into())),
            keepalive_max: 2,
            window_size: 256 * 1024,
            nodelay: true,
            ..russh::client::Config::default()
        };
        config.preferred.key = who.hosts.algorithms(&way.host, way.port, &config.preferred.key);
        // What processors have instructions for comes first; the others follow for hosts that do not know it.
        let others = config.preferred.cipher.iter().copied().filter(|name| *name != cipher::AES_256_GCM);
        config.preferred.cipher = std::iter::once(cipher::AES_256_GCM).chain(others).collect();
        config
    }

    fn room(&self, host: &str) -> Arc<Semaphore> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Semaphore::new(self.options.per_host.max(1) as usize));
        Arc::clone(rooms.entry(host.to_owned()).or_insert_with(new))
    }
}

fn known_hosts(paths: &[PathBuf]) -> Result<KnownHosts, FileError> {
    let mut hosts = KnownHosts::default();
    for path in paths {
        match read_text(path, MAX_BYTES) {
            Ok(text) => hosts.add(&text),
            Err(FileError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hosts)
}

fn keys(paths: &[PathBuf]) -> Result<Vec<Arc<russh::keys::PrivateKey>>, FileError> {
    let mut keys = Vec::new();
    for path in paths {
        let text = zeroizing(read_text(path, MAX_BYTES)?);
        if let Ok(key) = russh::keys::decode_secret_key(text.expose(), None) {
            keys.push(Arc::new(key));
        }
    }
    Ok(keys)
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
        let (handle, tunnel) = match way.via.as_deref() {
            None => (self.in_time(&way, connect::sign_in(self, &self.devices, &way)).await?, None),
            Some(gate) => {
                let tunnel = self.jumps.through(self, gate).await?;
                let signed = async {
                    let stream = tunnel.stream(gate, &way).await?;
                    connect::sign_in_over(self, &self.devices, &way, stream).await
                };
                (self.in_time(&way, signed).await?, Some(tunnel))
            }
        };
        let home = (Arc::downgrade(&self.pool), way.key());
        SshLink::open(handle, &self.options, Held { permit, tunnel }, home).await
    }
}

impl Ssh {
    /// Gives signing in its time.
    async fn in_time<R>(
        &self,
        way: &Way,
        signed: impl Future<Output = Result<R, Fault>>,
    ) -> Result<R, Fault> {
        let limit = Duration::from_secs(self.options.connect_s.max(1).into());
        let late = |_| Fault::new(Class::NoAnswer, format!("while connecting to {}", way.host));
        tokio::time::timeout(limit, signed).await.map_err(late)?
    }
}
