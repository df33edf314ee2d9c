//! Reading devices from JSON: a list of flat objects, turned into a table.
//!
//! The keys of all objects, in the order in which they first appear, become the columns. An object with
//! `rows`, `devices` or `things` may stand around the list, as exports have it. The result is an inventory
//! that is written as CSV; bad rows keep the lines of the JSON.

use super::check::{Fault, shown};
use super::columns::Columns;
use super::import::{ImportError, Reader};
use super::record::push_field;
use super::{Head, Import, MAX_BYTES, Options};
use crate::base::json::{Kind, Node, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Keys under which exports keep the list.
const LISTS: [&str; 3] = ["rows", "devices", "things"];
/// Columns of a table that people can still look at; more are a nested export gone wrong.
const MAX_COLUMNS: usize = 1_000;

/// Reads devices from JSON.
///
/// # Errors
/// [`ImportError`] where the text is too large, no JSON or no list of objects, or no column holds the thing names.
pub fn read_json(text: &str, options: &Options<'_>) -> Result<Import, ImportError> {
    let size = text.len() as u64;
    if size > MAX_BYTES {
        return Err(ImportError::TooLarge(size));
    }
    let tree = Tree::parse(text).map_err(|finding| ImportError::Json(Box::new(finding)))?;
    let items = list(tree.root()).ok_or_else(|| ImportError::NotAList(tree.root().type_word()))?;
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut headers: Vec<&str> = Vec::new();
    for member in items.iter().flat_map(Node::members) {
        if !places.contains_key(&*member.key) && headers.len() < MAX_COLUMNS {
            places.insert(&member.key, headers.len());
            headers.push(&member.key);
        }
    }
    if headers.is_empty() {
        return Err(ImportError::Empty);
    }
    let columns = Columns::propose(headers.iter().copied()).mapped(options.roles)?.complete()?;

    // Lines are those of the JSON; the table is built first, because the reader borrows it.
    let mut table = String::with_capacity(text.len() / 2);
    let mut records: Vec<(usize, Option<Fault>)> = Vec::with_capacity(items.len());
    let mut lines = Lines { text: tree.text(), at: 0, line: 1 };
    for item in items {
        let fault = push_record(&mut table, item, &places);
        records.push((lines.of(item.range.start), fault));
    }
    let mut reader = Reader::new(&table, Head::plain(columns), options.groups, 0, 1);
    for (line, fault) in records {
        reader.line = line;
        reader.record(fault);
    }
    Ok(reader.finish())
}

/// Returns the list of devices in a document.
fn list(root: &Node) -> Option<&[Node]> {
    match &root.kind {
        Kind::Array(items) => Some(items),
        Kind::Object(_) => LISTS.iter().find_map(|key| match &root.get(key)?.kind {
            Kind::Array(items) => Some(items.as_slice()),
            _ => None,
        }),
        _ => None,
    }
}

/// Counts lines on the way through a text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// Returns the line of a place that is not before the last one.
    fn of(&mut self, place: usize) -> usize {
        let passed = self.text.as_bytes().get(self.at..place).unwrap_or_default();
        self.line += super::record::line_ends(passed);
        self.at = place;
        self.line
    }
}

/// Appends an object as a record; returns why it cannot be a device.
fn push_record(table: &mut String, item: &Node, places: &BTreeMap<&str, usize>) -> Option<Fault> {
    const FLAT: &str = "Every value of a device stands in one cell of the table.";
    let mut fault = None;
    let mut cells: Vec<&str> = vec![""; places.len()];
    let mut seen = BTreeSet::new();
    if !matches!(item.kind, Kind::Object(_)) {
        let what = format!("The list holds {} here, not an object.", item.type_word());
        fault = Some(Fault::error("I016", what, "A device is an object with a name for every value."));
    }
    for member in item.members() {
        let Some(&at) = places.get(&*member.key) else {
            let what = format!("There are more than {MAX_COLUMNS} different keys.");
            fault = Some(Fault::error("I016", what, FLAT).fix("Export devices with the same few keys each."));
            continue;
        };
        if !seen.insert(at) {
            let why = "Programs differ in which of the two they read, so neither counts.";
            let what = format!("The key `{}` stands twice in this object.", shown(&member.key));
            fault = Some(Fault::error("I016", what, why).fix("Delete or rename one of them.").on(at));
        }
        match &member.value.kind {
            Kind::Null => {}
            Kind::Bool(true) => cells[at] = "true",
            Kind::Bool(false) => cells[at] = "false",
            Kind::Number(text) | Kind::String(text) => cells[at] = text,
            Kind::Array(_) | Kind::Object(_) => {
                let what = format!("`{}` holds {}.", shown(&member.key), member.value.type_word());
                let fix = "Give a text or a number, or a key for each value in it.";
                fault = Some(Fault::error("I016", what, FLAT).fix(fix).on(at));
            }
        }
    }
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            table.push(',');
        }
        push_field(table, cell, false, b',');
    }
    table.push('\n');
    fault
}
