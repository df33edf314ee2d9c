//! The JSON Schema of the project file, made from the registry of inputs.

use crate::fleet::cluster::NodeKind;
use crate::fleet::kind::AgentKind;
use crate::fleet::setting::{Absent, Choice, Setting, Unit};
use crate::fleet::settings::{Area, COSTS, EVENT, GROUP, OUTAGE, PLATFORM, TARGETS};
use serde_json::{Map, Value, json};

/// Durations in text: numbers with units, such as `90s` or `1h30m`.
const DURATION: &str = r"^\s*([0-9.]+\s*[a-zµ]+[\s,]*)+$";

/// Returns the JSON Schema (draft 2020-12) of project files of this version.
pub fn schema() -> Value {
    let conditions: Vec<Value> = AgentKind::ALL
        .into_iter()
        .map(|kind| {
            let own = object(Area::Agent(kind).settings().iter().chain(Area::FileOnly(kind).settings()));
            json!({
                "if": {"properties": {"agent": {"const": kind.word()}}, "required": ["agent"]},
                "then": own,
            })
        })
        .collect();
    let mut group = object(GROUP.iter());
    group["properties"]["name"] = json!({"type": "string"});
    group["properties"]["why"] = json!({"type": "string"});
    group["allOf"] = Value::from(conditions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Regather project",
        "description": "A fleet of devices, the platform they sign in to, an outage, targets and scenarios. \
                        Numbers are in the key's own unit; durations may also be text such as \"90s\" or \"1h30m\". What \
                        nobody knows has bounds: {\"unknown\": [low, high]}.",
        "type": "object",
        "required": ["regather", "groups", "outage"],
        "properties": {
            "regather": {"const": super::VERSION, "description": "Version of the file format."},
            "name": {"type": "string", "description": "Name shown to people."},
            "why": {"type": "string", "description": "Why this project exists."},
            "platform_version": {"type": "string", "description": "Version of the platform, for example 9.x."},
            "groups": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,64}$"},
                "additionalProperties": group,
            },
            "platform": platform(),
            "cluster": cluster(),
            "outage": outage(),
            "targets": object(TARGETS.iter()),
            "costs": object(COSTS.iter()),
            "inventory": inventory(),
            "mapping": mapping(),
            "scenarios": {
                "type": "object",
                "description": "Assignments over the baseline, each from the address of an input to its value.",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "why": {"type": "string"},
                        "set": {"type": "object", "propertyNames": {"pattern": "^/(groups|platform|cluster|outage|targets|costs)/"}},
                    },
                },
            },
            "sources": {
                "type": "object",
                "description": "Where numbers come from, by the address of the input.",
                "additionalProperties": {
                    "type": "object",
                    "required": ["certainty"],
                    "properties": {
                        "certainty": {"enum": ["documented", "measured", "inferred", "assumed"]},
                        "source": {"type": "string"},
                    },
                },
            },
            "silenced": {
                "type": "object",
                "description": "Codes of findings that are accepted, each with the reason.",
                "additionalProperties": {"type": "string", "minLength": 1},
            },
        },
    })
}

/// Returns the schema of the platform with its sections.
fn platform() -> Value {
    let mut platform = object(PLATFORM.iter());
    for area in Area::SINGLE.into_iter().filter(|area| area.is_optional()) {
        if let Some(name) = area.base().rsplit('/').next() {
            let mut section = object(area.settings().iter());
            section["type"] = json!(["object", "null"]);
            section["description"] =
                format!("{}; left out or null where it is not modelled.", area.title()).into();
            platform["properties"][name] = section;
        }
    }
    platform
}

/// Returns the schema of the topology.
fn cluster() -> Value {
    let kinds: Vec<Value> = NodeKind::ALL
        .into_iter()
        .map(|kind| {
            let mut own = object(kind.settings().iter());
            let id = json!({"type": "string", "description": "Id of another thing of the topology."});
            for key in kind.references() {
                own["properties"][*key] = match *key {
                    "kind" => continue,
                    "at" => json!({
                        "type": "array",
                        "description": "Place on the canvas [points].",
                        "items": {"type": "number"},
                        "minItems": 2,
                        "maxItems": 2,
                    }),
                    "clusters" => json!({"anyOf": [id, {"type": "array", "items": id, "minItems": 1}]}),
                    _ => id.clone(),
                };
            }
            if kind.is_component() {
                own["required"] = json!(["on"]);
            } else if kind == NodeKind::Link {
                own["required"] = json!(["from", "to"]);
            }
            json!({"if": {"properties": {"kind": {"const": kind.word()}}, "required": ["kind"]}, "then": own})
        })
        .collect();
    json!({
        "type": ["object", "null"],
        "description": "Machines, what runs on them, clusters and links, by id. What the platform can do \
                        follows from it, where the platform does not say it itself.",
        "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "additionalProperties": {
            "type": "object",
            "required": ["kind"],
            "properties": {
                "kind": {"enum": NodeKind::ALL.map(NodeKind::word)},
                "name": {"type": "string"},
                "why": {"type": "string"},
            },
            "allOf": kinds,
        },
    })
}

/// Returns the schema of the outage with its further events.
fn outage() -> Value {
    let mut outage = object(OUTAGE.iter());
    let mut event = object(EVENT.iter());
    event["properties"]["name"] = json!({"type": "string"});
    event["properties"]["why"] = json!({"type": "string"});
    // The kind gives the usual length, where it has one.
    event["required"] = json!(["at_s"]);
    outage["properties"]["events"] = json!({
        "type": "object",
        "description": "Further events on the timeline, by id.",
        "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "additionalProperties": event,
    });
    outage
}

/// Returns the schema of an object with these rows; keys with `/` become nested objects.
fn object<'s>(rows: impl Iterator<Item = &'s Setting>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for row in rows {
        match row.key.split_once('/') {
            None => {
                properties.insert(row.key.to_owned(), leaf(row));
                if row.absent == Absent::Required {
                    required.push(Value::from(row.key));
                }
            }
            Some((outer, inner)) => {
                let nested =
                    properties.entry(outer).or_insert_with(|| json!({"type": "object", "properties": {}}));
                nested["properties"][inner] = leaf(row);
            }
        }
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = Value::from(required);
    }
    schema
}

/// Returns the schema of the reference to a list of devices.
fn inventory() -> Value {
    json!({
        "type": "object",
        "description": "The list of devices that stands beside the project.",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "description": "Path of the list, relative to the project."},
            "columns": {
                "type": "object",
                "description": "What a column holds, by the name of the column.",
                "additionalProperties": {"type": "string"},
            },
        },
    })
}

/// Returns the schema of a mapping of keys.
fn mapping() -> Value {
    json!({
        "type": "object",
        "description": "Where settings stand in the agents' files of this deployment, by agent kind and key.",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": {
                "type": ["object", "null"],
                "required": ["file", "path"],
                "properties": {"file": {"type": "string"}, "path": {"type": "string"}},
            },
        },
    })
}

/// Returns the schema of what stands instead of a value that nobody knows.
fn unknown(bound: &Value, most: usize) -> Value {
    json!({
        "type": "object",
        "description": "Nobody knows it: runs draw it between these bounds, or out of these words.",
        "required": ["unknown"],
        "additionalProperties": false,
        "properties": {"unknown": {"type": "array", "minItems": 2, "maxItems": most, "items": bound}},
    })
}

/// Returns the schema of one input.
fn leaf(row: &Setting) -> Value {
    let mut schema = match row.unit {
        Unit::Choice(choices) => {
            let words = json!({"enum": choices.iter().flat_map(Choice::words).collect::<Vec<_>>()});
            match row.settled() {
                Some(_) => words,
                None => json!({"anyOf": [words, unknown(&words, choices.len())]}),
            }
        }
        Unit::Moment => json!({"type": "string"}),
        Unit::Text => {
            json!({"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": "null"}]})
        }
        Unit::Groups => {
            json!({"anyOf": [{"type": "array", "items": {"type": "string"}, "minItems": 1}, {"type": ["string", "null"]}]})
        }
        unit => {
            let kind = if row.whole { "integer" } else { "number" };
            let range =
                json!({"type": kind, "minimum": row.json(row.range.0), "maximum": row.json(row.range.1)});
            let mut forms = vec![range];
            if row.settled().is_none() {
                forms.push(unknown(&forms[0], 2));
            }
            if let Some((special, meaning)) = row.special {
                forms.push(json!({"const": row.json(special), "description": meaning}));
            }
            if row.absent == Absent::Nothing {
                forms.push(json!({"type": "null"}));
            }
            if unit.seconds().is_some() {
                forms.push(json!({"type": "string", "pattern": DURATION}));
            }
            if forms.len() == 1 { forms.remove(0) } else { json!({"anyOf": forms}) }
        }
    };
    let unit = match row.unit.sign() {
        "" => String::new(),
        sign => format!(" [{sign}]"),
    };
    schema["description"] = Value::from(format!("{}{unit} {}", row.meaning, row.effect));
    match row.absent {
        Absent::Number(number) => schema["default"] = row.json(number),
        Absent::Word(word) => schema["default"] = Value::from(word),
        Absent::Nothing | Absent::Required => {}
    }
    schema
}
