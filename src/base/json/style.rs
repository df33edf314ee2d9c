//! How a document is written, so that what is added looks as if its author had typed it.
//!
//! Line ends, indentation and spaces are taken from the first place in the document that shows
//! them, and overridden by the members beside the insertion. [`Style::render`] writes a value that
//! way; nothing here changes text that exists.

use super::node::{Kind, Node};
use serde_json::Value;

/// Widest list of plain values that is written in one line \[characters\].
const LIST_WIDTH: usize = 80;

/// The habits of one document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Style {
    /// Line end: `\n`, `\r\n` or `\r`.
    pub(super) newline: &'static str,
    /// Indentation of one level.
    pub(super) unit: String,
    /// From key to value: `: `.
    pub(super) colon: String,
    /// From comma to the next item of one line: a space or nothing.
    pub(super) gap: String,
    /// Inside the braces of an object of one line: a space or nothing.
    pub(super) pad: String,
}

/// What the document shows of its style; the first sight of each counts.
#[derive(Default)]
struct Seen {
    unit: Option<String>,
    colon: Option<String>,
    gap: Option<String>,
    pad: Option<String>,
}

impl Style {
    /// Returns the habits of a document.
    pub(super) fn of(text: &str, root: &Node) -> Self {
        let mut seen = Seen::default();
        seen.look(text, root);
        let newline = match text.find(['\n', '\r']) {
            Some(i) if text[i..].starts_with("\r\n") => "\r\n",
            Some(i) if text[i..].starts_with('\r') => "\r",
            _ => "\n",
        };
        let colon = seen.colon.unwrap_or_else(|| ": ".into());
        let space = if colon.ends_with(':') { "" } else { " " };
        Self {
            newline,
            unit: seen.unit.unwrap_or_else(|| "  ".into()),
            colon,
            gap: seen.gap.unwrap_or_else(|| space.into()),
            pad: seen.pad.unwrap_or_else(|| space.into()),
        }
    }

    /// Returns the habits next to the last items of `container`, where they differ.
    pub(super) fn beside(&self, text: &str, container: &Node) -> Self {
        let mut seen = Seen::default();
        seen.last_items(text, container);
        let own = |seen: Option<String>, general: &String| seen.unwrap_or_else(|| general.clone());
        Self { colon: own(seen.colon, &self.colon), gap: own(seen.gap, &self.gap), ..self.clone() }
    }

    /// Returns a value as text; `indent` is the indentation of the line it starts in, `open` whether
    /// lists and objects are spread over lines.
    pub(super) fn render(&self, value: &Value, indent: &str, open: bool) -> String {
        let mut text = String::new();
        self.write(&mut text, value, indent, open);
        text
    }

    /// Returns a member as text.
    pub(super) fn render_member(&self, key: &str, value: &Value, indent: &str, open: bool) -> String {
        format!("{}{}{}", quoted(key), self.colon, self.render(value, indent, open))
    }

    fn write(&self, text: &mut String, value: &Value, indent: &str, open: bool) {
        match value {
            Value::Array(items) if !items.is_empty() => {
                let open = open && !fits(items);
                let items = items.iter().map(|item| (None, item));
                self.write_items(text, ['[', ']'], items, indent, open);
            }
            Value::Object(members) if !members.is_empty() => {
                let members = members.iter().map(|(key, value)| (Some(key.as_str()), value));
                self.write_items(text, ['{', '}'], members, indent, open);
            }
            plain => text.push_str(&plain.to_string()),
        }
    }

    fn write_items<'a>(
        &self,
        text: &mut String,
        brackets: [char; 2],
        items: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
        indent: &str,
        open: bool,
    ) {
        let inner = format!("{indent}{}", self.unit);
        let pad = if brackets[0] == '{' { self.pad.as_str() } else { "" };
        text.push(brackets[0]);
        for (i, (key, value)) in items.enumerate() {
            match (i, open) {
                (0, true) => {}
                (0, false) => text.push_str(pad),
                (_, true) => text.push(','),
                (_, false) => text.extend([",", &self.gap]),
            }
            if open {
                text.extend([self.newline, &inner]);
            }
            if let Some(key) = key {
                text.extend([quoted(key).as_str(), &self.colon]);
            }
            self.write(text, value, &inner, open);
        }
        if open {
            text.extend([self.newline, indent]);
        } else {
            text.push_str(pad);
        }
        text.push(brackets[1]);
    }
}

impl Seen {
    /// Looks at `node` and below until everything has been seen.
    fn look(&mut self, text: &str, node: &Node) {
        if self.unit.is_some() && self.colon.is_some() && self.gap.is_some() && self.pad.is_some() {
            return;
        }
        let first = match &node.kind {
            Kind::Object(members) => members.first().map(|member| member.key_range.start),
            Kind::Array(items) => items.first().map(|item| item.range.start),
            _ => None,
        };
        let Some(first) = first else { return };
        if let Some(inner) = own_line(text, first) {
            let outer = indentation(text, node.range.start);
            let unit = inner.strip_prefix(outer).filter(|unit| !unit.is_empty());
            self.unit = self.unit.take().or(unit.map(Into::into));
        } else if matches!(node.kind, Kind::Object(_)) {
            let pad = &text[node.range.start + 1..first];
            self.pad = self.pad.take().or(spaces(pad));
        }
        self.last_items(text, node);
        node.members().iter().for_each(|member| self.look(text, &member.value));
        node.items().iter().for_each(|item| self.look(text, item));
    }

    /// Looks at the last two items of a container.
    fn last_items(&mut self, text: &str, node: &Node) {
        if let [.., last] = node.members() {
            let colon = &text[last.key_range.end..last.value.range.start];
            let plain = colon.trim_matches([' ', '\t']) == ":";
            self.colon = self.colon.take().or(plain.then(|| colon.into()));
        }
        let between = match &node.kind {
            Kind::Object(members) => match members.as_slice() {
                [.., one, two] => Some(one.value.range.end..two.key_range.start),
                _ => None,
            },
            Kind::Array(items) => match items.as_slice() {
                [.., one, two] => Some(one.range.end..two.range.start),
                _ => None,
            },
            _ => None,
        };
        if let Some(gap) = between.and_then(|range| text[range].strip_prefix(',')) {
            self.gap = self.gap.take().or(spaces(gap));
        }
    }
}

/// Returns whether a list stays in one line: plain values, and not too many.
fn fits(items: &[Value]) -> bool {
    let plain = items.iter().all(|item| !item.is_array() && !item.is_object());
    plain && items.iter().map(|item| item.to_string().chars().count() + 2).sum::<usize>() <= LIST_WIDTH
}

/// Returns a key or text with quotes and escapes.
pub(super) fn quoted(key: &str) -> String {
    Value::from(key).to_string()
}

/// Returns what precedes `offset` in its line where that is only spaces and tabs.
pub(super) fn own_line(text: &str, offset: usize) -> Option<&str> {
    // Never looks back further than the spaces: a minified file is one long line.
    let head = text[..offset].trim_end_matches([' ', '\t']);
    let first = head.is_empty() || head.ends_with(['\n', '\r']);
    first.then(|| &text[head.len()..offset])
}

/// Returns the spaces and tabs at the start of the line of `offset`.
pub(super) fn indentation(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = &text[start..offset];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Returns a text of spaces and tabs only.
fn spaces(text: &str) -> Option<String> {
    text.chars().all(|c| matches!(c, ' ' | '\t')).then(|| text.into())
}
