//! As much of HTTP as calls need: one request after the other over one connection, encrypted or not.

use crate::push::fault::{Class, Fault};
use crate::wire::session::Head;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

/// Longest answer that is read \[bytes\].
const LONGEST: usize = 64 << 20;

/// Why an address is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UrlError {
    /// It is none.
    #[error(
        "`{0}` is no address of a platform. Write it like https://plant.example or https://plant.example:8443"
    )]
    NoAddress(String),
    /// The certificates are of no use.
    #[error(
        "The certificates of the authorities cannot be used, so the platform could not be checked: {0}. Give a PEM text with `-----BEGIN CERTIFICATE-----`"
    )]
    Authorities(String),
}

/// Where a platform is.
pub(super) struct Base {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// A connection, encrypted or not.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// What stands in the address of a platform: host, port, and the name in its certificate where it is encrypted.
pub(super) fn address(url: &str) -> Result<(String, u16, Option<ServerName<'static>>), UrlError> {
    let wrong = || UrlError::NoAddress(url.to_owned());
    let (encrypted, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err(wrong()),
    };
    let place = rest.trim_end_matches('/').trim_end_matches("/Thingworx");
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            rest.split_once(']').map(|(host, port)| (host, port.strip_prefix(':'))).ok_or_else(wrong)?
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let usual = if encrypted { 443 } else { 80 };
    let port =
        port.map_or(Some(usual), |port| port.parse().ok()).filter(|port| *port > 0).ok_or_else(wrong)?;
    if host.is_empty() || host.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control()) {
        return Err(wrong());
    }
    let named = || ServerName::try_from(host.to_owned()).map_err(|_| wrong());
    let name = encrypted.then(named).transpose()?;
    Ok((host.to_owned(), port, name))
}

impl Base {
    pub(super) fn new(url: &str, authorities: Option<&str>) -> Result<Self, UrlError> {
        let (host, port, name) = address(url)?;
        let tls = name.map(|name| Ok::<_, UrlError>((connector(authorities)?, name))).transpose()?;
        Ok(Self { host, port, tls })
    }

    /// Connects.
    pub(super) async fn connect(&self) -> Result<Http, Fault> {
        let at = |class, error: &std::io::Error| Fault::new(class, format!("the platform: {error}"));
        let found = lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<_> = found.map_err(|error| at(Class::NameUnknown, &error))?.collect();
        let tcp = TcpStream::connect(&*addresses).await.map_err(|error| match error.kind() {
            ErrorKind::ConnectionRefused => at(Class::Refused, &error),
            _ => at(Class::NoAnswer, &error),
        })?;
        // Calls are short and waited for; a failure costs time only.
        let _ = tcp.set_nodelay(true);
        let stream: Box<dyn Duplex> = match &self.tls {
            None => Box::new(tcp),
            Some((connector, name)) => {
                let tls = connector.connect(name.clone(), tcp).await;
                Box::new(tls.map_err(|error| match error.kind() {
                    ErrorKind::InvalidData => at(Class::HostUnknown, &error),
                    _ => at(Class::Cut, &error),
                })?)
            }
        };
        let host = format!("{}:{}", self.host, self.port);
        Ok(Http { stream, host, left: Vec::new(), is_fit: true, used: Instant::now() })
    }
}

fn connector(authorities: Option<&str>) -> Result<TlsConnector, UrlError> {
    let wrong = |error: &dyn std::fmt::Display| UrlError::Authorities(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match authorities {
        None => Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|error| wrong(&error))?),
        Some(pem) => {
            let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(found.map_err(|error| wrong(&error))?);
            let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            built.build().map_err(|error| wrong(&error))?
        }
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// How long a connection may rest between two questions: servers close theirs after 5 to 60 s.
const RESTS: Duration = Duration::from_secs(3);

/// A connection to a platform.
pub(super) struct Http {
    stream: Box<dyn Duplex>,
    host: String,
    /// Bytes behind the last answer.
    left: Vec<u8>,
    /// Whether it can be used again: the last answer came whole, and the platform goes on with it.
    is_fit: bool,
    /// When the last answer came.
    used: Instant,
}

impl Http {
    /// Returns whether another question may go this way. One that has rested may be closed at the other end, which
    /// only the loss of a question would show.
    pub(super) fn lasts(&self) -> bool {
        self.is_fit && self.used.elapsed() < RESTS
    }

    /// Asks, and returns the status and the body of the answer.
    pub(super) async fn ask(
        &mut self,
        verb: &str,
        path: &[&str],
        key: &str,
        body: Option<&str>,
    ) -> Result<(u16, Vec<u8>), Fault> {
        if !std::mem::replace(&mut self.is_fit, false) {
            return Err(Fault::new(Class::Cut, "the connection to the platform ended"));
        }
        if key.chars().any(char::is_control) {
            return Err(Fault::new(Class::NoKey, "the application key holds a control character"));
        }
        let path: Vec<String> = path.iter().map(|part| format!("/{}", escaped(part))).collect();
        let path = path.concat();
        let body = body.unwrap_or_default();
        let request = zeroizing(format!(
            "{verb} /Thingworx{path} HTTP/1.1\r\nHost: {}\r\nappKey: {key}\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        ));
        let cut = |error: std::io::Error| Fault::new(Class::Cut, format!("the platform: {error}"));
        self.stream.write_all(request.expose().as_bytes()).await.map_err(cut)?;
        self.stream.flush().await.map_err(cut)?;
        let mut bytes = std::mem::take(&mut self.left);
        let mut ended = false;
        loop {
            if let Some(Answered { status, body, used, last }) = answer(&bytes, ended)? {
                self.left = bytes.split_off(used);
                (self.is_fit, self.used) = (!last, Instant::now());
                return Ok((status, body));
            }
            if ended {
                return Err(Fault::new(Class::Cut, "the platform ended the connection"));
            }
            if bytes.len() > LONGEST {
                return Err(Fault::new(Class::Protocol, "the platform's answer is too long"));
            }
            ended = self.stream.read_buf(&mut bytes).await.map_err(cut)? == 0;
        }
    }
}

/// Keeps a request, which holds the application key, so that it is wiped.
fn zeroizing(text: String) -> crate::config::secret::Secret {
    crate::config::secret::Secret::new(text)
}

/// A whole answer.
struct Answered {
    status: u16,
    body: Vec<u8>,
    /// Bytes that it took.
    used: usize,
    /// Whether the platform ends the connection behind it.
    last: bool,
}

/// Reads an answer; nothing while its end has not come. One that says no length lasts until the connection has `ended`.
fn answer(bytes: &[u8], ended: bool) -> Result<Option<Answered>, Fault> {
    let odd = |what: String| Fault::new(Class::Protocol, format!("the platform: {what}"));
    let Some(head) = Head::find(bytes).map_err(|error| odd(error.to_string()))? else { return Ok(None) };
    let status = head.status().map_err(|error| odd(error.to_string()))?;
    let last = ended || head.lists("Connection", "close");
    if head.lists("Transfer-Encoding", "chunked") {
        let whole = unchunked(&bytes[head.bytes..])?;
        return Ok(whole.map(|(body, used)| Answered { status, body, used: head.bytes + used, last }));
    }
    let bare = matches!(status, 204 | 304);
    let Some(length) = head.get("Content-Length").or_else(|| bare.then_some("0")) else {
        let body = || bytes[head.bytes..].to_vec();
        return Ok(ended.then(|| Answered { status, body: body(), used: bytes.len(), last }));
    };
    let length = length.parse::<usize>().map_err(|_| odd("an answer without a length".into()))?;
    if length > LONGEST {
        return Err(odd("an answer that is too long".into()));
    }
    let end = head.bytes + length;
    let body = bytes.get(head.bytes..end).map(<[u8]>::to_vec);
    Ok(body.map(|body| Answered { status, body, used: end, last }))
}

/// Joins the pieces of a body that comes in pieces; nothing while the last has not come.
fn unchunked(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Fault> {
    let odd = || Fault::new(Class::Protocol, "the platform: pieces of an answer without a length");
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let Some(line) = bytes[at..].windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let digits = std::str::from_utf8(&bytes[at..at + line]).map_err(|_| odd())?;
        let digits = digits.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).map_err(|_| odd())?;
        if length > LONGEST {
            return Err(odd());
        }
        at += line + 2;
        // Behind each piece, and behind the last, stands the end of a line.
        let Some(piece) = bytes.get(at..at + length + 2) else { return Ok(None) };
        body.extend_from_slice(&piece[..length]);
        at += length + 2;
        if length == 0 {
            return Ok(Some((body, at)));
        }
    }
}

/// Returns a part of a path as it may stand in a request.
fn escaped(part: &str) -> String {
    let mut text = String::new();
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        let base = |url: &str| Base::new(url, None).map(|base| (base.host, base.port, base.tls.is_some()));
        assert_eq!(base("http://127.0.0.1:8443/").unwrap(), ("127.0.0.1".into(), 8_443, false));
        assert_eq!(base("http://[::1]/Thingworx").unwrap(), ("::1".into(), 80, false));
        for wrong in
            ["plant", "ftp://plant", "http://", "http://a:0", "http://a:x", "http://a b", "http://a/b"]
        {
            assert!(base(wrong).is_err(), "{wrong}");
        }
        assert!(Base::new("https://plant.example", Some("nothing")).is_err());
    }

    #[test]
    fn answers_come_whole_or_in_pieces() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP";
        let pieces =
            b"HTTP/1.1 404 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\n\r\nHTTP";
        for (text, status) in [(&plain[..], 200), (&pieces[..], 404)] {
            for length in 0..text.len() - 4 {
                assert!(answer(&text[..length], false).unwrap().is_none(), "{length}");
            }
            let Answered { status: found, body, used, last } = answer(text, false).unwrap().unwrap();
            assert_eq!((found, body.as_slice(), used, last), (status, &b"hello"[..], text.len() - 4, false));
        }
        assert!(answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", false).is_err());
        let closing = answer(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false);
        assert!(closing.unwrap().unwrap().last);
        let endless = b"HTTP/1.1 200 OK\r\n\r\nhello";
        assert!(answer(endless, false).unwrap().is_none());
        assert_eq!(answer(endless, true).unwrap().unwrap().body, b"hello");
        assert_eq!(escaped("P 1/\u{fc}"), "P%201%2F%C3%BC");
    }

    #[tokio::test]
    async fn a_platform_that_ends_every_connection_is_asked_over_the_next_one() {
        use super::super::{Platform, PlatformOptions};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serves = tokio::spawn(async move {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n") {
                    assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0);
                }
                let body = r#"{"rows":[{"isConnected":true,"lastConnection":5}]}"#;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let key = crate::config::secret::Secret::new("key".into());
        let platform = Platform::new(PlatformOptions::new(url, key)).unwrap();
        let found = platform.connection("P-1").await.unwrap();
        assert!(found.is_connected && found.last_ms == Some(5));
        serves.await.unwrap();
    }
}
