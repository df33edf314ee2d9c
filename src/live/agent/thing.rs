//! What a live agent knows of its things: the values it has, and its answers to what the platform asks.

use crate::wire::{BaseType, InfoTable, Method, Part, Request, Response, Status, Value};
use std::collections::BTreeMap;

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

/// Returns the value that a text stands for: a number, `true` or `false`, or the text itself.
pub fn value_of(text: &str) -> Value {
    match text {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => crate::base::units::parse_number(text).map_or_else(|| Value::string(text), Value::Number),
    }
}

/// The things of an agent.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    names: Vec<String>,
    values: BTreeMap<(String, String), Value>,
}

impl Thing {
    /// Returns things without values.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, values: BTreeMap::new() }
    }

    /// Answers a request of the platform: properties are read and written, a notice that subscriptions have changed is
    /// taken, and there are no services.
    pub fn answer(&mut self, request: &Request) -> Response {
        if !self.names.contains(&request.entity) {
            return Response::new(Status::NOT_FOUND);
        }
        let key = (request.entity.clone(), request.name.clone());
        match (request.method, request.part) {
            (Method::Get, Part::Property) => match self.values.get(&key) {
                Some(value) => Response::result(InfoTable::single(request.name.as_str(), value.clone())),
                None => Response::new(Status::NOT_FOUND),
            },
            (Method::Put, Part::Property) => {
                let value = request.content.as_ref().and_then(|table| table.rows.first()?.first());
                let Some(value) = value else { return Response::new(Status::BAD_REQUEST) };
                // A platform writes only what the device has offered.
                let Some(known) = self.values.get_mut(&key) else { return Response::new(Status::NOT_FOUND) };
                known.clone_from(value);
                Response::new(Status::SUCCESS)
            }
            (Method::Post, Part::Service) if request.name == "NotifyPropertyUpdate" => {
                Response::new(Status::SUCCESS)
            }
            (Method::Post, Part::Service) => Response::new(Status::NOT_FOUND),
            _ => Response::new(Status::METHOD_NOT_ALLOWED),
        }
    }

    /// Remembers values and returns the messages that push them: one per thing, as the C SDK does.
    pub fn push(&mut self, pushes: Vec<Push>) -> Vec<(Request, usize)> {
        let mut things: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
        for Push { thing, property, value, time_ms } in pushes {
            self.values.insert((thing.clone(), property.clone()), value.clone());
            things.entry(thing).or_default().push(vec![
                Value::string(property),
                value.variant(),
                Value::Datetime(time_ms),
                Value::string("GOOD"),
            ]);
        }
        let messages = things.into_iter().map(|(thing, rows)| {
            let mut table = InfoTable::new([
                ("name", BaseType::STRING),
                ("value", BaseType::VARIANT),
                ("time", BaseType::DATETIME),
                ("quality", BaseType::STRING),
            ]);
            let count = rows.len();
            table.rows = rows;
            let values = InfoTable::single("values", Value::Table(Box::new(table)));
            (Request::service(thing, "UpdateSubscribedPropertyValues", Some(values)), count)
        });
        messages.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_truths_or_texts() {
        assert_eq!(value_of("2.5"), Value::Number(2.5));
        assert_eq!(value_of("true"), Value::Boolean(true));
        assert_eq!(value_of("1e3"), Value::string("1e3"));
    }

    #[test]
    fn values_are_pushed_per_thing_read_and_written() {
        let mut thing = Thing::new(vec!["pump".into(), "valve".into()]);
        let push = |thing: &str, property: &str, number| Push {
            thing: thing.into(),
            property: property.into(),
            value: Value::Number(number),
            time_ms: 1,
        };
        let messages =
            thing.push(vec![push("valve", "open", 1.0), push("pump", "p", 2.0), push("pump", "q", 3.0)]);
        let told: Vec<_> =
            messages.iter().map(|(request, count)| (request.entity.as_str(), *count)).collect();
        assert_eq!(told, [("pump", 2), ("valve", 1)]);
        let get = Request::new(Method::Get, "pump", Part::Property, "p", None);
        let value =
            |response: &Response| response.content.table().and_then(|table| table.get(0, "p").cloned());
        assert_eq!(value(&thing.answer(&get)), Some(Value::Number(2.0)));
        let put = |name: &str| {
            let table = InfoTable::single(name, Value::Number(9.0));
            Request::new(Method::Put, "pump", Part::Property, name, Some(table))
        };
        assert_eq!(thing.answer(&put("p")).status, Status::SUCCESS);
        assert_eq!(value(&thing.answer(&get)), Some(Value::Number(9.0)));
        assert_eq!(thing.answer(&put("unknown")).status, Status::NOT_FOUND);
        assert_eq!(thing.answer(&Request::service("pump", "Explode", None)).status, Status::NOT_FOUND);
        assert_eq!(
            thing.answer(&Request::service("pump", "NotifyPropertyUpdate", None)).status,
            Status::SUCCESS
        );
        assert_eq!(
            thing.answer(&Request::service("other", "NotifyPropertyUpdate", None)).status,
            Status::NOT_FOUND
        );
    }
}
