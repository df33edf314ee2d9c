//! What can be asked of the desk.
//!
//! A panel never changes anything: it pushes a [`Command`], and [`Desk::apply`](super::Desk::apply)
//! carries it out. Two levels keep every leaf small; each area has its handler in `apply`.
//!
//! [`UserCommand`] is the other table: what people choose from menus, the palette and by keys, with
//! its text. Some of those are one [`Command`], others ask for something first (a file, a name) and
//! are the face's business.

mod devices;
#[cfg(feature = "live")]
mod live;
mod plan;
#[cfg(feature = "push")]
mod rollout;
mod table;
#[cfg(test)]
mod tests;
mod topology;
mod usable;

pub use devices::DeviceCommand;
#[cfg(feature = "live")]
pub use live::{Ask, Disturbance, LiveCommand};
pub use plan::PlanCommand;
#[cfg(feature = "push")]
pub use rollout::RolloutCommand;
pub use table::{Entry, Menu, Shortcut, TABLE, UserCommand};
pub use topology::{TopologyCommand, When};

use super::agents::ExportOptions;
use super::settings::Theme;
use super::transfer::ReportOptions;
use crate::base::Fix;
use crate::config::bundle::Target;
use crate::fleet::file::Value;
use crate::fleet::settings::Area;
use crate::report::draw::Graphic;
use crate::report::files::Format;
pub use crate::report::topology::Drawing;
use std::path::PathBuf;

/// Anything that can be asked of the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Changes the project.
    Document(DocumentCommand),
    /// Chooses, makes and compares scenarios.
    Scenario(ScenarioCommand),
    /// Steers the simulation.
    Run(RunCommand),
    /// Opens, saves and exports.
    File(FileCommand),
    /// Changes the list of devices, or how it is looked at.
    Devices(DeviceCommand),
    /// Writes a chart to a file.
    Chart(ChartCommand),
    /// Changes what the program remembers between starts.
    Settings(SettingsCommand),
    /// Looks for plans, or applies one.
    Plan(PlanCommand),
    /// Plans a roll-out, or gives orders to one.
    #[cfg(feature = "push")]
    Rollout(RolloutCommand),
    /// Opens and ends live connections.
    #[cfg(feature = "live")]
    Live(LiveCommand),
}

/// What is made of a chart.
#[derive(Clone, Debug, PartialEq)]
pub enum ChartCommand {
    /// Writes it to a file.
    Save {
        /// The file; without an ending it gets that of the format.
        path: PathBuf,
        /// What is written, one of [`Format::CHARTS`].
        format: Format,
        /// The chart as it is shown, or a part of it.
        chart: Graphic,
    },
}

/// A change of the project; every one is a named step that can be undone.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentCommand {
    /// Gives inputs new values in the active scenario, or in the baseline where none is active.
    Set {
        /// Address and value of each input.
        edits: Vec<(String, Value)>,
        /// Whether the gesture is over; until then further values for the same inputs join this step.
        finished: bool,
    },
    /// Makes the change that a finding proposes.
    Apply(Fix),
    /// Adds a group with complete settings.
    AddGroup,
    /// Adds a copy of the group with this id, with what scenarios say about it.
    DuplicateGroup(String),
    /// Removes the group with this id, with what scenarios say about it.
    RemoveGroup(String),
    /// Gives a group another name; its id and all addresses stay.
    RenameGroup {
        /// Id of the group.
        id: String,
        /// The new name.
        name: String,
    },
    /// Models an optional section of the platform, with its defaults.
    AddSection(Area),
    /// Takes an optional section of the platform out, with what scenarios say about it.
    RemoveSection(Area),
    /// Adds a further event to the outage.
    AddEvent,
    /// Removes the event with this id, with what scenarios say about it.
    RemoveEvent(String),
    /// Gives the project another name.
    SetName(String),
    /// Changes the topology.
    Topology(TopologyCommand),
    /// Takes the last step back.
    Undo,
    /// Makes the last undone step again.
    Redo,
}

/// A choice between scenarios, or a change of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScenarioCommand {
    /// Makes a scenario the active one; `None` is the baseline.
    Activate(Option<String>),
    /// Adds a copy of the active scenario and makes it the active one.
    Duplicate,
    /// Gives a scenario another name.
    Rename {
        /// Id of the scenario.
        id: String,
        /// The new name.
        name: String,
    },
    /// Adds a scenario in which a group has what the tried file says, and makes it the active one.
    WithFile {
        /// Id of the group.
        group: String,
    },
    /// Removes a scenario.
    Remove(String),
    /// Takes one assignment out of the active scenario, so that the baseline's value holds again.
    ResetInput(String),
    /// Keeps the active scenario as it is now, to compare with.
    Pin,
    /// Stops comparing.
    Unpin,
    /// Shows a scenario in the charts beside the active one and the baseline, or shows it no more.
    Tick {
        /// Id of the scenario; `None` is the baseline of the project.
        id: Option<String>,
        /// Whether it is shown.
        on: bool,
    },
}

/// Steering of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunCommand {
    /// Simulates again; after a cancel the missing runs only.
    Start,
    /// Stops; the runs that are there stay.
    Cancel,
    /// Changes the number of runs, 1 to [`MAX_RUNS`](super::settings::MAX_RUNS).
    SetRuns(u32),
    /// Changes the seed of the draws.
    SetSeed(u64),
}

/// Files and what the program remembers about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileCommand {
    /// Opens a project file.
    Open(PathBuf),
    /// Opens a project that did not come from a file.
    OpenText {
        /// Name shown until it is saved.
        name: String,
        /// The whole project.
        text: String,
    },
    /// Opens the shipped example with this name.
    Example(String),
    /// Opens again what was open before the last open.
    ReopenPrevious,
    /// Writes the project to its file.
    Save,
    /// Writes the project to another file, which becomes its own.
    SaveAs(PathBuf),
    /// Writes the agents' files of the active scenario.
    Export {
        /// Folder, for the zip bundle the archive.
        path: PathBuf,
        /// Where the files go.
        target: Target,
    },
    /// Writes a picture of the topology.
    Topology {
        /// The file.
        path: PathBuf,
        /// What is written.
        format: Drawing,
    },
    /// Makes a report of the active scenario.
    Report {
        /// File, for charts the folder.
        path: PathBuf,
        /// What it is to be.
        options: ReportOptions,
    },
    /// Shows the files of the device in this row of the list, or of none.
    ShowDevice(Option<u32>),
    /// Lays out what the next export writes, and looks at what that gives.
    PlanExport(ExportOptions),
    /// Stops reading or writing agents' files.
    StopTransfer,
    /// Compares the agents' files with those that devices have, from a folder or an archive.
    Compare(PathBuf),
    /// Stops comparing with files that devices have.
    StopComparing,
    /// Opens a new project made from the files that devices have, from a folder or an archive.
    ImportConfigs(PathBuf),
    /// Tries an agent's file.
    TryPath(PathBuf),
    /// Tries the text of an agent's file.
    TryFile {
        /// What it is called.
        name: String,
        /// The whole text.
        text: String,
    },
    /// Forgets the file that was tried.
    StopTrying,
    /// Takes what was dropped onto the window: opens a project, tries an agent's file, compares with a
    /// folder or an archive.
    Take(PathBuf),
    /// Goes on with the project that was restored after a crash.
    KeepRestored,
    /// Leaves the restored project and opens what was saved last.
    OpenLastSaved,
    /// Forgets the list of recent files.
    ClearRecent,
    /// Hides the hint of the first start for good.
    DismissHint,
}

/// Changes of what is remembered between starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingsCommand {
    /// Chooses the theme.
    Theme(Theme),
    /// Chooses the zoom, a factor from [`MIN_ZOOM`](super::settings::MIN_ZOOM) to
    /// [`MAX_ZOOM`](super::settings::MAX_ZOOM).
    Zoom(f32),
    /// Remembers the size of the window [points].
    Window {
        /// Width [points].
        width: f32,
        /// Height [points].
        height: f32,
    },
}

impl From<TopologyCommand> for Command {
    fn from(command: TopologyCommand) -> Self {
        DocumentCommand::Topology(command).into()
    }
}

#[cfg(feature = "push")]
impl From<RolloutCommand> for Command {
    fn from(command: RolloutCommand) -> Self {
        Self::Rollout(command)
    }
}

#[cfg(feature = "live")]
impl From<LiveCommand> for Command {
    fn from(leaf: LiveCommand) -> Self {
        Self::Live(leaf)
    }
}

macro_rules! into_command {
    ($($leaf:ident => $area:ident),*) => {
        $(impl From<$leaf> for Command {
            fn from(leaf: $leaf) -> Self {
                Self::$area(leaf)
            }
        })*
    };
}

into_command! {
    DocumentCommand => Document,
    ScenarioCommand => Scenario,
    RunCommand => Run,
    FileCommand => File,
    DeviceCommand => Devices,
    ChartCommand => Chart,
    SettingsCommand => Settings,
    PlanCommand => Plan
}
