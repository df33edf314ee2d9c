//! The codec as a whole: recorded conversations, any message, and bytes that are none.

mod hostile;
mod roundtrip;
mod strategy;
pub mod vectors;

use super::{Limits, Message};

fn encoded(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    message.encode(&mut out).unwrap();
    out
}

fn decoded(frame: &[u8]) -> Message {
    Message::decode(frame, &Limits::default()).unwrap_or_else(|e| panic!("{e}\n{frame:02x?}"))
}
