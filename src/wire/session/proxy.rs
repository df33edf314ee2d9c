//! The way through an HTTP proxy: a request for a tunnel, and its answer.
//!
//! ```text
//! CONNECT platform.example:8443 HTTP/1.1      HTTP/1.1 200 Connection established
//! Host: platform.example:8443
//! Proxy-Authorization: Basic …
//! ```
//!
//! RFC 9110, sections 9.3.6 and 11.7; credentials as RFC 7617 has them. TLS and the upgrade follow inside of the tunnel.

use super::digest::base64;
use super::head::Head;
use super::upgrade::UpgradeError;

/// Returns the request for a tunnel to a host; an IPv6 address stands in brackets. Credentials are user
/// and password; the text then holds them readably.
///
/// # Errors
/// [`UpgradeError::Control`] for a host with a blank or a control character, and for credentials that have
/// no form: a control character, or a colon in the user's name.
pub fn connect(host: &str, port: u16, credentials: Option<(&str, &str)>) -> Result<String, UpgradeError> {
    if host.is_empty() || host.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(UpgradeError::Control("The host"));
    }
    let target = format!("{host}:{port}");
    let mut text = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some((user, password)) = credentials {
        let pair = format!("{user}:{password}");
        if user.contains(':') || pair.chars().any(char::is_control) {
            return Err(UpgradeError::Control("The user or password of the proxy"));
        }
        text.extend(["Proxy-Authorization: Basic ", &base64(pair.as_bytes()), "\r\n"]);
    }
    text.push_str("\r\n");
    Ok(text)
}

/// Reads the answer of a proxy; nothing while its end has not come, else its length [bytes].
///
/// # Errors
/// [`UpgradeError::Proxy`] where the proxy said no, others where it is none.
pub fn check(bytes: &[u8]) -> Result<Option<usize>, UpgradeError> {
    let Some(head) = Head::find(bytes)? else { return Ok(None) };
    let status = head.status()?;
    if (200..300).contains(&status) { Ok(Some(head.bytes)) } else { Err(UpgradeError::Proxy { status }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_is_asked_for_with_and_without_credentials() {
        let plain = connect("platform.example", 8443, None).unwrap();
        assert_eq!(plain, "CONNECT platform.example:8443 HTTP/1.1\r\nHost: platform.example:8443\r\n\r\n");
        // The example of RFC 7617.
        let text = connect("[::1]", 80, Some(("Aladdin", "open sesame"))).unwrap();
        assert!(text.starts_with("CONNECT [::1]:80 HTTP/1.1\r\n"));
        assert!(text.ends_with("Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"));
    }

    #[test]
    fn settings_cannot_smuggle_headers() {
        for (host, user) in [("a b", "u"), ("a\r\nX: y", "u"), ("", "u"), ("a", "u:v"), ("a", "u\n")] {
            assert!(matches!(connect(host, 1, Some((user, "p"))), Err(UpgradeError::Control(_))), "{host}");
        }
    }

    #[test]
    fn answers_open_the_tunnel_or_say_why_not() {
        let open = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n";
        assert_eq!(check(open), Ok(Some(open.len())));
        assert_eq!(check(&open[..20]), Ok(None));
        let closed = check(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap_err();
        assert_eq!(closed, UpgradeError::Proxy { status: 407 });
        assert!(closed.to_string().contains("credentials"), "{closed}");
        assert_eq!(check(b"SSH-2.0-x\r\n\r\n"), Err(UpgradeError::NotHttp { at: 0 }));
    }
}
