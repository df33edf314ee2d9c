//! Conversations in bad order: silence, garbage, the wrong session, too much at once.

use super::{Pair, frame, terms};
use crate::base::Micros;
use crate::wire::session::{
    Action, Client, Event, House, MOST_WAITING, Notice, Phase, SendError, Server, Step, Terms,
};
use crate::wire::{Auth, Body, Code, Fault, NO_SESSION, Request, Response, Status};
use proptest::prelude::*;

fn bound() -> Pair {
    let mut pair = Pair::new(terms("good", "pump-1"), House::default());
    pair.open();
    pair
}

fn at(s: u64) -> Micros {
    Micros::from_secs(69_506 + s)
}

fn start() -> Request {
    Request::service("pump-1", "Start", None)
}

#[test]
fn a_mute_platform_is_noticed_step_by_step() {
    let mut pair = Pair::new(terms("good", "pump-1"), House::default());
    pair.mute = true;
    pair.open();
    assert_eq!(pair.client.due(), Some(at(10)));
    pair.wait(at(10));
    assert_eq!(pair.to_client, [Notice::StepTimedOut(Step::Auth)]);
    assert_eq!(pair.client.phase(), Phase::Open);
    // On its side the platform heard nothing and ends it.
    pair.wait(at(20));
    assert_eq!(pair.closed, [(1008, "Authentication timeout".to_owned())]);
}

#[test]
fn a_platform_that_falls_silent_is_left_after_the_next_ping() {
    let mut pair = bound();
    pair.mute = true;
    pair.wait(at(200));
    // Ping after 55 s, no pong for 10 s: as measured with the C SDK client. The platform's 60 s came first.
    assert_eq!(pair.closed, [(1000, "Idle timeout".to_owned())]);
    let mut pair = Pair::new(terms("good", "pump-1"), House { idle: at(0), ..House::default() });
    pair.open();
    pair.mute = true;
    pair.wait(at(64));
    assert_eq!(pair.client.phase(), Phase::Bound);
    pair.wait(at(65));
    assert_eq!(pair.closed, [(1000, "Normal Close Pong timeout".to_owned())]);
    assert!(pair.to_client.contains(&Notice::NoPong));
}

#[test]
fn an_empty_pong_counts_only_where_it_is_taken() {
    for (takes_empty_pongs, phase) in [(false, Phase::Closing), (true, Phase::Bound)] {
        let mut client = Client::new(Terms { takes_empty_pongs, ..terms("good", "pump-1") });
        let mut out = Vec::new();
        let done = || Body::Response(Response::new(Status::SUCCESS));
        client.step(Micros::ZERO, Event::Opened, &mut out);
        client.step(Micros::ZERO, Event::Frame(&frame((1, 0, 7), done())), &mut out);
        client.step(Micros::ZERO, Event::Frame(&frame((2, 0, 7), done())), &mut out);
        assert_eq!(client.phase(), Phase::Bound);
        assert!(out.contains(&Action::Ping(b"00:00:00".to_vec())));
        client.step(Micros::SECOND, Event::Pong(b""), &mut out);
        client.step(Micros::from_secs(10), Event::Due, &mut out);
        assert_eq!(client.phase(), phase);
    }
}

#[test]
fn unanswered_requests_time_out_and_late_answers_are_strays() {
    let mut pair = bound();
    pair.mute = true;
    let mut up = Vec::new();
    let id = pair.client.request(pair.now, start(), &mut up).unwrap();
    pair.carry(up, Vec::new());
    pair.wait(at(10));
    assert_eq!(pair.to_client.last(), Some(&Notice::TimedOut { request: id }));
    let mut out = Vec::new();
    let late = frame((id, 0, 0xee83), Body::Response(Response::new(Status::SUCCESS)));
    pair.client.step(pair.now, Event::Frame(&late), &mut out);
    assert!(matches!(out[..], [Action::Tell(Notice::Stray(ids))] if ids.request == id));
}

#[test]
fn a_lost_socket_names_what_was_not_answered() {
    let mut pair = bound();
    pair.mute = true;
    let mut up = Vec::new();
    let ids = [0, 1].map(|_| pair.client.request(pair.now, start(), &mut up).unwrap());
    let mut out = Vec::new();
    pair.client.step(pair.now, Event::Closed, &mut out);
    assert_eq!(out, [Action::Tell(Notice::Ended { unanswered: ids.to_vec() })]);
    out.clear();
    pair.client.step(pair.now, Event::Frame(&[1, 2, 3]), &mut out);
    assert_eq!((out.len(), pair.client.due()), (0, None));
}

#[test]
fn two_waits_that_end_together_are_told_once() {
    // Found by the fuzzer: a host that slept finds both over, and would have been told again at once.
    let mut server = Server::new(House::default());
    let mut out = Vec::new();
    server.step(Micros::ZERO, Event::Opened, &mut out);
    let now = Micros::from_secs(3_600);
    server.step(now, Event::Due, &mut out);
    assert!(matches!(&out[..], [Action::Close { code: 1008, .. }]), "{out:?}");
    assert!(server.due().is_some_and(|due| due > now));
}

#[test]
fn nothing_comes_before_auth() {
    let mut server = Server::new(House::default());
    let mut out = Vec::new();
    server.step(Micros::ZERO, Event::Opened, &mut out);
    server.step(Micros::ZERO, Event::Frame(&frame((1, 0, NO_SESSION), Body::Request(start()))), &mut out);
    let [Action::Tell(Notice::BeforeAuth(Code::Call(_))), Action::Close { code: 1008, .. }] = &out[..] else {
        panic!("{out:?}")
    };
    out.clear();
    let auth = frame((2, 0, NO_SESSION), Body::Auth(Auth::app_key("good")));
    server.step(Micros::ZERO, Event::Frame(&auth), &mut out);
    assert_eq!(out, []);
    assert!(server.request(Micros::ZERO, start(), &mut out).is_err());
}

#[test]
fn another_session_is_refused() {
    let mut pair = bound();
    let mut out = Vec::new();
    pair.server.step(pair.now, Event::Frame(&frame((9, 0, 1), Body::Request(start()))), &mut out);
    let [Action::Tell(Notice::WrongSession(_)), Action::Send(answer)] = &out[..] else { panic!("{out:?}") };
    assert_eq!(super::decode(answer).body, Body::Response(Response::new(Status::UNAUTHORIZED)));
}

#[test]
fn unreadable_requests_are_refused_and_garbage_ends_the_session() {
    let mut request = frame((9, 0, 0xee83), Body::Request(start()));
    request.truncate(20);
    for end in ["client", "server"] {
        let mut pair = bound();
        let mut out = Vec::new();
        let mut give = |bytes: &[u8], out: &mut Vec<Action>| match end {
            "client" => pair.client.step(pair.now, Event::Frame(bytes), out),
            _ => pair.server.step(pair.now, Event::Frame(bytes), out),
        };
        give(&request, &mut out);
        let [Action::Tell(Notice::Fault(error)), Action::Send(answer)] = &out[..] else { panic!("{out:?}") };
        assert!(matches!(error.fault, Fault::CutOff { .. }), "{error}");
        assert_eq!(super::decode(answer).ids.request, 9);
        out.clear();
        give(b"HTTP/1.1 400 Bad Request", &mut out);
        assert!(matches!(out[1], Action::Close { code: 1002, .. }), "{out:?}");
    }
}

#[test]
fn unknown_requests_are_answered_and_keep_alive_is_not() {
    for (code, answered) in [(0x1f, 0), (0x20, 1), (0x0d, 1)] {
        let mut pair = bound();
        let message = frame((9, 0, 0xee83), Body::Other(code, vec![1, 2]));
        let (mut up, mut down) = (Vec::new(), Vec::new());
        pair.client.step(pair.now, Event::Frame(&message), &mut up);
        pair.server.step(pair.now, Event::Frame(&message), &mut down);
        assert_eq!((up.len(), down.len()), (answered, answered));
    }
}

#[test]
fn requests_that_wait_are_bounded() {
    let mut pair = bound();
    let mut out = Vec::new();
    for _ in 0..MOST_WAITING {
        pair.client.request(pair.now, start(), &mut out).unwrap();
    }
    let refused = pair.client.request(pair.now, start(), &mut out);
    assert_eq!(refused, Err(SendError::Full(MOST_WAITING)));
}

#[test]
fn a_shut_down_does_not_wait_for_a_mute_platform() {
    let mut pair = bound();
    pair.mute = true;
    let mut up = Vec::new();
    pair.client.shut_down(pair.now, &mut up);
    assert_eq!(up.len(), 1);
    pair.carry(up, Vec::new());
    pair.wait(at(1));
    assert_eq!(pair.closed, [(1000, "Normal Close".to_owned())]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever comes, in whatever order: no panic, bounded actions, and `due` never lies in the past
    /// after it was told.
    #[test]
    fn any_events(events in prop::collection::vec((0_u8..8, 0_u64..30, prop::collection::vec(any::<u8>(), 0..40)), 0..40)) {
        let mut pair = bound();
        for (kind, wait, bytes) in events {
            pair.now = pair.now + Micros::from_secs(wait);
            let code = bytes.first().copied().unwrap_or(0x40);
            let close = [&[1, code][..], &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xee, 0x83, 0], &bytes].concat();
            let event = match kind {
                0 => Event::Opened,
                1 => Event::Frame(&bytes),
                2..4 => Event::Frame(&close),
                4 => Event::Ping(&bytes),
                5 => Event::Pong(&bytes),
                6 if wait == 0 => Event::Closed,
                _ => Event::Due,
            };
            let (mut up, mut down) = (Vec::new(), Vec::new());
            pair.client.step(pair.now, event, &mut up);
            pair.server.step(pair.now, event, &mut down);
            prop_assert!(up.len() < 8 && down.len() < 8);
            if event == Event::Due {
                prop_assert!(pair.client.due().is_none_or(|due| due > pair.now), "{:?}", pair.client);
                prop_assert!(pair.server.due().is_none_or(|due| due > pair.now), "{:?}", pair.server);
            }
        }
    }
}
