//! Bytes that are no message: cut off, changed, made up.
//!
//! Nothing panics, everything that is refused is refused with a place inside of the frame, what is taken
//! stays below the limits and encodes to something that decodes to the same.

use super::strategy::message;
use super::{decoded, encoded, vectors};
use crate::base::Micros;
use crate::wire::split::Joiner;
use crate::wire::{Body, Content, DecodeError, Envelope, InfoTable, Limits, Message, Response, Value};
use proptest::prelude::*;

/// Returns the memory that a value holds beside itself [bytes].
fn weight(value: &Value) -> usize {
    match value {
        Value::Text(_, text) => text.capacity(),
        Value::Bytes(_, bytes) => bytes.capacity(),
        Value::Table(table) => size_of::<InfoTable>() + table_weight(table),
        Value::Variant(inside) => size_of::<Value>() + weight(inside),
        _ => 0,
    }
}

fn table_weight(table: &InfoTable) -> usize {
    let rows = table
        .rows
        .iter()
        .map(|row| row.capacity() * size_of::<Value>() + row.iter().map(weight).sum::<usize>());
    let fields = table.fields.iter().map(|field| {
        let aspects = field.aspects.iter().map(|(name, value)| name.capacity() + weight(value));
        field.name.capacity()
            + field.description.capacity()
            + field.aspects.capacity() * size_of::<(String, Value)>()
            + aspects.sum::<usize>()
    });
    table.rows.capacity() * size_of::<Vec<Value>>()
        + table.fields.capacity() * size_of::<crate::wire::Field>()
        + rows.sum::<usize>()
        + fields.sum::<usize>()
}

fn message_weight(message: &Message) -> usize {
    let strings = |list: &[String]| list.iter().map(|s| s.capacity() + size_of::<String>()).sum::<usize>();
    message.trailing.capacity()
        + match &message.body {
            Body::Auth(auth) => auth.claims.iter().map(|(a, b)| a.capacity() + b.capacity() + 48).sum(),
            Body::Bind(bind) | Body::Unbind(bind) => strings(&bind.things),
            Body::Request(r) => {
                r.entity.capacity() + r.name.capacity() + r.content.as_ref().map_or(0, table_weight)
            }
            Body::Response(Response { reason, content, .. }) => {
                let table = if let Content::Table(table) = content { table_weight(table) } else { 0 };
                reason.as_ref().map_or(0, String::capacity) + table
            }
            Body::KeepAlive(bytes) | Body::Other(_, bytes) => bytes.capacity(),
        }
}

/// Gives one frame to everything that takes frames.
fn survive(frame: &[u8], limits: &Limits) -> Option<DecodeError> {
    let envelope = match Envelope::decode(frame, limits) {
        Ok(envelope) => envelope,
        Err(error) => return Some(error),
    };
    let mut joiner = Joiner::default();
    if let Some(slot) = envelope.slot {
        let _ = joiner.push(Micros::ZERO, &envelope, slot, limits);
        assert!(joiner.held() <= 2 * limits.message);
    }
    match Message::open(&envelope, limits) {
        Ok(message) => {
            assert!(message_weight(&message) <= limits.memory, "{} bytes", message_weight(&message));
            let bytes = encoded(&message);
            let again = Message::decode(&bytes, &Limits { message: usize::MAX, ..*limits }).unwrap();
            assert_eq!(encoded(&again), bytes);
            None
        }
        Err(error) => {
            assert!(error.at <= frame.len(), "{error}, but there are {} bytes", frame.len());
            assert!(error.to_string().ends_with('.'), "{error}");
            Some(error)
        }
    }
}

#[test]
fn recorded_frames_cut_off_at_every_byte() {
    let limits = Limits::default();
    for record in vectors::records() {
        let response = Envelope::decode(&record.bytes, &limits).unwrap().code.is_response();
        let part = !record.meaning["chunk"].is_null();
        for length in 0..record.bytes.len() {
            let error = survive(&record.bytes[..length], &limits);
            // A response may end before its content; a part may end anywhere behind its header.
            let lawful = part && length >= 21 || response && (length == 15 || length == 16);
            assert!(error.is_some() || lawful, "{length} of {:02x?}", record.bytes);
        }
    }
}

#[test]
fn recorded_frames_with_every_bit_flipped() {
    let limits = Limits { memory: 1 << 16, ..Limits::default() };
    for record in vectors::records() {
        // The bulk of long frames is one letter, again and again.
        for at in 0..record.bytes.len().min(300) {
            for bit in 0..8 {
                let mut frame = record.bytes.clone();
                frame[at] ^= 1 << bit;
                survive(&frame, &limits);
            }
        }
    }
}

#[test]
fn junk_behind_a_response_with_an_unannounced_reason_is_kept() {
    // Read from the C SDK's source: the reason is counted, not announced.
    let frame =
        [&[1, 0x84][..], &[0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0], &[0, 0xff], b"\0\x12 junk"].concat();
    let message = decoded(&frame);
    assert_eq!(message.trailing, b"\0\x12 junk");
    assert_eq!(encoded(&message), frame);
}

#[test]
fn an_answer_without_any_body_is_an_answer() {
    let frame = [1, 0x84, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0];
    let message = decoded(&frame);
    let Body::Response(response) = &message.body else { panic!() };
    assert_eq!((response.status, &response.content), (crate::wire::Status::NOT_FOUND, &Content::Missing));
    assert_eq!(encoded(&message), frame);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_frames(frame in prop::collection::vec(any::<u8>(), 0..300)) {
        survive(&frame, &Limits::default());
    }

    #[test]
    fn random_bodies(code in any::<u8>(), marker in 0_u8..2, body in prop::collection::vec(
        prop_oneof![3 => 0_u8..24, 1 => any::<u8>()], 0..300)) {
        let frame = [&[1, code, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, marker][..], &body].concat();
        survive(&frame, &Limits { memory: 4_096, ..Limits::default() });
    }

    #[test]
    fn changed_messages(message in message(), changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6), cut in any::<usize>()) {
        let mut frame = encoded(&message);
        for (at, byte) in changes {
            let at = at % frame.len();
            frame[at] = byte;
        }
        survive(&frame, &Limits { memory: 8_192, ..Limits::default() });
        frame.truncate(cut % frame.len());
        survive(&frame, &Limits { memory: 8_192, ..Limits::default() });
    }
}
