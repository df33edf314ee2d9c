//! Addresses inside a document: JSON pointers (RFC 6901).
//!
//! A pointer is empty (the whole document) or a chain of `/token`; inside a token `~1` stands for
//! `/` and `~0` for `~`. Whether a token is a key or an index is decided by what it meets, so
//! `/groups/3` reaches the member `3` of an object and the fourth element of an array.

use std::borrow::Cow;

/// Returns a key as one token of a pointer: `a/b` as `a~1b`, `a~b` as `a~0b`.
pub fn escape_token(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}

/// Returns the pointer of the member or element `key` of what `pointer` addresses.
pub fn join(pointer: &str, key: &str) -> String {
    let token = escape_token(key);
    let mut joined = String::with_capacity(pointer.len() + token.len() + 1);
    joined.push_str(pointer);
    joined.push('/');
    joined.push_str(&token);
    joined
}

/// Returns the unescaped tokens, or `None` where the text is not a pointer.
pub(super) fn tokens(pointer: &str) -> Option<Vec<Cow<'_, str>>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    pointer.strip_prefix('/')?.split('/').map(unescape).collect()
}

/// Returns a token as array index; RFC 6901 knows no sign and no leading zeros.
pub(super) fn index(token: &str) -> Option<usize> {
    let plain = token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if plain { token.parse().ok() } else { None }
}

/// Returns a token without escapes, or `None` where a `~` is followed by neither `0` nor `1`.
fn unescape(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut parts = token.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push(match part.as_bytes().first() {
            Some(b'0') => '~',
            Some(b'1') => '/',
            _ => return None,
        });
        text.push_str(&part[1..]);
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_tokens_as_the_rfc_says() {
        assert_eq!(tokens(""), Some(vec![]));
        assert_eq!(tokens("/"), Some(vec!["".into()]));
        assert_eq!(tokens("/a~1b/m~0n/~01"), Some(vec!["a/b".into(), "m~n".into(), "~1".into()]));
        for wrong in ["a", "#/a", "/a~", "/~2", "/~é"] {
            assert_eq!(tokens(wrong), None, "{wrong}");
        }
        let indices = ["0", "17", "01", "-", "+1", "", "99999999999999999999999"].map(index);
        assert_eq!(indices, [Some(0), Some(17), None, None, None, None, None]);
    }

    proptest! {
        #[test]
        fn every_key_survives_as_a_token(keys in prop::collection::vec("[a~/01é-]{0,6}", 0..4)) {
            let pointer = keys.iter().fold(String::new(), |pointer, key| join(&pointer, key));
            prop_assert_eq!(tokens(&pointer), Some(keys.iter().map(|k| Cow::Borrowed(k.as_str())).collect()));
        }
    }
}
