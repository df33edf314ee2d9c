//! What a panel reads: one plain snapshot of the desk per frame, made of references.

use super::agents::{Alone, Compared, Effect, OneDevice, OutlineView, Tried};
use super::command::UserCommand;
use super::devices::DevicesView;
use super::job::{Progress, Status};
use super::notice::Notices;
use super::overlay::Overlay;
use super::planning::PlanView;
use super::session::Restored;
use super::settings::Settings;
use super::transfer::Transfer;
use crate::base::Finding;
use crate::config::GroupFiles;
use crate::fleet::file::{self, Checked, Known, Scenario};
use crate::fleet::{Fleet, FleetFile};
use crate::plan::timeline::Timeline;
use crate::plan::{Change, Outcome, Preview};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The scenario that results are compared with, as it was when it was pinned.
#[derive(Clone, Debug)]
pub struct Pinned {
    /// Name of the scenario then.
    pub name: String,
    /// The project then.
    pub file: FleetFile,
    /// Id of the scenario; `None` for the baseline.
    pub scenario: Option<String>,
    /// Its fleet; `None` where an error makes one impossible.
    pub fleet: Option<Arc<Fleet>>,
}

/// The desk as a panel sees it.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The project.
    pub file: &'a FleetFile,
    /// Where it came from: a file's name, `example`, or what it was called when it was handed over.
    pub origin: &'a str,
    /// Its own file; `None` until it is saved for the first time.
    pub path: Option<&'a Path>,
    /// The scenarios in the order of the file.
    pub scenarios: &'a [Scenario],
    /// Id of the active scenario; `None` for the baseline.
    pub scenario: Option<&'a str>,
    /// Number of the document's state; it differs whenever anything in it has changed.
    pub revision: u64,
    /// Whether there are changes that are not saved.
    pub dirty: bool,
    /// Time since the project was saved, where it was.
    pub saved_ago: Option<Duration>,
    /// Time since unsaved changes were last put aside for a crash, where they were.
    pub kept_ago: Option<Duration>,
    /// Name of the step that undo takes back.
    pub undo: Option<&'a str>,
    /// Name of the step that redo makes again.
    pub redo: Option<&'a str>,
    /// Name of the project that was open before, where it can be reopened.
    pub previous: Option<&'a str>,
    /// What reading and checking the active scenario found.
    pub checked: &'a Checked,
    /// The topology of the active scenario as it is read once for each change.
    pub(super) known: &'a Known,
    /// The fleet of the active scenario; `None` where an error makes one impossible.
    pub fleet: Option<&'a Arc<Fleet>>,
    /// The agents' files of the active scenario; empty where there is no fleet.
    pub agent_files: &'a [GroupFiles],
    /// What those files are compared with.
    pub compared: Option<&'a Compared>,
    /// The device whose own files are shown.
    pub device: Option<&'a OneDevice>,
    /// How far the reading or writing of agents' files is; `None` where nothing is under way.
    pub transfer: Option<Transfer>,
    /// How the export is laid out.
    pub outline: OutlineView<'a>,
    /// How the fleet comes back with the files that devices have.
    pub effect: &'a Effect,
    /// One device under each agent, worked out when it is looked at.
    pub(super) alone: &'a Alone,
    /// The agent's file that was tried last.
    pub tried: Option<&'a Tried>,
    /// What it would take, the safe region, and what matters.
    pub plans: PlanView<'a>,
    /// Roll-outs: the next plan, and the one that is open.
    #[cfg(feature = "push")]
    pub rollout: super::rollout::RolloutView<'a>,
    /// What results are compared with.
    pub pinned: Option<&'a Pinned>,
    /// Inputs in which the active scenario differs from the pinned one.
    pub changes: &'a [Change],
    /// The list of devices.
    pub devices: DevicesView<'a>,
    /// The newest result.
    pub outcome: Option<&'a Arc<Outcome>>,
    /// Whether that result belongs to the inputs as they are; otherwise it is from before.
    pub outcome_current: bool,
    /// An estimate for the inputs as they are; `None` as soon as there is a result for them.
    pub preview: Option<&'a Arc<Preview>>,
    /// The newest result of the pinned scenario.
    pub baseline: Option<&'a Arc<Outcome>>,
    /// Ids of the scenarios that are ticked; `None` is the baseline of the project.
    pub ticks: &'a BTreeSet<Option<String>>,
    /// Ticked scenarios that are shown beside the active one and the pinned one, in the order of the file.
    pub overlays: &'a [Overlay],
    /// How the simulation of the active scenario stands.
    pub status: &'a Status,
    /// How far the running simulation is; `None` where none is running.
    pub progress: Option<Progress>,
    /// Seed of the draws.
    pub seed: u64,
    /// Live connections.
    #[cfg(feature = "live")]
    pub live: super::live::LiveView<'a>,
    /// What was said.
    pub notices: &'a Notices,
    /// What was restored at the start, until it is kept or left.
    pub restored: Option<&'a Restored>,
    /// Whether the hint of the first start is shown.
    pub hint: bool,
    /// What is remembered between starts.
    pub settings: &'a Settings,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// An input of the project.
    Project,
    /// The list of devices.
    Devices,
    /// A file that the devices of a group have.
    File {
        /// Id of the group.
        group: &'a str,
        /// Name of the file on the device.
        file: &'a str,
    },
}

impl<'a> View<'a> {
    /// Returns the project seen through the active scenario, with the topology that is already read.
    pub fn seen(&self) -> file::View<'a> {
        self.file.view(self.scenario).knowing(self.known)
    }

    /// Returns the findings of the active scenario, in the order of the file.
    pub fn findings(&self) -> &'a [Finding] {
        &self.checked.findings
    }

    /// Returns everything that is wrong or worth knowing: about the project, then about its list of devices and
    /// the files that devices have.
    pub fn concerns(&self) -> impl Iterator<Item = (About<'a>, &'a Finding)> + use<'a> {
        let project = self.checked.findings.iter().map(|finding| (About::Project, finding));
        let devices = self.devices.findings.iter().map(|finding| (About::Devices, finding));
        let files = self.agent_files.iter().flat_map(|group| {
            group.files().iter().flat_map(|file| {
                let about = About::File { group: &group.group, file: &file.device_name };
                file.findings.iter().map(move |finding| (about, finding))
            })
        });
        project.chain(devices).chain(files)
    }

    /// Returns what one device of a group goes through under each agent; `None` where nothing can be simulated.
    ///
    /// `group` is its id; one that the scenario does not have, or none, is the first group that the outage cuts.
    /// It is worked out when it is looked at, and again only when an input or the seed has changed.
    pub fn one_device(&self, group: Option<&str>) -> Option<Arc<Timeline>> {
        self.alone.of(self.fleet?, group, self.seed)
    }

    /// Returns the name of the active scenario.
    pub fn scenario_name(&self) -> String {
        self.file.scenario_name(self.scenario)
    }

    /// Returns whether a command can be used now.
    ///
    /// # Errors
    /// The reason why not.
    pub fn enabled(&self, command: UserCommand) -> Result<(), &'static str> {
        command.enabled(self)
    }
}
