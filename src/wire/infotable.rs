//! Tables, the content of nearly every message, and tables in tables.
//!
//! ```text
//! fields   { 0x01  name  description  type u8  count u16  { aspect name  value } }  0x00
//! rows     { 0x01  count u16  { value } }                                           0x00
//! ```
//!
//! Measured with the C SDK client, aspects read from its source. A row may have fewer or more values than
//! the table has fields, and values of other types: agents do that, and a codec has no opinion.

use super::base_type::BaseType;
use super::bytes::{Reader, put_count, put_text};
use super::error::{DecodeError, EncodeError, Fault};
use super::primitive::Value;
use std::fmt;

/// Another field or row follows.
const MORE: u8 = 1;
/// The list ends.
const END: u8 = 0;

/// A table with named fields and rows of values.
#[derive(Clone, Default, PartialEq)]
pub struct InfoTable {
    /// Columns in their order.
    pub fields: Vec<Field>,
    /// Rows in their order.
    pub rows: Vec<Vec<Value>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Description, mostly empty.
    pub description: String,
    /// Type of the values.
    pub base: BaseType,
    /// Further properties, such as a unit.
    pub aspects: Vec<(String, Value)>,
}

impl Field {
    /// Returns a field without description and aspects.
    pub fn new(name: impl Into<String>, base: BaseType) -> Self {
        Self { name: name.into(), description: String::new(), base, aspects: Vec::new() }
    }
}

impl InfoTable {
    /// Returns a table without rows.
    pub fn new(fields: impl IntoIterator<Item = (&'static str, BaseType)>) -> Self {
        let fields = fields.into_iter().map(|(name, base)| Field::new(name, base)).collect();
        Self { fields, rows: Vec::new() }
    }

    /// Returns a table of one field and one row, the form of every property value and most results.
    pub fn single(name: impl Into<String>, value: Value) -> Self {
        Self { fields: vec![Field::new(name, value.base_type())], rows: vec![vec![value]] }
    }

    /// Returns the value of a field in a row; nothing where there is none.
    pub fn get(&self, row: usize, field: &str) -> Option<&Value> {
        let column = self.fields.iter().position(|candidate| candidate.name == field)?;
        self.rows.get(row)?.get(column)
    }

    /// Appends fields and rows.
    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        for field in &self.fields {
            out.push(MORE);
            put_text(out, &field.name)?;
            put_text(out, &field.description)?;
            out.push(field.base.0);
            put_count(out, field.aspects.len(), "aspects of a field")?;
            for (name, value) in &field.aspects {
                put_text(out, name)?;
                value.encode(out)?;
            }
        }
        out.push(END);
        for row in &self.rows {
            out.push(MORE);
            put_count(out, row.len(), "values of a row")?;
            for value in row {
                value.encode(out)?;
            }
        }
        out.push(END);
        Ok(())
    }

    /// Reads fields and rows.
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut table = Self::default();
        while more(reader, "marker before a field")? {
            let name = reader.string("name of a field")?;
            let description = reader.string("description of a field")?;
            let base = BaseType(reader.u8("type of a field")?);
            let count = reader.u16("count of aspects")?;
            // An aspect is at least an empty name and a type.
            let mut aspects = reader.list(count, 2, "aspects")?;
            for _ in 0..count {
                aspects.push((reader.string("name of an aspect")?, Value::decode(reader)?));
            }
            reader.push(&mut table.fields, Field { name, description, base, aspects }, "fields")?;
        }
        while more(reader, "marker before a row")? {
            let count = reader.u16("count of values")?;
            let mut row = reader.list(count, 1, "values of a row")?;
            for _ in 0..count {
                row.push(Value::decode(reader)?);
            }
            reader.push(&mut table.rows, row, "rows")?;
        }
        Ok(table)
    }
}

fn more(reader: &mut Reader<'_>, reading: &'static str) -> Result<bool, DecodeError> {
    match reader.u8(reading)? {
        END => Ok(false),
        MORE => Ok(true),
        found => reader.fault_before(reading, Fault::Marked { found, expected: "0 and 1" }),
    }
}

impl fmt::Debug for InfoTable {
    /// Writes the table as a log shows it, rows with the names of their fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            return write!(f, "no rows of {}", names.join(", "));
        }
        let mut list = f.debug_list();
        for row in &self.rows {
            list.entry(&Row(&self.fields, row));
        }
        list.finish()
    }
}

struct Row<'a>(&'a [Field], &'a [Value]);

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|field| field.name.as_str()).chain(std::iter::repeat("?"));
        f.debug_map().entries(names.zip(self.1)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Limits;

    fn decode(bytes: &[u8], limits: &Limits) -> Result<InfoTable, DecodeError> {
        InfoTable::decode(&mut Reader::new(bytes, 0, limits))
    }

    fn nested(levels: usize) -> Vec<u8> {
        let mut table = InfoTable::single("a", Value::Integer(1));
        for _ in 0..levels {
            table = InfoTable::single("a", Value::Table(Box::new(table)));
        }
        let mut bytes = Vec::new();
        table.encode(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let limits = Limits { depth: 3, ..Limits::default() };
        assert!(decode(&nested(3), &limits).is_ok());
        assert_eq!(decode(&nested(4), &limits).unwrap_err().fault, Fault::Depth(3));
    }

    #[test]
    fn a_tower_of_variants_does_not_overflow_the_stack() {
        let mut bytes = vec![END, MORE, 0, 1];
        bytes.resize(500_000, BaseType::VARIANT.0);
        let error = decode(&bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.fault, Fault::Depth(Limits::default().depth));
    }

    #[test]
    fn counts_beyond_the_end_allocate_nothing() {
        let limits = Limits { memory: 0, ..Limits::default() };
        let error = decode(&[END, MORE, 0xff, 0xff, 0xff], &limits).unwrap_err();
        assert_eq!(error.fault, Fault::CutOff { needed: 65_535, left: 1 });
        let error = decode(&[MORE, 0, 0, 0, 0xff, 0xff], &limits).unwrap_err();
        assert_eq!(error.fault, Fault::CutOff { needed: 131_070, left: 0 });
    }

    #[test]
    fn rows_of_nothing_cannot_blow_up_memory() {
        // One byte on the wire, 32 in memory: the budget stops it, not the length.
        let mut bytes = vec![END];
        for _ in 0..15 {
            bytes.extend([MORE, 0xff, 0xff]);
            bytes.resize(bytes.len() + 65_535, 0xff);
        }
        bytes.push(END);
        let limits = Limits { memory: 4 << 20, ..Limits::default() };
        assert_eq!(decode(&bytes, &limits).unwrap_err().fault, Fault::Memory(4 << 20));
    }

    #[test]
    fn a_value_is_found_by_name() {
        let mut table = InfoTable::new([("name", BaseType::STRING), ("value", BaseType::VARIANT)]);
        table.rows.push(vec![Value::string("Counter"), Value::Integer(7).variant()]);
        assert_eq!(table.get(0, "value").and_then(Value::number), Some(7.0));
        assert_eq!(table.get(1, "value"), None);
        assert_eq!(table.get(0, "quality"), None);
        assert_eq!(format!("{table:?}"), "[{\"name\": \"Counter\", \"value\": VARIANT(7)}]");
    }
}
