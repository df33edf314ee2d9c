//! Paths inside a file: names joined by `/`, a JSON pointer without its first slash.
//!
//! `~1` stands for a slash in a name and `~0` for a tilde, as in JSON pointers. One path fits every format:
//! `ws/connect_timeout` is the member of an object in JSON, the key `ws.connect_timeout` in a properties file
//! and the field `.ws.connect_timeout` in a header.

/// Returns the names of a path without escapes, or `None` where a `~` is followed by neither `0` nor `1`.
pub(super) fn tokens(path: &str) -> Option<Vec<String>> {
    path.split('/').map(unescape).collect()
}

fn unescape(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (c, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', &part[1..]),
            Some(b'1') => ('/', &part[1..]),
            _ => return None,
        };
        text.push(c);
        text.push_str(rest);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json::escape_token;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_those_of_pointers() {
        assert_eq!(tokens("a~1b/m~0n/~01"), Some(vec!["a/b".into(), "m~n".into(), "~1".into()]));
        assert_eq!(tokens(""), Some(vec![String::new()]));
        for wrong in ["~", "a~2", "a~/b", "~é"] {
            assert_eq!(tokens(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_name_survives(names in prop::collection::vec("[a~/01.é]{0,5}", 1..4)) {
            let path: Vec<_> = names.iter().map(|name| escape_token(name)).collect();
            prop_assert_eq!(tokens(&path.join("/")), Some(names));
        }
    }
}
