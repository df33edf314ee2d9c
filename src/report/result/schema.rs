//! The JSON Schema of results.

use super::curves::{COUNTS, FLOWS};
use super::{SCHEMA, Set, Tool};
use crate::plan::Cause;
use serde_json::{Map, Value, json};

/// Keys of the metrics of the whole fleet.
const METRICS: [&str; 18] = [
    "t50_s",
    "t95_s",
    "t99_s",
    "t100_s",
    "peak_attempts_per_s",
    "peak_sign_ins_per_s",
    "lost_in_device_stores",
    "stranded",
    "never_back",
    "attempts",
    "refused",
    "timed_out",
    "closed",
    "wasted_sign_ins",
    "largest_queue",
    "cut",
    "bind_rejected",
    "second_connects",
];

/// Keys of metrics that are there only where what they tell about is modelled.
const MODELLED: [&str; 5] = ["relapses", "t_drained_s", "rejected_values", "lost_in_crash", "lost_values"];

/// Keys of the metrics of a group.
const GROUP_METRICS: [&str; 7] =
    ["t50_s", "t95_s", "t99_s", "t100_s", "never_back", "stranded", "lost_in_device_stores"];

/// Returns the JSON Schema (draft 2020-12) of what `simulate --json` prints: one result, or a list of
/// them where several scenarios were asked for.
pub fn result_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Regather result",
        "description": "How a fleet comes back. Times count from the moment the platform can be reached again. \
                        Within version 1 keys are only added; readers pass over those they do not know.",
        "oneOf": [
            {"$ref": "#/$defs/result"},
            {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/result"}},
        ],
        "$defs": {
            "result": result(),
            "metric": {
                "type": "object",
                "description": "A figure over all runs, in the unit of its key.",
                "required": ["median", "ci95", "p5", "p95", "never"],
                "properties": {
                    "median": number("Median over the runs; null for never."),
                    "ci95": interval("95 % confidence interval of the median; null with fewer than 6 runs."),
                    "p5": number("5th percentile over the runs; null for never."),
                    "p95": number("95th percentile over the runs; null for never."),
                    "never": {"type": "boolean", "description": "Whether the median is never."},
                },
            },
            "band": {
                "type": "object",
                "required": ["p5", "p50", "p95"],
                "properties": {"p5": numbers(), "p50": numbers(), "p95": numbers()},
            },
            "target": target(),
            "finding": finding(),
        },
    })
}

/// Returns the schema of one result.
fn result() -> Value {
    object(&[
        ("schema", json!({"const": SCHEMA})),
        ("tool", Tool::schema()),
        ("input", input()),
        ("verdict", verdict()),
        ("diagnosis", object(&[
            ("stability", json!({"enum": ["recovers", "slowly", "never"]})),
            ("bottleneck", json!({"oneOf": [{"type": "null"}, object(&[
                ("station", station()),
                ("from_s", json!({"type": "number", "description": "First saturated second after the return."})),
                ("to_s", json!({"type": "number", "description": "End of the last one of that stretch."})),
            ])]})),
        ])),
        ("metrics", {
            let metric = || json!({"$ref": "#/$defs/metric"});
            MODELLED.iter().fold(metrics(&METRICS), |object, key| object.with(key, metric()))
        }),
        ("groups", json!({"type": "array", "minItems": 1, "items": object(&[
            ("id", text("Key of the group in the file.")),
            ("name", text("")),
            ("agent", text("Agent kind.")),
            ("devices", json!({"type": "integer", "minimum": 1})),
            ("metrics", metrics(&GROUP_METRICS)),
        ])})),
        ("result_hash", json!({
            "type": "string",
            "pattern": "^[0-9a-f]{16}$",
            "description": "Folds the curves of all runs; equal inputs give an equal hash on every machine.",
        })),
        ("assumptions", json!({"type": "array", "items": object(&[
            ("certainty", json!({"enum": ["documented", "measured", "inferred", "assumed"]})),
            ("label", text("")),
            ("value", text("As people read it.")),
            ("source", text("")),
            ("addresses", json!({"type": "array", "items": {"type": "string"}})),
        ])})),
        ("findings", json!({"type": "array", "items": {"$ref": "#/$defs/finding"}})),
    ])
    .with("why", why())
    .with("costs", super::costs::schema())
    .with("unknowns", unknowns())
    .with("curves", curves())
}

/// Returns the schema of the reasons, the decisive one first.
fn why() -> Value {
    let causes: Vec<&str> = Cause::ALL.iter().map(|cause| cause.word()).collect();
    let reason = object(&[
        ("cause", json!({"enum": causes})),
        ("what", text("What happened, with its numbers.")),
        ("lever", text("What to change next.")),
    ])
    .with("from_s", json!({"type": "number", "description": "Begin after the return."}))
    .with("to_s", json!({"type": "number", "description": "End after the return."}))
    .with("group", text("Key of the group that it is about."));
    json!({"type": "array", "items": reason})
}

/// Returns the schema of what is unknown.
fn unknowns() -> Value {
    let input = object(&[
        ("address", text("JSON pointer of the input.")),
        (
            "bounds",
            json!({"type": "array", "minItems": 2, "description": "In the unit of the file, or words of a choice."}),
        ),
        (
            "correlation",
            json!({
                "type": "number",
                "minimum": -1,
                "maximum": 1,
                "description": "Rank correlation of what runs drew with t95; from 0 for words of a choice.",
            }),
        ),
        (
            "beyond_chance",
            json!({"type": "boolean", "description": "Whether that is more than chance gives; needs 12 runs."}),
        ),
        ("effect", text("What low and high values, or the words, lead to.")),
    ]);
    let range = interval("Best and worst over all runs, in the unit of the key; null for never.");
    let mut schema = object(&[
        ("inputs", json!({"type": "array", "minItems": 1, "items": input})),
        ("best_and_worst", json!({"type": "object", "additionalProperties": range})),
        ("explanation", json!({"type": "array", "items": {"type": "string"}})),
    ]);
    schema["description"] =
        "Where inputs are unknown: each run draws them; the one that matters most stands first.".into();
    schema
}

/// Returns the schema of the curves.
fn curves() -> Value {
    let band = || json!({"$ref": "#/$defs/band"});
    let groups = devices(&[("id", text("Key of the group in the file."))]);
    let stations = object(&[
        ("station", station()),
        ("workers", json!({"type": "integer", "minimum": 1})),
        ("queue", band()),
        ("utilisation_pct", band()),
    ]);
    let flows: Vec<(&str, Value)> = FLOWS.iter().map(|(key, _)| (*key, band())).collect();
    let mut writes = object(&flows);
    writes["description"] = "Of the write queue, where it is modelled.".into();
    let mut curves = devices(&[
        ("bin_s", json!({"const": 1})),
        (
            "returned_s",
            json!({"type": "number", "description": "When the platform is back, since the loss."}),
        ),
        ("queue", band()),
        ("utilisation_pct", band()),
        (
            "groups",
            json!({
                "type": "array",
                "description": "What the devices of each group do, in the order of the file.",
                "items": groups,
            }),
        ),
        (
            "stations",
            json!({
                "type": "array",
                "description": "How busy each station is, in the order in which attempts pass them; the sign-in tier \
                                is the last, and its curves are `queue` and `utilisation_pct` above, too.",
                "items": stations,
            }),
        ),
    ]);
    curves["description"] = "Percentiles over all runs at each second; the first value is that of the first \
                             second of the outage. Queues are the most that waited in a second, levels \
                             (`back_pct`, `connected`, `bound`, `stored_values`, `waiting_values`) stand at \
                             its end."
        .into();
    curves.with("waiting_values", band()).with("writes", writes)
}

/// Returns the schema of what devices do, with these keys beside it.
fn devices(more: &[(&str, Value)]) -> Value {
    let counts = COUNTS.iter().map(|(key, _)| (*key, json!({"$ref": "#/$defs/band"})));
    object(&more.iter().cloned().chain(counts).collect::<Vec<_>>())
}

/// Returns the schema of a station's name.
fn station() -> Value {
    json!({"enum": ["balancer-limit", "balancer-tls", "connection-servers", "sign-in"]})
}

/// Returns the schema of what was simulated.
fn input() -> Value {
    object(&[
        ("file", text("As it was given on the command line.")),
        ("sha256", json!({"type": "string", "pattern": "^[0-9a-f]{64}$"})),
        ("project", text("Name of the project.")),
        (
            "scenario",
            json!({"type": ["string", "null"], "description": "Id of the scenario; null for the baseline."}),
        ),
        ("scenario_name", text("")),
        ("set", Set::schema()),
        ("devices", json!({"type": "integer", "minimum": 1})),
        ("outage_s", json!({"type": "number"})),
        ("watched_s", json!({"type": "number"})),
        ("seed", json!({"type": "integer", "minimum": 0})),
        ("runs", json!({"type": "integer", "minimum": 1})),
    ])
    .with("cluster", text("Name of the cluster that was simulated, where the project has several."))
}

/// Returns the schema of the verdict.
fn verdict() -> Value {
    object(&[
        (
            "met",
            json!({"type": "boolean", "description": "Whether every target is met; false while uncertain."}),
        ),
        ("uncertain", json!({"type": "boolean"})),
        ("word", json!({"enum": ["met", "uncertain", "missed", "no-target"]})),
        ("headline", text("The answer in a sentence.")),
        ("targets", json!({"type": "array", "items": {"$ref": "#/$defs/target"}})),
    ])
}

/// Returns the schema of a target; limit, value and interval carry the unit of the figure.
fn target() -> Value {
    let with = |suffix: &str| {
        let keys = ["limit", "value", "ci95"].map(|key| format!("{key}{suffix}"));
        let [limit, value, ci] = &keys;
        json!({"required": keys, "properties": {
            limit: {"type": "number"},
            value: number("Median over the runs; null for never."),
            ci: interval("95 % confidence interval of the median; null with fewer than 6 runs."),
        }})
    };
    let mut target = object(&[
        ("name", text("")),
        ("met", json!({"type": "boolean"})),
        ("uncertain", json!({"type": "boolean"})),
        ("never", json!({"type": "boolean"})),
        ("runs_within", json!({"type": ["integer", "null"], "description": "Runs that satisfy the limit."})),
    ]);
    target["oneOf"] = Value::from(["_s", "_per_s", "_pct", ""].map(with).to_vec());
    target
}

/// Returns the schema of a finding.
fn finding() -> Value {
    object(&[
        ("severity", json!({"enum": ["info", "warning", "error"]})),
        ("code", text("")),
        ("pointer", text("JSON pointer; empty for the whole file.")),
        ("line", json!({"type": "integer", "description": "From 1; 0 where none is known."})),
        ("column", json!({"type": "integer"})),
        ("what", text("")),
        ("why", text("")),
        ("fix", text("")),
        (
            "patch",
            json!({"type": ["object", "null"], "description": "The fix as a new value at an address."}),
        ),
        ("silenced", json!({"type": ["string", "null"], "description": "Why the file accepts it."})),
    ])
}

/// Returns the schema of an object that needs all of these keys.
pub(in crate::report) fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(key, _)| *key).collect();
    let properties: Map<String, Value> =
        properties.iter().map(|(key, schema)| ((*key).to_owned(), schema.clone())).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// An object's schema with a key that may be absent.
trait With {
    fn with(self, key: &str, schema: Value) -> Self;
}

impl With for Value {
    fn with(mut self, key: &str, schema: Value) -> Self {
        self["properties"][key] = schema;
        self
    }
}

/// Returns the schema of metrics with these keys.
fn metrics(keys: &[&str]) -> Value {
    let all: Vec<(&str, Value)> = keys.iter().map(|key| (*key, json!({"$ref": "#/$defs/metric"}))).collect();
    object(&all)
}

/// Returns the schema of a text.
pub(in crate::report) fn text(description: &str) -> Value {
    if description.is_empty() {
        json!({"type": "string"})
    } else {
        json!({"type": "string", "description": description})
    }
}

/// Returns the schema of a number that may be *never*.
pub(in crate::report) fn number(description: &str) -> Value {
    json!({"type": ["number", "null"], "description": description})
}

/// Returns the schema of a list of numbers.
fn numbers() -> Value {
    json!({"type": "array", "items": {"type": ["number", "null"]}})
}

/// Returns the schema of an interval whose ends may be *never*.
fn interval(description: &str) -> Value {
    json!({
        "type": ["array", "null"],
        "items": {"type": ["number", "null"]},
        "minItems": 2,
        "maxItems": 2,
        "description": description,
    })
}
