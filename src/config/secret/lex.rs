//! Cuts JSON and program text into strings, comments and the rest.
//!
//! Enough to know what stands in quotes, and forgiving: a text that is cut off or wrong is cut into
//! parts all the same, which together are the text. Not a parser of any of the languages.

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string with its quotes; the last one lacks where the line or the text ends before it.
    String,
    /// A comment, `//` without its line end or `/* */`.
    Comment,
    /// Anything else, a character in single quotes included.
    Other,
}

/// Returns the parts of a text in order.
pub fn parts(text: &str) -> impl Iterator<Item = (Kind, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (kind, length) = match first {
            '"' => (Kind::String, string(rest)),
            '/' if rest.starts_with("//") => (Kind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (Kind::Comment, rest.find("*/").map_or(rest.len(), |at| at + 2)),
            _ => (Kind::Other, other(rest)),
        };
        let (part, behind) = rest.split_at(length);
        rest = behind;
        Some((kind, part))
    })
}

/// Returns the content of a string part, without its quotes.
pub fn content(string: &str) -> &str {
    let inner = string.strip_prefix('"').unwrap_or(string);
    let closed = inner.ends_with('"') && self::string(string) == string.len() && is_closed(string);
    if closed { &inner[..inner.len() - 1] } else { inner }
}

/// Returns whether a string part ends with its own quote.
pub fn is_closed(string: &str) -> bool {
    let mut escaped = false;
    let mut closed = false;
    for c in string.chars().skip(1) {
        closed = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    closed
}

/// Returns the length of the string that the text begins with [bytes].
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' | '\r' if !escaped => return at,
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

/// Returns the length up to the next string or comment [bytes].
fn other(text: &str) -> usize {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let behind = &text[at..];
        let quoted_quote = ["'\"'", "'\\\"'"].into_iter().find(|quote| behind.starts_with(quote));
        if let Some(quote) = quoted_quote {
            chars.nth(quote.len() - 2);
        } else if c == '"' || behind.starts_with("//") || behind.starts_with("/*") {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_and_comments_are_told_apart() {
        let text = "a \"b\\\"//\" // \"c\"\n/* \" */ '\"' \"open\nx";
        let found: Vec<_> = parts(text).collect();
        let expected = [
            (Kind::Other, "a "),
            (Kind::String, "\"b\\\"//\""),
            (Kind::Other, " "),
            (Kind::Comment, "// \"c\""),
            (Kind::Other, "\n"),
            (Kind::Comment, "/* \" */"),
            (Kind::Other, " '\"' "),
            (Kind::String, "\"open"),
            (Kind::Other, "\nx"),
        ];
        assert_eq!(found, expected);
        assert_eq!(
            [content("\"a\\\"\""), content("\"open"), content("\"\""), content("\"x\\\"")],
            ["a\\\"", "open", "", "x\\\""]
        );
    }

    proptest! {
        #[test]
        fn the_parts_are_the_text(text in "[a\"'/*\\\\\n ä]{0,40}") {
            prop_assert_eq!(parts(&text).map(|(_, part)| part).collect::<String>(), text.clone());
            prop_assert!(parts(&text).all(|(_, part)| !part.is_empty()));
        }
    }
}
