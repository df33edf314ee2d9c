//! Reading a table: which rows can be taken, and what is wrong with the others.

use super::check::{self, Fault, Names};
use super::columns::{ColumnError, Columns, Role};
use super::record::{Fields, QuoteFault, Scan, Separator, line_ends, scan, value};
use super::{Faults, Groups, Head, Inventory, MAX_BYTES, PART_ROWS, Part, PartBuilder};
use crate::base::units::count;
use crate::base::{Finding, Severity};
use std::borrow::Cow;
use std::sync::Arc;
use thiserror::Error;

/// Byte order mark at the start of a text.
pub(super) const BOM: char = '\u{feff}';

/// Bytes that are looked at twice because of broken quotes before the rest of a file is given up \[bytes\].
const MAX_WASTED: usize = MAX_BYTES as usize;

/// How a table is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// What stands between the fields; `None`: found by looking.
    pub separator: Option<Separator>,
    /// What headers mean, over what is proposed for them.
    pub roles: &'a [(String, Role)],
    /// The groups of the project; `None`: groups and own settings are not checked yet.
    pub groups: Option<&'a Groups>,
}

/// A table that was read, to be looked at before it is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The good rows. The text of the bad ones stays with it, see [`Inventory::bad_rows_text`].
    pub inventory: Inventory,
    /// Errors, each keeping its row from being taken; a row can have several.
    pub bad: Faults,
    /// Number of rows that cannot be taken.
    pub bad_rows: u64,
    /// What is worth knowing about good rows.
    pub warnings: Faults,
}

impl Import {
    /// Returns in one sentence how much of the table can be taken: `3 099 devices are fine, 1 line is not`.
    pub fn summary(&self) -> String {
        let number =
            |n: u64, one: &str, many: &str| format!("{} {}", count(n), if n == 1 { one } else { many });
        let good = number(self.inventory.len().into(), "device is fine", "devices are fine");
        match self.bad_rows {
            0 => good,
            bad => format!("{good}, {}", number(bad, "line is not", "lines are not")),
        }
    }
}

/// Why a table cannot be read at all.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ImportError {
    /// There is too much of it.
    #[error(
        "The table has {} bytes, and at most {} are read, so that a wrong file cannot fill the memory. \
         Check whether it is the right one, or split it", count(*.0), count(MAX_BYTES)
    )]
    TooLarge(u64),
    /// There is nothing in it.
    #[error(
        "The table is empty, so there is nothing to take. Its first line names the columns, each further one is a device"
    )]
    Empty,
    /// Its header cannot be read.
    #[error(
        "A quote in the first line is not closed or has text behind it, so the columns cannot be told apart. \
         Close it, or double it where it belongs to the text"
    )]
    Header,
    /// Its columns cannot be used.
    #[error(transparent)]
    Columns(#[from] ColumnError),
    /// It is JSON that cannot be read.
    #[error("{}", sentence(.0))]
    Json(Box<Finding>),
    /// It is JSON, but no list of devices.
    #[error(
        "The JSON holds {0}, and devices are a list of flat objects: `[{{\"thing\": \"pump-1\", \"group\": \"pumps\"}}]`. \
         Export it as such a list, or as CSV"
    )]
    NotAList(&'static str),
}

/// Returns a finding as a sentence with its place.
fn sentence(finding: &Finding) -> String {
    format!(
        "Line {}, column {}: {} {} {}",
        finding.line, finding.column, finding.what, finding.why, finding.fix
    )
}

/// Reads a table in CSV (or pasted from a spreadsheet) or JSON, whichever it is.
///
/// # Errors
/// [`ImportError`] where no row can be read; what is wrong with single rows is in the [`Import`].
pub fn read(text: &str, options: &Options<'_>) -> Result<Import, ImportError> {
    let start = text.trim_start_matches(BOM).trim_start();
    if start.starts_with(['[', '{']) { super::read_json(text, options) } else { read_csv(text, options) }
}

/// Reads a table in CSV, or what a spreadsheet puts on the clipboard.
///
/// # Errors
/// [`ImportError`] where no row can be read; what is wrong with single rows is in the [`Import`].
pub fn read_csv(text: &str, options: &Options<'_>) -> Result<Import, ImportError> {
    let size = text.len() as u64;
    if size > MAX_BYTES {
        return Err(ImportError::TooLarge(size));
    }
    let (head, start) = head(text, options)?;
    let line = line_ends(&text.as_bytes()[..start]) + 1;
    let mut reader = Reader::new(text, head, options.groups, start, line);
    while reader.at < text.len() {
        reader.record(None);
    }
    Ok(reader.finish())
}

/// Reads what stands before the records; returns it with the place of the first one.
fn head(text: &str, options: &Options<'_>) -> Result<(Head, usize), ImportError> {
    let mut at = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut separator = options.separator;
    // Spreadsheets understand a first line that names the separator.
    if let Some(said) = Separator::ALL.into_iter().find(|known| {
        let rest =
            text[at..].strip_prefix("sep=").and_then(|rest| rest.strip_prefix(char::from(known.byte())));
        rest.is_some_and(|rest| rest.starts_with(['\r', '\n']))
    }) {
        at = scan(text.as_bytes(), at, 0).next;
        separator = separator.or(Some(said));
    }
    let separator = separator.unwrap_or_else(|| Separator::found_in(&text[at..]));
    let header = loop {
        if at >= text.len() {
            return Err(ImportError::Empty);
        }
        let record = scan(text.as_bytes(), at, separator.byte());
        if record.fault.is_some() {
            return Err(ImportError::Header);
        }
        if !record.blank {
            break record;
        }
        at = record.next;
    };
    let headers: Vec<Cow<'_, str>> =
        Fields::new(&text[at..header.end], separator.byte()).map(value).collect();
    let columns =
        Columns::propose(headers.iter().map(|header| &**header)).mapped(options.roles)?.complete()?;
    let head = Head { text: text[..header.next].into(), header_end: header.end, separator, columns };
    Ok((head, header.next))
}

/// Reads records one after the other.
pub(super) struct Reader<'a> {
    text: &'a str,
    head: Head,
    groups: Option<&'a Groups>,
    /// Where the next record begins.
    at: usize,
    /// Its line.
    pub line: usize,
    wasted: usize,
    names: Names,
    parts: Vec<Arc<Part>>,
    rows: Vec<(u32, u32)>,
    /// Where the part that is being built begins.
    part_start: usize,
    good: u32,
    bad: Faults,
    bad_rows: u64,
    warnings: Faults,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, head: Head, groups: Option<&'a Groups>, at: usize, line: usize) -> Self {
        Self {
            text,
            head,
            groups,
            at,
            line,
            wasted: 0,
            names: Names::default(),
            parts: Vec::new(),
            rows: Vec::with_capacity(PART_ROWS),
            part_start: at,
            good: 0,
            bad: Faults::default(),
            bad_rows: 0,
            warnings: Faults::default(),
        }
    }

    /// Reads one record: a row, a bad row, or blank. `known` is what is already known to be wrong with it.
    pub(super) fn record(&mut self, known: Option<Fault>) {
        let record = scan(self.text.as_bytes(), self.at, self.head.separator.byte());
        let start = self.at;
        self.wasted += record.wasted;
        if record.fault.is_some() && self.wasted > MAX_WASTED {
            self.give_up();
            return;
        }
        if !record.blank || known.is_some() {
            let faults = known.map_or_else(|| self.faults(&record), |known| vec![known]);
            let bad = faults.iter().any(|fault| fault.severity == Severity::Error);
            for fault in faults {
                // A warning about a row that is not taken would only add to the noise.
                let list = match (bad, fault.severity) {
                    (true, Severity::Error) => &mut self.bad,
                    (true, _) => continue,
                    (false, _) => &mut self.warnings,
                };
                list.add(|| fault.at(self.line, &self.head.columns));
            }
            if bad {
                self.bad_rows += 1;
            } else {
                self.row(start, record.end);
            }
        }
        self.at = record.next;
        self.line += record.lines;
        if self.rows.len() == PART_ROWS {
            self.close_part();
        }
    }

    /// Returns what is wrong with a record.
    fn faults(&mut self, record: &Scan) -> Vec<Fault> {
        if let Some(fault) = record.fault {
            return vec![quotes(fault)];
        }
        let columns = &self.head.columns;
        if record.fields != columns.len() {
            let what = format!("{} columns expected, {} found.", columns.len(), record.fields);
            let why = "Which value belongs to which column cannot be told.";
            let fix = "Add or delete separators, or put a value that contains one into quotes.";
            return vec![Fault::error("I001", what, why).fix(fix)];
        }
        let text = &self.text[self.at..record.end];
        let values: Vec<Cow<'_, str>> = Fields::new(text, self.head.separator.byte()).map(value).collect();
        let mut faults = Vec::new();
        check::row(columns, &values, self.groups, &mut |fault| faults.push(fault));
        if !faults.iter().any(|fault| fault.severity == Severity::Error) {
            let line = u32::try_from(self.line).unwrap_or(u32::MAX);
            if let Some(clash) = self.names.add(&values[columns.thing()], line) {
                faults.push(clash.fault(clash.first as usize).on(columns.thing()));
            }
        }
        faults
    }

    /// Adds a row.
    fn row(&mut self, start: usize, end: usize) {
        // The size limit of the text keeps both far below 4 GiB.
        let place = |at: usize| u32::try_from(at - self.part_start).unwrap_or(u32::MAX);
        self.rows.push((place(start), place(end)));
        self.good += 1;
    }

    /// Closes a part at the place where the next record begins.
    fn close_part(&mut self) {
        let text = self.text[self.part_start..self.at].into();
        let rows = std::mem::replace(&mut self.rows, Vec::with_capacity(PART_ROWS));
        self.parts.push(Arc::new(Part::new(text, rows)));
        self.part_start = self.at;
    }

    /// Takes the rest of the text for one bad row: so many quotes are broken that no line can be trusted.
    fn give_up(&mut self) {
        let lines = line_ends(&self.text.as_bytes()[self.at..]).max(1);
        let what =
            format!("From here on quotes are not closed; {} lines were not read.", count(lines as u64));
        let why = "Where so many quotes are broken, separators and line ends cannot be told from text.";
        let fault = Fault::error("I002", what, why).fix("Close the quotes, or export the table again.");
        self.bad.add(|| fault.at(self.line, &self.head.columns));
        self.bad_rows += lines as u64;
        self.at = self.text.len();
    }

    pub(super) fn finish(mut self) -> Import {
        self.rows.shrink_to_fit();
        if self.part_start < self.text.len() || self.parts.is_empty() {
            self.close_part();
        }
        let inventory = Inventory { head: Arc::new(self.head), parts: self.parts.into(), rows: self.good };
        Import { inventory, bad: self.bad, bad_rows: self.bad_rows, warnings: self.warnings }
    }
}

/// Returns the fault of broken quotes.
fn quotes(fault: QuoteFault) -> Fault {
    let (what, fix) = match fault {
        QuoteFault::Unclosed => (
            "A quote is opened in this line and never closed.",
            "Close it, or double it where it belongs to the text.",
        ),
        QuoteFault::TextBehind => (
            "Text stands behind a closing quote.",
            "Close the quote at the end of the value, and double quotes that belong to the text.",
        ),
    };
    Fault::error(
        "I002",
        what,
        "Separators and line ends inside quotes are text, so the columns cannot be told apart.",
    )
    .fix(fix)
}

impl Head {
    /// Returns a head in the plainest form: headers in quotes where they need them, a line feed behind.
    pub(super) fn plain(columns: Columns) -> Self {
        let mut builder = PartBuilder::default();
        for (at, column) in columns.all().iter().enumerate() {
            if at > 0 {
                builder.text.push(',');
            }
            super::record::push_field(&mut builder.text, &column.header, false, b',');
        }
        let header_end = builder.text.len();
        builder.text.push('\n');
        Self { text: builder.text.into(), header_end, separator: Separator::Comma, columns }
    }
}
