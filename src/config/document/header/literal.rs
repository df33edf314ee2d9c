//! Values of C: numbers and string literals, read and written.

use super::super::Scalar;
use super::super::value::decimal;
use super::lex::{Kind, Token};
use std::ops::Range;

/// Word for what is not a plain value.
pub(super) const EXPRESSION: &str = "an expression";

/// A value that was read.
pub(super) struct Value {
    pub(super) scalar: Scalar,
    /// What an edit replaces: the value without its parentheses.
    pub(super) literal: Range<usize>,
    /// A string literal without quotes and escapes.
    pub(super) plain: Option<Box<str>>,
}

/// Returns the value of these tokens; there is at least one.
pub(super) fn value(text: &str, tokens: &[Token]) -> Value {
    let mut inner = tokens;
    while let [first, middle @ .., last] = inner
        && first.kind == Kind::Sign(b'(')
        && last.kind == Kind::Sign(b')')
        && !middle.is_empty()
    {
        inner = middle;
    }
    let literal = span(inner);
    let (scalar, plain) = match inner {
        [one] if one.kind == Kind::Number => (scalar(number(&text[one.range()])), None),
        [sign, one] if one.kind == Kind::Number && spaces(text, sign.range().end..one.range().start) => {
            let number = number(&text[one.range()]);
            let signed = match sign.kind {
                Kind::Sign(b'-') => number.map(|number| -number),
                Kind::Sign(b'+') => number,
                _ => None,
            };
            (scalar(signed), None)
        }
        [one] if one.kind == Kind::Name => (word(&text[one.range()]), None),
        parts if parts.iter().all(|part| part.kind == Kind::Text) && joined(text, parts) => {
            let value = parts.iter().map(|part| unquoted(&text[part.range()])).collect::<Vec<_>>().concat();
            let value = String::from_utf8_lossy(&value).into_owned();
            (Scalar::Text(value.clone()), Some(value.into()))
        }
        _ => (Scalar::Other(EXPRESSION), None),
    };
    match scalar {
        Scalar::Other(_) => Value { scalar, literal: span(tokens), plain: None },
        scalar => Value { scalar, literal, plain },
    }
}

/// Returns the bytes from the first to the last token.
pub(super) fn span(tokens: &[Token]) -> Range<usize> {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.range().start..last.range().end,
        _ => 0..0,
    }
}

/// Returns whether only spaces stand between string literals that follow each other.
fn joined(text: &str, parts: &[Token]) -> bool {
    parts.windows(2).all(|pair| spaces(text, pair[0].range().end..pair[1].range().start))
}

fn spaces(text: &str, between: Range<usize>) -> bool {
    text[between].bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\\'))
}

fn scalar(number: Option<f64>) -> Scalar {
    number.map_or(Scalar::Other(EXPRESSION), Scalar::Number)
}

fn word(word: &str) -> Scalar {
    match word {
        "TRUE" | "true" => Scalar::Bool(true),
        "FALSE" | "false" => Scalar::Bool(false),
        "NULL" => Scalar::Null,
        _ => Scalar::Other(EXPRESSION),
    }
}

/// Parts of a number: what precedes the digits, the digits, and what follows them.
fn parts(raw: &str) -> Option<(u32, &str, &str)> {
    let hexadecimal = raw.strip_prefix("0x").or_else(|| raw.strip_prefix("0X"));
    let binary = raw.strip_prefix("0b").or_else(|| raw.strip_prefix("0B"));
    let (radix, body) = match (hexadecimal, binary) {
        (Some(body), _) => (16, body),
        (_, Some(body)) => (2, body),
        _ => (10, raw),
    };
    let float = radix == 10 && body.contains(['.', 'e', 'E']);
    let digits = body.trim_end_matches(if float { ['f', 'F', 'l', 'L'] } else { ['u', 'U', 'l', 'L'] });
    let suffix = &body[digits.len()..];
    let octal = radix == 10 && !float && digits.len() > 1 && digits.starts_with('0');
    let known = match suffix.to_ascii_lowercase().as_str() {
        "" | "l" => true,
        "f" => float,
        "u" | "ul" | "lu" | "ll" | "ull" | "llu" => !float,
        _ => false,
    };
    known.then_some((if octal { 8 } else { radix }, digits, suffix))
}

/// Returns the value of a number without sign, in any notation of C.
pub(super) fn number(raw: &str) -> Option<f64> {
    let (radix, digits, _) = parts(raw)?;
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value =
        if radix == 10 { digits.parse().ok()? } else { u64::from_str_radix(digits, radix).ok()? as f64 };
    value.is_finite().then_some(value)
}

/// Returns a number in the notation of the one it replaces, where that can hold it.
pub(super) fn number_like(old: &str, new: f64) -> String {
    let old = old.trim_start_matches(['-', '+', ' ', '\t', '\n', '\r', '\\']);
    let Some((radix, digits, suffix)) = parts(old).filter(|_| number(old).is_some()) else {
        return decimal(new);
    };
    let whole = new.fract() == 0.0 && new.abs() < 9e15;
    let sign = if new < 0.0 { "-" } else { "" };
    let unsigned = suffix.contains(['u', 'U']);
    if radix == 10 && digits.contains(['.', 'e', 'E']) {
        return if whole { format!("{new:.1}{suffix}") } else { format!("{}{suffix}", decimal(new)) };
    }
    // A sign would be lost in an unsigned number, and a fraction in any that has a suffix.
    let suffix = if whole && !(unsigned && new < 0.0) { suffix } else { "" };
    let value = new.abs() as u64;
    match radix {
        16 if whole && digits.contains(|c: char| c.is_ascii_lowercase()) => {
            format!("{sign}{}{value:x}{suffix}", &old[..2])
        }
        16 if whole => format!("{sign}{}{value:X}{suffix}", &old[..2]),
        2 if whole => format!("{sign}{}{value:b}{suffix}", &old[..2]),
        8 if whole && value > 0 => format!("{sign}0{value:o}{suffix}"),
        _ => format!("{}{suffix}", decimal(new)),
    }
}

/// Returns the bytes of a string literal without quotes and escapes.
fn unquoted(raw: &str) -> Vec<u8> {
    let bytes = raw.as_bytes();
    let bytes = &bytes[1..bytes.len() - 1];
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let Some(&next) = bytes.get(at + 1).filter(|_| byte == b'\\') else {
            out.push(byte);
            at += 1;
            continue;
        };
        at += 2;
        let simple = match next {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0C,
            b'v' => 0x0B,
            b'\r' => {
                at += usize::from(bytes.get(at) == Some(&b'\n'));
                continue;
            }
            b'\n' => continue,
            b'0'..=b'7' => {
                at -= 1;
                at += digits(&bytes[at..], 8, 3, &mut out);
                continue;
            }
            b'x' => {
                at += digits(&bytes[at..], 16, usize::MAX, &mut out);
                continue;
            }
            other => other,
        };
        out.push(simple);
    }
    out
}

/// Reads the digits of an escape, writes its byte and returns their number.
fn digits(bytes: &[u8], radix: u32, most: usize, out: &mut Vec<u8>) -> usize {
    let digits = bytes.iter().take(most).map_while(|&b| char::from(b).to_digit(radix));
    let (count, value) = digits.fold((0, 0_u32), |(n, value), digit| (n + 1, (value * radix + digit) & 0xFF));
    out.push(value as u8);
    count
}

/// Returns a text as a string literal.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Two question marks and a sign may stand for another sign.
            '?' => out.push_str("\\?"),
            c if c.is_ascii_control() => {
                let code = c as u8;
                out.push('\\');
                out.extend([code >> 6, code >> 3 & 7, code & 7].map(|digit| char::from(b'0' + digit)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
