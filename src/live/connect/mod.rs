//! From a host name to a WebSocket, step by step: every step is timed, and one that fails says why in words.
//!
//! ```text
//! name ─► TCP ─► [proxy] ─► [TLS] ─► upgrade ─► AUTH ─► BIND
//! ```
//!
//! This module does the first five; the last two are the business of a session. It sets no limits of its own:
//! what an agent's connect timeout bounds is a property of its kind, and whoever stops an agent drops the
//! future.

mod address;
mod proxy;
mod trouble;

pub use address::{AddressError, USUAL_PATH, host_and_port};
pub use proxy::Proxy;
pub use trouble::{Failure, Trouble};

use super::clock::Clock;
use super::pipe::Pipe;
use super::tls::Connector;
use crate::base::Micros;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A step of signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The name gets an address.
    Name,
    /// TCP connects, to the platform or to a proxy.
    Tcp,
    /// The proxy opens a tunnel.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// HTTP becomes a WebSocket.
    Upgrade,
    /// The application key.
    Auth,
    /// The things.
    Bind,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 7] =
        [Self::Name, Self::Tcp, Self::Proxy, Self::Tls, Self::Upgrade, Self::Auth, Self::Bind];

    /// Returns the word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Upgrade => "upgrade",
            Self::Auth => "auth",
            Self::Bind => "bind",
        }
    }
}

/// Where an agent connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name or address of the platform.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Path of its WebSocket.
    pub path: String,
    /// A proxy on the way.
    pub proxy: Option<Proxy>,
}

/// A step that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which one.
    pub step: Step,
    /// How long it took.
    pub took: Micros,
    /// What there is to know, such as the address or the certificate.
    pub detail: String,
}

/// A stopwatch that notes the steps as they are done.
#[derive(Debug)]
pub struct Watch {
    clock: Clock,
    since: Micros,
    /// The step that is under way.
    under_way: Step,
    /// The steps so far.
    pub done: Vec<Done>,
}

impl Watch {
    /// Starts the stopwatch.
    pub fn start(clock: Clock) -> Self {
        Self { clock, since: clock.now(), under_way: Step::Name, done: Vec::new() }
    }

    /// A step begins.
    fn begins(&mut self, step: Step) {
        self.under_way = step;
    }

    /// The step that is under way was waited for in vain.
    pub fn waited_in_vain(&mut self) -> Failure {
        let step = self.under_way;
        self.failed(step, Trouble::Mute { waited: Micros::ZERO, what: trouble::silence(step) })
    }

    /// A step is done.
    pub fn done(&mut self, step: Step, detail: String) {
        let took = self.lap();
        self.done.push(Done { step, took, detail });
    }

    /// A step has failed. A wait of which nobody knows how long it was took as long as the step.
    pub fn failed(&mut self, step: Step, mut trouble: Trouble) -> Failure {
        let took = self.lap();
        if let Trouble::Mute { waited, .. } = &mut trouble
            && *waited == Micros::ZERO
        {
            *waited = took;
        }
        Failure { step, took, trouble }
    }

    /// Returns the time since the last step.
    fn lap(&mut self) -> Micros {
        let now = self.clock.now();
        now.since(std::mem::replace(&mut self.since, now))
    }
}

/// Opens a connection to a platform: TCP, through a proxy where there is one, and TLS where it is given.
///
/// # Errors
/// The step that failed and why.
pub async fn open(target: &Target, tls: Option<&Connector>, watch: &mut Watch) -> Result<Pipe, Failure> {
    let (host, port) = match &target.proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port),
        None => (target.host.as_str(), target.port),
    };
    watch.begins(Step::Name);
    let addresses = resolve(host, port).await.map_err(|trouble| watch.failed(Step::Name, trouble))?;
    watch.done(Step::Name, addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    // Where there is a proxy, that is what does not answer.
    let reaches = if target.proxy.is_some() { Step::Proxy } else { Step::Tcp };
    watch.begins(reaches);
    let mut tcp = tcp(&addresses).await.map_err(|trouble| watch.failed(reaches, trouble))?;
    let peer = tcp.peer_addr().map(|address| address.to_string()).unwrap_or_default();
    watch.done(Step::Tcp, peer);
    // Messages are short and waited for; without this each costs the delay of the other end's acknowledgement.
    let _ = tcp.set_nodelay(true);
    if let Some(proxy) = &target.proxy {
        let through = proxy.tunnel(&mut tcp, &target.host, target.port).await;
        through.map_err(|trouble| watch.failed(Step::Proxy, trouble))?;
        watch.done(Step::Proxy, format!("{}:{}", proxy.host, proxy.port));
    }
    let Some(connector) = tls else { return Ok(Pipe::Plain(tcp)) };
    watch.begins(Step::Tls);
    let name = ServerName::try_from(target.host.clone())
        .map_err(|_| watch.failed(Step::Tls, Trouble::HostName(target.host.clone())))?;
    match TlsConnector::from(connector.config.clone()).connect(name, tcp).await {
        Ok(stream) => {
            let session = stream.get_ref().1;
            let version = session.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS");
            let whose = connector.seen().map(|seen| format!(", {seen}")).unwrap_or_default();
            watch.done(Step::Tls, format!("{}{whose}", version.replace("v1_", " 1.")));
            Ok(Pipe::Tls(Box::new(stream.into())))
        }
        Err(error) => Err(watch.failed(Step::Tls, Trouble::of_tls(&error, &target.host, connector.seen()))),
    }
}

/// Returns the addresses of a host.
async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Trouble> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(ip) = bare.parse() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let no_address = |error: Option<io::Error>| {
        let error = error.map_or_else(|| "no address".to_owned(), |error| error.to_string());
        Trouble::NoAddress { host: host.to_owned(), error }
    };
    let found: Vec<_> =
        tokio::net::lookup_host((bare, port)).await.map_err(|e| no_address(Some(e)))?.collect();
    if found.is_empty() { Err(no_address(None)) } else { Ok(found) }
}

/// Connects to the first address that answers, as the C SDK does, one after the other.
async fn tcp(addresses: &[SocketAddr]) -> Result<TcpStream, Trouble> {
    let mut last = None;
    for &address in addresses {
        match TcpStream::connect(address).await {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = Some(Trouble::of_tcp(&error, address)),
        }
    }
    Err(last.unwrap_or(Trouble::Closed))
}
