//! What an outage costs, as JSON.

use super::{metric, number, object, text_schema};
use crate::plan::Costs;
use serde_json::{Map, Value, json};

/// Returns the costs of a result.
pub(in crate::report) fn of(costs: &Costs) -> Value {
    let mut object = Map::new();
    object.insert("currency".into(), costs.prices.currency.into());
    let prices = [
        ("downtime_per_device_hour", costs.prices.downtime_per_device_hour),
        ("per_lost_value", costs.prices.per_lost_value),
    ];
    for (key, price) in prices {
        object.insert(key.into(), price.map_or(Value::Null, number));
    }
    object.insert("device_hours".into(), metric(&costs.device_hours));
    object.insert("lost_values".into(), metric(&costs.lost_values));
    for (figure, values) in costs.figures.iter().zip(&costs.metrics) {
        object.insert(figure.key.into(), metric(values));
    }
    Value::Object(object)
}

/// Returns the schema of the costs.
pub(super) fn schema() -> Value {
    let metric = || json!({"$ref": "#/$defs/metric"});
    let price = |what: &str| json!({"type": ["number", "null"], "minimum": 0, "description": what});
    let mut schema = object(&[
        ("currency", text_schema("Code of the currency of all amounts.")),
        ("downtime_per_device_hour", price("Null where it has no price.")),
        ("per_lost_value", price("Null where it has no price.")),
        ("device_hours", metric()),
        ("lost_values", metric()),
    ]);
    for key in ["cost_of_downtime", "cost_of_lost_data", "cost"] {
        schema["properties"][key] = metric();
    }
    schema["description"] =
        "What the outage costs, where the project has prices. Every device counts for each \
                             second of the watched time at whose end it is not back."
            .into();
    schema
}
