//! The test platform against a client that is nothing but bytes, so that it is judged by the wire alone.

use super::*;
use crate::live::connect::Trouble;
use crate::live::pipe::{self, Frames, Pipe};
use crate::live::upgrade;
use crate::wire::session::Upgrade;
use crate::wire::{
    Auth, BaseType, Bind, Body, Ids, InfoTable, Limits, Message, Method, NO_SESSION, Part, Status, Value,
};
use futures_util::{SinkExt, StreamExt};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Bytes, Message as Frame};

mod recorded;

fn request() -> Upgrade {
    Upgrade::new("here", [7; 16], "key")
}

fn started(settings: Settings) -> Handle {
    start(Settings { port: Port::Exactly(0), ..settings }, Clock::start()).expect("starts")
}

async fn asked(platform: &Handle) -> Result<TcpStream, Trouble> {
    let mut tcp = TcpStream::connect(platform.address()).await.map_err(|error| Trouble::of_read(&error))?;
    let (early, c_sdk_fails) = upgrade::ask(&mut tcp, &request()).await?;
    assert!(early.is_empty() && c_sdk_fails.is_none(), "agents of the C SDK would fail");
    Ok(tcp)
}

/// A device of bytes.
struct Device {
    socket: Frames,
    session: u32,
}

impl Device {
    async fn upgraded(platform: &Handle) -> Self {
        let tcp = asked(platform).await.expect("a WebSocket");
        Self { socket: pipe::frames(Pipe::Plain(tcp), Vec::new(), Role::Client).await, session: NO_SESSION }
    }

    async fn bound(platform: &Handle, thing: &str) -> Self {
        let mut device = Self::upgraded(platform).await;
        let answer = device.asks(Body::Auth(Auth::app_key("key"))).await;
        device.session = answer.ids.session;
        assert_eq!(device.asks(Body::Bind(Bind::thing(thing))).await.body, success());
        device
    }

    async fn says(&mut self, ids: Ids, body: Body) {
        let mut bytes = Vec::new();
        Message::new(ids, body).encode(&mut bytes).expect("has a form");
        self.socket.send(Frame::Binary(Bytes::from(bytes))).await.expect("open");
    }

    async fn asks(&mut self, body: Body) -> Message {
        self.says(Ids { request: 7, endpoint: 0, session: self.session }, body).await;
        self.hears().await
    }

    async fn hears(&mut self) -> Message {
        match self.socket.next().await.expect("open").expect("sound") {
            Frame::Binary(bytes) => Message::decode(&bytes, &Limits::default()).expect("a message"),
            other => panic!("{other:?}"),
        }
    }

    /// Waits for the end of the connection; returns the code of the close frame.
    async fn ends(mut self) -> Option<u16> {
        while let Some(frame) = self.socket.next().await {
            match frame {
                Ok(Frame::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
        None
    }
}

fn success() -> Body {
    Body::Response(Response::new(Status::SUCCESS))
}

fn status(message: &Message) -> Status {
    match &message.body {
        Body::Response(response) => response.status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_device_signs_in_pushes_is_called_and_says_goodbye() {
    let platform = started(Settings::default());
    let mut device = Device::bound(&platform, "pump").await;
    assert_eq!(platform.bound(), ["pump"]);
    let put = Request::new(
        Method::Put,
        "pump",
        Part::Property,
        "Pressure",
        Some(InfoTable::single("Pressure", Value::Number(2.5))),
    );
    assert_eq!(device.asks(Body::Request(put)).await.body, success());
    assert_eq!(platform.value("pump", "Pressure"), Some(Value::Number(2.5)));
    let ping = Bytes::from_static(b"12:00:00");
    device.socket.send(Frame::Ping(ping.clone())).await.expect("open");
    assert_eq!(
        device.socket.next().await.expect("open").expect("sound"),
        Frame::Pong(ping),
        "not an empty one"
    );
    let call = platform.call(Request::service("pump", "Add", None), Micros::from_secs(5));
    let answers = async {
        let asked = device.hears().await;
        assert!(matches!(&asked.body, Body::Request(request) if request.name == "Add"));
        let result = Response::result(InfoTable::single("result", Value::Number(5.5)));
        device.says(asked.ids, Body::Response(result)).await;
        device
    };
    let (answered, mut device) = tokio::join!(call, answers);
    let answered = answered.expect("answered");
    assert_eq!(answered.content.table().and_then(|table| table.get(0, "result")), Some(&Value::Number(5.5)));
    assert_eq!(device.asks(Body::Unbind(Bind::thing("pump"))).await.body, success());
    let error = platform.call(Request::service("pump", "Add", None), Micros::SECOND).await;
    assert_eq!(error, Err(CallError::NotBound("pump".into())));
    device.socket.close(None).await.expect("open");
    drop(device);
    platform.emptied().await;
    let counters = platform.stop().await;
    assert!(counters.balances(), "{counters:?}");
    assert_eq!((counters.accepted, counters.upgraded, counters.authenticated), (1, 1, 1));
    assert_eq!((counters.binds, counters.values, counters.pings, counters.bound), (1, 1, 1, 0));
    assert_eq!((counters.held, counters.bound_at.len()), (0, 1));
}

#[tokio::test]
async fn frames_of_the_c_sdk_are_answered_as_it_expects() {
    // AUTH, BIND and a push of two properties as seen on the wire of the C SDK client 2.2.1.
    const AUTH: &str = "01140000000200000000ffffffff0001066170704b65792430303030303030302d313131312d323232322d333333332d343434343434343434343434";
    const BIND: &str = "010a00000003000000000000ee83000000010c656467652d7468696e672d31";
    let key = "00000000-1111-2222-3333-444444444444".to_owned();
    let keys = Keys::Only(BTreeSet::from([key]));
    let platform = started(Settings { keys, ..Settings::default() });
    let mut device = Device::upgraded(&platform).await;
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    };
    device.socket.send(Frame::Binary(bytes(AUTH).into())).await.expect("open");
    let answer = device.hears().await;
    assert_eq!((answer.ids.request, answer.ids.endpoint, answer.body), (2, 0, success()));
    assert_ne!(answer.ids.session, NO_SESSION);
    // As recorded it names the session that the platform gave then.
    device.socket.send(Frame::Binary(bytes(BIND).into())).await.expect("open");
    assert_eq!(status(&device.hears().await), Status::UNAUTHORIZED);
    assert!(platform.bound().is_empty());
    let own = BIND.replace("0000ee83", &format!("{:08x}", answer.ids.session));
    device.socket.send(Frame::Binary(bytes(&own).into())).await.expect("open");
    assert_eq!(device.hears().await.body, success());
    assert_eq!(platform.bound(), ["edge-thing-1"]);
}

#[tokio::test]
async fn keys_things_and_order_are_checked() {
    let keys = Keys::Only(BTreeSet::from(["right".to_owned()]));
    let things = Known::Only(BTreeSet::from(["pump".to_owned()]));
    let platform = started(Settings { keys, things, ..Settings::default() });
    let mut device = Device::upgraded(&platform).await;
    assert_eq!(status(&device.asks(Body::Auth(Auth::app_key("wrong"))).await), Status::UNAUTHORIZED);
    // The socket stands, and the next AUTH on it may be right.
    let answer = device.asks(Body::Auth(Auth::app_key("right"))).await;
    device.session = answer.ids.session;
    assert_eq!(status(&device.asks(Body::Bind(Bind::thing("valve"))).await), Status::NOT_FOUND);
    assert_eq!(status(&device.asks(Body::Bind(Bind::thing("pump"))).await), Status::SUCCESS);
    let mut rude = Device::upgraded(&platform).await;
    rude.says(Ids { request: 1, endpoint: 0, session: NO_SESSION }, Body::Bind(Bind::thing("pump"))).await;
    assert_eq!(rude.ends().await, Some(1_008));
    let counters = platform.counters();
    assert_eq!((counters.auth_refused, counters.binds_refused, counters.fate(Fate::NoAuth)), (1, 1, 1));
}

#[tokio::test]
async fn the_first_session_keeps_its_thing_while_it_is_believed_alive() {
    let mut capacity = Settings::default().capacity;
    capacity.sessions.bind_protection = Some(Micros(300_000));
    let platform = started(Settings { capacity, ..Settings::default() });
    let first = Device::bound(&platform, "pump").await;
    let mut second = Device::upgraded(&platform).await;
    second.session = second.asks(Body::Auth(Auth::app_key("key"))).await.ids.session;
    assert_eq!(status(&second.asks(Body::Bind(Bind::thing("pump"))).await), Status::FORBIDDEN);
    // The first one has said nothing since its bind.
    tokio::time::sleep(std::time::Duration::from_millis(320)).await;
    assert_eq!(status(&second.asks(Body::Bind(Bind::thing("pump"))).await), Status::SUCCESS);
    assert_eq!(platform.counters().bound, 1);
    drop(first);
    assert_eq!(platform.bound(), ["pump"], "the end of the first takes nothing from the second");
}

#[tokio::test]
async fn each_way_to_cut_looks_as_it_should() {
    let platform = started(Settings::default());
    let cut = |loss| Outage { loss: Some(loss), reception: Reception::Served, down: true };
    let device = Device::bound(&platform, "pump").await;
    platform.outage(cut(Loss::CloseFrame));
    assert_eq!(device.ends().await, Some(1_001));
    for (loss, end) in [(Loss::Fin, "end"), (Loss::Reset, "reset")] {
        let mut device = Device::bound(&platform, "pump").await;
        platform.outage(cut(loss));
        let seen = match device.socket.get_mut().read(&mut [0; 64]).await {
            Ok(0) => "end",
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => "reset",
            _ => "bytes",
        };
        assert_eq!(seen, end, "{loss:?}");
    }
    let mut silent = Device::bound(&platform, "pump").await;
    platform.outage(cut(Loss::Silence));
    let short = std::time::Duration::from_millis(100);
    silent.socket.send(Frame::Ping(Bytes::from_static(b"still there?"))).await.expect("TCP stands");
    assert!(tokio::time::timeout(short, silent.socket.next()).await.is_err(), "no pong and no end");
    let counters = platform.stop().await;
    assert_eq!((counters.fate(Fate::Cut), counters.fate(Fate::Stopped)), (3, 1));
    assert!(counters.balances(), "{counters:?}");
}

#[tokio::test]
async fn receptions_refuse_in_their_own_way_until_the_restart() {
    let platform = started(Settings::default());
    let receive = |reception| platform.outage(Outage { loss: None, reception, down: true });
    receive(Reception::Http503);
    assert_eq!(asked(&platform).await.expect_err("refused").code(), "http-503");
    receive(Reception::AcceptThenClose);
    assert!(asked(&platform).await.is_err());
    receive(Reception::Mute);
    let short = std::time::Duration::from_millis(100);
    assert!(tokio::time::timeout(short, asked(&platform)).await.is_err(), "no answer");
    receive(Reception::Refused);
    let refused = async {
        loop {
            // The door closes as soon as its task has heard of it.
            match TcpStream::connect(platform.address()).await {
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => return,
                // What still waits in a queue that is closed is reset.
                Ok(_) | Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    refused.await;
    platform.restart(Micros::ZERO, 1_000);
    let again = async {
        loop {
            match asked(&platform).await {
                Ok(_) => return,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    again.await;
    for (reception, body, expected) in [
        (Reception::AuthRejected, Body::Auth(Auth::app_key("key")), Status::UNAUTHORIZED),
        (Reception::BindRejected, Body::Bind(Bind::thing("pump")), Status::FORBIDDEN),
    ] {
        receive(Reception::Served);
        let mut device = Device::upgraded(&platform).await;
        device.session = device.asks(Body::Auth(Auth::app_key("key"))).await.ids.session;
        receive(reception);
        // A platform that goes down has forgotten the session, not the socket.
        assert_eq!(status(&device.asks(body).await), expected);
    }
}

#[tokio::test]
async fn who_left_while_it_waited_costs_work_in_vain() {
    let capacity = Platform::one_tier(2, Micros(20_000), ServiceLaw::Fixed, 1_000);
    let platform = started(Settings { capacity, ..Settings::default() });
    let mut waiting = Vec::new();
    for _ in 0..10 {
        let mut tcp = TcpStream::connect(platform.address()).await.expect("accepted");
        tcp.write_all(request().request().expect("a text").as_bytes()).await.expect("sent");
        waiting.push(tcp);
    }
    let mut left = waiting.split_off(9);
    left.clear();
    for mut tcp in waiting {
        let mut head = [0; 12];
        tcp.read_exact(&mut head).await.expect("an answer");
        assert_eq!(&head, b"HTTP/1.1 101");
    }
    platform.emptied().await;
    let counters = platform.stop().await;
    assert_eq!((counters.upgraded, counters.fate(Fate::InVain)), (9, 1));
    assert!(counters.balances());
}

#[tokio::test]
async fn long_messages_come_in_parts_and_unreadable_ones_are_refused() {
    let platform = started(Settings::default());
    let mut device = Device::bound(&platform, "pump").await;
    let text = "x".repeat(20_000);
    let table = InfoTable::single("Blob", Value::Text(BaseType::STRING, text.clone()));
    let put = Request::new(Method::Put, "pump", Part::Property, "Blob", Some(table));
    let ids = Ids { request: 9, endpoint: 0, session: device.session };
    let message = Message::new(ids, Body::Request(put));
    for frame in crate::wire::split::frames(&message, crate::wire::FRAME, &Limits::default()).expect("cut") {
        device.socket.send(Frame::Binary(frame.into())).await.expect("open");
    }
    assert_eq!(device.hears().await.body, success());
    let get = Request::new(Method::Get, "pump", Part::Property, "Blob", None);
    device.says(ids, Body::Request(get)).await;
    let mut longest = 0;
    for _ in 0..3 {
        match device.socket.next().await.expect("open").expect("sound") {
            Frame::Binary(bytes) => longest = longest.max(bytes.len()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(longest, 8_192, "agents drop longer frames");
    device
        .socket
        .send(Frame::Binary(Bytes::from_static(&[1, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 9])))
        .await
        .expect("open");
    assert_eq!(status(&device.hears().await), Status::BAD_REQUEST);
    assert_eq!(platform.counters().unreadable, 1);
    device.socket.send(Frame::Binary(Bytes::from_static(b"garbage"))).await.expect("open");
    assert_eq!(device.ends().await, Some(1_002), "without a header nobody can be answered");
    let mut rude = Device::upgraded(&platform).await;
    rude.socket.send(Frame::Binary(Bytes::from_static(b"garbage"))).await.expect("open");
    assert_eq!(rude.ends().await, Some(1_002));
}

#[tokio::test]
async fn who_does_not_sign_in_and_who_falls_silent_is_sent_away() {
    let short = Micros(200_000);
    let platform =
        started(Settings { greeting_timeout: short, idle_timeout: Micros(400_000), ..Settings::default() });
    let wait = || tokio::time::sleep(std::time::Duration::from_millis(50));
    // Pings are no AUTH.
    let mut pings = Device::upgraded(&platform).await;
    for _ in 0..100 {
        if pings.socket.send(Frame::Ping(Bytes::from_static(b"ping"))).await.is_err() {
            break;
        }
        wait().await;
        if platform.counters().fate(Fate::NoAuth) == 1 {
            break;
        }
    }
    assert_eq!(pings.ends().await, Some(1_008));
    let silent = Device::bound(&platform, "pump").await;
    let mut lively = Device::bound(&platform, "valve").await;
    let ended = async { silent.ends().await };
    let stays = async {
        for _ in 0..12 {
            lively.socket.send(Frame::Ping(Bytes::from_static(b"ping"))).await.expect("open");
            wait().await;
        }
    };
    assert_eq!(tokio::join!(ended, stays).0, Some(1_000));
    assert_eq!(platform.bound(), ["valve"]);
    let counters = platform.counters();
    assert_eq!((counters.fate(Fate::NoAuth), counters.fate(Fate::Idle)), (1, 1));
}

#[tokio::test]
async fn the_first_session_wins_without_any_setting() {
    let platform = started(Settings::default());
    let first = Device::bound(&platform, "pump").await;
    let mut second = Device::upgraded(&platform).await;
    second.session = second.asks(Body::Auth(Auth::app_key("key"))).await.ids.session;
    assert_eq!(status(&second.asks(Body::Bind(Bind::thing("pump"))).await), Status::FORBIDDEN);
    pipe::reset_on_drop(first.socket.get_ref().tcp());
    drop(first);
    for _ in 0..200 {
        if platform.bound().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(status(&second.asks(Body::Bind(Bind::thing("pump"))).await), Status::SUCCESS);
}

/// Asks for a file of 4 MiB sixteen times and reads no answer.
async fn asks_and_never_reads(platform: &Handle) -> TcpStream {
    let mut tcp = TcpStream::connect(platform.address()).await.expect("listens");
    let saved = platform.shared.hall().files.put("long", vec![b'x'; 4 << 20]);
    assert_eq!(saved.0, 200);
    let body = r#"{"path":"long"}"#;
    let path = "/Thingworx/Things/SystemRepository/Services/LoadText";
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: here\r\nappKey: key\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    tcp.write_all(request.repeat(16).as_bytes()).await.expect("open");
    // The answers fill every buffer on the way as soon as the first byte can be read.
    tcp.peek(&mut [0]).await.expect("answered");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    tcp
}

#[tokio::test]
async fn a_client_of_rest_that_does_not_read_holds_no_stop_up_and_no_place_for_ever() {
    let platform = started(Settings::default());
    let tcp = asks_and_never_reads(&platform).await;
    let stops = tokio::time::timeout(std::time::Duration::from_secs(20), platform.stop());
    let counters = stops.await.expect("the stop waits for nobody");
    assert_eq!(counters.fate(Fate::Stopped), 1, "{counters:?}");
    drop(tcp);
    let platform = started(Settings { idle_timeout: Micros(200_000), ..Settings::default() });
    let tcp = asks_and_never_reads(&platform).await;
    let empties = tokio::time::timeout(std::time::Duration::from_secs(20), platform.emptied());
    empties.await.expect("nobody is waited for without an end");
    assert_eq!(platform.stop().await.fate(Fate::Idle), 1);
    drop(tcp);
}
