//! JSON Schemas of the files that agents read, for editors that complete and check.

use super::layout::{FileLayout, Key, Layout};
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::files::{FileFormat, Form};
use serde_json::{Value, json};

/// Returns the JSON Schema (draft 2020-12) of each JSON file of a layout, by the file's name.
pub fn schemas(layout: &Layout) -> Value {
    let files = layout.files.iter().filter(|file| file.spec.format == FileFormat::Json);
    let files: serde_json::Map<String, Value> =
        files.map(|file| (file.name.clone(), schema(layout, file))).collect();
    Value::Object(files)
}

/// Returns the schema of one file. Keys beyond the registry are allowed: agents have more than is planned.
fn schema(layout: &Layout, file: &FileLayout) -> Value {
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{} of {} agents ({})", file.name, layout.kind.label(), file.certainty.word()),
        "description": file.spec.source,
        "type": "object",
        "properties": {},
    });
    for key in &file.keys {
        let mut at = &mut root;
        let mut names = key.path.split('/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                at["properties"][name] = leaf(key);
                break;
            }
            let inner = &mut at["properties"][name];
            if inner.is_null() {
                *inner = json!({"type": "object", "properties": {}});
            }
            at = inner;
        }
    }
    root
}

/// Returns the schema of one value.
fn leaf(key: &Key) -> Value {
    let setting = key.setting;
    let mut leaf = match (key.form, setting.unit) {
        (Form::Switch, _) => json!({"type": "boolean"}),
        (Form::Words(pairs), _) => json!({"enum": pairs.iter().map(|(_, text)| *text).collect::<Vec<_>>()}),
        (Form::Quoted, _) => json!({"type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$"}),
        (Form::Plain, Unit::Choice(choices)) => {
            json!({"enum": choices.iter().map(|choice| choice.value).collect::<Vec<_>>()})
        }
        (Form::Plain, _) => number(setting),
    };
    let sign = setting.unit.sign();
    let unit = if sign.is_empty() { String::new() } else { format!(" [{sign}]") };
    leaf["description"] = format!("{}{unit} {}", setting.meaning, setting.effect).into();
    if let Some(default) = setting.default_number().filter(|_| key.form == Form::Plain) {
        leaf["default"] = setting.json(default);
    }
    leaf
}

/// Returns the schema of a number.
fn number(setting: &Setting) -> Value {
    let kind = if setting.whole { "integer" } else { "number" };
    let (low, high) = (setting.json(setting.range.0), setting.json(setting.range.1));
    let span = json!({"type": kind, "minimum": low, "maximum": high});
    match setting.special {
        Some((special, _)) => json!({"anyOf": [span, {"const": setting.json(special)}]}),
        None => span,
    }
}
