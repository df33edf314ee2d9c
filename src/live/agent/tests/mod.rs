//! Agents against the test platform, and against ends that misbehave.

mod ends;
mod kinds;
mod store;

use super::*;
use crate::fleet::{Bounds, CSdk, DelayLaw, Loss, Platform, ServiceLaw};
use crate::live::connect::{Proxy, Step, Trouble};
use crate::live::listen::Port;
use crate::live::platform::{self, Known, Outage, Reception, Settings};
use crate::live::tls::{Authority, ClientTls, Trust};
use crate::wire::{Request, Value};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Hears one agent and lets tests wait for what it tells.
#[derive(Default)]
struct Ear {
    told: Mutex<Vec<Told>>,
    more: tokio::sync::Notify,
}

impl Listener for Ear {
    fn hears(&self, _: Micros, _: u64, told: Told) {
        self.told.lock().expect("sound").push(told);
        self.more.notify_one();
    }
}

impl Ear {
    /// Waits until the agent tells something like this, for the `nth` time.
    async fn until(&self, nth: usize, like: impl Fn(&Told) -> bool) -> Told {
        let waits = async {
            loop {
                let found =
                    self.told.lock().expect("sound").iter().filter(|told| like(told)).nth(nth).cloned();
                match found {
                    Some(told) => return told,
                    None => self.more.notified().await,
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_mins(1), waits).await;
        found.unwrap_or_else(|_| panic!("never told: {:?}", self.told.lock().expect("sound")))
    }

    async fn back(&self, nth: usize) {
        self.until(nth, |told| matches!(told, Told::Back { .. })).await;
    }

    async fn failure(&self) -> Failure {
        match self.until(0, |told| matches!(told, Told::Failed(_))).await {
            Told::Failed(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    fn all(&self) -> Vec<Told> {
        self.told.lock().expect("sound").clone()
    }
}

const QUICK: CSdk = CSdk {
    max_connect_delay: Micros::ZERO,
    connect_timeout: Micros(300_000),
    connect_retries: Retries::Forever,
    connect_retry_interval: Micros(30_000),
    delay_law: DelayLaw::Documented,
};

fn profile(address: SocketAddr) -> Profile {
    Profile {
        target: Target {
            host: "127.0.0.1".into(),
            port: address.port(),
            path: "/Thingworx/WS".into(),
            proxy: None,
        },
        tls: None,
        agent: Agent::CSdk(QUICK),
        link: Link { tls: false, message_timeout: Micros(300_000), ..Link::C_SDK },
        key: Key("key".into()),
    }
}

fn starts(profile: Profile) -> (Handle, Arc<Ear>) {
    let ear = Arc::new(Ear::default());
    let device = Device { number: 3, things: vec!["pump".into()] };
    let time = (Clock::start(), Draws::new(1));
    (start(Arc::new(profile), device, time, Micros::ZERO, ear.clone()), ear)
}

fn serves(settings: Settings) -> platform::Handle {
    platform::start(Settings { port: Port::Exactly(0), ..settings }, Clock::start()).expect("starts")
}

#[tokio::test]
async fn an_agent_signs_in_pushes_answers_and_leaves_in_order() {
    let platform = serves(Settings::default());
    let (agent, ear) = starts(profile(platform.address()));
    ear.back(0).await;
    let steps: Vec<Step> = ear
        .all()
        .into_iter()
        .filter_map(|told| if let Told::Stepped(done) = told { Some(done.step) } else { None })
        .collect();
    assert_eq!(steps, [Step::Name, Step::Tcp, Step::Upgrade, Step::Auth, Step::Bind]);
    let push = Push { thing: "pump".into(), property: "p".into(), value: Value::Number(2.5), time_ms: 1 };
    assert!(agent.wish(Wish::Push(vec![push])));
    assert!(agent.wish(Wish::Fire { thing: "pump".into(), event: "Alarm".into(), fields: Vec::new() }));
    ear.until(1, |told| matches!(told, Told::Pushed { taken: true, .. })).await;
    for (nth, (service, status)) in
        [("GetPropertySubscriptions", Status::SUCCESS), ("Explode", Status::NOT_FOUND)]
            .into_iter()
            .enumerate()
    {
        assert!(agent.wish(Wish::Call {
            thing: "pump".into(),
            service: service.into(),
            parameters: Vec::new()
        }));
        let told = ear.until(nth, |told| matches!(told, Told::Answered { .. })).await;
        let what = format!("service {service} of pump");
        assert_eq!(told, Told::Answered { what, status: Some(status), rows: usize::from(nth == 0) });
    }
    assert_eq!(platform.value("pump", "p"), Some(Value::Number(2.5)));
    let read = Request::new(crate::wire::Method::Get, "pump", crate::wire::Part::Property, "p", None);
    let answer = platform.call(read, Micros::from_secs(20)).await.expect("answered");
    assert_eq!(answer.content.table().and_then(|table| table.get(0, "p")), Some(&Value::Number(2.5)));
    let refused = platform.call(Request::service("pump", "Explode", None), Micros::from_secs(20)).await;
    assert_eq!(refused.expect("answered").status, Status::NOT_FOUND);
    agent.stop().await;
    let stopped = Told::Stopped { goodbye: true, c_sdk_deaf_until: None };
    assert_eq!(ear.all().last(), Some(&stopped));
    platform.emptied().await;
    let counters = platform.stop().await;
    assert_eq!((counters.events, counters.values, counters.bound), (1, 1, 0));
    assert_eq!(counters.fate(platform::Fate::Goodbye), 1, "{counters:?}");
}

#[tokio::test]
async fn the_longest_message_arrives_whole_and_a_longer_one_leaves_the_connection_alone() {
    let platform = serves(Settings::default());
    let usual = profile(platform.address());
    let link = Link { message_timeout: Micros::from_secs(60), ..usual.link };
    let (agent, ear) = starts(Profile { link, ..usual });
    ear.back(0).await;
    let push = |length: usize| {
        let value = Value::string("x".repeat(length));
        Wish::Push(vec![Push { thing: "pump".into(), property: "p".into(), value, time_ms: 1 }])
    };
    // Receivers drop what has more than 128 frames of 8,192 bytes, and each has a header of its own, so a mebibyte of
    // text is too long.
    let room = 1_044_000;
    assert!(agent.wish(push(room)));
    let taken = |told: &Told| matches!(told, Told::Pushed { .. });
    assert_eq!(ear.until(0, taken).await, Told::Pushed { count: 1, taken: true });
    assert_eq!(platform.value("pump", "p"), Some(Value::string("x".repeat(room))));
    let read = Request::new(crate::wire::Method::Get, "pump", crate::wire::Part::Property, "p", None);
    let answer = platform.call(read, Micros::from_secs(60)).await.expect("answered");
    let length = answer.content.table().and_then(|table| table.get(0, "p")?.text().map(str::len));
    assert_eq!(length, Some(room), "and comes back whole");
    assert!(agent.wish(push((1 << 20) - 1_024)));
    assert_eq!(ear.until(1, taken).await, Told::Pushed { count: 1, taken: false });
    assert!(agent.wish(push(1)));
    assert_eq!(ear.until(2, taken).await, Told::Pushed { count: 1, taken: true });
    assert_eq!(platform.counters().held, 1, "on the same connection");
    agent.stop().await;
}

#[tokio::test]
async fn every_loss_is_followed_by_a_return() {
    let platform = serves(Settings::default());
    let (agent, ear) = starts(profile(platform.address()));
    ear.back(0).await;
    for (nth, loss) in [Loss::CloseFrame, Loss::Reset].into_iter().enumerate() {
        platform.outage(Outage { loss: Some(loss), reception: Reception::Http503, down: true });
        ear.until(nth, |told| matches!(told, Told::Lost(_))).await;
        ear.until(nth, |told| matches!(told, Told::Failed(failure) if failure.trouble.code() == "http-503"))
            .await;
        platform.restart(Micros::ZERO, 1_000);
        ear.back(nth + 1).await;
    }
    assert!(agent.wish(Wish::Cut));
    ear.back(3).await;
    let lost: Vec<Ending> = ear
        .all()
        .into_iter()
        .filter_map(|told| if let Told::Lost(ending) = told { Some(ending) } else { None })
        .collect();
    assert_eq!(lost[0], Ending::CloseFrame("The platform goes down".into()));
    assert_eq!(lost[1..], [Ending::Reset, Ending::Cut]);
    let once_more = ear.all().iter().filter(|told| **told == Told::ConnectsOnceMore).count();
    assert_eq!(once_more, 2, "after the reset and the cut, not after the close frame");
    agent.stop().await;
}

#[tokio::test]
async fn a_wrong_key_and_an_unknown_thing_keep_the_socket_as_the_c_sdk_does() {
    for (keys, things, step, code) in [
        (platform::Keys::Only(BTreeSet::from(["other".to_owned()])), Known::Any, Step::Auth, "key-refused"),
        (platform::Keys::Any, Known::Only(BTreeSet::from(["valve".to_owned()])), Step::Bind, "bind-refused"),
    ] {
        let platform = serves(Settings { keys, things, ..Settings::default() });
        let (agent, ear) = starts(profile(platform.address()));
        let failure = ear.failure().await;
        assert_eq!((failure.step, failure.trouble.code()), (step, code), "{}", failure.trouble);
        ear.until(0, |told| matches!(told, Told::Tries { number: 2, same_socket: true, .. })).await;
        agent.stop().await;
        assert_eq!(platform.stop().await.accepted, 1, "one socket for all attempts");
    }
}

#[tokio::test]
async fn a_mute_platform_is_named_at_its_step_and_shutdown_is_bounded() {
    let platform = serves(Settings::default());
    platform.outage(Outage { loss: None, reception: Reception::Mute, down: false });
    let (agent, ear) = starts(profile(platform.address()));
    let failure = ear.failure().await;
    assert_eq!((failure.step, failure.trouble.code()), (Step::Upgrade, "no-answer"), "{}", failure.trouble);
    ear.until(0, |told| matches!(told, Told::Tries { number: 1, .. })).await;
    // In the middle of an attempt: an agent of the C SDK with endless retries would never hear it.
    agent.stop().await;
    let stopped = Told::Stopped { goodbye: false, c_sdk_deaf_until: Some(DeafUntil::CallReturns) };
    assert_eq!(ear.all().last(), Some(&stopped));
    platform.outage(Outage { loss: None, reception: Reception::AuthUnanswered, down: false });
    let (agent, ear) = starts(profile(platform.address()));
    let failure = ear.failure().await;
    assert_eq!((failure.step, failure.trouble.code()), (Step::Auth, "no-answer"), "{}", failure.trouble);
    agent.stop().await;
}

#[tokio::test]
async fn a_platform_that_listens_to_nothing_cannot_hold_a_shutdown_up() {
    let platform = serves(Settings::default());
    let (agent, ear) = starts(profile(platform.address()));
    ear.back(0).await;
    platform.outage(Outage { loss: Some(Loss::Silence), reception: Reception::Served, down: false });
    let begin = tokio::time::Instant::now();
    agent.stop().await;
    // The bound is 200 ms of waiting; a loaded host may add its own time, ten times that is a fault.
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    let stopped = Told::Stopped { goodbye: false, c_sdk_deaf_until: None };
    assert_eq!(ear.all().last(), Some(&stopped));
}

#[tokio::test]
async fn a_write_that_nobody_reads_cannot_hold_a_shutdown_up() {
    let platform = serves(Settings::default());
    let usual = profile(platform.address());
    let link = Link { message_timeout: Micros::from_secs(60), ..usual.link };
    let (agent, ear) = starts(Profile { link, ..usual });
    ear.back(0).await;
    platform.outage(Outage { loss: Some(Loss::Silence), reception: Reception::Served, down: false });
    let value = Value::string("x".repeat(1_000_000));
    let push = Push { thing: "pump".into(), property: "p".into(), value, time_ms: 1 };
    // Every buffer on the way is full where the agent has taken no wish for a while.
    let mut refused = 0;
    while refused < 50 {
        let took = agent.wish(Wish::Push(vec![push.clone()]));
        refused = if took { 0 } else { refused + 1 };
        tokio::time::sleep(Duration::from_millis(if took { 0 } else { 20 })).await;
    }
    let begin = tokio::time::Instant::now();
    agent.stop().await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    let stopped = Told::Stopped { goodbye: false, c_sdk_deaf_until: None };
    assert_eq!(ear.all().last(), Some(&stopped));
}

#[tokio::test]
async fn a_missing_pong_ends_the_session_in_the_words_of_the_c_sdk() {
    let platform = serves(Settings::default());
    platform.delay_pongs(Micros::from_secs(5));
    let mut profile = profile(platform.address());
    profile.link.pong_timeout = Micros(100_000);
    let (agent, ear) = starts(profile);
    ear.until(0, |told| matches!(told, Told::Lost(Ending::NoPong))).await;
    ear.back(1).await;
    agent.stop().await;
}

/// Accepts connections and answers each with these bytes.
async fn answers(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = tcp.read(&mut [0; 1_024]).await;
                let _ = tcp.write_all(bytes).await;
                let _ = tcp.read(&mut [0; 1_024]).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn what_is_no_platform_is_named() {
    let cases: [(&[u8], &str); 4] = [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "no-websocket"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "http-status"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "no-websocket",
        ),
        (b"", "closed"),
    ];
    for (bytes, code) in cases {
        let (agent, ear) = starts(profile(answers(bytes).await));
        let failure = ear.failure().await;
        let codes = [code, "no-answer"];
        assert!(failure.step == Step::Upgrade && codes.contains(&failure.trouble.code()), "{failure:?}");
        agent.stop().await;
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
    let (agent, ear) = starts(profile(nobody));
    assert_eq!(ear.failure().await.trouble, Trouble::Refused(nobody));
    agent.stop().await;
}

fn trusts(authority: &Authority) -> Connector {
    Connector::new(&ClientTls { trust: Trust::Only(authority.pem()), own: None }).expect("set up")
}

#[tokio::test]
async fn tls_is_checked_and_each_bad_certificate_is_named() {
    let authority = Authority::new("Test authority").expect("made");
    let stranger = Authority::new("Inspecting proxy").expect("made");
    let good = authority.identity(&["127.0.0.1"]).expect("made");
    let cases = [
        (authority.identity_until(&["127.0.0.1"], 2021).expect("made"), "certificate-expired"),
        (authority.identity(&["plant.example"]).expect("made"), "certificate-other-name"),
        (stranger.identity(&["127.0.0.1"]).expect("made"), "certificate-unknown-issuer"),
    ];
    for (identity, code) in cases {
        let platform = serves(Settings { identity: Some(identity), ..Settings::default() });
        let (agent, ear) = starts(Profile { tls: Some(trusts(&authority)), ..profile(platform.address()) });
        let failure = ear.failure().await;
        assert_eq!((failure.step, failure.trouble.code()), (Step::Tls, code), "{}", failure.trouble);
        if code == "certificate-unknown-issuer" {
            let words = failure.trouble.to_string();
            assert!(words.contains("Inspecting proxy"), "who opens TLS on the way is named: {words}");
        }
        agent.stop().await;
    }
    let platform = serves(Settings { identity: Some(good), ..Settings::default() });
    let tls = Profile { tls: Some(trusts(&authority)), ..profile(platform.address()) };
    let (agent, ear) = starts(tls.clone());
    ear.back(0).await;
    let seen = ear.until(0, |told| matches!(told, Told::Stepped(done) if done.step == Step::Tls)).await;
    assert!(matches!(&seen, Told::Stepped(done) if done.detail.contains("Test authority")), "{seen:?}");
    agent.stop().await;
    // The other way round: TLS meets a port that speaks none, and none meets TLS.
    let plain = serves(Settings::default());
    let (agent, ear) = starts(Profile { tls: tls.tls.clone(), ..profile(plain.address()) });
    let failure = ear.failure().await;
    assert_eq!((failure.step, failure.trouble.code()), (Step::Tls, "not-tls"), "{}", failure.trouble);
    agent.stop().await;
    let (agent, ear) = starts(profile(platform.address()));
    assert_eq!(ear.failure().await.step, Step::Upgrade);
    agent.stop().await;
}

/// A proxy that opens tunnels to wherever it is asked to.
async fn proxies() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n") {
                    asked.push(near.read_u8().await.expect("a request"));
                }
                let text = String::from_utf8(asked).expect("text");
                let target = text.split(' ').nth(1).expect("CONNECT target").to_owned();
                let mut far = tokio::net::TcpStream::connect(target).await.expect("the platform");
                near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.expect("open");
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn a_tunnel_through_a_proxy_carries_tls_to_the_platform() {
    let authority = Authority::new("Test authority").expect("made");
    let identity = authority.identity(&["127.0.0.1"]).expect("made");
    let platform = serves(Settings { identity: Some(identity), ..Settings::default() });
    let mut tunnelled = Profile { tls: Some(trusts(&authority)), ..profile(platform.address()) };
    let proxy = proxies().await;
    tunnelled.target.proxy = Some(Proxy { host: "127.0.0.1".into(), port: proxy.port(), credentials: None });
    let (agent, ear) = starts(tunnelled);
    ear.back(0).await;
    let has = |step| ear.all().iter().any(|told| matches!(told, Told::Stepped(done) if done.step == step));
    assert!(has(Step::Proxy) && has(Step::Tls));
    assert_eq!(platform.bound(), ["pump"]);
    agent.stop().await;
}

#[tokio::test]
async fn a_bounded_attempt_ends_within_its_time_and_attempts_run_out() {
    let capacity = Platform::one_tier(1, Micros::from_secs(60), ServiceLaw::Fixed, 10);
    let platform = serves(Settings { capacity, ..Settings::default() });
    let mut bounded = profile(platform.address());
    bounded.agent =
        Agent::CSdk(CSdk { connect_retries: Retries::Times(2), connect_timeout: Micros(50_000), ..QUICK });
    bounded.link.bounds = Bounds::Attempt;
    let (agent, ear) = starts(bounded);
    ear.until(0, |told| *told == Told::Stranded).await;
    let failed = ear.all().iter().filter(|told| matches!(told, Told::Failed(_))).count();
    assert_eq!(failed, 2);
    agent.stop().await;
    let counters = platform.stop().await;
    assert!(counters.balances(), "{counters:?}");
}
