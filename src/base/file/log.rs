//! A file that grows at its end, for one program at a time.
//!
//! What was appended is on the disk when [`Log::append`] returns. Beside the file stands an empty one whose name ends
//! in `.lock`: whoever holds it owns the log. It is a file of its own because the log is replaced by another when it is
//! written anew, and it stays when the program ends, because removing it would let two programs hold one each.

use super::error::{FileError, read_error, write_error};
use super::{Access, AtomicFile, folder_of, follow_links, replaceable};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file that grows at its end.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// Closed only while another file takes its place.
    file: Option<File>,
    /// Held until the log is dropped.
    _lock: File,
}

impl Log {
    /// Opens a log, or begins one that only the user can read; returns it with its content of at most `limit` \[bytes\].
    ///
    /// # Errors
    /// [`FileError::InUse`] where another program has it; [`FileError::TooLarge`]; what else the system says. A device
    /// or a pipe is no log.
    pub fn open(path: &Path, limit: u64) -> Result<(Self, Vec<u8>), FileError> {
        let path = follow_links(path)?;
        if replaceable(&path)?.is_some_and(|old| !old.is_file()) {
            let plain = io::Error::other("it is a device or a pipe, and this needs an ordinary file");
            return Err(write_error(&path, plain));
        }
        let lock = lock(&path)?;
        let mut file = open(&path).map_err(|error| write_error(&path, error))?;
        let size = file.metadata().map_err(|error| read_error(&path, error))?.len();
        if size > limit {
            return Err(FileError::TooLarge { path, size: Some(size), limit });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| read_error(&path, error))?;
        Ok((Self { path, file: Some(file), _lock: lock }, bytes))
    }

    /// Appends bytes; they are on the disk when this returns. After an error a part of them may stand in the file.
    ///
    /// # Errors
    /// What the system says, such as [`FileError::DiskFull`].
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.works(|file| {
            file.seek(SeekFrom::End(0))?;
            file.write_all(bytes)?;
            file.sync_data()
        })
    }

    /// Cuts everything off behind so many \[bytes\].
    ///
    /// # Errors
    /// What the system says.
    pub fn cut(&mut self, length: u64) -> Result<(), FileError> {
        self.works(|file| {
            file.set_len(length)?;
            file.sync_data()
        })
    }

    /// Puts another content in place of the old one; at every moment one of the two stands there.
    ///
    /// # Errors
    /// What the system says; the old content then stands there still.
    pub fn replace(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        let mut new = AtomicFile::create(&self.path, Access::Owner)?;
        new.write_all(bytes).map_err(|error| new.error(error))?;
        // Some systems replace no file that is open.
        self.file = None;
        let done = new.commit();
        self.file = open(&self.path).ok();
        done
    }

    fn works(&mut self, work: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FileError> {
        let done = (|| {
            if self.file.is_none() {
                self.file = Some(open(&self.path)?);
            }
            self.file.as_mut().map_or(Ok(()), work)
        })();
        done.map_err(|error| write_error(&self.path, error))
    }
}

/// Opens a file for reading and writing, or begins it.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes the lock of a log.
fn lock(path: &Path) -> Result<File, FileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let beside = folder_of(path).join(name);
    let lock = open(&beside).map_err(|error| write_error(&beside, error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FileError::InUse { path: path.into() }),
        Err(TryLockError::Error(error)) => Err(write_error(&beside, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_is_cut_replaced_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (mut log, old) = Log::open(&path, 100).unwrap();
        assert!(old.is_empty());
        log.append(b"one").unwrap();
        log.append(b"two").unwrap();
        log.cut(4).unwrap();
        log.append(b"x").unwrap();
        drop(log);
        let (mut log, old) = Log::open(&path, 100).unwrap();
        assert_eq!(old, b"onetx");
        log.replace(b"new").unwrap();
        log.append(b"er").unwrap();
        drop(log);
        assert_eq!(Log::open(&path, 100).unwrap().1, b"newer");
        let error = Log::open(&path, 4).unwrap_err();
        assert!(matches!(error, FileError::TooLarge { size: Some(5), limit: 4, .. }), "{error}");
    }

    #[test]
    fn belongs_to_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (mut first, _) = Log::open(&path, 100).unwrap();
        first.replace(b"mine").unwrap();
        let error = Log::open(&path, 100).unwrap_err();
        assert!(matches!(error, FileError::InUse { .. }), "{error}");
        assert!(error.to_string().contains("another agent or program"), "{error}");
        drop(first);
        assert_eq!(Log::open(&path, 100).unwrap().1, b"mine");
    }

    #[test]
    fn is_an_ordinary_file_in_a_folder_that_exists() {
        let folder = tempfile::tempdir().unwrap();
        let error = Log::open(folder.path(), 1).unwrap_err();
        assert!(matches!(error, FileError::IsFolder { .. }), "{error}");
        let error = Log::open(&folder.path().join("none/log"), 1).unwrap_err();
        assert!(matches!(error, FileError::NoFolder { .. }), "{error}");
        #[cfg(unix)]
        Log::open(Path::new("/dev/null"), 1).unwrap_err();
    }
}
