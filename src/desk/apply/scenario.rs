//! Scenarios and the pinned baseline.

use crate::base::Severity;
use crate::desk::Desk;
use crate::desk::command::ScenarioCommand;
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
            ScenarioCommand::Unpin => return self.pin(None),
        };
        self.unless_refused(result);
    }
}
