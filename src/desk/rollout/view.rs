//! What a panel reads of roll-outs.

use super::reach::Keys;
use super::standing::Picture;
use super::terms::{Field, Form};
use super::{Open, Rollouts};
use crate::config::GroupFiles;
use crate::push::journal::Entry;
use crate::push::plan::Plan;
use crate::push::state::Status;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A plan that was made and not written, because it would overload the platform.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The plan, with its prediction.
    pub plan: Arc<Plan>,
    /// Where it was to be written.
    pub path: PathBuf,
    /// Why it was refused, in a sentence.
    pub reason: String,
}

/// Roll-outs as a panel sees them.
#[derive(Clone, Copy)]
pub struct RolloutView<'a> {
    /// The form of the next plan.
    pub form: &'a Form,
    /// Who orders and approves, for the log.
    pub who: &'a str,
    /// A plan that waits for somebody to take it over.
    pub refused: Option<&'a Refused>,
    /// The roll-out that is open.
    pub open: Option<OpenView<'a>>,
    /// The plan or journal that is being read to be opened.
    opening: Option<&'a Path>,
    /// Whether the window closes as soon as nothing is going on.
    pub closing: bool,
}

/// The open roll-out as a panel sees it.
#[derive(Clone, Copy)]
pub struct OpenView<'a> {
    /// Its plan, or its journal where that was opened.
    pub path: &'a Path,
    /// Where it stands.
    pub picture: &'a Arc<Picture>,
    /// Why an order was refused, or what is wrong with the journal.
    pub trouble: Option<&'a str>,
    /// The device that is shown, a place in the plan.
    pub device: Option<u32>,
    /// What the log says of that device, oldest first.
    pub log: &'a [Entry],
    /// Its files with what it had, secrets masked; `None` while they are looked for.
    pub files: Option<&'a Result<GroupFiles, String>>,
}

impl RolloutView<'_> {
    /// Returns the name of the roll-out that is being read to be opened, without the folders above it.
    pub fn opening(&self) -> Option<String> {
        self.opening.map(crate::desk::agents::short)
    }
}

impl Rollouts {
    /// Returns what a panel reads.
    pub(in crate::desk) fn view(&self) -> RolloutView<'_> {
        RolloutView {
            form: &self.form,
            who: &self.who,
            refused: self.refused.as_ref(),
            open: self.open.as_ref().map(Open::view),
            opening: self.opening.as_ref().map(|opening| opening.place.path()),
            closing: self.closing,
        }
    }

    /// Returns with which keys devices are reached.
    pub(super) fn keys(&self) -> Keys {
        let text = |field| Some(self.form.text(field)).filter(|text| !text.is_empty());
        let path = |field| text(field).map(PathBuf::from);
        Keys {
            known_hosts: path(Field::KnownHosts).into_iter().collect(),
            identity: path(Field::Identity).into_iter().collect(),
            app_key: text(Field::AppKey).map(str::to_owned),
            platform_ca: path(Field::PlatformCa),
            ..Keys::default()
        }
    }
}

impl Open {
    fn view(&self) -> OpenView<'_> {
        OpenView {
            path: self.place.path(),
            picture: &self.picture,
            trouble: self.trouble.as_deref(),
            device: self.device,
            log: &self.log,
            files: self.files.as_ref().filter(|(of, _)| Some(*of) == self.device).map(|(_, files)| files),
        }
    }
}

impl OpenView<'_> {
    /// Returns the name of its file, without the folders above it.
    pub fn name(&self) -> String {
        crate::desk::agents::short(self.path)
    }

    /// Returns whether the roll-out can be started.
    ///
    /// # Errors
    /// The reason why not, as a tooltip says it.
    pub fn may_start(&self) -> Result<(), &'static str> {
        match self.picture.standing.status {
            Status::Ready if self.missing_approvals() > 0 => Err("People have to approve the plan first"),
            Status::Ready if self.picture.plan.may_start().is_err() => {
                Err("The platform would not bear it; make another plan")
            }
            Status::Ready => Ok(()),
            _ => Err("It was started before"),
        }
    }

    /// Returns how many people have to approve the plan before it starts, as far as that is known: whoever starts it
    /// does not count.
    pub fn missing_approvals(&self) -> u32 {
        self.picture.plan.request().approvals.saturating_sub(self.picture.approvals)
    }

    /// Returns whether something new is begun on devices until somebody stops it.
    pub fn is_going(&self) -> bool {
        self.picture.moves() && self.picture.driven
    }

    /// Returns whether it can be paused.
    ///
    /// # Errors
    /// The reason why not.
    pub fn may_pause(&self) -> Result<(), &'static str> {
        let running = self.picture.standing.status == Status::Running && self.picture.driven;
        if running { Ok(()) } else { Err("Only what runs can be paused") }
    }

    /// Returns whether it can go on.
    ///
    /// # Errors
    /// The reason why not.
    pub fn may_resume(&self) -> Result<(), &'static str> {
        match self.picture.standing.status {
            Status::Paused => Ok(()),
            Status::Running if self.picture.interrupted() => Ok(()),
            Status::Ready => Err("Start it first"),
            Status::Running => Err("It is going on"),
            Status::RollingBack => Err("It is being rolled back"),
            Status::Tripped | Status::Stopped | Status::Finished => {
                Err("It ended and stays so; roll back who failed or is in doubt, then make a new plan")
            }
        }
    }

    /// Returns whether it can be stopped for good.
    ///
    /// # Errors
    /// The reason why not.
    pub fn may_stop(&self) -> Result<(), &'static str> {
        match self.picture.standing.status {
            Status::Running | Status::Paused | Status::RollingBack => Ok(()),
            Status::Ready => Err("It was not started"),
            Status::Tripped | Status::Stopped | Status::Finished => Err("It ended already"),
        }
    }

    /// Returns whether devices can be served again.
    ///
    /// # Errors
    /// The reason why not.
    pub fn may_retry(&self) -> Result<(), &'static str> {
        let fits =
            matches!(self.picture.standing.status, Status::Running | Status::Paused | Status::Finished);
        if fits {
            Ok(())
        } else {
            Err("Look at, restart or roll back who failed or is in doubt, then make a new plan")
        }
    }

    /// Returns whether previous files can be brought back.
    ///
    /// # Errors
    /// The reason why not.
    pub fn may_roll_back(&self) -> Result<(), &'static str> {
        match self.picture.standing.status {
            Status::Ready => Err("Nothing was rolled out yet"),
            Status::RollingBack if self.picture.driven => Err("It is being rolled back"),
            _ => Ok(()),
        }
    }
}
