//! The file services of an agent, into a folder of this machine.
//!
//! Names and parameters as read from the C SDK: `ListFiles`, `GetFileInfo`, `DeleteFile`, `MoveFile`,
//! `GetFileChecksum`, `StartFileTransfer`, `WriteToBinaryFile`, `ReadFromBinaryFile`, `CompleteFileTransfer` and
//! `CancelFileTransfer`. Checksums are SHA-256. A file that is written takes its place when its transfer is
//! complete, in one step; no path leads out of the folder. `Restart` is no service of the SDK but stands for those
//! that sites program: it leaves a stamp and ends the connection, as a restarted agent does.

use crate::base::file::{self, FileError};
use crate::base::hash::{hex, sha256};
use crate::wire::{BaseType, InfoTable, Request, Response, Status, Value};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// Longest file that is taken [bytes].
const LONGEST: usize = 32 << 20;

/// Most transfers that are open at once.
const MOST: usize = 16;

/// Most bytes of one answer [bytes].
const PIECE: f64 = 128_000.0;

/// A folder with file services.
#[derive(Clone, Debug)]
pub(super) struct Files {
    root: PathBuf,
    /// Files that are being written, by transfer: the path that was asked for, and the bytes so far.
    open: BTreeMap<String, (String, Vec<u8>)>,
}

type Answered = Result<Response, Response>;

fn refused(status: Status, reason: impl Into<String>) -> Response {
    Response::refused(status, reason)
}

impl Files {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, open: BTreeMap::new() }
    }

    /// Answers a service; nothing where it is none of files.
    pub(super) fn answer(&mut self, request: &Request) -> Option<Response> {
        let asked = Parameters(request.content.as_ref());
        let answered = match request.name.as_str() {
            "ListFiles" => self.list(&asked),
            "GetFileInfo" => self.info(&asked),
            "DeleteFile" => self.delete(&asked),
            "MoveFile" => self.moves(&asked),
            "GetFileChecksum" => self.checksum(&asked),
            "StartFileTransfer" => self.start(&asked),
            "WriteToBinaryFile" => self.write(&asked),
            "ReadFromBinaryFile" => self.read(&asked),
            "CompleteFileTransfer" => self.complete(&asked),
            "CancelFileTransfer" => self.cancel(&asked),
            "Restart" => self.restart(&asked),
            _ => return None,
        };
        Some(answered.unwrap_or_else(|refusal| refusal))
    }

    /// Returns where a path leads, with every link on the way followed: never out of the folder.
    fn at(&self, path: &str) -> Result<PathBuf, Response> {
        let out = || refused(Status::FORBIDDEN, "The path leads out of the folder.");
        let path = Path::new(path.trim_start_matches('/'));
        if !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(out());
        }
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| of_system(&error));
        let root = real(&self.root)?;
        let at = root.join(path);
        let leads = match (fs::symlink_metadata(&at), at.parent(), at.file_name()) {
            // A file that is still to be written: its folder counts.
            (Err(error), Some(folder), Some(name)) if error.kind() == ErrorKind::NotFound => {
                real(folder)?.join(name)
            }
            // A link to nothing could be made to lead anywhere.
            (Ok(meta), ..) if meta.is_symlink() => real(&at).map_err(|_| out())?,
            _ => real(&at)?,
        };
        if leads.starts_with(&root) { Ok(leads) } else { Err(out()) }
    }

    fn list(&self, asked: &Parameters<'_>) -> Answered {
        let folder = self.at(asked.text("path").unwrap_or_default())?;
        let mut names: Vec<(String, u64)> = fs::read_dir(folder)
            .map_err(|error| of_system(&error))?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((entry.file_name().into_string().ok()?, meta.len()))
            })
            .collect();
        names.sort_unstable();
        let mut table = InfoTable::new([("name", BaseType::STRING), ("size", BaseType::NUMBER)]);
        table.rows = names
            .into_iter()
            .map(|(name, size)| vec![Value::string(name), Value::Number(size as f64)])
            .collect();
        Ok(Response::result(table))
    }

    fn info(&self, asked: &Parameters<'_>) -> Answered {
        let path = self.at(asked.needs("path")?)?;
        let meta = fs::metadata(&path).map_err(|error| of_system(&error))?;
        let mut table = InfoTable::new([("name", BaseType::STRING), ("size", BaseType::NUMBER)]);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        table.rows = vec![vec![Value::string(name), Value::Number(meta.len() as f64)]];
        Ok(Response::result(table))
    }

    fn delete(&self, asked: &Parameters<'_>) -> Answered {
        fs::remove_file(self.at(asked.needs("path")?)?).map_err(|error| of_system(&error))?;
        Ok(Response::new(Status::SUCCESS))
    }

    fn moves(&self, asked: &Parameters<'_>) -> Answered {
        let (from, to) = (self.at(asked.needs("sourcePath")?)?, self.at(asked.needs("targetPath")?)?);
        if asked.flag("overwrite") {
            fs::rename(from, to).map_err(|error| of_system(&error))?;
        } else {
            // A second name fails where the name is taken, in one step.
            fs::hard_link(&from, &to).map_err(|error| of_system(&error))?;
            fs::remove_file(from).map_err(|error| of_system(&error))?;
        }
        Ok(Response::new(Status::SUCCESS))
    }

    fn checksum(&self, asked: &Parameters<'_>) -> Answered {
        let path = self.at(asked.needs("path")?)?;
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|error| of_system(&error))?;
        file.take(LONGEST as u64).read_to_end(&mut bytes).map_err(|error| of_system(&error))?;
        Ok(Response::result(InfoTable::single("result", Value::string(hex(&sha256(&bytes))))))
    }

    fn start(&mut self, asked: &Parameters<'_>) -> Answered {
        let path = self.at(asked.needs("path")?)?;
        let tid = asked.needs("tid")?;
        match asked.text("mode") {
            Some("write") => {
                if !path.parent().is_some_and(Path::is_dir) {
                    return Err(refused(Status::NOT_FOUND, "There is no such folder."));
                }
                if self.open.len() >= MOST && !self.open.contains_key(tid) {
                    return Err(refused(Status::SERVICE_UNAVAILABLE, "Too many transfers are open."));
                }
                self.open.insert(tid.to_owned(), (asked.needs("path")?.to_owned(), Vec::new()));
                Ok(Response::new(Status::SUCCESS))
            }
            Some("read") => {
                File::open(path).map_err(|error| of_system(&error))?;
                Ok(Response::new(Status::SUCCESS))
            }
            _ => Err(refused(Status::BAD_REQUEST, "The mode is read or write.")),
        }
    }

    fn write(&mut self, asked: &Parameters<'_>) -> Answered {
        let open = self.open.get_mut(asked.needs("tid")?);
        let (_, bytes) = open.ok_or_else(|| refused(Status::NOT_FOUND, "There is no such transfer."))?;
        let Some(Value::Bytes(_, data)) = asked.value("data") else {
            return Err(refused(Status::BAD_REQUEST, "There are no bytes."));
        };
        if asked.number("offset") != Some(bytes.len() as f64) {
            return Err(refused(Status::BAD_REQUEST, "The bytes do not follow those before."));
        }
        if bytes.len() + data.len() > LONGEST {
            return Err(refused(Status::ENTITY_TOO_LARGE, "The file is too long."));
        }
        bytes.extend_from_slice(data);
        Ok(Response::new(Status::SUCCESS))
    }

    fn read(&self, asked: &Parameters<'_>) -> Answered {
        let path = self.at(asked.needs("path")?)?;
        let (offset, count) = (asked.number("offset").unwrap_or(0.0), asked.number("count").unwrap_or(PIECE));
        let mut file = File::open(path).map_err(|error| of_system(&error))?;
        file.seek(SeekFrom::Start(offset.max(0.0) as u64)).map_err(|error| of_system(&error))?;
        let count = count.clamp(1.0, PIECE) as u64;
        let mut data = Vec::new();
        file.take(count).read_to_end(&mut data).map_err(|error| of_system(&error))?;
        let eof = (data.len() as u64) < count;
        let mut table = InfoTable::new([
            ("count", BaseType::NUMBER),
            ("data", BaseType::BLOB),
            ("eof", BaseType::BOOLEAN),
        ]);
        let length = Value::Number(data.len() as f64);
        table.rows = vec![vec![length, Value::Bytes(BaseType::BLOB, data), Value::Boolean(eof)]];
        Ok(Response::result(table))
    }

    fn complete(&mut self, asked: &Parameters<'_>) -> Answered {
        // A transfer that read has nothing to complete.
        if let Some((path, bytes)) = self.open.remove(asked.needs("tid")?) {
            // Looked at once more: the folder may have changed since the transfer began.
            file::write_atomic(&self.at(&path)?, &bytes).map_err(|error| of_file(&error))?;
        }
        Ok(Response::new(Status::SUCCESS))
    }

    fn cancel(&mut self, asked: &Parameters<'_>) -> Answered {
        self.open.remove(asked.needs("tid")?);
        Ok(Response::new(Status::SUCCESS))
    }

    fn restart(&self, asked: &Parameters<'_>) -> Answered {
        if let (Some(stamp), Some(path)) = (asked.text("stamp"), asked.text("stampFile")) {
            file::write_atomic(&self.at(path)?, stamp.as_bytes()).map_err(|error| of_file(&error))?;
        }
        Ok(Response::new(Status::SUCCESS))
    }
}

/// Returns how an error of the system is answered.
fn of_system(error: &std::io::Error) -> Response {
    let status = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Status::NOT_FOUND,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Status::FORBIDDEN,
        ErrorKind::AlreadyExists => Status::PRECONDITION_FAILED,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Status::ENTITY_TOO_LARGE,
        _ => Status::INTERNAL_SERVER_ERROR,
    };
    refused(status, error.to_string())
}

fn of_file(error: &FileError) -> Response {
    let status = match error {
        FileError::NotFound { .. } => Status::NOT_FOUND,
        _ => Status::INTERNAL_SERVER_ERROR,
    };
    refused(status, error.to_string())
}

/// The parameters of a call.
struct Parameters<'a>(Option<&'a InfoTable>);

impl Parameters<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.0?.get(0, name).map(Value::inner)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.text()
    }

    fn needs(&self, name: &str) -> Result<&str, Response> {
        let missing = || refused(Status::BAD_REQUEST, format!("The parameter `{name}` is missing."));
        self.text(name).ok_or_else(missing)
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.number()
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Boolean(true)))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn asks(files: &mut Files, service: &str, fields: &[(&'static str, &str)]) -> Status {
        let mut table = InfoTable::new(fields.iter().map(|&(name, _)| (name, BaseType::STRING)));
        table.rows = vec![fields.iter().map(|(_, value)| Value::string(*value)).collect()];
        let request = Request::service("pump", service, Some(table));
        files.answer(&request).expect("a file service").status
    }

    #[test]
    fn no_link_leads_out_of_the_folder_and_links_within_it_work() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = outside.path().join("secret");
        file::write_atomic(&secret, b"kept").unwrap();
        file::write_atomic(&inside.path().join("own"), b"served").unwrap();
        fs::create_dir(inside.path().join("sub")).unwrap();
        symlink(outside.path(), inside.path().join("away")).unwrap();
        symlink(&secret, inside.path().join("link")).unwrap();
        symlink(outside.path().join("new"), inside.path().join("dangling")).unwrap();
        symlink(inside.path().join("own"), inside.path().join("sub").join("home")).unwrap();
        let mut files = Files::new(inside.path().to_owned());
        for path in ["away/secret", "link"] {
            for service in ["GetFileInfo", "GetFileChecksum", "ReadFromBinaryFile", "DeleteFile"] {
                assert_eq!(
                    asks(&mut files, service, &[("path", path)]),
                    Status::FORBIDDEN,
                    "{service} {path}"
                );
            }
        }
        assert_eq!(asks(&mut files, "ListFiles", &[("path", "away")]), Status::FORBIDDEN);
        for path in ["away/new", "dangling", "link"] {
            let fields = [("path", path), ("tid", "1"), ("mode", "write")];
            assert_eq!(asks(&mut files, "StartFileTransfer", &fields), Status::FORBIDDEN, "{path}");
            let stamp = [("stamp", "now"), ("stampFile", path)];
            assert_eq!(asks(&mut files, "Restart", &stamp), Status::FORBIDDEN, "{path}");
        }
        let moves = [("sourcePath", "own"), ("targetPath", "away/own")];
        assert_eq!(asks(&mut files, "MoveFile", &moves), Status::FORBIDDEN);
        assert_eq!(asks(&mut files, "GetFileInfo", &[("path", "sub/home")]), Status::SUCCESS);
        // A folder that becomes a link while a transfer goes on.
        let fields = [("path", "sub/late"), ("tid", "1"), ("mode", "write")];
        assert_eq!(asks(&mut files, "StartFileTransfer", &fields), Status::SUCCESS);
        fs::rename(inside.path().join("sub"), inside.path().join("moved")).unwrap();
        symlink(outside.path(), inside.path().join("sub")).unwrap();
        assert_eq!(asks(&mut files, "CompleteFileTransfer", &[("tid", "1")]), Status::FORBIDDEN);
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1, "nothing was written there");
        assert_eq!(fs::read(&secret).unwrap(), b"kept");
    }
}
