//! With which keys devices are reached, and where their files are made from, as arguments.

use super::absolute;
use crate::cli::error::CommandError;
use crate::cli::files::devices::List;
use crate::cli::files::{FilesArgs, Prepared};
use crate::desk::rollout::reach;
use crate::push::plan::Inputs;
use crate::push::source::Files;
use std::path::{Path, PathBuf};

/// With which keys devices are reached over SSH.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Keys {
    /// File of known hosts; can be repeated; without it those of `ssh`
    #[arg(long, value_name = "FILE")]
    known_hosts: Vec<PathBuf>,
    /// Private key without a pass phrase; can be repeated; without it the agent, else those of `ssh`
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
}

impl Keys {
    /// Returns the arguments for a process that does the same.
    pub fn arguments(&self) -> Vec<std::ffi::OsString> {
        let hosts = self.known_hosts.iter().flat_map(|path| ["--known-hosts".into(), path.into()]);
        let keys = self.identity.iter().flat_map(|path| ["--identity".into(), path.into()]);
        hosts.chain(keys).collect()
    }

    /// Returns them as they are used.
    pub fn keys(&self) -> reach::Keys {
        reach::Keys { known_hosts: self.known_hosts.clone(), identity: self.identity.clone() }
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
