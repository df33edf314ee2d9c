//! The recorded conversation of the C SDK client against the test platform, byte by byte over a bare TCP socket.

use super::*;
use crate::wire::session::accept;
use crate::wire::tests::vectors::{Record, records};
use std::time::Duration;

/// What opens the WebSocket, line by line as the C SDK client does.
const REQUEST: &str = "GET /Thingworx/WS HTTP/1.1\r\nUser-Agent: ThingWorx C SDK\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nHost: 127.0.0.1\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nMax-Frame-Size: 8192\r\n\
    appKey: 00000000-1111-2222-3333-444444444444\r\n\r\n";

/// Returns a frame of a client: masked, in one piece.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x1f, 0x2e, 0x3d, 0x4c];
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        short @ 0..126 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0xfe);
            frame.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// Reads one frame of the platform; returns its opcode and what is in it.
async fn frame(tcp: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    tcp.read_exact(&mut head).await.expect("a frame");
    assert_eq!((head[0] & 0x70, head[1] & 0x80), (0, 0), "no reserved bits, not masked");
    let length = match head[1] {
        126 => usize::from(tcp.read_u16().await.expect("a length")),
        short => usize::from(short),
    };
    assert!(length < 126 || length <= 8_192, "longer than the client takes");
    let mut payload = vec![0; length];
    tcp.read_exact(&mut payload).await.expect("all of it");
    (head[0] & 0x0f, payload)
}

#[tokio::test]
async fn the_recorded_client_gets_the_answers_that_were_recorded() {
    let key = "00000000-1111-2222-3333-444444444444".to_owned();
    let keys = Keys::Only(BTreeSet::from([key]));
    let platform = started(Settings { keys, ..Settings::default() });
    let mut tcp = TcpStream::connect(platform.address()).await.expect("listens");
    tcp.write_all(REQUEST.as_bytes()).await.expect("open");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await.expect("an answer"));
    }
    let head = String::from_utf8(head).expect("text");
    // That client reads the status at bytes 9 to 11 and takes no list in `Connection`.
    assert_eq!(&head[9..12], "101");
    assert!(head.contains("\r\nConnection: Upgrade\r\n"), "{head}");
    assert!(head.contains(&accept("dGhlIHNhbXBsZSBub25jZQ==")), "{head}");
    let nothing = tokio::time::timeout(Duration::from_millis(50), tcp.read_u8()).await;
    assert!(nothing.is_err(), "not a byte before the client has said something");
    let all = records();
    let answer_to = |request: u32, from: &str| {
        all.iter().find(|record| record.from == from && record.is_answer() && record.request() == request)
    };
    let mut session = NO_SESSION;
    for record in all.iter().filter(|record| record.from == "client") {
        let mut bytes = record.complete();
        if session != NO_SESSION {
            bytes[10..14].copy_from_slice(&session.to_be_bytes());
        }
        tcp.write_all(&masked(2, &bytes)).await.expect("open");
        if record.is_answer() || !record.is_last() {
            continue;
        }
        let (opcode, answer) = frame(&mut tcp).await;
        assert_eq!(opcode, 2);
        let told = Message::decode(&answer, &Limits::default()).expect("a message");
        assert_eq!((told.ids.request, status(&told)), (record.request(), Status::SUCCESS), "{told:?}");
        if session == NO_SESSION {
            session = told.ids.session;
            assert_ne!(session, NO_SESSION);
        }
        let recorded = answer_to(record.request(), "server").expect("answered then, too");
        if recorded.bytes.len() == answer.len() {
            let mut expected = recorded.bytes.clone();
            expected[10..14].copy_from_slice(&session.to_be_bytes());
            assert_eq!(answer, expected, "request {}", record.request());
        }
    }
    assert!(platform.bound().is_empty(), "the client has said UNBIND");
    let blob = platform.value("edge-thing-1", "Blob").expect("a value in three parts");
    assert_eq!(blob.text().map(str::len), Some(18_000));
    assert!(platform.value("edge-thing-1", "Counter").is_some());
    tcp.write_all(&masked(9, b"19:18:26")).await.expect("open");
    assert_eq!(frame(&mut tcp).await, (10, b"19:18:26".to_vec()), "a pong with the same payload");
    tcp.write_all(&masked(8, &1_000_u16.to_be_bytes())).await.expect("open");
    assert_eq!(frame(&mut tcp).await.0, 8, "a close frame for a close frame");
    platform.emptied().await;
    let counters = platform.stop().await;
    assert_eq!((counters.binds, counters.events, counters.fate(Fate::Goodbye)), (1, 1, 1), "{counters:?}");
    assert_eq!(counters.unreadable, 0);
}

impl Record {
    fn request(&self) -> u32 {
        u32::from_be_bytes([self.bytes[2], self.bytes[3], self.bytes[4], self.bytes[5]])
    }

    /// Returns whether it is an answer: their codes begin with that of success.
    fn is_answer(&self) -> bool {
        self.bytes[1] >= 0x40
    }

    fn is_last(&self) -> bool {
        self.bytes[14] == 0 || self.bytes[15..17] == self.bytes[17..19]
    }
}

/// A queue of the kernel that nobody empties: connections beyond it are not even refused.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_not_accepted_waits_in_the_kernel_and_then_in_vain() {
    let mut capacity = Settings::default().capacity;
    capacity.balancer = Some(crate::fleet::Balancer {
        limit: None,
        backlog: 3,
        cores: 0,
        handshake: Micros(1),
        resumed_handshake: Micros(1),
        resumed_permille: 0,
        held: None,
        idle_timeout: None,
    });
    let platform = started(Settings { capacity, ..Settings::default() });
    platform.receive(Reception::NotAccepted);
    let mut inside = Vec::new();
    let waits = Duration::from_millis(400);
    // The kernel keeps one more than it is told; a connection that was being accepted is beyond that.
    while let Ok(tcp) = tokio::time::timeout(waits, TcpStream::connect(platform.address())).await {
        inside.push(tcp.expect("in the queue"));
        assert!(inside.len() <= 5, "the queue has the length that was asked for");
    }
    assert!(inside.len() >= 4, "{}", inside.len());
    platform.receive(Reception::Served);
    for tcp in &mut inside {
        upgrade::ask(tcp, &request()).await.expect("whoever waited is served");
    }
}
