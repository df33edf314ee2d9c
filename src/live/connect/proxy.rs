//! A proxy that opens a tunnel, with credentials where it wants some. The texts are those of
//! [`crate::wire::session::proxy`]; here is only what reads and writes them.

use super::Trouble;
use crate::wire::session::{UpgradeError, proxy};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A proxy on the way to the platform.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// User name and password, already looked up: files hold only a reference to them.
    pub credentials: Option<(String, String)>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let with = if self.credentials.is_some() { " with credentials" } else { "" };
        write!(f, "Proxy({}:{}{with})", self.host, self.port)
    }
}

impl Proxy {
    /// Asks for a tunnel to the platform.
    pub(super) async fn tunnel(
        &self,
        pipe: &mut (impl AsyncRead + AsyncWrite + Unpin),
        host: &str,
        port: u16,
    ) -> Result<(), Trouble> {
        let credentials =
            self.credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
        let request = proxy::connect(host, port, credentials).map_err(Trouble::Upgrade)?;
        let failed = |error: std::io::Error| Trouble::of_read(&error);
        pipe.write_all(request.as_bytes()).await.map_err(failed)?;
        // Byte by byte: what follows the empty line belongs to the platform.
        let mut head = Vec::with_capacity(128);
        loop {
            head.push(pipe.read_u8().await.map_err(failed)?);
            match proxy::check(&head) {
                Ok(None) => {}
                Ok(Some(_)) => return Ok(()),
                Err(UpgradeError::Proxy { status: 407 }) => {
                    return Err(Trouble::ProxyCredentials { given: credentials.is_some() });
                }
                Err(UpgradeError::Proxy { status }) => return Err(Trouble::ProxyRefused { status }),
                Err(_) => return Err(Trouble::NotAProxy),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(credentials: Option<(&str, &str)>, answer: &[u8]) -> (Result<(), Trouble>, String) {
        let credentials = credentials.map(|(user, password)| (user.to_owned(), password.to_owned()));
        let proxy = Proxy { host: "proxy".into(), port: 3_128, credentials };
        let (mut near, mut far) = tokio::io::duplex(4_096);
        far.write_all(answer).await.expect("room");
        let result = proxy.tunnel(&mut near, "plant.example", 443).await;
        let mut asked = vec![0; 4_096];
        let length = far.read(&mut asked).await.expect("asked");
        (result, String::from_utf8_lossy(&asked[..length]).into_owned())
    }

    #[tokio::test]
    async fn a_proxy_opens_a_tunnel_or_says_why_not() {
        let (result, asked) = answered(Some(("me", "secret")), b"HTTP/1.1 200 Yes\r\nVia: x\r\n\r\n").await;
        assert!(result.is_ok());
        assert!(asked.starts_with("CONNECT plant.example:443 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"), "{asked}");
        let code = async |answer: &[u8]| answered(None, answer).await.0.expect_err("refused").code();
        assert_eq!(code(b"HTTP/1.1 407 Who\r\n\r\n").await, "proxy-credentials");
        assert_eq!(code(b"HTTP/1.0 403 No\r\n\r\n").await, "proxy-refused");
        assert_eq!(code(b"SSH-2.0\r\n\r\n").await, "not-a-proxy");
    }
}
