//! A grid as JSON with its schema, and as CSV.

use super::{Asked, figure, figures, figures_schema, goals, goals_schema, head_schema, key, state_schema};
use crate::plan::sweep::{Method, Own, Sweep};
use crate::plan::{Aim, Lever};
use crate::report::result::{number, number_schema, object, text_schema};
use serde_json::{Map, Value, json};

/// Name and version of the format.
pub const SWEEP_SCHEMA: &str = "regather/sweep/1";

/// Returns a grid as JSON.
pub fn sweep_json(asked: &Asked<'_>, sweep: &Sweep) -> Value {
    let mut file = asked.head(SWEEP_SCHEMA);
    file.insert("method".into(), method(sweep.method));
    file.insert("goals".into(), goals(&sweep.goals));
    let axes = sweep.axes.iter().map(|axis| {
        json!({
            "name": axis.lever.name,
            "unit": unit(&axis.lever),
            "addresses": axis.lever.inputs.iter().map(|input| input.address.as_str()).collect::<Vec<_>>(),
            "values": axis.values.iter().map(|value| number(*value)).collect::<Vec<_>>(),
        })
    });
    file.insert("axes".into(), axes.collect());
    let cells = sweep.cells.iter().map(|cell| {
        json!({
            "values": cell.values.iter().map(|value| number(*value)).collect::<Vec<_>>(),
            "state": cell.trial.state.word(),
            "figures": figures(&cell.trial),
            "runs_met": (cell.trial.runs > 0).then_some(cell.trial.runs_met),
        })
    });
    file.insert("cells".into(), cells.collect());
    file.insert("own".into(), sweep.own.as_ref().map_or(Value::Null, own));
    Value::Object(file)
}

/// Returns how cells were tried.
fn method(method: Method) -> Value {
    match method {
        Method::Estimate => json!({"name": "estimate", "seed": null, "runs": null}),
        Method::Exact { seed, runs } => json!({"name": "exact", "seed": seed, "runs": runs}),
    }
}

/// Returns the unit of a lever's values.
fn unit(lever: &Lever) -> &'static str {
    match lever.suffix() {
        "_s" => "s",
        "_per_s" => "1/s",
        "_bytes" => "B",
        _ => "",
    }
}

/// Returns the project's own point.
fn own(own: &Own) -> Value {
    let margins = own.margins.iter().zip(&own.values).map(|(margin, value)| {
        json!({
            "below": margin.below.map(number),
            "above": margin.above.map(number),
            "share_pct": margin.share(*value).map(|share| number(share * 100.0)),
        })
    });
    json!({
        "values": own.values.iter().map(|value| number(*value)).collect::<Vec<_>>(),
        "cell": own.cell,
        "margins": margins.collect::<Vec<_>>(),
    })
}

/// Returns a grid as comma-separated values (RFC 4180) with one line per cell.
pub fn csv(sweep: &Sweep) -> String {
    let mut heads: Vec<String> =
        sweep.axes.iter().map(|axis| [axis.lever.name.as_str(), axis.lever.suffix()].concat()).collect();
    heads.extend(Aim::ALL.into_iter().map(key));
    heads.push("state".to_owned());
    let mut text = heads.iter().map(|head| quoted(head)).collect::<Vec<_>>().join(",") + "\r\n";
    for cell in &sweep.cells {
        let mut row: Vec<String> = cell.values.iter().map(|value| shown(&number(*value))).collect();
        let figures = Aim::ALL.into_iter().map(|aim| match cell.trial.figures.get(aim) {
            Some(value) if value.is_infinite() => "never".to_owned(),
            Some(value) => shown(&figure(aim, value)),
            None => String::new(),
        });
        row.extend(figures);
        row.push(cell.trial.state.word().to_owned());
        text += &(row.join(",") + "\r\n");
    }
    text
}

/// Returns a field, in quotes where it needs them.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Returns a number as CSV holds it.
fn shown(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

/// Returns the JSON Schema (draft 2020-12) of what `sweep --json` prints.
pub fn sweep_schema() -> Value {
    let numbers = || json!({"type": "array", "items": {"type": "number"}});
    let edge = |text: &str| json!({"type": ["number", "null"], "description": text});
    let mut properties = head_schema(SWEEP_SCHEMA);
    properties.extend([
        (
            "method",
            object(&[
                ("name", json!({"enum": ["estimate", "exact"]})),
                ("seed", json!({"type": ["integer", "null"]})),
                ("runs", json!({"type": ["integer", "null"]})),
            ]),
        ),
        ("goals", goals_schema()),
        (
            "axes",
            json!({"type": "array", "minItems": 1, "maxItems": 2, "items": object(&[
                ("name", text_schema("Lever or address.")),
                ("unit", json!({"enum": ["s", "1/s", "B", ""]})),
                ("addresses", json!({"type": "array", "items": {"type": "string"}})),
                ("values", numbers()),
            ])}),
        ),
        (
            "cells",
            json!({"type": "array", "description": "The last axis is the quickest.", "items": object(&[
                ("values", numbers()),
                ("state", state_schema()),
                ("figures", json!({"$ref": "#/$defs/figures"})),
                ("runs_met", json!({"type": ["integer", "null"], "description": "Null for an estimate."})),
            ])}),
        ),
        (
            "own",
            json!({"oneOf": [{"type": "null"}, object(&[
                ("values", numbers()),
                ("cell", json!({"type": "integer", "description": "Position of the nearest cell."})),
                ("margins", json!({"type": "array", "items": object(&[
                    ("below", edge("Nearest value below that does not meet the targets.")),
                    ("above", edge("Nearest value above that does not meet them.")),
                    ("share_pct", number_schema("The smaller distance as a share of the own value.")),
                ])})),
            ])]}),
        ),
    ]);
    let mut schema: Map<String, Value> = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), "Regather sweep".into());
    schema.insert(
        "description".into(),
        "What the cells of a grid over one or two inputs give. Within version 1 keys are only added; readers pass \
         over those they do not know."
            .into(),
    );
    if let Value::Object(object) = object(&properties) {
        schema.extend(object);
    }
    schema.insert("$defs".into(), json!({"figures": figures_schema()}));
    Value::Object(schema)
}
