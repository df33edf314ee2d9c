//! File operations through SFTP, and the restart as a command.

use super::super::Job;
use super::super::link::Link;
use super::super::steps::MAX_FILE;
use super::SshOptions;
use super::command::command;
use super::connect::Guard;
use super::jump::Tunnel;
use super::pool::Pool;
use crate::push::fault::{Class, Fault, Reached};
use russh::ChannelMsg;
use russh::client::Handle;
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// Bytes per request \[bytes\]; every server takes that much.
const PIECE: usize = 32 * 1024;

/// Room that is left on a disk beside the file \[bytes\].
const SPARE: u64 = 16 * 1024;

/// Flag of a file system that is mounted read-only, in `statvfs@openssh.com`.
const READ_ONLY: u64 = 1;

/// Most of what a failed command says that is kept \[bytes\].
const MAX_SAID: usize = 400;

/// An open connection with SFTP.
pub struct SshLink {
    handle: Handle<Guard>,
    sftp: RawSftpSession,
    restart: String,
    request: Duration,
    /// Where it waits for the next piece of work, under which key, and how long.
    home: (Weak<Pool>, String),
    idle: Duration,
    /// An answer did not come: it is not used again.
    broken: AtomicBool,
    /// Dropped after the connection, which goes through it.
    held: Held,
}

/// What a connection holds until it ends.
pub(super) struct Held {
    /// Its place among those to the host.
    #[expect(dead_code, reason = "held, never read")]
    pub(super) permit: OwnedSemaphorePermit,
    /// Its way through a jump host.
    pub(super) tunnel: Option<Tunnel>,
}

impl SshLink {
    pub(super) async fn open(
        handle: Handle<Guard>,
        options: &SshOptions,
        held: Held,
        home: (Weak<Pool>, String),
    ) -> Result<Self, Fault> {
        let request = Duration::from_secs(options.request_s.max(1).into());
        let open = async {
            let mut channel = handle.channel_open_session().await.map_err(|error| cut(&error))?;
            channel.request_subsystem(true, "sftp").await.map_err(|error| cut(&error))?;
            loop {
                match channel.wait().await {
                    Some(ChannelMsg::Success) => break,
                    Some(ChannelMsg::Failure) => {
                        return Err(Fault::new(Class::Protocol, "it offers no SFTP"));
                    }
                    Some(_) => {}
                    None => return Err(Fault::new(Class::Cut, "while SFTP began")),
                }
            }
            let sftp = RawSftpSession::new(channel.into_stream());
            sftp.set_timeout(options.request_s.max(1).into());
            match sftp.init().await {
                Ok(_) => Ok(sftp),
                Err(SftpError::Timeout) => Err(Fault::new(Class::NoAnswer, "while SFTP began")),
                Err(error) => Err(Fault::new(Class::Protocol, format!("SFTP: {error}"))),
            }
        };
        let sftp = timeout(request * 2, open)
            .await
            .map_err(|_| Fault::new(Class::NoAnswer, "while SFTP began"))??;
        let idle = Duration::from_secs(options.idle_s.into());
        let restart = options.restart.clone();
        Ok(Self { handle, sftp, restart, request, home, idle, broken: AtomicBool::new(false), held })
    }

    /// Returns whether it can be used again.
    pub(super) fn is_fit(&self) -> bool {
        !self.broken.load(Ordering::Relaxed) && !self.handle.is_closed()
    }

    /// Ends it, politely.
    pub(super) async fn end(self) {
        let _ = self.sftp.close_session();
        let goodbye = self.handle.disconnect(russh::Disconnect::ByApplication, "", "");
        let _ = timeout(Duration::from_millis(500), goodbye).await;
    }

    /// Returns what an answer means; what SFTP cannot say is asked of the disk.
    async fn fault(&self, error: SftpError, path: &str, needed: u64) -> Fault {
        let class = match &error {
            SftpError::Timeout => Class::NoAnswer,
            SftpError::Status(status) => match status.status_code {
                StatusCode::NoSuchFile => Class::NoFolder,
                StatusCode::PermissionDenied => match self.disk_fault(path, needed).await {
                    Some(fault) => return fault,
                    None => Class::Denied,
                },
                StatusCode::Failure => match self.disk_fault(path, needed).await {
                    Some(fault) => return fault,
                    None => Class::Protocol,
                },
                StatusCode::ConnectionLost | StatusCode::NoConnection => Class::Cut,
                _ => Class::Protocol,
            },
            SftpError::IO(_) | SftpError::UnexpectedBehavior(_) => Class::Cut,
            SftpError::Limited(_) | SftpError::UnexpectedPacket => Class::Protocol,
        };
        if matches!(class, Class::Cut | Class::NoAnswer) {
            self.broken.store(true, Ordering::Relaxed);
        }
        Fault::new(class, format!("{error}, {path}"))
    }

    /// Returns what is wrong with the disk of a path, where its server tells.
    async fn disk_fault(&self, path: &str, needed: u64) -> Option<Fault> {
        let folder = path.rfind('/').map_or(".", |slash| if slash == 0 { "/" } else { &path[..slash] });
        let disk = self.sftp.statvfs(folder).await.ok()?;
        if disk.flags & READ_ONLY != 0 {
            return Some(Fault::new(Class::ReadOnly, folder));
        }
        let free = disk.blocks_avail.saturating_mul(disk.fragment_size.max(1));
        let full = free < needed.saturating_add(SPARE) || (disk.inodes > 0 && disk.inodes_avail == 0);
        full.then(|| Fault::new(Class::DiskFull, format!("{free} bytes free in {folder}")))
    }

    /// Opens, writes and closes; what is to have another file's permissions is to last, and is brought to the disk.
    async fn put(
        &self,
        path: &str,
        bytes: &[u8],
        like: Option<&str>,
        flags: OpenFlags,
    ) -> Result<(), SftpError> {
        let known = async {
            match like {
                Some(like) => self.sftp.stat(like).await.ok(),
                None => None,
            }
        };
        let (known, opened) = tokio::join!(biased; known, self.sftp.open(path, flags, private()));
        let handle = opened?.handle;
        if let Some(known) = known
            && let Err(error) = self.takes_after(&handle, known.attrs).await
        {
            let _ = self.sftp.close(&handle).await;
            return Err(error);
        }
        self.fill(&handle, bytes, like.is_some()).await
    }

    /// Gives an open file the permissions of another one, and its owner where that is allowed.
    async fn takes_after(&self, handle: &str, known: FileAttributes) -> Result<(), SftpError> {
        let mode = FileAttributes {
            permissions: known.permissions.map(|mode| mode & 0o7777),
            ..FileAttributes::empty()
        };
        // Only the administrator may give files away; for others the file becomes their own. The host sets
        // neither then, and is asked for the permissions alone.
        let both = FileAttributes { uid: known.uid, gid: known.gid, ..mode.clone() };
        if self.sftp.fsetstat(handle, both).await.is_err() {
            self.sftp.fsetstat(handle, mode).await?;
        }
        Ok(())
    }

    /// Writes an open file and closes it. Hosts do what concerns one file in the order in which it was asked, so the
    /// last piece, the way to the disk and the end are asked for together.
    async fn fill(&self, handle: &str, bytes: &[u8], lasts: bool) -> Result<(), SftpError> {
        let pieces = bytes.chunks(PIECE).count();
        let mut written = Ok(());
        for (at, piece) in bytes.chunks(PIECE).enumerate().take(pieces.saturating_sub(1)) {
            written = self.sftp.write(handle, (at * PIECE) as u64, piece.to_vec()).await.map(drop);
            if written.is_err() {
                break;
            }
        }
        if written.is_err() {
            let _ = self.sftp.close(handle).await;
            return written;
        }
        let last = async {
            let Some(piece) = bytes.chunks(PIECE).last() else { return Ok(()) };
            self.sftp.write(handle, ((pieces - 1) * PIECE) as u64, piece.to_vec()).await.map(drop)
        };
        let synced = async { if lasts { self.sftp.fsync(handle).await.map(drop) } else { Ok(()) } };
        let (last, synced, closed) = tokio::join!(biased; last, synced, self.sftp.close(handle));
        last?;
        synced?;
        closed.map(drop)
    }

    /// Reads a file: in one go where its size says that nothing is missing, else piece by piece.
    async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, SftpError> {
        let handle = match self.sftp.open(path, OpenFlags::READ, FileAttributes::empty()).await {
            Ok(handle) => handle.handle,
            Err(error) if is_status(&error, StatusCode::NoSuchFile) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (first, known, _) = tokio::join!(biased;
            self.sftp.read(&handle, 0, PIECE as u32),
            self.sftp.fstat(&handle),
            self.sftp.close(&handle)
        );
        let bytes = match first {
            Ok(piece) => piece.data,
            Err(error) if is_status(&error, StatusCode::Eof) => Vec::new(),
            Err(error) => return Err(error),
        };
        match known.ok().and_then(|known| known.attrs.size) {
            Some(size) if size == bytes.len() as u64 => Ok(Some(bytes)),
            _ => self.get_long(path).await,
        }
    }

    async fn get_long(&self, path: &str) -> Result<Option<Vec<u8>>, SftpError> {
        let handle = match self.sftp.open(path, OpenFlags::READ, FileAttributes::empty()).await {
            Ok(handle) => handle.handle,
            Err(error) if is_status(&error, StatusCode::NoSuchFile) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        let read = loop {
            match self.sftp.read(&handle, bytes.len() as u64, PIECE as u32).await {
                Ok(piece) if piece.data.is_empty() => break Ok(()),
                Ok(piece) => bytes.extend(piece.data),
                Err(error) if is_status(&error, StatusCode::Eof) => break Ok(()),
                Err(error) => break Err(error),
            }
            if bytes.len() as u64 > MAX_FILE {
                break Err(SftpError::Limited("the file is too large to be an agent's".into()));
            }
        };
        let _ = self.sftp.close(&handle).await;
        read.map(|()| Some(bytes))
    }

    /// Reads up to four files at once.
    async fn get_four(&self, paths: &[String]) -> [Result<Option<Vec<u8>>, SftpError>; 4] {
        let at = async |place: usize| match paths.get(place) {
            Some(path) => self.get(path).await,
            None => Ok(None),
        };
        let (first, second, third, fourth) = tokio::join!(at(0), at(1), at(2), at(3));
        [first, second, third, fourth]
    }

    async fn names(&self, folder: &str) -> Result<Vec<String>, SftpError> {
        let handle = self.sftp.opendir(if folder.is_empty() { "." } else { folder }).await?.handle;
        let mut names = Vec::new();
        // The second answer is mostly that there are no more.
        let read = 'read: loop {
            let (one, two) = tokio::join!(biased; self.sftp.readdir(&handle), self.sftp.readdir(&handle));
            for some in [one, two] {
                match some {
                    Ok(some) => names.extend(some.files.into_iter().map(|file| file.filename)),
                    Err(error) if is_status(&error, StatusCode::Eof) => break 'read Ok(()),
                    Err(error) => break 'read Err(error),
                }
            }
        };
        let _ = self.sftp.close(&handle).await;
        names.sort_unstable();
        read.map(|()| names)
    }

    async fn posix_rename(&self, from: &str, to: &str) -> Result<(), SftpError> {
        let mut data = Vec::with_capacity(from.len() + to.len() + 8);
        for text in [from, to] {
            data.extend((text.len() as u32).to_be_bytes());
            data.extend(text.as_bytes());
        }
        match self.sftp.extended("posix-rename@openssh.com", data).await? {
            Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
            Packet::Status(status) => Err(SftpError::Status(status)),
            _ => Err(SftpError::UnexpectedPacket),
        }
    }
}

fn is_status(error: &SftpError, code: StatusCode) -> bool {
    matches!(error, SftpError::Status(status) if status.status_code == code)
}

fn cut(error: &russh::Error) -> Fault {
    let class = match error {
        russh::Error::ChannelOpenFailure(_) | russh::Error::RequestDenied => Class::Protocol,
        russh::Error::KeepaliveTimeout => Class::NoAnswer,
        _ => Class::Cut,
    };
    Fault::new(class, error.to_string())
}

/// Returns how a new file begins: readable by its owner alone.
fn private() -> FileAttributes {
    FileAttributes { permissions: Some(0o600), ..FileAttributes::empty() }
}

impl Link for SshLink {
    async fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        match self.get(path).await {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(self.fault(error, path, 0).await),
        }
    }

    async fn read_all(&mut self, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let mut all = Vec::with_capacity(paths.len());
        for some in paths.chunks(4) {
            for (read, path) in self.get_four(some).await.into_iter().zip(some) {
                match read {
                    Ok(bytes) => all.push(bytes),
                    Err(error) => return Err(self.fault(error, path, 0).await),
                }
            }
        }
        Ok(all)
    }

    async fn write(&mut self, path: &str, bytes: &[u8], like: &str) -> Result<(), Fault> {
        if let Some(fault) = self.disk_fault(path, bytes.len() as u64).await {
            return Err(fault);
        }
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        match self.put(path, bytes, Some(like), flags).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(error, path, bytes.len() as u64).await),
        }
    }

    async fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool, Fault> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
        let opened = match self.sftp.open(path, flags, private()).await {
            Ok(opened) => opened,
            // SFTP has no word for a file that exists.
            Err(error) if is_status(&error, StatusCode::Failure) && self.sftp.lstat(path).await.is_ok() => {
                return Ok(false);
            }
            Err(error) => return Err(self.fault(error, path, bytes.len() as u64).await),
        };
        let Err(error) = self.fill(&opened.handle, bytes, false).await else { return Ok(true) };
        let fault = self.fault(error, path, bytes.len() as u64).await;
        // Nothing is left that others would take for a lock.
        let _ = self.sftp.remove(path).await;
        Err(fault)
    }

    async fn rename(&mut self, from: &str, to: &str) -> Result<(), Fault> {
        match self.posix_rename(from, to).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(error, to, 0).await),
        }
    }

    async fn link(&mut self, from: &str, to: &str) -> Result<bool, Fault> {
        match self.sftp.hardlink(from, to).await {
            Ok(_) => Ok(true),
            Err(error @ SftpError::Status(_)) if !is_status(&error, StatusCode::ConnectionLost) => Ok(false),
            Err(error) => Err(self.fault(error, to, 0).await),
        }
    }

    async fn remove(&mut self, path: &str) -> Result<(), Fault> {
        match self.sftp.remove(path).await {
            Ok(_) => Ok(()),
            Err(error) if is_status(&error, StatusCode::NoSuchFile) => Ok(()),
            Err(error) => Err(self.fault(error, path, 0).await),
        }
    }

    async fn list(&mut self, folder: &str) -> Result<Vec<String>, Fault> {
        match self.names(folder).await {
            Ok(names) => Ok(names),
            Err(error) => Err(self.fault(error, folder, 0).await),
        }
    }

    async fn restart(&mut self, job: &Job, stamp_file: &str) -> Result<(), Fault> {
        let command = command(&self.restart, &job.thing, &job.stamp, stamp_file);
        let opened = timeout(self.request, self.handle.channel_open_session()).await;
        let mut channel = match opened {
            Ok(Ok(channel)) => channel,
            Ok(Err(error)) => {
                self.broken.store(true, Ordering::Relaxed);
                return Err(cut(&error));
            }
            Err(_) => return Err(Fault::new(Class::NoAnswer, "while the restart was ordered")),
        };
        // From here on the device may have got the order.
        let ordered = |fault: Fault| fault.after(Reached::Restart);
        let run = async {
            channel.exec(true, command).await.map_err(|error| ordered(cut(&error)))?;
            let mut said = Vec::new();
            loop {
                match channel.wait().await {
                    Some(ChannelMsg::ExitStatus { exit_status: 0 }) => return Ok(()),
                    Some(ChannelMsg::ExitStatus { exit_status }) => {
                        let said = String::from_utf8_lossy(&said);
                        let detail = format!("exit status {exit_status}: {}", said.trim());
                        return Err(ordered(Fault::new(Class::RestartFailed, detail)));
                    }
                    Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                        let detail = format!("ended by {signal_name:?}");
                        return Err(ordered(Fault::new(Class::RestartFailed, detail)));
                    }
                    // The host refuses commands, so none was run.
                    Some(ChannelMsg::Failure) => {
                        return Err(Fault::new(Class::Protocol, "commands are not allowed"));
                    }
                    Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                        let room = MAX_SAID.saturating_sub(said.len());
                        said.extend(data.iter().take(room));
                    }
                    Some(_) => {}
                    None => return Err(ordered(Fault::new(Class::Cut, "during the restart"))),
                }
            }
        };
        let ended = timeout(Duration::from_secs(job.restart_s.max(1).into()), run).await;
        if !matches!(ended, Ok(Ok(()))) {
            self.broken.store(true, Ordering::Relaxed);
        }
        match ended {
            Ok(result) => result,
            Err(_) => Err(ordered(Fault::new(Class::NoAnswer, "the restart command did not end in time"))),
        }
    }

    async fn close(self, more: bool) {
        let (pool, key, idle) = (self.home.0.upgrade(), self.home.1.clone(), self.idle);
        let wanted = self.held.tunnel.as_ref().is_some_and(Tunnel::is_wanted);
        let left = match pool {
            Some(pool) if more && !wanted && self.is_fit() && !idle.is_zero() => pool.keep(&key, self, idle),
            _ => Some(self),
        };
        if let Some(link) = left {
            link.end().await;
        }
    }
}
