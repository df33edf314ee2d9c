//! Jump hosts: one connection to each carries the ways to all devices behind it.
//!
//! Whoever comes first connects and signs in, the others wait for it; where it fails, all who waited have failed
//! with it, so that a jump host that is off is not tried once per device. The connection stays while a way leads
//! through it, and a moment longer. Connections that only wait for more work give way to those who want to work.

use super::Ssh;
use super::connect::{Guard, VIA, Way, sign_in, sign_in_over};
use crate::push::fault::{Class, Fault};
use russh::ChannelOpenFailure;
use russh::ChannelStream;
use russh::client::{Handle, Msg};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Jump hosts by the way to them.
#[derive(Default)]
pub(super) struct Jumps {
    known: Mutex<BTreeMap<String, Arc<Jump>>>,
}

/// One jump host.
struct Jump {
    /// Free ways through it.
    room: Arc<Semaphore>,
    /// Those who wait for room.
    waiting: AtomicUsize,
    /// Held while somebody connects.
    last: tokio::sync::Mutex<Last>,
}

/// How the last attempt to connect to a jump host ended.
#[derive(Default)]
struct Last {
    session: Weak<Session>,
    failed: Option<(Instant, Fault)>,
}

/// A connection to a jump host.
struct Session {
    handle: Handle<Guard>,
    /// The way to it, where it is itself behind a jump host.
    _tunnel: Option<Tunnel>,
}

/// A way through a jump host.
pub(super) struct Tunnel {
    session: Arc<Session>,
    /// How long the jump host's connection waits for the next way.
    linger: Duration,
    jump: Arc<Jump>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        let (session, linger) = (Arc::clone(&self.session), self.linger);
        if !linger.is_zero()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                tokio::time::sleep(linger).await;
                drop(session);
            });
        }
    }
}

impl Tunnel {
    /// Returns whether somebody waits for room at the jump host.
    pub(super) fn is_wanted(&self) -> bool {
        self.jump.waiting.load(Ordering::Relaxed) > 0
    }

    /// Opens a stream from the jump host to a host behind it.
    pub(super) async fn stream(&self, gate: &Way, to: &Way) -> Result<ChannelStream<Msg>, Fault> {
        let opened = self
            .session
            .handle
            .channel_open_direct_tcpip(to.host.as_str(), u32::from(to.port), "127.0.0.1", 0)
            .await;
        let channel = opened.map_err(|error| {
            let class = match &error {
                russh::Error::ChannelOpenFailure(
                    ChannelOpenFailure::AdministrativelyProhibited | ChannelOpenFailure::UnknownChannelType,
                ) => Class::JumpForbids,
                russh::Error::ChannelOpenFailure(ChannelOpenFailure::ResourceShortage) => Class::Busy,
                russh::Error::ChannelOpenFailure(_) => Class::NotBehindJump,
                russh::Error::KeepaliveTimeout => Class::NoAnswer,
                _ => Class::Cut,
            };
            at_gate(&Fault::new(class, error.to_string()), gate)
        })?;
        Ok(channel.into_stream())
    }
}

/// Says at which jump host a fault happened.
fn at_gate(fault: &Fault, gate: &Way) -> Fault {
    let detail = format!("jump host {}:{}: {}", gate.host, gate.port, fault.detail);
    Fault { detail, ..fault.clone() }
}

impl Jumps {
    /// Returns a way through a jump host, as soon as there is room.
    pub(super) async fn through(&self, ssh: &Ssh, gate: &Way) -> Result<Tunnel, Fault> {
        let jump = self.jump(ssh, &gate.key());
        let permit = if let Ok(permit) = Arc::clone(&jump.room).try_acquire_owned() {
            permit
        } else {
            if let Some(link) = ssh.pool.oldest(&format!("{VIA}{}", gate.key())) {
                link.end().await;
            }
            let closed = |_| Fault::new(Class::Protocol, "the transport was closed");
            let _waits = Waits::begin(&jump);
            Arc::clone(&jump.room).acquire_owned().await.map_err(closed)?
        };
        let session = jump.session(ssh, gate).await.map_err(|fault| at_gate(&fault, gate))?;
        let linger = Duration::from_secs(ssh.options.idle_s.into());
        Ok(Tunnel { session, linger, jump, _permit: permit })
    }

    fn jump(&self, ssh: &Ssh, key: &str) -> Arc<Jump> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let room = || Arc::new(Semaphore::new(ssh.options.per_jump.max(1) as usize));
        let new = || {
            Arc::new(Jump { room: room(), waiting: AtomicUsize::new(0), last: tokio::sync::Mutex::default() })
        };
        Arc::clone(known.entry(key.to_owned()).or_insert_with(new))
    }
}

/// Somebody who waits for room, however the wait ends.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(jump: &'a Jump) -> Self {
        jump.waiting.fetch_add(1, Ordering::Relaxed);
        Self(&jump.waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Jump {
    /// Returns the connection, which is made where there is none.
    async fn session(&self, ssh: &Ssh, gate: &Way) -> Result<Arc<Session>, Fault> {
        let came = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(session) = last.session.upgrade().filter(|session| !session.handle.is_closed()) {
            return Ok(session);
        }
        if let Some((when, fault)) = &last.failed
            && *when >= came
        {
            return Err(fault.clone());
        }
        match connect(ssh, gate).await {
            Ok(session) => {
                let session = Arc::new(session);
                *last = Last { session: Arc::downgrade(&session), failed: None };
                Ok(session)
            }
            Err(fault) => {
                last.failed = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }
}

/// Connects to a jump host, which may itself be behind one; boxed, because its type would hold itself.
fn connect<'a>(
    ssh: &'a Ssh,
    gate: &'a Way,
) -> Pin<Box<dyn Future<Output = Result<Session, Fault>> + Send + 'a>> {
    Box::pin(async move {
        let Some(outer) = gate.via.as_deref() else {
            let handle = ssh.in_time(gate, sign_in(ssh, &ssh.gates, gate)).await?;
            return Ok(Session { handle, _tunnel: None });
        };
        let tunnel = ssh.jumps.through(ssh, outer).await?;
        let signed = async {
            let stream = tunnel.stream(outer, gate).await?;
            sign_in_over(ssh, &ssh.gates, gate, stream).await
        };
        let handle = ssh.in_time(gate, signed).await?;
        Ok(Session { handle, _tunnel: Some(tunnel) })
    })
}
