//! A comparison as versioned JSON: what `regather compare --json` prints.

use super::Compared;
use crate::plan::Verdict;
use crate::plan::compare::{Cell, Row};
use crate::report::head::{Asked, head_schema};
use crate::report::result::{number, object, plain, text_schema};
use serde_json::{Map, Value, json};

/// Name and version of the format.
pub const COMPARE_SCHEMA: &str = "regather/compare/1";

/// Returns a comparison as JSON.
pub fn compared_json(asked: &Asked<'_>, compared: &Compared<'_>) -> Value {
    let table = &compared.table;
    let study = compared.outcomes.first().map(|outcome| &outcome.study);
    let scenarios = compared.scenarios.iter().zip(&compared.outcomes).map(|(scenario, outcome)| {
        let verdict = outcome.verdict();
        json!({
            "scenario": scenario,
            "name": outcome.scenario,
            "met": matches!(verdict, Verdict::Met | Verdict::NoTarget),
            "uncertain": verdict == Verdict::Uncertain,
            "headline": plain(&outcome.headline()),
            "result_hash": format!("{:016x}", outcome.study.hash),
        })
    });
    let mut file = asked.head(COMPARE_SCHEMA);
    file.insert("seed".into(), study.map_or(0, |study| study.seed).into());
    file.insert("runs".into(), table.columns.iter().map(|column| column.runs).min().unwrap_or(0).into());
    file.insert("baseline".into(), table.baseline.into());
    file.insert("scenarios".into(), scenarios.collect());
    file.insert("inputs".into(), compared.inputs.iter().map(input).collect());
    let baseline = table.baseline;
    file.insert("figures".into(), table.rows.iter().map(|row| figure(row, baseline)).collect());
    Value::Object(file)
}

/// Returns a figure with its value in each column, against the one with the index `baseline`.
pub(in crate::report) fn figure(row: &Row, baseline: usize) -> Value {
    let reference = row.cells.get(baseline).and_then(Option::as_ref);
    let cells: Vec<Value> = row.cells.iter().map(|cell| value(cell.as_ref(), reference)).collect();
    json!({"key": row.key, "label": row.label, "values": cells})
}

/// Returns an input with its value in each scenario, in the unit of the file; `null` where it is not there.
fn input(row: &crate::plan::compare::InputRow) -> Value {
    let setting = row.input.setting;
    let values =
        row.values.iter().map(|value| value.as_ref().map_or(Value::Null, |value| value.json(setting)));
    json!({
        "address": row.input.address,
        "label": setting.label,
        "group": row.group,
        "values": values.collect::<Vec<_>>(),
        "texts": (0..row.values.len()).map(|column| plain(&row.text(column))).collect::<Vec<_>>(),
    })
}

/// Returns a figure of a scenario; `null` where it is not modelled there.
fn value(cell: Option<&Cell>, reference: Option<&Cell>) -> Value {
    let Some(cell) = cell else { return Value::Null };
    let median = cell.figure.median;
    let change =
        reference.map(|reference| median - reference.figure.median).filter(|change| change.is_finite());
    let mut object = Map::new();
    object.insert("median".into(), number(median));
    object.insert("never".into(), median.is_infinite().into());
    object.insert("change".into(), change.map_or(Value::Null, number));
    object.insert("text".into(), plain(&cell.text).into());
    Value::Object(object)
}

/// Returns the JSON Schema of comparisons.
pub fn compared_schema() -> Value {
    let scenario = object(&[
        (
            "scenario",
            json!({"type": ["string", "null"], "description": "Null for the baseline of the file."}),
        ),
        ("name", text_schema("")),
        ("met", json!({"type": "boolean"})),
        ("uncertain", json!({"type": "boolean"})),
        ("headline", text_schema("The answer in a sentence.")),
        ("result_hash", json!({"type": "string", "pattern": "^[0-9a-f]{16}$"})),
    ]);
    let input = object(&[
        ("address", text_schema("JSON pointer of the input.")),
        ("label", text_schema("")),
        ("group", text_schema("Name of its group; empty where it belongs to none.")),
        (
            "values",
            json!({"type": "array", "description": "In the unit of the file; null where it is not there."}),
        ),
        ("texts", json!({"type": "array", "items": {"type": "string"}})),
    ]);
    let mut properties = head_schema(COMPARE_SCHEMA);
    properties.extend([
        ("seed", json!({"type": "integer", "minimum": 0})),
        ("runs", json!({"type": "integer", "minimum": 1})),
        ("baseline", json!({"type": "integer", "minimum": 0, "description": "Position in `scenarios`."})),
        ("scenarios", json!({"type": "array", "minItems": 2, "items": scenario})),
        ("inputs", json!({"type": "array", "description": "Those that not all share.", "items": input})),
        ("figures", json!({"type": "array", "minItems": 1, "items": figure_schema()})),
    ]);
    let mut schema = object(&properties);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Regather comparison".into();
    schema["description"] =
        "Several scenarios against one of them. Within version 1 keys are only added; readers \
                             pass over those they do not know."
            .into();
    schema
}

/// Returns the schema of a figure with its value in each column.
pub(in crate::report) fn figure_schema() -> Value {
    let mut value = object(&[
        (
            "median",
            json!({"type": ["number", "null"], "description": "In the unit of the key; null for never."}),
        ),
        ("never", json!({"type": "boolean"})),
        (
            "change",
            json!({"type": ["number", "null"], "description": "Against the baseline; null where never."}),
        ),
        ("text", text_schema("As people read it.")),
    ]);
    value["type"] = json!(["object", "null"]);
    object(&[
        ("key", text_schema("With its unit.")),
        ("label", text_schema("")),
        ("values", json!({"type": "array", "description": "One per scenario.", "items": value})),
    ])
}
