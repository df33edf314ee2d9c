//! What survives a crash: unsaved changes in a locked folder of their own, found again at the next start.
//!
//! A session keeps every project with unsaved changes, the open one first. A saved project needs no
//! keeping, so a session that ends with everything saved leaves nothing; one that ends with unsaved
//! changes leaves them, and they come back without a question. Where the folder cannot be made or
//! written, the program works all the same and says so once.

mod folder;
mod record;
#[cfg(test)]
mod tests;
mod writer;

pub(super) use record::Kept;

use super::env::Env;
use super::settings;
use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::base::units;
use crate::fleet::FleetFile;
use crate::fleet::inventory::{self, Inventory, Named, Options};
use folder::{Folder, Orphan};
use std::path::{Path, PathBuf};
use std::time::Duration;
use writer::{Files, Snapshot, Writer};

/// How often a project is restored without a change in between; after that it is set aside.
const RESTORES: u32 = 3;

/// What was restored at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Name of the project.
    pub name: String,
    /// Its own file, where it has one.
    pub path: Option<PathBuf>,
    /// Whether the program had stopped unexpectedly; otherwise it was closed with unsaved changes.
    pub crashed: bool,
    /// What is said about it, in one or two sentences.
    pub text: String,
    /// Further sessions whose projects come back at the next starts.
    pub others: usize,
}

/// Which kept project a start is to restore.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// The newest one.
    Newest,
    /// The one that belongs to this file.
    Of(&'a Path),
    /// None; what is there stays there.
    Nothing,
}

/// A session that has begun.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) session: Session,
    /// The kept projects, the open one first; empty where nothing was restored.
    pub(super) documents: Vec<Kept>,
    pub(super) restored: Option<Restored>,
    /// Sessions whose projects wait for another start.
    pub(super) others: usize,
    /// What went wrong, in sentences.
    pub(super) troubles: Vec<String>,
}

/// The running session.
#[derive(Debug)]
pub(super) struct Session {
    folder: Option<Folder>,
    writer: Option<Writer>,
    last: Snapshot,
    /// Reports taken in so far, and when the last one came.
    kept: (u64, Option<Duration>),
    failing: bool,
}

impl Session {
    /// Begins a session in the folders of the surroundings.
    pub(super) fn begin(env: &Env, wanted: Wanted<'_>) -> Begun {
        let mut begun = Begun {
            session: Self {
                folder: None,
                writer: None,
                last: Snapshot::default(),
                kept: (0, None),
                failing: false,
            },
            documents: Vec::new(),
            restored: None,
            others: 0,
            troubles: Vec::new(),
        };
        let mut files = Files::new(None, env.config_dir.as_deref().map(|folder| folder.join(settings::FILE)));
        if let Some(state) = &env.state_dir {
            files = begun.folder(&state.join("sessions"), wanted, files);
        }
        if files.folder.is_some() || files.settings.is_some() {
            match Writer::start(files, env.wake.clone()) {
                Ok(writer) => begun.session.writer = Some(writer),
                Err(trouble) => begun.troubles.push(trouble),
            }
        }
        begun
    }

    /// Leaves the projects with unsaved changes to be written, the open one first.
    pub(super) fn keep(&mut self, documents: Vec<Kept>) {
        let snapshot = Snapshot { documents, closed: false };
        if self.folder.is_some() && snapshot != self.last {
            if snapshot.documents.is_empty() {
                self.kept.1 = None;
            }
            self.last = snapshot.clone();
            if let Some(writer) = &self.writer {
                writer.keep(snapshot);
            }
        }
    }

    /// Leaves settings to be written.
    pub(super) fn remember(&self, settings: String) {
        if let Some(writer) = &self.writer {
            writer.remember(settings);
        }
    }

    /// Takes in what has been written; returns what went wrong, once for each series of failures.
    pub(super) fn tick(&mut self, now: Duration) -> Option<String> {
        let report = self.writer.as_ref()?.report();
        if report.kept != self.kept.0 {
            self.kept = (report.kept, (!self.last.documents.is_empty()).then_some(now));
        }
        let first = report.failure.is_some() && !self.failing;
        self.failing = report.failure.is_some();
        report
            .failure
            .filter(|_| first)
            .map(|failure| format!("Unsaved changes or settings could not be kept. {failure}"))
    }

    /// Returns when unsaved changes were written last.
    pub(super) fn kept_at(&self) -> Option<Duration> {
        self.kept.1
    }

    /// Ends the session: what is not saved stays for the next start, everything else is removed.
    pub(super) fn close(&mut self) {
        let unsaved = !self.last.documents.is_empty();
        if let Some(mut writer) = self.writer.take() {
            if unsaved {
                writer.keep(Snapshot { closed: true, ..self.last.clone() });
            }
            writer.finish();
        }
        if let Some(folder) = self.folder.take()
            && !unsaved
        {
            folder.remove();
        }
    }

    /// Ends as a crash does right after the next write: the lock is gone, nothing is removed.
    #[cfg(test)]
    pub(super) fn abandon(&mut self) {
        self.writer = None;
        self.folder = None;
    }
}

impl Begun {
    /// Takes over the folder of an ended session, or makes a new one.
    fn folder(&mut self, sessions: &Path, wanted: Wanted<'_>, mut files: Files) -> Files {
        let (orphans, unreadable) = folder::orphans(sessions);
        for path in unreadable {
            self.unreadable(&path);
        }
        for mut orphan in orphans {
            let fits = match wanted {
                Wanted::Newest => self.documents.is_empty(),
                Wanted::Of(path) => {
                    self.documents.is_empty() && orphan.record.documents[0].path.as_deref() == Some(path)
                }
                Wanted::Nothing => false,
            };
            if !fits {
                self.others += 1;
                continue;
            }
            let documents = documents(&orphan).filter(|_| orphan.record.restores < RESTORES);
            let Some(documents) = documents else {
                let path = orphan.folder.path().to_owned();
                let path = orphan.folder.set_aside().unwrap_or(path);
                self.unreadable(&path);
                continue;
            };
            self.restored = Some(restored(&mut orphan));
            if let Err(error) = orphan.note_restore() {
                self.troubles
                    .push(format!("Unsaved changes were restored but cannot be kept further. {error}"));
            }
            files.folder = Some(orphan.folder.path().to_owned());
            files = files.holding(orphan.record.clone(), &documents);
            self.session.last = Snapshot { documents: documents.clone(), closed: false };
            self.session.folder = Some(orphan.folder);
            self.documents = documents;
        }
        if let Some(restored) = &mut self.restored {
            restored.others = self.others;
            return files;
        }
        match Folder::create(sessions) {
            Ok(folder) => {
                files.folder = Some(folder.path().to_owned());
                self.session.folder = Some(folder);
            }
            Err(reason) => self.troubles.push(format!("Unsaved changes are not kept for a crash. {reason}")),
        }
        files
    }

    fn unreadable(&mut self, path: &Path) {
        self.troubles.push(format!(
            "Unsaved changes of an earlier session cannot be read. Nothing in them was deleted: `{}`",
            path.display()
        ));
    }
}

/// Returns the projects of an ended session, or `None` where the open one cannot be read.
fn documents(orphan: &Orphan) -> Option<Vec<Kept>> {
    let mut documents = Vec::new();
    for (position, entry) in orphan.record.documents.iter().enumerate() {
        let text = file::read_text(&orphan.folder.file(&entry.file_name()), MAX_PROJECT_BYTES).ok();
        match text.filter(|text| FleetFile::parse(text).is_ok()) {
            Some(text) => documents.push(Kept {
                number: entry.number,
                name: entry.name.clone(),
                path: entry.path.clone(),
                example: entry.example.clone(),
                scenario: entry.scenario.clone(),
                ticks: entry.ticks.clone(),
                saved: entry.saved.clone(),
                devices: entry.devices.then(|| devices(orphan, entry, &text)).flatten(),
                text: text.into(),
            }),
            None if position == 0 => return None,
            None => {}
        }
    }
    Some(documents)
}

/// Returns the list of devices that was kept beside a project; `None` where it cannot be read.
fn devices(orphan: &Orphan, entry: &record::Entry, project: &str) -> Option<Inventory> {
    let text = file::read_text(&orphan.folder.file(&entry.devices_name()), inventory::MAX_BYTES).ok()?;
    let named = Named::of(&FleetFile::parse(project).ok()?).ok().flatten();
    let roles = named.map(|named| named.roles).unwrap_or_default();
    let options = Options { roles: &roles, ..Options::default() };
    Some(inventory::read(&text, &options).ok()?.inventory)
}

/// Returns what is said about a restored session.
fn restored(orphan: &mut Orphan) -> Restored {
    let age = orphan.age().map(|age| units::duration(age.as_secs_f64().round()));
    let crashed = !orphan.record.closed;
    let text = match (crashed, age) {
        (true, Some(age)) => {
            format!("Regather stopped unexpectedly. Your project was restored from {age} before.")
        }
        (true, None) => "Regather stopped unexpectedly. Your project was restored.".to_owned(),
        (false, Some(age)) => format!("Your unsaved changes from {age} before are back."),
        (false, None) => "Your unsaved changes are back.".to_owned(),
    };
    let open = &orphan.record.documents[0];
    Restored { name: open.name.clone(), path: open.path.clone(), crashed, text, others: 0 }
}
