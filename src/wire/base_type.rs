//! The types that values and fields can have, and how a value of each lies in the message.

use std::fmt;

/// Type of a value or of a field; any byte is lawful in a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseType(pub u8);

/// How the bytes of a value lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// No bytes.
    Nothing,
    /// Length and UTF-8.
    Text,
    /// IEEE 754 double.
    Number,
    /// One byte.
    Boolean,
    /// Milliseconds since 1970.
    Datetime,
    /// Fields and rows.
    Table,
    /// Three doubles.
    Location,
    /// Length and bytes.
    Bytes,
    /// A type and a value.
    Variant,
    /// Four bytes.
    Integer,
    /// Not known.
    Unknown,
}

/// Every type with a name: its byte, name and layout.
pub const TYPES: &[(BaseType, &str, Layout)] = &[
    (BaseType::NOTHING, "NOTHING", Layout::Nothing),
    (BaseType::STRING, "STRING", Layout::Text),
    (BaseType::NUMBER, "NUMBER", Layout::Number),
    (BaseType::BOOLEAN, "BOOLEAN", Layout::Boolean),
    (BaseType::DATETIME, "DATETIME", Layout::Datetime),
    (BaseType::TIMESPAN, "TIMESPAN", Layout::Unknown),
    (BaseType::INFOTABLE, "INFOTABLE", Layout::Table),
    (BaseType::LOCATION, "LOCATION", Layout::Location),
    (BaseType::XML, "XML", Layout::Text),
    (BaseType::JSON, "JSON", Layout::Text),
    (BaseType::QUERY, "QUERY", Layout::Text),
    (BaseType::IMAGE, "IMAGE", Layout::Bytes),
    (BaseType::HYPERLINK, "HYPERLINK", Layout::Text),
    (BaseType::IMAGELINK, "IMAGELINK", Layout::Text),
    (BaseType::PASSWORD, "PASSWORD", Layout::Text),
    (BaseType::HTML, "HTML", Layout::Text),
    (BaseType::TEXT, "TEXT", Layout::Text),
    (BaseType::TAGS, "TAGS", Layout::Text),
    (BaseType::SCHEDULE, "SCHEDULE", Layout::Unknown),
    (BaseType::VARIANT, "VARIANT", Layout::Variant),
    (BaseType::GUID, "GUID", Layout::Text),
    (BaseType::BLOB, "BLOB", Layout::Bytes),
    (BaseType::INTEGER, "INTEGER", Layout::Integer),
    (BaseType(50), "PROPERTYNAME", Layout::Text),
    (BaseType(51), "SERVICENAME", Layout::Text),
    (BaseType(52), "EVENTNAME", Layout::Text),
    (BaseType::THINGNAME, "THINGNAME", Layout::Text),
];

impl BaseType {
    /// No value at all.
    pub const NOTHING: Self = Self(0xFF);
    /// Text.
    pub const STRING: Self = Self(0);
    /// Floating-point number.
    pub const NUMBER: Self = Self(1);
    /// True or false.
    pub const BOOLEAN: Self = Self(2);
    /// Point in time.
    pub const DATETIME: Self = Self(3);
    /// Length of time; layout not known.
    pub const TIMESPAN: Self = Self(4);
    /// Table.
    pub const INFOTABLE: Self = Self(5);
    /// Place on Earth.
    pub const LOCATION: Self = Self(6);
    /// XML text.
    pub const XML: Self = Self(7);
    /// JSON text.
    pub const JSON: Self = Self(8);
    /// Query in JSON.
    pub const QUERY: Self = Self(9);
    /// Bytes of a picture.
    pub const IMAGE: Self = Self(10);
    /// Address.
    pub const HYPERLINK: Self = Self(11);
    /// Address of a picture.
    pub const IMAGELINK: Self = Self(12);
    /// Secret text; never shown by this program.
    pub const PASSWORD: Self = Self(13);
    /// HTML text.
    pub const HTML: Self = Self(14);
    /// Long text.
    pub const TEXT: Self = Self(15);
    /// List of tags.
    pub const TAGS: Self = Self(16);
    /// Times of a clock; layout not known.
    pub const SCHEDULE: Self = Self(17);
    /// A value that brings its own type.
    pub const VARIANT: Self = Self(18);
    /// Globally unique id as text.
    pub const GUID: Self = Self(20);
    /// Bytes.
    pub const BLOB: Self = Self(21);
    /// Whole number of 32 bits.
    pub const INTEGER: Self = Self(22);
    /// Name of a thing.
    pub const THINGNAME: Self = Self(100);

    /// Returns how a value of this type lies in the message.
    pub fn layout(self) -> Layout {
        match self.0 {
            // Names of further kinds of entities.
            101 | 102 | 104..=120 => Layout::Text,
            _ => self.row().map_or(Layout::Unknown, |(_, _, layout)| *layout),
        }
    }

    fn row(self) -> Option<&'static (Self, &'static str, Layout)> {
        TYPES.iter().find(|(base, _, _)| *base == self)
    }
}

impl fmt::Display for BaseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row() {
            Some((_, name, _)) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for BaseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_listed_once_and_names_are_texts() {
        let mut bytes: Vec<u8> = TYPES.iter().map(|(base, _, _)| base.0).collect();
        bytes.sort_unstable();
        bytes.dedup();
        assert_eq!(bytes.len(), TYPES.len());
        let texts = (0..=u8::MAX).filter(|byte| BaseType(*byte).layout() == Layout::Text).count();
        assert_eq!(texts, 11 + 3 + 1 + 19);
        assert_eq!(BaseType(103).layout(), Layout::Unknown);
    }
}
