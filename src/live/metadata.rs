//! What a thing says of itself, in the form in which platforms and agents tell it: the answer to `GetMetadata`.

use crate::wire::{InfoTable, Response, Value};
use serde_json::{Map, Value as Json, json};

/// Returns the answer of a thing that has these properties, each with its last value: one text of JSON, as recorded
/// with the C SDK. Services and events are those of whoever programmed the thing, and nobody has.
pub fn metadata<'a>(properties: impl Iterator<Item = (&'a str, &'a Value)>) -> Response {
    let properties: Map<String, Json> = properties
        .map(|(name, value)| {
            let base = value.base_type().to_string();
            (name.to_owned(), json!({ "name": name, "baseType": base, "aspects": {} }))
        })
        .collect();
    let text = json!({
        "propertyDefinitions": properties, "serviceDefinitions": {}, "eventDefinitions": {}
    });
    Response::result(InfoTable::single("result", Value::json(text.to_string())))
}
