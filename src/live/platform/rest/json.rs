//! Tables as JSON, in both directions.

use crate::wire::session::base64;
use crate::wire::{Field, InfoTable, Value};
use serde_json::{Value as Json, json};

/// Returns the parameters of a call as a table of one row; nothing where there are none.
pub(super) fn table(parameters: &Json) -> Option<InfoTable> {
    let parameters = parameters.as_object().filter(|parameters| !parameters.is_empty())?;
    let mut table = InfoTable { fields: Vec::new(), rows: vec![Vec::new()] };
    for (name, value) in parameters {
        let value = match value {
            Json::Null => continue,
            Json::Bool(flag) => Value::Boolean(*flag),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            Json::String(text) => Value::string(text.as_str()),
            Json::Array(_) | Json::Object(_) => Value::json(value.to_string()),
        };
        table.fields.push(Field::new(name.as_str(), value.base_type()));
        table.rows[0].push(value);
    }
    Some(table)
}

/// Returns a table as REST answers show it.
pub(super) fn shown(table: &InfoTable) -> Json {
    let rows: Vec<Json> = table
        .rows
        .iter()
        .map(|row| {
            table.fields.iter().zip(row).map(|(field, value)| (field.name.clone(), of(value))).collect()
        })
        .collect();
    let fields: serde_json::Map<String, Json> = table
        .fields
        .iter()
        .map(|field| {
            (
                field.name.clone(),
                json!({"name": field.name, "baseType": field.base.to_string(), "aspects": {}}),
            )
        })
        .collect();
    json!({"dataShape": {"fieldDefinitions": fields}, "rows": rows})
}

fn of(value: &Value) -> Json {
    match value {
        Value::Nothing => Json::Null,
        Value::Text(_, text) => text.as_str().into(),
        Value::Number(number) => json!(number),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(ms) => (*ms).into(),
        Value::Table(table) => shown(table),
        Value::Location(longitude, latitude, elevation) => {
            json!({"longitude": longitude, "latitude": latitude, "elevation": elevation})
        }
        Value::Bytes(_, bytes) => base64(bytes).into(),
        Value::Variant(inside) => of(inside),
        Value::Integer(number) => (*number).into(),
    }
}
