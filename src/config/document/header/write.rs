//! Values and new lines of a header.

use super::super::flat::{Flat, Form, Item, newline};
use super::super::path::tokens;
use super::super::value::{decimal, numeric, truth};
use super::super::{EditError, Format, Scalar};
use super::lex::comment;
use super::literal::{number_like, quoted};
use std::ops::Range;

/// Object of a field in a file that shows none.
const OBJECT: &str = "twcfg.";

/// Returns the text that takes the place of an item's literal, or `None` where C has no such value.
pub(in super::super) fn literal(text: &str, item: &Item, value: &Scalar) -> Option<String> {
    let old = &text[item.literal.clone()];
    Some(match (value, &item.scalar) {
        (Scalar::Number(number), Scalar::Text(text)) if numeric(text).is_some() => quoted(&decimal(*number)),
        (Scalar::Number(number), _) => number_like(old, *number),
        (Scalar::Bool(value), Scalar::Text(text)) if truth(text).is_some() => quoted(&value.to_string()),
        (Scalar::Bool(value), Scalar::Number(number)) if *number == 0.0 || *number == 1.0 => {
            number_like(old, f64::from(u8::from(*value)))
        }
        (Scalar::Bool(value), _) => word(*value, old.starts_with(char::is_lowercase)).to_owned(),
        (value, _) => plain(value)?,
    })
}

/// Returns a value as C writes it.
fn plain(value: &Scalar) -> Option<String> {
    Some(match value {
        Scalar::Number(number) => decimal(*number),
        Scalar::Bool(value) => word(*value, false).to_owned(),
        Scalar::Text(text) => quoted(text),
        Scalar::Null => "NULL".to_owned(),
        Scalar::Other(_) => return None,
    })
}

fn word(value: bool, lower: bool) -> &'static str {
    match (value, lower) {
        (true, false) => "TRUE",
        (false, false) => "FALSE",
        (true, true) => "true",
        (false, true) => "false",
    }
}

/// Returns a new file that holds a comment only.
pub(in super::super) fn empty(intro: &[&str]) -> String {
    let lines = intro.iter().flat_map(|line| line.split(['\n', '\r']));
    lines.flat_map(|line| ["/* ".to_owned(), line.replace("*/", "* /"), " */\n".to_owned()]).collect()
}

/// Returns where a new key goes, and its text.
pub(in super::super) fn addition(
    flat: &Flat,
    path: &str,
    value: &Scalar,
) -> Result<(Range<usize>, String), EditError> {
    let names = tokens(path).filter(|names| names.iter().all(|name| is_name(name))).ok_or_else(|| {
        EditError::BadPath {
            format: Format::Header.label(),
            rule: "A field of C has letters, digits and `_` only and starts with no digit",
            path: path.into(),
        }
    })?;
    let value = plain(value).ok_or_else(|| flat.bad_value(path, value))?;
    let text = &*flat.text;
    let newline = newline(text);
    let upper = !path.contains(|c: char| c.is_ascii_lowercase() || c == '/');
    let Some(model) = model(flat, path, upper) else {
        let line = if upper && flat.items.iter().any(|item| matches!(item.form, Form::Define { .. })) {
            format!("#define {path} {value}")
        } else {
            format!("{OBJECT}{} = {value};", names.join("."))
        };
        return Ok(at_end(text, &line, newline));
    };
    let line_start = text[..model.value.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = &text[line_start..];
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let field = names.join(".");
    Ok(match &model.form {
        Form::Statement { object, .. } => {
            let object = &text[object.clone()];
            let at = behind(text, statement_end(text, model));
            (at..at, format!("{newline}{indent}{object}{field} = {value};"))
        }
        Form::Designated { prefix, comma, .. } => {
            let own = field.strip_prefix(&*prefix.replace('/', ".")).unwrap_or(&field);
            let own = own.trim_start_matches('.');
            if *comma {
                let at = behind(text, comma_end(text, model.value.end));
                (at..at, format!("{newline}{indent}.{own} = {value},"))
            } else {
                // The comma has to stand before a comment behind the value.
                let end = model.value.end;
                let at = behind(text, end);
                (end..at, format!(",{}{newline}{indent}.{own} = {value}", &text[end..at]))
            }
        }
        _ => {
            let at = text[..model.whole.end].trim_end_matches(['\n', '\r']).len();
            (at..at, format!("{newline}{indent}#define {path} {value}"))
        }
    })
}

/// Returns the item whose style a new one takes: the last one that fits, outside of conditions if there is one.
fn model<'a>(flat: &'a Flat, path: &str, upper: bool) -> Option<&'a Item> {
    let depth = |item: &Item| match &item.form {
        Form::Statement { depth, .. } if !upper => Some((0, *depth)),
        Form::Designated { prefix, depth, .. } if !upper => {
            let below =
                prefix.is_empty() || path.strip_prefix(&**prefix).is_some_and(|rest| rest.starts_with('/'));
            below.then_some((1, *depth))
        }
        Form::Define { depth } if upper => Some((0, *depth)),
        _ => None,
    };
    let fitting = flat.items.iter().filter_map(|item| Some((depth(item)?, item)));
    let fewest = fitting.clone().map(|(depth, _)| depth).min()?;
    fitting.filter(|(depth, _)| *depth == fewest).map(|(_, item)| item).next_back()
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Returns the offset behind the `;` of a statement, which comes after its value with nothing but space between.
fn statement_end(text: &str, item: &Item) -> usize {
    after(text, item.value.end, b';')
}

fn comma_end(text: &str, from: usize) -> usize {
    after(text, from, b',')
}

/// Returns the offset behind the next sign, past spaces, line ends and comments.
fn after(text: &str, from: usize, sign: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if byte == sign {
            return at + 1;
        }
        at = match bytes.get(at + 1) {
            Some(b'/' | b'*') if byte == b'/' => comment(bytes, at).unwrap_or(bytes.len()),
            _ => at + 1,
        };
    }
    from
}

/// Returns the end of the line, past comments behind `from`; `from` where something else follows.
fn behind(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        at = match (byte, bytes.get(at + 1)) {
            (b' ' | b'\t', _) => at + 1,
            (b'/', Some(b'/' | b'*')) => match comment(bytes, at) {
                Some(end) => end,
                None => return from,
            },
            (b'\n' | b'\r', _) => return from + text[from..at].trim_end_matches([' ', '\t']).len(),
            _ => return from,
        };
    }
    from + text[from..at].trim_end_matches([' ', '\t']).len()
}

/// Returns where a line goes in a file without a model: before a last `#endif`, or at the end.
fn at_end(text: &str, line: &str, newline: &str) -> (Range<usize>, String) {
    let body = text.trim_end_matches([' ', '\t', '\n', '\r']);
    let start = body.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let last = body[start..].trim_start_matches([' ', '\t']);
    let guard = last.strip_prefix('#').is_some_and(|rest| rest.trim_start().starts_with("endif"));
    if guard {
        return (start..start, format!("{line}{newline}"));
    }
    let gap =
        if text.is_empty() || text == "\u{feff}" || text.ends_with(['\n', '\r']) { "" } else { newline };
    (text.len()..text.len(), format!("{gap}{line}{newline}"))
}
