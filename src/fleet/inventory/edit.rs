//! Editing rows: one field of many devices at once, looked at before it is done.
//!
//! An edit returns another inventory. Parts of the text without an edited row are shared with the old one;
//! in the others only the bytes of the edited fields change.

use super::check::{self, Fault, Names, number, shown};
use super::columns::keys;
use super::record::{Fields, push_edited, push_field, scan, value as unquoted};
use super::{
    BadRow, Column, Faults, Groups, Head, Inventory, KeyReference, MAX_BYTES, PART_ROWS, Part, PartBuilder,
    Role,
};
use crate::base::Severity;
use crate::base::units::count;
use crate::fleet::setting::{Setting, Unit};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// Different old values that a preview lists.
const LISTED: usize = 20;

/// What an edit would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Header of the column.
    pub column: String,
    /// The new value as people read it; `None` where the field is cleared.
    pub to: Option<String>,
    /// The old values as people read them (`None`: empty), with the number of devices; most frequent first,
    /// at most 20.
    pub from: Vec<(Option<String>, u64)>,
    /// Number of different old values, those that are not listed included.
    pub distinct: u64,
    /// Devices whose value changes.
    pub changed: u64,
    /// Devices that have this value already.
    pub unchanged: u64,
    /// What is wrong with the new value; an error stands against applying it.
    pub faults: Faults,
    /// Number of errors among the faults.
    pub errors: u64,
    /// The new value as it is written to the file.
    written: String,
    /// Length of the file afterwards \[bytes\].
    size: u64,
}

impl Change {
    /// Returns the change in one line: `2 min → 5 min on 3 100 devices`.
    pub fn summary(&self) -> String {
        let name = |value: &Option<String>| value.clone().unwrap_or_else(|| "empty".to_owned());
        let from = match (self.from.first(), self.distinct) {
            (None, _) => return format!("All {} devices have this value already", count(self.unchanged)),
            (Some((value, _)), 1) => name(value),
            (Some((value, _)), 2) => format!("{} and 1 other value", name(value)),
            (Some((value, _)), distinct) => {
                format!("{} and {} other values", name(value), count(distinct - 1))
            }
        };
        let devices = if self.changed == 1 { "device" } else { "devices" };
        format!("{from} → {} on {} {devices}", name(&self.to), count(self.changed))
    }
}

/// Why an edit was not done.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EditError {
    /// The column is not there.
    #[error("The inventory has no column number {0}, so nothing was changed. Add the column first")]
    NoColumn(usize),
    /// A new column has no name, or one that is there.
    #[error(
        "A column `{0}` cannot be added: a column needs a name of its own, or its values cannot be found. \
         Choose another name"
    )]
    Header(String),
    /// The new values are not accepted.
    #[error("{}", refusal(.0))]
    Refused(Box<Faults>),
    /// The file would become larger than what is read.
    #[error(
        "The inventory would have {} bytes, and at most {} can be read again. Use a shorter value",
        count(*.0), count(MAX_BYTES)
    )]
    TooLarge(u64),
}

/// Returns why new values are refused, with the first of them.
fn refusal(faults: &Faults) -> String {
    let first = faults.list.iter().find(|row| row.severity == Severity::Error);
    let Some(BadRow { line, what, why, fix, .. }) = first else {
        return "The value is not accepted, so nothing was changed".to_owned();
    };
    format!("Nothing was changed. Line {line}: {what} {why} {fix}")
}

impl Inventory {
    /// Returns what setting one column of some rows to a value would change; an empty value clears it.
    ///
    /// A duration with a unit is taken for settings (`5 min`) and written in the file's unit. Where the group
    /// changes, the own settings of the devices are checked for the new agent kind too.
    ///
    /// # Errors
    /// [`EditError::NoColumn`].
    pub fn preview(
        &self,
        rows: &[u32],
        column: usize,
        value: &str,
        groups: Option<&Groups>,
    ) -> Result<Change, EditError> {
        let Some(Column { header, role }) = self.columns().all().get(column) else {
            return Err(EditError::NoColumn(column));
        };
        let editor = Editor { inventory: self, column, role: *role, groups, written: written(*role, value) };
        let to = editor.human(&editor.written);
        let mut change = Change {
            column: header.clone(),
            to,
            from: Vec::new(),
            distinct: 0,
            changed: 0,
            unchanged: 0,
            faults: Faults::default(),
            errors: 0,
            written: editor.written.clone(),
            size: 0,
        };
        editor.look(&selected(rows), &mut change);
        Ok(change)
    }

    /// Returns the inventory with one column of some rows set to a value; an empty value clears it.
    ///
    /// # Errors
    /// [`EditError::Refused`] where a value is not accepted for one of the devices; nothing is changed then.
    pub fn with_value(
        &self,
        rows: &[u32],
        column: usize,
        value: &str,
        groups: Option<&Groups>,
    ) -> Result<Self, EditError> {
        let change = self.preview(rows, column, value, groups)?;
        if change.errors > 0 {
            return Err(EditError::Refused(Box::new(change.faults)));
        }
        if change.size > MAX_BYTES {
            return Err(EditError::TooLarge(change.size));
        }
        let mut parts = self.parts.to_vec();
        let rows = selected(rows);
        for rows in rows.chunk_by(|a, b| *a as usize / PART_ROWS == *b as usize / PART_ROWS) {
            let Some(part) = rows.first().and_then(|row| parts.get_mut(*row as usize / PART_ROWS)) else {
                continue;
            };
            let edited = self.edited_part(part, rows, column, &change.written);
            *part = Arc::new(edited);
        }
        Ok(Self { head: Arc::clone(&self.head), parts: parts.into(), rows: self.rows })
    }

    /// Returns a part with a column of some of its rows (sorted) replaced.
    fn edited_part(&self, part: &Part, rows: &[u32], column: usize, value: &str) -> Part {
        let separator = self.separator().byte();
        let mut builder = PartBuilder {
            text: String::with_capacity(part.text.len()),
            rows: Vec::with_capacity(part.rows.len()),
        };
        let mut wanted = rows.iter().map(|row| *row as usize % PART_ROWS).peekable();
        let mut gaps = part.gaps();
        builder.text.push_str(gaps.next().unwrap_or_default());
        for (at, gap) in gaps.enumerate() {
            let record = part.record(at).unwrap_or_default();
            let start = builder.text.len();
            let old = Fields::new(record, separator).nth(column).map(unquoted);
            if wanted.next_if_eq(&at).is_some() && old.as_deref() != Some(value) {
                push_edited(&mut builder.text, record, separator, column, value);
            } else {
                builder.text.push_str(record);
            }
            builder.close(start);
            builder.text.push_str(gap);
        }
        builder.finish()
    }

    /// Returns the inventory with one more column at the end, empty in every row, meaning what is proposed
    /// for its header (a key of a setting: own values of that setting).
    ///
    /// Bad rows with the right number of columns get the empty field too, so that they are no worse than before.
    ///
    /// # Errors
    /// [`EditError::Header`] where the header is blank or there already.
    pub fn with_column(&self, header: &str) -> Result<Self, EditError> {
        let header = header.trim();
        if header.is_empty() || self.columns().find(header).is_some() {
            return Err(EditError::Header(header.to_owned()));
        }
        let separator = self.separator().byte();
        let old = &self.head.text;
        let mut text = old[..self.head.header_end].to_owned();
        text.push(char::from(separator));
        push_field(&mut text, header, false, separator);
        let header_end = text.len();
        text.push_str(&old[self.head.header_end..]);
        let columns = self.columns().with_added(header);
        let width = self.columns().len();
        let parts: Arc<[_]> = self
            .parts
            .iter()
            .map(|part| {
                let mut builder = PartBuilder::default();
                let mut gaps = part.gaps();
                push_widened(&mut builder.text, gaps.next().unwrap_or_default(), separator, width);
                for (at, gap) in gaps.enumerate() {
                    let start = builder.text.len();
                    builder.text.push_str(part.record(at).unwrap_or_default());
                    builder.text.push(char::from(separator));
                    builder.close(start);
                    push_widened(&mut builder.text, gap, separator, width);
                }
                Arc::new(builder.finish())
            })
            .collect();
        let head = Head { text: text.into(), header_end, separator: self.separator(), columns };
        let wide = Self { head: Arc::new(head), parts, rows: self.rows };
        let size = wide.pieces().map(|piece| piece.len() as u64).sum();
        if size > MAX_BYTES { Err(EditError::TooLarge(size)) } else { Ok(wide) }
    }

    /// Returns the inventory without some rows; every other byte stays.
    #[must_use]
    pub fn without(&self, rows: &[u32]) -> Self {
        let rows = selected(rows);
        let mut gone = rows.iter().copied().peekable();
        let mut parts: Vec<Arc<Part>> = Vec::with_capacity(self.parts.len());
        let (mut builder, mut row, mut left) = (PartBuilder::default(), 0_u32, 0_u32);
        for part in self.parts.iter() {
            let mut gaps = part.gaps();
            builder.text.push_str(gaps.next().unwrap_or_default());
            for (at, gap) in gaps.enumerate() {
                if gone.next_if_eq(&row).is_some() {
                    // Its line end goes with it.
                    builder.text.push_str(&gap[scan(gap.as_bytes(), 0, 0).next.min(gap.len())..]);
                } else {
                    if builder.rows.len() == PART_ROWS {
                        parts.push(Arc::new(std::mem::take(&mut builder).finish()));
                    }
                    builder.push(part.record(at).unwrap_or_default());
                    builder.text.push_str(gap);
                    left += 1;
                }
                row += 1;
            }
        }
        parts.push(Arc::new(builder.finish()));
        Self { head: Arc::clone(&self.head), parts: parts.into(), rows: left }
    }
}

/// Returns rows sorted, each once.
fn selected(rows: &[u32]) -> Vec<u32> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Appends what stands between rows; bad rows with the right number of fields get one more.
fn push_widened(to: &mut String, gap: &str, separator: u8, width: usize) {
    let mut at = 0;
    while at < gap.len() {
        let record = scan(gap.as_bytes(), at, separator);
        to.push_str(&gap[at..record.end]);
        // The line end of the row before looks like a record without a byte.
        if record.fault.is_none() && record.fields == width && record.end > at {
            to.push(char::from(separator));
        }
        to.push_str(&gap[record.end..record.next]);
        at = record.next;
    }
}

/// Returns the row of the registry that a column with this role holds values of.
fn setting_of(role: Role) -> Option<&'static Setting> {
    match role {
        Role::Setting(key) => keys().find(|setting| setting.key == key),
        _ => None,
    }
}

/// Returns a value as it is written: durations in the file's unit, nothing but text elsewhere.
fn written(role: Role, value: &str) -> String {
    let text = if role == Role::Variable { value } else { value.trim() };
    match setting_of(role) {
        Some(setting) if !matches!(setting.unit, Unit::Choice(_)) => number(setting.unit, text)
            .map_or_else(|| text.to_owned(), |number| setting.json(number).to_string()),
        _ => text.to_owned(),
    }
}

/// One value for one column of some rows.
struct Editor<'a> {
    inventory: &'a Inventory,
    column: usize,
    role: Role,
    groups: Option<&'a Groups>,
    written: String,
}

impl Editor<'_> {
    /// Returns a value as people read it, `None` for an empty one.
    fn human(&self, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if self.role.is_secret() && KeyReference::parse(text).is_none() {
            return Some("…".to_owned());
        }
        let number = setting_of(self.role).and_then(|setting| Some((setting, number(setting.unit, text)?)));
        Some(number.map_or_else(|| shown(text).into_owned(), |(setting, number)| setting.human(number)))
    }

    /// Counts old values and collects faults.
    fn look(&self, rows: &[u32], change: &mut Change) {
        let mut old: BTreeMap<Cow<'_, str>, u64> = BTreeMap::new();
        let mut size: u64 = self.inventory.pieces().map(|piece| piece.len() as u64).sum();
        let separator = self.inventory.separator().byte();
        let mut values = Vec::new();
        for device in rows.iter().filter_map(|row| self.inventory.device(*row)) {
            let raw = Fields::new(device.record, separator).nth(self.column).unwrap_or_default();
            let before = unquoted(raw);
            if *before == *self.written {
                change.unchanged += 1;
                continue;
            }
            let mut field = String::new();
            push_field(&mut field, &self.written, raw.starts_with('"'), separator);
            size = (size + field.len() as u64).saturating_sub(raw.len() as u64);
            change.changed += 1;
            *old.entry(before).or_default() += 1;
            values.clear();
            values.extend(device.values());
            values[self.column] = Cow::Borrowed(&self.written);
            check::row(self.inventory.columns(), &values, self.groups, &mut |fault| {
                // What was wrong before and is not touched is no reason to refuse.
                if fault.column == Some(self.column) || self.role == Role::Group {
                    self.note(fault.severity, device.row(), change, || fault);
                }
            });
        }
        if self.role == Role::Thing {
            self.look_for_clashes(rows, change);
        }
        change.size = size;
        change.distinct = old.len() as u64;
        let mut from: Vec<_> = old.into_iter().collect();
        from.sort_by_key(|(_, devices)| std::cmp::Reverse(*devices));
        change.from = from.into_iter().take(LISTED).map(|(text, n)| (self.human(&text), n)).collect();
    }

    /// Finds names that would stand twice.
    fn look_for_clashes(&self, rows: &[u32], change: &mut Change) {
        let mut names = Names::default();
        let edited = |row: u32| rows.binary_search(&row).is_ok();
        let others = self.inventory.devices().filter(|device| !edited(device.row()));
        for device in others {
            names.add(&device.thing(), device.row());
        }
        for &row in rows {
            if let Some(clash) = names.add(&self.written, row) {
                let line = || self.inventory.line(clash.first);
                self.note(clash.severity(), row, change, || clash.fault(line()).on(self.column));
            }
        }
    }

    /// Adds a fault of a row.
    fn note(&self, severity: Severity, row: u32, change: &mut Change, fault: impl FnOnce() -> Fault) {
        change.errors += u64::from(severity == Severity::Error);
        change.faults.add(|| fault().at(self.inventory.line(row), self.inventory.columns()));
    }
}
