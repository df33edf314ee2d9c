//! Where records and fields begin and end in the text of a table, and how one field is rewritten.
//!
//! A splitter of its own, because the readers of CSV at hand return unescaped copies: to change one cell
//! and no other byte, the place of every field *with its quotes* is needed, and a quote that is never
//! closed has to be reported with its line instead of swallowing the rest of the file. What is read is
//! the same as theirs (RFC 4180: quotes count at the start of a field only, a double quote inside stands
//! for one, `\n`, `\r\n` and `\r` end a record); a test compares the two.

use std::borrow::Cow;

/// What stands between the fields of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`, as spreadsheets write where the comma is in numbers.
    Semicolon,
    /// A tab, as spreadsheets put it on the clipboard.
    Tab,
}

/// Records that are looked at to find the separator.
const SAMPLE: usize = 20;

impl Separator {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// Returns the byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }

    /// Returns the word shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Comma => "Comma",
            Self::Semicolon => "Semicolon",
            Self::Tab => "Tab",
        }
    }

    /// Returns the separator that splits the first records of a text most evenly; the comma where none does.
    pub(in crate::fleet) fn found_in(text: &str) -> Self {
        let score = |separator: &Self| {
            let (mut at, mut first, mut same) = (0, 0, 0_usize);
            for _ in 0..SAMPLE {
                if at >= text.len() {
                    break;
                }
                let record = scan(text.as_bytes(), at, separator.byte());
                at = record.next;
                if first == 0 {
                    first = record.fields;
                }
                same += usize::from(record.fields == first && record.fault.is_none());
            }
            if first < 2 { (0, 0) } else { (same, first) }
        };
        // The first of equals stays: `max_by_key` would take the last.
        Self::ALL.into_iter().rev().max_by_key(score).unwrap_or(Self::Comma)
    }
}

/// What is wrong with the quotes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fleet) enum QuoteFault {
    /// A quote is opened and never closed.
    Unclosed,
    /// Text stands between a closing quote and the next separator.
    TextBehind,
}

/// One record in a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Scan {
    /// Where its last field ends.
    pub end: usize,
    /// Where the next record begins.
    pub next: usize,
    /// Number of fields.
    pub fields: usize,
    /// Ends of lines in it, its own included.
    pub lines: usize,
    /// Whether all its fields are empty.
    pub blank: bool,
    /// What is wrong with its quotes. Then the record is taken to end with the first line that may be to blame.
    pub fault: Option<QuoteFault>,
    /// Bytes that were looked at behind `next` in vain.
    pub wasted: usize,
}

/// Returns the record that begins at `start`.
pub(in crate::fleet) fn scan(text: &[u8], start: usize, separator: u8) -> Scan {
    let (mut at, mut fields, mut blank, mut lines) = (start, 1, true, 0);
    // Where a quote is missing, the first field that goes over a line end is the likely culprit.
    let mut suspect = None;
    loop {
        if text.get(at) == Some(&b'"') {
            let open = at;
            at += 1;
            loop {
                let Some(quote) = text[at..].iter().position(|&byte| byte == b'"') else {
                    let from = suspect.unwrap_or(open);
                    return broken(text, (start, from, text.len()), fields, QuoteFault::Unclosed);
                };
                at += quote + 1;
                if text.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            blank &= at - open == 2;
            let within = line_ends(&text[open..at]);
            lines += within;
            if within > 0 {
                suspect = suspect.or(Some(open));
            }
            while text.get(at) == Some(&b' ') {
                at += 1;
            }
            if !matches!(text.get(at), None | Some(b'\r' | b'\n')) && text[at] != separator {
                let from = suspect.unwrap_or(open);
                return broken(text, (start, from, at), fields, QuoteFault::TextBehind);
            }
        } else {
            let rest = &text[at..];
            let length = rest.iter().position(|&byte| byte == separator || byte == b'\n' || byte == b'\r');
            let length = length.unwrap_or(rest.len());
            blank = blank && rest[..length].iter().all(|&byte| byte == b' ');
            at += length;
        }
        if text.get(at) == Some(&separator) {
            at += 1;
            fields += 1;
        } else {
            let next = behind_line_end(text, at);
            lines += usize::from(next > at);
            return Scan { end: at, next, fields, lines, blank, fault: None, wasted: 0 };
        }
    }
}

/// Returns the record of a broken quote: it ends with the line of the quote that may be to blame, so that
/// the lines behind it can still be read.
fn broken(
    text: &[u8],
    (start, open, reached): (usize, usize, usize),
    fields: usize,
    fault: QuoteFault,
) -> Scan {
    let length = text[open..].iter().position(|byte| matches!(byte, b'\r' | b'\n'));
    let end = length.map_or(text.len(), |length| open + length);
    let next = behind_line_end(text, end);
    let lines = line_ends(&text[start..next]);
    Scan { end, next, fields, lines, blank: false, fault: Some(fault), wasted: reached.saturating_sub(next) }
}

/// Returns the place behind the line end at `at`, `at` itself where there is none.
fn behind_line_end(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'\r') if text.get(at + 1) == Some(&b'\n') => at + 2,
        Some(b'\r' | b'\n') => at + 1,
        _ => at,
    }
}

/// Returns the number of line ends; `\r\n` is one.
pub(super) fn line_ends(text: &[u8]) -> usize {
    let mut before = 0;
    let mut count = 0;
    for &byte in text {
        count += usize::from(byte == b'\r' || (byte == b'\n' && before != b'\r'));
        before = byte;
    }
    count
}

/// The fields of one sound record, each as it is written, quotes included.
#[derive(Clone, Debug)]
pub(in crate::fleet) struct Fields<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Fields<'a> {
    /// Returns the fields of a record without its line end.
    pub(in crate::fleet) fn new(record: &'a str, separator: u8) -> Self {
        Self { rest: Some(record), separator }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let bytes = text.as_bytes();
        let mut at = 0;
        if bytes.first() == Some(&b'"') {
            // Quotes come in pairs inside, so every odd one is a candidate for the closing one.
            let mut inside = true;
            at = 1;
            while at < bytes.len() && (inside || bytes[at] != self.separator) {
                inside ^= bytes[at] == b'"';
                at += 1;
            }
        } else {
            while at < bytes.len() && bytes[at] != self.separator {
                at += 1;
            }
        }
        self.rest = (at < bytes.len()).then(|| &text[at + 1..]);
        Some(&text[..at])
    }
}

/// Returns what a field means: without its quotes, doubled quotes once.
pub(in crate::fleet) fn value(raw: &str) -> Cow<'_, str> {
    let Some(inner) = raw.strip_prefix('"') else { return Cow::Borrowed(raw) };
    let inner = inner.trim_end_matches(' ');
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if inner.contains('"') { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) }
}

/// Returns a text as a field of a new list: in quotes where a program that guesses the separator, or cuts
/// blanks at the ends, would read something else.
pub fn quoted(text: &str) -> Cow<'_, str> {
    let plain = !text.contains([',', '"', ';', '\n', '\r', '\t']) && text.trim() == text;
    if plain { Cow::Borrowed(text) } else { Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))) }
}

/// Appends a value as a field; in quotes where it needs them or where `quoted` asks for them.
pub(super) fn push_field(record: &mut String, value: &str, quoted: bool, separator: u8) {
    let special = |byte: u8| byte == separator || matches!(byte, b'"' | b'\r' | b'\n');
    if quoted || value.bytes().any(special) {
        record.push('"');
        record.push_str(&value.replace('"', "\"\""));
        record.push('"');
    } else {
        record.push_str(value);
    }
}

/// Appends a record with one field replaced; every other byte stays, and so do quotes around the old value.
pub(super) fn push_edited(to: &mut String, record: &str, separator: u8, column: usize, value: &str) {
    for (at, raw) in Fields::new(record, separator).enumerate() {
        if at > 0 {
            to.push(char::from(separator));
        }
        if at == column {
            push_field(to, value, raw.starts_with('"'), separator);
        } else {
            to.push_str(raw);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(record: &str) -> Vec<Cow<'_, str>> {
        Fields::new(record, b',').map(value).collect()
    }

    #[test]
    fn fields_mean_what_is_between_their_quotes() {
        assert_eq!(split("a,\"b,\"\"c\"\"\", d ,"), ["a", "b,\"c\"", " d ", ""]);
        assert_eq!(split("\"\",\"x\"  ,5\" pipe"), ["", "x", "5\" pipe"]);
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn a_separator_is_found_by_looking() {
        for (text, separator) in [
            ("name;site\na;x,y\nb;z,w\n", Separator::Semicolon),
            ("name\tsite\na\tx,y\n", Separator::Tab),
            ("name,site\na,x;y\n", Separator::Comma),
            ("name\na\n", Separator::Comma),
            ("\"a;b;c\",d\n1,2\n", Separator::Comma),
            ("name, full;site\na;b\nc;d\n", Separator::Semicolon),
            ("", Separator::Comma),
        ] {
            assert_eq!(Separator::found_in(text), separator, "{text:?}");
        }
    }

    #[test]
    fn a_broken_quote_costs_one_line() {
        let text = b"a,\"b\nc,d\n";
        let first = scan(text, 0, b',');
        assert_eq!((first.fault, first.next), (Some(QuoteFault::Unclosed), 5));
        assert_eq!(scan(text, first.next, b',').fields, 2);
        let behind = scan(b"a,\"b\nc,\"d\",e\n", 0, b',');
        assert_eq!((behind.fault, behind.next), (Some(QuoteFault::TextBehind), 5));
        assert_eq!(scan(b"\"a\r\nb\",c\r\nd", 0, b',').lines, 2);
    }
}
