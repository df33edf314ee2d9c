//! What a live agent knows of its things: the values it has, and its answers to what the platform asks.

mod files;

use super::Push;
use crate::live::metadata::metadata;
use crate::wire::{InfoTable, Method, Part, Request, Response, Status, Value};
use files::Files;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Returns the value that a text stands for: a number, `true` or `false`, or the text itself.
pub fn value_of(text: &str) -> Value {
    match text {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => crate::base::units::parse_number(text).map_or_else(|| Value::string(text), Value::Number),
    }
}

/// A name and its value: a field of an event or a parameter of a service.
pub type Named = (String, Value);

/// Reads `NAME=VALUE,NAME=VALUE`, each value as [`value_of`] does; of an empty text nothing.
///
/// # Errors
/// The part that has no name or no value.
pub fn named_values(text: &str) -> Result<Vec<Named>, String> {
    let parts = text.split(',').map(str::trim).filter(|_| !text.trim().is_empty());
    let read = |part: &str| match part.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value_of(value.trim())))
        }
        _ => Err(part.to_owned()),
    };
    parts.map(read).collect()
}

/// The things of an agent.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    names: Vec<String>,
    values: BTreeMap<(String, String), Value>,
    /// Shared with the thread that waits for the disk.
    files: Option<Arc<Mutex<Files>>>,
    /// A restart was asked for.
    restart: bool,
}

impl Thing {
    /// Returns things without values.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, ..Self::default() }
    }

    /// Returns the same things with file services into a folder of this machine.
    #[must_use]
    pub fn serving(self, folder: PathBuf) -> Self {
        Self { files: Some(Arc::new(Mutex::new(Files::new(folder)))), ..self }
    }

    /// Returns whether a restart was asked for.
    pub(in crate::live::agent) fn restarts(&self) -> bool {
        self.restart
    }

    /// Returns the same, and forgets it.
    pub(in crate::live::agent) fn takes_restart(&mut self) -> bool {
        std::mem::take(&mut self.restart)
    }

    /// Answers a request of the platform as [`Self::answer`] does, and services of files where a folder is served. Those
    /// wait for the disk on a thread of their own.
    pub(in crate::live::agent) async fn answers(&mut self, request: &Request) -> Response {
        let asks_service = request.method == Method::Post && request.part == Part::Service;
        let files = self.files.as_ref().filter(|_| asks_service && self.names.contains(&request.entity));
        let Some(files) = files.map(Arc::clone) else { return self.answer(request) };
        let asked = request.clone();
        // A folder whose thread has panicked is as sound as its disk.
        let works = move || files.lock().unwrap_or_else(PoisonError::into_inner).answer(&asked);
        match tokio::task::spawn_blocking(works).await {
            Ok(Some(response)) => {
                self.restart |= request.name == "Restart" && response.status.is_success();
                response
            }
            Ok(None) => self.answer(request),
            Err(_) => Response::new(Status::INTERNAL_SERVER_ERROR),
        }
    }

    /// Answers a request of the platform: properties are read and written, a notice that subscriptions have changed is
    /// taken, what the thing consists of is told, and there are no other services.
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
            (Method::Post, Part::Service) if request.name == "GetMetadata" => {
                let own = self.values.iter().filter(|((thing, _), _)| *thing == request.entity);
                metadata(own.map(|((_, name), value)| (name.as_str(), value)))
            }
            (Method::Post, Part::Service) => Response::new(Status::NOT_FOUND),
            _ => Response::new(Status::METHOD_NOT_ALLOWED),
        }
    }

    /// Remembers values and returns them by thing: one message each, as the C SDK does.
    pub fn push(&mut self, pushes: Vec<Push>) -> BTreeMap<String, Vec<Push>> {
        let mut things: BTreeMap<String, Vec<Push>> = BTreeMap::new();
        for push in pushes {
            self.values.insert((push.thing.clone(), push.property.clone()), push.value.clone());
            things.entry(push.thing.clone()).or_default().push(push);
        }
        things
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
    fn fields_have_names_and_values() {
        let read = named_values("level=3, text = hot ,on=true");
        let number = ("level".to_owned(), Value::Number(3.0));
        let others = [("text".to_owned(), Value::string("hot")), ("on".to_owned(), Value::Boolean(true))];
        assert_eq!(read, Ok([number].into_iter().chain(others).collect()));
        assert_eq!(named_values(" "), Ok(Vec::new()));
        for (wrong, part) in [("level", "level"), ("a=1,=2", "=2"), ("a=1,,b=2", "")] {
            assert_eq!(named_values(wrong), Err(part.to_owned()), "{wrong}");
        }
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
        let things =
            thing.push(vec![push("valve", "open", 1.0), push("pump", "p", 2.0), push("pump", "q", 3.0)]);
        let told: Vec<_> = things.iter().map(|(thing, pushes)| (thing.as_str(), pushes.len())).collect();
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
        let told = thing.answer(&Request::service("pump", "GetMetadata", None));
        let text = told.content.table().and_then(|table| table.get(0, "result")?.text().map(str::to_owned));
        let json: serde_json::Value = serde_json::from_str(&text.expect("a text")).expect("JSON");
        let own = json["propertyDefinitions"].as_object().expect("properties");
        assert_eq!(own.keys().collect::<Vec<_>>(), ["p", "q"]);
        assert_eq!(own["p"]["baseType"], "NUMBER");
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
