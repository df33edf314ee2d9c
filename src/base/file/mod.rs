//! Reading and writing files: the one place that does.
//!
//! Reading has a limit, so that a wrong file cannot fill the memory, and reports what is not text.
//! Writing never leaves half a file: the new content goes into a temporary file beside the target,
//! reaches the disk, and then takes the target's name in one step. Until that step every failure,
//! a killed process included, leaves the old file as it was.
//!
//! Every error is a sentence for the user: what is wrong, why, what to do, and the path last.
//! Not here: what is in the files, and where files of the application live.

mod error;
mod leftover;
mod log;
mod stream;
#[cfg(test)]
mod tests;
mod walk;

pub use error::FileError;
pub use leftover::sweep;
pub use log::Log;
pub use stream::{Access, AtomicFile, Staged};
pub use walk::Walk;

use error::{folder_error, read_error, write_error};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Largest project or agent file that is read \[bytes\].
pub const MAX_PROJECT_BYTES: u64 = 16 * 1024 * 1024;

/// How names of temporary files begin and end.
const TEMPORARY_PREFIX: &str = ".regather-";
const TEMPORARY_SUFFIX: &str = ".tmp";

/// Links that may lead to further links before the target is a file.
const MAX_LINKS: usize = 40;

/// Reads a text file of at most `limit` \[bytes\].
///
/// The size is checked before and while reading, so a device without end or a file that grows is
/// refused too. A named pipe is waited for, as every program does.
///
/// # Errors
/// Each kind of failure has its own [`FileError`]; nothing is read in part.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    let fail = |error| read_error(path, error);
    // Opening a folder succeeds on some systems and is "not permitted" on others.
    let known = fs::metadata(path).map_err(fail)?;
    if known.is_dir() {
        return Err(FileError::IsFolder { path: path.into() });
    }
    let too_large = |size: Option<u64>| FileError::TooLarge { path: path.into(), size, limit };
    if known.len() > limit {
        return Err(too_large(Some(known.len())));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(fail)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(None));
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..offset].split(|&byte| byte == b'\n').count();
        let hint = match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => " (it looks like UTF-16)",
            [0x1F, 0x8B, ..] | [b'P', b'K', 3, 4, ..] => " (it looks like a compressed file)",
            _ => "",
        };
        FileError::NotUtf8 { path: path.into(), offset: offset as u64, line: line as u64, hint }
    })
}

/// Opens a file for reading.
///
/// # Errors
/// [`FileError`], for a folder too.
pub fn open(path: &Path) -> Result<File, FileError> {
    let fail = |error| read_error(path, error);
    if fs::metadata(path).map_err(fail)?.is_dir() {
        return Err(FileError::IsFolder { path: path.into() });
    }
    File::open(path).map_err(fail)
}

/// Writes a file so that at every moment either the old or the new content stands there.
///
/// A symbolic link stays one and its target is replaced. The old file's permissions (on Unix its
/// owner too, where the user may set it) carry over; a new file gets those the user's umask gives.
/// Hard links to the old file keep the old content. What is not an ordinary file, such as
/// `/dev/stdout` or a pipe, is written to directly.
///
/// # Errors
/// Each kind of failure has its own [`FileError`]. The old file is intact after every one of them
/// and no temporary file remains; after [`FileError::Unconfirmed`] the new file stands there.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_atomic_for(path, bytes, Access::Everyone)
}

/// Writes a file as [`write_atomic`] does; a new one is readable by whom `access` says.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_atomic_for(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    let target = follow_links(path)?;
    let fail = |error| write_error(&target, error);
    let old = match replaceable(&target)? {
        Some(old) if !old.is_file() => return write_through(&target, bytes).map_err(fail),
        old => old,
    };
    let mut temporary = create_beside(folder_of(&target), old.as_ref(), access).map_err(fail)?;
    temporary.write_all(bytes).map_err(fail)?;
    settle(temporary, &target)
}

/// Returns what stands at a target that may be written to; what is no ordinary file is for the caller to judge.
fn replaceable(target: &Path) -> Result<Option<fs::Metadata>, FileError> {
    let fail = |error| write_error(target, error);
    let old = match fs::metadata(target) {
        Ok(old) if old.is_dir() => return Err(FileError::IsFolder { path: target.into() }),
        Ok(old) if !old.is_file() => return Ok(Some(old)),
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(fail(error)),
    };
    if let Some(old) = &old {
        if old.permissions().readonly() {
            return Err(FileError::ReadOnlyFile { path: target.into() });
        }
        // A folder that may be written to would let a file be replaced that may not.
        OpenOptions::new().write(true).open(target).map_err(fail)?;
    }
    let folder = folder_of(target);
    if folder.is_dir() { Ok(old) } else { Err(folder_error(folder)) }
}

/// Brings a temporary file to the disk and gives it the target's name.
fn settle(temporary: NamedTempFile, target: &Path) -> Result<(), FileError> {
    let fail = |error| write_error(target, error);
    temporary.as_file().sync_all().map_err(fail)?;
    temporary.persist(target).map_err(|error| fail(error.error))?;
    confirm(folder_of(target)).map_err(|source| FileError::Unconfirmed { path: target.into(), source })
}

/// Creates a folder with all folders above it; one that exists already is fine.
///
/// # Errors
/// [`FileError`], for example where a file is in the way.
pub fn create_dir_all(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => FileError::NotAFolder { path: path.into() },
        _ => write_error(path, error),
    })
}

/// Returns whether a file or folder stands at the path; a link to nothing counts as nothing.
///
/// # Errors
/// [`FileError`] where the system does not tell, for example in a folder that may not be read.
pub fn exists(path: &Path) -> Result<bool, FileError> {
    fs::exists(path).map_err(|error| read_error(path, error))
}

/// Removes a file; one that is gone already is fine.
///
/// # Errors
/// [`FileError`], for example for a folder or without permission.
pub fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(_) if path.is_dir() => Err(FileError::IsFolder { path: path.into() }),
        Err(error) => Err(match write_error(path, error) {
            FileError::Other { path, source, .. } => FileError::Other { path, action: "removed", source },
            known => known,
        }),
    }
}

/// Returns the folder a file stands in; a bare name stands in the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Returns what a chain of symbolic links leads to; the last may lead to nothing yet.
fn follow_links(path: &Path) -> Result<PathBuf, FileError> {
    let mut target = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&target) {
            Ok(meta) if meta.is_symlink() => {}
            // What is wrong with the path itself is found, and named, when it is used.
            _ => return Ok(target),
        }
        let next = fs::read_link(&target).map_err(|error| write_error(&target, error))?;
        target = target.parent().map(|parent| parent.join(&next)).unwrap_or(next);
    }
    Err(write_error(path, io::Error::other("its symbolic links lead in a circle")))
}

/// Creates the temporary file, with the permissions the target will have.
fn create_beside(folder: &Path, old: Option<&fs::Metadata>, access: Access) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(not(unix))]
    let _ = access; // Who may read a file is the folder's business there.
    #[cfg(unix)]
    if old.is_none() && access == Access::Everyone {
        // The system takes the umask off; the default of temporary files is the owner alone.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder)?;
    if let Some(old) = old {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            let new = temporary.as_file().metadata()?;
            if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
                // Only the administrator may give files away; for others the file becomes their own,
                // as with every editor that saves this way.
                let _ = fchown(temporary.as_file(), Some(old.uid()), Some(old.gid()));
            }
        }
        temporary.as_file().set_permissions(old.permissions())?;
    }
    Ok(temporary)
}

/// Writes to a device or pipe, which must not be replaced by a file.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(bytes)?;
    file.flush()
}

/// Makes a new name in a folder survive a power cut.
#[cfg(unix)]
fn confirm(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network disks cannot do this, and a folder may be writable but not readable: the
        // content itself is on the disk by now, so this is no reason to report a failure.
        Err(error) if is_unsupported(error.kind()) => Ok(()),
        result => result,
    }
}

/// Makes a new name in a folder survive a power cut; the journal of the file system does it here.
#[cfg(not(unix))]
fn confirm(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_unsupported(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied)
}
