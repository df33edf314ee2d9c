//! The two targets that hold agent files with everything in them: a folder tree and a zip bundle.
//!
//! Both fill every text before the first file is replaced, so that a missing variable or secret stops them in
//! time. In a folder every new file is on the disk before the first old one is replaced, each file is whole or
//! untouched and the manifest comes last; an archive appears at once.

use super::error::BundleError;
use super::fill::Keys;
use super::manifest::{self, FOLDER_MANIFEST, Record, ZIP_MANIFEST};
use super::plan::Plan;
use super::target::zip::Archive;
use crate::base::file::{self, Access, AtomicFile, FileError, Staged};
use crate::config::secret::Vault;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// Hears how many files of how many are done, and returns whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have new content, in the order in which they were written.
    pub written: Vec<PathBuf>,
    /// Number of files that already held the same bytes and were left alone.
    pub unchanged: usize,
    /// What the user should know, in whole sentences.
    pub notes: Vec<String>,
}

/// Writes the files below a folder, which is created where it is missing, and `regather-manifest.json` last.
///
/// Files that hold secrets are readable by their owner alone, where they are new.
///
/// # Errors
/// [`BundleError`]; before the first file is replaced for what is wrong with a text, where it is stopped and where
/// there is no room, else at the first file that cannot be replaced, which is left as it was.
pub fn write_folder(
    plan: &Plan<'_>,
    folder: &Path,
    vault: &dyn Vault,
    progress: Progress<'_>,
) -> Result<Written, BundleError> {
    let keys = Keys::new(vault);
    let mut text = Zeroizing::new(String::new());
    let planned = plan.len() + 1;
    for entry in &plan.entries {
        if !progress(0, planned) {
            return Err(BundleError::Stopped { written: 0, planned });
        }
        text.zeroize();
        plan.render(entry, Some(&keys), &mut text)?;
    }
    let mut done = Written { notes: plan.notes().to_vec(), ..Written::default() };
    tidy(plan, folder);
    let mut records = Vec::with_capacity(plan.len());
    // Every new file is on the disk before the first old one is replaced: what stops it until then changes nothing.
    let mut staged = Vec::new();
    for (at, entry) in plan.entries.iter().enumerate() {
        if !progress(at, planned) {
            return Err(BundleError::Stopped { written: 0, planned });
        }
        text.zeroize();
        plan.render(entry, Some(&keys), &mut text)?;
        records.push(Record::of(text.as_bytes()));
        let access = if plan.template(entry).secret().is_some() { Access::Owner } else { Access::Everyone };
        let file = stage(folder, &entry.path, text.as_bytes(), access)
            .map_err(|source| BundleError::Write { written: 0, planned, source })?;
        match file {
            Some(file) => staged.push(file),
            None => done.unchanged += 1,
        }
    }
    for file in staged {
        let written = done.written.len() + done.unchanged;
        let path = file.commit().map_err(|source| BundleError::Write { written, planned, source })?;
        done.written.push(path);
    }
    let written = done.written.len() + done.unchanged;
    let path = folder.join(FOLDER_MANIFEST);
    let changed = AtomicFile::create(&path, Access::Everyone)
        .and_then(|mut out| {
            manifest::write(&mut out, plan, &records).map_err(|error| out.error(error))?;
            out.commit_if_changed()
        })
        .map_err(|source| BundleError::Write { written, planned, source })?;
    if changed {
        done.written.push(path);
    } else {
        done.unchanged += 1;
    }
    progress(planned, planned);
    Ok(done)
}

/// Removes what killed exports left in the folders that are written to: it may hold secrets.
fn tidy(plan: &Plan<'_>, folder: &Path) {
    let paths = plan.entries.iter().map(|entry| below(folder, &entry.path));
    let folders: BTreeSet<PathBuf> =
        paths.filter_map(|path| path.parent().map(Path::to_path_buf)).chain([folder.to_path_buf()]).collect();
    for folder in &folders {
        file::sweep(folder);
    }
}

/// Brings a file to the disk beside its place below a folder; `None` where it stands there with the same bytes.
fn stage(folder: &Path, relative: &str, bytes: &[u8], access: Access) -> Result<Option<Staged>, FileError> {
    let path = below(folder, relative);
    if holds(&path, bytes) {
        return Ok(None);
    }
    if let Some(parent) = path.parent() {
        file::create_dir_all(parent)?;
    }
    let mut out = AtomicFile::create(&path, access)?;
    out.write_all(bytes).map_err(|error| out.error(error))?;
    out.stage().map(Some)
}

/// Returns the path of a file below a folder.
fn below(folder: &Path, relative: &str) -> PathBuf {
    relative.split('/').fold(folder.to_path_buf(), |path, part| path.join(part))
}

/// Returns whether a file holds these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let old = file::read_text(path, bytes.len() as u64).map(Zeroizing::new);
    old.is_ok_and(|old| old.as_bytes() == bytes)
}

/// Writes a file below a folder, unless it stands there with the same bytes.
pub(super) fn put(
    folder: &Path,
    relative: &str,
    bytes: &[u8],
    access: Access,
    done: &mut Written,
) -> Result<(), FileError> {
    let path = below(folder, relative);
    if holds(&path, bytes) {
        done.unchanged += 1;
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        file::create_dir_all(parent)?;
    }
    file::write_atomic_for(&path, bytes, access)?;
    done.written.push(path);
    Ok(())
}

/// Writes the files and `manifest.json`, as the last one, into a zip archive, which appears whole or not at all.
///
/// The same plan and secrets give the same bytes, on every system.
///
/// # Errors
/// [`BundleError`]; an archive that stood there is then unchanged.
pub fn write_zip(
    plan: &Plan<'_>,
    path: &Path,
    vault: &dyn Vault,
    progress: Progress<'_>,
) -> Result<Written, BundleError> {
    zip(plan, path, vault, progress, true)
}

/// Writes the archive of [`write_zip`] without compression: larger, and what a benchmark compares with.
///
/// # Errors
/// As [`write_zip`].
pub fn write_zip_stored(
    plan: &Plan<'_>,
    path: &Path,
    vault: &dyn Vault,
    progress: Progress<'_>,
) -> Result<Written, BundleError> {
    zip(plan, path, vault, progress, false)
}

fn zip(
    plan: &Plan<'_>,
    path: &Path,
    vault: &dyn Vault,
    progress: Progress<'_>,
    compressed: bool,
) -> Result<Written, BundleError> {
    let planned = plan.len() + 1;
    let failed = |source| BundleError::Write { written: 0, planned, source };
    let keys = Keys::new(vault);
    let private = plan.templates.iter().any(|template| template.secret().is_some());
    let access = if private { Access::Owner } else { Access::Everyone };
    path.parent().map(file::sweep);
    let mut out = AtomicFile::create(path, access).map_err(failed)?;
    let mut archive = Archive::new(&mut out, compressed);
    let mut records = Vec::with_capacity(plan.len());
    let mut text = Zeroizing::new(String::new());
    let mut trouble: Option<io::Error> = None;
    for (done, entry) in plan.entries.iter().enumerate() {
        if !progress(done, planned) {
            return Err(BundleError::Stopped { written: 0, planned });
        }
        text.clear();
        plan.render(entry, Some(&keys), &mut text)?;
        records.push(Record::of(text.as_bytes()));
        let private = plan.template(entry).secret().is_some();
        if let Err(error) = archive.add(&entry.path, text.as_bytes(), private) {
            trouble = Some(error);
            break;
        }
    }
    let ended = match trouble {
        Some(error) => Err(error),
        None => archive
            .stream(ZIP_MANIFEST, |out| manifest::write(&mut io::BufWriter::new(out), plan, &records))
            .and_then(|()| archive.finish().and_then(Write::flush)),
    };
    ended.map_err(|error| out.error(error)).and_then(|()| out.commit()).map_err(failed)?;
    progress(planned, planned);
    Ok(Written { written: vec![path.to_path_buf()], unchanged: 0, notes: plan.notes().to_vec() })
}
