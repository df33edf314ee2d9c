//! Reads, writes, service calls and events.
//!
//! ```text
//! entity kind u8 (0x0A thing)  entity  part u8 (1 property, 2 service, 3 event)  name
//! header count u8 (0)          0x05 table | 0xFF
//! ```
//!
//! | meaning | method | part | content |
//! |---|---|---|---|
//! | direct write | PUT | property | one field with the property's name |
//! | read | GET | property | none; the answer has one field |
//! | push of values | POST | service `UpdateSubscribedPropertyValues` | field `values`, a table |
//! | event | POST | event | the event's fields |
//! | service call | POST | service | its parameters or none; the answer has the field `result` |
//!
//! Measured with the C SDK client. Its parser of request headers is broken (read from its source), so we send none.

use super::{put_table, table};
use crate::wire::LONGEST_SAFE_NAME;
use crate::wire::bytes::{LONG, Reader, put_text};
use crate::wire::code::{EntityKind, Method, Part};
use crate::wire::error::{DecodeError, EncodeError, Fault};
use crate::wire::infotable::InfoTable;

/// A request for a part of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Get, put, post or delete.
    pub method: Method,
    /// Kind of the entity, nearly always a thing.
    pub kind: EntityKind,
    /// Name of the entity.
    pub entity: String,
    /// Property, service or event.
    pub part: Part,
    /// Name of the property, service or event.
    pub name: String,
    /// Parameters, values or fields.
    pub content: Option<InfoTable>,
}

/// The content of a response, of which some have none at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// The message ends before the content.
    Missing,
    /// The content is said to be empty.
    #[default]
    Nothing,
    /// A table.
    Table(InfoTable),
}

impl Content {
    /// Returns the table, where there is one.
    pub const fn table(&self) -> Option<&InfoTable> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }
}

impl Request {
    /// Returns a request for a part of a thing.
    pub fn new(
        method: Method,
        thing: impl Into<String>,
        part: Part,
        name: impl Into<String>,
        content: Option<InfoTable>,
    ) -> Self {
        Self { method, kind: EntityKind::THING, entity: thing.into(), part, name: name.into(), content }
    }

    /// Returns the call of a service.
    pub fn service(thing: impl Into<String>, name: impl Into<String>, parameters: Option<InfoTable>) -> Self {
        Self::new(Method::Post, thing, Part::Service, name, parameters)
    }

    /// Returns the first name that C SDK agents would count wrongly, see [`LONGEST_SAFE_NAME`].
    pub fn unsafe_name(&self) -> Option<&str> {
        [&self.entity, &self.name].into_iter().find(|name| name.len() > LONGEST_SAFE_NAME).map(String::as_str)
    }

    /// Returns the length of kind and name of the entity on the wire [bytes].
    pub(super) fn entity_bytes(&self) -> usize {
        1 + if self.entity.len() < LONG { 1 } else { 4 } + self.entity.len()
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.push(self.kind.0);
        put_text(out, &self.entity)?;
        out.push(self.part.byte());
        put_text(out, &self.name)?;
        out.push(0);
        put_table(out, self.content.as_ref())
    }

    pub(super) fn decode(method: Method, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let kind = EntityKind(reader.u8("kind of the entity")?);
        let entity = reader.string("name of the entity")?;
        let byte = reader.u8("part of the entity")?;
        let Some(part) = Part::new(byte) else {
            let fault = Fault::Marked { found: byte, expected: "1 (property), 2 (service) and 3 (event)" };
            return reader.fault_before("part of the entity", fault);
        };
        let name = reader.string("name of the part")?;
        let headers = reader.u8("count of headers")?;
        if headers != 0 {
            return reader.fault_before("count of headers", Fault::Headers(headers));
        }
        Ok(Self { method, kind, entity, part, name, content: table(reader, "content of the request")? })
    }
}
