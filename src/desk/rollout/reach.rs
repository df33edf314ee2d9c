//! How devices are reached from here: the plan says which way, the face and this system with which keys; and the
//! driver over that way.

use super::making::Loaded;
use crate::base::file::FileError;
use crate::config::secret::Secret;
use crate::push::driver::{Drive, DriveError, Source, drive as run_driver, survey};
use crate::push::fault::Fault;
use crate::push::journal::Journal;
use crate::push::machine::{Now, Order};
use crate::push::plan::{Candidate, Inputs, PlannedDevice, Way};
use crate::push::state::Status;
use crate::push::target::ssh::{Ssh, SshOptions};
use crate::push::target::{Folders, Target, Transport};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use thiserror::Error;

/// Names of key files that are used where none is named, as `ssh` does.
const USUAL_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// With which keys devices are reached over SSH.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Files of known hosts; none: those of `ssh`.
    pub known_hosts: Vec<PathBuf>,
    /// Private keys without a pass phrase; none: the agent, else those of `ssh`.
    pub identity: Vec<PathBuf>,
}

impl Keys {
    /// Returns the transport of a plan's way over SSH; `None` for any other.
    ///
    /// # Errors
    /// Where a file of keys or known hosts cannot be read.
    pub fn ssh(&self, way: &Way) -> Result<Option<Ssh>, FileError> {
        let Way::Ssh { user, restart, per_host } = way else { return Ok(None) };
        let home = ["HOME", "USERPROFILE"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
        let own = |name: &str| home.as_ref().map(|home| home.join(".ssh").join(name));
        let mut known_hosts = self.known_hosts.clone();
        if known_hosts.is_empty() {
            known_hosts.extend(own("known_hosts"));
            known_hosts.push("/etc/ssh/ssh_known_hosts".into());
        }
        let agent = std::env::var_os("SSH_AUTH_SOCK").filter(|_| self.identity.is_empty());
        let mut key_files = self.identity.clone();
        if key_files.is_empty() && agent.is_none() {
            key_files.extend(USUAL_KEYS.iter().filter_map(|name| own(name)).filter(|path| path.exists()));
        }
        let options = SshOptions {
            user: user.clone(),
            known_hosts,
            agent: agent.map(PathBuf::from),
            key_files,
            restart: restart.clone(),
            per_host: *per_host,
            ..SshOptions::default()
        };
        Ssh::new(options).map(Some)
    }
}

/// Why a roll-out is not driven.
#[derive(Debug, Error)]
pub enum ReachError {
    /// A file of keys or known hosts cannot be read.
    #[error("{0}")]
    Keys(#[from] FileError),
    /// What driving says.
    #[error("{0}")]
    Drive(#[from] DriveError),
}

/// Drives the roll-out of a journal until it is over or `leave` is set, in the thread that calls it.
///
/// # Errors
/// [`ReachError`]; what is going on on devices is written down as an intent then.
pub fn drive(
    journal: Journal,
    who: &str,
    order: Option<Order>,
    keys: &Keys,
    leave: &AtomicBool,
) -> Result<Status, ReachError> {
    let plan = journal.plan().map_err(DriveError::Journal)?;
    let request = plan.request();
    let source: Arc<dyn Source> = Arc::new(Later::new(request.inputs.clone()));
    match keys.ssh(&request.way)? {
        Some(ssh) => over(journal, ssh, source, (who, order, leave)),
        None => over(journal, Folders, source, (who, order, leave)),
    }
}

fn over<T: Transport>(
    journal: Journal,
    transport: T,
    source: Arc<dyn Source>,
    (who, order, leave): (&str, Option<Order>, &AtomicBool),
) -> Result<Status, ReachError> {
    let clock = clock();
    let target = Arc::new(Target::new(transport));
    let drive = Drive { target, source, clock: &clock, who, order, leave, observer: &mut |_| {} };
    Ok(run_driver(journal, drive)?)
}

/// Reads what devices have into the list; returns those that were not read, and why.
///
/// # Errors
/// [`ReachError`].
pub fn look(
    keys: &Keys,
    way: &Way,
    candidates: &mut [Candidate],
    at_once: u32,
) -> Result<Vec<(String, Fault)>, ReachError> {
    Ok(match keys.ssh(way)? {
        Some(ssh) => survey(&Arc::new(Target::new(ssh)), candidates, at_once)?,
        None => survey(&Arc::new(Target::new(Folders)), candidates, at_once)?,
    })
}

/// The files of a plan's inputs, read when the first of them is needed: a stop or a roll-back needs none.
pub struct Later {
    inputs: Inputs,
    loaded: OnceLock<Result<Loaded, String>>,
}

impl Later {
    /// Returns the files of a plan's inputs.
    pub fn new(inputs: Inputs) -> Self {
        Self { inputs, loaded: OnceLock::new() }
    }

    /// Returns them, read where that was not done yet.
    ///
    /// # Errors
    /// Why they cannot be made any more, in a sentence.
    pub fn get(&self) -> Result<&Loaded, String> {
        let loaded = self.loaded.get_or_init(|| Loaded::of(&self.inputs));
        loaded.as_ref().map_err(Clone::clone)
    }
}

impl Source for Later {
    fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String> {
        self.get()?.files.texts(device)
    }
}

/// Returns the time on the wall \[ms since 1970\].
#[expect(
    clippy::disallowed_methods,
    reason = "the log of a roll-out says when; nothing is simulated with it"
)]
pub fn wall_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

/// Returns the clocks of this machine.
#[expect(clippy::disallowed_methods, reason = "a roll-out happens in real time")]
fn clock() -> impl Fn() -> Now {
    let start = std::time::Instant::now();
    move || Now { mono_ms: start.elapsed().as_millis() as u64, wall_ms: wall_ms() }
}

/// Returns the name of this system's user, for the log.
pub fn user() -> Option<String> {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    user.filter(|name| !name.trim().is_empty())
}
