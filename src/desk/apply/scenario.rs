//! Scenarios and the pinned baseline.

use crate::base::Severity;
use crate::desk::Desk;
use crate::desk::command::ScenarioCommand;
use crate::desk::overlay::MOST;
use crate::desk::view::Pinned;

impl Desk {
    pub(super) fn apply_scenario(&mut self, command: ScenarioCommand) {
        let document = &mut self.project.document;
        let result = match command {
            ScenarioCommand::Activate(id) => document.activate(id),
            ScenarioCommand::Duplicate => document.duplicate_scenario(),
            ScenarioCommand::Rename { id, name } => document.rename_scenario(&id, &name),
            ScenarioCommand::Remove(id) => document.remove_scenario(&id),
            ScenarioCommand::ResetInput(address) => document.reset(&address),
            ScenarioCommand::WithFile { group } => return self.with_file(&group),
            ScenarioCommand::Pin => {
                let pinned = Pinned::of(document.file(), document.active());
                let text = format!("{} is the baseline now", pinned.name);
                self.pin(Some(pinned));
                self.say(Severity::Info, text, None);
                return self.simulate(false);
            }
            ScenarioCommand::Unpin => {
                self.pin(None);
                return self.simulate_overlays();
            }
            ScenarioCommand::Tick { id, on } => return self.tick_scenario(id, on),
        };
        self.unless_refused(result);
    }

    /// Shows a scenario in the charts, or shows it no more.
    fn tick_scenario(&mut self, id: Option<String>, on: bool) {
        let file = self.project.document.file();
        let there = |id: &Option<String>| {
            id.as_ref().is_none_or(|id| file.scenarios().iter().any(|scenario| scenario.id == *id))
        };
        let ticks = &mut self.project.ticks;
        if !on {
            ticks.remove(&id);
        } else if !there(&id) {
            let text = format!(
                "The project has no such scenario, so the charts stay as they are: `{}`",
                id.unwrap_or_default()
            );
            return self.say(Severity::Warning, text, None);
        } else if ticks.iter().filter(|id| there(id)).count() >= MOST && !ticks.contains(&id) {
            let text = format!(
                "At most {MOST} scenarios are ticked, more could not be told apart. Untick one first."
            );
            return self.say(Severity::Warning, text, None);
        } else {
            ticks.insert(id);
        }
        self.overlay();
        self.simulate_overlays();
    }

    /// Simulates what is ticked, where results are missing.
    fn simulate_overlays(&mut self) {
        let (runs, seed) = (self.settings.runs, self.seed);
        if self.overlays.iter().any(|overlay| overlay.target(runs, seed).is_some()) {
            self.simulate(false);
        }
    }
}
