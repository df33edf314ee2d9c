//! What people decide about a roll-out, and what is known of each device.

use super::error::PlanError;
use super::window::Window;
use super::{Now, PlannedFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is decided about a roll-out. Part of the plan's file, and so of its hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// SHA-256 of the project file, in hexadecimal digits.
    pub project_sha256: String,
    /// Name of the scenario whose settings the files hold.
    pub scenario: String,
    /// Decides the order of the devices.
    pub seed: u64,
    /// Waves as people write them: `10,10%,40%,rest`.
    pub waves: String,
    /// Whether groups share the waves.
    #[serde(default)]
    pub sequence: Sequence,
    /// Which files may be written ahead of their wave.
    #[serde(default)]
    pub staging: Staging,
    /// What a wave must reach before the next one begins.
    pub gate: Gate,
    /// How much may go wrong before everything stops.
    pub budgets: Budgets,
    /// After which waves somebody has to look.
    #[serde(default)]
    pub pauses: Pauses,
    /// How fast.
    pub pace: Pace,
    /// Number of people beside the one who starts it that have to approve the plan.
    #[serde(default)]
    pub approvals: u32,
    /// Groups of the devices.
    pub groups: Vec<GroupTerms>,
    /// Address of the platform that has to have seen a device connect since its restart before it counts as
    /// confirmed; `None`: reading it back is enough.
    #[serde(default)]
    pub confirm_at: Option<String>,
    /// How devices are reached and restarted: whoever approves the plan approves the command that runs there.
    #[serde(default)]
    pub way: Way,
    /// Where the files are made from, so that every process that drives the roll-out finds it again.
    #[serde(default)]
    pub inputs: Inputs,
    /// What the simulation says of this plan.
    #[serde(default)]
    pub prediction: Option<Prediction>,
    /// Who starts the plan although the prediction says that it overloads the platform.
    #[serde(default)]
    pub overload_accepted_by: Option<String>,
}

impl Request {
    /// Returns the place of each group by its id.
    pub(super) fn places(&self) -> BTreeMap<&str, u16> {
        self.groups.iter().zip(0..).map(|(group, at)| (group.id.as_str(), at)).collect()
    }
}

/// Returns the place of a device's group.
pub(super) fn place_of(places: &BTreeMap<&str, u16>, group: &str, thing: &str) -> Result<u16, PlanError> {
    let unknown = || PlanError::UnknownGroup { group: group.into(), thing: thing.into() };
    places.get(group).copied().ok_or_else(unknown)
}

/// Whether groups share the waves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sequence {
    /// Every wave holds devices of all groups, each in its share.
    #[default]
    Together,
    /// The waves are gone through for the first group, then for the next one.
    GroupAfterGroup,
}

/// Which files may be written ahead of their wave. Staged files are inert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Staging {
    /// None.
    #[default]
    Wave,
    /// All of them: who cannot be reached is known before anybody is restarted.
    All,
}

/// What a wave must reach before the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Share of the wave's devices that must be verified \[hundredths of a percent\], 0 to 10 000.
    pub confirmed_pct_x100: u32,
    /// How long after the wave's last device the next wave waits \[s\].
    pub observe_s: u32,
}

/// How many devices of the whole roll-out may end in each way; one more stops everything. Plain numbers, so that
/// no rounding and no empty group decides whether the stop works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// Devices that failed.
    pub failed: u32,
    /// Devices that were not reached.
    pub unreachable: u32,
    /// Devices of which nobody knows whether they restarted.
    pub unknown: u32,
    /// Devices whose file somebody else changed since the plan was made.
    pub drifted: u32,
}

/// After which waves the roll-out waits for somebody to look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pauses {
    /// After none.
    #[default]
    Never,
    /// After each.
    Each,
    /// After these, counted from 1.
    After(Vec<u32>),
}

/// How fast.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Activations, each of which is a restart and a reconnect \[activations/s\], above 0.
    pub activations_per_s: f64,
    /// Activations that may come at once after a quiet time, at least 1.
    pub burst: u32,
    /// Devices that are worked on at once, at least 1.
    pub at_once: u32,
    /// How long after its restart a device is looked at again \[s\]; 0: the look right after it counts.
    pub verify_after_s: u32,
    /// How long a restart may take \[s\], at least 1.
    pub restart_s: u32,
}

/// What holds for a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupTerms {
    /// Id of the group.
    pub id: String,
    /// Time zone of its devices by its IANA name, where they have none of their own.
    #[serde(default)]
    pub zone: Option<String>,
    /// When its devices may be activated, in their own time; none: always.
    #[serde(default)]
    pub windows: Vec<Window>,
}

/// How devices are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Way {
    /// Addresses are folders of this machine; whoever serves them sees the stamp change and restarts the agent.
    #[default]
    Folder,
    /// Addresses are `user@host:port`, reached over SSH.
    Ssh {
        /// User to sign in as, where the address names none.
        user: String,
        /// Command that restarts the agent.
        restart: String,
        /// Connections to one host at once, at least 1.
        per_host: u32,
    },
    /// Addresses are names of things, reached through their platform's file transfer.
    Platform {
        /// Address of the platform, such as `https://plant.example`.
        url: String,
        /// The thing that is a repository of files.
        repository: String,
        /// Service of the things that restarts their agents, with its parameters.
        restart: String,
    },
}

/// Where the files are made from. Paths are absolute; hashes in the plan tell whether they still make the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The project file.
    pub project: String,
    /// Id of the scenario; `None` for the baseline.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Mapping of keys beside the project's.
    #[serde(default)]
    pub mapping: Option<String>,
    /// Folder or archive of what devices have.
    #[serde(default)]
    pub has: Option<String>,
    /// List of devices, where it is not the project's.
    #[serde(default)]
    pub devices: Option<String>,
}

/// What the simulation says of the plan, as a curve that the roll-out is compared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Hash of the plan without it and without whoever takes an overload upon himself: it was made for that one.
    #[serde(default)]
    pub of: String,
    /// Least share of activated devices that are verified again some time after their restart, by rising time; for
    /// waves whose storm has no such curve of its own.
    pub back: Vec<Expected>,
    /// Largest load that the roll-out brings \[sign-ins/s\].
    pub peak_sign_ins_per_s: f64,
    /// How long the roll-out takes \[s\].
    pub lasts_s: f64,
    /// How long taking all of it back takes \[s\].
    pub roll_back_lasts_s: f64,
    /// Why the platform would not bear it, in a sentence; `None` where it does.
    #[serde(default)]
    pub overload: Option<String>,
    /// What each wave brings, and last what taking all of it back brings.
    #[serde(default)]
    pub storms: Vec<Storm>,
}

/// What the simulation says of the reconnects of one wave, or of the roll-back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storm {
    /// Devices that are restarted.
    pub devices: u32,
    /// Of these, devices that were simulated: as many as restart until the load is steady.
    pub simulated: u32,
    /// Time over which they are restarted \[s\].
    pub lasts_s: f64,
    /// Most attempts that reach the platform in a second \[sign-ins/s\].
    pub peak_sign_ins_per_s: f64,
    /// Largest share of time that the busiest tier works, over 10 s and a hundred sign-ins \[0..1\].
    pub utilisation: f64,
    /// Attempts that were refused, timed out or were closed.
    pub lost_attempts: u64,
    /// Devices that were not back at the end.
    pub never_back: u64,
    /// Time between a restart and the reconnect for 95 % of the devices \[s\]; `None` where fewer come back.
    pub back_s: Option<f64>,
    /// The predicted curve: time since the wave's first restart \[s\], devices back, and attempts \[sign-ins/s\].
    pub curve: Vec<(u32, u32, u32)>,
    /// Least share of the wave's devices that are seen to be back some time after their own restart, by rising time,
    /// so that the curve holds; empty where no platform is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub least: Vec<Expected>,
}

/// A point of the predicted curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Time since the restart \[s\].
    pub after_s: u32,
    /// Least share of devices that are verified by then \[hundredths of a percent\].
    pub least_pct_x100: u32,
}

/// What is known of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Name of its thing.
    pub thing: String,
    /// Id of its group.
    pub group: String,
    /// Its site; empty where unknown.
    pub site: String,
    /// The Connection Server that it uses; empty where unknown.
    pub server: String,
    /// Where it is reached.
    pub address: String,
    /// Its time zone by its IANA name, where it differs from its group's.
    pub zone: Option<String>,
    /// Its files.
    pub files: Vec<CandidateFile>,
}

/// What is known of a file of a device, and what it will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateFile {
    /// Where it stands on the device.
    pub path: String,
    /// What stands there now.
    pub now: Now,
    /// Hash of what it will be.
    pub want: crate::base::hash::Hash,
}

impl CandidateFile {
    pub(super) fn planned(self, path: Arc<str>) -> PlannedFile {
        PlannedFile { path, now: self.now, want: self.want }
    }
}
