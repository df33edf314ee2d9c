//! One connection's bytes: plain TCP or TLS, and the WebSocket frames on it.
//!
//! The WebSocket library reserves 128 KiB per connection to read into and fills them with zeros at every poll, which
//! is 137 KB of memory on each side and three to five times the processor time of a connect [measured with 15,000
//! sockets]. With [`READ_BUFFER`] it is 8 KB, so nothing here is left to the library's defaults.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// Bytes that are read at a time, per connection.
pub const READ_BUFFER: usize = 4_096;

/// Longest message of one WebSocket frame sequence [bytes]: the agents' 1 MiB and some room for a header.
pub const LONGEST: usize = (1 << 20) + 1_024;

/// WebSocket frames on a connection.
pub type Frames = WebSocketStream<Pipe>;

/// A connection, encrypted or not.
#[derive(Debug)]
pub enum Pipe {
    /// Plain TCP.
    Plain(TcpStream),
    /// TLS over TCP.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Pipe {
    /// Returns the TCP connection underneath.
    pub fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        }
    }

    /// Closes the connection with a reset instead of an orderly end.
    pub fn reset(self) {
        reset_on_drop(self.tcp());
    }
}

/// Makes the end of a connection a reset.
pub fn reset_on_drop(tcp: &TcpStream) {
    // Where the option cannot be set the connection is gone already, and nobody is left to be told.
    let _ = socket2::SockRef::from(tcp).set_linger(Some(Duration::ZERO));
}

/// Returns the limits of every WebSocket connection here.
pub fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        // Every message goes out when it is written: there is one per frame, and devices wait for it.
        .write_buffer_size(0)
        .max_write_buffer_size(2 * LONGEST)
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST))
}

/// Returns the frames of a connection whose upgrade is done; `early` bytes came with it.
pub async fn frames(pipe: Pipe, early: Vec<u8>, role: Role) -> Frames {
    WebSocketStream::from_partially_read(pipe, early, role, Some(limits())).await
}

impl AsyncRead for Pipe {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt, StreamExt};
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::{Bytes, Message};

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (near, far) = tokio::join!(TcpStream::connect(address), listener.accept());
        (near.expect("connects"), far.expect("accepts").0)
    }

    #[tokio::test]
    async fn buffers_are_small_and_messages_still_pass_up_to_the_limit() {
        let (near, far) = pair().await;
        let mut near = frames(Pipe::Plain(near), Vec::new(), Role::Client).await;
        let mut far = frames(Pipe::Plain(far), Vec::new(), Role::Server).await;
        for side in [&near, &far] {
            assert_eq!(side.get_config().read_buffer_size, 4_096);
            assert_eq!(side.get_config().write_buffer_size, 0);
        }
        let longest = Bytes::from(vec![7; LONGEST]);
        let message = Message::Binary(longest.clone());
        let (sent, came) = tokio::join!(near.send(message), far.next());
        sent.expect("sent");
        assert_eq!(came.expect("open").expect("came"), Message::Binary(longest));
        let longer = Message::Binary(Bytes::from(vec![7; LONGEST + 1]));
        let (_, came) = tokio::join!(near.send(longer), far.next());
        assert!(came.expect("told").is_err(), "longer messages end the connection");
    }

    #[tokio::test]
    async fn a_reset_is_an_error_at_the_other_end_and_an_end_is_not() {
        use tokio::io::AsyncReadExt;
        let (near, mut far) = pair().await;
        Pipe::Plain(near).reset();
        let error = far.read(&mut [0]).await.expect_err("reset");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let (near, mut far) = pair().await;
        drop(near);
        assert_eq!(far.read(&mut [0]).await.expect("an orderly end"), 0);
    }
}
