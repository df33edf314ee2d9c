//! The frames of an agent in words, for people who follow a conversation.
//!
//! A message is decoded; the claims of an AUTH are its application key and are not shown.

use crate::wire::{Body, Code, Content, Envelope, InfoTable, Limits, Message, Response, Value};

/// Longest text that is kept of a frame [characters].
const LONGEST: usize = 240;
/// Values that are shown of a message.
const VALUES: usize = 4;
/// Things that are named of a bind.
const THINGS: usize = 3;

/// A frame as it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing<'a> {
    /// A message of the protocol, or a part of one.
    Message(&'a [u8]),
    /// A ping with so much content \[bytes\].
    Ping(usize),
    /// A pong with so much content \[bytes\].
    Pong(usize),
    /// A close frame with its reason.
    Close(&'a str),
}

/// A frame that has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Whether it went to the platform.
    pub sent: bool,
    /// Its length \[bytes\].
    pub bytes: usize,
    /// What it is: `AUTH`, `POST`, `SUCCESS`, `ping`.
    pub word: String,
    /// What it says, in words.
    pub text: String,
}

impl Passed {
    /// Decodes a frame.
    pub fn of(sent: bool, frame: &Passing<'_>) -> Self {
        let short =
            |bytes: usize, word: &str, text: String| Self { sent, bytes, word: word.to_owned(), text };
        match *frame {
            Passing::Ping(bytes) => short(bytes, "ping", String::new()),
            Passing::Pong(bytes) => short(bytes, "pong", String::new()),
            Passing::Close(reason) => short(reason.len(), "close", reason.to_owned()),
            Passing::Message(bytes) => {
                let (word, text) = message(bytes);
                Self { sent, bytes: bytes.len(), word, text: shortened(&text) }
            }
        }
    }
}

/// Returns what a message is, and what it says.
fn message(frame: &[u8]) -> (String, String) {
    let limits = Limits::default();
    let unreadable = |error: &dyn std::fmt::Display| ("unreadable".to_owned(), error.to_string());
    let envelope = match Envelope::decode(frame, &limits) {
        Ok(envelope) => envelope,
        Err(error) => return unreadable(&error),
    };
    let name = if let Code::Response(status) = envelope.code { status.name() } else { None };
    let word = name.map_or_else(|| envelope.code.to_string(), str::to_owned);
    let request = envelope.ids.request;
    if let Some(slot) = envelope.slot {
        return (word, format!("request {request}, part {} of {}", slot.number, slot.count));
    }
    let said = match Message::open(&envelope, &limits) {
        Ok(message) => body(&message.body),
        Err(error) => return unreadable(&error),
    };
    let separator = if said.is_empty() { "" } else { ": " };
    (word, format!("request {request}{separator}{said}"))
}

fn body(body: &Body) -> String {
    match body {
        Body::Auth(_) => "application key, not shown".to_owned(),
        Body::Bind(bind) | Body::Unbind(bind) => {
            let more = bind.things.len().saturating_sub(THINGS);
            let named = bind.things[..bind.things.len() - more].join(", ");
            if more > 0 { format!("{named} and {more} more") } else { named }
        }
        Body::Request(request) => {
            let what = format!("{} {} of {}", request.part.word(), request.name, request.entity);
            with_values(what, request.content.as_ref())
        }
        Body::Response(Response { reason, content, .. }) => {
            let table = if let Content::Table(table) = content { Some(table) } else { None };
            with_values(reason.clone().unwrap_or_default(), table)
        }
        Body::KeepAlive(bytes) | Body::Other(_, bytes) => format!("{} bytes", bytes.len()),
    }
}

/// Returns words with the first values of a table behind them.
fn with_values(words: String, table: Option<&InfoTable>) -> String {
    let Some(table) = table else { return words };
    let mut values = Vec::new();
    collect(table, &mut values);
    if values.is_empty() {
        return words;
    }
    let more = if values.len() > VALUES { ", …" } else { "" };
    values.truncate(VALUES);
    let separator = if words.is_empty() { "" } else { "; " };
    format!("{words}{separator}{}{more}", values.join(", "))
}

/// Adds the values of a table, those of tables in it too, as far as they are shown.
fn collect(table: &InfoTable, values: &mut Vec<String>) {
    for row in &table.rows {
        for (field, value) in table.fields.iter().zip(row) {
            if values.len() > VALUES {
                return;
            }
            match value {
                Value::Nothing => {}
                Value::Table(inner) => collect(inner, values),
                value => values.push(format!("{} = {}", field.name, shown(value))),
            }
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Nothing => "nothing".to_owned(),
        Value::Text(_, text) => format!("\"{text}\""),
        Value::Number(number) => number.to_string(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Datetime(ms) => format!("{ms} ms"),
        Value::Table(table) => format!("{} rows", table.rows.len()),
        Value::Location(longitude, latitude, elevation) => format!("{longitude}° {latitude}° {elevation} m"),
        Value::Bytes(_, bytes) => format!("{} bytes", bytes.len()),
        Value::Variant(inner) => shown(inner),
        Value::Integer(number) => number.to_string(),
    }
}

/// Returns a text cut to what is kept, without line ends.
fn shortened(text: &str) -> String {
    let mut kept: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::agent::{Push, Thing};
    use crate::wire::split::frames;
    use crate::wire::{Auth, Bind, FRAME, Ids, Request, Status};

    fn passed(body: Body) -> Passed {
        let ids = Ids { request: 7, endpoint: 0, session: 1 };
        let frames = frames(&Message::new(ids, body), FRAME, &Limits::default()).expect("encodes");
        Passed::of(true, &Passing::Message(&frames[0]))
    }

    #[test]
    fn messages_are_told_in_words_and_keys_are_not() {
        let auth = passed(Body::Auth(Auth::app_key("planted-secret")));
        assert_eq!(
            (auth.word.as_str(), auth.text.as_str()),
            ("AUTH", "request 7: application key, not shown")
        );
        assert!(!format!("{auth:?}").contains("planted"));
        let things = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(passed(Body::Bind(Bind { gateway: None, things })).text, "request 7: a, b, c and 2 more");
        let push =
            Push { thing: "pump".into(), property: "level".into(), value: Value::Number(2.5), time_ms: 3 };
        let (thing, pushes) = Thing::new(vec!["pump".into()]).push(vec![push]).pop_first().unwrap();
        let request = crate::live::store::update(thing, &pushes);
        let told = passed(Body::Request(request));
        let words =
            "request 7: service UpdateSubscribedPropertyValues of pump; name = \"level\", value = 2.5";
        assert!(told.word == "POST" && told.text.starts_with(words), "{told:?}");
        let refused = passed(Body::Response(Response::refused(Status::NOT_FOUND, "no such thing")));
        assert_eq!((refused.word.as_str(), refused.text.as_str()), ("NOT_FOUND", "request 7: no such thing"));
        assert_eq!(passed(Body::Response(Response::new(Status::SUCCESS))).text, "request 7");
    }

    #[test]
    fn what_is_no_message_and_what_is_long_is_told_too() {
        let broken = Passed::of(false, &Passing::Message(&[1, 2]));
        assert!(broken.word == "unreadable" && !broken.text.is_empty(), "{broken:?}");
        let long = passed(Body::Request(Request::service("x".repeat(3_000), "y\nz", None)));
        assert_eq!(long.text.chars().count(), LONGEST + 1);
        assert_eq!(Passed::of(true, &Passing::Close("bye")).text, "bye");
    }
}
