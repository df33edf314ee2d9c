//! The inventory: the list of a fleet's devices, a table that stands beside the project file.
//!
//! The text is the document, as with the project file: an inventory that is not edited is written byte for
//! byte as it was read, and editing a cell changes the bytes of that field only. Rows are places in the
//! text; fields are split when they are asked for, so a row costs its text and eight bytes. The text is
//! kept in parts of 256 rows that inventories share: undo keeps as many of them as it likes.
//!
//! Lines that are no devices (bad rows, blank lines) stay in the text and are written with it, but are no
//! rows. Columns mean what [`Columns`] says. A key in the clear makes its row a bad one; nothing here
//! repeats it, [`Inventory`]'s `Debug` included.
//!
//! Not here: files (`base::file` reads and writes them), the window, and what agent files are made of.

mod check;
mod columns;
mod edit;
pub mod filter;
mod group;
mod import;
mod json;
pub mod named;
pub(in crate::fleet) mod record;
mod sort;
#[cfg(test)]
mod tests;

pub use check::{BadRow, KeyReference};
pub use columns::{Column, ColumnError, Columns, Role};
pub use edit::{Change, EditError};
pub use group::{Faults, Groups, Origin, effective};
pub use import::{Import, ImportError, Options, read, read_csv};
pub use json::read_json;
pub use named::{Named, NamedError};
pub use record::{Separator, quoted};
pub use sort::SortBy;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Largest inventory that is read \[bytes\]: a million devices of 60 bytes each.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Bad rows and warnings that are listed; of more only the number is kept.
pub const MAX_REPORTED: usize = 1_000;

/// Rows of one part of the text.
const PART_ROWS: usize = 256;

/// The devices of a fleet. Cheap to clone; edits return another one and share what they do not change.
#[derive(Clone)]
pub struct Inventory {
    head: Arc<Head>,
    parts: Arc<[Arc<Part>]>,
    rows: u32,
}

/// What stands before the first record, and what the columns mean.
#[derive(Debug, PartialEq)]
struct Head {
    /// Byte order mark, header and its line end, as they are written.
    text: Box<str>,
    /// Where in `text` the header's last field ends.
    header_end: usize,
    separator: Separator,
    columns: Columns,
}

/// A piece of the text with up to [`PART_ROWS`] rows.
#[derive(PartialEq)]
struct Part {
    text: Box<str>,
    /// Begin and end of each device's record in `text`, without its line end.
    rows: Vec<(u32, u32)>,
    /// Line ends in `text`.
    lines: usize,
}

impl PartialEq for Inventory {
    /// Two inventories are equal when their texts, their rows and the meaning of their columns are.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.parts, &other.parts) && Arc::ptr_eq(&self.head, &other.head)
            || self.head == other.head && self.parts == other.parts
    }
}

impl Eq for Inventory {}

impl fmt::Debug for Inventory {
    /// Writes the number of rows only: bad rows may hold a key in the clear, and this may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inventory").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Part {
    fn new(text: Box<str>, rows: Vec<(u32, u32)>) -> Self {
        let lines = record::line_ends(text.as_bytes());
        Self { text, rows, lines }
    }

    /// Returns the record of a row, without its line end.
    fn record(&self, at: usize) -> Option<&str> {
        let (start, end) = *self.rows.get(at)?;
        self.text.get(start as usize..end as usize)
    }

    /// Returns the pieces of text that are no rows: before the first, between them, and after the last one.
    fn gaps(&self) -> impl Iterator<Item = &str> {
        let ends = std::iter::once(0).chain(self.rows.iter().map(|(_, end)| *end as usize));
        let starts = self.rows.iter().map(|(start, _)| *start as usize).chain([self.text.len()]);
        ends.zip(starts).map(|(end, start)| &self.text[end..start])
    }
}

impl Inventory {
    /// Returns the number of devices.
    pub fn len(&self) -> u32 {
        self.rows
    }

    /// Returns whether there is no device.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Returns what the columns are and mean.
    pub fn columns(&self) -> &Columns {
        &self.head.columns
    }

    /// Returns what stands between the fields.
    pub fn separator(&self) -> Separator {
        self.head.separator
    }

    /// Returns the pieces whose concatenation is the file.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.head.text).chain(self.parts.iter().map(|part| &*part.text))
    }

    /// Returns the text of the file: the bytes that were read, except for the cells that were edited.
    ///
    /// Bad rows are in it as they were read. Where the text did not come from a file of the user's (a paste),
    /// write [`Inventory::without_bad_rows`], or a key in the clear would reach a new file.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.pieces().map(str::len).sum());
        self.pieces().for_each(|piece| text.push_str(piece));
        text
    }

    /// Returns an estimate of the memory that the inventory keeps, shared or not \[bytes\].
    pub fn resident_bytes(&self) -> usize {
        let part = |part: &Arc<Part>| {
            part.text.len() + part.rows.capacity() * size_of::<(u32, u32)>() + size_of::<Part>()
        };
        self.head.text.len() + self.parts.iter().map(part).sum::<usize>()
    }

    /// Returns how much of the memory that the inventory keeps is not shared with another one \[bytes\]: what
    /// an undo step costs.
    pub fn bytes_beside(&self, other: &Self) -> usize {
        let mut own = if Arc::ptr_eq(&self.head, &other.head) { 0 } else { self.head.text.len() };
        for (at, part) in self.parts.iter().enumerate() {
            if !other.parts.get(at).is_some_and(|theirs| Arc::ptr_eq(part, theirs)) {
                own += part.text.len() + part.rows.capacity() * size_of::<(u32, u32)>() + size_of::<Part>();
            }
        }
        own
    }

    /// Returns the device in a row, counted from 0.
    pub fn device(&self, row: u32) -> Option<Device<'_>> {
        let record = self.parts.get(row as usize / PART_ROWS)?.record(row as usize % PART_ROWS)?;
        Some(Device { inventory: self, row, record })
    }

    /// Returns all devices in the order of the file.
    pub fn devices(&self) -> impl Iterator<Item = Device<'_>> {
        let records =
            self.parts.iter().flat_map(|part| (0..part.rows.len()).filter_map(|at| part.record(at)));
        (0_u32..).zip(records).map(|(row, record)| Device { inventory: self, row, record })
    }

    /// Returns the line of the file at which a row begins, counted from 1.
    pub fn line(&self, row: u32) -> usize {
        let part = row as usize / PART_ROWS;
        let before: usize = self.parts.iter().take(part).map(|part| part.lines).sum();
        let head = record::line_ends(self.head.text.as_bytes());
        let within = self.parts.get(part).and_then(|part| {
            let (start, _) = *part.rows.get(row as usize % PART_ROWS)?;
            part.text.get(..start as usize)
        });
        head + before + within.map_or(0, |text| record::line_ends(text.as_bytes())) + 1
    }

    /// Returns the text of the lines that are no devices and not blank, as they were read.
    pub fn bad_rows_text(&self) -> String {
        let mut text = String::new();
        let gaps = self.parts.iter().flat_map(|part| part.gaps());
        for gap in gaps {
            let mut at = 0;
            while at < gap.len() {
                let record = record::scan(gap.as_bytes(), at, self.separator().byte());
                if !record.blank {
                    text.push_str(&gap[at..record.next]);
                }
                at = record.next;
            }
        }
        text
    }

    /// Returns the inventory without the lines that are no devices.
    #[must_use]
    pub fn without_bad_rows(&self) -> Self {
        let line_end = self.line_end();
        let parts = self.parts.iter().map(|part| {
            let mut builder = PartBuilder::default();
            for at in 0..part.rows.len() {
                builder.push(part.record(at).unwrap_or_default());
                builder.text.push_str(line_end);
            }
            Arc::new(builder.finish())
        });
        let mut head = Head { text: self.head.text.clone(), columns: self.columns().clone(), ..*self.head };
        if !head.text.ends_with(['\n', '\r']) {
            head.text = format!("{}{line_end}", head.text).into();
        }
        Self { head: Arc::new(head), parts: parts.collect(), rows: self.rows }
    }

    /// Returns the line end that the file uses.
    fn line_end(&self) -> &'static str {
        let head = &self.head.text[self.head.header_end..];
        if head.starts_with("\r\n") {
            "\r\n"
        } else if head.starts_with('\r') {
            "\r"
        } else {
            "\n"
        }
    }
}

/// Builds one part of the text.
#[derive(Default)]
struct PartBuilder {
    text: String,
    rows: Vec<(u32, u32)>,
}

impl PartBuilder {
    /// Adds the record of a device.
    fn push(&mut self, record: &str) {
        let start = self.text.len();
        self.text.push_str(record);
        self.close(start);
    }

    /// Makes a row of what was written since `start`.
    fn close(&mut self, start: usize) {
        // The size limit of an inventory is far below 4 GiB, and so is what edits can make of 256 rows.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.rows.push((place(start), place(self.text.len())));
    }

    fn finish(self) -> Part {
        Part::new(self.text.into_boxed_str(), self.rows)
    }
}

/// One device of an inventory.
#[derive(Clone, Copy)]
pub struct Device<'a> {
    inventory: &'a Inventory,
    row: u32,
    record: &'a str,
}

impl fmt::Debug for Device<'_> {
    /// Writes the row only: what a column holds is the user's, and this may end in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("row", &self.row).finish_non_exhaustive()
    }
}

impl<'a> Device<'a> {
    /// Returns its row, counted from 0.
    pub fn row(&self) -> u32 {
        self.row
    }

    /// Returns the line of the file at which it begins, counted from 1.
    pub fn line(&self) -> usize {
        self.inventory.line(self.row)
    }

    /// Returns what the columns are and mean.
    pub fn columns(&self) -> &'a Columns {
        self.inventory.columns()
    }

    /// Returns the values of all columns in the order of the file.
    pub fn values(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        record::Fields::new(self.record, self.inventory.separator().byte()).map(record::value)
    }

    /// Returns the value in a column, as it is; empty beyond the last.
    pub fn value(&self, column: usize) -> Cow<'a, str> {
        let raw = record::Fields::new(self.record, self.inventory.separator().byte()).nth(column);
        raw.map(record::value).unwrap_or_default()
    }

    /// Returns the value with a role without the blanks around it, `None` where it is empty.
    fn with_role(&self, role: Role) -> Option<Cow<'a, str>> {
        let value = self.value(self.columns().with_role(role)?);
        let value = match value {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        (!value.is_empty()).then_some(value)
    }

    /// Returns the name of its thing.
    pub fn thing(&self) -> Cow<'a, str> {
        self.value(self.columns().thing())
    }

    /// Returns the id of its group, where it has one.
    pub fn group(&self) -> Option<Cow<'a, str>> {
        self.with_role(Role::Group)
    }

    /// Returns its site.
    pub fn site(&self) -> Option<Cow<'a, str>> {
        self.with_role(Role::Site)
    }

    /// Returns the host that it connects to.
    pub fn host(&self) -> Option<Cow<'a, str>> {
        self.with_role(Role::Host)
    }

    /// Returns the port that it connects to.
    pub fn port(&self) -> Option<u16> {
        check::parse_port(&self.with_role(Role::Port)?)
    }

    /// Returns the reference to its application key as text; [`KeyReference::parse`] takes it apart.
    pub fn key(&self) -> Option<Cow<'a, str>> {
        self.with_role(Role::Key).filter(|text| KeyReference::parse(text).is_some())
    }

    /// Returns its own value of the setting with this key as it stands in the file, where it has one.
    pub fn own(&self, key: &str) -> Option<Cow<'a, str>> {
        let (at, _) = self.columns().settings().find(|(_, own)| *own == key)?;
        Some(self.value(at)).filter(|value| !value.trim().is_empty())
    }

    /// Returns the settings of which it has values of its own, with the values as they stand in the file.
    pub fn own_settings(&self) -> impl Iterator<Item = (&'static str, Cow<'a, str>)> + use<'a> {
        let device = *self;
        let values = self.columns().settings().map(move |(at, key)| (key, device.value(at)));
        values.filter(|(_, value)| !value.trim().is_empty())
    }

    /// Returns its variables: header and value of every column that is nothing else.
    pub fn variables(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> + use<'a> {
        let columns = self.columns().all().iter().zip(self.values());
        columns
            .filter(|(column, _)| column.role == Role::Variable)
            .map(|(column, value)| (column.header.as_str(), value))
    }
}
