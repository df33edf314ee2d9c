//! From HTTP to WebSocket: the request, the answer, and what each end must see in the other's.
//!
//! ```text
//! GET /Thingworx/WS HTTP/1.1          HTTP/1.1 101 Switching Protocols
//! User-Agent: …                       Upgrade: websocket
//! Upgrade: websocket                  Connection: Upgrade
//! Connection: Upgrade                 Sec-WebSocket-Accept: …
//! Host: host, without a port
//! Sec-WebSocket-Version: 13
//! Sec-WebSocket-Key: …
//! Max-Frame-Size: 8192
//! appKey: …
//! ```
//!
//! Order and spelling as the C SDK client sends them, measured; it also offers `permessage-deflate`, which is
//! neither offered nor agreed to here. That client is strict (read from its source): the status must stand
//! at bytes 9 to 11, `Connection` must be exactly `upgrade`, in any case of letters and without a list, and what comes in one
//! segment with the answer is lost. So [`Upgrade::answer`] obeys, and whoever sends it sends nothing before
//! the agent's first frame. [`check`] is forgiving, and says what a C SDK agent would have stumbled over.

use super::digest::{accept, base64, is_key};
use super::head::Head;
use crate::wire::FRAME;
use std::fmt;
use thiserror::Error;

/// Where platforms listen for agents.
pub const PATH: &str = "/Thingworx/WS";

/// Longest request that the C SDK makes [bytes].
pub const LONGEST_C_SDK_REQUEST: usize = 511;

/// Frames below this leave little room beside the headers; no agent asks for less [bytes].
const LEAST_FRAME: usize = 256;

/// A request to speak WebSocket.
#[derive(Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// Path and query, mostly [`PATH`].
    pub path: String,
    /// Name of the host as the sender knows it; C SDK agents leave the port out.
    pub host: String,
    /// What the sender calls itself.
    pub user_agent: Option<String>,
    /// 16 random bytes in Base64.
    pub key: String,
    /// Application key; a secret.
    pub app_key: Option<String>,
    /// Largest frame that the sender takes [bytes].
    pub max_frame: Option<usize>,
}

/// Why there is no WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UpgradeError {
    /// The bytes are not HTTP.
    #[error(
        "Byte {at} is no HTTP, so the other end is no platform, or one end uses TLS and the other does not. Check port and TLS setting."
    )]
    NotHttp {
        /// The first byte that cannot be [bytes from the start].
        at: usize,
    },
    /// The head does not end.
    #[error(
        "The HTTP head is longer than 8192 bytes, which no agent or platform sends. Check that the address belongs to the platform."
    )]
    TooLong,
    /// A header is missing or has another value.
    #[error(
        "The header {name} is {found} and must be {expected}, so the connection cannot become a WebSocket. Check what stands between agent and platform."
    )]
    Header {
        /// Name of the header.
        name: &'static str,
        /// The value, or `missing`.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The request line is another one.
    #[error("The request `{0}` is no upgrade of an agent. Agents send GET and HTTP/1.1.")]
    RequestLine(String),
    /// The platform, or something in front of it, said no.
    #[error("The answer is status {status}, not 101. {}", status_hint(*.status))]
    Status {
        /// HTTP status.
        status: u16,
        /// Seconds to wait, where told [s].
        retry_after: Option<u64>,
    },
    /// The proxy in front of the platform said no.
    #[error("The proxy answers with status {status} and opens no tunnel to the platform. {}", proxy_hint(*.status))]
    Proxy {
        /// HTTP status.
        status: u16,
    },
    /// The answer agrees to an extension that was not offered.
    #[error(
        "The answer agrees to the extension `{0}`, which was not offered, so frames could not be read. Check what stands between agent and platform."
    )]
    Extension(String),
    /// A value that would break the request into other headers.
    #[error(
        "{0} has a line break or another control character and cannot be sent in a header. Check the setting."
    )]
    Control(&'static str),
}

const fn status_hint(status: u16) -> &'static str {
    match status {
        301..=308 => "The address has moved; use the one it leads to.",
        401 | 403 => "The application key is not accepted; check the key and its user.",
        404 => "The path is unknown there; platforms listen at /Thingworx/WS.",
        407 => "A proxy wants credentials; set them.",
        426 => "The platform wants another version of WebSocket.",
        502..=504 => "The platform is starting, overloaded or away; try again later.",
        _ => "Check that the address belongs to the platform.",
    }
}

const fn proxy_hint(status: u16) -> &'static str {
    match status {
        407 => "It wants credentials or does not take these; check user and password of the proxy.",
        403 | 405 => "It does not allow this host and port; ask for them to be allowed.",
        502..=504 => "It does not reach the platform; check host and port.",
        _ => "Check that the address belongs to a proxy.",
    }
}

/// An answer that made a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Length of the answer; what follows belongs to the WebSocket [bytes].
    pub head: usize,
    /// Why a C SDK agent would fail at this answer, for the diagnosis.
    pub c_sdk_fails: Option<&'static str>,
}

impl Upgrade {
    /// Returns the request of an agent for `host`; `nonce` is 16 random bytes.
    pub fn new(host: impl Into<String>, nonce: [u8; 16], app_key: impl Into<String>) -> Self {
        Self {
            path: PATH.into(),
            host: host.into(),
            user_agent: Some("regather".into()),
            key: base64(&nonce),
            app_key: Some(app_key.into()),
            max_frame: Some(FRAME),
        }
    }

    /// Returns the request as text.
    ///
    /// # Errors
    /// [`UpgradeError::Control`] for a value with a line break or a path with a blank.
    pub fn request(&self) -> Result<String, UpgradeError> {
        let values = [
            ("The host", Some(&self.host)),
            ("The user agent", self.user_agent.as_ref()),
            ("The key of the handshake", Some(&self.key)),
            ("The application key", self.app_key.as_ref()),
        ];
        for (name, value) in values {
            if value.is_some_and(|value| value.chars().any(char::is_control)) {
                return Err(UpgradeError::Control(name));
            }
        }
        if self.path.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(UpgradeError::Control("The path"));
        }
        let optional = |name: &str, value: Option<&str>| {
            value.map(|value| format!("{name}: {value}\r\n")).unwrap_or_default()
        };
        Ok([
            format!("GET {} HTTP/1.1\r\n", self.path),
            optional("User-Agent", self.user_agent.as_deref()),
            "Upgrade: websocket\r\nConnection: Upgrade\r\n".to_owned(),
            format!("Host: {}\r\nSec-WebSocket-Version: 13\r\n", self.host),
            format!("Sec-WebSocket-Key: {}\r\n", self.key),
            optional("Max-Frame-Size", self.max_frame.map(|bytes| bytes.to_string()).as_deref()),
            optional("appKey", self.app_key.as_deref()),
            "\r\n".to_owned(),
        ]
        .concat())
    }

    /// Reads a request; nothing while its end has not come, else the request and its length [bytes].
    ///
    /// # Errors
    /// What the request lacks; [`refusal_of`] makes the answer from it.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, UpgradeError> {
        let Some(head) = Head::find(bytes)? else { return Ok(None) };
        let line = head.first.strip_prefix("GET ").and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
        let path = line.filter(|path| !path.is_empty() && !path.contains(' '));
        let Some(path) = path else {
            return Err(UpgradeError::RequestLine(shown(head.first)));
        };
        need(&head, "Upgrade", "websocket", |found| found.eq_ignore_ascii_case("websocket"))?;
        need(&head, "Connection", "Upgrade", |_| head.lists("Connection", "upgrade"))?;
        need(&head, "Sec-WebSocket-Version", "13", |found| found == "13")?;
        let key = need(&head, "Sec-WebSocket-Key", "16 bytes in Base64", is_key)?;
        let number = |text: &str| text.parse::<usize>().ok().filter(|bytes| *bytes >= LEAST_FRAME);
        let max_frame = if head.get("Max-Frame-Size").is_some() {
            number(need(&head, "Max-Frame-Size", "a number of at least 256", |t| number(t).is_some())?)
        } else {
            None
        };
        let request = Self {
            path: path.to_owned(),
            host: head.get("Host").unwrap_or_default().to_owned(),
            user_agent: head.get("User-Agent").map(str::to_owned),
            key: key.to_owned(),
            app_key: head.get("appKey").map(str::to_owned),
            max_frame,
        };
        Ok(Some((request, head.bytes)))
    }

    /// Returns the answer that accepts this request. Send nothing with it, see the module.
    pub fn answer(&self) -> String {
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            accept(&self.key)
        )
    }
}

/// Returns an answer that refuses, and closes; `retry_after` [s] is told where given.
pub fn refusal(status: u16, retry_after: Option<u64>) -> String {
    let name = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Refused",
    };
    let version = if status == 426 { "Sec-WebSocket-Version: 13\r\n" } else { "" };
    let wait = retry_after.map(|s| format!("Retry-After: {s}\r\n")).unwrap_or_default();
    format!("HTTP/1.1 {status} {name}\r\n{version}{wait}Connection: close\r\nContent-Length: 0\r\n\r\n")
}

/// Returns the answer to a request that is none of an agent.
pub fn refusal_of(error: &UpgradeError) -> String {
    refusal(
        match error {
            UpgradeError::RequestLine(line) if !line.starts_with("GET ") => 405,
            UpgradeError::Header { name: "Sec-WebSocket-Version", .. } => 426,
            UpgradeError::TooLong => 431,
            _ => 400,
        },
        None,
    )
}

/// Reads the answer to a request with this key; nothing while its end has not come.
///
/// # Errors
/// Why this is no WebSocket.
pub fn check(bytes: &[u8], key: &str) -> Result<Option<Accepted>, UpgradeError> {
    let Some(head) = Head::find(bytes)? else { return Ok(None) };
    let status = head.status()?;
    if status != 101 {
        let retry_after = head.get("Retry-After").and_then(|text| text.parse().ok());
        return Err(UpgradeError::Status { status, retry_after });
    }
    need(&head, "Upgrade", "websocket", |found| found.eq_ignore_ascii_case("websocket"))?;
    let connection = need(&head, "Connection", "Upgrade", |_| head.lists("Connection", "upgrade"))?;
    let expected = accept(key);
    need(&head, "Sec-WebSocket-Accept", &expected, |found| found == expected)?;
    if let Some(extension) = head.get("Sec-WebSocket-Extensions").filter(|list| !list.is_empty()) {
        return Err(UpgradeError::Extension(shown(extension)));
    }
    let c_sdk_fails = if !connection.eq_ignore_ascii_case("upgrade") {
        Some("the header Connection is a list and C SDK agents take only `upgrade`")
    } else if bytes.len() > head.bytes {
        Some("bytes came together with the answer, and C SDK agents lose them")
    } else {
        None
    };
    Ok(Some(Accepted { head: head.bytes, c_sdk_fails }))
}

/// Returns a header that must be as `fits` says.
fn need<'a>(
    head: &Head<'a>,
    name: &'static str,
    expected: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<&'a str, UpgradeError> {
    let found = head.get(name);
    found.filter(|value| fits(value)).ok_or_else(|| UpgradeError::Header {
        name,
        found: found.map_or_else(|| "missing".to_owned(), |value| format!("`{}`", shown(value))),
        expected: expected.to_owned(),
    })
}

/// Returns the beginning of a text that may be long.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

impl fmt::Debug for Upgrade {
    /// Writes the request without its application key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let app_key = self.app_key.as_ref().map(|_| "hidden");
        f.debug_struct("Upgrade")
            .field("path", &self.path)
            .field("host", &self.host)
            .field("user_agent", &self.user_agent)
            .field("app_key", &app_key)
            .field("max_frame", &self.max_frame)
            .finish_non_exhaustive()
    }
}
