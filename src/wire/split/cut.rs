//! Cuts a message into frames.

use crate::wire::Limits;
use crate::wire::error::EncodeError;
use crate::wire::header::{HEADER, PART_HEADER, Slot, put_header};
use crate::wire::message::Message;

/// Returns the frames of a message, none longer than `frame` [bytes]; most messages are one.
///
/// # Errors
/// A message that has no form on the wire, that is longer than [`Limits::message`], or frames so small that
/// the headers fill them.
pub fn frames(message: &Message, frame: usize, limits: &Limits) -> Result<Vec<Vec<u8>>, EncodeError> {
    let mut whole = Vec::new();
    message.encode(&mut whole)?;
    if whole.len() > limits.message {
        return Err(EncodeError::TooLarge { bytes: whole.len(), limit: limits.message });
    }
    if whole.len() <= frame {
        return Ok(vec![whole]);
    }
    let body = whole.get(HEADER..).unwrap_or_default();
    let head = PART_HEADER + message.body.repeated();
    let room = frame.saturating_sub(head);
    if room == 0 {
        return Err(EncodeError::NoRoom { frame, head });
    }
    let size = u16::try_from(frame).unwrap_or(u16::MAX);
    let pieces = body.len().div_ceil(room);
    let most = usize::from(u16::MAX);
    let count = u16::try_from(pieces).map_err(|_| EncodeError::TooMany {
        what: "parts of a message",
        count: pieces,
        most,
    })?;
    // Receivers multiply count and size to learn how long the message may become.
    let announced = pieces * usize::from(size);
    if announced > limits.message {
        return Err(EncodeError::TooLarge { bytes: announced, limit: limits.message });
    }
    let entity = body.get(..message.body.repeated()).unwrap_or_default();
    let mut cut = Vec::with_capacity(pieces);
    for (number, piece) in (1..=count).zip(body.chunks(room)) {
        let mut part = Vec::with_capacity(head + piece.len());
        put_header(&mut part, message.body.code(), message.ids, Some(Slot { number, count, size }));
        if number > 1 {
            part.extend(entity);
        }
        part.extend(piece);
        cut.push(part);
    }
    Ok(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, FRAME, Ids, InfoTable, Method, Part, Request, Response, Value};

    const IDS: Ids = Ids { request: 4, endpoint: 0, session: 0xee83 };

    fn lengths(body: Body, frame: usize) -> Vec<usize> {
        let frames = frames(&Message::new(IDS, body), frame, &Limits::default()).unwrap();
        frames.iter().map(Vec::len).collect()
    }

    fn write(characters: usize) -> Body {
        let table = InfoTable::single("Blob", Value::string("x".repeat(characters)));
        Body::Request(Request::new(Method::Put, "edge-thing-1", Part::Property, "Blob", Some(table)))
    }

    #[test]
    fn frames_are_as_long_as_those_of_the_c_sdk() {
        // Measured with the C SDK client.
        assert_eq!(lengths(write(18_000), FRAME), [8178, 8192, 1763]);
        let table = InfoTable::single("result", Value::string("Z".repeat(20_000)));
        assert_eq!(lengths(Body::Response(Response::result(table)), FRAME), [8192, 8192, 3703]);
    }

    #[test]
    fn a_message_that_fills_its_frames_has_no_empty_part() {
        let one = lengths(write(0), FRAME)[0];
        // A text of 128 bytes and more has a length of four bytes, hence three more.
        assert_eq!(lengths(write(FRAME - one - 3), FRAME), [FRAME]);
        assert_eq!(lengths(write(FRAME - one - 2), FRAME).len(), 2);
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let message = Message::new(IDS, write(500));
        let limits = Limits::default();
        assert_eq!(frames(&message, 35, &limits), Err(EncodeError::NoRoom { frame: 35, head: 35 }));
        assert!(frames(&message, 36, &limits).is_ok());
        let small = Limits { message: 100, ..limits };
        assert!(matches!(frames(&message, FRAME, &small), Err(EncodeError::TooLarge { limit: 100, .. })));
    }
}
