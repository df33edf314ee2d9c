//! The address of a platform as people write it: `wss://plant.example`, `ws://127.0.0.1:8443/Thingworx/WS`.

use super::Target;

/// The path of the WebSocket on a platform where nothing else is said.
pub const USUAL_PATH: &str = "/Thingworx/WS";

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither `ws` nor `wss`.
    #[error(
        "The address does not say whether the connection is encrypted; begin it with wss:// (encrypted) or ws:// (not)"
    )]
    Scheme,
    /// User name or password in it.
    #[error(
        "The address holds a user name, and what stands on a command line can be read by others; give credentials by reference"
    )]
    Credentials,
    /// No host.
    #[error("The address names no host, so nothing can be reached; write wss://HOST:PORT")]
    Host,
    /// No port between 1 and 65535.
    #[error("The port is no whole number from 1 to 65535, so nothing can be reached: {0}")]
    Port(String),
}

impl Target {
    /// Reads an address; returns also whether the connection is encrypted. Without a port it is 443 or 80, as
    /// for every WebSocket, and without a path [`USUAL_PATH`].
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_address(text: &str) -> Result<(Self, bool), AddressError> {
        let (tls, rest) = match text.split_once("://") {
            Some(("wss", rest)) => (true, rest),
            Some(("ws", rest)) => (false, rest),
            _ => return Err(AddressError::Scheme),
        };
        let (authority, path) = match rest.find('/') {
            Some(at) if rest.len() > at + 1 => rest.split_at(at),
            Some(at) => (&rest[..at], USUAL_PATH),
            None => (rest, USUAL_PATH),
        };
        let (host, port) = host_and_port(authority, if tls { 443 } else { 80 })?;
        Ok((Self { host, port, path: path.to_owned(), proxy: None }, tls))
    }

    /// Returns whether the target is this computer by its address or its usual name, whatever a name server says.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host);
        self.proxy.is_none()
            && (host.eq_ignore_ascii_case("localhost")
                || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()))
    }
}

/// Reads `HOST`, `HOST:PORT` or `[IPV6]:PORT`.
///
/// # Errors
/// What is wrong with it.
pub fn host_and_port(text: &str, usual: u16) -> Result<(String, u16), AddressError> {
    if text.contains('@') {
        return Err(AddressError::Credentials);
    }
    let end_of_ip = text.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match text[end_of_ip..].rfind(':') {
        Some(at) => (&text[..end_of_ip + at], Some(&text[end_of_ip + at + 1..])),
        None => (text, None),
    };
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(AddressError::Host);
    }
    let port = match port {
        None => usual,
        Some(digits) => match digits.parse() {
            Ok(port) if port > 0 => port,
            _ => return Err(AddressError::Port(digits.to_owned())),
        },
    };
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_host_port_path_and_encryption() {
        let read = |text: &str| {
            let (target, tls) = Target::of_address(text).expect("an address");
            (target.host.clone(), target.port, target.path.clone(), tls, target.is_loopback())
        };
        let usual = || USUAL_PATH.to_owned();
        assert_eq!(read("wss://plant.example"), ("plant.example".into(), 443, usual(), true, false));
        assert_eq!(read("ws://127.0.0.1:8443/"), ("127.0.0.1".into(), 8_443, usual(), false, true));
        assert_eq!(read("ws://[::1]:80/a/b"), ("[::1]".into(), 80, "/a/b".into(), false, true));
        assert_eq!(read("ws://[::1]").1, 80);
        assert!(read("ws://LocalHost:1").4);
    }

    #[test]
    fn what_is_no_address_says_why() {
        let error = |text: &str| Target::of_address(text).expect_err("no address");
        assert_eq!(error("plant.example:443"), AddressError::Scheme);
        assert_eq!(error("https://plant.example"), AddressError::Scheme);
        assert_eq!(error("wss://me:secret@plant.example"), AddressError::Credentials);
        assert_eq!(error("wss://"), AddressError::Host);
        assert_eq!(error("wss://:443"), AddressError::Host);
        for port in ["0", "65536", "x", ""] {
            assert_eq!(error(&format!("wss://a:{port}")), AddressError::Port(port.into()));
        }
    }

    #[test]
    fn a_proxy_is_never_loopback() {
        let (mut target, _) = Target::of_address("ws://127.0.0.1:1").expect("an address");
        target.proxy = Some(super::super::Proxy { host: "p".into(), port: 1, credentials: None });
        assert!(!target.is_loopback());
    }
}
