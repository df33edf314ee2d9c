//! What a store keeps: values, or messages, and the messages that bring them to the platform.

use super::record::Kind;
use crate::fleet::Flush;
use crate::wire::split::frames;
use crate::wire::{
    BaseType, Body, EncodeError, FRAME, HEADER, Ids, InfoTable, Limits, Message, Method, Part, Request, Value,
};
use std::collections::BTreeMap;

/// Most bytes of values in one message: below the limit of receivers, with the headers of its frames.
const MOST_IN_ONE: usize = 1_000_000;

const NO_IDS: Ids = Ids { request: 0, endpoint: 0, session: 0 };

/// A value that is pushed.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    /// The thing.
    pub thing: String,
    /// The property.
    pub property: String,
    /// The value.
    pub value: Value,
    /// When it was measured [ms since 1970, UTC].
    pub time_ms: i64,
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A value of a property.
    Value(Push),
    /// A message.
    Message {
        /// The message.
        request: Request,
        /// Number of values or events in it.
        count: usize,
    },
}

/// A message that sends entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The message.
    pub request: Request,
    /// Number of values or events in it.
    pub count: usize,
    /// The entries that its answer removes.
    pub numbers: Vec<u64>,
}

impl Entry {
    /// Returns the number of values or events.
    pub fn count(&self) -> usize {
        match self {
            Self::Value(_) => 1,
            Self::Message { count, .. } => *count,
        }
    }

    /// Returns the values in it.
    pub(super) fn pushes(&self) -> Vec<Push> {
        let request = match self {
            Self::Value(push) => return vec![push.clone()],
            Self::Message { request, .. } => request,
        };
        let table = request.content.as_ref().and_then(|table| table.get(0, "values"));
        let Some(Value::Table(table)) = table.map(Value::inner) else { return Vec::new() };
        let push = |row: usize| {
            let Some(Value::Datetime(time_ms)) = table.get(row, "time") else { return None };
            Some(Push {
                thing: request.entity.clone(),
                property: table.get(row, "name")?.text()?.to_owned(),
                value: table.get(row, "value")?.inner().clone(),
                time_ms: *time_ms,
            })
        };
        (0..table.rows.len()).filter_map(push).collect()
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Value(_) => Kind::Value,
            Self::Message { .. } => Kind::Message,
        }
    }

    /// Returns why no message can carry it, where none can.
    pub(super) fn unsendable(&self) -> Option<String> {
        let request = match self {
            Self::Value(push) => update(push.thing.clone(), std::slice::from_ref(push)),
            Self::Message { request, .. } => request.clone(),
        };
        let what = format!("{} of {}", request.name, request.entity);
        let message = Message::new(NO_IDS, Body::Request(request));
        let error = frames(&message, FRAME, &Limits::default()).err()?;
        Some(format!("{what}: {error}"))
    }

    /// Returns it as bytes: in the form of the protocol, which is short and has a reader that trusts nobody.
    pub(super) fn payload(&self) -> Result<Vec<u8>, EncodeError> {
        let (request, count) = match self {
            Self::Message { request, count } => (request.clone(), *count),
            Self::Value(Push { thing, property, value, time_ms }) => {
                let rows = vec![vec![value.clone(), Value::Datetime(*time_ms)]];
                let table = InfoTable { fields: Vec::new(), rows };
                let put =
                    Request::new(Method::Put, thing.as_str(), Part::Property, property.as_str(), Some(table));
                (put, 1)
            }
        };
        let mut bytes = Vec::new();
        let ids = Ids { request: u32::try_from(count).unwrap_or(u32::MAX), ..NO_IDS };
        Message::new(ids, Body::Request(request)).encode(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads it; `None` where the bytes are none.
    pub(super) fn read(kind: Kind, payload: &[u8]) -> Option<Self> {
        let limits = Limits { message: super::record::LONGEST, ..Limits::default() };
        let message = Message::decode(payload, &limits).ok()?;
        let Body::Request(request) = message.body else { return None };
        match kind {
            Kind::Message => Some(Self::Message { request, count: message.ids.request as usize }),
            Kind::Value => {
                let row = request.content?.rows.into_iter().next()?;
                let mut row = row.into_iter();
                let (Some(value), Some(Value::Datetime(time_ms))) = (row.next(), row.next()) else {
                    return None;
                };
                Some(Self::Value(Push { thing: request.entity, property: request.name, value, time_ms }))
            }
            Kind::Removed => None,
        }
    }
}

/// Returns the bytes that the limit counts: of a message all of it, of a value what the C SDK keeps, which is no header.
pub(super) fn size(kind: Kind, payload: &[u8]) -> u64 {
    let header = if kind == Kind::Value { HEADER } else { 0 };
    payload.len().saturating_sub(header) as u64
}

/// Returns the message that pushes values of a thing.
pub fn update(thing: String, pushes: &[Push]) -> Request {
    let mut table = InfoTable::new([
        ("name", BaseType::STRING),
        ("value", BaseType::VARIANT),
        ("time", BaseType::DATETIME),
        ("quality", BaseType::STRING),
    ]);
    let row = |push: &Push| {
        vec![
            Value::string(push.property.as_str()),
            push.value.clone().variant(),
            Value::Datetime(push.time_ms),
            Value::string("GOOD"),
        ]
    };
    table.rows = pushes.iter().map(row).collect();
    let values = InfoTable::single("values", Value::Table(Box::new(table)));
    Request::service(thing, "UpdateSubscribedPropertyValues", Some(values))
}

/// Returns the messages that send entries: each message for itself, and the values of a thing in one, or in as few as
/// their size allows.
pub(super) fn batches<'a>(flush: Flush, entries: impl Iterator<Item = (u64, &'a Entry)>) -> Vec<Batch> {
    let mut messages = Vec::new();
    let mut things: BTreeMap<&str, Vec<Values>> = BTreeMap::new();
    for (number, entry) in entries {
        match entry {
            Entry::Message { request, count } => {
                messages.push(Batch { request: request.clone(), count: *count, numbers: vec![number] });
            }
            Entry::Value(push) if flush == Flush::BeforeBind => {
                let request = update(push.thing.clone(), std::slice::from_ref(push));
                messages.push(Batch { request, count: 1, numbers: vec![number] });
            }
            Entry::Value(push) => {
                // Name, length and the marks of a row, at most.
                let size = entry.payload().map_or(0, |payload| payload.len()) + 32;
                let updates = things.entry(&push.thing).or_default();
                let last = updates.last_mut().filter(|update| update.bytes + size <= MOST_IN_ONE);
                if let Some(update) = last {
                    update.takes(number, push, size);
                } else {
                    let mut update = Values::default();
                    update.takes(number, push, size);
                    updates.push(update);
                }
            }
        }
    }
    for (thing, updates) in things {
        messages.extend(updates.into_iter().map(|Values { numbers, pushes, .. }| Batch {
            request: update(thing.to_owned(), &pushes),
            count: pushes.len(),
            numbers,
        }));
    }
    messages
}

/// Values of one thing that go into one message.
#[derive(Default)]
struct Values {
    numbers: Vec<u64>,
    pushes: Vec<Push>,
    bytes: usize,
}

impl Values {
    fn takes(&mut self, number: u64, push: &Push, size: usize) {
        self.numbers.push(number);
        self.pushes.push(push.clone());
        self.bytes += size;
    }
}
