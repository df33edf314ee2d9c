//! What is wrong with a text that is not JSON, in plain words.
//!
//! Every complaint becomes a finding with what, why and what to do. A text that simply ends too
//! early is told apart from one with a mistake in it, because the remedy differs: a file that was
//! cut off has to be fetched again, a mistake has to be corrected where it stands.

use super::parse::MAX_DEPTH;
use crate::base::{Finding, units};
use jsonc_parser::ParseStringErrorKind;
use jsonc_parser::errors::{ParseError, ParseErrorKind as Kind};

/// Characters of the file shown in a message.
const SHOWN: usize = 30;

/// The first thing wrong with a text.
#[derive(Debug)]
pub(super) struct Fault {
    /// Offset shown to the user.
    pub(super) at: usize,
    /// Offset from which the text cannot be read.
    pub(super) cut: usize,
    /// Whether the only complaint is that the text ends.
    pub(super) ends_early: bool,
    code: &'static str,
    what: String,
    fix: String,
}

impl Fault {
    fn new(at: usize, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { at, cut: at, ends_early: false, code: "F001", what: what.into(), fix: fix.into() }
    }

    /// Returns the finding at a line and column.
    pub(super) fn finding(self, line: usize, column: usize) -> Finding {
        let what = if self.ends_early {
            format!("The text ends in line {line}, column {column}, {}.", self.what)
        } else {
            self.what
        };
        Finding::error(self.code, "", what)
            .why("A file is read as a whole or not at all, so nothing of it was taken over.")
            .fix(self.fix)
            .at(line, column)
    }
}

/// Returns the fault of a text without any value.
pub(super) fn nothing(text: &str) -> Fault {
    let what = match text.trim() {
        "" if text.is_empty() => "The file is empty.",
        "" => "The file is empty but for spaces.",
        _ => "The file holds comments only.",
    };
    Fault::new(
        text.trim_end().len(),
        what,
        "Choose another file, or fetch this one again: a file needs at least `{}`.",
    )
}

/// Returns the fault of a list or object that opens one level too deep.
pub(super) fn too_deep(at: usize) -> Fault {
    let depth = units::count(MAX_DEPTH as u64);
    let fix = "Check whether this is the file you meant: a project needs about six levels.";
    Fault {
        code: "F002",
        ..Fault::new(at, format!("Lists and objects are nested more than {depth} levels deep."), fix)
    }
}

/// Returns the fault of a space that looks like one but is not one in JSON.
pub(super) fn odd_space(at: usize, c: char) -> Fault {
    let code = c as u32;
    Fault::new(
        at,
        format!("The invisible character U+{code:04X} stands between two values."),
        "Replace it by an ordinary space; it often comes from copied text.",
    )
}

/// Returns the fault of a text whose line ends before its closing quote.
pub(super) fn open_text(start: usize, line_end: usize) -> Fault {
    let fix = "Put the missing `\"` at its end; write a line break inside a text as `\\n`.";
    Fault {
        cut: line_end,
        ..Fault::new(start, "The text in quotes that starts here does not end in its line.", fix)
    }
}

/// Returns the fault of a control character inside a text.
pub(super) fn control(at: usize, c: char) -> Fault {
    let code = c as u32;
    let fix = if c == '\t' {
        "Write it as `\\t`.".into()
    } else {
        format!("Delete it, or write it as `\\u{code:04x}`.")
    };
    Fault::new(at, format!("A text in quotes holds the control character U+{code:04X}."), fix)
}

/// Returns what the parser complains about; `line_of` returns the line of an offset.
pub(super) fn fault(text: &str, error: &ParseError, line_of: &dyn Fn(usize) -> usize) -> Fault {
    let (start, end) = (error.range().start, error.range().end);
    if let Some(inside) = end_inside(text, error, line_of) {
        let fix = "The file was probably cut off when it was copied or saved: fetch it again, or add what is missing.";
        return Fault { ends_early: true, ..Fault::new(text.trim_end().len(), inside, fix) };
    }
    let piece = shown(&text[start..end]);
    let (what, fix) = match error.kind() {
        Kind::ExpectedComma | Kind::MultipleRootJsonValues if leading_zero(text, start) => {
            ("A number starts with `0`.".into(), "Leave out the zeros before it.".into())
        }
        Kind::ExpectedComma => ("A comma is missing here.".into(), "Put `,` between two values.".into()),
        Kind::MultipleRootJsonValues => (
            format!("`{piece}` stands behind the end of the document."),
            "Delete it, or check whether a bracket before it closes too early.".into(),
        ),
        Kind::ExpectedColonAfterObjectKey => {
            ("A colon is missing after a key.".into(), "Write `\"key\": value`.".into())
        }
        Kind::ExpectedStringObjectProperty => {
            (format!("The key `{piece}` stands without quotes."), format!("Write `\"{piece}\"`."))
        }
        Kind::SingleQuotedStringsNotAllowed => {
            ("A text stands in single quotes.".into(), "Use double quotes.".into())
        }
        Kind::UnexpectedWord => word(&piece),
        // A word that meets a bracket or a comma is reported as a token.
        Kind::UnexpectedToken if piece.starts_with(char::is_alphabetic) => word(&piece),
        Kind::NonFiniteNumbersNotAllowed => word(piece.trim_start_matches('-')),
        Kind::String(kind) => escape(kind),
        Kind::HexadecimalNumbersNotAllowed => number("is hexadecimal"),
        Kind::UnaryPlusNumbersNotAllowed => number("starts with `+`"),
        Kind::BareDecimalPointNumbersNotAllowed => number("has no digit on one side of its point"),
        Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral => number("is not complete"),
        Kind::UnexpectedTokenInObject => (
            format!("`{piece}` stands where a key in double quotes or `}}` is expected."),
            "Check the brackets and commas before it.".into(),
        ),
        // What ends early was told above; the rest is a token in the wrong place.
        _ => (
            format!("`{piece}` stands where a value is expected."),
            "Check the quotes, brackets and commas before it.".into(),
        ),
    };
    Fault::new(start, what, fix)
}

/// Returns inside of what the text ends, or `None` where it has a mistake instead.
fn end_inside(text: &str, error: &ParseError, line_of: &dyn Fn(usize) -> usize) -> Option<String> {
    let (start, end) = (error.range().start, error.range().end);
    let rest = text.get(start..).unwrap_or_default();
    let line = |what: &str| format!("inside the {what} that starts in line {}", line_of(start));
    let at_end = end == text.len();
    Some(match error.kind() {
        Kind::UnterminatedObject => line("object"),
        Kind::UnterminatedArray => line("list"),
        Kind::UnterminatedCommentBlock => line("comment"),
        Kind::String(ParseStringErrorKind::UnterminatedStringLiteral) => "inside a text in quotes".into(),
        Kind::String(
            ParseStringErrorKind::ExpectedFourHexDigits
            | ParseStringErrorKind::InvalidUnicodeEscapeSequence(_),
        ) if at_end && !rest.ends_with('"') => "inside a text in quotes".into(),
        Kind::ExpectedObjectValue => "after a colon, where a value is missing".into(),
        Kind::ExpectedColonAfterObjectKey if rest.trim().is_empty() => {
            "after a key, where its value is missing".into()
        }
        Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral
        | Kind::BareDecimalPointNumbersNotAllowed
            if at_end && rest.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) =>
        {
            "inside a number".into()
        }
        Kind::UnexpectedWord
            if at_end && ["true", "false", "null"].iter().any(|word| word.starts_with(rest)) =>
        {
            "inside a word".into()
        }
        Kind::UnexpectedToken if rest == "/" => "inside a comment".into(),
        _ => return None,
    })
}

/// Returns whether the offset splits a run of digits behind a zero, as in `0|07`.
fn leading_zero(text: &str, offset: usize) -> bool {
    text[..offset].ends_with('0') && text[offset..].starts_with(|c: char| c.is_ascii_digit())
}

/// Returns what is wrong with a number.
fn number(what: &str) -> (String, String) {
    (format!("A number {what}."), "Write it as `12`, `-0.5` or `1.5e3`.".into())
}

/// Returns what is wrong with a word that is not JSON.
fn word(word: &str) -> (String, String) {
    let what = format!("The word `{word}` stands without quotes.");
    let fix = match word.to_ascii_lowercase().as_str() {
        "nan" | "infinity" | "inf" => {
            "JSON has no such number: give a finite one, or leave the key out.".into()
        }
        "none" | "undefined" | "nil" | "null" => "Write `null`, or leave the key out.".into(),
        "true" | "yes" | "on" => "Write `true`.".into(),
        "false" | "no" | "off" => "Write `false`.".into(),
        _ => format!("Write `\"{word}\"`; only `true`, `false` and `null` stand without quotes."),
    };
    (what, fix)
}

/// Returns what is wrong with an escape inside a text.
fn escape(kind: &ParseStringErrorKind) -> (String, String) {
    match kind {
        ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => (
            "A `\\u` escape is one half of a pair and no character.".into(),
            "Write both halves, for example `\\ud83d\\ude00`, or the character itself.".into(),
        ),
        ParseStringErrorKind::ExpectedFourHexDigits => (
            "A `\\u` escape has fewer than four digits.".into(),
            "Write it as `\\u00e4`, or the character itself.".into(),
        ),
        _ => (
            "A `\\` in a text is followed by a character that needs none.".into(),
            "Write a backslash itself as `\\\\`, as in `\"C:\\\\agents\"`.".into(),
        ),
    }
}

/// Returns the start of a piece of the file, safe to print in one line.
fn shown(piece: &str) -> String {
    let mut text = String::new();
    for c in piece.chars().take(SHOWN) {
        if matches!(c, '"' | '\'' | '\\') { text.push(c) } else { text.extend(c.escape_debug()) }
    }
    if piece.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}
