//! Changes of the project.

use crate::base::Severity;
use crate::desk::Desk;
use crate::desk::command::DocumentCommand;

impl Desk {
    pub(super) fn apply_document(&mut self, command: DocumentCommand) {
        let document = &mut self.project.document;
        let result = match command {
            DocumentCommand::Set { edits, finished } => document.set(&edits, finished),
            DocumentCommand::Apply(fix) => document.fix(&fix),
            DocumentCommand::AddGroup => document.add_group(),
            DocumentCommand::DuplicateGroup(id) => document.duplicate_group(&id),
            DocumentCommand::RemoveGroup(id) => document.remove_group(&id),
            DocumentCommand::RenameGroup { id, name } => document.rename_group(&id, &name),
            DocumentCommand::AddSection(area) => document.add_section(area),
            DocumentCommand::RemoveSection(area) => document.remove_section(area),
            DocumentCommand::AddEvent => document.add_event(),
            DocumentCommand::RemoveEvent(id) => document.remove_event(&id),
            DocumentCommand::SetName(name) => document.set_name(&name),
            DocumentCommand::Topology(command) => document.topology(command),
            DocumentCommand::Undo => {
                let text = document.undo().map(|step| format!("Undone: {step}"));
                return self.say_step(text);
            }
            DocumentCommand::Redo => {
                let text = document.redo().map(|step| format!("Redone: {step}"));
                return self.say_step(text);
            }
        };
        self.unless_refused(result);
    }

    /// Names the step that was taken, so that nobody undoes blindly.
    fn say_step(&mut self, text: Option<String>) {
        if let Some(text) = text {
            self.say(Severity::Info, text, None);
        }
    }
}
