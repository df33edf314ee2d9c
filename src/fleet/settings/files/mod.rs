//! The files that agents read: which there are for a kind, which keys stand in them, and how sure we are.
//!
//! A key of a file holds the value of one setting of its group, in the setting's own unit. What a file
//! holds and the simulation does not need, such as message sizes, has settings too: [`Area::FileOnly`],
//! so that it can be planned, checked and written like everything else.
//!
//! Names of hosts, folders and keys of applications are not here: they are each device's own, stay as
//! they are in its file, or come from the inventory.
//!
//! [`Area::FileOnly`]: super::Area::FileOnly

mod csdk;
mod dotnet;
mod ems;
mod example_agent;
mod java;

use crate::fleet::kind::AgentKind;
use crate::fleet::setting::{Certainty, Choice, Setting, Unit};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// JSON; what people added to it, comments and trailing commas, is kept.
    Json,
    /// Java properties: a key and a value per line.
    Properties,
    /// A fragment of C that sets fields of `twcfg`, one per line.
    Header,
    /// Lines of a program that configure its SDK; written, never read.
    Code,
}

/// How a file gets to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The agent reads it when it starts: it can be put on the device.
    File,
    /// It is compiled into the firmware: every change needs a build, and nothing can be pushed.
    Build,
    /// It belongs into the source of the application.
    Source,
}

impl Delivery {
    /// Returns what has to happen, in one sentence; empty where the file is simply put on the device.
    pub fn note(self) -> &'static str {
        match self {
            Self::File => "",
            Self::Build => "Needs a firmware build, cannot be pushed: these values are compiled in.",
            Self::Source => "Belongs into the source of the application, cannot be pushed.",
        }
    }
}

/// How a value stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A bare number, or a text for a choice.
    Plain,
    /// A number in quotes.
    Quoted,
    /// A word of a choice as another text: the choice's word, the file's text.
    Words(&'static [(&'static str, &'static str)]),
    /// `on` as true and `off` as false.
    Switch,
}

/// One key of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKey {
    /// Names on the way to the value, joined by `/`; the whole line with `{}` for the value in code.
    pub path: &'static str,
    /// Key of the group's setting that it holds.
    pub setting: &'static str,
    /// How the value is written.
    pub form: Form,
}

impl FileKey {
    /// Returns a key that holds a setting as a bare number.
    const fn new(path: &'static str, setting: &'static str) -> Self {
        Self { path, setting, form: Form::Plain }
    }

    /// Returns a key whose name is the setting's.
    const fn same(name: &'static str) -> Self {
        Self::new(name, name)
    }

    /// Returns the key with its value written in another form.
    const fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

/// One file of an agent kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgentFile {
    /// Name of the file on the device.
    pub name: &'static str,
    /// Name of what is written where nobody knows the device's own file, for files that hold more than
    /// what is planned; a part must never replace the whole.
    pub part: Option<&'static str>,
    /// How it is written.
    pub format: FileFormat,
    /// How it gets to a device.
    pub delivery: Delivery,
    /// How sure we are of its names and nesting.
    pub certainty: Certainty,
    /// Where they come from.
    pub source: &'static str,
    /// What must be known before it is used, in whole sentences.
    pub notes: &'static [&'static str],
    /// Its keys in the order in which they are written.
    pub keys: &'static [FileKey],
}

impl AgentFile {
    /// Returns the settings that the file holds, each with its key.
    pub fn rows(&self, kind: AgentKind) -> impl Iterator<Item = (&'static FileKey, &'static Setting)> {
        let keys: &'static [FileKey] = self.keys;
        keys.iter().filter_map(move |key| Some((key, super::group_setting(kind, key.setting)?)))
    }
}

/// Returns the files of an agent kind in the order in which they are shown; none where nothing is known.
pub fn agent_files(kind: AgentKind) -> &'static [AgentFile] {
    match kind {
        AgentKind::CSdk => csdk::FILES,
        AgentKind::ExampleAgent => example_agent::FILES,
        AgentKind::Ems => ems::FILES,
        AgentKind::JavaSdk => java::FILES,
        AgentKind::DotNetSdk => dotnet::FILES,
        AgentKind::Generic => &[],
    }
}

/// Returns where a setting of a kind stands, in the order of the files; code is left out.
pub fn places(
    kind: AgentKind,
    setting: &str,
) -> impl Iterator<Item = (&'static AgentFile, &'static FileKey)> {
    agent_files(kind)
        .iter()
        .filter(|file| file.format != FileFormat::Code)
        .filter_map(move |file| Some((file, file.keys.iter().find(|key| key.setting == setting)?)))
}

/// Returns the settings that stand in the files of a kind and are not simulated.
pub(super) fn file_only(kind: AgentKind) -> &'static [Setting] {
    match kind {
        AgentKind::CSdk => csdk::FILE_ONLY,
        AgentKind::Ems => ems::FILE_ONLY,
        AgentKind::ExampleAgent | AgentKind::JavaSdk | AgentKind::DotNetSdk | AgentKind::Generic => &[],
    }
}

/// What is said of a setting that the simulation does not use.
const NOT_SIMULATED: &str = "None: it is written into the file, not simulated.";

/// A row that is written into files only.
const FILE_ONLY: Setting = Setting {
    range: (0.0, 2_147_483_647.0),
    certainty: Certainty::Documented,
    settled: Some("It is not simulated: leave it out, and devices keep their own value."),
    effect: NOT_SIMULATED,
    ..Setting::BLANK
};

/// The words of a switch.
const SWITCH: Unit = Unit::Choice(&[
    Choice { value: "on", label: "On", meaning: "Switched on." },
    Choice { value: "off", label: "Off", meaning: "Switched off." },
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::settings::{Area, GROUP};
    use std::collections::BTreeSet;

    #[test]
    fn every_key_holds_a_setting_of_its_kind_and_stands_once() {
        for kind in AgentKind::ALL {
            for file in agent_files(kind) {
                assert_eq!(file.rows(kind).count(), file.keys.len(), "{kind:?} {}", file.name);
                let paths: BTreeSet<&str> = file.keys.iter().map(|key| key.path).collect();
                let settings: BTreeSet<&str> = file.keys.iter().map(|key| key.setting).collect();
                assert_eq!(
                    (paths.len(), settings.len()),
                    (file.keys.len(), file.keys.len()),
                    "{}",
                    file.name
                );
                assert!(!file.source.is_empty());
                let code = file.format == FileFormat::Code;
                assert!(file.keys.iter().all(|key| key.path.contains("{}") == code), "{}", file.name);
                assert_eq!(code, file.delivery == Delivery::Source, "{}", file.name);
            }
        }
    }

    #[test]
    fn forms_fit_their_settings() {
        for kind in AgentKind::ALL {
            for (key, setting) in agent_files(kind).iter().flat_map(|file| file.rows(kind)) {
                let words: Vec<&str> = match setting.unit {
                    Unit::Choice(choices) => choices.iter().map(|choice| choice.value).collect(),
                    _ => Vec::new(),
                };
                match key.form {
                    Form::Plain | Form::Quoted => assert!(words.is_empty(), "{kind:?} {}", key.path),
                    Form::Switch => assert_eq!(words.len(), 2, "{kind:?} {}", key.path),
                    Form::Words(pairs) => {
                        assert!(words.iter().all(|word| pairs.iter().any(|(own, _)| own == word)));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_in_files_only_is_in_a_file_and_every_connection_setting_too() {
        for kind in [AgentKind::CSdk, AgentKind::Ems] {
            let held: BTreeSet<&str> =
                agent_files(kind).iter().flat_map(|file| file.keys).map(|key| key.setting).collect();
            for row in Area::FileOnly(kind).settings() {
                assert!(held.contains(row.key), "{kind:?} {}", row.key);
                assert!(row.effect == NOT_SIMULATED && row.needs == Some(row.key));
            }
            // What no file holds is a law of the build, or nothing that an agent is told.
            for row in Area::Agent(kind).settings().iter().filter(|row| !held.contains(row.key)) {
                assert!(matches!(row.unit, Unit::Choice(_)), "{kind:?} {}", row.key);
            }
        }
        assert!(GROUP.iter().any(|row| row.key == "offline_store/limit_bytes"));
    }
}
