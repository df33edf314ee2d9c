//! The plan of a roll-out: who gets what, in which order, how fast, and when to stop.
//!
//! [`Request`] holds what people decide and [`Candidate`]s what is known of each device; [`Plan::new`] freezes
//! both into an explicit list. No query is evaluated later: who is in the list gets the file, nobody else does.
//! A plan is a file (see [`Plan::write`]), one device per line; its hash is that of the file's bytes, and
//! approvals and stamps on devices refer to that hash. It holds hashes of files and never the files, because
//! those contain keys; keys are random enough that a hash does not give them away.
//!
//! Devices whose files are all as wanted stand in the list without a wave: they are neither written nor
//! restarted. The others are ordered by a seeded hash of their names, spread so that every stretch of the order
//! holds each site, Connection Server and group in its share of the whole.
//!
//! Not here: what a plan would do to the platform (a [`Prediction`] is handed in), and its progress.

mod build;
mod error;
mod file;
mod request;
mod spread;
#[cfg(test)]
pub(crate) mod tests;
mod window;

pub use error::PlanError;
pub use file::{FORMAT, MAX_BYTES};
pub use request::{
    Budgets, Candidate, CandidateFile, Expected, Gate, GroupTerms, Inputs, Pace, Pauses, Prediction, Request,
    Sequence, Staging, Storm, Way,
};
pub use window::{Calendar, Clock, Day, Window};

use crate::base::hash::Hash;
use std::sync::Arc;

/// What is known of a device's file before the roll-out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Now {
    /// Nobody has read it; whatever stands there is accepted.
    #[default]
    Unknown,
    /// There is no such file.
    Absent,
    /// It has this hash.
    Is(Hash),
}

/// One file of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// Where it stands on the device.
    pub path: Arc<str>,
    /// What stands there now.
    pub now: Now,
    /// Hash of what it will be.
    pub want: Hash,
}

/// One device of the frozen list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDevice {
    /// Name of its thing.
    pub thing: Box<str>,
    /// Its group, a place in [`Plan::groups`].
    pub group: u16,
    /// Its site; empty where unknown.
    pub site: Arc<str>,
    /// The Connection Server that it uses; empty where unknown.
    pub server: Arc<str>,
    /// Where it is reached, as the transport reads it: `host:port`, or a folder.
    pub address: Box<str>,
    /// Its time zone, where it differs from its group's.
    pub zone: Option<Arc<str>>,
    /// Its wave, counted from 0; `None` where every file is as wanted.
    pub wave: Option<u32>,
    /// Its files.
    pub files: Vec<PlannedFile>,
}

/// A frozen plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    request: Request,
    /// In the order in which they are served; those without a wave last.
    devices: Vec<PlannedDevice>,
    /// Number of devices of each wave.
    sizes: Vec<u32>,
    hash: Hash,
}

impl Plan {
    /// Returns what people decided.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Returns the groups with what holds for each.
    pub fn groups(&self) -> &[GroupTerms] {
        &self.request.groups
    }

    /// Returns all devices in the order in which they are served; those without a wave stand last.
    pub fn devices(&self) -> &[PlannedDevice] {
        &self.devices
    }

    /// Returns the number of devices in each wave, none of them 0.
    pub fn sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// Returns the number of devices that are left alone because their files are as wanted.
    pub fn equal(&self) -> usize {
        self.devices.len() - self.sizes.iter().map(|size| *size as usize).sum::<usize>()
    }

    /// Returns the hash of the plan's file.
    pub fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Returns the first 16 digits of the plan's hash, by which devices and people name it.
    pub fn name(&self) -> String {
        let mut name = crate::base::hash::hex(&self.hash);
        name.truncate(16);
        name
    }

    /// Returns the calendar of a device: when its files may be activated.
    ///
    /// # Errors
    /// [`PlanError::UnknownZone`] where this system does not know the zone.
    pub fn calendar(&self, device: &PlannedDevice) -> Result<Calendar, PlanError> {
        let group = &self.request.groups[usize::from(device.group)];
        Calendar::new(device.zone.as_deref().or(group.zone.as_deref()), &group.windows)
    }

    /// Returns the same plan taken over by somebody although the prediction says that it overloads the platform. It is
    /// another plan with another hash: approvals and stamps say so.
    ///
    /// # Errors
    /// [`PlanError::NotAPlan`] where it cannot be written any more.
    pub fn taken_over_by(mut self, name: &str) -> Result<Self, PlanError> {
        self.request.overload_accepted_by = Some(name.to_owned());
        self.hash = self.file_hash()?;
        Ok(self)
    }

    /// Returns why the plan must not start, where it must not.
    ///
    /// # Errors
    /// [`PlanError::NotSimulated`]; [`PlanError::Overload`], unless somebody took it upon himself by name.
    pub fn may_start(&self) -> Result<(), PlanError> {
        let prediction = self.request.prediction.as_ref().ok_or(PlanError::NotSimulated)?;
        match (prediction.overload.clone(), &self.request.overload_accepted_by) {
            (Some(reason), None) => Err(PlanError::Overload { reason }),
            _ => Ok(()),
        }
    }
}
