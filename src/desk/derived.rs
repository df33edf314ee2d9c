//! What follows from the project and is shown in every frame: computed once for each change.

use super::agents;
use super::inbox::Project;
use super::view::Pinned;
use crate::config::{self, Collected, GroupFiles, Writer};
use crate::fleet::file::{Checked, Known, Scenario};
use crate::fleet::{Fleet, FleetFile};
use crate::plan::{self, Change};
use std::sync::Arc;

/// What follows from a state of the project.
#[derive(Debug)]
pub(super) struct Derived {
    pub(super) checked: Checked,
    /// The topology and what follows from it.
    pub(super) known: Known,
    /// The checked fleet; the same value as long as it does not change.
    pub(super) fleet: Option<Arc<Fleet>>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) agent_files: Vec<GroupFiles>,
    pub(super) changes: Vec<Change>,
}

impl Derived {
    /// Returns what follows from a project; `before` gives its fleet where that is still the same.
    pub(super) fn of(project: &Project, pinned: Option<&Pinned>, before: Option<&Arc<Fleet>>) -> Self {
        let (file, active) = (project.document.file(), project.document.active());
        let checked = config::checked(file, active);
        let known = file.view(active).known();
        let fleet = checked.fleet.as_ref().map(|fleet| match before {
            Some(before) if **before == *fleet => Arc::clone(before),
            _ => Arc::new(fleet.clone()),
        });
        let agent_files = fleet.as_ref().map_or_else(Vec::new, |fleet| {
            let view = file.view(active).knowing(&known);
            let (mapping, nothing) = (agents::mapping(file), Collected::default());
            let collected = project.agents.compared.as_ref().map_or(&nothing, |compared| &compared.collected);
            Writer { fleet, view: &view, mapping: &mapping, collected }.groups()
        });
        let changes = changes(file, active, pinned);
        Self { checked, known, fleet, scenarios: file.scenarios(), agent_files, changes }
    }
}

/// Returns the inputs in which a scenario differs from the pinned one.
pub(super) fn changes(file: &FleetFile, active: Option<&str>, pinned: Option<&Pinned>) -> Vec<Change> {
    pinned.map_or_else(Vec::new, |pinned| {
        plan::changes((file, active), (&pinned.file, pinned.scenario.as_deref()))
    })
}

impl Pinned {
    /// Returns a scenario of a project as it is now.
    pub(super) fn of(file: &FleetFile, scenario: Option<&str>) -> Self {
        Self {
            name: file.scenario_name(scenario),
            file: file.clone(),
            scenario: scenario.map(str::to_owned),
            fleet: file.check(scenario).fleet.map(Arc::new),
        }
    }
}
