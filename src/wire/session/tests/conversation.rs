//! Conversations in good order.

use super::{Pair, decode, terms};
use crate::base::Micros;
use crate::wire::session::{Action, Client, Event, House, Notice, Phase, SendError, Server, Step, Terms};
use crate::wire::{
    Body, Code, Content, InfoTable, Method, NO_SESSION, Part, Request, Response, Status, Value,
};

fn bound() -> Pair {
    let mut pair = Pair::new(terms("good", "pump-1"), House::default());
    pair.open();
    assert_eq!(pair.client.phase(), Phase::Bound);
    pair
}

fn write(value: i32) -> Request {
    let table = InfoTable::single("Counter", Value::Integer(value));
    Request::new(Method::Put, "pump-1", Part::Property, "Counter", Some(table))
}

#[test]
fn auth_bind_ping_as_recorded() {
    let pair = bound();
    assert_eq!(pair.to_client, [Notice::SignedIn { session: 0xee83 }, Notice::Bound]);
    let [auth, bind] = &pair.frames[..] else { panic!("{:?}", pair.frames) };
    let (auth, bind) = (decode(auth), decode(bind));
    assert_eq!((auth.body.code(), auth.ids.request, auth.ids.session), (Code::Auth, 1, NO_SESSION));
    assert_eq!((bind.body.code(), bind.ids.request, bind.ids.session), (Code::Bind, 2, 0xee83));
    assert!(pair.server.things().contains("pump-1"));
    // The ping went out and came back; the next is due after its period.
    assert_eq!(pair.client.due(), Some(pair.now + Micros::from_secs(55)));
}

#[test]
fn the_recorded_agent_gets_the_recorded_answers() {
    // The platform of the recording, played by ours: every byte that it sent, we send.
    let records = crate::wire::tests::vectors::records();
    let answer_to = |request: u32| {
        let messages = records.iter().filter(|record| record.from == "server").map(|r| decode(&r.bytes));
        let answers = messages.filter_map(|message| match message.body {
            Body::Response(response) if message.ids.request == request => Some(response),
            _ => None,
        });
        answers.take(1).last().unwrap()
    };
    let mut server = Server::new(House { endpoint: 0xabcd, first_request: 1001, ..House::default() });
    let (mut out, mut sent, mut same, mut answered) = (Vec::new(), Vec::new(), 0, 0);
    server.step(Micros::ZERO, Event::Opened, &mut out);
    // The last message of the recording is one in parts, which that platform cuts differently.
    for record in &records[..records.len() - 3] {
        let frame = record.complete();
        if record.from == "client" {
            server.step(Micros::ZERO, Event::Frame(&frame), &mut out);
        } else if let Body::Request(request) = decode(&frame).body {
            server.request(Micros::ZERO, request, &mut out).unwrap();
        }
        for action in std::mem::take(&mut out) {
            let mut answers = Vec::new();
            match action {
                Action::Send(frame) => answers.push(Action::Send(frame)),
                Action::Tell(Notice::Auth { ids, .. }) => server.sign_in(ids, 0xee83, &mut answers).unwrap(),
                Action::Tell(Notice::Bind { ids, bind }) => {
                    server.accept_bind(ids, &bind, &mut answers).unwrap();
                }
                Action::Tell(Notice::Request { ids, .. }) => {
                    server.answer(ids, answer_to(ids.request), &mut answers).unwrap();
                }
                Action::Tell(Notice::Answer { .. }) => answered += 1,
                Action::Tell(Notice::Unbound(_)) => {}
                other => panic!("{other:?}"),
            }
            sent.extend(answers);
        }
        if record.from == "server" {
            assert_eq!(sent.remove(0), Action::Send(frame));
            same += 1;
        }
    }
    assert_eq!((same, answered, sent), (15, 4, vec![]));
}

#[test]
fn requests_go_both_ways_and_answers_find_them() {
    let mut pair = bound();
    let (mut up, mut down) = (Vec::new(), Vec::new());
    let id = pair.client.request(pair.now, write(7), &mut up).unwrap();
    let asked = pair.server.request(pair.now, Request::service("pump-1", "Start", None), &mut down).unwrap();
    pair.carry(up, down);
    let done = Response::new(Status::SUCCESS);
    assert!(pair.to_client.contains(&Notice::Answer { request: id, response: done }));
    let ids = pair.to_client.iter().find_map(|notice| match notice {
        Notice::Request { ids, request } if request.name == "Start" => Some(*ids),
        _ => None,
    });
    let ids = ids.unwrap();
    assert_eq!((ids.request, ids.endpoint, ids.session), (asked, 1, 0xee83));
    let result = Response::result(InfoTable::single("result", Value::Number(5.5)));
    let mut up = Vec::new();
    pair.client.answer(ids, result.clone(), &mut up).unwrap();
    pair.carry(up, Vec::new());
    assert_eq!(pair.to_server.last(), Some(&Notice::Answer { request: asked, response: result }));
    assert_eq!(pair.client.waiting(), 0);
}

#[test]
fn long_messages_pass_in_parts_both_ways() {
    let mut pair = bound();
    let before = pair.frames.len();
    let text = "x".repeat(18_000);
    let table = InfoTable::single("Blob", Value::string(text.clone()));
    let request = Request::new(Method::Put, "pump-1", Part::Property, "Blob", Some(table));
    let mut up = Vec::new();
    pair.client.request(pair.now, request.clone(), &mut up).unwrap();
    pair.carry(up, Vec::new());
    assert_eq!(pair.frames.len() - before, 3);
    assert!(pair.frames.iter().all(|frame| frame.len() <= 8_192));
    let mut down = Vec::new();
    pair.server.request(pair.now, request.clone(), &mut down).unwrap();
    assert_eq!(down.len(), 3);
    pair.carry(Vec::new(), down);
    for told in [&pair.to_server, &pair.to_client] {
        let found = told.iter().any(|n| matches!(n, Notice::Request { request: r, .. } if *r == request));
        assert!(found, "{told:?}");
    }
}

#[test]
fn a_session_stands_for_hours_and_ends_in_order() {
    let mut pair = bound();
    pair.wait(pair.now + Micros::from_secs(4 * 3_600));
    assert_eq!((pair.client.phase(), &pair.closed[..]), (Phase::Bound, &[][..]));
    let mut up = Vec::new();
    pair.client.shut_down(pair.now, &mut up);
    pair.carry(up, Vec::new());
    assert_eq!(pair.closed, [(1000, "Normal Close".to_owned())]);
    assert_eq!(decode(pair.frames.last().unwrap()).body.code(), Code::Unbind);
    assert_eq!((pair.client.phase(), pair.client.due(), pair.server.due()), (Phase::Closed, None, None));
    assert!(pair.server.things().is_empty());
    assert!(pair.to_server.contains(&Notice::Ended { unanswered: vec![] }));
    let sent = pair.client.request(pair.now, write(1), &mut Vec::new());
    assert_eq!(sent, Err(SendError::NotNow("a request")));
}

#[test]
fn a_flushed_store_goes_out_between_auth_and_bind() {
    let terms = Terms { bind_when_told: true, ..terms("good", "pump-1") };
    let mut pair = Pair::new(terms, House::default());
    pair.open();
    assert_eq!(pair.client.phase(), Phase::SignedIn);
    let mut up = Vec::new();
    pair.client.request(pair.now, write(1), &mut up).unwrap();
    pair.client.bind(pair.now, &mut up).unwrap();
    pair.carry(up, Vec::new());
    let codes: Vec<Code> = pair.frames.iter().map(|frame| decode(frame).body.code()).collect();
    assert_eq!(codes, [Code::Auth, Code::Call(Method::Put), Code::Bind]);
    assert_eq!(pair.client.phase(), Phase::Bound);
}

#[test]
fn refusals_leave_the_socket_open_for_another_try() {
    for (key, thing, step, status, reason) in [
        ("bad", "pump-1", Step::Auth, Status::UNAUTHORIZED, "Unknown key"),
        ("good", "taken", Step::Bind, Status::FORBIDDEN, "Bound already"),
    ] {
        let mut pair = Pair::new(terms(key, thing), House::default());
        pair.open();
        let refused = Notice::Refused { step, status, reason: Some(reason.into()) };
        assert_eq!(pair.to_client.last(), Some(&refused));
        assert_eq!((pair.client.phase(), &pair.closed[..]), (Phase::Open, &[][..]));
        let mut up = Vec::new();
        pair.client.authenticate(pair.now, &mut up).unwrap();
        pair.carry(up, Vec::new());
        assert_eq!(pair.to_client.iter().filter(|notice| **notice == refused).count(), 2);
    }
}

#[test]
fn pings_of_the_platform_are_answered_only_where_agents_do() {
    for (answers_pings, expected) in [(false, 0), (true, 1)] {
        let mut client = Client::new(Terms { answers_pings, ..terms("good", "pump-1") });
        let mut out = Vec::new();
        client.step(Micros::ZERO, Event::Opened, &mut out);
        out.clear();
        client.step(Micros::ZERO, Event::Ping(b"x"), &mut out);
        assert_eq!(out.len(), expected);
    }
}

#[test]
fn the_content_of_an_answer_arrives() {
    let body = Response::result(InfoTable::single("result", Value::Boolean(true)));
    let table = body.content.table().unwrap();
    assert_eq!(table.get(0, "result"), Some(&Value::Boolean(true)));
    let message = decode(&super::frame((1, 2, 3), Body::Response(body.clone())));
    let Body::Response(again) = message.body else { panic!() };
    assert_eq!(again.content, Content::Table(table.clone()));
}
