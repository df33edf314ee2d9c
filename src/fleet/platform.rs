//! The platform that devices sign in to: stations in series, and what happens to the data behind them.
//!
//! A device meets, in this order: the *balancer* (an optional limiter of new connections, then the TLS
//! handshake), the *Connection Servers* (the answer to the upgrade) and the *sign-in tier* (Foundation:
//! AUTH and BIND). Only the last is always there; alone it is the one-tier platform of `storm-1`.
//! Behind them stands the *write queue*, which takes ordinary values and the flood of stored ones.

use super::group::Telemetry;
use crate::base::Micros;

/// How the time of one piece of work is distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceLaw {
    /// Always the mean.
    Fixed,
    /// Exponential with that mean.
    Exponential,
    /// Lognormal with that mean and a standard deviation of 1 in the exponent.
    Lognormal,
}

/// What happens to an attempt that finds no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Fails at once: reset, or an error answer such as HTTP 503.
    Refuse,
    /// The kernel drops the SYN; the device's kernel sends it again 1, 3, 7 … s after the first.
    DropSyn,
}

/// Which requests a tier drops without work when their turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purges {
    /// None: it works for devices that have given up.
    Never,
    /// Those whose device has given up: their sockets are seen closed before the work begins.
    GivenUp,
    /// Those that could not end in time, too: a server that knows deadlines never begins such work.
    TooLate,
}

/// Workers behind a first-in-first-out queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Requests worked on at the same time, at least 1.
    pub workers: u32,
    /// Mean time of one request, at least 1 µs.
    pub service_time: Micros,
    /// How that time varies.
    pub service_law: ServiceLaw,
    /// Requests that can wait for a worker.
    pub room: u32,
    /// What happens to a request that finds no room.
    pub full: Full,
    /// Longest wait before the tier closes the request itself; `None` for as long as it takes.
    pub patience: Option<Micros>,
    /// Which requests are dropped without work when their turn comes.
    pub purges: Purges,
    /// Most connections held at the same time; `None` for no limit.
    pub held: Option<u32>,
}

/// How a limiter of new connections treats those beyond the limit [measured with HAProxy 2.6].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// Stops accepting for a while: the others wait in the kernel's queue (`rate-limit sessions`).
    DelayAccept,
    /// Resets them (`tcp-request connection reject`).
    Reset,
    /// Answers 503 and does not count them.
    Http503,
    /// Answers 503 and counts them as well (`http-request deny` with `fe_sess_rate`): may never recover.
    Http503CountsAll,
}

/// A limit of new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// New connections [connections/s], at least 1.
    pub per_s: u32,
    /// What happens to those beyond it.
    pub kind: LimitKind,
}

impl Limit {
    /// Returns the time between two connections that a balancer accepts which delays the others.
    pub fn spacing(&self) -> Micros {
        Micros(Micros::SECOND.0.div_ceil(u64::from(self.per_s.max(1))))
    }
}

/// The load balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// Limit of new connections, where there is one.
    pub limit: Option<Limit>,
    /// Connections that the kernel keeps for a balancer that does not accept at the moment.
    pub backlog: u32,
    /// Cores that do TLS handshakes; 0 where TLS ends elsewhere and costs nothing here.
    pub cores: u32,
    /// Time of one full handshake on one core.
    pub handshake: Micros,
    /// Time of one resumed handshake on one core.
    pub resumed_handshake: Micros,
    /// Share of handshakes that are resumed [‰].
    pub resumed_permille: u32,
    /// Most connections held at the same time; `None` for no limit.
    pub held: Option<u32>,
    /// A connection without a message for this long is cut; `None` for never.
    pub idle_timeout: Option<Micros>,
}

/// Where values are written: one queue for ordinary and stored values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writes {
    /// Property values written [values/s], at least 1.
    pub per_s: u64,
    /// Values that can wait; those beyond it are rejected and lost.
    pub queue: u64,
    /// Work of one event, in thousandths of the work of one property value [‰].
    pub event_permille: u64,
    /// Work of one service call, in thousandths of the work of one property value [‰].
    pub service_permille: u64,
}

impl Writes {
    /// Returns the work of what one connected device records, events and service calls included, in property
    /// values [values/s].
    pub fn work_per_s(&self, data: &Telemetry) -> f64 {
        let cost = |number: u64, permille: u64| number as f64 * permille as f64 / 1e3;
        let extra = cost(data.events, self.event_permille) + cost(data.services, self.service_permille);
        (data.properties as f64 + extra) / data.interval_s
    }
}

/// When overload takes the platform down again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaking {
    /// Values waiting to be written at which it breaks; `None` for never.
    pub values: Option<u64>,
    /// Sign-ins waiting at which it breaks; `None` for never.
    pub waiting: Option<u32>,
    /// Time until it can be reached again, at least 1 s.
    pub down: Micros,
}

/// What the platform knows about connected devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sessions {
    /// First in wins: a device whose old session is still believed alive cannot bind until this long
    /// after its last message; `None` where the last one wins.
    pub bind_protection: Option<Micros>,
    /// Whether pongs wait behind sign-ins, so that a busy platform answers too late.
    pub pongs_wait: bool,
}

/// The platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Sign-ins worked on at the same time, at least 1.
    pub workers: u32,
    /// Mean time of one sign-in, at least 1 µs.
    pub service_time: Micros,
    /// How that time varies.
    pub service_law: ServiceLaw,
    /// Attempts that can wait for a worker.
    pub accept_queue: u32,
    /// What happens to an attempt that finds the accept queue full.
    pub full: Full,
    /// Longest wait in the queue before the platform closes the attempt; `None` for as long as it takes.
    pub sign_in_timeout: Option<Micros>,
    /// Which sign-ins are dropped without work when their turn comes.
    pub purges: Purges,
    /// Most connections that the sign-in tier holds itself, where devices reach it directly.
    pub held: Option<u32>,
    /// The load balancer, where it is modelled.
    pub balancer: Option<Balancer>,
    /// The Connection Servers, where they are modelled.
    pub connection: Option<Tier>,
    /// Where values are written, where that is modelled.
    pub writes: Option<Writes>,
    /// When overload takes it down again.
    pub breaking: Option<Breaking>,
    /// What it knows about connected devices.
    pub sessions: Sessions,
}

impl Platform {
    /// Returns a platform of one tier that refuses what finds no room, with nothing else modelled.
    pub fn one_tier(workers: u32, service_time: Micros, service_law: ServiceLaw, accept_queue: u32) -> Self {
        Self {
            workers,
            service_time,
            service_law,
            accept_queue,
            full: Full::Refuse,
            sign_in_timeout: None,
            purges: Purges::Never,
            held: None,
            balancer: None,
            connection: None,
            writes: None,
            breaking: None,
            sessions: Sessions::default(),
        }
    }

    /// Returns the sign-in tier by itself.
    pub fn sign_in(&self) -> Tier {
        Tier {
            workers: self.workers,
            service_time: self.service_time,
            service_law: self.service_law,
            room: self.accept_queue,
            full: self.full,
            patience: self.sign_in_timeout,
            purges: self.purges,
            held: self.held,
        }
    }

    /// Returns how many devices it can sign in [sign-ins/s].
    pub fn capacity_per_s(&self) -> f64 {
        f64::from(self.workers) / self.service_time.secs()
    }
}
