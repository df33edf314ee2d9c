//! Joins the parts of messages.
//!
//! Parts may come in any order and mixed with those of other messages, a part may come twice. What is held
//! is bounded by twice [`Limits::message`] for all unfinished messages of a connection together, each message
//! and part counted with the memory that keeping it costs. A message whose parts contradict each other is dropped as a whole, as is one that
//! does not grow for [`PATIENCE`].

use crate::base::Micros;
use crate::wire::Limits;
use crate::wire::bytes::Reader;
use crate::wire::code::Code;
use crate::wire::error::{DecodeError, Fault};
use crate::wire::header::{Envelope, Ids, PART_HEADER, Slot};
use std::collections::BTreeMap;

/// How long the C SDK keeps an unfinished message (`stale_msg_cleanup_rate`).
pub const PATIENCE: Micros = Micros::from_secs(50);

/// Memory that keeping one part costs beside its bytes; an upper estimate of map and list [bytes].
const KEEPING: usize = 128;
/// Memory that a message costs before its first part; an upper estimate of two nodes of a map [bytes].
const OPENING: usize = 512;

/// A message whose last part has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// What it asks or answers.
    pub code: Code,
    /// Request, endpoint and session.
    pub ids: Ids,
    /// The body as if it had come in one frame.
    pub body: Vec<u8>,
}

impl Joined {
    /// Returns the envelope of the message, as of one frame.
    pub fn envelope(&self) -> Envelope<'_> {
        Envelope { code: self.code, ids: self.ids, slot: None, body: &self.body }
    }
}

#[derive(Debug)]
struct Unfinished {
    code: Code,
    ids: Ids,
    count: u16,
    size: u16,
    parts: BTreeMap<u16, Vec<u8>>,
    /// Memory held [bytes].
    cost: usize,
    last: Micros,
}

/// The unfinished messages of one connection.
#[derive(Debug, Default)]
pub struct Joiner {
    /// Both ends count their requests, so an answer and a question may have one id.
    open: BTreeMap<(bool, u32), Unfinished>,
    /// Memory held by all [bytes].
    held: usize,
}

impl Joiner {
    /// Returns the memory that unfinished messages hold [bytes].
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Takes one part; returns the message when it was the last one.
    ///
    /// # Errors
    /// A part that contradicts itself or earlier ones, or one beyond the limits. Its message is dropped.
    pub fn push(
        &mut self,
        now: Micros,
        envelope: &Envelope<'_>,
        slot: Slot,
        limits: &Limits,
    ) -> Result<Option<Joined>, DecodeError> {
        let key = (envelope.code.is_response(), envelope.ids.request);
        let result = self.take(now, key, envelope, slot, limits);
        if result.is_err() {
            self.drop_one(key);
        }
        result
    }

    fn take(
        &mut self,
        now: Micros,
        key: (bool, u32),
        envelope: &Envelope<'_>,
        slot: Slot,
        limits: &Limits,
    ) -> Result<Option<Joined>, DecodeError> {
        let piece = piece(envelope, slot, limits)?;
        let Unfinished { code, ids, count, size, .. } = *self.open.entry(key).or_insert_with(|| Unfinished {
            code: envelope.code,
            ids: envelope.ids,
            count: slot.count,
            size: slot.size,
            parts: BTreeMap::new(),
            cost: 0,
            last: now,
        });
        if (code, ids, count, size) != (envelope.code, envelope.ids, slot.count, slot.size) {
            return fault(Fault::Part("the part does not agree with the earlier ones of its message"));
        }
        let Some(message) = self.open.get_mut(&key) else { return Ok(None) };
        let cost = if message.parts.is_empty() { OPENING + KEEPING } else { KEEPING } + piece.len();
        if self.held + cost > 2 * limits.message {
            return fault(Fault::TooLarge { bytes: self.held + cost, limit: 2 * limits.message });
        }
        message.last = now;
        if let Some(old) = message.parts.get(&slot.number) {
            if old == piece {
                return Ok(None);
            }
            return fault(Fault::Part("a part came twice with different bytes"));
        }
        message.parts.insert(slot.number, piece.to_vec());
        message.cost += cost;
        self.held += cost;
        if message.parts.len() < usize::from(slot.count) {
            return Ok(None);
        }
        Ok(self.drop_one(key).map(|message| Joined {
            code: message.code,
            ids: message.ids,
            body: message.parts.into_values().collect::<Vec<_>>().concat(),
        }))
    }

    /// Drops messages that did not grow for [`PATIENCE`]; returns how many.
    pub fn expire(&mut self, now: Micros) -> usize {
        let stale = self.open.iter().filter(|(_, message)| now.since(message.last) >= PATIENCE);
        let stale: Vec<_> = stale.map(|(key, _)| *key).collect();
        stale.into_iter().filter_map(|key| self.drop_one(key)).count()
    }

    /// Returns when the next message expires, unless it grows.
    pub fn due(&self) -> Option<Micros> {
        self.open.values().map(|message| message.last + PATIENCE).min()
    }

    fn drop_one(&mut self, key: (bool, u32)) -> Option<Unfinished> {
        let message = self.open.remove(&key)?;
        self.held -= message.cost;
        Some(message)
    }
}

/// Returns the bytes that a part adds to its message.
fn piece<'a>(envelope: &Envelope<'a>, slot: Slot, limits: &Limits) -> Result<&'a [u8], DecodeError> {
    if slot.count == 0 || slot.size == 0 || slot.number == 0 || slot.number > slot.count {
        return fault(Fault::Part("number, count and size of the part do not fit together"));
    }
    let announced = usize::from(slot.count) * usize::from(slot.size);
    if announced > limits.message {
        return fault(Fault::TooLarge { bytes: announced, limit: limits.message });
    }
    if envelope.body.len() > usize::from(slot.size) {
        return fault(Fault::Part("the part is longer than it says"));
    }
    if slot.number == 1 || !envelope.code.names_entity() {
        return Ok(envelope.body);
    }
    let mut reader = Reader::new(envelope.body, PART_HEADER, limits);
    reader.u8("kind of the repeated entity")?;
    reader.text("name of the repeated entity")?;
    Ok(reader.rest())
}

fn fault<T>(fault: Fault) -> Result<T, DecodeError> {
    Err(DecodeError { at: PART_HEADER - 6, reading: "part of a message", fault })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::split::frames;
    use crate::wire::{Body, InfoTable, Message, Method, Part, Request, Value};

    const NOW: Micros = Micros(7);

    fn message(request: u32, characters: usize) -> Message {
        let table = InfoTable::single("Blob", Value::string("x".repeat(characters)));
        let body = Request::new(Method::Put, "pump-12", Part::Property, "Blob", Some(table));
        Message::new(Ids { request, endpoint: 0, session: 9 }, Body::Request(body))
    }

    fn push(joiner: &mut Joiner, frame: &[u8]) -> Result<Option<Joined>, DecodeError> {
        let limits = Limits::default();
        let envelope = Envelope::decode(frame, &limits)?;
        joiner.push(NOW, &envelope, envelope.slot.unwrap(), &limits)
    }

    #[test]
    fn mixed_backward_and_double_parts_join() {
        let limits = Limits::default();
        let (one, two) = (message(1, 900), message(2, 700));
        let first = frames(&one, 200, &limits).unwrap();
        let second = frames(&two, 200, &limits).unwrap();
        let mut joiner = Joiner::default();
        let mut joined = Vec::new();
        for n in (0..first.len()).rev() {
            for frame in [first.get(n), second.get(n), first.get(n).filter(|_| n > 0)].into_iter().flatten() {
                joined.extend(push(&mut joiner, frame).unwrap());
            }
        }
        let messages: Vec<_> =
            joined.iter().map(|j| Message::open(&j.envelope(), &limits).unwrap()).collect();
        assert_eq!(messages, [one, two]);
        assert_eq!(joiner.held(), 0);
    }

    #[test]
    fn an_empty_last_part_is_taken() {
        // The C SDK counts parts as length / room + 1, so an exact multiple ends with an empty one (read).
        let limits = Limits::default();
        let mut parts = frames(&message(1, 900), 200, &limits).unwrap();
        let count = parts.len() as u8 + 1;
        let mut empty = parts[1][..PART_HEADER + 9].to_vec();
        empty[16] = count;
        parts.push(empty);
        let mut joiner = Joiner::default();
        let mut last = None;
        for part in &mut parts {
            part[18] = count;
            last = push(&mut joiner, part).unwrap();
        }
        assert_eq!(Message::open(&last.unwrap().envelope(), &limits).unwrap(), message(1, 900));
    }

    #[test]
    fn contradictions_drop_the_message() {
        let parts = frames(&message(1, 900), 200, &Limits::default()).unwrap();
        let change = |at: usize, byte: u8| {
            let mut joiner = Joiner::default();
            push(&mut joiner, &parts[0]).unwrap();
            let mut part = parts[1].clone();
            part[at] = byte;
            let error = push(&mut joiner, &part).unwrap_err();
            assert_eq!((joiner.held(), joiner.due()), (0, None));
            error.to_string()
        };
        assert!(change(16, 0).contains("do not fit together"));
        assert!(change(18, 99).contains("does not agree"));
        assert!(change(20, 100).contains("longer than it says"));
        assert!(change(17, 0xff).contains("more than the limit of 1048576 bytes"));
        assert!(change(13, 8).contains("does not agree"));
        let mut other = parts[1].clone();
        *other.last_mut().unwrap() = b'y';
        let mut joiner = Joiner::default();
        push(&mut joiner, &parts[1]).unwrap();
        assert!(push(&mut joiner, &other).unwrap_err().to_string().contains("different bytes"));
    }

    #[test]
    fn unfinished_messages_stay_below_the_limit_and_expire() {
        let limits = Limits { message: 4_000, ..Limits::default() };
        let mut joiner = Joiner::default();
        let mut refused = 0;
        for request in 0..100 {
            let part = &frames(&message(request, 900), 200, &limits).unwrap()[0];
            let envelope = Envelope::decode(part, &limits).unwrap();
            refused += usize::from(joiner.push(NOW, &envelope, envelope.slot.unwrap(), &limits).is_err());
            assert!(joiner.held() <= 8_000, "{} bytes", joiner.held());
        }
        assert_eq!(refused, 91);
        assert_eq!(joiner.due(), Some(NOW + PATIENCE));
        assert_eq!(joiner.expire(PATIENCE), 0);
        assert_eq!(joiner.expire(NOW + PATIENCE), 9);
        assert_eq!(joiner.held(), 0);
    }

    #[test]
    fn a_message_at_the_limit_joins() {
        let limits = Limits::default();
        let big = message(1, 1_043_000);
        let mut joiner = Joiner::default();
        let parts = frames(&big, 8_192, &limits).unwrap();
        assert_eq!(parts.len(), 128);
        let joined = parts.iter().find_map(|part| push(&mut joiner, part).unwrap()).unwrap();
        assert_eq!(Message::open(&joined.envelope(), &limits).unwrap(), big);
    }
}
