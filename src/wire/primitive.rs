//! Values: one byte that says the type, then the value in the layout of that type.
//!
//! ```text
//! layout     types                                             bytes behind the type
//! nothing    NOTHING (0xFF)                                    none
//! text       STRING, XML, JSON, QUERY, HYPERLINK, …NAME, …     length in 1 or 4 bytes, UTF-8
//! number     NUMBER                                            8, IEEE 754 double
//! boolean    BOOLEAN                                           1, zero is false
//! datetime   DATETIME                                          8, signed [ms since 1970 UTC]
//! table      INFOTABLE                                         fields and rows, see `infotable`
//! location   LOCATION                                          3 × 8: longitude, latitude [°], elevation [m]
//! bytes      IMAGE, BLOB                                       length in 4 bytes without a flag, bytes
//! variant    VARIANT                                           another type and its value
//! integer    INTEGER                                           4, signed
//! ```
//!
//! STRING, NUMBER, DATETIME, INFOTABLE, VARIANT, INTEGER and JSON are measured with the C SDK client, the other
//! layouts are read from its source. TIMESPAN and SCHEDULE are not implemented there, so their layout is
//! unknown: they may stand as the type of a field, and a value of theirs is refused.

use super::base_type::{BaseType, Layout};
use super::bytes::{Reader, put_text};
use super::error::{DecodeError, EncodeError, Fault};
use super::infotable::InfoTable;
use std::fmt;

/// One value.
///
/// Texts and bytes carry their type, because many types share one layout.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// No value.
    Nothing,
    /// A text of any of the types with [`Layout::Text`].
    Text(BaseType, String),
    /// NUMBER
    Number(f64),
    /// BOOLEAN; every byte but zero is true.
    Boolean(bool),
    /// DATETIME [ms since 1970 UTC]
    Datetime(i64),
    /// INFOTABLE
    Table(Box<InfoTable>),
    /// LOCATION: longitude [°], latitude [°], elevation [m].
    Location(f64, f64, f64),
    /// IMAGE or BLOB.
    Bytes(BaseType, Vec<u8>),
    /// VARIANT
    Variant(Box<Value>),
    /// INTEGER
    Integer(i32),
}

impl Value {
    /// Returns a STRING.
    pub fn string(text: impl Into<String>) -> Self {
        Self::Text(BaseType::STRING, text.into())
    }

    /// Returns JSON text.
    pub fn json(text: impl Into<String>) -> Self {
        Self::Text(BaseType::JSON, text.into())
    }

    /// Returns this value as a VARIANT, as property pushes carry it.
    #[must_use]
    pub fn variant(self) -> Self {
        Self::Variant(Box::new(self))
    }

    /// Returns the type on the wire.
    pub fn base_type(&self) -> BaseType {
        match self {
            Self::Nothing => BaseType::NOTHING,
            Self::Text(base, _) | Self::Bytes(base, _) => *base,
            Self::Number(_) => BaseType::NUMBER,
            Self::Boolean(_) => BaseType::BOOLEAN,
            Self::Datetime(_) => BaseType::DATETIME,
            Self::Table(_) => BaseType::INFOTABLE,
            Self::Location(..) => BaseType::LOCATION,
            Self::Variant(_) => BaseType::VARIANT,
            Self::Integer(_) => BaseType::INTEGER,
        }
    }

    /// Returns the text of any text type.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(_, text) = self.inner() { Some(text) } else { None }
    }

    /// Returns the number of a NUMBER or INTEGER.
    pub fn number(&self) -> Option<f64> {
        match self.inner() {
            Self::Number(number) => Some(*number),
            Self::Integer(number) => Some(f64::from(*number)),
            _ => None,
        }
    }

    /// Returns the value inside of a VARIANT, or the value itself.
    pub fn inner(&self) -> &Self {
        let mut value = self;
        while let Self::Variant(inside) = value {
            value = inside;
        }
        value
    }

    /// Appends type and value.
    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let base = self.base_type();
        out.push(base.0);
        match self {
            Self::Nothing => {}
            Self::Text(_, text) => {
                fits(base, Layout::Text, "text")?;
                put_text(out, text)?;
            }
            Self::Number(number) => out.extend(number.to_be_bytes()),
            Self::Boolean(truth) => out.push(u8::from(*truth)),
            Self::Datetime(ms) => out.extend(ms.to_be_bytes()),
            Self::Table(table) => table.encode(out)?,
            Self::Location(longitude, latitude, elevation) => {
                out.extend([longitude, latitude, elevation].iter().flat_map(|number| number.to_be_bytes()));
            }
            Self::Bytes(_, bytes) => {
                fits(base, Layout::Bytes, "bytes")?;
                let (count, most) = (bytes.len(), u32::MAX as usize);
                let length = u32::try_from(count).map_err(|_| EncodeError::TooMany {
                    what: "bytes of a value",
                    count,
                    most,
                })?;
                out.extend(length.to_be_bytes());
                out.extend(bytes);
            }
            Self::Variant(inside) => inside.encode(out)?,
            Self::Integer(number) => out.extend(number.to_be_bytes()),
        }
        Ok(())
    }

    /// Reads type and value.
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let base = BaseType(reader.u8("type of a value")?);
        Ok(match base.layout() {
            Layout::Nothing => Self::Nothing,
            Layout::Text => Self::Text(base, reader.string("text value")?),
            Layout::Number => Self::Number(f64::from_bits(reader.u64("NUMBER")?)),
            Layout::Boolean => Self::Boolean(reader.u8("BOOLEAN")? != 0),
            Layout::Datetime => Self::Datetime(reader.u64("DATETIME")?.cast_signed()),
            Layout::Table => {
                reader.pay(size_of::<InfoTable>(), "INFOTABLE")?;
                Self::Table(Box::new(reader.nested("INFOTABLE", InfoTable::decode)?))
            }
            Layout::Location => {
                let mut number = || reader.u64("LOCATION").map(f64::from_bits);
                Self::Location(number()?, number()?, number()?)
            }
            Layout::Bytes => {
                let length = reader.u32("length of bytes")? as usize;
                let bytes = reader.take(length, "bytes")?;
                Self::Bytes(base, reader.copy(bytes, "bytes")?)
            }
            Layout::Variant => {
                reader.pay(size_of::<Self>(), "VARIANT")?;
                Self::Variant(Box::new(reader.nested("VARIANT", Self::decode)?))
            }
            Layout::Integer => Self::Integer(reader.u32("INTEGER")?.cast_signed()),
            Layout::Unknown => return reader.fault_before("type of a value", Fault::Type(base)),
        })
    }
}

fn fits(declared: BaseType, layout: Layout, held: &'static str) -> Result<(), EncodeError> {
    if declared.layout() == layout { Ok(()) } else { Err(EncodeError::Type { held, declared }) }
}

impl fmt::Debug for Value {
    /// Writes the value as a log shows it; a PASSWORD stays hidden.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(BaseType::PASSWORD, _) => f.write_str("PASSWORD(hidden)"),
            Self::Text(BaseType::STRING, text) => fmt::Debug::fmt(text, f),
            Self::Text(base, text) => write!(f, "{base}({text:?})"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Datetime(ms) => write!(f, "DATETIME({ms} ms)"),
            Self::Table(table) => fmt::Debug::fmt(table, f),
            Self::Location(longitude, latitude, elevation) => {
                write!(f, "LOCATION({longitude}°, {latitude}°, {elevation} m)")
            }
            Self::Bytes(base, bytes) => write!(f, "{base}({} bytes)", bytes.len()),
            Self::Variant(inside) => write!(f, "VARIANT({inside:?})"),
            Self::Integer(number) => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Limits;

    #[test]
    fn a_value_takes_no_more_than_its_text() {
        assert!(size_of::<Value>() <= 32, "{} bytes", size_of::<Value>());
    }

    #[test]
    fn values_without_a_layout_are_refused_by_name() {
        for (byte, name) in [(4, "TIMESPAN"), (17, "SCHEDULE"), (19, "19"), (103, "103")] {
            let error = Value::decode(&mut Reader::new(&[byte, 0, 0], 40, &Limits::default())).unwrap_err();
            assert_eq!((error.at, &error.fault), (40, &Fault::Type(BaseType(byte))));
            assert!(error.to_string().contains(&format!("layout of type {name} ")), "{error}");
        }
    }

    #[test]
    fn a_text_of_a_wrong_type_is_not_sent() {
        let wrong = Value::Text(BaseType::NUMBER, "1".into()).encode(&mut Vec::new());
        assert_eq!(wrong, Err(EncodeError::Type { held: "text", declared: BaseType::NUMBER }));
        let wrong = Value::Bytes(BaseType::STRING, vec![]).encode(&mut Vec::new());
        assert_eq!(wrong, Err(EncodeError::Type { held: "bytes", declared: BaseType::STRING }));
    }

    #[test]
    fn logs_hide_passwords() {
        let secret = Value::Text(BaseType::PASSWORD, "open sesame".into()).variant();
        assert_eq!(format!("{secret:?}"), "VARIANT(PASSWORD(hidden))");
    }
}
