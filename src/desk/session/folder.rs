//! A session's folder: made, locked, found again after a crash, and taken over.
//!
//! `<state>/sessions/<id>/` holds `lock`, one `document-<n>.json` per kept project and `session.json`,
//! which is written last and says what belongs together. The lock is the system's: it ends with the
//! process, however that ends. An unlocked folder with a `session.json` is therefore what a crash, or
//! an end with unsaved changes, left behind.
//!
//! Several processes may do all of this at once. A folder without `session.json` is never restored,
//! so one that is only being made cannot be mistaken; should it be cleaned away in that moment, its
//! maker notices when it writes and takes another id.

use super::record::Record;
use crate::base::file::{self, FileError};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Name of the file that says what belongs together.
pub(super) const RECORD: &str = "session.json";
const LOCK: &str = "lock";
/// What a folder is called that could not be read, so that nobody stumbles over it again.
const UNREADABLE: &str = "unreadable";
/// Ids tried before giving up, and folders looked at.
const TRIES: u32 = 1_000;
/// Longest record that is read [bytes].
const RECORD_BYTES: u64 = 1 << 20;

/// Locks a file or says why not; tests bring a disk that has no locks.
type TryLock<'a> = dyn Fn(&File) -> std::io::Result<()> + 'a;

/// A session's folder, locked for as long as this value lives.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
}

/// What another session left behind.
#[derive(Debug)]
pub(super) struct Orphan {
    pub(super) folder: Folder,
    pub(super) record: Record,
    /// When its projects were written last.
    modified: SystemTime,
}

impl Folder {
    /// Makes and locks a new folder.
    ///
    /// # Errors
    /// A sentence that says why nothing can be kept.
    pub(super) fn create(sessions: &Path) -> Result<Self, String> {
        Self::create_with(sessions, &|lock| Ok(lock.try_lock()?))
    }

    /// Makes a new folder and locks it this way; what cannot be locked is removed again.
    fn create_with(sessions: &Path, try_lock: &TryLock<'_>) -> Result<Self, String> {
        file::create_dir_all(sessions).map_err(|error| error.to_string())?;
        let mut reason = None;
        for number in 1..=TRIES {
            let path = sessions.join(format!("{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => {
                    reason = Some(error);
                    break;
                }
            }
            match Self::lock_with(path.clone(), try_lock) {
                Ok(folder) => return Ok(folder),
                Err(error) => {
                    let _ = fs::remove_file(path.join(LOCK));
                    let _ = fs::remove_dir(&path);
                    // Another start that cleans up may hold the folder, or have removed it already. All
                    // else, a disk without locks above all, is no better under another number.
                    let again = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotFound);
                    reason = Some(error);
                    if !again {
                        break;
                    }
                }
            }
        }
        let reason = reason.map_or_else(|| "all names are taken".to_owned(), |error| error.to_string());
        Err(format!(
            "No folder for unsaved changes can be made and locked ({reason}): `{}`",
            sessions.display()
        ))
    }

    /// Locks a folder that exists.
    fn lock(path: PathBuf) -> std::io::Result<Self> {
        Self::lock_with(path, &|lock| Ok(lock.try_lock()?))
    }

    fn lock_with(path: PathBuf, try_lock: &TryLock<'_>) -> std::io::Result<Self> {
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK))?;
        try_lock(&lock)?;
        Ok(Self { path, lock })
    }

    /// Returns the path of a file in the folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Returns the path of the folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the present on the clock of the file system, which also stamped the other files.
    fn present(&mut self) -> Option<SystemTime> {
        self.lock.set_len(0).ok()?;
        self.lock.write_all(std::process::id().to_string().as_bytes()).ok()?;
        self.lock.metadata().ok()?.modified().ok()
    }

    /// Removes the folder and everything in it.
    pub(super) fn remove(self) {
        let Self { path, lock } = self;
        // The record goes first: what is left after an interruption is nothing to restore.
        let _ = fs::remove_file(path.join(RECORD));
        let removed = fs::remove_dir_all(&path);
        drop(lock);
        if removed.is_err() {
            // Some systems keep a locked file until it is closed.
            let _ = fs::remove_dir_all(&path);
        }
    }

    /// Takes the folder out of the search without deleting what is in it.
    pub(super) fn set_aside(self) -> Option<PathBuf> {
        let Self { path, lock } = self;
        drop(lock);
        let target = path.with_file_name(format!("{UNREADABLE}-{}", path.file_name()?.to_string_lossy()));
        fs::rename(&path, &target).ok().map(|()| target)
    }
}

impl Orphan {
    /// Returns how long ago it was written, where the clock has not been turned back.
    pub(super) fn age(&mut self) -> Option<Duration> {
        self.folder.present()?.duration_since(self.modified).ok()
    }

    /// Notes that it is being restored, before anything else can go wrong.
    ///
    /// # Errors
    /// Where it cannot be written; restoring goes on all the same.
    pub(super) fn note_restore(&mut self) -> Result<(), FileError> {
        self.record.closed = false;
        self.record.restores += 1;
        file::write_atomic(&self.folder.file(RECORD), self.record.text().as_bytes())
    }
}

/// Returns everything that ended sessions left behind, newest first, and the folders that could not be
/// read. Sessions that are running are not touched, strange files are passed over.
pub(super) fn orphans(sessions: &Path) -> (Vec<Orphan>, Vec<PathBuf>) {
    let (mut found, mut unreadable) = (Vec::new(), Vec::new());
    let entries = fs::read_dir(sessions).into_iter().flatten().flatten();
    for entry in entries.take(TRIES as usize) {
        if !is_id(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        if !path.join(LOCK).is_file() {
            continue;
        }
        let Ok(folder) = Folder::lock(path) else { continue };
        match read(&folder) {
            Found::Nothing => folder.remove(),
            Found::Record(record, modified) => found.push(Orphan { folder, record, modified }),
            Found::Unreadable => unreadable.extend(folder.set_aside()),
        }
    }
    found.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.folder.path.cmp(&b.folder.path)));
    (found, unreadable)
}

/// What a folder holds.
enum Found {
    Nothing,
    Record(Record, SystemTime),
    Unreadable,
}

/// Returns what a folder holds.
fn read(folder: &Folder) -> Found {
    let path = folder.file(RECORD);
    if !path.exists() {
        return Found::Nothing;
    }
    let text = file::read_text(&path, RECORD_BYTES).ok();
    let Some(record) = text.as_deref().and_then(Record::parse) else { return Found::Unreadable };
    let stamp = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let documents = record.documents.iter().map(|document| folder.file(&document.file_name()));
    match documents.filter_map(|path| stamp(&path)).max().or_else(|| stamp(&path)) {
        Some(modified) => Found::Record(record, modified),
        None => Found::Unreadable,
    }
}

/// Returns whether a folder's name is one that this program gives.
fn is_id(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.split_once('-').is_some_and(|(process, count)| number(process) && number(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// Makes a folder on a disk that answers the first `failures` locks with this.
    fn create(sessions: &Path, kind: ErrorKind, failures: u32) -> (Result<Folder, String>, u32) {
        let tries = Cell::new(0);
        let folder = Folder::create_with(sessions, &|_| {
            tries.set(tries.get() + 1);
            if tries.get() <= failures { Err(kind.into()) } else { Ok(()) }
        });
        (folder, tries.get())
    }

    fn count(sessions: &Path) -> usize {
        fs::read_dir(sessions).unwrap().count()
    }

    #[test]
    fn a_disk_without_locks_is_tried_once_and_left_clean() {
        let place = tempfile::tempdir().unwrap();
        let (folder, tries) = create(place.path(), ErrorKind::Unsupported, u32::MAX);
        let reason = folder.unwrap_err();
        assert!(reason.starts_with("No folder for unsaved changes can be made and locked ("), "{reason}");
        assert_eq!((tries, count(place.path())), (1, 0));
    }

    #[test]
    fn a_folder_that_another_start_holds_is_passed_over() {
        let place = tempfile::tempdir().unwrap();
        let taken = place.path().join(format!("{}-1", std::process::id()));
        fs::create_dir(&taken).unwrap();
        let (folder, tries) = create(place.path(), ErrorKind::WouldBlock, 2);
        assert!(folder.unwrap().path().ends_with(format!("{}-4", std::process::id())));
        assert_eq!((tries, count(place.path())), (3, 2), "the taken one and the own one");

        let (folder, _) = create(place.path(), ErrorKind::WouldBlock, u32::MAX);
        assert!(folder.is_err() && taken.exists());
        assert_eq!(count(place.path()), 2, "nothing is left behind");
    }
}
