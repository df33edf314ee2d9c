//! The one table of user commands: menus, palette, shortcuts and the key list are made from it, so
//! that they cannot drift apart. What each of them does, and when it can be used, stands beside.

/// What a person can choose from a menu, the palette or by keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the table beside says in words what each of them does")]
pub enum UserCommand {
    New,
    Open,
    ReopenPrevious,
    Save,
    SaveAs,
    Export,
    Report,
    ImportDevices,
    SaveBadLines,
    ClearRecent,
    Quit,
    Undo,
    Redo,
    AddGroup,
    RemoveDevices,
    DuplicateScenario,
    RenameScenario,
    RemoveScenario,
    PinBaseline,
    Unpin,
    RunAgain,
    Cancel,
    Rehearse,
    StartPlatform,
    StopLive,
    Why,
    WhatWouldItTake,
    Solve,
    #[cfg(feature = "push")]
    OpenRollout,
    #[cfg(feature = "push")]
    PauseRollout,
    #[cfg(feature = "push")]
    ResumeRollout,
    #[cfg(feature = "push")]
    StopRollout,
    ImportConfigs,
    ImportArchive,
    Compare,
    CompareArchive,
    StopComparing,
    TryFile,
    TryPasted,
    StopTrying,
    ScreenFleet,
    ScreenDevices,
    ScreenTopology,
    ScreenSimulate,
    ScreenRecommend,
    ScreenConfigs,
    #[cfg(feature = "push")]
    ScreenRollout,
    ScreenLive,
    ScreenReport,
    Palette,
    ThemeSystem,
    ThemeDark,
    ThemeLight,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    ShowKeys,
}

/// A menu of the menu bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Menu {
    /// Projects and files.
    File,
    /// Changes of the project.
    Edit,
    /// Screens, theme and zoom.
    View,
    /// Simulation and comparison.
    Run,
    /// Files of agents that come from devices.
    Agents,
    /// Help.
    Help,
}

impl Menu {
    /// Every menu, in the order of the menu bar.
    pub const ALL: [Self; 6] = [Self::File, Self::Edit, Self::View, Self::Run, Self::Agents, Self::Help];

    /// The word in the menu bar.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Run => "Run",
            Self::Agents => "Agents",
            Self::Help => "Help",
        }
    }
}

/// A key with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortcut {
    /// Whether Ctrl is held, Cmd on macOS.
    pub command: bool,
    /// Whether Shift is held.
    pub shift: bool,
    /// Name of the key: a letter, a digit, `Enter`, `Escape`, `F1`, `Plus`, `Minus`, `?`.
    pub key: &'static str,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The command.
    pub command: UserCommand,
    /// The menu that holds it.
    pub menu: Menu,
    /// What stands in the menu and the palette; `…` where it asks for more.
    pub text: &'static str,
    /// What it does, in one sentence.
    pub tooltip: &'static str,
    /// Keys, the one shown in menus first.
    pub shortcuts: &'static [Shortcut],
}

const fn ctrl(key: &'static str) -> Shortcut {
    Shortcut { command: true, shift: false, key }
}

const fn ctrl_shift(key: &'static str) -> Shortcut {
    Shortcut { command: true, shift: true, key }
}

const fn plain(key: &'static str) -> Shortcut {
    Shortcut { command: false, shift: false, key }
}

const fn entry(
    command: UserCommand,
    menu: Menu,
    text: &'static str,
    tooltip: &'static str,
    shortcuts: &'static [Shortcut],
) -> Entry {
    Entry { command, menu, text, tooltip, shortcuts }
}

/// Every user command once, in the order of the menus.
pub const TABLE: &[Entry] = {
    use Menu::{Agents, Edit, File, Help, Run, View};
    use UserCommand as C;
    &[
        entry(C::New, File, "New from example", "Opens the example fleet as a new project", &[ctrl("N")]),
        entry(C::Open, File, "Open…", "Opens a project file", &[ctrl("O")]),
        entry(C::ReopenPrevious, File, "Reopen previous", "Opens again what was open before", &[]),
        entry(C::Save, File, "Save", "Writes the project to its file", &[ctrl("S")]),
        entry(C::SaveAs, File, "Save as…", "Writes the project to another file", &[ctrl_shift("S")]),
        entry(
            C::Export,
            File,
            "Export agent files…",
            "Writes the files that the agents read to the chosen place",
            &[ctrl("E")],
        ),
        entry(
            C::Report,
            File,
            "Save report…",
            "Writes the result of the active scenario in the chosen format",
            &[ctrl("P")],
        ),
        entry(
            C::ImportDevices,
            File,
            "Import list of devices…",
            "Looks at a table of devices before it is taken",
            &[],
        ),
        entry(
            C::SaveBadLines,
            File,
            "Save lines that are no devices…",
            "Writes the lines that could not be taken to a file, to be corrected there",
            &[],
        ),
        entry(C::ClearRecent, File, "Clear recent files", "Forgets the list of recent files", &[]),
        entry(
            C::Quit,
            File,
            "Quit",
            "Closes the window; unsaved changes are kept for the next start",
            &[ctrl("Q")],
        ),
        entry(C::Undo, Edit, "Undo", "Takes the last change back", &[ctrl("Z")]),
        entry(C::Redo, Edit, "Redo", "Makes the last undone change again", &[ctrl_shift("Z"), ctrl("Y")]),
        entry(C::AddGroup, Edit, "Add group", "Adds a group of devices with complete settings", &[]),
        entry(
            C::RemoveDevices,
            Edit,
            "Remove selected devices",
            "Takes the selected devices out of the list",
            &[],
        ),
        entry(
            C::DuplicateScenario,
            Edit,
            "Duplicate scenario",
            "Adds a copy of the active scenario and switches to it",
            &[ctrl("D")],
        ),
        entry(
            C::RenameScenario,
            Edit,
            "Rename scenario…",
            "Gives the active scenario another name",
            &[plain("F2")],
        ),
        entry(C::RemoveScenario, Edit, "Remove scenario", "Removes the active scenario", &[]),
        entry(C::ScreenFleet, View, "Fleet", "Shows the groups of devices and their settings", &[ctrl("1")]),
        entry(C::ScreenDevices, View, "Devices", "Shows the list of devices, one line for each", &[]),
        entry(
            C::ScreenTopology,
            View,
            "Topology",
            "Shows the machines of the cluster, what runs on them and how busy it is",
            &[ctrl("2"), ctrl_shift("T")],
        ),
        entry(C::ScreenSimulate, View, "Simulate", "Shows how the fleet comes back", &[ctrl("3")]),
        entry(
            C::ScreenRecommend,
            View,
            "Recommend",
            "Shows what it takes to meet the targets, and where they are met",
            &[ctrl("4")],
        ),
        entry(C::ScreenConfigs, View, "Configs", "Shows the files that the agents read", &[ctrl("5")]),
        #[cfg(feature = "push")]
        super::rollout::SCREEN,
        entry(
            C::ScreenLive,
            View,
            "Live",
            "Connects real agents, and rehearses the return on this computer",
            &[ctrl("7")],
        ),
        entry(C::ScreenReport, View, "Report", "Shows what a report holds, and writes it", &[ctrl("8")]),
        entry(C::Palette, View, "Search or run…", "Finds any command by its name", &[ctrl("K")]),
        entry(C::ThemeSystem, View, "Theme as in the system", "Follows the theme of the desktop", &[]),
        entry(C::ThemeDark, View, "Dark theme", "Shows light text on a dark ground", &[]),
        entry(C::ThemeLight, View, "Light theme", "Shows dark text on a light ground", &[]),
        entry(C::ZoomIn, View, "Zoom in", "Makes everything larger", &[ctrl("Plus")]),
        entry(C::ZoomOut, View, "Zoom out", "Makes everything smaller", &[ctrl("Minus")]),
        entry(C::ZoomReset, View, "Reset zoom", "Shows everything at 100 %", &[ctrl("0")]),
        entry(C::RunAgain, Run, "Run again", "Simulates the active scenario again", &[ctrl("Enter")]),
        entry(
            C::Cancel,
            Run,
            "Cancel",
            "Stops what is under way: files, a search, the simulation, a rehearsal; what is found stays",
            &[plain("Escape")],
        ),
        entry(
            C::Rehearse,
            Run,
            "Rehearse",
            "Plays the return with real agents on this computer, and measures it",
            &[],
        ),
        entry(
            C::StartPlatform,
            Run,
            "Start test platform",
            "Starts a platform on this computer that agents can connect to",
            &[],
        ),
        entry(
            C::StopLive,
            Run,
            "Stop everything live",
            "Ends the rehearsal, the agent and the test platform at once",
            &[],
        ),
        entry(C::Why, Run, "Why?", "Explains the result on the screen beside it", &[plain("W")]),
        entry(
            C::WhatWouldItTake,
            Run,
            "What would it take?",
            "Looks for settings that meet the targets, and shows them",
            &[plain("T")],
        ),
        entry(
            C::Solve,
            Run,
            "Solve",
            "Looks for settings that meet the targets",
            &[Shortcut { command: true, shift: true, key: "Enter" }],
        ),
        entry(
            C::PinBaseline,
            Run,
            "Pin as baseline",
            "Keeps the active scenario as it is now, to compare with",
            &[plain("B")],
        ),
        entry(C::Unpin, Run, "Unpin baseline", "Stops comparing", &[]),
        #[cfg(feature = "push")]
        super::rollout::OPEN,
        #[cfg(feature = "push")]
        super::rollout::PAUSE,
        #[cfg(feature = "push")]
        super::rollout::RESUME,
        #[cfg(feature = "push")]
        super::rollout::STOP,
        entry(
            C::ImportConfigs,
            Agents,
            "Import devices' files…",
            "Makes a new project from a folder of files that devices have, grouped by settings",
            &[ctrl("I")],
        ),
        entry(
            C::ImportArchive,
            Agents,
            "Import archive of devices' files…",
            "Makes a new project from a zip or tar archive of files that devices have",
            &[],
        ),
        entry(
            C::Compare,
            Agents,
            "Compare with devices' files…",
            "Shows what changes on devices; the folder has one folder per group, named by its id",
            &[ctrl_shift("D")],
        ),
        entry(
            C::CompareArchive,
            Agents,
            "Compare with archive of devices' files…",
            "Shows what changes on devices whose files are in a zip or tar archive",
            &[],
        ),
        entry(C::StopComparing, Agents, "Stop comparing", "Shows the planned files alone", &[]),
        entry(
            C::TryFile,
            Agents,
            "Try an agent's file…",
            "Says what is wrong with an agent's file and what it does in an outage",
            &[ctrl("T")],
        ),
        entry(
            C::TryPasted,
            Agents,
            "Try pasted file",
            "Tries the text of an agent's file that was copied elsewhere",
            &[],
        ),
        entry(C::StopTrying, Agents, "Close tried file", "Forgets the agent's file that was tried", &[]),
        entry(C::ShowKeys, Help, "Keys", "Lists every key", &[plain("F1"), plain("?")]),
    ]
};

impl UserCommand {
    /// Returns the row of this command.
    pub fn entry(self) -> &'static Entry {
        // The table has every command once, a test walks both.
        TABLE.iter().find(|entry| entry.command == self).unwrap_or(&TABLE[0])
    }
}
