//! Journeys through the desk, without a face.

mod agents;
mod devices;
mod files;
mod overlay;
mod restore;
mod simulate;

use super::command::{DocumentCommand, FileCommand, RunCommand, ScenarioCommand, SettingsCommand, TABLE};
use super::job::Status;
use super::*;
use crate::base::file::{read_text, write_atomic};
use crate::config::bundle::Target;
use crate::fleet::example::EXAMPLES;
use crate::fleet::file::Value;
use crate::plan::Verdict;
use std::process::{Command as Process, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

const ZERO: Duration = Duration::ZERO;
/// A fleet small enough for any number of simulations.
const SMALL: &str = r#"{
  "regather": 1,
  "name": "Small", // kept
  "groups": {
    "pumps": { "name": "Pumps", "devices": 20, "agent": "example-agent", "reconnect_random_delay_seconds": 5 },
    "gates": { "name": "Gates", "devices": 5, "agent": "c-sdk" }
  },
  "outage": { "length_s": 10, "watch_s": 60 },
  "targets": { "t95_s": 30 },
  "scenarios": { "slow": { "name": "Slow", "set": { "/groups/pumps/reconnect_random_delay_seconds": 50 } } }
}
"#;
const DELAY: &str = "/groups/pumps/reconnect_random_delay_seconds";

/// Folders of one test.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        write_atomic(&path, text.as_bytes()).unwrap();
        path
    }

    fn text(&self, name: &str) -> String {
        read_text(&self.path(name), 1 << 24).unwrap()
    }

    fn env(&self) -> Env {
        Env { state_dir: Some(self.path("state")), config_dir: Some(self.path("config")), ..isolated() }
    }

    fn open(&self, name: &str) -> Desk {
        Desk::new(self.env(), Start::File(self.path(name)))
    }

    fn usual(&self) -> Desk {
        Desk::new(self.env(), Start::Usual)
    }
}

fn isolated() -> Env {
    Env { threads: 2, ..Env::isolated(Arc::new(|| ()), ZERO) }
}

fn small() -> Desk {
    let start = Start::Project { file: FleetFile::parse(SMALL).unwrap(), name: "small".into(), path: None };
    Desk::new(isolated(), start)
}

fn set(address: &str, value: f64) -> Command {
    DocumentCommand::Set { edits: vec![(address.to_owned(), Value::Number(value))], finished: true }.into()
}

fn name(name: &str) -> Command {
    DocumentCommand::SetName(name.to_owned()).into()
}

impl Desk {
    fn do_all(&mut self, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            self.apply(command, self.now);
        }
    }

    /// Carries out what reads or writes agents' files, to its end.
    fn files(&mut self, command: FileCommand) {
        self.apply(command.into(), self.now);
        self.finish_transfer();
    }

    fn now_view(&self) -> View<'_> {
        self.view(self.now)
    }

    /// Returns severity and text of the newest notice.
    fn said(&self) -> (Severity, &str) {
        self.notices.last().map_or((Severity::Info, ""), |notice| (notice.severity, notice.text.as_str()))
    }
}
