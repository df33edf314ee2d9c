//! What each user command does, and when it can be used.

#[cfg(feature = "live")]
use super::LiveCommand;
use super::{
    Command, DeviceCommand, DocumentCommand, FileCommand, PlanCommand, RunCommand, ScenarioCommand,
    SettingsCommand, UserCommand,
};
use crate::desk::View;
use crate::desk::job::Status;
use crate::desk::planning::Question;
use crate::desk::settings::Theme;
use crate::fleet::example::EXAMPLES;

impl UserCommand {
    /// Returns the command of the desk that this one is, or `None` where the face has to ask or show
    /// something first.
    pub fn command(self, view: &View<'_>) -> Option<Command> {
        Some(match self {
            Self::New => FileCommand::Example(EXAMPLES[0].name.to_owned()).into(),
            Self::ReopenPrevious => FileCommand::ReopenPrevious.into(),
            // Without a file of its own a project is saved through the dialog.
            Self::Save => {
                view.path?;
                FileCommand::Save.into()
            }
            Self::ClearRecent => FileCommand::ClearRecent.into(),
            Self::Undo => DocumentCommand::Undo.into(),
            Self::Redo => DocumentCommand::Redo.into(),
            Self::RemoveDevices => DeviceCommand::RemoveSelected.into(),
            Self::AddGroup => DocumentCommand::AddGroup.into(),
            Self::DuplicateScenario => ScenarioCommand::Duplicate.into(),
            Self::RemoveScenario => ScenarioCommand::Remove(view.scenario?.to_owned()).into(),
            Self::PinBaseline => ScenarioCommand::Pin.into(),
            Self::Unpin => ScenarioCommand::Unpin.into(),
            Self::RunAgain => RunCommand::Start.into(),
            #[cfg(feature = "live")]
            Self::Rehearse => LiveCommand::Rehearse.into(),
            #[cfg(feature = "live")]
            Self::StartPlatform => LiveCommand::StartPlatform { encrypted: false }.into(),
            #[cfg(feature = "live")]
            Self::StopLive => LiveCommand::StopAll.into(),
            #[cfg(not(feature = "live"))]
            Self::Rehearse | Self::StartPlatform | Self::StopLive => return None,
            // All stand in the bar at the bottom; files come first there.
            Self::Cancel if view.transfer.is_some() => FileCommand::StopTransfer.into(),
            Self::Cancel if view.plans.progress().is_some() => PlanCommand::Cancel.into(),
            #[cfg(feature = "live")]
            Self::Cancel if *view.status != Status::Running && view.live.rehearses() => {
                LiveCommand::CancelRehearsal.into()
            }
            Self::Cancel => RunCommand::Cancel.into(),
            Self::Solve => PlanCommand::Ask(Question::Answers).into(),
            Self::ThemeSystem => SettingsCommand::Theme(Theme::System).into(),
            Self::ThemeDark => SettingsCommand::Theme(Theme::Dark).into(),
            Self::ThemeLight => SettingsCommand::Theme(Theme::Light).into(),
            Self::ZoomIn => SettingsCommand::Zoom(view.settings.zoom_in()).into(),
            Self::ZoomOut => SettingsCommand::Zoom(view.settings.zoom_out()).into(),
            Self::ZoomReset => SettingsCommand::Zoom(1.0).into(),
            Self::StopComparing => FileCommand::StopComparing.into(),
            Self::StopTrying => FileCommand::StopTrying.into(),
            #[cfg(feature = "push")]
            Self::ScreenRollout
            | Self::OpenRollout
            | Self::PauseRollout
            | Self::ResumeRollout
            | Self::StopRollout => super::rollout::command(self)?.into(),
            Self::Open
            | Self::SaveAs
            | Self::Export
            | Self::Report
            | Self::ImportConfigs
            | Self::ImportArchive
            | Self::Compare
            | Self::CompareArchive
            | Self::TryFile
            | Self::TryPasted
            | Self::ImportDevices
            | Self::SaveBadLines
            | Self::ScreenDevices
            | Self::Quit
            | Self::RenameScenario
            | Self::ScreenFleet
            | Self::ScreenTopology
            | Self::ScreenSimulate
            | Self::ScreenRecommend
            | Self::ScreenConfigs
            | Self::ScreenLive
            | Self::ScreenReport
            | Self::Why
            | Self::WhatWouldItTake
            | Self::Palette
            | Self::ShowKeys => return None,
        })
    }

    /// Returns whether the command can be used now.
    ///
    /// # Errors
    /// The reason why not, as a tooltip says it.
    pub fn enabled(self, view: &View<'_>) -> Result<(), &'static str> {
        let when = |usable: bool, reason: &'static str| if usable { Ok(()) } else { Err(reason) };
        match self {
            Self::Undo => when(view.undo.is_some(), "There is nothing to undo"),
            Self::Redo => when(view.redo.is_some(), "There is nothing to redo"),
            Self::Save => when(view.dirty || view.path.is_none(), "Everything is saved"),
            Self::ReopenPrevious => when(view.previous.is_some(), "Nothing else was open before"),
            Self::ClearRecent => when(!view.settings.recent.is_empty(), "The list is empty"),
            Self::RenameScenario | Self::RemoveScenario => {
                when(view.scenario.is_some(), "The baseline is active; choose a scenario first")
            }
            Self::Unpin => when(view.pinned.is_some(), "No baseline is pinned"),
            Self::Cancel => {
                let searching = view.plans.progress().is_some() || *view.status == Status::Running;
                #[cfg(feature = "live")]
                let searching = searching || view.live.rehearses();
                let stoppable = view.transfer.map_or(searching, |own| !own.stopping);
                when(stoppable, "Nothing is running")
            }
            Self::Export
            | Self::Report
            | Self::ImportConfigs
            | Self::ImportArchive
            | Self::Compare
            | Self::CompareArchive
                if view.transfer.is_some() =>
            {
                Err("Files are being read or written; wait for it or cancel it")
            }
            Self::RunAgain | Self::PinBaseline | Self::Report => {
                when(view.fleet.is_some(), "The project has errors; correct them first")
            }
            Self::Export if view.checked.blocked() => Err("The project has errors; correct them first"),
            Self::Export => {
                let outline = &view.outline;
                if outline.waves_error().or_else(|| outline.paths_error()).is_some() {
                    return Err("Waves or paths have errors; they stand beside the button");
                }
                let blocked = view.agent_files.iter().any(|group| group.blocked().is_some());
                when(!blocked, "A file of the devices has errors; see its findings")
            }
            Self::Why => when(view.outcome.is_some(), "Nothing is simulated yet"),
            Self::WhatWouldItTake | Self::Solve if view.fleet.is_none() => {
                Err("The project has errors; correct them first")
            }
            Self::Solve => when(!view.plans.goals.list.is_empty(), "No target counts; set one first"),
            #[cfg(feature = "live")]
            Self::Rehearse if view.live.rehearses() => Err("A rehearsal is under way"),
            #[cfg(feature = "live")]
            Self::Rehearse => when(view.fleet.is_some(), "The project has errors; correct them first"),
            #[cfg(feature = "live")]
            Self::StartPlatform => when(view.live.platform.is_none(), "The test platform runs already"),
            #[cfg(feature = "live")]
            Self::StopLive => when(view.live.runs(), "Nothing live is running"),
            #[cfg(not(feature = "live"))]
            Self::Rehearse | Self::StartPlatform | Self::StopLive => {
                Err("This program was built without live connections")
            }
            Self::StopComparing => when(view.compared.is_some(), "Nothing is compared with"),
            Self::StopTrying => when(view.tried.is_some(), "No file was tried"),
            Self::SaveBadLines => when(view.devices.bad_lines, "No line was left out"),
            Self::RemoveDevices => when(!view.devices.selected.is_empty(), "No device is selected"),
            #[cfg(feature = "push")]
            Self::PauseRollout | Self::ResumeRollout | Self::StopRollout => {
                super::rollout::enabled(self, view)
            }
            Self::ThemeSystem => when(view.settings.theme != Theme::System, "This theme is shown"),
            Self::ThemeDark => when(view.settings.theme != Theme::Dark, "This theme is shown"),
            Self::ThemeLight => when(view.settings.theme != Theme::Light, "This theme is shown"),
            Self::ZoomIn => when(view.settings.zoom_in() > view.settings.zoom, "This is the largest zoom"),
            Self::ZoomOut => when(view.settings.zoom_out() < view.settings.zoom, "This is the smallest zoom"),
            Self::ZoomReset => when(view.settings.zoom != 1.0, "The zoom is 100 %"),
            _ => Ok(()),
        }
    }
}
