//! Projects on their way in: from files, examples, texts and earlier sessions.
//!
//! A project is read as a whole before anything else changes, so that a file that cannot be read
//! leaves the open project as it is.

use super::State;
use super::agents::Agents;
use super::devices::Devices;
use super::document::Document;
use super::saved::{Digest, Foreign, Saved};
use super::session::Kept;
use crate::base::Finding;
use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::fleet::FleetFile;
use crate::fleet::example::{self, EXAMPLES};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A project that is open, or was.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) document: Document,
    /// Tells it from the other projects of this session.
    pub(super) number: u64,
    /// What it is called until it has a file.
    pub(super) name: String,
    /// Its own file.
    pub(super) path: Option<PathBuf>,
    /// The shipped example it began as.
    pub(super) example: Option<String>,
    /// When it was saved last.
    pub(super) saved_at: Option<Duration>,
    /// What another program wrote into its file, where the user was told.
    pub(super) foreign: Option<Foreign>,
    /// Agents' files that lie beside it.
    pub(super) agents: Agents,
    /// What belongs to its list of devices.
    pub(super) devices: Devices,
    /// Scenarios that are ticked to be shown beside the active one.
    pub(super) ticks: BTreeSet<Option<String>>,
}

impl Project {
    /// Returns how the command line names it.
    pub(super) fn on_the_command_line(&self) -> String {
        match (&self.path, &self.example) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(example)) => format!("example:{example}"),
            (None, None) => self.name.clone(),
        }
    }

    /// Returns a project without a file.
    pub(super) fn new(file: FleetFile, name: String) -> Self {
        let document = Document::new(file);
        Self {
            document,
            number: 0,
            name,
            path: None,
            example: None,
            saved_at: None,
            foreign: None,
            agents: Agents::default(),
            devices: Devices::default(),
            ticks: BTreeSet::new(),
        }
    }

    /// Returns the state of everything that files and findings follow from.
    pub(super) fn state(&self) -> State {
        (self.number, self.document.revision(), self.agents.revision)
    }

    /// Gives the project its own file.
    pub(super) fn at(mut self, path: PathBuf) -> Self {
        self.name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        self.path = Some(path);
        self
    }

    /// Returns whether there is something to save.
    pub(super) fn unsaved(&self) -> bool {
        self.document.dirty() || self.devices.kept.is_some()
    }

    /// Returns the project as a session keeps it.
    pub(super) fn kept(&self) -> Kept {
        Kept {
            number: self.number,
            name: self.name.clone(),
            path: self.path.clone(),
            example: self.example.clone(),
            scenario: self.document.active().map(str::to_owned),
            ticks: self.ticks.clone(),
            saved: self.document.saved().digest().cloned(),
            text: self.document.text(),
            devices: match &self.devices.kept {
                Some(kept) => Some(kept.clone()),
                None => self.document.devices().filter(|_| self.document.devices_dirty()).cloned(),
            },
        }
    }

    /// Returns a project that a session kept, or `None` where it is none any more.
    pub(super) fn restore(kept: &Kept) -> Option<Self> {
        let file = FleetFile::parse(&kept.text).ok()?;
        let mut project = Self::new(file, kept.name.clone());
        project.number = kept.number;
        project.example.clone_from(&kept.example);
        project.ticks.clone_from(&kept.ticks);
        // A scenario that is gone leaves the first one active.
        let _ = project.document.activate(kept.scenario.clone());
        let there = match (&kept.path, &kept.example) {
            (Some(path), _) => file::read_text(path, MAX_PROJECT_BYTES).ok(),
            (None, Some(name)) => example::find(name).map(|example| example.text.to_owned()),
            (None, None) => None,
        };
        // What is there now may have been put there by another program meanwhile. It is what was saved
        // where the session says so, or where it is this very project.
        let known = |there: &String| *there == *kept.text || kept.saved == Some(Digest::of(there));
        project.document.mark_saved(match (there.filter(known), &kept.saved) {
            (Some(text), _) => Saved::text(text.into()),
            (None, Some(digest)) => Saved::Digest(digest.clone()),
            (None, None) => Saved::Unknown,
        });
        project.path.clone_from(&kept.path);
        project.devices.kept.clone_from(&kept.devices);
        Some(project)
    }
}

/// Reads a project file.
///
/// # Errors
/// A sentence that says what is wrong with the file and what to do.
pub(super) fn open(path: &Path) -> Result<Project, String> {
    let path = absolute(path);
    let text = file::read_text(&path, MAX_PROJECT_BYTES).map_err(|error| error.to_string())?;
    let file = FleetFile::parse(&text).map_err(|finding| sentence(&finding, &path.display().to_string()))?;
    Ok(Project::new(file, String::new()).at(path))
}

/// Reads a project that did not come from a file.
///
/// # Errors
/// As [`open`].
pub(super) fn text(name: &str, text: &str) -> Result<Project, String> {
    if text.len() as u64 > MAX_PROJECT_BYTES {
        return Err(format!("This text is larger than a project may be, so it was not opened: `{name}`"));
    }
    let file = FleetFile::parse(text).map_err(|finding| sentence(&finding, name))?;
    Ok(Project::new(file, name.to_owned()))
}

/// Reads a shipped example.
///
/// # Errors
/// A sentence with the names that there are.
pub(super) fn example(name: &str) -> Result<Project, String> {
    let Some(example) = example::find(name) else {
        let names: Vec<_> = EXAMPLES.iter().map(|example| format!("`{}`", example.name)).collect();
        return Err(format!("There is no such example, only {}: `{name}`", names.join(" and ")));
    };
    let mut project = text("example", example.text)?;
    project.example = Some(name.to_owned());
    Ok(project)
}

/// Returns the example that opens when nothing else does.
pub(super) fn shipped() -> Project {
    #[expect(clippy::expect_used, reason = "a test reads every shipped fleet")]
    example(EXAMPLES[0].name).expect("the first example is readable")
}

/// Returns a path that does not depend on the current folder, where the system tells.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Returns a finding as the sentence of a file that was not opened.
fn sentence(finding: &Finding, place: &str) -> String {
    let Finding { what, why, fix, line, .. } = finding;
    format!("The file was not opened. Line {line}: {what} {why} {fix} `{place}`")
}
