//! What is looked at on a device: its files, live, staged and kept, the stamp, and what other plans left beside them.

use super::Job;
use super::link::{Ask, Link, Told};
use super::names::Names;
use crate::base::hash::{Hash, sha256};
use crate::push::fault::{Class, Fault};
use crate::push::state::{Seen, SeenFile};

pub(super) fn first_names(job: &Job) -> Result<Names, Fault> {
    let first = job.files.first().ok_or_else(|| Fault::new(Class::Protocol, "the job names no file"))?;
    Ok(Names::of(&first.path, &job.plan))
}

pub(super) async fn hash_of<L: Link>(link: &mut L, path: &str) -> Result<Option<Hash>, Fault> {
    Ok(link.read(path).await?.map(|bytes| sha256(&bytes)))
}

/// What came where nothing was to be created, which always comes.
pub(super) fn done(told: Option<Told>) -> Told {
    told.unwrap_or_default()
}

/// Returns the paths of all that is read back: the stamp, and of each file what is live, staged and kept.
pub(super) fn everything(job: &Job) -> Result<Vec<String>, Fault> {
    let mut paths = vec![first_names(job)?.stamp()];
    for file in &job.files {
        let names = Names::of(&file.path, &job.plan);
        paths.extend([file.path.clone(), names.staged(), names.kept()]);
    }
    Ok(paths)
}

/// Returns the folder of each file.
pub(super) fn folders(job: &Job) -> Vec<String> {
    job.files.iter().map(|file| Names::of(&file.path, &job.plan).folder).collect()
}

/// Returns what was read of [`everything`].
pub(super) fn seen_of(job: &Job, read: Vec<Option<Vec<u8>>>) -> Seen {
    let mut read = read.into_iter();
    let stamp = stamp_of(read.next().flatten());
    let mut hashes = read.map(|bytes| bytes.map(|bytes| sha256(&bytes)));
    let mut next = || hashes.next().flatten();
    let files = job.files.iter().map(|_| SeenFile { live: next(), staged: next(), kept: next() }).collect();
    Seen { files, stamp }
}

pub(super) fn stamp_of(bytes: Option<Vec<u8>>) -> Option<String> {
    bytes.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Reads everything back.
pub(super) async fn read_back<L: Link>(link: &mut L, job: &Job) -> Result<Seen, Fault> {
    let told = link.ask(Ask { read: &everything(job)?, ..Ask::default() }).await?;
    Ok(seen_of(job, done(told).files))
}

/// Returns what other plans left beside the files, by the names in their folders.
pub(super) fn others(job: &Job, listed: &[Vec<String>], kinds: &[&str]) -> Vec<String> {
    let mut left = Vec::new();
    for (file, listed) in job.files.iter().zip(listed) {
        let names = Names::of(&file.path, &job.plan);
        let is_other = |name: &&String| kinds.iter().any(|kind| names.is_other_plans(name, kind));
        let of_others = listed.iter().filter(is_other);
        left.extend(of_others.map(|name| format!("{}{name}", names.folder)));
    }
    left
}
