//! What properties files and headers share: a text, and a list of what is set where.
//!
//! The text is the document, as with JSON. The formats find the items and write new ones; lookup, equality of
//! values and the check that an edit touched nothing else are here.

use super::value::{numeric, truth};
use super::{EditError, Entry, Format, Scalar, header, properties};
use crate::base::Finding;
use crate::base::json::Lines;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The byte order mark some editors write at the start of a file.
pub(super) const BOM: char = '\u{feff}';
/// Repeated keys reported one by one; a file with more has one cause, not a thousand.
const REPEATED: usize = 100;
/// Characters of a key shown in a sentence.
const KEY_SHOWN: usize = 60;

/// A text with what is set in it.
#[derive(Debug)]
pub(super) struct Flat {
    pub(super) format: Format,
    pub(super) text: Arc<str>,
    lines: Lines,
    /// In the order of the text.
    pub(super) items: Vec<Item>,
    /// Positions in `items`, sorted by path and then by place.
    order: Vec<usize>,
}

/// One place that sets something.
#[derive(Debug)]
pub(super) struct Item {
    /// The path without escapes undone, as [`super::Document::get`] takes it.
    pub(super) path: Box<str>,
    /// The value as it is written.
    pub(super) value: Range<usize>,
    /// The part of it that an edit replaces: a number without its parentheses.
    pub(super) literal: Range<usize>,
    /// All of the text that goes when the key is removed.
    pub(super) whole: Range<usize>,
    /// The value as it is meant.
    pub(super) scalar: Scalar,
    /// The value without quotes and escapes, where that is not what is written.
    pub(super) plain: Option<Box<str>>,
    /// How the format sets it there.
    pub(super) form: Form,
}

/// How a value is set.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// A line of a properties file, with or without something between key and value.
    Property {
        /// Whether anything separates key and value.
        separated: bool,
    },
    /// `object.field = value;`: the object with its operator (`twcfg.`).
    Statement {
        /// The bytes of the object.
        object: Range<usize>,
        /// Depth of `#if` around it.
        depth: usize,
    },
    /// `.field = value,` inside braces, below these fields.
    Designated {
        /// Fields of the braces around it, joined by `/`.
        prefix: Box<str>,
        /// Whether a comma follows.
        comma: bool,
        /// Depth of `#if` around it.
        depth: usize,
    },
    /// `#define NAME value`.
    Define {
        /// Depth of `#if` around it.
        depth: usize,
    },
    /// Part of something larger, such as `if (x) cfg.field = value;`.
    Inside,
    /// Something with a name but without a plain value: an empty `#define`, values in braces.
    Group,
}

impl Flat {
    /// Returns the document with this text.
    pub(super) fn parse(format: Format, text: Arc<str>) -> Result<Self, Finding> {
        let lines = Lines::new(&text);
        let items = match format {
            Format::Header => header::read(&text),
            _ => properties::read(&text),
        };
        let items = items.map_err(|(at, finding)| {
            let (line, column) = lines.place(&text, at);
            finding.at(line, column)
        })?;
        let mut order: Vec<usize> = (0..items.len()).collect();
        order.sort_by(|&a, &b| items[a].path.cmp(&items[b].path));
        Ok(Self { format, text, lines, items, order })
    }

    /// Returns the document without any text.
    pub(super) fn blank(format: Format) -> Self {
        Self { format, text: "".into(), lines: Lines::new(""), items: Vec::new(), order: Vec::new() }
    }

    /// Returns the positions of all items with this path, in the order of the text.
    fn at(&self, path: &str) -> &[usize] {
        let from = self.order.partition_point(|&i| *self.items[i].path < *path);
        let length = self.order[from..].partition_point(|&i| *self.items[i].path == *path);
        &self.order[from..from + length]
    }

    /// Returns what stands at a path; the last one where it is repeated.
    pub(super) fn get(&self, path: &str) -> Option<Entry<'_>> {
        self.at(path).last().map(|&i| self.entry(&self.items[i]))
    }

    /// Returns every plain value in the order of the text.
    pub(super) fn keys(&self) -> Vec<(String, Entry<'_>)> {
        let plain = self.items.iter().filter(|item| item.form != Form::Group);
        plain.map(|item| (item.path.to_string(), self.entry(item))).collect()
    }

    fn entry(&self, item: &Item) -> Entry<'_> {
        let (line, column) = self.lines.place(&self.text, item.value.start);
        let raw = &self.text[item.value.clone()];
        let plain = match &item.plain {
            Some(plain) => Cow::Owned(plain.to_string()),
            None => Cow::Borrowed(raw),
        };
        let digits = self.format == Format::Header;
        Entry { raw, scalar: item.scalar.clone(), line, column, span: item.value.clone(), plain, digits }
    }

    /// Returns line and column of an offset, both from 1.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        self.lines.place(&self.text, offset)
    }

    /// Writes a value at a path; `None` where it stands there already.
    pub(super) fn set(&self, path: &str, value: &Scalar) -> Result<Option<Self>, EditError> {
        if let Scalar::Other(what) = value {
            return Err(EditError::BadValue { format: self.format.label(), what, path: path.into() });
        }
        let found = self.at(path);
        if let [.., last] = found
            && self.holds(&self.items[*last], value)
            && (found.len() == 1 || self.format == Format::Properties)
        {
            return Ok(None);
        }
        if let Some(&last) = found.last() {
            self.writable(found, path)?;
            let item = &self.items[last];
            let with = match self.format {
                Format::Header => header::literal(&self.text, item, value),
                _ => properties::value(item, value),
            };
            let with = with.ok_or_else(|| self.bad_value(path, value))?;
            let text = self.splice(item.literal.clone(), &with);
            return self.checked(text, path, Some(value)).map(Some);
        }
        let (at, with) = match self.format {
            Format::Header => header::addition(self, path, value)?,
            _ => properties::addition(self, path, value)?,
        };
        self.checked(self.splice(at, &with), path, Some(value)).map(Some)
    }

    /// Removes a key.
    pub(super) fn remove(&self, path: &str) -> Result<Self, EditError> {
        let found = self.at(path);
        let Some(&last) = found.last() else { return Err(EditError::Missing { path: path.into() }) };
        self.writable(found, path)?;
        if self.items[last].form == Form::Inside {
            let line = self.place(self.items[last].value.start).0;
            return Err(EditError::Entangled { line, path: path.into() });
        }
        let mut text = String::with_capacity(self.text.len());
        let mut done = 0;
        // A properties file may set the key several times; what is left must not set it either.
        for &i in found {
            let whole = &self.items[i].whole;
            text.push_str(&self.text[done..whole.start]);
            done = whole.end;
        }
        text.push_str(&self.text[done..]);
        self.checked(text, path, None)
    }

    /// Returns a warning for each repetition of a key, at its later place.
    pub(super) fn duplicates(&self) -> Vec<Finding> {
        let mut places: Vec<(usize, usize)> = Vec::new();
        for pair in self.order.windows(2) {
            if self.items[pair[0]].path == self.items[pair[1]].path {
                places.push((pair[1], pair[0]));
            }
        }
        places.sort_unstable();
        let more = places.len().saturating_sub(REPEATED);
        let mut findings: Vec<Finding> =
            places.into_iter().take(REPEATED).map(|(later, earlier)| self.repeated(later, earlier)).collect();
        if more > 0 {
            let what = format!("{} more keys are repeated.", crate::base::units::count(more as u64));
            let finding = Finding::warning("A005", "", what).why("So many repetitions have one cause.");
            findings.push(finding.fix("Check how the file was made.").at(1, 1));
        }
        findings
    }

    fn repeated(&self, later: usize, earlier: usize) -> Finding {
        let path = &self.items[later].path;
        let (line, column) = self.place(self.items[later].value.start);
        let first = self.place(self.items[earlier].value.start).0;
        let mut key: String = path.chars().take(KEY_SHOWN).collect();
        if path.chars().nth(KEY_SHOWN).is_some() {
            key.push('…');
        }
        let what = format!("The key `{key}` is set in line {first} and again in line {line}.");
        let why = match self.format {
            Format::Header => "Which one counts depends on what is compiled and run.",
            _ => "Java takes the last one.",
        };
        let pointer = if key.len() == path.len() { format!("/{path}") } else { String::new() };
        Finding::warning("A005", pointer, what).why(why).fix("Delete one of them.").at(line, column)
    }

    /// Returns whether an item has this value already.
    fn holds(&self, item: &Item, value: &Scalar) -> bool {
        let plain = || item.plain.as_deref().unwrap_or(&self.text[item.value.clone()]);
        match (value, &item.scalar) {
            (Scalar::Number(new), Scalar::Number(old)) => new == old,
            (Scalar::Number(new), Scalar::Text(old)) => numeric(old) == Some(*new),
            (Scalar::Bool(new), Scalar::Bool(old)) => new == old,
            // C has no words for true and false of its own: 0 and 1 are as good.
            (Scalar::Bool(new), Scalar::Number(old)) => {
                self.format == Format::Header && f64::from(u8::from(*new)) == *old
            }
            (Scalar::Bool(new), Scalar::Text(old)) => truth(old) == Some(*new),
            (Scalar::Text(new), Scalar::Text(_)) => plain() == new,
            (Scalar::Text(new), Scalar::Number(_) | Scalar::Bool(_)) => {
                self.format == Format::Properties && plain() == new
            }
            (Scalar::Null, Scalar::Null) => true,
            _ => false,
        }
    }

    /// Checks that one place decides, and that it holds a plain value.
    fn writable(&self, found: &[usize], path: &str) -> Result<(), EditError> {
        let Some(&last) = found.last() else { return Ok(()) };
        let line = self.place(self.items[last].value.start).0;
        if found.len() > 1 && self.format != Format::Properties {
            return Err(EditError::Repeated { line, path: path.into() });
        }
        match self.items[last].scalar {
            Scalar::Other(found) => Err(EditError::NotPlain { found, line, path: path.into() }),
            _ => Ok(()),
        }
    }

    /// Returns why a value cannot be written.
    pub(super) fn bad_value(&self, path: &str, value: &Scalar) -> EditError {
        EditError::BadValue { format: self.format.label(), what: value.word(), path: path.into() }
    }

    fn splice(&self, range: Range<usize>, with: &str) -> String {
        let mut text = String::with_capacity(self.text.len() + with.len());
        text.push_str(&self.text[..range.start]);
        text.push_str(with);
        text.push_str(&self.text[range.end..]);
        text
    }

    /// Reads the new text and checks that it says what was meant and leaves everything else alone.
    fn checked(&self, text: String, path: &str, value: Option<&Scalar>) -> Result<Self, EditError> {
        let new = Self::parse(self.format, text.into())
            .map_err(|finding| EditError::Unreadable { reason: finding.what, path: path.into() })?;
        let written = match (new.at(path).last(), value) {
            (Some(&last), Some(value)) => new.holds(&new.items[last], value),
            (None, None) => true,
            _ => false,
        };
        let same = |(mine, theirs): (&Item, &Item)| {
            mine.path == theirs.path && self.text[mine.value.clone()] == new.text[theirs.value.clone()]
        };
        let others = |item: &&Item| *item.path != *path;
        let (before, after) = (self.items.iter().filter(others), new.items.iter().filter(others));
        let untouched = before.clone().count() == after.clone().count() && before.zip(after).all(same);
        if written && untouched { Ok(new) } else { Err(EditError::Disturbs { path: path.into() }) }
    }
}

/// Returns the line end a text uses first; `\n` where it has none.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(i) if text[i..].starts_with("\r\n") => "\r\n",
        Some(i) if text[i..].starts_with('\r') => "\r",
        _ => "\n",
    }
}
