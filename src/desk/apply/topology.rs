//! Pictures of the topology on their way out.

use crate::base::Severity;
use crate::base::file;
use crate::desk::Desk;
use crate::desk::command::Drawing;
use std::path::Path;

impl Desk {
    /// Writes a picture of the topology of the active scenario.
    pub(super) fn draw_topology(&mut self, path: &Path, format: Drawing) {
        let mut path = path.to_owned();
        if path.extension().is_none() && path.file_name().is_some() {
            path.set_extension(format.ending());
        }
        let document = &self.project.document;
        let view = document.file().view(document.active());
        let Some(text) = view.drawable().map(|topology| format.text(topology)) else {
            let text = "There is no topology that can be drawn, so nothing was written. See its findings.";
            return self.say(Severity::Warning, text, None);
        };
        match file::write_atomic(&path, text.as_bytes()) {
            Ok(()) => {
                let text = format!("Saved the topology as {} to {}", format.word(), Self::shown(&path));
                self.say(Severity::Info, text, None);
            }
            Err(error) => self.say(Severity::Error, error.to_string(), None),
        }
    }
}
