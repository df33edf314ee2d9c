//! With which keys devices are reached, and where their files are made from, as arguments.

use super::{absolute, from_drive};
use crate::cli::error::CommandError;
use crate::cli::files::devices::List;
use crate::cli::files::{FilesArgs, Prepared};
use crate::desk::rollout::reach::{self, ReachError};
use crate::push::plan::Inputs;
use crate::push::source::Files;
use std::path::{Path, PathBuf};

/// With which keys devices are reached over SSH.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Keys {
    /// File of known hosts; can be repeated; without it those of `ssh`
    #[arg(long, value_name = "FILE")]
    known_hosts: Vec<PathBuf>,
    /// Private key without a pass phrase; can be repeated; without it those of the agent, then those of `ssh`
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
        hosts.chain(keys).chain(gates).chain(own).chain(most).chain(key).chain(ca).collect()
    }

    /// Returns whether any was named, beside what everybody has.
    pub fn are_named(&self) -> bool {
        let files = [&self.known_hosts, &self.identity, &self.jump_known_hosts, &self.jump_identity];
        files.iter().any(|files| !files.is_empty()) || self.app_key.is_some() || self.platform_ca.is_some()
    }

    /// Returns them as they are used.
    pub fn keys(&self) -> reach::Keys {
        reach::Keys {
            known_hosts: self.known_hosts.clone(),
            identity: self.identity.clone(),
            jump_known_hosts: self.jump_known_hosts.clone(),
            jump_identity: self.jump_identity.clone(),
            per_jump: self.per_jump,
            app_key: self.app_key.clone(),
            platform_ca: self.platform_ca.clone(),
        }
    }
}

/// Returns why devices cannot be reached, as the command line says it.
pub fn from_reach(error: &ReachError) -> CommandError {
    match error {
        ReachError::Keys(error) => CommandError::reading(error),
        ReachError::NoKey => {
            CommandError::usage(format!("{error}.")).hint("Say where it lies, such as --app-key env:APP_KEY.")
        }
        ReachError::Reference(_) | ReachError::Url(_) => CommandError::usage(format!("{error}.")),
        ReachError::Key(_) => CommandError::input(format!("{error}.")),
        ReachError::Drive(error) => from_drive(error),
    }
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
