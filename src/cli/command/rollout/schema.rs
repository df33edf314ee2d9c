//! The JSON of `rollout`: what its subcommands print, and the file of a plan.

use crate::push::fault::Class;
use crate::push::state::{State, Status};
use serde_json::{Value, json};

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Value {
    json!({"enum": all.iter().map(|one| word(*one)).collect::<Vec<_>>()})
}

fn hash() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{64}$"})
}

fn whole(least: u32) -> Value {
    json!({"type": "integer", "minimum": least})
}

/// Returns an object with these members, and no others.
fn closed(members: &Value, optional: &[&str]) -> Value {
    let names = members.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    let needed: Vec<String> =
        names.unwrap_or_default().into_iter().filter(|name| !optional.contains(&name.as_str())).collect();
    json!({"type": "object", "properties": members, "required": needed, "additionalProperties": false})
}

/// Returns the schema of what `start`, `status`, `pause`, `resume`, `stop`, `retry` and `rollback` print.
pub fn rollout_schema() -> Value {
    let states: serde_json::Map<String, Value> =
        State::ALL.iter().map(|state| (state.word().to_owned(), whole(0))).collect();
    let wave = closed(
        &json!({
            "wave": {"type": ["integer", "null"], "minimum": 1, "description": "null: already as wanted"},
            "states": {"type": "object", "properties": states, "additionalProperties": false},
        }),
        &[],
    );
    let class = words(Class::ALL, Class::word);
    let trouble =
        closed(&json!({"class": class.clone(), "devices": whole(1), "message": {"type": "string"}}), &[]);
    let device = closed(
        &json!({
            "thing": {"type": "string"},
            "wave": {"type": ["integer", "null"], "minimum": 1},
            "state": words(State::ALL, State::word),
            "class": {"anyOf": [class, {"type": "null"}]},
            "restarts": whole(0),
        }),
        &[],
    );
    named(closed(
        &json!({
            "schema": {"const": "regather/rollout/1"},
            "plan": hash(),
            "status": words(Status::ALL, Status::word),
            "cause": {"type": "string"},
            "driven": {"type": "boolean", "description": "a program drives it now"},
            "wave": whole(1),
            "waves": {"type": "array", "items": wave},
            "classes": {"type": "array", "items": trouble},
            "devices": {"type": "array", "items": device},
        }),
        &["devices"],
    ))
}

/// Returns the schema of what `rollout plan --json` prints.
pub fn plan_schema() -> Value {
    named(closed(
        &json!({
            "schema": {"const": "regather/rollout-plan/1"},
            "plan": hash(),
            "devices": whole(0),
            "equal": whole(0),
            "waves": {"type": "array", "items": whole(1)},
            "restarts_per_s": {"type": "number", "exclusiveMinimum": 0},
            "prediction": {"type": ["object", "null"], "required": ["storms", "lasts_s", "roll_back_lasts_s"]},
        }),
        &[],
    ))
}

/// Returns the schema of the file of a plan.
pub fn plan_file_schema() -> Value {
    let file = closed(
        &json!({
            "path": {"type": "string"},
            "now": {"anyOf": [hash(), {"const": "absent"}, {"type": "null"}]},
            "want": hash(),
        }),
        &["now"],
    );
    let device = closed(
        &json!({
            "thing": {"type": "string"},
            "wave": {"type": ["integer", "null"], "minimum": 1, "description": "null: left alone"},
            "group": {"type": "string"},
            "site": {"type": "string"},
            "server": {"type": "string"},
            "address": {"type": "string"},
            "zone": {"type": ["string", "null"]},
            "files": {"type": "array", "items": file, "minItems": 1},
        }),
        &["wave", "site", "server", "zone"],
    );
    let request = json!({
        "type": "object",
        "required": ["project_sha256", "scenario", "seed", "waves", "gate", "budgets", "pace", "groups"],
    });
    named(closed(
        &json!({
            "format": {"type": "string"},
            "request": request,
            "devices": {"type": "array", "items": device, "minItems": 1},
        }),
        &[],
    ))
}

fn named(mut schema: Value) -> Value {
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema
}
