//! The upgrade of a connection to a WebSocket, read and written from both ends.
//!
//! The texts are those of [`crate::wire::session::upgrade`]; here is only what reads until they are complete. They are
//! not left to the WebSocket library, because a platform answers 503 or nothing at all *before* there is a
//! WebSocket, and because agents of the C SDK are particular about the answer.

use super::connect::Trouble;
use crate::wire::session::{Upgrade, upgrade};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// How requests of the platform's REST interface begin.
const REST: [&[u8]; 3] =
    [b"POST /Thingworx/Things/", b"POST /Thingworx/Subsystems/", b"GET /Thingworx/Things/"];

/// What a device asked for.
#[derive(Debug)]
pub enum Asked {
    /// A WebSocket; bytes that came behind the request.
    WebSocket(Upgrade, Vec<u8>),
    /// Something of the platform's REST interface, as far as it has come.
    Rest(Vec<u8>),
    /// Something else, and the answer that refuses it.
    Other(String),
}

/// Reads a device's request.
///
/// # Errors
/// The connection ends or fails before the request is complete.
pub async fn asked(pipe: &mut (impl AsyncRead + Unpin)) -> io::Result<Asked> {
    let mut bytes = Vec::with_capacity(512);
    loop {
        more(pipe, &mut bytes).await?;
        match Upgrade::parse(&bytes) {
            Ok(None) => {}
            Ok(Some((upgrade, length))) => return Ok(Asked::WebSocket(upgrade, bytes.split_off(length))),
            Err(_) if REST.iter().any(|start| bytes.starts_with(start)) => return Ok(Asked::Rest(bytes)),
            Err(error) => return Ok(Asked::Other(upgrade::refusal_of(&error))),
        }
    }
}

/// Asks for a WebSocket; returns what came behind the answer, and why an agent of the C SDK would fail at it.
///
/// # Errors
/// The connection ends or fails, or the answer is no WebSocket.
pub async fn ask(
    pipe: &mut (impl AsyncRead + AsyncWrite + Unpin),
    upgrade: &Upgrade,
) -> Result<(Vec<u8>, Option<&'static str>), Trouble> {
    let failed = |error: io::Error| Trouble::of_read(&error);
    let request = upgrade.request().map_err(Trouble::Upgrade)?;
    pipe.write_all(request.as_bytes()).await.map_err(failed)?;
    pipe.flush().await.map_err(failed)?;
    let mut bytes = Vec::with_capacity(256);
    loop {
        more(pipe, &mut bytes).await.map_err(failed)?;
        if let Some(accepted) = upgrade::check(&bytes, &upgrade.key).map_err(Trouble::Upgrade)? {
            return Ok((bytes.split_off(accepted.head), accepted.c_sdk_fails));
        }
    }
}

async fn more(pipe: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> io::Result<()> {
    if pipe.read_buf(bytes).await? == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// What a device's draws are keyed by: its number, and the number of its attempt.
pub type DrawKey = (u64, u64);

/// Begins what an agent of a rehearsal adds to the path.
const DRAWS: &str = "?draws=";

/// Returns a path that tells the test platform which draws belong to an attempt, so that its services last as long as
/// those of the simulation.
pub fn with_draws(path: &str, (device, attempt): DrawKey) -> String {
    format!("{path}{DRAWS}{device}.{attempt}")
}

/// Returns the draws that a path tells; nothing where it tells none.
pub fn draws_of(path: &str) -> Option<DrawKey> {
    let (device, attempt) = path.split_once(DRAWS)?.1.split_once('.')?;
    Some((device.parse().ok()?, attempt.parse().ok()?))
}

/// Returns the answer of a platform that has no room, or none at the moment.
pub fn unavailable() -> String {
    upgrade::refusal(503, None)
}

/// Returns the answer to a request for another path.
pub fn not_found() -> String {
    upgrade::refusal(404, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: [u8; 16] = [7; 16];

    #[test]
    fn a_path_tells_whose_draws_an_attempt_has() {
        let told = with_draws("/Thingworx/WS", (7, 12));
        assert_eq!((told.split('?').next(), draws_of(&told)), (Some("/Thingworx/WS"), Some((7, 12))));
        for none in ["/Thingworx/WS", "/Thingworx/WS?draws=", "/Thingworx/WS?draws=7", "/WS?draws=x.1"] {
            assert_eq!(draws_of(none), None, "{none}");
        }
    }

    #[tokio::test]
    async fn both_ends_agree_even_where_bytes_come_one_by_one() {
        let upgrade = Upgrade::new("plant.example", NONCE, "key");
        let (mut near, mut far) = tokio::io::duplex(1);
        let serve = async {
            let Asked::WebSocket(asked, rest) = asked(&mut far).await.expect("complete") else {
                panic!("refused")
            };
            assert_eq!((asked.path.as_str(), asked.app_key.as_deref()), ("/Thingworx/WS", Some("key")));
            assert!(rest.is_empty());
            far.write_all(asked.answer().as_bytes()).await.expect("open");
        };
        let (accepted, ()) = tokio::join!(ask(&mut near, &upgrade), serve);
        assert_eq!(accepted, Ok((Vec::new(), None)));
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused_and_what_ends_early_told() {
        let refused = match asked(&mut &b"POST / HTTP/1.1\r\n\r\n"[..]).await.expect("complete") {
            Asked::Other(answer) => answer,
            Asked::WebSocket(..) | Asked::Rest(_) => panic!("accepted"),
        };
        assert!(refused.starts_with("HTTP/1.1 4"), "{refused}");
        assert!(asked(&mut &b"GET / HT"[..]).await.is_err());
        assert!(unavailable().starts_with("HTTP/1.1 503 ") && not_found().starts_with("HTTP/1.1 404 "));
        let (mut near, mut far) = tokio::io::duplex(4_096);
        far.write_all(b"\x15\x03\x03\x00\x02\x02\x28").await.expect("room");
        let error = ask(&mut near, &Upgrade::new("h", NONCE, "key")).await.expect_err("a TLS alert");
        assert_eq!(error.code(), "no-websocket");
    }
}
