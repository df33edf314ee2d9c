//! Carrying out commands: one file per area.
//!
//! A handler changes the project or the desk, or says in a notice why it did not. What follows from a
//! change (findings, simulation, autosave) is brought up to date in one place afterwards.

mod agents;
mod devices;
mod document;
mod export;
mod file;
mod run;
mod scenario;
mod settings;

use super::Desk;
use super::agents::mapping as agents_mapping;
use super::command::{Command, UserCommand};
use super::derived::{self, Derived};
use super::document::Refused;
use super::inbox::Project;
use super::job::{Request, Target};
use super::overlay;
use super::recent::{self, Look};
use super::settings::Settings;
use super::view::Pinned;
use crate::base::Severity;
use crate::plan::Preview;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Projects that stay open in the background; those with unsaved changes are never given up.
const PARKED: usize = 8;

impl Desk {
    /// Carries out a command; what cannot be done is said in a notice and changes nothing.
    pub fn apply(&mut self, command: Command, now: Duration) {
        self.now = now;
        match command {
            Command::Document(command) => self.apply_document(command),
            Command::Scenario(command) => self.apply_scenario(command),
            Command::Run(command) => self.apply_run(command),
            Command::File(command) => self.apply_file(command),
            Command::Devices(command) => self.apply_devices(command),
            Command::Chart(command) => self.apply_chart(command),
            Command::Settings(command) => self.apply_settings(command),
            Command::Plan(command) => self.apply_plan(command),
            #[cfg(feature = "push")]
            Command::Rollout(command) => self.apply_rollout(command),
            #[cfg(feature = "live")]
            Command::Live(command) => self.apply_live(command),
        }
        self.refresh();
        self.tick_outline();
    }

    /// Says something.
    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>, action: Option<UserCommand>) {
        self.notices.push(self.now, severity, text.into(), action);
    }

    /// Says why a change was not made.
    fn unless_refused(&mut self, result: Result<(), Refused>) {
        if let Err(refused) = result {
            self.say(Severity::Warning, refused.to_string(), None);
        }
    }

    /// Brings everything that follows from the project up to date.
    pub(super) fn refresh(&mut self) {
        self.tick_devices();
        let state = self.project.state();
        if self.derived_from != state {
            let derived = Derived::of(&self.project, self.pinned.as_ref(), self.derived.fleet.as_ref());
            let same = match (&self.derived.fleet, &derived.fleet) {
                (Some(before), Some(after)) => Arc::ptr_eq(before, after),
                (before, after) => before.is_none() && after.is_none(),
            };
            self.derived = derived;
            self.derived_from = state;
            self.revision += 1;
            let new_overlays = self.overlay();
            let scene = (self.project.number, self.project.document.active().map(str::to_owned));
            let moved = self.scene != scene;
            if moved {
                self.scene = scene;
                self.epoch += 1;
            }
            if moved || !same || new_overlays {
                self.simulate(false);
            }
        }
        self.follow_plans();
        let (project, fleet) = (&mut self.project, self.derived.fleet.as_deref());
        if project.agents.device.is_some() {
            let mapping = agents_mapping(project.document.file());
            project.agents.update_device((&project.document, state), fleet, &mapping);
        }
        let all = [&self.project].into_iter().chain(&self.parked);
        let unsaved = all.filter(|project| project.unsaved()).map(Project::kept).collect();
        self.session.keep(unsaved);
        self.note_look();
        let settings = self.settings.text();
        if self.settings_text != settings {
            self.session.remember(settings.clone());
            self.settings_text = settings;
        }
    }

    /// Remembers how the open project is looked at, where it has a file.
    fn note_look(&mut self) {
        let Some(path) = self.project.path.clone() else { return };
        let (ticks, pinned) = (self.project.ticks.clone(), self.pinned.as_ref());
        let baseline = pinned.and_then(|pinned| pinned.scenario.clone());
        Look { path, ticks, pinned: pinned.is_some(), baseline }.note(&mut self.settings.looks);
    }

    /// Lets a project be looked at as it was last; returns what it is compared with. Ticks that it has already, as
    /// one of this session has, are newer.
    pub(in crate::desk) fn look(settings: &Settings, project: &mut Project, known: bool) -> Option<Pinned> {
        let file = project.document.file();
        let Some(path) = &project.path else { return Some(Pinned::of(file, None)) };
        let look = Look::of(&settings.looks, path, file);
        let pinned = look.pinned.then(|| Pinned::of(file, look.baseline.as_deref()));
        if !known {
            project.ticks = look.ticks;
        }
        pinned
    }

    /// Brings the scenarios that are laid over the active one up to date; returns whether one of them has to be
    /// simulated.
    pub(super) fn overlay(&mut self) -> bool {
        self.overlays = overlay::of(&self.project, self.pinned.as_ref(), &self.overlays);
        let (runs, seed) = (self.settings.runs, self.seed);
        self.overlays.iter().any(|overlay| overlay.target(runs, seed).is_some())
    }

    /// Simulates the active scenario, and the pinned and ticked ones where their results are not complete.
    pub(super) fn simulate(&mut self, afresh: bool) {
        let (runs, seed) = (self.settings.runs, self.seed);
        let file = self.project.document.file();
        let active = self.derived.fleet.as_ref().map(|fleet| Target {
            name: file.scenario_name(self.project.document.active()),
            fleet: Arc::clone(fleet),
            shown: 0,
        });
        let shown = self.baseline.as_ref().map_or(0, |outcome| outcome.runs());
        let baseline = self.pinned.as_ref().filter(|_| shown < runs).and_then(|pinned| {
            Some(Target { name: pinned.name.clone(), fleet: Arc::clone(pinned.fleet.as_ref()?), shown })
        });
        self.outcome_current = false;
        self.estimate();
        let overlays = self.overlays.iter().filter_map(|overlay| overlay.target(runs, seed)).collect();
        let request = Request { epoch: self.epoch, active, baseline, overlays, seed, runs, afresh };
        self.simulation.request(request, self.now);
    }

    /// Estimates the active scenario where no result is there that was made from it.
    fn estimate(&mut self) {
        let fleet = self.derived.fleet.as_ref();
        let known = self.outcome.as_ref().map(|outcome| &outcome.fleet);
        let fleet = fleet.filter(|fleet| known.is_none_or(|known| !Arc::ptr_eq(known, fleet)));
        let before = self.preview.take();
        self.preview = fleet.and_then(|fleet| match before {
            Some(preview) if Arc::ptr_eq(&preview.fleet, fleet) => Some(preview),
            _ => Preview::of(fleet).map(Arc::new),
        });
    }

    /// Compares with this from now on.
    fn pin(&mut self, pinned: Option<Pinned>) {
        self.baseline = None;
        self.pinned = pinned;
        // What is drawn as the baseline is not laid over it once more.
        self.overlay();
        let document = &self.project.document;
        self.derived.changes = derived::changes(document.file(), document.active(), self.pinned.as_ref());
        self.revision += 1;
    }

    /// Makes another project the open one; the one before stays in the background.
    fn switch(&mut self, mut project: Project, again: bool) {
        if !again {
            self.numbers += 1;
            project.number = self.numbers;
        }
        if let Some(path) = &project.path {
            recent::note(&mut self.settings.recent, path);
        }
        let unsaved = self.project.document.dirty().then(|| self.project.document.file().name().to_owned());
        let before = std::mem::replace(&mut self.project, project);
        if again {
            self.parked.insert(0, before);
        } else {
            self.parked.push(before);
        }
        while self.parked.len() > PARKED {
            let Some(clean) = self.parked.iter().position(|parked| !parked.document.dirty()) else { break };
            self.parked.remove(clean);
        }
        self.restored = None;
        self.outcome = None;
        let pinned = Self::look(&self.settings, &mut self.project, again);
        self.pin(pinned);
        self.open_list();
        if let Some(name) = unsaved {
            let text = format!("Unsaved changes of {name} are kept.");
            self.say(Severity::Info, text, Some(UserCommand::ReopenPrevious));
        }
    }

    /// Returns a path as a notice shows it.
    pub(in crate::desk) fn shown(path: &Path) -> String {
        format!("`{}`", path.display())
    }
}
