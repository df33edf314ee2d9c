//! The embedded test platform: speaks the server's side to our agents and to those of other makers.
//!
//! ```text
//! TCP ─► door: limits ─► TLS ─► upgrade ─► AUTH ─► BIND ─► pings, values, calls
//!          │              └─────────┴────────┴── wait at a station of the line
//!          └── one task accepts, one per connection; a handle disturbs them all
//! ```
//!
//! What real agents of the C SDK need is kept exactly: a `Connection` header of one word, nothing behind the 101
//! before the device has spoken, frames of at most 8,192 bytes, a port below 32768. Pings of devices are
//! answered with their own content; the platform sends none, because those agents would not answer.
//!
//! Its size is a [`crate::fleet::Platform`], the same value that the simulator takes. What cannot be done with real sockets is
//! told by [`line::not_rehearsed`]. [`Handle`] is the control: outages, restarts, late answers, calls to
//! devices, counters. Dropping the handle stops everything.

mod door;
pub mod fate;
mod hall;
pub mod line;
mod rest;
mod session;
mod talk;
pub mod things;

pub use fate::{Counters, Fate};
pub use line::Ramp;
pub use rest::REPOSITORY;
pub use things::Known;

use super::clock::Clock;
use super::connect::USUAL_PATH;
use super::listen::{self, ListenError, Port};
use super::tls::{AuthorityError, Identity};
use crate::base::Micros;
use crate::fleet::{Loss, Meets, Platform, ServiceLaw};
use crate::wire::{Request, Response};
use hall::{Call, Hall};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot, watch};
use tokio_rustls::TlsAcceptor;

/// Which application keys are accepted.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Keys {
    /// Any key, but there must be one.
    #[default]
    Any,
    /// Only these.
    Only(BTreeSet<String>),
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::Only(keys) => write!(f, "Only({} keys)", keys.len()),
        }
    }
}

impl Keys {
    fn accept(&self, key: Option<&str>) -> bool {
        match self {
            Self::Any => key.is_some_and(|key| !key.is_empty()),
            Self::Only(keys) => key.is_some_and(|key| keys.contains(key)),
        }
    }
}

/// How long the first session keeps a thing after its last message, unless a project says otherwise.
pub const BIND_PROTECTION: Micros = Micros::from_secs(60);

/// What a test platform is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address to listen on; loopback unless somebody says otherwise.
    pub ip: IpAddr,
    /// Port to listen on.
    pub port: Port,
    /// Connections that the kernel keeps until they are accepted; nothing for what the capacity says.
    pub backlog: Option<u32>,
    /// Path of the WebSocket.
    pub path: String,
    /// Certificate for wss; nothing for ws.
    pub identity: Option<Identity>,
    /// Application keys that are accepted.
    pub keys: Keys,
    /// Things that exist.
    pub things: Known,
    /// Stations and limits.
    pub capacity: Platform,
    /// Seed of service times.
    pub seed: u64,
    /// A connection without a message or ping for this long is closed.
    pub idle_timeout: Micros,
    /// Longest wait for TLS, for the upgrade and for AUTH, each.
    pub greeting_timeout: Micros,
}

impl Default for Settings {
    /// Returns a platform on loopback that is fast enough for anything on one computer; times as documented for
    /// the WebSocket communications subsystem 9.5 (idle 60 s, AUTH 15 s). The first session keeps a thing for 60 s, as
    /// platforms do unless somebody has them do otherwise.
    fn default() -> Self {
        let mut capacity = Platform::one_tier(1_000, Micros(1), ServiceLaw::Fixed, u32::MAX);
        capacity.sessions.bind_protection = Some(BIND_PROTECTION);
        Self {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: Port::default(),
            backlog: None,
            path: USUAL_PATH.to_owned(),
            identity: None,
            keys: Keys::default(),
            things: Known::default(),
            capacity,
            seed: 1,
            idle_timeout: Micros::from_secs(60),
            greeting_timeout: Micros::from_secs(15),
        }
    }
}

/// How devices are received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reception {
    /// As always.
    #[default]
    Served,
    /// Nothing listens.
    Refused,
    /// Nothing is accepted: the kernel fills its queue and then drops SYNs.
    NotAccepted,
    /// Upgrades are answered with 503.
    Http503,
    /// Accepted, and closed at once.
    AcceptThenClose,
    /// Accepted, and never answered.
    Mute,
    /// AUTH is never answered.
    AuthUnanswered,
    /// AUTH is refused.
    AuthRejected,
    /// BIND is refused.
    BindRejected,
}

impl Reception {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Served,
        Self::Refused,
        Self::NotAccepted,
        Self::Http503,
        Self::AcceptThenClose,
        Self::Mute,
        Self::AuthUnanswered,
        Self::AuthRejected,
        Self::BindRejected,
    ];

    /// Returns the word with which it is asked for.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Served => "serve",
            Self::Refused => "refuse",
            Self::NotAccepted => "not-accept",
            Self::Http503 => "503",
            Self::AcceptThenClose => "accept-close",
            Self::Mute => "mute",
            Self::AuthUnanswered => "auth-silent",
            Self::AuthRejected => "auth-reject",
            Self::BindRejected => "bind-reject",
        }
    }
}

impl TryFrom<Meets> for Reception {
    type Error = &'static str;

    /// Returns how a platform brings about what attempts meet.
    ///
    /// # Errors
    /// Something that a platform cannot bring about, and why.
    fn try_from(meets: Meets) -> Result<Self, &'static str> {
        Ok(match meets {
            Meets::Served => Self::Served,
            Meets::Refused => Self::Refused,
            Meets::BlackHole => Self::NotAccepted,
            Meets::Http503 => Self::Http503,
            Meets::AcceptThenClose => Self::AcceptThenClose,
            Meets::AuthUnanswered => Self::AuthUnanswered,
            Meets::AuthRejected => Self::AuthRejected,
            Meets::BindRejected => Self::BindRejected,
            Meets::DnsFails => {
                return Err("names are resolved before a platform is asked; change the name server");
            }
            Meets::TlsFails => {
                return Err("a certificate is not changed while it runs; start it with another one");
            }
        })
    }
}

/// An outage that is caused now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// How the connections end; nothing where they stay.
    pub loss: Option<Loss>,
    /// How devices are received from now on.
    pub reception: Reception,
    /// Whether the platform forgets its sessions and its queues, as one does that goes down.
    pub down: bool,
}

/// What every task watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Signal {
    /// Number of cuts so far, and how the last one ends connections.
    cuts: u64,
    loss: Option<Loss>,
    /// Number of changes of reception, which the door looks at.
    receptions: u64,
    stop: bool,
}

/// What all tasks of a platform hold.
struct Shared {
    hall: Mutex<Hall>,
    clock: Clock,
    settings: Settings,
    acceptor: Option<TlsAcceptor>,
    signal: watch::Sender<Signal>,
    /// Told when a connection has ended.
    ended: Notify,
}

impl Shared {
    fn hall(&self) -> MutexGuard<'_, Hall> {
        // Counting goes on where a task has panicked.
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request to a device, see [`Handle::call`].
    async fn call(&self, request: Request, longest: Micros) -> Result<Response, CallError> {
        let thing = request.entity.clone();
        let calls = self.hall().calls(&thing).ok_or_else(|| CallError::NotBound(thing.clone()))?;
        let (answer, answered) = oneshot::channel();
        calls.try_send(Call { request, answer }).map_err(|_| CallError::Busy(thing.clone()))?;
        match tokio::time::timeout(super::clock::length(longest), answered).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(_)) | Err(_) => Err(CallError::NoAnswer(thing)),
        }
    }
}

/// Why a platform does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Its certificate is of no use.
    #[error(transparent)]
    Tls(#[from] AuthorityError),
}

/// Why a device did not answer a call.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody is bound to the thing.
    #[error("No device is bound to {0}, so nobody can answer; wait until it is connected")]
    NotBound(String),
    /// The device has too many calls to answer already.
    #[error("{0} has not answered its earlier calls, so no more are sent; wait for them")]
    Busy(String),
    /// No answer in time, or the connection ended.
    #[error("{0} did not answer in time, or its connection ended; look at the log of the agent")]
    NoAnswer(String),
}

/// The control of a running test platform. Dropping it stops the platform.
pub struct Handle {
    shared: Arc<Shared>,
    address: SocketAddr,
}

/// Starts a test platform on the current runtime; it listens when this returns.
///
/// # Errors
/// It cannot listen, or its certificate is of no use.
pub fn start(settings: Settings, clock: Clock) -> Result<Handle, StartError> {
    let acceptor = settings.identity.as_ref().map(Identity::server).transpose()?.map(TlsAcceptor::from);
    let backlog = settings.backlog.unwrap_or_else(|| line::backlog(&settings.capacity));
    let listener = listen::listen(settings.ip, settings.port, backlog)?;
    let address = listener.local_addr().map_err(|error| {
        let address = SocketAddr::new(settings.ip, 0);
        ListenError::Refused { address, hint: "try again", error }
    })?;
    let hall = Mutex::new(Hall::new(&settings));
    // The door holds the first receiver from the begin, so that `Handle::stop` waits for it even before it has run.
    let (signal, watched) = watch::channel(Signal::default());
    let shared = Arc::new(Shared { hall, clock, settings, acceptor, signal, ended: Notify::new() });
    tokio::spawn(door::run((Arc::clone(&shared), watched), listener, (address, backlog)));
    Ok(Handle { shared, address })
}

impl Handle {
    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the clock by which it counts.
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    /// Causes an outage now.
    pub fn outage(&self, outage: Outage) {
        {
            let mut hall = self.shared.hall();
            hall.reception = outage.reception;
            if outage.down {
                hall.goes_down(self.shared.clock.now());
            }
        }
        self.shared.signal.send_modify(|signal| {
            signal.receptions += 1;
            if outage.loss.is_some() {
                signal.cuts += 1;
                signal.loss = outage.loss;
            }
        });
    }

    /// Receives devices like this from now on; connections that are open stay.
    pub fn receive(&self, reception: Reception) {
        self.outage(Outage { loss: None, reception, down: false });
    }

    /// Ends all connections now; devices are received as before.
    pub fn cut(&self, loss: Loss) {
        self.outage(Outage { loss: Some(loss), reception: self.reception(), down: false });
    }

    /// Goes down now: ends all connections, forgets all sessions, and refuses until it is restarted.
    pub fn down(&self, loss: Loss) {
        self.outage(Outage { loss: Some(loss), reception: Reception::Refused, down: true });
    }

    /// Returns how devices are received.
    pub fn reception(&self) -> Reception {
        self.shared.hall().reception
    }

    /// Ends an outage now: devices are received as always, with a capacity that grows from a share [‰] of itself
    /// to all of it in this time.
    pub fn restart(&self, length: Micros, from_permille: u32) {
        {
            let mut hall = self.shared.hall();
            hall.reception = Reception::Served;
            hall.line.restarts(Ramp { back: self.shared.clock.now(), length, from_permille });
        }
        self.shared.signal.send_modify(|signal| signal.receptions += 1);
    }

    /// Makes everything on a connection late by this much after each ping of a device.
    pub fn delay_pongs(&self, delay: Micros) {
        self.shared.hall().pong_delay = delay;
    }

    /// Returns the account as it is now.
    pub fn counters(&self) -> Counters {
        self.shared.hall().counters.clone()
    }

    /// Returns the account as it is now without the instants, of which there may be millions: for whoever looks often.
    pub fn totals(&self) -> Counters {
        self.shared.hall().counters.totals()
    }

    /// Returns the things that are bound now.
    pub fn bound(&self) -> Vec<String> {
        self.shared.hall().bound()
    }

    /// Returns the last value of a property.
    pub fn value(&self, thing: &str, property: &str) -> Option<crate::wire::Value> {
        self.shared.hall().things.value(thing, property).cloned()
    }

    /// Returns the sign-ins that wait for a worker.
    pub fn waiting(&self) -> usize {
        let now = self.shared.clock.now();
        self.shared.hall().line.waiting(now)
    }

    /// Sends a request to the device that is bound to its thing and waits for the answer.
    ///
    /// # Errors
    /// No device is bound, it is busy, or it does not answer within this time.
    pub async fn call(&self, request: Request, longest: Micros) -> Result<Response, CallError> {
        self.shared.call(request, longest).await
    }

    /// Waits until no connection is open, so that the account of what was is complete.
    pub async fn emptied(&self) {
        loop {
            let ended = self.shared.ended.notified();
            if self.shared.hall().counters.held == 0 {
                return;
            }
            ended.await;
        }
    }

    /// Stops accepting and closes all connections; returns the account when the last one has ended.
    pub async fn stop(self) -> Counters {
        self.shared.signal.send_modify(|signal| signal.stop = true);
        // Every task holds a receiver until it has ended.
        self.shared.signal.closed().await;
        self.counters()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.signal.send_modify(|signal| signal.stop = true);
    }
}

#[cfg(test)]
mod tests;
