//! The thread that puts unsaved changes and settings on the disk.
//!
//! The desk leaves the newest state in a slot and goes on; the thread wakes by itself, waits a moment
//! for further changes and writes the newest state only. A change is therefore on the disk one second
//! and one write later, also while a drag goes on and while nobody calls the desk.

use super::folder::RECORD;
use super::record::{Kept, Record, devices_name, document_name};
use crate::base::file::{self, FileError};
use crate::desk::env::Wake;
use crate::fleet::inventory::Inventory;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the thread waits for further changes before it writes.
const GATHER: Duration = Duration::from_secs(1);
/// How long it waits before it tries again what failed.
const RETRY: Duration = Duration::from_secs(5);

/// The projects to keep; none where everything is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) documents: Vec<Kept>,
    pub(super) closed: bool,
}

/// What has been written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::desk) struct Report {
    /// States of the projects written so far.
    pub(in crate::desk) kept: u64,
    /// Why the last write failed; `None` where it did not.
    pub(in crate::desk) failure: Option<String>,
}

#[derive(Debug, Default)]
struct Slot {
    snapshot: Option<Snapshot>,
    settings: Option<String>,
    stop: bool,
    report: Report,
}

#[derive(Debug, Default)]
struct Shared {
    slot: Mutex<Slot>,
    turn: Condvar,
}

impl Shared {
    /// Returns the slot; a panic elsewhere leaves plain data that is still good.
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The desk's end of the thread.
#[derive(Debug)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// A sentence where the system gives no thread.
    pub(super) fn start(files: Files, wake: Wake) -> Result<Self, String> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("autosave".to_owned())
            .spawn(move || run(&theirs, files, &wake))
            .map_err(|error| {
                format!("Unsaved changes are not kept for a crash: no thread could be started ({error}).")
            })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Leaves the newest state of the projects.
    pub(super) fn keep(&self, snapshot: Snapshot) {
        self.shared.slot().snapshot = Some(snapshot);
        self.shared.turn.notify_one();
    }

    /// Leaves the newest settings.
    pub(super) fn remember(&self, settings: String) {
        self.shared.slot().settings = Some(settings);
        self.shared.turn.notify_one();
    }

    /// Returns what has been written.
    pub(super) fn report(&self) -> Report {
        self.shared.slot().report.clone()
    }

    /// Writes what is left and ends the thread.
    pub(super) fn finish(&mut self) {
        self.shared.slot().stop = true;
        self.shared.turn.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported by the runtime already; the session is over anyway.
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Waits for something to write and writes it, until told to stop.
fn run(shared: &Shared, mut files: Files, wake: &Wake) {
    let mut pause = GATHER;
    loop {
        let slot = shared.slot();
        let idle = |slot: &mut Slot| slot.snapshot.is_none() && slot.settings.is_none() && !slot.stop;
        let slot = shared.turn.wait_while(slot, idle).unwrap_or_else(PoisonError::into_inner);
        let waited = shared.turn.wait_timeout_while(slot, pause, |slot| !slot.stop);
        let (mut slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let (snapshot, settings, stop) = (slot.snapshot.take(), slot.settings.take(), slot.stop);
        drop(slot);

        let kept = snapshot.as_ref().map(|snapshot| files.keep(snapshot));
        let remembered = settings.as_ref().map(|settings| files.remember(settings));

        let mut slot = shared.slot();
        let failed = |result: &Option<Result<(), FileError>>| matches!(result, Some(Err(_)));
        if failed(&kept) && slot.snapshot.is_none() {
            slot.snapshot = snapshot;
        }
        if failed(&remembered) && slot.settings.is_none() {
            slot.settings = settings;
        }
        slot.report.kept += u64::from(matches!(kept, Some(Ok(()))));
        let failure = [kept, remembered].into_iter().flatten().find_map(Result::err);
        pause = if failure.is_some() { RETRY } else { GATHER };
        slot.report.failure = failure.map(|error| error.to_string());
        drop(slot);
        if stop {
            return;
        }
        wake();
    }
}

/// The files of a session and what stands in them.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Folder of the session; `None` keeps no projects.
    pub(super) folder: Option<PathBuf>,
    /// File of the settings; `None` forgets them.
    pub(super) settings: Option<PathBuf>,
    /// Text of each document file that was written.
    documents: BTreeMap<u64, Arc<str>>,
    /// List of devices of each file that was written.
    devices: BTreeMap<u64, Inventory>,
    record: Option<Record>,
}

impl Files {
    /// Returns the files of a session.
    pub(super) fn new(folder: Option<PathBuf>, settings: Option<PathBuf>) -> Self {
        Self { folder, settings, ..Self::default() }
    }

    /// Returns the files of a session that was taken over, with the projects that stand in it.
    pub(super) fn holding(mut self, record: Record, documents: &[Kept]) -> Self {
        self.documents = documents.iter().map(|kept| (kept.number, Arc::clone(&kept.text))).collect();
        self.record = Some(record);
        self
    }

    /// Writes projects: documents first, then the record, then what is not needed any more goes.
    pub(super) fn keep(&mut self, snapshot: &Snapshot) -> Result<(), FileError> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        if snapshot.documents.is_empty() {
            if self.record.take().is_some() {
                // Where this fails the record still names whole documents: they are offered once too often.
                let _ = fs::remove_file(folder.join(RECORD));
            }
        } else {
            for kept in &snapshot.documents {
                let written = self.documents.get(&kept.number);
                if written.is_none_or(|text| **text != *kept.text) {
                    file::write_atomic(&folder.join(document_name(kept.number)), kept.text.as_bytes())?;
                    self.documents.insert(kept.number, Arc::clone(&kept.text));
                }
                self.keep_devices(&folder, kept)?;
            }
            let record = Record::of(&snapshot.documents, snapshot.closed);
            if self.record.as_ref() != Some(&record) {
                file::write_atomic(&folder.join(RECORD), record.text().as_bytes())?;
                self.record = Some(record);
            }
        }
        self.devices.retain(|number, _| {
            let needed =
                snapshot.documents.iter().any(|kept| kept.number == *number && kept.devices.is_some());
            if !needed {
                let _ = fs::remove_file(folder.join(devices_name(*number)));
            }
            needed
        });
        self.documents.retain(|number, _| {
            let needed = snapshot.documents.iter().any(|kept| kept.number == *number);
            if !needed {
                let _ = fs::remove_file(folder.join(document_name(*number)));
            }
            needed
        });
        Ok(())
    }

    /// Writes the list of devices of a project where it has unsaved changes.
    fn keep_devices(&mut self, folder: &Path, kept: &Kept) -> Result<(), FileError> {
        let Some(list) = kept.devices.as_ref().filter(|list| self.devices.get(&kept.number) != Some(list))
        else {
            return Ok(());
        };
        // Lines that are no devices may hold a key in the clear; they stay in the user's file only.
        let text = list.without_bad_rows().text();
        file::write_atomic(&folder.join(devices_name(kept.number)), text.as_bytes())?;
        self.devices.insert(kept.number, list.clone());
        Ok(())
    }

    /// Writes the settings.
    fn remember(&self, text: &str) -> Result<(), FileError> {
        let Some(path) = &self.settings else { return Ok(()) };
        if let Some(folder) = path.parent() {
            file::create_dir_all(folder)?;
        }
        file::write_atomic(path, text.as_bytes())
    }
}
