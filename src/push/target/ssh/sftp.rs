//! File operations through SFTP, and the restart as a command.

use super::super::Job;
use super::super::link::{Ask, Link, Told};
use super::SshOptions;
use super::command::command;
use super::connect::Guard;
use super::files::{Files, Round, Rounded, is_status};
use super::jump::Tunnel;
use super::pool::Pool;
use crate::push::fault::{Class, Fault, Reached};
use russh::ChannelMsg;
use russh::client::Handle;
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::StatusCode;
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// Room that is left on a disk beside the file \[bytes\].
const SPARE: u64 = 16 * 1024;

/// Flag of a file system that is mounted read-only, in `statvfs@openssh.com`.
const READ_ONLY: u64 = 1;

/// Most of what a failed command says that is kept \[bytes\].
const MAX_SAID: usize = 400;

/// An open connection with SFTP.
pub struct SshLink {
    handle: Handle<Guard>,
    files: Files,
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
        Ok(Self {
            handle,
            files: Files::new(sftp),
            restart,
            request,
            home,
            idle,
            broken: AtomicBool::new(false),
            held,
        })
    }

    /// Returns whether it can be used again.
    pub(super) fn is_fit(&self) -> bool {
        !self.broken.load(Ordering::Relaxed) && !self.handle.is_closed()
    }

    /// Ends it, politely.
    pub(super) async fn end(self) {
        self.files.end();
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

    /// Returns what came of a round, or what was wrong first.
    async fn told(&self, ask: Ask<'_>, came: Rounded) -> Result<Told, Fault> {
        if let (Some((path, bytes)), Some(Err(error))) = (ask.create, came.filled) {
            return Err(self.fault(error, path, bytes.len() as u64).await);
        }
        let mut told = Told { removed: came.removed.iter().map(Result::is_ok).collect(), ..Told::default() };
        for (read, path) in came.files.into_iter().zip(ask.read) {
            match read {
                Ok(bytes) => told.files.push(bytes),
                Err(error) => return Err(self.fault(error, path, 0).await),
            }
        }
        for (names, folder) in came.names.into_iter().zip(ask.list) {
            match names {
                Ok(names) => told.names.push(names),
                Err(error) => return Err(self.fault(error, folder, 0).await),
            }
        }
        Ok(told)
    }

    /// Returns what is wrong with the disk of a path, onto which so many bytes were to go, where its server tells.
    async fn disk_fault(&self, path: &str, needed: u64) -> Option<Fault> {
        let folder = path.rfind('/').map_or(".", |slash| if slash == 0 { "/" } else { &path[..slash] });
        let disk = self.files.disk(folder).await.ok()?;
        if disk.flags & READ_ONLY != 0 {
            return Some(Fault::new(Class::ReadOnly, folder));
        }
        let free = disk.blocks_avail.saturating_mul(disk.fragment_size.max(1));
        let full = free < needed.saturating_add(SPARE) || (disk.inodes > 0 && disk.inodes_avail == 0);
        full.then(|| Fault::new(Class::DiskFull, format!("{free} bytes free in {folder}")))
    }
}

fn cut(error: &russh::Error) -> Fault {
    let class = match error {
        russh::Error::ChannelOpenFailure(_) | russh::Error::RequestDenied => Class::Protocol,
        russh::Error::KeepaliveTimeout => Class::NoAnswer,
        _ => Class::Cut,
    };
    Fault::new(class, error.to_string())
}

impl Link for SshLink {
    async fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let told = self.ask(Ask { read: &[path.into()], ..Ask::default() }).await?;
        Ok(told.and_then(|told| told.files.into_iter().next().flatten()))
    }

    async fn ask(&mut self, ask: Ask<'_>) -> Result<Option<Told>, Fault> {
        let mut begun = None;
        if let Some((path, bytes)) = ask.create {
            match self.files.create(path).await {
                Ok(Some(file)) => begun = Some((path, bytes, file)),
                Ok(None) => return Ok(None),
                Err(error) => return Err(self.fault(error, path, bytes.len() as u64).await),
            }
        }
        let fill = begun.as_ref().map(|(_, bytes, file)| (file, *bytes));
        let round = Round { fill, read: ask.read, list: ask.list, remove: ask.remove };
        let told = self.told(ask, self.files.round(round).await).await;
        if let (Some((path, ..)), Err(_)) = (begun, &told) {
            let _ = self.files.remove(path).await;
        }
        told.map(Some)
    }

    async fn write(&mut self, path: &str, bytes: &[u8], like: &str) -> Result<(), Fault> {
        let put = async {
            let (file, like) = self.files.begin(path, like).await?;
            self.files.put(&file, path, bytes, like).await
        };
        match put.await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(error, path, bytes.len() as u64).await),
        }
    }

    async fn create(&mut self, path: &str, bytes: &[u8]) -> Result<bool, Fault> {
        Ok(self.ask(Ask { create: Some((path, bytes)), ..Ask::default() }).await?.is_some())
    }

    async fn rename(&mut self, from: &str, to: &str) -> Result<(), Fault> {
        match self.files.rename(from, to).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(error, to, 0).await),
        }
    }

    async fn link(&mut self, from: &str, to: &str) -> Result<bool, Fault> {
        match self.files.link(from, to).await {
            Ok(()) => Ok(true),
            Err(error @ SftpError::Status(_)) if !is_status(&error, StatusCode::ConnectionLost) => Ok(false),
            Err(error) => Err(self.fault(error, to, 0).await),
        }
    }

    async fn remove(&mut self, path: &str) -> Result<(), Fault> {
        match self.files.remove(path).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fault(error, path, 0).await),
        }
    }

    async fn list(&mut self, folder: &str) -> Result<Vec<String>, Fault> {
        let told = self.ask(Ask { list: &[folder.into()], ..Ask::default() }).await?;
        Ok(told.and_then(|told| told.names.into_iter().next()).unwrap_or_default())
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
