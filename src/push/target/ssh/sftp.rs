//! File operations through SFTP, and the restart as a command.

use super::super::Job;
use super::super::link::Link;
use super::super::steps::MAX_FILE;
use super::SshOptions;
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
        let private = FileAttributes { permissions: Some(0o600), ..FileAttributes::empty() };
        let handle = self.sftp.open(path, flags, private).await?.handle;
        let written = self.fill(&handle, bytes, like).await;
        let closed = self.sftp.close(&handle).await;
        written?;
        closed.map(|_| ())
    }

    async fn fill(&self, handle: &str, bytes: &[u8], like: Option<&str>) -> Result<(), SftpError> {
        if let Some(like) = like
            && let Ok(known) = self.sftp.stat(like).await
        {
            let known = known.attrs;
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
        }
        for (at, piece) in bytes.chunks(PIECE).enumerate() {
            self.sftp.write(handle, (at * PIECE) as u64, piece.to_vec()).await?;
        }
        if like.is_some() {
            self.sftp.fsync(handle).await?;
        }
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<Option<Vec<u8>>, SftpError> {
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

    async fn names(&self, folder: &str) -> Result<Vec<String>, SftpError> {
        let handle = self.sftp.opendir(if folder.is_empty() { "." } else { folder }).await?.handle;
        let mut names = Vec::new();
        let read = loop {
            match self.sftp.readdir(&handle).await {
                Ok(some) => names.extend(some.files.into_iter().map(|file| file.filename)),
                Err(error) if is_status(&error, StatusCode::Eof) => break Ok(()),
                Err(error) => break Err(error),
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

/// Puts a text into quotes that no POSIX shell looks into.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Returns the command that restarts the agent and leaves the stamp. `{thing}`, `{folder}`, `{stamp}` and
/// `{stamp_file}` stand for the device's, in quotes.
pub(in crate::push::target) fn command(restart: &str, thing: &str, stamp: &str, stamp_file: &str) -> String {
    let file = quoted(stamp_file);
    let folder = stamp_file.rfind('/').map_or(".", |slash| &stamp_file[..slash.max(1)]);
    let stamps = restart.contains("{stamp}");
    // One pass, so that nothing in a value is taken for a variable.
    let variables =
        [("{thing}", thing), ("{folder}", folder), ("{stamp}", stamp), ("{stamp_file}", stamp_file)];
    let mut filled = String::new();
    let mut rest = restart;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = variables.iter().find(|(name, _)| rest.starts_with(name));
        let (value, length) = found.map_or(("{".into(), 1), |(name, value)| (quoted(value), name.len()));
        filled.push_str(&value);
        rest = &rest[length..];
    }
    filled.push_str(rest);
    if stamps {
        return filled;
    }
    let restart = filled.as_str();
    let restart = if restart.trim().is_empty() { ":" } else { restart };
    let new = quoted(&format!("{stamp_file}.new"));
    // A line of its own, so that a comment at the end of the command cannot swallow the bracket.
    format!("{{ {restart}\n}} && printf %s {} > {new} && mv -f {new} {file}", quoted(stamp))
}

impl Link for SshLink {
    async fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        match self.get(path).await {
            Ok(bytes) => Ok(bytes),
            Err(error) => Err(self.fault(error, path, 0).await),
        }
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
        match self.put(path, bytes, None, flags).await {
            Ok(()) => Ok(true),
            // SFTP has no word for a file that exists.
            Err(error) if is_status(&error, StatusCode::Failure) && self.sftp.lstat(path).await.is_ok() => {
                Ok(false)
            }
            Err(error) => Err(self.fault(error, path, bytes.len() as u64).await),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_filled_once_and_in_quotes() {
        let made = command("systemctl restart agent@{thing} # {x}", "P'1 {stamp}", "s-1", "/opt/a b/.f");
        assert_eq!(
            made,
            "{ systemctl restart agent@'P'\\''1 {stamp}' # {x}\n} && printf %s 's-1' > '/opt/a b/.f.new' \
             && mv -f '/opt/a b/.f.new' '/opt/a b/.f'"
        );
        let made = command("cd {folder}; ./run {stamp} {stamp_file}", "P", "s-1", "/opt/.f");
        assert_eq!(made, "cd '/opt'; ./run 's-1' '/opt/.f'");
        assert!(command("", "P", "s", "f").starts_with("{ :\n} && "));
    }
}
