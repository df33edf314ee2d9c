//! What goes wrong between an agent and its platform, in words: what happened, why it matters, what to do.

use super::Step;
use crate::base::Micros;
use crate::base::units::duration;
use crate::live::tls::Certificate;
use crate::wire::Status;
use crate::wire::session::UpgradeError;
use rustls::CertificateError;
use std::io;
use std::net::SocketAddr;

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which one.
    pub step: Step,
    /// How long it took until then.
    pub took: Micros,
    /// Why.
    pub trouble: Trouble,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The name has no address.
    #[error(
        "The name {host} has no address, so nothing can be reached; check its spelling and the name server: {error}"
    )]
    NoAddress {
        /// The name.
        host: String,
        /// What the system says.
        error: String,
    },
    /// The host name cannot stand in a certificate.
    #[error(
        "{0} is no host name, so no certificate could be checked against it; use the name in the platform's certificate"
    )]
    HostName(String),
    /// Nothing listens.
    #[error(
        "{0} refuses the connection: nothing listens on this port, or a firewall says no; start what should answer there, or check the port"
    )]
    Refused(SocketAddr),
    /// The network has no way there.
    #[error("{0} cannot be reached from here; check network, routes and firewall")]
    Unreachable(SocketAddr),
    /// This computer has no port or descriptor left.
    #[error(
        "This computer cannot open another connection ({0}), so the platform was never asked; start fewer agents or raise the limit"
    )]
    Exhausted(&'static str),
    /// No answer within the time.
    #[error("No answer after {}: {what}", duration(.waited.secs()))]
    Mute {
        /// How long was waited.
        waited: Micros,
        /// What that means at this step.
        what: &'static str,
    },
    /// The other end reset the connection.
    #[error(
        "The other end reset the connection; a balancer or firewall over its limit does that, or the platform was stopped"
    )]
    Reset,
    /// The other end closed the connection.
    #[error(
        "The other end closed the connection in the middle; the platform is stopping, or something between ends idle connections"
    )]
    Closed,
    /// A proxy wants credentials.
    #[error("The proxy wants {}; check user and password of the proxy", if *.given { "other credentials than were given" } else { "credentials and got none" })]
    ProxyCredentials {
        /// Whether some were given.
        given: bool,
    },
    /// A proxy refuses.
    #[error("The proxy refuses the tunnel with status {status}; have it allow this host and port")]
    ProxyRefused {
        /// Its answer.
        status: u16,
    },
    /// What should be a proxy is none.
    #[error("What answers is no HTTP proxy; check host and port of the proxy")]
    NotAProxy,
    /// The other end speaks no TLS.
    #[error(
        "What answers speaks no TLS; the port may be that of plain HTTP, then switch TLS off or use the other port"
    )]
    NotTls,
    /// The certificate has expired.
    #[error("The certificate of {host} has expired ({}), so agents that check it stay away; renew it, or check the clock of this computer", known(.certificate.as_ref()))]
    Expired {
        /// The platform.
        host: String,
        /// Its certificate.
        certificate: Option<Certificate>,
    },
    /// The certificate is not valid yet.
    #[error("The certificate of {host} is not valid yet ({}); check the clock of this computer", known(.certificate.as_ref()))]
    NotYetValid {
        /// The platform.
        host: String,
        /// Its certificate.
        certificate: Option<Certificate>,
    },
    /// The certificate is for another name.
    #[error("The certificate is not for {host} ({}), so this may be another host; use the name in the certificate, or have one made for this name", known(.certificate.as_ref()))]
    OtherName {
        /// The platform.
        host: String,
        /// Its certificate.
        certificate: Option<Certificate>,
    },
    /// Nobody who is trusted has signed the certificate.
    #[error("The certificate of {host} is signed by nobody trusted here ({}). If that is the name of a security product or of your own company, it opens TLS on the way: add its authority; otherwise add that of the platform", known(.certificate.as_ref()))]
    UnknownIssuer {
        /// The platform.
        host: String,
        /// Its certificate.
        certificate: Option<Certificate>,
    },
    /// The platform wants to be shown a certificate, and was shown none that it takes.
    #[error(
        "The platform lets in only who shows a certificate that it knows, and this agent has shown none or another one ({0}); give it the certificate and key that were made for it, and check that the platform trusts their authority"
    )]
    CertificateWanted(String),
    /// Anything else about TLS.
    #[error("TLS fails, so nothing was sent; check versions and certificates at both ends: {0}")]
    Tls(String),
    /// No WebSocket.
    #[error("{0}")]
    Upgrade(UpgradeError),
    /// The application key is refused.
    #[error("The platform refuses the application key ({status}{}); check the key, its expiry and its user", said(.reason.as_ref()))]
    KeyRefused {
        /// Its answer.
        status: Status,
        /// Its words.
        reason: Option<String>,
    },
    /// The things are refused.
    #[error("The platform refuses to bind ({status}{}); check that the thing exists, that the key's user may use it, and that no other session holds it", said(.reason.as_ref()))]
    BindRefused {
        /// Its answer.
        status: Status,
        /// Its words.
        reason: Option<String>,
    },
    /// What came is no message.
    #[error(
        "What came over the WebSocket is no AlwaysOn message, so the platform is another kind of server or a proxy breaks frames: {0}"
    )]
    Garbage(String),
    /// Anything else of the operating system.
    #[error("The connection failed: {0}")]
    System(String),
}

/// Returns what it means that nothing answers at a step.
pub(super) fn silence(step: Step) -> &'static str {
    match step {
        Step::Name => "the name server is silent; check the network of this computer",
        Step::Tcp => "a firewall drops the connection, the platform's queue is full, or it is down",
        Step::Proxy => "the proxy does not answer, or what it should reach does not; check both",
        Step::Tls => {
            "the other end accepts connections and is silent when TLS begins; it is overloaded, or the port is not one of TLS"
        }
        Step::Upgrade | Step::Auth | Step::Bind => {
            "the platform accepts connections and does not answer; it is overloaded, or something in front of it waits for a turn"
        }
    }
}

fn known(certificate: Option<&Certificate>) -> String {
    certificate.map_or_else(|| "it could not be read".to_owned(), ToString::to_string)
}

fn said(reason: Option<&String>) -> String {
    reason.map(|reason| format!(": {reason}")).unwrap_or_default()
}

impl Trouble {
    /// Returns the short word by which failures are counted.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAddress { .. } => "no-address",
            Self::HostName(_) => "host-name",
            Self::Refused(_) => "refused",
            Self::Unreachable(_) => "unreachable",
            Self::Exhausted(_) => "host-exhausted",
            Self::Mute { .. } => "no-answer",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::ProxyCredentials { .. } => "proxy-credentials",
            Self::ProxyRefused { .. } => "proxy-refused",
            Self::NotAProxy => "not-a-proxy",
            Self::NotTls => "not-tls",
            Self::Expired { .. } => "certificate-expired",
            Self::NotYetValid { .. } => "certificate-not-yet-valid",
            Self::OtherName { .. } => "certificate-other-name",
            Self::UnknownIssuer { .. } => "certificate-unknown-issuer",
            Self::CertificateWanted(_) => "certificate-wanted",
            Self::Tls(_) => "tls",
            Self::Upgrade(UpgradeError::Status { status: 503, .. }) => "http-503",
            Self::Upgrade(UpgradeError::Status { .. }) => "http-status",
            Self::Upgrade(_) => "no-websocket",
            Self::KeyRefused { .. } => "key-refused",
            Self::BindRefused { .. } => "bind-refused",
            Self::Garbage(_) => "garbage",
            Self::System(_) => "system",
        }
    }

    /// Returns what a failed TCP connect means.
    pub(super) fn of_tcp(error: &io::Error, address: SocketAddr) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused(address),
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown => Self::Unreachable(address),
            io::ErrorKind::AddrNotAvailable => Self::Exhausted("no free port to this address"),
            io::ErrorKind::TimedOut => Self::Mute {
                waited: Micros::ZERO,
                what: "the system gave the connection up; a firewall drops it, or the platform's queue is full",
            },
            _ => Self::of_read(error),
        }
    }

    /// Returns what a failed read or write means.
    pub fn of_read(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Self::Reset
            }
            io::ErrorKind::UnexpectedEof => Self::Closed,
            // EMFILE and ENFILE have no kind of their own.
            _ if matches!(error.raw_os_error(), Some(23 | 24)) => Self::Exhausted("no file descriptor left"),
            // With TLS 1.3 an agent hears only after the handshake that its certificate is not taken.
            _ => error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<rustls::Error>())
                .and_then(Self::of_alert)
                .unwrap_or_else(|| Self::System(error.to_string())),
        }
    }

    /// Returns what it means that the other end ends TLS with a word about the agent's certificate.
    fn of_alert(error: &rustls::Error) -> Option<Self> {
        use rustls::AlertDescription as Alert;
        let rustls::Error::AlertReceived(alert) = error else { return None };
        let about_us = matches!(
            alert,
            Alert::CertificateRequired
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::AccessDenied
        );
        about_us.then(|| Self::CertificateWanted(format!("{alert:?}")))
    }

    /// Returns what a failed TLS handshake means.
    pub(super) fn of_tls(error: &io::Error, host: &str, certificate: Option<Certificate>) -> Self {
        let host = host.to_owned();
        let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match cause {
            Some(rustls::Error::InvalidCertificate(bad)) => match bad {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    Self::Expired { host, certificate }
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    Self::NotYetValid { host, certificate }
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    Self::OtherName { host, certificate }
                }
                CertificateError::UnknownIssuer => Self::UnknownIssuer { host, certificate },
                other => Self::Tls(other.to_string()),
            },
            Some(rustls::Error::InvalidMessage(_)) => Self::NotTls,
            Some(other) => Self::of_alert(other).unwrap_or_else(|| Self::Tls(other.to_string())),
            None => Self::of_read(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_get_a_name() {
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let cases = [
            (io::ErrorKind::ConnectionRefused, "refused"),
            (io::ErrorKind::NetworkUnreachable, "unreachable"),
            (io::ErrorKind::AddrNotAvailable, "host-exhausted"),
            (io::ErrorKind::TimedOut, "no-answer"),
            (io::ErrorKind::ConnectionReset, "reset"),
            (io::ErrorKind::UnexpectedEof, "closed"),
            (io::ErrorKind::OutOfMemory, "system"),
        ];
        for (kind, code) in cases {
            assert_eq!(Trouble::of_tcp(&kind.into(), address).code(), code);
        }
        assert_eq!(Trouble::of_read(&io::Error::from_raw_os_error(24)).code(), "host-exhausted");
    }
}
