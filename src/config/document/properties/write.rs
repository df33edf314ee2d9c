//! Keys and values as text of a properties file.

use super::super::flat::{Flat, Form, Item, newline};
use super::super::value::decimal;
use super::super::{EditError, Format, Scalar};
use super::key_of;
use std::ops::Range;

/// Returns the text that takes the place of an item's value, or `None` where the format has no such value.
pub(in super::super) fn value(item: &Item, value: &Scalar) -> Option<String> {
    let text = plain(value)?;
    Some(match item.form {
        Form::Property { separated: false } => format!("={text}"),
        _ => text,
    })
}

/// Returns where a new key goes, and its line.
pub(in super::super) fn addition(
    flat: &Flat,
    path: &str,
    value: &Scalar,
) -> Result<(Range<usize>, String), EditError> {
    let bad_path = || EditError::BadPath {
        format: Format::Properties.label(),
        rule: "Write `~` in a key as `~0` and `/` as `~1`",
        path: path.into(),
    };
    let key = key_of(path).ok_or_else(bad_path)?;
    let value = plain(value).ok_or_else(|| flat.bad_value(path, value))?;
    let text = &*flat.text;
    let newline = newline(text);
    let mut line = String::new();
    let body = text.strip_suffix(['\n', '\r']).map_or(text, |body| body.strip_suffix('\r').unwrap_or(body));
    // A line that ends in an odd number of backslashes would swallow the next one.
    let continues = (body.len() - body.trim_end_matches('\\').len()) % 2 == 1;
    if body.len() == text.len() && !text.is_empty() && text != "\u{feff}" {
        line.push_str(newline);
    }
    if continues {
        line.push_str(newline);
    }
    line.extend([&escaped(&key, true), separator(flat), &value, newline]);
    Ok((text.len()..text.len(), line))
}

/// Returns a new file that holds a comment only.
pub(in super::super) fn empty(intro: &[&str]) -> String {
    let lines = intro.iter().flat_map(|line| line.split(['\n', '\r']));
    lines.map(|line| format!("# {line}").trim_end().to_owned() + "\n").collect()
}

/// Returns what stands between the last key and its value: `=`, `: `, a space.
fn separator(flat: &Flat) -> &str {
    let last = flat.items.last().map(|item| &flat.text[item.whole.start..item.value.start]);
    let tail = last.map(|head| &head[head.trim_end_matches([' ', '\t', '=', ':']).len()..]);
    // Behind a key that ends in an escaped sign, signs may be part of it.
    let escaped = last.zip(tail).is_some_and(|(head, tail)| head[..head.len() - tail.len()].ends_with('\\'));
    match tail {
        Some(tail) if !escaped && tail.matches(['=', ':']).count() == 1 => tail,
        Some(" ") if !escaped => " ",
        _ => "=",
    }
}

/// Returns a value as text, or `None` where the format has none for it.
fn plain(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Number(number) => Some(decimal(*number)),
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Text(text) => Some(escaped(text, false)),
        Scalar::Null | Scalar::Other(_) => None,
    }
}

/// Returns a text with escapes, in ASCII only.
fn escaped(text: &str, key: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.chars().enumerate() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0c' => out.push_str("\\f"),
            // At the start of a value these would be taken for what separates it from the key.
            ' ' | '=' | ':' if key || i == 0 => out.extend(['\\', c]),
            '#' | '!' if key => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str("\\u");
                    let digits = [12, 8, 4, 0].map(|shift| u32::from(*unit >> shift & 0xF));
                    out.extend(digits.iter().filter_map(|&digit| char::from_digit(digit, 16)));
                }
            }
        }
    }
    out
}
