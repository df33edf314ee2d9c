//! What can be asked about roll-outs, and their rows in the table.

use super::table::{Entry, Menu, Shortcut, UserCommand};
use crate::desk::View;
use crate::desk::rollout::terms::Form;
use crate::push::machine::Scope;
use std::path::PathBuf;

/// A wish about the next plan, or an order to the roll-out that is open.
#[derive(Clone, Debug, PartialEq)]
pub enum RolloutCommand {
    /// Changes the form of the next plan.
    Fill(Box<Form>),
    /// Says who orders and approves, for the log.
    Name(String),
    /// Makes a plan of the saved project, simulates it and writes it to a file.
    Make(PathBuf),
    /// Takes a plan over that would overload the platform, by name; it is written then.
    TakeOver(String),
    /// Leaves that plan.
    LeaveRefused,
    /// Opens the roll-out of a plan or of a journal, to look at it; nothing is begun.
    Open(PathBuf),
    /// Closes it; one that is driven from here is paused.
    Close,
    /// Approves the plan by its hash, or its first 16 digits.
    Approve(String),
    /// Begins; what was typed must be the number of devices.
    Start {
        /// What was typed.
        typed: String,
    },
    /// Begins nothing new.
    Pause,
    /// Goes on.
    Resume,
    /// Stops for good; what is being done to a device is ended.
    Stop,
    /// Serves devices again that failed or were not reached.
    Retry {
        /// Words of the classes; none: all.
        classes: Vec<String>,
    },
    /// Brings previous files back; what was typed must be the number of devices.
    RollBack {
        /// Of which devices.
        scope: Scope,
        /// Outside maintenance windows too.
        urgent: bool,
        /// What was typed.
        typed: String,
    },
    /// Reads the devices back that are in doubt.
    Look,
    /// Restarts a device that is in doubt.
    Restart(u32),
    /// Shows a device with its files and its log, a place in the plan, or none.
    ShowDevice(Option<u32>),
    /// Writes every device and its state as a table.
    SaveDevices(PathBuf),
    /// Checks the audit log and writes it.
    SaveLog(PathBuf),
    /// The window is to close: what is driven from here is paused and ended first.
    Leave,
}

const fn row(command: UserCommand, text: &'static str, tooltip: &'static str) -> Entry {
    Entry { command, menu: Menu::Run, text, tooltip, shortcuts: &[] }
}

/// Keys of the screen.
const SCREEN_KEYS: &[Shortcut] = &[Shortcut { command: true, shift: false, key: "6" }];
/// Ctrl+Shift+H, reached with one hand and on every keyboard.
const STOP_KEYS: &[Shortcut] = &[Shortcut { command: true, shift: true, key: "H" }];

/// The screen.
pub(super) const SCREEN: Entry = Entry {
    command: UserCommand::ScreenRollout,
    menu: Menu::View,
    text: "Roll-out",
    tooltip: "Brings files to devices in waves, simulated before it begins",
    shortcuts: SCREEN_KEYS,
};
/// Opens one.
pub(super) const OPEN: Entry = row(
    UserCommand::OpenRollout,
    "Open roll-out…",
    "Shows the roll-out of a plan or a journal; nothing goes on by itself",
);
/// Pauses it.
pub(super) const PAUSE: Entry = row(
    UserCommand::PauseRollout,
    "Pause roll-out",
    "Begins nothing new; what is being done to a device is ended",
);
/// Goes on.
pub(super) const RESUME: Entry =
    row(UserCommand::ResumeRollout, "Resume roll-out", "Goes on after a pause or an interruption");
/// Stops it.
pub(super) const STOP: Entry = Entry {
    shortcuts: STOP_KEYS,
    ..row(
        UserCommand::StopRollout,
        "Stop all of the roll-out",
        "Begins nothing new on any device, for good; what is being done to a device is ended",
    )
};

/// Returns the command of the desk that one of the table is, `None` where the face has to ask or show something.
pub(super) fn command(command: UserCommand) -> Option<RolloutCommand> {
    Some(match command {
        UserCommand::PauseRollout => RolloutCommand::Pause,
        UserCommand::ResumeRollout => RolloutCommand::Resume,
        UserCommand::StopRollout => RolloutCommand::Stop,
        _ => return None,
    })
}

/// Returns whether a command about roll-outs can be used now.
///
/// # Errors
/// The reason why not, as a tooltip says it.
pub(super) fn enabled(command: UserCommand, view: &View<'_>) -> Result<(), &'static str> {
    let open = || view.rollout.open.ok_or("No roll-out is open");
    match command {
        UserCommand::PauseRollout => open()?.may_pause(),
        UserCommand::ResumeRollout => open()?.may_resume(),
        UserCommand::StopRollout => open()?.may_stop(),
        _ => Ok(()),
    }
}
