//! How devices are reached from here: the plan says which way, the command line and this system with which keys.

use super::absolute;
use crate::cli::error::CommandError;
use crate::cli::files::devices::List;
use crate::cli::files::{FilesArgs, Prepared};
use crate::cli::printer::Printer;
use crate::config::secret::{Secret, SecretRef, SystemVault, Vault as _};
use crate::push::driver::Source;
use crate::push::plan::{Inputs, PlannedDevice, Way};
use crate::push::source::Files;
use crate::push::target::platform::{Platform, PlatformOptions, UrlError};
use crate::push::target::ssh::{JumpOptions, Ssh, SshOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Names of key files that are used where none is named, as `ssh` does.
const USUAL_KEYS: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// Longest file of authorities \[bytes\].
const MAX_PEM: u64 = 4 << 20;

/// With which keys devices are reached over SSH.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Keys {
    /// File of known hosts; can be repeated; without it those of `ssh`
    #[arg(long, value_name = "FILE")]
    known_hosts: Vec<PathBuf>,
    /// Private key without a pass phrase; can be repeated; without it the agent, else those of `ssh`
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
    /// File of known jump hosts; can be repeated; without it as for devices
    #[arg(long, value_name = "FILE")]
    jump_known_hosts: Vec<PathBuf>,
    /// Private key for jump hosts, without a pass phrase; can be repeated; without it as for devices
    #[arg(long, value_name = "FILE")]
    jump_identity: Vec<PathBuf>,
    /// Connections through one jump host at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    per_jump: u32,
    /// Where the application key for the platform lies: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`
    #[arg(long, value_name = "REFERENCE")]
    app_key: Option<String>,
    /// Trust only the authorities in this file (PEM) for the platform
    #[arg(long, value_name = "FILE")]
    platform_ca: Option<PathBuf>,
    /// A device counts as confirmed only where this platform has seen it connect since its restart
    #[arg(long, value_name = "URL", requires = "app_key")]
    confirm_at: Option<String>,
}

/// How the devices of a plan are reached.
pub enum Reached {
    /// As folders of this machine.
    Folders,
    /// Over SSH.
    Ssh(Box<Ssh>),
    /// Through their platform.
    Platform(Box<Platform>),
}

impl Keys {
    /// Returns the arguments for a process that does the same.
    pub fn arguments(&self) -> Vec<std::ffi::OsString> {
        let hosts = self.known_hosts.iter().flat_map(|path| ["--known-hosts".into(), path.into()]);
        let keys = self.identity.iter().flat_map(|path| ["--identity".into(), path.into()]);
        let gates = self.jump_known_hosts.iter().flat_map(|path| ["--jump-known-hosts".into(), path.into()]);
        let own = self.jump_identity.iter().flat_map(|path| ["--jump-identity".into(), path.into()]);
        let most = ["--per-jump".into(), self.per_jump.to_string().into()];
        let key = self.app_key.iter().flat_map(|reference| ["--app-key".into(), reference.into()]);
        let ca = self.platform_ca.iter().flat_map(|path| ["--platform-ca".into(), path.into()]);
        let at = self.confirm_at.iter().flat_map(|url| ["--confirm-at".into(), url.into()]);
        hosts.chain(keys).chain(gates).chain(own).chain(most).chain(key).chain(ca).chain(at).collect()
    }

    /// Returns what reaches the devices of a plan.
    ///
    /// # Errors
    /// Where a file of keys or known hosts cannot be read, and where the application key is not found.
    pub fn reached(&self, way: &Way, printer: &Printer) -> Result<Reached, CommandError> {
        Ok(match way {
            Way::Folder => Reached::Folders,
            Way::Ssh { user, restart, per_host } => {
                Reached::Ssh(Box::new(self.ssh(user, restart, *per_host)?))
            }
            Way::Platform { url, repository, restart } => {
                let options = PlatformOptions {
                    repository: repository.clone(),
                    restart: restart.clone(),
                    ..self.platform(url, printer)?
                };
                Reached::Platform(Box::new(Platform::new(options).map_err(|error| wrong_url(&error))?))
            }
        })
    }

    /// Returns the platform that is asked whether devices came back.
    ///
    /// # Errors
    /// As [`Keys::reached`].
    pub fn witness(&self, printer: &Printer) -> Result<Option<Arc<Platform>>, CommandError> {
        let Some(url) = &self.confirm_at else { return Ok(None) };
        let platform = Platform::new(self.platform(url, printer)?).map_err(|error| wrong_url(&error))?;
        Ok(Some(Arc::new(platform)))
    }

    fn platform(&self, url: &str, printer: &Printer) -> Result<PlatformOptions, CommandError> {
        let Some(reference) = &self.app_key else {
            return Err(CommandError::usage("The platform wants an application key, and none is named.")
                .hint("Say where it lies, such as --app-key env:APP_KEY."));
        };
        let reference: SecretRef =
            reference.parse().map_err(|error| CommandError::usage(format!("--app-key: {error}.")))?;
        let environment = |name: &str| std::env::var(name).ok();
        let vault = SystemVault::new(&environment);
        let key =
            vault.resolve(&reference).map_err(|error| CommandError::input(format!("--app-key: {error}.")))?;
        vault.warnings().iter().for_each(|warning| printer.note(warning));
        let read = |path: &PathBuf| {
            crate::base::file::read_text(path, MAX_PEM).map_err(|error| CommandError::reading(&error))
        };
        let authorities = self.platform_ca.as_ref().map(read).transpose()?;
        if url.starts_with("http://") {
            printer.note(
                "The connection is not encrypted: everybody on the way can read the application key. Use https://.",
            );
        }
        Ok(PlatformOptions { authorities, ..PlatformOptions::new(url, key) })
    }

    fn ssh(&self, user: &str, restart: &str, per_host: u32) -> Result<Ssh, CommandError> {
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
            user: user.to_owned(),
            known_hosts,
            agent: agent.map(PathBuf::from),
            key_files,
            restart: restart.to_owned(),
            per_host,
            per_jump: self.per_jump,
            jump: Some(JumpOptions {
                known_hosts: self.jump_known_hosts.clone(),
                key_files: self.jump_identity.clone(),
            }),
            ..SshOptions::default()
        };
        Ssh::new(options).map_err(|error| CommandError::reading(&error))
    }
}

fn wrong_url(error: &UrlError) -> CommandError {
    CommandError::usage(format!("{error}."))
}

/// Returns what makes the files, as paths that every process finds.
///
/// # Errors
/// A usage error for a project that comes from nowhere again.
pub fn inputs(
    files: &FilesArgs,
    prepared: &Prepared,
    has: Option<&Path>,
    devices: Option<&Path>,
) -> Result<Inputs, CommandError> {
    let (file, mapping) = files.paths();
    if file == "-" {
        return Err(CommandError::usage("A roll-out reads its project again when files are sent.")
            .hint("Give the project as a file."));
    }
    let shipped = file.to_str().filter(|name| name.starts_with("example:"));
    Ok(Inputs {
        project: shipped.map_or_else(|| absolute(Path::new(file)), |name| Ok(name.to_owned()))?,
        scenario: prepared.scenario.clone(),
        mapping: mapping.map(|path| absolute(Path::new(path))).transpose()?,
        has: has.map(absolute).transpose()?,
        devices: devices.map(absolute).transpose()?,
    })
}

/// Returns the files of a project for its devices.
pub fn files(prepared: &Prepared, list: &List) -> Files {
    Files::new(prepared.groups(), list.own_files(prepared), list.listed().clone())
}

/// The files of a plan's inputs, read when the first of them is needed: a stop or a roll-back needs none.
pub struct Later {
    inputs: Inputs,
    files: OnceLock<Result<Files, String>>,
}

impl Later {
    /// Returns the files of a plan's inputs.
    pub fn new(inputs: Inputs) -> Self {
        Self { inputs, files: OnceLock::new() }
    }

    /// Reads them now.
    ///
    /// # Errors
    /// What is wrong with the project, the mapping, the collected files or the list.
    pub fn load(&self) -> Result<Files, CommandError> {
        let Inputs { project, scenario, mapping, has, devices } = &self.inputs;
        let args = FilesArgs::again(project, scenario.as_deref(), mapping.as_deref());
        let prepared = Prepared::load(&args, has.as_ref().map(PathBuf::from).as_ref())?;
        let list = List::load(devices.as_ref().map(Path::new), &prepared)?;
        Ok(files(&prepared, &list))
    }
}

impl Source for Later {
    fn texts(&self, device: &PlannedDevice) -> Result<Vec<Secret>, String> {
        let files = self.files.get_or_init(|| self.load().map_err(|error| error.message));
        files.as_ref().map_err(Clone::clone)?.texts(device)
    }
}
