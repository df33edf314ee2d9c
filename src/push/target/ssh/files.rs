//! Files of a host over SFTP.
//!
//! Every answer that is waited for costs both ends more than the request does, so what does not depend on an
//! answer is asked for together. Hosts must process what concerns one file in the order in which it was asked
//! (draft-ietf-secsh-filexfer-02, 6.1), so a file is written, brought to the disk and closed in one go.

use super::super::steps::MAX_FILE;
use futures_util::future::join_all;
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::extensions::Statvfs;
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};
use tokio::join;

/// Bytes per request \[bytes\]; every server takes that much.
const PIECE: usize = 32 * 1024;

/// Least length of a host's buffer \[bytes\].
const BUFFER: usize = 1024;

/// Most files that are open at once; hosts allow at least a hundred.
const AT_ONCE: usize = 16;

/// What was read: a file's bytes, or `None` where there is no such file.
pub(super) type Bytes = Result<Option<Vec<u8>>, SftpError>;

/// The files of one host.
pub(super) struct Files(RawSftpSession);

/// A file that is being written.
pub(super) struct Writing(String);

/// What came of a [`Round`].
#[derive(Default)]
pub(super) struct Rounded {
    pub(super) filled: Option<Result<(), SftpError>>,
    pub(super) files: Vec<Bytes>,
    pub(super) names: Vec<Result<Vec<String>, SftpError>>,
    pub(super) removed: Vec<Result<(), SftpError>>,
}

/// What is asked for together: a small new file gets its bytes, files are read, folders are listed, and last some
/// files are removed.
#[derive(Clone, Copy, Default)]
pub(super) struct Round<'a> {
    pub(super) fill: Option<(&'a Writing, &'a [u8])>,
    pub(super) read: &'a [String],
    pub(super) list: &'a [String],
    pub(super) remove: &'a [String],
}

impl Files {
    /// Returns the files behind a session that has begun.
    pub(super) fn new(sftp: RawSftpSession) -> Self {
        Self(sftp)
    }

    /// Ends the session.
    pub(super) fn end(&self) {
        let _ = self.0.close_session();
    }

    /// Returns the state of the disk under a folder.
    pub(super) async fn disk(&self, folder: &str) -> Result<Statvfs, SftpError> {
        self.0.statvfs(folder).await
    }

    /// Creates a file that its owner alone can read, or returns `None` where there is one.
    pub(super) async fn create(&self, path: &str) -> Result<Option<Writing>, SftpError> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
        match self.0.open(path, flags, private()).await {
            Ok(opened) => Ok(Some(Writing(opened.handle))),
            // SFTP has no word for a file that exists.
            Err(error) if is_status(&error, StatusCode::Failure) && self.0.lstat(path).await.is_ok() => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Does what belongs together, over as few answers as possible.
    pub(super) async fn round(&self, round: Round<'_>) -> Rounded {
        let mut all = Rounded::default();
        let mut rest = round.read;
        let mut begin = Round { read: &[], remove: &[], ..round };
        loop {
            let (some, later) = rest.split_at(rest.len().min(AT_ONCE));
            let remove = if later.is_empty() { round.remove } else { &[] };
            let part = self.part(Round { read: some, remove, ..begin }).await;
            all.filled = all.filled.or(part.filled);
            all.files.extend(part.files);
            all.names.extend(part.names);
            all.removed.extend(part.removed);
            if later.is_empty() {
                return all;
            }
            (rest, begin) = (later, Round::default());
        }
    }

    async fn part(&self, round: Round<'_>) -> Rounded {
        let fill = async {
            match round.fill {
                Some((file, bytes)) => Some(self.fill(file, bytes, false).await),
                None => None,
            }
        };
        let (filled, files, folders) = join!(
            biased;
            fill,
            join_all(round.read.iter().map(|path| self.open(path))),
            join_all(round.list.iter().map(|folder| self.0.opendir(place(folder)))),
        );
        let files = files.into_iter().zip(round.read).map(async |(file, path)| match file? {
            Some(file) => self.get(&file, path).await.map(Some),
            None => Ok(None),
        });
        let folders = folders.into_iter().zip(round.list);
        let names = folders.map(async |(handle, folder)| self.names(&handle?.handle, folder).await);
        let removed = round.remove.iter().map(|path| self.remove(path));
        let (files, names, removed) = join!(biased; join_all(files), join_all(names), join_all(removed));
        Rounded { filled, files, names, removed }
    }

    /// Opens a file to read it.
    async fn open(&self, path: &str) -> Result<Option<String>, SftpError> {
        match self.0.open(path, OpenFlags::READ, FileAttributes::empty()).await {
            Ok(opened) => Ok(Some(opened.handle)),
            Err(error) if is_status(&error, StatusCode::NoSuchFile) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads an open file and closes it. An answer that is shorter than what was asked for ends a file (6.4 of the
    /// draft). What may be longer is read again, piece by piece; so is what has the length of a buffer, because a host
    /// with smaller ones may not know the draft.
    async fn get(&self, handle: &str, path: &str) -> Result<Vec<u8>, SftpError> {
        let (read, _) = join!(biased; self.0.read(handle, 0, PIECE as u32), self.0.close(handle));
        match read {
            Ok(piece) if !piece.data.len().is_multiple_of(BUFFER) => Ok(piece.data),
            Ok(_) => self.get_long(path).await,
            Err(error) if is_status(&error, StatusCode::Eof) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn get_long(&self, path: &str) -> Result<Vec<u8>, SftpError> {
        let handle = self.0.open(path, OpenFlags::READ, FileAttributes::empty()).await?.handle;
        let mut bytes = Vec::new();
        let read = loop {
            match self.0.read(&handle, bytes.len() as u64, PIECE as u32).await {
                Ok(piece) if piece.data.is_empty() => break Ok(()),
                Ok(piece) => bytes.extend(piece.data),
                Err(error) if is_status(&error, StatusCode::Eof) => break Ok(()),
                Err(error) => break Err(error),
            }
            if bytes.len() as u64 > MAX_FILE {
                break Err(SftpError::Limited("the file is too large to be an agent's".into()));
            }
        };
        let _ = self.0.close(&handle).await;
        read.map(|()| bytes)
    }

    /// Returns the names in an open folder, and closes it. The second answer is mostly that there are no more; a folder
    /// with more is read again, answer by answer.
    async fn names(&self, handle: &str, folder: &str) -> Result<Vec<String>, SftpError> {
        let (first, second, _) =
            join!(biased; self.0.readdir(handle), self.0.readdir(handle), self.0.close(handle));
        let mut names = match (first, second) {
            (Ok(some), Err(end)) if is_status(&end, StatusCode::Eof) => {
                some.files.into_iter().map(|file| file.filename).collect()
            }
            (Err(end), _) if is_status(&end, StatusCode::Eof) => Vec::new(),
            (Err(error), _) | (Ok(_), Err(error)) => return Err(error),
            (Ok(_), Ok(_)) => self.names_long(folder).await?,
        };
        names.sort_unstable();
        Ok(names)
    }

    async fn names_long(&self, folder: &str) -> Result<Vec<String>, SftpError> {
        let handle = self.0.opendir(place(folder)).await?.handle;
        let mut names = Vec::new();
        let read = loop {
            match self.0.readdir(&handle).await {
                Ok(some) => names.extend(some.files.into_iter().map(|file| file.filename)),
                Err(error) if is_status(&error, StatusCode::Eof) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let _ = self.0.close(&handle).await;
        read.map(|()| names)
    }

    /// Opens a file for writing, and asks on the way which permissions another one has.
    pub(super) async fn begin(
        &self,
        path: &str,
        like: &str,
    ) -> Result<(Writing, Option<FileAttributes>), SftpError> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        let (like, opened) = join!(biased; self.0.stat(like), self.0.open(path, flags, private()));
        Ok((Writing(opened?.handle), like.ok().map(|known| known.attrs)))
    }

    /// Writes a file, brings it to the disk and closes it; gives it the permissions of another one, and its owner where
    /// that is allowed.
    pub(super) async fn put(
        &self,
        file: &Writing,
        path: &str,
        bytes: &[u8],
        like: Option<FileAttributes>,
    ) -> Result<(), SftpError> {
        let Some(like) = like else { return self.fill(file, bytes, true).await };
        let mode = FileAttributes {
            permissions: like.permissions.map(|mode| mode & 0o7777),
            ..FileAttributes::empty()
        };
        let both = FileAttributes { uid: like.uid, gid: like.gid, ..mode.clone() };
        let (taken, filled) = join!(biased; self.0.fsetstat(&*file.0, both), self.fill(file, bytes, true));
        filled?;
        if taken.is_err() {
            // Only the administrator may give files away; for others the file becomes their own. The host may have
            // set neither then, and is asked for the permissions alone.
            self.0.setstat(path, mode).await?;
        }
        Ok(())
    }

    /// Writes an open file and closes it: the last piece, the way to the disk and the end are asked for together.
    async fn fill(&self, file: &Writing, bytes: &[u8], lasts: bool) -> Result<(), SftpError> {
        let handle = &*file.0;
        let pieces = bytes.chunks(PIECE).count();
        for (at, piece) in bytes.chunks(PIECE).enumerate().take(pieces.saturating_sub(1)) {
            if let Err(error) = self.0.write(handle, (at * PIECE) as u64, piece.to_vec()).await {
                let _ = self.0.close(handle).await;
                return Err(error);
            }
        }
        let last = async {
            let Some(piece) = bytes.chunks(PIECE).last() else { return Ok(()) };
            self.0.write(handle, ((pieces - 1) * PIECE) as u64, piece.to_vec()).await.map(drop)
        };
        let synced = async { if lasts { self.0.fsync(handle).await.map(drop) } else { Ok(()) } };
        let (last, synced, closed) = join!(biased; last, synced, self.0.close(handle));
        last?;
        synced?;
        closed.map(drop)
    }

    /// Gives a file another name, replacing what has it.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<(), SftpError> {
        let mut data = Vec::with_capacity(from.len() + to.len() + 8);
        for text in [from, to] {
            data.extend((text.len() as u32).to_be_bytes());
            data.extend(text.as_bytes());
        }
        match self.0.extended("posix-rename@openssh.com", data).await? {
            Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
            Packet::Status(status) => Err(SftpError::Status(status)),
            _ => Err(SftpError::UnexpectedPacket),
        }
    }

    /// Gives a file a second name.
    pub(super) async fn link(&self, from: &str, to: &str) -> Result<(), SftpError> {
        self.0.hardlink(from, to).await.map(drop)
    }

    /// Removes a file; one that is gone already is fine.
    pub(super) async fn remove(&self, path: &str) -> Result<(), SftpError> {
        match self.0.remove(path).await {
            Err(error) if !is_status(&error, StatusCode::NoSuchFile) => Err(error),
            _ => Ok(()),
        }
    }
}

/// Returns whether an error is this answer.
pub(super) fn is_status(error: &SftpError, code: StatusCode) -> bool {
    matches!(error, SftpError::Status(status) if status.status_code == code)
}

/// Returns how a new file begins: readable by its owner alone.
fn private() -> FileAttributes {
    FileAttributes { permissions: Some(0o600), ..FileAttributes::empty() }
}

/// Returns a folder as a host takes it.
fn place(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}
