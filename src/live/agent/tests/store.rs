//! Values that are kept while the agent is away, and reach the platform when it is back.

use super::*;
use crate::fleet::Flush;
use crate::live::store::{Opened, Rules};
use std::path::Path;

fn rules(flush: Flush) -> Rules {
    Rules { limit: 1 << 20, flush }
}

fn keeps(profile: Profile, file: &Path, rules: Rules) -> (Handle, Arc<Ear>, Opened) {
    let ear = Arc::new(Ear::default());
    let device = Device { number: 3, things: vec!["pump".into()] };
    let time = (Clock::start(), Draws::new(1));
    let (store, opened) = Store::open(file, rules).expect("opens");
    let with = With { store: Some(store), ..With::default() };
    let agent = start_with(Arc::new(profile), device, time, Micros::ZERO, ear.clone(), with);
    (agent, ear, opened)
}

fn push(number: u32) -> Wish {
    let value = Value::Number(f64::from(number));
    Wish::Push(vec![Push { thing: "pump".into(), property: "p".into(), value, time_ms: 1 }])
}

/// Waits until so many values are stored.
async fn stored(ear: &Ear, count: usize) {
    let is = |told: &Told| matches!(told, Told::Store(News::Put(put)) if put.waiting == count);
    ear.until(0, is).await;
}

async fn flushed(ear: &Ear) {
    ear.until(0, |told| matches!(told, Told::Store(News::Answered { taken: true, waiting: 0, .. }))).await;
}

#[tokio::test]
async fn values_survive_the_agent_and_are_sent_in_the_order_of_their_kind() {
    for flush in [Flush::AfterBind, Flush::BeforeBind] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("store");
        let platform = serves(Settings::default());
        platform.outage(Outage { loss: None, reception: Reception::Refused, down: false });
        let (agent, ear, _) = keeps(profile(platform.address()), &file, rules(flush));
        for number in 1..=5 {
            assert!(agent.wish(push(number)));
        }
        stored(&ear, 5).await;
        agent.stop().await;
        let left = crate::live::store::Left { stored: 5, lost: 0 };
        assert_eq!(ear.all().last(), Some(&Told::Store(News::Left(left))));
        platform.restart(Micros::ZERO, 1_000);
        let (agent, ear, opened) = keeps(profile(platform.address()), &file, rules(flush));
        assert_eq!(opened, Opened { waiting: 5, torn: 0, damaged: 0 });
        flushed(&ear).await;
        let all = ear.all();
        let place = |like: &dyn Fn(&Told) -> bool| all.iter().position(like).expect("told");
        let sends = place(&|told| matches!(told, Told::Store(News::Sends { count: 5, .. })));
        let bound = place(&|told| matches!(told, Told::Stepped(done) if done.step == Step::Bind));
        assert_eq!(sends < bound, flush == Flush::BeforeBind);
        let answers = all.iter().filter(|told| matches!(told, Told::Store(News::Answered { .. }))).count();
        assert_eq!(answers, if flush == Flush::BeforeBind { 5 } else { 1 }, "messages");
        assert_eq!(platform.value("pump", "p"), Some(Value::Number(5.0)), "in their order");
        agent.stop().await;
        assert_eq!(platform.stop().await.values, 5);
        let (_, opened) = Store::open(&file, rules(flush)).expect("opens");
        assert_eq!(opened.waiting, 0);
    }
}

#[tokio::test]
async fn a_burst_of_more_messages_than_a_session_counts_arrives_whole() {
    for flush in [Flush::AfterBind, Flush::BeforeBind] {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("store");
        let (mut store, _) = Store::open(&file, rules(flush)).expect("opens");
        let event = |number: u32| crate::live::store::Entry::Message {
            request: Request::new(
                crate::wire::Method::Post,
                "pump",
                crate::wire::Part::Event,
                format!("Event{number}"),
                None,
            ),
            count: 1,
        };
        assert_eq!(store.put((0..1_200).map(event).collect()).stored, 1_200);
        drop(store);
        let platform = serves(Settings::default());
        let (agent, ear, _) = keeps(profile(platform.address()), &file, rules(flush));
        flushed(&ear).await;
        agent.stop().await;
        assert_eq!(platform.stop().await.events, 1_200);
    }
}

#[tokio::test]
async fn what_is_not_answered_is_kept_and_arrives_after_the_outage() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store");
    // The silent session keeps its thing for a moment only.
    let mut capacity = Settings::default().capacity;
    capacity.sessions.bind_protection = Some(Micros(300_000));
    let platform = serves(Settings { capacity, ..Settings::default() });
    let (agent, ear, _) = keeps(profile(platform.address()), &file, rules(Flush::AfterBind));
    ear.back(0).await;
    assert!(agent.wish(push(1)));
    ear.until(0, |told| matches!(told, Told::Pushed { count: 1, taken: true })).await;
    // The connection stands and nothing is answered any more.
    platform.outage(Outage { loss: Some(Loss::Silence), reception: Reception::Served, down: false });
    assert!(agent.wish(push(2)));
    stored(&ear, 1).await;
    assert!(agent.wish(Wish::Cut));
    flushed(&ear).await;
    assert_eq!(platform.value("pump", "p"), Some(Value::Number(2.0)));
    agent.stop().await;
}

#[tokio::test]
async fn what_no_store_and_no_message_can_hold_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store");
    let platform = serves(Settings::default());
    platform.outage(Outage { loss: None, reception: Reception::Refused, down: false });
    let small = Rules { limit: 100, flush: Flush::AfterBind };
    let (agent, ear, _) = keeps(profile(platform.address()), &file, small);
    let endless = Value::string("x".repeat(1 << 20));
    let endless = Push { thing: "pump".into(), property: "p".into(), value: endless, time_ms: 1 };
    assert!(agent.wish(Wish::Push(vec![endless.clone()])));
    let told = ear.until(0, |told| matches!(told, Told::NotSent { .. })).await;
    assert!(matches!(&told, Told::NotSent { why, .. } if why.contains("the receiver takes")), "{told:?}");
    for number in 0..6 {
        assert!(agent.wish(push(number)));
    }
    let dropped = |told: &Told| matches!(told, Told::Store(News::Put(put)) if put.dropped > 0);
    ear.until(0, dropped).await;
    assert!(agent.wish(Wish::Call { thing: "pump".into(), service: "Any".into(), parameters: Vec::new() }));
    ear.until(0, |told| matches!(told, Told::Answered { status: None, .. })).await;
    let count = |of: fn(&crate::live::store::Put) -> usize| -> usize {
        let put = |told: Told| if let Told::Store(News::Put(put)) = told { Some(of(&put)) } else { None };
        ear.all().into_iter().filter_map(put).sum()
    };
    assert_eq!((count(|put| put.stored), count(|put| put.dropped)), (2, 4));
    assert_eq!(count(|put| put.held), 0);
    agent.stop().await;
    // Without a store too.
    platform.restart(Micros::ZERO, 1_000);
    let (agent, ear) = starts(profile(platform.address()));
    ear.back(0).await;
    assert!(agent.wish(Wish::Push(vec![endless])));
    let told = ear.until(0, |told| matches!(told, Told::NotSent { .. })).await;
    assert!(matches!(&told, Told::NotSent { what, .. } if what.contains("of pump")), "{told:?}");
    ear.until(0, |told| *told == Told::Pushed { count: 1, taken: false }).await;
    agent.stop().await;
}

/// A platform that refuses every BIND and lets the first message after each of the first `mute` signs-in unanswered.
async fn refuses_binds(mute: usize) -> (SocketAddr, Arc<Mutex<Vec<usize>>>) {
    use crate::live::pipe::{self, Pipe};
    use crate::live::upgrade;
    use crate::wire::{Body, Ids, Limits, Message, Response};
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::protocol::Role;
    use tokio_tungstenite::tungstenite::{Bytes, Message as Frame};
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let counts = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&counts);
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.expect("an agent");
        let asked = upgrade::asked(&mut tcp).await.expect("a request");
        let upgrade::Asked::WebSocket(request, early) = asked else { panic!("no WebSocket") };
        tcp.write_all(request.answer().as_bytes()).await.expect("open");
        let mut socket = pipe::frames(Pipe::Plain(tcp), early, Role::Server).await;
        while let Some(Ok(frame)) = socket.next().await {
            let Frame::Binary(bytes) = frame else { continue };
            let message = Message::decode(&bytes, &Limits::default()).expect("a message");
            let ids = Ids { session: 9, ..message.ids };
            let signs_in = told.lock().expect("sound").len();
            let status = match message.body {
                Body::Auth(_) => {
                    told.lock().expect("sound").push(0);
                    Status::SUCCESS
                }
                Body::Bind(_) => Status::NOT_FOUND,
                Body::Request(_) => {
                    *told.lock().expect("sound").last_mut().expect("signed in") += 1;
                    if signs_in <= mute {
                        continue;
                    }
                    // Later than the refused bind: the agent waits for its next attempt by then.
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    Status::SUCCESS
                }
                _ => continue,
            };
            let mut answer = Vec::new();
            Message::new(ids, Body::Response(Response::new(status))).encode(&mut answer).expect("has a form");
            if socket.send(Frame::Binary(Bytes::from(answer))).await.is_err() {
                return;
            }
        }
    });
    (address, counts)
}

#[tokio::test]
async fn values_on_the_socket_of_a_refused_bind_are_sent_again_until_they_are_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store");
    let (mut store, _) = Store::open(&file, rules(Flush::BeforeBind)).expect("opens");
    let push = Push { thing: "pump".into(), property: "p".into(), value: Value::Number(1.0), time_ms: 1 };
    let request = crate::live::store::update("pump".to_owned(), &[push]);
    assert_eq!(store.put(vec![crate::live::store::Entry::Message { request, count: 1 }]).stored, 1);
    drop(store);
    let (address, counts) = refuses_binds(1).await;
    let (agent, ear, opened) = keeps(profile(address), &file, rules(Flush::BeforeBind));
    assert_eq!(opened.waiting, 1);
    ear.until(0, |told| matches!(told, Told::Store(News::Unanswered { count: 1 }))).await;
    flushed(&ear).await;
    // Nothing waits any more, so nothing is sent with the next attempts.
    let tries = ear.all().iter().filter(|told| matches!(told, Told::Tries { .. })).count();
    ear.until(tries + 2, |told| matches!(told, Told::Tries { same_socket: true, .. })).await;
    agent.stop().await;
    let sent: usize = counts.lock().expect("sound").iter().sum();
    assert_eq!(sent, 2, "once unanswered, once answered: {:?}", counts.lock().expect("sound"));
    let (_, opened) = Store::open(&file, rules(Flush::BeforeBind)).expect("opens");
    assert_eq!(opened.waiting, 0);
}
