//! From the text of a properties file to its items.

use super::super::Scalar;
use super::super::flat::{BOM, Flat, Form, Item};
use super::super::value::{numeric, truth};
use super::path_of;
use crate::base::Finding;

/// A place in a logical line: continuations are passed over, escapes undone.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// One character of a logical line.
#[derive(Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
    /// A character, or half of a pair from a `\u` escape.
    unit: u32,
    escaped: bool,
}

impl Piece {
    /// Returns whether it is a space between key and value.
    fn is_space(self) -> bool {
        !self.escaped && [' ', '\t', '\x0c'].map(u32::from).contains(&self.unit)
    }

    /// Returns whether it is one of these characters without a backslash.
    fn is(self, wanted: [char; 2]) -> bool {
        !self.escaped && wanted.map(u32::from).contains(&self.unit)
    }
}

impl Cursor<'_> {
    /// Passes over continuations; what follows them in their next line is indentation.
    fn join(&mut self) {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at) == Some(&b'\\') {
            let Some(end) = line_end(bytes, self.at + 1) else { return };
            self.at = end;
            while matches!(bytes.get(self.at), Some(b' ' | b'\t' | 0x0C)) {
                self.at += 1;
            }
        }
    }

    /// Returns the next character of the logical line without passing it; the offset of a bad escape.
    fn peek(&mut self) -> Result<Option<Piece>, usize> {
        self.join();
        let rest = &self.text[self.at..];
        let start = self.at;
        let mut chars = rest.chars();
        let piece = |c: char, length: usize, escaped| {
            Ok(Some(Piece { start, end: start + length, unit: c as u32, escaped }))
        };
        match chars.next() {
            None | Some('\n' | '\r') => Ok(None),
            Some('\\') => match chars.next() {
                None => Ok(None), // A last backslash continues with nothing.
                Some('u') => {
                    let digits =
                        rest.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                    let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(start)?;
                    Ok(Some(Piece { start, end: start + 6, unit, escaped: true }))
                }
                Some('t') => piece('\t', 2, true),
                Some('n') => piece('\n', 2, true),
                Some('r') => piece('\r', 2, true),
                Some('f') => piece('\x0c', 2, true),
                Some(c) => piece(c, 1 + c.len_utf8(), true),
            },
            Some(c) => piece(c, c.len_utf8(), false),
        }
    }

    /// Passes over spaces.
    fn spaces(&mut self) -> Result<(), usize> {
        while let Some(piece) = self.peek()?.filter(|piece| piece.is_space()) {
            self.at = piece.end;
        }
        Ok(())
    }

    /// Reads to the end of the line, or up to where `stop` says; returns the text and where it ends.
    fn read(&mut self, stop: impl Fn(Piece) -> bool) -> Result<(String, usize), usize> {
        let mut units = Units::default();
        let mut end = self.at;
        while let Some(piece) = self.peek()?.filter(|piece| !stop(*piece)) {
            units.push(piece.unit);
            self.at = piece.end;
            end = piece.end;
        }
        Ok((units.finish(), end))
    }
}

/// A text from characters and halves of pairs.
#[derive(Default)]
struct Units {
    text: String,
    high: Option<u32>,
}

impl Units {
    fn push(&mut self, unit: u32) {
        match (self.high.take(), unit) {
            (Some(high), 0xDC00..=0xDFFF) => {
                let code = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00);
                self.text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return;
            }
            (Some(_), _) => self.text.push(char::REPLACEMENT_CHARACTER),
            (None, _) => {}
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            unit => self.text.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn finish(mut self) -> String {
        if self.high.is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text
    }
}

/// Returns the items of a text, or what is wrong with it and where.
pub(in super::super) fn read(text: &str) -> Result<Vec<Item>, (usize, Finding)> {
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    let mut at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    while at < bytes.len() {
        let start = at;
        while matches!(bytes.get(at), Some(b' ' | b'\t' | 0x0C)) {
            at += 1;
        }
        at = match bytes.get(at) {
            Some(b'#' | b'!') => line_of(bytes, at),
            Some(_) => {
                let mut cursor = Cursor { text, at };
                let end = entry(&mut cursor, start, &mut items).map_err(|at| (at, bad_escape()))?;
                line_end(bytes, end).unwrap_or(end)
            }
            None => at,
        };
    }
    Ok(items)
}

/// Reads one logical line and returns where it ends, before its line end; the offset of a bad escape.
fn entry(cursor: &mut Cursor<'_>, start: usize, items: &mut Vec<Item>) -> Result<usize, usize> {
    let (key, _) = cursor.read(|piece| piece.is_space() || piece.is(['=', ':']))?;
    let key_end = cursor.at;
    cursor.spaces()?;
    if let Some(piece) = cursor.peek()?.filter(|piece| piece.is(['=', ':'])) {
        cursor.at = piece.end;
        cursor.spaces()?;
    }
    let separated_at = cursor.at;
    let value_start = cursor.peek()?.map_or(separated_at, |piece| piece.start);
    let (value, value_end) = cursor.read(|_| false)?;
    let text = cursor.text;
    let end = if text[cursor.at..].starts_with('\\') { text.len() } else { cursor.at };
    let separated = separated_at > key_end;
    if key.is_empty() && value.is_empty() && !separated {
        return Ok(end); // Nothing but continuations.
    }
    let scalar = match (numeric(&value), truth(&value)) {
        (Some(number), _) => Scalar::Number(number),
        (None, Some(value)) => Scalar::Bool(value),
        (None, None) => Scalar::Text(value.clone()),
    };
    // A last backslash that continues with nothing is no part of the value, but goes with it.
    let range = value_start..value_end.max(value_start);
    let plain = (text[range.clone()] != *value).then(|| value.into());
    items.push(Item {
        path: path_of(&key).into(),
        value: range.clone(),
        literal: value_start..end,
        whole: start..line_end(text.as_bytes(), end).unwrap_or(end),
        scalar,
        plain,
        form: Form::Property { separated },
    });
    Ok(end)
}

/// Returns the offset behind the line end at `at`, or `None` where none stands there.
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    match (bytes.get(at)?, bytes.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(at + 2),
        (b'\r' | b'\n', _) => Some(at + 1),
        _ => None,
    }
}

/// Returns the offset behind the line of `at`.
fn line_of(bytes: &[u8], at: usize) -> usize {
    let end = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(bytes.len(), |length| line_end(bytes, at + length).unwrap_or(bytes.len()))
}

fn bad_escape() -> Finding {
    Finding::error("A004", "", "A `\\u` escape has fewer than four digits.")
        .why("Java refuses a file with such an escape as a whole.")
        .fix("Write it as `\\u00e4`; write a backslash itself as `\\\\`, as in `C:\\\\users`.")
}

/// Returns what Java would read otherwise than an editor shows it.
pub(in super::super) fn findings(flat: &Flat) -> Vec<Finding> {
    let mut findings = Vec::new();
    if flat.text.starts_with(BOM) {
        let finding = Finding::warning("A006", "", "The file starts with a byte order mark.")
            .why("Java takes it for part of the first key, so the device does not find that key.")
            .fix("Save the file without it.");
        findings.push(finding.at(1, 1));
    }
    let foreign = flat.items.iter().find_map(|item| {
        let line = &flat.text[item.whole.clone()];
        line.find(|c: char| !c.is_ascii()).map(|at| item.whole.start + at)
    });
    if let Some(at) = foreign {
        let (line, column) = flat.place(at);
        let finding = Finding::warning("A007", "", "A value or key holds a character outside ASCII.")
            .why("Java reads such a file as ISO 8859-1 unless the program says otherwise, so it may read others.")
            .fix("Write the character as `\\uXXXX`.");
        findings.push(finding.at(line, column));
    }
    findings
}
