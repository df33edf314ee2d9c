//! What stands at a path: the value, as it is written and as it is meant.
//!
//! The formats differ in what they can tell apart: a properties file holds texts only, .NET files put
//! numbers into quotes. [`Entry::number`], [`Entry::boolean`] and [`Entry::text`] read all of them alike.

use std::borrow::Cow;
use std::ops::Range;

/// A single value, apart from how a format writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A number; in a properties file every text that is written like one.
    Number(f64),
    /// A text without quotes and escapes.
    Text(String),
    /// True or false.
    Bool(bool),
    /// Nothing, where the format has a word for it.
    Null,
    /// Something else, in the words of a sentence: `an object`, `an expression`. It is never written.
    Other(&'static str),
}

impl Scalar {
    /// Returns what the value is, in the words of a sentence: `a number`, `a text`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Bool(_) => "true or false",
            Self::Null => "null",
            Self::Other(word) => word,
        }
    }
}

/// What stands at one path of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The value as it is written, quotes included.
    pub raw: &'a str,
    /// The value as it is meant.
    pub scalar: Scalar,
    /// Line of the value, from 1.
    pub line: usize,
    /// Column of the value in characters, from 1.
    pub column: usize,
    /// The bytes of `raw` in the text of the document.
    pub span: Range<usize>,
    /// The value without quotes and escapes.
    pub(super) plain: Cow<'a, str>,
    /// Whether 0 and 1 say false and true, as in C.
    pub(super) digits: bool,
}

impl Entry<'_> {
    /// Returns the number that the value is, or that its text is written like (`"10000"`).
    pub fn number(&self) -> Option<f64> {
        match &self.scalar {
            Scalar::Number(number) => Some(*number),
            Scalar::Text(text) => numeric(text),
            _ => None,
        }
    }

    /// Returns whether the value is true or false, or a text that says so in any case of letters (`"True"`); in
    /// a header also whether it is 1 or 0.
    pub fn boolean(&self) -> Option<bool> {
        match &self.scalar {
            Scalar::Bool(value) => Some(*value),
            Scalar::Text(text) => truth(text),
            Scalar::Number(0.0) if self.digits => Some(false),
            Scalar::Number(1.0) if self.digits => Some(true),
            _ => None,
        }
    }

    /// Returns the value as text, without quotes and escapes; numbers as they are written (`007` stays).
    pub fn text(&self) -> &str {
        &self.plain
    }
}

/// Returns the finite number that a text is written like: `-12`, `+0.5`, `1e3`, with spaces around it.
pub(super) fn numeric(text: &str) -> Option<f64> {
    let text = text.trim_matches([' ', '\t']);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    if plain { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

/// Returns what a text says that is `true` or `false` in any case of letters, with spaces around it.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim_matches([' ', '\t']) {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Returns a finite number as all formats read it: whole numbers without a fraction.
pub(super) fn decimal(number: f64) -> String {
    // Below this every whole number has a float of its own.
    if number.fract() == 0.0 && number.abs() < 9e15 {
        (number as i64).to_string()
    } else {
        format!("{number:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_numbers_only_where_they_are_written_like_one() {
        let cases = [("10000", 1e4), (" -5 ", -5.0), ("+0.5", 0.5), ("1e3", 1e3), ("007", 7.0), (".5", 0.5)];
        for (text, number) in cases {
            assert_eq!(numeric(text), Some(number), "{text}");
        }
        for text in ["", "-", "inf", "NaN", "1e999", "0x10", "10 000", "1_000", "5f", "e5", "1.2.3", "٣"] {
            assert_eq!(numeric(text), None, "{text}");
        }
        assert_eq!([truth("True"), truth(" false"), truth("yes")], [Some(true), Some(false), None]);
    }

    #[test]
    fn a_written_number_reads_as_the_same_number() {
        for number in [0.0, -0.0, 1e4, -1.0, 0.1, 1e15, 1e16, 1.5e300, f64::MIN_POSITIVE] {
            assert_eq!(numeric(&decimal(number)), Some(number));
        }
        assert_eq!([decimal(1e4), decimal(2.5), decimal(-0.0)], ["10000", "2.5", "0"]);
    }
}
