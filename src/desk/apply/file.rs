//! Opening and saving.

use crate::base::Severity;
use crate::base::file::{self, FileError, MAX_PROJECT_BYTES};
use crate::desk::command::{ChartCommand, FileCommand, UserCommand};
use crate::desk::inbox::{self, Project};
use crate::desk::saved::{Digest, Foreign, Saved};
use crate::desk::{Desk, recent};
use crate::report::draw::{self, Graphic, Picture};
use crate::report::files;
use std::path::Path;
use std::time::Duration;

/// Ending of project files.
const ENDING: &str = "json";

impl Desk {
    pub(super) fn apply_file(&mut self, command: FileCommand) {
        match command {
            FileCommand::Open(path) => self.open(inbox::open(&path)),
            FileCommand::OpenText { name, text } => self.open(inbox::text(&name, &text)),
            FileCommand::Example(name) => self.open(inbox::example(&name)),
            FileCommand::ReopenPrevious => match self.parked.pop() {
                Some(project) => self.switch(project, true),
                None => self.say(Severity::Warning, "Nothing else was open before.", None),
            },
            FileCommand::Save => self.save(),
            FileCommand::SaveAs(path) => self.save_as(&path),
            FileCommand::Export { path, target } => self.export(&inbox::absolute(&path), target),
            FileCommand::Topology { path, format } => self.draw_topology(&inbox::absolute(&path), format),
            FileCommand::Report { path, options } => self.report(&inbox::absolute(&path), options),
            FileCommand::ShowDevice(row) => {
                let project = &mut self.project;
                project.agents.show_device(row, &project.document);
            }
            FileCommand::PlanExport(wanted) => self.outline.wanted = wanted,
            FileCommand::StopTransfer => self.transfers.stop(),
            FileCommand::Compare(path) => self.compare(&inbox::absolute(&path)),
            FileCommand::StopComparing => self.compare_with(None),
            FileCommand::ImportConfigs(path) => self.import(&inbox::absolute(&path)),
            FileCommand::TryPath(path) => self.try_path(&inbox::absolute(&path)),
            FileCommand::TryFile { name, text } => self.try_text(&name, text),
            FileCommand::StopTrying => self.project.agents.tried = None,
            FileCommand::Take(path) => self.take_in(&inbox::absolute(&path)),
            FileCommand::KeepRestored => self.restored = None,
            FileCommand::OpenLastSaved => self.open_last_saved(),
            FileCommand::ClearRecent => self.settings.recent.clear(),
            FileCommand::DismissHint => self.settings.hint_dismissed = true,
        }
    }

    pub(super) fn apply_chart(&mut self, command: ChartCommand) {
        let ChartCommand::Save { path, format, chart } = command;
        let mut path = inbox::absolute(&path);
        if path.extension().is_none() && path.file_name().is_some() {
            path.set_extension(format.word());
        }
        let content = files::chart(format, &chart, None);
        let written = content
            .map_err(|error| format!("{error} {}", Self::shown(&path)))
            .and_then(|content| file::write_atomic(&path, &content).map_err(|error| error.to_string()));
        match written {
            Ok(()) => {
                let text = format!("Saved the chart {} to {}", chart.title(), Self::shown(&path));
                self.say(Severity::Info, text, None);
            }
            Err(sentence) => self.say(Severity::Error, sentence, None),
        }
    }

    /// Draws a chart for the clipboard, and says whether that went well.
    pub fn picture(&mut self, chart: &Graphic, now: Duration) -> Option<Picture> {
        self.now = now;
        match draw::picture(chart, chart.usual_size(), files::RATIO) {
            Ok(picture) => {
                self.say(Severity::Info, format!("Copied the chart {} as a picture", chart.title()), None);
                Some(picture)
            }
            Err(error) => {
                self.say(Severity::Error, error.to_string(), None);
                None
            }
        }
    }

    /// Opens a project that was read, or says why it could not be.
    pub(super) fn open(&mut self, project: Result<Project, String>) {
        let project = match project {
            Ok(project) => project,
            Err(sentence) => return self.say(Severity::Error, sentence, None),
        };
        let document = &self.project.document;
        let unchanged = project.path == self.project.path
            && project.example == self.project.example
            && project.name == self.project.name
            && project.document.text() == document.text()
            && !document.dirty();
        // Takes the place of an error that an earlier open left standing.
        let text = format!("Opened {}", project.document.file().name());
        self.say(Severity::Info, text, None);
        if !unchanged {
            self.switch(project, false);
        }
    }

    /// Leaves the restored project for what was saved last.
    fn open_last_saved(&mut self) {
        let project = match (&self.project.path, &self.project.example) {
            (Some(path), _) => inbox::open(path),
            (None, Some(name)) => inbox::example(name),
            (None, None) => Err("This project was never saved, so there is nothing else to open.".to_owned()),
        };
        self.open(project);
    }

    /// Writes the project to its file, unless another program has changed that.
    fn save(&mut self) {
        let Some(path) = self.project.path.clone() else {
            let text = "The project has no file yet, so it was not saved. Choose one.";
            return self.say(Severity::Warning, text, Some(UserCommand::SaveAs));
        };
        let foreign = self.foreign(&path);
        if foreign.is_some() && foreign != self.project.foreign {
            let what = match foreign {
                Some(Foreign::Unreadable) => "The file cannot be read any more",
                _ => "Another program has changed the file since it was opened",
            };
            self.project.foreign = foreign;
            let text = format!(
                "{what}, so it was not replaced. Save under another name, or save again to replace it: {}",
                Self::shown(&path)
            );
            return self.say(Severity::Warning, text, Some(UserCommand::SaveAs));
        }
        self.write(&path);
    }

    /// Returns what another program has left in the file of the project; `None` where it holds what was
    /// saved, the project itself, or nothing.
    fn foreign(&self, path: &Path) -> Option<Foreign> {
        let document = &self.project.document;
        match file::read_text(path, MAX_PROJECT_BYTES) {
            Ok(there) if there == *document.text() => None,
            Ok(there) => {
                let digest = Digest::of(&there);
                (document.saved().digest() != Some(&digest)).then_some(Foreign::Text(digest))
            }
            Err(FileError::NotFound { .. }) => None,
            Err(_) => Some(Foreign::Unreadable),
        }
    }

    /// Writes the project to another file, which becomes its own.
    fn save_as(&mut self, path: &Path) {
        let mut path = inbox::absolute(path);
        if path.extension().is_none() && path.file_name().is_some() {
            path.set_extension(ENDING);
            // The dialog asked about the name without its ending only.
            if self.project.path.as_ref() != Some(&path) && file::exists(&path).unwrap_or(true) {
                let text = format!(
                    "This file exists already, so it was not replaced. Choose it with its ending to replace it: {}",
                    Self::shown(&path)
                );
                return self.say(Severity::Warning, text, Some(UserCommand::SaveAs));
            }
        }
        self.write(&path);
    }

    /// Writes the project to a file.
    fn write(&mut self, path: &Path) {
        if !self.write_list(path) {
            return;
        }
        let text = self.project.document.text();
        if let Err(error) = file::write_atomic(path, text.as_bytes()) {
            return self.say(Severity::Error, error.to_string(), Some(UserCommand::SaveAs));
        }
        let path = path.to_owned();
        recent::note(&mut self.settings.recent, &path);
        self.say(Severity::Info, format!("Saved to {}", Self::shown(&path)), None);
        let project = &mut self.project;
        project.document.mark_saved(Saved::text(text));
        project.name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        project.path = Some(path);
        (project.saved_at, project.example, project.foreign) = (Some(self.now), None, None);
        self.restored = None;
    }
}
