//! Folders as devices: an address is a folder, and paths of files are relative to it.
//!
//! For devices whose disks are mounted or served from here, for rehearsals and for tests. There is no agent to
//! restart: whoever serves the folder sees the stamp change and restarts it.

use super::Job;
use super::link::{Link, Transport};
use super::steps::MAX_FILE;
use crate::push::fault::{Class, Fault};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Folders of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Folders;

/// One folder. Its operations are short and wait for the disk in place.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Transport for Folders {
    type Link = Folder;

    async fn open(&self, job: &Job) -> Result<Folder, Fault> {
        let root = PathBuf::from(&job.address);
        match fs::metadata(&root) {
            Ok(meta) if meta.is_dir() => Ok(Folder { root }),
            Ok(_) => Err(Fault::new(Class::NoFolder, "the address is a file")),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Fault::new(Class::NameUnknown, error.to_string()))
            }
            Err(error) => Err(fault(&error)),
        }
    }
}

/// Returns what an error of the system means.
fn fault(error: &io::Error) -> Fault {
    let class = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Class::NoFolder,
        ErrorKind::PermissionDenied => Class::Denied,
        ErrorKind::ReadOnlyFilesystem => Class::ReadOnly,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Class::DiskFull,
        ErrorKind::TimedOut | ErrorKind::StaleNetworkFileHandle => Class::NoAnswer,
        _ => Class::Protocol,
    };
    Fault::new(class, error.to_string())
}

impl Folder {
    /// Returns where a path leads, which is never out of the folder.
    fn at(&self, path: &str) -> Result<PathBuf, Fault> {
        let path = Path::new(path.trim_start_matches('/'));
        if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            Ok(self.root.join(path))
        } else {
            Err(Fault::new(Class::NoFolder, "the path leads out of the folder"))
        }
    }

    fn try_write(&self, path: &str, bytes: &[u8], like: &str, options: &OpenOptions) -> Result<bool, Fault> {
        let mut file = match options.open(self.at(path)?) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(fault(&error)),
        };
        if let Ok(meta) = fs::metadata(self.at(like)?) {
            file.set_permissions(meta.permissions()).map_err(|error| fault(&error))?;
        }
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| fault(&error))?;
        Ok(true)
    }

    /// Makes a changed name in a folder survive a power cut, where the system can.
    fn settle(&self, path: &str) -> Result<(), Fault> {
        let path = self.at(path)?;
        if cfg!(unix)
            && let Some(folder) = path.parent()
        {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| fault(&error))?;
        }
        Ok(())
    }
}

/// Returns how files are opened for writing: readable by their owner alone, until they get another's permissions.
fn writing() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

impl Link for Folder {
    async fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let file = match File::open(self.at(path)?) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(&error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| fault(&error))?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(Fault::new(Class::Protocol, "the file is too large to be an agent's"));
        }
        Ok(Some(bytes))
    }

    async fn write(&mut self, path: &str, bytes: &[u8], like: &str) -> Result<(), Fault> {
        self.try_write(path, bytes, like, writing().create(true).truncate(true)).map(|_| ())
    }

    async fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool, Fault> {
        let created = self.try_write(path, bytes, path, writing().create_new(true));
        if created.is_err() {
            // Nothing is left that others would take for a lock.
            let _ = fs::remove_file(self.at(path)?);
        }
        created
    }

    async fn rename(&mut self, from: &str, to: &str) -> Result<(), Fault> {
        fs::rename(self.at(from)?, self.at(to)?).map_err(|error| fault(&error))?;
        self.settle(to)
    }

    async fn link(&mut self, from: &str, to: &str) -> Result<bool, Fault> {
        Ok(fs::hard_link(self.at(from)?, self.at(to)?).is_ok())
    }

    async fn remove(&mut self, path: &str) -> Result<(), Fault> {
        match fs::remove_file(self.at(path)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(fault(&error)),
            _ => Ok(()),
        }
    }

    async fn list(&mut self, folder: &str) -> Result<Vec<String>, Fault> {
        let entries = fs::read_dir(self.at(folder)?).map_err(|error| fault(&error))?;
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Ok(names)
    }

    async fn restart(&mut self, job: &Job, stamp_file: &str) -> Result<(), Fault> {
        let new = format!("{stamp_file}.new");
        self.write(&new, job.stamp.as_bytes(), stamp_file).await?;
        self.rename(&new, stamp_file).await
    }

    async fn close(self, _more: bool) {}
}
