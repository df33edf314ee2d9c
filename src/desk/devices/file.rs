//! The file of the open project's list: read when the project opens, written when it is saved.

use super::source::Loaded;
use crate::base::Severity;
use crate::base::file::{self, FileError};
use crate::base::units::count;
use crate::desk::Desk;
use crate::desk::command::UserCommand;
use crate::desk::saved::{Digest, Foreign};
use crate::fleet::inventory::{MAX_BYTES, Named};
use std::path::Path;

impl Desk {
    /// Begins to read the list that the open project names, once for each project.
    pub(in crate::desk) fn open_list(&mut self) {
        if std::mem::replace(&mut self.project.devices.opened, true) {
            return;
        }
        let named = match Named::of(self.project.document.file()) {
            Ok(Some(named)) => named,
            Ok(None) => return self.take_kept(),
            Err(error) => return self.say(Severity::Warning, error.to_string(), None),
        };
        let Some(path) = self.project.path.as_deref().map(|project| named.path(project)) else {
            let kept = self.project.devices.kept.is_some();
            self.take_kept();
            if !kept {
                let text = format!(
                    "The project names a list of devices but has no file of its own, so the list was not found. \
                     Open the project from its folder, or import the list: `{}`",
                    named.file
                );
                self.say(Severity::Warning, text, None);
            }
            return;
        };
        let project = &mut self.project;
        project.devices.source.read(path, named.roles, project.document.file(), &self.wake);
    }

    /// Takes in what has been worked on for the devices.
    pub(in crate::desk) fn tick_devices(&mut self) {
        if let Some(loaded) = self.project.devices.source.take(&self.wake) {
            self.loaded(loaded);
        }
        if let Some(importing) = &mut self.project.devices.importing {
            importing.take(&self.wake);
        }
        let project = &mut self.project;
        project.devices.update(&project.document, &self.wake);
    }

    /// Brings up to date what follows from the project where a list has arrived.
    pub(in crate::desk) fn refresh_after_devices(&mut self) {
        if self.derived_from != self.project.state() {
            self.refresh();
        }
    }

    /// Waits for everything that is being worked on for the devices.
    pub(in crate::desk) fn finish_devices(&mut self) {
        if let Some(loaded) = self.project.devices.source.wait(&self.wake) {
            self.loaded(loaded);
            self.refresh();
        }
        if let Some(importing) = &mut self.project.devices.importing {
            importing.wait(&self.wake);
        }
        // What arrives can order more: an edit for what is still shown.
        for _ in 0..3 {
            let project = &mut self.project;
            project.devices.update(&project.document, &self.wake);
            project.devices.look.wait(&self.wake);
        }
    }

    /// Takes in the list of the project.
    fn loaded(&mut self, Loaded { path, result }: Loaded) {
        let shown = format!("`{}`", path.display());
        match result {
            Ok((import, digest)) => {
                let (bad, kept) = (import.bad_rows, self.project.devices.kept.is_some());
                if bad > 0 && kept {
                    // What a session kept has none of them.
                    let head = import.inventory.pieces().next().unwrap_or_default();
                    self.project.devices.left = Some([head, &import.inventory.bad_rows_text()].concat());
                }
                let source = &mut self.project.devices.source;
                (source.path, source.digest, source.bad_lines) = (Some(path), Some(digest), bad > 0);
                self.project.document.open_devices(import.inventory);
                if bad > 0 {
                    let lines =
                        if bad == 1 { "1 line is".to_owned() } else { format!("{} lines are", count(bad)) };
                    let text = if kept {
                        format!(
                            "In the list of devices {lines} no device and not in the list that was restored, so saving \
                             takes them out of the file. Save them to another file first: {shown}"
                        )
                    } else {
                        format!(
                            "In the list of devices {lines} no device and were passed over; they stay in the file. \
                             Save them to a file to correct them, or import the list to see what is wrong: {shown}"
                        )
                    };
                    self.say(Severity::Warning, text, Some(UserCommand::SaveBadLines));
                }
            }
            Err(error) => {
                let text = format!(
                    "The project is open without its list of devices. {error} Put the file back, or import the list again."
                );
                self.say(Severity::Warning, text, Some(UserCommand::ImportDevices));
            }
        }
        self.take_kept();
    }

    /// Takes in unsaved devices that a session kept.
    fn take_kept(&mut self) {
        if let Some(list) = self.project.devices.kept.take() {
            self.project.document.restore_devices(list);
        }
    }

    /// Writes the list beside the project that is about to be written to `project`; returns whether nothing
    /// stands against writing the project too.
    pub(in crate::desk) fn write_list(&mut self, project: &Path) -> bool {
        let document = &self.project.document;
        let (Some(list), Ok(Some(named))) = (document.devices(), Named::of(document.file())) else {
            return true;
        };
        let path = named.path(project);
        let source = &self.project.devices.source;
        let own = source.path.as_ref() == Some(&path);
        if own && !document.devices_dirty() {
            return true;
        }
        let text = list.text();
        let foreign = match file::read_text(&path, MAX_BYTES) {
            Ok(there) if there == text => None,
            Ok(there) => {
                let digest = Digest::of(&there);
                (!own || source.digest.as_ref() != Some(&digest)).then_some(Foreign::Text(digest))
            }
            Err(FileError::NotFound { .. }) => None,
            Err(_) => Some(Foreign::Unreadable),
        };
        let shown = Self::path_shown(&path);
        if foreign.is_some() && foreign != source.foreign {
            let what = match (&foreign, own) {
                (Some(Foreign::Unreadable), _) => "The list of devices cannot be read any more",
                (_, true) => "Another program has changed the list of devices since it was opened",
                (_, false) => "Another list of devices stands where this one is to be saved",
            };
            self.project.devices.source.foreign = foreign;
            let text = format!(
                "{what}, so nothing was saved. Save under another name, or save again to replace it: {shown}"
            );
            self.say(Severity::Warning, text, Some(UserCommand::SaveAs));
            return false;
        }
        if let Err(error) = file::write_atomic(&path, text.as_bytes()) {
            self.say(Severity::Error, error.to_string(), Some(UserCommand::SaveAs));
            return false;
        }
        let source = &mut self.project.devices.source;
        (source.path, source.digest, source.foreign) = (Some(path), Some(Digest::of(&text)), None);
        self.project.document.mark_devices_saved();
        true
    }

    fn path_shown(path: &Path) -> String {
        format!("`{}`", path.display())
    }
}
