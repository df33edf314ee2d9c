//! HTTP requests, read until they are complete, and answers.

use crate::wire::session::Head;
use serde_json::Value;

/// Longest body that is taken [bytes]: a file of 16 MiB as JSON.
const LONGEST: usize = 40 << 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
}

/// A complete request.
pub(super) struct Asked {
    pub(super) verb: Verb,
    /// The parts of the path between the slashes, as they are meant.
    pub(super) path: Vec<String>,
    /// The application key.
    pub(super) key: Option<String>,
    /// Parameters; null where there are none.
    pub(super) body: Value,
}

impl Asked {
    /// Reads a request; nothing while its end has not come, else the request and its length [bytes]. Fails with the
    /// status of the answer.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, u16> {
        let Some(head) = Head::find(bytes).map_err(|_| 400_u16)? else { return Ok(None) };
        let mut words = head.first.split(' ');
        let verb = match words.next() {
            Some("GET") => Verb::Get,
            Some("POST") => Verb::Post,
            _ => return Err(405),
        };
        let path = words.next().filter(|path| path.starts_with('/')).ok_or(400_u16)?;
        let path = path.split('?').next().unwrap_or_default();
        let path = path[1..].split('/').map(meant).collect::<Option<_>>().ok_or(400_u16)?;
        let length: usize = match head.get("Content-Length") {
            Some(digits) => digits.parse().map_err(|_| 400_u16)?,
            None if verb == Verb::Post => return Err(411),
            None => 0,
        };
        if length > LONGEST {
            return Err(413);
        }
        let end = head.bytes + length;
        let Some(body) = bytes.get(head.bytes..end) else { return Ok(None) };
        let body =
            if body.is_empty() { Value::Null } else { serde_json::from_slice(body).map_err(|_| 400_u16)? };
        Ok(Some((Self { verb, path, key: head.get("appKey").map(str::to_owned), body }, end)))
    }
}

/// Returns a part of a path without its percent signs.
fn meant(part: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(part.len()), part.as_bytes());
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns an answer as bytes.
pub(super) fn written(status: u16, body: &Value) -> Vec<u8> {
    let name = match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Refused",
    };
    let body = body.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 {status} {name}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_may_come_in_pieces_and_are_refused_where_they_cannot_be_read() {
        let text =
            b"POST /Thingworx/Things/P%201/Services/Go HTTP/1.1\r\nappKey: k\r\nContent-Length: 8\r\n\r\n\
            {\"a\": 1}GET";
        for length in 0..text.len() - 3 {
            assert!(Asked::parse(&text[..length]).unwrap().is_none(), "{length}");
        }
        let (asked, used) = Asked::parse(text).unwrap().unwrap();
        assert_eq!(asked.path, ["Thingworx", "Things", "P 1", "Services", "Go"]);
        assert_eq!((asked.key.as_deref(), used), (Some("k"), text.len() - 3));
        assert_eq!(asked.body["a"], 1);
        for (wrong, status) in [
            ("PUT /a HTTP/1.1\r\n\r\n", 405),
            ("POST /a HTTP/1.1\r\n\r\n", 411),
            ("POST /a HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
            ("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{]", 400),
            ("GET /%f HTTP/1.1\r\n\r\n", 400),
            ("GET a HTTP/1.1\r\n\r\n", 400),
        ] {
            assert_eq!(Asked::parse(wrong.as_bytes()).map(drop).unwrap_err(), status, "{wrong}");
        }
    }
}
