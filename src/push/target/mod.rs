//! Devices as a roll-out reaches them: stage, activate, roll back and look, the same way over every transport.
//!
//! A [`Transport`] opens a [`Link`] to a device, and a link knows a handful of file operations and how to restart
//! the agent. What must be done in which order is written once, in [`Target`], so that no transport can forget
//! the lock, the read-back or the stamp; one suite of tests runs over all of them.
//!
//! Beside a live file `ws_connection.json` stand, hidden:
//!
//! | name | is |
//! |---|---|
//! | `.ws_connection.json.regather-PLAN.new` | the staged file, inert |
//! | `.ws_connection.json.regather-PLAN.old` | the previous bytes, for a roll-back |
//! | `.ws_connection.json.regather-stamp` | plan and round of the last restart by a roll-out |
//! | `.ws_connection.json.regather-lock` | who works on the device |
//!
//! Previous bytes stay on the device, with the permissions of the file they were: they hold keys, and there is no
//! second place then that has to be kept safe. Staged files of other plans are swept at the next contact.

#[cfg(test)]
pub(crate) mod conformance;
mod folder;
mod link;
mod names;
pub mod platform;
mod sight;
pub mod ssh;
mod steps;

pub use folder::Folders;
pub use link::{Ask, Link, Told, Transport};
pub use steps::{MAX_FILE, Target};

use super::journal::JournalError;
use super::plan::PlannedDevice;
use super::state::Row;
use crate::base::hash::Hash;
use platform::Connection;

/// Returns the command that restarts a device's agent for the first time in a plan, and leaves the stamp.
pub fn restart_command(plan: &super::plan::Plan, device: &PlannedDevice, restart: &str) -> String {
    let name = plan.name();
    let stamp_file = device.files.first().map(|file| names::Names::of(&file.path, &name).stamp());
    ssh::command(restart, &device.thing, &super::state::stamp(plan, 1), &stamp_file.unwrap_or_default())
}

/// How devices were connected before their restart; it outlives the process.
pub trait Connections: Send + Sync {
    /// Keeps how a thing is connected right before the restart of this stamp, in place of what was kept before an earlier
    /// try. It outlives this process when this returns.
    ///
    /// # Errors
    /// [`JournalError`]; the restart must not be ordered then.
    fn keep(&self, thing: &str, stamp: &str, now: Connection) -> Result<(), JournalError>;

    /// Returns what was kept; `None` where nothing was.
    ///
    /// # Errors
    /// [`JournalError`].
    fn kept(&self, thing: &str, stamp: &str) -> Result<Option<Connection>, JournalError>;
}

/// One file of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFile {
    /// Where it stands on the device.
    pub path: String,
    /// Hash of what it will be.
    pub want: Hash,
    /// What stood there before, where that is known; inside, `None`: there was no file.
    pub before: Option<Option<Hash>>,
}

/// What there is to know about a device to work on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Name of its thing, for messages.
    pub thing: String,
    /// Where it is reached.
    pub address: String,
    /// Its files.
    pub files: Vec<JobFile>,
    /// Name of the plan, 16 digits.
    pub plan: String,
    /// Who may hold the device's lock: the roll-out.
    pub owner: String,
    /// The stamp of this round.
    pub stamp: String,
    /// How long the restart may take \[s\].
    pub restart_s: u32,
}

impl Job {
    /// Returns the job of a device as it stands.
    pub fn new(plan: &super::plan::Plan, device: &PlannedDevice, row: &Row, owner: &str) -> Self {
        let before = |at: usize| row.before.as_ref().and_then(|before| before.get(at)).copied();
        let files = device.files.iter().enumerate().map(|(at, file)| JobFile {
            path: file.path.to_string(),
            want: file.want,
            before: before(at),
        });
        Self {
            thing: device.thing.to_string(),
            address: device.address.to_string(),
            files: files.collect(),
            plan: plan.name(),
            owner: owner.into(),
            stamp: super::state::stamp(plan, row.round),
            restart_s: plan.request().pace.restart_s,
        }
    }
}
