//! Scenarios that are ticked in the list: shown in the charts beside the active one and the pinned baseline.
//!
//! A tick names a scenario, not a state of it: what is shown follows every edit. It is no part of the
//! project, undo does not know it, and it comes back with the unsaved project of a session. A ticked scenario
//! that is shown already, as the active one or as the baseline, is not shown twice.

use super::inbox::Project;
use super::job::Target;
use super::view::Pinned;
use crate::fleet::Fleet;
use crate::plan::Outcome;
use std::sync::Arc;

/// Scenarios that can be ticked.
pub(super) const MOST: usize = 11;

/// A scenario that is laid over the active one.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Id of the scenario; `None` is the baseline of the project.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its fleet; `None` where an error makes one impossible.
    pub fleet: Option<Arc<Fleet>>,
    /// Its newest result; after an edit the one from before until the new one is there.
    pub outcome: Option<Arc<Outcome>>,
}

impl Overlay {
    /// Returns whether a result of this very fleet belongs to it.
    pub(super) fn awaits(&self, fleet: &Arc<Fleet>) -> bool {
        self.fleet.as_ref().is_some_and(|own| Arc::ptr_eq(own, fleet))
    }

    /// Returns what is to be simulated; `None` where the result is complete or impossible.
    pub(super) fn target(&self, runs: u32, seed: u64) -> Option<Target> {
        let fleet = self.fleet.as_ref()?;
        let own = |outcome: &&Arc<Outcome>| self.awaits(&outcome.fleet) && outcome.study.seed == seed;
        let known = self.outcome.as_ref().filter(own);
        // A result for fewer runs is made anew: it says how many were asked for.
        let shown = known.filter(|outcome| outcome.planned == runs).map_or(0, |outcome| outcome.runs());
        let target = Target { name: self.name.clone(), fleet: Arc::clone(fleet), shown };
        (shown < runs).then_some(target)
    }
}

/// Returns the scenarios that are laid over the active one, in the order of the file; fleets and results stay
/// those of `before` where they are the same.
pub(super) fn of(project: &Project, pinned: Option<&Pinned>, before: &[Overlay]) -> Vec<Overlay> {
    if project.ticks.is_empty() {
        return Vec::new();
    }
    let (file, active) = (project.document.file(), project.document.active());
    let ids = std::iter::once(None).chain(file.scenarios().into_iter().map(|scenario| Some(scenario.id)));
    let ticked = ids.filter(|id| project.ticks.contains(id) && id.as_deref() != active);
    let overlay = |id: Option<String>| {
        let fleet = file.check(id.as_deref()).fleet;
        let known = before.iter().find(|other| other.id == id);
        let kept = known.and_then(|known| known.fleet.as_ref());
        let fleet = fleet.map(|fleet| match kept {
            Some(kept) if **kept == fleet => Arc::clone(kept),
            _ => Arc::new(fleet),
        });
        let name = file.scenario_name(id.as_deref());
        Overlay { id, name, fleet, outcome: known.and_then(|known| known.outcome.clone()) }
    };
    // As the baseline is drawn what was pinned; where the scenario has changed since, both are shown.
    let drawn = |overlay: &Overlay| {
        pinned.is_some_and(|pinned| pinned.scenario == overlay.id && pinned.fleet == overlay.fleet)
    };
    ticked.map(overlay).filter(|overlay| !drawn(overlay)).collect()
}
