//! What a panel asks for. Panels push requests; the application carries them out after drawing.

use crate::config::bundle::Target;
use crate::desk::command::Drawing;
#[cfg(feature = "push")]
use crate::desk::command::RolloutCommand;
use crate::desk::{Command, UserCommand, View};
use crate::report::draw::Graphic;
use crate::report::files::Format;
use egui::{Button, Response, Ui};
use std::path::PathBuf;

/// A screen of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screen {
    /// Groups of devices and their settings.
    Fleet,
    /// Machines, what runs on them, and how busy it is.
    Topology,
    /// How the fleet comes back.
    Simulate,
    /// What it takes to meet the targets.
    Recommend,
    /// The files that the agents read.
    Configs,
    /// Files on their way to devices, in waves.
    #[cfg(feature = "push")]
    Rollout,
    /// Real agents, a platform for them, and the rehearsal.
    Live,
    /// The result as files that can be handed on.
    Report,
}

impl Screen {
    /// Every screen, in work order.
    pub const ALL: [Self; 7 + cfg!(feature = "push") as usize] = [
        Self::Fleet,
        Self::Topology,
        Self::Simulate,
        Self::Recommend,
        Self::Configs,
        #[cfg(feature = "push")]
        Self::Rollout,
        Self::Live,
        Self::Report,
    ];

    /// The command that shows it.
    pub fn command(self) -> UserCommand {
        match self {
            Self::Fleet => UserCommand::ScreenFleet,
            Self::Topology => UserCommand::ScreenTopology,
            Self::Simulate => UserCommand::ScreenSimulate,
            Self::Recommend => UserCommand::ScreenRecommend,
            Self::Configs => UserCommand::ScreenConfigs,
            #[cfg(feature = "push")]
            Self::Rollout => UserCommand::ScreenRollout,
            Self::Live => UserCommand::ScreenLive,
            Self::Report => UserCommand::ScreenReport,
        }
    }

    /// The word in the rail.
    pub fn word(self) -> &'static str {
        self.command().entry().text
    }

    /// Returns the screen with this word in lower case, as the command line names it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|screen| screen.word().to_lowercase() == word)
    }
}

/// What a file dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Open a project.
    Open,
    /// Save the project to another file.
    SaveAs,
    /// Look at a table of devices.
    ImportDevices,
    /// Write lines that are no devices to a file.
    SaveBadLines,
    /// Write agents' files to a target.
    Export(Target),
    /// Write a report in a format.
    Report(Format),
    /// Make a project from the files that devices have.
    Import(Place),
    /// Compare with the files that devices have.
    Compare(Place),
    /// Try an agent's file.
    Try,
    /// Write a chart to a file.
    SaveChart(Format),
    /// Write a picture of the topology.
    Topology(Drawing),
    /// A file of a roll-out.
    #[cfg(feature = "push")]
    Rollout(RolloutFile),
}

/// A file of a roll-out.
#[cfg(feature = "push")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RolloutFile {
    /// A plan or a journal to open.
    Open,
    /// The plan to write.
    Plan,
    /// The table of devices to write.
    Devices,
    /// The audit log to write.
    Log,
}

#[cfg(feature = "push")]
impl RolloutFile {
    /// Returns what stands in the title of a dialog, the name that is proposed, and its ending.
    pub(super) fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Open => ("Open a roll-out", "", "json"),
            Self::Plan => ("Save the plan as", "roll-out.json", "json"),
            Self::Devices => ("Save the devices and their states as", "devices.csv", "csv"),
            Self::Log => ("Save the audit log as", "audit-log.jsonl", "jsonl"),
        }
    }

    /// Returns the command for a path.
    pub(super) fn command(self, path: PathBuf) -> Command {
        match self {
            Self::Open => RolloutCommand::Open(path),
            Self::Plan => RolloutCommand::Make(path),
            Self::Devices => RolloutCommand::SaveDevices(path),
            Self::Log => RolloutCommand::SaveLog(path),
        }
        .into()
    }
}

/// What files of devices lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder.
    Folder,
    /// An archive.
    Archive,
}

/// What a panel asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A command for the desk.
    Desk(Command),
    /// A command from the table: menus, palette, keys, buttons.
    User(UserCommand),
    /// Show the place of an input: a JSON pointer.
    GoTo(String),
    /// Show the files of the group with this id.
    GoToFile(String),
    /// A path was typed or chosen for a purpose.
    Path(Purpose, PathBuf),
    /// Ask for a path for a purpose.
    Ask(Purpose),
    /// Put a chart on the clipboard as a picture.
    CopyChart(Graphic),
    /// Ask for a file and write a chart to it.
    SaveChart(Format, Graphic),
}

/// Draws the button of a command: usable where the command is, and saying `tip`, else saying why not.
pub fn offer(ui: &mut Ui, command: UserCommand, button: Button<'_>, tip: &str, view: &View<'_>) -> Response {
    match view.enabled(command) {
        Ok(()) => ui.add(button).on_hover_text(tip),
        Err(reason) => ui.add_enabled(false, button).on_disabled_hover_text(reason),
    }
}

impl<C: Into<Command>> From<C> for Request {
    fn from(command: C) -> Self {
        Self::Desk(command.into())
    }
}
