//! The JSON Schema of what `regather rehearse --json` prints. Keys are only ever added within a version.

use serde_json::{Map, Value, json};

/// Returns the schema.
pub(in super::super) fn rehearsal_schema() -> Value {
    let (number, share, counts) = (json!({"type": "number"}), share(), counts());
    let count = json!({"type": "integer", "minimum": 0});
    let (text, truth) = (json!({"type": "string"}), json!({"type": "boolean"}));
    let never = json!({"type": ["number", "null"], "description": "null is never"});
    let mut whole = object(&[
        ("schema", json!({"const": super::told::SCHEMA})),
        ("tool", object(&[("name", text.clone()), ("version", text.clone())])),
        (
            "input",
            object(&[
                ("file", text.clone()),
                ("scenario", json!({"type": ["string", "null"], "description": "null is the baseline"})),
                ("name", text.clone()),
                ("seed", count.clone()),
                ("runs", count.clone()),
                ("agents", count.clone()),
                ("devices", count.clone()),
                ("capacity_per_s", number.clone()),
                ("tls", truth.clone()),
            ]),
        ),
        (
            "verdict",
            object(&[
                ("word", json!({"enum": ["as simulated", "not as simulated", "host-limited", "stopped"]})),
                ("proves", truth.clone()),
                ("host_limited", truth),
                ("most_gap_pct", number.clone()),
            ]),
        ),
        (
            "fit",
            or_nothing(&object(&[
                ("inside_pct", number.clone()),
                ("gap_pct", number.clone()),
                ("gap_at_s", count.clone()),
                ("seconds", count.clone()),
            ])),
        ),
        ("t95", object(&[("measured_s", never.clone()), ("simulated_s", never)])),
        (
            "agents",
            object(&[
                ("planned", count.clone()),
                ("connected", count.clone()),
                ("failed", counts.clone()),
                ("abandoned", count.clone()),
                ("attempts", count.clone()),
                ("failed_attempts", counts),
                ("late_median_ms", number.clone()),
                ("late_p99_ms", number.clone()),
                ("late_longest_ms", number),
            ]),
        ),
        ("platform", or_nothing(&platform())),
        (
            "counts_agree",
            json!({"type": ["boolean", "null"], "description": "null where the platform is not ours"}),
        ),
        (
            "curves",
            or_nothing(&object(&[
                ("from_s", count),
                ("measured", share.clone()),
                ("p5", share.clone()),
                ("p50", share.clone()),
                ("p95", share),
            ])),
        ),
        ("notes", json!({"type": "array", "items": text})),
    ]);
    whole["properties"]["host"] = host();
    whole["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    whole["title"] = "Result of a rehearsal".into();
    whole
}

/// Returns the account of the embedded platform.
fn platform() -> Value {
    let count = json!({"type": "integer", "minimum": 0});
    object(&[
        ("accepted", count.clone()),
        ("binds", count),
        ("ended", counts()),
        ("late_p99_ms", json!({"type": "number"})),
    ])
}

/// Returns what is told of a given platform; it is missing where the platform is the embedded one.
fn host() -> Value {
    let (number, truth) = (json!({"type": "number"}), json!({"type": "boolean"}));
    object(&[
        ("name", json!({"type": "string"})),
        ("port", json!({"type": "integer"})),
        ("tls", truth.clone()),
        ("this_computer", truth),
        ("most_per_s", json!({"type": ["integer", "null"], "description": "null is no limit"})),
        ("waited", json!({"type": "integer", "minimum": 0})),
        ("waited_longest_ms", number),
        ("stopped", json!({"type": ["string", "null"]})),
    ])
}

/// Returns an object with these keys, all of them there, and others that later versions may add.
fn object(keys: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        keys.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({"type": "object", "required": names, "properties": properties})
}

/// Returns what may also be null.
fn or_nothing(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// Returns a curve of shares.
fn share() -> Value {
    json!({"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}})
}

/// Returns numbers by reason.
fn counts() -> Value {
    json!({"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}})
}
