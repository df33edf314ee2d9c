//! A recorded conversation of the C SDK client with a platform, frame by frame.

use super::{decoded, encoded};
use crate::base::Micros;
use crate::wire::split::{Joiner, frames};
use crate::wire::{Body, Envelope, FRAME, InfoTable, Limits, Message, Value};
use serde_json::Value as Json;

/// One frame of the recording.
pub struct Record {
    /// The frame; recorded frames end after 4096 bytes.
    pub bytes: Vec<u8>,
    /// Its meaning as the recorder understood it.
    pub meaning: Json,
    /// The whole message, with the last part of one.
    whole: Option<Json>,
    /// `client` or `server`.
    pub from: String,
}

impl Record {
    fn number(&self, key: &str) -> Option<u64> {
        self.meaning[key].as_u64()
    }

    /// Returns the frame as it was sent. Longer ones end in runs of one letter, which are continued here.
    pub fn complete(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        if let Some(data) = self.number("data_len") {
            let entity = self.meaning["entity"].as_str().unwrap().len();
            bytes.resize(21 + 2 + entity + data as usize, *bytes.last().unwrap());
        }
        bytes
    }
}

/// Returns all frames in order.
pub fn records() -> Vec<Record> {
    let text = include_str!("../../../tests/vectors/alwayson/plain-conversation.json");
    let list: Vec<Json> = serde_json::from_str(text).unwrap();
    let record = |json: Json| Record {
        bytes: bytes(json["hex"].as_str().unwrap()),
        meaning: json["decoded"].clone(),
        whole: json.get("reassembled").cloned(),
        from: json["from"].as_str().unwrap().to_owned(),
    };
    list.into_iter().map(record).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    hex.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

fn same_value(value: &Value, json: &Json) {
    match (value, json) {
        (Value::Table(table), _) => same_table(table, json),
        (Value::Variant(inside), _) => {
            assert_eq!(json[0], "variant");
            same_value(inside, &json[1]);
        }
        (Value::Text(_, text), Json::String(expected)) => match expected.split_once("...(") {
            // The recorder shortens long texts: their beginning, then their length.
            Some((start, length)) => {
                assert!(text.starts_with(start), "{text}");
                assert_eq!(Some(text.chars().count()), length.trim_end_matches(')').parse().ok());
            }
            None => assert_eq!(text, expected),
        },
        (Value::Datetime(ms), _) => assert_eq!(serde_json::json!(["dt", ms]), *json),
        _ => assert_eq!(value.number(), json.as_f64(), "{value:?} {json}"),
    }
}

fn same_table(table: &InfoTable, json: &Json) {
    let fields: Vec<Json> = table.fields.iter().map(|f| serde_json::json!([f.name, f.base.0])).collect();
    assert_eq!(Json::Array(fields), json["fields"]);
    let rows = json["rows"].as_array().unwrap();
    assert_eq!(table.rows.len(), rows.len());
    for (row, expected) in table.rows.iter().zip(rows) {
        let expected = expected.as_array().unwrap();
        assert_eq!(row.len(), expected.len());
        row.iter().zip(expected).for_each(|(value, json)| same_value(value, json));
    }
}

fn same(message: &Message, json: &Json) {
    assert_eq!(message.body.code().to_string().split(' ').next(), json["code"].as_str());
    let ids = message.ids;
    assert_eq!(Some(u64::from(ids.request)), json["rid"].as_u64());
    assert_eq!(Some(format!("{:#x}", ids.endpoint).as_str()), json["ep"].as_str());
    assert_eq!(Some(u64::from(ids.session)), json["sid"].as_u64());
    assert_eq!(Some(message.trailing.len() as u64), json["trailing"].as_u64());
    let table = match &message.body {
        Body::Auth(auth) => {
            assert_eq!(serde_json::to_value(&auth.claims).unwrap(), json["claims"]);
            return;
        }
        Body::Bind(bind) | Body::Unbind(bind) => {
            assert_eq!(serde_json::to_value(&bind.things).unwrap(), json["names"]);
            assert_eq!(bind.gateway, None);
            return;
        }
        Body::Request(request) => {
            assert_eq!(Some(u64::from(request.kind.0)), json["etype"].as_u64());
            assert_eq!(Some(request.entity.as_str()), json["entity"].as_str());
            assert_eq!(Some(u64::from(request.part.byte())), json["ctype"].as_u64());
            assert_eq!(Some(request.name.as_str()), json["char"].as_str());
            (request.content.as_ref(), &json["params"])
        }
        Body::Response(response) => (response.content.table(), &json["content"]),
        other => panic!("{other:?}"),
    };
    match table {
        (Some(table), json) => same_table(table, json),
        (None, json) => assert!(json.is_null(), "{json}"),
    }
}

#[test]
fn every_frame_means_what_was_recorded_and_encodes_to_the_same_bytes() {
    let records = records();
    assert_eq!(records.len(), 32);
    for (n, record) in records.iter().enumerate() {
        let envelope = Envelope::decode(&record.bytes, &Limits::default()).unwrap();
        let mut again = Vec::new();
        envelope.encode(&mut again);
        assert_eq!(again, record.bytes, "envelope of frame {n}");
        if let Some(slot) = envelope.slot {
            let numbers = ["chunk", "of", "csize"].map(|key| record.number(key).unwrap());
            assert_eq!([slot.number, slot.count, slot.size].map(u64::from), numbers);
        } else {
            let message = decoded(&record.bytes);
            same(&message, &record.meaning);
            assert_eq!(encoded(&message), record.bytes, "message of frame {n}");
        }
    }
}

#[test]
fn parts_join_to_the_message_and_are_cut_to_the_same_bytes() {
    let limits = Limits::default();
    let mut joiner = Joiner::default();
    let (mut sent, mut whole, mut seen) = (Vec::new(), 0, [0, 0]);
    for record in records().iter().filter(|record| record.number("chunk").is_some()) {
        let frame = record.complete();
        let envelope = Envelope::decode(&frame, &limits).unwrap();
        sent.push(frame.clone());
        let joined = joiner.push(Micros::ZERO, &envelope, envelope.slot.unwrap(), &limits).unwrap();
        let Some(joined) = joined else { continue };
        let message = Message::open(&joined.envelope(), &limits).unwrap();
        whole += 1;
        if record.from == "client" {
            same(&message, record.whole.as_ref().unwrap());
            assert_eq!(frames(&message, FRAME, &limits).unwrap(), sent);
            seen[0] += 1;
        } else {
            // The recorder's own server fills the first part differently; what it says is the same.
            let Body::Request(request) = &message.body else { panic!("{message:?}") };
            assert_eq!(request.name, "EchoLen");
            let text = request.content.as_ref().and_then(|table| table.get(0, "text")).and_then(Value::text);
            assert_eq!(text.map(str::len), Some(20_000));
            seen[1] += 1;
        }
        sent.clear();
    }
    assert_eq!((whole, seen), (2, [1, 1]));
    assert_eq!(joiner.held(), 0);
}

#[test]
fn the_printed_exchange_is_byte_for_byte_ours() {
    use crate::wire::{BaseType, Ids, Request, Response};
    // A service call with the endpoint id 0xabcd and its answer, measured with the C SDK client.
    let call = "01 03000003e9 0000abcd 0000eea6 00 0a0e656467652d7468696e672d312d30 0203416464 00 05 \
        0101610001 0000 0101620001 0000 00 010002 014000000000000000 01400c000000000000 00";
    let answer =
        "0140 000003e9 0000abcd 0000eea6 00 0005 0106726573756c74000100 00 00 010001 014016000000000000 00";
    let plain = |text: &str| bytes(&text.replace(char::is_whitespace, ""));
    let ids = Ids { request: 0x3e9, endpoint: 0xabcd, session: 0xeea6 };
    let mut table = InfoTable::new([("a", BaseType::NUMBER), ("b", BaseType::NUMBER)]);
    table.rows.push(vec![Value::Number(2.0), Value::Number(3.5)]);
    let message = Message::new(ids, Body::Request(Request::service("edge-thing-1-0", "Add", Some(table))));
    assert_eq!(encoded(&message), plain(call));
    let result = Response::result(InfoTable::single("result", Value::Number(5.5)));
    assert_eq!(encoded(&Message::new(ids, Body::Response(result))), plain(answer));
}
