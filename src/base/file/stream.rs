//! A file that is written piece by piece and appears whole or not at all.
//!
//! For what is too large to stand in memory at once. The pieces go into a temporary file beside the
//! target; dropping it before [`AtomicFile::commit`] leaves the target as it was and removes the rest.

use super::error::{FileError, write_error};
use super::{confirm, create_beside, folder_of, follow_links, replaceable, settle};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// Who may read a file that is new; one that replaces another keeps that one's permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever the user's umask lets.
    Everyone,
    /// The user alone, for files that hold secrets. On Windows the folder decides.
    Owner,
}

/// Bytes compared at a time \[bytes\].
const PIECE: u64 = 64 * 1024;

/// A file on its way to its place.
#[derive(Debug)]
pub struct AtomicFile {
    target: PathBuf,
    pieces: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Begins a file, following symbolic links as [`write_atomic`](super::write_atomic) does.
    ///
    /// # Errors
    /// [`FileError`] where the target cannot be replaced; a device or a pipe cannot.
    pub fn create(path: &Path, access: Access) -> Result<Self, FileError> {
        let target = follow_links(path)?;
        let old = replaceable(&target)?;
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            let plain = io::Error::other("it is a device or a pipe, and this needs an ordinary file");
            return Err(write_error(&target, plain));
        }
        let temporary = create_beside(folder_of(&target), old.as_ref(), access)
            .map_err(|error| write_error(&target, error))?;
        Ok(Self { pieces: BufWriter::with_capacity(PIECE as usize, temporary), target })
    }

    /// Returns what a failed [`Write`] to this file means.
    pub fn error(&self, error: io::Error) -> FileError {
        write_error(&self.target, error)
    }

    /// Brings everything to the disk and gives it the target's name.
    ///
    /// # Errors
    /// [`FileError`]; the old file is intact, except after [`FileError::Unconfirmed`].
    pub fn commit(self) -> Result<(), FileError> {
        let target = self.target;
        let temporary = self.pieces.into_inner().map_err(|error| write_error(&target, error.into_error()))?;
        settle(temporary, &target)
    }

    /// Brings everything to the disk, to be given the target's name later. Until then no file is held open.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn stage(self) -> Result<Staged, FileError> {
        let target = self.target;
        let fail = |error| write_error(&target, error);
        let temporary = self.pieces.into_inner().map_err(|error| fail(error.into_error()))?;
        temporary.as_file().sync_all().map_err(fail)?;
        Ok(Staged { temporary: temporary.into_temp_path(), target })
    }

    /// Commits only where the target differs, and returns whether it did; the same bytes stay untouched.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub fn commit_if_changed(mut self) -> Result<bool, FileError> {
        self.pieces.flush().map_err(|error| write_error(&self.target, error))?;
        let same = match File::open(&self.target) {
            Ok(old) => same_bytes(self.pieces.get_mut().as_file_mut(), old)
                .map_err(|error| write_error(&self.target, error))?,
            // What cannot be read is not known to be the same.
            Err(_) => false,
        };
        if same { Ok(false) } else { self.commit().map(|()| true) }
    }
}

/// A file that is whole on the disk and takes its place when it is told to, so that many change together.
/// Dropping it leaves the target as it was and removes the rest.
#[derive(Debug)]
pub struct Staged {
    target: PathBuf,
    temporary: TempPath,
}

impl Staged {
    /// Gives it the target's name; returns where it stands now.
    ///
    /// # Errors
    /// As [`AtomicFile::commit`].
    pub fn commit(self) -> Result<PathBuf, FileError> {
        let target = self.target;
        self.temporary.persist(&target).map_err(|error| write_error(&target, error.error))?;
        match confirm(folder_of(&target)) {
            Ok(()) => Ok(target),
            Err(source) => Err(FileError::Unconfirmed { path: target, source }),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pieces.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pieces.flush()
    }
}

/// Returns whether two files hold the same bytes, however long they are; the first is left at its end.
fn same_bytes(new: &mut File, mut old: File) -> io::Result<bool> {
    let same_length = new.metadata()?.len() == old.metadata()?.len();
    new.seek(SeekFrom::Start(0))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut same = same_length;
    while same {
        ours.clear();
        theirs.clear();
        Read::by_ref(new).take(PIECE).read_to_end(&mut ours)?;
        Read::by_ref(&mut old).take(PIECE).read_to_end(&mut theirs)?;
        same = ours == theirs;
        if ours.is_empty() {
            break;
        }
    }
    new.seek(SeekFrom::End(0))?;
    Ok(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::file::read_text;
    use std::fs;
    use tempfile::tempdir;

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn appears_whole_or_not_at_all() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("big.bin");
        let mut file = AtomicFile::create(&path, Access::Everyone).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(names(folder.path()), 0);
        let mut file = AtomicFile::create(&path, Access::Everyone).unwrap();
        for _ in 0..100_000 {
            file.write_all(b"0123456789").unwrap();
        }
        assert!(!path.exists());
        file.commit().unwrap();
        assert_eq!((fs::metadata(&path).unwrap().len(), names(folder.path())), (1_000_000, 1));
    }

    #[test]
    fn the_same_bytes_stay_untouched() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("list.txt");
        let write = |text: &str| {
            let mut file = AtomicFile::create(&path, Access::Everyone).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.commit_if_changed().unwrap()
        };
        let long = "x".repeat(200_000);
        assert_eq!([write("one"), write("one"), write("two"), write("")], [true, false, true, true]);
        assert_eq!([write(&long), write(&long), write(&format!("{long}y"))], [true, false, true]);
        assert_eq!(read_text(&path, 1 << 20).unwrap().len(), 200_001);
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn what_cannot_be_replaced_is_refused_at_once() {
        let folder = tempdir().unwrap();
        let error = AtomicFile::create(folder.path(), Access::Everyone).unwrap_err();
        assert!(matches!(error, FileError::IsFolder { .. }), "{error:?}");
        let error = AtomicFile::create(&folder.path().join("no/x"), Access::Everyone).unwrap_err();
        assert!(matches!(error, FileError::NoFolder { .. }), "{error:?}");
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempdir().unwrap();
        let path = folder.path().join("secret.json");
        super::super::write_atomic_for(&path, b"x", Access::Owner).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        super::super::write_atomic_for(&path, b"y", Access::Owner).unwrap();
        assert_eq!(mode(&path), 0o640, "as the operator set them");
    }
}
