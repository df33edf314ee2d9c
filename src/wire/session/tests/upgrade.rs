//! The texts of the upgrade, as measured with the C SDK client.

use crate::wire::session::upgrade::{
    Accepted, LONGEST_C_SDK_REQUEST, Upgrade, UpgradeError, check, refusal, refusal_of,
};
use proptest::prelude::*;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

fn ours() -> Upgrade {
    Upgrade::new("platform.example", *b"the sample nonce", "00000000-1111-2222-3333-444444444444")
}

fn c_sdk() -> String {
    format!(
        "GET /Thingworx/WS HTTP/1.1\r\nUser-Agent: ThingWorx C SDK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Host: platform.example\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\
         Sec-WebSocket-Extensions: permessage-deflate\r\nMax-Frame-Size: 8192\r\n\
         appKey: 00000000-1111-2222-3333-444444444444\r\n\r\n"
    )
}

#[test]
fn our_request_is_that_of_the_c_sdk_without_deflate() {
    let expected = c_sdk()
        .replace("ThingWorx C SDK", "regather")
        .replace("Sec-WebSocket-Extensions: permessage-deflate\r\n", "");
    let text = ours().request().unwrap();
    assert_eq!(text, expected);
    assert!(text.len() <= LONGEST_C_SDK_REQUEST);
    assert_eq!(Upgrade::parse(text.as_bytes()), Ok(Some((ours(), text.len()))));
}

#[test]
fn a_request_of_the_c_sdk_is_taken_whole_or_in_pieces() {
    let text = c_sdk() + "more";
    for length in 0..text.len() - 4 {
        assert_eq!(Upgrade::parse(&text.as_bytes()[..length]), Ok(None));
    }
    let (request, length) = Upgrade::parse(text.as_bytes()).unwrap().unwrap();
    assert_eq!(length, text.len() - 4);
    assert_eq!((request.host.as_str(), request.max_frame), ("platform.example", Some(8_192)));
    assert!(!format!("{request:?}").contains("4444"));
}

#[test]
fn the_answer_is_what_a_c_sdk_agent_needs() {
    let answer = ours().answer();
    assert_eq!(&answer[9..12], "101");
    assert!(answer.contains("\r\nConnection: Upgrade\r\n"));
    assert!(answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    assert!(answer.ends_with("\r\n\r\n") && !answer.contains("Extensions"));
    let accepted = Accepted { head: answer.len(), c_sdk_fails: None };
    assert_eq!(check(answer.as_bytes(), KEY), Ok(Some(accepted)));
}

#[test]
fn what_a_c_sdk_agent_stumbles_over_is_said() {
    let answer = ours().answer();
    let fails = |text: &str| check(text.as_bytes(), KEY).unwrap().unwrap().c_sdk_fails.unwrap_or_default();
    assert!(
        fails(&answer.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade")).contains("list")
    );
    assert!(fails(&(answer.clone() + "\u{1}")).contains("lose"));
    assert_eq!(fails(&answer.replace("Upgrade\r", "UPGRADE\r")), "");
}

#[test]
fn answers_that_make_no_websocket_say_why() {
    let answer = ours().answer();
    let error = |text: &str| check(text.as_bytes(), KEY).unwrap_err();
    assert_eq!(error(&refusal(503, Some(7))), UpgradeError::Status { status: 503, retry_after: Some(7) });
    assert!(error(&refusal(403, None)).to_string().contains("application key is not accepted"));
    assert!(error(&refusal(404, None)).to_string().contains("/Thingworx/WS"));
    assert_eq!(error("SSH-2.0-OpenSSH_9.6\r\n\r\n"), UpgradeError::NotHttp { at: 0 });
    let header = |text: &str| match error(text) {
        UpgradeError::Header { name, found, .. } => format!("{name} {found}"),
        other => panic!("{other}"),
    };
    assert_eq!(
        header(&answer.replace("s3pP", "AAAA")),
        "Sec-WebSocket-Accept `AAAALMBiTxaQ9kYGzzhZRbK+xOo=`"
    );
    assert_eq!(header(&answer.replace("Upgrade: websocket\r\n", "")), "Upgrade missing");
    assert_eq!(header(&answer.replace("Connection: Upgrade", "Connection: close")), "Connection `close`");
    let deflate = answer
        .replace("Upgrade: websocket", "Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate");
    assert_eq!(error(&deflate), UpgradeError::Extension("permessage-deflate".into()));
}

#[test]
fn requests_that_are_none_get_their_status() {
    let status = |text: &str| {
        let error = Upgrade::parse(text.as_bytes()).unwrap_err();
        refusal_of(&error)[9..12].to_owned()
    };
    let good = c_sdk();
    assert_eq!(status(&good.replace("GET", "POST")), "405");
    assert_eq!(status(&good.replace("HTTP/1.1", "HTTP/1.0")), "400");
    assert_eq!(status(&good.replace("Version: 13", "Version: 8")), "426");
    assert_eq!(status(&good.replace("Connection: Upgrade", "Connection: keep-alive")), "400");
    assert_eq!(status(&good.replace(KEY, "short")), "400");
    assert_eq!(status(&good.replace("8192", "12")), "400");
    assert_eq!(status(&"a".repeat(8_192)), "431");
}

#[test]
fn settings_cannot_smuggle_headers() {
    let inject = |change: fn(&mut Upgrade)| {
        let mut request = ours();
        change(&mut request);
        request.request()
    };
    assert_eq!(
        inject(|r| r.app_key = Some("a\r\nHost: b".into())),
        Err(UpgradeError::Control("The application key"))
    );
    assert_eq!(inject(|r| r.host = "a\nb".into()), Err(UpgradeError::Control("The host")));
    assert_eq!(inject(|r| r.path = "/a b".into()), Err(UpgradeError::Control("The path")));
}

proptest! {
    #[test]
    fn any_text_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>()) {
        let _ = Upgrade::parse(&bytes);
        let _ = check(&bytes, KEY);
        let mut text = c_sdk().into_bytes();
        let at = cut.index(text.len());
        text.splice(at..at, bytes.iter().copied());
        let _ = Upgrade::parse(&text);
        let mut text = ours().answer().into_bytes();
        let at = cut.index(text.len());
        text.splice(at..at, bytes);
        let _ = check(&text, KEY);
    }
}
