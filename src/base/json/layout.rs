//! Where an edit touches the text.
//!
//! Positions come from the tree; what stands between two items (commas, comments, line ends) is read
//! again by [`Between`], because that is where an edit can do damage: a comma behind a line comment
//! would vanish in it. Nothing that is not part of the edited item changes, apart from the comma
//! that separates it and the spaces inside an empty container.

use super::edit::Reached;
use super::node::{Kind, Node};
use super::parse::comment_end;
use super::style::{Style, indentation, own_line};
use serde_json::Value;
use std::ops::Range;

/// One replacement of bytes.
pub(super) struct Splice {
    /// The bytes that go.
    pub(super) range: Range<usize>,
    /// What comes instead.
    pub(super) with: String,
}

impl Splice {
    fn put(at: usize, with: impl Into<String>) -> Self {
        Self { range: at..at, with: with.into() }
    }

    fn cut(range: Range<usize>) -> Self {
        Self { range, with: String::new() }
    }
}

/// What stands between two items, or between an item and a bracket.
struct Between {
    /// Where the comma is.
    comma: Option<usize>,
    /// End of the last comma or comment; the start where there is none.
    end: usize,
    /// Whether the last thing is a line comment, which swallows what follows in its line.
    open_comment: bool,
    /// Whether there is any comment.
    comment: bool,
}

impl Between {
    fn read(text: &str, range: Range<usize>) -> Self {
        let bytes = &text.as_bytes()[..range.end];
        let mut between = Self { comma: None, end: range.start, open_comment: false, comment: false };
        let mut i = range.start;
        while let Some(&byte) = bytes.get(i) {
            if byte == b'/' {
                between.open_comment = bytes.get(i + 1) == Some(&b'/');
                between.comment = true;
                i = comment_end(bytes, i);
                between.end = i;
                continue;
            }
            if byte == b',' {
                between.comma = Some(i);
                between.open_comment = false;
                between.end = i + 1;
            }
            i += 1;
        }
        between
    }
}

/// Returns the bytes of every item of a container, keys included.
fn spans(container: &Node) -> Vec<Range<usize>> {
    match &container.kind {
        Kind::Object(members) => members.iter().map(|m| m.key_range.start..m.value.range.end).collect(),
        Kind::Array(items) => items.iter().map(|item| item.range.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Returns the text of a value that takes the place of another.
pub(super) fn replacement(text: &str, style: &Style, old: &Reached, value: &Value) -> String {
    let empty = old.node.members().is_empty() && old.node.items().is_empty();
    let open = if empty {
        old.parent.is_none() || own_line(text, old.start).is_some()
    } else {
        text[old.node.range.clone()].contains(['\n', '\r'])
    };
    style.beside(text, old.node).render(value, indentation(text, old.start), open)
}

/// Returns the splices that add an item at the end of a container.
pub(super) fn insertion(
    text: &str,
    style: &Style,
    at: &Reached,
    key: Option<&str>,
    value: &Value,
) -> Vec<Splice> {
    let style = style.beside(text, at.node);
    let item = |indent: &str, open: bool| match key {
        Some(key) => style.render_member(key, value, indent, open),
        None => style.render(value, indent, open),
    };
    let close = at.node.range.end - 1;
    let Some(last) = spans(at.node).pop() else {
        return first_item(text, &style, at, &item);
    };
    let tail = Between::read(text, last.end..close);
    let open = own_line(text, last.start);
    let before = match open {
        Some(indent) => format!("{}{indent}", style.newline),
        None if tail.open_comment => {
            format!("{}{}{}", style.newline, indentation(text, at.node.range.start), style.unit)
        }
        None => style.gap.clone(),
    };
    let item = item(open.unwrap_or_default(), open.is_some());
    if tail.comma.is_some() {
        vec![Splice::put(tail.end, format!("{before}{item},"))]
    } else {
        vec![Splice::put(last.end, ","), Splice::put(tail.end, format!("{before}{item}"))]
    }
}

/// Returns the splice that fills an empty container.
fn first_item(text: &str, style: &Style, at: &Reached, item: &dyn Fn(&str, bool) -> String) -> Vec<Splice> {
    let (start, close) = (at.node.range.start + 1, at.node.range.end - 1);
    let inside = Between::read(text, start..close);
    let broken = text[start..close].contains(['\n', '\r']);
    let open = broken || (!inside.comment && (at.parent.is_none() || own_line(text, at.start).is_some()));
    if open {
        let outer = if broken { indentation(text, close) } else { indentation(text, at.start) };
        let inner = format!("{outer}{}", style.unit);
        let item = format!("{}{inner}{}", style.newline, item(&inner, true));
        if text[inside.end..close].contains(['\n', '\r']) {
            return vec![Splice::put(inside.end, item)];
        }
        return vec![Splice { range: inside.end..close, with: format!("{item}{}{outer}", style.newline) }];
    }
    let pad = if matches!(at.node.kind, Kind::Object(_)) { style.pad.as_str() } else { "" };
    if inside.comment {
        return vec![Splice { range: inside.end..close, with: format!(" {}{pad}", item("", false)) }];
    }
    vec![Splice { range: start..close, with: format!("{pad}{}{pad}", item("", false)) }]
}

/// Returns the splices that take an item out of its container.
pub(super) fn removal(text: &str, container: &Node, position: usize) -> Vec<Splice> {
    let spans = spans(container);
    let (start, close) = (container.range.start + 1, container.range.end - 1);
    let item = spans[position].clone();
    let next = spans.get(position + 1).map(|span| span.start);
    let before_start = position.checked_sub(1).map_or(start, |i| spans[i].end);
    let before = Between::read(text, before_start..item.start);
    let after = Between::read(text, item.end..next.unwrap_or(close));
    let tail = after.comma.map_or(item.end, |comma| comma + 1);
    let cut = line_of_its_own(text, item.start, tail).unwrap_or_else(|| {
        // Spaces and line ends before the item go with it unless they end a comment.
        let from = if before.open_comment { item.start } else { before.end };
        let spaces = text[tail..].len() - text[tail..].trim_start_matches([' ', '\t']).len();
        let line_ends = text[tail + spaces..].starts_with(['\n', '\r']);
        if next.is_none() || line_ends { from..tail } else { item.start..tail + spaces }
    });
    if spans.len() == 1 && !before.comment && !Between::read(text, cut.end..close).comment {
        return vec![Splice::cut(start..close)];
    }
    match before.comma {
        // The item was last and had no comma: the one before it separates nothing any more.
        Some(comma) if next.is_none() && after.comma.is_none() => {
            vec![Splice::cut(comma..comma + 1), Splice::cut(cut)]
        }
        _ => vec![Splice::cut(cut)],
    }
}

/// Returns the whole lines of an item that shares them with nothing but comments behind it.
fn line_of_its_own(text: &str, start: usize, tail: usize) -> Option<Range<usize>> {
    let first = start - own_line(text, start)?.len();
    let bytes = text.as_bytes();
    let mut i = tail;
    loop {
        match *bytes.get(i)? {
            b' ' | b'\t' => i += 1,
            b'/' => {
                let end = comment_end(bytes, i);
                if text[i..end].contains(['\n', '\r']) {
                    return None;
                }
                i = end;
            }
            b'\r' if bytes.get(i + 1) == Some(&b'\n') => return Some(first..i + 2),
            b'\n' | b'\r' => return Some(first..i + 1),
            _ => return None,
        }
    }
}
