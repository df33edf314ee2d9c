//! What is encoded decodes to itself, in one frame and in many.

use super::strategy::{message, value};
use super::{decoded, encoded};
use crate::base::Micros;
use crate::wire::split::{Joiner, frames};
use crate::wire::{Body, Envelope, InfoTable, Limits, Message, Response};
use proptest::prelude::*;

fn joined(parts: &[Vec<u8>]) -> Message {
    let limits = Limits::default();
    let mut joiner = Joiner::default();
    for part in parts {
        let envelope = Envelope::decode(part, &limits).unwrap();
        let Some(slot) = envelope.slot else { return Message::open(&envelope, &limits).unwrap() };
        if let Some(joined) = joiner.push(Micros::ZERO, &envelope, slot, &limits).unwrap() {
            return Message::open(&joined.envelope(), &limits).unwrap();
        }
    }
    panic!("{} parts are no message", parts.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    // Compared as bytes, because a NaN does not equal itself.
    #[test]
    fn every_message_survives(message in message()) {
        let bytes = encoded(&message);
        let again = decoded(&bytes);
        prop_assert_eq!(again.ids, message.ids);
        prop_assert_eq!(again.body.code(), message.body.code());
        prop_assert!(again.trailing.is_empty());
        prop_assert_eq!(encoded(&again), bytes);
    }

    #[test]
    fn every_value_survives(value in value()) {
        let base = value.base_type();
        let ids = crate::wire::Ids { request: 1, endpoint: 2, session: 3 };
        let body = Body::Response(Response::result(InfoTable::single("result", value)));
        let bytes = encoded(&Message::new(ids, body));
        let Body::Response(response) = decoded(&bytes).body else { panic!() };
        let again = response.content.table().and_then(|table| table.get(0, "result")).cloned().unwrap();
        prop_assert_eq!(again.base_type(), base);
        let body = Body::Response(Response::result(InfoTable::single("result", again)));
        prop_assert_eq!(encoded(&Message::new(ids, body)), bytes);
    }

    #[test]
    fn trailing_bytes_are_kept(message in message(), junk in prop::collection::vec(any::<u8>(), 1..20)) {
        let mut message = message;
        // These have no end of their own, or an end that the junk could be taken for.
        let open = matches!(&message.body, Body::KeepAlive(_) | Body::Other(..))
            || matches!(&message.body, Body::Response(r) if r.content == crate::wire::Content::Missing);
        prop_assume!(!open);
        message.trailing.clone_from(&junk);
        let again = decoded(&encoded(&message));
        prop_assert_eq!(again.trailing, junk);
    }

    #[test]
    fn every_message_survives_in_parts(message in message(), frame in 200_usize..2_000) {
        let limits = Limits::default();
        if let Ok(parts) = frames(&message, frame, &limits) {
            prop_assert!(parts.iter().all(|part| part.len() <= frame));
            prop_assert_eq!(encoded(&joined(&parts)), encoded(&message));
            let backward: Vec<_> = parts.into_iter().rev().collect();
            prop_assert_eq!(encoded(&joined(&backward)), encoded(&message));
        } else {
            // Only an entity whose name fills the frame cannot be sent.
            prop_assert!(frame < 21 + 5 + 280);
        }
    }
}
