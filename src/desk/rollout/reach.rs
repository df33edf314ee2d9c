//! How devices are reached from here: the plan says which way, the face and this system with which keys; and the
//! driver over that way.

use super::making::Loaded;
use crate::base::file::{self, FileError};
use crate::config::secret::{Secret, SecretError, SecretRef, SystemVault, Vault as _};
use crate::push::driver::{Drive, DriveError, Source, drive as run_driver, survey};
use crate::push::fault::{Class, Fault};
use crate::push::journal::Journal;
use crate::push::machine::{Now, Order};
use crate::push::plan::{Candidate, Inputs, PlannedDevice, Way};
use crate::push::state::Status;
use crate::push::target::platform::{Platform, PlatformOptions, UrlError};
use crate::push::target::ssh::{JumpOptions, Ssh, SshOptions};
use crate::push::target::{Connections, Folders, Job, Target, Transport};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Names of key files that are used where none is named, as `ssh` does.
const USUAL_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// Longest file of authorities \[bytes\].
const MAX_PEM: u64 = 4 << 20;

/// Connections through one jump host where nothing else is said.
const PER_JUMP: u32 = 64;

/// With which keys devices, jump hosts and platforms are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Files of known hosts; none: those of `ssh`.
    pub known_hosts: Vec<PathBuf>,
    /// Private keys without a pass phrase; none: those of the agent, then those of `ssh`.
    pub identity: Vec<PathBuf>,
    /// Files of known jump hosts; none: as for devices.
    pub jump_known_hosts: Vec<PathBuf>,
    /// Private keys for jump hosts; none: as for devices.
    pub jump_identity: Vec<PathBuf>,
    /// Connections through one jump host at once, at least 1.
    pub per_jump: u32,
    /// Where the application key for the platform lies, as a reference.
    pub app_key: Option<String>,
    /// The only authorities that are trusted for the platform (PEM); none: those of the system.
    pub platform_ca: Option<PathBuf>,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            known_hosts: Vec::new(),
            identity: Vec::new(),
            jump_known_hosts: Vec::new(),
            jump_identity: Vec::new(),
            per_jump: PER_JUMP,
            app_key: None,
            platform_ca: None,
        }
    }
}

/// No way to any device: for a stop that is given where keys are missing.
struct Nowhere;

impl Transport for Nowhere {
    type Link = <Folders as Transport>::Link;

    async fn open(&self, _job: &Job) -> Result<Self::Link, Fault> {
        Err(Fault::new(Class::NoAnswer, "stopped without the keys to reach it"))
    }
}

/// What reaches the devices of a plan.
enum Reached {
    Folders,
    Ssh(Box<Ssh>),
    Platform(Box<Platform>),
}

impl Keys {
    /// Returns what reaches the devices of a plan; adds what to know to `notes`.
    fn reached(&self, way: &Way, notes: &mut Vec<String>) -> Result<Reached, ReachError> {
        Ok(match way {
            Way::Folder => Reached::Folders,
            Way::Ssh { user, restart, per_host } => {
                Reached::Ssh(Box::new(self.ssh(user, restart, *per_host)?))
            }
            Way::Platform { url, repository, restart } => {
                let options = PlatformOptions {
                    repository: repository.clone(),
                    restart: restart.clone(),
                    ..self.platform(url, notes)?
                };
                Reached::Platform(Box::new(Platform::new(options)?))
            }
        })
    }

    /// Returns the platform that is asked whether devices came back, where the plan names one.
    fn witness(
        &self,
        at: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<Option<Arc<Platform>>, ReachError> {
        at.map(|url| Ok(Arc::new(Platform::new(self.platform(url, notes)?)?))).transpose()
    }

    fn platform(&self, url: &str, notes: &mut Vec<String>) -> Result<PlatformOptions, ReachError> {
        let reference = self.app_key.as_ref().ok_or(ReachError::NoKey)?;
        let reference: SecretRef = reference.parse().map_err(ReachError::Reference)?;
        let environment = |name: &str| std::env::var(name).ok();
        let vault = SystemVault::new(&environment);
        let key = vault.resolve(&reference)?;
        notes.extend(vault.warnings());
        let read = |path: &PathBuf| file::read_text(path, MAX_PEM);
        let authorities = self.platform_ca.as_ref().map(read).transpose()?;
        if url.starts_with("http://") {
            notes.push(
                "The connection is not encrypted: everybody on the way can read the application key. Use https://."
                    .to_owned(),
            );
        }
        Ok(PlatformOptions { authorities, ..PlatformOptions::new(url, key) })
    }

    fn ssh(&self, user: &str, restart: &str, per_host: u32) -> Result<Ssh, FileError> {
        let home = ["HOME", "USERPROFILE"].into_iter().find_map(std::env::var_os).map(PathBuf::from);
        let own = |name: &str| home.as_ref().map(|home| home.join(".ssh").join(name));
        let mut known_hosts = self.known_hosts.clone();
        if known_hosts.is_empty() {
            known_hosts.extend(own("known_hosts"));
            known_hosts.push("/etc/ssh/ssh_known_hosts".into());
        }
        let agent = std::env::var_os("SSH_AUTH_SOCK").filter(|_| self.identity.is_empty());
        let mut key_files = self.identity.clone();
        if key_files.is_empty() {
            key_files.extend(USUAL_KEYS.iter().filter_map(|name| own(name)).filter(|path| path.exists()));
        }
        let jump =
            JumpOptions { known_hosts: self.jump_known_hosts.clone(), key_files: self.jump_identity.clone() };
        Ssh::new(SshOptions {
            user: user.to_owned(),
            known_hosts,
            agent: agent.map(PathBuf::from),
            key_files,
            restart: restart.to_owned(),
            per_host,
            per_jump: self.per_jump,
            jump: Some(jump),
            ..SshOptions::default()
        })
    }
}

/// Why devices cannot be reached.
#[derive(Debug, Error)]
pub enum ReachError {
    /// A file of keys, known hosts or authorities cannot be read.
    #[error("{0}")]
    Keys(#[from] FileError),
    /// The platform wants an application key.
    #[error("The platform wants an application key, and it is not said where one lies")]
    NoKey,
    /// That is no reference to a secret.
    #[error("The reference to the application key is none: {0}")]
    Reference(SecretError),
    /// The application key cannot be had.
    #[error("There is no application key: {0}")]
    Key(#[from] SecretError),
    /// That is no address of a platform.
    #[error("{0}")]
    Url(#[from] UrlError),
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
    // Nobody reads notes here; they were told when the plan was made.
    let notes = &mut Vec::new();
    let witness = keys.witness(request.confirm_at.as_deref(), notes);
    let reached = witness.and_then(|witness| Ok((witness, keys.reached(&request.way, notes)?)));
    let stops = order == Some(Order::Stop);
    let what = (who, order, leave);
    let connections = journal.connections().map_err(DriveError::Journal)?;
    let (witness, reached) = match reached {
        Ok(both) => both,
        // A stop holds whether or not devices can be reached.
        Err(_) if stops => return over(journal, Target::new(Nowhere), source, what),
        Err(error) => return Err(error),
    };
    let witness = witness.map(|platform| (platform, Arc::new(connections) as Arc<dyn Connections>));
    match reached {
        Reached::Ssh(ssh) => over(journal, Target::new(*ssh).witnessed_by(witness), source, what),
        Reached::Platform(platform) => {
            over(journal, Target::new(*platform).witnessed_by(witness), source, what)
        }
        Reached::Folders => over(journal, Target::new(Folders).witnessed_by(witness), source, what),
    }
}

fn over<T: Transport>(
    journal: Journal,
    target: Target<T>,
    source: Arc<dyn Source>,
    (who, order, leave): (&str, Option<Order>, &AtomicBool),
) -> Result<Status, ReachError> {
    let clock = clock();
    let target = Arc::new(target);
    let drive = Drive { target, source, clock: &clock, who, order, leave, observer: &mut |_| {} };
    Ok(run_driver(journal, drive)?)
}

/// Reads what devices have into the list, so many at once; returns those that were not read, and why. What to know
/// beside it is added to the notes.
///
/// # Errors
/// [`ReachError`].
pub fn look(
    keys: &Keys,
    way: &Way,
    candidates: &mut [Candidate],
    (at_once, notes): (u32, &mut Vec<String>),
) -> Result<Vec<(String, Fault)>, ReachError> {
    Ok(match keys.reached(way, notes)? {
        Reached::Ssh(ssh) => survey(&Arc::new(Target::new(*ssh)), candidates, at_once)?,
        Reached::Platform(platform) => survey(&Arc::new(Target::new(*platform)), candidates, at_once)?,
        Reached::Folders => survey(&Arc::new(Target::new(Folders)), candidates, at_once)?,
    })
}

/// Time before files that could not be read are read again.
const AGAIN: Duration = Duration::from_secs(2);

/// The files of a plan's inputs, read when the first of them is needed: a stop or a roll-back needs none. What was read
/// stays, since the plan is for it; what could not be read is tried again a little later, because somebody may have put
/// it right.
pub struct Later {
    inputs: Inputs,
    loaded: OnceLock<Loaded>,
    /// Held by who reads them, so that nobody reads them at the same time; when that failed last, and why.
    failed: Mutex<Option<(Instant, String)>>,
}

impl Later {
    /// Returns the files of a plan's inputs.
    pub fn new(inputs: Inputs) -> Self {
        Self { inputs, loaded: OnceLock::new(), failed: Mutex::default() }
    }

    /// Returns them, read where that was not done yet.
    ///
    /// # Errors
    /// Why they cannot be made any more, in a sentence.
    #[expect(clippy::disallowed_methods, reason = "files are read in real time")]
    pub fn get(&self) -> Result<&Loaded, String> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        // Thousands of devices ask, and each would read the same files in vain.
        if let Some((_, why)) = failed.as_ref().filter(|(at, _)| at.elapsed() < AGAIN) {
            return Err(why.clone());
        }
        match Loaded::of(&self.inputs) {
            Ok(loaded) => Ok(self.loaded.get_or_init(|| loaded)),
            Err(why) => {
                *failed = Some((Instant::now(), why.clone()));
                Err(why)
            }
        }
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
    let start = Instant::now();
    move || Now { mono_ms: start.elapsed().as_millis() as u64, wall_ms: wall_ms() }
}

/// Returns the name of this system's user, for the log.
pub fn user() -> Option<String> {
    let named = |name: &String| !name.trim().is_empty();
    let mut names = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    names.find(named).or_else(system_user)
}

/// Returns the name of the user whose process this is: services and containers often say it nowhere.
#[cfg(unix)]
fn system_user() -> Option<String> {
    let told =
        std::process::Command::new("id").arg("-un").stderr(std::process::Stdio::null()).output().ok()?;
    let name = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    (told.status.success() && !name.is_empty()).then_some(name)
}

/// Windows always says it.
#[cfg(not(unix))]
fn system_user() -> Option<String> {
    None
}
