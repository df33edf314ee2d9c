//! Finding agents' files in a folder or an archive.
//!
//! A file's owner, the device, is the folder it lies in; where two devices in different places share that
//! name, the whole path tells them apart. `pump-7.ws_connection.json` belongs to `pump-7` too. Archives
//! are read as they are, nothing is unpacked to the disk, so that a path in one can do no harm.

use crate::base::file::{self, FileError, Walk};
use crate::base::units;
use crate::config::document::MAX_AGENT_FILE_BYTES;
use crate::config::{Collected, Layout, Mapping};
use crate::fleet::AgentKind;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// Files in one collection, at most; ten for each of 100,000 devices.
const MAX_FILES: usize = 1_000_000;
/// Bytes of one file, at most \[bytes\].
const MAX_FILE: u64 = MAX_AGENT_FILE_BYTES as u64;
/// Bytes of all kept files together, at most \[bytes\].
const MAX_TOTAL: u64 = 4 << 30;
/// Pieces of an archive after which is asked whether to go on.
const PIECES: usize = 16;
/// Skipped files that are told by name; the others are counted.
const TOLD: usize = 1_000;

/// Why nothing could be collected.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The folder or archive could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The archive is damaged, or of another form than its name says.
    #[error(
        "The archive cannot be read: {reason}. Its files were not imported. Unpack it, and import the folder: {path}"
    )]
    Archive {
        /// What the reader says.
        reason: String,
        /// The archive.
        path: String,
    },
    /// More than can be held.
    #[error(
        "There are more than {what}, more than one import can hold. Import it in parts, one site at a time: {path}"
    )]
    TooMuch {
        /// The limit that was reached.
        what: String,
        /// Where it was found.
        path: String,
    },
    /// Reading was stopped by the user.
    #[error("Stopped after {} files; nothing was taken in", units::count(*files as u64))]
    Stopped {
        /// Files that were looked at.
        files: usize,
    },
}

/// Hears how many files were looked at (0: no news), and returns whether to go on. Asked for every file and every piece of an
/// archive, so that even a large one is left soon.
pub type Going<'a> = &'a dyn Fn(usize) -> bool;

/// A file that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is, from the top of the collection.
    pub name: String,
    /// Why, in one sentence.
    pub why: String,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The files by device and name.
    pub collected: Collected,
    /// Files that are no agent's, or could not be read; the first thousand.
    pub skipped: Vec<Skipped>,
    /// How many more were skipped.
    pub skipped_more: usize,
}

/// How an archive is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Zip,
    Tar,
    TarGz,
}

/// Endings of archives.
const ARCHIVES: [(&str, Packing); 4] =
    [(".zip", Packing::Zip), (".tar", Packing::Tar), (".tar.gz", Packing::TarGz), (".tgz", Packing::TarGz)];

/// Returns how the archive with this name is packed; `None` where its ending is that of no archive.
fn packing(path: &Path) -> Option<Packing> {
    let lower = path.to_string_lossy().to_lowercase();
    ARCHIVES.iter().find(|(ending, _)| lower.ends_with(ending)).map(|(_, packing)| *packing)
}

/// Returns whether a path is that of an archive, by its ending.
pub fn is_archive(path: &Path) -> bool {
    packing(path).is_some()
}

/// Collects the agents' files in a folder, or in a `.zip`, `.tar`, `.tar.gz` or `.tgz`.
///
/// # Errors
/// [`CollectError`] where the place cannot be read or holds too much; a single file that cannot be read is
/// skipped, and told.
pub fn collect(path: &Path, mapping: &Mapping) -> Result<Found, CollectError> {
    collect_while(path, mapping, &|_| true)
}

/// Collects as [`collect`] does, as long as it is told to go on.
///
/// # Errors
/// As [`collect`], and [`CollectError::Stopped`].
pub fn collect_while(path: &Path, mapping: &Mapping, going: Going<'_>) -> Result<Found, CollectError> {
    let mut names = Names::new(mapping, going);
    match read(path, &mut names) {
        // A reader that was interrupted reports a damaged archive.
        _ if !going(names.seen) => Err(CollectError::Stopped { files: names.seen }),
        Ok(()) => Ok(names.found()),
        Err(error) => Err(error),
    }
}

/// Reads everything below a folder, or in an archive.
fn read(path: &Path, names: &mut Names<'_>) -> Result<(), CollectError> {
    if path.is_dir() {
        for found in Walk::new(path)? {
            let (name, file) = found?;
            let text = || file::read_text(&file, MAX_FILE).map_err(|error| error.to_string());
            names.take(&name, text, path)?;
        }
        return Ok(());
    }
    let damaged = |error: &dyn std::fmt::Display| CollectError::Archive {
        reason: error.to_string(),
        path: path.display().to_string(),
    };
    let reader = io::BufReader::new(Watched { file: file::open(path)?, going: names.going, seen: 0 });
    match packing(path) {
        Some(Packing::Tar) => tar(reader, path, names, &damaged)?,
        Some(Packing::TarGz) => {
            tar(flate2::bufread::MultiGzDecoder::new(reader), path, names, &damaged)?;
        }
        // Another ending may still be that of a zip archive; its reader says what is wrong otherwise.
        Some(Packing::Zip) | None => {
            let mut archive = zip::ZipArchive::new(reader).map_err(|error| damaged(&error))?;
            for index in 0..archive.len() {
                let mut entry = archive.by_index(index).map_err(|error| damaged(&error))?;
                if entry.is_file() {
                    let name = entry.name().map_err(|error| damaged(&error))?.replace('\\', "/");
                    names.take(&name, || limited(&mut entry), path)?;
                }
            }
        }
    }
    Ok(())
}

/// An archive that stops giving bytes when nobody wants them any more: one file in it may be very long.
struct Watched<'a, R> {
    file: R,
    going: Going<'a>,
    /// Pieces that were read, so that not each of them asks.
    seen: usize,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.seen += 1;
        if self.seen.is_multiple_of(PIECES) && !(self.going)(0) {
            return Err(io::Error::other("nobody wants it any more"));
        }
        self.file.read(bytes)
    }
}

impl<R: io::Seek> io::Seek for Watched<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Reads the files of a tar archive.
fn tar(
    reader: impl Read,
    path: &Path,
    names: &mut Names<'_>,
    damaged: &dyn Fn(&dyn std::fmt::Display) -> CollectError,
) -> Result<(), CollectError> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries().map_err(|error| damaged(&error))? {
        let mut entry = entry.map_err(|error| damaged(&error))?;
        if entry.header().entry_type().is_file() {
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            names.take(&name, || limited(&mut entry), path)?;
        }
    }
    Ok(())
}

/// Reads a text of bounded length.
fn limited(reader: &mut dyn Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = reader.take(MAX_FILE + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("It cannot be read: {error}."))?;
    if bytes.len() as u64 > MAX_FILE {
        let limit = units::count(MAX_FILE);
        return Err(format!("It is larger than {limit} B, which no agent's file is."));
    }
    String::from_utf8(bytes).map_err(|_| "It is not UTF-8 text.".to_owned())
}

/// Files by where they are.
struct Names<'g> {
    going: Going<'g>,
    /// Files that were looked at.
    seen: usize,
    /// Names that agents' files have, in lower case, with the name as the registry has it.
    known: BTreeMap<String, String>,
    /// Texts that occurred: most devices of a group have the same.
    texts: BTreeSet<Arc<str>>,
    /// Folders above, owner, file, text.
    files: Vec<(String, String, String, Arc<str>)>,
    total: u64,
    skipped: Vec<Skipped>,
    skipped_more: usize,
}

impl<'g> Names<'g> {
    fn new(mapping: &Mapping, going: Going<'g>) -> Self {
        let mut known = BTreeMap::new();
        for layout in AgentKind::ALL.into_iter().flat_map(|kind| Layout::of(kind, mapping).files) {
            if layout.is_read() {
                let part = layout.spec.part.map(str::to_owned);
                for name in part.into_iter().chain([layout.name.clone()]) {
                    known.insert(name.to_lowercase(), layout.name.clone());
                }
            }
        }
        let (texts, files, skipped) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { going, seen: 0, known, texts, files, total: 0, skipped, skipped_more: 0 }
    }

    /// Takes a file, or says why not.
    fn take(
        &mut self,
        name: &str,
        text: impl FnOnce() -> Result<String, String>,
        path: &Path,
    ) -> Result<(), CollectError> {
        self.seen += 1;
        if !(self.going)(self.seen) {
            return Err(CollectError::Stopped { files: self.seen });
        }
        let Some((above, owner, file)) = self.owner(name) else {
            self.skip(name, "Its name is that of no agent's file.".to_owned());
            return Ok(());
        };
        let text: Arc<str> = match text() {
            Ok(text) => text.into(),
            Err(why) => {
                self.skip(name, why);
                return Ok(());
            }
        };
        let too_much = |what| Err(CollectError::TooMuch { what, path: path.display().to_string() });
        let text = if let Some(known) = self.texts.get(&text) {
            known.clone()
        } else {
            self.total += text.len() as u64;
            self.texts.insert(text.clone());
            text
        };
        if self.total > MAX_TOTAL {
            return too_much(format!("{} B of different files", units::count(MAX_TOTAL)));
        }
        if self.files.len() >= MAX_FILES {
            return too_much(format!("{} files", units::count(MAX_FILES as u64)));
        }
        self.files.push((above, owner, file, text));
        Ok(())
    }

    fn skip(&mut self, name: &str, why: String) {
        if self.skipped.len() < TOLD {
            self.skipped.push(Skipped { name: name.to_owned(), why });
        } else {
            self.skipped_more += 1;
        }
    }

    /// Returns the folders above a file's owner, the owner, and the name of the file in the registry.
    fn owner(&self, name: &str) -> Option<(String, String, String)> {
        let (folder, bare) = name.rsplit_once('/').unwrap_or(("", name));
        let lower = bare.to_lowercase();
        if let Some(file) = self.known.get(&lower) {
            let (above, owner) = folder.rsplit_once('/').unwrap_or(("", folder));
            let owner = if owner.is_empty() { "device" } else { owner };
            return Some((above.to_owned(), owner.to_owned(), file.clone()));
        }
        let (known, file) = self
            .known
            .iter()
            .filter(|(known, _)| lower.ends_with(known.as_str()))
            .max_by_key(|(known, _)| known.len())?;
        let owner = bare.get(..bare.len().checked_sub(known.len())?)?;
        let owner = owner.strip_suffix(['.', '_', '-']).filter(|owner| !owner.is_empty())?;
        Some((folder.to_owned(), owner.to_owned(), file.clone()))
    }

    /// Returns everything that was taken, owners of the same name told apart.
    fn found(self) -> Found {
        let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (above, owner, ..) in &self.files {
            places.entry(owner).or_default().insert(above);
        }
        let mut collected = Collected::default();
        let mut skipped = self.skipped;
        for (above, owner, file, text) in &self.files {
            let shared = places.get(owner.as_str()).is_some_and(|places| places.len() > 1);
            let owner = if shared && !above.is_empty() { format!("{above}/{owner}") } else { owner.clone() };
            if collected.insert(&owner, file, text.clone()).is_some() {
                let why = format!("{owner} has another file of that name, which was taken.");
                skipped.push(Skipped { name: format!("{owner}/{file}"), why });
            }
        }
        Found { collected, skipped, skipped_more: self.skipped_more }
    }
}
