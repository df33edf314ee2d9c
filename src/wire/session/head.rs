//! The first lines of an HTTP message: found, cut into headers, never longer than 8 KiB.

use super::upgrade::UpgradeError;

/// Longest head that is read [bytes]. The C SDK's is below 512.
pub const LONGEST: usize = 8_192;

/// The head of an HTTP message, complete.
pub struct Head<'a> {
    /// Request line or status line.
    pub first: &'a str,
    /// Length with the empty line [bytes].
    pub bytes: usize,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Head<'a> {
    /// Finds the head in received bytes; nothing while its end has not come.
    ///
    /// # Errors
    /// What comes is no HTTP, or longer than 8 KiB.
    pub fn find(bytes: &'a [u8]) -> Result<Option<Self>, UpgradeError> {
        let window = bytes.get(..LONGEST).unwrap_or(bytes);
        let Some(end) = window.windows(4).position(|four| four == b"\r\n\r\n") else {
            // What cannot become HTTP is refused at once, not after 8 KiB or a timeout.
            if let Some(at) = window.iter().position(|byte| !byte.is_ascii() || *byte == 0) {
                return Err(UpgradeError::NotHttp { at });
            }
            return if bytes.len() < LONGEST { Ok(None) } else { Err(UpgradeError::TooLong) };
        };
        let text =
            std::str::from_utf8(&window[..end]).map_err(|e| UpgradeError::NotHttp { at: e.valid_up_to() })?;
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let mut headers = Vec::new();
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                let at = line.as_ptr().addr() - text.as_ptr().addr();
                return Err(UpgradeError::NotHttp { at });
            };
            headers.push((name, value.trim_matches([' ', '\t'])));
        }
        Ok(Some(Self { first, bytes: end + 4, headers }))
    }

    /// Returns the status in the first line of an answer.
    ///
    /// # Errors
    /// The line is none of an answer.
    pub fn status(&self) -> Result<u16, UpgradeError> {
        let mut words = self.first.split(' ');
        let http = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
        let digits = words.next().filter(|word| http && word.len() == 3);
        digits.and_then(|word| word.parse().ok()).ok_or(UpgradeError::NotHttp { at: 0 })
    }

    /// Returns the first header of this name, in any case of letters.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Returns whether a header, read as a list, names this.
    pub fn lists(&self, name: &str, token: &str) -> bool {
        let found = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.flat_map(|(_, value)| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_may_come_in_pieces() {
        let text = b"GET / HTTP/1.1\r\nHost: a\r\nX:\tb \r\n\r\nrest";
        for length in 0..text.len() - 4 {
            assert!(Head::find(&text[..length]).unwrap().is_none());
        }
        let head = Head::find(text).unwrap().unwrap();
        assert_eq!((head.first, head.bytes), ("GET / HTTP/1.1", text.len() - 4));
        assert_eq!((head.get("host"), head.get("x"), head.get("y")), (Some("a"), Some("b"), None));
    }

    #[test]
    fn other_protocols_are_refused_at_their_byte() {
        let at = |bytes: &[u8]| match Head::find(bytes) {
            Err(UpgradeError::NotHttp { at }) => at,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("taken"),
        };
        assert_eq!(at(&[0x16, 0x03, 0x01, 0x00, 0xff]), 3);
        assert_eq!(at(b"GET / HTTP/1.1\r\nno colon\r\n\r\n"), 16);
        assert!(matches!(Head::find(&[b'a'; LONGEST]), Err(UpgradeError::TooLong)));
    }
}
