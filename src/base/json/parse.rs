//! From text to tree.
//!
//! The grammar is JSON (RFC 8259) plus comments and trailing commas, nothing else. The parser
//! underneath is more forgiving even at its strictest: it takes line breaks and other control
//! characters inside texts, and any Unicode space between tokens. [`stray`] finds those, and the
//! depth of nesting, in one pass before it; whichever complaint comes first in the text is reported.

use super::explain::{self, Fault};
use super::lines::{BOM, Lines};
use super::node::{Kind, Member, Node};
use crate::base::Finding;
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::ops::Range;

/// Deepest nesting of lists and objects; a project needs six levels.
pub(super) const MAX_DEPTH: usize = 128;

/// JSON with comments and trailing commas; every other liberty of the parser is refused.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Returns the tree of a text, with ranges into `text`.
///
/// # Errors
/// A finding `F001` (not JSON) or `F002` (nested too deep) with line and column.
pub(super) fn parse(text: &str, lines: &Lines) -> Result<Node, Finding> {
    let skipped = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let body = &text[skipped..];
    let stray = stray(body).err();
    // Text from the stray place on is not shown to the parser: that bounds its recursion as well.
    let sound = &body[..stray.as_ref().map_or(body.len(), |fault| fault.cut)];
    let parsed = parse_to_ast(sound, &CollectOptions::default(), &STRICT);
    let fault = match (parsed, stray) {
        (Ok(result), None) => match result.value {
            Some(value) => return Ok(node(value, skipped)),
            None => explain::nothing(body),
        },
        (Ok(_), Some(stray)) => stray,
        (Err(error), stray) => {
            let line_of = |offset: usize| lines.place(text, offset + skipped).0;
            match (explain::fault(sound, &error, &line_of), stray) {
                // The parser only ran into the end that was cut for it.
                (fault, Some(stray)) if fault.ends_early => stray,
                (fault, _) => fault,
            }
        }
    };
    let (line, column) = lines.place(text, fault.at + skipped);
    Err(fault.finding(line, column))
}

/// Returns an owned node; `skipped` bytes precede the text the ranges count from.
fn node(value: Value<'_>, skipped: usize) -> Node {
    let range = shift(&value, skipped);
    let kind = match value {
        Value::NullKeyword(_) => Kind::Null,
        Value::BooleanLit(literal) => Kind::Bool(literal.value),
        Value::NumberLit(literal) => Kind::Number(literal.value.into()),
        Value::StringLit(literal) => Kind::String(literal.value.into()),
        Value::Array(array) => {
            Kind::Array(array.elements.into_iter().map(|element| node(element, skipped)).collect())
        }
        Value::Object(object) => Kind::Object(
            object
                .properties
                .into_iter()
                .map(|property| Member {
                    key_range: shift(&property.name, skipped),
                    key: match property.name {
                        ObjectPropName::String(literal) => literal.value.into(),
                        ObjectPropName::Word(word) => word.value.into(),
                    },
                    value: node(property.value, skipped),
                })
                .collect(),
        ),
    };
    Node { range, kind }
}

/// Returns the range of a piece of the parsed text in the whole text.
fn shift(piece: &impl Ranged, skipped: usize) -> Range<usize> {
    piece.start() + skipped..piece.end() + skipped
}

/// Looks for what the parser would take although it is not JSON, and for nesting beyond [`MAX_DEPTH`].
fn stray(text: &str) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let (mut i, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(i) {
        match (byte, bytes.get(i + 1)) {
            (b'"', _) => {
                i = text_end(bytes, i)?;
                continue;
            }
            (b'/', Some(b'/' | b'*')) => {
                i = comment_end(bytes, i);
                continue;
            }
            (b'[' | b'{', _) if depth == MAX_DEPTH => return Err(explain::too_deep(i)),
            (b'[' | b'{', _) => depth += 1,
            (b']' | b'}', _) => depth = depth.saturating_sub(1),
            (0x0B | 0x0C, _) => return Err(explain::odd_space(i, char::from(byte))),
            (0xC2.., _) => {
                let c = text[i..].chars().next().unwrap_or(BOM);
                if c.is_whitespace() {
                    return Err(explain::odd_space(i, c));
                }
                i += c.len_utf8();
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    Ok(())
}

/// Returns the offset behind the closing quote of the text that starts at `start`, or the end.
fn text_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut i = start + 1;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            b'"' => return Ok(i + 1),
            b'\n' | b'\r' => return Err(explain::open_text(start, i)),
            0..0x20 => return Err(explain::control(i, char::from(byte))),
            // An escaped control character still has to be seen.
            b'\\' if bytes.get(i + 1).is_some_and(|&next| next >= 0x20) => i += 2,
            _ => i += 1,
        }
    }
    Ok(bytes.len())
}

/// Returns the offset behind the comment that starts at `start`; a line comment ends before its line end.
pub(super) fn comment_end(bytes: &[u8], start: usize) -> usize {
    let body = &bytes[start + 2..];
    let length = if bytes[start + 1] == b'/' {
        body.iter().position(|byte| matches!(byte, b'\n' | b'\r'))
    } else {
        body.windows(2).position(|pair| pair == b"*/").map(|end| end + 2)
    };
    length.map_or(bytes.len(), |length| start + 2 + length)
}
