//! The order of rows: by any column, numbers inside names by their value.
//!
//! Keys are made once per row as bytes whose order is the wanted one, so comparing is cheap; the sort is
//! stable, and what is empty stands last in both directions.

use super::check::number;
use super::columns::keys;
use super::{Device, Groups, Inventory, Role};
use crate::fleet::setting::Unit;
use std::cmp::Ordering;

/// What rows are sorted by.
#[derive(Clone, Copy, Debug)]
pub enum SortBy<'a> {
    /// The column with this index: settings and ports by number, everything else as people sort names.
    Column(usize),
    /// The label of the agent kind of the device's group.
    Kind(&'a Groups),
    /// The number of the device's own settings.
    OwnSettings,
}

impl Inventory {
    /// Returns rows in another order: `pump-2` before `pump-10`, empty ones last; equal ones stay as they are.
    ///
    /// Rows that are not there are left out. Takes time for n log n comparisons of bytes.
    pub fn sorted(&self, rows: &[u32], by: SortBy<'_>, descending: bool) -> Vec<u32> {
        let mut arena: Vec<u8> = Vec::with_capacity(rows.len() * 16);
        let mut entries: Vec<(usize, usize, u32)> = Vec::with_capacity(rows.len());
        let setting = match by {
            SortBy::Column(column) => self.columns().all().get(column).map(|column| column.role),
            _ => None,
        };
        let unit = match setting {
            Some(Role::Setting(key)) => keys().find(|setting| setting.key == key).map(|setting| setting.unit),
            Some(Role::Port) => Some(Unit::Count("")),
            _ => None,
        };
        for &row in rows {
            let Some(device) = self.device(row) else { continue };
            let start = arena.len();
            push_key(&mut arena, &device, by, unit);
            entries.push((start, arena.len(), row));
        }
        let key = |entry: &(usize, usize, u32)| &arena[entry.0..entry.1];
        entries.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            match (a.is_empty(), b.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if descending => b.cmp(a),
                (false, false) => a.cmp(b),
            }
        });
        entries.into_iter().map(|(_, _, row)| row).collect()
    }
}

/// Appends the key of a device.
fn push_key(arena: &mut Vec<u8>, device: &Device<'_>, by: SortBy<'_>, unit: Option<Unit>) {
    match by {
        SortBy::Column(column) => {
            let value = device.value(column);
            let text = value.trim();
            match unit.and_then(|unit| number(unit, text)) {
                Some(number) => push_number(arena, number),
                None => push_natural(arena, text),
            }
        }
        SortBy::Kind(groups) => {
            let kind = device.group().and_then(|group| groups.kind(&group));
            push_natural(arena, kind.map_or("", |kind| kind.label()));
        }
        SortBy::OwnSettings => push_number(arena, device.own_settings().count() as f64),
    }
}

/// Appends a number so that bytes compare as numbers do, before every text.
fn push_number(arena: &mut Vec<u8>, number: f64) {
    let bits = number.to_bits();
    let ordered = if number.is_sign_negative() { !bits } else { bits | 1 << 63 };
    arena.push(0);
    arena.extend_from_slice(&ordered.to_be_bytes());
}

/// Appends a text in lower case, its runs of digits as length and digits, so that shorter numbers come first.
fn push_natural(arena: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let digits = rest[..end].trim_start_matches('0');
            arena.push(b'0');
            arena.extend_from_slice(&(digits.len() as u32).to_be_bytes());
            arena.extend_from_slice(digits.as_bytes());
            rest = &rest[end..];
        } else {
            let mut buffer = [0; 4];
            for c in c.to_lowercase() {
                arena.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            }
            rest = &rest[c.len_utf8()..];
        }
    }
}
