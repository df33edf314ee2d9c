//! The open project: one immutable [`FleetFile`] at a time, and the named steps between them.
//!
//! Every change goes through here as a whole new file, so undo is exact to the byte whatever an edit
//! did. A drag sends many values for the same inputs; they become one step. Saving only marks a text
//! as saved, so undo goes back beyond it.

mod cluster;
mod devices;
mod groups;
mod inputs;
mod naming;
mod patch;
mod scenarios;
mod sections;
#[cfg(test)]
mod tests;

use super::saved::Saved;
pub use cluster::copied;

use crate::base::json::EditError;
use crate::fleet::FleetFile;
use devices::Devices;
use patch::Patch;
use std::collections::VecDeque;
use std::sync::Arc;
use thiserror::Error;

/// Steps that can be undone; the oldest ones give way.
pub(super) const STEPS: usize = 500;
/// Memory for all steps [bytes].
const BYTES: usize = 64 << 20;

/// Why a change was not made; the project is as before.
#[derive(Clone, Debug, PartialEq, Error)]
pub(super) enum Refused {
    /// The address names nothing that can be set.
    #[error("The project has no such input, so nothing was changed. Check the address: `{0}`")]
    NoInput(String),
    /// The value is none that the input accepts.
    #[error("{label} does not accept this value, so nothing was changed. Accepted is {range}: `{value}`")]
    Value {
        /// Name of the input.
        label: &'static str,
        /// What it accepts.
        range: String,
        /// The value.
        value: String,
    },
    /// There is no such group.
    #[error("The project has no such group, so nothing was changed: `{0}`")]
    NoGroup(String),
    /// The group is the only one.
    #[error("A fleet needs at least one group, so this one was not removed. Add another one first: `{0}`")]
    LastGroup(String),
    /// There is no such scenario.
    #[error("The project has no such scenario, so nothing was changed: `{0}`")]
    NoScenario(String),
    /// The input has the baseline's value already.
    #[error("The scenario does not change this input, so there is nothing to reset: `{0}`")]
    NotAssigned(String),
    /// There is no such layout.
    #[error(
        "There is no such layout, so nothing was changed. `regather topology --patterns` lists them: `{0}`"
    )]
    NoLayout(String),
    /// There is no such thing in the topology.
    #[error("The topology has nothing with this id, so nothing was changed: `{0}`")]
    NoThing(String),
    /// A component has no machine to run on.
    #[error("A component runs on a machine, so nothing was added. Choose or add a machine first: {0}")]
    NoMachine(&'static str),
    /// A link has no two clusters to join.
    #[error("A link joins two clusters, and the topology has fewer. Add a cluster first")]
    NoTwoClusters,
    /// The text holds no things of a topology.
    #[error(
        "The clipboard holds no parts of a topology, so nothing was added. Copy some on this screen first"
    )]
    NoParts,
    /// A name without a visible character.
    #[error("A name needs at least one letter or digit, so nothing was changed.")]
    EmptyName,
    /// A part of the file that cannot be copied without loss.
    #[error("This part holds a number that is too large to be copied, so nothing was changed: `{0}`")]
    NoCopy(String),
    /// The file itself does not allow the edit.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// A step between two states of the project.
#[derive(Debug)]
struct Step {
    name: String,
    patch: Patch,
    /// Active scenario before and after.
    active: (Option<String>, Option<String>),
    /// Devices before and after; `None` where the step leaves them as they are.
    devices: Option<devices::Change>,
}

impl Step {
    /// Returns the memory it takes [bytes].
    fn len(&self) -> usize {
        self.patch.len() + self.devices.as_ref().map_or(0, |change| change.bytes)
    }
}

/// A drag that is not over yet.
#[derive(Debug)]
struct Gesture {
    /// The inputs it moves, sorted.
    inputs: Vec<String>,
    /// The project when it began.
    base: FleetFile,
    /// Whether it has made a step so far.
    stepped: bool,
}

/// The open project.
#[derive(Debug)]
pub(super) struct Document {
    file: FleetFile,
    active: Option<String>,
    saved: Saved,
    /// Whether the file differs from what is saved; asked in every frame, compared once for each change.
    dirty: bool,
    devices: Devices,
    revision: u64,
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    gesture: Option<Gesture>,
}

impl Document {
    /// Returns a project as it was opened, with its first scenario active.
    pub(super) fn new(file: FleetFile) -> Self {
        let active = file.scenarios().into_iter().next().map(|scenario| scenario.id);
        let saved = Saved::text(file.tree().text().clone());
        Self {
            file,
            active,
            saved,
            dirty: false,
            devices: Devices::default(),
            revision: 0,
            undo: VecDeque::new(),
            redo: Vec::new(),
            gesture: None,
        }
    }

    /// Returns the project.
    pub(super) fn file(&self) -> &FleetFile {
        &self.file
    }

    /// Returns the text of the project, shared.
    pub(super) fn text(&self) -> Arc<str> {
        self.file.tree().text().clone()
    }

    /// Returns the id of the active scenario, `None` for the baseline.
    pub(super) fn active(&self) -> Option<&str> {
        self.active.as_deref()
    }

    /// Returns a number that grows with every change of project or active scenario.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns whether the project or its list of devices differs from what is saved.
    pub(super) fn dirty(&self) -> bool {
        self.dirty || self.devices.dirty
    }

    /// Returns what is known of the text that is saved.
    pub(super) fn saved(&self) -> &Saved {
        &self.saved
    }

    /// Remembers what is saved; the steps stay.
    pub(super) fn mark_saved(&mut self, saved: Saved) {
        self.dirty = !saved.is(self.file.text());
        self.saved = saved;
    }

    /// Makes a scenario the active one.
    pub(super) fn activate(&mut self, scenario: Option<String>) -> Result<(), Refused> {
        if let Some(id) = &scenario {
            scenarios::known(&self.file, id)?;
        }
        self.gesture = None;
        if self.active != scenario {
            self.active = scenario;
            self.revision += 1;
        }
        Ok(())
    }

    /// Returns the names of the steps that undo and redo would take.
    pub(super) fn steps(&self) -> (Option<&str>, Option<&str>) {
        (self.undo.back().map(|step| step.name.as_str()), self.redo.last().map(|step| step.name.as_str()))
    }

    /// Goes to another state of the project by one step. Nothing happens where it is the same state.
    fn step(&mut self, name: String, file: FleetFile, active: Option<String>) {
        self.gesture = None;
        self.push(name, file, active);
    }

    fn push(&mut self, name: String, file: FleetFile, active: Option<String>) -> bool {
        self.push_with(name, file, active, None)
    }

    fn push_with(
        &mut self,
        name: String,
        file: FleetFile,
        active: Option<String>,
        devices: Option<devices::Change>,
    ) -> bool {
        if file == self.file && devices.is_none() {
            return false;
        }
        let patch = Patch::between(self.file.text(), file.text());
        if let Some(change) = &devices {
            self.devices.go(change.after.clone());
        }
        self.undo.push_back(Step { name, patch, active: (self.active.clone(), active.clone()), devices });
        self.redo.clear();
        self.go(file, active);
        let mut bytes: usize = self.undo.iter().map(Step::len).sum();
        // The newest step stays, however large a list of devices it replaced.
        while self.undo.len() > STEPS || bytes > BYTES && self.undo.len() > 1 {
            let Some(oldest) = self.undo.pop_front() else { break };
            bytes -= oldest.len();
        }
        true
    }

    fn go(&mut self, file: FleetFile, active: Option<String>) {
        self.dirty = !self.saved.is(file.text());
        self.file = file;
        self.active = active;
        self.revision += 1;
    }

    /// Takes the last step back and returns its name.
    pub(super) fn undo(&mut self) -> Option<&str> {
        self.gesture = None;
        // The text was a project before, so it is read as one again; if not, nothing is lost.
        let file = FleetFile::parse(&self.undo.back()?.patch.revert(self.file.text())?).ok()?;
        let step = self.undo.pop_back()?;
        if let Some(change) = &step.devices {
            self.devices.go(change.before.clone());
        }
        self.go(file, step.active.0.clone());
        self.redo.push(step);
        self.redo.last().map(|step| step.name.as_str())
    }

    /// Makes the last undone step again and returns its name.
    pub(super) fn redo(&mut self) -> Option<&str> {
        self.gesture = None;
        let file = FleetFile::parse(&self.redo.last()?.patch.apply(self.file.text())?).ok()?;
        let step = self.redo.pop()?;
        if let Some(change) = &step.devices {
            self.devices.go(change.after.clone());
        }
        self.go(file, step.active.1.clone());
        self.undo.push_back(step);
        self.undo.back().map(|step| step.name.as_str())
    }
}
