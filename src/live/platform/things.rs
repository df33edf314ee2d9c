//! What the test platform knows about things: their last values, and its answers to what their devices ask.
//!
//! Enough for an agent to feel at home, and no more: a property has the value that was pushed or written last,
//! every property that was ever pushed is subscribed to, and a service that a real platform would have
//! been programmed with is answered *not found*.

use crate::live::metadata::metadata;
use crate::wire::{BaseType, InfoTable, Method, Part, Request, Response, Status, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Properties that one thing may have; a device that makes up names without end must not fill the memory.
pub const MOST_PROPERTIES: usize = 1_000;

/// Things that may have values, for the same reason.
pub const MOST_THINGS: usize = 100_000;

/// Which things exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Any thing that a device binds.
    #[default]
    Any,
    /// Only these.
    Only(BTreeSet<String>),
}

impl Known {
    /// Returns whether a thing exists.
    pub fn has(&self, thing: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(names) => names.contains(thing),
        }
    }
}

/// Values of one thing by property.
type Values = BTreeMap<String, Value>;

/// All things with their values.
#[derive(Debug, Default)]
pub struct Things {
    known: Known,
    values: BTreeMap<String, Values>,
}

/// What a request did beside being answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Property values that were stored.
    pub values: u64,
    /// Events that were taken.
    pub events: u64,
}

impl Things {
    /// Returns things without values.
    pub fn new(known: Known) -> Self {
        Self { known, values: BTreeMap::new() }
    }

    /// Returns whether a thing exists.
    pub fn has(&self, thing: &str) -> bool {
        self.known.has(thing)
    }

    /// Returns the value of a property, if it ever had one.
    pub fn value(&self, thing: &str, property: &str) -> Option<&Value> {
        self.values.get(thing)?.get(property)
    }

    /// Answers a request of a device.
    pub fn answer(&mut self, request: &Request) -> (Response, Done) {
        let nothing = Done::default();
        if !self.has(&request.entity) {
            return (Response::new(Status::NOT_FOUND), nothing);
        }
        match (request.method, request.part) {
            (Method::Put, Part::Property) => self.write(request),
            (Method::Get, Part::Property) => (self.read(request), nothing),
            (Method::Post, Part::Event) => (Response::new(Status::SUCCESS), Done { events: 1, ..nothing }),
            (Method::Post, Part::Service) => match request.name.as_str() {
                "UpdateSubscribedPropertyValues" => self.update(request),
                "GetPropertySubscriptions" => (self.subscriptions(&request.entity), nothing),
                "GetMetadata" => {
                    let values = self.values.get(&request.entity).into_iter().flatten();
                    (metadata(values.map(|(name, value)| (name.as_str(), value))), nothing)
                }
                _ => (Response::new(Status::NOT_FOUND), nothing),
            },
            _ => (Response::new(Status::METHOD_NOT_ALLOWED), nothing),
        }
    }

    fn write(&mut self, request: &Request) -> (Response, Done) {
        let value = request.content.as_ref().and_then(|table| table.rows.first()?.first());
        let Some(value) = value else { return (Response::new(Status::BAD_REQUEST), Done::default()) };
        match self.store(&request.entity, &request.name, value.clone()) {
            Ok(()) => (Response::new(Status::SUCCESS), Done { values: 1, ..Done::default() }),
            Err(full) => (full, Done::default()),
        }
    }

    fn read(&self, request: &Request) -> Response {
        match self.value(&request.entity, &request.name) {
            Some(value) => Response::result(InfoTable::single(request.name.as_str(), value.clone())),
            None => Response::new(Status::NOT_FOUND),
        }
    }

    /// Stores what a device pushes: rows of name and value.
    fn update(&mut self, request: &Request) -> (Response, Done) {
        let mut done = Done::default();
        let table = request.content.as_ref().and_then(|table| table.get(0, "values"));
        let Some(Value::Table(table)) = table.map(Value::inner) else {
            return (Response::new(Status::BAD_REQUEST), done);
        };
        for row in 0..table.rows.len() {
            let name = table.get(row, "name").and_then(Value::text);
            let (Some(name), Some(value)) = (name, table.get(row, "value")) else {
                return (Response::new(Status::BAD_REQUEST), done);
            };
            if let Err(full) = self.store(&request.entity, name, value.inner().clone()) {
                return (full, done);
            }
            done.values += 1;
        }
        (Response::new(Status::SUCCESS), done)
    }

    fn store(&mut self, thing: &str, property: &str, value: Value) -> Result<(), Response> {
        if self.values.len() >= MOST_THINGS && !self.values.contains_key(thing) {
            let reason = format!("At most {MOST_THINGS} things of the test platform have values.");
            return Err(Response::refused(Status::PRECONDITION_FAILED, reason));
        }
        let values = self.values.entry(thing.to_owned()).or_default();
        if values.len() >= MOST_PROPERTIES && !values.contains_key(property) {
            let reason = format!("A thing of the test platform has at most {MOST_PROPERTIES} properties.");
            return Err(Response::refused(Status::PRECONDITION_FAILED, reason));
        }
        values.insert(property.to_owned(), value);
        Ok(())
    }

    fn subscriptions(&self, thing: &str) -> Response {
        let mut table = InfoTable::new([
            ("edgeName", BaseType::STRING),
            ("pushType", BaseType::STRING),
            ("pushThreshold", BaseType::NUMBER),
        ]);
        let names = self.values.get(thing).into_iter().flat_map(BTreeMap::keys);
        table.rows = names
            .map(|name| vec![Value::string(name.as_str()), Value::string("ALWAYS"), Value::Number(0.0)])
            .collect();
        Response::result(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(values: &[(&str, Value)]) -> Request {
        let mut inner = InfoTable::new([("name", BaseType::STRING), ("value", BaseType::VARIANT)]);
        inner.rows =
            values.iter().map(|(name, value)| vec![Value::string(*name), value.clone().variant()]).collect();
        let table = InfoTable::single("values", Value::Table(Box::new(inner)));
        Request::service("pump", "UpdateSubscribedPropertyValues", Some(table))
    }

    fn get(property: &str) -> Request {
        Request::new(Method::Get, "pump", Part::Property, property, None)
    }

    #[test]
    fn pushed_and_written_values_are_read_back_and_subscribed_to() {
        let mut things = Things::new(Known::Any);
        let pushed = push(&[("Temperature", Value::Number(20.6)), ("Counter", Value::Integer(1))]);
        let (response, done) = things.answer(&pushed);
        assert!(response.status.is_success());
        assert_eq!(done.values, 2);
        let put = Request {
            method: Method::Put,
            content: Some(InfoTable::single("Counter", Value::Integer(2))),
            ..get("Counter")
        };
        assert_eq!(things.answer(&put).1.values, 1);
        let (response, _) = things.answer(&get("Counter"));
        assert_eq!(response.content.table().and_then(|t| t.get(0, "Counter")), Some(&Value::Integer(2)));
        let (response, _) = things.answer(&Request::service("pump", "GetPropertySubscriptions", None));
        let table = response.content.table().expect("a table");
        assert_eq!(table.get(1, "edgeName").and_then(Value::text), Some("Temperature"));
        assert_eq!(table.get(1, "pushType").and_then(Value::text), Some("ALWAYS"));
        let (response, _) = things.answer(&Request::service("pump", "GetMetadata", None));
        let text = response.content.table().and_then(|t| t.get(0, "result")?.text().map(str::to_owned));
        assert!(text.expect("text").contains("\"baseType\":\"INTEGER\""));
    }

    #[test]
    fn what_does_not_exist_is_not_found_and_what_cannot_be_read_is_refused() {
        let mut things = Things::new(Known::Only(BTreeSet::from(["pump".to_owned()])));
        let status = |things: &mut Things, request: &Request| things.answer(request).0.status;
        assert_eq!(status(&mut things, &get("Nothing")), Status::NOT_FOUND);
        assert_eq!(status(&mut things, &Request::service("pump", "Explode", None)), Status::NOT_FOUND);
        assert_eq!(status(&mut things, &Request { entity: "valve".into(), ..push(&[]) }), Status::NOT_FOUND);
        assert_eq!(status(&mut things, &Request { content: None, ..push(&[]) }), Status::BAD_REQUEST);
        assert_eq!(
            status(&mut things, &Request { method: Method::Delete, ..get("a") }),
            Status::METHOD_NOT_ALLOWED
        );
    }

    #[test]
    fn a_device_cannot_fill_the_memory_with_names() {
        let mut things = Things::new(Known::Any);
        for number in 0..MOST_PROPERTIES {
            assert!(
                things.answer(&push(&[(&format!("p{number}"), Value::Integer(1))])).0.status.is_success()
            );
        }
        let (response, done) = things.answer(&push(&[("p0", Value::Integer(2)), ("new", Value::Integer(1))]));
        assert_eq!((response.status, done.values), (Status::PRECONDITION_FAILED, 1));
    }
}
