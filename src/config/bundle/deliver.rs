//! The two targets that hold agent files with everything in them: a folder tree and a zip bundle.
//!
//! Both fill every text before the first file is replaced, so that a missing variable or secret stops them in
//! time. In a folder each file is whole or untouched and the manifest comes last; an archive appears at once.

use super::error::BundleError;
use super::fill::Keys;
use super::manifest::{self, FOLDER_MANIFEST, Record, ZIP_MANIFEST};
use super::plan::Plan;
use super::target::zip::Archive;
use crate::base::file::{self, Access, AtomicFile, FileError};
use crate::config::secret::Vault;
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
/// [`BundleError`]; before the first file for what is wrong with a text, and at the first file that cannot be
/// written, which is left as it was.
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
    let mut records = Vec::with_capacity(plan.len());
    for entry in &plan.entries {
        let written = done.written.len() + done.unchanged;
        if !progress(written, planned) {
            return Err(BundleError::Stopped { written, planned });
        }
        text.zeroize();
        plan.render(entry, Some(&keys), &mut text)?;
        records.push(Record::of(text.as_bytes()));
        let access = if plan.template(entry).secret().is_some() { Access::Owner } else { Access::Everyone };
        put(folder, &entry.path, text.as_bytes(), access, &mut done)
            .map_err(|source| BundleError::Write { written, planned, source })?;
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

/// Writes a file below a folder, unless it stands there with the same bytes.
pub(super) fn put(
    folder: &Path,
    relative: &str,
    bytes: &[u8],
    access: Access,
    done: &mut Written,
) -> Result<(), FileError> {
    let path = relative.split('/').fold(folder.to_path_buf(), |path, part| path.join(part));
    let old = file::read_text(&path, bytes.len() as u64).map(Zeroizing::new);
    if old.is_ok_and(|old| old.as_bytes() == bytes) {
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
