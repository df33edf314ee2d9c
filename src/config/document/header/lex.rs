//! The tokens of C, as far as assignments need them. Comments are spaces; a preprocessor line is one token.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Name,
    /// Something that starts like a number.
    Number,
    /// A string literal.
    Text,
    /// A string literal without its closing quote; ends with its line.
    OpenText,
    /// A block comment without its end.
    OpenComment,
    /// A preprocessor line with its continuations and comments, without its line end.
    Directive,
    /// `=`
    Assign,
    /// `+=`, `<<=` and the like.
    OtherAssign,
    /// `->`
    Arrow,
    /// Any other character, or the first byte of `==`, `<=` and the like.
    Sign(u8),
}

/// One token; a file is at most 16 MiB long, so its offsets fit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    start: u32,
    end: u32,
}

impl Token {
    /// Returns the bytes of the token.
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Returns the tokens of a part of a text; `directives` is whether `#` starts one at the start of a line.
pub(super) fn tokens(text: &str, part: Range<usize>, directives: bool) -> Vec<Token> {
    let bytes = &text.as_bytes()[..part.end];
    let mut tokens = Vec::new();
    let mut at = part.start;
    let mut fresh = directives;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let (kind, end) = match byte {
            b'\n' | b'\r' => {
                fresh = directives;
                at += 1;
                continue;
            }
            b' ' | b'\t' | 0x0B | 0x0C => {
                at += 1;
                continue;
            }
            b'\\' if matches!(next, Some(b'\n' | b'\r')) => {
                at = spliced(bytes, at + 1);
                continue;
            }
            b'/' if matches!(next, Some(b'/' | b'*')) => match comment(bytes, at) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => (Kind::OpenComment, bytes.len()),
            },
            b'#' if fresh => (Kind::Directive, directive(bytes, at)),
            b'"' => text_end(bytes, at),
            b'\'' => (Kind::Sign(b'\''), char_end(bytes, at)),
            b'.' if next.is_some_and(|b| b.is_ascii_digit()) => (Kind::Number, number_end(bytes, at)),
            b'0'..=b'9' => (Kind::Number, number_end(bytes, at)),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => {
                let length = bytes[at..].iter().position(|&b| !is_name(b));
                (Kind::Name, length.map_or(bytes.len(), |length| at + length))
            }
            _ => sign(bytes, at),
        };
        fresh = false;
        tokens.push(Token { kind, start: at as u32, end: end as u32 });
        at = end;
    }
    tokens
}

/// Returns whether a byte can be part of a name.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Returns an operator or another sign.
fn sign(bytes: &[u8], at: usize) -> (Kind, usize) {
    let byte = bytes[at];
    let second = bytes.get(at + 1).copied();
    match (byte, second) {
        (b'-', Some(b'>')) => (Kind::Arrow, at + 2),
        (b'=' | b'!' | b'<' | b'>', Some(b'=')) => (Kind::Sign(byte), at + 2),
        (b'=', _) => (Kind::Assign, at + 1),
        (b'<' | b'>', Some(same)) if same == byte => match bytes.get(at + 2) {
            Some(b'=') => (Kind::OtherAssign, at + 3),
            _ => (Kind::Sign(byte), at + 2),
        },
        (b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', Some(b'=')) => (Kind::OtherAssign, at + 2),
        _ => (Kind::Sign(byte), at + 1),
    }
}

/// Returns the offset behind a line end, `\r\n` being one.
fn spliced(bytes: &[u8], at: usize) -> usize {
    if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') { at + 2 } else { at + 1 }
}

/// Returns the offset behind a comment, or `None` where it has no end; a line comment ends before its line end.
pub(super) fn comment(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes[at + 1] == b'*' {
        return bytes[at + 2..].windows(2).position(|pair| pair == b"*/").map(|length| at + length + 4);
    }
    Some(line_end(bytes, at + 2))
}

/// Returns the end of a line whose continuations belong to it.
fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return at,
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at = spliced(bytes, at + 1),
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Returns the end of a preprocessor line, before its line end; comments in it may span lines.
fn directive(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        at = match (byte, next) {
            (b'\n' | b'\r', _) => return at,
            (b'\\', Some(b'\n' | b'\r')) => spliced(bytes, at + 1),
            (b'/', Some(b'/' | b'*')) => comment(bytes, at).unwrap_or(bytes.len()),
            // What looks like a comment in a string literal is none; an open quote ends with the line.
            (b'"', _) => text_end(bytes, at).1,
            _ => at + 1,
        };
    }
    bytes.len()
}

/// Returns a string literal.
fn text_end(bytes: &[u8], start: usize) -> (Kind, usize) {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'"', _) => return (Kind::Text, at + 1),
            (b'\n' | b'\r', _) => return (Kind::OpenText, at),
            (b'\\', Some(b'\n' | b'\r')) => at = spliced(bytes, at + 1),
            (b'\\', Some(_)) => at += 2,
            _ => at += 1,
        }
    }
    (Kind::OpenText, bytes.len())
}

/// Returns the end of a character such as `';'`; a lone quote is a sign, as in `#error don't`.
fn char_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at).filter(|_| at < start + 12) {
        match byte {
            b'\'' => return at + 1,
            b'\n' | b'\r' => break,
            b'\\' if bytes.get(at + 1).is_some_and(|b| !matches!(b, b'\n' | b'\r')) => at += 2,
            _ => at += 1,
        }
    }
    start + 1
}

/// Returns the end of something that starts like a number, signs of exponents included.
fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        let exponent = matches!(bytes[at - 1], b'e' | b'E' | b'p' | b'P');
        let part = is_name(byte) || byte == b'.' || (exponent && matches!(byte, b'+' | b'-'));
        if !part {
            break;
        }
        at += 1;
    }
    at
}
